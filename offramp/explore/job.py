"""A run as a job that anybody can do a part of: a thread, another process, another machine.

A part is a pure function of the scenario, the options and the range of draws. It has the same bits wherever it is
worked out, so it matters neither who does it nor how often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from offramp.explore.batches import Clock, solve_draws
from offramp.explore.layout import Layout
from offramp.explore.options import Options
from offramp.explore.paths import Paths, paths_of
from offramp.explore.portions import Portion
from offramp.game.compile import Compiled
from offramp.game.game import Floats
from offramp.scenario.draws import draw

Report = Callable[[int], None]
"""Told how many draws of a portion are done."""


@dataclass(frozen=True, eq=False)
class Part:
    """What a portion comes to: float64[R, count], its rows as in :class:`Layout`; and the seconds of each step."""

    portion: Portion
    matrix: Floats
    seconds: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Job:
    """All that working out a part takes; it can be pickled."""

    compiled: Compiled
    options: Options

    @cached_property
    def paths(self) -> Paths:
        """Which row of a table is which."""
        return paths_of(self.compiled)

    @property
    def at_precision(self) -> bool:
        """Whether parties make mistakes."""
        return self.compiled.scenario.precision is not None

    @cached_property
    def layout(self) -> Layout:
        """How the rows of a table lie in the values of a part."""
        return Layout.of(self.paths)

    def part(self, portion: Portion, *, threads: int | None = 1, report: Report | None = None) -> Part:
        """The results of a portion.

        Raises
        ------
        EvaluationError, SolveError
            If a draw has no finite payoffs, or the solver cannot use the options.
        """
        clock = Clock()
        draws = draw(self.compiled.scenario, portion.count, self.options.seed, first=portion.first)
        clock.lap("draw")
        table, kept = solve_draws(
            self.compiled,
            self.paths,
            draws,
            workers=threads,
            progress=None if report is None else lambda done, _: report(done),
            clock=clock,
        )
        if kept < portion.count:
            raise KeyboardInterrupt
        return Part(portion, self.layout.matrix(table), clock.seconds)
