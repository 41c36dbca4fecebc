"""Time per random game, and agreement, beside Gambit's ``logit_solve`` on all cores, in one run.

``python benchmarks/solve.py [SEED]``. The table stands in ``docs/performance.md``. Payoffs are scaled to each player's
unit interval so that both follow the same branch. Gambit reads each game once; reading is not timed.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from offramp.game.efg import write_efg
from offramp.solve.api import solve
from offramp.solve.certificate import assess_profile
from offramp.solve.driver import default_workers
from offramp.solve.warm import compile_kernels
from random_games import CLASSES, RandomGame

OURS, REPEATS = 2000, 3
THEIRS = {
    "signalling 2x2x2": 60,
    "signalling 3x3x2": 40,
    "signalling 4x4x3": 16,
    "three players": 24,
    "four players": 6,
}
CONVERGED = 1e-4


def unit_games(name: str, seed: int) -> RandomGame:
    game, payoffs, chance = CLASSES[name](seed=seed, num_draws=OURS)
    return RandomGame(
        game, (payoffs - payoffs.min(axis=1, keepdims=True)) / np.ptp(payoffs, axis=1, keepdims=True), chance
    )


def gambit(text: str) -> tuple[float, list[list[list[float]]] | None]:
    """Seconds that Gambit takes and its probabilities by player, information set and action."""
    import io

    import pygambit

    game = pygambit.read_efg(io.BytesIO(text.encode()))
    start = perf_counter()
    found = pygambit.nash.logit_solve(game).equilibria
    seconds = perf_counter() - start
    if not found:
        return seconds, None
    return seconds, [[[float(found[0][a]) for a in h.actions] for h in p.infosets] for p in game.players]


def agreement(games: RandomGame, draw: int, values: np.ndarray, profile: list[list[list[float]]] | None) -> bool | None:
    """Whether payoffs agree; None where Gambit did not converge, by our certificate, on the path."""
    if profile is None:
        return None
    game = games.game
    own = [list(sets) for sets in profile]
    flat = [p for player in game.infoset_players for p in own[player].pop(0)]
    one = slice(draw, draw + 1)
    assessment = assess_profile(game, games.payoffs[one], games.chance[one], np.log(np.maximum(flat, 1e-300))[None])
    reach = np.array([assessment.reach[0, nodes].sum() for nodes in game.members])
    if assessment.regrets[0, reach > 1e-6].max() > CONVERGED:
        return None
    return bool(np.abs(assessment.values[0] - values).max() <= 5e-3)


def compare(name: str, seed: int, pool: ProcessPoolExecutor) -> str:
    games = unit_games(name, seed)
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        solutions = solve(*games)
        times.append((perf_counter() - start) / OURS)
    count = THEIRS[name]
    texts = [write_efg(games.game, games.payoffs[k], games.chance[k]) for k in range(count)]
    start = perf_counter()
    results = list(pool.map(gambit, texts))
    wall = perf_counter() - start
    theirs = median(seconds for seconds, _ in results) / default_workers()
    agree = [agreement(games, k, solutions.values[k], profile) for k, (_, profile) in enumerate(results)]
    converged = [verdict for verdict in agree if verdict is not None]
    ours = median(times)
    return (
        f"| {name} | {1000 * ours:.3f} | {1000 * theirs:.1f} | {1000 * wall / count:.1f} | {theirs / ours:,.0f} | "
        f"{sum(converged)} of {len(converged)} | {(~solutions.converged).sum()} of {OURS:,} | "
        f"{count - len(converged)} of {count} | {solutions.max_regret.max():.0e} |"
    )


def main(seed: int) -> None:
    compile_kernels()
    print(f"seed {seed}, {default_workers()} cores, pygambit's logit_solve; milliseconds of wall time per game\n")
    print("| class | offramp | Gambit, median | Gambit, mean | ratio | agree | we fail | Gambit fails | our regret |")
    print("|---|---|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(default_workers()) as pool:
        for name in THEIRS:
            print(compare(name, seed, pool), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
