"""Portions worked out side by side: one thread of this process for each lane, the caller's thread collects.

A lane works itself (the kernels let other threads run meanwhile), or it waits for a process of its own
(:mod:`offramp.explore.processes`). Portions are handed out in order. The caller's thread does nothing but wait, so that
it hears Ctrl-C at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Condition, Event, Thread
from typing import NamedTuple, Protocol

from offramp.explore.job import Job, Part, Report
from offramp.explore.portions import Portion, Queue

AHEAD = 8
"""Portions that may be begun past the first that is not done, for each lane."""

GRACE_SECONDS = 10.0
"""How long lanes are waited for when a run is given up; they then end by themselves."""


class Worker(Protocol):
    """What a lane gives its portions to."""

    def part(self, portion: Portion, report: Report) -> Part:
        """The results of a portion."""
        ...

    def stop(self) -> None:
        """Give up the portion in hand; called from another thread."""
        ...

    def close(self) -> None:
        """The last call, from the lane's thread."""
        ...


class Advanced(NamedTuple):
    """So many draws of a portion are done."""

    portion: Portion
    done: int


@dataclass(frozen=True)
class Failed:
    """A portion raised ``error``."""

    portion: Portion
    error: BaseException


Tell = Callable[[Advanced | Part], None]
"""Told what happens while portions are worked out."""


class _StoppedError(Exception):
    """Leaves the solver where the run has been given up."""


class Here:
    """Works in the lane's own thread."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._stopped = Event()

    def part(self, portion: Portion, report: Report) -> Part:
        """The results of a portion; the solver is left at its next report once the run is given up."""

        def advanced(done: int) -> None:
            if self._stopped.is_set():
                raise _StoppedError
            report(done)

        return self._job.part(portion, report=advanced)

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        """Nothing is left open."""


def in_turn(job: Job, portions: Iterable[Portion], threads: int | None, tell: Tell) -> None:
    """The parts of ``portions`` one after the other in the caller's thread; the solver has ``threads`` of its own."""
    for portion in portions:
        tell(job.part(portion, threads=threads, report=_reporter(tell, portion)))


def side_by_side(workers: Sequence[Worker], portions: Iterable[Portion], tell: Tell) -> None:
    """The parts of ``portions`` as they come; ``tell`` is called in the caller's thread.

    Where Ctrl-C comes in between, parts that are finished are still told.

    Raises
    ------
    Exception
        What the first portion that failed raised. Portions before it are finished, none after it is begun.
    """
    board = _Board(Queue(portions, AHEAD * len(workers)))
    threads = [Thread(target=_work, args=(worker, board), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        failures = _collect(board, len(threads), tell)
    except KeyboardInterrupt:
        _end(board, workers, threads)
        _tell_rest(board, tell)
        raise
    finally:
        _end(board, workers, threads)
    raise_first(failures)


def raise_first(failures: list[Failed]) -> None:
    """Raise the error of the failed portion that comes first in the run, if any failed."""
    if failures:
        raise min(failures, key=lambda each: each.portion.first).error


class _Board:
    """What lanes share: the portions to be done, and what happened."""

    def __init__(self, queue: Queue) -> None:
        self.happened: SimpleQueue[Advanced | Part | Failed | None] = SimpleQueue()
        self._queue = queue
        self._changed = Condition()
        self._is_over = False

    def take(self) -> Portion | None:
        """The next portion, as soon as the queue gives one; None where nothing is left to do."""
        with self._changed:
            while not (self._is_over or self._queue.is_empty):
                if (portion := self._queue.take()) is not None:
                    return portion
                self._changed.wait()
        return None

    def done(self, portion: Portion) -> None:
        """Note that a part has been collected."""
        with self._changed:
            self._queue.done(portion)
            self._changed.notify_all()

    def end(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()


def _work(worker: Worker, board: _Board) -> None:
    """A lane: portions until there are no more."""
    try:
        while (portion := board.take()) is not None:
            try:
                board.happened.put(worker.part(portion, _reporter(board.happened.put, portion)))
            except _StoppedError:
                break
            except BaseException as error:
                board.happened.put(Failed(portion, error))
                break
    finally:
        board.happened.put(None)
        worker.close()


def _reporter(tell: Tell, portion: Portion) -> Report:
    return lambda done: tell(Advanced(portion, done))


def _collect(board: _Board, working: int, tell: Tell) -> list[Failed]:
    """Pass on what happens until no lane is ``working``; the portions that failed."""
    failures: list[Failed] = []
    while working:
        happened = board.happened.get()
        if happened is None:
            working -= 1
        elif isinstance(happened, Failed):
            board.end()
            failures.append(happened)
        else:
            tell(happened)
            if isinstance(happened, Part):
                board.done(happened.portion)
    return failures


def _tell_rest(board: _Board, tell: Tell) -> None:
    """Pass on the parts that nobody has been told of yet."""
    while not board.happened.empty():
        happened = board.happened.get()
        if isinstance(happened, Part):
            with suppress(KeyboardInterrupt):
                tell(happened)


def _end(board: _Board, workers: Sequence[Worker], threads: list[Thread]) -> None:
    """Stop what is still at work, and wait for it a while."""
    board.end()
    for worker in workers:
        worker.stop()
    for thread in threads:
        if thread.ident is not None:
            thread.join(GRACE_SECONDS)
