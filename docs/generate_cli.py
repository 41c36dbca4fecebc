"""Write docs/cli.md from the command line's own help: `python docs/generate_cli.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from offramp.cli import main

PAGE = Path(__file__).with_name("cli.md")
WIDTH = 100

HEAD = """# Command line

<!-- Written by docs/generate_cli.py from the commands themselves; `make docs` writes it anew. -->

What each command prints when it is asked with `--help`."""


def contexts(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """A context for ``command`` and for everything below it, in the order in which help lists them."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, parent, info_name=name, **settings)
    yield context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None and not found.hidden:
                yield from contexts(found, child, context)


def reference() -> str:
    """The whole page as Markdown."""
    sections = (
        f"## {context.command_path}\n\n```text\n{context.get_help()}\n```" for context in contexts(main, "offramp")
    )
    return "\n\n".join([HEAD, *sections]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
