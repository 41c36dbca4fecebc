"""Links to reports: made once, read by whoever has one, frozen, counted, and over when they should be."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import offramp
from offramp.workspace.access.limits import Buckets
from offramp.workspace.access.secrets import fingerprint
from offramp.workspace.database import now
from offramp.workspace.jobs import shares
from offramp.workspace.jobs.reports import Reports
from offramp.workspace.models import Share
from workspace_server import cheap_folder, until
from workspace_site import ADDRESS, Workspace, local, shared

RUN = "runs:cheap-20260203-040506"

REPORT = "<!DOCTYPE html><title>A report</title>"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, a run of it, and what stands for the run's report."""
    folder = cheap_folder(tmp_path_factory.mktemp("made"))
    run = offramp.run(folder / "cheap.yaml", draws=16).save(folder / "runs" / "cheap-20260203-040506")
    report = Reports(folder / ".offramp" / "reports").of(run) / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text(REPORT, encoding="utf-8")
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    with shared(shutil.copytree(made, tmp_path / "folder"), workers=0) as found:
        yield found


def make(client: Any, **asked: Any) -> dict[str, Any]:
    answer = client.post("/api/shares", json={"run": RUN, **asked})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def path_of(share: dict[str, Any]) -> str:
    path: str = share["url"].removeprefix(ADDRESS)
    return path


