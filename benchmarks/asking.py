"""Time what the workspace answers while one waits: over HTTP on this machine, for the Venezuela example.

``python -m benchmarks.asking [--times 40]`` (``make bench-workspace``); it starts ``offramp serve`` on a folder of its
own and writes the table into ``docs/workspace.md``. No question is asked twice, but where that is what is timed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlsplit

from benchmarks import ROOT
from benchmarks.machine import described, machine
from benchmarks.page import write_block

EXAMPLE = ROOT / "examples" / "venezuela-2024.yaml"
PAGE = ROOT / "docs" / "workspace.md"
NAME = EXAMPLE.stem

KEPT, NEW = 0.3, 2.0
"""Seconds within which an answer should come: over the draws that there are, and over new ones."""

START = "from offramp.cli import main; main()"

OFFER = {
    "amnesty": ["none", "ruler", "inner_circle"],
    "passage": ["none", "named_host", "host_of_choice"],
    "court": ["open", "shielded"],
    "sanctions": ["kept", "phased", "lifted"],
    "officers": ["none", "pensions", "guarantees"],
}


class Browser:
    """One connection to a workspace, signed in by the key of its address."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self._headers = {"Content-Type": "application/json"}
        self._connection.request("GET", f"{parts.path or '/'}?{parts.query}")
        answer = self._connection.getresponse()
        answer.read()
        cookies = answer.headers.get_all("Set-Cookie") or []
        self._headers["Cookie"] = "; ".join(cookie.split(";")[0] for cookie in cookies)
        self._headers["X-CSRF-Token"] = self.ask("GET", "/api/session")["csrf"]

    def close(self) -> None:
        """Let go of the connection, which the server may have closed; another question opens another."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, read as a page would."""
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        found = json.loads(answer.read())
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{method} {path}: {answer.status} {found.get('found')}")
        return found


@dataclass(frozen=True)
class Case:
    """A kind of question: what it is called, within which seconds its answer should come, and how one is asked."""

    name: str
    bar: float | None
    ask: Callable[[Browser, random.Random], Any]


def _question(**asked: Any) -> dict[str, Any]:
    return {"against": "saved", **asked}


def _post(browser: Browser, question: dict[str, Any]) -> Any:
    return browser.ask("POST", f"/api/scenarios/{NAME}/ask", question)


def _offer(chance: random.Random) -> dict[str, str]:
    return {term: chance.choice(options) for term, options in OFFER.items()}


def _value(chance: random.Random) -> dict[str, float]:
    """A number for an assumption that is drawn."""
    return {"office": round(chance.uniform(35, 80), 6)}


def _spread(chance: random.Random) -> dict[str, Any]:
    middle = round(chance.uniform(45, 65), 6)
    return {"office": {"pert": [30, middle, 85]}}


def _text(chance: random.Random, *, other_structure: bool) -> str:
    """The example with a number changed; with another structure, what the first move is known to as well."""
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace("value: {pert: [35, 55, 80]}", f"value: {{pert: [35, {chance.uniform(45, 65):.6f}, 80]}}")
    if other_structure:
        text = text.replace("grid: 20", f"grid: {chance.choice([18, 19, 21, 22])}")
    return text


