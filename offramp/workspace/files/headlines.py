"""The headline of a scenario: what its newest run says first, and whether that run is of the text as it is now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offramp.explore.record import RUN_SCHEMA
from offramp.tell.words import likelihood
from offramp.workspace.files.folder import RUN_FILE, Stamp

Record = dict[str, Any]

LARGEST = 64_000_000
"""Bytes of a run's document that is read."""


@dataclass(frozen=True)
class Headline:
    """What a run says first; ``version`` is that of the text which was run."""

    run: str
    version: str
    stamp: Stamp
    record: Record

    def document(self, version: str | None) -> Record:
        """As a row of the list has it, for a scenario whose text is of a version now."""
        return {**self.record, "run": self.run, "current": self.version == version}


class Headlines:
    """What the runs in a folder say first, each read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: dict[Path, tuple[Stamp, Headline | None]] = {}

    def newest(self, folders: Iterable[Path]) -> dict[str, Headline]:
        """The newest run of each version that was run, by version."""
        seen = {folder: found for folder in folders if (found := self._found(folder))}
        self._seen = seen
        headlines = [headline for _, headline in seen.values() if headline is not None]
        return {each.version: each for each in sorted(headlines, key=lambda each: each.stamp.mtime_ns)}

    def _found(self, folder: Path) -> tuple[Stamp, Headline | None] | None:
        file = folder / RUN_FILE
        try:
            stamp = Stamp.of(file.stat())
            known = self._seen.get(folder)
            if known is not None and known[0] == stamp:
                return known
            return stamp, self._read(file, stamp) if stamp.size <= LARGEST else None
        except OSError:
            return None

    def _read(self, file: Path, stamp: Stamp) -> Headline | None:
        """The headline of a run's document; None where it is none."""
        run = file.parent.relative_to(self._root).as_posix().replace("/", ":")
        try:
            document = json.loads(file.read_bytes())
            if document["schema"] != RUN_SCHEMA:
                return None
            return Headline(run, document["scenario"]["sha256"], stamp, headline_record(document))
        except (ValueError, KeyError, TypeError):
            return None


def headline_record(document: Record) -> Record:
    """The first answer of a run's document, or its likeliest outcome where nothing was asked."""
    answers = document["answers"]
    if answers:
        first = next(iter(answers.values()))
        says = f"{first['says']}, if {first['given']['says']}" if first.get("given") else first["says"]
    else:
        first = max(document["outcomes"].values(), key=lambda each: each["probability"])
        says = f"it ends like this: {first['label']}"
    probability = first["probability"]
    return {
        "says": says,
        "probability": probability,
        "interval": first["interval"],
        "words": None if probability is None else likelihood(probability),
    }
