"""What becomes of one offer: in every draw while it is measured, and what is kept of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from offramp.arrays import Floats
from offramp.explore.summary import RARELY, Estimate, estimate_by_weight

HALF = 0.5
"""An offer holds in a draw where the headline has at least this probability if the offer is made."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What is kept of one offer, over B draws, for P parties.

    Attributes
    ----------
    values : float64[B]
        The chooser's expected payoff in equilibrium.
    payoffs : tuple of P Estimate
        Expected payoffs in equilibrium.
    if_made : tuple of P float
        Their means if the offer is made in every draw.
    made, accepted, kept, holds : Estimate or None
        That the offer is made; that it is accepted, given that it is made; kept, given that it is accepted; and the
        headline, given its condition and that the offer is made. None where no draw comes to that.
    share : float
        The share of the draws in which the offer would hold if it were made; 0 where the headline can be asked in none.
    spite : float or None
        What the chooser has more if the offer, once made, is refused than if it is accepted: the mean over the draws,
        each by how likely the offer is made there (over all alike if it is made in none).
    unconverged : int
        Draws whose solution is not to be believed.
    """

    values: Floats
    payoffs: tuple[Estimate, ...]
    if_made: tuple[float, ...]
    made: Estimate | None
    accepted: Estimate | None
    kept: Estimate | None
    holds: Estimate | None
    share: float
    spite: float | None
    unconverged: int

    @property
    def value(self) -> float:
        """What the offer is worth to the chooser, on average over the draws."""
        return float(self.values.mean())


@dataclass(frozen=True, eq=False)
class Rows:
    """One offer in B draws, for P parties.

    Attributes
    ----------
    payoffs, if_made : float64[P, B]
        Expected payoffs in equilibrium, and if the offer is made.
    made : float64[B]
        Probability that the offer is made; 1 where nothing says so.
    accepted, taken : float64[B]
        That it is accepted, given that it is made, and that it is made and accepted.
    kept : float64[B]
        That it is kept, given that it is accepted.
    holds, asked : float64[B]
        The headline given its condition and that the offer is made, and that this is so.
    would, could : float64[B]
        The same if the offer is made for certain.
    spite : float64[B]
        What the chooser has more if the offer, once made, is refused than if it is accepted; NaN where nothing says so.
    unconverged : float64[B]
        1 in a draw whose solution is not to be believed, else 0.
    """

    payoffs: Floats
    if_made: Floats
    made: Floats
    accepted: Floats
    taken: Floats
    kept: Floats
    holds: Floats
    asked: Floats
    would: Floats
    could: Floats
    spite: Floats
    unconverged: Floats

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """The rows of draws that were solved part by part."""
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts], axis=-1) for each in fields(cls)))

    def measured(self, chooser: int) -> Measured:
        """What is kept of the rows."""
        every = np.ones_like(self.made)
        counts = np.where(self.made > RARELY, self.made, 0.0)
        return Measured(
            values=self.payoffs[chooser].copy(),
            payoffs=tuple(estimate_by_weight(row, every) for row in self.payoffs),
            if_made=tuple(float(row.mean()) for row in self.if_made),
            made=_estimated(self.made, every),
            accepted=_estimated(self.accepted, self.made),
            kept=_estimated(self.kept, self.taken),
            holds=_estimated(self.holds, self.asked),
            share=_share(self.would, self.could),
            spite=_mean(self.spite, counts if counts.any() else every),
            unconverged=int(np.sum(self.unconverged)),
        )


def _estimated(row: Floats, weights: Floats) -> Estimate | None:
    """The estimate over the draws that count; None if none does."""
    counted = (weights > RARELY) & np.isfinite(row)
    return estimate_by_weight(row[counted], weights[counted]) if counted.any() else None


def _share(row: Floats, weights: Floats) -> float:
    """How much of the draws, by weight, has at least a half."""
    counted = np.where(weights > RARELY, weights, 0.0)
    total = float(counted.sum())
    return float(counted[np.nan_to_num(row) >= HALF].sum()) / total if total > 0.0 else 0.0


def _mean(row: Floats, weights: Floats) -> float | None:
    return None if np.isnan(row).all() else float(np.sum(row * weights) / np.sum(weights))
