"""The ledger: a folder of documents, each stored once under the hash of its bytes, with an index that people can read.

``ledger.json`` lists the entries; beside it lie the documents as they were, ``<sha256>.txt``, ``.html`` or ``.pdf``.
The index is written beside its place and then moved there, and one writer at a time is let in.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from offramp.errors import SourceError
from offramp.locking import locked
from offramp.sources.document import ENDINGS, MAX_TITLE, Document, one_line, shortened
from offramp.sources.fetch import fetch, is_url
from offramp.sources.reading import content_of, parse

INDEX: Final = "ledger.json"
FORMAT: Final = "offramp.ledger/1"
MAX_INDEX: Final = 5_000_000
LETTERS: Final = "ABCDEF"
"""Admiralty grades of a source's reliability."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Entry:
    """A document of the ledger.

    Attributes
    ----------
    name : str
        As a scenario may call it under ``sources:``.
    sha256, kind : str
    title, publisher, url, reliability, original : str
        ``original`` is the name of the file that it came from. What is not known is empty.
    date : date or None
    """

    name: str
    sha256: str
    kind: str
    title: str = ""
    publisher: str = ""
    date: date | None = None
    url: str = ""
    reliability: str = ""
    original: str = ""

    @property
    def file(self) -> str:
        """Its name in the ledger's folder."""
        return self.sha256 + {str(kind): ending for kind, ending in ENDINGS.items()}[self.kind]

    def record(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        return {**asdict(self), "date": self.date.isoformat() if self.date else None, "file": self.file}


@dataclass(frozen=True)
class About:
    """What a user says about a document that is added; what is empty is taken from the document itself.

    ``allow_local`` lets an address be one of this machine or of a private network.
    """

    title: str = ""
    publisher: str = ""
    date: date | None = None
    reliability: str = ""
    name: str = ""
    allow_local: bool = False


@dataclass(frozen=True)
class Came:
    """Where a document came from.

    Attributes
    ----------
    what : str
        What it is called in messages.
    original : str
        The name of its file; empty where it has none.
    url : str
        Its address; empty where that is not known.
    """

    what: str
    original: str = ""
    url: str = ""


@dataclass(frozen=True)
class Ledger:
    """The documents in a folder; the folder need not be there yet."""

    folder: Path

    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order in which they were added.

        Raises
        ------
        SourceError
            If the index is no index.
        """
        place = self.folder / INDEX
        if not place.exists():
            return ()
        try:
            if place.stat().st_size > MAX_INDEX:
                raise ValueError(f"it has more than {MAX_INDEX:,} bytes")
            document = json.loads(place.read_text(encoding="utf-8"))
            if not isinstance(document, dict) or document.get("format") != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            return tuple(_entry(each) for each in document["documents"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            remedy = "restore it, or move it away and add the documents anew"
            raise SourceError(str(place), f"found an index that cannot be read ({error})", remedy=remedy) from None

    def add(self, what: str, about: About | None = None) -> tuple[Entry, bool]:
        """Store the document in a file or at an address; the entry, and whether it is new.

        A document that is there already keeps its place; what ``about`` says replaces what was said before.

        Raises
        ------
        SourceError
            If it cannot be read, or another document has its name.
        """
        about = about or About()
        _check_about(what, about)
        if is_url(what):
            content, came = fetch(what, allow_local=about.allow_local), Came(what, url=what)
        else:
            content, came = content_of(Path(what), what), Came(what, Path(what).name)
        return self.store(parse(content, what), content, came, about)

    def store(self, document: Document, content: bytes, came: Came, about: About) -> tuple[Entry, bool]:
        """Store a document that was read already, with the bytes that it was read from; as :meth:`add` does.

        Raises
        ------
        SourceError
            If another document has its name.
        """
        _check_about(came.what, about)
        with self._alone():
            entries = self.entries()
            known = next((each for each in entries if each.sha256 == document.sha256), None)
            entry = _told(known or _new(document, entries, came, about), about)
            others = [each for each in entries if each.sha256 != entry.sha256]
            if entry.name in {each.name for each in others}:
                remedy = "choose another --name"
                raise SourceError(came.what, f"the ledger has another document called {entry.name!r}", remedy=remedy)
            _write_whole(self.folder / entry.file, content)
            kept = [entry if each.sha256 == entry.sha256 else each for each in entries]
            self._write([*kept, *([] if known else [entry])])
        return entry, known is None

    def document(self, entry: Entry) -> Document:
        """The document of an entry.

        Raises
        ------
        SourceError
            If its file is gone, or is not what was stored.
        """
        place = self.folder / entry.file
        content = content_of(place, f"{entry.name} ({place})")
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            found, remedy = "its file is not what was stored", "add the document again"
            raise SourceError(f"{entry.name} ({place})", found, remedy=remedy)
        return parse(content, entry.name)

    def _write(self, entries: list[Entry]) -> None:
        document = {"format": FORMAT, "documents": [each.record() for each in entries]}
        text = json.dumps(document, ensure_ascii=False, indent=2)
        _write_whole(self.folder / INDEX, f"{text}\n".encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time; without a lock where the system has none."""
        if self.folder.exists() and not self.folder.is_dir():
            raise SourceError(str(self.folder), "found a file", allowed="a folder for documents")
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / f".{INDEX}.lock"):
            yield


def _check_about(what: str, about: About) -> None:
    if about.reliability and about.reliability not in LETTERS:
        raise SourceError(what, f"found the reliability {about.reliability!r}", allowed="A, B, C, D, E or F")
    if about.name and not _NAME.fullmatch(about.name):
        allowed = "a letter or underscore followed by letters, digits and underscores"
        raise SourceError(what, f"found the name {about.name!r}", allowed=allowed)


def _entry(record: Any) -> Entry:
    """An entry as it was written; its hash, and so its file, is nothing but a hash."""
    values = {key: value for key, value in record.items() if key != "file"}
    day = values.get("date")
    if not _DIGEST.fullmatch(values["sha256"]) or values["kind"] not in ENDINGS:
        raise ValueError(f"the entry {values.get('name')!r} has no proper hash or kind")
    texts = {key: value for key, value in values.items() if key != "date"}
    if not all(isinstance(each, str) for each in texts.values()):
        raise ValueError(f"the entry {values.get('name')!r} holds something that is no text")
    cleaned = {key: one_line(text) for key, text in texts.items()}
    return Entry(**cleaned, date=date.fromisoformat(day) if day else None)


def _new(document: Document, entries: tuple[Entry, ...], came: Came, about: About) -> Entry:
    title = document.title or shortened(one_line(Path(came.original).stem or came.url), MAX_TITLE)
    name = about.name or _free_name(about.title or title, {each.name for each in entries})
    said = (document.publisher, document.date, one_line(came.url))
    return Entry(name, document.sha256, document.kind, title, *said, original=one_line(came.original))


def _told(entry: Entry, about: About) -> Entry:
    """The entry with what the user says in place of what it said before."""
    texts = {key: one_line(getattr(about, key)) for key in ("title", "publisher", "reliability", "name")}
    said = {key: text for key, text in texts.items() if text}
    return replace(entry, **said, date=about.date or entry.date)


def _free_name(title: str, taken: set[str]) -> str:
    """The first words of a title as a name that no other document has."""
    words = re.findall(r"[a-z0-9]+", title.lower())[:4] or ["document"]
    name = "_".join(words)
    name = f"_{name}" if name[0].isdigit() else name
    return next(each for each in (name, *(f"{name}_{n}" for n in range(2, 10_000))) if each not in taken)


def _write_whole(place: Path, content: bytes) -> None:
    temporary = place.with_name(f"{place.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(place)
