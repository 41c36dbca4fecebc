"""Documents of a workspace: taken in by their content, kept once, read by paragraph, held against scenarios."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from offramp.sources.ledger import Ledger
from offramp.workspace.documents import shelf, texts
from offramp.workspace.routes.documents import AboutDocument
from papers import STORY, lines, packed, page, pdf
from workspace_site import Client, Workspace, make_folder, shared

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
TEXT = "\n\n".join(STORY).encode()
ARTICLE = page(*STORY)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    folder = make_folder(tmp_path, "talks.yaml", "venezuela-2024.yaml")
    with shared(folder) as found:
        yield found


@pytest.fixture
def editor(workspace: Workspace) -> Client:
    return workspace.client("editor")


def send(client: Client, content: bytes, file: str = "report.txt", **said: str) -> Any:
    return client.post("/api/documents", files={"file": (file, content)}, data=said)


def checked(document: dict[str, Any], schema: str) -> dict[str, Any]:
    jsonschema.validate(document, json.loads((SCHEMAS / f"{schema}.json").read_text(encoding="utf-8")))
    return document


def test_a_document_goes_into_the_ledger_that_the_command_line_keeps(workspace: Workspace, editor: Client) -> None:
    said = {"publisher": "The Gazette", "date": "2024-08-12", "reliability": "C", "url": "https://gazette.example/1"}
    answer = send(editor, TEXT, **said)
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert {key: entry[key] for key in said} == said
    assert entry["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert (entry["kind"], entry["original"], entry["new"], entry["copies"]) == ("text", "report.txt", True, [])
    assert entry["yaml"].startswith(f"  {entry['name']}:")
    (kept,) = Ledger(workspace.folder / "sources").entries()
    assert (kept.sha256, kept.url) == (entry["sha256"], said["url"])
    assert (workspace.folder / "sources" / kept.file).read_bytes() == TEXT
    listing = checked(editor.get("/api/documents").json(), "sources")
    assert [each["name"] for each in listing["documents"]] == [entry["name"]]
    assert listing["folder"] == "sources"
    (noted,) = editor.get("/api/activity").json()["entries"]
    assert noted["says"] == "Ed added the document “report”"


def test_the_kind_of_a_document_is_told_by_its_content(editor: Client) -> None:
    assert send(editor, pdf(lines(*STORY)), "page.html").json()["kind"] == "pdf"
    assert send(editor, ARTICLE, "picture.png").json()["kind"] == "html"
    assert send(editor, TEXT, "virus.exe").json()["kind"] == "text"


def test_the_same_document_is_kept_once_and_is_no_news(workspace: Workspace, editor: Client) -> None:
    send(editor, TEXT)
    again = send(editor, TEXT, "copy.txt", publisher="The Gazette")
    assert (again.status_code, again.json()["new"], again.json()["publisher"]) == (200, False, "The Gazette")
    assert len(editor.get("/api/documents").json()["documents"]) == 1
    assert len(editor.get("/api/activity").json()["entries"]) == 1


def test_a_copy_is_said_to_be_one(editor: Client) -> None:
    story = " ".join(STORY)
    first = send(editor, story.encode(), "first.txt").json()
    copy = send(editor, f"{story} Our own correspondent adds nothing to this.".encode(), "second.txt").json()
    assert [each["name"] for each in copy["copies"]] == [first["name"]]
    other = send(editor, b"Something else altogether was reported on that day by others.", "third.txt").json()
    assert other["copies"] == other["overlaps"] == []


def test_the_text_of_a_document_is_read_by_paragraph(editor: Client) -> None:
    entry = send(editor, ARTICLE, "page.html").json()
    found = editor.get(f"/api/documents/{entry['sha256']}/text").json()
    assert (found["count"], found["first"], tuple(found["paragraphs"])) == (5, 1, ("Talks go on", *STORY))
    part = editor.get(f"/api/documents/{entry['sha256']}/text", params={"first": 2, "limit": 2}).json()
    assert (part["count"], part["first"], tuple(part["paragraphs"])) == (5, 2, STORY[:2])
    assert editor.get(f"/api/documents/{'0' * 64}/text").status_code == 404


def test_a_text_that_was_read_once_is_not_read_again(
    workspace: Workspace, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = send(editor, ARTICLE, "page.html").json()
    monkeypatch.setattr(Ledger, "document", None)
    assert editor.get(f"/api/documents/{entry['sha256']}/text").status_code == 200
    monkeypatch.undo()
    for kept in (workspace.site.settings.hidden / "texts").iterdir():
        kept.write_text("broken", encoding="utf-8")
    assert editor.get(f"/api/documents/{entry['sha256']}/text").json()["count"] == 5


def _bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(10_000_000))
    return made.getvalue()


HOSTILE = {
    "a zip bomb": (_bomb(), 422, "zip archive"),
    "a broken PDF": (b"%PDF-1.4\nnothing of the kind", 422, "PDF"),
    "a PDF that unpacks to a gigabyte": (packed(bytes(400_000_000), 2), 422, ""),
    "a page of scripts": (b"<html><script>" + b"alert(1);" * 1000 + b"</script></html>", 422, "without an article"),
    "nothing": (b" \n", 422, "empty file"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10, 422, "no text"),
}


@pytest.mark.parametrize(("content", "status", "found"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_refused_and_leaves_nothing(
    workspace: Workspace, editor: Client, content: bytes, status: int, found: str
) -> None:
    refused = send(editor, content, "report.pdf")
    assert refused.status_code == status, refused.text
    assert refused.json()["schema"] == "offramp.problem/1"
    assert found in refused.json()["found"]
    assert editor.get("/api/documents").json()["documents"] == []
    assert not list(workspace.folder.glob("sources/[0-9a-f]*"))


def test_a_document_of_100_megabytes_is_refused_before_it_is_here(workspace: Workspace, editor: Client) -> None:
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="large.txt"\r\n\r\n'
        for _ in range(100):
            sent += 1
            yield b"a" * 1_000_000
        yield b"\r\n--x--\r\n"

    headers = {"content-type": "multipart/form-data; boundary=x"}
    refused = editor.post("/api/documents", content=body(), headers=headers)
    assert refused.status_code == 413
    assert not (workspace.folder / "sources").exists()
    assert send(editor, b"a" * 20_050_000).status_code == 413


def test_scripts_in_a_page_are_no_part_of_its_text(editor: Client) -> None:
    content = ARTICLE.replace(b"<p>", b"<script>alert(1)</script><p onclick='alert(2)'>", 1)
    entry = send(editor, content, "page.html").json()
    answer = editor.get(f"/api/documents/{entry['sha256']}/text")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not any("alert" in each for each in answer.json()["paragraphs"])


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"reliability": "G"}, "reliability"),
        ({"date": "yesterday"}, "date"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"name": "../up"}, "name"),
        ({"scenario": "../up"}, "scenario"),
        ({"sha256": "0" * 64}, "sha256"),
    ],
    ids=str,
)
def test_what_is_said_of_a_document_is_checked(editor: Client, said: dict[str, str], found: str) -> None:
    refused = send(editor, TEXT, **said)
    assert refused.status_code == 422
    assert found in refused.json()["found"]


def test_two_documents_do_not_have_one_name(editor: Client) -> None:
    first = send(editor, TEXT, name="gazette")
    second = send(editor, b"Another report.", name="gazette")
    assert (first.status_code, second.status_code) == (201, 409)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\evil.txt", "/abs.txt", "a\r\nX: y.txt"])
def test_the_name_of_a_file_is_a_name_and_no_path(workspace: Workspace, editor: Client, name: str) -> None:
    boundary = "x"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + TEXT
        + f"\r\n--{boundary}--\r\n".encode()
    )
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    answer = editor.post("/api/documents", content=body, headers=headers)
    assert answer.status_code in {201, 422}
    outside = [each for each in workspace.folder.parent.rglob("*") if "passwd" in each.name or "evil" in each.name]
    assert not outside
    if answer.status_code == 201:
        assert "/" not in answer.json()["original"]


def test_a_request_that_is_no_form_is_refused(editor: Client) -> None:
    assert editor.post("/api/documents", json={"file": "x"}).status_code == 415
    broken = {"content-type": "multipart/form-data"}
    assert editor.post("/api/documents", content=b"--x", headers=broken).status_code == 422
    assert editor.post("/api/documents", data={"title": "x"}, files={"other": ("a", b"b")}).status_code == 422
    two = [("file", ("a.txt", TEXT)), ("file", ("b.txt", TEXT))]
    assert editor.post("/api/documents", files=two).status_code == 422


def test_readers_read_and_editors_add(workspace: Workspace) -> None:
    reader, stranger = workspace.client("reader"), workspace.stranger()
    assert send(reader, TEXT).status_code == 403
    assert stranger.get("/api/documents").status_code == 401
    entry = send(workspace.client("editor"), TEXT).json()
    assert reader.get(f"/api/documents/{entry['sha256']}/text").status_code == 200
    assert reader.post(f"/api/documents/{entry['sha256']}/suggest", json={}).status_code == 200


SOURCED = """\
sources: {gazette: {title: Talks go on, publisher: The Gazette, reliability: C, file: gazette.txt}}

