"""What breaks the offer on the table: the entry point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress, shifted
from offramp.explore.breaking.counting import estimated, headline_weights
from offramp.explore.breaking.forks import forks_of
from offramp.explore.breaking.guarantees import Table, changes
from offramp.explore.breaking.links import FirstBreaks, link_weights, links_of
from offramp.explore.breaking.measure import Measured, measure
from offramp.explore.breaking.path import HoldingPath
from offramp.explore.breaking.result import Breaking, Guarantee, Link
from offramp.explore.variants import Variant

if TYPE_CHECKING:
    from offramp.explore.run import Run

MOST_DRAWS = 65_536
"""Draws of a run that are looked at: the first so many."""


def what_breaks(run: Run, *, progress: Progress | None = None) -> Breaking:
    """Each party's temptation to leave the path on which the headline holds, who gains from a leak, what terms buy.

    The draws are solved again, once for the offer on the table and once for each change of a term.

    Parameters
    ----------
    run : Run
        Of more than ``MOST_DRAWS`` draws the first so many are taken.
    progress : callable, optional
        Called with the draws solved and their total.

    Raises
    ------
    RunError
        If the scenario asks nothing, if no path answers its headline with yes, or if chance rules out its condition.
    """
    variant = run.variant
    path = _path(variant)
    draws = run.draws.part(0, min(run.num_draws, MOST_DRAWS))
    wanted, left_out = changes(run.solved)
    count, parts = draws.num_draws, 1 + len(wanted)
    reports = [shifted(progress, part * count, parts * count) for part in range(parts)]
    measured = measure(path, variant.compiled, draws, progress=reports[0])
    weights, ever = headline_weights(measured)
    probability = estimated(measured.answer, weights)
    if probability is None:
        raise RunError(
            f"in no draw can it be that {run.scenario.answers[0].given_says or 'the condition is met'}: chance rules "
            "it out; correct the probabilities on the way, or the headline's given:"
        )
    table = Table(path, measured, draws)
    compared = [table.compare(change, report) for change, report in zip(wanted, reports[1:], strict=True)]
    stands, keeps = (FirstBreaks.of(each, weights) for each in (measured.stands, measured.keeps))
    reasons = [each for each in compared if isinstance(each, str)]
    return Breaking(
        setting=Setting.of(run, draws.num_draws),
        answer=run.scenario.answers[0],
        probability=probability,
        links=links_of(path, measured),
        holds=stands.holds,
        holds_if_kept=keeps.holds,
        chance=stands.elsewhere(path),
        chance_if_kept=keeps.elsewhere(path),
        forks=forks_of(path, measured),
        guarantees=tuple(each for each in compared if isinstance(each, Guarantee)),
        unconverged=int(measured.doubtful.sum()),
        notes=(*_notes(path, measured, ever, run.num_draws), *left_out, *reasons),
    )


def margins_along(run: Run) -> tuple[Link, ...]:
    """The moves on which the path of the headline depends, with the margins there; no change of a term is tried.

    Raises
    ------
    RunError
        If the scenario asks nothing, or if no path answers its headline with yes.
    """
    variant = run.variant
    path = _path(variant)
    return tuple(links_of(path, measure(path, variant.compiled, run.draws.part(0, min(run.num_draws, MOST_DRAWS)))))


def _path(variant: Variant) -> HoldingPath:
    """The path of the headline answer.

    Raises
    ------
    RunError
        If nothing is asked, or no path ends in a yes.
    """
    scenario = variant.scenario
    if not scenario.answers:
        raise RunError("the scenario asks nothing, so there is no path that could break; give it answers:")
    path, answer = HoldingPath.of(variant.compiled.scenario, variant.paths), scenario.answers[0]
    if not path.alive[0]:
        raise RunError(
            f"no path answers {answer.name!r} with yes ({answer.clause}), so none can break; correct when: of the "
            "answer, or the offer on the table"
        )
    return path


def _notes(path: HoldingPath, measured: Measured, ever: bool, num_draws: int) -> Iterator[str]:
    answer, doubtful = path.scenario.answers[0], int(measured.doubtful.sum())
    if doubtful:
        yield f"{doubtful:,} of the draws did not converge and are not to be relied on; the run's certificate says why"
    if num_draws > MOST_DRAWS:
        yield f"the first {MOST_DRAWS:,} of {num_draws:,} draws were looked at"
    if not ever:
        yield f"in no draw is it so that {answer.given_says}; all is said as if it were so"
    if not any(link_weights(place, measured, row).any() for row, place in enumerate(path.links)):
        yield "no party can break the path as it is played: no choice on it leads away"
    free = [name.replace("_", " ") for name in path.free_moves]
    if free:
        yield f"every choice keeps to the path at {' and at '.join(free)}; there it is played as it is solved"
