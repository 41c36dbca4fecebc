"""The digest of a workspace: what changed, in words, as a feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from offramp.workspace.models import Activity, Comment, Person, Version
from offramp.workspace.talk.activity import note
from offramp.workspace.talk.digest import Period, Story, Talked
from offramp.workspace.talk.digest_words import WORDS, lines
from workspace_site import Client, Workspace, make_folder, shared

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"

DAY = timedelta(days=1)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml"), public_url="https://offramp.example.org") as found:
        yield found


@pytest.fixture
def editor(workspace: Workspace) -> Client:
    client = workspace.client("editor")
    client.get("/api/scenarios")
    return client


def save(client: Client, old: str, new: str, message: str = "") -> None:
    there = client.get("/api/scenarios/talks").json()
    assert old in there["text"]
    body = {"text": there["text"].replace(old, new), "base": there["version"], "message": message}
    answer = client.put("/api/scenarios/talks", json=body)
    assert answer.status_code == 200, answer.text


def long_ago(workspace: Workspace, days: float) -> None:
    """Let all that happened have happened days ago."""
    at = datetime.now(UTC) - days * DAY
    with workspace.site.database.session() as session:
        for table in (Activity, Comment, Version):
            session.execute(update(table).values(at=at))


def run_made(name: str, probability: float, made: datetime) -> dict[str, Any]:
    """A run as lists have it."""
    headline = {"says": "he leaves", "probability": probability, "interval": None, "words": "likely", "run": name}
    at = made.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": name, "scenario": "talks", "made": at, "headline": headline, "version": "", "current": False}


def digest(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.get("/api/digest", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# --- what changed


def test_nothing_new_is_said_to_be_nothing(editor: Client) -> None:
    found = digest(editor)
    assert (found["says"], found["scenarios"]) == ([], [])


def test_changes_of_an_assumption_are_told_once_from_first_to_last(workspace: Workspace, editor: Client) -> None:
    save(editor, "pert: [6, 10, 16]", "pert: [6, 11, 16]")
    save(editor, "pert: [6, 11, 16]", "pert: [6, 12, 16]")
    (story,) = digest(editor)["scenarios"]
    (change,) = story["changes"]
    assert (story["id"], change["path"]) == ("talks", "assumptions.office.value")
    assert ("10" in change["before"], "12" in change["after"]) == (True, True)
    assert story["says"] == [f"the assumption office (value) was {change['before']}, now {change['after']}"]
    save(editor, "pert: [6, 12, 16]", "pert: [6, 10, 16]")
    assert digest(editor)["scenarios"] == []


def test_what_was_long_ago_is_not_told(workspace: Workspace, editor: Client) -> None:
    save(editor, "pert: [6, 10, 16]", "pert: [6, 11, 16]")
    editor.post("/api/scenarios/talks/comments", json={"text": "hm"})
    long_ago(workspace, 8)
    assert digest(editor, days=7)["says"] == []
    assert len(digest(editor, days=9)["scenarios"]) == 1


def test_what_clashed_and_is_kept_beside_the_scenario_is_no_change(editor: Client) -> None:
    there = editor.get("/api/scenarios/talks").json()
    save(editor, "pert: [6, 10, 16]", "pert: [6, 11, 16]")
    clashing = {"text": there["text"].replace("[6, 10, 16]", "[6, 15, 16]"), "base": there["version"]}
    assert editor.put("/api/scenarios/talks", json=clashing).status_code == 409
    found = digest(editor)
    assert [each["after"] for each in found["scenarios"][0]["changes"]] == ["pert 6, 11, 16"]
    assert found["says"][-1] == "Ed wrote talks while Ed changed it; both texts are kept"


def test_what_was_changed_on_the_disk_is_told(workspace: Workspace, editor: Client) -> None:
    place = workspace.folder / "talks.yaml"
    place.write_text(place.read_text(encoding="utf-8").replace("[6, 10, 16]", "[6, 14, 16]"), encoding="utf-8")
    (story,) = digest(editor)["scenarios"]
    assert [each["path"] for each in story["changes"]] == ["assumptions.office.value"]


def test_the_headline_is_told_as_it_was_and_as_it_is(
    workspace: Workspace, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    before = [run_made("old", 0.2, now - 8 * DAY), run_made("oldest", 0.1, now - 30 * DAY)]
    after = [run_made("newest", 0.4, now - DAY), run_made("new", 0.3, now - 2 * DAY)]
    monkeypatch.setattr(workspace.site.runs, "rows", lambda **_: before)
    assert digest(editor)["scenarios"] == []
    monkeypatch.setattr(workspace.site.runs, "rows", lambda **_: [*after, *before])
    (story,) = digest(editor)["scenarios"]
    assert (story["headline_before"]["run"], story["headline_now"]["run"]) == ("old", "newest")
    assert story["runs"] == ["newest", "new"]
    assert story["says"] == ["“he leaves”: 20%, now 40%", "2 new runs"]
    (spanish,) = digest(editor, language="es")["scenarios"]
    assert spanish["says"] == ["«he leaves»: 20%, ahora 40%", "2 ejecuciones nuevas"]


def test_comments_are_counted(workspace: Workspace, editor: Client) -> None:
    path = "/api/scenarios/talks/comments"
    old = editor.post(path, json={"text": "old"}).json()
    long_ago(workspace, 30)
    new = editor.post(path, json={"text": "new"}).json()
    editor.post(path, json={"text": "reply", "reply_to": new["id"]})
    editor.patch(f"/api/comments/{old['id']}", json={"resolved": True})
    gone = editor.post(path, json={"text": "gone"}).json()
    editor.delete(f"/api/comments/{gone['id']}")
    (story,) = digest(editor)["scenarios"]
    assert story["comments"] == {"opened": 1, "replies": 1, "resolved": 1, "open": 1}
    assert story["says"] == ["one comment opened, one reply, one resolved, one open"]


def test_what_else_happened_is_told_as_it_is(workspace: Workspace, editor: Client) -> None:
    editor.post("/api/documents", files={"file": ("report.txt", b"He may go, sources say.")})
    editor.post("/api/scenarios", json={"id": "other", "copy_of": "talks"})
    assert digest(editor)["says"] == ["Ed added the document “report”", "Ed created other as a copy of talks"]
    with workspace.site.database.session() as session:
        for _ in range(60):
            note(session, workspace.site, None, "shared", "talks")
    assert digest(editor)["says"][-1] == "and more on the activity page"


def test_a_digest_is_told_in_every_language_from_the_same_details() -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()
    change = {"path": "assumptions.office.value", "before": "1", "after": None}
    new = {"path": "title", "before": None, "after": "x" * 500}
    headline = {"says": "he leaves", "probability": 0.5}
    story = Story("talks", "Talks", [change, new, *[change] * 9], None, headline, [{}], Talked(2, 2, 2, 2))
    told = {language: lines(story, language) for language in WORDS}
    assert told["en"][0] == "the assumption office (value) was taken out"
    assert told["es"][0] == "el supuesto office (value) se quitó"
    assert told["en"][-4:-2] == ["3 more changes", "“he leaves”: 50%"]
    assert {len(each) for each in told.values()} == {12}
    assert max(map(len, told["en"])) < 250


def test_a_period_holds_its_beginning_and_not_its_end() -> None:
    at = datetime(2024, 8, 15, tzinfo=UTC)
    period = Period(at, at + DAY)
    assert [period.holds(each) for each in (at, at + DAY, None)] == [True, False, False]


# --- the feed


def feed_of(workspace: Workspace, role: str = "reader") -> str:
    feed: str = workspace.client(role).get("/api/session").json()["person"]["feed"]
    return feed


def test_the_feed_is_an_atom_document_with_an_entry_a_day(workspace: Workspace, editor: Client) -> None:
    save(editor, "pert: [6, 10, 16]", "pert: [6, 11, 16]")
    long_ago(workspace, 2)
    editor.post("/api/scenarios/talks/comments", json={"text": "<script>alert(1)</script>"})
    answer = workspace.stranger().get(feed_of(workspace))
    assert answer.headers["content-type"] == "application/atom+xml"
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):  # what RFC 4287 requires of both
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
            assert element.findtext(f"{ATOM}{name}")
        datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "")
        assert (element.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    links = {each.get("rel"): each.get("href") for each in root.findall(f"{ATOM}link")}
    assert links["self"] == f"https://offramp.example.org{feed_of(workspace)}"
    today, before = root.findall(f"{ATOM}entry")
    said = [each.text for each in today.iter(f"{XHTML}li")]
    assert said == ["Talks with a deadline (a made-up standoff): one comment opened, one open"]
    assert "assumption office" in "".join(before.itertext())
    ids = [element.findtext(f"{ATOM}id") for element in (root, today, before)]
    assert len(set(ids)) == 3


def test_what_people_write_is_text_in_the_feed(workspace: Workspace, editor: Client) -> None:
    title = "<script>alert(1)</script> & ]]> \ufffe"
    with workspace.site.database.session() as session:
        note(session, workspace.site, None, "document", title=title)
    content = workspace.stranger().get(feed_of(workspace)).content
    assert b"<script" not in content
    told = [each.text for each in ET.fromstring(content).iter(f"{XHTML}li")]
    assert told == ["The server added the document “<script>alert(1)</script> & ]]> ”"]


def test_an_empty_feed_is_one(workspace: Workspace) -> None:
    root = ET.fromstring(workspace.stranger().get(feed_of(workspace)).content)
    assert root.findtext(f"{ATOM}updated")
    assert root.findall(f"{ATOM}entry") == []


def test_a_feed_is_not_sent_again_while_nothing_happens(workspace: Workspace, editor: Client) -> None:
    stranger, feed = workspace.stranger(), feed_of(workspace)
    tag = stranger.get(feed).headers["etag"]
    again = stranger.get(feed, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    editor.post("/api/scenarios/talks/comments", json={"text": "hm"})
    assert stranger.get(feed, headers={"if-none-match": tag}).status_code == 200


def test_a_feed_speaks_its_readers_language(workspace: Workspace, editor: Client) -> None:
    workspace.client("reader").patch("/api/session", json={"language": "es"})
    editor.post("/api/scenarios/talks/comments", json={"text": "hm"})
    content = workspace.stranger().get(feed_of(workspace)).text
    assert "un comentario abierto" in content
    assert 'xml:lang="es"' in content


def test_a_key_that_was_renewed_opens_nothing(workspace: Workspace) -> None:
    stranger, feed = workspace.stranger(), feed_of(workspace)
    assert workspace.program(role="reader").post("/api/feed").status_code == 403
    renewed = workspace.client("reader").post("/api/feed").json()["feed"]
    assert renewed != feed
    assert (stranger.get(feed).status_code, stranger.get(renewed).status_code) == (404, 200)
    assert feed_of(workspace, "editor") not in {feed, renewed}


def test_who_is_shut_out_has_no_feed(workspace: Workspace) -> None:
    feed = feed_of(workspace)
    with workspace.site.database.session() as session:
        session.execute(update(Person).where(Person.role == "reader").values(disabled=True))
    assert workspace.stranger().get(feed).status_code == 404
    assert workspace.stranger().get("/feed.atom?key=wrong").json()["schema"] == "offramp.problem/1"
    assert workspace.stranger().get("/feed.atom").status_code == 422


def test_the_digest_is_for_who_is_signed_in(workspace: Workspace) -> None:
    assert workspace.stranger().get("/api/digest").status_code == 401
    assert json.loads(workspace.client("reader").get("/api/digest").text)["says"] == []
