"""What is known of the past of scenarios beside the table of versions: git's commits, and what was worked out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

from offramp.workspace.files.folder import version_of
from offramp.workspace.files.git import Repository, repository_of
from offramp.workspace.settings import Settings

KEPT_CHANGES, KEPT_EFFECTS, KEPT_BLOBS = 5000, 5000, 20_000

MOST_BYTES = 32_000_000
"""Of texts from git that are kept at hand."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The newest of what was worked out, up to a total of weights; safe from any thread."""

    def __init__(self, most: int, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        self._most, self._weigh, self._total = most, weigh, 0
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Key, value: Value) -> Value:
        with self._lock:
            before = self._kept.pop(key, None)
            self._total += self._weigh(value) - (0 if before is None else self._weigh(before))
            self._kept[key] = value
            while self._total > self._most and len(self._kept) > 1:
                self._total -= self._weigh(self._kept.popitem(last=False)[1])
        return value


class Past:
    """What is known of the past.

    Attributes
    ----------
    changes : Kept
        What the second of two versions changed, by the two.
    effects : Kept
        What it did to the answer.
    """

    def __init__(self, settings: Settings) -> None:
        self._root = settings.folder.resolve()
        self._largest = settings.limits.text
        self._repository: Repository | None = None
        self.changes: Kept[tuple[str, str], list[dict[str, Any]]] = Kept(KEPT_CHANGES)
        self.effects: Kept[tuple[str, str], dict[str, Any]] = Kept(KEPT_EFFECTS)
        self._versions: Kept[str, str] = Kept(KEPT_BLOBS)
        self._texts: Kept[str, str] = Kept(MOST_BYTES, len)

    @property
    def repository(self) -> Repository | None:
        """The git repository that the folder lies in; one that was made meanwhile is seen."""
        if self._repository is None and any((each / ".git").exists() for each in (self._root, *self._root.parents)):
            self._repository = repository_of(self._root)
        return self._repository

    def versions_of(self, blobs: Iterable[str]) -> dict[str, str]:
        """The version of each text that git has, by git's name for it; what is no text is left out."""
        wanted = list(dict.fromkeys(blobs))
        known = {blob: version for blob in wanted if (version := self._versions.get(blob)) is not None}
        missing = [blob for blob in wanted if blob not in known]
        if missing and self.repository is not None:
            for blob, text in self.repository.blobs(missing, self._largest, MOST_BYTES).items():
                version = version_of(text)
                known[blob] = self._versions.keep(blob, version)
                self._texts.keep(version, text)
        return known

    def text(self, file: str, version: str) -> str | None:
        """A text that a file had in some commit; None where it never had it."""
        found = self._texts.get(version)
        if found is not None or self.repository is None:
            return found
        blobs = [commit.blob for commit in self.repository.commits(file) if commit.blob]
        blob = next((blob for blob, each in self.versions_of(blobs).items() if each == version), None)
        if blob is None:
            return None
        return self._texts.get(version) or self.repository.blobs([blob], self._largest, MOST_BYTES).get(blob)
