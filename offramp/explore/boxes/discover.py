"""Scenario discovery: boxes learnt on one half of the draws, pruned by resampling, and scored on the other half.

The draws are split in two at random. On the first half a box is learnt (:mod:`offramp.explore.boxes.prim`), and learnt
again on ``RESAMPLES`` random halves of that half. A limit falls away unless so many of them limit the same assumption
on the same side (the reproducibility of Bryant & Lempert 2010, section 3.2); the box is then fitted anew with the
limits that are left. Its numbers are rounded where that hardly changes it. The second half, which had no say in the
limits, scores the box as it is printed. A box is found only if its density there is above the share of hits by more
than chance would have it, and by more than a trifle; its draws are then taken out of both halves, and the next box is
looked for among the rest (covering).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from offramp.arrays import Flags
from offramp.explore.boxes.limits import Cases, Limit, Limits
from offramp.explore.boxes.prim import FEWEST, Step, box_quality, learn, peel, quasi_p_value, simplify, tail

MOST_BOXES = 3
"""Boxes that are looked for, one after the other."""

RESAMPLES = 20
"""Random halves of the learning half on which a box is learnt again."""

REPRODUCED = 0.5
"""Share of the resamples in which a limit must come up again."""

BEATS_CHANCE = 0.01
"""Largest p-value of a box on the draws held out."""

HOPELESS = 0.2
"""A box whose p-value on the draws held out is above this as it was learnt, unpruned, is not resampled."""

FEWEST_DRAWS = 200
"""Draws without which no box is looked for."""

LEAST_RISE = 0.03
"""How much more frequent hits must be in a box than without it, on the draws held out; less is not worth a sentence."""

FEWEST_HELD_OUT = 10
"""Draws in the box, of those held out, without which nothing can be said of it."""

MOVED = 0.05
"""Share of the box's weight that rounding a number may move."""

LOST = 0.04
"""Share of the box's quality that rounding a number may cost."""

FINEST = 6
"""Digits behind the first, as counted from the assumption's range, to which a number is rounded at most."""

Z90 = 1.6448536269514722
"""Standard errors on either side of a 90 % interval."""


@dataclass(frozen=True)
class Score:
    """How a box does among some draws.

    Attributes
    ----------
    draws : int
        Draws in the box.
    mass : float
        Share of the weight that lies in the box.
    density : float
        Share of hits among the draws in the box.
    interval : (float, float)
        Wilson's 90 % interval of the density.
    coverage : float
        Share of all hits that lie in the box.
    rate : float
        Share of hits among the draws among which the box was looked for.
    """

    draws: int
    mass: float
    density: float
    interval: tuple[float, float]
    coverage: float
    rate: float


@dataclass(frozen=True)
class Support:
    """What stands behind a limit.

    Attributes
    ----------
    reproduced : float
        Share of the resamples that limit the same assumption on the same side.
    interval : (float, float) or None
        Where these put the number: the 5th and 95th percentile; None for listed values.
    quasi_p : float
        The quasi-p-value on the learning half.
    density_without : float
        Share of hits, of the draws held out, in the box without this limit.
    """

    reproduced: float
    interval: tuple[float, float] | None
    quasi_p: float
    density_without: float


@dataclass(frozen=True)
class Found:
    """A box: its limits with what stands behind each, its scores on both halves, and its p-value on the second."""

    limits: Limits
    support: tuple[Support, ...]
    learnt: Score
    held_out: Score
    p_value: float


@dataclass(frozen=True, eq=False)
class Discovery:
    """The boxes in the order in which they were found, and how the first was peeled.

    Attributes
    ----------
    boxes : tuple of Found
    trajectory : tuple of Step
        On the learning half; empty where there is nothing to learn.
    cases : Cases
    held_out : bool[B]
        The draws that scored the boxes; the others are the learning half.
    """

    boxes: tuple[Found, ...]
    trajectory: tuple[Step, ...]
    cases: Cases
    held_out: Flags

    @property
    def learning(self) -> Cases:
        """The draws on which the boxes were learnt."""
        return self.cases.part(~self.held_out)


def discover(cases: Cases, seed: int) -> Discovery:
    """The boxes in which hits are much more frequent than elsewhere.

    Parameters
    ----------
    cases : Cases
    seed : int
        Of the split in halves and of the resamples; the same seed gives the same boxes.
    """
    random = np.random.default_rng([seed, cases.count])
    held_out = ~_half(cases, random)
    learning, held = cases.part(~held_out), cases.part(held_out)
    enough = cases.count >= FEWEST_DRAWS and _varies(learning)
    trajectory = tuple(peel(learning)) if enough else ()
    boxes = tuple(_boxes(learning, held, random)) if enough else ()
    return Discovery(boxes, trajectory, cases, held_out)


