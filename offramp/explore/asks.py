"""What can be asked of a run beyond its answers: one method for each question; the work is done elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from offramp.explore.batches import Progress
from offramp.explore.offers.rules import WANTED
from offramp.figures.figure import Figure

if TYPE_CHECKING:
    from offramp.explore.aftermath.result import Following
    from offramp.explore.boxes.result import Boxes
    from offramp.explore.breaking.result import Breaking
    from offramp.explore.drivers.result import Drivers
    from offramp.explore.learning.result import Learning
    from offramp.explore.observed.result import Posterior
    from offramp.explore.offers.api import Method
    from offramp.explore.offers.result import Offers
    from offramp.explore.run import Run
    from offramp.explore.tipping.result import Tipping
    from offramp.scenario.model import Observation, OfferRules


class Asks:
    """The questions that a :class:`~offramp.explore.run.Run` answers by further analysis."""

    @property
    def _run(self) -> Run:
        return cast("Run", self)

    def what_breaks(self, *, progress: Progress | None = None) -> Breaking:
        """Each party's temptation to leave the path on which the headline holds, who gains from a leak, and more."""
        from offramp.explore.breaking.api import what_breaks

        return what_breaks(self._run, progress=progress)

    def drivers(
        self, answer: str | None = None, *, totals: bool = False, tornado: bool = True, progress: Progress | None = None
    ) -> Drivers:
        """How far each assumption drives an answer, and which of them can be told from noise."""
        from offramp.explore.drivers.api import find_drivers

        return find_drivers(self._run, answer=answer, totals=totals, tornado=tornado, progress=progress)

    def boxes(self, answer: str | None = None, *, holds: bool = False, below: float | None = None) -> Boxes:
        """The simplest conditions on the assumptions under which an answer fails, or with ``holds`` is yes."""
        from offramp.explore.boxes.api import find_boxes

        return find_boxes(self._run, answer=answer, holds=holds, below=below)

    def tipping(
        self,
        what: str,
        answer: str | None = None,
        *,
        level: float | None = None,
        low: float | None = None,
        high: float | None = None,
        progress: Progress | None = None,
    ) -> Tipping:
        """The value of one assumption at which an answer flips, with an interval over the other assumptions."""
        from offramp.explore.tipping.api import find_tipping

        return find_tipping(self._run, what, answer=answer, level=level, low=low, high=high, progress=progress)

    def what_follows(self, *, years: int | None = None, progress: Progress | None = None) -> Following:
        """Where the aftermath stands year by year and what its indicators do, with the offer and without."""
        from offramp.explore.aftermath.api import what_follows

        return what_follows(self._run, years=years, progress=progress)

    def observe(
        self,
        observed: Mapping[str, str] | Sequence[Observation] | None = None,
        *,
        progress: Progress | None = None,
    ) -> Posterior:
        """What something that was seen says about the assumptions, by Bayes; by default what the scenario states."""
        from offramp.explore.observed.api import observe

        return observe(self._run, observed, progress=progress)

    def worth_knowing(
        self,
        chooser: str | None = None,
        *,
        draws: int | None = None,
        rules: OfferRules | None = None,
        offers: Offers | None = None,
        progress: Progress | None = None,
    ) -> Learning:
        """What each assumption would be worth knowing for the choice of offer, and how well it is known."""
        from offramp.explore.learning.api import worth_knowing

        return worth_knowing(self._run, chooser=chooser, draws=draws, rules=rules, offers=offers, progress=progress)

    def offers(
        self,
        chooser: str | None = None,
        *,
        draws: int | None = None,
        method: Method = "auto",
        rules: OfferRules | None = None,
        share: float = WANTED,
        progress: Progress | None = None,
    ) -> Offers:
        """All offers over the run's draws, or its first ``draws``: which hold, and which is best for whom."""
        from offramp.explore.offers.api import compare_offers

        return compare_offers(
            self._run, chooser=chooser, draws=draws, method=method, rules=rules, share=share, progress=progress
        )

    def figures(self) -> dict[str, Figure]:
        """Pictures by name: how it ends, what was asked, where the path breaks, and those of what was explored."""
        from offramp.explore.picture import run_figures

        return run_figures(self._run) | {
            name if picture == name else f"{name}-{picture}": figure
            for name, analysis in self._run.explored.items()
            for picture, figure in analysis.figures().items()
        }
