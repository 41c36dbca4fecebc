"""``offramp solve``: one game, once."""

from __future__ import annotations

from pathlib import Path

import click

from offramp.cli.console import Asked, as_json, precision, print_document, screen, show_notices


@click.command()
@click.argument("file")
@precision
@as_json
def solve(file: str, precision: Asked, as_json: bool) -> None:
    """Solve the game in FILE: a Gambit .efg or .nfg file, or a scenario with every assumption at its median."""
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
