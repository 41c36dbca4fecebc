"""Ids of scenarios, and the files of the folder that they mean.

The id of a scenario is its file's path in the folder without ``.yaml``, with ``:`` for ``/``. Ids are narrow: what one
of them means is never outside the folder, never hidden, and the same on every system.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

SUFFIX = ".yaml"
"""How the names of scenario files end."""

LONGEST = 200
"""Characters of an id."""

DEEPEST = 8
"""Folders that one may stand in another."""

PIECE = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
ID_PATTERN = rf"^{PIECE}(:{PIECE})*$"

_ID = re.compile(rf"{PIECE}(:{PIECE})*")
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in "123456789")}
)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a scenario.

    Examples
    --------
    >>> is_id("cases:haiti-1994"), is_id("../secrets"), is_id("cases:.hidden"), is_id("aux")
    (True, False, False, False)
    """
    pieces = text.split(":")
    return (
        len(text) <= LONGEST
        and _ID.fullmatch(text) is not None
        and len(pieces) <= DEEPEST
        and not any(piece.endswith(".") or piece.split(".")[0].upper() in _DEVICES for piece in pieces)
    )


def path_in_folder(scenario: str) -> PurePosixPath:
    """Where the scenario of an id stands, from the folder; the id is one."""
    return PurePosixPath(scenario.replace(":", "/") + SUFFIX)


def id_of(path: PurePosixPath) -> str | None:
    """The id of the file at a path from the folder; None where its name cannot be part of one."""
    if path.suffix != SUFFIX:
        return None
    named = str(path.with_suffix("")).replace("/", ":")
    return named if is_id(named) and path_in_folder(named) == path else None
