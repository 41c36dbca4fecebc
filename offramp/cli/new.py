"""``offramp new``: a scenario to start from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from offramp.errors import RunError


@click.command()
@click.argument("name")
@click.option("--with", "blocks", metavar="BLOCKS", help="Compose it from building blocks: --with leak,coup,successor.")
def new(name: str, blocks: str | None) -> None:
    """Write NAME.yaml, a small commented scenario that runs as it is, to start from.

    With --with it is composed from building blocks; 'offramp blocks' lists them.
    """
    from offramp.scenario.composing import STARTER_TITLE, starter

    path = Path(name)
    if not path.name:
        raise RunError(f"{name!r} is no name for a file; give one such as my-standoff")
    if path.suffix not in (".yaml", ".yml"):
        path = path.with_name(path.name + ".yaml")
    title = path.stem.replace("-", " ").replace("_", " ").strip().capitalize() or STARTER_TITLE
    text = _composed(title, blocks) if blocks is not None else starter(title)
    if not path.parent.is_dir():
        raise RunError(f"there is no folder {str(path.parent)!r}; make it first, or give another name")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RunError(f"{str(path)!r} is there already; give another name") from None
    click.echo(f"Wrote {path}. Next: offramp run {shlex.quote(str(path))}")


def _composed(title: str, blocks: str) -> str:
    from offramp.scenario.composing import composed

    names = [each.strip().removeprefix("building/") for each in blocks.split(",") if each.strip()]
    if not names:
        raise RunError("--with names no building block; give some, as in --with leak,coup,successor")
    return composed(title, names)
