"""The workspace's database: its tables, how they come to be, and that SQLite and PostgreSQL serve alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from offramp.cli import main
from offramp.errors import RunError
from offramp.workspace.access import accounts
from offramp.workspace.database import MIGRATIONS, Base, Database, upgrade
from offramp.workspace.models import Activity, Comment, Person, SignedIn, Token
from offramp.workspace.problems import Refusal
from postgres_cluster import cluster
from workspace_site import PASSWORD, make_folder, shared

ANOTHER = "another lamp elsewhere"

numbers = itertools.count()


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database in which there is nothing."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    server: str = request.getfixturevalue("postgres")
    name = f"empty{next(numbers)}"
    engine = create_engine(
        server.replace("postgresql:", "postgresql+psycopg:") + "/postgres", isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    found = Database(url)
    yield found
    found.close()


def test_the_tables_are_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert set(inspect(database.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_bringing_the_tables_up_to_date_again_changes_nothing(database: Database) -> None:
    with database.session() as session:
        session.add(Person(name="ana", feed_key="1"))
    upgrade(database.engine)
    with database.session() as session:
        assert session.scalars(select(Person.name)).all() == ["ana"]


def test_the_tables_can_be_taken_down_again(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.close()


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(database: Database) -> None:
    moment = datetime(2026, 3, 29, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=-4)))
    with database.session() as session:
        session.add(Activity(kind="x", at=moment, data={"ñ": [1, None]}))
    with database.session() as session:
        found = session.scalars(select(Activity)).one()
    assert (found.at, found.at.tzinfo) == (moment, UTC)
    assert found.data == {"ñ": [1, None]}


def test_what_goes_wrong_leaves_nothing_behind(database: Database) -> None:
    def fail() -> None:
        with database.session() as session:
            session.add(Person(name="ana", feed_key="1"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_who_goes_takes_sessions_along_and_leaves_what_they_wrote(database: Database) -> None:
    with database.session() as session:
        ana = accounts.add(session, "ana", PASSWORD, "owner")
        bo = accounts.add(session, "bo", PASSWORD, "owner")
        moment = datetime(2030, 1, 1, tzinfo=UTC)
        session.add_all(
            [
                SignedIn(id="x", person_id=ana.id, csrf="x", expires=moment),
                Token(person_id=ana.id, name="x", hash="x"),
                Comment(person_id=ana.id, scenario="talks", text="so it is"),
            ]
        )
        session.flush()
        accounts.remove(session, ana)
    with database.session() as session:
        assert session.scalars(select(Person.id)).all() == [bo.id]
        assert session.scalar(select(func.count()).select_from(SignedIn)) == 0
        assert session.scalar(select(func.count()).select_from(Token)) == 0
        assert session.scalars(select(Comment)).one().person_id is None


def test_a_row_refers_to_what_is_there(database: Database) -> None:
    with pytest.raises(IntegrityError), database.session() as session:
        session.add(Token(person_id=99, name="x", hash="x"))


def test_an_error_does_not_tell_what_was_in_the_statement(database: Database) -> None:
    with pytest.raises(StatementError) as caught, database.session() as session:
        session.execute(text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": PASSWORD})
    assert PASSWORD not in str(caught.value)


def test_two_owners_cannot_take_each_other_s_role(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.session() as session:
        session.add_all(Person(name=name, role="owner", password="x", feed_key=name) for name in ("ana", "bo"))
    both_changed = Barrier(2)
    check = accounts._check_owner_left

    def check_when_both_changed(session: Session) -> None:
        session.flush()
        with suppress(BrokenBarrierError):  # where one must wait for the other, as it should
            both_changed.wait(0.5)
        check(session)

    monkeypatch.setattr(accounts, "_check_owner_left", check_when_both_changed)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda name: _demote(database, name), ("ana", "bo")))
    assert sorted(done) == [False, True]
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Person).where(Person.role == "owner")) == 1


def _demote(database: Database, name: str) -> bool:
    """Whether an owner could be made a reader."""
    try:
        with database.session() as session:
            accounts.change(session, accounts.person_named(session, name), {"role": "reader"})
    except Refusal:
        return False
    return True


def test_who_comes_in_and_what_they_may_do_is_the_same_on_both(url: str, tmp_path: Path) -> None:
    with shared(make_folder(tmp_path, "talks.yaml"), database=url) as team:
        client = team.stranger()
        wrong = client.post("/api/session", json={"name": "ed", "password": ANOTHER})
        right = client.post("/api/session", json={"name": "ed", "password": PASSWORD})
        assert (wrong.status_code, right.status_code) == (401, 200)
        client.csrf = right.json()["csrf"]
        token = client.post("/api/tokens", json={"name": "x", "scope": "read", "days": 1}).json()
        program = team.stranger(authorization=f"Bearer {token['token']}")
        assert program.get("/api/session").json()["person"]["name"] == "ed"
        assert token["expires"].endswith("Z")
        assert client.post("/api/session/password", json={"old": PASSWORD, "new": ANOTHER}).status_code == 204
        owner = team.client()
        assert owner.post("/api/people", json={"name": "ed", "password": PASSWORD}).status_code == 409
        assert owner.delete("/api/people/olga").status_code == 409
        assert owner.patch("/api/people/ed", json={"disabled": True}).status_code == 200
        assert program.get("/api/session").status_code == 401
        assert client.get("/api/session").json()["person"] is None
        assert owner.delete("/api/people/ed").status_code == 204
        assert not (team.folder / ".offramp" / "workspace.sqlite").exists()


def test_accounts_are_kept_where_the_environment_says(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFRAMP_DATABASE", url)
    words = ["accounts", "add", str(tmp_path), "ana", "--password-stdin"]
    result = CliRunner().invoke(main, words, input=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    database = Database(url)
    with database.session() as session:
        assert [each.role for each in accounts.people(session)] == ["owner"]
    database.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("postgresql://postgres:wrong-secret@{server}/postgres", "cannot be opened"),
        ("postgresql://postgres:wrong-secret@127.0.0.1:1/x", "cannot be opened"),
        ("nothing", "is none that is known"),
        ("mysql+nothing://x:wrong-secret@y/z", "is none that is known"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_without_its_password(postgres: str, wrong: str, said: str) -> None:
    with pytest.raises(RunError, match=said) as caught:
        Database(wrong.format(server=postgres.rpartition("@")[2]))
    assert "wrong-secret" not in str(caught.value)
