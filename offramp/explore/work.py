"""Who does a run's work, and the gathering of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offramp.errors import RunError
from offramp.explore.batches import Progress
from offramp.explore.cluster import on_cluster
from offramp.explore.columns import Columns
from offramp.explore.job import Job, Part
from offramp.explore.lanes import Advanced, Here, Tell, in_turn, side_by_side
from offramp.explore.portions import PORTION_DRAWS, Portion, batch_size, cut, portion_size
from offramp.explore.processes import processes
from offramp.solve.driver import default_workers

if TYPE_CHECKING:
    from distributed import Client

MANY_UNKNOWNS = 500
"""Choice probabilities from which a game is so large that its batches are solved one by one, each by all threads."""


@dataclass(frozen=True)
class Crew:
    """Who does the work: by default this process with a thread for each core, else processes, else a Dask cluster."""

    workers: int | None = None
    dask: str | Client | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise RunError(f"found {self.workers} workers; ask for at least 1")
        if self.workers is not None and self.dask is not None:
            raise RunError("found both workers and dask; ask for one: a Dask cluster has workers of its own")

    def work(self, job: Job, ranges: list[Portion], tell: Tell) -> None:
        """Work out ``ranges`` of draws, in portions; ``tell`` is called in the caller's thread."""
        num_draws = sum(each.count for each in ranges)
        batch = portion_size(num_draws, batch_size(job.compiled))
        portions = list(cut(ranges, batch))
        threads = default_workers()
        if self.dask is not None:
            on_cluster(job, cut(ranges, portion_size(num_draws, PORTION_DRAWS)), self.dask, tell)
        elif self.workers is not None and self.workers > 1:
            far = cut(ranges, portion_size(num_draws, PORTION_DRAWS))
            side_by_side(processes(job, self.workers), far, tell)
        elif self.workers == 1:
            in_turn(job, portions, 1, tell)
        elif threads == 1 or len(portions) == 1 or _is_large(job):
            in_turn(job, portions, threads, tell)
        else:
            side_by_side([Here(job) for _ in range(min(threads, len(portions)))], portions, tell)


def _is_large(job: Job) -> bool:
    game = job.compiled.game
    return int(game.action_starts[-1]) - game.num_infosets > MANY_UNKNOWNS


@dataclass
class Gathering:
    """The parts of a run as they come: kept in ``columns``, their seconds added up, their draws reported."""

    columns: Columns
    total: int
    progress: Progress | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    _whole: int = 0
    _begun: dict[int, int] = field(default_factory=dict)

    def gather(self, work: Callable[[list[Portion], Tell], None]) -> int:
        """Have done what is missing, by ``work``; the number of draws from the first on that are there then.

        It falls short of the total only if Ctrl-C (``KeyboardInterrupt``) came in between.
        """
        missing = list(self.columns.missing(self.total))
        self._whole = self.total - sum(each.count for each in missing)
        try:
            if self._whole:
                self._report()
            if missing:
                work(missing, self._take)
        except KeyboardInterrupt:
            pass
        finally:
            if self.columns.folder.lasts:
                self.columns.write()
        return next((each.first for each in self.columns.missing(self.total)), self.total)

    def _take(self, happened: Advanced | Part) -> None:
        if isinstance(happened, Advanced):
            self._begun[happened.portion.first] = happened.done
            self._report()
            return
        self._begun.pop(happened.portion.first, None)
        self._whole += happened.portion.count
        self.columns.add(happened)
        for step, seconds in happened.seconds.items():
            self.seconds[step] = self.seconds.get(step, 0.0) + seconds
        self._report()

    def _report(self) -> None:
        if self.progress is not None:
            self.progress(self._whole + sum(self._begun.values()), self.total)
