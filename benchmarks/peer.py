"""What a program to compare with is to the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

from offramp.game.game import Floats, Game


class Solver(Protocol):
    """Another program with one game's structure in its hands, in a process of its own."""

    def set_numbers(self, payoffs: Floats, chance: Floats) -> None:
        """Give the game new numbers: payoffs float64[L, P] and chance float64[E]."""

    def solve(self) -> Any:
        """The call that is timed."""

    def behaviours(self, found: Any) -> list[Floats]:
        """What it found, as behaviour strategies float64[A]; an empty list where that is nothing."""


@dataclass(frozen=True)
class Peer:
    """A method of another program.

    Attributes
    ----------
    name : str
        Its key in the document.
    function : str
        What is called, with its options.
    module : str
        What must be installed.
    computes : str
    start : callable
        From a structure and numbers to its :class:`Solver`.
    games : mapping of str to int
        How many games it is given, by class.
    others : str
        Why it is not given games of other classes.
    precision : float or None
        Where it solves for the quantal response equilibrium at a precision.
    repeats : int
        How often it solves each game; the median counts.
    cap : float
        Seconds that it may take for one class.
    game_cap : float
        Seconds after which it is taken not to come back from a game; a failure.
    """

    name: str
    function: str
    module: str
    computes: str
    start: Callable[[Game, Floats, Floats], Solver]
    games: Mapping[str, int]
    others: str
    precision: float | None = None
    repeats: int = 1
    cap: float = 45.0
    game_cap: float = 30.0

    def obstacle(self, class_name: str) -> str | None:
        """Why it cannot be compared on a class; None if it can."""
        if class_name not in self.games:
            return self.others
        return None if find_spec(self.module) else f"{self.module} is not installed"
