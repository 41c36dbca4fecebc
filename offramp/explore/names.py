"""What the analyses and files of a run are called; light to import, for those who do not make runs themselves."""

from __future__ import annotations

from collections.abc import Sequence

from offramp.errors import RunError
from offramp.scenario.names import suggested

RUN_SCHEMA = "offramp.run/1"

EXPLORED = "explored"
"""The folder of the tables that analyses of the run gave, in the run's folder."""

ANALYSES = ("drivers", "boxes", "breaking", "tipping", "offers", "aftermath", "learning", "observed")
"""The analyses that a run can be given, in the order of their questions."""


def checked_names(names: Sequence[str]) -> list[str]:
    """``names`` as they are, each once; RunError if one is unknown."""
    for name in names:
        if name not in ANALYSES:
            raise RunError(f"there is no analysis {name!r}; {suggested(name, ANALYSES)}")
    return list(dict.fromkeys(names))
