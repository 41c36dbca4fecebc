"""Jobs: whose turn it is, what one may ask for, progress, cancelling, taking up again, limits, and servers that die."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as some
import pandas as pd
import pytest
from hypothesis import given

import offramp
from offramp.explore.names import ANALYSES
from offramp.workspace.jobs import process, queue
from offramp.workspace.jobs.orders import explored_names, wanted_names
from offramp.workspace.jobs.turns import in_turn
from offramp.workspace.models import Job
from offramp.workspace.settings import Limits
from workspace_server import MANY_DRAWS, cheap_folder, finished, job_when, server, until
from workspace_site import Workspace, local, shared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return cheap_folder(tmp_path)


@pytest.fixture
def waiting(folder: Path) -> Iterator[Workspace]:
    """A workspace with accounts in which no job ever begins."""
    with shared(folder, workers=0, limits=Limits(queued=3, draws=MANY_DRAWS)) as found:
        yield found


def ask(client: Any, **asked: Any) -> dict[str, Any]:
    """Ask for a run that explores nothing, unless told otherwise."""
    answer = client.post("/api/jobs", json={"scenario": "cheap", "draws": 256, "explore": [], **asked})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(client: Any, **asked: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post("/api/jobs", json={"scenario": "cheap", **asked})
    return answer.status_code, answer.json()


def results(folder: Path, run: str) -> pd.DataFrame:
    return pd.read_parquet(folder.joinpath(*run.split(":")) / "solutions.parquet")


def document(folder: Path, run: str) -> dict[str, Any]:
    found = json.loads((folder.joinpath(*run.split(":")) / "run.json").read_text(encoding="utf-8"))
    return {**found, "timings": {}}


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def workers_of(site_folder: Path) -> list[int]:
    """The worker processes that work in a folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            words = (each / "cmdline").read_bytes().split(b"\0")
            if b"offramp.workspace.jobs.work" in words and (each / "cwd").readlink() == site_folder.resolve():
                found.append(int(each.name))
        except OSError:
            continue
    return found


# --- whose turn it is


def test_people_take_turns_and_each_ones_jobs_keep_their_order() -> None:
    jobs = [(1, "ann"), (2, "ann"), (3, "ann"), (4, "ben"), (5, "cleo"), (6, "ben")]
    assert in_turn(jobs, {}) == [1, 4, 5, 2, 6, 3]
    assert in_turn(jobs, {"ann": 20.0, "cleo": 10.0}) == [4, 5, 1, 6, 2, 3]
    assert in_turn([], {"ann": 1.0}) == []


@given(some.lists(some.integers(0, 4), max_size=30), some.dictionaries(some.integers(0, 4), some.floats(0, 100)))
def test_nobody_waits_for_more_than_one_job_of_everyone_else(askers: list[int], served: dict[int, float]) -> None:
    jobs = list(enumerate(askers))
    order = in_turn(jobs, served)
    assert sorted(order) == [number for number, _ in jobs]
    for asker in set(askers):
        places = [place for place, number in enumerate(order) if askers[number] == asker]
        assert [order[place] for place in places] == sorted(order[place] for place in places)
        for before, after in zip([-1, *places], places, strict=False):
            between = [askers[number] for number in order[before + 1 : after]]
            assert len(between) == len(set(between))


def test_places_in_the_queue_are_told_and_change_as_others_leave(waiting: Workspace) -> None:
    ed, olga = waiting.client("editor"), waiting.client("owner")
    first, second, third = ask(ed), ask(ed), ask(olga)
    assert [first["place"], second["place"], third["place"]] == [1, 2, 2]
    places = {job["id"]: job["place"] for job in ed.get("/api/jobs").json()["jobs"]}
    assert places == {first["id"]: 1, third["id"]: 2, second["id"]: 3}
    assert ed.post(f"/api/jobs/{first['id']}/cancel").json()["status"] == "cancelled"
    assert job_when(ed, second["id"], lambda job: True)["place"] == 1
    resumed = ed.post(f"/api/jobs/{first['id']}/resume").json()
    assert (resumed["status"], resumed["place"], resumed["ended"]) == ("queued", 1, None)


# --- what one may ask for


