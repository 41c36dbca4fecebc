"""All of it as one document, ``offramp.bench/1`` (``docs/schemas/bench.json``), and as a page of tables."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from benchmarks import million
from benchmarks.classes import CLASS_NAMES, ZERO_SUM
from benchmarks.compare import Size, compare_classes
from benchmarks.machine import described, machine, versions
from benchmarks.peers import PEERS
from offramp.solve.warm import compile_kernels

MILLION_MINUTES = 2.0
"""Kept for the run of a million draws, out of all."""


def measure(seed: int, *, draws: int, minutes: float, games: int) -> dict[str, Any]:
    """Run the whole benchmark; progress goes to standard error.

    Parameters
    ----------
    seed : int
    draws : int
        Of the run of the example.
    minutes : float
        For everything. Peers that come late are given less time, and what is left out is said.
    games : int
        That a peer is given in a class, at most.
    """
    start = perf_counter()
    about = {"machine": machine(), "versions": versions(), "date": datetime.now(UTC).isoformat(timespec="seconds")}
    compile_kernels()
    size = Size(theirs=games, deadline=start + 60 * (minutes - MILLION_MINUTES))
    entries = compare_classes(CLASS_NAMES, seed, size)
    print(f"{draws:,} draws of the Venezuela example ...", file=sys.stderr, flush=True)
    left = max(10.0, start + 60 * minutes - perf_counter() - million.GRACE / 2)
    return {
        "schema": "offramp.bench/1",
        "seed": seed,
        **about,
        "classes": [entry for name, entry in entries.items() if name != ZERO_SUM],
        "extra_classes": [entries[ZERO_SUM]],
        "million": million.measure(draws, seed, left),
        "seconds": round(perf_counter() - start, 1),
    }


COLUMNS: dict[str, Callable[[dict[str, Any]], str]] = {
    "offramp": lambda row: f"{row['ours_ms']:.3g}",
    "peer": lambda row: _short(row["theirs_ms"]),
    "with numbers set": lambda row: _short(row["theirs_with_setting_ms"]),
    "ratio": lambda row: _short(row["ratio"]),
    "agree": lambda row: "–" if row["agreement"] is None else f"{row['agreement']:.0%} of {row['compared']}",
    "we fail": lambda row: f"{row['our_failures']} of {row['our_games']:,}",
    "peer fails": lambda row: f"{row['their_failures']} of {row['their_games']}",
}


def _short(value: float) -> str:
    """Three digits, or all of a large whole number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(document: dict[str, Any]) -> str:
    """Milliseconds of wall time per game, one row for each class and peer, as a Markdown table."""
    lines = [f"| class | peer | {' | '.join(COLUMNS)} |", "|---|---|" + "--:|" * len(COLUMNS)]
    lines += [
        f"| {entry['name']} | `{peer}` | {' | '.join(show(row) for show in COLUMNS.values())} |"
        for entry in (*document["classes"], *document["extra_classes"])
        for peer, row in entry["peers"].items()
    ]
    return "\n".join(lines)


def our_table(document: dict[str, Any]) -> str:
    """What our answers are worth: regrets at all information sets, and counts per game."""
    entries = [*document["classes"], *document["extra_classes"]]
    names = list(dict.fromkeys(name for entry in entries for name in entry["ours"]["counts"]))
    lines = [
        f"| class | games | not converged | largest regret | within 1e-9 | {' | '.join(names)} |",
        "|---|" + "--:|" * (4 + len(names)),
    ]
    for entry in entries:
        ours = entry["ours"]
        counts = [f"{ours['counts'][name]:.3g}" if name in ours["counts"] else "–" for name in names]
        worth = f"{ours['games']:,} | {ours['failures']} | {ours['max_regret']:.0e} | {ours['share_within_1e-9']:.2%}"
        lines.append(f"| {entry['name']} | {worth} | {' | '.join(counts)} |")
    return "\n".join(lines)


def peers_told(document: dict[str, Any]) -> str:
    """What each peer computes, and what was left out and why."""
    entries = [*document["classes"], *document["extra_classes"]]
    rows = {peer: row for entry in entries for peer, row in entry["peers"].items()}
    skipped: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        for peer, why in entry["skipped"].items():
            skipped.setdefault((peer, why), []).append(entry["name"])
    lines = [f"- `{peer}`: `{row['function']}`. {_sentence(row['computes'])}." for peer, row in rows.items()]
    for (peer, why), names in skipped.items():
        where = "all other classes" if peer in rows and why == PEERS[peer].others else ", ".join(names)
        lines.append(f"- `{peer}` is left out on {where}: {why}.")
    return "\n".join(sorted(lines, key=lambda line: line.split("`")[1]))


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def million_told(document: dict[str, Any]) -> str:
    """The run of a million draws in a sentence."""
    entry = document["million"]
    if entry["peak_memory_bytes"] is None:
        return f"A run of {entry['requested']:,} draws of the Venezuela example gave nothing: {entry['error']}."
    sentence = (
        f"A run of {entry['draws']:,} draws of the Venezuela example took {entry['seconds']:.1f} s and "
        f"{entry['peak_memory_bytes'] / 2**20:,.0f} MiB at most; {entry['unconverged']:,} draws did not converge, "
        f"the largest regret is {entry['max_regret']:.0e}."
    )
    if entry["complete"]:
        return sentence
    return (
        f"{sentence} It was stopped there, for want of time: {entry['requested']:,} draws would have taken "
        f"{entry['extrapolated_seconds']:,.0f} s at that rate."
    )


def heading(document: dict[str, Any]) -> str:
    """Where, when and with what."""
    at, found = document["machine"], document["versions"]
    programs = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    return f"Seed {document['seed']}, {document['date'][:10]}, {described(at)}; {programs}."


def page(document: dict[str, Any]) -> str:
    """The document for a reader."""
    return "\n\n".join(
        [
            heading(document),
            "Milliseconds of wall time per game with all cores busy:",
            table(document),
            "What offramp's answers are worth, and means per game:",
            our_table(document),
            peers_told(document),
            million_told(document),
        ]
    )
