"""Kernels: what happens in each draw, node by node; see :mod:`offramp.explore.table`.

Rows are counted through the answers, conditions, outcomes, moves, choices and breaks of a table; numbers through the
distinct chance probabilities and then the actions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.arrays import Flags, Floats, Indices, Ints
from offramp.solve.jit import kernel

SMALLEST_REACH = 1e-250
"""Below this a move's reach has lost digits to underflow, and choices are weighted by log probabilities instead."""

LANES = 8
"""Draws side by side, which lets the compiler use the machine's vectors."""

VANISHING = -746.0
"""The exponential of anything less is exactly zero; that of anything so small takes libraries long to find out."""


class Tally(NamedTuple):
    """What the kernels read of one structure.

    Attributes
    ----------
    parents : uint32[N]
        The root is given itself.
    factors : uint32[N]
        The number that is the probability of the step to the node; of no meaning at the root.
    classes : uint32[N]
        Nodes of one class count for the same rows.
    class_starts : uint32[Y + 1]
        Cuts ``class_rows`` by class.
    class_rows : uint32
        The rows that the reach of a class's nodes adds to.
    move_starts : uint32[V + 1]
        Cuts ``move_nodes`` by move.
    move_nodes : uint32
    child_starts : uint32[N + 1]
        Cuts ``children`` by node.
    children : uint32[N - 1]
    step_choices : int32[N]
        The choice, counted from 0, that leads to the node; -1 for none.
    choice_starts : uint32[V + 1]
        Cuts the choices by move.
    inner : uint32
        The nodes, in order, that are neither leaves nor the root.
    always : bool[Q]
        Answers whose condition every path meets.
    num_outcomes, num_breaks : int
    """

    parents: Indices
    factors: Indices
    classes: Indices
    class_starts: Indices
    class_rows: Indices
    move_starts: Indices
    move_nodes: Indices
    child_starts: Indices
    children: Indices
    step_choices: Ints
    choice_starts: Indices
    inner: Indices
    always: Flags
    num_outcomes: int
    num_breaks: int


@kernel
def tally_draws(tally: Tally, chance: Floats, logs: Floats, table: Floats) -> None:
    """Write ``table[rows, B]`` from ``chance[B, D]`` and the log probabilities ``logs[B, A]``; more rows are left."""
    num_draws, num_nodes, num_answers = len(logs), len(tally.parents), len(tally.always)
    first_move = 2 * num_answers + tally.num_outcomes
    first_choice = first_move + len(tally.choice_starts) - 1
    first_break = first_choice + tally.choice_starts[-1]
    numbers, reach = np.empty((chance.shape[1] + logs.shape[1], LANES)), np.empty((num_nodes, LANES))
    sums, rows = np.empty((len(tally.class_starts) - 1, LANES)), np.empty((first_break + tally.num_breaks, LANES))
    terms, absent = np.empty(len(numbers)), np.empty(len(numbers), dtype=np.int32)
    weights, zeros = np.empty(num_nodes), np.empty(num_nodes, dtype=np.int32)
    for first in range(0, num_draws, LANES):
        for lane in range(LANES):
            _read_numbers(chance, logs, min(first + lane, num_draws - 1), numbers, lane)
        _count(tally, numbers, reach, sums, rows)
        for draw in range(first, min(first + LANES, num_draws)):
            lane = draw - first
            _give_conditions(tally, rows, lane, first_break)
            if _choose_given_reached(tally, rows, lane, first_move, first_choice):
                _read_terms(chance, logs, draw, terms, absent)
                _sum_histories(tally, terms, absent, weights, zeros)
                for move in range(len(tally.move_starts) - 1):
                    if rows[first_move + move, lane] < SMALLEST_REACH:
                        _choose_by_histories(tally, move, numbers, lane, weights, zeros, rows, first_choice)
        for row in range(len(rows)):
            for draw in range(first, min(first + LANES, num_draws)):
                table[row, draw] = np.minimum(rows[row, draw - first], 1.0)


@kernel
def _read_numbers(chance: Floats, logs: Floats, draw: int, numbers: Floats, lane: int) -> None:
    """Write the probabilities that steps can have in a draw."""
    num_chances = chance.shape[1]
    for d in range(num_chances):
        numbers[d, lane] = chance[draw, d]
    for a in range(logs.shape[1]):
        log = logs[draw, a]
        numbers[num_chances + a, lane] = 0.0 if log < VANISHING else np.exp(log)


