"""``offramp tipping``: the value of one assumption at which an answer flips."""

from __future__ import annotations

import click

from offramp.cli.common import Asking, analysis_options


@click.command()
@click.option("--answer", help="What is asked: an answer, payoff.PARTY, choice.MOVE.CHOICE. Default: the headline.")
@click.option("--level", type=float, help="Where it flips. Default: a probability of 0.5, a payoff of 0.")
@click.option("--low", type=float, help="Lowest value. Default: the lowest that the scenario gives it, or 0.")
@click.option(
    "--high", type=float, help="Highest value. Default: the highest of the scenario, or twice a fixed number."
)
@analysis_options
@click.argument("what")
def tipping(
    asking: Asking,
    what: str,
    answer: str | None,
    level: float | None,
    low: float | None,
    high: float | None,
) -> None:
    """Find the value of the assumption WHAT at which the answer of the scenario FILE flips.

    WHAT is held at values over its range, with all else as drawn: where the mean of the answer crosses the level, and
    where that of each draw does.
    """
    from offramp.explore.tipping.api import find_tipping
    from offramp.tell.tipping import tipping_screen

    run = asking.solve()
    with asking.progress("varying") as progress:
        found = find_tipping(run, what, answer=answer, level=level, low=low, high=high, progress=progress)
    asking.show(found, tipping_screen)
