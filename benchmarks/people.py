"""The people of :mod:`benchmarks.load`: what they do is read from standard input, what they saw is written as JSON."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx2

from benchmarks.asking import OFFER

PAUSE = 1.0
"""Seconds between two things that one does, on average."""

OFFERS = 20
"""That people ask about: what somebody asked before is known."""

SECONDS_A_REQUEST = 60.0

MIX = {
    "the folder": 10,
    "a scenario": 14,
    "the map": 4,
    "a run": 8,
    "ask": 24,
    "read comments": 10,
    "comment": 6,
    "save a draft": 12,
    "save one's scenario": 6,
    "activity": 4,
    "the page": 2,
}
"""Of a hundred things that people do, how many are of each kind."""


@dataclass
class Seen:
    """Seconds that each kind of request took, and those that failed; and the events that were heard."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in (*MIX, "begin to listen")})
    errors: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*MIX, "begin to listen"), 0))
    first_errors: list[str] = field(default_factory=list)
    events: int = 0

    def note(self, kind: str, began: float, trouble: str = "") -> None:
        self.seconds[kind].append(perf_counter() - began)
        if trouble:
            self.errors[kind] += 1
            self.first_errors = [*self.first_errors, f"{kind}: {trouble}"][:20]


class Person:
    """Someone with a browser: one who listens, and does one thing after another until a time comes."""

    def __init__(self, client: httpx2.AsyncClient, asked: dict[str, Any], about: dict[str, str], seen: Seen) -> None:
        self._client = client
        self._seen = seen
        self._scenario = asked["scenario"]
        self._name = about["name"]
        self._random = random.Random(about["name"])
        cookie = f"offramp_session_{urlsplit(asked['address']).port}"
        self._headers = {"Cookie": f"{cookie}={about['secret']}", "X-CSRF-Token": about["csrf"]}
        self._own: dict[str, Any] = {}
        self._draft = 0

    async def live(self, until: float) -> None:
        """Come at some moment of the first two seconds, and stay until a time."""
        await asyncio.sleep(self._random.uniform(0, 2))
        listening = asyncio.create_task(self._listen())
        try:
            while perf_counter() < until:
                await self._do(self._random.choices([*MIX], [*MIX.values()])[0])
                await asyncio.sleep(min(self._random.expovariate(1 / PAUSE), max(0.0, until - perf_counter())))
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, httpx2.HTTPError):
                await listening

    async def _listen(self) -> None:
        began = perf_counter()
        async with self._client.stream("GET", "/api/events", headers=self._headers, timeout=None) as stream:
            self._seen.note("begin to listen", began, "" if stream.status_code == 200 else str(stream.status_code))
            async for line in stream.aiter_lines():
                self._seen.events += line.startswith("event:")

    async def _do(self, kind: str) -> None:
        method, path, body = await self._request(kind)
        began = perf_counter()
        try:
            answer = await self._client.request(
                method, path, json=body, headers=self._headers, timeout=SECONDS_A_REQUEST
            )
        except httpx2.HTTPError as error:
            self._seen.note(kind, began, type(error).__name__)
            return
        trouble = "" if answer.is_success else f"{answer.status_code} {answer.text[:200]}"
        self._seen.note(kind, began, trouble)
        if kind == "save one's scenario" and not trouble:
            self._own = answer.json()

    async def _request(self, kind: str) -> tuple[str, str, Any]:
        """The request of a kind."""
        there = f"/api/scenarios/{self._scenario}"
        plain = {
            "the folder": "/api/scenarios",
            "a scenario": there,
            "the map": f"{there}/map",
            "a run": "/api/runs/runs:first",
            "read comments": f"{there}/comments",
            "activity": "/api/activity",
            "the page": "/",
        }
        if kind in plain:
            return "GET", plain[kind], None
        if kind == "ask":
            return "POST", f"{there}/ask", {"offer": self._offer(), "draws": 1024, "seed": 1, "page": self._name}
        if kind == "comment":
            target = self._random.choice(["", "moves.answer", "assumptions.office"])
            said = {"target": target, "text": f"What says @u{self._random.randrange(100):03}?"}
            return "POST", f"{there}/comments", said
        return await self._writing(kind)

    def _offer(self) -> dict[str, str]:
        chosen = random.Random(self._random.randrange(OFFERS))
        return {term: chosen.choice(options) for term, options in OFFER.items()}

    async def _writing(self, kind: str) -> tuple[str, str, Any]:
        """A change of one's own scenario: a number in it."""
        own = f"/api/scenarios/own:{self._name}"
        if not self._own:
            answer = await self._client.get(own, headers=self._headers, timeout=SECONDS_A_REQUEST)
            self._own = answer.json()
        self._draft += 1
        text = self._own["text"].split("# draft")[0].rstrip() + f"\n# draft {self._draft} of {self._name}\n"
        if kind == "save a draft":
            return "PUT", f"{own}/draft", {"text": text, "base": self._own["version"]}
        return "PUT", own, {"text": text, "base": self._own["version"], "message": ""}


async def people(asked: dict[str, Any]) -> dict[str, Any]:
    """Let all live, and tell what they saw."""
    seen, limits = Seen(), httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx2.AsyncClient(base_url=asked["address"], limits=limits, trust_env=False) as client:
        began = perf_counter()
        everyone = [Person(client, asked, about, seen) for about in asked["people"]]
        await asyncio.gather(*(each.live(began + asked["seconds"]) for each in everyone))
        elapsed = perf_counter() - began
    kinds = {kind: {"seconds": times, "errors": seen.errors[kind]} for kind, times in seen.seconds.items()}
    return {"elapsed": elapsed, "events": seen.events, "kinds": kinds, "first_errors": seen.first_errors}


def main() -> None:
    """Read what to do, do it, and write what was seen."""
    print(json.dumps(asyncio.run(people(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
