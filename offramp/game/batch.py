"""The numbers of a batch of draws on one tree: payoffs and chance probabilities, each distinct number once.

A tree asks for the same number at many leaves and chance branches: a private type's value or a move that a payoff does
not depend on multiplies leaves and not numbers. A batch therefore holds one column for each distinct number and says
which column each leaf and branch takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offramp.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class Batch:
    """The payoffs and chance probabilities of B draws on a tree of L leaves, P players and E chance branches.

    Attributes
    ----------
    payoff_cells : float64[B, C]
        The distinct payoffs of each draw, in the players' own points.
    payoff_index : int32[L, P]
        For each leaf and player the column of ``payoff_cells``.
    chance_cells : float64[B, D]
        The distinct probabilities of each draw.
    chance_index : int32[E]
        For each chance branch, in the columns of ``Game.chance_index``, the column of ``chance_cells``.

    Raises
    ------
    ValueError
        If the two arrays of cells have different numbers of draws.
    """

    payoff_cells: Floats
    payoff_index: Ints
    chance_cells: Floats
    chance_index: Ints

    def __post_init__(self) -> None:
        if len(self.payoff_cells) != len(self.chance_cells):
            found = f"found payoffs of {len(self.payoff_cells)} draws and chance of {len(self.chance_cells)}"
            raise ValueError(f"{found}; give both for the same draws")

    @classmethod
    def of(cls, payoffs: Floats, chance: Floats) -> Batch:
        """A batch from the payoffs of every leaf, float64[B, L, P], and of every chance branch, float64[B, E].

        Arrays that are contiguous are taken as they are, not copied.
        """
        num_draws, num_leaves, num_players = payoffs.shape
        num_cells = num_leaves * num_players
        cells = np.ascontiguousarray(payoffs, dtype=np.float64).reshape(num_draws, num_cells)
        return cls(
            payoff_cells=cells,
            payoff_index=np.arange(num_cells, dtype=np.int32).reshape(num_leaves, num_players),
            chance_cells=np.ascontiguousarray(chance, dtype=np.float64),
            chance_index=np.arange(chance.shape[1], dtype=np.int32),
        )

    @property
    def num_draws(self) -> int:
        return len(self.payoff_cells)

    def payoffs(self) -> Floats:
        """float64[B, L, P]: what each leaf is worth to each player in each draw (a new array)."""
        return np.take(self.payoff_cells, self.payoff_index, axis=1)

    def chance(self) -> Floats:
        """float64[B, E]: the probability of each chance branch in each draw (a new array)."""
        return np.take(self.chance_cells, self.chance_index, axis=1)

    def part(self, start: int, stop: int) -> Batch:
        """The draws at positions ``start`` to ``stop - 1`` (views, no copies)."""
        return Batch(self.payoff_cells[start:stop], self.payoff_index, self.chance_cells[start:stop], self.chance_index)
