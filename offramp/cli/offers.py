"""``offramp offers``: every offer compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from offramp.cli.common import Asking, analysis_options, chooser_option

if TYPE_CHECKING:
    from offramp.explore.offers.api import Method


@click.command()
@chooser_option
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
    asking: Asking,
    chooser: str | None,
    forbid: tuple[str, ...],
    at_most: tuple[str, ...],
    at_least: tuple[str, ...],
    share: float,
    method: Method,
) -> None:
    """Compare all offers that the terms of the scenario FILE allow, over the same draws.

    For each: how likely it is made, accepted and kept, what it is worth to each party, and how it does against the
    others; which is the least generous that holds; and what each term adds (docs/offers.md).
    """
    from offramp.explore.offers.api import compare_offers
    from offramp.explore.offers.rules import with_asked
    from offramp.tell.offers import offers_screen

    run = asking.solve()
    rules = with_asked(run.scenario, forbid, at_most, at_least)
    with asking.progress("comparing offers") as progress:
        found = compare_offers(run, chooser=chooser, method=method, rules=rules, share=share, progress=progress)
    asking.show(found, offers_screen)
