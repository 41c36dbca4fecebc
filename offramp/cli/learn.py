"""``offramp learn``: what to find out next."""

from __future__ import annotations

import click

from offramp.cli.common import analysis_options, show, solved
from offramp.cli.console import Asked, DrawsAsked, progress_bar


@click.command()
@click.option("--for", "chooser", metavar="PARTY", help="Whose side is choosing; default: who makes the offer.")
@click.option(
    "--over",
    type=int,
    metavar="NUMBER",
    help="Solve every offer over so many of the draws; default: 1,024 at most.",
)
@analysis_options
def learn(
    file: str,
    chooser: str | None,
    over: int | None,
    draws: DrawsAsked,
    seed: int,
    precision: Asked,
    figure: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Say what to find out before choosing an offer in the scenario FILE.

    For each assumption: what knowing it would be worth for the choice of offer, how well it is known by its basis, and
    at which values the choice turns (docs/learning.md).
    """
    from offramp.explore.learning.api import worth_knowing
    from offramp.tell.learning import learning_screen

    run = solved(file, draws=draws, seed=seed, precision=precision, figure=figure, quiet=quiet)
    with progress_bar("comparing offers", quiet=quiet) as progress:
        found = worth_knowing(run, chooser=chooser, draws=over, progress=progress)
    show(found, lambda width: learning_screen(found, width), figure=figure, as_json=as_json, quiet=quiet)
