"""Kernels: dense linear systems."""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.jit import inlined


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
