"""The JSON Schema of a scenario file, for editors that complete and check while one types."""

from __future__ import annotations

from offramp.scenario.language import FORMAT, SCENARIO
from offramp.scenario.shape import Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """The schema (draft 2020-12), emitted by the same declarations that :func:`~offramp.scenario.load.load` reads with.

    It checks form: keys, kinds, ranges. What needs the whole scenario, such as names that must be declared, only
    ``offramp check`` checks.
    """
    return {
        "$schema": DIALECT,
        "$id": f"urn:{FORMAT.replace('/', ':')}:scenario",
        "title": f"A scenario of offramp ({FORMAT})",
        **SCENARIO.schema(),
    }
