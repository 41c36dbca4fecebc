"""A run: a scenario solved over draws of its assumptions, and what that says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Unpack

from offramp.errors import RunError
from offramp.explore import folder, frames, store, summary
from offramp.explore.analysis import Analysis
from offramp.explore.asks import Asks
from offramp.explore.batches import Clock, Progress, solve_in_batches
from offramp.explore.check import is_game_file
from offramp.explore.columns import Columns, StoredTable
from offramp.explore.enough import Enough, enough_of
from offramp.explore.exploring import Report, explore, first_look
from offramp.explore.gridcheck import CHECKED_DRAWS, check_grids
from offramp.explore.html import run_html
from offramp.explore.job import Job
from offramp.explore.ladder import Refinement
from offramp.explore.options import Asked, Options
from offramp.explore.paths import Paths
from offramp.explore.portions import Portion, draw_in_parts
from offramp.explore.precision import Stated, with_precision
from offramp.explore.quantities import quantity, quantity_of
from offramp.explore.record import Record, run_record, scenario_digest
from offramp.explore.spread import Spread, examine, examined, try_method
from offramp.explore.summary import Break, Certificate, Condition, Estimate, MoveSummary
from offramp.explore.table import Table
from offramp.explore.variants import Variant
from offramp.explore.work import Crew, Gathering
from offramp.game.compile import compile_scenario
from offramp.scenario.draws import Draws
from offramp.scenario.load import load
from offramp.scenario.model import Scenario
from offramp.solve.result import Solutions

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from distributed import Client

    from offramp.explore.evidence.confidence import Confidence


@dataclass(frozen=True, eq=False)
class Run(Asks):
    """What a run gives: estimates over the draws, the results of every draw, and the certificate.

    Attributes
    ----------
    scenario : Scenario
    paths : Paths
        Which row of ``table`` is which.
    options : Options
        As asked for.
    results : StoredTable
        What happens in each draw, read quantity by quantity; ``table`` has all of it in memory.
    certificate : Certificate
    spread : Spread or None
        The answers over the equilibria of the first draws; None unless asked for by ``equilibria``.
    timings : mapping of str to float
        Seconds by part, added up over all who worked at once, and wall time in ``total``.
    explored : mapping of str to Analysis
        What :meth:`explore` found, by name; it goes with the run into its document and its folder.
    """

    scenario: Scenario
    paths: Paths
    options: Options
    results: StoredTable
    certificate: Certificate
    spread: Spread | None
    timings: Mapping[str, float]
    explored: Mapping[str, Analysis] = field(default_factory=dict)

    @cached_property
    def draws(self) -> Draws:
        """The drawn assumptions, float64[B, K]; drawn again when they are first asked for."""
        return draw_in_parts(self.scenario, self.num_draws, self.seed)

    @cached_property
    def table(self) -> Table:
        """What happens in each draw; the table of a large run is large."""
        return self.results.whole()

    @property
    def seed(self) -> int:
        return self.options.seed

    @cached_property
    def solved(self) -> Scenario:
        """The scenario as it was solved: at the precision asked for, if one was."""
        return with_precision(self.scenario, self.options.precision)

    @cached_property
    def variant(self) -> Variant:
        """The scenario as it was solved, to be solved again; its game is made when it is first asked for."""
        return Variant(self.solved)

    def solve_again(self, draws: Draws, progress: Progress | None = None) -> Iterator[tuple[int, Solutions]]:
        """The solutions of the first of its draws, with the same bits: batch by batch, each with its first draw."""
        return solve_in_batches(self.variant.compiled, draws, progress=progress)

    @property
    def precision(self) -> Stated:
        """How precisely parties choose, as asked for or as the scenario states it; None for no mistakes."""
        return self.solved.precision

    @property
    def requested(self) -> int:
        """Draws asked for; more than ``num_draws`` only if the run was interrupted."""
        return self.options.draws

    @property
    def num_draws(self) -> int:
        return self.results.num_draws

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the run early; every number is then over the draws that were kept."""
        return self.num_draws < self.requested

    @cached_property
    def answers(self) -> dict[str, Estimate | None]:
        """Probability that each answer is yes, given its condition if it has one; the first is the headline.

        None where no draw meets the condition.
        """
        return summary.answers_of(self.paths, self.results)

    @cached_property
    def conditions(self) -> dict[str, Condition]:
        """How likely the condition is met, for each answer that has one (``given:``)."""
        return summary.conditions_of(self.scenario, self.results)

    @cached_property
    def outcomes(self) -> dict[str, Estimate]:
        """Probability of each outcome."""
        return summary.named(self.paths.outcomes, self.results.outcomes)

    @cached_property
    def moves(self) -> dict[str, MoveSummary]:
        """How likely each move is reached, and each choice once it is."""
        return summary.moves_of(self.scenario, self.paths, self.results)

    @cached_property
    def parties(self) -> dict[str, Estimate]:
        """Expected payoff of each party, in its own points."""
        return summary.named(self.paths.game.players, self.results.payoffs)

    @cached_property
    def breaks(self) -> tuple[Break, ...]:
        """Where the path of the headline answer breaks; with the answer itself the probabilities sum to one.

        If the headline has a condition, the breaks are given it too. Empty where the scenario asks nothing, where no
        path at all answers with yes, or where no draw meets the condition.
        """
        return summary.breaks_of(self.paths, self.results)

    @cached_property
    def confidence(self) -> Confidence | None:
        """How much confidence the evidence under the headline gives; None unless what drives it was explored."""
        from offramp.explore.drivers.result import Drivers
        from offramp.explore.evidence.confidence import confidence

        drivers = self.explored.get("drivers")
        headline = self.scenario.answers[0].name if self.scenario.answers else ""
        if not isinstance(drivers, Drivers) or drivers.quantity != headline:
            return None
        return confidence(self, drivers)

    @cached_property
    def enough(self) -> Enough | None:
        """Whether more draws would change the words of the headline; None where no draw meets its condition."""
        return enough_of(quantity(self))

    def first(self, num_draws: int) -> Run:
        """The run of the first ``num_draws`` of its draws; nothing is solved, and grids are not checked again."""
        if num_draws == self.num_draws:
            return self
        results = StoredTable.of(self.results.columns, num_draws)
        at_precision = self.precision is not None
        return replace(
            self,
            options=replace(self.options, draws=num_draws),
            results=results,
            certificate=summary.certify(results, at_precision=at_precision, grid_check=None),
            spread=None,
        )

    def explore(self, *names: str, report: Report | None = None) -> Run:
        """The run with analyses added to :attr:`explored`: by name, or all that can be made.

        Raises
        ------
        RunError
            If a name is unknown, or an analysis that was named cannot be made.
        """
        return replace(self, explored={**self.explored, **explore(self, names, report)})

    def first_look(self) -> Run:
        """The run with what its own screen shows added to :attr:`explored`: the drivers, and the best of few offers."""
        return replace(self, explored={**self.explored, **first_look(self)})

    def record(self) -> Record:
        """The run as one plain document, ``offramp.run/1`` (see ``docs/json.md``)."""
        return run_record(self)

    def to_xarray(self) -> xr.Dataset:
        """The draws and their results as labelled arrays, ``draw`` first."""
        return frames.to_xarray(self)

    def draws_frame(self) -> pd.DataFrame:
        """The drawn assumptions: one row a draw, one column an assumption."""
        return frames.draws_frame(self.draws)

    def solutions_frame(self) -> pd.DataFrame:
        """What happens in each draw: one row a draw, columns such as ``answer.holds`` and ``choice.answer.accept``."""
        return frames.solutions_frame(self, Portion(0, self.num_draws))

    def equilibria_frame(self) -> pd.DataFrame:
        """The equilibria of the first draws: one row a draw, with how many there are and the range of each answer.

        Raises
        ------
        RunError
            If the run did not look for them.
        """
        return frames.equilibria_frame(self)

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
    workers: int | None = None,
    dask: str | Client | None = None,
    checkpoint: str | Path | None = None,
    progress: Progress | None = None,
    **options: Unpack[Asked],
) -> Run:
    """Solve a scenario over draws of its assumptions.

    Parameters
    ----------
    scenario : Scenario or path
        A checked scenario, or the path of its file.
    draws : int or "auto"
        Scrambled Sobol draws, 4,096 by default; powers of two keep them in balance. "auto" is for as many as settle the
        words of the headline: it doubles 1,024 until they are, or to 65,536.
    seed : int
        1 by default. The same seed gives the same bits, whoever does the work.
    precision : float, str, P floats or mapping, optional
        How precisely parties choose (logit AQRE, per unit of each party's payoff range), in place of what the scenario
        states: a number, an expression over its assumptions, one for each party in their order, or a mapping from
        parties to such. ``math.inf`` is for parties that make no mistakes, as without any precision.
    equilibria : "probe" or "all", optional
        Look for other equilibria of the first draws, and say how far the answers depend on which is played: from many
        starts, or in a small game by listing all. Not beside a precision.
    workers : int, optional
        Processes; by default this one alone, with a thread for each core (or ``NUMBA_NUM_THREADS``). With 1, this one
        with one thread.
    dask : str or distributed.Client, optional
        Work on a Dask cluster: a client, or the address of a scheduler such as ``"tcp://10.0.0.7:8786"``.
    checkpoint : path, optional
        A folder in which finished draws are kept. If it holds draws of the same run, the run goes on from there, with
        the same bits. It stays when the run is done.
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
        If an option cannot be used, or the workers are lost again and again.
    KeyboardInterrupt
        If Ctrl-C came before any draw was done.

    Examples
    --------
    >>> result = run("examples/venezuela-2024.yaml", draws=1024)  # doctest: +SKIP
    >>> result.answers["holds"].mean  # doctest: +SKIP
    """
    asked, crew = Options.of(options), Crew(workers, dask)
    began, clock = perf_counter(), Clock()
    checked = scenario if isinstance(scenario, Scenario) else _loaded(scenario)
    clock.lap("load")
    job = Job(compile_scenario(with_precision(checked, asked.precision)), asked)
    place = folder.checkpoint(Path(checkpoint), scenario_digest(checked), asked) if checkpoint else folder.temporary()
    _check_search(job)
    columns = Columns(job.layout, place)
    clock.lap("compile")
    job, kept, seconds = _gathered(job, crew, columns, progress)
    if kept == 0:
        raise KeyboardInterrupt
    results = StoredTable.of(columns, kept)
    steps, after = {**clock.seconds, **seconds}, Clock()
    is_whole = kept == job.options.draws
    grid_check = _grid_check(job, results) if is_whole else None
    after.lap("grid_check")
    spread = _spread(job) if is_whole else None
    after.lap("equilibria")
    return Run(
        scenario=checked,
        paths=job.paths,
        options=job.options,
        results=results,
        certificate=summary.certify(results, at_precision=job.at_precision, grid_check=grid_check),
        spread=spread,
        timings={**steps, **after.seconds, "total": perf_counter() - began},
    )


