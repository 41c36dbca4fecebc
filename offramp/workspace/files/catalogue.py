"""All scenarios of the folder at a glance: title, question, whether anything is wrong with each.

To say what is wrong with a text it must be read whole, which takes about a tenth of a second. So what is found is
remembered by version, a listing waits for a few texts only, and more are read elsewhere, one after the other;
those that listen are told.
"""

from __future__ import annotations

import json
import queue
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from offramp.scenario.load import read
from offramp.scenario.model import Scenario
from offramp.workspace.files.checking import checked
from offramp.workspace.files.ids import path_in_folder
from offramp.workspace.problems import Refusal

REMEMBERED = 5000
"""Versions of which the summary is remembered."""

FEW = 5
"""Texts that nobody has read yet for which a listing waits; for more it waits for none."""

SHOWN = 300
"""Characters of a title or a question in a listing."""

_TOP = re.compile(
    r"""^(title|question|as_of):[ \t]+("(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^"'\s>|&*#](?:(?!\s\#)[^\n])*)""",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Summary:
    """What a listing shows of a version; ``problems`` is None where nobody has looked yet."""

    title: str
    question: str
    as_of: str | None
    problems: int | None

    @property
    def ok(self) -> bool:
        return not self.problems


class Catalogue:
    """Summaries of versions.

    Parameters
    ----------
    tell : callable
        Called with a scenario and its version when a summary is there that a listing did not wait for.
    elsewhere : callable
        Reads a text without taking this process's time; it raises Refusal where it cannot.
    """

    def __init__(self, tell: Callable[[str, str], None], elsewhere: Callable[[str], Summary]) -> None:
        self._tell = tell
        self._elsewhere = elsewhere
        self._known: OrderedDict[str, Summary] = OrderedDict()
        self._waiting: queue.SimpleQueue[tuple[str, str, str] | None] = queue.SimpleQueue()
        self._asked: set[str] = set()
        self._guard = threading.Lock()
        self._closing = False
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Begin to read what listings do not wait for."""
        self._reader = threading.Thread(target=self._read_on, name="catalogue", daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Stop reading."""
        self._closing = True
        self._waiting.put(None)
        if self._reader is not None:
            self._reader.join()

    def known(self, version: str) -> Summary | None:
        """The summary of a version, if it is there already."""
        with self._guard:
            return self._known.get(version)

    def summary(self, scenario: str, version: str, text: Callable[[], str], *, wait: bool) -> Summary:
        """The summary of a version.

        Parameters
        ----------
        scenario, version : str
        text : callable
            Gives the version's text.
        wait : bool
            Whether to read it here and now; else it is read elsewhere, and a glimpse of it comes back.
        """
        known = self.known(version)
        if known is not None:
            return known
        wanted = text()
        if wait or self._reader is None:
            found = checked(wanted, str(path_in_folder(scenario)))
            return self._remembered(version, _summary(wanted, found.scenario, len(found.problems)))
        with self._guard:
            asked = version in self._asked
            self._asked.add(version)
        if not asked:
            self._waiting.put((scenario, version, wanted))
        return glimpse_of(wanted)

    def _remembered(self, version: str, summary: Summary) -> Summary:
        with self._guard:
            self._known[version] = summary
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            self._asked.discard(version)
        return summary

    def _read_on(self) -> None:
        while (item := self._waiting.get()) is not None and not self._closing:
            scenario, version, text = item
            if self.known(version) is None:
                self._remembered(version, self._read(text))
            self._tell(scenario, version)

    def _read(self, text: str) -> Summary:
        try:
            return self._elsewhere(text)
        except Refusal:
            return glimpse_of(text) if self._closing else summary_of(text)


def summary_of(text: str) -> Summary:
    """What a text says at a glance, and how many problems it has."""
    reading = read(text)
    return _summary(text, reading.scenario, len(reading.problems))


def _summary(text: str, scenario: Scenario | None, problems: int) -> Summary:
    if scenario is None:
        glimpse = glimpse_of(text)
        return Summary(glimpse.title, glimpse.question, glimpse.as_of, problems)
    as_of = scenario.as_of.isoformat() if scenario.as_of else None
    return Summary(scenario.title[:SHOWN], scenario.question[:SHOWN], as_of, problems)


def glimpse_of(text: str) -> Summary:
    """What can be seen of a text without reading it whole."""
    found = {match[1]: _unquoted(match[2].rstrip())[:SHOWN] for match in _TOP.finditer(text)}
    return Summary(found.get("title", ""), found.get("question", ""), found.get("as_of"), None)


def _unquoted(value: str) -> str:
    if value.startswith("'"):
        return value[1:-1].replace("''", "'")
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:  # an escape that YAML has and JSON has not
        return value[1:-1]
