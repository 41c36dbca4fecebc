"""Who has which scenario open, and who edits it.

Every open page tells of itself now and then; one that falls silent is forgotten.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from offramp.workspace.bus import Bus

SILENT_SECONDS = 45.0
"""After so long without a word a page counts as closed."""

LOOK_SECONDS = 5.0
"""How often pages that fell silent are looked for."""

MOST_PAGES = 16
"""Open pages of one person; of more, those heard of longest ago are forgotten."""


@dataclass(frozen=True)
class There:
    """Who has a scenario open, and who of them edits it, by name."""

    people: tuple[str, ...] = ()
    editing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """An open page: whose it is, what it shows, and when it was last heard of."""

    person: int
    name: str
    scenario: str
    editing: bool
    heard: float


class Presence:
    """The open pages of a workspace.

    Parameters
    ----------
    bus : Bus
        Told where somebody comes or goes.
    clock : callable
        Seconds.
    """

    def __init__(self, bus: Bus, clock: Callable[[], float] = time.monotonic) -> None:
        self._bus = bus
        self._clock = clock
        self._pages: dict[tuple[int, str], Page] = {}
        self._told: dict[str, There] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def start(self) -> None:
        """Look for pages that fell silent, from now on."""
        threading.Thread(target=self._look, name="presence", daemon=True).start()

    def close(self) -> None:
        """Look no longer."""
        self._closed.set()

    def heard(self, tab: str, page: Page) -> There:
        """Note what a person's page ``tab`` shows; who has the same scenario open. No scenario: the page is closed."""
        with self._lock:
            self._pages.pop((page.person, tab), None)
            if page.scenario:
                self._pages[page.person, tab] = page
                mine = [key for key in self._pages if key[0] == page.person]
                for key in mine[:-MOST_PAGES]:
                    del self._pages[key]
            return self._tell().get(page.scenario, There())

    def of(self, scenario: str) -> There:
        """Who has a scenario open."""
        with self._lock:
            return self._tell().get(scenario, There())

    def sweep(self) -> None:
        """Forget pages that fell silent, and tell where somebody went."""
        with self._lock:
            self._tell()

    def _tell(self) -> dict[str, There]:
        """Who is where, after it was told where that is another than before."""
        oldest = self._clock() - SILENT_SECONDS
        self._pages = {key: page for key, page in self._pages.items() if page.heard >= oldest}
        pages: dict[str, list[Page]] = {}
        for page in self._pages.values():
            pages.setdefault(page.scenario, []).append(page)
        there = {scenario: _there(found) for scenario, found in pages.items()}
        for scenario in sorted(there.keys() | self._told.keys()):
            found = there.get(scenario, There())
            if found != self._told.get(scenario, There()):
                self._bus.publish("presence", scenario=scenario, **asdict(found))
        self._told = there
        return there

    def _look(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            self.sweep()


def _there(pages: list[Page]) -> There:
    names = sorted({page.name for page in pages})
    return There(tuple(names), tuple(sorted({page.name for page in pages if page.editing})))
