"""What a report is made of, whatever file it becomes: sections of headings, paragraphs, lists, tables and pictures.

Words are plain text in pieces, some of them strong. No block holds HTML, Markdown or anything else that a writer would
have to trust: escaping is the writer's work, and all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias


class Piece(NamedTuple):
    """Some words of a paragraph."""

    text: str
    strong: bool = False


Words: TypeAlias = tuple[Piece, ...]
"""Text in pieces, one behind the other."""


def plain(text: str) -> Words:
    """``text`` as it is."""
    return (Piece(text),)


def strong(text: str) -> Words:
    """``text``, all of it strong."""
    return (Piece(text, strong=True),)


def marked(sentence: str) -> Words:
    """A sentence of an analysis: what stands between asterisks is strong.

    Examples
    --------
    >>> marked("It is *likely* (60%).")
    (Piece(text='It is ', strong=False), Piece(text='likely', strong=True), Piece(text=' (60%).', strong=False))
    """
    pieces = (Piece(text, strong=index % 2 == 1) for index, text in enumerate(sentence.split("*")))
    return tuple(piece for piece in pieces if piece.text)


def text_of(words: Words) -> str:
    """The words without their marks."""
    return "".join(piece.text for piece in words)


@dataclass(frozen=True)
class Heading:
    """A heading inside a section, one level below the section's own."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``kind`` says what it is: the headline, an aside, or plain text."""

    words: Words
    kind: Literal["", "lead", "note"] = ""


@dataclass(frozen=True)
class Item:
    """An item of a list, with a list below it if it has ``items``."""

    words: Words
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A list, nested or not. A reader may fold one away that has a ``summary``."""

    items: tuple[Item, ...]
    summary: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table; numbers stand to the right."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Density:
    """The shape of a distribution in small: heights from 0 to 1, at equal steps between two values.

    Files that cannot show it leave it out; the words beside it say what the distribution is.
    """

    heights: tuple[float, ...]
    low: str
    high: str


Cell: TypeAlias = Words | Density
"""What stands in one place of a table."""


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is the row's heading."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture with its caption and with the words for those who cannot see it.

    Attributes
    ----------
    name : str
        Unique in the document and fit for a file.
    svg : str
        Self-contained.
    png : callable
        Gives the same picture in pixels, when it is needed.
    is_drawn : bool
        Whether it is a drawing of our own, all of its texts escaped, that may stand in a page as it is.
    """

    name: str
    title: str
    alt: str
    svg: str
    png: Callable[[], bytes]
    is_drawn: bool = False


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is. With a ``summary`` it is long and may be folded away, or left out on paper."""

    text: str
    summary: str = ""


Block: TypeAlias = Heading | Paragraph | Listing | Table | Picture | Code


@dataclass(frozen=True)
class Section:
    """A section: its heading, the name that links lead to, and its blocks."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes
    ----------
    title, subtitle : str
    about : tuple of str
        A line of particulars: dates, draws, the version.
    sections : tuple of Section
    """

    title: str
    subtitle: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]
