"""Secrets that are handed out: made from 256 random bits, and kept by their SHA-256 alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets

RANDOM_BYTES = 32
"""Of every secret: cookies, CSRF tokens, tokens for programs, keys in addresses."""


def new_secret() -> str:
    """A secret that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def fingerprint(secret: str) -> str:
    """The SHA-256 of a secret in hexadecimal: enough, since what is random in full needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(first: str, second: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(first.encode(), second.encode())
