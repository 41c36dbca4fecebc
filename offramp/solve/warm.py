"""Compile every kernel ahead of its first use: ``python -m offramp.solve.warm``.

The compiled code is kept on disk, so this is worth doing once after an installation; it takes two or three minutes.
With ``all`` as its argument it compiles those too that look for other equilibria, which takes another.

Where there is a second core, a second process begins with what traces one draw after the other: that is half of what
traces draws side by side too, which the first process then finds on the disk.
"""

from __future__ import annotations

import os
import subprocess
import sys

from offramp.child import same_offramp
from offramp.game.efg import read_efg
from offramp.locking import locked
from offramp.solve import driver
from offramp.solve.api import solve
from offramp.solve.equilibria.api import find_equilibria
from offramp.solve.jit import cache_folder, is_compiled
from offramp.solve.tracing import trace_draws

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

THREE_CHOOSE = """EFG 2 R "two who agree win" { "A" "B" "C" }
p "" 1 1 "" { "l" "r" } 0
p "" 2 1 "" { "l" "r" } 0
p "" 3 1 "" { "l" "r" } 0
t "" 1 "" { 1, 1, 1 }
t "" 2 "" { 2, 2, 0 }
p "" 3 1 "" { "l" "r" } 0
t "" 3 "" { 2, 0, 2 }
t "" 4 "" { 0, 2, 2 }
p "" 2 1 "" { "l" "r" } 0
p "" 3 1 "" { "l" "r" } 0
t "" 5 "" { 0, 2, 2 }
t "" 6 "" { 2, 0, 2 }
p "" 3 1 "" { "l" "r" } 0
t "" 7 "" { 2, 2, 0 }
t "" 8 "" { 1, 1, 1 }
"""
"""With more than two who choose, equilibria are listed by another kernel."""


def compile_kernels() -> None:
    """Compile the kernels, or do nothing but solve a small game where they are compiled."""
    file = read_efg(SMALL_GAME)
    solve(file.game, file.payoffs, file.chance)


def compile_searches() -> None:
    """The same for the kernels that look for other equilibria."""
    two, three = read_efg(SMALL_GAME), read_efg(THREE_CHOOSE)
    for file in (two, three):
        find_equilibria(file.game, file.payoffs, file.chance, method="all", workers=1)
    find_equilibria(two.game, two.payoffs, two.chance, method="probe", workers=1)


APART = "apart"
"""The argument of the second process; what else the first has been asked for follows it."""

COMMAND = (sys.executable, "-P", "-m", "offramp.solve.warm")
"""Compiles in a process of its own, which takes no module from the folder where it is begun."""


def is_done() -> bool:
    """Whether the kernels that every run needs are compiled."""
    return is_compiled(trace_draws)


def compile_beside() -> None:
    """Compile in processes beside this one; where others do so already, wait for them.

    What cannot be compiled there is compiled here, when it is first called.
    """
    folder = cache_folder(compile_kernels)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "compiling"):
        if not is_done():
            quiet = subprocess.DEVNULL
            subprocess.run(COMMAND, stdin=quiet, stdout=quiet, env=same_offramp(os.environ), check=False)


def main(*asked: str) -> int:
    """Compile what is ``asked`` for; the exit code."""
    second = None
    if APART in asked:
        driver.ABREAST_LIMIT = 0  # in this process no game is small enough to be traced side by side
    elif driver.default_workers() > 1:
        second = subprocess.Popen([*COMMAND, APART, *asked], env=same_offramp(os.environ))
    compile_kernels()
    if "all" in asked and second is None:
        compile_searches()
    return second.wait() if second else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
