"""A document as the rest of offramp sees it: who says it, when, and its paragraphs as plain text.

Documents are written by others. Nothing in one is ever run, followed or trusted: what is kept is text without control
characters, which a terminal or a page can show as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from offramp.sources.words import folded

Kind = Literal["text", "html", "pdf"]

ENDINGS: dict[Kind, str] = {"text": ".txt", "html": ".html", "pdf": ".pdf"}
"""How a stored document's name ends."""

MAX_BYTES = 20_000_000
"""Largest document that is read."""

MAX_CHARACTERS = 2_000_000
"""Longest text that is taken from one: about eight hundred printed pages."""

MAX_PAGES = 1_000
"""Most pages of a PDF."""

MAX_TITLE = 300
"""Longest title, publisher or sentence of a list that is kept."""

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_SPACE = re.compile(r"\s+")
_HIDDEN = {"Cc", "Cf", "Cs", "Co"}
_KEPT = "\n\t\u200c\u200d"
"""Signs of those classes that text needs: line ends, tabs, and what joins or parts letters of some scripts."""


@dataclass(frozen=True)
class Document:
    """A document as text.

    Attributes
    ----------
    sha256 : str
        Of its bytes: the same for the same document, whatever it is called.
    kind : "text", "html" or "pdf"
    paragraphs : tuple of str
        In order, each on one line; paragraph 1 is the first. Of a text they are its blocks between blank lines.
    title, publisher : str
        As it says itself; empty where it does not.
    date : date or None
        The day on which it was published, as it says itself.
    """

    sha256: str
    kind: Kind
    paragraphs: tuple[str, ...] = field(repr=False)
    title: str = ""
    publisher: str = ""
    date: date | None = None

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The paragraphs without differences of case, white space, quotes and dashes."""
        return tuple(folded(paragraph) for paragraph in self.paragraphs)


def clean(text: str) -> str:
    r"""The text without signs that are not seen but act: control characters, escapes, reversals of direction.

    Examples
    --------
    >>> clean("a\x1b[31m red\u202e herring\r\n")
    'a[31m red herring\n'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return "".join(sign for sign in lines if sign in _KEPT or unicodedata.category(sign) not in _HIDDEN)


def one_line(text: str) -> str:
    """Cleaned text with every run of white space as one blank."""
    return _SPACE.sub(" ", clean(text)).strip()


def blocks(text: str) -> tuple[str, ...]:
    r"""The blocks of text between blank lines, each on one line.

    Examples
    --------
    >>> blocks("A headline\n\nIt was said\nyesterday.\n \n\nIt was denied.\n")
    ('A headline', 'It was said yesterday.', 'It was denied.')
    """
    found = (one_line(block) for block in _BLANK_LINES.split(clean(text)))
    return tuple(block for block in found if block)


def shortened(text: str, length: int) -> str:
    """The text, cut at a word where it is longer than ``length``, with a sign that it was."""
    if len(text) <= length:
        return text
    cut = text[:length].rsplit(" ", 1)[0][: length - 1].rstrip(" ,;:")
    return f"{cut}…"
