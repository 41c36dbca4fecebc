"""A small standoff built by hand: a secret offer, a leak, a ruler who alone knows his resolve, a promise."""

from __future__ import annotations

from dataclasses import replace

from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Basis, Party, Scenario
from standoffs import assumption, choice, move, outcome


def leak_standoff(*, grid: int = 4) -> Scenario:
    """Offer or wait; leak; accept or refuse; keep or break. Four outcomes, two answers, five assumptions."""
    return Scenario(
        title="A secret offer",
        question="Does it hold?",
        parties=(Party("us", "United States"), Party("ruler", "the ruler"), Party("opposition")),
        moves=(
            move("approach", "us", choice("offer", "leak"), choice("wait", "impasse"), known_to="us ruler"),
            move("leak", "chance", choice("leaked", "answer", probability="p_leak"), choice("held", "answer")),
            move("answer", "ruler", choice("accept", "promise"), choice("refuse", "refused")),
            move("promise", "opposition", choice("keep", "kept"), choice("prosecute", "betrayed")),
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
            assumption("p_leak", {"uniform": [0.2, 0.6]}, basis=(Basis(judgement="nobody knows"),)),
            assumption("office", {"uniform": [0, 20]}, meaning="what office is worth to him"),
            assumption("revenge", {"uniform": [-6, 2]}, basis=(Basis(base_rate="one in four"),)),
            assumption("exile", 20),
            assumption("resolve", {"uniform": [0, 15]}, private_to="ruler", grid=grid),
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
        assumption("p_leak", 0.25),
        assumption("office", 5),
        assumption("revenge", -1),
        assumption("exile", 20),
        assumption("resolve", 4),
    )
    return replace(leak_standoff(), assumptions=fixed)
