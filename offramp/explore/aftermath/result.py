"""What follows: shares of the states year by year, fans of the indicators, and all that is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from offramp.arrays import Floats
from offramp.explore.aftermath.names import LEVELS
from offramp.explore.analysis import Analysis, Setting
from offramp.explore.record import Record
from offramp.explore.summary import Estimate
from offramp.figures.figure import Figure
from offramp.scenario.aftermath import Aftermath

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Fan:
    """An indicator along the paths of an arm.

    Attributes
    ----------
    levels : float64[5, T + 1]
        Its percentiles at the beginning of each year, and after the last.
    mean : float64[T + 1]
    """

    levels: Floats
    mean: Floats

    @property
    def median(self) -> Floats:
        """float64[T + 1]."""
        return np.asarray(self.levels[LEVELS.index(0.5)])


@dataclass(frozen=True, eq=False)
class Arm:
    """What follows if the parties come to something.

    Attributes
    ----------
    name : str
        One of ``MADE``, ``NOT_MADE``, ``HOLDS`` and ``PLAYED``.
    says : str
        In words, to complete "if …".
    probability : Estimate or None
        How likely it is, for ``HOLDS`` (given its condition).
    shares : tuple of tuples of Estimate
        By state and year: how likely the state is; a mean over the draws, with the interval of 90 % of them.
    fans : tuple of Fan
        One for each indicator.
    """

    name: str
    says: str
    probability: Estimate | None
    shares: tuple[tuple[Estimate, ...], ...]
    fans: tuple[Fan, ...]

    def share(self, state: int, year: int) -> float:
        """How likely a state is after some years, on average over the draws."""
        return self.shares[state][year].mean


@dataclass(frozen=True, eq=False, repr=False)
class Following(Analysis):
    """What follows the outcomes, with the offer and without.

    Attributes
    ----------
    after : Aftermath
        As the scenario has it.
    years : int
        How many years were followed.
    arms : tuple of Arm
        With the offer and without, and where it holds; one arm where nothing says by which choice an offer is made.
    higher : tuple of float, or None
        For each indicator the share of the paths on which it ends higher with the offer than the same luck without.
    num_paths : int
        How many paths the fans rest on.
    notes : tuple of str
    """

    name: ClassVar[str] = "aftermath"

    setting: Setting
    after: Aftermath
    years: int
    arms: tuple[Arm, ...]
    higher: tuple[float, ...] | None
    num_paths: int
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What the states are called."""
        return tuple(state.called for state in self.after.states)

    def arm(self, name: str) -> Arm | None:
        """The arm of that name, if there is one."""
        return next((arm for arm in self.arms if arm.name == name), None)

    def record(self) -> Record:
        from offramp.explore.aftermath.plain import following_record

        return following_record(self)

    def frame(self) -> pd.DataFrame:
        """One row for each arm, state and year."""
        from offramp.explore.aftermath.plain import shares_frame

        return shares_frame(self)

    def indicators_frame(self) -> pd.DataFrame:
        """One row for each arm, indicator and year."""
        from offramp.explore.aftermath.plain import indicators_frame

        return indicators_frame(self)

    def figures(self) -> dict[str, Figure]:
        """``states``, and a fan for each indicator by its name."""
        from offramp.explore.aftermath.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.aftermath.says import sentences

        return sentences(self)
