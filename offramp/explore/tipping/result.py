"""A tipping point: the curve, where it crosses the level, where the single draws flip, and all that is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from offramp.arrays import Floats
from offramp.explore.analysis import Analysis, Setting
from offramp.explore.record import Record
from offramp.explore.summary import Estimate
from offramp.explore.tipping.held import Kind
from offramp.figures.figure import Figure
from offramp.scenario.model import Assumption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Asked:
    """What is asked: the quantity's ``name``, what it is in words, and the ``level`` at which it flips."""

    name: str
    says: str
    is_probability: bool
    level: float


@dataclass(frozen=True)
class Point:
    """The answer with the assumption held at ``value``.

    ``answer`` is None where no draw meets the condition there; ``asked`` is how likely the condition is met.
    """

    value: float
    answer: Estimate | None
    asked: float


@dataclass(frozen=True)
class Crossing:
    """A value at which the mean over the draws crosses the level.

    Attributes
    ----------
    value, low, high : float
        The value, and between which two it is for certain.
    rises : bool
        Whether the mean goes from below the level to it or above as the value grows.
    stated_below : float or None
        Share of the stated distribution below the value; None where a single number is stated.
    """

    value: float
    low: float
    high: float
    rises: bool
    stated_below: float | None


@dataclass(frozen=True, eq=False)
class Flips:
    """The draws whose own answer flips in one direction as the value grows.

    Attributes
    ----------
    rises : bool
        From below the level to it or above, or the other way.
    share : float
        Share of the draws that do, by weight.
    values, weights : float64[F]
        Where each does first, and how much it counts.
    """

    rises: bool
    share: float
    values: Floats
    weights: Floats

    def quantile(self, level: float) -> float:
        """The value below which this share of these draws has flipped."""
        return float(np.quantile(self.values, level, method="inverted_cdf", weights=self.weights))

    @property
    def median(self) -> float:
        return self.quantile(0.5)

    @property
    def interval(self) -> tuple[float, float]:
        """The 5th and the 95th percentile."""
        return self.quantile(0.05), self.quantile(0.95)


@dataclass(frozen=True, eq=False, repr=False)
class Tipping(Analysis):
    """Where an answer flips as one assumption is varied.

    Attributes
    ----------
    asked : Asked
    assumption : Assumption
        As the scenario has it.
    kind : "drawn", "fixed" or "private"
        What it is in the scenario.
    is_listed : bool
        Whether it has a few listed values, between which it is not held.
    stated : (float, float)
        From where to where the scenario lets it be.
    now : Estimate or None
        The answer over the same draws with the assumption as the scenario has it.
    points : tuple of Point
        The curve, in rising order of the values.
    crossings : tuple of Crossing
        Where its mean crosses the level.
    flips : tuple of Flips
        At most one for each direction, the one of most draws first; without directions in which no draw flips.
    always, never : float
        Share of the draws that are at the level or above at every value at which they are asked, and at none.
    several : float
        Share of the draws that flip more than once.
    notes : tuple of str
    """

    name: ClassVar[str] = "tipping"

    setting: Setting
    asked: Asked
    assumption: Assumption
    kind: Kind
    is_listed: bool
    stated: tuple[float, float]
    now: Estimate | None
    points: tuple[Point, ...]
    crossings: tuple[Crossing, ...]
    flips: tuple[Flips, ...]
    always: float
    never: float
    several: float
    notes: tuple[str, ...]

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest value at which the assumption was held."""
        return self.points[0].value, self.points[-1].value

    def record(self) -> Record:
        from offramp.explore.tipping.plain import tipping_record

        return tipping_record(self)

    def frame(self) -> pd.DataFrame:
        """One row a value of the curve."""
        from offramp.explore.tipping.plain import curve_frame

        return curve_frame(self)

    def figures(self) -> dict[str, Figure]:
        """``tipping``, and ``flips`` where some draw flips."""
        from offramp.explore.tipping.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.tipping.says import sentences

        return sentences(self)
