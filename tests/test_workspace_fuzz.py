"""Everything that the OpenAPI document of a workspace allows and forbids is asked, and the answers are as it says.

``make fuzz`` asks for longer, with other requests each time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz_workspace import OPEN, STREAMS, Fuzzer, furnished

SECONDS = 240.0
"""Nobody waits longer: a slow machine asks less."""


@pytest.fixture
def fuzzer(tmp_path: Path) -> Iterator[Fuzzer]:
    with furnished(tmp_path) as (workspace, known):
        yield Fuzzer(workspace, known, seed=1)


@pytest.mark.compiled
@pytest.mark.parametrize(("who", "examples", "fewest"), [("stranger", 1, 150), ("forger", 1, 150), ("editor", 2, 200)])
def test_answers_are_what_the_description_says(fuzzer: Fuzzer, who: str, examples: int, fewest: int) -> None:
    fuzzer.ask_all(who, examples, time.monotonic() + SECONDS)
    assert not fuzzer.found.wrong, "\n\n".join(map(str, fuzzer.found.wrong.values()))
    assert fuzzer.found.cases >= fewest
    assert not any(status >= 500 and status != 503 for status in fuzzer.found.statuses)


@pytest.mark.compiled
def test_people_and_tokens_are_asked_for_by_an_owner(fuzzer: Fuzzer) -> None:
    fuzzer.only = ("/api/people", "/api/tokens", "/api/session", "/api/feed")
    fuzzer.ask_all("owner", 4, time.monotonic() + SECONDS)
    assert not fuzzer.found.wrong, "\n\n".join(map(str, fuzzer.found.wrong.values()))
    assert {
        "GET /api/people",
        "PATCH /api/people/{name}",
        "POST /api/tokens",
        "POST /api/feed",
    } <= fuzzer.found.reached.keys()


def test_what_is_said_to_be_open_or_a_stream_is_there(fuzzer: Fuzzer) -> None:
    labels = {each.label for each in fuzzer.operations()}
    assert labels >= OPEN | STREAMS
    undeclared = {each.label for each in fuzzer.operations() if each.definition.raw.get("security") == []}
    assert undeclared == OPEN
