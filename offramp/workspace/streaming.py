"""Events as a response that does not end: ``text/event-stream``."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

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
        for event in first:
            yield event.text()
            if is_last(event):
                return
        while time.monotonic() < until:
            try:
                happened = await self._listener.next(HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if happened is None:
                return
            if wanted(happened):
                yield happened.text()
                if is_last(happened):
                    return
