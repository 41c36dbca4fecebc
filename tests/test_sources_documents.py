"""Documents: text, HTML and PDF are read, and whatever is hostile, broken or no text ends in a SourceError."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from offramp.errors import SourceError
from offramp.sources import document, reader, reading, sandbox
from offramp.sources.document import blocks, clean, shortened
from offramp.sources.reading import parse, read_document
from papers import STORY, lines, packed, page, pdf

SEED = "Page\n\nA headline\nin two lines\n  \n\nIt was said.\n"


def refused(content: bytes, *, match: str) -> SourceError:
    """The error that a document ends in."""
    with pytest.raises(SourceError, match=match) as caught:
        parse(content, "hostile.bin")
    assert str(caught.value).startswith("hostile.bin: ")
    return caught.value


# --- what is read


def test_paragraphs_of_a_text_are_its_blocks_counted_from_one(tmp_path: Path) -> None:
    place = tmp_path / "note.txt"
    place.write_text(SEED, encoding="utf-8")
    found = read_document(place)
    assert found.paragraphs == ("Page", "A headline in two lines", "It was said.")
    assert (found.kind, found.title, found.date) == ("text", "", None)
    assert found.sha256 == read_document(place, "other name").sha256
    assert parse(SEED.replace("\n", "\r\n").encode(), "dos").paragraphs == found.paragraphs


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("El señor presidente podría aceptar una amnistía; el año pasado la rechazó, según fuentes.", "latin-1"),
        ("Le général a été arrêté après la fuite ; l’opposition espère déjà une amnistie.", "cp1252"),
        ("Президент может принять предложение об амнистии, сообщают источники в правительстве.", "cp1251"),
        ("El señor podría aceptar", "utf-16"),
        ("El señor podría aceptar", "utf-32"),
        ("El señor podría aceptar", "utf-8-sig"),
    ],
)
def test_encodings_are_told_apart(text: str, encoding: str) -> None:
    assert parse(text.encode(encoding), "note").paragraphs == (text,)


def test_the_article_of_a_page_is_read_and_its_scripts_and_menu_are_not() -> None:
    head = (
        '<meta property="og:site_name" content="The Gazette">'
        '<meta property="article:published_time" content="2024-08-12T08:00:00Z">'
    )
    found = parse(page(*STORY, head=head, script="<script>document.write('evil')</script>"), "page.html")
    assert (found.kind, found.title, found.publisher) == ("html", "Talks go on", "The Gazette")
    assert found.date == date(2024, 8, 12)
    assert [text for text in found.paragraphs if text in STORY] == list(STORY)
    assert not [text for text in found.paragraphs if "evil" in text or "Home" in text]


def test_an_html_page_is_read_in_the_encoding_that_it_declares() -> None:
    content = page(*(f"{text} Según el señor." for text in STORY), head='<meta charset="iso-8859-1">')
    found = parse(content.decode().encode("latin-1"), "page.html")
    assert any("Según el señor." in text for text in found.paragraphs)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_lines_of_a_pdf_become_paragraphs(times: int) -> None:
    content = lines(
        "The ruler may leave the country if he is given safe pas-", "sage.", "The army has not spoken so far."
    )
    found = parse(packed(content, times) if times else pdf(content), "a.pdf")
    assert found.kind == "pdf"
    assert found.paragraphs == (
        "The ruler may leave the country if he is given safe passage.",
        "The army has not spoken so far.",
    )


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    text = "He \x1b[2Jsaid\x07 \u202eon\u2066 \x9b31mit\u200b.\0"
    assert clean(text) == "He [2Jsaid on 31mit."
    assert blocks("a\n\n\x1b]0;title\x07b") == ("a", "]0;titleb")
    assert shortened("one two three", 8) == "one two…"


# --- what is refused


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "large.txt"
    with place.open("wb") as file:
        file.truncate(100_000_000)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(SourceError, match="found 100,000,000 bytes"):
        read_document(place)


def test_a_text_that_is_too_long_is_refused() -> None:
    refused(b"word " * 500_000, match="2,500,000 characters")


def test_a_page_of_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 300)
    refused(page(*STORY), match="characters of text")


@pytest.mark.parametrize("times", [1, 2])
def test_a_deflate_bomb_in_a_pdf_is_stopped(times: int) -> None:
    bomb = packed(b" " * 100_000_000, times)
    assert len(bomb) < 1_000_000
    refused(bomb, match="Limit")


def test_a_pdf_that_would_take_minutes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 1.5)
    slow = packed(b"BT /F1 12 Tf " + b"(aaaaaaaaaaaaaaaaaaaaaa) Tj " * 400_000 + b"ET")
    refused(slow, match="seconds to read")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        pytest.param(pdf(lines("text"))[:300], "broken PDF", id="a PDF that is cut off"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 64, "broken PDF", id="junk that says it is a PDF"),
        pytest.param(pdf(b"0 0 m 10 10 l S"), "without text", id="a PDF without text"),
        pytest.param(b"<html><body><script>x()</script></body></html>", "without an article", id="only a script"),
        pytest.param(b"<html>" + b"<div>" * 50_000, "without an article", id="a page nested without end"),
        pytest.param(bytes(range(256)) * 64, "no text", id="binary junk"),
        pytest.param(b"text\0" * 40, "no text", id="text with zeros"),
        pytest.param(b"\xff\xfe\x00", "utf-16", id="a broken byte order mark"),
        pytest.param(b"PK\x03\x04" + b"\0" * 40, "zip archive", id="a zip bomb, or any zip"),
        pytest.param(b"\x1f\x8b\x08" + b"\0" * 40, "gzip", id="gzip"),
        pytest.param(b" \n\n \n", "empty", id="nothing but white space"),
        pytest.param(b"", "empty", id="nothing"),
        pytest.param("\u200b\u202e".encode(), "no text", id="signs that are not seen"),
    ],
)
def test_hostile_and_broken_documents_end_in_a_clear_error(content: bytes, match: str) -> None:
    refused(content, match=match)


def test_a_pdf_with_a_password_says_so() -> None:
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(lines("secret")))))
    writer.encrypt("open sesame", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    refused(locked.getvalue(), match="password")


def test_more_pages_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_PAGES", 0)
    with pytest.raises(reader._UnreadableError, match="pages"):
        reader.read_pdf(pdf(lines("text")))


@pytest.mark.parametrize("what", ["folder", "pipe", "missing", "zero byte"])
def test_what_is_no_plain_file_is_refused_without_waiting(what: str, tmp_path: Path) -> None:
    place = tmp_path / "thing"
    if what == "folder":
        place.mkdir()
    elif what == "pipe":
        os.mkfifo(place)
    name = f"{place}\0.txt" if what == "zero byte" else place
    match = {"folder": "a folder", "pipe": "pipe", "missing": "no such file", "zero byte": "cannot be read"}[what]
    with pytest.raises(SourceError, match=match):
        read_document(name)


def test_a_reader_that_breaks_is_an_error_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "READER", "offramp.sources.nothing")
    refused(pdf(lines("text")), match="its reader broke")


@pytest.mark.parametrize(
    "deed",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "open('written', 'wb', buffering=0).write(b'x' * 10)",
    ],
    ids=["connect", "write"],
)
def test_the_reader_may_neither_connect_nor_write(deed: str, tmp_path: Path) -> None:
    code = (
        f"from offramp.sources.reader import _confine\n_confine()\ntry:\n    {deed}\nexcept OSError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.strip() == "refused", done.stderr


def test_the_limits_are_those_of_the_documentation() -> None:
    page = (Path(__file__).parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")
    for limit in (document.MAX_BYTES // 10**6, document.MAX_CHARACTERS // 10**6, document.MAX_PAGES):
        assert f"{limit:,}" in page
