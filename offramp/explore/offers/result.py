"""All offers compared: which are made, accepted and kept, which is best for whom, and what each term adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar

from offramp.arrays import Floats
from offramp.explore.analysis import Analysis, Setting
from offramp.explore.offers.rules import Roles
from offramp.explore.offers.terms import Clause
from offramp.explore.record import Record, estimate_record
from offramp.explore.summary import Estimate
from offramp.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True)
class Outlook:
    """What becomes of one offer.

    Attributes
    ----------
    options : mapping of str to str
        The option of each term that an offer settles.
    generosity : float
        From 0, all terms at their least generous option, to 1.
    made : Estimate or None
        Probability that the offer is made; None where nothing says so.
    accepted, kept : Estimate or None
        That it is accepted, given that it is made, and kept, given that it is accepted; None if no draw comes to that.
    holds : Estimate or None
        The headline, as a run with this offer on the table gives it: draws count by how likely its condition is met.
    share : float
        Share of the draws in which the headline would be at least a half likely if the offer were made in all.
    payoffs : mapping of str to Estimate
        Each party's payoff in equilibrium, the offer made or not.
    if_made : mapping of str to float
        Mean payoffs if it is made.
    worst_decile, regret, best : float
        For the chooser, of its payoff in equilibrium: the mean over the worst tenth of the draws, the most that another
        offer would have brought more in a draw, and the share of draws in which no other brings more (ties split).
    on_front : bool
        No other offer is better for one party and for none worse.
    on_main_front : bool
        The same for the chooser and the party that answers alone.
    spite : float or None
        What the chooser has more if the offer, once made, is refused rather than accepted; None where nothing says so.
    unconverged : int
    """

    options: Mapping[str, str]
    generosity: float
    made: Estimate | None
    accepted: Estimate | None
    kept: Estimate | None
    holds: Estimate | None
    share: float
    payoffs: Mapping[str, Estimate]
    if_made: Mapping[str, float]
    worst_decile: float
    regret: float
    best: float
    on_front: bool
    on_main_front: bool
    spite: float | None
    unconverged: int

    def remarks(self) -> list[str]:
        """What a reader should know before recommending it."""
        found = []
        if self.made is not None and self.made.mean < HARDLY:
            found.append("would hardly be made")
        if self.spite is not None and self.spite > 0.0:
            found.append("better refused, for the chooser")
        return found


HARDLY = 0.05
"""An offer that is made with a smaller probability would hardly be made."""


@dataclass(frozen=True, eq=False, repr=False)
class Offers(Analysis):
    """All offers that were looked at, the one worth most to the chooser first.

    Attributes
    ----------
    roles : Roles
    answerer : str or None
        The party that accepts or refuses.
    offers : tuple of mappings
        The options of each offer; O of them.
    outlooks : tuple of Outlook
    values : float64[O, B]
        The chooser's payoff in equilibrium, for each offer and draw.
    table : int or None
        Where the offer on the table stands among them; None where it is not allowed.
    wanted : float
        The share of draws in which the least generous offer should hold.
    least : Outlook or None
        The least generous offer that holds in so many draws; where there is none, the one that holds in most.
    enough : bool
        Whether ``least`` does hold in so many.
    clauses : tuple of Clause
        What each term of ``least`` adds.
    combinations : int
        How many combinations of options there are.
    method : "all" or "search"
    forbidden : int
        Combinations that were looked at and are forbidden.
    limited : mapping of str to int
        For each limit how many break it, of those that are not forbidden.
    notes : tuple of str
    """

    name: ClassVar[str] = "offers"

    setting: Setting
    roles: Roles
    answerer: str | None
    offers: tuple[Mapping[str, str], ...]
    outlooks: tuple[Outlook, ...]
    values: Floats
    table: int | None
    wanted: float
    least: Outlook
    enough: bool
    clauses: tuple[Clause, ...]
    combinations: int
    method: str
    forbidden: int
    limited: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def chooser(self) -> str:
        return self.roles.chooser

    @property
    def best(self) -> Outlook:
        """The offer that is worth most to the chooser."""
        return self.outlooks[0]

    @property
    def labels(self) -> tuple[str, ...]:
        """Each offer in words: what differs from the offer on the table."""
        from offramp.explore.offers.says import offer_words

        return tuple(offer_words(self, options) for options in self.offers)

    def record(self) -> Record:
        return {
            "chooser": self.chooser,
            "answerer": self.answerer,
            "made": self.roles.made,
            "accepted": self.roles.accepted,
            "kept": self.roles.kept,
            "combinations": self.combinations,
            "method": self.method,
            "forbidden": self.forbidden,
            "limited": dict(self.limited),
            "table": self.table,
            "offers": [_record(outlook) for outlook in self.outlooks],
            "least_generous": {
                "wanted": self.wanted,
                "reached": self.enough,
                "options": dict(self.least.options),
                "share": self.least.share,
                "clauses": [asdict(clause) for clause in self.clauses],
            },
            "sentences": self.sentences(),
            "notes": list(self.notes),
        }

    def frame(self) -> pd.DataFrame:
        """One row an offer: its options, probabilities, payoffs, and how it compares."""
        import pandas as pd

        return pd.DataFrame([_row(outlook) for outlook in self.outlooks])

    def to_xarray(self) -> xr.DataArray:
        """The chooser's payoff in equilibrium as a labelled array, ``offer`` by ``draw``, with each term's option."""
        import numpy as np
        import xarray as xr

        terms = {term: ("offer", [options[term] for options in self.offers]) for term in self.offers[0]}
        coords = {"offer": np.arange(len(self.offers)), "draw": np.arange(self.values.shape[1]), **terms}
        about = {"party": self.chooser, "units": "points"}
        return xr.DataArray(self.values, coords, ("offer", "draw"), name="payoff", attrs=about)

    def figures(self) -> dict[str, Figure]:
        """``offers``, the frontier; and ``terms``, what each term adds, where an offer has any."""
        from offramp.explore.offers.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.offers.says import sentences

        return sentences(self)


def _record(outlook: Outlook) -> Record:
    return {
        "options": dict(outlook.options),
        "generosity": outlook.generosity,
        "made": estimate_record(outlook.made),
        "accepted": estimate_record(outlook.accepted),
        "kept": estimate_record(outlook.kept),
        "holds": estimate_record(outlook.holds),
        "share": outlook.share,
        "payoffs": {party: estimate_record(each) for party, each in outlook.payoffs.items()},
        "if_made": dict(outlook.if_made),
        "worst_decile": outlook.worst_decile,
        "regret": outlook.regret,
        "best": outlook.best,
        "on_front": outlook.on_front,
        "on_main_front": outlook.on_main_front,
        "better_refused_by": outlook.spite,
        "unconverged": outlook.unconverged,
        "remarks": outlook.remarks(),
    }


def _row(outlook: Outlook) -> dict[str, object]:
    def mean(estimate: Estimate | None) -> float | None:
        return estimate.mean if estimate else None

    return {
        **outlook.options,
        "made": mean(outlook.made),
        "accepted": mean(outlook.accepted),
        "kept": mean(outlook.kept),
        "holds": mean(outlook.holds),
        "share": outlook.share,
        **{f"payoff.{party}": each.mean for party, each in outlook.payoffs.items()},
        "worst_decile": outlook.worst_decile,
        "regret": outlook.regret,
        "best": outlook.best,
        "on_front": outlook.on_front,
        "generosity": outlook.generosity,
    }
