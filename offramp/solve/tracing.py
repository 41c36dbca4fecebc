"""Kernels: solve the draws of a block, by dominance where that settles them and by following their branches elsewhere.

Draws are claimed from a counter that all threads share, and settled and followed side by side; as one arrives, the next
takes its lane. What becomes of a draw depends on its own numbers alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.abreast import ARRIVED, END, IDLE, KIND, REGRET, RUNNING, SIGN, Lanes, advance, leave, occupy
from offramp.solve.arrays import copy
from offramp.solve.dominance import Bounds, allocate_bounds, solve_by_dominance
from offramp.solve.jit import inlined, lean
from offramp.solve.lanes import WIDTH, Longs, claim, get, put, rows, where
from offramp.solve.limit import NO_REGRET, polish
from offramp.solve.nudge import FORKED, follow_nudged
from offramp.solve.path import ANY_SIGN, NUM_COUNTS, OUT_OF_STEPS, REACHED, Work, follow, start
from offramp.solve.tape import Tape
from offramp.solve.values import State, allocate_state, evaluate, load_draw, load_lane

GOOD_REGRET = 1e-10
"""A polished draw with no more regret than this, in units of the payoff range, needs no further tracing."""

EXTENSIONS = 2
"""How often the branch is followed another tenfold where the polish leaves more regret than that."""


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


class Task(NamedTuple):
    """The draws to solve: numbers at the leaves [B, Z], scaled to [0, 1], and of chance [B, D], and how far to follow.

    ``rates[B, P]`` is each player's precision per unit of s, ``targets[B]`` where s ends; ``limit`` says that the limit
    is wanted. Draws are claimed ``at_once``. ``claimed[1]`` and ``finished[1]`` count them; all threads share these.
    """

    leaves: Floats
    chance: Floats
    rates: Floats
    targets: Floats
    limit: bool
    max_steps: int
    at_once: int
    claimed: Longs
    finished: Longs


class Desk(NamedTuple):
    """Scratch of one thread: draws that dominance is tried on, side by side."""

    state: State
    bounds: Bounds
    rates: Floats  # P rows
    targets: Floats  # 1 row
    settled: Floats  # 1 row: 1 where dominance settles a draw
    waiting: Ints  # [WIDTH]: the draws that are still to be traced, the first number[0]
    number: Ints  # [1]


def allocate_desk(tape: Tape, num_players: int) -> Desk:
    """Scratch arrays for kernels on ``tape``."""
    return Desk(
        state=allocate_state(tape, side_by_side=True),
        bounds=allocate_bounds(tape),
        rates=rows(num_players, True),
        targets=rows(1, True),
        settled=rows(1, True),
        waiting=np.zeros(WIDTH, dtype=np.int32),
        number=np.zeros(1, dtype=np.int32),
    )


@lean
def trace_draws(tape: Tape, task: Task, work: Work, desk: Desk, lanes: Lanes, traces: Traces) -> None:
    """Solve draws of ``task`` until all are claimed; their rows of ``traces`` are overwritten."""
    running = 0
    while True:
        for lane in range(WIDTH):
            if lanes.registers[END, lane] != RUNNING:
                running -= 1
                _finish_draw(tape, task, lane, work, lanes, traces)
            if lanes.registers[KIND, lane] == IDLE:
                draw = _next_draw(tape, task, work, desk, traces)
                if draw >= 0:
                    running += 1
                    lanes.draws[lane] = draw
                    occupy(tape, work.state, task.rates[draw], task.targets[draw], task.limit, lane, lanes)
        if running == 0 or work.stop[0] != 0:
            return
        advance(tape, task.max_steps, lanes)


@lean
def trace_one_by_one(tape: Tape, task: Task, work: Work, desk: Desk, traces: Traces) -> None:
    """What :func:`trace_draws` does, for games so large that draws side by side would not stay near the processor."""
    while True:
        draw = _next_draw(tape, task, work, desk, traces)
        if draw < 0 or work.stop[0] != 0:
            return
        for count in range(NUM_COUNTS):
            work.counts[count] = 0
        end, reached = _trace_draw(tape, task, draw, work, traces.logs[draw])
        _note(task, draw, 1, end, reached, work.counts, traces)


@lean
def _note(task: Task, draw: int, traced: int, end: int, reached: float, counts: Ints, traces: Traces) -> None:
    traces.traced[draw], traces.ends[draw], traces.reached[draw] = traced, end, reached
    for count in range(NUM_COUNTS):
        traces.counts[draw, count] = counts[count]
    claim(task.finished, 1)


@inlined
def _copy_logs(state: State, lane: int, logs: Floats) -> None:
    """Overwrite ``logs[A]`` with the log probabilities of the actions in a lane of ``state``."""
    for action in range(len(logs)):
        logs[action] = state.logs[action, lane]


@lean
def _next_draw(tape: Tape, task: Task, work: Work, desk: Desk, traces: Traces) -> int:
    """A draw to be traced, its numbers in ``work.state``; -1 where none is left."""
    while desk.number[0] == 0:
        first = claim(task.claimed, task.at_once)
        if first >= len(task.leaves) or work.stop[0] != 0:
            return -1
        _settle_draws(tape, task, first, min(task.at_once, len(task.leaves) - first), work, desk, traces)
    desk.number[0] -= 1
    draw = desk.waiting[desk.number[0]]
    load_draw(tape, task.leaves[draw], task.chance[draw], work.state)
    return int(draw)


@lean
def _settle_draws(tape: Tape, task: Task, first: int, count: int, work: Work, desk: Desk, traces: Traces) -> None:
    """Try dominance on ``count`` draws from ``first`` on; those that it leaves open are put to ``desk.waiting``."""
    if task.limit:
        for lane in range(count):
            draw = first + lane
            load_draw(tape, task.leaves[draw], task.chance[draw], work.state)
            load_lane(tape, work.state, lane, desk.state)
            desk.targets[0, lane] = task.targets[draw]
            for player in range(task.rates.shape[1]):
                desk.rates[player, lane] = task.rates[draw, player]
        solved = solve_by_dominance(tape, desk.rates, get(desk.targets, 0), desk.state, desk.bounds)
        put(desk.settled, 0, where(solved, 1.0, 0.0))
    for number in range(NUM_COUNTS):
        work.counts[number] = 0
    for lane in range(count - 1, -1, -1):  # so that the first comes off the pile first
        draw = first + lane
        if desk.settled[0, lane] == 1.0:
            _copy_logs(desk.state, lane, traces.logs[draw])
            _note(task, draw, 0, REACHED, task.targets[draw], work.counts, traces)
        else:
            desk.waiting[desk.number[0]] = draw
            desk.number[0] += 1


@lean
def _finish_draw(tape: Tape, task: Task, lane: int, work: Work, lanes: Lanes, traces: Traces) -> None:
    """Take the draw of a lane to its end; one that was lost there is traced once more, alone."""
    draw = lanes.draws[lane]
    arrived, orientation = lanes.registers[END, lane] == ARRIVED, int(lanes.registers[SIGN, lane])
    leave(tape, lane, lanes, work)
    logs = traces.logs[draw]
    end, reached = REACHED, task.targets[draw]
    if arrived and task.limit and lanes.registers[REGRET, lane] <= NO_REGRET:  # it is its own limit: no polish
        _copy_logs(lanes.state, lane, logs)
        _note(task, draw, 1, end, reached, work.counts, traces)
        return
    load_draw(tape, task.leaves[draw], task.chance[draw], work.state)
    if not arrived:
        end, reached = _trace_draw(tape, task, draw, work, logs)
    elif task.limit:
        reached, _ = _approach_limit(tape, task, draw, orientation, REACHED, work, logs)
    else:
        evaluate(tape, work.here, work.state)
        copy(work.state.logs, logs)
    _note(task, draw, 1, end, reached, work.counts, traces)


@lean
def _trace_draw(tape: Tape, task: Task, draw: int, work: Work, logs: Floats) -> tuple[int, float]:
    """Trace the draw in ``work.state`` alone; writes ``logs[A]``. Returns how it ended and s at the end.

    Where the branch stalls, as at a fork, a nudged one is followed, and failing that the branch itself over the fork. A
    draw whose regret is good counts as reached where neither gets to the end.
    """
    rates, target, limit = task.rates[draw], task.targets[draw], task.limit
    orientation = start(tape, rates, work)
    end = follow(tape, rates, target, orientation, task.max_steps, limit, work)
    reached = work.here[tape.num_variables]
    regret = np.inf
    if limit:
        reached, regret = _approach_limit(tape, task, draw, orientation, end, work, logs)
    else:
        evaluate(tape, work.here, work.state)
        copy(work.state.logs, logs)
    if end in (REACHED, OUT_OF_STEPS) or work.stop[0] != 0:
        return end, reached
    for attempt in range(2):
        if attempt == 0:
            found = follow_nudged(tape, task.leaves[draw], rates, target, task.max_steps, work)
        else:
            start(tape, rates, work)
            steps = task.max_steps
            found = regret > GOOD_REGRET and follow(tape, rates, target, ANY_SIGN, steps, False, work) == REACHED
        if found and (not limit or polish(tape, rates, work) <= max(regret, GOOD_REGRET)):
            if not limit:
                evaluate(tape, work.here, work.state)
            copy(work.state.logs, logs)
            return FORKED, target
    return (REACHED if regret <= GOOD_REGRET else end), reached


@lean
def _approach_limit(
    tape: Tape, task: Task, draw: int, orientation: int, end: int, work: Work, logs: Floats
) -> tuple[float, float]:
    """Polish, following the branch further where that leaves too much regret: s at the end and the regret there.

    Writes ``logs[A]``.
    """
    rates = task.rates[draw]
    regret = polish(tape, rates, work)
    reached = work.here[tape.num_variables]
    copy(work.state.logs, logs)
    further = task.targets[draw]
    for _ in range(EXTENSIONS):
        if end != REACHED or regret <= GOOD_REGRET:
            break
        further *= 10.0
        last = follow(tape, rates, further, orientation, task.max_steps, False, work)
        better = polish(tape, rates, work)
        if better < regret:
            regret = better
            copy(work.state.logs, logs)
            reached = work.here[tape.num_variables]
        if last != REACHED:
            break
    return reached, regret
