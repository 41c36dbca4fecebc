"""One worker process, as the server sees it: started with an order, listened to, watched and ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from offramp.child import same_offramp
from offramp.workspace.jobs.orders import Order
from offramp.workspace.settings import inherited

Happened = dict[str, Any]
"""What a worker told."""

LOOK_SECONDS = 0.2
"""How often a worker's memory and time are looked at."""

GRACE_SECONDS = 4.0
"""How long a worker that was asked to stop may take to keep what is done."""


class Worker:
    """A worker process at work.

    Parameters
    ----------
    order : Order
    log : Path
        Where its standard error goes.
    threads : int
        That it may have.
    """

    def __init__(self, order: Order, log: Path, threads: int) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "offramp.workspace.jobs.work"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(threads),
                start_new_session=True,
            )
        self._began = time.monotonic()
        self._asked_to_stop: float | None = None
        self._lock = threading.Lock()
        self._told: SimpleQueue[Happened | None] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self._send(order.line())

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self._began

    def happenings(self) -> Iterator[Happened | None]:
        """What it tells until it ends; None now and then, where it tells nothing."""
        while True:
            try:
                told = self._told.get(timeout=LOOK_SECONDS)
            except Empty:
                self._kill_if_late()
                yield None
                continue
            if told is None:
                return
            yield told

    def memory(self) -> int:
        """Bytes that it holds; 0 where the system does not say."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """Ask it to keep what is done and end; it is killed where it takes too long."""
        if self._asked_to_stop is None:
            self._asked_to_stop = time.monotonic()
            self._send(b"stop\n")

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def bury(self) -> str:
        """Wait for its end and let go of its pipes; how it ended, in words."""
        self._kill_if_late()
        for pipe in (self._process.stdin, self._process.stdout):
            with self._lock, suppress(OSError):
                _there(pipe).close()
        try:
            code = self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def _kill_if_late(self) -> None:
        if self._asked_to_stop is not None and time.monotonic() - self._asked_to_stop > GRACE_SECONDS:
            self.kill()

    def _send(self, line: bytes) -> None:
        with self._lock, suppress(BrokenPipeError, ValueError):
            pipe = _there(self._process.stdin)
            pipe.write(line)
            pipe.flush()

    def _read(self) -> None:
        pipe = _there(self._process.stdout)
        with suppress(ValueError, OSError):
            for line in pipe:
                self._told.put(json.loads(line))
        self._told.put(None)


def _environment(threads: int) -> dict[str, str]:
    return {**same_offramp(inherited()), "NUMBA_NUM_THREADS": str(threads)}


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "opened by Popen"
    return pipe
