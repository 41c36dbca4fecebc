"""Changes that others make to the folder (an editor, ``git pull``) are told to those who have it open."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from offramp.workspace.files.listed import up_to_date
from offramp.workspace.problems import Refusal

if TYPE_CHECKING:
    from offramp.workspace.site import Site

LOG = logging.getLogger(__name__)

SECONDS = 2.0
"""How often one looks, while anyone listens."""


class Watcher:
    """Looks at the folder every now and then, while anyone listens."""

    def __init__(self, site: Site, seconds: float = SECONDS) -> None:
        self._site = site
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._there: frozenset[str] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Enter what was changed as versions, and tell who listens of it, and of what is gone."""
        entries = self._site.folder.listing().entries
        there = frozenset(entry.id for entry in entries)
        up_to_date(self._site, entries)
        for scenario in sorted((self._there or there) - there):
            self._site.bus.publish("scenario", id=scenario, version="", by=None)
        self._there = there

    def _watch(self) -> None:
        while not self._ended.wait(self._seconds):
            if self._site.bus.has_listeners:
                try:
                    self.look()
                except (Refusal, OSError):  # the folder changes while one looks
                    LOG.info("the folder changed while it was looked at", exc_info=True)
            else:
                self._there = None
