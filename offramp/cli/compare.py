"""``offramp compare``: two scenarios or runs side by side."""

from __future__ import annotations

import click

from offramp.cli.common import check_figure, figure_option, quiet_option, seed_option, show
from offramp.cli.console import as_json, progress_bar, show_notices


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--answer", metavar="NAME", help="What to explain: an answer or another quantity; default: the headline.")
@click.option("--draws", default=4096, show_default=True, help="Scrambled Sobol draws, the same for both.")
@seed_option
@figure_option
@quiet_option
@as_json
def compare(
    first: str,
    second: str,
    answer: str | None,
    draws: int,
    seed: int,
    figure: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Compare two scenarios, FIRST and SECOND: files, or the folders of runs.

    What changed, what it did to the answer beside the sampling noise, and how much of that each edit explains. Of two
    analysts' assumptions over the same moves: where they disagree, and which disagreement matters (docs/comparison.md).
    """
    from offramp.explore.comparison.api import compare as compare_scenarios
    from offramp.tell.comparison import comparison_screen

    check_figure(figure)
    show_notices(quiet=quiet)
    with progress_bar("comparing", quiet=quiet) as progress:
        found = compare_scenarios(first, second, draws=draws, seed=seed, answer=answer, progress=progress)
    show(found, comparison_screen, figure=figure, as_json=as_json, quiet=quiet)
