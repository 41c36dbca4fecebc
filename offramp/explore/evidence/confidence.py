"""How much confidence the evidence under an answer gives: low, moderate or high.

ICD 203 keeps two things apart: how *likely* something is, and how much *confidence* the basis of that judgement
deserves. The likelihood is the run's; how wide the draws are belongs to it. Confidence is about the evidence, and the
two never stand in one sentence. What the levels mean follows the National Intelligence Council's explanation of its
estimates (*Iran: Nuclear Intentions and Capabilities*, November 2007, "What we mean when we say"): high confidence
rests on good information from several sources; moderate on information that is credible and plausible but not good
or not corroborated enough; low where it is doubtful, fragmentary or poorly corroborated.

The rule, with each assumption that drives the answer weighing by its influence:

- **low** where at least half of the weight, or the strongest driver, is poorly known, or more than ``MOST_FAILED`` of
  the draws did not converge;
- **high** where none of the weight is poorly known, at least ``MOSTLY`` of it is well known *and corroborated* (by a
  base rate, or two independent origins), every draw converged, no assumption whose influence cannot be measured
  (private or fixed) is poorly known, and no other equilibrium that was found gives another answer;
- **moderate** in between.

How well an assumption is known is its grade (:mod:`offramp.explore.learning.grades`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from offramp.explore.learning.grades import Known, grade
from offramp.explore.phrases import percent
from offramp.scenario.model import Assumption, Scenario
from offramp.sources.origins import Origins

if TYPE_CHECKING:
    from offramp.explore.drivers.result import Drivers
    from offramp.explore.run import Run

Level = Literal["low", "moderate", "high"]

HALF, MOSTLY = 0.5, 0.75
"""Shares of the weight: poorly known for a low level; well known and corroborated for a high one."""

MOST_FAILED = 0.01
"""A larger share of draws that did not converge leaves low confidence."""

OFTEN = 0.05
"""From this share of the draws on, that equilibria differ in the answer counts."""

CORROBORATED = 2
"""Independent origins that corroborate one another."""


@dataclass(frozen=True)
class Support:
    """An assumption under an answer, and how well it stands itself.

    Attributes
    ----------
    name, label : str
        Its name, and what it is in words.
    weight : float
        Its share of the influence of all that drive the answer; 0 where its influence cannot be measured.
    influence : float or None
        How far it alone settles the answer; None for what is private or fixed.
    known : "well", "fairly" or "poorly"
    why : str
        The basis that counts.
    origins : int
        Independent origins that it rests on, at most: documents that do not copy one another, base rates and studies.
    has_rate : bool
        Whether one of them is a base rate.
    """

    name: str
    label: str
    weight: float
    influence: float | None
    known: Known
    why: str
    origins: int
    has_rate: bool

    @property
    def is_sure(self) -> bool:
        """Whether it is well known, and corroborated."""
        return self.known == "well" and (self.has_rate or self.origins >= CORROBORATED)


@dataclass(frozen=True)
class Confidence:
    """How much confidence the evidence under an answer gives.

    Attributes
    ----------
    answer : str
        The name of the answer.
    level : "low", "moderate" or "high"
    reasons : tuple of str
        Why, in clauses without a full stop; the one that decides comes first.
    weakest : Support or None
        The assumption that holds the level down; None at the highest level, and where it is not an assumption.
    supports : tuple of Support
        What the answer rests on, the heaviest first; then what is private or fixed.
    """

    answer: str
    level: Level
    reasons: tuple[str, ...]
    weakest: Support | None
    supports: tuple[Support, ...]

    @property
    def sentence(self) -> str:
        """The level and what decides it; nothing in it speaks of likelihood."""
        return f"Confidence in this is *{self.level}*: {self.reasons[0]}."

    def record(self) -> dict[str, Any]:
        """The confidence as plain JSON values."""
        return {
            "answer": self.answer,
            "level": self.level,
            "sentence": self.sentence.replace("*", ""),
            "reasons": list(self.reasons),
            "weakest": self.weakest.name if self.weakest else None,
            "supports": [
                {key: value for key, value in vars(each).items() if key != "label"} | {"says": each.label}
                for each in self.supports
            ],
        }


def confidence(run: Run, drivers: Drivers | None = None, *, origins: Origins | None = None) -> Confidence:
    """How much confidence the evidence under the headline of ``run`` gives.

    Parameters
    ----------
    drivers : Drivers, optional
        Of the answer that is meant; by default those of the headline. Nothing is solved for them.
    origins : Origins, optional
        Which sources copy one another; by default each counts as an origin of its own.

    Raises
    ------
    RunError
        If the scenario asks nothing, or the answer's condition is met in no draw.
    """
    found = drivers or run.drivers(tornado=False)
    supports = tuple(_supports(run.scenario, found, origins or Origins(())))
    limits = tuple(_limits(run, found, supports))
    level: Level = "high"
    for each in limits:
        level = each.level if _ORDER.index(each.level) < _ORDER.index(level) else level
    deciding = [each for each in limits if each.level == level]
    others = [each for each in limits if each.level != level]
    reasons = tuple(each.reason for each in [*deciding, *others]) or (_nothing_missing(supports),)
    weakest = next((each.weakest for each in deciding if each.weakest), None)
    return Confidence(found.quantity, level, (*reasons, *_remarks(run, found)), weakest, supports)


_ORDER: tuple[Level, ...] = ("low", "moderate", "high")


@dataclass(frozen=True)
class _Limit:
    """Something that keeps confidence at ``level`` or below."""

    level: Level
    reason: str
    weakest: Support | None = None


def _limits(run: Run, drivers: Drivers, supports: tuple[Support, ...]) -> Iterator[_Limit]:
    weighing = [each for each in supports if each.weight > 0.0]
    if not weighing:
        yield _Limit("low", "the scenario states no range for any number, so that its evidence cannot be weighed")
    yield from _poorly_known(weighing)
    sure = sum(each.weight for each in weighing if each.is_sure)
    unsure = [each for each in weighing if not each.is_sure]
    if unsure and sure < MOSTLY:
        first = unsure[0]
        yield _Limit(
            "moderate",
            f"{percent(sure)} of the weight of what drives the answer is well known and corroborated, which takes "
            f"{percent(MOSTLY)}; the heaviest part that is not: “{first.label}” ({first.why}; {_origins(first)})",
            first,
        )
    hidden = [each for each in supports if each.weight == 0.0 and each.influence is None and each.known == "poorly"]
    if hidden:
        names = ", ".join(each.name.replace("_", " ") for each in hidden)
        yield _Limit(
            "moderate", f"what is private or fixed has an influence that is not measured; poorly known: {names}"
        )
    yield from _play(run, drivers)


def _poorly_known(weighing: list[Support]) -> Iterator[_Limit]:
    poor = [each for each in weighing if each.known == "poorly"]
    if not poor:
        return
    share = sum(each.weight for each in poor)
    first = poor[0]
    what = f"“{first.label}” ({first.why})"
    if first is weighing[0]:
        yield _Limit("low", f"what drives the answer most is poorly known: {what}", first)
    elif share >= HALF:
        reason = f"{percent(share)} of the weight of what drives the answer is poorly known, most of all {what}"
        yield _Limit("low", reason, first)
    else:
        reason = f"{percent(share)} of the weight of what drives the answer is poorly known, most of all {what}"
        yield _Limit("moderate", reason, first)


def _play(run: Run, drivers: Drivers) -> Iterator[_Limit]:
    """What the certificate, and the other equilibria that were looked for, take away."""
    failed = run.certificate.unconverged
    if failed:
        level: Level = "low" if failed > MOST_FAILED * run.num_draws else "moderate"
        yield _Limit(level, f"{failed:,} of {run.num_draws:,} draws did not converge")
    differing = run.spread.answers.get(drivers.quantity) if run.spread else None
    if differing and differing.share_that_differ >= OFTEN:
        share = percent(differing.share_that_differ)
        yield _Limit("moderate", f"in {share} of the draws looked at it depends on which equilibrium is played")


def _nothing_missing(supports: tuple[Support, ...]) -> str:
    names = ", ".join(f"“{each.label}”" for each in supports[:3])
    return f"what drives the answer is well known and corroborated, first of all {names}"


def _remarks(run: Run, drivers: Drivers) -> Iterator[str]:
    """What is good to know beside, and changes nothing."""
    if drivers.constant:
        yield "the answer is the same in every draw, so that no assumption drives it and all weigh alike"
    elif not drivers.leading(1):
        yield "no assumption can be told from noise as a driver, so that all weigh alike; more draws may tell"
    if run.spread is None:
        yield "other equilibria were not looked for"


def _supports(scenario: Scenario, drivers: Drivers, origins: Origins) -> Iterator[Support]:
    """What drives the answer, the heaviest first; where nothing does, every drawn number alike; then the rest."""
    leading = drivers.leading(len(drivers.drivers)) or drivers.drivers
    alike = not drivers.leading(1)
    total = sum(each.influence.value for each in leading)
    by_name = {each.name: each for each in scenario.assumptions}
    for each in leading:
        weight = 1.0 / len(leading) if alike or total <= 0.0 else each.influence.value / total
        yield _support(by_name[each.name], scenario, origins, weight, each.influence.value)
    drawn = {each.name for each in drivers.drivers}
    for assumption in scenario.assumptions:
        if assumption.name not in drawn:
            yield _support(assumption, scenario, origins, 0.0, None)


def _support(
    assumption: Assumption, scenario: Scenario, origins: Origins, weight: float, influence: float | None
) -> Support:
    found = grade(assumption, scenario.sources)
    label = assumption.meaning.rstrip(".") or assumption.name.replace("_", " ")
    count = num_origins(assumption, origins)
    has_rate = any(basis.base_rate for basis in assumption.basis)
    return Support(assumption.name, label, weight, influence, found.known, found.why, count, has_rate)


def num_origins(assumption: Assumption, origins: Origins) -> int:
    """How many independent origins an assumption rests on, at most; a judgement is none."""
    named: Mapping[object, None] = dict.fromkeys(
        origins.of(basis.source) if basis.source else basis.base_rate or basis.study
        for basis in assumption.basis
        if basis.source or basis.base_rate or basis.study
    )
    return len(named)


def _origins(support: Support) -> str:
    return {0: "no origin", 1: "one origin"}.get(support.origins, f"{support.origins} origins")
