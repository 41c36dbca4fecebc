"""The simplest conditions under which an answer fails, or holds: the entry point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Floats
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.boxes.discover import FEWEST_DRAWS, Discovery, discover
from offramp.explore.boxes.limits import Cases
from offramp.explore.boxes.result import Boxes, Step, Target
from offramp.explore.boxes.says import number_words
from offramp.explore.quantities import Quantity, quantity
from offramp.scenario.correlations import correlatable
from offramp.scenario.distributions import LISTS
from offramp.scenario.model import Assumption

if TYPE_CHECKING:
    from offramp.explore.run import Run

MOST_DRAWS = 16_384
"""Draws of a run that are looked at: the first so many."""

TAIL = 0.1
"""Share of the draws that count as the worst (or the best) of a payoff."""

MOST_LISTED = 6
"""An assumption that lists more values than this is treated as a number."""


def find_boxes(run: Run, *, answer: str | None = None, holds: bool = False, below: float | None = None) -> Boxes:
    """The simplest conditions on the assumptions under which an answer fails.

    Nothing is solved anew: the draws of the run are searched. Of more than ``MOST_DRAWS`` the first so many are taken.

    Parameters
    ----------
    answer : str, optional
        A quantity of the run; its headline by default.
    holds : bool
        Look for where it holds instead.
    below : float, optional
        Take it to fail where it is below this number. By default a probability fails as far as it falls short of 1,
        and a payoff where it is among the worst tenth of the draws (holds: among the best tenth).

    Raises
    ------
    RunError
        If there is no such quantity, if it is asked in no draw, or if no assumption is drawn.
    """
    found = quantity(run, answer)
    assumptions = tuple(correlatable(run.scenario))
    _check(found, assumptions)
    counted = np.flatnonzero(found.counted[:MOST_DRAWS])
    values, weights = found.values[counted], found.weights[counted]
    threshold = _threshold(found, values, weights, holds=holds) if below is None else below
    fails = 1.0 - values if threshold is None else (values < threshold).astype(np.float64)
    columns = [run.draws.names.index(each.name) for each in assumptions]
    cases = Cases(
        points=run.draws.values[counted][:, columns],
        hits=np.clip(1.0 - fails if holds else fails, 0.0, 1.0),
        weights=weights,
        lists=np.array([_is_listed(each) for each in assumptions]),
    )
    discovery = discover(cases, run.seed)
    target = Target(found.name, holds, found.says, _verb(found, threshold, holds=holds), threshold)
    return Boxes(
        setting=Setting.of(run),
        target=target,
        rate=cases.rate,
        assumptions=assumptions,
        boxes=discovery.boxes,
        trajectory=tuple(_steps(discovery)),
        cases=cases,
        held_out=discovery.held_out,
        notes=tuple(_notes(run, found, cases, discovery)),
    )


def _check(found: Quantity, assumptions: tuple[Assumption, ...]) -> None:
    if not assumptions:
        raise RunError(
            "every shared assumption is a fixed number, so there are no conditions to look for; give some of them a "
            "distribution"
        )
    if not found.counted[:MOST_DRAWS].any():
        raise RunError(
            f"{found.name!r} is asked in no draw ({found.says}), so it neither holds nor fails; ask about an answer "
            "without a condition, or about the condition itself"
        )


def _is_listed(assumption: Assumption) -> bool:
    return assumption.value.kind in LISTS and len(assumption.value.parameters) <= MOST_LISTED


def _threshold(found: Quantity, values: Floats, weights: Floats, *, holds: bool) -> float | None:
    """Below which number a payoff is among the worst tenth, or not below which it is among the best."""
    if found.is_probability:
        return None
    level = 1.0 - TAIL if holds else TAIL
    return float(np.quantile(values, level, method="inverted_cdf", weights=weights))


def _verb(found: Quantity, threshold: float | None, *, holds: bool) -> str:
    """What happens in a hit."""
    if threshold is None:
        return "it holds" if holds else "it fails"
    words = f"{number_words(threshold)}{'' if found.is_probability else ' points'}"
    return f"it is {words} or more" if holds else f"it is below {words}"


def _steps(discovery: Discovery) -> Iterator[Step]:
    learning, held = discovery.learning, discovery.cases.part(discovery.held_out)
    for step in discovery.trajectory:
        weight, hits = held.sums(step.limits)
        yield Step(
            limits=len(step.limits),
            mass=step.weight / learning.weight,
            density=step.hits / step.weight,
            coverage=step.hits / (learning.rate * learning.weight),
            held_out_density=hits / weight if weight > 0.0 else held.rate,
            held_out_coverage=hits / (held.rate * held.weight) if held.rate > 0.0 else 0.0,
        )


def _notes(run: Run, found: Quantity, cases: Cases, discovery: Discovery) -> Iterator[str]:
    if run.num_draws > MOST_DRAWS:
        yield f"the first {MOST_DRAWS:,} of {run.num_draws:,} draws were looked at"
    if cases.count < FEWEST_DRAWS:
        yield f"only {cases.count:,} draws count, too few for conditions that would come up again; ask for more draws"
    if (found.weights[:MOST_DRAWS] < 1.0).any():
        share = cases.count / min(run.num_draws, MOST_DRAWS)
        yield f"{100 * share:.0f}% of the draws meet the condition; they count by how likely they meet it"
    private = [each.name for each in run.scenario.assumptions if each.private_to]
    if private:
        yield f"private assumptions are averaged over inside every draw and have no limits: {', '.join(private)}"
    yield from _partners(run, discovery)


def _partners(run: Run, discovery: Discovery) -> Iterator[str]:
    """The limits that may stand for a correlated assumption."""
    names = [each.name for each in correlatable(run.scenario)]
    limited = {names[limit.column] for box in discovery.boxes for limit in box.limits}
    for pair in run.scenario.correlations:
        for name, partner in ((pair.first, pair.second), (pair.second, pair.first)):
            if name in limited and pair.rank != 0.0:
                yield f"{name} is correlated with {partner} ({pair.rank:g}), so its limit may stand for that one"
