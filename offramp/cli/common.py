"""What the commands that analyse a scenario share: their options, and how they show what they found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from offramp.cli.console import (
    Asked,
    DrawsAsked,
    as_json,
    draws,
    precision,
    print_document,
    progress_bar,
    screen,
    show_notices,
)

if TYPE_CHECKING:
    from rich.text import Text

    from offramp.explore.analysis import Analysis
    from offramp.explore.run import Run
    from offramp.figures.figure import Figure

Command = TypeVar("Command", bound=Callable[..., object])

figure_option = click.option(
    "--figure",
    "figure",
    metavar="PATH",
    help="Also draw a picture; the ending says how: svg, png, pdf, html or json. More pictures go beside it.",
)
"""Where to draw a picture."""

_OPTIONS = (
    click.argument("file"),
    draws,
    click.option("--seed", default=1, show_default=True, help="The same seed gives the same bits."),
    precision,
    figure_option,
    click.option("--quiet", is_flag=True, help="Show no progress."),
    as_json,
)


def analysis_options(command: Command) -> Command:
    """FILE, --draws, --seed, --precision, --figure, --quiet and --json, in this order after the command's own."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def solved(file: str, *, draws: DrawsAsked, seed: int, precision: Asked, figure: str | None, quiet: bool) -> Run:
    """The run that an analysis starts from; a picture that cannot be written is refused before anything is solved."""
    from offramp.explore.run import run
    from offramp.figures.figure import check_picture

    if figure:
        check_picture(figure)
    show_notices(quiet=quiet)
    with progress_bar("solving", quiet=quiet) as progress:
        result = run(file, progress=progress, draws=draws, seed=seed, precision=precision)
    if result.interrupted:
        raise KeyboardInterrupt
    return result


def show(
    analysis: Analysis, lines: Callable[[int], list[Text]], *, figure: str | None, as_json: bool, quiet: bool
) -> None:
    """Print the document or the screen (``lines`` of a width), and write the pictures."""
    from offramp.tell.layout import print_lines

    written = write_figures(analysis.figures(), figure) if figure else []
    if as_json:
        print_document(analysis.document())
    else:
        console = screen()
        print_lines(console, lines(console.width))
    if not quiet:
        say_drawn(written)


def say_drawn(written: list[Path]) -> None:
    """Say on standard error which pictures were drawn."""
    for place in written:
        click.echo(f"Drew {place}.", err=True)


def write_figures(figures: Mapping[str, Figure], path: str) -> list[Path]:
    """Write the first picture at ``path`` and each other one beside it, as ``name-other.svg``."""
    main, *others = figures.items()
    place = Path(path)
    written = [main[1].save(place)]
    return written + [each.save(place.with_name(f"{place.stem}-{name}{place.suffix}")) for name, each in others]
