"""Kernels: solve the bordered linear systems of path following.

The matrix is ``(V + 1) x (V + 1)``: a row for each unknown's equation and a last row, the border. It is never formed.
Unknowns are either *eliminated*, with the identity as their own block (see :mod:`offramp.solve.tape`), or *kept*: the
eliminated ones are taken out exactly and without fill, and only the kept ones and the border are factored densely,
with row scaling and partial pivoting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.dense import factor_dense, solve_dense
from offramp.solve.jit import inlined, lean
from offramp.solve.tape import Tape


class System(NamedTuple):
    """A linear system and its factors; overwritten by every use."""

    rows: Floats  # the equation of unknown i in its set's columns, at row_starts[i]
    row_starts: Ints  # [V]
    owners: Ints  # [V]: the information set of each unknown
    diagonal: Floats  # [V]: of kept unknowns
    ends: Floats  # [V]: last column of each equation
    border: Floats  # [V + 1]: the last row
    places: Ints  # [V]: place among the kept unknowns, -1 for an eliminated one
    kept: Ints  # [V]: the kept unknowns; number[0] of them
    number: Ints  # [1]
    dense: Floats  # [K + 1, K + 1]
    pivots: Ints  # [K + 1]
    scales: Floats  # [K + 1]
    short: Floats  # [K + 1]


def allocate_system(tape: Tape, capacity: int) -> System:
    """Scratch for systems with up to ``capacity`` kept unknowns; those that the tape does not eliminate are kept."""
    size = tape.num_variables
    row_starts = np.zeros(size, dtype=np.int32)
    owners = np.zeros(size, dtype=np.int32)
    position = 0
    for infoset, start in enumerate(tape.variable_starts.tolist()):
        length = int(tape.column_starts[infoset + 1] - tape.column_starts[infoset])
        for i in range(start, start + int(tape.num_actions[infoset]) - 1):
            row_starts[i], owners[i] = position, infoset
            position += length
    system = System(
        rows=np.zeros(position),
        row_starts=row_starts,
        owners=owners,
        diagonal=np.ones(size),
        ends=np.zeros(size),
        border=np.zeros(size + 1),
        places=np.zeros(size, dtype=np.int32),
        kept=np.zeros(size, dtype=np.int32),
        number=np.zeros(1, dtype=np.int32),
        dense=np.zeros((capacity + 1, capacity + 1)),
        pivots=np.zeros(capacity + 1, dtype=np.int32),
        scales=np.zeros(capacity + 1),
        short=np.zeros(capacity + 1),
    )
    keep_core(tape.num_eliminated, system)
    return system


@lean
def keep_core(num_eliminated: int, system: System) -> None:
    """Keep the unknowns from ``num_eliminated`` on."""
    for i in range(len(system.places)):
        system.places[i] = i - num_eliminated if i >= num_eliminated else -1
        if i >= num_eliminated:
            system.kept[i - num_eliminated] = i
    system.number[0] = len(system.places) - num_eliminated


@lean
def keep_also(unknown: int, system: System) -> bool:
    """Keep an eliminated unknown as well; False where there is no room for it."""
    place = system.number[0]
    if place >= len(system.scales) - 1:
        return False
    system.places[unknown] = place
    system.kept[place] = unknown
    system.number[0] = place + 1
    return True


@lean
def factor(tape: Tape, system: System) -> int:
    """Factor the system. Returns the sign of the determinant, 0 where it is singular to working precision."""
    count = system.number[0]
    for k in range(count):
        i = system.kept[k]
        row = system.dense[k]
        for c in range(count):
            row[c] = 0.0
        row[k] = system.diagonal[i]
        row[count] = system.ends[i]
        first = system.row_starts[i]
        infoset = system.owners[i]
        start = tape.column_starts[infoset]
        for c in range(tape.column_starts[infoset + 1] - start):
            _add_entry(tape, tape.columns[start + c], system.rows[first + c], count, row, system)
    row = system.dense[count]
    for c in range(count):
        row[c] = 0.0
    size = len(system.places)
    row[count] = system.border[size]
    for i in range(size):
        _add_entry(tape, i, system.border[i], count, row, system)
    return factor_dense(system.dense, 0, count + 1, system.pivots, system.scales)


@inlined
def _add_entry(tape: Tape, column: int, entry: float, count: int, row: Floats, system: System) -> None:
    """Add an entry of one equation to its dense ``row``; in an eliminated column, by taking out that unknown."""
    place = system.places[column]
    if place >= 0:
        row[place] += entry
    elif entry != 0.0:
        first, infoset = system.row_starts[column], system.owners[column]
        start = tape.column_starts[infoset]
        for c in range(tape.column_starts[infoset + 1] - start):
            row[system.places[tape.columns[start + c]]] -= entry * system.rows[first + c]
        row[count] -= entry * system.ends[column]


@lean
def solve_factored(tape: Tape, system: System, vector: Floats) -> None:
    """Solve with what :func:`factor` left; ``vector[V + 1]`` is overwritten with the solution."""
    count, size = system.number[0], len(system.places)
    short = system.short
    for k in range(count):
        i = system.kept[k]
        total = vector[i]
        first, infoset = system.row_starts[i], system.owners[i]
        start = tape.column_starts[infoset]
        for c in range(tape.column_splits[infoset]):
            column = tape.columns[start + c]
            if system.places[column] < 0:
                total -= system.rows[first + c] * vector[column]
        short[k] = total
    total = vector[size]
    for i in range(tape.num_eliminated):
        if system.places[i] < 0:
            total -= system.border[i] * vector[i]
    short[count] = total
    solve_dense(system.dense, 0, count + 1, system.pivots, short)
    for k in range(count):
        vector[system.kept[k]] = short[k]
    vector[size] = short[count]
    for i in range(tape.num_eliminated):
        if system.places[i] >= 0:
            continue
        first, infoset = system.row_starts[i], system.owners[i]
        start = tape.column_starts[infoset]
        total = vector[i] - system.ends[i] * short[count]
        for c in range(tape.column_starts[infoset + 1] - start):
            total -= system.rows[first + c] * vector[tape.columns[start + c]]
        vector[i] = total
