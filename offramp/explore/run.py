"""A run: a scenario solved over draws of its assumptions, and what that says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from offramp.errors import RunError
from offramp.explore import frames, store, summary
from offramp.explore.batches import Clock, Precision, Progress, solve_draws
from offramp.explore.check import is_game_file
from offramp.explore.gridcheck import check_grids
from offramp.explore.html import run_html
from offramp.explore.paths import Paths, paths_of
from offramp.explore.portions import draw_in_parts
from offramp.explore.record import Record, run_record
from offramp.explore.summary import Break, Certificate, Condition, Estimate, MoveSummary
from offramp.explore.table import Table
from offramp.game.compile import compile_scenario
from offramp.scenario.draws import Draws
from offramp.scenario.load import load
from offramp.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

DEFAULT_DRAWS = 4096
DEFAULT_SEED = 1


@dataclass(frozen=True, eq=False)
class Run:
    """What a run gives: estimates over the draws, the results of every draw, and the certificate.

    Attributes
    ----------
    scenario : Scenario
    paths : Paths
        Which row of ``table`` is which.
    draws : Draws
        The drawn assumptions, float64[B, K].
    table : Table
        What happens in each draw.
    seed : int
    precision : float, sequence of float or None
        As asked for; None is the limit, parties that make no mistakes.
    requested : int
        Draws asked for; more than ``num_draws`` only if the run was interrupted.
    certificate : Certificate
    timings : mapping of str to float
        Seconds by part, and in ``total``.
    """

    scenario: Scenario
    paths: Paths
    draws: Draws
    table: Table
    seed: int
    precision: Precision
    requested: int
    certificate: Certificate
    timings: Mapping[str, float]

    @property
    def num_draws(self) -> int:
        return self.table.num_draws

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the run early; every number is then over the draws that were kept."""
        return self.num_draws < self.requested

    @cached_property
    def answers(self) -> dict[str, Estimate | None]:
        """Probability that each answer is yes, given its condition if it has one; the first is the headline.

        None where no draw meets the condition.
        """
        return summary.answers_of(self.paths, self.table)

    @cached_property
    def conditions(self) -> dict[str, Condition]:
        """How likely the condition is met, for each answer that has one (``given:``)."""
        return summary.conditions_of(self.scenario, self.table)

    @cached_property
    def outcomes(self) -> dict[str, Estimate]:
        """Probability of each outcome."""
        return summary.named(self.paths.outcomes, self.table.outcomes)

    @cached_property
    def moves(self) -> dict[str, MoveSummary]:
        """How likely each move is reached, and each choice once it is."""
        return summary.moves_of(self.scenario, self.paths, self.table)

    @cached_property
    def parties(self) -> dict[str, Estimate]:
        """Expected payoff of each party, in its own points."""
        return summary.named(self.paths.game.players, self.table.payoffs)

    @cached_property
    def breaks(self) -> tuple[Break, ...]:
        """Where the path of the headline answer breaks; with the answer itself the probabilities sum to one.

        If the headline has a condition, the breaks are given it too. Empty where the scenario asks nothing, where no
        path at all answers with yes, or where no draw meets the condition.
        """
        return summary.breaks_of(self.paths, self.table)

    def record(self) -> Record:
        """The run as one plain document, ``offramp.run/1`` (see ``docs/json.md``)."""
        return run_record(self)

    def to_xarray(self) -> xr.Dataset:
        """The draws and their results as labelled arrays, ``draw`` first."""
        return frames.to_xarray(self)

    def draws_frame(self) -> pd.DataFrame:
        """The drawn assumptions: one row a draw, one column an assumption."""
        return frames.draws_frame(self)

    def solutions_frame(self) -> pd.DataFrame:
        """What happens in each draw: one row a draw, columns such as ``answer.holds`` and ``choice.answer.accept``."""
        return frames.solutions_frame(self)

    def save(self, folder: str | Path) -> Path:
        """Write the run as a folder: ``scenario.yaml``, ``draws.parquet``, ``solutions.parquet`` and ``run.json``.

        The folder appears whole or not at all. An earlier run in its place is replaced.

        Raises
        ------
        RunError
            If something that is not a run stands there.
        """
        return store.save(self, Path(folder))

    def _repr_html_(self) -> str:
        return run_html(self)

    def __repr__(self) -> str:
        answers = [f"{name} {each.mean:.3f}" if each else f"{name} never asked" for name, each in self.answers.items()]
        words = ", ".join(answers) or "no answers"
        return f"<Run of {self.scenario.title!r}: {self.num_draws:,} draws, seed {self.seed}; {words}>"


def run(
    scenario: Scenario | str | Path,
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    precision: Precision = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Solve a scenario over draws of its assumptions.

    Parameters
    ----------
    scenario : Scenario or path
        A checked scenario, or the path of its file.
    draws : int
        Scrambled Sobol draws; powers of two keep them in balance.
    seed : int
        The same seed gives the same bits, whatever the workers and the machine's cores.
    precision : float or P floats, optional
        How precisely parties choose (logit AQRE, per unit of each party's payoff range); by default without mistakes.
    workers : int, optional
        Threads.
    progress : callable, optional
        Called with the draws done and their total.

    Returns
    -------
    Run
        After Ctrl-C with the draws done until then, and marked as ``interrupted``.

    Raises
    ------
    ScenarioError, EvaluationError
        If the scenario is wrong.
    RunError, SolveError
        If an option cannot be used.
    KeyboardInterrupt
        If Ctrl-C came before any draw was done.

    Examples
    --------
    >>> result = run("examples/venezuela-2024.yaml", draws=1024)  # doctest: +SKIP
    >>> result.answers["holds"].mean  # doctest: +SKIP
    """
    if workers is not None and workers < 1:
        raise RunError(f"found {workers} workers; ask for at least 1")
    clock = Clock()
    checked = scenario if isinstance(scenario, Scenario) else _loaded(scenario)
    clock.lap("load")
    compiled = compile_scenario(checked)
    paths = paths_of(compiled)
    clock.lap("compile")
    drawn = draw_in_parts(checked, draws, seed)
    clock.lap("draw")
    table, kept = solve_draws(
        compiled, paths, drawn, precision=precision, workers=workers, progress=progress, clock=clock
    )
    if kept == 0:
        raise KeyboardInterrupt
    table, drawn = table.first(kept), drawn.part(0, kept)
    grid_check = None
    if kept == draws:
        grid_check = check_grids(checked, paths, table, drawn, precision=precision, workers=workers)
    clock.lap("grid_check")
    return Run(
        scenario=checked,
        paths=paths,
        draws=drawn,
        table=table,
        seed=seed,
        precision=precision,
        requested=draws,
        certificate=summary.certify(table, at_precision=precision is not None, grid_check=grid_check),
        timings={**clock.seconds, "total": sum(clock.seconds.values())},
    )


def _loaded(path: str | Path) -> Scenario:
    if is_game_file(path):
        raise RunError(f"{str(path)!r} is a game file, with no assumptions to draw; use offramp solve for it")
    return load(path)
