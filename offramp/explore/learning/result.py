"""What to find out next: what each assumption is worth knowing, and how well it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offramp.explore.analysis import Analysis, Setting
from offramp.explore.learning.grades import Grade
from offramp.explore.learning.turns import Worth
from offramp.explore.record import Record
from offramp.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

WORTH_SHARE = 0.05
"""An assumption is worth knowing if knowing it alone brings at least this share of what knowing all brings."""


@dataclass(frozen=True)
class Stretch:
    """Values of an assumption for which one offer would be chosen: from ``low`` to ``high``."""

    low: float
    high: float
    offer: str


@dataclass(frozen=True)
class Item:
    """One assumption.

    Attributes
    ----------
    name, says, unit : str
    worth : Worth
        What knowing it alone would bring the chooser, in points (EVPPI), with its standard error.
    share : float
        Of what knowing everything would bring, from 0 to 1.
    grade : Grade
    stretches : tuple of Stretch
        Which offer would be chosen for which values; empty where knowing it would not change the choice, as far as
        can be told.
    """

    name: str
    says: str
    unit: str
    worth: Worth
    share: float
    grade: Grade
    stretches: tuple[Stretch, ...]

    @property
    def matters(self) -> bool:
        """Whether it is worth knowing, beyond noise."""
        return self.worth.distinguishable and self.share >= WORTH_SHARE

    @property
    def listed(self) -> bool:
        """Whether it is worth knowing and poorly known."""
        return self.matters and self.grade.known == "poorly"


@dataclass(frozen=True, eq=False, repr=False)
class Learning(Analysis):
    """What to find out before choosing an offer.

    Attributes
    ----------
    chooser : str
    best : str
        The offer that is worth most to the chooser now, in words.
    value : float
        Its mean, in the chooser's points.
    stays : float
        Share of the draws in which no other offer would be worth more.
    everything : Worth
        What knowing everything would bring (EVPI).
    items : tuple of Item
        The assumption that is worth most first.
    num_offers : int
    notes : tuple of str
    """

    name: ClassVar[str] = "learning"

    setting: Setting
    chooser: str
    best: str
    value: float
    stays: float
    everything: Worth
    items: tuple[Item, ...]
    num_offers: int
    notes: tuple[str, ...]

    @property
    def floor(self) -> float:
        """What an assumption must bring at least to be worth knowing, in points."""
        return WORTH_SHARE * max(self.everything.estimate, 0.0)

    @property
    def short_list(self) -> tuple[Item, ...]:
        """What is worth knowing and poorly known."""
        return tuple(item for item in self.items if item.listed)

    def record(self) -> Record:
        return {
            "chooser": self.chooser,
            "best": self.best,
            "value": self.value,
            "stays": self.stays,
            "offers": self.num_offers,
            "everything": _worth(self.everything),
            "assumptions": [_item(item) for item in self.items],
            "short_list": [item.name for item in self.short_list],
            "sentences": self.sentences(),
            "notes": list(self.notes),
        }

    def frame(self) -> pd.DataFrame:
        """One row an assumption: what knowing it would bring, and how well it is known."""
        import pandas as pd

        rows = [
            {
                "assumption": item.name,
                "worth": item.worth.estimate,
                "error": item.worth.error,
                "share": item.share,
                "matters": item.matters,
                "known": item.grade.known,
                "why": item.grade.why,
            }
            for item in self.items
        ]
        return pd.DataFrame(rows, columns=["assumption", "worth", "error", "share", "matters", "known", "why"])

    def figures(self) -> dict[str, Figure]:
        """``learning``: worth against how well it is known; and ``worth``: bars with their errors."""
        from offramp.explore.learning.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.learning.says import sentences

        return sentences(self)


def _worth(worth: Worth) -> Record:
    return {"points": worth.estimate, "standard_error": worth.error, "distinguishable": worth.distinguishable}


def _item(item: Item) -> Record:
    return {
        "name": item.name,
        "says": item.says,
        "worth": _worth(item.worth),
        "share": item.share,
        "known": item.grade.known,
        "why": item.grade.why,
        "matters": item.matters,
        "listed": item.listed,
        "turns": [{"from": each.low, "to": each.high, "offer": each.offer} for each in item.stretches],
    }
