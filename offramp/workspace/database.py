"""The database: SQLite in the folder, or PostgreSQL by URL; brought to the newest tables when it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from offramp.errors import RunError

MIGRATIONS = Path(__file__).parent / "migrations"

SECONDS_TO_WAIT = 15
"""How long a writer waits for another, in SQLite."""


CONNECTIONS = 20
"""That are kept open; as many more come and go."""


class Base(DeclarativeBase):
    """All tables."""


class Moment(TypeDecorator[datetime]):
    """A time in UTC, aware of it, in every database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value else None


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Do something once what the session wrote is there for all to read; never, where it is rolled back."""
    event.listen(session, "after_commit", lambda _: action(), once=True)


class Database:
    """An engine whose tables are the newest.

    Parameters
    ----------
    url : str
        A SQLAlchemy URL.

    Raises
    ------
    RunError
        Where there is no such database, or it does not let one in.
    """

    def __init__(self, url: str) -> None:
        try:
            self.engine = _engine(url)
            upgrade(self.engine)
        except (ArgumentError, NoSuchModuleError):
            allowed = "give one such as postgresql://NAME@HOST/DATABASE, or sqlite:///PATH"
            raise RunError(f"the database's URL is none that is known; {allowed}") from None
        except ModuleNotFoundError as error:
            raise RunError(f"{error.name} is missing for this database; install offramp[postgres]") from None
        except OperationalError as error:
            raise RunError(f"the database cannot be opened: {str(error.orig).strip()}") from None
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that is committed at the end, and rolled back where something goes wrong."""
        with self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def upgrade(engine: Engine) -> None:
    """Bring the tables to their newest form; nothing is lost."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    """The engine for a URL; errors do not tell what was in a statement, since logs would keep it."""
    known = make_url(url)
    if known.drivername == "postgresql":
        known = known.set(drivername="postgresql+psycopg")
    more: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": CONNECTIONS, "hide_parameters": True}
    if known.get_backend_name() != "sqlite":
        return create_engine(known, pool_pre_ping=True, **more)
    engine = create_engine(known, connect_args={"timeout": SECONDS_TO_WAIT}, **more)
    event.listen(engine, "connect", _settle_sqlite)
    return engine


def _settle_sqlite(connection: Any, _: object) -> None:
    """Readers do not wait for the writer, and what refers to something refers to what is there."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
