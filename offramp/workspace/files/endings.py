"""Ends of lines: editors of the web write LF, and files from Windows have CRLF, which they keep."""

from __future__ import annotations


def has_crlf(text: str) -> bool:
    """Whether every line ends with CRLF."""
    return "\r\n" in text and text.count("\n") == text.count("\r\n")


def with_ends_of(there: str, text: str) -> str:
    r"""A text, with CRLF where the one that is there has CRLF throughout and it has none itself.

    Examples
    --------
    >>> with_ends_of("a: 1\r\n", "a: 2\n"), with_ends_of("a: 1\n", "a: 2\n")
    ('a: 2\r\n', 'a: 2\n')
    """
    return text.replace("\n", "\r\n") if has_crlf(there) and "\r" not in text else text
