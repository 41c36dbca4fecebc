"""Run the tracing kernels over a batch of draws, in threads.

Every draw is traced from the same start with its own numbers and nothing carried over, so its bits depend neither on
the other draws nor on how they are shared out.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np

from offramp.errors import SolveError
from offramp.game.game import Floats, Ints
from offramp.solve.abreast import ARRIVED, END, IDLE, KIND, RUNNING, SIGN, Lanes, advance, allocate_lanes, leave, occupy
from offramp.solve.arrays import copy
from offramp.solve.dominance import Bounds, allocate_bounds, solve_by_dominance
from offramp.solve.jit import is_compiled, lean
from offramp.solve.lanes import WIDTH
from offramp.solve.limit import polish
from offramp.solve.nudge import FORKED, follow_nudged
from offramp.solve.path import (
    ANY_SIGN,
    NUM_COUNTS,
    OUT_OF_STEPS,
    REACHED,
    Work,
    allocate_work,
    capacity_for,
    follow,
    start,
)
from offramp.solve.structure import BlockTape
from offramp.solve.tape import Tape
from offramp.solve.values import evaluate, load_draw

LOG = logging.getLogger(__name__)

CHUNKS = (32, 1024)
"""Least and most draws that one thread takes at a time; fewer only where there are not enough for all threads."""

CHUNK_UNKNOWNS = 131072
"""Draws times unknowns of a chunk, between those limits."""

MAX_STEPS = 4000
"""Steps along one branch, refused ones included, before a draw is given up."""

GOOD_REGRET = 1e-10
"""A polished draw with no more regret than this, in units of the payoff range, needs no further tracing."""

EXTENSIONS = 2
"""How often the branch is followed another tenfold where the polish leaves more regret than that."""

ABREAST_LIMIT = 2**22
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


class Traces(NamedTuple):
    """What tracing a block gives: log probabilities [B, A of the block], how each trace ended, and s there.

    ``traced[B]`` is 0 where dominance made tracing needless; ``counts[B, NUM_COUNTS]`` is the work done.
    """

    logs: Floats
    ends: Ints
    reached: Floats
    traced: Ints
    counts: Ints

    @classmethod
    def empty(cls, num_draws: int, num_actions: int) -> Traces:
        return cls(
            np.empty((num_draws, num_actions)),
            np.empty(num_draws, dtype=np.int32),
            np.empty(num_draws),
            np.empty(num_draws, dtype=np.int32),
            np.empty((num_draws, NUM_COUNTS), dtype=np.int32),
        )

    def part(self, draws: slice) -> Traces:
        """Views of some draws."""
        logs, ends, reached, traced, counts = self
        return Traces(logs[draws], ends[draws], reached[draws], traced[draws], counts[draws])


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

    ``done`` is called with the number of draws in each finished chunk, in the caller's thread.
    """
    if not is_compiled(trace_draws):
        LOG.info("compiling the solver for this machine, once (about half a minute)")
    workers = affordable_workers(block.tape, workers)
    traces = Traces.empty(len(leaves), len(block.actions))
    stop = np.zeros(1, dtype=np.int32)
    size = _chunk_size(block.tape, len(leaves), workers)
    abreast = fits_abreast(block.tape)

    def trace_chunk(first: int) -> int:
        draws = slice(first, first + size)
        part = traces.part(draws)
        work, bounds = allocate_work(block.tape, stop), allocate_bounds(block.tape)
        numbers = leaves[draws], chance[draws], schedule.rates[draws], schedule.targets[draws], schedule.limit
        if abreast:
            lanes = allocate_lanes(block.tape, schedule.rates.shape[1])
            trace_draws(block.tape, *numbers, MAX_STEPS, work, lanes, bounds, part)
        else:
            trace_one_by_one(block.tape, *numbers, MAX_STEPS, work, bounds, part)
        return len(part.ends)

    for count in _run_chunks(trace_chunk, range(0, len(leaves), size), workers, stop):
        done(count)
    return traces


