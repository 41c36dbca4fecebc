"""The git repository that the folder may lie in: who changed a file, when and why; and commits of what is saved here.

The ``git`` program is asked, with a fixed list of arguments each time. No hook runs, no setting of a user's counts,
none of the repository's that starts another program to read history; and nobody waits for it longer than a while.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LOG = logging.getLogger(__name__)

SECONDS = 20.0
"""How long one waits for git."""

MOST_COMMITS = 300
"""Commits of one file that are told."""

SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "core.pager=cat",
    "core.editor=true",
    "diff.external=",
    "log.showSignature=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
)

LAST_SECOND = 253_402_300_799
"""The end of the year 9999, beyond which a commit may be dated, but no time is."""

_FIELD, _RECORD = "\x1f", "\x1e"
_FORMAT = _RECORD + _FIELD.join(("%H", "%at", "%aN", "%s")) + _FIELD
_RECORDED = re.compile(
    r"(?P<hash>[0-9a-f]{40,64})\x1f(?P<at>\d{1,12})\x1f(?P<by>[^\x1f]*)\x1f(?P<message>[^\x1f]*)\x1f"
    r"[\x00\n]*(?::\d+ \d+ [0-9a-f]+ (?P<blob>[0-9a-f]+) .*)?",
    re.DOTALL,
)
_NOT_IN_NAMES = re.compile(r"[<>\x00-\x1f]")


@dataclass(frozen=True)
class Commit:
    """A commit that touched a file; ``blob`` is what git calls the file's content, None where it was taken out."""

    hash: str
    at: datetime
    by: str
    message: str
    blob: str | None


@dataclass(frozen=True)
class Author:
    """Who a commit is by."""

    name: str
    email: str

    def __str__(self) -> str:
        name, email = (_NOT_IN_NAMES.sub("", each).strip() for each in (self.name, self.email))
        return f"{name or 'someone'} <{email or 'nobody@localhost'}>"


class Repository:
    """A git repository in which a folder lies; see :func:`repository_of`."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._writing = threading.Lock()

    def commits(self, file: str) -> list[Commit]:
        """The commits that touched a file, under whatever name, the newest first.

        Parameters
        ----------
        file : str
            Its path in the folder.
        """
        how = (f"--max-count={MOST_COMMITS}", "--follow", "--no-ext-diff", "--no-textconv", "--no-color", "--no-abbrev")
        found = self._ask("log", *how, "--raw", "-z", f"--format={_FORMAT}", "--", file)
        return _commits(found) if found else []

    def blobs(self, names: Sequence[str], most: int, total: int) -> dict[str, str]:
        """The texts that git calls by some names; those that are none, or too long, are left out.

        Parameters
        ----------
        names : sequence of str
        most, total : int
            Bytes of one, and of all together.
        """
        sized = self._ask("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", given=names) or b""
        wanted: list[str] = []
        for line in sized.decode().splitlines():
            name, kind, *size = line.split()
            if kind == "blob" and int(size[0]) <= min(most, total):
                wanted.append(name)
                total -= int(size[0])
        found = self._ask("cat-file", "--batch=%(objectname) %(objectsize)", given=wanted) if wanted else b""
        return dict(_texts(found or b""))

    def commit(self, files: Sequence[str], message: str, author: Author) -> bool:
        """Commit what stands in some files of the folder, and nothing else; whether there is a commit now.

        What cannot be committed (a merge is going on, the file is ignored) stays as it is in the folder.
        """
        with self._writing:
            known = [file for file in files if (self._folder / file).exists() or self._ask("ls-files", "--", file)]
            if not known or self._ask("add", "--all", "--", *known) is None:
                return False
            how = ("--quiet", "--no-verify", "--no-status", f"--author={author}", f"--message={message}")
            return self._ask("commit", *how, "--only", "--", *known, author=author) is not None

    def _ask(self, *arguments: str, author: Author | None = None, given: Sequence[str] = ()) -> bytes | None:
        """What git says, given some lines; None where it fails."""
        settings = [each for setting in SETTINGS for each in ("-c", setting)]
        command = [self._program, *settings, "--no-pager", "--literal-pathspecs", *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=self._folder,
                env=_environment(author),
                input="".join(f"{line}\n" for line in given).encode(),
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            LOG.warning("git %s: %s", arguments[0], type(error).__name__)
            return None
        if done.returncode:
            LOG.info("git %s: %s", arguments[0], done.stderr.decode(errors="replace").strip()[:500])
            return None
        return done.stdout


def repository_of(folder: Path) -> Repository | None:
    """The repository in which a folder lies; None where it lies in none, or there is no git."""
    program = shutil.which("git")
    if program is None:
        return None
    found = Repository(program, folder)
    inside = found._ask("rev-parse", "--is-inside-work-tree")
    return found if inside is not None and inside.strip() == b"true" else None


def _environment(author: Author | None) -> dict[str, str]:
    """What git is told of the system: where programs are, and nothing of anyone's settings."""
    passed = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
    committer = author or Author("", "")
    name, _, email = str(committer).rpartition(" ")
    return {
        **passed,
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email.strip("<>"),
    }


def _texts(found: bytes) -> Iterator[tuple[str, str]]:
    """From what ``git cat-file --batch`` says."""
    at = 0
    while (end := found.find(b"\n", at)) >= 0:
        name, size = found[at:end].decode().split()
        content = found[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)
        with suppress(UnicodeDecodeError):
            yield name, content.decode()


def _commits(found: bytes) -> list[Commit]:
    """From what ``git log --raw -z`` says; what has another form, as a message may give it, is left out."""
    records = found.decode(errors="replace").split(_RECORD)
    return [_commit(match) for record in records if (match := _RECORDED.fullmatch(record))]


def _commit(match: re.Match[str]) -> Commit:
    blob = match["blob"] if match["blob"] and match["blob"].strip("0") else None
    at = datetime.fromtimestamp(min(int(match["at"]), LAST_SECOND), UTC)
    return Commit(match["hash"], at, match["by"], match["message"], blob)