def listed(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/shares").json()["shares"]
    return found


def file_of(workspace: Workspace, share: dict[str, Any]) -> Path:
    return workspace.folder / ".offramp" / "shares" / f"{share['id']}.html"


def test_whoever_has_a_link_reads_the_report_as_it_was(workspace: Workspace) -> None:
    ed, stranger = workspace.client("editor"), workspace.stranger()
    share = make(ed, days=7)
    assert share["url"].startswith(f"{ADDRESS}/s/")
    assert len(path_of(share).removeprefix("/s/")) == 43, "256 bits"
    assert (share["title"], share["by"], share["opened"], share["works"]) == ("A cheap standoff", "ed", 0, True)
    shutil.rmtree(workspace.folder / "runs")
    shutil.rmtree(workspace.folder / ".offramp" / "reports")
    answers = [stranger.get(path_of(share)) for _ in range(2)]
    assert [answer.text for answer in answers] == [REPORT, REPORT]
    assert listed(ed)[0]["opened"] == 2


def test_a_shared_report_can_do_nothing_and_leaves_nothing(workspace: Workspace) -> None:
    answer = workspace.stranger().get(path_of(make(workspace.client("editor"))))
    policy = {part.strip() for part in answer.headers["content-security-policy"].split(";")}
    assert {"sandbox", "default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "img-src data:"} <= policy
    assert not any("script" in part or "allow" in part for part in policy)
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "set-cookie" not in answer.headers


def test_the_secret_is_shown_once_and_kept_nowhere(workspace: Workspace) -> None:
    ed = workspace.client("editor")
    share = make(ed)
    secret = path_of(share).removeprefix("/s/")
    workspace.stranger().get(path_of(share))
    assert "url" not in listed(ed)[0]
    with workspace.site.database.session() as session:
        row = session.get(Share, int(share["id"]))
        assert row is not None
        assert row.hash == fingerprint(secret)
    for file in (workspace.folder / ".offramp").rglob("*"):
        assert file.is_dir() or secret.encode() not in file.read_bytes(), file


def test_a_link_that_is_taken_back_is_over_at_once(workspace: Workspace) -> None:
    ed, stranger = workspace.client("editor"), workspace.stranger()
    share = make(ed, title="  For the envoy ")
    assert share["title"] == "For the envoy"
    for _ in range(2):
        assert ed.delete(f"/api/shares/{share['id']}").status_code == 204
    answer = stranger.get(path_of(share))
    assert (answer.status_code, "This link is over" in answer.text) == (410, True)
    assert answer.headers["cache-control"] == "no-store"
    assert not file_of(workspace, share).exists()
    assert (listed(ed)[0]["works"], listed(ed)[0]["opened"]) == (False, 0)
    kinds = [entry["kind"] for entry in ed.get("/api/activity").json()["entries"]]
    assert kinds == ["unshared", "shared"]


def test_a_link_expires_and_its_report_is_removed(workspace: Workspace) -> None:
    ed, stranger = workspace.client("editor"), workspace.stranger()
    first, second = make(ed, days=90), make(ed, days=1)
    with workspace.site.database.session() as session:
        for share in (first, second):
            row = session.get(Share, int(share["id"]))
            assert row is not None
            row.expires = now() - timedelta(seconds=1)
    assert stranger.get(path_of(first)).status_code == 410
    assert not file_of(workspace, first).exists()
    assert file_of(workspace, second).exists()
    shares.remove_expired(workspace.site)
    assert not file_of(workspace, second).exists()


@pytest.mark.parametrize("secret", ["nothing", "x" * 43, "..%2f1.html", "%00", "é"])
def test_links_that_nobody_made_lead_nowhere(workspace: Workspace, secret: str) -> None:
    make(workspace.client("editor"))
    answer = workspace.stranger().get(f"/s/{secret}")
    assert answer.status_code == 404
    if answer.headers["content-type"].startswith("text/html"):
        assert "There is no such report" in answer.text
        assert secret not in answer.text


def test_who_tries_many_links_must_wait(workspace: Workspace) -> None:
    workspace.site.gate.strangers = Buckets(3)
    stranger = workspace.stranger()
    assert [stranger.get(f"/s/{number}").status_code for number in range(4)] == [404, 404, 404, 429]


def test_who_may_make_see_and_take_back_links(workspace: Workspace) -> None:
    rita, ed, olga = (workspace.client(role) for role in ("reader", "editor", "owner"))
    assert rita.post("/api/shares", json={"run": RUN}).status_code == 403
    assert workspace.stranger().post("/api/shares", json={"run": RUN}).status_code == 401
    mine, hers = make(ed), make(olga)
    assert [share["id"] for share in listed(ed)] == [mine["id"]]
    assert [share["id"] for share in listed(olga)] == [hers["id"], mine["id"]]
    assert listed(rita) == []
    assert ed.delete(f"/api/shares/{hers['id']}").status_code == 404
    assert olga.delete(f"/api/shares/{mine['id']}").status_code == 204


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"days": 0}, 422), ({"days": 91}, 422), ({"run": "runs:none"}, 404), ({"run": "../x"}, 422), ({"to": "me"}, 422)],
    ids=["no days", "too many days", "no run", "no id", "unknown key"],
)
def test_links_that_cannot_be_made_are_refused(workspace: Workspace, asked: dict[str, Any], status: int) -> None:
    answer = workspace.client("editor").post("/api/shares", json={"run": RUN, **asked})
    assert answer.status_code == status
    assert listed(workspace.client("owner")) == []


def test_nobody_has_too_many_links(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MOST_SHARES", 2)
    ed = workspace.client("editor")
    first = make(ed)
    make(ed)
    assert ed.post("/api/shares", json={"run": RUN}).status_code == 409
    ed.delete(f"/api/shares/{first['id']}")
    make(ed)


@pytest.mark.compiled
def test_a_report_that_is_not_there_yet_is_made_for_the_link(made: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(made, tmp_path / "folder", ignore=shutil.ignore_patterns(".offramp"))
    with local(folder, public_url="https://exits.example") as workspace:
        client = workspace.client()
        share = make(client)
        assert share["url"].startswith("https://exits.example/s/")
        page = workspace.stranger().get(share["url"].removeprefix("https://exits.example"))
        until(lambda: not workspace.site.jobs.is_writing(RUN))
    assert "A cheap standoff" in page.text
    assert not re.search(r"<script|\son\w+=|(?:src|href)=\"(?!data:|#)", page.text), "as the policy has it"
