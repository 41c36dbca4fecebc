"""News for whoever listens: what happened on this server, handed to every open page.

Events are numbered. Who lost the connection says which was the last that came, and gets what it missed, as far as that
is still kept; else it is told to begin anew.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from offramp.workspace.problems import Refusal

WAITING = 1000
"""Events that may wait for a slow listener; beyond them it is cut off and must come anew."""

KEPT = 200
"""The last events, which are kept for who lost the connection."""

MOST_LISTENERS = 16
"""Open pages, or programs, of one person."""

HEARTBEAT_SECONDS = 15.0
"""After so long without news a listener is told that the connection is alive."""

LONGEST_SECONDS = 3600.0
"""After so long a listener is sent away and must show again who it is."""

RETRY_MILLISECONDS = 2000
"""How long a browser waits before it comes again."""

RESET = "reset"
"""The event that says: too much was missed, begin anew."""


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes
    ----------
    kind : str
        ``job``, ``scenario``, ``comment``, ``activity``, ``presence``, ``mention``; or ``reset``.
    data : dict
        What there is to know, as JSON has it.
    only_for : int or None
        The person whom alone it concerns.
    id : str
        By which who lost the connection says how far it came; empty for what is soon out of date and not kept.
    """

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    only_for: int | None = None
    id: str = ""

    @cached_property
    def text(self) -> str:
        """As a message of a stream of server-sent events; made once, for all that hear it."""
        number = f"id: {self.id}\n" if self.id else ""
        return f"{number}event: {self.kind}\ndata: {json.dumps(self.data)}\n\n"


class Listener:
    """Someone who listens; made by :meth:`Bus.subscribe`."""

    def __init__(self, bus: Bus, person: int, missed: list[Event]) -> None:
        self.person = person
        self._bus = bus
        self.loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        for event in missed:
            self._queue.put_nowait(event)

    def put(self, event: Event | None) -> None:
        """Hand over an event, in the listener's loop; None sends it home."""
        if self._queue.qsize() >= WAITING:
            self._queue = asyncio.Queue()
            event = None
        self._queue.put_nowait(event)

    async def next(self, seconds: float) -> Event | None:
        """The next event.

        Raises
        ------
        TimeoutError
            If nothing happens for so long.
        """
        async with asyncio.timeout(seconds):
            return await self._queue.get()

    def waiting(self) -> list[Event | None]:
        """What came meanwhile and waits, without waiting for more."""
        return [self._queue.get_nowait() for _ in range(self._queue.qsize())]

    def leave(self) -> None:
        """Listen no longer."""
        self._bus.forget(self)


def _put(listeners: list[Listener], event: Event | None) -> None:
    for each in listeners:
        each.put(event)


class Bus:
    """Hands events from any thread to all that listen."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._listeners: set[Listener] = set()
        self._begun = secrets.token_hex(4)
        self._count = 0
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._closed = False

    @property
    def has_listeners(self) -> bool:
        """Whether anyone listens."""
        return bool(self._listeners)

    def publish(self, event_kind: str, /, *, only_for: int | None = None, **data: Any) -> None:
        """Tell everyone, or one person, that something happened."""
        with self._lock:
            self._count += 1
            event = Event(event_kind, data, only_for, f"{self._begun}-{self._count}")
            self._kept.append(event)
            self._tell(event)

    def mention(self, event_kind: str, /, **data: Any) -> None:
        """Tell everyone who listens now of what is soon out of date; it is not kept for who is away."""
        with self._lock:
            self._tell(Event(event_kind, data))

    def subscribe(self, person: int, last: str | None = None) -> Listener:
        """A listener for one person, who may say which event was the last that came.

        Raises
        ------
        Refusal
            429: the person has too many; 503: the server is closing.
        """
        with self._lock:
            if self._closed:
                raise Refusal(503, "the server is closing", remedy="try again in a moment")
            there = sum(each.person == person for each in self._listeners)
            if there >= MOST_LISTENERS:
                found, allowed = f"{there} open pages of yours listen", f"at most {MOST_LISTENERS}"
                raise Refusal(429, found, allowed, "close one", headers={"Retry-After": "10"})
            listener = Listener(self, person, self._missed(person, last))
            self._listeners.add(listener)
            return listener

    async def listen(self, person: int, last: str | None = None) -> AsyncIterator[Event]:
        """What happens from now on, for one person; ends where the listener is too slow, or the bus closes."""
        listener = self.subscribe(person, last)
        try:
            while (event := await listener.next(LONGEST_SECONDS)) is not None:
                yield event
        finally:
            listener.leave()

    def forget(self, listener: Listener) -> None:
        """Hand nothing more to a listener."""
        with self._lock:
            self._listeners.discard(listener)

    def dismiss(self, person: int) -> None:
        """Send one person home: who comes again is asked again who they are."""
        with self._lock:
            listeners = [each for each in self._listeners if each.person == person]
        self._hand(None, listeners)

    def close(self) -> None:
        """Send everyone home."""
        with self._lock:
            self._closed = True
            listeners = list(self._listeners)
        self._hand(None, listeners)

    def _tell(self, event: Event) -> None:
        """Hand an event to all whom it concerns."""
        self._hand(event, [each for each in self._listeners if event.only_for in (None, each.person)])

    def _hand(self, event: Event | None, listeners: list[Listener]) -> None:
        """Hand an event over, from any thread: each loop is woken once, for all its listeners."""
        by_loop: dict[asyncio.AbstractEventLoop, list[Listener]] = {}
        for each in listeners:
            by_loop.setdefault(each.loop, []).append(each)
        for loop, there in by_loop.items():
            try:
                loop.call_soon_threadsafe(_put, there, event)
            except RuntimeError:  # it is closed
                for each in there:
                    each.leave()

    def _missed(self, person: int, last: str | None) -> list[Event]:
        """What a person missed after the event ``last``; one ``reset`` where that is not known."""
        if last is None:
            return []
        begun, _, number = last.rpartition("-")
        since = int(number) if number.isdecimal() and number.isascii() and len(number) < 16 else -1
        if begun != self._begun or not self._count - len(self._kept) <= since <= self._count:
            return [Event(RESET, {}, person, f"{self._begun}-{self._count}")]
        after = list(self._kept)[len(self._kept) - (self._count - since) :]
        return [event for event in after if event.only_for in (None, person)]
