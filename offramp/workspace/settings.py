"""How a workspace is set up: what ``offramp serve`` was told, and the limits that hold for everyone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

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
    limits : Limits
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    database: str = ""
    accounts: bool = False
    public_url: str = ""
    workers: int = 1
    limits: Limits = field(default_factory=Limits)

    @property
    def hidden(self) -> Path:
        """Where the workspace keeps what is not a scenario or a run."""
        return self.folder / HIDDEN

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.database or f"sqlite:///{self.hidden / 'workspace.sqlite'}"
