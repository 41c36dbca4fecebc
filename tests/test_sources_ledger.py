"""The ledger and fetching: stored once by hash, whole or not at all, and nothing is fetched that should not be."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import SourceError
from offramp.scenario.load import loads
from offramp.scenario.model import Source
from offramp.sources import fetch as fetching
from offramp.sources.document import MAX_BYTES
from offramp.sources.fetch import fetch, is_url
from offramp.sources.ledger import INDEX, About, Ledger
from offramp.sources.library import Library
from papers import STORY, page
from test_document import fits

TEXT = "\n\n".join(STORY)


@pytest.fixture
def report(tmp_path: Path) -> str:
    place = tmp_path / "report of may.txt"
    place.write_text(TEXT, encoding="utf-8")
    return str(place)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "sources")


# --- the ledger


def test_a_document_is_kept_as_it_was_under_its_hash(ledger: Ledger, report: str) -> None:
    entry, is_new = ledger.add(report, About("Talks", "The Gazette", date(2024, 8, 12), "C"))
    content = Path(report).read_bytes()
    assert is_new
    assert entry.sha256 == hashlib.sha256(content).hexdigest()
    assert (ledger.folder / entry.file).read_bytes() == content
    assert (entry.name, entry.original, entry.reliability) == ("talks", "report of may.txt", "C")
    assert ledger.entries() == (entry,)
    assert ledger.document(entry).paragraphs == STORY


def test_the_same_document_is_one_entry_and_what_is_said_of_it_last_holds(ledger: Ledger, report: str) -> None:
    ledger.add(report, About("Talks", reliability="C"))
    entry, is_new = ledger.add(report, About(publisher="The Gazette", reliability="B"))
    assert not is_new
    assert ledger.entries() == (entry,)
    assert (entry.title, entry.publisher, entry.reliability) == ("Talks", "The Gazette", "B")


def test_names_are_made_from_titles_and_stand_for_one_document(ledger: Ledger, report: str, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Another report altogether.", encoding="utf-8")
    first, _ = ledger.add(report, About("2024: the talks, so far and on"))
    second, _ = ledger.add(str(other), About("2024 – the talks so far"))
    assert (first.name, second.name) == ("_2024_the_talks_so", "_2024_the_talks_so_2")
    with pytest.raises(SourceError, match="another document called"):
        ledger.add(str(other), About(name=first.name))
    with pytest.raises(SourceError, match="found the name"):
        ledger.add(str(other), About(name="../up"))
    with pytest.raises(SourceError, match="reliability"):
        ledger.add(str(other), About(reliability="G"))


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"format": "other"}',
        '{"format": "offramp.ledger/1"}',
        '{"format": "offramp.ledger/1", "documents": [{"name": "a", "sha256": "../../etc/passwd", "kind": "text"}]}',
        '{"format": "offramp.ledger/1", "documents": [{"name": 3, "sha256": "%s", "kind": "text"}]}' % ("0" * 64),
        '{"format": "offramp.ledger/1", "documents": [{"name": "a", "sha256": "%s", "kind": "exe"}]}' % ("0" * 64),
        "[" * 100_000,
    ],
)
def test_an_index_that_is_none_is_refused_and_not_written_over(ledger: Ledger, report: str, text: str) -> None:
    ledger.folder.mkdir()
    (ledger.folder / INDEX).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="index that cannot be read"):
        ledger.add(report)
    assert (ledger.folder / INDEX).read_text(encoding="utf-8") == text


def test_a_stored_document_that_was_changed_is_noticed(ledger: Ledger, report: str) -> None:
    entry, _ = ledger.add(report)
    (ledger.folder / entry.file).write_text("something else", encoding="utf-8")
    with pytest.raises(SourceError, match="not what was stored"):
        ledger.document(entry)


def test_a_write_that_fails_leaves_the_old_index(
    ledger: Ledger, report: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.add(report)
    before = (ledger.folder / INDEX).read_bytes()
    other = tmp_path / "other.txt"
    other.write_text("Another report altogether.", encoding="utf-8")

    def fails(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="no space"):
        ledger.add(str(other))
    assert (ledger.folder / INDEX).read_bytes() == before


def test_writers_at_the_same_time_lose_nothing(ledger: Ledger, tmp_path: Path) -> None:
    places = [tmp_path / f"r{number}.txt" for number in range(8)]
    for number, place in enumerate(places):
        place.write_text(f"Report number {number} on the talks.", encoding="utf-8")
    threads = [threading.Thread(target=ledger.add, args=(str(place),)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.original for each in ledger.entries()) == [place.name for place in places]


# --- where a source's document is


def test_a_source_is_found_by_file_hash_address_or_title(ledger: Ledger, report: str) -> None:
    entry, _ = ledger.add(report, About("Talks — so far"))
    library = Library(ledger.folder)
    for source in (
        Source("a", "anything", file=entry.file),
        Source("b", "anything", file=f"sha256:{entry.sha256[:12]}"),
        Source("c", "anything", file="report of may.txt"),
        Source("d", "talks - SO FAR"),
    ):
        held = library.find(source)
        assert held.document is not None, held.trouble
        assert held.document.paragraphs == STORY
    assert "no such file" in library.find(Source("e", "anything", file="gone.txt")).trouble
    assert "no document with its title" in library.find(Source("f", "Another")).trouble


@pytest.mark.parametrize("file", ["../secret.txt", "{top}/secret.txt", "link.txt", "inner/../../secret.txt", "a\0b"])
def test_a_file_of_a_scenario_does_not_lead_out_of_the_folder(file: str, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "inner").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("the secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    held = Library(folder).find(Source("s", "t", file=file.format(top=tmp_path)))
    assert held.document is None
    assert "leads out of the folder" in held.trouble or "no name of a file" in held.trouble


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("Said.", encoding="utf-8")
    (tmp_path / "link.txt").symlink_to("real.txt")
    held = Library(tmp_path).find(Source("s", "t", file="link.txt"))
    assert held.document is not None


# --- fetching


class Answers(BaseHTTPRequestHandler):
    """A server with one bad habit for each path."""

    def do_GET(self) -> None:
        port = self.connection.getsockname()[1]
        leads = {
            "/to-file": "file:///etc/passwd",
            "/to-ftp": "ftp://127.0.0.1/x",
            "/to-private": f"http://127.0.0.2:{port}/page",
            "/to-page": "/page",
            "/round": "/round",
        }
        if self.path in leads:
            self.send_response(302)
            self.send_header("Location", leads[self.path])
            self.end_headers()
        elif self.path == "/gone":
            self.send_error(404)
        else:
            self._page()

    def _page(self) -> None:
        content = page(*STORY)
        self.send_response(200)
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/huge":
            self.send_header("Content-Length", str(MAX_BYTES + 2))
        self.end_headers()
        for start in range(0, len(content), 100):
            try:
                self.wfile.write(content[start : start + 100])
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.2 if self.path == "/slow" else 0)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.mark.parametrize("path", ["/page", "/to-page"])
def test_an_address_is_fetched_when_local_ones_are_allowed(server: str, path: str, ledger: Ledger) -> None:
    entry, _ = ledger.add(server + path, About(allow_local=True, reliability="D"))
    assert (entry.kind, entry.title, entry.url) == ("html", "Talks go on", server + path)
    assert ledger.document(entry).paragraphs[-1] == STORY[-1]


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("/to-file", "answers 302 .*file:///etc/passwd.* is not allowed"),
        ("/to-ftp", "scheme 'ftp', to which it was redirected"),
        ("/round", "30. |infinite loop"),
        ("/gone", "answers 404"),
        ("/packed", "packed as 'gzip'"),
        ("/huge", f"found {MAX_BYTES + 2:,} bytes"),
    ],
)
def test_what_a_server_does_wrong_is_said(server: str, path: str, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        fetch(server + path, allow_local=True)


def test_a_slow_answer_is_given_up(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "WHOLE_SECONDS", 0.3)
    monkeypatch.setattr(fetching, "CHUNK", 100)
    with pytest.raises(SourceError, match="seconds"):
        fetch(server + "/slow", allow_local=True)


def test_an_answer_without_a_length_is_cut_off(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100)
    monkeypatch.setattr("offramp.sources.reading.MAX_BYTES", 100)
    with pytest.raises(SourceError, match="bytes"):
        fetch(server + "/page", allow_local=True)


def test_a_redirect_is_checked_like_the_first_address(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_is_public", lambda address: address != "127.0.0.2")
    assert fetch(server + "/page")
    with pytest.raises(SourceError, match="private network"):
        fetch(server + "/to-private")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "192.168.1.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_local_and_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(SourceError, match=r"private network|cannot be reached"):
        fetch(f"http://{host}:1/")


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("file:///etc/passwd", "scheme 'file'"),
        ("ftp://example.org/a", "scheme 'ftp'"),
        ("http://", "without a host"),
        ("http://user:word@example.org/", "name or a password"),
        ("http://[::1", "makes no sense"),
        ("http://example.org:99999/", "makes no sense"),
    ],
)
def test_addresses_that_are_never_asked(url: str, match: str) -> None:
    assert is_url(url)
    with pytest.raises(SourceError, match=match):
        fetch(url, allow_local=True)


# --- commands


def test_add_and_list_on_the_command_line(report: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    words = ["sources", "add", report, "--title", "A: “talks”", "--reliability", "C", "--date", "2024-08-12"]
    added = CliRunner().invoke(main, [*words, "--documents", folder])
    assert added.exit_code == 0, added.output
    snippet = added.stdout.split("under sources:\n")[1]
    scenario = loads(f"sources:\n{snippet}\n{STANDOFF}")
    assert (scenario.sources[0].reliability, scenario.sources[0].date) == ("C", date(2024, 8, 12))
    assert Library(Path(folder)).find(scenario.sources[0]).document is not None
    listed = CliRunner().invoke(main, ["sources", "list", "--documents", folder, "--json"])
    document = json.loads(listed.stdout)
    fits(document, "sources")
    assert [each["name"] for each in document["documents"]] == ["a_talks"]
    shown = CliRunner().invoke(main, ["sources", "list", "--documents", folder])
    assert "a_talks" in shown.stdout
    empty = CliRunner().invoke(main, ["sources", "list", "--documents", str(tmp_path / "none")])
    assert "no documents yet" in empty.stdout
    again = CliRunner().invoke(main, ["sources", "add", report, "--documents", folder, "--json"])
    fits(json.loads(again.stdout), "sources")


def test_a_document_that_is_refused_gives_a_message_and_a_code(tmp_path: Path) -> None:
    place = tmp_path / "bomb.zip"
    place.write_bytes(b"PK\x03\x04" + os.urandom(40))
    done = CliRunner().invoke(main, ["sources", "add", str(place), "--documents", str(tmp_path / "kept")])
    assert done.exit_code == 2
    assert "zip archive" in done.stderr
    assert not (tmp_path / "kept").exists()


STANDOFF = """
format: offramp/1
title: A standoff
parties: {he: he}
moves: {answer: {by: he, choices: {go: {next: gone}, stay: {next: stays}}}}
outcomes: {gone: {payoffs: {he: 1}}, stays: {payoffs: {he: 0}}}
"""
