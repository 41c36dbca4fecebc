"""The digest as an Atom feed (RFC 4287): an entry for each day on which something happened.

Whatever people wrote stands in it as text: the document is built of elements, never of strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree as ET

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offramp.workspace.models import Activity, Person
from offramp.workspace.settings import Settings
from offramp.workspace.talk.digest import Folder, Period, digest
from offramp.workspace.talk.sentences import language_of
from offramp.workspace.times import said

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"

DAYS = 14
"""Days that a feed tells of."""

WORDS = {
    "en": {"title": "What changed in {folder}", "day": "{day}: {count} scenarios", "day.one": "{day}: one scenario"},
    "es": {"title": "Qué cambió en {folder}", "day": "{day}: {count} escenarios", "day.one": "{day}: un escenario"},
}

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def address(settings: Settings) -> str:
    """Where people reach the workspace, without a slash at the end."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"


def state(session: Session, person: Person) -> str:
    """What is another where a person's feed is."""
    newest = session.execute(select(func.max(Activity.id), func.count(Activity.id))).one()
    return f"{person.id}-{language_of(person.language)}-{newest[0] or 0}-{newest[1]}"


def feed(session: Session, settings: Settings, folder: Folder, person: Person) -> bytes:
    """The feed of a person, in their language."""
    language, home = language_of(person.language), address(settings)
    identity = uuid5(NAMESPACE_URL, f"{home}/{settings.folder}/{person.id}")
    days = list(_days(session))
    root = ET.Element(_atom("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": language})
    _add(root, "id", identity.urn)
    _add(root, "title", WORDS[language]["title"].format(folder=settings.folder.resolve().name or home))
    _add(root, "updated", said(days[0].until if days else person.created))
    ET.SubElement(_add(root, "author"), _atom("name")).text = "offramp"
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{home}/feed.atom?key={person.feed_key}")
    _add(root, "link", rel="alternate", type="text/html", href=f"{home}/#/activity")
    for period in days:
        found = digest(session, folder, period, language)
        if found["says"]:
            _add_day(root, identity, period, found, language, home)
    return _document(root)


def _document(root: ET.Element) -> bytes:
    ET.register_namespace("", ATOM)
    ET.register_namespace("xhtml", XHTML)
    found: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _days(session: Session) -> Iterator[Period]:
    """The newest days on which something happened, each until the last thing that did."""
    before: datetime | None = None
    for _ in range(DAYS):
        wanted = select(func.max(Activity.at))
        last: Any = session.scalar(wanted if before is None else wanted.where(Activity.at < before))
        if last is None:
            return
        start = last.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        yield Period(start, last + timedelta(seconds=1))
        before = start


def _add_day(root: ET.Element, identity: UUID, period: Period, found: dict[str, Any], language: str, home: str) -> None:
    day, count = period.since.date().isoformat(), len(found["scenarios"])
    form = WORDS[language]["day.one" if count == 1 else "day"]
    entry = _add(root, "entry")
    _add(entry, "id", uuid5(identity, day).urn)
    _add(entry, "title", form.format(day=day, count=count))
    _add(entry, "updated", said(period.until))
    _add(entry, "link", rel="alternate", type="text/html", href=f"{home}/#/activity?tab=digest")
    content = _add(entry, "content", type="xhtml")
    items = ET.SubElement(ET.SubElement(content, f"{{{XHTML}}}div"), f"{{{XHTML}}}ul")
    for line in found["says"]:
        ET.SubElement(items, f"{{{XHTML}}}li").text = plain(line)


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, _atom(name), attributes)
    made.text = plain(text) or None
    return made


def plain(text: str) -> str:
    """Text without what XML cannot hold."""
    return _NOT_XML.sub("", text)
