"""The beginning of a run's document: what lists of runs need, read without the megabytes that follow it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offramp.explore.likelihood import likelihood
from offramp.explore.names import RUN_SCHEMA

HEAD_BYTES = 65_536
"""Bytes of a document that are read first; the answers stand among them unless there are very many."""

WANTED = ("schema", "offramp", "scenario", "seed", "draws", "interrupted", "precision", "answers")

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Head:
    """What the beginning of a run's document says.

    Attributes
    ----------
    title : str
    file : str or None
        Of the scenario, as it was named.
    digest : str
        The SHA-256 of the scenario's text.
    draws, seed : int
    interrupted : bool
    headline : dict or None
        The first answer: its ``answer``, ``says``, ``probability``, ``interval`` and ``words``.
    """

    title: str
    file: str | None
    digest: str
    draws: int
    seed: int
    interrupted: bool
    headline: dict[str, Any] | None

    @property
    def sentence(self) -> str:
        """The headline in words; empty where there is none.

        Examples
        --------
        >>> headline = {"says": "the offer holds", "words": "unlikely", "probability": 0.31}
        >>> Head("", None, "", 1, 1, False, headline).sentence
        'the offer holds: unlikely (31%)'
        """
        if not self.headline or self.headline["probability"] is None:
            return ""
        return f"{self.headline['says']}: {self.headline['words']} ({self.headline['probability']:.0%})"


def read_head(file: Path) -> Head | None:
    """The head of a run's document; None where the file is none."""
    try:
        with file.open("rb") as opened:
            beginning = opened.read(HEAD_BYTES)
            values = beginning_of(beginning.decode(errors="ignore"))
            if not set(WANTED) <= values.keys():
                values = json.loads(beginning + opened.read())
        return _head(values) if values["schema"] == RUN_SCHEMA else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def beginning_of(text: str) -> dict[str, Any]:
    """The keys of a JSON object with their values, as far as its text goes and until all that is wanted is there.

    Examples
    --------
    >>> beginning_of('{"schema": "offramp.run/1", "seed": 1, "draws": 40')
    {'schema': 'offramp.run/1', 'seed': 1}
    """
    found: dict[str, Any] = {}
    at = _skip(text, 0)
    try:
        while text[at] in "{," and not set(WANTED) <= found.keys():
            key, at = _DECODER.raw_decode(text, _skip(text, at + 1))
            at = _skip(text, at)
            if text[at] != ":":
                break
            value, at = _DECODER.raw_decode(text, _skip(text, at + 1))
            at = _skip(text, at)
            if text[at] not in ",}":
                break
            found[key] = value
    except (ValueError, IndexError):
        pass
    return found


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    assert space is not None, "it may be empty"
    return space.end()


def _head(values: dict[str, Any]) -> Head:
    scenario = values["scenario"]
    return Head(
        title=str(scenario["title"]),
        file=scenario["file"] and str(scenario["file"]),
        digest=str(scenario["sha256"]),
        draws=int(values["draws"]),
        seed=int(values["seed"]),
        interrupted=values["interrupted"] is not None,
        headline=_headline(values["answers"]),
    )


def _headline(answers: dict[str, Any]) -> dict[str, Any] | None:
    if not answers:
        return None
    name, first = next(iter(answers.items()))
    chance = first["probability"]
    return {
        "answer": name,
        "says": str(first["says"]),
        "probability": chance,
        "interval": first["interval"],
        "words": None if chance is None else likelihood(float(chance)),
    }
