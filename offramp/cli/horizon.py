"""``offramp horizon``: what the number of rounds does."""

from __future__ import annotations

import click

from offramp.cli.common import check_figure, figure_option, quiet_option, seed_option, show
from offramp.cli.console import as_json, progress_bar


@click.command()
@click.argument("file")
@click.option("--rounds", type=int, help="The largest number of rounds. Default: the limit that the scenario states.")
@click.option("--draws", type=int, default=1024, show_default=True, help="How many draws of the assumptions.")
@seed_option
@figure_option
@quiet_option
@as_json
def horizon(
    file: str, rounds: int | None, draws: int, seed: int, figure: str | None, quiet: bool, as_json: bool
) -> None:
    """Show what the number of rounds does in the scenario FILE: one round, two, and so on.

    Each round is solved once, as a game in which going on is worth what the next round is: so many rounds, with many
    offers each, cost little. Every round must begin afresh: nothing is private, and earlier rounds play no part.
    """
    from offramp.explore.horizon.api import vary_horizon
    from offramp.tell.horizon import horizon_screen

    check_figure(figure)
    with progress_bar("rounds", quiet=quiet) as progress:
        found = vary_horizon(file, rounds=rounds, draws=draws, seed=seed, progress=progress)
    show(found, horizon_screen, figure=figure, as_json=as_json, quiet=quiet)
