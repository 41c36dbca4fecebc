"""``offramp breaks``: what breaks the offer on the table."""

from __future__ import annotations

import click

from offramp.cli.common import Asking, analysis_options


@click.command()
@analysis_options
def breaks(asking: Asking) -> None:
    """Say what breaks the offer on the table of the scenario FILE.

    For every move on the path on which it holds: what the party gains by keeping to it, as things stand and if all
    after it keep to it too. Who gains from a leak. What each term of the offer buys.
    """
    from offramp.explore.breaking.api import what_breaks
    from offramp.tell.breaking import breaking_screen

    run = asking.solve()
    with asking.progress("taking the offer apart") as progress:
        breaking = what_breaks(run, progress=progress)
    asking.show(breaking, breaking_screen)
