"""``offramp aftermath``: what follows, with the offer and without."""

from __future__ import annotations

import click

from offramp.cli.common import Asking, analysis_options


@click.command()
@click.option("--years", type=int, help="How many years to follow. Default: those of the aftermath.")
@analysis_options
def aftermath(asking: Asking, years: int | None) -> None:
    """Follow what comes after the outcomes of the scenario FILE, year by year.

    With the offer made for certain, without it, and where it holds: how likely each state of the aftermath is, and what
    the indicators do along paths that meet the same luck.
    """
    from offramp.explore.aftermath.api import what_follows
    from offramp.tell.aftermath import aftermath_screen

    run = asking.solve()
    with asking.progress("following") as progress:
        found = what_follows(run, years=years, progress=progress)
    asking.show(found, aftermath_screen)
