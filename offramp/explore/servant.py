"""What a worker process runs: portions in, parts out; see :mod:`offramp.explore.processes`."""

from __future__ import annotations

import os
import pickle
import sys
from typing import IO

from offramp.explore.job import Job
from offramp.explore.portions import Portion


def serve() -> None:
    """Answer portions from standard input until it ends.

    Each answer is a number of draws that are done, and in the end a part or an exception.
    """
    asked, answers = sys.stdin.buffer, own_output()
    job: Job = pickle.load(asked)
    try:
        while True:
            _answer(job, pickle.load(asked), answers)
    except (EOFError, BrokenPipeError):
        os._exit(0)


def _answer(job: Job, portion: Portion, answers: IO[bytes]) -> None:
    def send(message: object) -> None:
        pickle.dump(message, answers)
        answers.flush()

    try:
        part: object = job.part(portion, report=send)
    except BrokenPipeError:
        raise
    except Exception as error:
        part = error
    send(part)


def own_output() -> IO[bytes]:
    """The standard output for answers alone: what anybody else writes there goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers
