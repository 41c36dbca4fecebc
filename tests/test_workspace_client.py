"""The library pointed at a workspace: the same numbers, the same words, and errors that say why."""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pandas as pd
import pytest

import offramp
from offramp.errors import Problem
from offramp.workspace.client import following, wire
from offramp.workspace.client.workspace import TOKEN, _name
from workspace_server import MANY_DRAWS, Server, cheap_folder, server, until
from workspace_site import served


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    folder = cheap_folder(tmp_path_factory.mktemp("client"))
    with server(folder) as found:
        yield found, folder


@pytest.fixture
def folder(wired: tuple[Server, Path]) -> Path:
    return wired[1]


@pytest.fixture
def workspace(wired: tuple[Server, Path]) -> Iterator[offramp.RemoteWorkspace]:
    with offramp.connect(wired[0].url, wired[0].token) as found:
        yield found


@pytest.fixture(scope="module")
def remote(wired: tuple[Server, Path]) -> Iterator[offramp.RemoteRun]:
    """A run that was made there, with what was told of its progress."""
    workspace = offramp.connect(wired[0].url, wired[0].token)
    told: list[tuple[int, int]] = []
    found = workspace.run("cheap", draws=512, seed=7, explore=["breaks"], progress=lambda *each: told.append(each))
    assert told[-1] == (512, 512)
    assert told == sorted(told)
    yield found
    workspace.close()


@pytest.fixture(scope="module")
def here(wired: tuple[Server, Path]) -> offramp.Run:
    """The same run, made here."""
    return offramp.run(wired[1] / "cheap.yaml", draws=512, seed=7).explore("breaking")


# --- runs


@pytest.mark.compiled
@pytest.mark.parametrize("what", ["answers", "conditions", "outcomes", "moves", "parties", "breaks", "enough", "seed"])
def test_a_run_says_there_what_it_says_here(remote: offramp.RemoteRun, here: offramp.Run, what: str) -> None:
    assert getattr(remote, what) == getattr(here, what)


@pytest.mark.compiled
def test_a_run_has_the_same_draws_certificate_and_scenario(remote: offramp.RemoteRun, here: offramp.Run) -> None:
    pd.testing.assert_frame_equal(remote.draws_frame(), here.draws_frame(), check_exact=True)
    pd.testing.assert_frame_equal(remote.solutions_frame(), here.solutions_frame(), check_exact=True)
    assert remote.certificate == here.certificate
    assert remote.scenario == here.scenario
    assert remote.num_draws == here.num_draws
    explored = json.loads(json.dumps(here.explored["breaking"].document()))
    explored["scenario"]["file"] = "cheap.yaml"
    assert remote.explored == {"breaking": explored}
    assert list(remote.record()) == list(here.record())


@pytest.mark.compiled
def test_a_run_shows_itself(remote: offramp.RemoteRun, here: offramp.Run) -> None:
    tables = re.findall(r"<table>.*?</table>", here._repr_html_(), re.DOTALL)
    assert re.findall(r"<table>.*?</table>", remote._repr_html_(), re.DOTALL) == tables[: len(tables)]
    assert "<h4>A cheap standoff</h4>" in remote._repr_html_()
    assert repr(remote).startswith("<RemoteRun runs:cheap-2")
    assert repr(remote).endswith(repr(here).partition(": ")[2])


@pytest.mark.compiled
def test_reports_are_written_here(remote: offramp.RemoteRun, tmp_path: Path) -> None:
    assert "A cheap standoff" in remote.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert remote.report(tmp_path / "report.docx").read_bytes()[:2] == b"PK"
    text = remote.report(tmp_path / "a report.md").read_text(encoding="utf-8")
    pictures = re.findall(r"\]\(a%20report_files/(.*?)\)", text)
    assert pictures
    assert all((tmp_path / "a report_files" / name).read_text().startswith("<svg") for name in pictures)
    with pytest.raises(offramp.RunError, match=r"give its name one of the endings .html, .md and .docx"):
        remote.report(tmp_path / "report.pdf")


