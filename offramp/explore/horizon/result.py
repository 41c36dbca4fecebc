"""What each number of rounds comes to, and all that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from offramp.arrays import Floats
from offramp.explore.analysis import Analysis, Setting
from offramp.explore.phrases import joined, party_label, percent
from offramp.explore.record import Record, estimate_record
from offramp.explore.summary import Estimate
from offramp.figures.figure import Figure
from offramp.scenario.draws import Draws

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Left:
    """The first round with so many rounds left, itself included.

    Attributes
    ----------
    rounds : int
    answers : mapping of str to Estimate or None
        Each answer, given its condition, as the round in which the path ends has it; None if no draw meets that.
    outcomes : mapping of str to Estimate
    payoffs : mapping of str to Estimate
        By party, in the points of the first round.
    values : float64[B, P]
        The payoffs in each draw.
    unconverged : int
        Solutions of rounds, in all draws, that are not to be relied on.
    """

    rounds: int
    answers: Mapping[str, Estimate | None]
    outcomes: Mapping[str, Estimate]
    payoffs: Mapping[str, Estimate]
    values: Floats
    unconverged: int


@dataclass(frozen=True, eq=False, repr=False)
class Horizon(Analysis):
    """What the horizon does: the first round with one round left, with two, and so on.

    Attributes
    ----------
    lefts : tuple of Left
        With 1, 2, … rounds.
    counts_rounds : bool
        Whether something depends on the number of the round, so that the last round is another one for each horizon.
    drawn : Draws
        The draws of the assumptions.
    notes : tuple of str
    """

    name: ClassVar[str] = "horizon"

    setting: Setting
    lefts: tuple[Left, ...]
    counts_rounds: bool
    drawn: Draws
    notes: tuple[str, ...]

    def record(self) -> Record:
        return {
            "rounds": [
                {
                    "left": left.rounds,
                    "answers": {name: estimate_record(each) for name, each in left.answers.items()},
                    "outcomes": {name: estimate_record(each) for name, each in left.outcomes.items()},
                    "payoffs": {name: estimate_record(each) for name, each in left.payoffs.items()},
                    "unconverged": left.unconverged,
                }
                for left in self.lefts
            ],
            "counts_rounds": self.counts_rounds,
            "sentences": [sentence.replace("*", "") for sentence in self.sentences()],
            "notes": list(self.notes),
        }

    def frame(self) -> pd.DataFrame:
        """One row a number of rounds: means of answers, outcomes and payoffs."""
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {
                "rounds": left.rounds,
                **{f"answer.{name}": None if each is None else each.mean for name, each in left.answers.items()},
                **{f"outcome.{name}": each.mean for name, each in left.outcomes.items()},
                **{f"payoff.{name}": each.mean for name, each in left.payoffs.items()},
            }
            for left in self.lefts
        ]
        return pd.DataFrame(rows)

    def figures(self) -> dict[str, Figure]:
        """``horizon``: how it ends against the number of rounds."""
        from offramp.explore.horizon.picture import horizon_figure

        return {"horizon": horizon_figure(self)}

    def sentences(self) -> list[str]:
        first, last = self.lefts[0], self.lefts[-1]
        told = []
        if self.setting.scenario.answers:
            headline = self.setting.scenario.answers[0]
            ends = [(left.rounds, left.answers[headline.name]) for left in (first, last)]
            words = [f"*{percent(each.mean)}* with {rounds_words(number)}" for number, each in ends if each]
            told.append(
                f"That {headline.clause} has a probability of {joined(words)}."
                if words
                else f"With no number of rounds is it asked whether {headline.says}."
            )
        for party, estimate in last.payoffs.items():
            label = party_label(self.setting.scenario, party)
            told.append(
                f"To {label} it is worth {first.payoffs[party].mean:.4g} points with {rounds_words(1)} and "
                f"*{estimate.mean:.4g}* with {rounds_words(last.rounds)}.".replace("-", "−")
            )
        return [*told, *(f"Note: {note}." for note in self.notes)]


def rounds_words(number: int) -> str:
    """So many rounds: "one round", "10 rounds"."""
    return "one round" if number == 1 else f"{number} rounds"
