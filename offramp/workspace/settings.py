"""How a workspace is set up: what ``offramp serve`` was told, and the limits that hold for everyone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from offramp.errors import RunError

HIDDEN = ".offramp"
"""The folder, inside that of the scenarios, for all that the workspace keeps beside them."""


@dataclass(frozen=True)
class Limits:
    """What one person may ask for.

    Attributes
    ----------
    draws : int
        Of one run.
    seconds : int
        That one job may work.
    memory : int
        Bytes that one job may hold.
    queued : int
        Jobs that may wait or run at once.
    asked : int
        Requests a minute.
    uploaded : int
        Bytes of one document.
    text : int
        Bytes of one scenario file.
    """

    draws: int = 1_048_576
    seconds: int = 3600
    memory: int = 8 * 2**30
    queued: int = 8
    asked: int = 1200
    uploaded: int = 20_000_000
    text: int = 1_000_000


@dataclass(frozen=True)
class Mail:
    """The server that takes mails; ``security`` is ``starttls``, ``tls`` or ``none``."""

    host: str = ""
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    security: str = "starttls"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Mail:
        """What ``OFFRAMP_SMTP_HOST``, ``_PORT``, ``_USER``, ``_PASSWORD``, ``_SENDER`` and ``_SECURITY`` say.

        Raises
        ------
        RunError
            Where the port is no number, or the security none of the three.
        """
        given = {each.name: environment.get(f"OFFRAMP_SMTP_{each.name.upper()}", "") for each in fields(cls)}
        port, security = given.pop("port") or "587", given.pop("security") or "starttls"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise RunError(f"OFFRAMP_SMTP_PORT is {port!r}; give the number of a port, such as 587")
        if security not in {"starttls", "tls", "none"}:
            raise RunError(f"OFFRAMP_SMTP_SECURITY is {security!r}; give starttls, tls or none")
        return cls(port=int(port), security=security, **given)

    def __bool__(self) -> bool:
        """Whether mails can be sent."""
        return bool(self.host and self.sender)


@dataclass(frozen=True)
class Settings:
    """How a workspace is set up.

    Attributes
    ----------
    folder : Path
        Where the scenarios are.
    host : str
        The address to listen at.
    port : int
        0 for any that is free.
    database : str
        A SQLAlchemy URL; empty for a SQLite file in the folder.
    accounts : bool
        Whether people must sign in.
    public_url : str
        How people reach the workspace from outside, for links in mails; empty for the address itself.
    workers : int
        Jobs that work at once.
    warm : bool
        Whether the desk gets ready at once, so that the first question is quick too; else with the first question.
    commit : bool
        Whether what is saved is committed to the git repository that the folder lies in.
    limits : Limits
    mail : Mail
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    database: str = field(default="", repr=False)
    accounts: bool = False
    public_url: str = ""
    workers: int = 1
    warm: bool = False
    commit: bool = False
    limits: Limits = field(default_factory=Limits)
    mail: Mail = field(default_factory=Mail)

    @property
    def hidden(self) -> Path:
        """Where the workspace keeps what is not a scenario or a run."""
        return self.folder / HIDDEN

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.database or f"sqlite:///{self.hidden / 'workspace.sqlite'}"

    @property
    def secure(self) -> bool:
        """Whether people reach the workspace by https."""
        return self.public_url.startswith("https://")


def cookie_name(settings: Settings) -> str:
    """The name of the session's cookie; it holds the port, since cookies of one machine are shared by its ports."""
    return "__Host-offramp_session" if settings.secure else f"offramp_session_{settings.port}"


def inherited() -> dict[str, str]:
    """The environment for a process of the server's: all but what is meant for the server alone, such as passwords."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OFFRAMP_")}


def make_hidden(hidden: Path) -> None:
    """Make the folder for what the workspace keeps: for nobody else's eyes, and not for git."""
    hidden.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = hidden / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
