"""Time every analysis of the Venezuela example, and drivers beside SALib on the same numbers: a table in Markdown.

``python -m benchmarks.exploring [--draws 4096]`` (``make bench-exploring``); it writes the table into
``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import numpy as np

import offramp
from benchmarks import ROOT
from benchmarks.machine import described, machine
from benchmarks.page import write_block
from offramp.explore.quantities import quantity

EXAMPLE = ROOT / "examples" / "venezuela-2024.yaml"
TIMES = 3
"""Runs of each, of which the median counts; offers, which take long, run once."""


def median_seconds(work: Callable[[], Any], times: int = TIMES) -> float:
    """Wall time."""
    found = []
    for _ in range(times):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return statistics.median(found)


def rows(draws: int) -> list[tuple[str, str, float]]:
    """What was done, over what, and its seconds."""
    run = offramp.run(EXAMPLE, draws=draws)
    offers = len(run.first(32).offers(draws=32).offers)
    small = run.first(min(1024, draws))
    firm = offramp.with_offer(run.scenario, {"officers": "pensions"})
    return [
        ("solve", f"{draws:,} draws", median_seconds(lambda: offramp.run(EXAMPLE, draws=draws))),
        ("offers", f"{offers} offers × {draws:,} draws", median_seconds(run.offers, 1)),
        ("drivers, without tornado", f"{draws:,} draws", median_seconds(lambda: run.drivers(tornado=False))),
        ("drivers", f"{draws:,} draws", median_seconds(run.drivers)),
        ("SALib's delta on the same numbers", f"{draws:,} draws", median_seconds(lambda: salib_delta(run))),
        ("boxes", f"{draws:,} draws", median_seconds(run.boxes)),
        ("tipping point of office", f"{draws:,} draws", median_seconds(lambda: run.tipping("office"), 1)),
        ("what breaks it", f"{draws:,} draws", median_seconds(run.what_breaks, 1)),
        ("what was seen", f"{draws:,} draws × 20 types", median_seconds(lambda: run.observe({"answer": "refuse"}))),
        ("what follows", f"{draws:,} draws, 10 years", median_seconds(run.what_follows)),
        ("what to find out next", f"{offers} offers × 1,024 draws", median_seconds(small.worth_knowing, 1)),
        ("compare, one edit", f"2 × {draws:,} draws", median_seconds(lambda: offramp.compare(run, firm, draws=draws))),
    ]


def salib_delta(run: offramp.Run) -> Any:
    """SALib's delta and first-order indices of the headline: what its users would call, with 100 resamples."""
    from SALib.analyze import delta

    asked, names = quantity(run), [each.name for each in run.scenario.assumptions if _drawn(run, each.name)]
    inputs = np.column_stack([run.draws.column(name) for name in names])[asked.counted]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    return delta.analyze(problem, inputs, asked.values[asked.counted], num_resamples=100, seed=1)


def _drawn(run: offramp.Run, name: str) -> bool:
    return name in run.draws.names and float(np.ptp(run.draws.column(name))) > 0.0


def table(found: list[tuple[str, str, float]]) -> str:
    """The rows as Markdown, under a line on the machine."""
    head = f"{datetime.now(UTC).date()}, {described(machine())}."
    lines = [f"| {what} | {over} | {seconds:.1f} |" for what, over, seconds in found]
    return "\n".join([head, "", "| what | over | seconds |", "|---|---|--:|", *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=4096)
    text = table(rows(parser.parse_args().draws))
    write_block("exploring", text)
    print(text)


if __name__ == "__main__":
    main()
