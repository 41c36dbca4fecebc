"""A run from its folder: what was written there is solved once more, and must give the same numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from offramp.errors import RunError
from offramp.explore.batches import Progress
from offramp.explore.names import RUN_SCHEMA
from offramp.explore.options import Options
from offramp.explore.precision import plain_precision
from offramp.explore.record import run_record
from offramp.explore.run import Run, run
from offramp.scenario.load import load

SAME = ("answers", "outcomes", "moves", "parties", "breaks")
"""What must be the same in the folder and in the run made again."""


def run_again(folder: str | Path, progress: Progress | None = None) -> Run:
    """The run that was written at ``folder``, made again by its scenario, draws, seed and precision.

    The same seed gives the same bits, so that nothing is lost by it; what was explored of it is not made again.

    Parameters
    ----------
    folder : path
        As :meth:`offramp.Run.save` or ``offramp run --out`` writes it.
    progress : callable, optional
        Called with the draws done and their total.

    Raises
    ------
    RunError
        If the folder holds no run, or its numbers are not those that this version of offramp gives.
    KeyboardInterrupt
        If Ctrl-C came before all draws were done.
    """
    place = Path(folder)
    record = _record(place)
    result = _solved(place, record, record["draws"], record["seed"], progress)
    _check_same(place, record, json.loads(json.dumps(run_record(result))))
    return result


def solve_again(
    what: str | Path, *, draws: int | None = None, seed: int | None = None, progress: Progress | None = None
) -> Run:
    """The run of a scenario's file, or that of a run's folder once more: as it was, unless told otherwise.

    Raises
    ------
    RunError
        If the folder holds no run.
    ScenarioError
        If the scenario is wrong.
    KeyboardInterrupt
        After Ctrl-C.
    """
    place, usual = Path(what), Options()
    if not place.is_dir():
        draws, seed = (usual.draws if draws is None else draws), (usual.seed if seed is None else seed)
        return _whole(run(load(place), progress=progress, draws=draws, seed=seed))
    record = _record(place)
    draws, seed = (record[name] if value is None else value for name, value in (("draws", draws), ("seed", seed)))
    return _solved(place, record, draws, seed, progress)


def _solved(place: Path, record: dict[str, Any], draws: int, seed: int, progress: Progress | None) -> Run:
    """The scenario of a folder, solved as its document says."""
    scenario, equilibria = load(place / "scenario.yaml"), record["equilibria"]
    return _whole(
        run(
            scenario,
            progress=progress,
            draws=draws,
            seed=seed,
            precision=_asked(record["precision"], plain_precision(scenario.precision)),
            equilibria=equilibria and equilibria["method"],
        )
    )


def _whole(result: Run) -> Run:
    if result.interrupted:
        raise KeyboardInterrupt
    return result


def _asked(solved_at: Any, stated: object) -> Any:
    """The precision to ask for: none where the scenario states it, infinity where it states one that was not used."""
    if solved_at == stated:
        return None
    return math.inf if solved_at is None else solved_at


def _record(folder: Path) -> dict[str, Any]:
    """The run's document."""
    if not folder.is_dir():
        raise RunError(f"{str(folder)!r} is no folder; name the folder of a run, as offramp run --out writes it")
    try:
        found = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{str(folder)!r} holds no run.json; name the folder of a run, or a scenario file") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{str(folder / 'run.json')!r} cannot be read: {error}") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != RUN_SCHEMA:
        raise RunError(f"{str(folder / 'run.json')!r} has the schema {schema!r}; allowed: {RUN_SCHEMA!r}")
    missing = [key for key in ("draws", "seed", "precision", "equilibria", *SAME) if key not in found]
    if missing:
        raise RunError(f"{str(folder / 'run.json')!r} lacks {missing[0]!r}; make the run again with offramp run")
    return dict(found)


def _check_same(folder: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    different = [key for key in SAME if before[key] != now[key]]
    if different:
        made = before.get("offramp", "another version")
        raise RunError(
            f"{str(folder)!r} was made with offramp {made} and its {different[0]} are not those that offramp "
            f"{now['offramp']} gives for the same scenario; make the run again with offramp run"
        )
