"""A small standoff built by hand: a secret offer, a leak, a ruler who alone knows his resolve, a promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Assumption, Basis, Choice, Move, Outcome, Party, Scenario


def number(name: str, value: object, **more: object) -> Assumption:
    """An assumption from a scenario file's value."""
    return Assumption(name, Distribution.parse(value), **more)  # type: ignore[arg-type]


def outcome(name: str, label: str = "", **payoffs: str | float) -> Outcome:
    """An outcome from the texts of its payoffs."""
    return Outcome(name, {party: Expression.parse(text) for party, text in payoffs.items()}, label)


def chances(**probabilities: str | float | None) -> Mapping[str, Expression | None]:
    """The probabilities of a chance move's choices; None takes the remainder."""
    return {name: None if text is None else Expression.parse(text) for name, text in probabilities.items()}


def leak_standoff(*, grid: int = 4) -> Scenario:
    """Offer or wait; leak; accept or refuse; keep or break. Four outcomes, two answers, five assumptions."""
    leak = chances(leaked="p_leak", held=None)
    return Scenario(
        title="A secret offer",
        question="Does it hold?",
        parties=(Party("us", "United States"), Party("ruler", "the ruler"), Party("opposition")),
        moves=(
            Move("approach", "us", (Choice("offer", "leak"), Choice("wait", "impasse")), known_to=("us", "ruler")),
            Move("leak", "chance", tuple(Choice(name, "answer", probability=p) for name, p in leak.items())),
            Move("answer", "ruler", (Choice("accept", "promise"), Choice("refuse", "refused"))),
            Move("promise", "opposition", (Choice("keep", "kept"), Choice("prosecute", "betrayed"))),
        ),
        outcomes=(
            outcome(
                "kept",
                "he leaves and the promise is kept",
                us="10 - 4 * leak.leaked",
                ruler="exile - resolve",
                opposition=8,
            ),
            outcome("betrayed", us="6 - 4 * leak.leaked", ruler="-20", opposition="8 + revenge"),
            outcome("refused", us="-2 - 4 * leak.leaked", ruler="office - 2 * leak.leaked", opposition=0),
            outcome("impasse", us=0, ruler="office", opposition=0),
        ),
        assumptions=(
            number("p_leak", {"uniform": [0.2, 0.6]}, basis=(Basis(judgement="nobody knows"),)),
            number("office", {"uniform": [0, 20]}, meaning="what office is worth to him"),
            number("revenge", {"uniform": [-6, 2]}, basis=(Basis(base_rate="one in four"),)),
            number("exile", 20),
            number("resolve", {"uniform": [0, 15]}, private_to="ruler", grid=grid),
        ),
        answers=(
            Answer("holds", "the offer holds", Expression.parse("outcome.kept")),
            Answer("leaves", "the ruler leaves office", Expression.parse("outcome.kept or outcome.betrayed")),
        ),
    )


def without_answers() -> Scenario:
    """The same standoff with no questions asked of it."""
    return replace(leak_standoff(), answers=())


def conditional_standoff(*, grid: int = 4) -> Scenario:
    """The same standoff, asked three questions, of which two have a condition."""
    answers = (
        Answer(
            "holds",
            "the offer holds",
            Expression.parse("outcome.kept"),
            Expression.parse("approach.offer"),
            "the United States makes it",
        ),
        Answer("kept", "the offer is made and holds", Expression.parse("outcome.kept")),
        Answer(
            "secret",
            "nobody hears of it",
            Expression.parse("leak.held"),
            Expression.parse("outcome.refused"),
            "the ruler refuses",
        ),
    )
    return replace(leak_standoff(grid=grid), answers=answers)


def certain_standoff() -> Scenario:
    """Every number fixed and nothing private: one answer, by backward induction."""
    fixed = (
        number("p_leak", 0.25),
        number("office", 5),
        number("revenge", -1),
        number("exile", 20),
        number("resolve", 4),
    )
    return replace(leak_standoff(), assumptions=fixed)
