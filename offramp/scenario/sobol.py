"""Scrambled Sobol points, any stretch of them at the cost of that stretch.

The points are those of Sobol (1967) with the direction numbers of Joe & Kuo (2008), scrambled by a random linear matrix
and a digital shift (Matoušek 1998), in the order of Antonov & Saleev (1979), as ``scipy.stats.qmc.Sobol`` gives them.
That order keeps the points linear in the binary digits of their numbers: with ⊕ for addition without carry, point
i ⊕ j is point i ⊕ point j ⊕ point 0. So all follow from point 0 and those numbered by powers of two. Scipy walks to
each of these through all the points before it, which is done once for a seed and not again for every later stretch.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from offramp.arrays import Floats
from offramp.errors import RunError

Codes = npt.NDArray[np.uint32]

BITS = 30
"""Binary digits of a Sobol point, and so the logarithm of the largest number of draws."""

EDGE = 2.0 ** -(BITS + 1)
"""Half a cell of the Sobol grid: points stand in the middle of their cells, and no level lies nearer to 0 or 1."""

BLOCK_BITS = 10
"""Points are made in blocks of two to this power."""

LEAST_BITS = 16
"""Directions are read off for this many digits at least, so that few runs read them twice."""


class _Net(NamedTuple):
    """What all points follow from, as whole numbers of cells of the grid.

    ``block`` is uint32[dimension, 2**BLOCK_BITS], the first points; ``jumps`` is uint32[dimension, bits], for each
    binary digit of a point's number what it adds without carry where it is 1.
    """

    block: Codes
    jumps: Codes


def sobol_points(dimension: int, num_points: int, seed: int, first: int) -> Floats:
    """float64[num_points, dimension] in (0, 1), columns contiguous: points ``first`` to ``first + num_points - 1``.

    Raises
    ------
    RunError
        If there are no Sobol points of so many dimensions.
    """
    points = np.empty((num_points, dimension), order="F")
    if dimension == 0:
        return points
    stop = first + num_points
    net = _net(dimension, seed, max(LEAST_BITS, (stop - 1).bit_length()))
    size = 1 << BLOCK_BITS
    for start in range(first - first % size, stop, size):
        low, high = max(first, start), min(stop, start + size)
        codes = net.block[:, low - start : high - start] ^ _offset(net, start)
        there = points.T[:, low - first : high - first]
        np.multiply(codes, 2.0**-BITS, out=there)
        there += EDGE
    return points


def _offset(net: _Net, start: int) -> Codes:
    """uint32[dimension, 1]: what the block that begins at ``start`` adds to the first block."""
    digits = [bit for bit in range(net.jumps.shape[1]) if start >> bit & 1]
    return np.bitwise_xor.reduce(net.jumps[:, digits], axis=1, keepdims=True)


@lru_cache(maxsize=4)
def _net(dimension: int, seed: int, bits: int) -> _Net:
    """The net of points 0 to 2**bits - 1."""
    from scipy.stats import qmc

    if dimension > qmc.Sobol.MAXDIM:
        raise RunError(f"found {dimension} uncertain assumptions; at most {qmc.Sobol.MAXDIM} can be drawn")
    engine = qmc.Sobol(dimension, scramble=True, bits=BITS, rng=np.random.default_rng(seed))
    origin = _codes(engine.random(1))
    jumps = np.empty((dimension, bits), dtype=np.uint32)
    for bit in range(bits):
        engine.fast_forward((1 << bit) - engine.num_generated)
        jumps[:, bit] = (_codes(engine.random(1)) ^ origin)[:, 0]
    block = origin
    for bit in range(BLOCK_BITS):
        block = np.hstack([block, block ^ jumps[:, bit : bit + 1]])
    return _Net(block, jumps)


def _codes(points: Floats) -> Codes:
    """uint32[dimension, points]: the cells of float64[points, dimension], whose coordinates are exact."""
    return np.asarray(points.T * 2.0**BITS, dtype=np.uint32)
