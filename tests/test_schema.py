"""The JSON Schema says of a file's form what the loader says, since both come from the same declarations."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from offramp.scenario.language import SCENARIO
from offramp.scenario.nodes import from_plain
from offramp.scenario.schema import json_schema
from offramp.scenario.shape import Place, Report

TESTS = Path(__file__).parent
GOOD = sorted([*(TESTS / "good").glob("*.yaml"), *(TESTS.parent / "examples").glob("*.yaml")])

STRUCTURAL = [
    *["misspelt-keys", "missing-keys", "format-missing", "format-unknown", "format-misspelt"],
    *["not-a-mapping", "just-text", "no-sections", "names-that-are-not-names", "numbers-as-names", "wrong-kinds"],
    *["empty-values", "next-without-sets", "term-options", "many-at-once", "basis", "private-to", "correlations"],
    *["distribution-form"],
]
"""Broken files whose trouble is one of form."""

MEANT = ["unknown-party", "unknown-next", "loop", "offer-incomplete", "formula-circle", "names-clash"]
"""Broken files whose form is sound."""


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def as_json(value: Any) -> Any:
    """What an editor's YAML reader makes of a document: text keys, dates as text."""
    if isinstance(value, dict):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def read(path: Path) -> Any:
    return as_json(YAML(typ="safe", pure=True).load(path))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", GOOD, ids=[path.stem for path in GOOD])
def test_good_files_fit(path: Path, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(read(path))] == []


@pytest.mark.parametrize("name", STRUCTURAL)
def test_files_broken_in_form_do_not_fit(name: str, validator: jsonschema.Draft202012Validator) -> None:
    assert not validator.is_valid(read(TESTS / "broken" / f"{name}.yaml"))


@pytest.mark.parametrize("name", MEANT)
def test_files_broken_in_meaning_only_fit(name: str, validator: jsonschema.Draft202012Validator) -> None:
    assert validator.is_valid(read(TESTS / "broken" / f"{name}.yaml"))


def descriptions(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every property of a schema with its own schema."""
    if isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            if isinstance(inner, dict) and set(schema["properties"]) & {"format", "title", "by", "next", "value"}:
                yield name, inner
        for inner in schema.values():
            yield from descriptions(inner)
    if isinstance(schema, list):
        for inner in schema:
            yield from descriptions(inner)


def test_every_key_has_a_description() -> None:
    found = list(descriptions(json_schema()))
    assert len(found) > 30
    assert [name for name, inner in found if not inner.get("description")] == []


REPLACEMENTS: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 7, 10**6, "", " ", "text", "two words", "A", "chance", "and", "2024-08-15", "2024-8-15"),
    *([], ["a"], ["a", "b"], [1, 2], {}, {"label": "x"}, {"a": 1}, {"next": "a"}, {"title": "x"}, {"value": 1}),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every value in a document but those inside expressions and distributions."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        if key in ("value", "formulas", "payoffs", "probability", "when"):
            continue
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


def mutated(document: Any, rng: random.Random) -> str:
    """Change one thing in ``document``; the words for what was done."""
    container, key = rng.choice(list(places(document)))
    kind = rng.choice(["replace", "remove", "rename", "add"])
    if kind == "replace":
        container[key] = rng.choice(REPLACEMENTS)
    elif kind == "remove":
        del container[key]
    elif isinstance(container, dict):
        inner = container.pop(key) if kind == "rename" else rng.choice(REPLACEMENTS)
        container[rng.choice(["label", "next", "sets", "by", "source", "study", "x", "2nd", "grid", "known_to"])] = (
            inner
        )
    return f"{kind} {key!r} in {container!r}"


@pytest.mark.parametrize("name", ["design-sample", "features"])
def test_schema_and_loader_agree_on_form(name: str, validator: jsonschema.Draft202012Validator) -> None:
    rng = random.Random(name)
    original = read(TESTS / "good" / f"{name}.yaml")
    seen: set[bool] = set()
    for _ in range(200):
        document = copy.deepcopy(original)
        done = mutated(document, rng)
        report = Report("<python>")
        SCENARIO.read(from_plain(document), Place(report))
        sound = not report.problems
        assert validator.is_valid(document) == sound, f"{done}: {report.problems}"
        seen.add(sound)
    assert seen == {True, False}
