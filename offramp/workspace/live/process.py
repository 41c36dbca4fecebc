"""A process that answers questions, as the server holds it: started when it is needed, killed when it takes too long.

It talks as :mod:`offramp.workspace.live.servant` says. It is in a session of its own, so that Ctrl-C in the terminal
does not reach it, and ends when its pipe closes, so that it never outlives the server.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Any, NamedTuple

from offramp.workspace.live.frames import HEADER, LENGTH
from offramp.workspace.settings import inherited

START = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "import offramp.workspace.live.servant as s; s.serve()"
)


class Reply(NamedTuple):
    """An answer: its status of HTTP, and its document as JSON."""

    status: int
    body: bytes


class LostError(Exception):
    """The process died, or was killed because it took too long (``late``)."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("it took too long" if late else "it died")
        self.late = late


class Process:
    """A process that answers one question after the other; for one thread at a time, but for :meth:`stop`.

    Parameters
    ----------
    memory : int
        Bytes that it may hold.
    """

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """Its number, None while there is none."""
        process = self._process
        return process.pid if process else None

    def ask(self, message: dict[str, Any], seconds: float) -> Reply:
        """The answer to a message.

        Raises
        ------
        LostError
            If the process died of it, or was killed as it took longer than ``seconds``; the next question gets another.
        """
        process = self._running()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            _send(_pipe(process.stdin), message)
            return _receive(_pipe(process.stdout))
        except (EOFError, OSError, ValueError):
            self._bury()
            raise LostError(late=late.is_set()) from None
        finally:
            timer.cancel()

    def stop(self) -> None:
        """End the process; no other takes its place."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Let go of a process that has been stopped."""
        self._bury()

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise LostError(late=False)
            if self._process is None:
                self._process = _started(self._memory)
            return self._process

    def _bury(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                _pipe(pipe).close()
        process.wait()


def _started(memory: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**inherited(), "OFFRAMP_DESK_MEMORY": str(memory)},
        start_new_session=True,
    )
    pipe = _pipe(process.stdin)
    pipe.write(json.dumps(sys.path).encode() + b"\n")
    pipe.flush()
    return process


def _send(pipe: IO[bytes], message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    pipe.write(LENGTH.pack(len(body)) + body)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Reply:
    status, length = HEADER.unpack(_exactly(pipe, HEADER.size))
    return Reply(status, _exactly(pipe, length))


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    content = pipe.read(count)
    if len(content) < count:
        raise EOFError
    return content


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "opened by Popen"
    return pipe
