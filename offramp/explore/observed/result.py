"""What was seen says about the assumptions: prior and posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offramp.arrays import Floats, Positions
from offramp.explore.analysis import Analysis, Setting
from offramp.explore.record import Record, estimate_record
from offramp.explore.summary import Estimate
from offramp.figures.figure import Figure
from offramp.scenario.model import Observation

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FEW_DRAWS, FEW_SHARE = 100.0, 0.05
"""With a smaller effective number of draws, or a smaller share of them, the posterior is not to be relied on."""


@dataclass(frozen=True)
class Shift:
    """One assumption before and after.

    Attributes
    ----------
    name, says, unit : str
    private_to : str
        The party that knows it; empty if it is shared.
    prior, posterior : Estimate
    distance : float
        The largest difference of the two distribution functions (Kolmogorov), from 0 to 1.
    moved : bool
        Whether that is more than so few effective draws differ by chance.
    """

    name: str
    says: str
    unit: str
    private_to: str
    prior: Estimate
    posterior: Estimate
    distance: float
    moved: bool


@dataclass(frozen=True)
class Update:
    """A probability before and after; None where no draw meets its condition."""

    name: str
    says: str
    prior: Estimate | None
    posterior: Estimate | None


@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Analysis):
    """What was seen, and what it does to the assumptions and the answers.

    Attributes
    ----------
    observed : tuple of Observation
    chance : float64[B]
        Probability of what was seen, in each draw.
    weights : float64[B]
        Of the draws after it was seen; they sum to 1.
    columns : mapping of str to float64[B]
        The drawn values of each shared assumption that is not fixed.
    types : mapping of str to (float64[A], float64[A], float64[A])
        For each private assumption its atoms, and their weights before and after.
    shifts : tuple of Shift
        The assumption that moved furthest first.
    answers, outcomes : tuple of Update
        Of another play by the same people.
    effective : float
        Effective number of draws.
    resampled : int64[B]
        Draws, by number, each about as often as its weight says.
    solved_again : bool
        Whether the draws were solved again, with the same bits, to look at each type; else the run's results did.
    notes : tuple of str
    """

    name: ClassVar[str] = "observed"

    setting: Setting
    observed: tuple[Observation, ...]
    chance: Floats
    weights: Floats
    columns: Mapping[str, Floats]
    types: Mapping[str, tuple[Floats, Floats, Floats]]
    shifts: tuple[Shift, ...]
    answers: tuple[Update, ...]
    outcomes: tuple[Update, ...]
    effective: float
    resampled: Positions
    solved_again: bool
    notes: tuple[str, ...]

    @property
    def probability(self) -> float:
        """How likely what was seen was, over all draws."""
        return float(self.chance.mean())

    @property
    def is_thin(self) -> bool:
        """Whether too few draws carry the posterior."""
        return self.effective < max(FEW_DRAWS, FEW_SHARE * self.setting.draws)

    def record(self) -> Record:
        return {
            "observed": [_observation(each) for each in self.observed],
            "probability": self.probability,
            "effective": self.effective,
            "thin": self.is_thin,
            "solved_again": self.solved_again,
            "assumptions": [_shift(each) for each in self.shifts],
            "types": {
                name: {"values": values.tolist(), "prior": prior.tolist(), "posterior": posterior.tolist()}
                for name, (values, prior, posterior) in self.types.items()
            },
            "answers": [_update(each) for each in self.answers],
            "outcomes": [_update(each) for each in self.outcomes],
            "sentences": self.sentences(),
            "notes": list(self.notes),
        }

    def frame(self) -> pd.DataFrame:
        """One row an assumption: its mean and interval before and after, and how far it moved."""
        import pandas as pd

        rows = [
            {
                "assumption": each.name,
                "private_to": each.private_to,
                "prior": each.prior.mean,
                "prior_low": each.prior.low,
                "prior_high": each.prior.high,
                "posterior": each.posterior.mean,
                "posterior_low": each.posterior.low,
                "posterior_high": each.posterior.high,
                "distance": each.distance,
                "moved": each.moved,
            }
            for each in self.shifts
        ]
        return pd.DataFrame(rows)

    def to_xarray(self) -> xr.Dataset:
        """Labelled arrays by ``draw``: the chance of what was seen, the weights, and the drawn assumptions."""
        import numpy as np
        import xarray as xr

        rows = {name: ("draw", values) for name, values in self.columns.items()}
        found = {"chance": ("draw", self.chance), "weight": ("draw", self.weights), **rows}
        return xr.Dataset(found, {"draw": np.arange(len(self.weights))})

    def figures(self) -> dict[str, Figure]:
        """``observed``, the assumptions that moved furthest before and after; and ``answers``."""
        from offramp.explore.observed.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.observed.says import sentences

        return sentences(self)


def _observation(seen: Observation) -> Record:
    return {"says": seen.says, "saw": dict(seen.saw), "offer": dict(seen.offer)}


def _shift(each: Shift) -> Record:
    return {
        "name": each.name,
        "says": each.says,
        "private_to": each.private_to or None,
        "prior": estimate_record(each.prior),
        "posterior": estimate_record(each.posterior),
        "distance": each.distance,
        "moved": each.moved,
    }


def _update(each: Update) -> Record:
    return {
        "name": each.name,
        "says": each.says,
        "prior": estimate_record(each.prior),
        "posterior": estimate_record(each.posterior),
    }
