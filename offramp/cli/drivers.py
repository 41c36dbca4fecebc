"""``offramp drivers``: what drives an answer."""

from __future__ import annotations

import click

from offramp.cli.common import Asking, analysis_options


@click.command()
@click.option(
    "--answer",
    metavar="NAME",
    help="What to explain: an answer, or any quantity such as outcome.kept or payoff.us; default: the headline.",
)
@click.option("--totals", is_flag=True, help="Also solve more draws for total shares, with all that acts together.")
@analysis_options
def drivers(asking: Asking, answer: str | None, totals: bool) -> None:
    """Say which assumptions of the scenario FILE drive an answer, and which cannot be told from noise.

    For each: how far it alone settles the answer, with an interval; its share of the variance; and the mean answer with
    it low and with it high (docs/drivers.md).
    """
    from offramp.explore.drivers.api import find_drivers
    from offramp.tell.drivers import drivers_screen

    run = asking.solve()
    with asking.progress("looking for drivers") as progress:
        found = find_drivers(run, answer=answer, totals=totals, progress=progress)
    asking.show(found, drivers_screen)
