"""Hand a mail to the server that sends it, and know what became of it."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from enum import Enum

from offramp.workspace.settings import Mail

SECONDS = 30.0
"""How long the server may take for one answer."""

OK, TRY_LATER, REFUSED = 200, 400, 500
"""Classes of answers (RFC 5321, section 4.2.1)."""


class Outcome(Enum):
    """What became of a mail."""

    SENT = "sent"
    LATER = "the server did not take it; it may another time"
    NEVER = "the server will not take it"
    UNSURE = "the server may have taken it: the connection broke while it was answering"


def send(mail: Mail, message: EmailMessage) -> Outcome:
    """Hand over one mail. Nothing is raised for what a server does."""
    try:
        server = _connected(mail)
    except (OSError, smtplib.SMTPException):
        return Outcome.LATER
    try:
        return _handed(server, message)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _connected(mail: Mail) -> smtplib.SMTP:
    """A connection on which one may send; its password never goes over the wire in the open."""
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    try:
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, mail.password)
    except BaseException:
        server.close()
        raise
    return server


def _handed(server: smtplib.SMTP, message: EmailMessage) -> Outcome:
    sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    content = message.as_bytes(policy=WIRE)
    try:
        server.ehlo_or_helo_if_needed()
        for code, _ in (server.mail(sender), server.rcpt(recipient)):
            if code >= TRY_LATER:
                return _refused(code)
    except (OSError, smtplib.SMTPException):
        return Outcome.LATER
    try:
        code, _ = server.data(content)
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code)
    except (OSError, smtplib.SMTPException):
        return Outcome.UNSURE
    return Outcome.SENT if code < TRY_LATER else _refused(code)


def _refused(code: int) -> Outcome:
    return Outcome.NEVER if code >= REFUSED else Outcome.LATER
