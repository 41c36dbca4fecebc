"""Who comes into a workspace, and what they may do there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workspace_site import PASSWORD, Workspace, local, make_folder, shared


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Workspace]:
    with local(make_folder(tmp_path, "talks.yaml")) as found:
        yield found


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml")) as found:
        yield found


def test_a_stranger_is_nobody(alone: Workspace) -> None:
    answer = alone.stranger().get("/api/session").json()
    assert answer["person"] is None
    assert (answer["mode"], answer["csrf"], answer["folder"]) == ("local", "", "")


def test_who_starts_the_server_is_its_owner(alone: Workspace) -> None:
    answer = alone.client().get("/api/session").json()
    assert answer["person"]["role"] == "owner"
    assert answer["csrf"]


def test_people_sign_in_with_a_password(team: Workspace) -> None:
    client = team.stranger()
    answer = client.post("/api/session", json={"name": "ed", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    assert client.get("/api/session").json()["person"]["name"] == "ed"