CASES = (
    Case(
        "another offer and a number held, the same draws",
        KEPT,
        lambda b, r: _post(b, _question(offer=_offer(r), values=_value(r))),
    ),
    Case("a number held, the same draws", KEPT, lambda b, r: _post(b, _question(values=_value(r)))),
    Case(
        "a private number held, the same draws",
        KEPT,
        lambda b, r: _post(b, _question(values={"resolve": r.uniform(-20, 20)})),
    ),
    Case(
        "something seen, a number held",
        KEPT,
        lambda b, r: _post(b, _question(seen=[{"answer": "refuse"}], values=_value(r))),
    ),
    Case("asked before", KEPT, lambda b, _: _post(b, _question())),
    Case("another distribution, new draws", NEW, lambda b, r: _post(b, _question(values=_spread(r)))),
    Case(
        "another text of the same structure, new draws",
        NEW,
        lambda b, r: _post(b, _question(text=_text(r, other_structure=False))),
    ),
    Case(
        "another text of another structure, new draws",
        NEW,
        lambda b, r: _post(b, _question(text=_text(r, other_structure=True))),
    ),
    Case(
        "with what breaks it, 256 draws",
        None,
        lambda b, r: _post(b, _question(offer=_offer(r), values=_value(r), draws=256, include=["breaks"])),
    ),
    Case(
        "a tipping point, 256 draws",
        None,
        lambda b, r: b.ask("POST", f"/api/scenarios/{NAME}/tipping", {"assumption": "exile_life", "values": _value(r)}),
    ),
    Case("the map of moves, asked before", None, lambda b, _: b.ask("GET", f"/api/scenarios/{NAME}/map")),
    Case("the evidence, asked before", None, lambda b, _: b.ask("GET", f"/api/scenarios/{NAME}/evidence")),
)


@contextmanager
def serving() -> Iterator[str]:
    """The address of a workspace on a folder with the example."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "folder"
        folder.mkdir()
        shutil.copy(EXAMPLE, folder)
        if (EXAMPLE.parent / "sources").is_dir():
            shutil.copytree(EXAMPLE.parent / "sources", folder / "sources")
        with served(folder) as (address, _):
            yield address


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[str, int]]:
    """A workspace on a folder: the address that it prints, and the number of its process."""
    command = [sys.executable, "-c", START, "serve", str(folder), "--port", "0", "--no-open", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().rpartition(" at ")[2].strip(), server.pid
        finally:
            server.terminate()


def measured(browser: Browser, case: Case, times: int) -> list[float]:
    """Seconds of each question, in rising order; one that only warms up comes before."""
    chance = random.Random(7)
    case.ask(browser, chance)
    found = []
    for _ in range(times):
        began = perf_counter()
        case.ask(browser, chance)
        found.append(perf_counter() - began)
    return sorted(found)


def first_question(browser: Browser) -> float:
    """Seconds of the first question of all, asked some seconds after the server was started."""
    sleep(8.0)
    browser.close()
    began = perf_counter()
    _post(browser, _question(offer={"passage": "none"}))
    return perf_counter() - began


def quantile(found: list[float], share: float) -> float:
    """The least of ``found`` that so many are no more than."""
    return found[min(len(found) - 1, round(share * len(found)) - 1)]


def table(rows: list[tuple[Case, list[float]]], first: float) -> str:
    """The rows as Markdown, under a line on the machine."""
    about = machine()
    first_in_line = os.sched_getscheduler(0) != os.SCHED_OTHER
    load = f"other work kept the machine at load {about['load_before']:.0f}"
    load += ", and the server went before it (real-time priority)" * first_in_line
    over = "all but the last four over 1,024 draws, beside the saved version"
    head = f"{datetime.now(UTC).date()}, {described(about)}; {load}; {over}."
    lines = ["| question | times | median, ms | 95th percentile, ms | bar, ms |", "|---|--:|--:|--:|--:|"]
    lines.append(f"| the first of all, 8 s after the server started | 1 | {1000 * first:.0f} | – | – |")
    for case, found in rows:
        bar = "–" if case.bar is None else f"{1000 * case.bar:.0f}"
        middle, high = 1000 * statistics.median(found), 1000 * quantile(found, 0.95)
        lines.append(f"| {case.name} | {len(found)} | {middle:.0f} | {high:.0f} | {bar} |")
    return "\n".join([head, "", *lines])


def main() -> None:
    """Measure, write the page, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--dry", action="store_true", help="print the table alone")
    asked = parser.parse_args()
    with serving() as address:
        browser = Browser(address)
        first = first_question(browser)
        rows = [
            (case, measured(browser, case, asked.times if case.bar else max(asked.times // 4, 1))) for case in CASES
        ]
    text = table(rows, first)
    if not asked.dry:
        write_block("asking", text, PAGE)
    print(text)


if __name__ == "__main__":
    main()
