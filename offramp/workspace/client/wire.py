"""Requests to a workspace: what is refused becomes an error that says why, what was lost on the way is sent again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2

from offramp import __version__
from offramp.errors import ConflictError, OfframpError, Problem, ScenarioError, WorkspaceError

TRIES = 4
"""How often a request that changes nothing is sent."""

FIRST_PAUSE = 0.25
"""Seconds before the second try; each further pause is twice as long."""

LONGEST_PAUSE = 20.0
"""Seconds that a server may ask to wait; where it asks for more, that is an error."""

BUSY = frozenset({429, 502, 503, 504})
"""Answers after which a request that changes nothing is sent again."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Wire:
    """A connection to a workspace.

    Parameters
    ----------
    url : str
        Its address; with the ``key`` that ``offramp serve`` printed no token is needed.
    token : str, optional
    timeout : float
        Seconds that an answer may keep one waiting.
    insecure : bool
        Whether a token may go to another machine without encryption.

    Raises
    ------
    WorkspaceError
        If the address is none, or the token could be read on the way.
    """

    def __init__(self, url: str, token: str | None, timeout: float, *, insecure: bool = False) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise WorkspaceError(f"{url!r} is no address", allowed="one such as https://exits.example")
        is_here = parts.hostname in LOOPBACK
        if token and parts.scheme == "http" and not is_here and not insecure:
            raise WorkspaceError(
                f"a token would go to {parts.hostname!r} unencrypted",
                remedy="use https, or connect with insecure=True where nobody listens",
            )
        self.url = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        headers = {"User-Agent": f"offramp/{__version__}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._timeout = timeout
        self._client = httpx2.Client(base_url=self.url, headers=headers, timeout=timeout, trust_env=not is_here)
        if not token and "key=" in parts.query:
            try:
                self._enter(parts.query)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        """The JSON that is there."""
        return self.fetch(path, **params).json()

    def fetch(self, path: str, **params: Any) -> httpx2.Response:
        """What is there, tried again where the connection is lost or the server is busy."""
        given = {name: value for name, value in params.items() if value is not None}
        for left in range(TRIES - 1, -1, -1):
            try:
                answer = self._client.get(path, params=given)
            except httpx2.TransportError as error:
                if not left:
                    raise self._lost(error) from error
                time.sleep(FIRST_PAUSE * 2 ** (TRIES - 1 - left))
                continue
            pause = _pause(answer, FIRST_PAUSE * 2 ** (TRIES - 1 - left))
            if answer.status_code not in BUSY or not left or pause > LONGEST_PAUSE:
                return _checked(answer)
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Have something changed, once; the JSON of the answer, None where it has none.

        Raises
        ------
        OfframpError
            If it is refused, or it is not known whether it was done.
        """
        try:
            answer = self._client.request(method, path, json=body)
        except httpx2.TransportError as error:
            raise self._lost(error) from error
        _checked(answer)
        return answer.json() if answer.content else None

    @contextmanager
    def events(self, path: str, silence: float) -> Iterator[Iterator[tuple[str, Any]]]:
        """Server-sent events as they come: kind and data. A stream that is silent for too long is lost.

        Raises
        ------
        httpx2.TransportError
            If the connection is lost.
        """
        wait = httpx2.Timeout(self._timeout, read=silence)
        with self._client.stream("GET", path, timeout=wait) as answer:
            if answer.status_code != httpx2.codes.OK:
                answer.read()
            yield _events(_checked(answer))

    def _enter(self, query: str) -> None:
        """Become who the printed address lets in."""
        try:
            self._client.get(f"/?{query}")
        except httpx2.TransportError as error:
            raise self._lost(error) from error
        session = self.get("/api/session")
        if session["person"] is None:
            raise WorkspaceError("the key was used already", remedy="take the address that 'offramp serve' prints")
        self._client.headers["X-CSRF-Token"] = session["csrf"]

    def _lost(self, error: Exception) -> WorkspaceError:
        how = str(error) or type(error).__name__
        return WorkspaceError(
            f"the workspace at {self.url} cannot be reached ({how})", remedy="see whether it runs, and its address"
        )


def error_of(document: Mapping[str, Any], status: int) -> OfframpError:
    """What a problem document says, as the library itself would raise it."""
    if document.get("schema") == "offramp.conflict/1":
        return ConflictError(document)
    problems = tuple(_problem(each) for each in document.get("problems", ()))
    if problems and any(each.file for each in problems):
        return ScenarioError(problems)
    found = str(document.get("found") or f"the workspace answered {status}")
    allowed, remedy = (str(document.get(key) or "") for key in ("allowed", "remedy"))
    return WorkspaceError(found, status=status, allowed=allowed, remedy=remedy, problems=problems)


def _problem(record: Mapping[str, Any]) -> Problem:
    found, allowed, remedy, file = (str(record.get(key) or "") for key in ("found", "allowed", "remedy", "file"))
    line, column = (int(record.get(key) or 0) for key in ("line", "column"))
    return Problem(tuple(map(str, record.get("path", ()))), found, allowed, remedy, file, line, column)


def _checked(answer: httpx2.Response) -> httpx2.Response:
    """The answer, unless it refuses."""
    if answer.is_success:
        return answer
    if answer.is_redirect:
        there = answer.headers.get("location", "elsewhere")
        raise WorkspaceError(f"the workspace is not there: it points to {there!r}", remedy="connect to that address")
    try:
        document = answer.json()
    except ValueError:
        document = None
    raise error_of(document if isinstance(document, dict) else {}, answer.status_code)


def _pause(answer: httpx2.Response, otherwise: float) -> float:
    """Seconds to wait before the next try."""
    asked = answer.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else otherwise


def _events(answer: httpx2.Response) -> Iterator[tuple[str, Any]]:
    kind, data = "", ""
    for line in answer.iter_lines():
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data":
            data += value
        elif not line:
            if kind and data:
                yield kind, json.loads(data)
            kind, data = "", ""