@kernel
def _count(tally: Tally, numbers: Floats, reach: Floats, sums: Floats, rows: Floats) -> None:
    """Write the reach of every node, its sum over each class, and ``rows``: the sums over what classes count for."""
    sums[:] = 0.0
    rows[:] = 0.0
    root = tally.classes[0]
    for lane in range(LANES):
        reach[0, lane] = 1.0
        sums[root, lane] = 1.0
    for node in range(1, len(reach)):
        parent, factor, c = tally.parents[node], tally.factors[node], tally.classes[node]
        for lane in range(LANES):
            probability = reach[parent, lane] * numbers[factor, lane]
            reach[node, lane] = probability
            sums[c, lane] += probability
    for c in range(len(sums)):
        for k in range(tally.class_starts[c], tally.class_starts[c + 1]):
            row = tally.class_rows[k]
            for lane in range(LANES):
                rows[row, lane] += sums[c, lane]


@kernel
def _give_conditions(tally: Tally, rows: Floats, lane: int, first_break: int) -> None:
    """Divide answers, and the breaks of the first one, by the probability of their condition; NaN where that is none.

    The condition itself is exactly 1 where every path meets it, and 0 where next to none does.
    """
    num_answers = len(tally.always)
    for answer in range(num_answers):
        met = 1.0 if tally.always[answer] else min(rows[num_answers + answer, lane], 1.0)
        rows[num_answers + answer, lane] = 0.0 if met < SMALLEST_REACH else met
        divisor = np.nan if met < SMALLEST_REACH else met
        rows[answer, lane] /= divisor
        if answer == 0:
            for row in range(first_break, len(rows)):
                rows[row, lane] /= divisor


@kernel
def _choose_given_reached(tally: Tally, rows: Floats, lane: int, first_move: int, first_choice: int) -> bool:
    """Divide choices by how likely their move is reached; whether a move is too rare for that."""
    rare = False
    for move in range(len(tally.choice_starts) - 1):
        reached = rows[first_move + move, lane]
        if reached < SMALLEST_REACH:
            rare = True
        else:
            for choice in range(tally.choice_starts[move], tally.choice_starts[move + 1]):
                rows[first_choice + choice, lane] /= reached
    return rare


@kernel
def _read_terms(chance: Floats, logs: Floats, draw: int, terms: Floats, absent: Ints) -> None:
    """Write the logarithms of the probabilities that steps can have, 0 where a step is ``absent``: of probability 0."""
    num_chances = chance.shape[1]
    for d in range(num_chances):
        absent[d] = 1 if chance[draw, d] == 0.0 else 0
        terms[d] = 0.0 if absent[d] else np.log(chance[draw, d])
    for a in range(logs.shape[1]):
        absent[num_chances + a] = 1 if logs[draw, a] == -np.inf else 0
        terms[num_chances + a] = 0.0 if absent[num_chances + a] else logs[draw, a]


@kernel
def _sum_histories(tally: Tally, terms: Floats, absent: Ints, weights: Floats, zeros: Ints) -> None:
    """Write for each node that a move has the sum of the logs on its path and the number of absent steps."""
    weights[0], zeros[0] = 0.0, 0
    for k in range(len(tally.inner)):
        node = tally.inner[k]
        parent, factor = tally.parents[node], tally.factors[node]
        weights[node] = weights[parent] + terms[factor]
        zeros[node] = zeros[parent] + absent[factor]


@kernel
def _choose_by_histories(
    tally: Tally, move: int, numbers: Floats, lane: int, weights: Floats, zeros: Ints, rows: Floats, first_choice: int
) -> None:
    """Write the choices of ``move``, its nodes weighted by their histories; NaN if it has no node."""
    start, stop = tally.move_starts[move], tally.move_starts[move + 1]
    for choice in range(tally.choice_starts[move], tally.choice_starts[move + 1]):
        rows[first_choice + choice, lane] = np.nan if start == stop else 0.0
    if start == stop:
        return
    fewest, largest, total = zeros[tally.move_nodes[start]], -np.inf, 0.0
    for m in range(start, stop):
        node = tally.move_nodes[m]
        if zeros[node] < fewest:
            fewest, largest = zeros[node], weights[node]
        elif zeros[node] == fewest:
            largest = max(largest, weights[node])
    for m in range(start, stop):
        node = tally.move_nodes[m]
        relative = weights[node] - largest
        if zeros[node] > fewest or relative < VANISHING:
            continue
        weight = np.exp(relative)
        total += weight
        for k in range(tally.child_starts[node], tally.child_starts[node + 1]):
            child = tally.children[k]
            row = first_choice + tally.step_choices[child]
            rows[row, lane] += weight * numbers[tally.factors[child], lane]
    for choice in range(tally.choice_starts[move], tally.choice_starts[move + 1]):
        rows[first_choice + choice, lane] /= total
