"""Check the sources of a scenario: whether every passage exists, and whether it bears the grade that it was given.

The rule for grades is in :mod:`offramp.sources.hedges`, that for origins in :mod:`offramp.sources.origins`; both are
argued in ``docs/sources.md``. A flag is a question to the one who graded, not a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from offramp import __version__
from offramp.scenario.model import Basis, Scenario, Source
from offramp.sources.hedges import Statement, best_digit, statement
from offramp.sources.library import Held, Library
from offramp.sources.origins import Origins, find_origins
from offramp.sources.passages import Missing, Passage, find_passage

Status = Literal["found", "missing", "no document", "no locator"]

DIGITS = {
    1: "confirmed by other sources",
    2: "probably true",
    3: "possibly true",
    4: "doubtful",
    5: "improbable",
    6: "truth cannot be judged",
}
"""What the Admiralty digits mean (NATO AJP-2.1)."""


@dataclass(frozen=True)
class Located:
    """A basis that names a source, and the passage that it points to.

    Attributes
    ----------
    path : str
        Where the basis stands: ``assumptions.office.basis.0``.
    what, meaning : str
        The name of the assumption (or ``observed.0``) and what it is in words.
    source, locator : str
        The source's name; where in it, as the scenario says: ``paragraph 12``, or the words of a passage.
    says : str
        What the scenario says that the passage says.
    status : "found", "missing", "no document" or "no locator"
        Without a locator there is nothing to find, which is no mistake.
    passage : Passage or None
    statement : Statement or None
        The clause that the basis seems to rest on, with the hedges that act on it.
    credibility, best : int or None
        The digit that was given, and the best that the passage supports.
    origins : int
        How many origins there are at most among the sources whose passages the assumption rests on.
    trouble, flag : str
        Why nothing was found; why the digit asks for a second look. Empty where there is nothing to say.
    """

    path: str
    what: str
    meaning: str
    source: str
    locator: str
    says: str
    status: Status
    passage: Passage | None = None
    statement: Statement | None = None
    credibility: int | None = None
    best: int | None = None
    origins: int = 0
    trouble: str = ""
    flag: str = ""

    @property
    def resolves(self) -> bool:
        return self.status in {"found", "no locator"}

    def record(self) -> dict[str, Any]:
        """The basis as plain JSON values."""
        return {
            "path": self.path,
            "what": self.what,
            "meaning": self.meaning,
            "source": self.source,
            "locator": self.locator,
            "says": self.says,
            "status": self.status,
            "paragraph": self.passage.paragraph if self.passage else None,
            "also": list(self.passage.also) if self.passage else [],
            "text": self.passage.text if self.passage else None,
            "statement": self.statement.text if self.statement else None,
            "hedges": [{"words": each.words, "kind": each.kind} for each in self.statement.hedges]
            if self.statement
            else [],
            "credibility": self.credibility,
            "best": self.best,
            "origins": self.origins,
            "trouble": self.trouble or None,
            "flag": self.flag or None,
        }


@dataclass(frozen=True, eq=False)
class Checked:
    """What a check of a scenario's sources found.

    Attributes
    ----------
    scenario : Scenario
    folder : Path
        Where documents were looked for.
    held : mapping of str to Held
        What there is of each source.
    origins : Origins
    located : tuple of Located
        Every basis that names a source, in the scenario's order.
    """

    scenario: Scenario
    folder: Path
    held: dict[str, Held]
    origins: Origins
    located: tuple[Located, ...]

    @property
    def resolves(self) -> bool:
        """Whether every locator leads to a passage."""
        return all(each.resolves for each in self.located)

    @property
    def flagged(self) -> tuple[Located, ...]:
        return tuple(each for each in self.located if each.flag)

    def document(self) -> dict[str, Any]:
        """The findings as one document, ``offramp.passages/1`` (see ``docs/json.md``)."""
        origin = self.scenario.origin
        return {
            "schema": "offramp.passages/1",
            "offramp": __version__,
            "title": self.scenario.title,
            "file": origin.file if origin else None,
            "folder": str(self.folder),
            "resolves": self.resolves,
            "sources": [_source_record(each, self.held[each.name]) for each in self.scenario.sources],
            "origins": [list(group) for group in self.origins.groups],
            "copies": [vars(each) for each in self.origins.copies],
            "overlaps": [vars(each) for each in self.origins.overlaps],
            "bases": [each.record() for each in self.located],
        }


def _source_record(source: Source, held: Held) -> dict[str, Any]:
    document = held.document
    return {
        "name": source.name,
        "title": source.title,
        "publisher": source.publisher,
        "reliability": source.reliability or None,
        "where": held.where or None,
        "sha256": document.sha256 if document else None,
        "paragraphs": len(document.paragraphs) if document else None,
        "trouble": held.trouble or None,
    }


def check_sources(scenario: Scenario, folder: str | Path | None = None) -> Checked:
    """Every basis of a scenario that names a source, with its passage, its hedges and what grade they support.

    Parameters
    ----------
    folder : path, optional
        Where the documents are; by default the folder ``sources`` beside the scenario's file.

    Raises
    ------
    SourceError
        Never for what a document is: that is told of the source.
    """
    library = Library.of(scenario, folder)
    held = {source.name: library.find(source) for source in scenario.sources}
    origins = find_origins({name: each.document for name, each in held.items()})
    located = tuple(_located(scenario, held, origins))
    return Checked(scenario, library.folder, held, origins, located)


def _located(scenario: Scenario, held: dict[str, Held], origins: Origins) -> Iterator[Located]:
    for assumption in scenario.assumptions:
        path = f"assumptions.{assumption.name}"
        yield from _group(path, (assumption.name, assumption.meaning), assumption.basis, held, origins)
    for number, seen in enumerate(scenario.observed):
        yield from _group(f"observed.{number}", (f"observed.{number}", seen.says), seen.basis, held, origins)


def _group(
    path: str, what: tuple[str, str], bases: tuple[Basis, ...], held: dict[str, Held], origins: Origins
) -> Iterator[Located]:
    """The bases of one assumption, which count as confirming one another where their origins differ."""
    found = {
        number: find_passage(document, basis)
        for number, basis in enumerate(bases)
        if (document := held[basis.source].document if basis.source in held else None) and _locator(basis)
    }
    confirmed = [bases[number].source for number, each in found.items() if isinstance(each, Passage)]
    count = origins.count(confirmed)
    for number, basis in enumerate(bases):
        if basis.source:
            start = (f"{path}.basis.{number}", *what, basis.source, _locator(basis), basis.says)
            yield _one(start, basis, found.get(number), held.get(basis.source, Held(None)), count)


def _one(
    start: tuple[str, str, str, str, str, str], basis: Basis, found: Passage | Missing | None, held: Held, origins: int
) -> Located:
    digit = basis.credibility
    if not _locator(basis):
        return Located(*start, "no locator", credibility=digit)
    if found is None:
        return Located(*start, "no document", credibility=digit, trouble=held.trouble)
    if isinstance(found, Missing):
        return Located(*start, "missing", credibility=digit, trouble=f"{found.found}; {found.remedy}")
    stated = statement(found.text, basis.passage or basis.says)
    best = best_digit(stated, origins)
    flag = _flag(stated, digit, best, origins)
    return Located(*start, "found", found, stated, digit, best, origins, flag=flag)


def _locator(basis: Basis) -> str:
    return f"paragraph {basis.paragraph}" if basis.paragraph is not None else basis.passage


def _flag(stated: Statement, digit: int | None, best: int, origins: int) -> str:
    """Why a digit asks for a second look; empty where the passage supports it."""
    if digit is None or digit >= best:
        return ""
    given = f"graded {digit} ({DIGITS[digit]})"
    if not stated.hedges:
        return f"{given}, which takes another independent origin; here is one, so at best {best} ({DIGITS[best]})"
    hedges = ", ".join(repr(hedge.words) for hedge in stated.hedges)
    where = "" if origins < 2 else f", with {origins} origins"
    return f"{given}, but hedged by {hedges}: at best {best} ({DIGITS[best]}){where}"
