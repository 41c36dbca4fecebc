"""The patient rule induction method (PRIM): a box with many hits is found by peeling away what has few.

Friedman & Fisher (1999), "Bump hunting in high-dimensional data", *Statistics and Computing* 9, as used for scenario
discovery by Bryant & Lempert (2010), "Thinking inside the box", *Technological Forecasting and Social Change* 77.

*Peeling.* From the box of all draws a thin slice is cut away again and again: the lowest or the highest
``PATIENCE`` of the weight along one assumption, or one value of a listed one. Among all slices that one goes which
raises the density (the share of hits) most for the weight that it costs,

    (density after − density before) / weight lost,

the criterion for assumptions of mixed kinds of Kwakkel & Jaxa-Rozen (2016), "Improving scenario discovery for handling
heterogeneous uncertainties", *Environmental Modelling & Software* 79. The boxes on the way are the trajectory.

*Choice.* Of two boxes that is better whose quality is higher,

    q = √m (d − r),

with m the share of the weight in the box, d its density and r the share of hits among all draws (Klösgen 1996): the
number of standard errors, up to a factor, by which the box stands out. The best box of the trajectory is taken.

*Pasting.* Each limit in turn is moved, outwards or inwards, to where the quality is highest with all others held, until
none moves any more.

*Simplicity.* A limit goes, the least needed first, where the box loses less than ``WORTH`` of its quality without it,
or where its quasi-p-value is above ``SIGNIFICANT``: the probability that so many of the draws in the box would be hits
if they were hits as often as in the box without the limit (Bryant & Lempert 2010, section 3.2; a binomial tail, with
the effective number of draws where they differ in weight).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from offramp.arrays import Flags, Floats, Positions
from offramp.explore.boxes.limits import Cases, Limit, Limits, Side

PATIENCE = 0.05
"""Share of the box's weight that one peel takes away."""

SMALLEST = 0.05
"""Boxes with a smaller share of the weight are not looked at."""

FEWEST = 20
"""Nor are boxes with fewer draws."""

WORTH = 0.05
"""Share of the quality that a limit must be worth."""

SIGNIFICANT = 0.05
"""Largest quasi-p-value of a limit."""

PASSES = 20
"""Rounds of pasting at most; a few are enough."""

LEAST_GAIN = 1e-3
"""Share of the quality that a round must add for another to follow."""


@dataclass(frozen=True)
class Step:
    """A box of the trajectory: its limits, its weight and that of the hits in it."""

    limits: Limits
    weight: float
    hits: float


def quality(cases: Cases, weight: npt.ArrayLike, hits: npt.ArrayLike) -> Floats:
    """√m (d − r) of boxes by their weight and that of their hits; an empty box has the quality 0."""
    inside = np.asarray(weight, dtype=np.float64)
    density = np.divide(hits, inside, out=np.full_like(inside, cases.rate), where=inside > 0.0)
    return np.asarray(np.sqrt(inside / cases.weight) * (density - cases.rate))


def box_quality(cases: Cases, limits: Limits) -> float:
    """The quality of one box."""
    return float(quality(cases, *cases.sums(limits)))


def peel(cases: Cases) -> list[Step]:
    """The trajectory, from the box of all draws on."""
    peeling = _Peeling.of(cases)
    steps = [peeling.step]
    while peeling.peel_once():
        steps.append(peeling.step)
    return steps


def learn(cases: Cases) -> Limits:
    """The limits of the best box; none where no box is worth its limits."""
    steps = peel(cases)
    qualities = [float(quality(cases, step.weight, step.hits)) for step in steps]
    return simplify(cases, steps[int(np.argmax(qualities))].limits)


def simplify(cases: Cases, limits: Limits) -> Limits:
    """The limits pasted, without those that are not worth it or not significant; the least needed goes first."""
    while limits:
        limits = paste(cases, limits)
        gone = _needless(cases, limits)
        if gone is None:
            break
        limits = tuple(limit for limit in limits if limit is not gone)
    return limits


def paste(cases: Cases, limits: Limits) -> Limits:
    """The limits moved, one after the other, to where the quality is highest."""
    current = list(limits)
    best = box_quality(cases, limits)
    for _ in range(PASSES):
        before = best
        for index, limit in enumerate(current):
            moved, reached = _best(cases, others_kept(cases, current)[index], limit)
            if reached > best:
                current[index], best = moved, reached
        if best <= before * (1.0 + LEAST_GAIN):
            break
    return tuple(current)


