"""The desk: questions from all who are here, asked of processes one after the other; what was asked before is known.

There are two processes: one for what must be quick and one for what may take seconds, so that no one's offers hold up
another's slider. Equal questions that wait are worked once. A person's newest question of a kind takes the place of
those of the same ``page`` that still wait.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from offramp.workspace.files.folder import Folder
from offramp.workspace.live.plain import Text
from offramp.workspace.live.process import LostError, Process, Reply
from offramp.workspace.problems import Refusal

LOG = logging.getLogger(__name__)

SECONDS = {"quick": 20.0, "slow": 60.0}
"""How long a question may take once it is begun."""

STARTING = 900.0
"""Beyond that, how long a process may take to start; where its kernels are not compiled yet, that takes minutes."""

ATTEMPTS = 2
"""How often a question is asked if the process dies of it."""

LEAST_MEMORY = 4 * 2**30
"""Bytes of addresses that a process needs to start, whatever it is allowed."""

MOST_WAITING = 200
"""Questions that may wait."""

KEPT_ANSWERS, KEPT_BYTES = 1024, 64_000_000
"""How many answers are kept, and how large they may be together."""

Lane = Literal["quick", "slow"]


@dataclass(eq=False)
class _Waiting:
    """A question that waits, and who waits for it."""

    key: str
    message: dict[str, Any]
    owners: set[Hashable]
    future: Future[Reply] = field(default_factory=Future)


class Desk:
    """Answers questions.

    Parameters
    ----------
    memory : int
        Bytes that each process may hold.
    """

    def __init__(self, memory: int) -> None:
        self._answers = _Answers()
        self._lanes: dict[Lane, _Lane] = {
            name: _Lane(memory, SECONDS[name], self._answers) for name in ("quick", "slow")
        }

    def ask(self, message: dict[str, Any], *, lane: Lane = "quick", owner: Hashable = None) -> Future[Reply]:
        """The answer to a message, as it was or as it comes.

        Parameters
        ----------
        message : dict
            Plain values; its ``kind`` is one of :data:`offramp.workspace.live.servant.KINDS`.
        lane : "quick" or "slow"
        owner : hashable, optional
            Whoever's question this is the newest of; None where it takes the place of none.

        Raises
        ------
        Refusal
            503: too many questions wait.
        """
        key = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
        known = self._answers.get(key)
        if known is not None:
            self._lanes[lane].forget(owner)
            future: Future[Reply] = Future()
            future.set_result(known)
            return future
        return self._lanes[lane].put(key, message, owner)

    def warm(self, what: Text) -> None:
        """Have the quick process started, and a scenario ready for the first question."""
        self.ask({"kind": "warm", "what": what.record()})

    def processes(self) -> dict[str, int | None]:
        """The number of each process, None for one that is not running."""
        return {name: lane.process.pid for name, lane in self._lanes.items()}

    def is_ready(self, lane: Lane) -> bool:
        """Whether the process of a lane has answered something, so that the next answer comes soon."""
        return not self._lanes[lane].is_new

    def close(self) -> None:
        """End the processes; whoever waits is told."""
        for lane in self._lanes.values():
            lane.close()


def warm_up(desk: Desk, folder: Folder) -> None:
    """Have the scenario that was changed last ready for the first question; goes on by itself."""

    def begin() -> None:
        readable = [each for each in folder.listing().entries if each.version is not None]
        newest = max(readable, key=lambda each: each.stamp.mtime_ns, default=None)
        if newest is not None:
            with suppress(Refusal):
                desk.warm(Text(folder.read(newest.id).text, newest.file))

    threading.Thread(target=begin, name="warm-up", daemon=True).start()


class _Answers:
    """What was asked before, the oldest forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Reply] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Reply | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: str, reply: Reply) -> None:
        with self._lock:
            self._kept[key] = reply
            self._bytes += len(reply.body)
            while len(self._kept) > KEPT_ANSWERS or self._bytes > KEPT_BYTES:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)


class _Lane:
    """A process, the questions that wait for it, and the thread that hands them over."""

    def __init__(self, memory: int, seconds: float, answers: _Answers) -> None:
        self.process = Process(memory)
        self._seconds, self._answers = seconds, answers
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._begun: _Waiting | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self.is_new = True

    def put(self, key: str, message: dict[str, Any], owner: Hashable) -> Future[Reply]:
        """The future answer; an equal question that waits or is worked is waited for."""
        with self._changed:
            if self._closed:
                raise Refusal(503, "the workspace is closing", remedy="ask again in a moment")
            self._drop(owner, key)
            same = self._begun if self._begun and self._begun.key == key else self._waiting.get(key)
            if same is not None:
                same.owners.add(object() if owner is None else owner)
                return same.future
            if len(self._waiting) >= MOST_WAITING:
                found = f"{len(self._waiting)} questions wait"
                raise Refusal(503, found, remedy="ask again in a moment", headers={"Retry-After": "2"})
            waiting = self._waiting[key] = _Waiting(key, message, {object() if owner is None else owner})
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="desk", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return waiting.future

    def forget(self, owner: Hashable) -> None:
        """Drop what ``owner`` asked before and nobody else waits for."""
        with self._changed:
            self._drop(owner, "")

    def _drop(self, owner: Hashable, but: str) -> None:
        if owner is None:
            return
        for waiting in [each for each in self._waiting.values() if owner in each.owners and each.key != but]:
            waiting.owners.discard(owner)
            if not waiting.owners:
                del self._waiting[waiting.key]
                waiting.future.set_exception(_superseded())

    def _work(self) -> None:
        """Hand over questions until the desk closes."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
                _, self._begun = self._waiting.popitem(last=False)
                begun = self._begun
            try:
                reply = self._answer(begun.message)
                if reply.status == 200:
                    self._answers.keep(begun.key, reply)
                begun.future.set_result(reply)
            except Exception as error:
                begun.future.set_exception(error)
            with self._changed:
                self._begun = None

    def _answer(self, message: dict[str, Any]) -> Reply:
        """The reply; a process that dies of a question is asked once more, as it may have died of another's doing."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                reply = self.process.ask(message, self._seconds + (STARTING if self.is_new else 0.0))
            except LostError as error:
                self.is_new = True
                LOG.warning("the desk's process was lost over a question of kind %r: %s", message.get("kind"), error)
                if error.late or attempt == ATTEMPTS or self._closed:
                    raise _lost(self._seconds, late=error.late) from None
            else:
                self.is_new = False
                return reply
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        with self._changed:
            self._closed = True
            waiting, self._waiting = list(self._waiting.values()), OrderedDict()
            self._changed.notify_all()
        self.process.stop()
        for each in waiting:
            each.future.set_exception(Refusal(503, "the workspace is closing", remedy="ask again in a moment"))
        if self._thread is not None:
            self._thread.join(5.0)
        self.process.close()


def _superseded() -> Refusal:
    return Refusal(409, "a newer question of yours came in between", remedy="wait for the answer to that one")


def _lost(seconds: float, *, late: bool) -> Refusal:
    if late:
        return Refusal(
            503,
            f"the question took more than {seconds:.0f} seconds",
            remedy="ask for fewer draws or a smaller game, or start a run",
        )
    return Refusal(503, "the process that works questions died of this one", remedy="start a run, which has more room")
