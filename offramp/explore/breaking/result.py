"""What breaks an offer: the margins along its path, who gains from a leak, and what each guarantee buys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from offramp.explore.analysis import Analysis, Setting
from offramp.explore.record import Record
from offramp.explore.summary import Estimate
from offramp.figures.figure import Figure
from offramp.scenario.model import Answer

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Margin:
    """What the mover of a link gains by keeping to the path, in its own points.

    A case is a draw together with what the mover knows when it moves: the turns of chance that it has seen, and its own
    private values. It counts by how likely it is on a path that everyone before keeps to.

    Attributes
    ----------
    margin : Estimate
        Its mean over the cases; the interval is over the draws.
    tempted, tied : float
        Share of the cases in which it is negative, and in which it is zero, within the solver's tolerance.
    gain : float or None
        What leaving the path gains where it gains: the median over the draws with such cases; None without any.
    first : float
        Share of the cases in which the path breaks here first, if each keeps to it until it is tempted.
    """

    margin: Estimate
    tempted: float
    tied: float
    gain: float | None
    first: float


@dataclass(frozen=True)
class Link:
    """A move on which the path depends.

    Attributes
    ----------
    move, label, party : str
    holding, others : tuple of str
        The choices that keep to the path, and those that leave it.
    decides_condition : bool
        Whether leaving here means that the question is not asked, rather than that its answer is no. Such a link counts
        all draws alike, the others by how likely they meet the condition of the headline.
    has_types : bool
        Whether the mover knows something that the others do not.
    reached : float
        Probability that it comes to the move if everyone before keeps to the path.
    leaves : float
        Probability that the mover then leaves it in the solved play.
    stands, keeps : Margin
        As things stand, and if all after keep to the path.
    distrust : Estimate
        The second margin less the first: what the mover loses as it cannot rely on those after it.
    weakest : float
        Share of the draws in which this is the weakest link: where most is to be gained by leaving, as a share of the
        mover's payoff range, as things stand.
    """

    move: str
    label: str
    party: str
    holding: tuple[str, ...]
    others: tuple[str, ...]
    decides_condition: bool
    has_types: bool
    reached: float
    leaves: float
    stands: Margin
    keeps: Margin
    distrust: Estimate
    weakest: float


@dataclass(frozen=True)
class Gain:
    """What a party has more after one choice than after the other, in its own points.

    ``gains`` and ``loses`` are the shares of the draws in which it is more and less; ``knows`` whether the party knows
    of what is made known before it is.
    """

    difference: Estimate
    gains: float
    loses: float
    knows: bool


@dataclass(frozen=True)
class Fork:
    """Two choices of one move on the path, compared.

    Attributes
    ----------
    move, label, by : str
    choice, against : str
    reveals : tuple of str
        The moves that ``choice`` makes known; with some of them it is a leak.
    reached : float
        Probability that it comes to the move if everyone before keeps to the path.
    parties : mapping of str to Gain
    answer : Estimate or None
        What ``choice`` adds to the probability of the headline; None where it cannot be asked after both.
    """

    move: str
    label: str
    by: str
    choice: str
    against: str
    reveals: tuple[str, ...]
    reached: float
    parties: Mapping[str, Gain]
    answer: Estimate | None


@dataclass(frozen=True)
class Guarantee:
    """The offer on the table with one term changed, over the same draws.

    All changes are from the offer on the table to the changed one.

    Attributes
    ----------
    term, option, instead : str
    direction : "less" or "more"
        Less is the term's least generous option, more the next more generous one.
    answer : float
        Probability of the headline with the changed offer, over the draws that count now.
    change : Estimate
    lost, gained : float
        Share of these draws in which the answer turns from yes to no, and from no to yes (at a probability of a half).
    condition : Estimate or None
        Change in how likely the condition of the headline is met; None without one.
    payoffs : mapping of str to Estimate
        By party.
    margins : mapping of str to Estimate
        By move, of the margins as things stand; without those of which the changed offer leaves no path.
    unconverged : int
        Draws of the changed offer whose solution did not converge; they are part of every number all the same.
    """

    term: str
    option: str
    instead: str
    direction: Literal["less", "more"]
    answer: float
    change: Estimate
    lost: float
    gained: float
    condition: Estimate | None
    payoffs: Mapping[str, Estimate]
    margins: Mapping[str, Estimate]
    unconverged: int


@dataclass(frozen=True, eq=False, repr=False)
class Breaking(Analysis):
    """What breaks the offer on the table.

    Attributes
    ----------
    answer : Answer
        The headline.
    probability : Estimate
        How likely it is.
    links : tuple of Link
        In the order of the path.
    holds, holds_if_kept : float
        Share of the cases in which no one is tempted and the path holds: as things stand, and with links judged as if
        all after keep to it.
    chance, chance_if_kept : mapping of str to float
        Share of the cases in which the path breaks first at a move at which no one is tempted, most often one of
        chance; both by move, without moves at which it never does.
    forks : tuple of Fork
        Those that make something known first.
    guarantees : tuple of Guarantee
    unconverged : int
        Draws of the offer on the table whose solution did not converge.
    notes : tuple of str
    """

    name: ClassVar[str] = "breaking"

    setting: Setting
    answer: Answer
    probability: Estimate
    links: tuple[Link, ...]
    holds: float
    holds_if_kept: float
    chance: Mapping[str, float]
    chance_if_kept: Mapping[str, float]
    forks: tuple[Fork, ...]
    guarantees: tuple[Guarantee, ...]
    unconverged: int
    notes: tuple[str, ...]

    @property
    def weakest(self) -> Link | None:
        """The link that is the weakest in most draws; None where no one is ever tempted."""
        most = max(self.links, key=lambda link: link.weakest, default=None)
        return most if most and most.weakest > 0.0 else None

    @property
    def leaks(self) -> tuple[Fork, ...]:
        """The comparisons in which something is made known."""
        return tuple(fork for fork in self.forks if fork.reveals)

    def record(self) -> Record:
        from offramp.explore.breaking.plain import breaking_record

        return breaking_record(self)

    def frame(self) -> pd.DataFrame:
        """One row a link."""
        from offramp.explore.breaking.plain import links_frame

        return links_frame(self)

    def guarantees_frame(self) -> pd.DataFrame:
        """One row a changed term."""
        from offramp.explore.breaking.plain import guarantees_frame

        return guarantees_frame(self)

    def figures(self) -> dict[str, Figure]:
        """``margins``, ``breaks``, ``guarantees`` and ``leak``; all but ``breaks`` where there is something to draw."""
        from offramp.explore.breaking.picture import pictures

        return pictures(self)

    def sentences(self) -> list[str]:
        from offramp.explore.breaking.says import sentences

        return sentences(self)
