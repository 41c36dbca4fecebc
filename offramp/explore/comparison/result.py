"""Two scenarios compared: what changed, what it did, and how much each edit explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offramp.explore.analysis import Analysis, Setting
from offramp.explore.comparison.edits import Edit, plain_words
from offramp.explore.record import Record, estimate_record, scenario_record
from offramp.explore.summary import Estimate
from offramp.figures.figure import Figure
from offramp.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

STANDARD_ERRORS = 2.0
"""A change is more than noise if it is larger than so many standard errors."""


@dataclass(frozen=True)
class Change:
    """A difference of two means, the second less the first, with its standard error from sampling."""

    mean: float
    error: float

    @property
    def beyond_noise(self) -> bool:
        return abs(self.mean) > STANDARD_ERRORS * self.error and abs(self.mean) > SMALLEST


SMALLEST = 1e-9
"""A change below this is none: it is beyond what the solver resolves."""


@dataclass(frozen=True)
class Part:
    """A group of edits that go together, and what they add to the answer; None where that cannot be said.

    Attributes
    ----------
    edits : tuple of Edit
    change : Change or None
    apart : float or None
        Where the group is one assumption with two distributions: how far apart they are, as the mean difference of
        their quantiles in units of their standard deviation.
    """

    edits: tuple[Edit, ...]
    change: Change | None
    apart: float | None

    @property
    def label(self) -> str:
        return " with ".join(edit.label for edit in self.edits)


@dataclass(frozen=True)
class Line:
    """A quantity of both; None where a side does not have it, or no draw meets its condition."""

    name: str
    says: str
    first: Estimate | None
    second: Estimate | None
    change: Change | None


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Analysis):
    """Two scenarios over the same draws.

    Attributes
    ----------
    second : Scenario
        The first is that of ``setting``.
    labels : pair of str
        What the two are called.
    headline : Line
        The answer that is explained.
    parts : tuple of Part
        The one that changes most first.
    documentary : tuple of Edit
        Edits of words alone.
    lines : tuple of Line
        Every answer and outcome.
    method : "shapley", "sequential" or "none"
        How the change was shared among the parts.
    analysts : bool
        Whether the two differ in the values of assumptions alone.
    notes : tuple of str
    """

    name: ClassVar[str] = "comparison"

    setting: Setting
    second: Scenario
    labels: tuple[str, str]
    headline: Line
    parts: tuple[Part, ...]
    documentary: tuple[Edit, ...]
    lines: tuple[Line, ...]
    method: str
    analysts: bool
    notes: tuple[str, ...]

    def record(self) -> Record:
        return {
            "second": scenario_record(self.second),
            "labels": list(self.labels),
            "answer": _line(self.headline),
            "method": self.method,
            "analysts": self.analysts,
            "parts": [_part(part) for part in self.parts],
            "documentary": [edit.label for edit in self.documentary],
            "lines": [_line(line) for line in self.lines],
            "sentences": self.sentences(),
            "notes": list(self.notes),
        }

    def frame(self) -> pd.DataFrame:
        """One row a part: what changed, and what it adds to the answer."""
        import pandas as pd

        rows = [
            {
                "part": part.label,
                "before": "; ".join(plain_words(edit.before) for edit in part.edits),
                "after": "; ".join(plain_words(edit.after) for edit in part.edits),
                "change": part.change.mean if part.change else None,
                "error": part.change.error if part.change else None,
                "apart": part.apart,
            }
            for part in self.parts
        ]
        return pd.DataFrame(rows, columns=["part", "before", "after", "change", "error", "apart"])

    def figures(self) -> dict[str, Figure]:
        """``comparison``, every answer before and after; and ``parts``, the way from one to the other."""
        from offramp.explore.comparison.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.comparison.says import sentences

        return sentences(self)


def change_record(change: Change | None) -> Record | None:
    """A change as JSON has it."""
    if change is None:
        return None
    return {"mean": change.mean, "standard_error": change.error, "beyond_noise": change.beyond_noise}


def _line(line: Line) -> Record:
    return {
        "name": line.name,
        "says": line.says,
        "first": estimate_record(line.first),
        "second": estimate_record(line.second),
        "change": change_record(line.change),
    }


def _part(part: Part) -> Record:
    edits = [
        {"path": list(edit.path), "before": plain_words(edit.before), "after": plain_words(edit.after)}
        for edit in part.edits
    ]
    return {"label": part.label, "edits": edits, "change": change_record(part.change), "apart": part.apart}
