"""From margins in each draw to the links of a path: shares, estimates, and which link is the weakest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offramp.arrays import Floats
from offramp.explore.breaking.counting import estimated, headline_weights, median, share
from offramp.explore.breaking.measure import Margins, Measured
from offramp.explore.breaking.path import HoldingPath, LinkPlace
from offramp.explore.breaking.result import Link, Margin


@dataclass(frozen=True, eq=False)
class FirstBreaks:
    """Where the path breaks first: float64[V + 1], a share of the cases for each move, and last that it holds."""

    shares: Floats

    @classmethod
    def of(cls, margins: Margins, weights: Floats) -> FirstBreaks:
        """Over draws that count by ``weights``, given the condition of the question."""
        totals = (margins.broken * weights).sum(axis=1)
        return cls(totals / totals.sum() if totals.sum() > 0.0 else totals)

    @property
    def holds(self) -> float:
        return float(self.shares[-1])

    def elsewhere(self, path: HoldingPath) -> dict[str, float]:
        """The shares of moves that are no links, by name, where there is one."""
        linked = {link.move for link in path.links}
        names = enumerate(path.paths.moves)
        return {name: float(self.shares[i]) for i, name in names if i not in linked and self.shares[i] > 0.0}


def links_of(path: HoldingPath, measured: Measured) -> tuple[Link, ...]:
    """The links that some draw that counts comes to, in the order of the path."""
    weights, _ = headline_weights(measured)
    first = (FirstBreaks.of(measured.stands, weights), FirstBreaks.of(measured.keeps, weights))
    weakest = _weakest(path, measured, weights)
    rows = [row for row, place in enumerate(path.links) if link_weights(place, measured, row).any()]
    return tuple(_link(path, measured, row, first, float(weakest[row])) for row in rows)


def link_weights(place: LinkPlace, measured: Measured, row: int) -> Floats:
    """float64[B]: how much each draw counts for a link."""
    weights, _ = headline_weights(measured)
    counts: Floats = measured.reach[row] * (1.0 if place.decides_condition else weights)
    return counts


def _link(
    path: HoldingPath, measured: Measured, row: int, first: tuple[FirstBreaks, FirstBreaks], weakest: float
) -> Link:
    place, weights = path.links[row], link_weights(path.links[row], measured, row)
    move = path.scenario.moves[place.move]
    holding, others = path.choices_at(place)
    base = np.ones_like(weights) if place.decides_condition else headline_weights(measured)[0]
    margins = [
        _margin(each, row, weights, float(where.shares[place.move]))
        for each, where in zip((measured.stands, measured.keeps), first, strict=True)
    ]
    distrust = estimated(measured.keeps.mean[row] - measured.stands.mean[row], weights)
    assert distrust is not None
    return Link(
        move=move.name,
        label=move.label or move.name.replace("_", " "),
        party=move.by,
        holding=holding,
        others=others,
        decides_condition=place.decides_condition,
        has_types=any(each.private_to == move.by for each in path.scenario.assumptions),
        reached=share(measured.reach[row], base),
        leaves=share(measured.leaves[row], weights),
        stands=margins[0],
        keeps=margins[1],
        distrust=distrust,
        weakest=weakest,
    )


def _margin(margins: Margins, row: int, weights: Floats, first: float) -> Margin:
    margin = estimated(margins.mean[row], weights)
    assert margin is not None
    tempted = np.nan_to_num(margins.tempted[row])
    gain = np.divide(margins.loss[row], tempted, out=np.full_like(tempted, np.nan), where=tempted > 0.0)
    return Margin(
        margin=margin,
        tempted=share(margins.tempted[row], weights),
        tied=share(margins.tied[row], weights),
        gain=median(gain, weights * tempted),
        first=first,
    )


def _weakest(path: HoldingPath, measured: Measured, weights: Floats) -> Floats:
    """float64[K]: the share of the draws in which each link is the weakest; of links equally weak the first."""
    if not path.links:
        return np.zeros(0)
    players = [path.tree.game.infoset_players[link.infosets[0]] for link in path.links]
    ranges = np.maximum(measured.ranges[players], np.finfo(np.float64).tiny)
    losses = np.nan_to_num(measured.stands.loss) / ranges
    losses[[link.decides_condition for link in path.links]] = 0.0
    worst = np.argmax(losses, axis=0)
    found = losses[worst, np.arange(losses.shape[1])] > 0.0
    counted = np.bincount(worst[found], weights=weights[found], minlength=len(path.links))
    shares: Floats = np.minimum(counted / weights.sum(), 1.0)
    return shares
