"""A scenario without one of its sources: what rested on it becomes wider, and the game is solved again.

An assumption that loses a basis keeps its distribution where a basis is left that is graded at least as well as the
best that it loses (:mod:`offramp.explore.learning.grades`). Else, and where nothing at all is left, it is made twice as
wide about its centre, within natural bounds (:mod:`offramp.scenario.widening`). This asks how far the answer
hangs on the source; it does not say what would be believed without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress
from offramp.explore.learning.grades import basis_grade
from offramp.explore.record import estimate_record
from offramp.explore.summary import Estimate
from offramp.scenario.distributions import Distribution
from offramp.scenario.load import load
from offramp.scenario.model import Assumption, Basis, Scenario
from offramp.scenario.names import suggested
from offramp.scenario.widening import natural_bounds, widened

if TYPE_CHECKING:
    from offramp.explore.run import Run


@dataclass(frozen=True)
class Effect:
    """What taking a source away does to one assumption that rests on it.

    Attributes
    ----------
    name, meaning : str
    before, after : Distribution
        The same where the assumption stays as it is.
    why : str
        Why it is widened, or stays.
    """

    name: str
    meaning: str
    before: Distribution
    after: Distribution
    why: str

    @property
    def is_widened(self) -> bool:
        return self.before != self.after

    def record(self) -> dict[str, Any]:
        """The effect as plain JSON values."""
        return {
            "name": self.name,
            "meaning": self.meaning,
            "widened": self.is_widened,
            "before": self.before.describe(),
            "after": self.after.describe(),
            "why": self.why,
        }


@dataclass(frozen=True)
class Line:
    """An answer before and after; None where no draw meets its condition."""

    name: str
    says: str
    before: Estimate | None
    after: Estimate | None

    def record(self) -> dict[str, Any]:
        """The answer as plain JSON values."""
        estimates = {"before": estimate_record(self.before), "after": estimate_record(self.after)}
        return {"name": self.name, "says": self.says, **estimates}


@dataclass(frozen=True, eq=False)
class Without:
    """A run with all sources and one without ``source``, over the same draws.

    Attributes
    ----------
    source, title : str
        The source's name and title.
    before, after : Run
    effects : tuple of Effect
        Every assumption that rests on it, in the scenario's order.
    """

    source: str
    title: str
    before: Run
    after: Run
    effects: tuple[Effect, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every answer, the headline first."""
        return tuple(
            Line(answer.name, answer.clause, self.before.answers[answer.name], self.after.answers[answer.name])
            for answer in self.before.scenario.answers
        )

    @property
    def notes(self) -> tuple[str, ...]:
        found = []
        if not self.effects:
            found.append("no assumption rests on this source")
        elif not any(each.is_widened for each in self.effects):
            found.append("every assumption that rests on this source has a basis left that is as good")
        gone = [each for each in self.before.scenario.observed if _rests_only_on(each.basis, self.source)]
        found += [f"what was seen rests on this source alone and is left out: {each.says or each.saw}" for each in gone]
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """The comparison as one document, ``offramp.without/1`` (see ``docs/json.md``)."""
        return {
            **Setting.of(self.before).heading("offramp.without/1"),
            "source": {"name": self.source, "title": self.title},
            "assumptions": [each.record() for each in self.effects],
            "lines": [each.record() for each in self.lines],
            "unconverged": {"before": self.before.certificate.unconverged, "after": self.after.certificate.unconverged},
            "notes": list(self.notes),
        }


def without_source(scenario: Scenario, name: str) -> Scenario:
    """The scenario without the source called ``name``: what rested on it alone, or best on it, is widened.

    What was observed by this source alone is left out too.

    Raises
    ------
    RunError
        If the scenario has no such source.
    """
    effects = {each.name: each for each in effects_of(scenario, name)}
    return replace(
        scenario,
        sources=tuple(each for each in scenario.sources if each.name != name),
        assumptions=tuple(
            replace(each, basis=_rest(each.basis, name), value=effects[each.name].after)
            if each.name in effects
            else each
            for each in scenario.assumptions
        ),
        observed=tuple(
            replace(each, basis=_rest(each.basis, name))
            for each in scenario.observed
            if not _rests_only_on(each.basis, name)
        ),
    )


def effects_of(scenario: Scenario, name: str) -> tuple[Effect, ...]:
    """What taking the source called ``name`` away does to each assumption that rests on it.

    Raises
    ------
    RunError
        If the scenario has no such source.
    """
    names = [source.name for source in scenario.sources]
    if name not in names:
        raise RunError(f"there is no source {name!r}; {suggested(name, names) or 'the scenario has no sources'}")
    return tuple(_effects(scenario, name))


def solve_without(
    scenario: Scenario | str | Path, name: str, *, progress: Progress | None = None, **options: Any
) -> Without:
    """The scenario solved with all its sources and without the one called ``name``, over the same draws.

    Parameters
    ----------
    progress : callable, optional
        Called with the draws done and their total, of each of the two runs.
    **options
        As for :func:`offramp.run`: ``draws``, ``seed``, ``precision``.

    Raises
    ------
    RunError
        If there is no such source; and as for :func:`offramp.run`.
    """
    from offramp.explore.run import run

    checked = scenario if isinstance(scenario, Scenario) else load(scenario)
    effects = effects_of(checked, name)
    before = run(checked, progress=progress, **options)
    if before.interrupted:
        raise KeyboardInterrupt
    after = run(without_source(checked, name), progress=progress, **{**options, "draws": before.num_draws})
    if after.interrupted:
        raise KeyboardInterrupt
    title = next(source.title for source in checked.sources if source.name == name)
    return Without(name, title, before, after, effects)


def _effects(scenario: Scenario, name: str) -> Iterator[Effect]:
    letters = {source.name: source.reliability for source in scenario.sources}
    for assumption in scenario.assumptions:
        lost = [basis_grade(basis, letters) for basis in assumption.basis if basis.source == name]
        if lost:
            left = [basis_grade(basis, letters) for basis in _rest(assumption.basis, name)]
            best_lost, best_left = (min(each, key=lambda grade: grade.rank, default=None) for each in (lost, left))
            if best_lost and best_left and best_left.rank <= best_lost.rank:
                why = f"stays: {best_left.known} known by what is left ({best_left.why})"
                yield Effect(assumption.name, assumption.meaning, assumption.value, assumption.value, why)
            else:
                rest = f"{best_left.known} known by what is left ({best_left.why})" if best_left else "nothing is left"
                yield _widening(assumption, rest)


def _widening(assumption: Assumption, rest: str) -> Effect:
    after = widened(assumption.value, natural_bounds(assumption))
    why = f"widened: {rest}" if after != assumption.value else f"{rest}, but it cannot be widened within its bounds"
    return Effect(assumption.name, assumption.meaning, assumption.value, after, why)


def _rest(bases: tuple[Basis, ...], name: str) -> tuple[Basis, ...]:
    return tuple(basis for basis in bases if basis.source != name)


def _rests_only_on(bases: tuple[Basis, ...], name: str) -> bool:
    return bool(bases) and not _rest(bases, name)
