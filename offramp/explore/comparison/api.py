"""Two scenarios or two runs compared: the entry point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from offramp.arrays import Floats
from offramp.errors import RunError, ScenarioError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress, shifted
from offramp.explore.comparison.edits import Edit, Mixture, edits_of
from offramp.explore.comparison.explain import MOST_SHAPLEY, in_turn, linearised, shapley, standard_error
from offramp.explore.comparison.result import SMALLEST, Change, Comparison, Line, Part
from offramp.explore.comparison.sides import Comparable, Side, side_of
from offramp.explore.quantities import Quantity, quantity_names, quantity_of
from offramp.explore.table import Table
from offramp.explore.variants import Variant
from offramp.scenario.correlations import correlatable
from offramp.scenario.distributions import Distribution
from offramp.scenario.draws import draw
from offramp.scenario.model import Scenario

LEVELS = 1000
"""Quantiles by which two distributions are compared."""


def compare(
    first: Comparable,
    second: Comparable,
    *,
    draws: int = 4096,
    seed: int = 1,
    answer: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Two scenarios solved over the same draws: what changed, what it did, and how much each edit explains.

    Parameters
    ----------
    first, second : Scenario, Run or path
        A path is that of a scenario file or of a run's folder.
    draws, seed : int
    answer : str, optional
        The quantity that is explained, by name; by default the headline of the first.
    progress : callable, optional
        Called with the draws solved and their total.

    Raises
    ------
    ScenarioError, RunError, EvaluationError
        If one of them cannot be read or solved, or they do not share the answer.
    """
    one, two = side_of(first), side_of(second)
    edits = edits_of(one.scenario, two.scenario)
    mixture = Mixture(one.scenario, two.scenario, edits)
    if not _all_valid(mixture):
        mixture.merged()
    solver = _Solver(mixture, _columns(one.scenario, two.scenario), draws, seed, progress)
    count = len(mixture.groups)
    solver.expect(_subsets(count))
    none, everything = frozenset[int](), frozenset(range(count))
    name = _answer(solver, answer, none, everything)
    headline = solver.line(name, none, everything)
    parts, method = _parts(solver, name, headline)
    return Comparison(
        setting=Setting(one.scenario, one.scenario.precision, draws, seed),
        second=two.scenario,
        labels=(one.label, two.label),
        headline=headline,
        parts=parts,
        documentary=tuple(edit for edit in edits if edit.documentary),
        lines=tuple(_lines(solver, none, everything)),
        method=method,
        analysts=bool(parts) and all(edit.path[0] == "assumptions" for part in parts for edit in part.edits),
        notes=tuple(_notes(one, two, method, parts)),
    )


def _subsets(count: int) -> list[frozenset[int]]:
    """The combinations of groups that are solved."""
    if count <= MOST_SHAPLEY:
        return [frozenset(each) for size in range(count + 1) for each in combinations(range(count), size)]
    chains = [frozenset(range(index)) for index in range(count + 1)]
    return list(dict.fromkeys([*chains, *(frozenset(range(index, count)) for index in range(count))]))


def _all_valid(mixture: Mixture) -> bool:
    try:
        for made in _subsets(len(mixture.groups)):
            mixture.scenario(made)
    except ScenarioError:
        return False
    return True


def _columns(first: Scenario, second: Scenario) -> list[str]:
    """The assumptions that either of the two draws, those of the first first."""
    return list(dict.fromkeys(each.name for scenario in (first, second) for each in correlatable(scenario)))


