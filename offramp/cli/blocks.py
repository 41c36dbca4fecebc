"""``offramp blocks``: the building blocks that a scenario can use."""

from __future__ import annotations

import click

from offramp.errors import RunError


@click.command()
@click.argument("name", required=False)
def blocks(name: str | None) -> None:
    """List the building blocks, or show the one called NAME: what it rests on, its parameters and its numbers.

    A scenario brings them in with use:, and 'offramp new --with' composes one from them.
    """
    from offramp.cli.console import screen
    from offramp.scenario.blocks import block, block_names
    from offramp.scenario.names import suggested
    from offramp.tell.blocks import block_lines, list_lines
    from offramp.tell.layout import print_lines

    console = screen()
    if name is None:
        print_lines(console, list_lines(console.width))
        return
    wanted = name.removeprefix("building/")
    if wanted not in block_names():
        raise RunError(f"there is no building block {name!r}; {suggested(wanted, block_names())}")
    print_lines(console, block_lines(block(wanted), console.width))
