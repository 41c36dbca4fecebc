"""The thread that mails: digests when they are due, mentions at once, each at most once.

What is to be sent is marked as sent first, in one statement that only one server can win, and handed over then. Where
the server certainly did not take it, the mark is taken back and it is tried again, after a while that grows; where
nobody can know, it counts as sent: a mail too few does less harm than the same mail over and over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import aliased

from offramp.workspace.database import now
from offramp.workspace.models import Comment, Mention, Person
from offramp.workspace.talk.digest import Folder, Period, digest
from offramp.workspace.talk.letters import (
    Letter,
    UnaddressableError,
    addressed,
    digest_letter,
    language_for,
    mention_letter,
)
from offramp.workspace.talk.smtp import Outcome, send

if TYPE_CHECKING:
    from offramp.workspace.site import Site

log = logging.getLogger("offramp.mail")

EVERY = 60.0
"""Seconds between two looks at what is due; a mention does not wait for it."""

HOUR = 6
"""Digests are due at this hour of the day, UTC: before people come to work, over most of the world that has any."""

LONGEST_BACK = timedelta(days=31)
"""A digest tells of no more than this."""

STALE = timedelta(days=2)
"""A mention that could not be mailed for so long is not any more."""

FIRST_WAIT, LONGEST_WAIT = 60.0, 3600.0
"""Seconds until it is tried again where the server took nothing; each time twice as long."""


class Told(NamedTuple):
    """A mention that is to be mailed."""

    mention: Mention
    comment: Comment
    person: Person
    author: Person | None


class Post:
    """Mails what people asked for.

    Parameters
    ----------
    site : Site
        Without a mail server in its settings nothing is sent.
    clock : callable
        The time.
    """

    def __init__(self, site: Site, clock: Callable[[], datetime] = now) -> None:
        self._site = site
        self._clock = clock
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._wait = FIRST_WAIT
        self._not_before = datetime.min.replace(tzinfo=UTC)

    def start(self) -> None:
        """Begin to look for what is due."""
        if self._site.settings.mail:
            self._thread = threading.Thread(target=self._go_on, name="post", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Look at once: someone was mentioned."""
        self._wake.set()

    def close(self) -> None:
        """Stop, after the mail that is being sent."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _go_on(self) -> None:
        while not self._closed:
            self._wake.clear()
            try:
                self.round()
            except Exception as error:
                log.error("mails could not be sent: %s", type(error).__name__)
            self._wake.wait(EVERY)

    def round(self) -> int:
        """Send what is due; how many mails were handed over."""
        if self._clock() < self._not_before:
            return 0
        return self._mentions() + self._digests()

    def _mentions(self) -> int:
        return sum(self._mail_mention(told) for told in self._waiting() if not self._closed)

    def _waiting(self) -> list[Told]:
        """Mentions that were neither mailed nor read."""
        author = aliased(Person)
        wanted = (
            select(Mention, Comment, Person, author)
            .join(Comment, Comment.id == Mention.comment_id)
            .join(Person, Person.id == Mention.person_id)
            .outerjoin(author, author.id == Comment.person_id)
            .where(Mention.mailed.is_(None), Mention.read.is_(None), Comment.deleted.is_(None))
            .where(Person.mail_mentions, Person.email != "", Person.disabled.is_(False))
            .where(Comment.at >= self._clock() - STALE)
            .order_by(Mention.id)
        )
        with self._site.database.session() as session:
            return [Told(*row) for row in session.execute(wanted)]

    def _mail_mention(self, told: Told) -> bool:
        one = Mention.id == told.mention.id
        claimed = self._set(update(Mention).where(one, Mention.mailed.is_(None)).values(mailed=self._clock()))
        if not claimed:
            return False
        by = (told.author.display or told.author.name) if told.author else ""
        letter = mention_letter(self._site.settings, told.comment, by, language_for(told.person))
        outcome = self._send(letter, told.person)
        if outcome is Outcome.LATER:
            self._set(update(Mention).where(one).values(mailed=None))
        return outcome is Outcome.SENT

    def _digests(self) -> int:
        with self._site.database.session() as session:
            off = Person.digest.not_in(("daily", "weekly")) | (Person.email == "")
            session.execute(update(Person).where(off, Person.digest_sent.is_not(None)).values(digest_sent=None))
            on = select(Person).where(Person.digest.in_(("daily", "weekly")), Person.email != "")
            people = list(session.scalars(on.where(Person.disabled.is_(False))))
        due = [person for person in people if self._is_due(person)]
        folder = Folder.of(self._site) if due else None
        return sum(self._mail_digest(person, folder) for person in due if folder and not self._closed)

    def _is_due(self, person: Person) -> bool:
        """Whether a digest is due; who has just asked for one gets the first at the next hour of digests."""
        if person.digest_sent is None:
            self._set(update(Person).where(Person.id == person.id).values(digest_sent=self._clock()))
            return False
        return person.digest_sent < last_hour(self._clock(), person.digest)

    def _mail_digest(self, person: Person, folder: Folder) -> bool:
        before, at = person.digest_sent, self._clock()
        assert before is not None
        one = Person.id == person.id
        if not self._set(update(Person).where(one, Person.digest_sent == before).values(digest_sent=at)):
            return False
        language = language_for(person)
        with self._site.database.session() as session:
            found = digest(session, folder, Period(max(before, at - LONGEST_BACK), at), language)
        if not found["says"]:
            return False
        outcome = self._send(digest_letter(self._site.settings, found, language), person)
        if outcome is Outcome.LATER:
            self._set(update(Person).where(one, Person.digest_sent == at).values(digest_sent=before))
        return outcome is Outcome.SENT

    def _send(self, letter: Letter, person: Person) -> Outcome:
        """Hand a letter over; where the server takes nothing now, nothing is tried for a while."""
        if self._clock() < self._not_before:
            return Outcome.LATER
        try:
            outcome = send(self._site.settings.mail, addressed(letter, self._site.settings, person))
        except UnaddressableError:
            outcome = Outcome.NEVER
        if outcome is Outcome.LATER:
            self._not_before = self._clock() + timedelta(seconds=self._wait)
            self._wait = min(2 * self._wait, LONGEST_WAIT)
        else:
            self._wait = FIRST_WAIT
        log.log(
            logging.INFO if outcome is Outcome.SENT else logging.WARNING,
            "mail to person %s: %s",
            person.id,
            outcome.value,
        )
        return outcome

    def _set(self, statement: Any) -> bool:
        """Carry a change out by itself; whether it changed anything."""
        with self._site.database.session() as session:
            found = cast("CursorResult[Any]", session.execute(statement))
            return found.rowcount > 0


def last_hour(at: datetime, often: str) -> datetime:
    """When a digest was due last: today or yesterday at the hour of digests, or on the Monday before.

    Examples
    --------
    >>> last_hour(datetime(2024, 8, 15, 5, 59, tzinfo=UTC), "daily").isoformat()
    '2024-08-14T06:00:00+00:00'
    >>> last_hour(datetime(2024, 8, 15, 12, 0, tzinfo=UTC), "weekly").isoformat()
    '2024-08-12T06:00:00+00:00'
    """
    hour = at.astimezone(UTC).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if hour > at:
        hour -= timedelta(days=1)
    return hour - timedelta(days=hour.weekday()) if often == "weekly" else hour
