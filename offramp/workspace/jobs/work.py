"""What a worker process runs: an order on standard input, progress and findings as lines of JSON on standard output.

It ends when its standard input ends, so that nothing goes on once the server is gone, however it went.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from offramp.errors import OfframpError, RunError
from offramp.explore.horizon.api import vary_horizon
from offramp.explore.names import ANALYSES, EXPLORED
from offramp.explore.run import Run, run
from offramp.explore.servant import own_output
from offramp.scenario.load import loads
from offramp.solve import warm
from offramp.workspace.jobs.orders import HORIZON, Order, RunOptions, wanted_names
from offramp.workspace.jobs.writing import write_reports
from offramp.workspace.problems import refusal_of

STOP = b"stop\n"
"""The line that asks a worker to keep what is done and end."""

BETWEEN_TOLD = 0.2
"""Seconds between two tellings of progress."""

HORIZON_DRAWS = 1024
"""Draws over which the number of rounds is varied."""

STOPPED, ORPHANED = 130, 3
"""Exit codes: asked to stop, and the server is gone."""

NICE = 5
"""How much more often others may work: an answer that someone waits for goes first."""

Tell = Callable[..., None]
"""Told what happens, by name."""


def main() -> int:
    """Carry out the order on standard input; 0 once all is told, whether it went well or not."""
    tell = _teller(own_output())
    asked = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    order = Order.read(_line(asked))
    threading.Thread(target=_listen, args=(asked, threading.main_thread().ident), daemon=True).start()
    with suppress(OSError):
        os.nice(NICE)
    os.chdir(order.folder)
    try:
        if not warm.is_done():
            tell(stage="compiling")
            warm.compile_beside()
        _MAKERS[order.kind](order, tell)
    except KeyboardInterrupt:
        return STOPPED
    except OfframpError as error:
        tell(error=refusal_of(error).document())
    except Exception as error:
        traceback.print_exc()
        tell(error={"found": f"the worker failed: {type(error).__name__}"})
    else:
        tell(finished=True)
    return 0


def _make_run(order: Order, tell: Tell) -> None:
    """Solve, explore, write the run's folder, and its reports while all is at hand."""
    options = RunOptions(**order.options)
    tell(stage="solving", done=0, total=options.most_draws)
    result = run(
        loads(order.text, order.file), checkpoint=order.checkpoint, progress=_paced(tell), **options.as_asked()
    )
    if result.interrupted:
        raise KeyboardInterrupt
    tell(stage="exploring", done=result.num_draws, total=result.num_draws)
    result, left_out = _explored(result, options, tell)
    tell(stage="saving")
    place = result.save(order.place)
    tell(saved=True)
    tell(stage="report")
    write_reports(result, left_out, place, Path(order.reports))


def _explored(result: Run, options: RunOptions, tell: Tell) -> tuple[Run, dict[str, str]]:
    """The run with its analyses; and those that cannot be made of it, with the reason."""
    left_out: dict[str, str] = {}
    for name in wanted_names(options.explore):
        tell(stage=name)
        try:
            result = _with(result, name)
        except RunError as error:
            left_out[name] = str(error)
    tell(left_out=left_out)
    return result, left_out


def _with(result: Run, name: str) -> Run:
    """The run with an analysis."""
    if name != HORIZON:
        return result.explore(name)
    draws = min(HORIZON_DRAWS, result.num_draws)
    found = vary_horizon(result.scenario, draws=draws, seed=result.seed)
    return replace(result, explored={**result.explored, HORIZON: found})


def _make_report(order: Order, tell: Tell) -> None:
    """Make a run again by its folder, and write its reports."""
    from offramp.explore.again import run_again

    tell(stage="solving")
    place = Path(order.place)
    result = run_again(place, _paced(tell))
    for name in _explored_of(place):
        tell(stage=name)
        result = _with(result, name)
    tell(stage="report")
    write_reports(result, {}, place, Path(order.reports))


def _explored_of(run: Path) -> list[str]:
    """The analyses that were made of a run, by the names that they are asked for by."""
    found = {file.name.partition(".")[0] for file in (run / EXPLORED).glob("*.parquet")}
    return [name for name in (*ANALYSES, HORIZON) if name in found]


_MAKERS: dict[str, Callable[[Order, Tell], None]] = {"run": _make_run, "report": _make_report}


def _paced(tell: Tell) -> Callable[[int, int], None]:
    """Progress that is told now and then, and at the end."""
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        moment = time.monotonic()
        if done >= total or moment - last >= BETWEEN_TOLD:
            last = moment
            tell(done=done, total=total)

    return progress


def _teller(answers: IO[bytes]) -> Tell:
    def tell(**happened: Any) -> None:
        answers.write(json.dumps(happened).encode() + b"\n")
        answers.flush()

    return tell


def _line(asked: IO[bytes]) -> bytes:
    line = asked.readline()
    if not line.endswith(b"\n"):
        os._exit(ORPHANED)
    return line


def _listen(asked: IO[bytes], main_thread: int) -> None:
    """Stop when asked to; end at once where the server is gone."""
    while line := asked.readline():
        if line == STOP:
            signal.pthread_kill(main_thread, signal.SIGINT)
    os._exit(ORPHANED)


if __name__ == "__main__":
    sys.exit(main())
