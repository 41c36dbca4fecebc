"""Benchmarks: offramp beside other solvers, a run of a million draws, and how cost grows.

``python -m benchmarks`` compares, ``python -m benchmarks.growth`` draws the figures, ``python -m benchmarks.page``
writes both into ``docs/performance.md``, ``python -m benchmarks.decomposition`` is behind ``docs/solving.md``.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

sys.path.insert(0, str(ROOT / "tests"))  # for random_games, which tests and benchmarks share
