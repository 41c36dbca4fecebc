"""Workers that are processes of this machine, each with one thread.

A process is started when its lane has a first portion for it. It gets the job and then portions through its standard
input and answers through its standard output: pickles, one after the other. One that dies, killed by the system or by a
person, is replaced and its portion done again; as a part is a pure function of its portion, no bit changes.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO

from offramp.errors import RunError
from offramp.explore.job import Job, Part, Report
from offramp.explore.portions import Portion

LOG = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a portion is tried before the run is given up, because every process that has it dies."""

START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); import offramp.explore.servant as s; s.serve()"
)


class Process:
    """A process that works out portions; see :class:`offramp.explore.lanes.Worker`."""

    def __init__(self, job: bytes) -> None:
        """``job`` is the pickled :class:`Job`."""
        self._job = job
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None

    def part(self, portion: Portion, report: Report) -> Part:
        """The results of a portion, whichever process it takes.

        Raises
        ------
        RunError
            If ``ATTEMPTS`` processes died of it.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._ask(portion, report)
            except (EOFError, BrokenPipeError, ConnectionError, pickle.UnpicklingError):
                how = self._bury()
                if self._stopped:
                    raise
                again = "the draws are done again" if attempt < ATTEMPTS else "the draws are given up"
                LOG.warning("a worker process was lost (%s); %s", how, again)
        last = portion.first + portion.count - 1
        raise RunError(
            f"{ATTEMPTS} worker processes were lost over draws {portion.first:,} to {last:,} (the last: {how}); "
            "if memory runs out, ask for fewer workers"
        )

    def stop(self) -> None:
        """Kill the process."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Let the process end."""
        self._bury()

    def _ask(self, portion: Portion, report: Report) -> Part:
        process = self._process = self._process or _started(self._job)
        if self._stopped:
            process.kill()
        _send(_pipe(process.stdin), portion)
        while True:
            answer = pickle.load(_pipe(process.stdout))
            if isinstance(answer, Part):
                return answer
            if isinstance(answer, BaseException):
                raise answer
            report(answer)

    def _bury(self) -> str:
        """Close the pipes, at whose end the process ends too; how it ended, in words."""
        process, self._process = self._process, None
        if process is None:
            return "it did not start"
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                _pipe(pipe).close()
        code = process.wait()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def processes(job: Job, count: int) -> list[Process]:
    """``count`` workers for ``job``."""
    pickled = pickle.dumps(job)
    return [Process(pickled) for _ in range(count)]


def _started(job: bytes) -> subprocess.Popen[bytes]:
    """A process that has the job; Ctrl-C in the terminal does not reach it, as it is in a session of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "NUMBA_NUM_THREADS": "1"},
        start_new_session=True,
    )
    pipe = _pipe(process.stdin)
    pickle.dump(sys.path, pipe)
    pipe.write(job)
    pipe.flush()
    return process


def _send(pipe: IO[bytes], message: object) -> None:
    pickle.dump(message, pipe)
    pipe.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "opened by Popen"
    return pipe
