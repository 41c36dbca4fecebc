"""What to find out next: the entry point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress
from offramp.explore.learning.curves import MOST_LEVELS
from offramp.explore.learning.grades import grade
from offramp.explore.learning.result import Item, Learning, Stretch
from offramp.explore.learning.turns import LEAST_DRAWS, Worth
from offramp.explore.learning.worth import best_offers, evpi, evppi
from offramp.explore.offers.api import compare_offers
from offramp.explore.offers.result import Offers
from offramp.scenario.correlations import correlatable, correlated_names
from offramp.scenario.draws import Draws
from offramp.scenario.model import Assumption, OfferRules

if TYPE_CHECKING:
    from offramp.explore.run import Run

LEARNING_DRAWS = 1024
"""Draws over which every offer is solved, unless others are asked for."""

POINTS = 101
"""Values of an assumption at which the choice is looked at."""

ENDS = (0.02, 0.98)
"""Quantiles between which they lie."""

DECIMALS = 9
"""Offers whose worth differs by less than that are the same: it is rounding of their games."""


def worth_knowing(
    run: Run,
    *,
    chooser: str | None = None,
    draws: int | None = None,
    rules: OfferRules | None = None,
    offers: Offers | None = None,
    progress: Progress | None = None,
) -> Learning:
    """What knowing each assumption would be worth for the choice of offer, and how well it is known.

    Parameters
    ----------
    run : Run
    chooser, draws, rules
        As for :func:`~offramp.explore.offers.api.compare_offers`; by default the first ``LEARNING_DRAWS`` draws.
    offers : Offers, optional
        Compared already, over the first draws of this run; ``draws`` and ``rules`` then have no say.
    progress : callable, optional
        Called with the draws solved and their total over all offers.

    Raises
    ------
    RunError
        If there is nothing to choose, there are too few draws, or ``offers`` were compared for another chooser.
    """
    if offers is None:
        count = min(run.num_draws, LEARNING_DRAWS) if draws is None else draws
        if count < LEAST_DRAWS:
            raise RunError(f"found {count} draws; what is worth knowing takes at least {LEAST_DRAWS}")
        offers = compare_offers(run, chooser=chooser, draws=count, rules=rules, progress=progress)
    if chooser not in (None, offers.chooser):
        raise RunError(
            f"found offers compared for {offers.chooser}, and {chooser} as the chooser; compare them for {chooser}, "
            "or leave one of the two out"
        )
    drawn = run.draws.part(0, offers.values.shape[1])
    values = offers.values.round(DECIMALS)
    kept = undominated_rows(values)
    values, labels = values[kept], [label for label, each in zip(offers.labels, kept, strict=True) if each]
    everything = evpi(values)
    items = [_item(run, each, drawn, values, labels, everything) for each in correlatable(run.scenario)]
    return Learning(
        setting=Setting.of(run, drawn.num_draws),
        chooser=offers.chooser,
        best=labels[0],
        value=float(values[0].mean()),
        stays=float(np.mean(values[0] >= values.max(axis=0) - 1e-9 * np.ptp(values))),
        everything=everything,
        items=tuple(sorted(items, key=lambda item: -item.worth.estimate)),
        num_offers=len(offers.offers),
        notes=tuple(_notes(run, offers)),
    )


def undominated_rows(values: Floats) -> Flags:
    """bool[O]: the offers that no other is at least as good as in every draw; of equal ones the first.

    Whatever is learnt, one of these is the best choice: what is at least as good in every draw is so in every mean.
    """
    kept = np.ones(len(values), dtype=np.bool_)
    for row in reversed(range(len(values))):
        kept[row] = False
        kept[row] = not (values[kept] >= values[row]).all(axis=1).any()
    return kept


def _item(run: Run, assumption: Assumption, drawn: Draws, values: Floats, labels: list[str], everything: Worth) -> Item:
    column = drawn.column(assumption.name)
    worth = evppi(values, column) if len(values) > 1 else Worth(0.0, 0.0)
    whole = everything.estimate
    return Item(
        name=assumption.name,
        says=assumption.meaning or assumption.name,
        unit=assumption.unit,
        worth=worth,
        share=min(max(worth.estimate / whole, 0.0), 1.0) if whole > 0.0 else 0.0,
        grade=grade(assumption, run.scenario.sources),
        stretches=tuple(_stretches(values, column, labels)) if worth.distinguishable else (),
    )


def _stretches(values: Floats, column: Floats, labels: list[str]) -> Iterator[Stretch]:
    """Which offer would be chosen for which values; nothing where it is the same for all."""
    levels = np.unique(column)
    low, high = np.quantile(column, ENDS).tolist()
    points = levels if len(levels) <= MOST_LEVELS else np.linspace(low, high, POINTS)
    chosen, _ = best_offers(values, column, points)
    turns = np.flatnonzero(np.diff(chosen)) + 1
    if not len(turns):
        return
    ends = np.concatenate([[levels[0]], (points[turns - 1] + points[turns]) / 2, [levels[-1]]])
    for low, high, first in zip(ends[:-1], ends[1:], [0, *turns.tolist()], strict=True):
        yield Stretch(float(low), float(high), labels[chosen[first]])


def _notes(run: Run, offers: Offers) -> Iterator[str]:
    private = [each.name.replace("_", " ") for each in run.scenario.assumptions if each.private_to]
    if private:
        yield (
            f"{' and '.join(private)} is known to one party only; for another to learn it would be another game, and "
            "is not priced here"
        )
    correlated = [name.replace("_", " ") for name in correlated_names(run.scenario)]
    if correlated:
        yield f"{' and '.join(correlated)} are correlated: learning one tells about the other too, and that is counted"
    if len(offers.offers) == 1:
        yield "only one offer is allowed, so that nothing that could be learnt would change the choice"
    if offers.method == "search":
        yield "the offers were searched, not all solved"
