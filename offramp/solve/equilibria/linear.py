"""Kernels: solve the bordered linear systems of path following.

The matrix is ``(V + 1) x (V + 1)``. Its leading S x S block is the identity (see :mod:`offramp.solve.plan`), so the
first S unknowns are eliminated exactly and without fill; the rest is factored densely with row scaling and partial
pivoting.
"""

from __future__ import annotations

from offramp.game.game import Floats, Ints
from offramp.solve.dense import factor_dense, solve_dense
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan


@kernel
def factor(plan: Plan, matrix: Floats, pivots: Ints, scales: Floats) -> int:
    """Factor ``matrix`` in place. Write ``pivots[V + 1]`` and ``scales[V + 1]`` (rows from S on).

    Returns the sign of the determinant, 0 where the matrix is singular to working precision.
    """
    first, size = plan.num_eliminated, plan.num_variables + 1
    for k in range(first):
        for r in range(plan.column_starts[k], plan.column_starts[k + 1]):
            _eliminate_row(plan, matrix, k, plan.column_rows[r])
        _eliminate_row(plan, matrix, k, size - 1)
    return factor_dense(matrix, first, size, pivots, scales)


@kernel
def _eliminate_row(plan: Plan, matrix: Floats, k: int, row: int) -> None:
    """Take ``matrix[row, k]`` times row k off ``row``; the multiplier stays in place (the pivot is 1)."""
    multiplier = matrix[row, k]
    if multiplier == 0.0:
        return
    for c in range(plan.row_starts[k], plan.row_starts[k + 1]):
        column = plan.row_columns[c]
        matrix[row, column] -= multiplier * matrix[k, column]
    last = matrix.shape[0] - 1
    matrix[row, last] -= multiplier * matrix[k, last]


@kernel
def solve_factored(plan: Plan, matrix: Floats, pivots: Ints, vector: Floats) -> None:
    """Solve with a matrix left by :func:`factor`; ``vector[V + 1]`` is overwritten with the solution."""
    first, size = plan.num_eliminated, plan.num_variables + 1
    last = size - 1
    for k in range(first):
        for r in range(plan.column_starts[k], plan.column_starts[k + 1]):
            row = plan.column_rows[r]
            vector[row] -= matrix[row, k] * vector[k]
        vector[last] -= matrix[last, k] * vector[k]
    solve_dense(matrix, first, size, pivots, vector)
    for k in range(first):
        total = vector[k] - matrix[k, last] * vector[last]
        for c in range(plan.row_starts[k], plan.row_starts[k + 1]):
            column = plan.row_columns[c]
            total -= matrix[k, column] * vector[column]
        vector[k] = total
