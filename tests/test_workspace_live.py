"""The desk: what it answers is what a run would say; it drops what is stale and outlives nobody."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmarks import asking
from offramp.explore.run import run
from offramp.scenario.edit import edit
from offramp.scenario.load import load, loads
from offramp.workspace import serving
from offramp.workspace.live import servant
from offramp.workspace.live.asked import answer_to
from offramp.workspace.live.desk import Desk
from offramp.workspace.live.drawn import map_of
from offramp.workspace.live.grounds import distribution_record, evidence_of
from offramp.workspace.live.plain import Text
from offramp.workspace.live.process import LostError, Process, Reply
from offramp.workspace.live.question import check_size
from offramp.workspace.live.shelf import Recent, Shelf
from offramp.workspace.problems import Refusal
from offramp.workspace.settings import Limits
from test_document import keys
from workspace_site import Client, Workspace, local, make_folder

ROOT = Path(__file__).parents[1]
PANAMA = ROOT / "examples" / "panama-1988.yaml"
LIMITS = Limits()
NAMES = ("ask", "map", "evidence")


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf()


def text_of(path: Path) -> Text:
    return Text(path.read_text(encoding="utf-8"), path.name)


PANAMA_TEXT = text_of(PANAMA)


def fits(document: dict[str, Any], name: str) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    checker.validate(json.loads(json.dumps(document, allow_nan=False)))


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_a_schema_and_is_described(name: str) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert f"offramp.{name}/1" in page
    assert [key for key in keys(schema) if f"`{key}`" not in page] == []


def test_an_answer_without_a_change_is_the_run(shelf: Shelf) -> None:
    answer = answer_to(shelf, PANAMA_TEXT, {"draws": 64}, against=PANAMA_TEXT)
    fits(answer, "ask")
    record = run(load(PANAMA), draws=64).record()
    for key in ("moves", "parties", "breaks"):
        assert answer[key] == record[key]
    for name, expected in record["answers"].items():
        found = answer["answers"][name]
        assert {key: found[key] for key in expected} == expected
        assert found["posterior"] is None
    assert {change["mean"] for change in answer["against"]["changes"].values()} == {0.0}
    assert not answer["new_draws"]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_has_its_map_and_its_evidence(path: Path, shelf: Shelf) -> None:
    what = text_of(path)
    found = map_of(shelf, what)
    fits(found, "map")
    boxes = {each["name"]: each for each in (*found["moves"], *found["outcomes"])}
    for edge in found["edges"]:
        assert edge["from"] in boxes
        assert edge["to"] in boxes
    scenario = loads(what.text, what.file)
    evidence = evidence_of(scenario, what.version, path.parent / "sources", None)
    fits(evidence, "evidence")
    assert [each["name"] for each in evidence["assumptions"]] == [each.name for each in scenario.assumptions]


def test_a_name_that_is_not_there_is_refused(shelf: Shelf) -> None:
    for asked, found in (
        ({"offer": {"amnestie": "none"}}, "there is no term 'amnestie'"),
        ({"values": {"nobody": 3}}, "there is no assumption 'nobody'"),
        ({"seen": [{"answer": "perhaps"}]}, "there is no choice 'perhaps' of move 'answer'"),
    ):
        with pytest.raises(Refusal) as caught:
            answer_to(shelf, PANAMA_TEXT, asked)
        assert caught.value.found == found
        assert caught.value.status == 422


def test_a_density_has_the_area_one() -> None:
    for each in load(PANAMA).assumptions:
        record = distribution_record(each.value)
        if record["listed"]:
            assert sum(weight for _, weight in record["density"]) == pytest.approx(1.0)
            continue
        curve = record["density"]
        area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
        assert area == pytest.approx(0.99, abs=0.02)


def _asked(client: Any, scenario: str = "panama-1988", **question: Any) -> Any:
    return client.post(f"/api/scenarios/{scenario}/ask", json={"draws": 64, **question})


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = make_folder(tmp_path_factory.mktemp("live"), "panama-1988.yaml", "venezuela-2024.yaml")
    with local(folder) as found:
        yield found


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Client:
    return workspace.client()


def test_questions_over_http_have_the_answers_of_the_library(client: Client) -> None:
    answer = _asked(client, against="saved")
    assert answer.status_code == 200
    fits(answer.json(), "ask")
    expected = run(load(PANAMA), draws=64).record()["answers"]
    assert {name: each["probability"] for name, each in answer.json()["answers"].items()} == {
        name: each["probability"] for name, each in expected.items()
    }
    again = _asked(client, against="saved")
    assert again.content == answer.content, "what was asked before is known"


def test_a_text_that_is_not_saved_can_be_asked(client: Client, workspace: Workspace) -> None:
    text = (workspace.folder / "panama-1988.yaml").read_text(encoding="utf-8")
    name = next(each.name for each in load(PANAMA).assumptions if not each.value.is_fixed and not each.private_to)
    changed = edit(text, {f"assumptions.{name}.value": 3.5})
    answer = _asked(client, text=changed, against="saved").json()
    assert answer["new_draws"]
    assert answer["version"] != answer["against"]["version"]
    assert any("draw different assumptions" in note for note in answer["notes"])
    wrong = _asked(client, text=text.replace("moves:", "movs:"))
    assert wrong.status_code == 422
    lines = [problem["line"] for problem in wrong.json()["problems"]]
    assert lines
    assert all(lines)


def test_other_documents_come_over_http(client: Client) -> None:
    for name in ("map", "evidence", "offers"):
        found = client.get(f"/api/scenarios/panama-1988/{name}", params={"draws": 16} if name == "offers" else None)
        assert found.status_code == 200, found.text
        fits(found.json(), name)
    assumption = load(PANAMA).assumptions[0].name
    found = client.post("/api/scenarios/panama-1988/tipping", json={"assumption": assumption, "draws": 16})
    assert found.status_code == 200, found.text
    fits(found.json(), "tipping")
    included = _asked(client, include=["breaks", "drivers", "aftermath"], seen=[{"answer": "refuse"}]).json()
    fits(included, "ask")
    for name in ("breaking", "drivers", "observed"):
        fits(included[name], name)
    holds = next(iter(included["answers"].values()))
    assert holds["posterior"]["words"]


def test_what_is_wrong_is_said(client: Client) -> None:
    cases: list[tuple[str, dict[str, Any], int, str | None]] = [
        ("panama-1988", {"values": {"nobody": 1}}, 422, "there is no assumption 'nobody'"),
        ("panama-1988", {"values": {"command": {"unifrom": [0, 1]}}}, 422, "values.command"),
        ("panama-1988", {"version": "0" * 64}, 404, "there is no version"),
        ("panama-1988", {"version": "0" * 64, "text": "x"}, 422, "both a text and a version"),
        ("no-such", {}, 404, "there is no scenario 'no-such'"),
    ]
    for scenario, question, status, found in cases:
        answer = _asked(client, scenario, **question)
        assert answer.status_code == status, answer.text
        assert answer.json()["schema"] == "offramp.problem/1"
        assert found is None or found in answer.json()["found"]
    for question in ({"draws": 15}, {"draws": 16_385}, {"include": ["all"]}, {"more": 1}, {"values": {"x": []}}):
        assert _asked(client, **question).status_code == 422


def test_the_process_comes_back_after_it_died(client: Client, workspace: Workspace) -> None:
    assert _asked(client, seed=11).status_code == 200
    before = workspace.site.desk.processes()["quick"]
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert _asked(client, seed=12).status_code == 200
    assert workspace.site.desk.processes()["quick"] not in (None, before)


def test_what_takes_too_long_is_given_up() -> None:
    process = Process(LIMITS.memory)
    try:
        with pytest.raises(LostError) as caught:
            process.ask({"kind": "warm", "what": PANAMA_TEXT.record()}, 0.05)
        assert caught.value.late
        assert process.pid is None
    finally:
        process.stop()
        process.close()


def test_the_process_knows_no_passwords_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRAMP_SMTP_PASSWORD", "hush")
    process = Process(LIMITS.memory)
    try:
        process.ask({"kind": "nothing"}, 60)
        known = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    finally:
        process.stop()
        process.close()
    assert f"OFFRAMP_DESK_MEMORY={LIMITS.memory}".encode() in known
    assert not any(each.startswith(b"OFFRAMP_SMTP") for each in known)


def test_the_process_ends_with_whoever_started_it() -> None:
    code = (
        "import os, sys; from offramp.workspace.live.process import Process; p = Process(2**33); "
        "p.ask({'kind': 'ask', 'what': {'text': '', 'file': 'x'}, 'asked': {}}, 60); "
        "print(p.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    number = int(ended.stdout)
    deadline = monotonic() + 10
    while _is_there(number) and monotonic() < deadline:
        sleep(0.05)
    assert not _is_there(number)


def _is_there(number: int) -> bool:
    """Whether a process is at work; one that has ended and was not fetched is not."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Slow:
    """In place of a process: it answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = threading.Semaphore(0)
        self.pid = None

    def ask(self, message: dict[str, Any], seconds: float) -> Reply:  # noqa: ARG002
        self.asked.append(message.get("name", ""))
        self.go.acquire()
        return Reply(200, message.get("name", "").encode())

    def stop(self) -> None:
        self.go.release(1000)

    close = stop


@pytest.fixture
def slow() -> Iterator[tuple[Desk, Slow]]:
    desk, process = Desk(LIMITS.memory), Slow()
    desk._lanes["quick"].process = process  # type: ignore[assignment]
    yield desk, process
    desk.close()


def _begun(process: Slow, *names: str) -> None:
    deadline = monotonic() + 5
    while process.asked != list(names):
        assert monotonic() < deadline, process.asked
        sleep(0.005)


def test_the_newest_question_takes_the_place_of_those_that_wait(slow: tuple[Desk, Slow]) -> None:
    desk, process = slow
    first = desk.ask({"name": "first"}, owner="ana")
    _begun(process, "first")
    second, theirs = desk.ask({"name": "second"}, owner="ana"), desk.ask({"name": "second"}, owner="ben")
    stale = desk.ask({"name": "stale"}, owner="ana")
    newest = desk.ask({"name": "newest"}, owner="ana")
    with pytest.raises(Refusal) as caught:
        stale.result(1)
    assert caught.value.status == 409
    process.go.release(3)
    assert [each.result(5).body for each in (first, newest, theirs)] == [b"first", b"newest", b"second"]
    assert second is theirs, "equal questions are worked once"
    assert process.asked == ["first", "second", "newest"]
    assert desk.ask({"name": "second"}).result(0).body == b"second"
    assert process.asked == ["first", "second", "newest"]


def test_a_desk_that_closes_tells_who_waits(slow: tuple[Desk, Slow]) -> None:
    desk, process = slow
    desk.ask({"name": "first"})
    _begun(process, "first")
    waiting = desk.ask({"name": "waiting"})
    desk.close()
    with pytest.raises(Refusal) as caught:
        waiting.result(1)
    assert caught.value.status == 503
    with pytest.raises(Refusal):
        desk.ask({"name": "late"})


def test_the_desk_refuses_more_than_it_can_hold(slow: tuple[Desk, Slow], monkeypatch: pytest.MonkeyPatch) -> None:
    desk, process = slow
    monkeypatch.setattr("offramp.workspace.live.desk.MOST_WAITING", 2)
    desk.ask({"name": "first"})
    _begun(process, "first")
    desk.ask({"name": "a"})
    desk.ask({"name": "b"})
    with pytest.raises(Refusal) as caught:
        desk.ask({"name": "c"})
    assert caught.value.status == 503


def test_a_game_that_is_too_large_is_for_a_run() -> None:
    with pytest.raises(Refusal) as caught:
        check_size(100_000, 1024)
    assert caught.value.allowed == "at most 335 draws of a game of this size"
    assert "start a run" in caught.value.remedy


def test_what_is_odd_is_noted(shelf: Shelf) -> None:
    what = text_of(ROOT / "examples" / "venezuela-2024.yaml")
    values = {"office": 95, "resolve": 3, "grievance": 20}
    notes = answer_to(shelf, what, {"draws": 16, "values": values})["notes"]
    assert any(
        note.startswith("office is asked at 95, outside of what the scenario states: 35 to 80") for note in notes
    )
    assert any("every party knows it" in note for note in notes)
    assert any("grievance is correlated with trials" in note for note in notes)


def test_few_scenarios_are_kept() -> None:
    kept = Recent[int, int](2)
    made: list[int] = []

    def make(key: int) -> int:
        made.append(key)
        return key

    for key in (1, 2, 1, 3, 1, 2):
        kept.get(key, partial(make, key))
    assert made == [1, 2, 3, 2]
    assert len(kept) == 2


def test_a_mistake_of_ours_ends_one_answer_and_not_the_process(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def mistaken(*_: object) -> dict[str, Any]:
        raise ValueError("nobody thought of this")

    monkeypatch.setattr(servant, "KINDS", {"ask": mistaken})
    status, body = servant.answered(shelf, {"kind": "ask"})
    assert status == 500
    assert "nobody thought" not in body.decode(), "what went wrong inside is for the log"
    assert "nobody thought of this" in capsys.readouterr().err


def test_answers_leave_without_waiting_for_their_headers_to_be_received() -> None:
    with serving._listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_a_desk_that_is_not_ready_yet_says_so(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, process = Desk(LIMITS.memory), Slow()
    desk._lanes["quick"].process = process  # type: ignore[assignment]
    monkeypatch.setattr(workspace.site, "desk", desk)
    monkeypatch.setattr("offramp.workspace.routes.live.SECONDS", 0.2)
    answer = _asked(client, seed=31)
    assert answer.status_code == 503
    assert "still getting ready" in answer.json()["found"]
    assert answer.headers["Retry-After"] == "5"
    desk.close()


def test_the_benchmark_asks_each_of_its_questions() -> None:
    with asking.serving() as address:
        browser = asking.Browser(address)
        rows = [(case, asking.measured(browser, case, 1)) for case in asking.CASES]
        browser.close()
    table = asking.table(rows, 0.2)
    assert all(f"| {case.name} | 1 |" in table for case in asking.CASES)
    page = asking.PAGE.read_text(encoding="utf-8")
    assert page.count("<!-- asking: begin -->") == page.count("<!-- asking: end -->") == 1