@dataclass(eq=False)
class _Solver:
    """Solves mixtures over the same draws, each once."""

    mixture: Mixture
    columns: list[str]
    draws: int
    seed: int
    progress: Progress | None
    _solved: dict[frozenset[int], tuple[Variant, Table]] = field(default_factory=dict)
    _expected: int = 0

    def expect(self, subsets: list[frozenset[int]]) -> None:
        """Say what will be asked for, so that progress knows its total."""
        self._expected = len(subsets)

    def solved(self, made: frozenset[int]) -> tuple[Variant, Table]:
        if made not in self._solved:
            variant = Variant(self.mixture.scenario(made))
            drawn = draw(variant.scenario, self.draws, self.seed, columns=self.columns)
            done, total = len(self._solved) * self.draws, self._expected * self.draws
            report = shifted(self.progress, done, total)
            self._solved[made] = (variant, variant.solve(drawn, progress=report))
        return self._solved[made]

    def names(self, made: frozenset[int]) -> list[str]:
        variant, _ = self.solved(made)
        return quantity_names(variant.scenario, variant.paths)

    def quantity(self, name: str, made: frozenset[int]) -> Quantity:
        variant, table = self.solved(made)
        return quantity_of(variant.scenario, variant.paths, table, name)

    def value(self, name: str, made: frozenset[int]) -> Floats:
        """float64[B], whose mean is the quantity and whose spread is its sampling error.

        Raises
        ------
        RunError
            If no draw meets its condition.
        """
        found = self.quantity(name, made)
        if not found.counted.any():
            raise RunError(f"no draw meets the condition of {name!r}")
        values = np.where(found.counted, found.values, 0.0)
        return linearised(values, np.where(found.counted, found.weights, 0.0))

    def line(self, name: str, none: frozenset[int], everything: frozenset[int]) -> Line:
        """A quantity of both sides."""
        sides = [self.quantity(name, made) if name in self.names(made) else None for made in (none, everything)]
        estimates = [each.estimate if each else None for each in sides]
        says = next(each.says for each in sides if each)
        change = None
        if all(estimates):
            change = _change_of(self.value(name, everything) - self.value(name, none))
        return Line(name, says, estimates[0], estimates[1], change)


def _change_of(row: Floats) -> Change:
    return Change(float(row.mean()), standard_error(row))


def _answer(solver: _Solver, answer: str | None, none: frozenset[int], everything: frozenset[int]) -> str:
    """The quantity that is explained; RunError if a side does not have it."""
    name = answer or solver.names(none)[0]
    solver.quantity(name, none)
    if name not in solver.names(everything):
        raise RunError(f"the second has no {name!r}, which the first asks; name another with --answer")
    return name


def _parts(solver: _Solver, name: str, headline: Line) -> tuple[tuple[Part, ...], str]:
    groups = solver.mixture.groups
    if not groups:
        return (), "none"
    rows: list[Floats] | None = None
    method = "shapley" if len(groups) <= MOST_SHAPLEY else "sequential"
    if headline.change is not None:
        try:
            share = shapley if method == "shapley" else in_turn
            rows = share(len(groups), lambda made: solver.value(name, made))
        except RunError:
            rows = None
    changes = [_change_of(row) for row in rows] if rows else [None] * len(groups)
    parts = [Part(group, change, _apart(group)) for group, change in zip(groups, changes, strict=True)]
    ordered = sorted(parts, key=lambda part: -abs(part.change.mean) if part.change else 0.0)
    return tuple(ordered), method if rows else "none"


def _apart(group: tuple[Edit, ...]) -> float | None:
    """How far two distributions of one assumption are apart: their 1-Wasserstein distance in standard deviations."""
    if len(group) != 1 or group[0].path[0] != "assumptions":
        return None
    (edit,) = group
    levels = (np.arange(LEVELS) + 0.5) / LEVELS
    one, two = (np.asarray(Distribution.parse(each["value"]).quantile(levels)) for each in (edit.before, edit.after))
    spread = float(np.sqrt((one.var() + two.var()) / 2))
    return float(np.abs(one - two).mean()) / spread if spread > 0.0 else None


def _lines(solver: _Solver, none: frozenset[int], everything: frozenset[int]) -> Iterator[Line]:
    """Every answer and outcome that one of the two has."""
    names = dict.fromkeys([*solver.names(none), *solver.names(everything)])
    for name in names:
        if "." not in name or name.startswith("outcome."):
            yield solver.line(name, none, everything)


def _notes(one: Side, two: Side, method: str, parts: tuple[Part, ...]) -> Iterator[str]:
    drawn = [{each.name for each in correlatable(side.scenario)} for side in (one, two)]
    if drawn[0] != drawn[1]:
        yield "the two draw different assumptions, so that their draws here are not quite those of their own runs"
    if method == "sequential":
        yield (
            f"with more than {MOST_SHAPLEY} edits they are made one after the other, in the order of the file and in "
            "reverse, and the two averaged"
        )
    if any(len(part.edits) > 1 for part in parts):
        yield "edits that need one another stand together"
    if parts and method == "none":
        yield "what each edit adds cannot be said, since in between no draw meets the condition"
    changes = [part.change for part in parts if part.change and abs(part.change.mean) > SMALLEST]
    if any(not change.beyond_noise for change in changes):
        yield "what is not beyond two standard errors may be sampling noise; more draws would tell"
