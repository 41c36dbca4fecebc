"""Scenarios of a folder: listed, read, saved; nothing that someone wrote is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

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
