"""Which files of a folder are scenarios, what may be opened, and how they come, go and change their names."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offramp.workspace.files import folder as folder_module
from offramp.workspace.files.catalogue import Catalogue, Summary, glimpse_of, summary_of
from offramp.workspace.files.folder import Folder, looks_like_one
from offramp.workspace.files.ids import id_of, is_id, path_in_folder
from offramp.workspace.models import Comment
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.answers import BlockList, DeletedScenario, ScenarioList
from workspace_site import EXAMPLES, Workspace, make_folder, shared

TEXT = (EXAMPLES / "talks.yaml").read_text(encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml", "haiti-1994.yaml")) as found:
        yield found


def listed(workspace: Workspace) -> dict[str, Any]:
    found: dict[str, Any] = workspace.client("reader").get("/api/scenarios").json()
    ScenarioList(**found)
    return found


def ids(workspace: Workspace) -> list[str]:
    return [each["id"] for each in listed(workspace)["scenarios"]]


@given(st.text(st.sampled_from("aZ0_.-:/\\ é\0"), max_size=12))
def test_what_an_id_means_is_inside_the_folder_and_its_own(text: str) -> None:
    if is_id(text):
        path = path_in_folder(text)
        assert not path.is_absolute()
        assert not any(piece.startswith(".") for piece in path.parts)
        assert id_of(path) == text


@pytest.mark.parametrize(
    "name", ["", "..", "a:..:b", ".hidden", "a:.git", "/etc", "a/b", "a\\b", "a b", "é", "a\0", "a.", "CON", "lpt1.x",
             "x" * 201, ":".join("abcdefghi"), "a::b", ":a", "C:"],
)  # fmt: skip
def test_what_cannot_be_an_id(name: str, workspace: Workspace) -> None:
    assert not is_id(name)
    with pytest.raises(Refusal, match="404"):
        workspace.site.folder.place(name)


@pytest.mark.parametrize("path", ["a.yml", "a", "a b.yaml", "é.yaml", ".a.yaml", "x/.b/c.yaml", "a:b.yaml"])
def test_files_that_have_no_id(path: str) -> None:
    assert id_of(PurePosixPath(path)) is None


def test_the_list_has_the_scenarios_of_all_folders_and_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    folder = workspace.folder
    (folder / "cases" / "old").mkdir(parents=True)
    (folder / "cases" / "old" / "one.yaml").write_text(TEXT)
    (folder / "cases" / "compose.yaml").write_text("services: {}\n")
    (folder / ".github").mkdir()
    (folder / ".github" / "two.yaml").write_text(TEXT)
    (folder / "runs" / "one").mkdir(parents=True)
    (folder / "runs" / "one" / "run.json").write_text("{}")
    (folder / "runs" / "one" / "scenario.yaml").write_text(TEXT)
    (folder / "my talks.yaml").write_text(TEXT)
    (tmp_path / "outside.yaml").write_text(TEXT)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "inside.yaml").symlink_to("talks.yaml")
    (folder / "elsewhere").symlink_to(tmp_path)
    (folder / "hidden.yaml").symlink_to(".github/two.yaml")
    os.mkfifo(folder / "pipe.yaml")
    os.mkfifo(folder / "pipe.yml")
    (folder / "cases" / "short.yml").write_text(TEXT)
    (folder / "LOUD.YAML").write_text(TEXT)
    (folder / "compose.yml").write_text("services: {}\n")
    (folder / "link.yml").symlink_to(tmp_path / "outside.yaml")
    found = listed(workspace)
    assert [each["id"] for each in found["scenarios"]] == ["cases:old:one", "haiti-1994", "inside", "talks"]
    assert {each["file"]: each["why"] for each in found["left_out"]} == {
        "link.yaml": "it is a link that leads elsewhere",
        "hidden.yaml": "it is a link that leads elsewhere",
        "pipe.yaml": "it is no file",
        "my talks.yaml": "its name has other characters than letters a to z, digits and . _ -",
        "cases/short.yml": "its name does not end in .yaml; give it that ending",
        "LOUD.YAML": "its name does not end in .yaml; give it that ending",
    }


@pytest.mark.parametrize(
    "name", ["link", "elsewhere:outside", "runs:one:scenario", "none", "cases", "TALKS", "hidden", "pipe", "talks.yaml"]
)
def test_what_is_not_a_scenario_of_the_folder_is_not_opened(name: str, workspace: Workspace, tmp_path: Path) -> None:
    folder = workspace.folder
    (tmp_path / "outside.yaml").write_text(TEXT)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "elsewhere").symlink_to(tmp_path)
    (folder / "runs" / "one").mkdir(parents=True)
    (folder / "runs" / "one" / "run.json").write_text("{}")
    (folder / "runs" / "one" / "scenario.yaml").write_text(TEXT)
    (folder / "cases").mkdir()
    (folder / ".two.yaml").write_text(TEXT)
    (folder / "hidden.yaml").symlink_to(".two.yaml")
    os.mkfifo(folder / "pipe.yaml")
    client = workspace.client()
    sent = {"text": TEXT + "#", "base": "0" * 64}
    for answer in (
        client.get(f"/api/scenarios/{name}"),
        client.put(f"/api/scenarios/{name}", json=sent),
        client.delete(f"/api/scenarios/{name}"),
        client.post(f"/api/scenarios/{name}/rename", json={"to": "other"}),
        client.get(f"/api/scenarios/{name}/history"),
    ):
        assert answer.status_code == 404, answer.text
    assert (tmp_path / "outside.yaml").read_text() == TEXT


@pytest.mark.parametrize("name", ["elsewhere:new", "runs:one:new", "talks", "Talks"])
def test_what_is_taken_or_leads_elsewhere_cannot_be_created(name: str, workspace: Workspace, tmp_path: Path) -> None:
    (workspace.folder / "elsewhere").symlink_to(tmp_path)
    (workspace.folder / "runs" / "one").mkdir(parents=True)
    (workspace.folder / "runs" / "one" / "run.json").write_text("{}")
    before = set(tmp_path.iterdir())
    made = workspace.client("editor").post("/api/scenarios", json={"id": name, "text": TEXT})
    renamed = workspace.client("editor").post("/api/scenarios/haiti-1994/rename", json={"to": name})
    assert (made.status_code, renamed.status_code) == (409, 409)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"format: offramp/1\ntitle: \xff\n", "the byte 0xff on line 2"),
        ("format: offramp/1\n".encode("utf-16"), "UTF-16 text"),
        (b"format: offramp/1\n" + b"#" * 1_000_000, "a file of 1,000,018 bytes"),
        (b"format: offramp/1\n\0", "a NUL character on line 2"),
    ],
    ids=["not UTF-8", "UTF-16", "too large", "NUL"],
)
def test_a_file_that_is_no_text_says_why(workspace: Workspace, content: bytes, says: str) -> None:
    (workspace.folder / "talks.yaml").write_bytes(content)
    found = workspace.client().get("/api/scenarios/talks")
    assert found.status_code == 422
    assert says in found.json()["found"]
    row = next(each for each in listed(workspace)["scenarios"] if each["id"] == "talks")
    assert (row["ok"], row["problems"]) == (False, 1)


@pytest.mark.parametrize("text", ["\ufeff" + TEXT, TEXT.replace("\n", "\r\n"), TEXT + "\n\n", TEXT.rstrip()])
def test_a_text_is_kept_to_the_byte(workspace: Workspace, text: str) -> None:
    client = workspace.client("editor")
    base = client.get("/api/scenarios/talks").json()["version"]
    saved = client.put("/api/scenarios/talks", json={"text": text, "base": base}).json()
    assert (workspace.folder / "talks.yaml").read_bytes() == text.encode()
    again = client.get("/api/scenarios/talks").json()
    assert (again["text"], again["version"], again["ok"]) == (text, saved["version"], True)


@pytest.mark.parametrize(
    ("text", "status"),
    [("x" * 1_000_001, 413), ("é" * 500_001, 413), ("a\0b", 422), ("\ud800", 422), ("x" * 2_000_001, 422)],
)
def test_a_text_that_cannot_be_kept_is_refused(workspace: Workspace, text: str, status: int) -> None:
    client = workspace.client("editor")
    before = (workspace.folder / "talks.yaml").read_bytes()
    for method, path, more in (
        ("PUT", "/api/scenarios/talks", {"base": "0" * 64}),
        ("PUT", "/api/scenarios/talks/draft", {"base": "0" * 64}),
        ("POST", "/api/scenarios", {"id": "new"}),
    ):
        found = client.request(
            method, path, content=json.dumps({"text": text, **more}), headers={"Content-Type": "application/json"}
        )
        assert found.status_code == status, found.text
        assert found.json()["schema"] == "offramp.problem/1"
    assert (workspace.folder / "talks.yaml").read_bytes() == before


def test_a_reader_reads_and_writes_nothing(workspace: Workspace) -> None:
    client = workspace.client("reader")
    base = client.get("/api/scenarios/talks").json()["version"]
    for method, path, sent in (
        ("PUT", "talks", {"text": TEXT, "base": base}),
        ("PUT", "talks/draft", {"text": TEXT, "base": base}),
        ("DELETE", "talks/draft", None),
        ("DELETE", "talks", None),
        ("POST", "talks/rename", {"to": "other"}),
        ("POST", "", {"id": "new"}),
    ):
        assert client.request(method, f"/api/scenarios/{path}".rstrip("/"), json=sent).status_code == 403
    assert client.post("/api/scenarios/talks/check", json={"text": "title: 1"}).status_code == 200
    assert workspace.stranger().get("/api/scenarios").status_code == 401


def test_a_scenario_is_made_in_each_way(workspace: Workspace) -> None:
    client = workspace.client("editor")
    for sent in (
        {"id": "a", "text": TEXT},
        {"id": "cases:b", "copy_of": "talks"},
        {"id": "c", "title": 'A "way" out: no\\yes'},
        {"id": "d", "title": "Composed", "blocks": ["leak", "building/successor"]},
        {"id": "empty"},
    ):
        made = client.post("/api/scenarios", json=sent)
        assert made.status_code == 201, made.text
        assert made.json()["ok"], made.json()["problems"]
    assert (workspace.folder / "cases" / "b.yaml").read_text() == TEXT
    titles = {each["id"]: each["title"] for each in listed(workspace)["scenarios"]}
    assert (titles["c"], titles["d"], titles["empty"]) == ('A "way" out: no\\yes', "Composed", "empty")
    assert "leak" in client.get("/api/scenarios/d").json()["text"]
    for sent, says in (
        ({"id": "x", "blocks": ["nothing"]}, "no building block"),
        ({"id": "x", "text": TEXT, "copy_of": "talks"}, "several of"),
    ):
        refused = client.post("/api/scenarios", json=sent)
        assert (refused.status_code, says in refused.json()["found"]) == (422, True)
    assert client.post("/api/scenarios", json={"id": "x", "copy_of": "nothing"}).status_code == 404
    told = [each["says"] for each in client.get("/api/activity").json()["entries"]]
    assert any("as a copy of" in each for each in told)


def test_what_is_deleted_can_be_restored(workspace: Workspace) -> None:
    client = workspace.client("editor")
    gone = client.delete("/api/scenarios/talks").json()
    assert (gone["scenario"], gone["by"], ids(workspace)) == ("talks", "Ed", ["haiti-1994"])
    assert client.get("/api/scenarios/talks").status_code == 404
    DeletedScenario(**gone)
    assert client.get("/api/trash").json() == {"trash": [gone]}
    client.post("/api/scenarios", json={"id": "talks", "title": "Another"})
    assert client.post(f"/api/trash/{gone['id']}/restore", json={}).status_code == 409
    back = client.post(f"/api/trash/{gone['id']}/restore", json={"to": "old:talks"}).json()
    assert (back["id"], back["text"]) == ("old:talks", TEXT)
    assert client.get("/api/trash").json()["trash"] == []
    assert client.post(f"/api/trash/{gone['id']}/restore", json={}).status_code == 404


def test_a_new_name_takes_along_what_is_known(workspace: Workspace) -> None:
    client = workspace.client("editor")
    base = client.get("/api/scenarios/talks").json()["version"]
    client.put("/api/scenarios/talks/draft", json={"text": "half", "base": base})
    with workspace.site.database.session() as session:
        session.add(Comment(scenario="talks", text="well", person_id=workspace.person("editor").id))
    renamed = client.post("/api/scenarios/talks/rename", json={"to": "cases:talks"}).json()
    assert (renamed["file"], renamed["version"], renamed["draft"]["text"]) == ("cases/talks.yaml", base, "half")
    assert ids(workspace) == ["cases:talks", "haiti-1994"]
    assert listed(workspace)["scenarios"][0]["open_comments"] == 1
    assert len(client.get("/api/scenarios/cases:talks/history").json()["entries"]) == 1
    assert client.post("/api/scenarios/cases:talks/rename", json={"to": "haiti-1994"}).status_code == 409
    assert client.get("/api/scenarios/cases:talks").json()["draft"]["text"] == "half"


def test_a_list_says_what_is_not_looked_at_yet(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offramp.workspace.files.listed.FEW", 0)
    row = listed(workspace)["scenarios"][0]
    assert (row["checked"], row["ok"], row["title"]) == (False, True, "The Carter, Nunn and Powell mission to Haiti")
    for _ in range(600):
        if all(each["checked"] for each in listed(workspace)["scenarios"]):
            return
        time.sleep(0.1)
    raise AssertionError("nobody read them")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A way out", "A way out"),
        ("A way out   # so far", "A way out"),
        ("'It''s # 1'  # so far", "It's # 1"),
        ('"A \\"way\\" out: \\u00e9"', 'A "way" out: é'),
        ('"\\x41"', "\\x41"),
        ("Room#1", "Room#1"),
        (">-", ""),
        ("", ""),
    ],
)
def test_a_glimpse_is_what_the_first_lines_say(written: str, title: str) -> None:
    text = f"title: {written}\nquestion: Will it hold?\nas_of: 2024-08-15\nparties:\n  title: x\n"
    assert glimpse_of(text) == Summary(title, "Will it hold?", "2024-08-15", None)


def test_a_summary_is_worked_out_once() -> None:
    told: list[tuple[str, str]] = []
    catalogue = Catalogue(lambda *each: told.append(each), summary_of)
    asked: list[int] = []

    def text() -> str:
        asked.append(1)
        return TEXT

    summaries = [catalogue.summary("talks", "v", text, wait=True) for _ in range(2)]
    assert summaries[0] == summaries[1]
    assert (summaries[0].problems, len(asked), told) == (0, 1, [])


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("format: offramp/1\n", True),
        ("# words\n\nparties: {a: b}\n", True),
        ("\ufeffmoves:\n", True),
        ("services:\n  parties: 1\n", False),
        ("format: other/1\n", False),
        ("", False),
    ],
)
def test_scenarios_are_told_from_other_files(text: str, is_one: bool) -> None:
    assert looks_like_one(text) is is_one


def test_a_file_is_read_anew_only_where_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(TEXT)
    os.utime(file, (1_000_000_000, 1_000_000_000))
    folder, read = Folder(tmp_path, 10**6), list[Path]()
    content = Folder._content

    def counted(self: Folder, path: Path) -> Any:
        read.append(path)
        return content(self, path)

    monkeypatch.setattr(Folder, "_content", counted)
    first = folder.listing()
    assert (folder.listing(), len(read)) == (first, 1)
    file.write_text(TEXT + "#")
    assert folder.listing().entries[0].version != first.entries[0].version
    folder.listing()
    assert len(read) == 3, "what was changed this very second is not trusted yet"


def test_too_many_scenarios_are_left_out_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / f"{name}.yaml").write_text(TEXT)
    monkeypatch.setattr(folder_module, "MOST_FILES", 2)
    found = Folder(tmp_path, 10**6).listing()
    assert ([each.id for each in found.entries], [each.file for each in found.left_out]) == (["a", "b"], ["c.yaml"])
    monkeypatch.setattr(folder_module, "MOST_SEEN", 2)
    assert Folder(tmp_path, 10**6).listing().entries == ()


def test_who_listens_is_told_of_what_others_do_to_the_folder(workspace: Workspace) -> None:
    site = workspace.site
    site.watcher.close()
    ids(workspace)

    async def heard() -> list[dict[str, Any]]:
        listener = site.bus.subscribe(1)
        site.watcher.look()
        (workspace.folder / "talks.yaml").write_text(TEXT + "# more\n")
        (workspace.folder / "new.yaml").write_text(TEXT)
        (workspace.folder / "haiti-1994.yaml").unlink()
        site.watcher.look()
        site.watcher.look()
        found: list[dict[str, Any]] = []
        while True:
            try:
                event = await listener.next(0.2)
            except TimeoutError:
                return found
            if event is not None and event.kind == "scenario":
                found.append(event.data)

    told = asyncio.run(heard())
    assert [(each["id"], bool(each["version"])) for each in told] == [
        ("new", True),
        ("talks", True),
        ("haiti-1994", False),
    ]


def test_the_schema_and_the_blocks_are_there_for_editors(workspace: Workspace) -> None:
    client = workspace.client("reader")
    assert client.get("/api/schema").json()["properties"]["format"]["const"] == "offramp/1"
    blocks = {each.name: each for each in BlockList(**client.get("/api/blocks").json()).blocks}
    assert blocks["leak"].parameters[0].name == "proposer"
    assert "p_leak" in blocks["leak"].brings["assumptions"]
