"""The process that reads one page or PDF: ``python -m offramp.sources.reader KIND`` (:mod:`offramp.sources.sandbox`).

Pages go through jusText (Pomikálek 2011, "Removing Boilerplate and Duplicate Content from Web Corpora"), PDFs through
pypdf. Neither runs scripts; the reader opens no connection.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from offramp.errors import SourceError
from offramp.sources.decode import decoded
from offramp.sources.document import MAX_CHARACTERS, MAX_PAGES

MEMORY_BYTES = 2_000_000_000
"""Address space of the reader."""

CPU_SECONDS = 45
"""Processor time of the reader."""

INFLATED_BYTES = 20_000_000
"""Most bytes that one packed part of a PDF may unpack to."""

LANGUAGES = ("English", "Spanish", "French", "Portuguese", "German", "Italian", "Russian", "Arabic")
"""Languages whose common words tell running text from menus."""

SHORT_PARAGRAPH, LONG_PARAGRAPH = 50, 70
"""Letters of running text: below the first a paragraph counts for what stands beside it, above the second by itself."""

_META = "//meta[@property='{0}' or @name='{0}' or @itemprop='{0}']/@content"

SAID: dict[str, tuple[str, ...]] = {
    "title": (_META.format("og:title"), "//title/text()", "//h1//text()"),
    "publisher": (_META.format("og:site_name"), _META.format("publisher"), _META.format("application-name")),
    "date": (
        *map(_META.format, ("article:published_time", "datePublished", "date", "DC.date", "dcterms.date")),
        "//time/@datetime",
    ),
}
"""Where a page may say what it is: the first place that holds something counts."""

LONG_LINE = 0.7
"""A line of a PDF shorter than this share of its page's longest that ends a sentence ends a paragraph."""

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-$")


class _UnreadableError(Exception):
    """What was found, and what to do about it."""


def read_html(content: bytes) -> dict[str, Any]:
    """The article of a page, and what the page's head says of it."""
    from justext import get_stoplist, justext
    from lxml import html

    text = decoded(content, "page", is_html=True)
    common = frozenset[str]().union(*(get_stoplist(language) for language in LANGUAGES))
    found = justext(text, common, length_low=SHORT_PARAGRAPH, length_high=LONG_PARAGRAPH)
    paragraphs = _bounded(each.text for each in found if not each.is_boilerplate)
    if not paragraphs:
        raise _UnreadableError("found a page without an article", "save the article's text as a .txt file")
    head = html.document_fromstring(text)
    said = {key: _said(head, places) for key, places in SAID.items()}
    return {"paragraphs": paragraphs, **said, "date": said["date"][: len("2024-08-15")]}


def _said(page: Any, places: tuple[str, ...]) -> str:
    """The first of several places of a page that says something."""
    found = (str(text).strip() for place in places for text in page.xpath(place))
    return next((text for text in found if text), "")


def read_pdf(content: bytes) -> dict[str, Any]:
    """The text of a PDF."""
    from pypdf import PdfReader, overwrite_configuration

    overwrite_configuration(
        maximum_declared_stream_length=INFLATED_BYTES,
        array_based_stream_maximum_output_length=INFLATED_BYTES,
        zlib_maximum_output_length=INFLATED_BYTES,
        lzw_maximum_output_length=INFLATED_BYTES,
        run_length_maximum_output_length=INFLATED_BYTES,
        brotli_maximum_output_length=INFLATED_BYTES,
        jbig2dec_binary=None,
    )
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise _UnreadableError("found a PDF that is locked with a password", "save a copy without a password")
    if len(reader.pages) > MAX_PAGES:
        raise _UnreadableError(f"found more than {MAX_PAGES:,} pages", "cut out the pages that matter")
    paragraphs = _bounded(_pdf_paragraphs(page.extract_text() for page in reader.pages))
    if not paragraphs:
        raise _UnreadableError("found a PDF without text, perhaps a scan", "run text recognition (OCR) over it first")
    return {"paragraphs": paragraphs, "title": str((reader.metadata and reader.metadata.title) or "")}


def _bounded(paragraphs: Iterable[str]) -> list[str]:
    """The paragraphs that are not empty, refused where they are more than a document may hold."""
    kept, length = [], 0
    for paragraph in paragraphs:
        length += len(paragraph)
        if length > MAX_CHARACTERS:
            raise _UnreadableError(f"found more than {MAX_CHARACTERS:,} characters of text", "cut out what matters")
        if paragraph.strip():
            kept.append(paragraph)
    return kept


def _pdf_paragraphs(pages: Iterable[str]) -> Iterator[str]:
    """Lines joined to paragraphs: at a blank line, or after a short line that ends a sentence, one ends."""
    begun: list[str] = []
    for page in pages:
        lines = page.split("\n")
        longest = max(map(len, lines), default=0)
        for line in lines:
            stripped = line.strip()
            begun.append(stripped)
            ends = bool(_SENTENCE_END.search(stripped)) and len(stripped) < LONG_LINE * longest
            if ends or not stripped:
                yield _joined(begun)
                begun = []
        if begun and _SENTENCE_END.search(begun[-1]):
            yield _joined(begun)
            begun = []
    yield _joined(begun)


def _joined(lines: list[str]) -> str:
    """Lines as one, words that were hyphenated at a line's end whole again."""
    text = ""
    for line in filter(None, lines):
        cut = _HYPHEN.sub("", text)
        text = cut + line if cut != text and line[:1].islower() else f"{text} {line}".strip()
    return text


READERS = {"html": read_html, "pdf": read_pdf}


def main(kind: str) -> None:
    """Read standard input, write JSON to standard output."""
    _confine()
    try:
        answer = READERS[kind](sys.stdin.buffer.read())
    except _UnreadableError as error:
        answer = dict(zip(("found", "remedy"), error.args, strict=True))
    except SourceError as error:
        answer = {"found": error.found, "remedy": error.remedy}
    except MemoryError:
        answer = {"found": "found a document that needs too much memory to read", "remedy": "cut out what matters"}
    except Exception as error:  # whatever a broken document makes a parser raise
        what = {"html": "page", "pdf": "PDF"}[kind]
        answer = {"found": f"found a broken {what} ({type(error).__name__}: {str(error)[:200]})"}
        answer["remedy"] = "save it anew, or save its text as a .txt file"
    sys.stdout.write(json.dumps(answer))


def _confine() -> None:
    """Limits on memory and processor time where the system has them; no files, no connections."""
    import socket

    try:
        import resource
    except ImportError:
        pass
    else:
        for limit, most in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_FSIZE, 0),
        ):
            hard = resource.getrlimit(limit)[1]
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit, (allowed, allowed))

    def refused(*_: object, **__: object) -> NoReturn:
        raise OSError("a document may not open a connection")

    socket.socket.connect = refused  # type: ignore[method-assign]
    socket.getaddrinfo = refused


if __name__ == "__main__":
    main(sys.argv[1])
