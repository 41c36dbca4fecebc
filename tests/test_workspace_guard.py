"""What every request to a workspace passes, and what every answer carries."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from offramp.workspace import static_files
from offramp.workspace.access import bodies
from offramp.workspace.access.bodies import AROUND
from offramp.workspace.access.gate import BEHIND_AN_ADDRESS
from offramp.workspace.access.headers import NOTHING
from offramp.workspace.access.hosts import allowed_names, is_loopback
from offramp.workspace.access.log import Unforeseen, told_path
from offramp.workspace.app import create_app
from offramp.workspace.description import coded
from offramp.workspace.settings import Limits, Settings, cookie_name
from workspace_site import ADDRESS, PASSWORD, Client, Workspace, local, make_folder, shared

CANARY = "canary-f00d-in-the-coal-mine"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path, "talks.yaml")


@pytest.fixture
def alone(folder: Path) -> Iterator[Workspace]:
    with local(folder) as found:
        yield found


@pytest.fixture
def team(folder: Path) -> Iterator[Workspace]:
    with shared(folder) as found:
        yield found


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765", "127.0.0.2"])
def test_the_workspace_answers_under_this_machine_s_names(alone: Workspace, host: str) -> None:
    assert alone.stranger().get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "10.0.0.7:8765",
        "",
        "[::1",
        "a@localhost:x",
        "evil.example:80@localhost",
    ],
)
def test_the_workspace_does_not_answer_under_other_names(alone: Workspace, host: str) -> None:
    answer = alone.client().get("/api/session", headers={"Host": host})
    assert answer.status_code in {200, 421}
    assert (answer.status_code == 200) == ("@localhost" in host)


def test_a_server_for_others_answers_under_its_addresses_and_the_public_name(folder: Path) -> None:
    settings = {"host": "0.0.0.0", "public_url": "https://work.example.org"}
    with shared(folder, **settings) as team:
        for host, status in (("10.0.0.7", 200), ("work.example.org", 200), ("evil.example", 421)):
            assert team.stranger().get("/api/health", headers={"Host": host}).status_code == status


def test_the_machine_s_own_name_is_for_servers_that_others_reach(folder: Path) -> None:
    assert allowed_names(Settings(folder)) == {"localhost", "127.0.0.1"}
    assert len(allowed_names(Settings(folder, host="0.0.0.0"))) > 2


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("x.local", False)],
)
def test_which_addresses_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) == expected


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": ADDRESS}, 200),
        ({"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
    ],
    ids=str,
)
def test_what_changes_something_must_come_from_a_page_of_ours(
    alone: Workspace, headers: dict[str, str], status: int
) -> None:
    assert alone.client().patch("/api/session", json={"display": "O."}, headers=headers).status_code == status


def test_pages_of_others_cannot_sign_anyone_in(team: Workspace) -> None:
    given = {"name": "ed", "password": PASSWORD}
    answer = team.stranger().post("/api/session", json=given, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert team.stranger().post("/api/session", data=given).status_code == 422


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/session", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ("/api/session", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ("/api/docs", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ("/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ],
)
def test_other_pages_may_link_here_but_not_load(
    alone: Workspace, path: str, headers: dict[str, str], status: int
) -> None:
    assert alone.client().get(path, headers=headers).status_code == status


def test_no_other_page_is_told_that_it_may_read(alone: Workspace) -> None:
    answer = alone.client().get("/api/health", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PATCH"}
    assert alone.stranger().options("/api/session", headers=asked).status_code == 405


PLACES = [
    ("GET", "/", 200),
    ("GET", "/?key=x", 303),
    ("GET", "/api/docs", 200),
    ("GET", "/api/openapi.json", 200),
    ("GET", "/api/session", 200),
    ("GET", "/api/people", 401),
    ("GET", "/nowhere", 404),
    ("GET", "/assets/nowhere.js", 404),
    ("POST", "/api/health", 405),
    ("POST", "/api/session", 422),
    ("GET", "/api/fails", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), PLACES)
def test_every_answer_says_what_its_page_may_do(alone: Workspace, method: str, path: str, status: int) -> None:
    _add_failing(alone)
    answer = _forgiving(alone).request(method, path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert not re.search(r"unsafe|\*|https?:", policy)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers
    if status >= 400:
        assert answer.json()["schema"] == "offramp.problem/1"
        assert answer.json()["status"] == status


def _add_failing(workspace: Workspace) -> None:
    router = APIRouter()

    @router.get("/api/fails")
    def fails() -> None:
        raise KeyError(CANARY)

    workspace.app.include_router(router)


def _forgiving(workspace: Workspace) -> Client:
    return Client(workspace.app, base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False)


def test_what_goes_wrong_inside_is_told_to_nobody(alone: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    _add_failing(alone)
    with caplog.at_level(logging.INFO):
        answer = _forgiving(alone).get(f"/api/fails?x={CANARY}")
    assert CANARY not in answer.text
    said = "\n".join(each.getMessage() for each in caplog.records if each.name.startswith("offramp."))
    assert CANARY not in said
    number = re.search(r"under (\S+)$", answer.json()["remedy"])
    assert number is not None
    fault = next(each.getMessage() for each in caplog.records if each.name == "offramp.faults")
    assert number[1] in fault
    assert "KeyError" in fault
    assert f"{Path(__file__).name}:" in fault
    assert '"status": 500' in said


def test_a_fault_that_another_caused_is_told_with_it(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: Any) -> None:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise TypeError(CANARY) from error

    with pytest.raises(TypeError):
        asyncio.run(Unforeseen(broken)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert "TypeError" in caplog.text
    assert "ValueError" in caplog.text
    assert f"{CANARY}\n" not in "\n".join(each.getMessage() for each in caplog.records)


def test_under_https_nothing_goes_another_way(folder: Path) -> None:
    with shared(folder, public_url="https://work.example.org") as team:
        client = Client(team.app, base_url="https://work.example.org")
        answer = client.post("/api/session", json={"name": "ed", "password": PASSWORD})
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-offramp_session=")
        assert "; Secure" in cookie
    with local(folder) as alone:
        assert "strict-transport-security" not in alone.stranger().get("/").headers


class _Page(HTMLParser):
    """What a page holds that its policy must allow."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.metas: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not given.get("src"):
            self.inline.append("script")
        if tag == "style" and "nonce" not in given:
            self.inline.append("style")
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "meta" and given.get("name"):
            self.metas[str(given["name"])] = str(given.get("content"))


