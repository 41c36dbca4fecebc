"""From an answer back to what it rests on: assumptions by influence, their bases, and the words of the passages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from offramp.explore.analysis import Setting
from offramp.explore.evidence.confidence import Confidence, confidence
from offramp.explore.learning.grades import Known, basis_grade, grade
from offramp.explore.record import estimate_record
from offramp.explore.summary import Estimate
from offramp.scenario.model import Assumption, Basis
from offramp.sources.checking import Checked, Located, check_sources

if TYPE_CHECKING:
    from offramp.explore.drivers.result import Driver, Drivers
    from offramp.explore.run import Run

Role = Literal["driver", "drawn", "fixed", "private"]


@dataclass(frozen=True)
class Ground:
    """One basis of an assumption.

    Attributes
    ----------
    kind : "source", "base_rate", "study" or "judgement"
    text : str
        The source's title, the base rate, the study or the judgement, in words.
    says : str
        What the scenario says that it says.
    source, locator : str
        Of a source its name, and where in it; else empty.
    known, why : str
        The grade of this basis alone.
    passage : str or None
        The passage, where the document is at hand.
    paragraph : int or None
    trouble, flag : str
        Why there is no passage; why its grade asks for a second look.
    """

    kind: str
    text: str
    says: str
    source: str
    locator: str
    known: Known
    why: str
    passage: str | None = None
    paragraph: int | None = None
    trouble: str = ""
    flag: str = ""


@dataclass(frozen=True)
class Footing:
    """An assumption under an answer.

    Attributes
    ----------
    name, meaning, unit, value : str
        ``value`` is its distribution in a few words.
    role : "driver", "drawn", "fixed" or "private"
        Whether its influence can be told from noise, cannot, or is not measured.
    influence : float or None
    direction : str
        What higher values do to the answer; empty where its influence is not measured.
    known, why : str
        Its grade, by its best basis.
    grounds : tuple of Ground
    """

    name: str
    meaning: str
    unit: str
    value: str
    role: Role
    influence: float | None
    direction: str
    known: Known
    why: str
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, eq=False)
class Trace:
    """What an answer rests on.

    Attributes
    ----------
    setting : Setting
    answer, says, given : str
        The answer's name, what it says, and its condition in words (or empty).
    estimate : Estimate
    is_probability : bool
    footings : tuple of Footing
        What drives it, by influence; then what is private or fixed; then what cannot be told from noise.
    confidence : Confidence
    checked : Checked
        The sources, as far as they are at hand.
    """

    setting: Setting
    answer: str
    says: str
    given: str
    estimate: Estimate
    is_probability: bool
    footings: tuple[Footing, ...]
    confidence: Confidence
    checked: Checked

    def document(self) -> dict[str, Any]:
        """The trace as one document, ``offramp.trace/1`` (see ``docs/json.md``)."""
        answer = {"name": self.answer, "says": self.says, "given": self.given or None}
        return {
            **self.setting.heading("offramp.trace/1"),
            "answer": {**answer, "is_probability": self.is_probability, **(estimate_record(self.estimate) or {})},
            "confidence": self.confidence.record(),
            "folder": str(self.checked.folder),
            "assumptions": [
                {**vars(footing), "grounds": [vars(ground) for ground in footing.grounds]} for footing in self.footings
            ],
        }


def evidence_under(
    run: Run,
    answer_name: str | None = None,
    *,
    documents: str | Path | None = None,
    drivers: Drivers | None = None,
) -> Trace:
    """What an answer rests on: assumptions by influence, their bases and the passages under these.

    Parameters
    ----------
    answer_name : str, optional
        A quantity of the run: an answer, ``payoff.PARTY``, ``choice.MOVE.CHOICE``; by default the headline.
    documents : path, optional
        The folder of the documents; by default ``sources`` beside the scenario's file. Without them there are no
        passages, and each basis says why.
    drivers : Drivers, optional
        Of this answer, where they are at hand; else they are found, for which nothing is solved.

    Raises
    ------
    RunError
        If there is no such quantity, or its condition is met in no draw.
    """
    found = drivers or run.drivers(answer_name, tornado=False)
    checked = check_sources(run.scenario, documents)
    footings = sorted(_footings(found, checked), key=lambda each: (_ROLES.index(each.role), -(each.influence or 0.0)))
    return Trace(
        setting=found.setting,
        answer=found.quantity,
        says=found.says,
        given=found.given,
        estimate=found.estimate,
        is_probability=found.is_probability,
        footings=tuple(footings),
        confidence=confidence(run, found, origins=checked.origins),
        checked=checked,
    )


_ROLES: tuple[Role, ...] = ("driver", "private", "fixed", "drawn")


def _footings(drivers: Drivers, checked: Checked) -> Iterator[Footing]:
    by_name = {each.name: each for each in drivers.drivers}
    scenario = checked.scenario
    located = {each.path: each for each in checked.located}
    for assumption in scenario.assumptions:
        driver = by_name.get(assumption.name)
        graded = grade(assumption, scenario.sources)
        yield Footing(
            name=assumption.name,
            meaning=assumption.meaning,
            unit=assumption.unit,
            value=assumption.value.describe(),
            role=_role(assumption, driver),
            influence=driver.influence.value if driver else None,
            direction=driver.direction if driver else "",
            known=graded.known,
            why=graded.why,
            grounds=tuple(
                _ground(basis, checked, located.get(f"assumptions.{assumption.name}.basis.{number}"))
                for number, basis in enumerate(assumption.basis)
            ),
        )


def _role(assumption: Assumption, driver: Driver | None) -> Role:
    if driver:
        return "driver" if driver.distinguishable else "drawn"
    return "private" if assumption.private_to else "fixed"


def _ground(basis: Basis, checked: Checked, located: Located | None) -> Ground:
    sources = {source.name: source for source in checked.scenario.sources}
    graded = basis_grade(basis, {name: source.reliability for name, source in sources.items()})
    for kind, text in (("base_rate", basis.base_rate), ("study", basis.study), ("judgement", basis.judgement)):
        if text:
            return Ground(kind, text, basis.says, "", "", graded.known, graded.why)
    source = sources.get(basis.source)
    title = source.title if source else basis.source
    start = ("source", title, basis.says, basis.source, located.locator if located else "", graded.known, graded.why)
    if located is None or located.passage is None:
        return Ground(*start, trouble=located.trouble if located else "")
    return Ground(*start, located.passage.text, located.passage.paragraph, flag=located.flag)