def others_kept(cases: Cases, limits: Sequence[Limit]) -> Flags:
    """bool[L, B]: for each limit the draws that keep to all others."""
    missed = np.stack([~limit.keeps(cases.points[:, limit.column]) for limit in limits])
    others: Flags = missed.sum(axis=0) == missed
    return others


def quasi_p_value(cases: Cases, limits: Limits, limit: Limit) -> float:
    """The probability that the box would have so many hits if it had them as often as without ``limit``."""
    inside, without = cases.inside(limits), cases.sums(tuple(each for each in limits if each is not limit))
    return tail(cases.part(inside), without[1] / without[0])


def tail(cases: Cases, rate: float) -> float:
    """The probability of at least so many hits among ``cases`` if each is one with probability ``rate``."""
    if not cases.count:
        return 1.0
    from scipy.special import betainc

    number = cases.weight**2 / float((cases.weights**2).sum())
    successes = number * cases.rate
    if successes <= 0.0 or rate >= 1.0:
        return 1.0
    return float(betainc(successes, number - successes + 1.0, rate))


def _needless(cases: Cases, limits: Limits) -> Limit | None:
    """The limit that the box can best do without, if it is not worth it or not significant."""
    whole, others = box_quality(cases, limits), others_kept(cases, limits)
    without = quality(cases, others @ cases.weights, others @ cases.weighted_hits)
    best = int(np.argmax(without))
    if without[best] > (1.0 - WORTH) * whole or whole <= 0.0:
        return limits[best]
    doubt = [quasi_p_value(cases, limits, limit) for limit in limits]
    most = int(np.argmax(doubt))
    return limits[most] if doubt[most] > SIGNIFICANT else None


def _best(cases: Cases, others: Flags, limit: Limit) -> tuple[Limit, float]:
    """The limit at the same place that makes the best box with the draws that keep to the ``others``."""
    column = cases.points[others, limit.column]
    weights, hits = cases.weights[others], cases.weighted_hits[others]
    if limit.side == "among":
        return _best_values(cases, column, weights, hits, limit)
    order = np.argsort(column, kind="stable")
    if limit.side == "above":
        order = order[::-1]
    values, inside = column[order], np.cumsum(weights[order])
    found = quality(cases, inside, np.cumsum(hits[order]))[:-1]
    found[values[1:] == values[:-1]] = -np.inf
    found[: FEWEST - 1] = -np.inf
    found[inside[:-1] < SMALLEST * cases.weight] = -np.inf
    if not len(found):
        return limit, -np.inf
    cut = int(np.argmax(found))
    return Limit(limit.column, limit.side, _between(values[cut], values[cut + 1])), float(found[cut])


def _best_values(cases: Cases, column: Floats, weights: Floats, hits: Floats, limit: Limit) -> tuple[Limit, float]:
    """The values with the highest densities, as many as make the best box, but not all."""
    values, where = np.unique(column, return_inverse=True)
    inside, counted = _totals(where, weights), _totals(where, hits)
    order = np.argsort(-counted / inside, kind="stable")
    found = quality(cases, np.cumsum(inside[order]), np.cumsum(counted[order]))[:-1]
    if not len(found):
        return limit, -np.inf
    last = int(np.argmax(found))
    kept = tuple(np.sort(values[order[: last + 1]]).tolist())
    return Limit(limit.column, "among", listed=kept), float(found[last])


def _totals(where: Positions, numbers: Floats) -> Floats:
    """The sum of ``numbers`` at each place."""
    return np.asarray(np.bincount(where, numbers), dtype=np.float64)


def _between(first: float, second: float) -> float:
    """A number strictly between two different ones, or one of them where there is none."""
    return float(first + (second - first) / 2.0)


