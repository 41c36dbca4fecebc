"""What drives an answer: every assumption with its shares, told apart from noise, and the answers at its ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offramp.explore.analysis import Analysis, Setting
from offramp.explore.drivers.given import Direction
from offramp.explore.drivers.tornado import Swing
from offramp.explore.record import Record
from offramp.explore.summary import Estimate
from offramp.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Share:
    """A share between 0 and 1 with its bootstrap interval, which holds 90 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Driver:
    """One assumption, and what it does to the answer.

    Attributes
    ----------
    name, meaning, unit : str
    rests_on : tuple of str
        What its value is based on: ``source``, ``base_rate``, ``study``, ``judgement``; empty without any basis.
    influence : Share
        How far the assumption alone settles the answer: the Cramér–von Mises index, of any dependence.
    noise : float
        The influence that chance alone exceeds, in any assumption, with a probability of 5 %.
    p_value : float
        Probability that chance alone gives any assumption as much, relative to its noise: as large an influence, or as
        large a first-order share.
    distinguishable : bool
        Whether one of the two can be told from noise.
    ranks : (int, int)
        The lowest and highest rank by influence that 90 % of the bootstrap samples give.
    first_order : Share
        Share of the variance of the answer that it explains alone.
    total : Share or None
        Share of the variance that it has a part in; None if not asked for or not to be had.
    direction : "raises", "lowers" or "mixed"
        What higher values do to the mean answer; mixed without a clear direction.
    swing : Swing or None
        The mean answer with the assumption low and high; None if not asked for.
    neighbours : tuple of str
        Assumptions that it is correlated with.
    """

    name: str
    meaning: str
    unit: str
    rests_on: tuple[str, ...]
    influence: Share
    noise: float
    p_value: float
    distinguishable: bool
    ranks: tuple[int, int]
    first_order: Share
    total: Share | None
    direction: Direction
    swing: Swing | None
    neighbours: tuple[str, ...]

    @property
    def label(self) -> str:
        """What it is, in words: its meaning where it has one, else its name."""
        return self.meaning.rstrip(".") or self.name.replace("_", " ")


@dataclass(frozen=True, eq=False, repr=False)
class Drivers(Analysis):
    """What drives an answer.

    Attributes
    ----------
    quantity, says, given : str
        The answer, in words, and its condition in words where it has one (else empty).
    is_probability : bool
        Whether the answer is a probability; else it is in points.
    estimate : Estimate
        Over the draws that count.
    constant : bool
        Whether the answer is the same in all of them, so that nothing drives it.
    counted : float
        How many draws of equal weight say as much as those that meet the condition.
    drivers : tuple of Driver
        Those that can be told from noise first, and among them by influence.
    centre : float or None
        The mean answer over the draws of the tornado, all assumptions as drawn.
    swing_draws, total_draws : int
        Draws that were solved again for each end of a swing, and for each total share; 0 for none.
    notes : tuple of str
    """

    name: ClassVar[str] = "drivers"

    setting: Setting
    quantity: str
    says: str
    given: str
    is_probability: bool
    estimate: Estimate
    constant: bool
    counted: float
    drivers: tuple[Driver, ...]
    centre: float | None
    swing_draws: int
    total_draws: int
    notes: tuple[str, ...]

    def leading(self, count: int = 3) -> tuple[Driver, ...]:
        """The strongest drivers, at most ``count`` and only those that can be told from noise."""
        return tuple(each for each in self.drivers if each.distinguishable)[:count]

    @property
    def unclear(self) -> tuple[Driver, ...]:
        """The assumptions that cannot be told from noise, in the scenario's order."""
        order = [each.name for each in self.setting.scenario.assumptions]
        return tuple(
            sorted((each for each in self.drivers if not each.distinguishable), key=lambda each: order.index(each.name))
        )

    def __getitem__(self, name: str) -> Driver:
        """The assumption called ``name``.

        Raises
        ------
        KeyError
            If it is not among the drivers.
        """
        for each in self.drivers:
            if each.name == name:
                return each
        raise KeyError(f"no driver {name!r}; there are {', '.join(each.name for each in self.drivers) or 'none'}")

    def record(self) -> Record:
        from offramp.explore.drivers.plain import drivers_record

        return drivers_record(self)

    def frame(self) -> pd.DataFrame:
        """One row an assumption."""
        from offramp.explore.drivers.plain import drivers_frame

        return drivers_frame(self)

    def figures(self) -> dict[str, Figure]:
        """``drivers``, and ``tornado`` if it was asked for."""
        from offramp.explore.drivers.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.drivers.says import sentences

        return sentences(self)
