"""Read a document: what kind it is, its text, and nothing of what it might want to do."""

from __future__ import annotations

import hashlib
import stat
from datetime import date
from pathlib import Path
from typing import Any

from offramp.errors import SourceError
from offramp.sources.decode import decoded
from offramp.sources.document import MAX_BYTES, MAX_CHARACTERS, MAX_TITLE, Document, Kind, blocks, one_line, shortened
from offramp.sources.sandbox import read_apart

_PACKED = {
    b"PK\x03\x04": "a zip archive (Word and OpenDocument files are such)",
    b"PK\x05\x06": "an empty zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\xd0\xcf\x11\xe0": "an old Office file",
}
"""First bytes of what is never unpacked."""


def read_document(path: str | Path, name: str | None = None) -> Document:
    """The document in a file.

    Parameters
    ----------
    path : str or Path
    name : str, optional
        What it is called in messages; its path by default.

    Raises
    ------
    SourceError
        If it is missing, no plain file, too large, packed, broken or no text; nothing else is raised for any content.

    Examples
    --------
    >>> read_document("README.md").paragraphs[0]
    '# offramp'
    """
    name = name or str(path)
    return parse(content_of(Path(path), name), name)


def content_of(path: Path, name: str) -> bytes:
    """The bytes of a plain file that is not too large.

    Raises
    ------
    SourceError
        If there is no such file.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise SourceError(name, "found a folder", allowed="a file", remedy="name a file in it")
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(name, "found a device or a pipe", allowed="a plain file", remedy="save it as one")
        check_size(status.st_size, name)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(name, "no such file", remedy="check the name and the folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(name, f"it cannot be read ({reason})", remedy="check its name and its permissions") from None
    check_size(len(content), name)
    return content


def check_size(size: int, name: str) -> None:
    """Raise SourceError where a document has more bytes than one may have."""
    if size > MAX_BYTES:
        found = f"found {size:,} bytes" if size > MAX_BYTES + 1 else "found more bytes than are read"
        raise SourceError(name, found, allowed=f"at most {MAX_BYTES:,} bytes", remedy="cut out what matters")


def parse(content: bytes, name: str) -> Document:
    """The document that ``content`` holds.

    Raises
    ------
    SourceError
        If it is packed, broken, too long or no text.
    """
    kind = kind_of(content, name)
    digest = hashlib.sha256(content).hexdigest()
    if kind == "text":
        text = decoded(content, name)
        _check_length(len(text), name)
        found: dict[str, Any] = {"paragraphs": blocks(text)}
    else:
        found = read_apart(content, kind, name)
    paragraphs = tuple(filter(None, (one_line(str(each)) for each in found["paragraphs"])))
    _check_length(sum(map(len, paragraphs)), name)
    if not paragraphs:
        raise SourceError(name, "found no text", allowed="text, HTML or PDF with text in it", remedy="check the file")
    title, publisher = (shortened(one_line(str(found.get(key, ""))), MAX_TITLE) for key in ("title", "publisher"))
    return Document(digest, kind, paragraphs, title, publisher, _date(found.get("date")))


def kind_of(content: bytes, name: str) -> Kind:
    """What kind of document bytes are, by what they start with.

    Raises
    ------
    SourceError
        If they are an archive, or nothing.
    """
    for start, found in _PACKED.items():
        if content.startswith(start):
            remedy = "save the document as PDF, or its text as a .txt file"
            raise SourceError(name, f"found {found}", allowed="text, HTML or PDF", remedy=remedy)
    if not content.strip():
        raise SourceError(name, "found an empty file", allowed="text, HTML or PDF with text in it")
    if b"%PDF-" in content[:1024]:
        return "pdf"
    start = content[:4096].replace(b"\0", b"").lower()
    if b"<html" in start or b"<!doctype html" in start or (b"<body" in start and b"<p" in start):
        return "html"
    return "text"


def _check_length(length: int, name: str) -> None:
    if length > MAX_CHARACTERS:
        allowed = f"at most {MAX_CHARACTERS:,} characters"
        raise SourceError(name, f"found {length:,} characters of text", allowed=allowed, remedy="cut out what matters")


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