@dataclass
class _Peeling:
    """A box while it is peeled.

    ``order`` int[M, n] has the draws in the box in rising order along each of the M assumptions that are numbers;
    ``has_ties`` says whether some of these are equal.
    """

    cases: Cases
    numbers: Positions
    order: Positions
    has_ties: bool
    inside: Flags
    limits: dict[tuple[int, Side], Limit]
    weight: float
    hits: float

    @classmethod
    def of(cls, cases: Cases) -> _Peeling:
        numbers = np.flatnonzero(~cases.lists)
        order = np.ascontiguousarray(np.argsort(cases.points[:, numbers], axis=0, kind="stable").T)
        has_ties = bool((np.diff(np.sort(cases.points[:, numbers], axis=0), axis=0) == 0.0).any())
        inside = np.ones(cases.count, dtype=bool)
        return cls(cases, numbers, order, has_ties, inside, {}, cases.weight, float(cases.weighted_hits.sum()))

    @property
    def step(self) -> Step:
        return Step(tuple(self.limits[place] for place in sorted(self.limits)), self.weight, self.hits)

    def peel_once(self) -> bool:
        """Cut the best slice away; False where the box would become too small."""
        slices = [self._end("above"), self._end("below"), *self._values()]
        found = [each for each in slices if each is not None]
        if not found:
            return False
        _, limit = max(found, key=lambda each: each[0])
        inside = self.inside & limit.keeps(self.cases.points[:, limit.column])
        weight = float(self.cases.weights[inside].sum())
        if weight < SMALLEST * self.cases.weight or int(inside.sum()) < FEWEST:
            return False
        self.limits[limit.place] = limit
        self.inside, self.weight = inside, weight
        self.hits = float(self.cases.weighted_hits[inside].sum())
        self.order = self.order[inside[self.order]].reshape(len(self.numbers), -1)
        return True

    def _gain(self, weight: Floats, hits: Floats) -> Floats:
        """What slices of this weight and these hits raise the density by, for the share of weight that they cost."""
        raised = (self.hits - hits) / (self.weight - weight) - self.hits / self.weight
        return np.asarray(raised * self.weight / weight)

    def _end(self, side: Side) -> tuple[float, Limit] | None:
        """The best slice at the low end ("above" it is kept) or the high end of an assumption that is a number."""
        order = self.order if side == "above" else self.order[:, ::-1]
        if order.shape[1] < 2 or not len(order):
            return None
        weights, order = self._outer(order)
        rows = np.arange(len(order))
        counts = np.maximum((weights <= PATIENCE * self.weight).sum(axis=1), 1)
        counts = np.array([self._untied(order[row], row, count) for row, count in enumerate(counts.tolist())])
        possible = np.flatnonzero(counts < order.shape[1])
        if not len(possible):
            return None
        rows, counts = rows[possible], counts[possible]
        hits = np.cumsum(self.cases.weighted_hits[order], axis=1)
        gains = self._gain(weights[rows, counts - 1], hits[rows, counts - 1])
        best = int(np.argmax(gains))
        row, count = rows[best], counts[best]
        column = int(self.numbers[row])
        first, second = self.cases.points[order[row, count - 1 : count + 1], column]
        return float(gains[best]), Limit(column, side, _between(first, second))

    def _outer(self, order: Positions) -> tuple[Floats, Positions]:
        """Running weights from one end on, and the order: of an eighth of the draws where a slice and more is in it."""
        part = order[:, : order.shape[1] // 8]
        weights = np.cumsum(self.cases.weights[part], axis=1)
        if not part.shape[1] or self.has_ties or weights[:, -1].min() <= PATIENCE * self.weight:
            return np.cumsum(self.cases.weights[order], axis=1), order
        return weights, part

    def _untied(self, order: Positions, row: int, count: int) -> int:
        """``count``, or as many as end before or after a run of equal values; all of them where there is no end."""
        if not self.has_ties or count >= len(order):
            return min(count, len(order))
        column = self.cases.points[:, self.numbers[row]]
        if column[order[count - 1]] != column[order[count]]:
            return count
        different = np.flatnonzero(np.diff(column[order])) + 1
        before = different[different < count]
        after = different[different >= count]
        return int(before[-1]) if len(before) else int(after[0]) if len(after) else len(order)

    def _values(self) -> list[tuple[float, Limit]]:
        """Every slice that strikes out one value of a listed assumption."""
        found = []
        for column in np.flatnonzero(self.cases.lists).tolist():
            values, where = np.unique(self.cases.points[self.inside, column], return_inverse=True)
            if len(values) < 2:
                continue
            weights = _totals(where, self.cases.weights[self.inside])
            hits = _totals(where, self.cases.weighted_hits[self.inside])
            for index, gain in enumerate(self._gain(weights, hits).tolist()):
                kept = tuple(np.delete(values, index).tolist())
                found.append((gain, Limit(column, "among", listed=kept)))
        return found
