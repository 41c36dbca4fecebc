"""Passwords: kept as argon2id hashes, checked in a time that does not tell whether the person exists."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from offramp.workspace.problems import Refusal

PASSES = 3
"""Over the memory; the second recommendation of RFC 9106, section 4."""

MEMORY = 65536
"""KiB that a hash takes."""

LANES = 4
"""That are filled side by side."""

AT_ONCE = 4
"""Hashes that are computed at once: more would fill the memory of a small server."""

SHORTEST = 10
LONGEST = 256
"""Characters of a password."""

_turns = threading.BoundedSemaphore(AT_ONCE)


def _hasher() -> PasswordHasher:
    """The way that new passwords are hashed."""
    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=LANES)


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has, to be checked where there is none."""
    return _hasher().hash("nobody has this password")


def hash_password(password: str) -> str:
    """What is kept of a password."""
    with _turns:
        return _hasher().hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether ``password`` is that of which ``kept`` is the hash; as much work where there is no hash."""
    known = kept is not None
    with _turns:
        try:
            _hasher().verify(kept if kept is not None else _nobodys(), password)
        except (VerificationError, InvalidHashError):
            return False
    return known


def is_outdated(kept: str) -> bool:
    """Whether a hash was made in another way than new ones are."""
    return _hasher().check_needs_rehash(kept)


def check_new(password: str, name: str) -> None:
    """Raise :class:`~offramp.workspace.problems.Refusal` where a password is too easily guessed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal(
            422,
            f"the password has {len(password)} characters",
            f"from {SHORTEST} to {LONGEST}",
            "take a few words that do not belong together",
        )
    if name.casefold() in password.casefold() or len(set(password)) < SHORTEST // 2:
        raise Refusal(
            422,
            "the password holds the name, or few different characters",
            remedy="take a few words that do not belong together",
        )
