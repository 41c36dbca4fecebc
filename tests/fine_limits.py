"""The limits of the principal branch in the benchmark classes by :mod:`fine_trace`, kept in ``tests/data``.

``python tests/fine_limits.py`` makes the file anew (two or three minutes). It holds behaviour as sixteen-bit fractions.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from fine_trace import Flags, Floats, fine_limit
from random_games import CLASSES, RandomGame

PATH = Path(__file__).parent / "data" / "fine_limits.npz"
SEED = 20_251
NUM_DRAWS = {
    "signalling 2x2x2": 300,
    "signalling 3x3x2": 300,
    "signalling 4x4x3": 200,
    "three players": 300,
    "four players": 200,
}
LEVELS = 2**16 - 1


class FineLimits(NamedTuple):
    """Where small steps led: strategies[B, A] (in ``LEVELS`` levels) and values[B, P], where reached[B]."""

    strategies: Floats
    values: Floats
    reached: Flags


def games_of(name: str) -> RandomGame:
    """The draws of a class that the file is about."""
    return CLASSES[name](seed=SEED, num_draws=NUM_DRAWS[name])


def load_limits(name: str) -> FineLimits:
    """What the file holds for a class."""
    with np.load(PATH) as file:
        return FineLimits(file[f"{name} strategies"] / LEVELS, file[f"{name} values"], file[f"{name} reached"])


def main() -> None:
    arrays = {}
    for name in NUM_DRAWS:
        ends = fine_limit(*games_of(name))
        arrays[f"{name} strategies"] = np.rint(np.exp(ends.log_strategies) * LEVELS).astype(np.uint16)
        arrays[f"{name} values"] = ends.values
        arrays[f"{name} reached"] = ends.reached
    PATH.parent.mkdir(exist_ok=True)
    np.savez_compressed(PATH, **arrays)


if __name__ == "__main__":
    main()
