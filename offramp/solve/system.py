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
from offramp.solve.dense import eliminate, factor_dense, solve_dense
from offramp.solve.jit import inlined, lean
from offramp.solve.lanes import WIDTH, Number, aligned, at, cell, get, put, put_cell, rows
from offramp.solve.tape import Tape


class System(NamedTuple):
    """A linear system and its factors; overwritten by every use."""

    rows: Floats  # the equation of unknown i in its set's columns, at row_starts[i]
    row_starts: Ints  # [V]
    owners: Ints  # [V]: the information set of each unknown
    diagonal: Floats  # [V]: of kept unknowns
    ends: Floats  # [V]: last column of each equation
    border: Floats  # [V + 1]: the last row
    speeds: Floats  # [P]: what the equations of each player's sets are multiplied by
    runs: Ints  # [V]: how many eliminated unknowns from this on have equations with the same columns; else 1
    places: Ints  # [V]: place among the kept unknowns, -1 for an eliminated one
    kept: Ints  # [V]: the kept unknowns; number[0] of them
    number: Ints  # [1]
    dense: Floats  # [K + 1, K + 1]; of draws side by side [K + 1, K + 3, WIDTH], right-hand sides in the last columns
    pivots: Ints  # [K + 1]
    scales: Floats  # [K + 1]
    short: Floats  # [K + 1]


def allocate_system(tape: Tape, capacity: int, side_by_side: bool = False) -> System:
    """Scratch for systems with up to ``capacity`` kept unknowns; those that the tape does not eliminate are kept.

    For draws side by side every array of floats has a last axis for the lanes.
    """
    size = tape.num_variables
    row_starts = np.zeros(size, dtype=np.int32)
    owners = np.zeros(size, dtype=np.int32)
    for infoset, start in enumerate(tape.variable_starts.tolist()):
        length = int(tape.column_starts[infoset + 1] - tape.column_starts[infoset])
        for number in range(int(tape.num_actions[infoset]) - 1):
            row_starts[start + number] = tape.slope_starts[infoset] + number * length
            owners[start + number] = infoset
    dense = aligned((capacity + 1, capacity + 3, WIDTH)) if side_by_side else np.zeros((capacity + 1, capacity + 1))
    system = System(
        rows=rows(tape.num_slopes, side_by_side),
        row_starts=row_starts,
        owners=owners,
        diagonal=rows(size, side_by_side),
        ends=rows(size, side_by_side),
        border=rows(size + 1, side_by_side),
        speeds=rows(int(tape.infoset_players.max(initial=0)) + 1, side_by_side),
        runs=_runs(tape, owners),
        places=np.zeros(size, dtype=np.int32),
        kept=np.zeros(size, dtype=np.int32),
        number=np.zeros(1, dtype=np.int32),
        dense=dense,
        pivots=np.zeros(capacity + 1, dtype=np.int32),
        scales=np.zeros(capacity + 1),
        short=rows(capacity + 1, side_by_side),
    )
    system.diagonal[:] = system.speeds[:] = 1.0
    keep_core(tape.num_eliminated, system)
    return system


def _runs(tape: Tape, owners: Ints) -> Ints:
    columns = [tape.columns[tape.column_starts[h] : tape.column_starts[h + 1]].tobytes() for h in owners]
    runs = np.ones(len(owners), dtype=np.int32)
    for unknown in range(tape.num_eliminated - 2, -1, -1):
        if columns[unknown] == columns[unknown + 1]:
            runs[unknown] = runs[unknown + 1] + 1
    return runs


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
    """Factor the system of one draw. Returns the determinant's sign, 0 where it is singular to working precision."""
    assemble(tape, system)
    return factor_dense(system.dense, 0, system.number[0] + 1, system.pivots, system.scales)


@lean
def solve_factored(tape: Tape, system: System, vector: Floats) -> None:
    """Solve with what :func:`factor` left; ``vector[V + 1]`` is overwritten with the solution."""
    reduce_vector(tape, system, vector)
    solve_dense(system.dense, 0, system.number[0] + 1, system.pivots, system.short)
    expand_vector(tape, system, vector)


@inlined
def assemble(tape: Tape, system: System) -> None:
    """Write the equations of the kept unknowns and the border to ``system.dense``, the eliminated ones taken out."""
    count = system.number[0]
    for k in range(count):
        i = at(system.kept, k)
        for c in range(count):
            put_cell(system.dense, k, c, 0.0)
        put_cell(system.dense, k, k, get(system.diagonal, i))
        put_cell(system.dense, k, count, get(system.ends, i))
        first, start = at(system.row_starts, i), at(tape.column_starts, at(system.owners, i))
        length = at(tape.column_starts, at(system.owners, i) + 1) - start
        c = 0
        while c < length:
            column = at(tape.columns, start + c)
            many = 1
            while c + many < length and many < at(system.runs, column):
                if at(tape.columns, start + c + many) != column + many:
                    break
                many += 1
            many = _add_entries(tape, system.rows, first + c, column, many, k, system)
            c += many
    for c in range(count):
        put_cell(system.dense, count, c, 0.0)
    size = len(system.places)
    put_cell(system.dense, count, count, get(system.border, size))
    column = 0
    while column < size:
        column += _add_entries(tape, system.border, column, column, at(system.runs, column), count, system)


