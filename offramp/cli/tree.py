"""``offramp tree``: the game behind a scenario."""

from __future__ import annotations

from pathlib import Path

import click

from offramp.cli.console import as_json, print_document, print_tree
from offramp.errors import RunError


@click.command()
@click.argument("file")
@click.option("--full", is_flag=True, help="Fold nothing: every private value, every subtree.")
@click.option("--efg", type=click.Path(dir_okay=False), help="Write the game, at the medians, for Gambit.")
@as_json
def tree(file: str, full: bool, efg: str | None, as_json: bool) -> None:
    """Show the tree of the scenario FILE: who moves when, who sees it, what each mover knows."""
    from offramp.explore.check import is_game_file
    from offramp.game.compile import compile_scenario
    from offramp.game.efg import write_efg
    from offramp.game.tree import describe
    from offramp.scenario.draws import central
    from offramp.scenario.load import load
    from offramp.tell.document import tree_document

    if is_game_file(file):
        raise RunError(f"{file!r} is a game file, and tree shows scenarios; use offramp solve for it")
    compiled = compile_scenario(load(file))
    if efg:
        medians = central(compiled.scenario)
        text = write_efg(compiled.game, compiled.payoffs(medians)[0], compiled.chance(medians)[0])
        Path(efg).write_text(text, encoding="utf-8")
    if as_json:
        print_document(tree_document(compiled))
    elif efg:
        click.echo(f"Wrote {efg}.")
    else:
        print_tree(describe(compiled, full=full))
