"""Enough draws? Whether more of them would change the words of the headline.

The mean over the draws is a ratio of sums over draws that count by weight w; its standard error, to first order, is
sqrt(sum w^2 (x - mean)^2) / sum w. For scrambled Sobol points this is an upper bound in practice: they fill the space
more evenly than independent points do, which is what the formula is exact for (Owen 1997, "Scrambled net variance for
integrals of smooth functions").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offramp.explore.likelihood import SCALE, likelihood
from offramp.explore.quantities import Quantity
from offramp.explore.record import Record

SPREAD = 1.96
"""Standard errors on either side of the mean that hold it 95 % of the time."""

FINE = 0.005
"""Half a percentage point: a mean that is known so well is not worth more draws, wherever an edge of a word lies."""


@dataclass(frozen=True)
class Enough:
    """Whether more draws would change the words of the headline.

    Attributes
    ----------
    settled : bool
    standard_error : float
        Of the headline's mean, from sampling alone.
    low, high : float
        What holds the mean 95 % of the time.
    terms : tuple of str
        The words of likelihood from ``low`` to ``high``; one where they are settled.
    draws_needed : int
        About how many draws would settle them; those that there are if they are.
    """

    settled: bool
    standard_error: float
    low: float
    high: float
    terms: tuple[str, ...]
    draws_needed: int

    @property
    def sentence(self) -> str:
        """The finding as a sentence."""
        known = f"the mean is known to within {100 * SPREAD * self.standard_error:.1f} points"
        if self.settled:
            return f"More draws would not change the words of the headline: {known}."
        words = " and ".join(f"*{term}*" for term in (self.terms[0], self.terms[-1]))
        return f"More draws could change the words of the headline, between {words}: {known}; " + (
            f"about {self.draws_needed:,} draws would settle them."
        )

    def record(self) -> Record:
        """As plain JSON values."""
        return {
            "settled": self.settled,
            "standard_error": self.standard_error,
            "interval": [self.low, self.high],
            "terms": list(self.terms),
            "draws_needed": self.draws_needed,
        }


def enough_of(asked: Quantity) -> Enough | None:
    """Whether a probability over draws has enough of them; None where no draw counts."""
    values, weights = asked.values[asked.counted], asked.weights[asked.counted]
    if not len(values):
        return None
    mean = float(np.sum(weights * values) / np.sum(weights))
    error = float(np.sqrt(np.sum(weights**2 * (values - mean) ** 2)) / np.sum(weights))
    low, high = max(mean - SPREAD * error, 0.0), min(mean + SPREAD * error, 1.0)
    terms = _terms(low, high)
    settled = len(terms) == 1 or SPREAD * error <= FINE
    goal = max(min(abs(mean - edge) for edge in _edges()), FINE)
    needed = len(asked.values) if settled else int(np.ceil(len(asked.values) * (SPREAD * error / goal) ** 2))
    return Enough(settled, error, low, high, terms, needed)


def _edges() -> list[float]:
    """The probabilities at which the words change."""
    return [entry.low for entry in SCALE[1:]]


def _terms(low: float, high: float) -> tuple[str, ...]:
    """The words of the probabilities from ``low`` to ``high``, each once."""
    between = [edge for edge in _edges() if low < edge < high]
    inner = [likelihood((left + right) / 2) for left, right in zip([low, *between], [*between, high], strict=True)]
    return tuple(dict.fromkeys(inner))
