"""Kernels: a small dense simplex method that supports setting variables to zero one after the other.

A tableau ``table[R, C + 1]`` holds the constraints ``A x = b``, ``x >= 0`` in terms of the current basis, the right
side last; ``basis[r]`` is the variable of row r, ``ARTIFICIAL`` where the row has none yet or is redundant.
``banned[C]`` is 1 for variables held at zero. Bland's rule keeps the method from cycling.
"""

from __future__ import annotations

from offramp.game.game import Floats, Ints
from offramp.solve.jit import kernel

ARTIFICIAL = -1
ZERO = 1e-10
"""Entries of a tableau below this are rounding noise."""

FEASIBLE = 1e-8
"""Right sides below this count as zero."""

LIMIT = 5000


@kernel
def pivot(table: Floats, basis: Ints, row: int, column: int) -> None:
    """Let ``column`` take the place of the basic variable of ``row``."""
    rows, columns = table.shape
    scale = 1.0 / table[row, column]
    for c in range(columns):
        table[row, c] *= scale
    table[row, column] = 1.0
    for r in range(rows):
        factor = table[r, column]
        if r != row and factor != 0.0:
            for c in range(columns):
                table[r, c] -= factor * table[row, c]
            table[r, column] = 0.0
            if table[r, columns - 1] < 0.0 and table[r, columns - 1] > -FEASIBLE:
                table[r, columns - 1] = 0.0
    basis[row] = column


@kernel
def _leaving(table: Floats, basis: Ints, column: int) -> int:
    """The row whose variable falls to zero first as ``column`` grows; -1 if none does."""
    last = table.shape[1] - 1
    best, chosen = 0.0, -1
    for r in range(table.shape[0]):
        if table[r, column] <= ZERO:
            continue
        ratio = table[r, last] / table[r, column]
        if chosen < 0 or ratio < best - ZERO or (ratio <= best + ZERO and basis[r] < basis[chosen]):
            best, chosen = ratio, r
    return chosen


@kernel
def make_feasible(table: Floats, basis: Ints, banned: Ints) -> bool:
    """From a basis of artificial variables to a feasible one. ``table``'s right sides are nonnegative.

    Returns whether there is a feasible point; rows that turn out redundant keep ``ARTIFICIAL``.
    """
    rows, last = table.shape[0], table.shape[1] - 1
    for r in range(rows):
        basis[r] = ARTIFICIAL
    for _ in range(LIMIT):
        entering = -1
        for c in range(last):
            if banned[c] == 0:
                gain = 0.0
                for r in range(rows):
                    if basis[r] == ARTIFICIAL:
                        gain += table[r, c]
                if gain > FEASIBLE:
                    entering = c
                    break
        if entering < 0:
            break
        row = _leaving(table, basis, entering)
        if row < 0:
            break
        pivot(table, basis, row, entering)
    for r in range(rows):
        if basis[r] == ARTIFICIAL:
            if table[r, last] > FEASIBLE:
                return False
            _drive_out(table, basis, banned, r)
    return True


@kernel
def _drive_out(table: Floats, basis: Ints, banned: Ints, row: int) -> None:
    """Replace the basic variable of ``row``, which is zero, by one that may be positive, or mark the row redundant."""
    last = table.shape[1] - 1
    table[row, last] = 0.0
    best, chosen = 1e-7, -1
    for c in range(last):
        if banned[c] == 0 and c != basis[row] and abs(table[row, c]) > best:
            best, chosen = abs(table[row, c]), c
    if chosen >= 0:
        pivot(table, basis, row, chosen)
    else:
        basis[row] = ARTIFICIAL
        for c in range(last):
            table[row, c] = 0.0


@kernel
def row_of(basis: Ints, column: int) -> int:
    """The row in which ``column`` is basic, or -1."""
    for r in range(len(basis)):
        if basis[r] == column:
            return r
    return -1


@kernel
def value_of(table: Floats, basis: Ints, column: int) -> float:
    """The value of variable ``column`` at the current point."""
    row = row_of(basis, column)
    return float(table[row, table.shape[1] - 1]) if row >= 0 else 0.0


@kernel
def push(table: Floats, basis: Ints, banned: Ints, column: int, upwards: bool) -> float:
    """Maximise (``upwards``) or minimise variable ``column`` and return its value; an unbounded one stays finite."""
    last = table.shape[1] - 1
    row = row_of(basis, column)
    if row < 0:
        if not upwards or banned[column] == 1:
            return 0.0
        leaving = _leaving(table, basis, column)
        if leaving < 0:
            return 0.0
        pivot(table, basis, leaving, column)
        row = leaving
    for _ in range(LIMIT):
        entering = -1
        for c in range(last):
            change = -table[row, c] if upwards else table[row, c]
            if banned[c] == 0 and c != column and change > ZERO:
                entering = c
                break
        if entering < 0 or (not upwards and table[row, last] <= FEASIBLE):
            break
        leaving = _leaving(table, basis, entering)
        if leaving < 0:
            break
        pivot(table, basis, leaving, entering)
        if leaving == row:
            return 0.0
    return float(table[row, last])


@kernel
def hold_at_zero(table: Floats, basis: Ints, banned: Ints, column: int) -> bool:
    """Ban ``column``. Returns whether a feasible point is left."""
    if push(table, basis, banned, column, False) > FEASIBLE:
        return False
    banned[column] = 1
    row = row_of(basis, column)
    if row >= 0:
        _drive_out(table, basis, banned, row)
    return True