def test_the_page_carries_the_nonce_of_its_policy_and_never_the_same(alone: Workspace) -> None:
    nonces = set()
    for _ in range(2):
        answer = alone.stranger().get("/")
        page = _Page(answer.text)
        nonces.add(page.metas["csp-nonce"])
        assert f"style-src 'self' 'nonce-{page.metas['csp-nonce']}'" in answer.headers["content-security-policy"]
        assert not page.inline
    assert len(nonces) == 2


def test_built_files_are_kept_for_good_and_packed(alone: Workspace) -> None:
    page = alone.stranger().get("/").text
    script = re.search(r'src="\.(/assets/[^"]+\.js)"', page)
    assert script is not None
    answer = alone.stranger().get(script[1])
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-security-policy"] == NOTHING


@pytest.mark.parametrize("path", ["../index.html", "..%2f..%2fapp.py", "%2e%2e/%2e%2e/app.py", "/etc/passwd", "."])
def test_no_path_leads_out_of_the_built_files(alone: Workspace, path: str) -> None:
    answer = alone.stranger().get(f"/assets/{path}")
    assert answer.status_code in {404, 405}


def test_where_the_front_end_is_not_built_the_page_says_so(
    alone: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(static_files, "STATIC", tmp_path / "nothing")
    answer = alone.stranger().get("/")
    assert answer.status_code == 200
    assert "make ui" in answer.text
    assert not _Page(answer.text).inline


def test_the_interface_is_described_without_scripts(alone: Workspace) -> None:
    answer = alone.stranger().get("/api/docs")
    page = _Page(answer.text)
    assert not page.inline
    assert "<script" not in answer.text
    nonce = re.search(r'<style nonce="([^"]+)"', answer.text)
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in answer.headers["content-security-policy"]
    document = alone.app.openapi()
    for path in document["paths"]:
        assert f"<code>{path}</code>" in answer.text
    for name in document["components"]["schemas"]:
        assert f'id="shape-{name}"' in answer.text
    assert "integer from 1 to 365" in answer.text
    assert 'list of <a href="#shape-TokenDocument">TokenDocument</a>' in answer.text


def test_what_the_description_says_cannot_be_markup() -> None:
    assert coded("see `<b>` & <i>") == "see <code>&lt;b&gt;</code> &amp; &lt;i&gt;"


def test_the_openapi_document_says_how_one_gets_in(alone: Workspace) -> None:
    document = alone.stranger().get("/api/openapi.json").json()
    assert document["security"] == [{"token": []}, {"session": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_wrong_request_is_told_without_what_was_sent(team: Workspace) -> None:
    answer = team.stranger().post("/api/session", json={"name": "ed", "password": [CANARY], "more": CANARY})
    assert answer.status_code == 422
    assert CANARY not in answer.text
    assert {tuple(each["path"]) for each in answer.json()["problems"]} == {("body", "password"), ("body", "more")}


@contextmanager
def hurried(folder: Path) -> Iterator[Workspace]:
    """A workspace that lets everyone ask 60 times, and where no time passes, however slow the machine is."""
    with shared(folder, limits=Limits(asked=60)) as team:
        gate = team.site.gate
        for each in (gate.people, gate.addresses, gate.strangers):
            each._clock = lambda: 0.0
        yield team


def test_who_asks_too_often_must_wait(folder: Path) -> None:
    with hurried(folder) as team:
        ed, olga = team.client("editor"), team.client("owner")
        answers = [ed.get("/api/session") for _ in range(62)]
        assert [answer.status_code for answer in answers[:60]] == [200] * 60
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert olga.get("/api/session").status_code == 200
        assert team.program("read", "editor").get("/api/session").status_code == 429


def test_a_stranger_who_asks_too_often_must_wait(folder: Path) -> None:
    with hurried(folder) as team:
        stranger, known = team.stranger(), team.client("editor")
        assert {stranger.get("/").status_code for _ in range(62)} == {200, 429}
        assert known.get("/api/session").status_code == 200


def test_guessing_at_tokens_is_slow(folder: Path) -> None:
    with hurried(folder) as team:
        guess = team.stranger(authorization="Bearer ofr_guess")
        assert {guess.get("/api/session").status_code for _ in range(62)} == {401, 429}


def test_an_address_has_room_for_an_office(folder: Path) -> None:
    with shared(folder, limits=Limits(asked=1)) as team:
        buckets = team.site.gate.addresses
        assert [buckets.take("x") > 0 for _ in range(BEHIND_AN_ADDRESS + 1)] == [False] * BEHIND_AN_ADDRESS + [True]


def _pieces(size: int, piece: int = 10_000) -> Iterator[bytes]:
    for start in range(0, size, piece):
        yield b"x" * min(piece, size - start)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "streamed"])
def test_a_request_that_is_too_large_is_cut_off(team: Workspace, announced: bool) -> None:
    size = AROUND + bodies.ESCAPED * team.site.settings.limits.text + 1
    taken = []

    def watched() -> Iterator[bytes]:
        for piece in _pieces(size * 4):
            taken.append(len(piece))
            yield piece

    headers = {"Content-Type": "application/json"} | ({"Content-Length": str(size)} if announced else {})
    answer = team.client("editor").patch("/api/session", content=watched(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["schema"] == "offramp.problem/1"


def test_a_stranger_may_send_little(team: Workspace) -> None:
    assert team.stranger().post("/api/session", content=b"x" * (AROUND + 1)).status_code == 413
    assert team.stranger().post("/api/documents", content=b"x" * (AROUND + 1)).status_code == 413


def test_a_request_that_comes_too_slowly_is_cut_off(alone: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS_A_PIECE", 0.05)
    status, sent = asyncio.run(_ask(alone, [b'{"display": '], stall=True))
    assert status == 408
    assert b"too slowly" in sent


def test_a_request_that_trickles_is_cut_off(alone: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS_IN_ALL", 0.1)
    status, _ = asyncio.run(_ask(alone, [b" "] * 1000, pause=0.01))
    assert status == 408


async def _ask(
    workspace: Workspace, pieces: list[bytes], *, stall: bool = False, pause: float = 0.0
) -> tuple[int, bytes]:
    """The status and the body of an answer to a request whose pieces come when they come."""
    client = workspace.client()
    cookie = f"{cookie_name(workspace.site.settings)}={client.cookies[cookie_name(workspace.site.settings)]}"
    headers = {
        "host": "127.0.0.1",
        "cookie": cookie,
        "x-csrf-token": client.csrf,
        "content-type": "application/json",
        "transfer-encoding": "chunked",
    }
    left = iter(pieces)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(pause)
        piece = next(left, None)
        if piece is None and stall:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    answer: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PATCH",
        "path": "/api/session",
        "raw_path": b"/api/session",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8765),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "state": {},
    }
    await workspace.app(scope, receive, send)  # type: ignore[arg-type]
    return answer[0]["status"], b"".join(each.get("body", b"") for each in answer)


def test_answers_stream_through_all_that_stands_before_them(alone: Workspace) -> None:
    gate = asyncio.Event()
    seen: list[bytes] = []
    router = APIRouter()

    @router.get("/stream")
    async def stream() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"first"
            await gate.wait()
            yield b"second"

        return StreamingResponse(pieces())

    alone.app.include_router(router)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {}

    async def send(message: dict[str, Any]) -> None:
        seen.append(message.get("body", b""))
        if b"first" in seen:
            gate.set()

    scope = {"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "client": ("127.0.0.1", 5)}
    scope |= {"headers": [(b"host", b"localhost")], "http_version": "1.1", "scheme": "http", "root_path": ""}
    asyncio.run(asyncio.wait_for(alone.app(scope, receive, send), 10))  # type: ignore[arg-type]
    assert [each for each in seen if each] == [b"first", b"second"]


@pytest.mark.parametrize(
    ("path", "told"),
    [("/s/secret", "/s/…"), ("/s/a/b", "/s/…"), ("/api/people", "/api/people"), ("/" * 999, "/" * 300)],
)
def test_what_the_log_tells_of_a_path(path: str, told: str) -> None:
    assert told_path(path) == told


def test_an_application_starts_on_an_empty_folder(tmp_path: Path) -> None:
    assert create_app(Settings(tmp_path)).state.site.settings.folder == tmp_path
