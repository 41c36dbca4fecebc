"""``offramp report``: the report of a run as one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from offramp.cli.console import Asked, Draws, DrawsAsked, precision, progress_bar, show_notices

if TYPE_CHECKING:
    from offramp.explore.options import Asked as RunOptions
    from offramp.tell.report.api import Form

MODES = ("all", "quick", "none")
"""What --explore takes besides names of analyses."""


@click.command()
@click.argument("source", metavar="RUN")
@click.option(
    "-o", "--output", "path", default="report.html", show_default=True, metavar="PATH", help="The file to write."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "docx"]),
    help="A web page, Markdown with pictures beside it, or a Word document. Default: as the file's ending says.",
)
@click.option(
    "--explore",
    default="all",
    show_default=True,
    metavar="all|quick|none|NAMES",
    help="What to find out for it: all, quick (what drives the headline, and the best of up to 512 offers), none, or "
    "names such as drivers,boxes,breaking,tipping,offers,aftermath,learning,observed.",
)
@click.option(
    "--documents",
    metavar="FOLDER",
    help="Where the documents lie that passages are from. Default: sources beside the file.",
)
@click.option("--draws", type=Draws(), help="Draws for a scenario file, or auto. Default: 4096; a run has its own.")
@click.option("--seed", type=int, help="Seed for a scenario file. Default: 1; a run has its own.")
@precision
@click.option("--quiet", is_flag=True, help="Show no progress.")
def report(
    source: str,
    path: str,
    form: Form | None,
    explore: str,
    documents: str | None,
    draws: DrawsAsked | None,
    seed: int | None,
    precision: Asked,
    quiet: bool,
) -> None:
    """Write the report of RUN, the folder of a run (offramp run --out) or a scenario file, as one file.

    A web page holds all in itself, pictures included: it opens without a network, on a phone and in print. A run in a
    folder is solved once more by its own draws and seed, which gives the same numbers.
    """
    from offramp.tell.report.api import check_report, read_run
    from offramp.tell.report.api import report as write_report

    check_report(path, form)
    wanted = _checked(explore)
    show_notices(quiet=quiet)
    with progress_bar("solving", quiet=quiet) as progress:
        result = read_run(source, progress=progress, **_given(draws, seed, precision))
    if result.interrupted:
        raise KeyboardInterrupt
    with _telling(quiet=quiet) as tell:
        place = write_report(result, path, form=form, explore=wanted, documents=documents, tell=tell)
    if not quiet:
        click.echo(f"Wrote {place} ({_size(place)}).")


def _given(draws: DrawsAsked | None, seed: int | None, precision: Asked) -> RunOptions:
    """The options that were given; a run in a folder takes none."""
    options: RunOptions = {}
    if draws is not None:
        options["draws"] = draws
    if seed is not None:
        options["seed"] = seed
    if precision is not None:
        options["precision"] = precision
    return options


def _checked(explore: str) -> str | list[str]:
    """What is asked for; an unknown name is refused before anything is solved."""
    from offramp.explore.names import checked_names

    return explore if explore in MODES else checked_names([name.strip() for name in explore.split(",")])


@contextmanager
def _telling(*, quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """Says on a terminal what is being worked on."""
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    with console.status("exploring") as status:
        yield lambda name: status.update(name if name == "writing" else f"exploring: {name}")


def _size(place: Path) -> str:
    size = place.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
