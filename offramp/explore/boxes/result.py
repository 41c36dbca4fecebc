"""The boxes of a run: what is found, and its table, document, pictures and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offramp.arrays import Flags, Floats
from offramp.explore.analysis import Analysis, Setting
from offramp.explore.boxes.discover import Found
from offramp.explore.boxes.limits import Cases
from offramp.explore.record import Record
from offramp.figures.figure import Figure
from offramp.scenario.model import Assumption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Target:
    """What is looked for.

    Attributes
    ----------
    answer : str
        The quantity: an answer of the scenario, ``payoff.us`` and the like.
    holds : bool
        Whether boxes are looked for in which it holds (is high), rather than fails (is low).
    says : str
        What the quantity is, in words.
    verb : str
        What happens in a hit, with "it" for the answer: "it fails", "it is below 12.5 points".
    threshold : float or None
        Hits are draws in which the quantity is below it (not below it, with ``holds``); None where a hit is a no (a
        yes) with its probability.
    """

    answer: str
    holds: bool
    says: str
    verb: str
    threshold: float | None


@dataclass(frozen=True)
class Step:
    """A box of the trajectory of the first box.

    Attributes
    ----------
    limits : int
        How many limits it has.
    mass, density, coverage : float
        On the learning half: share of the draws in it, share of hits in it, share of all hits.
    held_out_density, held_out_coverage : float
        On the draws held out; the density is that of all where none of them lies in the box.
    """

    limits: int
    mass: float
    density: float
    coverage: float
    held_out_density: float
    held_out_coverage: float


@dataclass(frozen=True, eq=False, repr=False)
class Boxes(Analysis):
    """The simplest conditions under which an answer fails, or holds.

    Attributes
    ----------
    target : Target
    rate : float
        Share of hits among all draws that count.
    assumptions : tuple of Assumption, length K
        Those that a limit may stand on: shared and not fixed.
    boxes : tuple of Found
        In the order in which they were found; every one but the first is among the draws that the earlier ones leave.
    trajectory : tuple of Step
        How the first box was peeled; empty where nothing could be.
    cases : Cases
        All draws that count.
    held_out : bool[B]
        Which of them scored the boxes and had no say in their limits.
    notes : tuple of str
    """

    name: ClassVar[str] = "boxes"

    setting: Setting
    target: Target
    rate: float
    assumptions: tuple[Assumption, ...]
    boxes: tuple[Found, ...]
    trajectory: tuple[Step, ...]
    cases: Cases
    held_out: Flags
    notes: tuple[str, ...]

    def inside(self, box: int = 0) -> Flags:
        """bool[B]: which of the draws that count lie in a box and in none before it."""
        inside = self.cases.inside(self.boxes[box].limits)
        for earlier in self.boxes[:box]:
            inside &= ~self.cases.inside(earlier.limits)
        return inside

    def range(self, column: int) -> tuple[float, float]:
        """The lowest and the highest value of an assumption among the draws that count."""
        values: Floats = self.cases.points[:, column]
        return float(values.min()), float(values.max())

    def record(self) -> Record:
        from offramp.explore.boxes.plain import boxes_record

        return boxes_record(self)

    def frame(self) -> pd.DataFrame:
        """One row a limit."""
        from offramp.explore.boxes.plain import limits_frame

        return limits_frame(self)

    def figures(self) -> dict[str, Figure]:
        """``box``, ``limits`` and ``trajectory``; without a box ``rate``, and ``trajectory`` where there is one."""
        from offramp.explore.boxes.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.boxes.says import sentences

        return sentences(self)
