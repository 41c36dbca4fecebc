"""How often solving subgames first, in the limit, leads to another equilibrium than tracing everything together.

Three players move at once, then two of them again, having seen all. Behind ``docs/solving.md``. Takes half a minute:
``python benchmarks/decomposition.py [SEED]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from offramp.solve.api import solve
from random_games import Stage, draw_numbers, staged

NUM_DRAWS = 4000
FIRST = [Stage(0, 2), Stage(1, 2), Stage(2, 2)]
AGAIN = [Stage(0, 2, (0, 1, 2)), Stage(1, 2, (0, 1, 2))]
PLAYERS = ("a", "b", "c")


def main(seed: int) -> None:
    whole = draw_numbers(staged(PLAYERS, FIRST + AGAIN), seed, num_draws=NUM_DRAWS)
    low, spread = whole.payoffs.min(axis=1, keepdims=True), np.ptp(whole.payoffs, axis=1, keepdims=True)
    payoffs, nothing = (whole.payoffs - low) / spread, np.empty((NUM_DRAWS, 0))
    together = solve(whole.game, payoffs, nothing)
    later = staged(PLAYERS, [Stage(0, 2), Stage(1, 2)])
    after = [solve(later, payoffs[:, 4 * k : 4 * k + 4], nothing).values for k in range(8)]
    first = solve(staged(PLAYERS, FIRST), np.stack(after, axis=1), nothing)
    differ = np.abs(together.values - first.values).max(axis=1) > 1e-4
    print(f"seed {seed}: {differ.mean():.1%} of {NUM_DRAWS:,} games end in another equilibrium; ", end="")
    print(f"not converged: {(~together.converged).sum()} together, {(~first.converged).sum()} leaves first")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
