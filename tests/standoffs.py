"""Small standoffs built in Python, for the tests of the compiler and the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.model import (
    Answer,
    Assumption,
    Choice,
    Move,
    Option,
    Outcome,
    Party,
    Scenario,
    Term,
)


@dataclass(frozen=True)
class Drawn:
    """Drawn values as the compiler needs them."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    first: int = 0


def drawn(**columns: Any) -> Drawn:
    """Draws from one array per assumption; no column at all makes one draw."""
    if not columns:
        return Drawn((), np.zeros((1, 0)))
    return Drawn(tuple(columns), np.column_stack([np.atleast_1d(np.asarray(c, float)) for c in columns.values()]))


def choice(name: str, goes_to: str, **options: Any) -> Choice:
    """A choice; ``probability`` and ``when`` as text."""
    for key in ("probability", "when"):
        if key in options:
            options[key] = Expression.parse(options[key])
    return Choice(name, goes_to, **options)


def move(name: str, by: str, *choices: Choice, known_to: str | None = None, **options: Any) -> Move:
    """A move; ``known_to`` as one text of party names."""
    return Move(name, by, choices, None if known_to is None else tuple(known_to.split()), **options)


def outcome(name: str, label: str = "", **payoffs: Any) -> Outcome:
    """An outcome; payoffs by party, as text or numbers."""
    return Outcome(name, {party: Expression.parse(text) for party, text in payoffs.items()}, label)


def term(name: str, **options: float) -> Term:
    return Term(name, tuple(Option(option, number) for option, number in options.items()))


def assumption(name: str, value: object, **options: Any) -> Assumption:
    return Assumption(name, Distribution.parse(value), **options)


def standoff(
    parties: str,
    moves: list[Move],
    outcomes: list[Outcome],
    formulas: Mapping[str, str] | None = None,
    **options: Any,
) -> Scenario:
    """A scenario of parties named in one text."""
    return Scenario(
        title=options.pop("title", "A standoff"),
        parties=tuple(Party(name) for name in parties.split()),
        moves=tuple(moves),
        outcomes=tuple(outcomes),
        formulas={name: Expression.parse(text) for name, text in (formulas or {}).items()},
        **options,
    )


def exit_offer(grid: int = 20) -> Scenario:
    """The amnesty offer of design.md section 3: secret talks that may leak, a ruler with a private cost of exile."""
    parties = (
        Party("us", "United States"),
        Party("ruler", "the ruler"),
        Party("command", "high command"),
        Party("opposition", "the opposition"),
    )
    leaked = choice("leaked", "answer", probability="p_leak", reveals={"approach": ("all",), "leak": ("all",)})
    moves = (
        move("approach", "us", choice("offer", "leak"), choice("wait", "impasse"), known_to="us ruler"),
        move("leak", "chance", leaked, choice("held", "answer"), known_to="us ruler"),
        move("answer", "ruler", choice("accept", "loyalty"), choice("refuse", "impasse")),
        move("loyalty", "command", choice("stand_aside", "promise"), choice("block", "coup")),
        move("promise", "opposition", choice("keep", "kept"), choice("prosecute", "betrayed")),
    )
    exit_worth = "exile_life * passage + safety * (amnesty + court.shielded) - resolve"
    outcomes = (
        outcome(
            "kept", "a kept exit", us="gain - audience_cost * leak.leaked", ruler=exit_worth, command=20, opposition=60
        ),
        outcome(
            "betrayed", "a broken promise", us="gain / 2", ruler="-trial", command=-10, opposition="50 + trial / 10"
        ),
        outcome("coup", "a coup", us=0, ruler=-50, command="30 - 40 * leak.leaked", opposition=-20),
        outcome("impasse", "impasse", us="-audience_cost * leak.leaked", ruler="office", command=25, opposition=0),
    )
    return Scenario(
        title="An amnesty offer",
        parties=parties,
        moves=moves,
        outcomes=outcomes,
        terms=(
            term("amnesty", none=0, ruler=0.5, inner_circle=1),
            term("passage", none=0, host=1),
            term("court", open=0, shielded=1),
        ),
        offer={"amnesty": "inner_circle", "passage": "host", "court": "shielded"},
        assumptions=(
            assumption("office", {"pert": [60, 80, 100]}, meaning="what staying in power is worth to the ruler"),
            assumption("p_leak", {"uniform": [0.2, 0.6]}, meaning="chance that the talks leak"),
            assumption("exile_life", 40),
            assumption("safety", 30),
            assumption("gain", 50),
            assumption("audience_cost", 10),
            assumption("trial", 80),
            assumption(
                "resolve", {"uniform": [0, 40]}, meaning="cost of exile to the ruler", private_to="ruler", grid=grid
            ),
        ),
        answers=(
            Answer("holds", "the offer on the table holds", Expression.parse("outcome.kept")),
            Answer("leaked", "the talks leak", Expression.parse("leak.leaked and amnesty.inner_circle")),
        ),
    )


EXIT_DRAWS = drawn(
    office=[70.0, 80.0],
    p_leak=[0.25, 0.5],
    exile_life=[40.0, 40.0],
    safety=[30.0, 30.0],
    gain=[50.0, 50.0],
    audience_cost=[10.0, 10.0],
    trial=[80.0, 80.0],
)
"""Two draws of :func:`exit_offer`."""