@pytest.mark.compiled
def test_files_and_scenarios_from_here_are_run_and_not_saved(
    workspace: offramp.RemoteWorkspace, folder: Path, tmp_path: Path
) -> None:
    text = (folder / "cheap.yaml").read_text(encoding="utf-8").replace("A cheap", "Another")
    file = tmp_path / "other.yaml"
    file.write_text(text, encoding="utf-8")
    assert workspace._meant(file) == workspace._meant(str(file)) == workspace._meant(offramp.load(file))
    by_file = workspace.run(file, draws=16)
    assert by_file.answers == offramp.run(file, draws=16).answers
    assert by_file.document["scenario"]["title"] == "Another standoff"
    assert [each["id"] for each in workspace.scenarios()] == ["cheap"]
    assert by_file.id in {each["id"] for each in workspace.runs()}
    assert workspace.open_run(by_file.id).answers == by_file.answers
    assert workspace.share(by_file, days=3).startswith(f"{workspace.url}/s/")


def test_scenarios_from_here_are_named_by_their_file_or_title() -> None:
    plain = offramp.loads(Path("examples/haiti-1994.yaml").read_text(encoding="utf-8"), "cases/haiti-1994.yaml")
    assert _name(plain) == "cases:haiti-1994"
    assert _name(offramp.load(Path("examples/haiti-1994.yaml").absolute())) == "haiti-1994"
    assert _name(offramp.loads((Path("examples/haiti-1994.yaml")).read_text(encoding="utf-8"))) != ""


@pytest.mark.compiled
def test_a_job_that_somebody_cancels_ends_the_wait_and_is_resumed(workspace: offramp.RemoteWorkspace) -> None:
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            workspace.run("cheap", draws=MANY_DRAWS)
        except offramp.WorkspaceError as error:
            raised.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    (job,) = until(lambda: [each for each in workspace.jobs(status="running") if each["done"] > 0])
    assert workspace.cancel(job["id"])["status"] == "cancelled"
    thread.join(30)
    assert re.match(rf"job {job['id']} was cancelled", str(raised[0]))
    resumed = workspace.resume(job["id"])
    assert resumed.num_draws == MANY_DRAWS


