"""From bytes to text: which encoding they are in, and whether they are text at all."""

from __future__ import annotations

import codecs
import re
from typing import Final

from offramp.errors import SourceError

SAMPLE: Final = 65_536
"""Bytes by which an encoding is guessed."""

MOST_CONTROLS: Final = 0.01
"""A text with a larger share of control characters is none."""

USUAL: Final = "cp1252"
"""The encoding of most old Western text: of guesses about as good it is taken first."""

NEARLY: Final = 0.1
"""Guesses whose share of unlikely letters is this near to the best are about as good."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)

_TEXT_CONTROLS = "\t\n\r\f"


def decoded(content: bytes, name: str, *, is_html: bool = False) -> str:
    r"""The text that ``content`` holds.

    By its byte order mark, else by what an HTML page declares, else UTF-8, else as charset-normalizer judges a sample.

    Raises
    ------
    SourceError
        If no encoding fits, or what comes out is not text.

    Examples
    --------
    >>> decoded("Señor".encode("utf-16"), "note.txt")
    'Señor'
    """
    text = _marked(content, name) or _declared(content, is_html=is_html)
    if text is None:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = _guessed(content, name)
    _check_text(text, name)
    return text


def _marked(content: bytes, name: str) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                raise _not_text(name, f"bytes that start as {encoding} and are not") from None
    return None


def _declared(content: bytes, *, is_html: bool) -> str | None:
    """By what the page says about itself; None where that is missing or wrong."""
    found = _DECLARED.search(content[:4096]) if is_html else None
    if found is None:
        return None
    try:
        return content.decode(codecs.lookup(found[1].decode("ascii")).name)
    except (LookupError, ValueError):
        return None


def _guessed(content: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    if b"\0" in content[:SAMPLE]:
        raise _not_text(name, "bytes that are no text")
    matches = list(from_bytes(content[:SAMPLE]))
    likely = [each.encoding for each in matches if each.chaos <= matches[0].chaos + NEARLY]
    for encoding in sorted(likely, key=lambda each: each != USUAL):
        try:
            return content.decode(encoding)
        except (LookupError, ValueError):
            continue
    raise _not_text(name, "text in an encoding that cannot be told")


def _check_text(text: str, name: str) -> None:
    sample = text[:SAMPLE]
    controls = sum(sign not in _TEXT_CONTROLS and (sign < " " or "\x7f" <= sign < "\xa0") for sign in sample)
    if "\0" in sample or controls > MOST_CONTROLS * len(sample):
        raise _not_text(name, "bytes that are no text")


def _not_text(name: str, found: str) -> SourceError:
    return SourceError(name, f"found {found}", allowed="text, HTML or PDF", remedy="save it as text in UTF-8")
