"""What a scenario was before: its versions, git's commits, and what each changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from offramp.workspace.files.git import Author, repository_of
from offramp.workspace.files.past import Kept
from offramp.workspace.routes.answers import VersionList, VersionText
from workspace_site import Workspace, make_folder, shared

TALKS = "/api/scenarios/talks"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path, "talks.yaml")


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    with shared(folder) as found:
        yield found


def git(folder: Path, *arguments: str, at: int = 0) -> str:
    """What git says to someone at a terminal."""
    dates = {"GIT_AUTHOR_DATE": f"{at} +0000", "GIT_COMMITTER_DATE": f"{at} +0000"} if at else {}
    who = ("-c", "user.name=Vera", "-c", "user.email=vera@example.org")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, env={**os.environ, **dates}, check=True, capture_output=True, text=True
    )
    return done.stdout


def entries_of(workspace: Workspace) -> list[dict[str, Any]]:
    found = workspace.client("reader").get(f"{TALKS}/history").json()
    VersionList(**found)
    entries: list[dict[str, Any]] = found["entries"]
    return entries


def save(workspace: Workspace, before: str, after: str, **more: str) -> dict[str, Any]:
    """Save the text with a change."""
    client = workspace.client("editor")
    there = client.get(TALKS).json()
    assert before in there["text"]
    text = there["text"].replace(before, after, 1)
    saved = client.put(TALKS, json={"text": text, "base": there["version"], **more})
    assert saved.status_code == 200
    found: dict[str, Any] = saved.json()
    return found


def test_a_save_says_who_when_and_what(workspace: Workspace) -> None:
    first = workspace.client().get(TALKS).json()
    saved = save(workspace, "{pert: [6, 10, 16]}", "{pert: [6, 11, 16]}", message="a better guess")
    newest, oldest = entries_of(workspace)
    assert (newest["version"], newest["parent"]) == (saved["version"], first["version"])
    assert (newest["by"], newest["message"], newest["origin"]) == ("Ed", "a better guess", "workspace")
    (change,) = newest["changes"]
    assert change["path"].startswith("assumptions.")
    assert (change["before"], change["after"]) == ("pert 6, 10, 16", "pert 6, 11, 16")
    assert (oldest["version"], oldest["origin"], oldest["by"], oldest["changes"]) == (
        first["version"],
        "disk",
        None,
        [],
    )
    old = VersionText(**workspace.client().get(f"{TALKS}/versions/{first['version']}").json())
    assert (old.text, old.origin) == (first["text"], "disk")


def test_what_others_write_to_the_file_becomes_a_version(workspace: Workspace) -> None:
    entries_of(workspace)
    file = workspace.folder / "talks.yaml"
    file.write_text(file.read_text().replace("title: ", "title: Other ", 1))
    newest = entries_of(workspace)[0]
    assert (newest["origin"], newest["by"]) == ("disk", None)
    assert newest["changes"][0]["path"] == "title"
    kinds = [entry["kind"] for entry in workspace.client().get("/api/activity").json()["entries"]]
    assert kinds == ["changed"]


def test_a_version_is_restored_by_saving_its_text(workspace: Workspace) -> None:
    first = workspace.client().get(TALKS).json()
    save(workspace, "title: ", "title: New ")
    old = workspace.client().get(f"{TALKS}/versions/{first['version']}").json()
    save_again = workspace.client("editor").put(
        TALKS, json={"text": old["text"], "base": workspace.client().get(TALKS).json()["version"]}
    )
    assert save_again.json()["version"] == first["version"]
    assert [each["version"] == first["version"] for each in entries_of(workspace)] == [True, False, True]


def test_a_version_that_never_was_is_not_found(workspace: Workspace) -> None:
    assert workspace.client().get(f"{TALKS}/versions/{'0' * 64}").status_code == 404
    assert workspace.client().get("/api/scenarios/none/history").status_code == 404


def test_the_effect_of_an_edit_is_told(workspace: Workspace) -> None:
    first = workspace.client().get(TALKS).json()["version"]
    second = save(workspace, "{pert: [6, 10, 16]}", "{pert: [40, 50, 60]}")["version"]
    found = workspace.client("reader").get(f"{TALKS}/effect", params={"first": first, "second": second})
    assert found.status_code == 200, found.text
    document = found.json()
    assert document["schema"] == "offramp.comparison/1"
    effect = entries_of(workspace)[0]["effect"]
    assert effect["beyond_noise"]
    assert effect["change"] == pytest.approx(effect["second"] - effect["first"])
    assert effect["change"] < -0.05


def test_gits_commits_are_part_of_the_history(folder: Path) -> None:
    git(folder, "init", "-q")
    file = folder / "talks.yaml"
    original = file.read_text()
    (folder / "before.yaml").write_text(original)
    git(folder, "add", "before.yaml")
    git(folder, "commit", "-qm", "begin", at=1_000_000_000)
    git(folder, "rm", "-q", "--cached", "before.yaml")
    (folder / "before.yaml").unlink()
    git(folder, "add", "talks.yaml")
    git(folder, "commit", "-qm", "a better name", at=1_000_001_000)
    file.write_text(original.replace("{pert: [6, 10, 16]}", "{pert: [6, 11, 16]}"))
    git(folder, "commit", "-qam", "a better guess", at=1_000_002_000)
    with shared(folder) as workspace:
        found = entries_of(workspace)
        assert [entry["message"] for entry in found] == ["a better guess", "a better name", "begin"]
        assert {(entry["by"], entry["origin"]) for entry in found} == {("Vera", "git")}
        assert all(len(entry["commit"]) == 40 for entry in found)
        assert found[0]["at"] == "2001-09-09T02:20:00Z"
        assert [change["after"] for change in found[0]["changes"]] == ["pert 6, 11, 16"]
        assert found[0]["parent"] == found[1]["version"] == found[2]["version"]
        old = workspace.client().get(f"{TALKS}/versions/{found[1]['version']}").json()
        assert old["text"] == original
        saved = save(workspace, "title: ", "title: New ")
        assert entries_of(workspace)[0]["version"] == saved["version"]
        assert git(folder, "status", "--short").strip() == "M talks.yaml"


def test_a_base_that_only_git_knows_is_merged_with(folder: Path) -> None:
    git(folder, "init", "-q")
    file = folder / "talks.yaml"
    original = file.read_text()
    git(folder, "add", "talks.yaml")
    git(folder, "commit", "-qm", "begin")
    file.write_text(original.replace("{pert: [6, 10, 16]}", "{pert: [6, 11, 16]}"))
    git(folder, "commit", "-qam", "a better guess")
    with shared(folder) as workspace:
        client = workspace.client("editor")
        base = hashlib.sha256(original.encode()).hexdigest()
        saved = client.put(TALKS, json={"text": original.replace("title: ", "title: New "), "base": base}).json()
        assert saved["merged"]
        assert file.read_text() == saved["text"]
        assert ("title: New " in saved["text"], "{pert: [6, 11, 16]}" in saved["text"]) == (True, True)


def test_a_save_is_a_commit_where_that_is_wanted(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "talks.yaml")
    git(folder, "commit", "-qm", "begin")
    (folder / "staged.txt").write_text("not ours")
    git(folder, "add", "staged.txt")
    hook = folder / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
    hook.chmod(0o755)
    with shared(folder, commit=True) as workspace:
        save(workspace, "{pert: [6, 10, 16]}", "{pert: [6, 11, 16]}")
        assert git(folder, "log", "-1", "--format=%an <%ae> %s").startswith("Ed <ed@localhost> talks.yaml: assumption ")
        assert git(folder, "show", "--stat", "--format=").split()[0] == "talks.yaml"
        client = workspace.client("editor")
        assert client.post("/api/scenarios", json={"id": "cases:new", "title": "A case"}).status_code == 201
        assert client.post("/api/scenarios/cases:new/rename", json={"to": "other"}).status_code == 200
        assert git(folder, "ls-files").split() == ["other.yaml", "staged.txt", "talks.yaml"]
        assert client.delete("/api/scenarios/other").status_code == 200
        assert git(folder, "ls-files").split() == ["staged.txt", "talks.yaml"]
        newest = entries_of(workspace)[0]
        assert (newest["by"], newest["origin"], len(newest["commit"])) == ("Ed", "workspace", 40)
    assert git(folder, "status", "--short").split() == ["A", "staged.txt"]
    assert not (folder / "ran").exists()


def test_nothing_of_a_repositorys_settings_runs_when_history_is_read(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "talks.yaml")
    git(folder, "commit", "-qm", "begin")
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    trap.chmod(0o755)
    for setting in ("core.fsmonitor", "core.pager", "diff.external", "core.editor", "diff.x.textconv", "gpg.program"):
        git(folder, "config", setting, str(trap))
    git(folder, "config", "log.showSignature", "true")
    (folder / ".gitattributes").write_text("*.yaml diff=x\n")
    repository = repository_of(folder)
    assert repository is not None
    assert len(repository.commits("talks.yaml")) == 1
    assert repository.commit(["talks.yaml"], "nothing new", Author("Ed", "ed@localhost")) is False
    assert not (tmp_path / "ran").exists()


def test_a_message_that_looks_like_a_commit_makes_none(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "talks.yaml")
    git(folder, "commit", "-qm", "begin\x1e\x1f1\x1fx", at=1_000_000_000)
    file = folder / "talks.yaml"
    file.write_text(file.read_text() + "# more\n")
    git(folder, "commit", "-qam", "more", at=1_000_001_000)
    repository = repository_of(folder)
    assert repository is not None
    assert [commit.message for commit in repository.commits("talks.yaml")] == ["more"]
    assert repository.commits("talks.yaml")[0].at == datetime.fromtimestamp(1_000_001_000, UTC)


def test_git_is_asked_for_texts_that_are_not_too_long(folder: Path) -> None:
    git(folder, "init", "-q")
    (folder / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "long.yaml").write_text("x" * 5000)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "begin")
    repository = repository_of(folder)
    assert repository is not None
    names = [repository.commits(f"{name}.yaml")[0].blob for name in ("talks", "binary", "long")]
    blobs = [name for name in names if name]
    assert repository.blobs(blobs, 4000, 10**6) == {blobs[0]: (folder / "talks.yaml").read_text()}
    assert repository.blobs(["0" * 40], 4000, 10**6) == {}
    assert repository.blobs(blobs, 10**6, 100) == {}


def test_a_folder_outside_of_git_has_no_repository(tmp_path: Path) -> None:
    assert repository_of(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "email", "shown"),
    [
        ("Ed", "ed@example.org", "Ed <ed@example.org>"),
        ("E<d>\n", "<x@y>", "Ed <x@y>"),
        ("", "", "someone <nobody@localhost>"),
    ],
)
def test_an_author_is_one_line(name: str, email: str, shown: str) -> None:
    assert str(Author(name, email)) == shown


def test_what_is_kept_is_bounded() -> None:
    kept: Kept[int, str] = Kept(10, len)
    kept.keep(1, "aaaa")
    kept.keep(2, "bbbb")
    assert kept.get(1) == "aaaa"
    kept.keep(3, "cccc")
    assert (kept.get(1), kept.get(2), kept.get(3)) == ("aaaa", None, "cccc")
    assert kept.keep(3, "cc") == "cc"
