"""The documents of a workspace: taken in, shown by paragraph, held against scenarios."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offramp.errors import SourceError
from offramp.scenario.load import loads
from offramp.scenario.model import Scenario
from offramp.sources.checking import check_sources
from offramp.sources.document import Document
from offramp.sources.ledger import About, Came, Entry, Ledger
from offramp.sources.library import beside
from offramp.sources.origins import COPIED, Shared, shared_with
from offramp.sources.reading import check_size, parse
from offramp.sources.suggesting import suggest
from offramp.tell.document import ledger_document
from offramp.tell.sources import source_yaml
from offramp.workspace.documents.texts import Texts
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.settings import Settings
from offramp.workspace.talk.targets import scenario_file

MOST_COMPARED = 200
"""Documents with which a new one is compared, the newest."""

MOST_SEARCHED = 400_000
"""Characters of a document in which passages are looked for: some seconds of work."""

REMEMBERED = 32
"""Checks and suggestions that are remembered."""


@dataclass(frozen=True)
class Added:
    """A document that was taken in, whether it is new, and what it shares with others."""

    entry: Entry
    is_new: bool
    shared: tuple[Shared, ...]

    def record(self) -> dict[str, Any]:
        """As an answer has it."""
        copies = [each for each in self.shared if each.containment >= COPIED]
        return {
            **self.entry.record(),
            "new": self.is_new,
            "copies": [_shared_record(each) for each in copies],
            "overlaps": [_shared_record(each) for each in self.shared if each not in copies],
            "yaml": source_yaml(self.entry),
        }


def _shared_record(shared: Shared) -> dict[str, Any]:
    return {"name": shared.first, "containment": shared.containment}


class Shelf:
    """The documents of one workspace.

    A ledger lies in the folder ``sources`` beside the scenarios that rest on it, as for ``offramp sources``: that of
    the workspace's own folder, or that of a scenario in a folder further in.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._texts = Texts(settings.hidden / "texts")
        self._made: dict[Hashable, dict[str, Any]] = {}

    def add(self, content: bytes, came: Came, about: About, scenario: str | None = None) -> Added:
        """Take a document in.

        Raises
        ------
        Refusal
            422 or 413 for what cannot be read, or is too large; 409 where another document has its name.
        """
        ledger = self._ledger(scenario)
        try:
            check_size(len(content), came.what)
            with self._texts.turn():
                document = parse(content, came.what)
            entry, is_new = ledger.store(document, content, came, about)
        except SourceError as error:
            raise _refused(error, ledger, about) from None
        self._texts.keep(document)
        others = [each for each in ledger.entries() if each.sha256 != entry.sha256][-MOST_COMPARED:]
        return Added(entry, is_new, shared_with(entry.name, self._read(ledger, [*others, entry])))

    def _read(self, ledger: Ledger, entries: Sequence[Entry]) -> dict[str, Document]:
        """The documents that can still be read, by name."""
        found = {}
        for entry in entries:
            try:
                found[entry.name] = self._texts.document(ledger, entry)
            except SourceError:
                continue
        return found

    def listing(self, scenario: str | None = None) -> dict[str, Any]:
        """The documents as ``offramp.sources/1``, with the folder as it is called inside the workspace's."""
        ledger = self._ledger(scenario)
        return ledger_document(ledger, ledger.entries()) | {"folder": self._inside(ledger.folder)}

    def document(self, sha256: str, scenario: str | None = None) -> tuple[Entry, Document]:
        """A document by its hash.

        Raises
        ------
        Refusal
            404 where the ledger has none of that hash, 422 where it cannot be read any more.
        """
        ledger = self._ledger(scenario)
        entry = next((each for each in ledger.entries() if each.sha256 == sha256), None)
        if entry is None:
            raise not_found("document", sha256)
        try:
            return entry, self._texts.document(ledger, entry)
        except SourceError as error:
            raise _refused(error, ledger) from None

    def passages(self, scenario: str) -> dict[str, Any]:
        """What the check of a scenario's sources finds, as ``offramp.passages/1``."""
        text, file = self._scenario(scenario)
        found, folder = loads(text, file), self._ledger(scenario).folder
        key = ("check", file, text, _stamp(folder, found))
        return self._once(key, lambda: self._check(found, folder))

    def _check(self, scenario: Scenario, folder: Path) -> dict[str, Any]:
        with self._texts.turn():
            return self._named_from_here(check_sources(scenario, folder).document(), folder)

    def _named_from_here(self, document: dict[str, Any], folder: Path) -> dict[str, Any]:
        """The findings with the folder as it is called inside the workspace's."""
        inside = self._inside(folder)
        for each in (*document["sources"], *document["bases"]):
            each["trouble"] = each["trouble"] and each["trouble"].replace(str(folder), inside)
        return document | {"folder": inside}

    def suggestions(self, sha256: str, scenario: str | None, beside_scenario: str | None) -> dict[str, Any]:
        """Passages of a document that may bear on a scenario, as ``offramp.suggestions/1``."""
        entry, document = self.document(sha256, beside_scenario)
        length = sum(map(len, document.paragraphs))
        if length > MOST_SEARCHED:
            remedy = "cut out what matters, or use 'offramp sources suggest'"
            raise Refusal(422, f"the document has {length:,} characters", f"at most {MOST_SEARCHED:,}", remedy)
        wanted = self._scenario(scenario) if scenario else None
        return self._once(("suggest", sha256, wanted), lambda: self._suggested(entry, document, wanted))

    def _suggested(self, entry: Entry, document: Document, wanted: tuple[str, str] | None) -> dict[str, Any]:
        with self._texts.turn():
            return suggest(document, loads(*wanted) if wanted else None, file=entry.original or entry.file).document()

    def _once(self, key: Hashable, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What was made for a key, made anew where that was long ago."""
        found = self._made.pop(key, None) or make()
        self._made[key] = found
        while len(self._made) > REMEMBERED:
            self._made.pop(next(iter(self._made)), None)
        return found

    def _ledger(self, scenario: str | None) -> Ledger:
        folder = self._settings.folder
        return Ledger(beside(scenario_file(self._settings, scenario) if scenario else folder / "any"))

    def _scenario(self, scenario: str) -> tuple[str, str]:
        """The text of a scenario, and its file as it is called inside the workspace's folder."""
        place = scenario_file(self._settings, scenario)
        return place.read_text(encoding="utf-8"), self._inside(place)

    def _inside(self, place: Path) -> str:
        return place.relative_to(self._settings.folder).as_posix()


def _stamp(folder: Path, scenario: Scenario) -> tuple[tuple[int, int] | None, ...]:
    """What changes where the ledger, or a file that the scenario names, does."""
    names = ["ledger.json", *(source.file for source in scenario.sources if source.file)]
    return tuple(_state(folder / name) for name in names)


def _state(place: Path) -> tuple[int, int] | None:
    try:
        found = place.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def _refused(error: SourceError, ledger: Ledger, about: About | None = None) -> Refusal:
    """What the sources refused, as an answer."""
    taken = about is not None and about.name in {each.name for each in ledger.entries()}
    large = "bytes" in error.found and "at most" in error.allowed
    status = 413 if large else 409 if taken else 422
    return Refusal(status, f"{error.document}: {error.found}", error.allowed, error.remedy.replace("--", ""))
