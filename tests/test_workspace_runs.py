"""Runs as they are listed, read, fetched, reported and thrown away; nothing outside the folder is ever reached."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import offramp
from offramp.workspace.jobs import heads
from offramp.workspace.jobs.heads import beginning_of, read_head
from offramp.workspace.models import Job
from workspace_server import cheap_folder, job_when, until
from workspace_site import Workspace, local, shared

RUN = "cheap-20260203-040506"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and one run of it, which nothing here made."""
    folder = cheap_folder(tmp_path_factory.mktemp("made"))
    offramp.run(folder / "cheap.yaml", draws=128).explore("breaking").save(folder / "runs" / RUN)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return shutil.copytree(made, tmp_path / "folder")


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    with shared(folder, workers=0) as found:
        yield found


def rows(client: Any, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/api/runs{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["runs"]
    return found


# --- listed


def test_a_run_that_was_copied_in_is_listed_with_its_scenario(workspace: Workspace) -> None:
    (row,) = rows(workspace.client("reader"))
    document = json.loads((workspace.folder / "runs" / RUN / "run.json").read_text(encoding="utf-8"))
    holds = document["answers"]["holds"]
    assert row == {
        "id": f"runs:{RUN}",
        "scenario": "cheap",
        "version": document["scenario"]["sha256"],
        "title": "A cheap standoff",
        "made": "2026-02-03T04:05:06Z",
        "draws": 128,
        "seed": 1,
        "headline": {
            "answer": "holds",
            "says": "the offer holds",
            "probability": holds["probability"],
            "interval": holds["interval"],
            "words": row["headline"]["words"],
            "run": f"runs:{RUN}",
        },
        "explored": ["breaking"],
        "current": True,
    }
    assert row["headline"]["words"] in {"unlikely", "likely", "roughly even chance"}


def test_runs_are_told_apart_by_text_by_asking_and_by_file(workspace: Workspace) -> None:
    client, folder = workspace.client("editor"), workspace.folder
    text = (folder / "cheap.yaml").read_text(encoding="utf-8")
    (folder / "cheap.yaml").write_text(text.replace("[0, 5]", "[0, 6]"), encoding="utf-8")
    (row,) = rows(client)
    assert (row["scenario"], row["current"]) == ("cheap", False), "by the name of its file"
    (folder / "copy.yaml").write_text(text, encoding="utf-8")
    (row,) = rows(client)
    assert (row["scenario"], row["current"]) == ("copy", True), "by its text"
    with workspace.site.database.session() as session:
        session.add(Job(scenario="mine", version=row["version"], text="", run=row["id"], status="done"))
    assert rows(client)[0]["scenario"] == "mine", "as it was asked for"
    assert rows(client, "?scenario=cheap") == []
    assert [each["id"] for each in rows(client, "?scenario=mine")] == [row["id"]]


def test_the_newest_run_of_what_stands_in_the_file_is_its_headline(workspace: Workspace) -> None:
    runs = workspace.folder / "runs"
    shutil.copytree(runs / RUN, runs / "cheap-20260303-000000")
    newest = workspace.site.runs.newest()
    assert newest["cheap"]["id"] == "runs:cheap-20260303-000000"
    other = json.loads((runs / "cheap-20260303-000000" / "run.json").read_text(encoding="utf-8"))
    other["scenario"]["sha256"] = "0" * 64
    (runs / "cheap-20260303-000000" / "run.json").write_text(json.dumps(other), encoding="utf-8")
    assert workspace.site.runs.newest()["cheap"]["id"] == f"runs:{RUN}"


def test_runs_stand_anywhere_but_in_what_is_hidden_in_links_and_in_runs(workspace: Workspace, tmp_path: Path) -> None:
    folder, client = workspace.folder, workspace.client("reader")
    original = folder / "runs" / RUN
    elsewhere = shutil.copytree(original, tmp_path / "elsewhere")
    for place in ("a/b/deep", "top", ".git/hidden", "runs/.unfinished", "top/inner", "odd name"):
        shutil.copytree(original, folder / place)
    (folder / "runs" / "link").symlink_to(elsewhere)
    (folder / "runs" / "half").mkdir()
    (folder / "runs" / "half" / "run.json").symlink_to(elsewhere / "run.json")
    (folder / "runs" / "broken").mkdir()
    (folder / "runs" / "broken" / "run.json").write_text('{"schema": "offramp.run/1", "scenario": 3}', encoding="utf-8")
    assert sorted(row["id"] for row in rows(client)) == ["a:b:deep", f"runs:{RUN}", "top"]
    assert len(rows(client, "?limit=1")) == 1


def test_lists_read_the_head_of_a_run_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from offramp.workspace.jobs import runs as module

    read: list[Path] = []
    monkeypatch.setattr(module, "read_head", lambda file: (read.append(file), read_head(file))[1])  # type: ignore[func-returns-value]
    client = workspace.client("reader")
    assert rows(client) == rows(client)
    assert len(read) == 1
    file = workspace.folder / "runs" / RUN / "run.json"
    os.utime(file, ns=(1, 1))
    rows(client)
    assert len(read) == 2


def test_a_head_is_read_without_what_follows_and_else_with_all(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = made / "runs" / RUN / "run.json"
    text = file.read_text(encoding="utf-8")
    whole = json.loads(text)
    for length in (*range(1, len(text), 7), len(text)):
        found = beginning_of(text[:length])
        assert found == {key: whole[key] for key in found}, f"of {length} characters"
    assert set(heads.WANTED) <= beginning_of(text).keys()
    expected = read_head(file)
    monkeypatch.setattr(heads, "HEAD_BYTES", 40)
    assert read_head(file) == expected
    assert read_head(made / "cheap.yaml") is None
    assert read_head(made / "nothing") is None


# --- read


def test_a_run_is_read_whole_and_again_only_where_it_changed(workspace: Workspace) -> None:
    client = workspace.client("reader")
    answer = client.get(f"/api/runs/runs:{RUN}")
    assert answer.content == (workspace.folder / "runs" / RUN / "run.json").read_bytes()
    again = client.get(f"/api/runs/runs:{RUN}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["scenario.yaml", "draws.parquet", "solutions.parquet", "run.json"])
def test_the_files_of_a_run_are_fetched(workspace: Workspace, name: str) -> None:
    answer = workspace.client("reader").get(f"/api/runs/runs:{RUN}/files/{name}")
    assert answer.content == (workspace.folder / "runs" / RUN / name).read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="{RUN}-{name}"'
    if name.endswith(".parquet"):
        assert len(pd.read_parquet(io.BytesIO(answer.content))) == 128


@pytest.mark.parametrize(
    "path",
    [
        "/api/runs/..",
        "/api/runs/..%2f..%2fetc",
        "/api/runs/runs:..",
        "/api/runs/.offramp",
        "/api/runs/runs",
        "/api/runs/cheap.yaml",
        f"/api/runs/runs:{RUN}:explored",
        f"/api/runs/runs:{RUN}/files/..%2f..%2fcheap.yaml",
        f"/api/runs/runs:{RUN}/files/figures",
        f"/api/runs/runs:{RUN}/files/equilibria.parquet",
        f"/api/runs/runs:{RUN}/report_files/..%2freport.svg",
        f"/api/runs/runs:{RUN}/report_files/none.svg",
        "/api/runs/runs:linked",
        "/api/runs/runs:linked/files/run.json",
        "/api/runs/runs:half/files/scenario.yaml",
        "/api/runs/runs%00",
    ],
)
def test_nothing_else_is_reached(workspace: Workspace, path: str, tmp_path: Path) -> None:
    runs = workspace.folder / "runs"
    elsewhere = shutil.copytree(runs / RUN, tmp_path / "elsewhere")
    (runs / "linked").symlink_to(elsewhere)
    shutil.copytree(runs / RUN, runs / "half")
    (runs / "half" / "scenario.yaml").unlink()
    (runs / "half" / "scenario.yaml").symlink_to(elsewhere / "scenario.yaml")
    assert workspace.client("owner").get(path).status_code in {404, 422}
    assert workspace.stranger().get(f"/api/runs/runs:{RUN}").status_code == 401


# --- thrown away


def test_a_run_is_thrown_away_by_who_made_it_or_an_owner(workspace: Workspace) -> None:
    ed, olga = workspace.client("editor"), workspace.client("owner")
    shutil.copytree(workspace.folder / "runs" / RUN, workspace.folder / "runs" / "mine")
    assert workspace.client("reader").delete(f"/api/runs/runs:{RUN}").status_code == 403
    assert ed.delete(f"/api/runs/runs:{RUN}").status_code == 403
    with workspace.site.database.session() as session:
        maker = workspace.person("editor").id
        session.add(Job(scenario="cheap", version="", text="", run="runs:mine", status="done", person_id=maker))
    assert ed.delete("/api/runs/runs:mine").status_code == 204
    assert olga.delete(f"/api/runs/runs:{RUN}").status_code == 204
    assert olga.delete(f"/api/runs/runs:{RUN}").status_code == 404
    assert rows(ed) == []
    trash = workspace.folder / ".offramp" / "trash" / "runs"
    assert sorted(each.name.partition(".")[0] for each in trash.iterdir()) == [RUN, "mine"]
    assert all((each / "run.json").is_file() for each in trash.iterdir())
    entries = ed.get("/api/activity").json()["entries"]
    assert [entry["kind"] for entry in entries] == ["run_removed", "run_removed"]


# --- reported


@pytest.mark.compiled
def test_a_report_is_made_once_and_then_there_in_every_form(folder: Path) -> None:
    with local(folder) as workspace:
        client = workspace.client()
        address = f"/api/runs/runs:{RUN}/report"
        asked, again = (client.get(f"{address}.docx?prepare=1") for _ in range(2))
        assert (asked.status_code, asked.json()["ready"]) == (202, False)
        assert again.json()["job"]["id"] == asked.json()["job"]["id"], "one job makes all forms"
        assert (asked.json()["job"]["kind"], asked.json()["job"]["run"]) == ("report", f"runs:{RUN}")
        html = client.get(f"{address}.html")
        began = time.monotonic()
        word, markdown = client.get(f"{address}.docx"), client.get(f"{address}.md")
        took = time.monotonic() - began
        job = job_when(client, asked.json()["job"]["id"], lambda job: job["status"] == "done")
        assert client.get(f"{address}.html?prepare=1").json() == {"ready": True, "job": None}
        assert rows(client)[0]["scenario"] == "cheap"
        pictures = [line for line in markdown.text.splitlines() if "](report_files/" in line]
        picture = pictures[0].partition("](")[2].partition(")")[0]
        svg = client.get(f"/api/runs/runs:{RUN}/{picture}")
        assert job["error"] is None
        assert took < 1
    assert html.headers["content-type"] == "text/html; charset=utf-8"
    assert html.headers["content-disposition"] == f'inline; filename="{RUN}.html"'
    assert "sandbox" in html.headers["content-security-policy"]
    assert "script-src" not in html.headers["content-security-policy"]
    assert "A cheap standoff" in html.text
    assert "What breaks it" in html.text, "what was explored of the run is in its report"
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(word.content)).namelist()
    assert word.headers["content-disposition"] == f'attachment; filename="{RUN}.docx"'
    assert markdown.text.startswith("# A cheap standoff")
    assert (svg.headers["content-type"], svg.text[:4]) == ("image/svg+xml", "<svg")
    assert "sandbox" in svg.headers["content-security-policy"]


@pytest.mark.compiled
def test_a_report_that_cannot_be_made_says_why(folder: Path) -> None:
    file = folder / "runs" / RUN / "run.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["answers"]["holds"]["probability"] = 0.123
    file.write_text(json.dumps(document), encoding="utf-8")
    with local(folder) as workspace:
        answer = workspace.client().get(f"/api/runs/runs:{RUN}/report.html")
    assert answer.status_code == 409
    assert "are not those that offramp" in answer.json()["found"]


def test_a_report_that_takes_long_says_so(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from offramp.workspace.routes import runs as module

    monkeypatch.setattr(module, "PATIENCE", 0.1)
    answer = workspace.client("reader").get(f"/api/runs/runs:{RUN}/report.html")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert workspace.client("reader").get("/api/runs/runs:none/report.html").status_code == 404
    assert workspace.client("reader").get(f"/api/runs/runs:{RUN}/report.pdf").status_code == 422
    assert until(lambda: workspace.site.jobs.listed(None, ["queued"], 10))
