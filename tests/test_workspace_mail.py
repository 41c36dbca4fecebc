"""Mails of a workspace, handed to a server that speaks SMTP: the right ones, once, and with nothing smuggled in."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from offramp.workspace.models import Person
from offramp.workspace.settings import Mail, Settings
from offramp.workspace.talk.letters import Letter, UnaddressableError, addressed
from offramp.workspace.talk.post import Post
from offramp.workspace.talk.smtp import Outcome, send
from workspace_site import Workspace, make_folder, shared

HOME = "https://offramp.example.org"
COMMENTS = "/api/scenarios/talks/comments"


@dataclass
class Server:
    """A mail server of a few lines: it keeps what it is given, and answers as it is told.

    ``answers`` maps a verb, or ``content`` for the end of a mail, to an answer in place of the usual one; None there
    breaks the connection off.
    """

    answers: dict[str, str | None] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                try:
                    self._talk(connection, lines)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        connection.sendall(b"220 here\r\n")
        for raw in lines:
            line = raw.decode().strip()
            self.said.append(line)
            verb = line.split()[0].upper() if line else ""
            answer = self.answers.get(verb, {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine"))
            if answer is None:
                return
            connection.sendall(f"{answer}\r\n".encode())
            if verb == "DATA" and answer.startswith("354"):
                answer = self._content(lines)
                if answer is None:
                    return
                connection.sendall(f"{answer}\r\n".encode())

    def _content(self, lines: Any) -> str | None:
        content = b""
        for raw in lines:
            if raw == b".\r\n":
                break
            content += raw[1:] if raw.startswith(b".") else raw
        answer = self.answers.get("content", "250 taken")
        if answer and answer.startswith("2"):
            self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
        return answer


@contextmanager
def running(server: Server) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Server()) as found:
        yield found


class Clock:
    """A clock that is set by hand; it starts now."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def goes_on(self, **much: float) -> None:
        self.at += timedelta(**much)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The post does not look by itself here: tests say when."""
    monkeypatch.setattr(Post, "start", lambda _: None)
    mail = Mail("127.0.0.1", server.port, sender="Offramp <us@example.org>", security="none")
    with shared(make_folder(tmp_path, "talks.yaml"), mail=mail, public_url=HOME) as found:
        yield found


@pytest.fixture
def post(workspace: Workspace, clock: Clock) -> Post:
    return Post(workspace.site, clock)


def wants(workspace: Workspace, role: str = "reader", **about: Any) -> None:
    with workspace.site.database.session() as session:
        session.execute(update(Person).where(Person.role == role).values(email=f"{role}@example.org", **about))


def mention(workspace: Workspace, text: str = "What say you, @rita?") -> dict[str, Any]:
    answer = workspace.client("editor").post(COMMENTS, json={"text": text, "target": "assumptions.office"})
    document: dict[str, Any] = answer.json()
    return document


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    text: str = found.get_content()
    return text.replace("\r\n", "\n")


# --- mentions


def test_who_is_mentioned_gets_a_mail_once(workspace: Workspace, server: Server, post: Post) -> None:
    wants(workspace)
    mention(workspace, "What say you, @rita?\n.\n<b>Or not</b>")
    assert [post.round(), post.round()] == [1, 0]
    (mail,) = server.mails
    assert (mail["From"], mail["To"]) == ("Offramp <us@example.org>", "Rita <reader@example.org>")
    assert mail["Subject"] == "Ed mentioned you: talks, the assumption office"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "en")
    assert "> What say you, @rita?\n> .\n> <b>Or not</b>\n" in part(mail, "plain")
    assert f"{HOME}/#/s/talks/talk" in part(mail, "plain")
    html = part(mail, "html")
    assert "&lt;b&gt;Or not&lt;/b&gt;" in html
    assert "<script" not in html


def test_a_mail_is_in_the_language_of_who_reads_it(workspace: Workspace, server: Server, post: Post) -> None:
    wants(workspace, language="es", display="Ríta Ñandú")
    mention(workspace, "¿Qué dices, @rita?")
    post.round()
    (mail,) = server.mails
    assert mail["Subject"] == "Ed te mencionó: talks, el supuesto office"
    assert mail["To"] == "Ríta Ñandú <reader@example.org>"
    assert "¿Qué dices, @rita?" in part(mail, "plain")
    assert 'lang="es"' in part(mail, "html")


@pytest.mark.parametrize("about", [{"mail_mentions": False}, {"disabled": True}], ids=str)
def test_who_wants_none_gets_no_mail(workspace: Workspace, server: Server, post: Post, about: dict[str, Any]) -> None:
    wants(workspace, **about)
    mention(workspace)
    wants(workspace)
    assert post.round() == 0
    assert server.said == []


def test_who_gave_no_address_then_gets_no_mail_later(workspace: Workspace, server: Server, post: Post) -> None:
    mention(workspace)
    wants(workspace)
    assert post.round() == 0


def test_what_was_read_or_taken_back_is_not_mailed(workspace: Workspace, server: Server, post: Post) -> None:
    wants(workspace)
    mention(workspace)
    workspace.client("reader").post("/api/mentions/read", json={"all": True})
    said = mention(workspace)
    workspace.client("editor").delete(f"/api/comments/{said['id']}")
    assert post.round() == 0


def test_a_mention_is_mailed_at_once(tmp_path: Path, server: Server) -> None:
    mail = Mail("127.0.0.1", server.port, sender="us@example.org", security="none")
    with shared(make_folder(tmp_path, "talks.yaml"), mail=mail) as found:
        wants(found)
        mention(found)
        for _ in range(100):
            if server.mails:
                break
            threading.Event().wait(0.05)
    assert len(server.mails) == 1


def test_without_a_mail_server_nothing_is_sent_and_nothing_runs(tmp_path: Path) -> None:
    with shared(make_folder(tmp_path, "talks.yaml")) as found:
        wants(found)
        mention(found)
        assert not [each for each in threading.enumerate() if each.name == "post"]


# --- digests


def change(workspace: Workspace) -> None:
    client = workspace.client("editor")
    there = client.get("/api/scenarios/talks").json()
    text = there["text"].replace("pert: [6, 10, 16]", "pert: [6, 11, 16]")
    assert client.put("/api/scenarios/talks", json={"text": text, "base": there["version"]}).status_code == 200


def test_a_daily_digest_comes_the_next_morning_and_once_a_day(
    workspace: Workspace, server: Server, post: Post, clock: Clock
) -> None:
    wants(workspace, digest="daily")
    post.round()
    clock.at = datetime.now(UTC)
    with workspace.site.database.session() as session:
        session.execute(update(Person).where(Person.role == "reader").values(digest_sent=clock.at))
    change(workspace)
    assert post.round() == 0
    clock.goes_on(days=1)
    clock.at = clock.at.replace(hour=6, minute=1)
    assert [post.round(), post.round()] == [1, 0]
    (mail,) = server.mails
    assert mail["Subject"].startswith("folder: what changed since ")
    text = part(mail, "plain")
    assert "Talks with a deadline (a made-up standoff)\n  - the assumption office (value) was pert 6, 10, 16" in text
    assert f'<a href="{HOME}/#/s/talks">Talks with a deadline' in part(mail, "html")
    clock.goes_on(days=1)
    assert post.round() == 0


def test_a_weekly_digest_waits_for_monday(workspace: Workspace, server: Server, post: Post, clock: Clock) -> None:
    wants(workspace, digest="weekly", language="es")
    post.round()
    change(workspace)
    days_to_monday = 7 - clock.at.weekday()
    for day in range(1, days_to_monday):
        clock.goes_on(days=1)
        assert post.round() == 0, day
    clock.goes_on(days=1)
    clock.at = clock.at.replace(hour=7)
    assert [post.round(), post.round()] == [1, 0]
    assert "qué cambió desde" in server.mails[0]["Subject"]


def test_where_nothing_changed_no_digest_is_sent(
    workspace: Workspace, server: Server, post: Post, clock: Clock
) -> None:
    wants(workspace, digest="daily")
    workspace.client("owner").get("/api/scenarios")
    post.round()
    for _ in range(2):
        clock.goes_on(days=1)
        assert post.round() == 0
    assert server.said == []


def test_who_asks_for_a_digest_again_is_not_told_of_what_was_meanwhile(
    workspace: Workspace, server: Server, post: Post, clock: Clock
) -> None:
    wants(workspace, digest="daily")
    post.round()
    wants(workspace, digest="none")
    post.round()
    change(workspace)
    clock.goes_on(days=10)
    wants(workspace, digest="daily")
    assert post.round() == 0
    clock.goes_on(days=1)
    assert post.round() == 0


# --- what a server may do


@pytest.mark.parametrize(
    "answers",
    [{"MAIL": "451 later"}, {"RCPT": "450 busy"}, {"DATA": "421 closing"}, {"content": "452 full"}, {"EHLO": None}],
    ids=str,
)
def test_what_was_not_taken_is_sent_another_time(
    workspace: Workspace, server: Server, post: Post, clock: Clock, answers: dict[str, str | None]
) -> None:
    wants(workspace)
    mention(workspace)
    server.answers = answers
    assert post.round() == 0
    server.answers = {}
    assert post.round() == 0, "the server is left alone for a while"
    clock.goes_on(minutes=1)
    assert [post.round(), post.round()] == [1, 0]
    assert len(server.mails) == 1


def test_the_wait_grows_and_ends_with_success(workspace: Workspace, server: Server, post: Post, clock: Clock) -> None:
    wants(workspace)
    mention(workspace)
    server.answers = {"MAIL": "451 later"}
    for minutes in (1, 2, 4):
        post.round()
        clock.goes_on(minutes=minutes, seconds=-1)
        before = len(server.said)
        post.round()
        assert len(server.said) == before
        clock.goes_on(seconds=1)
    server.answers = {}
    assert post.round() == 1


@pytest.mark.parametrize("answers", [{"RCPT": "550 nobody"}, {"content": "554 spam"}, {"content": None}], ids=str)
def test_what_is_refused_or_may_have_been_taken_is_not_sent_again(
    workspace: Workspace, server: Server, post: Post, clock: Clock, answers: dict[str, str | None]
) -> None:
    wants(workspace)
    mention(workspace)
    server.answers = answers
    assert post.round() == 0
    server.answers = {}
    clock.goes_on(hours=2)
    assert post.round() == 0
    assert server.mails == []


def test_a_digest_that_was_not_taken_tells_of_the_same_while_later(
    workspace: Workspace, server: Server, post: Post, clock: Clock
) -> None:
    wants(workspace, digest="daily")
    clock.at = datetime.now(UTC)
    post.round()
    change(workspace)
    clock.goes_on(days=1, hours=1)
    server.answers = {"MAIL": "451 later"}
    assert post.round() == 0
    server.answers = {}
    clock.goes_on(minutes=2)
    assert post.round() == 1
    assert "assumption office" in part(server.mails[0], "plain")


def test_two_servers_send_a_mail_once_between_them(workspace: Workspace, server: Server, clock: Clock) -> None:
    wants(workspace, digest="daily")
    mention(workspace)
    posts = [Post(workspace.site, clock) for _ in range(4)]
    threads = [threading.Thread(target=post.round) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.mails) == 1


def test_a_password_does_not_go_over_the_wire_in_the_open(server: Server) -> None:
    mail = Mail("127.0.0.1", server.port, "us", "a secret", "us@example.org", "starttls")
    letter = Letter("s", "o", "", (), HOME, HOME, "en")
    message = addressed(letter, Settings(Path(), mail=mail), Person(name="rita", email="rita@example.org"))
    assert send(mail, message) is Outcome.LATER
    assert not [line for line in server.said if line.startswith(("AUTH", "MAIL"))]


# --- nothing is smuggled in


def test_line_ends_in_names_make_no_headers(workspace: Workspace, server: Server, post: Post) -> None:
    wants(workspace, display="Rita\r\nBcc: everyone@example.org")
    with workspace.site.database.session() as session:
        editor = session.scalars(select(Person).where(Person.role == "editor")).one()
        editor.display = "Ed\r\nBcc: everyone@example.org\r\n\r\nbody"
    mention(workspace)
    assert post.round() == 1
    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert [line for line in server.said if line.upper().startswith("RCPT")] == ["rcpt TO:<reader@example.org>"]
    assert mail["Subject"].strip().startswith("Ed Bcc: everyone@example.org body mentioned you")


@pytest.mark.parametrize(
    "address",
    [
        "rita",
        "rita@",
        "@example.org",
        "rita@example.org\r\nRCPT TO:<x@y>",
        "rita@example.org, x@y.org",
        "ñ@example.org",
        "a b@c",
    ],
)
def test_what_is_no_address_gets_no_mail(workspace: Workspace, server: Server, post: Post, address: str) -> None:
    wants(workspace)
    with workspace.site.database.session() as session:
        session.execute(update(Person).where(Person.role == "reader").values(email=address))
    mention(workspace)
    assert post.round() == 0
    assert server.said == []


def test_a_domain_is_written_as_the_net_writes_it() -> None:
    letter = Letter("s", "o", "", (), HOME, HOME, "en")
    settings = Settings(Path(), mail=Mail("h", sender="us@example.org"))
    message = addressed(letter, settings, Person(name="rita", email="rita@españa.example"))
    assert message["To"].addresses[0].domain == "xn--espaa-rta.example"
    with pytest.raises(UnaddressableError):
        addressed(letter, Settings(Path()), Person(name="rita", email="rita@example.org"))
