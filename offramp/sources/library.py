"""Where the document of a scenario's source is: in a folder by its ``file:``, or in that folder's ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from offramp.errors import SourceError
from offramp.scenario.model import Scenario, Source
from offramp.sources.document import Document
from offramp.sources.ledger import Entry, Ledger
from offramp.sources.reading import read_document
from offramp.sources.words import folded

BESIDE = "sources"
"""The folder, beside a scenario, in which its documents are looked for and kept."""

LEAST_HASH = 8
"""Fewest digits of a hash by which ``file:`` may name a document of the ledger."""


@dataclass(frozen=True)
class Held:
    """What there is of a source: its document, or the ``trouble`` in having it.

    ``where`` says where it was found: a file's name, or that the ledger has it.
    """

    document: Document | None
    where: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Library:
    """The documents in a folder; each is read once."""

    folder: Path
    _known: dict[Source, Held] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, scenario: Scenario, folder: str | Path | None = None) -> Library:
        """The documents of a scenario: in ``folder``, by default in the folder ``sources`` beside its file."""
        return cls(Path(folder) if folder is not None else beside(scenario.origin.file if scenario.origin else None))

    def find(self, source: Source) -> Held:
        """The document of a source; never raises for what the source or the document is."""
        if source not in self._known:
            try:
                self._known[source] = self._find(source)
            except (SourceError, OSError) as error:
                self._known[source] = Held(None, trouble=str(error))
        return self._known[source]

    def _find(self, source: Source) -> Held:
        if source.file:
            place = self._inside(source.file)
            if place.is_file():
                return Held(read_document(place, source.file), source.file)
        entry = self._entry(source)
        if entry is not None:
            return Held(Ledger(self.folder).document(entry), f"ledger: {entry.name}")
        if source.file:
            remedy = "name the folder of the documents with --documents, or add it with offramp sources add"
            raise SourceError(source.file, f"no such file in {str(self.folder)!r}, nor in its ledger", remedy=remedy)
        found = f"it has no file:, and the ledger in {str(self.folder)!r} has no document with its title or url"
        raise SourceError(source.name, found, remedy="add the document with offramp sources add, or give its file:")

    def _inside(self, file: str) -> Path:
        """The place that ``file:`` names, links resolved, which must lie in the folder.

        Raises
        ------
        SourceError
            If it does not.
        """
        try:
            folder = self.folder.resolve()
            place = (folder / file).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise SourceError(file, f"it is no name of a file ({error})") from None
        if not place.is_relative_to(folder):
            found = f"it leads out of the folder of the documents, {str(self.folder)!r}"
            raise SourceError(file, found, allowed="a file in that folder", remedy="copy the document there")
        return place

    def _entry(self, source: Source) -> Entry | None:
        """The ledger's entry for a source: by hash, by the file that it came from, by address or by title."""
        entries = Ledger(self.folder).entries()
        name = source.file.removeprefix("sha256:").lower()
        by_hash = [each for each in entries if len(name) >= LEAST_HASH and each.sha256.startswith(name)]
        by_file = [each for each in entries if source.file and source.file in {each.original, each.file}]
        by_url = [each for each in entries if source.url and each.url == source.url]
        by_title = [each for each in entries if each.title and folded(each.title) == folded(source.title)]
        found = by_hash or by_file or by_url or by_title
        if len({each.sha256 for each in found}) > 1:
            names = ", ".join(each.name for each in found)
            remedy = "write its hash as file: in the scenario"
            raise SourceError(source.name, f"the ledger has several documents that may be it: {names}", remedy=remedy)
        return found[0] if found else None


def beside(file: str | Path | None) -> Path:
    """The folder of documents beside a scenario's file; without one in the current folder."""
    return (Path(file).parent if file else Path()) / BESIDE