def test_names_of_analyses_are_those_of_commands_and_of_the_library() -> None:
    assert explored_names(["breaks", "learn", "drivers", "breaking"]) == ["breaking", "learning", "drivers"]
    assert explored_names(["horizon", "all", "drivers"]) == ["all", "horizon"]
    assert wanted_names(["all"]) == list(ANALYSES)
    assert wanted_names(["all", "horizon"]) == [*ANALYSES, "horizon"]
    with pytest.raises(offramp.RunError, match="there is no analysis 'divers'; did you mean 'drivers'"):
        explored_names(["divers"])


@pytest.mark.parametrize(
    ("asked", "status", "found"),
    [
        ({"scenario": "nothing"}, 404, "there is no scenario 'nothing'"),
        ({"scenario": "../cheap"}, 422, ""),
        ({"version": "0" * 64}, 404, "there is no version"),
        ({"explore": ["divers"]}, 422, "there is no analysis 'divers'"),
        ({"draws": MANY_DRAWS + 1}, 422, "ask for at most 524,288, the limit of this workspace"),
        ({"draws": 0}, 422, ""),
        ({"seed": -1}, 422, ""),
        ({"precision": "wealth"}, 422, "wealth"),
        ({"precision": {"nobody": 3.0}}, 422, "nobody"),
        ({"colour": "red"}, 422, ""),
        ({"text": "x" * 1_000_001}, 413, "a text of 1,000,001 bytes"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else None,
)
def test_what_cannot_be_run_is_refused_at_once(
    waiting: Workspace, asked: dict[str, Any], status: int, found: str
) -> None:
    answer = refused(waiting.client("editor"), **asked)
    assert answer[0] == status
    assert answer[1]["schema"] == "offramp.problem/1"
    assert found in json.dumps(answer[1])
    assert waiting.client("editor").get("/api/jobs").json() == {"jobs": []}


def test_a_scenario_that_is_wrong_is_refused_with_its_lines(waiting: Workspace) -> None:
    text = (waiting.folder / "cheap.yaml").read_text(encoding="utf-8").replace("by: ruler", "by: rular")
    status, answer = refused(waiting.client("editor"), text=text)
    assert status == 422
    wrong = answer["problems"][0]
    assert (wrong["file"], wrong["path"]) == ("cheap.yaml", ["moves", "answer", "by"])
    assert text.splitlines()[wrong["line"] - 1].strip() == "by: rular"


def test_readers_and_strangers_cannot_ask_and_nobody_has_too_many(waiting: Workspace) -> None:
    assert refused(waiting.client("reader"))[0] == 403
    assert refused(waiting.stranger())[0] == 401
    ed = waiting.client("editor")
    jobs = [ask(ed) for _ in range(3)]
    status, answer = refused(ed)
    assert (status, answer["found"], answer["allowed"]) == (429, "3 jobs of yours wait or run", "at most 3")
    ask(waiting.client("owner"))
    ed.post(f"/api/jobs/{jobs[0]['id']}/cancel")
    ask(ed)
    assert ed.post(f"/api/jobs/{jobs[0]['id']}/resume").status_code == 429


def test_only_whose_job_it_is_and_owners_may_end_it(waiting: Workspace) -> None:
    ed, olga = waiting.client("editor"), waiting.client("owner")
    mine, hers = ask(ed), ask(olga)
    assert ed.post(f"/api/jobs/{hers['id']}/cancel").status_code == 403
    assert waiting.client("reader").post(f"/api/jobs/{mine['id']}/cancel").status_code == 403
    assert olga.post(f"/api/jobs/{mine['id']}/cancel").json()["status"] == "cancelled"
    assert ed.post("/api/jobs/999/cancel").status_code == 404
    kinds = [entry["kind"] for entry in ed.get("/api/activity").json()["entries"]]
    assert kinds == ["cancelled", "queued", "queued"]


def test_jobs_are_listed_by_scenario_and_status(waiting: Workspace) -> None:
    ed = waiting.client("editor")
    one, other = ask(ed), ask(ed, scenario="unsaved", text=(waiting.folder / "cheap.yaml").read_text())
    ed.post(f"/api/jobs/{other['id']}/cancel")

    def listed(query: str) -> list[str]:
        return [job["id"] for job in ed.get(f"/api/jobs?{query}").json()["jobs"]]

    assert listed("") == [other["id"], one["id"]]
    assert listed("scenario=cheap") == [one["id"]]
    assert listed("status=cancelled") == [other["id"]]
    assert listed("status=cancelled&status=queued&limit=1") == [other["id"]]
    assert ed.get("/api/jobs?status=lost").status_code == 422


# --- work


@pytest.mark.compiled
def test_a_run_is_made_as_the_command_line_makes_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with local(folder) as workspace:
        client = workspace.client()
        told: list[dict[str, Any]] = []
        publish = workspace.site.bus.publish

        def overheard(kind: str, /, **data: Any) -> None:
            told.append({"event": kind, **data})
            publish(kind, **data)

        monkeypatch.setattr(workspace.site.bus, "publish", overheard)
        number = ask(client, draws=1024, seed=3, explore=["breaks", "horizon"])["id"]
        job = job_when(client, number, finished)
        until(lambda: not workspace.site.jobs.is_writing(job["run"]))
        kept = workspace.site.jobs.folder / number
        report = client.get(f"/api/runs/{job['run']}/report.html")
    assert (job["status"], job["done"], job["total"], job["error"]) == ("done", 1024, 1024, None)
    assert job["run"].startswith("runs:cheap-2")
    assert list(job["left_out"]) == ["horizon"]
    stages = [each["stage"] for each in told if each["event"] == "job"]
    assert list(dict.fromkeys(stages)) == ["", "starting", "solving", "exploring", "breaking", "horizon", "saving"]
    assert not kept.exists()
    assert report.status_code == 200
    alone = offramp.run(folder / "cheap.yaml", draws=1024, seed=3).explore("breaking")
    pd.testing.assert_frame_equal(results(folder, job["run"]), alone.solutions_frame(), check_exact=True)
    expected = json.loads(json.dumps({**alone.record(), "timings": {}}))
    for each in (expected, expected["explored"]["breaking"]):
        each["scenario"]["file"] = "cheap.yaml"
    assert document(folder, job["run"]) == expected


@pytest.mark.compiled
def test_a_job_is_cancelled_at_once_and_goes_on_to_the_same_bits(folder: Path) -> None:
    with local(folder) as workspace:
        client = workspace.client()
        number = ask(client, draws=MANY_DRAWS)["id"]
        job_when(client, number, lambda job: job["stage"] == "solving" and job["done"] > 100_000)
        (pid,) = workers_of(folder)
        began = time.monotonic()
        assert client.post(f"/api/jobs/{number}/cancel").json()["status"] == "cancelled"
        until(lambda: not is_alive(pid))
        took = time.monotonic() - began
        kept = list((workspace.site.jobs.folder / number / "draws").glob("draws-*.npy"))
        assert client.post(f"/api/jobs/{number}/resume").json()["status"] == "queued"
        first = job_when(client, number, lambda job: job["stage"] == "solving" and job["done"] > 0)
        job = job_when(client, number, finished)
        assert (job["status"], job["error"]) == ("done", None)
    assert took < process.GRACE_SECONDS + 1, "the job says so at once; its process follows, or is killed"
    assert kept
    assert first["done"] > 65_536, "it went on from the draws that were done"
    alone = offramp.run(folder / "cheap.yaml", draws=MANY_DRAWS)
    pd.testing.assert_frame_equal(results(folder, job["run"]), alone.solutions_frame(), check_exact=True)


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("limits", "found"),
    [
        (Limits(seconds=1), "the job worked for"),
        (Limits(memory=60 * 2**20), "MiB of memory"),
    ],
    ids=["time", "memory"],
)
def test_a_job_that_takes_too_much_is_ended(folder: Path, limits: Limits, found: str) -> None:
    with local(folder, limits=limits) as workspace:
        client = workspace.client()
        job = job_when(client, ask(client, draws=MANY_DRAWS)["id"], finished)
        until(lambda: not workers_of(folder))
        entry = client.get("/api/activity").json()["entries"][0]
    assert (job["status"], job["run"]) == ("failed", None)
    assert found in job["error"]["found"]
    assert job["error"]["allowed"].startswith("at most")
    assert job["error"]["remedy"]
    assert (entry["kind"], found in entry["says"]) == ("failed", True)
    assert not (folder / "runs").exists()


@pytest.mark.compiled
def test_a_run_that_fails_says_why(folder: Path) -> None:
    text = (folder / "cheap.yaml").read_text().replace("ruler: exile", "ruler: 1 / (office - office)")
    with local(folder) as workspace:
        client = workspace.client()
        job = job_when(client, ask(client, text=text)["id"], finished)
    assert job["status"] == "failed"
    assert "1 / (office - office)" in job["error"]["found"]


@pytest.mark.compiled
def test_a_job_whose_workers_die_is_tried_three_times(folder: Path) -> None:
    with local(folder) as workspace:
        client = workspace.client()
        number = ask(client, draws=MANY_DRAWS)["id"]
        killed: set[int] = set()
        while len(killed) < queue.MOST_ATTEMPTS:
            pid = until(lambda: next((pid for pid in workers_of(folder) if pid not in killed), None))
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        job = job_when(client, number, finished)
        assert job["status"] == "failed"
        assert (
            job["error"]["found"] == "the job was tried 3 times and each time its worker was lost (killed by SIGKILL)"
        )
        assert client.post(f"/api/jobs/{number}/resume").json()["status"] == "queued"
        client.post(f"/api/jobs/{number}/cancel")


@pytest.mark.compiled
def test_a_server_that_is_killed_goes_on_with_its_run_to_the_same_bits(folder: Path) -> None:
    with server(folder) as first, first.client() as client:
        number = ask(client, draws=MANY_DRAWS)["id"]
        job_when(client, number, lambda job: job["done"] > 100_000)
        (pid,) = workers_of(folder)
        first.kill()
        until(lambda: not is_alive(pid), patience=5)
    with server(folder) as second, second.client() as client:
        again = job_when(client, number, lambda job: job["stage"] == "solving" and job["done"] > 0)
        job = job_when(client, number, finished)
        assert second.stop() < 8
    assert again["done"] > 65_536, "it went on from the draws that were done"
    assert (job["status"], job["error"]) == ("done", None)
    alone = offramp.run(folder / "cheap.yaml", draws=MANY_DRAWS)
    pd.testing.assert_frame_equal(results(folder, job["run"]), alone.solutions_frame(), check_exact=True)
    assert [each.name for each in (folder / "runs").iterdir()] == [job["run"].removeprefix("runs:")]


def test_what_was_left_when_the_server_ended_is_put_right(folder: Path) -> None:
    with local(folder, workers=0) as workspace:
        client = workspace.client()
        once, often, written = (int(ask(client)["id"]) for _ in range(3))
        with workspace.site.database.session() as session:
            for number, attempts in ((once, 1), (often, queue.MOST_ATTEMPTS), (written, 1)):
                job = session.get(Job, number)
                assert job is not None
                job.status, job.attempts = queue.WORKING, attempts
        run = folder / "runs" / "cheap-20260101-000000"
        run.mkdir(parents=True)
        (run / "run.json").write_text("{}", encoding="utf-8")
        (folder / "runs" / ".cheap-20260101-000001.0123").mkdir()
        kept = workspace.site.jobs.folder / str(written)
        kept.mkdir(parents=True)
        (kept / "place").write_text("runs:cheap-20260101-000000", encoding="utf-8")
    with local(folder, workers=0) as workspace:
        client = workspace.client()
        jobs = {int(job["id"]): job for job in client.get("/api/jobs").json()["jobs"]}
    assert {number: job["status"] for number, job in jobs.items()} == {once: "queued", often: "failed", written: "done"}
    assert "the server ended" in jobs[often]["error"]["found"]
    assert jobs[written]["run"] == "runs:cheap-20260101-000000"
    assert [each.name for each in (folder / "runs").iterdir()] == ["cheap-20260101-000000"]


@pytest.mark.compiled
def test_a_server_that_is_told_to_end_interrupts_its_job_and_takes_it_up_again(folder: Path) -> None:
    with local(folder) as workspace:
        client = workspace.client()
        number = ask(client, draws=MANY_DRAWS)["id"]
        job_when(client, number, lambda job: job["done"] > 0)
    assert not workers_of(folder)
    with local(folder) as workspace:
        client = workspace.client()
        job = job_when(client, number, lambda job: job["stage"] == "solving" and job["done"] > 0)
        assert job["status"] == "running"
        client.post(f"/api/jobs/{number}/cancel")


def test_a_worker_has_nothing_of_the_servers_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRAMP_SMTP_PASSWORD", "hush")
    environment = process._environment(2)
    assert "OFFRAMP_SMTP_PASSWORD" not in environment
    assert environment["NUMBA_NUM_THREADS"] == "2"
