"""Scenarios of a folder: listed, read, saved; nothing that someone wrote is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workspace_site import Workspace, make_folder, shared

TALKS = "talks"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml", "haiti-1994.yaml")) as found:
        yield found


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_list_tells_each_scenario_at_a_glance(workspace: Workspace) -> None:
    found = workspace.client("reader").get("/api/scenarios").json()
    assert [each["id"] for each in found["scenarios"]] == ["haiti-1994", "talks"]
    row = found["scenarios"][1]
    assert row["ok"]
    assert row["headline"] is None


def test_a_text_is_saved_and_read_back(workspace: Workspace) -> None:
    client = workspace.client("editor")
    before = client.get(f"/api/scenarios/{TALKS}").json()
    assert before["ok"]
    assert before["outline"]["title"] == before["outline"]["title"]
    text = before["text"].replace("title: ", "title: New ", 1)
    saved = client.put(f"/api/scenarios/{TALKS}", json={"text": text, "base": before["version"]})
    assert saved.status_code == 200
    assert saved.json() == {"version": sha(text), "merged": False, "text": text}
    assert (workspace.folder / "talks.yaml").read_text() == text
    again = client.get(f"/api/scenarios/{TALKS}").json()
    assert (again["text"], again["by"]) == (text, "Ed")


EDITED = """\
# Two sides talk.
assumptions:
  # what he wants
  office: {value: 1, meaning: of him}  # noted
  price:
    value: 2
    basis:
      - judgement
      - {study: one}  # the first
offer: {court: open}
"""


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ([{"path": ["assumptions", "office", "value"], "value": 3}], "office: {value: 1,", "office: {value: 3,"),
        (
            [{"path": ["assumptions", "office"], "value": {"value": {"pert": [1, 2, 3]}, "meaning": "of him"}}],
            "office: {value: 1,",
            "office: {value: {pert: [1, 2, 3]},",
        ),
        (
            [{"path": ["assumptions", "office"], "value": {"value": 1, "unit": "points"}}],
            "value: 1, meaning: of him}",
            "value: 1, unit: points}",
        ),
        (
            [{"path": ["assumptions", "price", "basis"], "value": ["judgement", {"base_rate": "x"}, {"study": "one"}]}],
            "      - {study: one}",
            "      - {base_rate: x}\n      - {study: one}",
        ),
        (
            [{"path": ["assumptions", "price", "basis"], "value": [{"study": "one"}]}],
            "      - judgement\n",
            "",
        ),
        (
            [{"path": ["assumptions", "price", "basis", 1, "study"], "value": "two"}],
            "{study: one}",
            "{study: two}",
        ),
        ([{"path": ["assumptions", "office"], "remove": True}], "  office: {value: 1, meaning: of him}  # noted\n", ""),
        ([{"path": ["assumptions", "office"], "rename": "power"}], "  office:", "  power:"),
        (
            [{"path": ["assumptions", "new"], "value": {"value": 1}, "before": "office"}],
            "  # what he wants",
            "  new: {value: 1}\n  # what he wants",
        ),
        (
            [{"path": ["moves", "first"], "value": {"by": "us"}}, {"path": ["offer", "court"], "value": "shut"}],
            "offer: {court: open}\n",
            "offer: {court: shut}\nmoves: {first: {by: us}}\n",
        ),
    ],
)
def test_forms_change_what_they_mean_and_nothing_else(
    workspace: Workspace, changes: list[dict[str, Any]], before: str, after: str
) -> None:
    assert before in EDITED
    sent = {"text": EDITED, "changes": changes}
    found = workspace.client("reader").post(f"/api/scenarios/{TALKS}/edit", json=sent)
    assert found.status_code == 200, found.json()
    assert found.json()["text"] == EDITED.replace(before, after)


def test_an_entry_moves_to_another_place(workspace: Workspace) -> None:
    sent = {"text": EDITED, "changes": [{"path": ["assumptions", "price"], "before": "office"}]}
    text = workspace.client().post(f"/api/scenarios/{TALKS}/edit", json=sent).json()["text"]
    assert text.index("price:") < text.index("# what he wants") < text.index("office:")
    assert sorted(text) == sorted(EDITED)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"path": ["assumptions", "x"], "remove": True}, "no 'x' to take out"),
        ({"path": ["assumptions", "x"], "rename": "y"}, "no assumption 'x'"),
        ({"path": ["assumptions", "office"], "rename": "not one"}, "cannot be a name"),
        ({"path": ["assumptions", "office"], "rename": "y", "remove": True}, "a change with remove, rename"),
        ({"path": ["assumptions", "office"]}, "nothing but its path"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(workspace: Workspace, change: dict[str, Any], says: str) -> None:
    found = workspace.client().post(f"/api/scenarios/{TALKS}/edit", json={"text": EDITED, "changes": [change]})
    assert found.status_code == 422
    assert says in str(found.json())
