"""Kernels: dense linear systems."""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.jit import inlined
from offramp.solve.lanes import Number, Truth, anywhere, cell, magnitude, maximum, put_cell, spread, where

PIVOT_RATIO = 0.1
"""In systems side by side rows are exchanged where the pivot is less than this times the largest entry below it."""


@inlined
def factor_dense(matrix: Floats, first: int, size: int, pivots: Ints, scales: Floats) -> int:
    """LU with scaled partial pivoting, in place, of ``matrix[first:size, first:size]``: the determinant's sign or 0."""
    sign = 1
    for i in range(first, size):
        largest = 0.0
        for j in range(first, size):
            largest = max(largest, abs(matrix[i, j]))
        if not (0.0 < largest < np.inf):
            return 0
        scales[i] = 1.0 / largest
    for k in range(first, size):
        best, pivot = 0.0, k
        for i in range(k, size):
            candidate = abs(matrix[i, k]) * scales[i]
            if candidate > best:
                best, pivot = candidate, i
        if best == 0.0:
            return 0
        pivots[k] = pivot
        if pivot != k:
            sign = -sign
            scales[pivot] = scales[k]
            for j in range(first, size):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
        if matrix[k, k] < 0.0:
            sign = -sign
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, size):
            multiplier = matrix[i, k] * inverse
            matrix[i, k] = multiplier
            if multiplier != 0.0:
                for j in range(k + 1, size):
                    matrix[i, j] -= multiplier * matrix[k, j]
    return sign


@inlined
def solve_dense(matrix: Floats, first: int, size: int, pivots: Ints, vector: Floats) -> None:
    """Forward and back substitution with the block left by :func:`factor_dense`; changes ``vector[first:size]``."""
    for k in range(first, size):
        pivot = pivots[k]
        vector[k], vector[pivot] = vector[pivot], vector[k]
    for i in range(first + 1, size):
        total = vector[i]
        for j in range(first, i):
            total -= matrix[i, j] * vector[j]
        vector[i] = total
    for i in range(size - 1, first - 1, -1):
        total = vector[i]
        for j in range(i + 1, size):
            total -= matrix[i, j] * vector[j]
        vector[i] = total / matrix[i, i]


@inlined
def eliminate(matrix: Floats, size: int, columns: int) -> Number:
    """Solve systems side by side by elimination with scaled threshold pivoting, in place.

    ``matrix[size, columns, WIDTH]`` has right-hand sides in its last columns; solutions take their place. Returns the
    signs of the determinants, 0 where singular.
    """
    sign = _equilibrate(matrix, size, columns)
    for k in range(size):
        best = spread(matrix, 0.0)
        for i in range(k + 1, size):
            best = maximum(best, magnitude(cell(matrix, i, k)))
        small = magnitude(cell(matrix, k, k)) < PIVOT_RATIO * best
        if anywhere(small):
            sign = _bring_up(matrix, k, size, columns, small, sign)
        pivot = cell(matrix, k, k)
        sign = where(pivot < 0.0, -sign, where(pivot == 0.0, 0.0, sign))
        inverse = 1.0 / pivot
        put_cell(matrix, k, k, inverse)
        for i in range(k + 1, size):
            multiplier = cell(matrix, i, k) * inverse
            if anywhere(multiplier != 0.0):
                for j in range(k + 1, columns):
                    put_cell(matrix, i, j, cell(matrix, i, j) - multiplier * cell(matrix, k, j))
    for c in range(size, columns):
        for i in range(size - 1, -1, -1):
            total = cell(matrix, i, c)
            for j in range(i + 1, size):
                total = total - cell(matrix, i, j) * cell(matrix, j, c)
            put_cell(matrix, i, c, total * cell(matrix, i, i))
    return sign


@inlined
def _equilibrate(matrix: Floats, size: int, columns: int) -> Number:
    """Divide every row by its largest entry, right-hand sides left out. Returns 1, and 0 where there is none."""
    sign = spread(matrix, 1.0)
    for i in range(size):
        largest = spread(matrix, 0.0)
        for j in range(size):
            largest = maximum(largest, magnitude(cell(matrix, i, j)))
        sign = where((largest > 0.0) & (largest < np.inf), sign, 0.0)
        scale = 1.0 / largest
        for j in range(columns):
            put_cell(matrix, i, j, cell(matrix, i, j) * scale)
    return sign


@inlined
def _bring_up(matrix: Floats, k: int, size: int, columns: int, small: Truth, sign: Number) -> Number:
    """Bring the row with the largest entry of column ``k`` up to row ``k`` in the lanes of ``small``."""
    for i in range(k + 1, size):
        larger = small & (magnitude(cell(matrix, i, k)) > magnitude(cell(matrix, k, k)))
        if anywhere(larger):
            sign = where(larger, -sign, sign)
            for j in range(k, columns):
                upper, lower = cell(matrix, k, j), cell(matrix, i, j)
                put_cell(matrix, k, j, where(larger, lower, upper))
                put_cell(matrix, i, j, where(larger, upper, lower))
    return sign
