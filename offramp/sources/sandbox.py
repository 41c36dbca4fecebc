"""Take the text out of a page or a PDF in a process of its own, which cannot harm this one.

The reader gets the document's bytes on its standard input and answers with JSON. It has a limit on memory, on
processor time and on wall time, may write no file and open no connection. Whatever a document makes it do, the worst
is a :class:`~offramp.errors.SourceError`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, Final

from offramp.child import same_offramp
from offramp.errors import SourceError

WALL_SECONDS: Final = 60.0
"""How long a reader may take, by the clock on the wall."""

MAX_ANSWER: Final = 40_000_000
"""Most bytes of an answer that are looked at."""

READER: Final = "offramp.sources.reader"


def read_apart(content: bytes, kind: str, name: str) -> dict[str, Any]:
    """What the reader of ``kind`` found in ``content``: its ``paragraphs``, ``title``, ``publisher`` and ``date``.

    Raises
    ------
    SourceError
        If it says so, is stopped at a limit, or breaks.
    """
    command = [sys.executable, "-P", "-m", READER, kind]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=WALL_SECONDS, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired:
        raise _stopped(name, f"it takes more than {WALL_SECONDS:.0f} seconds to read") from None
    answer = _answer(done.stdout)
    if answer is None:
        raise _stopped(name, "its reader broke, or was stopped at its limit of memory or time")
    if "found" in answer:
        raise SourceError(name, str(answer["found"]), remedy=str(answer.get("remedy", "")))
    return answer


def _answer(output: bytes) -> dict[str, Any] | None:
    if len(output) > MAX_ANSWER:
        return None
    try:
        answer = json.loads(output)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _environment() -> dict[str, str]:
    return {**same_offramp(os.environ), "PYTHONIOENCODING": "utf-8"}


def _stopped(name: str, found: str) -> SourceError:
    remedy = "if you trust it, save its text as a .txt file and use that"
    return SourceError(name, found, allowed="documents that can be read within the limits", remedy=remedy)