def _boxes(learning: Cases, held_out: Cases, random: np.random.Generator) -> Iterator[Found]:
    """One box after the other, each among the draws that the earlier ones leave."""
    rest, held = learning, held_out
    for _ in range(MOST_BOXES):
        found = _find(rest, held, random) if _varies(rest) and _varies(held) else None
        if found is None:
            return
        limits, resampled = found
        inside = held.part(held.inside(limits))
        p_value = tail(inside, held.rate)
        if p_value > BEATS_CHANCE or inside.rate - held.rate < LEAST_RISE or inside.count < FEWEST_HELD_OUT:
            return
        yield Found(
            limits=limits,
            support=tuple(_support(rest, held, limits, limit, resampled) for limit in limits),
            learnt=score(rest, limits, learning),
            held_out=score(held, limits, held_out),
            p_value=p_value,
        )
        rest, held = rest.part(~rest.inside(limits)), held.part(~held.inside(limits))


def _varies(cases: Cases) -> bool:
    """Whether there are enough draws, some of them hits and some not."""
    return cases.count >= 2 * FEWEST and 0.0 < cases.rate < 1.0


def _find(rest: Cases, held: Cases, random: np.random.Generator) -> tuple[Limits, list[Limits]] | None:
    """The box of ``rest``, pruned and rounded, and those of the resamples; None where none is left."""
    limits = learn(rest)
    if not limits or tail(held.part(held.inside(limits)), held.rate) > HOPELESS:
        return None
    resampled = [learn(rest.part(_half(rest, random))) for _ in range(RESAMPLES)]
    while limits:
        kept = tuple(limit for limit in limits if _reproduced(limit, resampled) >= REPRODUCED)
        if len(kept) == len(limits):
            break
        limits = simplify(rest, kept)
    rounded = readable(rest, limits)
    return (rounded, resampled) if rounded and held.inside(rounded).any() else None


def _half(cases: Cases, random: np.random.Generator) -> Flags:
    """bool[B]: a random half of the draws."""
    chosen = np.zeros(cases.count, dtype=bool)
    chosen[random.permutation(cases.count)[: (cases.count + 1) // 2]] = True
    return chosen


def _reproduced(limit: Limit, resampled: list[Limits]) -> float:
    return float(np.mean([limit.place in [each.place for each in limits] for limits in resampled]))


def _support(rest: Cases, held: Cases, limits: Limits, limit: Limit, resampled: list[Limits]) -> Support:
    numbers = [each.number for one in resampled for each in one if each.place == limit.place]
    interval = None
    if limit.side != "among" and numbers:
        low, high = np.quantile(numbers, (0.05, 0.95)).tolist()
        interval = (low, high)
    weight, hits = held.sums(tuple(each for each in limits if each is not limit))
    return Support(_reproduced(limit, resampled), interval, quasi_p_value(rest, limits, limit), hits / weight)


def score(cases: Cases, limits: Limits, everything: Cases) -> Score:
    """How a box does among ``cases``; its coverage is of the hits among ``everything``."""
    inside = cases.inside(limits)
    part = cases.part(inside)
    return Score(
        draws=part.count,
        mass=part.weight / everything.weight,
        density=part.rate,
        interval=wilson(part),
        coverage=part.rate * part.weight / (everything.rate * everything.weight),
        rate=cases.rate,
    )


def wilson(cases: Cases) -> tuple[float, float]:
    """Wilson's (1927) 90 % interval of the share of hits, with the effective number of draws."""
    number = cases.weight**2 / float((cases.weights**2).sum())
    middle = (cases.rate + Z90**2 / (2 * number)) / (1 + Z90**2 / number)
    half = Z90 / (1 + Z90**2 / number) * math.sqrt(cases.rate * (1 - cases.rate) / number + (Z90 / (2 * number)) ** 2)
    return max(0.0, middle - half), min(1.0, middle + half)


def readable(cases: Cases, limits: Limits) -> Limits:
    """The limits with their numbers rounded as far as that hardly changes the box."""
    for index, limit in enumerate(limits):
        if limit.side != "among":
            limits = (*limits[:index], _rounded(cases, limits, limit), *limits[index + 1 :])
    return limits


def _rounded(cases: Cases, limits: Limits, limit: Limit) -> Limit:
    """The limit with the fewest digits that are good enough; as it is where none are."""
    column = cases.points[:, limit.column]
    first = -math.floor(math.log10(float(np.ptp(column))))
    others = tuple(each for each in limits if each is not limit)
    inside, best = cases.inside(limits), box_quality(cases, limits)
    weight = float(cases.weights[inside].sum())
    for digits in range(first, first + FINEST):
        rounded = Limit(limit.column, limit.side, round(limit.number, digits) + 0.0)
        box = cases.inside((*others, rounded))
        moved = float(cases.weights[box != inside].sum())
        if moved <= MOVED * weight and box_quality(cases, (*others, rounded)) >= (1.0 - LOST) * best:
            return rounded
    return limit