assumptions:
  cost:
    meaning: what an offer of safety costs the envoy
    value: {uniform: [0, 8]}
    basis: [{source: gazette, paragraph: 2, says: he may accept an amnesty, credibility: 2}]
"""


def test_the_passages_of_a_scenario_are_checked(workspace: Workspace, editor: Client) -> None:
    place = workspace.folder / "talks.yaml"
    kept = [line for line in place.read_text(encoding="utf-8").splitlines() if not line.startswith("  cost:")]
    place.write_text("\n".join(kept).replace("assumptions:\n", SOURCED), encoding="utf-8")
    without = checked(editor.get("/api/scenarios/talks/passages").json(), "passages")
    assert [each["status"] for each in without["bases"]] == ["no document"]
    assert str(workspace.folder) not in json.dumps(without)
    send(editor, TEXT, "gazette.txt")
    (basis,) = editor.get("/api/scenarios/talks/passages").json()["bases"]
    assert (basis["status"], basis["text"], basis["best"]) == ("found", STORY[1], 3)
    assert "hedged by" in basis["flag"]
    assert editor.get("/api/scenarios/nowhere/passages").status_code == 404


def test_a_scenario_further_in_has_its_documents_beside_it(workspace: Workspace, editor: Client) -> None:
    (workspace.folder / "cases").mkdir()
    shutil.copy(workspace.folder / "talks.yaml", workspace.folder / "cases" / "talks.yaml")
    entry = send(editor, TEXT, scenario="cases:talks").json()
    assert Ledger(workspace.folder / "cases" / "sources").entries()
    assert editor.get("/api/documents").json()["documents"] == []
    listing = editor.get("/api/documents", params={"scenario": "cases:talks"}).json()
    assert (listing["folder"], len(listing["documents"])) == ("cases/sources", 1)
    path = f"/api/documents/{entry['sha256']}"
    assert editor.get(f"{path}/text").status_code == 404
    assert editor.get(f"{path}/text", params={"scenario": "cases:talks"}).status_code == 200
    asked = editor.post(f"{path}/suggest", params={"scenario": "cases:talks"}, json={"scenario": "talks"})
    assert asked.status_code == 200


def test_passages_are_suggested_for_a_scenario_and_without_one(editor: Client) -> None:
    entry = send(editor, TEXT).json()
    path = f"/api/documents/{entry['sha256']}/suggest"
    alone = checked(editor.post(path, json={}).json(), "suggestions")
    assert "actor" in {each["kind"] for each in alone["suggestions"]}
    held = checked(editor.post(path, json={"scenario": "venezuela-2024"}).json(), "suggestions")
    assert held["scenario"].startswith("An amnesty offer")
    assert editor.post(path, json={"scenario": "nowhere"}).status_code == 404


def test_nothing_is_looked_for_in_what_would_take_a_minute(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = send(editor, TEXT).json()
    monkeypatch.setattr(shelf, "MOST_SEARCHED", 100)
    refused = editor.post(f"/api/documents/{entry['sha256']}/suggest", json={})
    assert (refused.status_code, refused.json()["allowed"]) == (422, "at most 100")


def test_readers_of_documents_take_turns(workspace: Workspace, editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "SECONDS_TO_WAIT", 0.01)
    turn = workspace.site.shelf._texts.turn
    with turn(), turn():
        refused = send(editor, TEXT)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "20")
    assert send(editor, TEXT).status_code == 201


def test_the_form_is_described(workspace: Workspace) -> None:
    paths = workspace.client("editor").get("/api/openapi.json").json()["paths"]
    form = paths["/api/documents"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(form["properties"]) == {"file", *AboutDocument.model_fields}