def _chunk_size(tape: Tape, num_draws: int, workers: int) -> int:
    """Draws that one thread takes at a time: many of a small game, and four portions for each thread if there are."""
    least, most = CHUNKS
    size = min(most, max(least, CHUNK_UNKNOWNS // max(1, tape.num_variables)))
    return min(size, max(least, -(-num_draws // (4 * workers))))


def fits_abreast(tape: Tape) -> bool:
    """Whether the game is small enough for its draws to be traced side by side."""
    kept = tape.num_variables - tape.num_eliminated
    return 8 * WIDTH * (kept + 1) * (kept + 3) <= ABREAST_LIMIT


def affordable_workers(tape: Tape, workers: int) -> int:
    """As many of ``workers`` as ``MEMORY_LIMIT`` has scratch space for.

    Raises
    ------
    SolveError
        If it has not enough for one.
    """
    unknowns = tape.num_variables
    needed = 8 * ((capacity_for(tape) + 1) ** 2 + 2 * tape.num_slopes)
    if needed > MEMORY_LIMIT:
        raise SolveError(
            f"{unknowns:,} choice probabilities hang together and must be solved at once, which takes "
            f"{needed / 2**30:.1f} GiB of a limit of {MEMORY_LIMIT / 2**30:.0f}: use a coarser grid or fewer options"
        )
    if unknowns > LARGE_GAME:
        LOG.info("a large game: %s choice probabilities hang together; a draw may take minutes", f"{unknowns:,}")
    return max(1, min(workers, MEMORY_LIMIT // needed))


def _run_chunks(function: Callable[[int], int], starts: range, workers: int, stop: Ints) -> Iterator[int]:
    """Results of ``function`` over ``starts`` as they come.

    The caller's thread only waits, so that Ctrl-C is heard; it drops the chunks not yet begun and raises ``stop``, at
    which the kernels return within a step.
    """
    pool = ThreadPoolExecutor(workers)
    try:
        for future in as_completed([pool.submit(function, start) for start in starts]):
            yield future.result()
    except BaseException:
        stop[0] = 1
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@lean
def trace_draws(
    tape: Tape,
    leaves: Floats,
    chance: Floats,
    rates: Floats,
    targets: Floats,
    limit: bool,
    max_steps: int,
    work: Work,
    lanes: Lanes,
    bounds: Bounds,
    traces: Traces,
) -> None:
    """Solve each draw of ``leaves[B, Z]`` and ``chance[B, D]``; ``traces`` is overwritten.

    Draws that dominance does not settle are followed side by side; as one arrives the next takes its lane.
    """
    waiting, running = 0, 0
    while True:
        for lane in range(WIDTH):
            if lanes.registers[END, lane] != RUNNING:
                running -= 1
                _finish_draw(tape, leaves, chance, rates, targets, limit, max_steps, lane, work, lanes, traces)
            if lanes.registers[KIND, lane] == IDLE:
                waiting = _settle_draws(tape, leaves, chance, rates, targets, limit, waiting, work, bounds, traces)
                if waiting < len(leaves):
                    lanes.draws[lane] = waiting
                    occupy(tape, work.state, rates[waiting], targets[waiting], limit, lane, lanes)
                    running += 1
                    waiting += 1
        if running == 0 or work.stop[0] != 0:
            return
        advance(tape, max_steps, lanes)


@lean
def _settle_draws(
    tape: Tape,
    leaves: Floats,
    chance: Floats,
    rates: Floats,
    targets: Floats,
    limit: bool,
    first: int,
    work: Work,
    bounds: Bounds,
    traces: Traces,
) -> int:
    """Solve the draws from ``first`` on by dominance, as far as it goes.

    Returns the draw that must be traced, with its numbers in ``work.state``, or how many there are in all.
    """
    for draw in range(first, len(leaves)):
        load_draw(tape, leaves[draw], chance[draw], work.state)
        if not (limit and solve_by_dominance(tape, rates[draw], targets[draw], work.state, bounds)):
            return draw
        traces.traced[draw] = 0
        traces.ends[draw], traces.reached[draw] = REACHED, targets[draw]
        copy(work.state.logs, traces.logs[draw])
        for count in range(NUM_COUNTS):
            traces.counts[draw, count] = 0
    return len(leaves)


@lean
def _finish_draw(
    tape: Tape,
    leaves: Floats,
    chance: Floats,
    rates: Floats,
    targets: Floats,
    limit: bool,
    max_steps: int,
    lane: int,
    work: Work,
    lanes: Lanes,
    traces: Traces,
) -> None:
    """Take the draw of a lane to its end; one that was lost there is traced once more, alone."""
    draw = lanes.draws[lane]
    speed, target = rates[draw], targets[draw]
    load_draw(tape, leaves[draw], chance[draw], work.state)
    arrived, orientation = lanes.registers[END, lane] == ARRIVED, int(lanes.registers[SIGN, lane])
    leave(tape, lane, lanes, work)
    logs = traces.logs[draw]
    end, reached = REACHED, target
    if not arrived:
        end, reached = _trace_draw(tape, leaves[draw], speed, target, limit, max_steps, work, logs)
    elif limit:
        reached, _ = _approach_limit(tape, speed, target, orientation, REACHED, max_steps, work, logs)
    else:
        evaluate(tape, work.here, work.state)
        copy(work.state.logs, logs)
    traces.traced[draw], traces.ends[draw], traces.reached[draw] = 1, end, reached
    for count in range(NUM_COUNTS):
        traces.counts[draw, count] = work.counts[count]


@lean
def trace_one_by_one(
    tape: Tape,
    leaves: Floats,
    chance: Floats,
    rates: Floats,
    targets: Floats,
    limit: bool,
    max_steps: int,
    work: Work,
    bounds: Bounds,
    traces: Traces,
) -> None:
    """What :func:`trace_draws` does, for games so large that eight at a time would not fit the processor's memory."""
    draw = 0
    while True:
        draw = _settle_draws(tape, leaves, chance, rates, targets, limit, draw, work, bounds, traces)
        if draw == len(leaves):
            return
        for count in range(NUM_COUNTS):
            work.counts[count] = 0
        logs = traces.logs[draw]
        end, reached = _trace_draw(tape, leaves[draw], rates[draw], targets[draw], limit, max_steps, work, logs)
        traces.traced[draw], traces.ends[draw], traces.reached[draw] = 1, end, reached
        for count in range(NUM_COUNTS):
            traces.counts[draw, count] = work.counts[count]
        draw += 1


@lean
def _trace_draw(
    tape: Tape,
    leaves: Floats,
    rates: Floats,
    target: float,
    limit: bool,
    max_steps: int,
    work: Work,
    logs: Floats,
) -> tuple[int, float]:
    """Trace the draw in ``work.state``; writes ``logs[A]``. Returns how it ended and s at the end.

    Where the branch stalls, as at a fork, a nudged one is followed, and failing that the branch itself over the fork. A
    draw whose regret is good counts as reached where neither gets to the end.
    """
    orientation = start(tape, rates, work)
    end = follow(tape, rates, target, orientation, max_steps, limit, work)
    reached = work.here[tape.num_variables]
    regret = np.inf
    if limit:
        reached, regret = _approach_limit(tape, rates, target, orientation, end, max_steps, work, logs)
    else:
        evaluate(tape, work.here, work.state)
        copy(work.state.logs, logs)
    if end in (REACHED, OUT_OF_STEPS) or work.stop[0] != 0:
        return end, reached
    for attempt in range(2):
        if attempt == 0:
            found = follow_nudged(tape, leaves, rates, target, max_steps, work)
        else:
            start(tape, rates, work)
            found = regret > GOOD_REGRET and follow(tape, rates, target, ANY_SIGN, max_steps, False, work) == REACHED
        if found and (not limit or polish(tape, rates, work) <= max(regret, GOOD_REGRET)):
            if not limit:
                evaluate(tape, work.here, work.state)
            copy(work.state.logs, logs)
            return FORKED, target
    return (REACHED if regret <= GOOD_REGRET else end), reached


@lean
def _approach_limit(
    tape: Tape,
    rates: Floats,
    target: float,
    orientation: int,
    end: int,
    max_steps: int,
    work: Work,
    logs: Floats,
) -> tuple[float, float]:
    """Polish, following the branch further where that leaves too much regret: s at the end and the regret there.

    Writes ``logs[A]``.
    """
    regret = polish(tape, rates, work)
    reached = work.here[tape.num_variables]
    copy(work.state.logs, logs)
    further = target
    for _ in range(EXTENSIONS):
        if end != REACHED or regret <= GOOD_REGRET:
            break
        further *= 10.0
        last = follow(tape, rates, further, orientation, max_steps, False, work)
        better = polish(tape, rates, work)
        if better < regret:
            regret = better
            copy(work.state.logs, logs)
            reached = work.here[tape.num_variables]
        if last != REACHED:
            break
    return reached, regret
