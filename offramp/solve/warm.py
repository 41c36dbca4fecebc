"""Compile every kernel ahead of its first use: ``python -m offramp.solve.warm``.

The compiled code is kept on disk, so this is worth doing once after an installation; it takes three or four minutes.
With ``all`` as its argument it compiles those too that look for other equilibria, which takes another.
"""

from __future__ import annotations

import sys

from offramp.game.efg import read_efg
from offramp.solve.api import solve
from offramp.solve.equilibria.api import find_equilibria

SMALL_GAME = """EFG 2 R "a choice, then matching pennies" { "A" "B" }
p "" 1 1 "" { "stop" "play" } 0
t "" 1 "" { 1, 1 }
p "" 1 2 "" { "heads" "tails" } 0
p "" 2 1 "" { "heads" "tails" } 0
t "" 2 "" { 2, 0 }
t "" 3 "" { 0, 2 }
p "" 2 1 "" { "heads" "tails" } 0
t "" 4 "" { 0, 2 }
t "" 5 "" { 2, 0 }
"""
"""Small, and yet solved by both kernels: the subgame is traced, the first choice follows by backward induction."""


def compile_kernels() -> None:
    """Compile the kernels, or do nothing but solve a small game where they are compiled."""
    file = read_efg(SMALL_GAME)
    solve(file.game, file.payoffs, file.chance)


def compile_searches() -> None:
    """The same for the kernels that look for other equilibria."""
    file = read_efg(SMALL_GAME)
    for method in ("all", "probe"):
        find_equilibria(file.game, file.payoffs, file.chance, method=method, workers=1)


if __name__ == "__main__":
    compile_kernels()
    if sys.argv[1:] == ["all"]:
        compile_searches()
