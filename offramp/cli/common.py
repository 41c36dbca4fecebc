"""What the commands that analyse a scenario share: their options, and how they show what they found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

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
    from offramp.explore.batches import Progress
    from offramp.explore.run import Run
    from offramp.figures.figure import Figure

Shown = TypeVar("Shown", bound="Analysis")

Screen: TypeAlias = "Callable[[Shown, int], list[Text]]"
"""The lines of an analysis at a width."""

figure_option = click.option(
    "--figure",
    "figure",
    metavar="PATH",
    help="Also draw a picture; the ending says how: svg, png, pdf, html or json. More pictures go beside it.",
)
"""Where to draw a picture."""

seed_option = click.option("--seed", default=1, show_default=True, help="The same seed gives the same bits.")

quiet_option = click.option("--quiet", is_flag=True, help="Show no progress.")

chooser_option = click.option(
    "--for", "chooser", metavar="PARTY", help="Whose side is choosing; default: who makes the offer."
)

_OPTIONS = (click.argument("file"), draws, seed_option, precision, figure_option, quiet_option, as_json)


@dataclass(frozen=True)
class Asking:
    """What every command that analyses a scenario is asked alike."""

    file: str
    draws: DrawsAsked
    seed: int
    precision: Asked
    figure: str | None
    quiet: bool
    as_json: bool

    def solve(self) -> Run:
        """The run that the analysis starts from; a picture that cannot be written is refused before that."""
        from offramp.explore.run import run

        check_figure(self.figure)
        show_notices(quiet=self.quiet)
        with self.progress("solving") as progress:
            result = run(self.file, progress=progress, draws=self.draws, seed=self.seed, precision=self.precision)
        if result.interrupted:
            raise KeyboardInterrupt
        return result

    def progress(self, what: str) -> AbstractContextManager[Progress | None]:
        """A bar on standard error, unless nobody is watching."""
        return progress_bar(what, quiet=self.quiet)

    def show(self, analysis: Shown, lines: Screen[Shown]) -> None:
        """Print the document or the screen, and write the pictures."""
        show(analysis, lines, figure=self.figure, as_json=self.as_json, quiet=self.quiet)


def analysis_options(command: Callable[..., None]) -> Callable[..., None]:
    """FILE, --draws, --seed, --precision, --figure, --quiet and --json, in this order after the command's own.

    The command is called with them as an :class:`Asking`, and with its own options by name.
    """

    @wraps(command)
    def called(
        file: str,
        draws: DrawsAsked,
        seed: int,
        precision: Asked,
        figure: str | None,
        quiet: bool,
        as_json: bool,
        **own: Any,
    ) -> None:
        command(Asking(file, draws, seed, precision, figure, quiet, as_json), **own)

    with_options: Callable[..., None] = called
    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


def check_figure(figure: str | None) -> None:
    """Raise :class:`~offramp.errors.RunError` if a picture is asked for that cannot be written."""
    from offramp.figures.figure import check_picture

    if figure:
        check_picture(figure)


def show(analysis: Shown, lines: Screen[Shown], *, figure: str | None, as_json: bool, quiet: bool) -> None:
    """Print the document or the screen (``lines`` of the analysis and a width), and write the pictures."""
    from offramp.tell.layout import print_lines

    written = write_figures(analysis.figures(), figure) if figure else []
    if as_json:
        print_document(analysis.document())
    else:
        console = screen()
        print_lines(console, lines(analysis, console.width))
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