@inlined
def _add_entries(tape: Tape, entries: Floats, first: int, column: int, many: int, k: int, system: System) -> int:
    """Add entries of one equation, from row ``first`` of ``entries`` on, to its dense row ``k``: how many were added.

    They belong to the unknowns from ``column`` on. One that is kept is added alone; at most ``many`` eliminated ones,
    whose own equations have the same columns, are taken out together.
    """
    dense = system.dense
    place = at(system.places, column)
    if place >= 0:
        put_cell(dense, k, place, cell(dense, k, place) + get(entries, first))
        return 1
    together = 1
    while together < many and at(system.places, column + together) < 0:
        together += 1
    start = at(tape.column_starts, at(system.owners, column))
    for c in range(at(tape.column_starts, at(system.owners, column) + 1) - start):
        place = at(system.places, at(tape.columns, start + c))
        total = cell(dense, k, place)
        for other in range(together):
            row = at(system.row_starts, column + other)
            total = total - get(entries, first + other) * get(system.rows, row + c)
        put_cell(dense, k, place, total)
    last = system.number[0]
    total = cell(dense, k, last)
    for other in range(together):
        total = total - get(entries, first + other) * get(system.ends, column + other)
    put_cell(dense, k, last, total)
    return together


@inlined
def reduce_vector(tape: Tape, system: System, vector: Floats) -> None:
    """Write to ``system.short`` what is left of a right-hand side when the eliminated unknowns are taken out."""
    count, size = system.number[0], len(system.places)
    for k in range(count):
        i = at(system.kept, k)
        total = get(vector, i)
        first, infoset = at(system.row_starts, i), at(system.owners, i)
        start = at(tape.column_starts, infoset)
        for c in range(at(tape.column_splits, infoset)):
            column = at(tape.columns, start + c)
            if at(system.places, column) < 0:
                total = total - get(system.rows, first + c) * get(vector, column)
        put(system.short, k, total)
    total = get(vector, size)
    for i in range(tape.num_eliminated):
        if at(system.places, i) < 0:
            total = total - get(system.border, i) * get(vector, i)
    put(system.short, count, total)


@inlined
def expand_vector(tape: Tape, system: System, vector: Floats) -> None:
    """Overwrite a right-hand side with the solution, of which ``system.short`` has the kept unknowns."""
    count, size = system.number[0], len(system.places)
    for k in range(count):
        put(vector, at(system.kept, k), get(system.short, k))
    put(vector, size, get(system.short, count))
    for i in range(tape.num_eliminated):
        if at(system.places, i) >= 0:
            continue
        first, infoset = at(system.row_starts, i), at(system.owners, i)
        start = at(tape.column_starts, infoset)
        total = get(vector, i) - get(system.ends, i) * get(system.short, count)
        for c in range(at(tape.column_starts, infoset + 1) - start):
            total = total - get(system.rows, first + c) * get(vector, at(tape.columns, start + c))
        put(vector, i, total)


@lean
def solve_side_by_side(tape: Tape, system: System, vector: Floats, direction: Floats) -> Number:
    """Solve the systems of draws side by side, for ``vector[V + 1]`` and for the last unit vector.

    ``vector`` and ``direction[V + 1]`` are overwritten with the solutions. Returns the signs of the determinants, 0
    where singular.
    """
    count = system.number[0]
    assemble(tape, system)
    reduce_vector(tape, system, vector)
    for k in range(count + 1):
        put_cell(system.dense, k, count + 1, get(system.short, k))
        put_cell(system.dense, k, count + 2, 1.0 if k == count else 0.0)
    sign = eliminate(system.dense, count + 1, count + 3)
    for k in range(count):
        put(vector, at(system.kept, k), cell(system.dense, k, count + 1))
        put(direction, at(system.kept, k), cell(system.dense, k, count + 2))
    step, slope = cell(system.dense, count, count + 1), cell(system.dense, count, count + 2)
    put(vector, tape.num_variables, step)
    put(direction, tape.num_variables, slope)
    for i in range(tape.num_eliminated):  # what expand_vector does, for both
        first, infoset = at(system.row_starts, i), at(system.owners, i)
        start = at(tape.column_starts, infoset)
        end = get(system.ends, i)
        total, other = get(vector, i) - end * step, -(end * slope)
        for c in range(at(tape.column_starts, infoset + 1) - start):
            entry, column = get(system.rows, first + c), at(tape.columns, start + c)
            total = total - entry * get(vector, column)
            other = other - entry * get(direction, column)
        put(vector, i, total)
        put(direction, i, other)
    return sign
