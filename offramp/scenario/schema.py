"""The JSON Schema of a scenario file, for editors that complete and check while one types."""

from __future__ import annotations

from offramp.scenario.blocks import SECTIONS, USE
from offramp.scenario.language import FORMAT, SCENARIO
from offramp.scenario.shape import Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """The schema (draft 2020-12), emitted by the same declarations that :func:`~offramp.scenario.load.load` reads with.

    It checks form: keys, kinds, ranges. What needs the whole scenario, such as names that must be declared, only
    ``offramp check`` checks.
    """
    schema = SCENARIO.schema()
    return {
        "$schema": DIALECT,
        "$id": f"urn:{FORMAT.replace('/', ':')}:scenario",
        "title": f"A scenario of offramp ({FORMAT})",
        "if": {"required": [USE]},
        "else": {"properties": _needed_without_blocks(schema)},
        **schema,
    }


def _needed_without_blocks(schema: Schema) -> Schema:
    """What entries need, taken out of ``schema`` (modified in place): with ``use:`` a block may bring the rest."""
    needed: Schema = {}
    for section in SECTIONS:
        entry = schema["properties"][section].get("additionalProperties", {})
        moved = {key: entry.pop(key) for key in ("required", "allOf") if key in entry}
        if moved:
            needed[section] = {"additionalProperties": moved}
    return needed
