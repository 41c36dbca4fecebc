"""A question as it comes from outside, held against its scenario: what is unknown is refused, what is odd is noted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from offramp.errors import DistributionError
from offramp.explore.tipping.held import correlated_partners
from offramp.scenario.distributions import Distribution
from offramp.scenario.model import Assumption, Observation, Scenario
from offramp.scenario.names import listing, meant
from offramp.scenario.rounds import written_out
from offramp.workspace.problems import Refusal

MOST_DRAWS, USUAL_DRAWS = 16_384, 1024
"""Draws of a question."""

MOST_WORK = 2**25
"""Nodes of the game times draws that are solved while one waits."""

INCLUDES = ("breaks", "drivers", "aftermath")
"""What an answer can hold beside itself."""


@dataclass(frozen=True)
class Question:
    """What is asked of a scenario.

    Attributes
    ----------
    offer : mapping of terms to options
    values : mapping of assumptions to distributions
    seen : tuple of Observation
    draws, seed : int
    include : tuple of str
        Of ``INCLUDES``.
    """

    offer: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Distribution] = field(default_factory=dict)
    seen: tuple[Observation, ...] = ()
    draws: int = USUAL_DRAWS
    seed: int = 1
    include: tuple[str, ...] = ()

    @classmethod
    def of(cls, scenario: Scenario, asked: Mapping[str, Any]) -> Question:
        """The question in plain values, for ``scenario``.

        Raises
        ------
        Refusal
            422: it names what the scenario does not have.
        """
        offer = dict(asked.get("offer") or {})
        _check_named(offer, _options(scenario), "term", "option")
        values = {name: _value(scenario, name, value) for name, value in (asked.get("values") or {}).items()}
        moves = {move.name: [choice.name for choice in move.choices] for move in written_out(scenario).moves}
        seen = tuple(asked.get("seen") or ())
        for each in seen:
            _check_named(each, moves, "move", "choice")
        return cls(
            offer={term: option for term, option in offer.items() if scenario.offer.get(term) != option},
            values={name: value for name, value in values.items() if value != _named(scenario, name).value},
            seen=tuple(Observation(dict(each)) for each in seen),
            draws=int(asked.get("draws") or USUAL_DRAWS),
            seed=int(asked.get("seed", 1)),
            include=tuple(asked.get("include") or ()),
        )

    @property
    def draws_anew(self) -> bool:
        """Whether some assumption has to be drawn otherwise than the scenario says."""
        return any(not value.is_fixed for value in self.values.values())

    def notes(self, scenario: Scenario) -> Iterator[str]:
        """What is worth knowing about the values asked for."""
        for name, value in self.values.items():
            before = _named(scenario, name)
            low, high = value.support
            stated = before.value.support
            if not before.value.is_fixed and (low < stated[0] or high > stated[1]):
                yield f"{name} is asked at {value.describe()}, outside of what the scenario states: {_span(before)}"
            if before.private_to and value.is_fixed:
                yield f"{name} is private to {before.private_to}; held at one number, every party knows it"
            partners = correlated_partners(scenario, name)
            if partners and value.is_fixed:
                yield f"{name} is correlated with {', '.join(partners)}, which stay as they are drawn"


def check_size(nodes: int, draws: int) -> None:
    """Refuse what takes longer than one waits.

    Raises
    ------
    Refusal
        422: a game of so many nodes in so many draws.
    """
    if nodes * draws > MOST_WORK:
        allowed = f"at most {MOST_WORK // nodes:,} draws of a game of this size" if nodes <= MOST_WORK else ""
        raise Refusal(
            422, f"{draws:,} draws of a game of {nodes:,} nodes", allowed, "ask for fewer draws, or start a run"
        )


def assumption_of(scenario: Scenario, name: str) -> Assumption:
    """An assumption by its name.

    Raises
    ------
    Refusal
        422: there is none of that name.
    """
    names = [each.name for each in scenario.assumptions]
    if name not in names:
        raise _unknown("assumption", name, names)
    return _named(scenario, name)


def _named(scenario: Scenario, name: str) -> Assumption:
    return next(each for each in scenario.assumptions if each.name == name)


def _options(scenario: Scenario) -> dict[str, list[str]]:
    return {term.name: [option.name for option in term.options] for term in scenario.terms}


def _check_named(named: Mapping[str, str], known: Mapping[str, list[str]], kind: str, part: str) -> None:
    for name, value in named.items():
        if name not in known:
            raise _unknown(kind, name, list(known))
        if value not in known[name]:
            raise _unknown(part, value, known[name], f" of {kind} {name!r}")


def _unknown(kind: str, name: str, known: list[str], of: str = "") -> Refusal:
    remedy = meant(name, known, "")
    return Refusal(422, f"there is no {kind} {name[:60]!r}{of}", listing(known), remedy)


def _value(scenario: Scenario, name: str, value: object) -> Distribution:
    assumption_of(scenario, name)
    try:
        return Distribution.parse(value)
    except DistributionError as error:
        where = ".".join(("values", name, *error.path))
        raise Refusal(422, f"{where}: {error.found.removeprefix('found ')}", error.allowed, error.remedy) from None


def _span(assumption: Assumption) -> str:
    low, high = assumption.value.support
    if not (math.isfinite(low) and math.isfinite(high)):
        return assumption.value.describe()
    return f"{low:g} to {high:g}"
