"""How the time of one draw grows with leaves, players and precision, on one thread: behind ``docs/performance.md``.

``python -m benchmarks.growth [--seed 7] [--seconds 60]`` prints a table and writes ``docs/growth.svg`` and ``.png``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import numpy as np

from benchmarks import ROOT
from offramp.errors import SolveError
from offramp.game.game import CHANCE_NODE, Game
from offramp.solve.api import solve
from offramp.solve.warm import compile_kernels
from random_games import RandomGame, Stage, draw_numbers, staged

SECONDS = 60.0
"""A size is left out where the one before lets expect that a single draw takes longer."""

SHARE = 0.5
"""Seconds in which as many draws are solved as fit, at least one; the median of three such batches counts."""

MOST_DRAWS, BATCHES = 64, 3
STEEPEST = 3.0
"""The power of the leaves with which the time of the next size is guessed."""

PLAYERS = 2, 3, 4, 5, 6
PRECISIONS = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6)
LEAF_TICKS = (20, 100, 500, 1000, 5000)
DOCS = ROOT / "docs"

LEAVES = "leaves"
"""Panel of the series whose horizontal axis are leaves; the others are ``players`` and ``precision``."""


class Point(NamedTuple):
    """One size of one series; ``milliseconds`` is None where it was refused or left out, and ``note`` says why."""

    panel: str
    series: str
    x: float
    leaves: int
    infosets: int
    milliseconds: float | None = None
    draws: int = 0
    unconverged: int = 0
    note: str = ""


def informed(num_types: int) -> Game:
    """10 leaves for each of ``num_types`` types: one player knows the type and sends one of 2 signals, 5 responses."""
    stages = [Stage(CHANCE_NODE, num_types), Stage(0, 2, (0,)), Stage(1, 5, (1,))]
    return staged(("Sender", "Receiver"), stages)


def moves(depth: int, num_players: int = 2) -> Game:
    """``2 ** depth`` leaves: players take turns between two actions and see all but the move just made by another."""
    stages = [Stage(k % num_players, 2, tuple(range(k - 1))) for k in range(depth)]
    return staged(tuple(f"P{k + 1}" for k in range(num_players)), stages)


SERIES: dict[str, tuple[Callable[[int], Game], tuple[int, ...]]] = {
    "one informed player": (informed, (2, 4, 8, 16, 32, 64, 125, 250, 500)),
    "turns, the last move hidden": (moves, (5, 6, 7, 8, 9, 10, 11, 12)),
}


def measure(seed: int, *, seconds: float = SECONDS, most_leaves: int = 5000) -> list[Point]:
    """All points, the small ones first; sizes above ``most_leaves`` are not tried."""
    compile_kernels()
    return [
        *(point for name in SERIES for point in _by_leaves(name, seed, seconds, most_leaves)),
        *(_by_players(seed)),
        *(_by_precision(seed)),
    ]


def _by_leaves(name: str, seed: int, seconds: float, most_leaves: int) -> Iterator[Point]:
    build, sizes = SERIES[name]
    last: Point | None = None
    for size in sizes:
        game = build(size)
        count = len(game.leaves)
        if count > most_leaves:
            return
        empty = Point(LEAVES, name, count, count, game.num_infosets)
        if last is not None and last.milliseconds is None:
            yield empty._replace(note="left out: the size before was not solved")
            continue
        guess = 0.0 if last is None else last.milliseconds * (count / last.leaves) ** STEEPEST / 1000
        if guess > seconds:
            last = empty._replace(note=f"left out: a draw may take {guess:,.0f} s")
        else:
            last = timed(empty, draw_numbers(game, seed, num_draws=MOST_DRAWS))
        yield last


def _by_players(seed: int) -> Iterator[Point]:
    for count in PLAYERS:
        game = moves(6, count)
        empty = Point("players", "64 leaves, turns", count, len(game.leaves), game.num_infosets)
        yield timed(empty, draw_numbers(game, seed, num_draws=MOST_DRAWS))


def _by_precision(seed: int) -> Iterator[Point]:
    game = moves(6, 3)
    games = draw_numbers(game, seed, num_draws=MOST_DRAWS)
    empty = Point("precision", "64 leaves, three players", float("inf"), len(game.leaves), game.num_infosets)
    for precision in PRECISIONS:
        yield timed(empty._replace(x=precision), games, precision)
    yield timed(empty._replace(series="the limit"), games)


def timed(point: Point, games: RandomGame, precision: float | None = None) -> Point:
    """The point with milliseconds of wall time per draw on one thread, whole call."""
    print(f"{point.series}: {point.panel} {point.x:g} ...", file=sys.stderr, flush=True)
    one = RandomGame(games.game, games.payoffs[:1], games.chance[:1])
    try:
        first = _seconds(one, precision)
        if first < SHARE:
            first = _seconds(one, precision)  # the first call may have had more to do than to solve
    except SolveError as error:
        return point._replace(note=f"refused: {error}")
    count = int(np.clip(SHARE / first, 1, len(games.payoffs)))
    some = RandomGame(games.game, games.payoffs[:count], games.chance[:count])
    times = [_seconds(some, precision) for _ in range(BATCHES)] if count > 1 else [first]
    failed = int((~solve(*some, precision=precision, workers=1).converged).sum()) if count > 1 else 0
    return point._replace(milliseconds=1000 * median(times) / count, draws=count, unconverged=failed)


def _seconds(games: RandomGame, precision: float | None) -> float:
    start = perf_counter()
    solve(*games, precision=precision, workers=1)
    return perf_counter() - start


def slope(points: list[Point]) -> float:
    """The power with which time grows over the larger half of a series: the slope in logarithms of both."""
    done = [point for point in points if point.milliseconds is not None]
    upper = done[len(done) // 2 :] if len(done) > 3 else done
    x, y = np.log([point.x for point in upper]), np.log([point.milliseconds or 0.0 for point in upper])
    return float(np.polyfit(x, y, 1)[0])


def table(points: list[Point]) -> str:
    """Every point as a row of a Markdown table."""
    lines = ["| series | size | leaves | information sets | ms per draw | draws | not converged |"]
    lines.append("|---|--:|--:|--:|--:|--:|--:|")
    for point in points:
        spent = f"{point.milliseconds:,.3g}" if point.milliseconds is not None else point.note
        at = "–" if point.x == float("inf") else f"{point.panel} {point.x:,.7g}"
        counts = f"{point.leaves:,} | {point.infosets:,} | {spent} | {point.draws} | {point.unconverged}"
        lines.append(f"| {point.series} | {at} | {counts} |")
    return "\n".join(lines)


def draw(points: list[Point], folder: Path = DOCS) -> None:
    """Write the figure as ``growth.svg`` and ``growth.png``: three panels, logarithms on both axes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "offramp"
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    for axes, panel in zip(panels, (LEAVES, "players", "precision"), strict=True):
        chosen = [point for point in points if point.panel == panel and point.milliseconds is not None]
        for name in dict.fromkeys(point.series for point in chosen):
            line = [point for point in chosen if point.series == name]
            if line[0].x == float("inf"):
                axes.axhline(line[0].milliseconds, linestyle="--", color="0.4", label=name)
            else:
                axes.plot([p.x for p in line], [p.milliseconds for p in line], marker="o", markersize=4, label=name)
        axes.set(xscale="log", yscale="log", xlabel=panel)
        axes.grid(visible=True, which="major", linewidth=0.4)
        if panel == LEAVES:
            axes.set_xlim(15, 7000)
        axes.legend(fontsize=8, frameon=False)
    for axes, ticks in zip(panels, (LEAF_TICKS, PLAYERS), strict=False):
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.minorticks_off()
    panels[0].set_ylabel("milliseconds per draw, one thread")
    figure.savefig(folder / "growth.svg", metadata={"Date": None})
    figure.savefig(folder / "growth.png", dpi=160, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for a single draw, at most")
    parser.add_argument("--leaves", type=int, default=5000, help="of the largest game")
    asked = parser.parse_args()
    points = measure(asked.seed, seconds=asked.seconds, most_leaves=asked.leaves)
    print(table(points))
    draw(points)


if __name__ == "__main__":
    main()
