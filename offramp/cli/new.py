"""``offramp new``: a scenario to start from."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import click

from offramp.errors import RunError

TITLE = "A secret offer of safe passage"
"""The title in the starter file, which the new file's name replaces."""


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.yaml, a small commented scenario that runs as it is, to start from."""
    path = Path(name)
    if not path.name:
        raise RunError(f"{name!r} is no name for a file; give one such as my-standoff")
    if path.suffix not in (".yaml", ".yml"):
        path = path.with_name(path.name + ".yaml")
    text = files("offramp.cli").joinpath("starter.yaml").read_text(encoding="utf-8")
    title = path.stem.replace("-", " ").replace("_", " ").strip().capitalize() or TITLE
    if not path.parent.is_dir():
        raise RunError(f"there is no folder {str(path.parent)!r}; make it first, or give another name")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace(TITLE, title.replace('"', "'"), 1))
    except FileExistsError:
        raise RunError(f"{str(path)!r} is there already; give another name") from None
    click.echo(f"Wrote {path}. Next: offramp run {shlex.quote(str(path))}")