@pytest.mark.compiled
def test_a_run_is_waited_for_where_events_are_lost(
    workspace: offramp.RemoteWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BETWEEN_ASKED", 0.05)
    lost = 0

    def events(*_: Any) -> Any:
        nonlocal lost
        lost += 1
        raise httpx2.ReadError("gone")

    monkeypatch.setattr(workspace._wire, "events", events)
    told: list[int] = []
    assert workspace.run("cheap", draws=64, progress=lambda done, _: told.append(done)).num_draws == 64
    assert lost > 1
    assert told[-1] == 64


@pytest.mark.compiled
def test_ctrl_c_cancels_the_job(workspace: offramp.RemoteWorkspace) -> None:
    def progress(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.run("cheap", draws=MANY_DRAWS, progress=progress)
    assert workspace.jobs()[0]["status"] == "cancelled"


def test_what_the_workspace_refuses_is_an_error_of_the_library(workspace: offramp.RemoteWorkspace) -> None:
    wrong = workspace.text("cheap").replace("by: ruler", "by: rular")
    with pytest.raises(offramp.ScenarioError, match="rular") as found:
        workspace._wire.send("POST", "/api/jobs", {"scenario": "cheap", "text": wrong})
    assert found.value.problems[0].line == wrong[: wrong.index("rular")].count("\n") + 1
    with pytest.raises(offramp.WorkspaceError, match="there is no scenario 'nothing'") as missing:
        workspace.run("nothing")
    assert missing.value.status == 404
    with pytest.raises(offramp.WorkspaceError, match="the limit of this workspace"):
        workspace.run("cheap", draws=2**21)
    with pytest.raises(offramp.WorkspaceError, match="there is no analysis 'divers'"):
        workspace.run("cheap", explore="divers")
    with pytest.raises(offramp.RunError, match="name the parties in a mapping"):
        workspace.run("cheap", precision=[1.0, 2.0])
    assert workspace.jobs(status="queued") == []


def test_an_infinite_precision_is_sent_as_a_word(workspace: offramp.RemoteWorkspace) -> None:
    job = workspace._wire.send(
        "POST", "/api/jobs", {"scenario": "cheap", "precision": "inf", "draws": 16, "explore": []}
    )
    assert job["options"]["precision"] == "inf"
    workspace.cancel(job["id"])


# --- scenarios


def test_scenarios_are_read_and_saved(workspace: offramp.RemoteWorkspace, folder: Path) -> None:
    scenario = workspace.load("cheap")
    assert scenario == offramp.load(folder / "cheap.yaml")
    made = workspace.save("cases:copy", scenario, "a copy")
    assert (folder / "cases" / "copy.yaml").read_text(encoding="utf-8") == made.text == workspace.text("cases:copy")
    saved = workspace.save("cases:copy", made.text.replace("A cheap", "A dear"), "dearer")
    assert (saved.merged, saved.text) == (False, workspace.text("cases:copy"))
    assert workspace.text("cases:copy", made.version) == made.text
    (folder / "cases" / "copy.yaml").unlink()


def test_two_who_save_are_merged_or_told_of_each_other(workspace: offramp.RemoteWorkspace, wired: Any) -> None:
    base = workspace.save("both", workspace.text("cheap")).text
    other = offramp.connect(wired[0].url, wired[0].token)
    assert other.text("both") == base
    other.save("both", base.replace("[0, 5]", "[0, 6]"))
    merged = workspace.save("both", base.replace("A cheap", "A dear"))
    assert merged.merged
    assert "[0, 6]" in merged.text
    assert "A dear" in merged.text
    with pytest.raises(offramp.ConflictError) as clash:
        other.save("both", base.replace("[0, 5]", "[0, 6]").replace("A cheap", "A costly"))
    assert "A dear" in clash.value.theirs
    assert "A costly" in clash.value.yours
    assert "<<<<<<<" in clash.value.merged
    assert other.text("both") == clash.value.theirs, "what stands there is theirs"
    settled = other.save("both", clash.value.yours)
    other.close()
    assert settled.text == clash.value.yours


@pytest.mark.compiled
def test_questions_are_answered_at_once(workspace: offramp.RemoteWorkspace) -> None:
    answer = workspace.ask("cheap", values={"office": 0}, draws=64)
    assert answer["schema"] == "offramp.ask/1"
    other = workspace.ask(workspace.load("cheap"), values={"office": 0}, draws=64)
    assert other["answers"] == answer["answers"]


@pytest.mark.compiled
def test_what_the_page_shows_can_be_done(
    wired: tuple[Server, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snippet of ``docs/workspace.md``, on this server and its scenario."""
    page = (Path(__file__).parents[1] / "docs" / "workspace.md").read_text(encoding="utf-8")
    snippet = page.partition("## From Python")[2].partition("```python\n")[2].partition("```")[0]
    lines = [line.removeprefix(">>> ").removesuffix("  # doctest: +SKIP") for line in snippet.splitlines()]
    monkeypatch.setenv(TOKEN, wired[0].token)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    text = "\n".join(lines).replace("https://exits.example", wired[0].url).replace("venezuela-2024", "cheap")
    exec(text, names)
    names["workspace"].close()
    assert (tmp_path / "venezuela.html").stat().st_size > 10_000
    assert names["run"].num_draws == 1024


# --- connecting


def test_the_token_may_stand_in_the_environment(wired: tuple[Server, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, wired[0].token)
    with offramp.connect(wired[0].url) as workspace:
        assert repr(workspace) == f"<RemoteWorkspace {wired[0].url} as {workspace.person}>"
    monkeypatch.delenv(TOKEN)
    with pytest.raises(offramp.WorkspaceError, match="nobody is signed in"):
        offramp.connect(wired[0].url)
    with pytest.raises(offramp.WorkspaceError, match="the token is not known"):
        offramp.connect(wired[0].url, "ofr_wrong")


def test_the_address_that_serve_prints_lets_in_once(tmp_path: Path) -> None:
    with served(cheap_folder(tmp_path)) as found:
        with offramp.connect(found.opening) as workspace:
            assert workspace.save("more", workspace.text("cheap")).version
        with pytest.raises(offramp.WorkspaceError, match="the key was used already"):
            offramp.connect(found.opening)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("ftp://exits.example", "is no address"),
        ("http://", "is no address"),
        ("http://exits.example", "a token would go to 'exits.example' unencrypted"),
    ],
)
def test_addresses_that_cannot_be_used_are_refused(url: str, found: str) -> None:
    with pytest.raises(offramp.WorkspaceError, match=found):
        offramp.connect(url, "ofr_token")


def test_a_workspace_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "FIRST_PAUSE", 0.01)
    with pytest.raises(offramp.WorkspaceError, match=r"http://127.0.0.1:1 cannot be reached") as found:
        offramp.connect("127.0.0.1:1", "ofr_token")
    assert found.value.status == 0


# --- a server that is not well


class Unwell(http.server.BaseHTTPRequestHandler):
    """Answers as it is told to, the last answer again and again."""

    answers: ClassVar[list[Any]] = []
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(f"{self.command} {self.path}")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            self.connection.close()
            return
        status, headers, body = answer
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def unwell(monkeypatch: pytest.MonkeyPatch) -> Iterator[wire.Wire]:
    monkeypatch.setattr(wire, "FIRST_PAUSE", 0.01)
    Unwell.seen = []
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unwell)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    found = wire.Wire(f"http://127.0.0.1:{httpd.server_address[1]}", "ofr_token", 5)
    yield found
    found.close()
    httpd.shutdown()
    httpd.server_close()
    thread.join()


WELL: Any = (200, {}, {"fine": True})
BUSY: Any = (503, {"Retry-After": "0"}, {"found": "the server is busy", "remedy": "come again"})


@pytest.mark.parametrize("trouble", [None, BUSY, (502, {}, "<html>"), (429, {"Retry-After": "0"}, {})])
def test_what_changes_nothing_is_asked_again(unwell: wire.Wire, trouble: Any) -> None:
    Unwell.answers = [trouble, trouble, WELL]
    assert unwell.get("/x") == {"fine": True}
    assert Unwell.seen == ["GET /x"] * 3


def test_what_stays_busy_is_an_error_with_its_words(unwell: wire.Wire) -> None:
    Unwell.answers = [BUSY]
    with pytest.raises(offramp.WorkspaceError, match="the server is busy\n    remedy:  come again") as found:
        unwell.get("/x")
    assert (found.value.status, len(Unwell.seen)) == (503, wire.TRIES)
    Unwell.answers = [(429, {"Retry-After": "3600"}, {"found": "too much"})]
    Unwell.seen.clear()
    with pytest.raises(offramp.WorkspaceError, match="too much"):
        unwell.get("/x")
    assert len(Unwell.seen) == 1, "nobody waits for an hour"


def test_what_changes_something_is_sent_once(unwell: wire.Wire) -> None:
    for answer in (None, BUSY):
        Unwell.seen.clear()
        Unwell.answers = [answer]
        with pytest.raises(offramp.WorkspaceError):
            unwell.send("POST", "/x", {})
        assert Unwell.seen == ["POST /x"]


def test_other_answers_are_told_as_they_are(unwell: wire.Wire) -> None:
    Unwell.answers = [(301, {"Location": "https://exits.example/"}, "")]
    with pytest.raises(offramp.WorkspaceError, match=r"it points to 'https://exits.example/'"):
        unwell.get("/x")
    Unwell.answers = [(500, {}, "<html>")]
    with pytest.raises(offramp.WorkspaceError, match="the workspace answered 500"):
        unwell.get("/x")


def test_a_problem_document_becomes_what_the_library_raises() -> None:
    place = {"file": "a.yaml", "line": 3, "column": None, "path": ["moves", "leak"], "found": "a loop"}
    error = wire.error_of({"found": "the scenario is wrong", "problems": [place]}, 422)
    assert isinstance(error, offramp.ScenarioError)
    assert error.problems == (Problem(("moves", "leak"), "a loop", "", "", "a.yaml", 3, 0),)
    body = wire.error_of({"found": "wrong", "problems": [{**place, "file": ""}]}, 422)
    assert isinstance(body, offramp.WorkspaceError)
    assert str(body) == "wrong\n    moves.leak: a loop"
