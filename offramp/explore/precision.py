"""The precision at which a scenario or a game is solved: as asked for, else as its file states it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from offramp.errors import ExpressionError, RunError
from offramp.scenario.checks import problems
from offramp.scenario.expressions import Expression
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.model import Origin, Scenario

Precision: TypeAlias = float | str | Sequence[float] | Mapping[str, float | str] | None
"""One number or expression for all parties, one a party by order or by name; None for what the file states.

Infinity is the limit: parties that make no mistakes.
"""

Stated: TypeAlias = Expression | Mapping[str, Expression] | None
"""As a scenario holds it; None for no mistakes."""


def with_precision(scenario: Scenario, asked: Precision) -> Scenario:
    """The scenario with the precision asked for in place of the one that its file states, if it states any.

    Raises
    ------
    RunError
        If what is asked for cannot be a precision of the scenario.
    """
    if asked is None:
        return scenario
    changed = replace(
        scenario,
        precision=parsed_precision(asked, tuple(party.name for party in scenario.parties)),
        origin=scenario.origin and _without_precision(scenario.origin),
    )
    wrong = [each for each in problems(changed) if each.path[:1] == ("precision",)]
    if wrong:
        raise RunError(_words(wrong[0].found, wrong[0].allowed, wrong[0].remedy))
    return changed


def game_precision(asked: Precision, players: tuple[str, ...]) -> float | list[float] | None:
    """What is asked for of a game without assumptions: one number for all, or one a player, in the players' order.

    Raises
    ------
    RunError
        If it needs an assumption, or names other players.
    """
    stated = None if asked is None else parsed_precision(asked, players)
    if stated is None:
        return None
    if not isinstance(stated, Mapping):
        return _number(stated)
    if set(stated) != set(players):
        found, wanted = ", ".join(map(repr, stated)), ", ".join(map(repr, players))
        raise RunError(_words(f"one for {found}", f"one number for all, or one for each of {wanted}", ""))
    return [_number(stated[name]) for name in players]


def plain_precision(stated: Stated) -> float | str | dict[str, float | str] | None:
    """As JSON has it: None for no mistakes, a number, the text of an expression, or one of them a party."""
    if isinstance(stated, Mapping):
        return {party: _plain(each) for party, each in stated.items()}
    return None if stated is None else _plain(stated)


def asked_record(asked: Precision) -> Any:
    """What is asked for as JSON has it, to tell whether two runs ask for the same."""
    if isinstance(asked, Mapping):
        return {name: asked_record(each) for name, each in asked.items()}
    if isinstance(asked, str) or asked is None:
        return asked
    if isinstance(asked, Sequence | np.ndarray):
        return [asked_record(each) for each in asked]
    return float(asked) if math.isfinite(asked) else str(float(asked))


def parsed_precision(asked: float | str | Sequence[float] | Mapping[str, float | str], names: Sequence[str]) -> Stated:
    """What is asked for as expressions; by the name of each party where it is asked for by party.

    Raises
    ------
    RunError
        If an expression does not parse, a number is not finite, or there is not one a party.
    """
    if isinstance(asked, Mapping):
        return FrozenMap({name: _parsed(each) for name, each in asked.items()})
    if isinstance(asked, Sequence | np.ndarray) and not isinstance(asked, str):
        if len(asked) != len(names):
            raise RunError(_words(f"{len(asked)} numbers", f"one number for all, or one for each of {len(names)}", ""))
        return FrozenMap(dict(zip(names, map(_parsed, asked), strict=True)))
    return None if asked == math.inf else _parsed(asked)


def _parsed(source: float | str) -> Expression:
    try:
        return Expression.parse(source)
    except ExpressionError as error:
        raise RunError(_words(error.found.removeprefix("found "), error.allowed, error.remedy)) from None


def _number(stated: Expression) -> float:
    if stated.names:
        raise RunError(_words(repr(stated.text), "numbers, since a game file has no assumptions", "give a number"))
    number = float(stated.evaluate({})[0])
    if number < 0:
        raise RunError(_words(f"{number:g}", "0 or more", "give 0 or more (0 is choice at random)"))
    return number


def _plain(stated: Expression) -> float | str:
    return stated.text if stated.names else float(stated.evaluate({})[0])


def _without_precision(origin: Origin) -> Origin:
    """Positions without those of a precision that no longer counts."""
    kept = {path: at for path, at in origin.positions.items() if path[0] != "precision"}
    return replace(origin, positions=kept)


def _words(found: str, allowed: str, remedy: str) -> str:
    tail = "".join(f"; {part}" for part in (f"allowed: {allowed}" if allowed else "", remedy) if part)
    return f"the precision asked for: found {found}{tail}"
