"""News for whoever listens: what happened on this server, handed to every open page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

WAITING = 1000
"""Events that may wait for a slow listener; beyond them it is cut off and must come anew."""


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes
    ----------
    kind : str
        ``job``, ``scenario``, ``comment``, ``activity``, ``presence``, ``mention``.
    data : dict
        What there is to know, as JSON has it.
    only_for : int or None
        The person whom alone it concerns.
    """

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    only_for: int | None = None


@dataclass(eq=False)
class _Listener:
    person: int
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Event | None]

    def hand(self, event: Event) -> None:
        if self.queue.qsize() >= WAITING:
            event = None  # type: ignore[assignment]
        self.queue.put_nowait(event)


class Bus:
    """Hands events from any thread to all that listen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()

    def publish(self, kind: str, only_for: int | None = None, **data: Any) -> None:
        """Tell everyone, or one person, that something happened."""
        event = Event(kind, data, only_for)
        with self._lock:
            listeners = list(self._listeners)
        for each in listeners:
            if only_for is None or each.person == only_for:
                each.loop.call_soon_threadsafe(each.hand, event)

    async def listen(self, person: int) -> AsyncIterator[Event]:
        """What happens from now on, for one person; ends where the listener is too slow, or the bus closes."""
        listener = _Listener(person, asyncio.get_running_loop(), asyncio.Queue())
        with self._lock:
            self._listeners.add(listener)
        try:
            while (event := await listener.queue.get()) is not None:
                yield event
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def dismiss(self, person: int) -> None:
        """Send one person home: who comes again is asked again who they are."""
        with self._lock:
            listeners = [each for each in self._listeners if each.person == person]
        for each in listeners:
            each.loop.call_soon_threadsafe(each.queue.put_nowait, None)

    def close(self) -> None:
        """Send everyone home."""
        with self._lock:
            listeners = list(self._listeners)
        for each in listeners:
            each.loop.call_soon_threadsafe(each.queue.put_nowait, None)
