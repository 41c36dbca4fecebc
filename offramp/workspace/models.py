"""The tables. Files are the truth about scenarios and runs; what stands here is who did what, and what people said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from offramp.workspace.database import Base, Moment, now


class Person(Base):
    """Someone who works here; ``password`` is an argon2 hash, None for who cannot sign in by one."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display: Mapped[str] = mapped_column(String(128), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    role: Mapped[str] = mapped_column(String(16), default="reader")
    password: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="")
    digest: Mapped[str] = mapped_column(String(8), default="none")
    digest_sent: Mapped[datetime | None] = mapped_column(Moment)
    mail_mentions: Mapped[bool] = mapped_column(default=True)
    feed_key: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    disabled: Mapped[bool] = mapped_column(default=False)


class SignedIn(Base):
    """A session of a browser; ``id`` is the SHA-256 of what its cookie holds."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    seen: Mapped[datetime] = mapped_column(Moment, default=now)
    expires: Mapped[datetime] = mapped_column(Moment)


class Token(Base):
    """A token for programs; ``hash`` is its SHA-256."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(128))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(8), default="read")
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    used: Mapped[datetime | None] = mapped_column(Moment)
    expires: Mapped[datetime | None] = mapped_column(Moment)


class Version(Base):
    """A text that a scenario had, or that someone wrote and that was not kept as the scenario's (``origin`` "kept")."""

    __tablename__ = "versions"
    __table_args__ = (Index("versions_of", "scenario", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario: Mapped[str] = mapped_column(String(255))
    hash: Mapped[str] = mapped_column(String(64), index=True)
    parent: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    message: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(16), default="workspace")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Draft(Base):
    """What someone is writing and has not saved."""

    __tablename__ = "drafts"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    scenario: Mapped[str] = mapped_column(String(255), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    base: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Comment(Base):
    """Something said about a scenario, or about one thing in it (``target``); what is ``deleted`` has lost its text."""

    __tablename__ = "comments"
    __table_args__ = (Index("comments_of", "scenario", "target"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario: Mapped[str] = mapped_column(String(255))
    target: Mapped[str] = mapped_column(String(255), default="")
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    edited: Mapped[datetime | None] = mapped_column(Moment)
    resolved: Mapped[datetime | None] = mapped_column(Moment)
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    deleted: Mapped[datetime | None] = mapped_column(Moment)


class Mention(Base):
    """Someone who is named in a comment; ``mailed`` is when a mail about it was sent, or was found not to be wanted."""

    __tablename__ = "mentions"
    __table_args__ = (UniqueConstraint("comment_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    read: Mapped[datetime | None] = mapped_column(Moment)
    mailed: Mapped[datetime | None] = mapped_column(Moment, index=True)


class Activity(Base):
    """That someone did something; ``data`` is what the kind needs to say it."""

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(32))
    scenario: Mapped[str] = mapped_column(String(255), default="", index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Job(Base):
    """Work that takes longer than one waits.

    ``text`` is the scenario as it was when it was asked for; ``left_out`` are analyses that could not be made, and why.
    """

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario: Mapped[str] = mapped_column(String(255), index=True)
    version: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16), default="run")
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    status: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    stage: Mapped[str] = mapped_column(String(64), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    started: Mapped[datetime | None] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    left_out: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    run: Mapped[str | None] = mapped_column(String(255))
    person: Mapped[Person | None] = relationship()


class Share(Base):
    """A link to a report that whoever has it may read until it expires; ``hash`` is the SHA-256 of its token."""

    __tablename__ = "shares"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(255))
    run: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    expires: Mapped[datetime] = mapped_column(Moment)
    revoked: Mapped[datetime | None] = mapped_column(Moment)
    opened: Mapped[int] = mapped_column(default=0)
