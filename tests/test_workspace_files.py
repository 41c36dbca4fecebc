"""Scenarios of a folder: listed, read, saved; nothing that someone wrote is lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from offramp.workspace.files.documents import check_document
from offramp.workspace.routes.answers import CheckedText, EditedText, ScenarioDocument, ScenarioRow
from workspace_site import EXAMPLES, Workspace, make_folder, shared

TALKS = "talks"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml", "haiti-1994.yaml")) as found:
        yield found


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_list_tells_each_scenario_at_a_glance(workspace: Workspace) -> None:
    found = workspace.client("reader").get("/api/scenarios").json()
    haiti, talks = (ScenarioRow(**each) for each in found["scenarios"])
    assert (haiti.id, haiti.file, haiti.title) == (
        "haiti-1994", "haiti-1994.yaml", "The Carter, Nunn and Powell mission to Haiti",
    )  # fmt: skip
    assert (talks.ok, talks.problems, talks.checked, talks.headline, talks.open_comments) == (True, 0, True, None, 0)
    assert talks.version == sha((workspace.folder / "talks.yaml").read_text())


def test_what_is_wrong_is_counted(workspace: Workspace) -> None:
    (workspace.folder / "talks.yaml").write_text("format: offramp/1\ntitle: Talks\n")
    row = workspace.client().get("/api/scenarios").json()["scenarios"][1]
    assert (row["title"], row["ok"], row["problems"]) == ("Talks", False, 3)


def test_the_headline_is_that_of_the_newest_run(workspace: Workspace) -> None:
    text = (workspace.folder / "talks.yaml").read_text()
    make_run(workspace.folder / "runs" / "one", text, 0.25)
    client = workspace.client("editor")

    def headline() -> dict[str, Any]:
        found: dict[str, Any] = client.get("/api/scenarios").json()["scenarios"][1]["headline"]
        return found

    assert headline() == {
        "answer": "leaves",
        "says": "he leaves",
        "probability": 0.25,
        "interval": [0.1, 0.5],
        "words": "unlikely",
        "run": "runs:one",
        "current": True,
    }
    client.put(f"/api/scenarios/{TALKS}", json={"text": text + "# more\n", "base": sha(text)})
    assert (headline()["run"], headline()["current"]) == ("runs:one", False)
    make_run(workspace.folder / "runs" / "two", text + "# more\n", 0.9)
    assert (headline()["run"], headline()["current"], headline()["probability"]) == ("runs:two", True, 0.9)


def make_run(folder: Path, text: str, probability: float) -> None:
    """The folder of a run, as far as its headline goes."""
    answer = {"says": "he leaves", "probability": probability, "interval": [0.1, 0.5], "given": None}
    scenario: dict[str, Any] = {
        "title": "Talks",
        "question": "",
        "as_of": None,
        "file": "talks.yaml",
        "sha256": sha(text),
        "parties": {},
    }
    document = {"schema": "offramp.run/1", "offramp": "0", "scenario": scenario, "seed": 1, "draws": 64}
    folder.mkdir(parents=True)
    run = {**document, "interrupted": None, "precision": None, "answers": {"leaves": answer}, "outcomes": {}}
    (folder / "run.json").write_text(json.dumps(run))


def test_a_text_is_saved_and_read_back(workspace: Workspace) -> None:
    client = workspace.client("editor")
    before = ScenarioDocument(**client.get(f"/api/scenarios/{TALKS}").json())
    text = before.text.replace("title: ", "title: New ", 1)
    saved = client.put(f"/api/scenarios/{TALKS}", json={"text": text, "base": before.version})
    assert saved.status_code == 200
    assert saved.json() == {"version": sha(text), "merged": False, "text": text}
    assert (workspace.folder / "talks.yaml").read_text() == text
    again = client.get(f"/api/scenarios/{TALKS}").json()
    assert (again["text"], again["by"]) == (text, "Ed")


def test_the_outline_has_the_line_of_everything(workspace: Workspace) -> None:
    found = ScenarioDocument(**workspace.client().get("/api/scenarios/haiti-1994").json())
    assert found.outline is not None
    lines = found.text.splitlines()
    placed = [
        *found.outline.parties, *found.outline.terms, *found.outline.assumptions, *found.outline.formulas,
        *found.outline.moves, *found.outline.outcomes, *found.outline.answers, *found.outline.sources,
    ]  # fmt: skip
    assert len(placed) > 30
    for each in placed:
        assert each.own
        assert f"{each.name}:" in lines[each.line - 1]


def test_what_a_block_brings_is_not_the_files_own(workspace: Workspace) -> None:
    text = (EXAMPLES / "venezuela-2024.yaml").read_text()
    sent = workspace.client().post("/api/scenarios/x/check", json={"text": text}).json()
    outline = CheckedText(**sent).outline
    assert outline is not None
    own = {each.name: each.own for each in (*outline.moves, *outline.assumptions, *outline.formulas)}
    assert (own["approach"], own["p_leak"], own["claims_stay"]) == (True, True, False)
    block = next(each for each in outline.formulas if each.name == "claims_stay")
    assert "patron:" in text.splitlines()[block.line - 1]
    assert outline.use[0] == {"leak": {"next": "backing"}}
    assert outline.offer is not None
    assert outline.offer["court"] == "shielded"


def test_a_file_with_errors_has_the_outline_of_what_can_be_read(workspace: Workspace) -> None:
    text = (workspace.folder / "talks.yaml").read_text().replace("{pert: [6, 10, 16]}", "{prt: [6, 10, 16]}")
    found = workspace.client().post(f"/api/scenarios/{TALKS}/check", json={"text": text}).json()
    checked = CheckedText(**found)
    assert checked.outline is not None
    assert not checked.ok
    assert [each.path for each in checked.problems] == [["assumptions", "office", "value"]]
    assert checked.problems[0].line == 14
    office, wear = checked.outline.assumptions[:2]
    assert (office.kind, office.value) == ("wrong", {"prt": ["6", "10", "16"]})
    assert (wear.kind, wear.value, wear.words) == ("uniform", {"uniform": [0, 4]}, "uniform 0–4")
    assert len(checked.outline.moves) == 3
    broken = workspace.client().post(f"/api/scenarios/{TALKS}/check", json={"text": "parties: ["}).json()
    assert (broken["ok"], len(broken["problems"]), broken["outline"]) == (False, 1, None)


BROKEN = sorted(each for each in (Path(__file__).parent / "broken").glob("*.yaml") if each.stem != "not-utf8")


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_every_broken_file_has_problems_and_an_outline_as_described(file: Path) -> None:
    found = CheckedText(**check_document("broken", file.read_text(encoding="utf-8")))
    assert not found.ok
    assert found.problems


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
    assert EditedText(**found.json()).text == EDITED.replace(before, after)


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


@pytest.mark.parametrize(
    ("text", "value"),
    [("a: 1\n" + "#" * 300_000, 2), ("a: {b: 0}\n", {"b": 1, **{f"k{number}": number for number in range(200)}})],
    ids=["a long text", "a large value"],
)
def test_an_edit_that_would_take_long_is_refused(workspace: Workspace, text: str, value: Any) -> None:
    sent = {"text": text, "changes": [{"path": ["a"], "value": value}]}
    assert workspace.client().post(f"/api/scenarios/{TALKS}/edit", json=sent).status_code == 413
