"""A scenario compiled once and asked many times: with another offer, with other values, over the same draws.

What is asked for is the run of an edited scenario; that scenario is never written, read or walked anew where the edit
leaves its tree as it is. The draws are those of the scenario as it stands: each assumption keeps its column of the
Sobol points, whatever becomes of the others, so that what differs between two answers is what was asked. Hence

- another offer, another distribution of an assumption that is drawn, another number for one that is fixed, and any
  value of one that is private give the bits of :func:`offramp.explore.run.run` of the scenario so edited;
- an assumption that is drawn and is held at a number keeps its column, as in :mod:`offramp.explore.tipping`, and others
  that are correlated with it stay where they were; a run of the edited scenario would draw the others in other columns;
- one that was fixed and gets a distribution takes a column behind all others, which stay as they are; a run of the
  edited scenario would draw all of them anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from offramp.arrays import Floats
from offramp.errors import RunError, ScenarioError
from offramp.explore import folder, summary
from offramp.explore.batches import Clock, Progress, solve_in_batches
from offramp.explore.columns import Columns, StoredTable
from offramp.explore.comparison.explain import linearised, standard_error
from offramp.explore.comparison.result import Change
from offramp.explore.job import Part
from offramp.explore.layout import Layout
from offramp.explore.options import Options
from offramp.explore.paths import Paths
from offramp.explore.portions import Portion
from offramp.explore.quantities import Quantity, quantity
from offramp.explore.run import Run
from offramp.explore.table import empty_table, tabulate
from offramp.explore.variants import Variant, holding, with_offer
from offramp.scenario.checks import meaning_problems
from offramp.scenario.context import Damage
from offramp.scenario.correlations import correlatable
from offramp.scenario.distributions import Distribution
from offramp.scenario.draws import Draws, draw
from offramp.scenario.model import Assumption, Scenario
from offramp.scenario.names import suggested
from offramp.scenario.sobol import sobol_points
from offramp.solve.result import Solutions

KEPT_NUMBERS = 2**22
"""Most probabilities of choices, over all draws, that are kept for questions that follow."""

Values = Mapping[str, Distribution]
"""What assumptions are instead of what their scenario says; a number is a distribution of one value."""


@dataclass(frozen=True, eq=False, repr=False)
class Answered(Run):
    """A run whose draws may not be those that its scenario would have by itself.

    Attributes
    ----------
    drawn : Draws
        In the columns of its scenario.
    made : Variant
        What was solved.
    kept : tuple of (int, Solutions)
        The solutions by batch, each with its first draw; none of a run that is large.
    """

    drawn: Draws = field(kw_only=True)
    made: Variant = field(kw_only=True)
    kept: tuple[tuple[int, Solutions], ...] = field(kw_only=True)

    @cached_property
    def draws(self) -> Draws:
        """The drawn assumptions, float64[B, K]."""
        return self.drawn.part(0, self.num_draws)

    @property
    def variant(self) -> Variant:
        """The scenario as it was solved, to be solved again."""
        return self.made

    def solve_again(self, draws: Draws, progress: Progress | None = None) -> Iterator[tuple[int, Solutions]]:
        """The solutions of the first of its draws; those that are kept are not worked again."""
        if not self.kept:
            yield from super().solve_again(draws, progress)
        for first, solutions in self.kept:
            if first < draws.num_draws:
                yield first, solutions.part(0, draws.num_draws - first)


class Warm:
    """A scenario that is ready to be asked: its game is made once.

    Parameters
    ----------
    scenario : Scenario
        A checked one.

    Raises
    ------
    ScenarioError
        If no game can be made of it.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.variant = Variant(scenario)
        self.num_nodes = self.variant.compiled.game.num_nodes

    @property
    def columns(self) -> tuple[str, ...]:
        """The assumptions that are drawn, in the order of their columns of the Sobol points."""
        return tuple(each.name for each in correlatable(self.scenario))

    def ask(
        self,
        offer: Mapping[str, str] | None = None,
        values: Values | None = None,
        *,
        draws: int,
        seed: int,
        columns: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> Answered:
        """The run of the scenario with some terms and some assumptions as asked; its grids are not checked.

        Parameters
        ----------
        offer : mapping of terms to options, optional
            Terms that are left out stand as on the table.
        values : mapping of assumptions to distributions, optional
        draws, seed : int
        columns : sequence of str, optional
            Assumptions that take the columns of the Sobol points, all that this scenario draws among them, where the
            draws are to be like those of another scenario; by default those that this scenario draws.
        progress : callable, optional
            Called with the draws done and their total.

        Raises
        ------
        RunError
            If a term, an option or an assumption is none of the scenario's.
        ScenarioError, EvaluationError
            If the scenario makes no sense so.
        KeyboardInterrupt
            After Ctrl-C.
        """
        options, clock = Options(draws=draws, seed=seed), Clock()
        edited = with_values(with_offer(self.scenario, offer or {}), values or {})
        variant = self._variant(edited, values or {})
        clock.lap("compile")
        drawn = self._drawn(edited, options, columns)
        clock.lap("draw")
        solved = tuple(solve_in_batches(variant.compiled, drawn, progress=progress))
        clock.lap("solve")
        results = _results(variant.paths, solved, draws)
        clock.lap("summarise")
        return Answered(
            scenario=edited,
            paths=variant.paths,
            options=options,
            results=results,
            certificate=summary.certify(results, at_precision=edited.precision is not None, grid_check=None),
            spread=None,
            timings={**clock.seconds, "total": sum(clock.seconds.values())},
            drawn=drawn,
            made=variant,
            kept=solved if draws * int(variant.compiled.game.action_starts[-1]) <= KEPT_NUMBERS else (),
        )

    def _variant(self, edited: Scenario, values: Values) -> Variant:
        """The game of the edited scenario; made from that of this one where the tree is the same."""
        if edited == self.scenario:
            return self.variant
        if values:
            wrong = meaning_problems(edited, Damage())
            if wrong:
                raise ScenarioError(wrong)
        private = {each.name for each in self.scenario.assumptions if each.private_to}
        if not private.isdisjoint(values):
            return Variant(edited)
        return Variant(edited, self.variant)

    def _drawn(self, edited: Scenario, options: Options, columns: Sequence[str] | None) -> Draws:
        """The draws: those of this scenario but for what is asked."""
        before = {each.name: each for each in self.scenario.assumptions}
        held = [each for each in edited.assumptions if each.value.is_fixed and _is_drawn(before[each.name])]
        wanted = self.columns if columns is None else tuple(columns)
        later = [each for each in correlatable(edited) if each.name not in wanted]
        apart = {each.name for each in (*held, *later)}
        as_before = tuple(before[each.name] if each.name in apart else each for each in edited.assumptions)
        scenario = replace(edited, assumptions=as_before, correlations=self.scenario.correlations)
        found = draw(scenario, options.draws, options.seed, columns=wanted)
        for each in held:
            found = holding(found, each.name, each.value.parameters[0])
        if later:
            # A net of more dimensions is scrambled otherwise in all of them: only its own columns are taken from it.
            levels = sobol_points(len(wanted) + len(later), options.draws, options.seed, 0)[:, len(wanted) :]
            for column, each in enumerate(later):
                found = holding(found, each.name, each.value.quantile(levels[:, column]))
        return found


def _results(paths: Paths, solved: Sequence[tuple[int, Solutions]], num_draws: int) -> StoredTable:
    """What happens in each draw, in memory."""
    table, layout = empty_table(paths, num_draws), Layout.of(paths)
    for first, solutions in solved:
        table.write(first, tabulate(paths, solutions))
    columns = Columns(layout, folder.temporary())
    columns.add(Part(Portion(0, num_draws), layout.matrix(table), {}))
    return StoredTable.of(columns, num_draws)


def with_values(scenario: Scenario, values: Values) -> Scenario:
    """The scenario with other values of some assumptions; one that is held at a number is correlated with no other.

    Raises
    ------
    RunError
        If an assumption is none of the scenario's.
    """
    names = [each.name for each in scenario.assumptions]
    for name in values:
        if name not in names:
            raise RunError(f"there is no assumption {name!r}; {suggested(name, names)}")
    if not values:
        return scenario
    changed = tuple(
        replace(each, value=values[each.name]) if each.name in values else each for each in scenario.assumptions
    )
    held = {name for name, value in values.items() if value.is_fixed}
    kept = tuple(each for each in scenario.correlations if held.isdisjoint((each.first, each.second)))
    return replace(scenario, assumptions=changed, correlations=kept)


def _is_drawn(assumption: Assumption) -> bool:
    return not assumption.private_to and not assumption.value.is_fixed


def change_between(first: Run, second: Run, name: str) -> Change | None:
    """What a quantity is more in ``second`` than in ``first``, both over the same draws; None where it is not asked.

    Raises
    ------
    RunError
        If one of them has no such quantity, or their draws are not as many.
    """
    if first.num_draws != second.num_draws:
        raise RunError(f"found {first.num_draws:,} and {second.num_draws:,} draws; compare runs over the same draws")
    rows = [_row(quantity(run, name)) for run in (first, second)]
    if rows[0] is None or rows[1] is None:
        return None
    difference = rows[1] - rows[0]
    return Change(float(difference.mean()), standard_error(difference))


def _row(found: Quantity) -> Floats | None:
    """float64[B], whose mean is the quantity and whose spread is its sampling error; None where no draw counts."""
    if not found.counted.any():
        return None
    values, weights = (np.where(found.counted, each, 0.0) for each in (found.values, found.weights))
    return linearised(values, weights)
