"""``offramp offers``: every offer compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from offramp.cli.common import analysis_options, show, solved
from offramp.cli.console import Asked, DrawsAsked, progress_bar

if TYPE_CHECKING:
    from offramp.explore.offers.api import Method


@click.command()
@click.option("--for", "chooser", metavar="PARTY", help="Whose side is choosing; default: who makes the offer.")
@click.option(
    "--forbid",
    multiple=True,
    metavar="'TERM=OPTION ...'",
    help="Leave out offers with all of these options, such as 'amnesty=none court=open'; may be repeated.",
)
@click.option(
    "--at-most",
    multiple=True,
    metavar="EXPRESSION=NUMBER",
    help="Leave out offers of which an expression over terms and shared assumptions is larger, on average over the "
    "draws; may be repeated.",
)
@click.option("--at-least", multiple=True, metavar="EXPRESSION=NUMBER", help="The same where it is smaller.")
@click.option(
    "--share",
    type=float,
    default=0.8,
    show_default=True,
    help="Find the least generous offer that holds in so large a share of the draws.",
)
@click.option(
    "--method",
    type=click.Choice(["auto", "all", "search"]),
    default="auto",
    show_default=True,
    help="Solve all offers, or search; auto solves all up to 4,096.",
)
@analysis_options
def offers(
    file: str,
    chooser: str | None,
    forbid: tuple[str, ...],
    at_most: tuple[str, ...],
    at_least: tuple[str, ...],
    share: float,
    method: Method,
    draws: DrawsAsked,
    seed: int,
    precision: Asked,
    figure: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Compare all offers that the terms of the scenario FILE allow, over the same draws.

    For each: how likely it is made, accepted and kept, what it is worth to each party, and how it does against the
    others; which is the least generous that holds; and what each term adds (docs/offers.md).
    """
    from offramp.explore.offers.api import compare_offers
    from offramp.explore.offers.rules import with_asked
    from offramp.tell.offers import offers_screen

    run = solved(file, draws=draws, seed=seed, precision=precision, figure=figure, quiet=quiet)
    rules = with_asked(run.scenario, forbid, at_most, at_least)
    with progress_bar("comparing offers", quiet=quiet) as progress:
        found = compare_offers(run, chooser=chooser, method=method, rules=rules, share=share, progress=progress)
    show(found, lambda width: offers_screen(found, width), figure=figure, as_json=as_json, quiet=quiet)
