"""Events as a response that does not end: ``text/event-stream``."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from offramp.workspace.bus import HEARTBEAT_SECONDS, LONGEST_SECONDS, RETRY_MILLISECONDS, Event, Listener

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nothing in between may keep events back."""


class EventStream(StreamingResponse):
    """What a listener hears, until it goes, is sent away, or has listened long enough.

    Parameters
    ----------
    listener : Listener
    first : list of Event
        To be told before all else.
    wanted : callable, optional
        Whether an event is to be told; by default all are.
    is_last : callable, optional
        Whether nothing follows an event that is told.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        listener: Listener,
        first: list[Event] | None = None,
        wanted: Callable[[Event], bool] = lambda _: True,
        is_last: Callable[[Event], bool] = lambda _: False,
    ) -> None:
        self._listener = listener
        super().__init__(self._told(first or [], wanted, is_last), headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; the listener leaves however that ends, also where nothing could be sent."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._listener.leave()

    async def _told(
        self, first: list[Event], wanted: Callable[[Event], bool], is_last: Callable[[Event], bool]
    ) -> AsyncIterator[str]:
        until = time.monotonic() + LONGEST_SECONDS
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        told, over = _message(first, wanted=lambda _: True, is_last=is_last)
        while told or not over:
            if told:
                yield told
            if over or time.monotonic() > until:
                return
            try:
                happened = await self._listener.next(HEARTBEAT_SECONDS)
            except TimeoutError:
                told = ": still here\n\n"
                continue
            told, over = _message([happened, *self._listener.waiting()], wanted, is_last)


def _message(
    events: Iterable[Event | None], wanted: Callable[[Event], bool], is_last: Callable[[Event], bool]
) -> tuple[str, bool]:
    """Events as they are sent, together, up to the one that is the last; and whether nothing follows."""
    told: list[str] = []
    for event in events:
        if event is None:
            return "".join(told), True
        if wanted(event):
            told.append(event.text)
            if is_last(event):
                return "".join(told), True
    return "".join(told), False
