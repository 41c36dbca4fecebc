"""Draws in batches: memory is bounded by the batch in flight, and its size changes no bit of any result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

from offramp.explore.paths import Paths
from offramp.explore.portions import batch_size, in_batches
from offramp.explore.table import Table, empty_table, tabulate
from offramp.game.compile import Compiled
from offramp.game.precision import drawn_precisions
from offramp.scenario.draws import Draws
from offramp.solve.api import solve_batch
from offramp.solve.result import Solutions

Progress = Callable[[int, int], None]


@dataclass
class Clock:
    """Seconds spent on each part of a run; the one thing that differs between equal runs."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=perf_counter)

    def lap(self, part: str) -> None:
        """Add the time since the last lap to ``part``."""
        now = perf_counter()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - self._last
        self._last = now


def solve_draws(
    compiled: Compiled,
    paths: Paths,
    draws: Draws,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> tuple[Table, int]:
    """The table of all ``draws``, and how many of them are in it.

    The number falls short of the draws only if Ctrl-C (``KeyboardInterrupt``) came in between: the batches that were
    complete are kept, the rest of the table is NaN.
    """
    clock = clock or Clock()
    table = empty_table(paths, draws.num_draws)
    kept = 0
    try:
        for first, solutions in solve_in_batches(compiled, draws, workers=workers, progress=progress, clock=clock):
            table.write(first, tabulate(paths, solutions))
            kept = first + solutions.num_draws
            clock.lap("summarise")
    except KeyboardInterrupt:
        pass
    return table, kept


def solve_in_batches(
    compiled: Compiled,
    draws: Draws,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Iterator[tuple[int, Solutions]]:
    """The solutions of ``draws``, batch by batch, each with the position of its first draw among them."""
    clock = clock or Clock()
    done = 0
    for part in in_batches(draws, batch_size(compiled)):
        batch = compiled.batch(part)
        precision = drawn_precisions(compiled.scenario, part)
        clock.lap("payoffs")
        report = shifted(progress, done, draws.num_draws)
        solutions = solve_batch(compiled.game, batch, precision=precision, workers=workers, progress=report)
        clock.lap("solve")
        yield done, solutions
        done += part.num_draws


def shifted(progress: Progress | None, done_before: int, total: int) -> Progress | None:
    """The caller's progress, told of a part of the draws: those that come after ``done_before`` of them."""
    if progress is None:
        return None
    return lambda done, _: progress(done_before + done, total)
