"""Comments, mentions and activity of a workspace."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import offramp
from offramp.scenario.rename import rename
from offramp.workspace.bus import Event
from offramp.workspace.models import Comment, Mention
from offramp.workspace.talk.activity import note
from offramp.workspace.talk.comments import open_comments
from offramp.workspace.talk.following import renamings, retarget
from offramp.workspace.talk.mentions import unread
from offramp.workspace.talk.sentences import LANGUAGES, SENTENCES, WORDS, sentence
from workspace_site import Workspace, make_folder, shared

TALKS = "/api/scenarios/talks/comments"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with shared(make_folder(tmp_path, "talks.yaml")) as found:
        yield found


def say(client: Any, text: str, target: str = "", **more: Any) -> dict[str, Any]:
    answer = client.post(TALKS, json={"target": target, "text": text, **more})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def listed(client: Any, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(TALKS, params=query)
    assert answer.status_code == 200, answer.text
    comments: list[dict[str, Any]] = answer.json()["comments"]
    return comments


# --- comments


def test_a_comment_is_kept_with_who_said_what_about_what(workspace: Workspace) -> None:
    said = say(workspace.client("reader"), "Is this too high?", "assumptions.office")
    assert (said["by"], said["target"], said["text"]) == ("rita", "assumptions.office", "Is this too high?")
    assert (said["resolved"], said["edited"], said["replies"], said["deleted"]) == (None, None, [], False)
    assert said["at"].endswith("Z")
    assert listed(workspace.client("owner")) == [said]


def test_a_reply_stands_in_its_thread_even_where_it_answers_a_reply(workspace: Workspace) -> None:
    client = workspace.client("editor")
    root = say(client, "first", "moves.answer")
    reply = say(client, "second", reply_to=root["id"])
    say(client, "third", "assumptions.office", reply_to=reply["id"])
    (thread,) = listed(client)
    assert [each["text"] for each in thread["replies"]] == ["second", "third"]
    assert {each["target"] for each in thread["replies"]} == {"moves.answer"}


def test_a_reply_needs_a_comment_on_the_same_scenario(workspace: Workspace) -> None:
    shutil.copy(workspace.folder / "talks.yaml", workspace.folder / "other.yaml")
    client = workspace.client("editor")
    elsewhere = client.post("/api/scenarios/other/comments", json={"text": "hm"}).json()
    refused = client.post(TALKS, json={"text": "me too", "reply_to": elsewhere["id"]})
    assert (refused.status_code, refused.json()["schema"]) == (404, "offramp.problem/1")


def test_there_is_no_comment_on_a_scenario_that_is_not_there(workspace: Workspace) -> None:
    client = workspace.client("editor")
    assert client.post("/api/scenarios/nowhere/comments", json={"text": "hm"}).status_code == 404
    assert client.get("/api/scenarios/nowhere/comments").status_code == 404


def test_only_its_author_changes_a_comment(workspace: Workspace) -> None:
    said = say(workspace.client("reader"), "helo")
    assert workspace.client("owner").patch(f"/api/comments/{said['id']}", json={"text": "x"}).status_code == 403
    mended = workspace.client("reader").patch(f"/api/comments/{said['id']}", json={"text": "hello"}).json()
    assert (mended["text"], mended["by"]) == ("hello", "rita")
    assert mended["edited"] is not None


@pytest.mark.parametrize(("role", "allowed"), [("reader", False), ("editor", True), ("owner", True)])
def test_a_thread_is_resolved_by_an_editor_and_by_who_began_it(workspace: Workspace, role: str, allowed: bool) -> None:
    own = say(workspace.client("reader"), "mine")
    other = say(workspace.client("owner"), "not mine")
    client = workspace.client(role)
    answers = [client.patch(f"/api/comments/{each['id']}", json={"resolved": True}) for each in (own, other)]
    assert [each.status_code for each in answers] == [200, 200 if allowed else 403]
    assert answers[0].json()["resolved"]["by"] == client.get("/api/session").json()["person"]["name"]


def test_a_thread_that_is_opened_again_is_open(workspace: Workspace) -> None:
    client = workspace.client("editor")
    first, second = say(client, "one"), say(client, "two")
    for resolved in (True, False, True):
        client.patch(f"/api/comments/{first['id']}", json={"resolved": resolved})
    assert [each["id"] for each in listed(client, resolved=False)] == [second["id"]]
    assert [each["id"] for each in listed(client, resolved=True)] == [first["id"]]
    with workspace.site.database.session() as session:
        assert open_comments(session) == {"talks": 1}
    client.patch(f"/api/comments/{first['id']}", json={"resolved": False})
    assert all(each["resolved"] is None for each in listed(client))


def test_a_reply_is_not_resolved_by_itself(workspace: Workspace) -> None:
    client = workspace.client("editor")
    reply = say(client, "two", reply_to=say(client, "one")["id"])
    refused = client.patch(f"/api/comments/{reply['id']}", json={"resolved": True})
    assert refused.status_code == 422
    assert "thread" in refused.json()["allowed"]


def test_a_deleted_comment_with_replies_keeps_its_place_without_its_text(workspace: Workspace) -> None:
    reader, editor, owner = (workspace.client(role) for role in ("reader", "editor", "owner"))
    root = say(reader, "a secret")
    reply = say(editor, "a reply", reply_to=root["id"])
    assert editor.delete(f"/api/comments/{root['id']}").status_code == 403
    assert reader.delete(f"/api/comments/{root['id']}").status_code == 204
    (thread,) = listed(owner)
    assert (thread["text"], thread["by"], thread["deleted"]) == ("", "", True)
    assert [each["text"] for each in thread["replies"]] == ["a reply"]
    assert reader.patch(f"/api/comments/{root['id']}", json={"text": "back"}).status_code == 404
    assert owner.delete(f"/api/comments/{reply['id']}").status_code == 204
    assert listed(owner) == []
    with workspace.site.database.session() as session:
        assert session.query(Comment).count() == 0


def test_the_number_of_a_deleted_comment_is_not_given_again(workspace: Workspace) -> None:
    client = workspace.client("reader")
    first = say(client, "one")
    client.delete(f"/api/comments/{first['id']}")
    assert say(client, "two")["id"] > first["id"]


def test_text_is_kept_as_it_is_but_for_signs_that_act_unseen(workspace: Workspace) -> None:
    said = say(workspace.client("reader"), "<b>bold</b>\n\x1b[31m& \u202eback\x00 \U0001f600 ")
    assert said["text"] == "<b>bold</b>\n[31m& back \U0001f600"
    refused = workspace.client("reader").post(TALKS, json={"text": " \u200b\x00 "})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "target",
    ["assumptions", "assumptions.", "assumptions.a-b", "offer:", "offer:a=b,a=c", "run:../x", "x.y", "moves.a.b.c"],
)
def test_a_target_has_one_of_its_forms(workspace: Workspace, target: str) -> None:
    refused = workspace.client("reader").post(TALKS, json={"text": "hm", "target": target})
    assert refused.status_code == 422
    assert repr(target) in refused.json()["found"]


def test_comments_say_what_is_no_longer_there(workspace: Workspace) -> None:
    client = workspace.client("editor")
    run = workspace.folder / "runs" / "first"
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}", encoding="utf-8")
    kept = ["", "assumptions.office", "moves.answer", "moves.answer.accept", "run:runs:first"]
    gone = ["assumptions.nothing", "moves.answer.nothing", "run:runs:second", "offer:amnesty=nothing"]
    for target in (*kept, *gone):
        say(client, "hm", target)
    lacking = {each["target"]: each["missing_target"] for each in listed(client)}
    assert lacking == {**dict.fromkeys(kept, False), **dict.fromkeys(gone, True)}
    (workspace.folder / "talks.yaml").write_text("format: offramp/1\n", encoding="utf-8")
    assert not any(each["missing_target"] for each in listed(client) if not each["target"].startswith("run:"))


def test_an_offer_is_one_target_whatever_the_order_of_its_terms(workspace: Workspace) -> None:
    client = workspace.client("editor")
    say(client, "one", "offer:court=open,amnesty=ruler")
    assert [each["target"] for each in listed(client, target="offer:amnesty=ruler,court=open")] == [
        "offer:amnesty=ruler,court=open"
    ]


def test_comments_follow_what_is_renamed(workspace: Workspace) -> None:
    client = workspace.client("editor")
    for target in ("assumptions.office", "moves.leak.held", "offer:amnesty=ruler,court=open", "assumptions.official"):
        say(client, "hm", target)
    with workspace.site.database.session() as session:
        assert retarget(session, "talks", "assumptions.office", "assumptions.power") == 1
        assert retarget(session, "talks", "moves.leak", "moves.press") == 1
        assert retarget(session, "talks", "terms.amnesty", "terms.pardon") == 1
        assert retarget(session, "talks", "terms.pardon.ruler", "terms.pardon.him") == 1
        assert retarget(session, "elsewhere", "moves.press", "moves.leak") == 0
    assert [each["target"] for each in listed(client)] == [
        "assumptions.power",
        "moves.press.held",
        "offer:court=open,pardon=him",
        "assumptions.official",
    ]


def _save(client: Any, text: str, base: str) -> str:
    answer = client.put("/api/scenarios/talks", json={"text": text, "base": base})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["version"])


def test_comments_follow_what_has_another_name_in_a_saved_text_or_in_the_file(workspace: Workspace) -> None:
    client, file = workspace.client("editor"), workspace.folder / "talks.yaml"
    for target in ("assumptions.office", "moves.answer.accept", "offer:passage=safe", "parties.envoy"):
        say(client, "hm", target)
    text, there = file.read_text(encoding="utf-8"), client.get("/api/scenarios/talks").json()
    for path, new in [
        (("assumptions", "office"), "palace"),
        (("moves", "answer"), "reply"),
        (("moves", "reply", "choices", "accept"), "take"),
        (("terms", "passage", "safe"), "secure"),
    ]:
        text = rename(text, path, new)
    text = text.replace("value: {pert: [6, 10, 16]}", "value: {pert: [6, 10, 17]}")
    version = _save(client, text, there["version"])
    targets = ["assumptions.palace", "moves.reply.take", "offer:passage=secure", "parties.envoy"]
    assert [(each["target"], each["missing_target"]) for each in listed(client)] == [(each, False) for each in targets]

    file.write_text(rename(text, ("parties", "envoy"), "mediator"), encoding="utf-8")  # as by another editor
    assert client.get("/api/scenarios/talks").json()["version"] != version
    assert listed(client)[-1]["target"] == "parties.mediator"

    _save(client, there["text"], client.get("/api/scenarios/talks").json()["version"])
    kept = ["assumptions.office", "moves.answer.accept", "offer:passage=safe", "parties.envoy"]
    assert [each["target"] for each in listed(client)] == kept, "with the old version the old names are back"


def test_comments_do_not_go_to_what_is_something_else(workspace: Workspace) -> None:
    text = (workspace.folder / "talks.yaml").read_text(encoding="utf-8")
    before = offramp.loads(text)
    line = (
        "  wear: {meaning: what pressure takes from that in each further round, unit: points, value: {uniform: [0, 4]}"
    )
    other = "  drought: {meaning: millimetres of rain that do not come, value: {normal: [9, 1]}"
    assert line in text
    swapped = text.replace(line, other).replace("wear *", "drought *")
    assert renamings(before, offramp.loads(swapped)) == []
    moved = text.replace(f"{line}, basis: judgement}}\n", "").replace("wear *", "2 *")
    assert renamings(before, offramp.loads(moved)) == []
    assert renamings(before, before) == []


def test_talk_follows_a_scenario_that_is_renamed(workspace: Workspace) -> None:
    client = workspace.client("editor")
    say(client, "hm")
    assert client.post("/api/scenarios/talks/rename", json={"to": "renamed"}).status_code == 200
    assert [each["text"] for each in client.get("/api/scenarios/renamed/comments").json()["comments"]] == ["hm"]
    found = client.get("/api/activity?scenario=renamed").json()["entries"]
    assert [each["says"] for each in found] == ["Ed renamed talks to renamed", "Ed commented on renamed"]


def test_older_threads_are_asked_for_by_number(workspace: Workspace) -> None:
    client = workspace.client("editor")
    made = [say(client, f"{n}")["id"] for n in range(5)]
    page = client.get(TALKS, params={"limit": 2}).json()
    assert [each["id"] for each in page["comments"]] == made[3:]
    page = client.get(TALKS, params={"limit": 3, "before": page["next"]}).json()
    assert [each["id"] for each in page["comments"]] == made[:3]
    assert page["next"] is None


def test_strangers_neither_read_nor_write(workspace: Workspace) -> None:
    stranger = workspace.stranger()
    for path in (TALKS, "/api/activity", "/api/mentions"):
        assert stranger.get(path).status_code == 401, path
    assert stranger.post(TALKS, json={"text": "hm"}).status_code in {401, 403}


# --- mentions


def test_who_is_named_is_told_and_others_are_not(workspace: Workspace) -> None:
    editor, reader = workspace.client("editor"), workspace.client("reader")
    said = say(editor, "What say you, @rita and @nobody? Not ed@rita, nor @olga.x", "moves.answer")
    assert said["mentions"] == ["rita"]
    (found,) = reader.get("/api/mentions").json()["mentions"]
    assert (found["by"], found["comment"], found["target"], found["read"]) == ("ed", said["id"], "moves.answer", False)
    assert workspace.client("owner").get("/api/mentions").json()["mentions"] == []
    assert _unread(workspace, "reader") == 1
    assert reader.post("/api/mentions/read", json={"ids": [found["id"]]}).status_code == 204
    assert _unread(workspace, "reader") == 0


def _unread(workspace: Workspace, role: str) -> int:
    with workspace.site.database.session() as session:
        return unread(session, workspace.person(role))


def test_all_mentions_are_marked_as_read_at_once_but_only_ones_own(workspace: Workspace) -> None:
    editor = workspace.client("editor")
    for _ in range(2):
        say(editor, "@rita @olga")
    mentioned = workspace.client("owner").get("/api/mentions").json()["mentions"]
    workspace.client("reader").post("/api/mentions/read", json={"ids": [each["id"] for each in mentioned]})
    assert (_unread(workspace, "reader"), _unread(workspace, "owner")) == (2, 2)
    workspace.client("reader").post("/api/mentions/read", json={"all": True})
    assert (_unread(workspace, "reader"), _unread(workspace, "owner")) == (0, 2)
    assert workspace.client("reader").post("/api/mentions/read", json={}).status_code == 422


def test_a_changed_comment_tells_whom_it_names_anew_and_forgets_whom_not(workspace: Workspace) -> None:
    editor = workspace.client("editor")
    said = say(editor, "@rita")
    workspace.client("reader").post("/api/mentions/read", json={"all": True})
    changed = editor.patch(f"/api/comments/{said['id']}", json={"text": "@rita @olga"}).json()
    assert sorted(changed["mentions"]) == ["olga", "rita"]
    assert (_unread(workspace, "reader"), _unread(workspace, "owner")) == (0, 1)
    editor.patch(f"/api/comments/{said['id']}", json={"text": "@rita"})
    assert _unread(workspace, "owner") == 0


def test_a_deleted_comment_mentions_nobody(workspace: Workspace) -> None:
    editor = workspace.client("editor")
    root = say(editor, "@rita")
    say(editor, "and?", reply_to=root["id"])
    editor.delete(f"/api/comments/{root['id']}")
    assert _unread(workspace, "reader") == 0
    assert workspace.client("reader").get("/api/mentions").json()["mentions"] == []


def test_naming_oneself_is_no_news(workspace: Workspace) -> None:
    assert say(workspace.client("editor"), "note to @ed")["mentions"] == ["ed"]
    assert _unread(workspace, "editor") == 0


def test_who_is_gone_is_not_mentioned(workspace: Workspace) -> None:
    with workspace.site.database.session() as session:
        session.merge(workspace.person("reader")).disabled = True
    assert say(workspace.client("editor"), "@rita")["mentions"] == []
    with workspace.site.database.session() as session:
        assert session.query(Mention).count() == 0


def test_news_comes_when_it_is_kept_and_a_mention_only_to_who_is_meant(workspace: Workspace) -> None:
    async def overheard(person: int) -> list[Event]:
        heard: list[Event] = []

        async def hear() -> None:
            async for event in workspace.site.bus.listen(person):
                heard.append(event)  # noqa: PERF401

        task = asyncio.create_task(hear())
        await asyncio.sleep(0.05)
        await asyncio.to_thread(say, workspace.client("editor"), "@rita")
        await asyncio.sleep(0.05)
        task.cancel()
        return heard

    rita = asyncio.run(overheard(workspace.person("reader").id))
    olga = asyncio.run(overheard(workspace.person("owner").id))
    assert {event.kind for event in rita} == {"comment", "activity", "mention"}
    assert {event.kind for event in olga} == {"comment", "activity"}
    assert next(event.data["scenario"] for event in rita if event.kind == "mention") == "talks"


def test_what_is_rolled_back_is_no_news(workspace: Workspace) -> None:
    told: list[str] = []
    workspace.site.bus.publish = lambda kind, **_: told.append(kind)  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError), workspace.site.database.session() as session:
        1 / len(note(session, workspace.site, None, "saved", "talks").data)
    assert told == []
    with workspace.site.database.session() as session:
        note(session, workspace.site, None, "saved", "talks")
        assert told == []
    assert told == ["activity"]


# --- activity


def test_activity_is_in_words_the_newest_first_by_page_scenario_and_person(workspace: Workspace) -> None:
    client = workspace.client("editor")
    with workspace.site.database.session() as session:
        for n in range(3):
            note(session, workspace.site, workspace.person("owner"), "saved", "talks", message=f"change {n}")
        note(session, workspace.site, None, "run", "elsewhere")
    say(client, "hm", "assumptions.office")
    first = client.get("/api/activity", params={"limit": 2}).json()
    assert [each["says"] for each in first["entries"]] == [
        "Ed commented on the assumption office of talks",
        "A run of elsewhere is done",
    ]
    assert first["entries"][0]["link"] == "#/s/talks/talk"
    assert first["entries"][0]["detail"]["target"] == "assumptions.office"
    rest = client.get("/api/activity", params={"before": first["next"]}).json()
    assert [each["says"] for each in rest["entries"]][:1] == ["Olga saved talks: change 2"]
    assert rest["next"] is None
    assert len(client.get("/api/activity", params={"scenario": "elsewhere"}).json()["entries"]) == 1
    assert len(client.get("/api/activity", params={"person": "olga"}).json()["entries"]) == 3


def test_activity_is_told_in_spanish_too(workspace: Workspace) -> None:
    client = workspace.client("editor")
    say(client, "hm", "moves.answer")
    (entry,) = client.get("/api/activity", params={"language": "es"}).json()["entries"]
    assert entry["says"] == "Ed comentó la jugada answer de talks"


def test_every_kind_has_its_sentences_in_every_language_from_the_same_details() -> None:
    assert set(SENTENCES) == set(WORDS) == set(LANGUAGES)
    assert SENTENCES["en"].keys() == SENTENCES["es"].keys()
    assert WORDS["en"].keys() == WORDS["es"].keys()
    for kind, english in SENTENCES["en"].items():
        spanish = SENTENCES["es"][kind]
        assert {part.split("}")[0] for part in english.split("{")[1:]} == {
            part.split("}")[0] for part in spanish.split("{")[1:]
        }, kind


def test_a_kind_without_a_sentence_is_still_told() -> None:
    assert sentence("invented", {}, "Ana", "talks") == "Ana: invented"
    assert (
        sentence("saved", {"message": "{by}\n{0.__class__}"}, "Ana", "talks") == "Ana saved talks: {by} {0.__class__}"
    )
