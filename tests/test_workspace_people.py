"""People and tokens of a workspace, and how often one may ask it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from offramp.workspace.access.limits import MOST_KEPT, Attempts, Buckets
from offramp.workspace.access.tokens import PREFIX
from offramp.workspace.database import now
from offramp.workspace.models import Person, Token
from workspace_site import PASSWORD, Client, Workspace, make_folder, shared

ANOTHER = "another lamp elsewhere"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml")) as found:
        yield found


def _sign_in(client: Client, name: str = "ed", password: str = PASSWORD) -> Any:
    answer = client.post("/api/session", json={"name": name, "password": password})
    if answer.status_code == 200:
        client.csrf = answer.json()["csrf"]
    return answer


class _Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_waits_double_up_to_the_longest_and_are_forgotten() -> None:
    clock = _Clock()
    attempts = Attempts(2, 30.0, clock)
    waits = []
    for _ in range(9):
        attempts.failed("x")
        waits.append(attempts.wait("x"))
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30, 30]
    assert attempts.wait("y") == 0
    clock.time = 29.0
    assert attempts.wait("x") == 1
    clock.time = 100.0
    attempts.failed("x")
    assert attempts.wait("x") == 0
    attempts.succeeded("x")
    attempts.failed("x")
    assert attempts.wait("x") == 0


def test_a_bucket_fills_evenly() -> None:
    clock = _Clock()
    buckets = Buckets(60, clock)
    assert [buckets.take("x") for _ in range(60)] == [0] * 60
    assert buckets.take("x") == pytest.approx(1)
    assert buckets.take("y") == 0
    clock.time = 0.5
    assert buckets.take("x") == pytest.approx(0.5)
    clock.time = 1.1
    assert buckets.take("x") == 0
    clock.time = 10_000
    assert [buckets.take("x") > 0 for _ in range(61)] == [False] * 60 + [True]


def test_only_so_many_buckets_are_kept() -> None:
    buckets = Buckets(60)
    for number in range(MOST_KEPT + 100):
        buckets.take(number)
    assert len(buckets) == MOST_KEPT


def test_a_token_stands_for_its_person(team: Workspace) -> None:
    made = team.client("editor").post("/api/tokens", json={"name": "notebook", "scope": "write", "days": 7}).json()
    assert made["token"].startswith(PREFIX)
    program = team.stranger(authorization=f"Bearer {made['token']}")
    assert program.get("/api/session").json()["person"]["name"] == "ed"
    listed = team.client("editor").get("/api/tokens").json()["tokens"]
    assert [(each["id"], each["name"], "token" in each) for each in listed] == [(made["id"], "notebook", False)]
    assert listed[0]["used"]
    assert team.client("reader").get("/api/tokens").json()["tokens"] == []


def test_a_token_is_taken_back_by_its_person_alone(team: Workspace) -> None:
    client = team.client("editor")
    made = client.post("/api/tokens", json={"name": "notebook", "days": 7}).json()
    program = team.stranger(authorization=f"Bearer {made['token']}")
    assert team.client("owner").delete(f"/api/tokens/{made['id']}").status_code == 404
    assert program.get("/api/people").status_code == 200
    assert client.delete(f"/api/tokens/{made['id']}").status_code == 204
    answer = program.get("/api/people")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_ends_on_its_day(team: Workspace) -> None:
    program = team.program("read", "reader")
    assert program.get("/api/people").status_code == 200
    with team.site.database.session() as session:
        session.execute(update(Token).values(expires=now() - timedelta(seconds=1)))
    assert program.get("/api/people").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ofr_x", "Basic b2xnYTp4", "ofr_x", "Bearer  ", "Bearer ofr_ñ"])
def test_what_is_no_token_is_refused(team: Workspace, header: str) -> None:
    client = team.client("owner")
    answer = client.get("/api/people", headers={b"Authorization": header.encode()})
    assert answer.status_code == 401


def test_nobody_has_more_tokens_than_anyone_needs(team: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offramp.workspace.routes.tokens.MOST", 2)
    client = team.client("editor")
    answers = [client.post("/api/tokens", json={"name": "x", "days": 1}).status_code for _ in range(3)]
    assert answers == [201, 201, 409]


def test_who_is_shut_out_is_out_at_once(team: Workspace) -> None:
    client, program = team.client("editor"), team.program("write", "editor")
    owner = team.client()
    assert owner.patch("/api/people/ed", json={"disabled": True}).json()["disabled"] is True
    assert client.get("/api/session").json()["person"] is None
    assert program.get("/api/people").status_code == 401
    assert _sign_in(team.stranger()).status_code == 401
    owner.patch("/api/people/ed", json={"disabled": False})
    assert client.get("/api/session").json()["person"] is None
    assert program.get("/api/people").status_code == 401
    assert _sign_in(team.stranger()).status_code == 200


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"role": "reader"}, {"password": ANOTHER}], ids=lambda change: next(iter(change))
)
def test_who_is_changed_hears_no_more_news_until_they_come_again(
    team: Workspace, change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    monkeypatch.setattr(team.site.bus, "dismiss", heard.append)
    ed = team.person("editor")
    assert team.client().patch("/api/people/ed", json=change).status_code == 200
    assert heard == [ed.id]


def test_a_role_changes_at_once(team: Workspace) -> None:
    client = team.client("editor")
    team.client().patch("/api/people/ed", json={"role": "owner"})
    assert client.patch("/api/people/rita", json={"display": "Rita R."}).status_code == 200


def test_names_are_for_all_and_roles_for_owners(team: Workspace) -> None:
    seen = team.client("reader").get("/api/people").json()["people"]
    assert seen[0] == {"name": "ed", "display": "Ed"}
    assert team.client().get("/api/people").json()["people"][0]["role"] == "editor"


@pytest.mark.parametrize(
    ("method", "change"), [("PATCH", {"role": "editor"}), ("PATCH", {"disabled": True}), ("DELETE", None)]
)
def test_an_owner_is_always_left(team: Workspace, method: str, change: dict[str, object] | None) -> None:
    owner = team.client()
    answer = owner.request(method, "/api/people/olga", json=change)
    assert (answer.status_code, answer.json()["found"]) == (409, "no owner would be left")
    assert owner.get("/api/session").json()["person"]["role"] == "owner"
    owner.patch("/api/people/ed", json={"role": "owner"})
    assert owner.request(method, "/api/people/olga", json=change).status_code < 300


def test_an_owner_who_cannot_sign_in_does_not_count(team: Workspace) -> None:
    with team.site.database.session() as session:
        session.add(Person(name="ghost", role="owner", feed_key="ghost"))
    assert team.client().delete("/api/people/olga").status_code == 409


def test_a_person_who_is_taken_away_is_gone(team: Workspace) -> None:
    client, program = team.client("editor"), team.program()
    assert team.client().delete("/api/people/ed").status_code == 204
    assert client.get("/api/session").json()["person"] is None
    assert program.get("/api/people").status_code == 401
    assert team.client().delete("/api/people/ed").status_code == 404


def test_people_are_added_by_owners(team: Workspace) -> None:
    new = {"name": "ana", "password": ANOTHER, "role": "editor", "display": "Ana"}
    assert team.client("owner").post("/api/people", json=new).status_code == 201
    assert _sign_in(team.stranger(), "ana", ANOTHER).json()["person"]["role"] == "editor"
    assert team.client("owner").post("/api/people", json=new).status_code == 409


def test_a_person_without_a_password_is_not_let_in_where_people_sign_in(team: Workspace) -> None:
    with team.site.database.session() as session:
        session.add(Person(name="aa", role="owner", feed_key="aa"))
    client, program = team.client("owner"), team.program("read", "owner")
    assert client.get("/api/session").json()["person"]["name"] == "olga"
    with team.site.database.session() as session:
        session.execute(update(Person).where(Person.name == "olga").values(password=None))
    assert client.get("/api/session").json()["person"] is None
    assert program.get("/api/people").status_code == 401
