"""What was read out of documents, kept beside the workspace: a PDF is read once, not each time that someone looks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from offramp.sources.document import Document
from offramp.sources.ledger import Entry, Ledger
from offramp.workspace.problems import Refusal

AT_ONCE: Final = 2
"""Documents that are read at once: each reader may take two gigabytes."""

SECONDS_TO_WAIT: Final = 20.0
"""How long one waits for one's turn."""


class Texts:
    """The paragraphs of documents, by hash, in a folder.

    Parameters
    ----------
    folder : Path
        It need not be there yet; whatever is in it can be thrown away.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One of the few turns to read documents.

        Raises
        ------
        Refusal
            503 where none is free for long.
        """
        if not self._turns.acquire(timeout=SECONDS_TO_WAIT):
            headers = {"Retry-After": "20"}
            raise Refusal(503, "other documents are being read", remedy="try again in a minute", headers=headers)
        try:
            yield
        finally:
            self._turns.release()

    def document(self, ledger: Ledger, entry: Entry) -> Document:
        """The document of a ledger's entry, as it was read before where it was.

        Raises
        ------
        SourceError
            If its file is gone, or is not what was stored.
        """
        found = self._kept(entry.sha256)
        if found is None:
            with self.turn():
                found = ledger.document(entry)
            self.keep(found)
        return found

    def keep(self, document: Document) -> None:
        """Remember what was read."""
        record = asdict(document) | {"date": document.date.isoformat() if document.date else None}
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._place(document.sha256)
        temporary = place.with_name(f"{place.name}.{threading.get_ident()}.tmp")
        temporary.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        temporary.replace(place)

    def _kept(self, sha256: str) -> Document | None:
        try:
            record = json.loads(self._place(sha256).read_text(encoding="utf-8"))
            day = record.pop("date")
            record["paragraphs"] = tuple(record["paragraphs"])
            return Document(**record, date=date.fromisoformat(day) if day else None)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _place(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"
