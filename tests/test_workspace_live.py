"""The desk: what it answers is what a run would say; it drops what is stale and outlives nobody."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offramp.explore.run import run
from offramp.scenario.load import load, loads
from offramp.workspace.live.asked import answer_to
from offramp.workspace.live.drawn import map_of
from offramp.workspace.live.grounds import distribution_record, evidence_of
from offramp.workspace.live.plain import Text
from offramp.workspace.live.shelf import Shelf
from offramp.workspace.problems import Refusal
from test_document import keys

ROOT = Path(__file__).parents[1]
PANAMA = ROOT / "examples" / "panama-1988.yaml"
NAMES = ("ask", "map", "evidence")


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf()


def text_of(path: Path) -> Text:
    return Text(path.read_text(encoding="utf-8"), path.name)


PANAMA_TEXT = text_of(PANAMA)


def fits(document: dict[str, Any], name: str) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    checker.validate(json.loads(json.dumps(document, allow_nan=False)))


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_a_schema_and_is_described(name: str) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert f"offramp.{name}/1" in page
    assert [key for key in keys(schema) if f"`{key}`" not in page] == []


def test_an_answer_without_a_change_is_the_run(shelf: Shelf) -> None:
    answer = answer_to(shelf, PANAMA_TEXT, {"draws": 64}, against=PANAMA_TEXT)
    fits(answer, "ask")
    record = run(load(PANAMA), draws=64).record()
    for key in ("moves", "parties", "breaks"):
        assert answer[key] == record[key]
    for name, expected in record["answers"].items():
        found = answer["answers"][name]
        assert {key: found[key] for key in expected} == expected
        assert found["posterior"] is None
    assert {change["mean"] for change in answer["against"]["changes"].values()} == {0.0}
    assert not answer["new_draws"]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_has_its_map_and_its_evidence(path: Path, shelf: Shelf) -> None:
    what = text_of(path)
    found = map_of(shelf, what)
    fits(found, "map")
    boxes = {each["name"]: each for each in (*found["moves"], *found["outcomes"])}
    for edge in found["edges"]:
        assert edge["from"] in boxes
        assert edge["to"] in boxes
    scenario = loads(what.text, what.file)
    evidence = evidence_of(scenario, what.version, path.parent / "sources", None)
    fits(evidence, "evidence")
    assert [each["name"] for each in evidence["assumptions"]] == [each.name for each in scenario.assumptions]


def test_a_name_that_is_not_there_is_refused(shelf: Shelf) -> None:
    for asked, found in (
        ({"offer": {"amnestie": "none"}}, "there is no term 'amnestie'"),
        ({"values": {"nobody": 3}}, "there is no assumption 'nobody'"),
        ({"seen": [{"answer": "perhaps"}]}, "there is no choice 'perhaps' of move 'answer'"),
    ):
        with pytest.raises(Refusal) as caught:
            answer_to(shelf, PANAMA_TEXT, asked)
        assert caught.value.found == found
        assert caught.value.status == 422


def test_a_density_has_the_area_one() -> None:
    for each in load(PANAMA).assumptions:
        record = distribution_record(each.value)
        if record["listed"]:
            assert sum(weight for _, weight in record["density"]) == pytest.approx(1.0)
            continue
        curve = record["density"]
        area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
        assert area == pytest.approx(0.99, abs=0.02)
