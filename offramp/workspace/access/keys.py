"""One-time keys: who starts the server gets in by the address that it prints, once.

A key is an empty file named after its SHA-256, in a folder that only its owner may read. It is spent by unlinking the
file, which succeeds once. So a second ``offramp serve`` can make a key for the server that is already there.
"""

from __future__ import annotations

from pathlib import Path

from offramp.workspace.access.secrets import fingerprint, new_secret

KEYS = "keys"
"""The folder of keys that nobody has used yet, among what the workspace keeps."""


def forget_keys(hidden: Path) -> None:
    """Make every key that was not used worthless."""
    place = hidden / KEYS
    place.mkdir(mode=0o700, exist_ok=True)
    for each in place.iterdir():
        each.unlink(missing_ok=True)


def new_key(hidden: Path) -> str:
    """A key that lets one browser in, once."""
    key = new_secret()
    place = hidden / KEYS
    place.mkdir(mode=0o700, exist_ok=True)
    (place / fingerprint(key)).touch(mode=0o600)
    return key


def spend(hidden: Path, key: str) -> bool:
    """Whether ``key`` is one that nobody used until now."""
    try:
        (hidden / KEYS / fingerprint(key)).unlink()
    except FileNotFoundError:
        return False
    return True
