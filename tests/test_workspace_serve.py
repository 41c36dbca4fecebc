"""`offramp serve` and `offramp accounts`: how a workspace starts, is found, and ends."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from click.testing import CliRunner, Result

from offramp.cli import main
from offramp.workspace.settings import Mail, Settings
from workspace_site import PASSWORD, ROOT, Served, make_folder, served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path, "talks.yaml")


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """A server of an empty folder, for tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("empty")
    with served(folder) as server:
        yield server, folder


def _offramp(*words: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(each) for each in words], input=typed)


def _refused(folder: Path, *options: object) -> str:
    """What `offramp serve` says where it does not start."""
    result = _offramp("serve", folder, "--port", 0, "--no-open", *options)
    assert result.exit_code == 2, result.output
    return result.stderr


def test_the_printed_address_lets_in_once(standing: tuple[Served, Path]) -> None:
    server, _ = standing
    first, second = server.client(enter=True), server.client(enter=True)
    assert first.get("/api/session").json()["person"]["role"] == "owner"
    assert second.get("/api/session").json()["person"] is None
    assert first.get(server.opening).headers["location"] == "/"


def test_a_session_outlives_the_server_that_it_began_with(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with served(folder, "--port", port) as server:
        cookies = server.client(enter=True).cookies
        server.stop(signal.SIGKILL)
    with served(folder, "--port", port) as server:
        assert server.client(cookies=cookies).get("/api/session").json()["person"]["role"] == "owner"


def test_a_key_of_an_earlier_start_is_worth_nothing(folder: Path) -> None:
    with served(folder) as server:
        key = server.opening.partition("?key=")[2]
    with served(folder) as server:
        client = server.client()
        assert "set-cookie" not in client.get(f"/?key={key}").headers
        assert "set-cookie" in client.get(server.opening).headers


def test_a_second_server_for_a_folder_is_refused_with_a_way_in(standing: tuple[Served, Path]) -> None:
    server, folder = standing
    said = _refused(folder)
    assert "is served already" in said
    way_in = next(word for word in said.split() if word.startswith(server.address))
    assert "set-cookie" in httpx.get(way_in).headers


def test_a_folder_can_be_served_again_after_its_server_was_killed(folder: Path) -> None:
    with served(folder) as server:
        server.stop(signal.SIGKILL)
    with served(folder) as server:
        assert httpx.get(f"{server.address}/api/health").json()["ok"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_server_ends_in_good_order(folder: Path, how: signal.Signals) -> None:
    with served(folder) as server:
        server.stop(how)
        assert server.process.returncode in {0, -how}
        assert "Traceback" not in (server.process.stderr.read() if server.process.stderr else "")


def test_an_empty_folder_is_served(standing: tuple[Served, Path]) -> None:
    assert "<title>offramp" in httpx.get(f"{standing[0].address}/").text


def test_what_the_workspace_keeps_is_for_nobody_else_and_not_for_git(standing: tuple[Served, Path]) -> None:
    hidden = standing[1] / ".offramp"
    assert stat.S_IMODE(hidden.stat().st_mode) == 0o700
    assert (hidden / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert stat.S_IMODE((hidden / "keys").stat().st_mode) == 0o700


def test_a_port_that_is_taken_is_said_with_what_to_do(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = _offramp("serve", folder, "--no-open", "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "give another with --port" in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_strangers_are_kept_out_where_nobody_has_an_account(folder: Path, host: str) -> None:
    said = _refused(folder, "--host", host)
    assert "nobody has an account" in said
    assert "offramp accounts add" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--accounts"], "nobody has an account yet"),
        (["--database", "oracle-of-delphi://x"], "is none that is known"),
        (["--database", "sqlite:////nowhere/at/all.sqlite"], "cannot be opened"),
        (["--public-url", "ftp://x"], "https://workspace.example.org"),
        (["--max-memory", "much"], "as in 512M or 8G"),
    ],
)
def test_what_cannot_be_served_is_said(folder: Path, options: list[str], said: str) -> None:
    assert said in _refused(folder, *options)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "there is no folder" in _refused(tmp_path / "nowhere")
    (tmp_path / "talks.yaml").write_text("format: offramp/1\n")
    assert "is a file; give the folder that it is in" in _refused(tmp_path / "talks.yaml")


def _add(folder: Path, name: str, *options: str) -> Result:
    return _offramp("accounts", "add", folder, name, "--password-stdin", *options, typed=f"{PASSWORD}\n")


def test_the_first_account_is_an_owners_and_the_next_a_readers(folder: Path) -> None:
    assert "an owner" in _add(folder, "olga").stdout
    assert "a reader" in _add(folder, "rita").stdout
    lines = _offramp("accounts", "list", folder).stdout.splitlines()
    assert [line.split() for line in lines] == [["olga", "owner"], ["rita", "reader"]]


def test_the_first_account_cannot_be_a_readers(folder: Path) -> None:
    result = _add(folder, "rita", "--role", "reader")
    assert (result.exit_code, "the first account is an owner's" in result.stderr) == (2, True)
    assert not _offramp("accounts", "list", folder).stdout


def test_a_password_is_asked_for_twice_and_not_shown(folder: Path) -> None:
    result = _offramp("accounts", "add", folder, "olga", typed=f"{PASSWORD}\nelse\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert "do not match" in result.output
    assert PASSWORD not in result.output


def test_no_command_takes_a_password_as_an_argument() -> None:
    assert not [each for each in _offramp("accounts", "add", "--help").stdout.split() if each == "--password"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("role", "olga", "reader"), "no owner would be left"),
        (("disable", "olga"), "no owner would be left"),
        (("role", "nobody", "reader"), "there is no person 'nobody'"),
        (("add", "Olga!"), "cannot be a person's name"),
        (("add", "olga"), "already"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else None,
)
def test_what_cannot_be_done_with_accounts_is_said(folder: Path, words: tuple[str, ...], said: str) -> None:
    _add(folder, "olga")
    command, *rest = words
    more = ["--password-stdin"] if command == "add" else []
    result = _offramp("accounts", command, folder, *rest, *more, typed=f"{PASSWORD}\n")
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("password", ["short", "olga and olga again", "aaaaaaaaaaaaaaaa"])
def test_a_password_that_is_easily_guessed_is_refused(folder: Path, password: str) -> None:
    result = _offramp("accounts", "add", folder, "olga", "--password-stdin", typed=f"{password}\n")
    assert result.exit_code == 2
    assert "the password" in result.stderr


def test_accounts_may_change_while_the_server_is_at_work(folder: Path) -> None:
    _add(folder, "olga")
    _add(folder, "ed", "--role", "editor")
    with served(folder) as server:
        assert "?key=" not in server.opening
        client = server.client()
        signed_in = client.post("/api/session", json={"name": "ed", "password": PASSWORD})
        assert signed_in.json()["person"]["role"] == "editor"
        _offramp("accounts", "role", folder, "ed", "reader")
        assert client.get("/api/session").json()["person"]["role"] == "reader"
        _offramp("accounts", "disable", folder, "ed")
        assert client.get("/api/session").json()["person"] is None
        assert client.post("/api/session", json={"name": "ed", "password": PASSWORD}).status_code == 401
        _offramp("accounts", "enable", folder, "ed")
        _offramp("accounts", "password", folder, "ed", "--password-stdin", typed="another lamp elsewhere\n")
        assert client.post("/api/session", json={"name": "ed", "password": PASSWORD}).status_code == 401
        changed = client.post("/api/session", json={"name": "ed", "password": "another lamp elsewhere"})
        assert changed.status_code == 200


def test_a_local_session_is_over_once_people_sign_in(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with served(folder, "--port", port) as server:
        client = server.client(enter=True)
        assert client.get("/api/session").json()["person"]
    _add(folder, "olga")
    with served(folder, "--port", port) as server:
        answer = server.client(cookies=client.cookies).get("/api/session").json()
        assert (answer["person"], answer["mode"]) == (None, "accounts")


CANARY = "canary-f00d-in-the-coal-mine"


def test_no_log_tells_a_secret(folder: Path) -> None:
    _add(folder, "olga")
    with served(folder) as server:
        client = server.client(cookies={"x": CANARY})
        client.get(f"/?key={CANARY}")
        client.get(f"/s/{CANARY}")
        client.get(f"/feed.atom?key={CANARY}")
        client.get("/api/session", headers={"Authorization": f"Bearer ofr_{CANARY}"})
        client.post("/api/session", json={"name": "olga", "password": CANARY})
        client.post("/api/session", json={"name": "olga", "password": {"not": CANARY}})
        client.post("/api/session", json={"name": "olga", "password": PASSWORD})
        cookie = next(iter(client.cookies.jar)).value
        server.stop()
        said = (server.process.stderr.read() if server.process.stderr else "") + _log(folder)
    assert CANARY not in said
    assert PASSWORD not in said
    assert cookie is None or cookie not in said


def _log(folder: Path) -> str:
    return (folder / ".offramp" / "access.log").read_text(encoding="utf-8")


def test_the_log_has_a_document_for_each_request(folder: Path) -> None:
    with served(folder) as server:
        client = server.client(enter=True)
        client.get("/api/people")
        client.get("/nowhere%0Aelse")
        server.stop()
    lines = [json.loads(line) for line in _log(folder).splitlines()]
    people = next(line for line in lines if line["path"] == "/api/people")
    assert (people["method"], people["status"], people["address"]) == ("GET", 200, "127.0.0.1")
    assert people["person"]
    assert people["milliseconds"] > 0
    assert lines[-1]["path"] == "/nowhere\nelse"


def test_a_connection_that_says_nothing_is_closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import offramp.workspace.serving as s; s.SECONDS_FOR_HEADERS = 0.3; from offramp.cli import main; main()"
    command = [sys.executable, "-c", script, "serve", str(folder), "--no-open", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().partition("127.0.0.1:")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: loc")
            assert slow.recv(100) == b""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as again:
            again.sendall(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert again.recv(100).startswith(b"HTTP/1.1 200")
            again.sendall(b"GET / HT")
            while piece := again.recv(4096):
                assert piece
        process.kill()


def test_the_server_names_no_software(standing: tuple[Served, Path]) -> None:
    assert "server" not in httpx.get(standing[0].address).headers


def test_the_server_does_not_load_the_solver() -> None:
    """It leaves solving to processes beside it: it starts sooner, and needs less memory."""
    script = "import sys, offramp.workspace.app, offramp.workspace.serving; print({'numba', 'scipy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_help_does_not_load_the_server() -> None:
    script = (
        "import sys\nfrom click.testing import CliRunner\nfrom offramp.cli import main\n"
        "for words in (['--help'], ['serve', '--help'], ['accounts', 'add', '--help']):\n"
        "    assert CliRunner().invoke(main, words).exit_code == 0\n"
        "print([name for name in ('fastapi', 'sqlalchemy', 'uvicorn', 'argon2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_mails_are_set_up_by_the_environment() -> None:
    given = {"OFFRAMP_SMTP_HOST": "mail.example.org", "OFFRAMP_SMTP_SENDER": "us@example.org"}
    mail = Mail.from_environment({**given, "OFFRAMP_SMTP_PASSWORD": CANARY})
    assert mail
    assert (mail.port, mail.security, mail.password) == (587, "starttls", CANARY)
    assert CANARY not in repr(mail)
    assert not Mail.from_environment({})
    with pytest.raises(Exception, match="OFFRAMP_SMTP_PORT"):
        Mail.from_environment({**given, "OFFRAMP_SMTP_PORT": "post"})


def test_settings_do_not_show_the_database_s_password() -> None:
    assert CANARY not in repr(Settings(Path(), database=f"postgresql://x:{CANARY}@localhost/x"))
