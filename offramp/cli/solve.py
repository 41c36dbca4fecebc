"""``offramp solve``: one game, once."""

from __future__ import annotations

from pathlib import Path

import click

from offramp.cli.common import check_figure, figure_option, say_drawn, write_figures
from offramp.cli.console import Asked, Precisions, as_json, precision, print_document, screen, show_notices


@click.command()
@click.argument("file")
@precision
@click.option(
    "--precisions",
    type=Precisions(),
    help="Show the branch of logit equilibria over a row of precisions, evenly spaced in their logarithms, such as "
    "0.1:100:40.",
)
@figure_option
@as_json
def solve(
    file: str, precision: Asked, precisions: tuple[float, float, int] | None, figure: str | None, as_json: bool
) -> None:
    """Solve the game in FILE: a Gambit .efg or .nfg file, or a scenario with every assumption at its median."""
    if precisions is not None:
        if precision is not None:
            raise click.UsageError("--precision and --precisions together; give one of the two")
        _show_branch(file, precisions, figure, as_json=as_json)
        return
    if figure:
        raise click.UsageError("--figure draws the branch of a row of precisions; give --precisions too")
    from offramp.explore.single import solve_file
    from offramp.tell.document import GameOrigin, solution_document
    from offramp.tell.gamescreen import solution_screen
    from offramp.tell.layout import print_lines

    show_notices(quiet=False)
    solved = solve_file(file, precision=precision)
    if as_json:
        origin = GameOrigin(file, Path(file).read_bytes(), solved.infoset_numbers)
        print_document(solution_document(solved.solutions, origin, precision=solved.precision))
    else:
        console = screen()
        print_lines(console, solution_screen(solved.solutions, solved.infoset_numbers, console.width))


def _show_branch(file: str, precisions: tuple[float, float, int], figure: str | None, *, as_json: bool) -> None:
    from offramp.explore.branches import branch, spaced_precisions
    from offramp.explore.picture import branch_figure
    from offramp.tell.branch import branch_document, branch_screen
    from offramp.tell.document import GameOrigin
    from offramp.tell.layout import print_lines

    check_figure(figure)
    row = spaced_precisions(*precisions)
    show_notices(quiet=False)
    traced = branch(file, row)
    written = write_figures({"branch": branch_figure(traced)}, figure) if figure else []
    if as_json:
        print_document(branch_document(traced, GameOrigin(file, Path(file).read_bytes(), traced.infoset_numbers)))
    else:
        console = screen()
        print_lines(console, branch_screen(traced, console.width))
    say_drawn(written)
