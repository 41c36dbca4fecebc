"""``offramp boxes``: the simplest conditions under which the offer fails."""

from __future__ import annotations

import click

from offramp.cli.common import Asking, analysis_options


@click.command()
@click.option("--answer", help="What is asked: an answer, payoff.PARTY, choice.MOVE.CHOICE. Default: the headline.")
@click.option("--holds", is_flag=True, help="Look for where it holds, or is high, rather than where it fails.")
@click.option(
    "--below",
    type=float,
    help="It fails where it is below this number. Default: a probability as far as it falls short of 1; a payoff in "
    "its worst tenth of the draws.",
)
@analysis_options
def boxes(asking: Asking, answer: str | None, holds: bool, below: float | None) -> None:
    """Find the simplest conditions under which the answer of the scenario FILE fails.

    A box is a few limits on the assumptions within which it fails much more often than elsewhere. It is learnt on one
    half of the draws and scored on the other; limits that do not come up again in resamples fall away.
    """
    from offramp.explore.boxes.api import find_boxes
    from offramp.tell.boxes import boxes_screen

    run = asking.solve()
    found = find_boxes(run, answer=answer, holds=holds, below=below)
    asking.show(found, boxes_screen)
