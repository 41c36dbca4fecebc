"""What can be asked of a run beyond its answers: one method for each question; the work is done elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from offramp.explore.batches import Progress
from offramp.figures.figure import Figure

if TYPE_CHECKING:
    from offramp.explore.breaking.result import Breaking
    from offramp.explore.offers.api import Method
    from offramp.explore.offers.result import Offers
    from offramp.explore.run import Run
    from offramp.scenario.model import OfferRules

WANTED = 0.8
"""The share of the draws in which the least generous offer should hold, unless another is asked for."""


class Asks:
    """The questions that a :class:`~offramp.explore.run.Run` answers by further analysis."""

    @property
    def _run(self) -> Run:
        return cast("Run", self)

    def what_breaks(self, *, progress: Progress | None = None) -> Breaking:
        """Each party's temptation to leave the path on which the headline holds, who gains from a leak, and more."""
        from offramp.explore.breaking.api import what_breaks

        return what_breaks(self._run, progress=progress)

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
