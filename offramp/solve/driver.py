"""Run the tracing kernels over a batch of draws, in threads.

Every draw is traced from the same start with its own numbers and nothing carried over, so its bits depend neither on
the other draws nor on how they are shared out.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple

import numpy as np

from offramp.errors import SolveError
from offramp.game.game import Floats, Ints
from offramp.solve.abreast import allocate_lanes
from offramp.solve.jit import is_compiled
from offramp.solve.lanes import WIDTH, Longs
from offramp.solve.path import allocate_work, capacity_for
from offramp.solve.structure import BlockTape
from offramp.solve.tape import Tape
from offramp.solve.tracing import Task, Traces, allocate_desk, trace_draws, trace_one_by_one

LOG = logging.getLogger(__name__)

TELL_EVERY = 0.1
"""Seconds between reports of progress."""

MAX_STEPS = 4000
"""Steps along one branch, refused ones included, before a draw is given up."""

ABREAST_LIMIT = 2**19
"""Bytes that the linear systems of draws side by side may take, so that they stay near the processor."""

MEMORY_LIMIT = 4 * 2**30
"""Bytes of scratch space, over all threads, that tracing may take."""

LARGE_GAME = 1500
"""Unknowns traced together from which the user is told that it takes long."""


class Schedule(NamedTuple):
    """The path's parameter s: ``rates[B, P]`` is each player's precision per unit of s, ``targets[B]`` where s ends.

    ``limit`` says that the limit is wanted, so the end is polished.
    """

    rates: Floats
    targets: Floats
    limit: bool

    @property
    def precisions(self) -> Floats:
        """float64[B, P]: each player's precision at the end."""
        return self.rates * self.targets[:, None]


def default_workers() -> int:
    """``NUMBA_NUM_THREADS`` where it is set to a positive number, else the cores this process may use."""
    setting = os.environ.get("NUMBA_NUM_THREADS", "")
    if setting.isdigit() and int(setting) > 0:
        return int(setting)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def trace_block(
    block: BlockTape,
    leaves: Floats,
    chance: Floats,
    schedule: Schedule,
    workers: int,
    done: Callable[[int], None],
) -> Traces:
    """Trace one block in all draws of ``leaves[B, Z]`` (scaled to [0, 1]) and ``chance[B, D]``.

    ``done`` is called with the number of draws that were finished since the last call, in the caller's thread.
    """
    tape = block.tape
    abreast = fits_abreast(tape)
    if not is_compiled(trace_draws if abreast else trace_one_by_one):
        LOG.info("compiling the solver for this machine, once (three or four minutes)")
    workers = affordable_workers(tape, workers)
    at_once = max(1, min(WIDTH, -(-len(leaves) // workers)))
    traces = Traces.empty(len(leaves), len(block.actions))
    claimed, finished = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    numbers = leaves, chance, schedule.rates, schedule.targets
    task = Task(*numbers, schedule.limit, MAX_STEPS, at_once, claimed, finished)
    stop = np.zeros(1, dtype=np.int32)
    num_players = schedule.rates.shape[1]

    def trace() -> None:
        work, desk = allocate_work(tape, stop), allocate_desk(tape, num_players)
        with np.errstate(all="ignore"):  # where numba is switched off: lanes without a draw compute with what is left
            if abreast:
                trace_draws(tape, task, work, desk, allocate_lanes(tape, num_players), traces)
            else:
                trace_one_by_one(tape, task, work, desk, traces)

    for count in _run_threads(trace, min(workers, -(-len(leaves) // at_once)), finished, stop):
        done(count)
    return traces


def _run_threads(function: Callable[[], None], workers: int, finished: Longs, stop: Ints) -> Iterator[int]:
    """Run ``function`` in threads; how much ``finished`` has grown since the last time, now and then.

    The caller's thread only waits, so that Ctrl-C is heard; it raises ``stop``, at which the kernels return within a
    step.
    """
    pool = ThreadPoolExecutor(workers)
    told = 0
    try:
        pending = {pool.submit(function) for _ in range(workers)}
        while pending:
            ended, pending = wait(pending, timeout=TELL_EVERY, return_when=FIRST_COMPLETED)
            for future in ended:
                future.result()
            count = int(finished[0])
            if count > told:
                yield count - told
                told = count
    except BaseException:
        stop[0] = 1
        raise
    finally:
        pool.shutdown(wait=True)


def fits_abreast(tape: Tape) -> bool:
    """Whether the game is small enough for its draws to be traced side by side."""
    return _bytes_abreast(tape) <= ABREAST_LIMIT


def _bytes_abreast(tape: Tape) -> int:
    kept = tape.num_variables - tape.num_eliminated
    return 8 * WIDTH * ((kept + 1) * (kept + 3) + tape.num_slopes)


def affordable_workers(tape: Tape, workers: int) -> int:
    """As many of ``workers`` as ``MEMORY_LIMIT`` has scratch space for.

    Raises
    ------
    SolveError
        If it has not enough for one.
    """
    unknowns = tape.num_variables
    needed = 8 * ((capacity_for(tape) + 1) ** 2 + tape.num_slopes)
    if fits_abreast(tape):
        needed += _bytes_abreast(tape)
    if needed > MEMORY_LIMIT:
        raise SolveError(
            f"{unknowns:,} choice probabilities hang together and must be solved at once, which takes "
            f"{needed / 2**30:.1f} GiB of a limit of {MEMORY_LIMIT / 2**30:.0f}: use a coarser grid or fewer options"
        )
    if unknowns > LARGE_GAME:
        LOG.info("a large game: %s choice probabilities hang together; a draw may take minutes", f"{unknowns:,}")
    return max(1, min(workers, MEMORY_LIMIT // needed))
