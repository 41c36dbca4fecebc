"""Mails as they are written: a digest, and that one was mentioned; as text and as HTML, in the reader's language.

Nothing that people wrote can become a header or markup: headers are made by the email library, which refuses line
ends, from text on one line; the HTML is made of templates that escape what they are given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from markupsafe import Markup

from offramp.sources.document import one_line
from offramp.workspace.database import now
from offramp.workspace.models import Comment, Person
from offramp.workspace.settings import Settings
from offramp.workspace.talk.activity import page_of
from offramp.workspace.talk.feed import address
from offramp.workspace.talk.sentences import language_of, target_words

LONGEST_SUBJECT = 120

_USER = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)*")

WORDS = {
    "en": {
        "digest": "{folder}: what changed since {day}",
        "mention": "{by} mentioned you: {what}",
        "mention.says": "{by} wrote on {what}:",
        "else": "Also",
        "open": "Open it in the workspace: {link}",
        "why": "You get this mail because your settings in this workspace ask for it. To change them: {link}",
        "nobody": "Somebody",
    },
    "es": {
        "digest": "{folder}: qué cambió desde {day}",
        "mention": "{by} te mencionó: {what}",
        "mention.says": "{by} escribió sobre {what}:",
        "else": "Además",
        "open": "Ábrelo en el espacio de trabajo: {link}",
        "why": "Recibes este correo porque así lo pide tu configuración en este espacio. Para cambiarla: {link}",
        "nobody": "Alguien",
    },
}

PAGE = Markup('<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"></head><body>{body}</body></html>')


class UnaddressableError(ValueError):
    """There is no way to write to a person."""


@dataclass(frozen=True)
class Letter:
    """What a mail says, before it is addressed: paragraphs, and lists under a heading with a link."""

    subject: str
    opening: str
    quoted: str
    sections: tuple[tuple[str, str, tuple[str, ...]], ...]
    link: str
    unsubscribe: str
    language: str

    def text(self) -> str:
        """As plain text."""
        words = WORDS[self.language]
        parts = [self.opening, "\n".join(f"> {line}" for line in self.quoted.splitlines())]
        for heading, _, lines in self.sections:
            parts.append("\n".join([heading, *(f"  - {line}" for line in lines)]))
        parts += [words["open"].format(link=self.link), f"-- \n{words['why'].format(link=self.unsubscribe)}"]
        return "\n\n".join(filter(None, parts)) + "\n"

    def html(self) -> Markup:
        """As HTML without scripts, pictures or styles."""
        words = WORDS[self.language]
        body = Markup("<p>{}</p>").format(self.opening) if self.opening else Markup()
        if self.quoted:
            body += Markup("<blockquote>{}</blockquote>").format(Markup("<br>").join(self.quoted.splitlines()))
        for heading, link, lines in self.sections:
            named = Markup('<a href="{}">{}</a>').format(link, heading) if link else heading
            items = Markup().join(Markup("<li>{}</li>").format(line) for line in lines)
            body += Markup("<h2>{}</h2><ul>{}</ul>").format(named, items)
        body += Markup("<p>{}</p>").format(_linked(words["open"], self.link))
        body += Markup("<hr><p><small>{}</small></p>").format(_linked(words["why"], self.unsubscribe))
        return PAGE.format(language=self.language, body=body)


def _linked(form: str, link: str) -> Markup:
    return Markup(form).format(link=Markup('<a href="{0}">{0}</a>').format(link))


def digest_letter(settings: Settings, found: dict[str, Any], language: str) -> Letter:
    """The letter of a digest."""
    words, home = WORDS[language], address(settings)
    sections = [
        (each["title"], f"{home}/{page_of('', each['id'])}", tuple(each["says"])) for each in found["scenarios"]
    ]
    told = {f"{each['title']}: {line}" for each in found["scenarios"] for line in each["says"]}
    others = tuple(line for line in found["says"] if line not in told)
    sections += [(words["else"], f"{home}/#/activity", others)] if others else []
    subject = words["digest"].format(folder=settings.folder.resolve().name, day=found["since"][:10])
    link = f"{home}/#/activity?tab=digest"
    return Letter(subject, "", "", tuple(sections), link, f"{home}/#/settings", language)


def mention_letter(settings: Settings, comment: Comment, by: str, language: str) -> Letter:
    """The letter that says that one was mentioned."""
    words, home = WORDS[language], address(settings)
    by = by or words["nobody"]
    target = target_words(comment.target, language)
    what = f"{comment.scenario}, {target}" if target else comment.scenario
    subject, opening = words["mention"].format(by=by, what=what), words["mention.says"].format(by=by, what=what)
    link = f"{home}/{page_of('commented', comment.scenario)}"
    return Letter(subject, opening, comment.text, (), link, f"{home}/#/settings", language)


def addressed(letter: Letter, settings: Settings, person: Person) -> EmailMessage:
    """A letter as a mail to a person.

    Raises
    ------
    UnaddressableError
        If the person's address, or the sender's, is none that mail can be sent to.
    """
    message = EmailMessage(policy=SMTP)
    try:
        name, sender = parseaddr(one_line(settings.mail.sender))
        message["From"] = _address(sender, name or "offramp")
        message["To"] = _address(person.email, person.display or person.name)
        message["Subject"] = one_line(letter.subject)[:LONGEST_SUBJECT]
    except (MessageError, ValueError, IndexError, UnicodeError) as error:
        raise UnaddressableError(str(error)) from None
    message["Date"] = format_datetime(now())
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    message.set_content(letter.text(), cte="quoted-printable")
    message.add_alternative(str(letter.html()), subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language
    return message


def _address(text: str, name: str) -> Address:
    """An address and the name to show with it; its domain as the net writes it."""
    user, _, domain = text.rpartition("@")
    if not _USER.fullmatch(user) or not _DOMAIN.fullmatch(domain):
        raise UnaddressableError("no address for mails")
    return Address(one_line(name), username=user, domain=domain.encode("idna").decode("ascii"))


def language_for(person: Person) -> str:
    """The language to write to a person in."""
    return language_of(person.language)
