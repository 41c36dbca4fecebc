"""``offramp learn``: what to find out next."""

from __future__ import annotations

import click

from offramp.cli.common import Asking, analysis_options, chooser_option


@click.command()
@chooser_option
@click.option(
    "--over",
    type=int,
    metavar="NUMBER",
    help="Solve every offer over so many of the draws; default: 1,024 at most.",
)
@analysis_options
def learn(asking: Asking, chooser: str | None, over: int | None) -> None:
    """Say what to find out before choosing an offer in the scenario FILE.

    For each assumption: what knowing it would be worth for the choice of offer, how well it is known by its basis, and
    at which values the choice turns (docs/learning.md).
    """
    from offramp.explore.learning.api import worth_knowing
    from offramp.tell.learning import learning_screen

    run = asking.solve()
    with asking.progress("comparing offers") as progress:
        found = worth_knowing(run, chooser=chooser, draws=over, progress=progress)
    asking.show(found, learning_screen)
