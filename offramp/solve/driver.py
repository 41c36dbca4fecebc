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
from offramp.game.game import Floats, Game, Ints
from offramp.solve.arrays import copy
from offramp.solve.assess import mark_active
from offramp.solve.fork import FORKED, follow_nudged
from offramp.solve.jit import is_compiled, kernel
from offramp.solve.plan import Plan, build_plan
from offramp.solve.polish import polish
from offramp.solve.subgames import Block
from offramp.solve.trace import REACHED, Work, allocate_work, assess, follow, start

LOG = logging.getLogger(__name__)

CHUNK = 32
"""Draws that one thread takes at a time."""

MAX_STEPS = 4000
"""Steps along one branch, refused ones included, before a draw is given up."""

GOOD_REGRET = 1e-10
"""A polished draw with no more regret than this, in units of the payoff range, needs no further tracing."""

EXTENSIONS = 2
"""How often the branch is followed another tenfold where the polish leaves more regret than that."""


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
    """What tracing a block gives: log probabilities [B, A of the block], how each trace ended, s there, steps tried."""

    logs: Floats
    ends: Ints
    reached: Floats
    steps: Ints


def default_workers() -> int:
    """``NUMBA_NUM_THREADS`` where it is set to a positive number, else the cores this process may use."""
    setting = os.environ.get("NUMBA_NUM_THREADS", "")
    if setting.isdigit() and int(setting) > 0:
        return int(setting)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def trace_block(
    block: Block, payoffs: Floats, chance: Floats, schedule: Schedule, workers: int, done: Callable[[int], None]
) -> Traces:
    """Trace one block in all draws of ``payoffs[B, L, P]`` (scaled to [0, 1]) and ``chance[B, E]`` of the whole game.

    ``done`` is called with the number of draws in each finished chunk, in the caller's thread.
    """
    if not is_compiled(trace_draws):
        LOG.info("compiling the solver for this machine, once (about half a minute)")
    workers = _affordable_workers(block.game, workers)
    plan = build_plan(block.game)
    num_draws, num_players = len(payoffs), payoffs.shape[2]
    traces = Traces(
        np.empty((num_draws, len(block.actions))),
        np.empty(num_draws, dtype=np.int32),
        np.empty(num_draws),
        np.empty(num_draws, dtype=np.int32),
    )

    stop = np.zeros(1, dtype=np.int32)

    def trace_chunk(first: int) -> int:
        draws = slice(first, first + CHUNK)
        leaves = np.ascontiguousarray(payoffs[draws][:, block.leaves])
        branches = np.ascontiguousarray(chance[draws][:, block.branches])
        work = allocate_work(plan, num_players, stop)
        logs, ends, reached, steps = traces.logs[draws], traces.ends[draws], traces.reached[draws], traces.steps[draws]
        rates, targets = schedule.rates[draws], schedule.targets[draws]
        trace_draws(plan, leaves, branches, rates, targets, schedule.limit, MAX_STEPS, work, logs, ends, reached, steps)
        return len(leaves)

    for count in _run_chunks(trace_chunk, range(0, num_draws, CHUNK), workers, stop):
        done(count)
    return traces


def _affordable_workers(game: Game, workers: int) -> int:
    """As many of ``workers`` as ``MEMORY_LIMIT`` has scratch space for.

    Raises
    ------
    SolveError
        If it has not enough for one.
    """
    actions = int(game.action_starts[-1])
    unknowns = actions - game.num_infosets
    needed = 8 * ((unknowns + 1) ** 2 + actions * unknowns)
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


@kernel
def trace_draws(
    plan: Plan,
    payoffs: Floats,
    chance: Floats,
    rates: Floats,
    targets: Floats,
    limit: bool,
    max_steps: int,
    work: Work,
    logs: Floats,
    ends: Ints,
    reached: Floats,
    steps: Ints,
) -> None:
    """Trace, and where the limit is wanted polish, each draw of ``payoffs[B, L, P]`` and ``chance[B, E]``.

    ``rates[B, P]`` and ``targets[B]`` are those of :class:`Schedule`. Writes ``logs[B, A]``, ``ends[B]``,
    ``reached[B]`` and ``steps[B]``.
    """
    nudged = np.empty(payoffs.shape[1:])
    regret = np.empty(1)
    for draw in range(len(payoffs)):
        game, shares, own, target = payoffs[draw], chance[draw], rates[draw], targets[draw]
        mark_active(plan, shares, work.active, work.orders)
        ends[draw], steps[draw], reached[draw] = _trace_draw(
            plan, game, shares, own, target, limit, max_steps, work, logs[draw], regret
        )
        if ends[draw] == REACHED or work.stop[0] != 0:
            continue
        found, more = follow_nudged(plan, game, shares, own, target, max_steps, nudged, work)
        steps[draw] += more
        if not found:
            continue
        if not limit:
            assess(plan, game, shares, work.here, work)
        elif not polish(plan, game, shares, own, work) < regret[0]:
            continue
        copy(work.logs, logs[draw])
        ends[draw], reached[draw] = FORKED, target


@kernel
def _trace_draw(
    plan: Plan,
    payoffs: Floats,
    chance: Floats,
    rates: Floats,
    target: float,
    limit: bool,
    max_steps: int,
    work: Work,
    logs: Floats,
    regret: Floats,
) -> tuple[int, int, float]:
    """Trace one draw without nudging; writes ``logs[A]`` and, where the limit is wanted, ``regret[1]``.

    Returns how it ended, the steps tried and s at the end. A draw whose regret is good counts as reached all the same.
    """
    orientation = start(plan, payoffs, chance, rates, work)
    end, steps = follow(plan, payoffs, chance, rates, target, orientation, max_steps, work)
    reached = work.here[plan.num_variables]
    if not limit:
        assess(plan, payoffs, chance, work.here, work)
        copy(work.logs, logs)
        return end, steps, reached
    regret[0] = polish(plan, payoffs, chance, rates, work)
    copy(work.logs, logs)
    further = target
    for _ in range(EXTENSIONS):
        if end != REACHED or regret[0] <= GOOD_REGRET:
            break
        further *= 10.0
        last, more = follow(plan, payoffs, chance, rates, further, orientation, max_steps, work)
        steps += more
        better = polish(plan, payoffs, chance, rates, work)
        if better < regret[0]:
            regret[0] = better
            copy(work.logs, logs)
            reached = work.here[plan.num_variables]
        if last != REACHED:
            break
    return (REACHED if regret[0] <= GOOD_REGRET else end), steps, reached
