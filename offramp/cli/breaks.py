"""``offramp breaks``: what breaks the offer on the table."""

from __future__ import annotations

from functools import partial

import click

from offramp.cli.common import analysis_options, show, solved
from offramp.cli.console import Asked, progress_bar


@click.command()
@analysis_options
def breaks(file: str, draws: int, seed: int, precision: Asked, figure: str | None, quiet: bool, as_json: bool) -> None:
    """Say what breaks the offer on the table of the scenario FILE.

    For every move on the path on which it holds: what the party gains by keeping to it, as things stand and if all
    after it keep to it too. Who gains from a leak. What each term of the offer buys.
    """
    from offramp.explore.breaking.api import what_breaks
    from offramp.tell.breaking import breaking_screen

    run = solved(file, draws=draws, seed=seed, precision=precision, figure=figure, quiet=quiet)
    with progress_bar("taking the offer apart", quiet=quiet) as progress:
        breaking = what_breaks(run, progress=progress)
    show(breaking, partial(breaking_screen, breaking), figure=figure, as_json=as_json, quiet=quiet)
