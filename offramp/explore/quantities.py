"""The quantities of a run that can be asked about by name: answers, outcomes, choices, payoffs and the rest.

Each has a value in every draw, and each draw a weight: how likely it meets the quantity's condition, where it has one.
Means, quantiles and shares of the draws count them by these weights, as the run itself does.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.paths import Paths
from offramp.explore.summary import RARELY, AnyTable, Estimate, estimate_by_weight
from offramp.scenario.model import Scenario
from offramp.scenario.rounds import written_out

if TYPE_CHECKING:
    from offramp.explore.run import Run


@dataclass(frozen=True, eq=False)
class Quantity:
    """One quantity over the draws.

    Attributes
    ----------
    name : str
        ``holds`` (an answer), ``outcome.kept``, ``choice.answer.accept`` (given that its move is reached),
        ``on_path.answer.accept``, ``reached.answer`` or ``payoff.us``.
    says : str
        What it is, in words: a clause that completes "it is likely that …", or "payoff of …, in points".
    values : float64[B]
        Without a meaning where the weight is 0 (NaN, or any number).
    weights : float64[B]
        How likely each draw meets the condition, in [0, 1]; all 1 without one.
    is_probability : bool
        Whether values lie in [0, 1]; else they are points.
    """

    name: str
    says: str
    values: Floats
    weights: Floats
    is_probability: bool

    @cached_property
    def counted(self) -> Flags:
        """bool[B]: the draws that count."""
        return (self.weights > RARELY) & np.isfinite(self.values)

    @property
    def estimate(self) -> Estimate | None:
        """The mean over the draws and the interval that holds 90 % of them; None if no draw counts."""
        if not self.counted.any():
            return None
        return estimate_by_weight(self.values[self.counted], self.weights[self.counted])


def quantity(run: Run, name: str | None = None) -> Quantity:
    """A quantity of ``run`` by name; by default its headline answer.

    Raises
    ------
    RunError
        If there is none of that name.
    """
    return quantity_of(run.scenario, run.paths, run.results, name)


def quantity_of(scenario: Scenario, paths: Paths, table: AnyTable, name: str | None = None) -> Quantity:
    """A quantity of a table by name; by default the headline answer, or the first outcome where nothing is asked."""
    rows = {row.name: row for row in _rows(scenario, paths)}
    row = rows.get(name or next(iter(rows)))
    if row is None:
        raise RunError(f"there is no quantity {name!r}; {known_words(str(name), list(rows))}")
    values = row.values(table)
    weights = np.ones(table.num_draws) if row.weights is None else row.weights(table)
    return Quantity(row.name, row.says, values, weights, not row.name.startswith("payoff."))


def quantity_names(scenario: Scenario, paths: Paths) -> list[str]:
    """The names of all quantities, the headline first."""
    return [row.name for row in _rows(scenario, paths)]


def known_words(name: str, names: list[str]) -> str:
    """What to say of an unknown name among many: those that are close, else all to ask for."""
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(repr(each) for each in near)}?"
    return f"ask for one of {', '.join(names)}"


_Reader = Callable[[AnyTable], Floats]


class _Row(NamedTuple):
    """A quantity: its name, what it is in words, and how its values and its weights are read (None: all 1)."""

    name: str
    says: str
    values: _Reader
    weights: _Reader | None = None


def _rows(scenario: Scenario, paths: Paths) -> Iterator[_Row]:
    for index, answer in enumerate(scenario.answers):
        yield _Row(answer.name, answer.clause, _row("answers", index), _row("conditions", index))
    for index, outcome in enumerate(scenario.outcomes):
        says = f"it ends like this: {outcome.label or outcome.name}"
        yield _Row(f"outcome.{outcome.name}", says, _row("outcomes", index))
    yield from _choices(scenario, paths)
    for index, name in enumerate(paths.moves):
        yield _Row(f"reached.{name}", f"it comes to {_spaced(name)}", _row("reached", index))
    for index, party in enumerate(scenario.parties):
        says = f"payoff of {party.label or party.name}, in points"
        yield _Row(f"payoff.{party.name}", says, _row("payoffs", index))


def _choices(scenario: Scenario, paths: Paths) -> Iterator[_Row]:
    labels = {party.name: party.label or party.name for party in scenario.parties}
    moves = written_out(scenario).moves
    for index, (move, choice) in enumerate(paths.choices):
        name, by = f"{paths.moves[move]}.{choice}", moves[move].by
        at = f"{_spaced(choice)} at {_spaced(paths.moves[move])}"
        says = f"{labels.get(by, by)} chooses {at}, if it comes to that"
        yield _Row(f"choice.{name}", says, _row("choices", index), _row("reached", move))
        yield _Row(f"on_path.{name}", f"it comes to {at}", partial(_on_path, move=move, choice=index))


def _row(field: str, index: int) -> _Reader:
    return lambda table: getattr(table, field)[index]


def _on_path(table: AnyTable, *, move: int, choice: int) -> Floats:
    return table.on_path(move, choice)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
