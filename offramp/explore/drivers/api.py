"""What drives an answer: the entry point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress
from offramp.explore.drivers.bins import effective
from offramp.explore.drivers.given import Given, Shares, given_shares
from offramp.explore.drivers.result import Driver, Drivers, Share
from offramp.explore.drivers.tornado import Tornado, tornado
from offramp.explore.drivers.totals import totals
from offramp.explore.phrases import joined
from offramp.explore.quantities import Quantity, quantity
from offramp.explore.summary import Estimate
from offramp.explore.variants import Variant
from offramp.scenario.correlations import correlatable
from offramp.scenario.model import Answer, Assumption, Scenario

if TYPE_CHECKING:
    from offramp.explore.run import Run

MOST_DRAWS = 16_384
"""Draws of a run that are looked at: the first so many."""

FEW_DRAWS = 256
"""With fewer draws that count than this, a note says that little can be told from noise."""

RESOLUTION = 1e-6
"""Answers nearer to each other than this count as the same; points as a share of the largest."""

PROBABILITY_STEPS = 100
"""Steps between the lowest and highest of probabilities; influence goes by ranks, and would see smaller differences."""


def find_drivers(
    run: Run,
    *,
    answer: str | None = None,
    totals: bool = False,
    tornado: bool = True,
    progress: Progress | None = None,
) -> Drivers:
    """How far each assumption drives an answer, and which of them can be told from noise.

    Parameters
    ----------
    run : Run
        Of more than ``MOST_DRAWS`` draws the first so many are taken.
    answer : str, optional
        Any quantity by name (:mod:`offramp.explore.quantities`); the headline by default.
    totals : bool
        Whether to solve more draws for total shares.
    tornado : bool
        Whether to solve more draws with each assumption low and high. With neither nothing is solved.
    progress : callable, optional
        Called with the draws solved and their total.

    Raises
    ------
    RunError
        If there is no such quantity, or its condition is met in no draw.
    """
    part = run.first(min(run.num_draws, MOST_DRAWS))
    asked = _Asked.of(part, answer)
    given = asked.given()
    solved = _Solved.of(part, asked, totals=totals, swings=tornado, progress=progress)
    return Drivers(
        setting=Setting.of(part),
        quantity=asked.quantity.name,
        says=asked.says,
        given=asked.given_says,
        is_probability=asked.quantity.is_probability,
        estimate=asked.estimate,
        constant=given is None,
        counted=asked.counted,
        drivers=tuple(sorted(_drivers(asked, given, solved), key=_order)),
        centre=solved.tornado.centre if solved.tornado else None,
        swing_draws=solved.tornado.draws if solved.tornado else 0,
        total_draws=solved.total_draws,
        notes=(*_notes(part, asked, run.num_draws), *solved.notes),
    )


def _order(driver: Driver) -> tuple[bool, float, float]:
    return (not driver.distinguishable, -driver.influence.value, driver.p_value)


@dataclass(frozen=True, eq=False)
class _Asked:
    """The answer that is asked about, over the draws that count, and the assumptions that vary."""

    run: Run
    quantity: Quantity
    assumptions: list[Assumption]

    @classmethod
    def of(cls, run: Run, answer: str | None) -> _Asked:
        asked = cls(run, quantity(run, answer), correlatable(run.scenario))
        if not asked.quantity.counted.any():
            raise RunError(
                f"in no draw is it so that {asked.given_says or 'it comes to that'}, so nothing can be said about "
                f"{asked.quantity.name!r}; ask about another answer, or change the scenario"
            )
        return asked

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.assumptions]

    @property
    def estimate(self) -> Estimate:
        estimate = self.quantity.estimate
        assert estimate is not None
        return estimate

    @property
    def counted(self) -> float:
        return effective(self.quantity.weights[self.quantity.counted])

    @property
    def answer(self) -> Answer | None:
        """The answer of the scenario that is asked about, if it is one."""
        return next((each for each in self.run.scenario.answers if each.name == self.quantity.name), None)

    @property
    def says(self) -> str:
        return self.answer.says if self.answer else self.quantity.says

    @property
    def given_says(self) -> str:
        return self.answer.given_says if self.answer and self.answer.given else ""

    @property
    def always(self) -> bool:
        """Whether every draw counts alike."""
        weights = self.quantity.weights
        return bool(self.quantity.counted.all() and np.ptp(weights) <= RESOLUTION * weights.max())

    def given(self) -> Given | None:
        """What the draws say; None where the answer never changes or no assumption varies."""
        counted = self.quantity.counted
        values, weights = self.quantity.values[counted], self.quantity.weights[counted]
        step, span = RESOLUTION * (1.0 if self.quantity.is_probability else float(np.abs(values).max())), np.ptp(values)
        if span <= step or not self.assumptions:
            return None
        if self.quantity.is_probability:
            step = max(step, span / PROBABILITY_STEPS)
        columns = np.column_stack([self.run.draws.column(name) for name in self.names])
        return given_shares(columns[counted], values, weights, seed=self.run.seed, resolution=step)


@dataclass(frozen=True, eq=False)
class _Solved:
    """What more draws say."""

    tornado: Tornado | None
    totals: dict[str, Share]
    total_draws: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, run: Run, asked: _Asked, *, totals: bool, swings: bool, progress: Progress | None) -> _Solved:
        """Solve what was asked for."""
        swung, count = None, 0
        shares: dict[str, Share] = {}
        notes: list[str] = []
        variant, name = run.variant, asked.quantity.name
        if swings and asked.assumptions:
            swung = tornado(variant, run.draws, asked.assumptions, name, progress)
        if totals:
            names, notes = _independent(asked)
            if names:
                found, count = _totals(variant, run, names, name, progress)
                shares = dict(zip(names, _shares(found), strict=True))
        return cls(swung, shares, count, tuple(notes))


def _totals(
    variant: Variant, run: Run, names: Sequence[str], name: str, progress: Progress | None
) -> tuple[Shares, int]:
    return totals(variant, run.draws, names, name, seed=run.seed, progress=progress)


def _independent(asked: _Asked) -> tuple[list[str], list[str]]:
    """The assumptions that have a total share, and why others have none."""
    if not asked.always:
        why = (
            "total shares are left out: draws count by how likely they meet the condition of the answer, and under it "
            "assumptions are no longer independent; ask about an answer without a condition"
        )
        return [], [why]
    neighbours = _neighbours(asked.run.scenario)
    correlated = [name for name in asked.names if neighbours.get(name)]
    if not correlated:
        return asked.names, []
    note = f"{joined(correlated)} have no total share, which is defined only for assumptions independent of all others"
    return [name for name in asked.names if name not in correlated], [note]


def _neighbours(scenario: Scenario) -> dict[str, list[str]]:
    """The assumptions that each is correlated with."""
    found: dict[str, list[str]] = {}
    for each in scenario.correlations:
        if each.rank != 0.0:
            found.setdefault(each.first, []).append(each.second)
            found.setdefault(each.second, []).append(each.first)
    return found


def _drivers(asked: _Asked, given: Given | None, solved: _Solved) -> Iterator[Driver]:
    count = len(asked.assumptions)
    nothing = [Share(0.0, 0.0, 0.0)] * count
    influence, first_order = (_shares(given.influence), _shares(given.first_order)) if given else (nothing, nothing)
    neighbours = _neighbours(asked.run.scenario)
    for index, each in enumerate(asked.assumptions):
        yield Driver(
            name=each.name,
            meaning=each.meaning,
            unit=each.unit,
            rests_on=_rests_on(each),
            influence=influence[index],
            noise=max(0.0, float(given.noise[index])) if given else 0.0,
            p_value=float(given.p_values[index]) if given else 1.0,
            distinguishable=bool(given.distinguishable[index]) if given else False,
            ranks=(int(given.ranks[index, 0]), int(given.ranks[index, 1])) if given else (1, count),
            first_order=first_order[index],
            total=solved.totals.get(each.name),
            direction=given.directions[index] if given else "mixed",
            swing=solved.tornado.swings[index] if solved.tornado else None,
            neighbours=tuple(neighbours.get(each.name, ())),
        )


def _shares(shares: Shares) -> list[Share]:
    """Shares between 0 and 1: what scatters below 0 is 0."""
    columns = (np.clip(each, 0.0, 1.0).tolist() for each in (shares.values, shares.lows, shares.highs))
    return [Share(*each) for each in zip(*columns, strict=True)]


def _rests_on(assumption: Assumption) -> tuple[str, ...]:
    """The kinds of its bases, each once."""
    kinds = ("source", "base_rate", "study", "judgement")
    return tuple(kind for kind in kinds if any(getattr(basis, kind) for basis in assumption.basis))


def _notes(run: Run, asked: _Asked, num_draws: int) -> Iterator[str]:
    if num_draws > run.num_draws:
        yield f"the first {run.num_draws:,} of {num_draws:,} draws were looked at"
    if run.certificate.unconverged:
        yield f"{run.certificate.unconverged:,} of the draws did not converge; the run's certificate says why"
    if not asked.assumptions:
        yield "every assumption is a fixed number or private, so there is nothing to compare"
    elif asked.counted < FEW_DRAWS:
        yield f"only about {asked.counted:.0f} draws count, so that only strong effects can be told from noise"
    for pair in run.scenario.correlations:
        if pair.rank != 0.0:
            yield f"{pair.first} and {pair.second} are correlated, so that each may owe its influence to the other"
    private = [each.name for each in run.scenario.assumptions if each.private_to]
    if private:
        which = "is private: its spread is" if len(private) == 1 else "are private: their spread is"
        yield f"{joined(private)} {which} part of every draw's game, so that it is not compared here"
