"""``offramp check``: what is wrong with scenario and game files."""

from __future__ import annotations

import click

from offramp.cli.console import WRONG_INPUT, as_json, print_document


@click.command()
@click.argument("files", nargs=-1, required=True)
@as_json
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...], as_json: bool) -> None:
    """Say what is wrong with FILES, or what they hold.

    Reads each scenario (or Gambit .efg/.nfg file), compiles it and tries the numbers of the 4,096 draws that
    a run makes by default. All problems of a file are reported together, each with its place and its remedy; the
    exit code is then 2.
    """
    from offramp.explore.check import check_file
    from offramp.tell.document import check_document
    from offramp.tell.gamescreen import check_lines

    checked = [check_file(file) for file in files]
    if as_json:
        print_document(check_document(checked))
    else:
        for each in checked:
            click.echo("\n".join(check_lines(each)), err=not each.is_fine)
    if not all(each.is_fine for each in checked):
        ctx.exit(WRONG_INPUT)
