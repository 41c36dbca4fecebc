"""``offramp drivers``: what drives an answer."""

from __future__ import annotations

from functools import partial

import click

from offramp.cli.common import analysis_options, show, solved
from offramp.cli.console import Asked, DrawsAsked, progress_bar


@click.command()
@click.option(
    "--answer",
    metavar="NAME",
    help="What to explain: an answer, or any quantity such as outcome.kept or payoff.us; default: the headline.",
)
@click.option("--totals", is_flag=True, help="Also solve more draws for total shares, with all that acts together.")
@analysis_options
def drivers(
    file: str,
    answer: str | None,
    totals: bool,
    draws: DrawsAsked,
    seed: int,
    precision: Asked,
    figure: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Say which assumptions of the scenario FILE drive an answer, and which cannot be told from noise.

    For each: how far it alone settles the answer, with an interval; its share of the variance; and the mean answer with
    it low and with it high (docs/drivers.md).
    """
    from offramp.explore.drivers.api import find_drivers
    from offramp.tell.drivers import drivers_screen

    run = solved(file, draws=draws, seed=seed, precision=precision, figure=figure, quiet=quiet)
    with progress_bar("looking for drivers", quiet=quiet) as progress:
        found = find_drivers(run, answer=answer, totals=totals, progress=progress)
    show(found, partial(drivers_screen, found), figure=figure, as_json=as_json, quiet=quiet)
