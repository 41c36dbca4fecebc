"""Who comes into a workspace, and what they may do there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from offramp.workspace.access import passwords, sessions, signing
from offramp.workspace.access.accounts import person_named
from offramp.workspace.access.gate import WRONG_BY_ADDRESS, WRONG_BY_NAME
from offramp.workspace.access.roles import CSRF_HEADER
from offramp.workspace.access.secrets import fingerprint, new_secret
from offramp.workspace.database import now
from offramp.workspace.models import Person, SignedIn
from offramp.workspace.settings import cookie_name
from workspace_site import PASSWORD, Client, Workspace, local, make_folder, shared

ANOTHER = "another lamp elsewhere"


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


def test_a_key_lets_in_once(alone: Workspace) -> None:
    key = alone.site.gate.new_key()
    client = alone.stranger()
    answer = client.get(f"/?key={key}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/api/session").json()["person"]
    assert "set-cookie" not in alone.stranger().get(f"/?key={key}").headers
    assert not list((alone.folder / ".offramp" / "keys").iterdir())


@pytest.mark.parametrize("key", ["", "x", "..", "../workspace.sqlite", "%00", "a" * 128])
def test_what_is_no_key_lets_nobody_in(alone: Workspace, key: str) -> None:
    answer = alone.stranger().get("/", params={"key": key})
    assert (answer.status_code, "set-cookie" in answer.headers) == (303, False)
    assert (alone.folder / ".offramp" / "workspace.sqlite").exists()


def test_a_key_is_not_spent_by_who_is_in_already(alone: Workspace) -> None:
    key = alone.site.gate.new_key()
    alone.client().get(f"/?key={key}")
    assert "set-cookie" in alone.stranger().get(f"/?key={key}").headers


def test_keys_let_nobody_in_where_people_sign_in(team: Workspace) -> None:
    assert "set-cookie" not in team.stranger().get(f"/?key={team.site.gate.new_key()}").headers


def test_nobody_signs_in_by_a_password_where_there_are_no_accounts(alone: Workspace) -> None:
    answer = alone.stranger().post("/api/session", json={"name": "root", "password": PASSWORD})
    assert answer.status_code == 403
    assert "offramp serve" in answer.json()["remedy"]
    answer = alone.client().post("/api/people", json={"name": "ed", "password": PASSWORD})
    assert (answer.status_code, "offramp accounts add" in answer.json()["remedy"]) == (409, True)


def _sign_in(client: Client, name: str = "ed", password: str = PASSWORD) -> Any:
    answer = client.post("/api/session", json={"name": name, "password": password})
    if answer.status_code == 200:
        client.csrf = answer.json()["csrf"]
    return answer


def test_people_sign_in_with_a_password(team: Workspace) -> None:
    client = team.stranger()
    answer = _sign_in(client)
    assert answer.status_code == 200, answer.text
    assert client.get("/api/session").json() == answer.json()
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/"))
    assert "domain" not in cookie


def test_signing_out_ends_the_session(team: Workspace) -> None:
    client = team.stranger()
    _sign_in(client)
    kept = dict(client.cookies)
    assert client.delete("/api/session").status_code == 204
    assert not client.cookies
    client.cookies.update(kept)
    assert client.get("/api/session").json()["person"] is None


def test_signing_in_begins_another_session_and_ends_the_one_before(team: Workspace) -> None:
    client = team.client("reader")
    before = client.cookies[cookie_name(team.site.settings)]
    _sign_in(client)
    assert client.cookies[cookie_name(team.site.settings)] != before
    client.cookies.clear()
    client.cookies.set(cookie_name(team.site.settings), before, domain="127.0.0.1")
    assert client.get("/api/session").json()["person"] is None


def test_a_session_that_someone_planted_is_not_taken_over(team: Workspace) -> None:
    client = team.stranger()
    client.cookies.set(cookie_name(team.site.settings), "planted", domain="127.0.0.1")
    _sign_in(client)
    assert "planted" not in client.cookies.values()


def test_the_database_holds_no_secret_as_it_is(team: Workspace) -> None:
    client = team.stranger()
    _sign_in(client)
    token = client.post("/api/tokens", json={"name": "x", "days": 1}).json()["token"]
    key = team.site.gate.new_key()
    cookie = client.cookies[cookie_name(team.site.settings)]
    kept = b"".join(path.read_bytes() for path in (team.folder / ".offramp").rglob("*") if path.is_file())
    kept += b"".join(path.name.encode() for path in (team.folder / ".offramp").rglob("*"))
    for secret in (token, key, cookie, PASSWORD):
        assert secret.encode() not in kept
    for secret in (token, key, cookie):
        assert fingerprint(secret).encode() in kept


def test_secrets_have_256_random_bits() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) * 6 >= 256


@pytest.mark.parametrize(
    ("column", "age", "is_over"),
    [
        ("seen", sessions.IDLE - timedelta(minutes=5), False),
        ("seen", sessions.IDLE + timedelta(minutes=5), True),
        ("expires", timedelta(minutes=-5), False),
        ("expires", timedelta(minutes=5), True),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(team: Workspace, column: str, age: timedelta, is_over: bool) -> None:
    client = team.client("reader")
    with team.site.database.session() as session:
        session.execute(update(SignedIn).values({column: now() - age}))
    assert (client.get("/api/session").json()["person"] is None) == is_over
    with team.site.database.session() as session:
        assert (session.scalar(select(SignedIn.id)) is None) == is_over


def test_use_keeps_a_session_from_being_idle_but_not_from_being_old(team: Workspace) -> None:
    client = team.client("reader")
    with team.site.database.session() as session:
        session.execute(update(SignedIn).values(seen=now() - timedelta(hours=1)))
        expires = session.scalar(select(SignedIn.expires))
    client.get("/api/session")
    with team.site.database.session() as session:
        row = session.scalars(select(SignedIn)).one()
        assert now() - row.seen < timedelta(minutes=1)
        assert row.expires == expires


def test_another_password_ends_all_other_sessions(team: Workspace) -> None:
    client, elsewhere = team.client("editor"), team.client("editor")
    answer = client.post("/api/session/password", json={"old": PASSWORD, "new": ANOTHER})
    assert answer.status_code == 204, answer.text
    assert elsewhere.get("/api/session").json()["person"] is None
    assert client.get("/api/session").json()["person"]["name"] == "ed"
    assert _sign_in(team.stranger()).status_code == 401
    assert _sign_in(team.stranger(), password=ANOTHER).status_code == 200


def test_the_old_password_is_needed_for_another(team: Workspace) -> None:
    client = team.client("editor")
    assert client.post("/api/session/password", json={"old": ANOTHER, "new": ANOTHER}).status_code == 403
    assert client.post("/api/session/password", json={"old": PASSWORD, "new": "short"}).status_code == 422
    assert _sign_in(team.stranger()).status_code == 200


def test_an_owner_gives_a_password_and_the_sessions_are_over(team: Workspace) -> None:
    client = team.client("editor")
    assert team.client().patch("/api/people/ed", json={"password": ANOTHER}).status_code == 200
    assert client.get("/api/session").json()["person"] is None
    assert _sign_in(team.stranger(), password=ANOTHER).status_code == 200


def test_what_one_changes_about_oneself(team: Workspace) -> None:
    client = team.client("reader")
    changes = {"display": "Rita Ríos", "email": "rita@example.org", "digest": "weekly", "language": "es"}
    assert client.patch("/api/session", json=changes).status_code == 200
    person = client.get("/api/session").json()["person"]
    assert {name: person[name] for name in changes} == changes


@pytest.mark.parametrize(
    "change",
    [{"role": "owner"}, {"email": "no address"}, {"email": "a@b\nBcc: c@d"}, {"digest": "hourly"}, {"display": ""}],
    ids=str,
)
def test_what_one_cannot_change_about_oneself(team: Workspace, change: dict[str, str]) -> None:
    client = team.client("reader")
    assert client.patch("/api/session", json=change).status_code == 422
    assert client.get("/api/session").json()["person"]["role"] == "reader"


def test_passwords_are_kept_as_argon2id_hashes(team: Workspace) -> None:
    with team.site.database.session() as session:
        kept = person_named(session, "ed").password
    assert kept is not None
    assert kept.startswith(f"$argon2id$v=19$m={passwords.MEMORY},t={passwords.PASSES},p={passwords.LANES}$")
    assert passwords.verify(kept, PASSWORD)
    assert not passwords.verify(kept, PASSWORD + " ")


def test_a_hash_of_another_making_is_made_anew_at_sign_in(team: Workspace) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with team.site.database.session() as session:
        person_named(session, "ed").password = weak
    assert _sign_in(team.stranger()).status_code == 200
    with team.site.database.session() as session:
        kept = person_named(session, "ed").password
    assert kept is not None
    assert not passwords.is_outdated(kept)
    assert passwords.verify(kept, PASSWORD)


def test_an_unknown_name_is_refused_like_a_wrong_password_after_the_same_work(
    team: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    true = PasswordHasher.verify

    def spy(self: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept.rsplit("$", 2)[0])
        return bool(true(self, kept, password))

    monkeypatch.setattr(PasswordHasher, "verify", spy)
    with team.site.database.session() as session:
        session.execute(update(Person).where(Person.name == "rita").values(disabled=True))
    answers = [_sign_in(team.stranger(), name, ANOTHER) for name in ("ed", "nobody", "rita")]
    assert len({answer.text for answer in answers}) == 1
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len(verified) == 3
    assert len(set(verified)) == 1


def test_only_so_many_hashes_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: list[int] = []
    most: list[int] = []

    def slow(*_: object) -> bool:
        at_work.append(1)
        most.append(len(at_work))
        time.sleep(0.02)
        at_work.pop()
        return True

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    with ThreadPoolExecutor(4 * passwords.AT_ONCE) as pool:
        assert all(pool.map(lambda _: passwords.verify("x", "y"), range(8 * passwords.AT_ONCE)))
    assert max(most) == passwords.AT_ONCE


def test_wrong_passwords_cost_ever_longer_waits(team: Workspace) -> None:
    for _ in range(WRONG_BY_NAME):
        assert _sign_in(team.stranger(), password=ANOTHER).status_code == 401
    answer = _sign_in(team.stranger())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert _sign_in(team.stranger(), "rita").status_code == 200


def test_wrong_passwords_for_many_names_make_the_address_wait(team: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "verify", lambda *_: False)
    for number in range(WRONG_BY_ADDRESS):
        assert _sign_in(team.stranger(), f"nobody{number}").status_code == 401
    assert _sign_in(team.stranger(), "someone").status_code == 429


def test_the_old_password_cannot_be_guessed_at_leisure(team: Workspace) -> None:
    client = team.client("editor")
    tries = [client.post("/api/session/password", json={"old": "x", "new": ANOTHER}) for _ in range(WRONG_BY_NAME + 1)]
    assert [answer.status_code for answer in tries] == [403] * WRONG_BY_NAME + [429]


def test_the_csrf_token_is_compared_in_constant_time(team: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def spy(first: bytes, second: bytes) -> bool:
        compared.append(first)
        return first == second

    monkeypatch.setattr("offramp.workspace.access.secrets.hmac.compare_digest", spy)
    team.client("reader").patch("/api/session", json={"display": "Rita"}, headers={CSRF_HEADER: "guess"})
    assert compared == [b"guess"]


def test_the_key_of_a_printed_address_works_for_one_of_many_who_try_at_once(alone: Workspace) -> None:
    key = alone.site.gate.new_key()
    with ThreadPoolExecutor(8) as pool:
        entered = [each for each in pool.map(lambda _: signing.let_in(alone.site, key), range(16)) if each]
    assert len(entered) == 1