def _gathered(job: Job, crew: Crew, columns: Columns, progress: Progress | None) -> tuple[Job, int, dict[str, float]]:
    """Have the draws done; the job as it turned out, the draws that are there, and the seconds they took."""
    seconds: dict[str, float] = {}
    total = kept = 0
    try:
        for total in job.options.stages():
            gathering = Gathering(columns, total, progress, seconds)
            kept = gathering.gather(lambda missing, tell: crew.work(job, missing, tell))
            if kept < total or (job.options.until_settled and _is_settled(job, columns, kept)):
                break
    finally:
        columns.folder.release()
    return Job(job.compiled, replace(job.options, draws=total, until_settled=False)), kept, seconds


def _is_settled(job: Job, columns: Columns, draws: int) -> bool:
    found = enough_of(quantity_of(job.compiled.scenario, job.paths, StoredTable.of(columns, draws)))
    return found is None or found.settled


def _grid_check(job: Job, results: StoredTable) -> Refinement | None:
    """Whether the grids are fine enough, by the first draws."""
    some = Portion(0, min(CHECKED_DRAWS, results.num_draws))
    scenario = job.compiled.scenario
    draws = draw_in_parts(scenario, some.count, job.options.seed)
    return check_grids(scenario, job.paths, results.columns.table(some), draws)


def _check_search(job: Job) -> None:
    """Raise RunError or SolveError, before anything is solved, where other equilibria cannot be looked for."""
    if job.options.equilibria is None:
        return
    if job.at_precision:
        raise RunError(
            "found equilibria beside a precision; other equilibria are looked for among parties that make no mistakes: "
            "leave equilibria out, or ask for an infinite precision"
        )
    try_method(job.compiled, draw_in_parts(job.compiled.scenario, 1, job.options.seed), job.options.equilibria)


def _spread(job: Job) -> Spread | None:
    """The answers over the equilibria of the first draws."""
    if job.options.equilibria is None:
        return None
    draws = draw_in_parts(job.compiled.scenario, examined(job.paths, job.options.draws), job.options.seed)
    return examine(job.compiled, job.paths, draws, job.options.equilibria)


def _loaded(path: str | Path) -> Scenario:
    if is_game_file(path):
        raise RunError(f"{str(path)!r} is a game file, with no assumptions to draw; use offramp solve for it")
    return load(path)
