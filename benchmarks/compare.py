"""Classes of random games: offramp beside every peer that solves them, in one run, on all cores."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.classes import draw_class
from benchmarks.judge import Judge, Verdict
from benchmarks.peer import Peer
from benchmarks.peers import PEERS
from benchmarks.pool import Attempt, attempt_games
from offramp.solve.api import solve
from offramp.solve.driver import default_workers
from offramp.solve.result import Solutions
from random_games import RandomGame

OUR_GAMES = 2000
REPEATS = 3
"""Times that offramp solves its batch before a peer is at work, and again after it."""

COUNTS = ("steps", "jumps", "evaluations", "factorisations")
"""What a solution may count for each draw; the document has those that it does."""


@dataclass(frozen=True)
class Size:
    """How much is done: games for offramp, games for each peer at most, and when everything must be over."""

    ours: int = OUR_GAMES
    theirs: int = 1_000
    deadline: float = float("inf")
    """As of ``time.perf_counter``."""

    def seconds(self, peer: Peer) -> float:
        return min(peer.cap, self.deadline - perf_counter())


def compare_classes(names: Sequence[str], seed: int, size: Size) -> dict[str, dict[str, Any]]:
    """The entries of classes in the document ``offramp.bench/1``; where time runs out, the last peers are left out."""
    games = {name: draw_class(name, seed, size.ours) for name in names}
    entries: dict[str, dict[str, Any]] = {
        name: {"name": name, "ours": our_side(solve(*drawn)), "peers": {}, "skipped": {}}
        for name, drawn in games.items()
    }
    for peer in PEERS.values():
        for name, entry in entries.items():
            late = "no time was left" if size.seconds(peer) <= 0 else None
            row = peer.obstacle(name) or late or compare_peer(peer, name, games[name], size)
            entry["skipped" if isinstance(row, str) else "peers"][peer.name] = row
    return entries


def our_side(solutions: Solutions) -> dict[str, Any]:
    """What offramp's answers are worth, in the limit of precision."""
    counted = {name: getattr(solutions, name, None) for name in COUNTS}
    return {
        "games": solutions.num_draws,
        "failures": int((~solutions.converged).sum()),
        "max_regret": float(solutions.max_regret.max()),
        "share_within_1e-6": float((solutions.max_regret <= 1e-6).mean()),
        "share_within_1e-9": float((solutions.max_regret <= 1e-9).mean()),
        "counts": {name: float(np.mean(count)) for name, count in counted.items() if count is not None},
    }


def time_ours(games: RandomGame, precision: float | None, *, repeats: int) -> tuple[list[float], Solutions]:
    """Milliseconds of wall time per game in each repeat of the whole call, and what came of it."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        solutions = solve(*games, precision=precision)
        times.append(1000 * (perf_counter() - start) / solutions.num_draws)
    return times, solutions


def compare_peer(peer: Peer, class_name: str, games: RandomGame, size: Size) -> dict[str, Any] | str:
    """The entry of a peer, or why there is none."""
    print(f"{class_name}: {peer.name} ...", file=sys.stderr, flush=True)
    workers, count = default_workers(), min(peer.games[class_name], size.theirs, size.ours)
    before, solutions = time_ours(games, peer.precision, repeats=REPEATS)
    attempts = attempt_games(peer, games, count, size.seconds(peer), workers)
    after, _ = time_ours(games, peer.precision, repeats=REPEATS)
    errors = [attempt.error for attempt in attempts if attempt.error]
    done = [attempt for attempt in attempts if not attempt.error]
    if not done:
        return errors[0] if errors else "it finished no game in the time that it was given"
    judge = Judge(games, solutions, peer)
    ours = median(before + after)
    verdicts = [judge.verdict(attempt) for attempt in attempts]
    failures = {"our_failures": int((~solutions.converged).sum()), "our_games": solutions.num_draws}
    return {**_times(done, ours, workers), **_agreement(verdicts), **failures, **_about(peer, attempts, count)}


def _times(done: list[Attempt], ours: float, workers: int) -> dict[str, float]:
    """Milliseconds of wall time per game, as if its processes shared the cores perfectly.

    A few slow games must not flatter us: what counts is the lower of their median and their mean.
    """
    middle, mean = (1000 * of([attempt.seconds for attempt in done]) / workers for of in (median, fmean))
    setting = 1000 * median(attempt.setting_seconds for attempt in done) / workers
    theirs = min(middle, mean)
    times = {
        "ratio": theirs / ours,
        "ours_ms": ours,
        "theirs_ms": theirs,
        "theirs_median_ms": middle,
        "theirs_mean_ms": mean,
        "theirs_with_setting_ms": theirs + setting,
        "ratio_with_setting": (theirs + setting) / ours,
    }
    return {name: float(f"{value:.4g}") for name, value in times.items()}


def _agreement(verdicts: list[Verdict]) -> dict[str, Any]:
    compared = [verdict for verdict in verdicts if verdict.compared]
    agreed, same = sum(verdict.agrees for verdict in compared), sum(verdict.same_path for verdict in compared)
    return {
        "agreement": agreed / len(compared) if compared else None,
        "same_path": same / len(compared) if compared else None,
        "compared": len(compared),
        "their_failures": sum(verdict.fails for verdict in verdicts),
        "their_max_regret": max((verdict.regret for verdict in verdicts if not verdict.fails), default=None),
    }


def _about(peer: Peer, attempts: list[Attempt], wanted: int) -> dict[str, Any]:
    about = {"function": peer.function, "computes": peer.computes}
    return {"their_games": len(attempts), "their_games_wanted": wanted, **about}
