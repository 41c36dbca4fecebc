"""Fetch one document from an address that the user typed. Nothing else in offramp's sources opens a connection.

Only http and https; only public addresses, unless local ones are allowed; each redirect is checked like the first
address; no proxy, no cookies, no packed transfer. The host is looked up once, and the connection goes to the address
that was checked, so that a name cannot change its mind in between.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from time import monotonic
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
)

from offramp.errors import SourceError
from offramp.sources.document import MAX_BYTES
from offramp.sources.reading import check_size

SCHEMES: Final = ("http", "https")

WAIT_SECONDS: Final = 20.0
"""How long the other side may be silent."""

WHOLE_SECONDS: Final = 60.0
"""How long the whole may take."""

CHUNK: Final = 65_536


def is_url(text: str) -> bool:
    """Whether ``text`` is an address rather than the name of a file."""
    return "://" in text and text.split("://", maxsplit=1)[0].isalnum()


def fetch(url: str, *, allow_local: bool = False) -> bytes:
    """What is at ``url``.

    Parameters
    ----------
    allow_local : bool
        Whether addresses of this machine and of private networks may be asked.

    Raises
    ------
    SourceError
        If the address is not allowed, cannot be reached, says no, is slow, or holds too much.
    """
    _check_url(url, url)
    began = monotonic()
    try:
        with _opener(url, allow_local=allow_local).open(_request(url), timeout=WAIT_SECONDS) as answer:
            packed = answer.headers.get("Content-Encoding", "identity")
            if packed != "identity":
                raise SourceError(url, f"found an answer packed as {packed[:40]!r}", remedy=_SAVE)
            check_size(_length(answer.headers.get("Content-Length")), url)
            return _read(answer, url, began)
    except HTTPError as error:
        raise SourceError(url, f"the server answers {error.code} ({error.reason})", remedy=_SAVE) from None
    except URLError as error:
        if isinstance(error.reason, SourceError):
            raise error.reason from None
        raise SourceError(url, f"it cannot be reached ({error.reason})", remedy=_SAVE) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(url, f"it cannot be read ({type(error).__name__}: {error})", remedy=_SAVE) from None


_SAVE = "save the page with a browser, and add the file"


def _request(url: str) -> Request:
    return Request(url, headers={"User-Agent": "offramp", "Accept": "text/html, application/pdf, text/plain"})


def _length(header: str | None) -> int:
    return int(header) if header and header.isdecimal() else 0


def _read(answer: IO[bytes], url: str, began: float) -> bytes:
    content = b""
    while len(content) <= MAX_BYTES:
        piece = answer.read(CHUNK)
        if not piece:
            return content
        content += piece
        if monotonic() - began > WHOLE_SECONDS:
            raise SourceError(url, f"it takes more than {WHOLE_SECONDS:.0f} seconds", remedy=_SAVE)
    check_size(len(content), url)
    return content


def _check_url(url: str, first: str) -> None:
    """Raise SourceError for an address that is not asked, ``first`` being the one that the user typed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(first, f"found an address that makes no sense ({error})") from None
    where = "" if url == first else ", to which it was redirected,"
    if parts.scheme not in SCHEMES:
        found = f"the scheme {parts.scheme!r}{where} is not fetched"
        raise SourceError(first, found, allowed="http and https", remedy="save the document and add the file")
    if not host:
        raise SourceError(first, f"found an address without a host{where}")
    if parts.username or parts.password:
        raise SourceError(first, f"found a name or a password in the address{where}", remedy="leave them out")


def _opener(url: str, *, allow_local: bool) -> OpenerDirector:
    opener = OpenerDirector()
    for handler in (_Plain(url, allow_local), _Secure(url, allow_local), _Redirects(url), HTTPErrorProcessor()):
        opener.add_handler(handler)
    opener.add_handler(HTTPDefaultErrorHandler())
    return opener


class _Redirects(HTTPRedirectHandler):
    """Follows a few redirects, each to an address that is allowed, and never from https to http."""

    max_redirections = 5

    def __init__(self, first: str) -> None:
        self.first = first

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        _check_url(newurl, self.first)
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise SourceError(self.first, "it leads from https to http", allowed="https throughout", remedy=_SAVE)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _connector(first: str, allow_local: bool) -> Callable[..., socket.socket]:
    """What opens a connection to a host in place of :func:`socket.create_connection`, if its address is allowed."""

    def connected(address: tuple[str, int], timeout: float | None = None, *_: Any) -> socket.socket:
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
        if not allow_local and not all(_is_public(str(place[0])) for *_rest, place in found):
            raise SourceError(
                first,
                f"{address[0]!r} is an address of this machine or of a private network",
                allowed="public addresses",
                remedy="add --allow-local if that is meant",
            )
        return _first_that_answers(found, timeout)

    return connected


def _is_public(address: str) -> bool:
    """Whether an IP address is one of the open network; an IPv4 address in IPv6's clothes is judged as what it is."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not found.is_multicast


def _first_that_answers(found: list[Any], timeout: float | None) -> socket.socket:
    trouble = OSError("the host has no address")
    for family, kind, protocol, _name, place in found:
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(timeout)
            opened.connect(place)
        except OSError as error:
            opened.close()
            trouble = error
        else:
            return opened
    raise trouble


class _Plain(HTTPHandler):
    def __init__(self, first: str, allow_local: bool) -> None:
        super().__init__()
        self.connect = _connector(first, allow_local)

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        def connection(host: str, **options: Any) -> http.client.HTTPConnection:
            made = http.client.HTTPConnection(host, **options)
            made._create_connection = self.connect  # type: ignore[attr-defined]
            return made

        return self.do_open(connection, req)


class _Secure(HTTPSHandler):
    def __init__(self, first: str, allow_local: bool) -> None:
        super().__init__()
        self.connect = _connector(first, allow_local)

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        def connection(host: str, **options: Any) -> http.client.HTTPSConnection:
            made = http.client.HTTPSConnection(host, context=ssl.create_default_context(), **options)
            made._create_connection = self.connect  # type: ignore[attr-defined]
            return made

        return self.do_open(connection, req)
