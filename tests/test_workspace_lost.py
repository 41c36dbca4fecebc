"""Nothing is lost: when two write, when others write to the file, and when the server dies in the middle of it."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from offramp.scenario.edit import edit, plain
from offramp.workspace.files import folder as folder_module
from offramp.workspace.files import saving
from offramp.workspace.files.writing import FORGOTTEN, UNFINISHED, create_file, move_file, replace_file
from offramp.workspace.routes.answers import ConflictDocument
from workspace_site import Client, Workspace, make_folder, served, shared

TALKS = "/api/scenarios/talks"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml")) as found:
        yield found


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def there(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(TALKS).json()
    return found


def put(client: Client, text: str, base: str) -> Any:
    return client.put(TALKS, json={"text": text, "base": base})


def changed(text: str, assumption: str, value: float) -> str:
    return edit(text, {("assumptions", assumption, "value"): value})


def test_two_who_change_different_things_both_have_their_way(workspace: Workspace) -> None:
    ed, olga = workspace.client("editor"), workspace.client("owner")
    base = there(ed)
    first = put(ed, changed(base["text"], "office", 7), base["version"])
    second = put(olga, changed(base["text"], "wear", 3), base["version"])
    assert (first.status_code, second.status_code) == (200, 200)
    both = changed(changed(base["text"], "office", 7), "wear", 3)
    assert second.json() == {"version": sha(both), "merged": True, "text": both}
    assert (workspace.folder / "talks.yaml").read_text() == both
    entries = ed.get(f"{TALKS}/history").json()["entries"]
    assert [(each["origin"], each["by"]) for each in entries] == [
        ("workspace", "Olga"), ("kept", "Olga"), ("workspace", "Ed"), ("disk", None),
    ]  # fmt: skip
    assert entries[0]["parent"] == first.json()["version"]
    activity = [each["says"] for each in ed.get("/api/activity").json()["entries"]]
    assert any("merged with what Ed had changed" in each for each in activity)


def test_two_who_change_the_same_thing_clash_and_both_are_kept(workspace: Workspace) -> None:
    ed, olga = workspace.client("editor"), workspace.client("owner")
    base = there(ed)
    saved, mine = changed(base["text"], "office", 7), changed(base["text"], "office", 8)
    assert put(ed, saved, base["version"]).status_code == 200
    olga.put(f"{TALKS}/draft", json={"text": mine, "base": base["version"]})
    found = put(olga, mine, base["version"])
    assert found.status_code == 409
    conflict = found.json()
    ConflictDocument(**conflict)
    assert conflict["base"] == {"version": base["version"], "text": base["text"]}
    assert (conflict["theirs"]["version"], conflict["theirs"]["by"]) == (sha(saved), "Ed")
    assert (conflict["theirs"]["text"], conflict["yours"]["text"]) == (saved, mine)
    (hunk,) = conflict["hunks"]
    assert (hunk["theirs"][0] in saved, hunk["yours"][0] in mine, hunk["base"][0] in base["text"]) == (True, True, True)
    assert base["text"].splitlines(keepends=True)[hunk["first"] - 1] == hunk["base"][0]
    for line in (hunk["theirs"][0], hunk["yours"][0]):
        assert line in conflict["merged_with_marks"]
    assert (workspace.folder / "talks.yaml").read_text() == saved
    assert olga.get(f"{TALKS}/versions/{sha(mine)}").json()["text"] == mine
    newest = ed.get(f"{TALKS}/history").json()["entries"][0]
    assert (newest["version"], newest["origin"], newest["by"]) == (sha(mine), "kept", "Olga")
    assert there(olga)["draft"]["text"] == mine
    assert ed.get("/api/activity").json()["entries"][0]["kind"] == "kept"


def test_the_same_text_twice_is_saved_once(workspace: Workspace) -> None:
    ed, olga = workspace.client("editor"), workspace.client("owner")
    base = there(ed)
    text = changed(base["text"], "office", 7)
    answers = [put(client, text, base["version"]).json() for client in (ed, olga)]
    assert answers == [{"version": sha(text), "merged": False, "text": text}] * 2
    assert len(ed.get(f"{TALKS}/history").json()["entries"]) == 2


def test_a_base_that_nobody_knows_is_a_clash(workspace: Workspace) -> None:
    ed = workspace.client("editor")
    text = there(ed)["text"] + "# more\n"
    found = put(ed, text, "0" * 64)
    assert (found.status_code, found.json()["base"]["text"]) == (409, None)
    assert ed.get(f"{TALKS}/versions/{sha(text)}").status_code == 200


def test_what_an_editor_writes_in_between_is_merged_not_overwritten(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, ed = workspace.folder / "talks.yaml", workspace.client("editor")
    base = there(ed)
    outside = iter([changed(base["text"], "wear", 3), changed(changed(base["text"], "wear", 3), "cost", 4)])

    def written_meanwhile(path: Path, content: bytes, still: Any) -> Any:
        if (text := next(outside, None)) is not None:
            file.write_text(text)
        return replace_file(path, content, still)

    monkeypatch.setattr(folder_module, "replace_file", written_meanwhile)
    found = put(ed, changed(base["text"], "office", 7), base["version"]).json()
    assert found["merged"]
    values = plain(file.read_text())["assumptions"]
    assert [values[name]["value"] for name in ("office", "wear", "cost")] == [7, 3, 4]
    assert file.read_text() == found["text"]
    origins = [each["origin"] for each in ed.get(f"{TALKS}/history").json()["entries"]]
    assert sorted(origins) == ["disk", "disk", "disk", "kept", "workspace"]


def test_what_is_written_into_the_old_file_in_the_last_moment_is_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, ed = workspace.folder / "talks.yaml", workspace.client("editor")
    base = there(ed)
    late = base["text"] + "# in the last moment\n"

    def written_at_last(path: Path, content: bytes, still: Any) -> Any:
        def looked(old: bytes) -> bool:
            answer: bool = still(old)
            path.write_text(late)
            return answer

        return replace_file(path, content, looked)

    monkeypatch.setattr(folder_module, "replace_file", written_at_last)
    text = changed(base["text"], "office", 7)
    assert put(ed, text, base["version"]).status_code == 200
    assert file.read_text() == text
    assert ed.get(f"{TALKS}/versions/{sha(late)}").json()["text"] == late


def test_a_file_that_never_stands_still_is_left_to_who_writes_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, ed = workspace.folder / "talks.yaml", workspace.client("editor")
    base = there(ed)

    def written_meanwhile(path: Path, content: bytes, still: Any) -> Any:
        file.write_text(file.read_text() + "#\n")
        return replace_file(path, content, still)

    monkeypatch.setattr(folder_module, "replace_file", written_meanwhile)
    mine = changed(base["text"], "office", 7)
    found = put(ed, mine, base["version"])
    assert (found.status_code, found.json()["found"]) == (409, "the file keeps changing")
    assert ed.get(f"{TALKS}/versions/{sha(mine)}").status_code == 200


def test_many_who_save_at_once_lose_nothing(workspace: Workspace) -> None:
    base = there(workspace.client("editor"))
    names = list(plain(base["text"])["assumptions"])
    clients = [workspace.client("editor") for _ in names]

    def one(number: int) -> int:
        found = put(clients[number], changed(base["text"], names[number], number + 1), base["version"])
        return int(found.status_code)

    with ThreadPoolExecutor(len(names)) as pool:
        assert set(pool.map(one, range(len(names)))) == {200}
    values = plain((workspace.folder / "talks.yaml").read_text())["assumptions"]
    assert [values[name]["value"] for name in names] == [number + 1 for number in range(len(names))]


def test_a_server_that_dies_after_the_file_is_written_still_knows_who_wrote_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ed = workspace.client("editor")
    base = there(ed)
    text = changed(base["text"], "office", 7)

    def dies(*_: Any) -> None:
        raise SystemError("the server dies here")

    with monkeypatch.context() as patched:
        patched.setattr(saving, "_tell_saved", dies)
        with pytest.raises(SystemError):
            put(ed, text, base["version"])
    assert there(ed)["text"] == text
    newest = ed.get(f"{TALKS}/history").json()["entries"][0]
    assert (newest["version"], newest["origin"], newest["by"]) == (sha(text), "workspace", "Ed")


def test_a_draft_is_kept_until_it_is_saved(workspace: Workspace) -> None:
    ed, olga = workspace.client("editor"), workspace.client("owner")
    base = there(ed)
    for text in ("one", "two\r\n # é\n"):
        assert ed.put(f"{TALKS}/draft", json={"text": text, "base": base["version"]}).status_code == 200
    draft = there(ed)["draft"]
    assert (draft["text"], draft["base"]) == ("two\r\n # é\n", base["version"])
    assert there(olga)["draft"] is None
    assert put(ed, changed(base["text"], "office", 7), base["version"]).status_code == 200
    assert there(ed)["draft"] is None
    ed.put(f"{TALKS}/draft", json={"text": "three", "base": base["version"]})
    assert ed.delete(f"{TALKS}/draft").status_code == 204
    assert there(ed)["draft"] is None


def test_a_draft_that_is_newer_than_the_save_stays(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    ed = workspace.client("editor")
    base = there(ed)
    attempt = saving._attempt

    def typed_meanwhile(*arguments: Any) -> Any:
        ed.put(f"{TALKS}/draft", json={"text": "typed meanwhile", "base": base["version"]})
        return attempt(*arguments)

    monkeypatch.setattr(saving, "_attempt", typed_meanwhile)
    assert put(ed, changed(base["text"], "office", 7), base["version"]).status_code == 200
    assert there(ed)["draft"]["text"] == "typed meanwhile"


def test_what_is_written_for_a_scenario_that_is_gone_is_a_draft(workspace: Workspace) -> None:
    ed, olga = workspace.client("editor"), workspace.client("owner")
    base = there(ed)
    gone = olga.delete(TALKS).json()
    mine = changed(base["text"], "office", 7)
    found = put(ed, mine, base["version"])
    assert (found.status_code, "your draft" in found.json()["remedy"]) == (404, True)
    assert ed.put(f"{TALKS}/draft", json={"text": mine + "#", "base": base["version"]}).status_code == 200
    olga.post(f"/api/trash/{gone['id']}/restore", json={}).raise_for_status()
    assert there(ed)["draft"]["text"] == mine + "#"
    olga.post(f"{TALKS}/rename", json={"to": "other"}).raise_for_status()
    found = put(ed, mine, base["version"])
    assert (found.status_code, "'other'" in found.json()["remedy"]) == (404, True)
    assert ed.get("/api/scenarios/other").json()["draft"]["text"] == mine
    assert ed.put("/api/scenarios/never/draft", json={"text": "x", "base": "0" * 64}).status_code == 404
    assert put(olga, mine, base["version"]).status_code == 404


def test_a_file_from_windows_keeps_the_ends_of_its_lines(workspace: Workspace) -> None:
    file, ed = workspace.folder / "talks.yaml", workspace.client("editor")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    base = there(ed)
    mine = changed(base["text"].replace("\r\n", "\n"), "office", 7)
    theirs = changed(base["text"].replace("\r\n", "\n"), "wear", 3)
    assert put(ed, mine, base["version"]).json()["text"] == mine.replace("\n", "\r\n")
    saved = put(ed, theirs, base["version"]).json()
    assert saved["merged"]
    assert file.read_bytes() == changed(mine, "wear", 3).replace("\n", "\r\n").encode() == saved["text"].encode()
    sent = {"text": saved["text"], "changes": [{"path": ["assumptions", "new"], "value": {"value": 1}}]}
    text = ed.post(f"{TALKS}/edit", json=sent).json()["text"]
    assert text.count("\n") == text.count("\r\n") == saved["text"].count("\n") + 1


def entered(server: Any) -> httpx.Client:
    """A browser that has come in, with its token."""
    client: httpx.Client = server.client(enter=True)
    client.headers["X-CSRF-Token"] = client.get("/api/session").json()["csrf"]
    return client


def test_a_server_that_is_killed_while_it_saves_leaves_a_whole_text_and_the_draft(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "talks.yaml", "haiti-1994.yaml")
    file = folder / "talks.yaml"
    sent = {sha(file.read_text())}

    def writes(client: httpx.Client, text: str, base: str) -> None:
        for number in range(10_000):
            mine = f"{text}# {number} {'x' * 50_000}\n"
            sent.add(sha(mine))
            try:
                base = client.put(TALKS, json={"text": mine, "base": base}).json()["version"]
            except httpx.TransportError:
                return

    for seconds in (0.4, 0.7):
        with served(folder) as server:
            client = entered(server)
            now = client.get(TALKS).json()
            draft = {"text": f"half a sent {seconds}", "base": now["version"]}
            client.put("/api/scenarios/haiti-1994/draft", json=draft).raise_for_status()
            writer = threading.Thread(target=writes, args=(client, now["text"], now["version"]))
            writer.start()
            time.sleep(seconds)
            server.stop(signal.SIGKILL)
            writer.join(30)
            assert not writer.is_alive()
            assert sha(file.read_text()) in sent
    with served(folder) as server:
        client = entered(server)
        now = client.get(TALKS).json()
        assert now["version"] == sha(file.read_text())
        assert client.get("/api/scenarios/haiti-1994").json()["draft"]["text"] == "half a sent 0.7"
        entries = client.get(f"{TALKS}/history?limit=500").json()["entries"]
        assert {each["origin"] for each in entries} <= {"workspace", "kept", "disk"}
        assert [each["origin"] for each in entries].count("disk") == 1
        assert now["version"] in {each["version"] for each in entries if each["origin"] != "kept"}
    assert len(sent) > 3


def test_a_file_keeps_its_mode_and_what_links_to_it(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("one")
    file.chmod(0o640)
    assert replace_file(file, b"two", lambda content: content == b"one") is not None
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("two", 0o640)
    assert replace_file(file, b"three", lambda _: False) is None
    assert replace_file(tmp_path / "none.yaml", b"three", lambda _: True) is None
    assert [each.name for each in tmp_path.iterdir()] == ["a.yaml"]


def test_a_new_file_takes_no_others_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    create_file(file, b"one")
    create_file(other, b"two")
    with pytest.raises(FileExistsError):
        create_file(file, b"three")
    with pytest.raises(FileExistsError):
        move_file(other, file)
    assert (file.read_text(), other.read_text()) == ("one", "two")

    def no_links(*_: Any, **__: Any) -> None:
        raise PermissionError("this disk has no links")

    monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(FileExistsError):
        move_file(other, file)
    move_file(other, tmp_path / "c.yaml")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.yaml", "c.yaml"]


def test_what_a_killed_server_left_half_written_is_cleared(workspace: Workspace) -> None:
    old, new = (workspace.folder / f".talks-{name}{UNFINISHED}" for name in ("old", "new"))
    for each in (old, new):
        each.write_text("half")
    os.utime(old, (0, time.time() - FORGOTTEN - 60))
    workspace.client().get("/api/scenarios")
    assert (old.exists(), new.exists()) == (False, True)
