"""What a text says and what is wrong with it, remembered for the texts that were asked about last."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from offramp.errors import Problem
from offramp.scenario.load import read
from offramp.scenario.model import Scenario
from offramp.scenario.nodes import Node
from offramp.workspace.files.outline import outline_of
from offramp.workspace.problems import problem_records

REMEMBERED = 256
"""Texts of which is remembered what they say: two for each of a hundred people who write. The example takes 800 kB."""


@dataclass(frozen=True)
class Checked:
    """What a text says, and what is wrong with it.

    Attributes
    ----------
    text, file : str
    scenario : Scenario or None
        As far as it can be read.
    problems : tuple of Problem
    root : Node or None
        The file as it stands.
    """

    text: str = field(repr=False)
    file: str
    scenario: Scenario | None
    problems: tuple[Problem, ...]
    root: Node | None = field(repr=False)

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def valid(self) -> Scenario | None:
        """The scenario where nothing is wrong with it."""
        return self.scenario if self.ok else None

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The problems as they stand in documents."""
        return problem_records(self.problems)

    @cached_property
    def outline(self) -> dict[str, Any] | None:
        """None where nothing can be read."""
        return outline_of(self.scenario, self.root, self.problems) if self.scenario and self.root else None


_TURNS = tuple(threading.Lock() for _ in range(64))
"""Who asks about a text while it is read waits, and reads it not once more."""


def checked(text: str, file: str) -> Checked:
    """What a text says; ``file`` stands in messages."""
    with _TURNS[hash((text, file)) % len(_TURNS)]:
        return _checked(text, file)


def both_valid(before: str, after: str, file: str) -> tuple[Scenario, Scenario] | None:
    """The scenarios that two texts are; None where one is none, or the texts are the same."""
    if before == after:
        return None
    first, second = checked(before, file).valid, checked(after, file).valid
    return None if first is None or second is None else (first, second)


@lru_cache(maxsize=REMEMBERED)
def _checked(text: str, file: str) -> Checked:
    reading = read(text, file)
    return Checked(text, file, reading.scenario, reading.problems, reading.root)
