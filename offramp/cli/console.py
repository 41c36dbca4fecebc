"""Where commands write: screens and documents to standard output, progress to standard error."""

from __future__ import annotations

import logging
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias

import click

if TYPE_CHECKING:
    from rich.console import Console

WRONG_INPUT = 2
"""Exit code where a file or an option is wrong."""

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

PIPED_WIDTH = 100
"""Columns of a screen that goes to a file or a pipe, unless ``COLUMNS`` says otherwise."""


Asked: TypeAlias = float | str | dict[str, float | str] | None
"""A precision as it is asked for on the command line."""


class Precision(click.ParamType["float | str | dict[str, float | str]"]):
    """A number from 0 on (or inf), an expression, or one of them for each party: ``us=20,ruler=care``."""

    name = "number"

    _next_party = re.compile(r",(?=[^,()<>=!]+=(?!=))")
    _one_party = re.compile(r"(?P<name>[^,()<>=!]+)=(?!=)(?P<value>.*)")

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | str | dict[str, float | str]:
        text = str(value).strip()
        if not self._one_party.fullmatch(text):
            return self._single(text, param, ctx)
        parts = [self._one_party.fullmatch(part) for part in self._next_party.split(text)]
        return {part["name"].strip(): self._single(part["value"].strip(), param, ctx) for part in parts if part}

    def _single(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        try:
            number = float(text)
        except ValueError:
            if text:
                return text
            number = math.nan
        if not number >= 0:
            self.fail(f"found {text!r}; give 0 or more, or inf for no mistakes", param, ctx)
        return number


precision = click.option(
    "--precision",
    type=Precision(),
    help="How precisely all choose (logit AQRE): a number, an expression over assumptions, or one for each party, "
    "as in us=20,ruler=care; inf for no mistakes. Default: what the file states, else no mistakes.",
)


class Precisions(click.ParamType["tuple[float, float, int]"]):
    """A row of precisions: ``FROM:TO:COUNT``, evenly spaced in their logarithms."""

    name = "from:to:count"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float, int]:
        try:
            first, last, count = str(value).split(":")
            return float(first), float(last), int(count)
        except ValueError:
            return self.fail(f"found {str(value)!r}; give FROM:TO:COUNT, such as 0.1:100:40", param, ctx)


class Draws(click.ParamType["int | Literal['auto']"]):
    """A number of draws, or auto."""

    name = "number|auto"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | Literal["auto"]:
        if value == "auto":
            return "auto"
        try:
            return int(str(value))
        except ValueError:
            return self.fail(f"found {str(value)!r}; give a whole number, or auto", param, ctx)


DrawsAsked: TypeAlias = int | Literal["auto"]
"""A number of draws as it is asked for on the command line."""

draws = click.option(
    "--draws",
    type=Draws(),
    default=4096,
    show_default=True,
    help="Scrambled Sobol draws, best a power of two; auto: as many as settle the words of the headline.",
)


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document (see docs/json.md).")


def screen() -> Console:
    """Standard output as a console; plain where it is not a terminal."""
    from rich.console import Console

    console = Console(soft_wrap=True)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = PIPED_WIDTH
    return console


def print_document(document: Mapping[str, object]) -> None:
    """Print a JSON document, always in UTF-8."""
    from offramp.tell.document import as_text

    click.echo(as_text(document).encode())


def print_tree(lines: Iterable[str]) -> None:
    """Print a drawn tree, wrapped to a terminal's width; a pipe gets its lines whole."""
    from offramp.tell.layout import print_lines, tree_line

    console = screen()
    if console.is_terminal:
        print_lines(console, [part for line in lines for part in tree_line(line, console.width)])
    else:
        click.echo("\n".join(lines))


def show_notices(*, quiet: bool) -> None:
    """Print what the library has to say on the way, such as that it compiles, to standard error."""
    if quiet:
        return
    handler = _Notices()
    handler.setFormatter(logging.Formatter("offramp: %(message)s"))
    logger = logging.getLogger("offramp")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)


class _Notices(logging.Handler):
    """Writes log records where a progress bar, if there is one, lets them through."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


@contextmanager
def progress_bar(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A callback that moves a bar on standard error, or None where nobody is watching.

    The bar tells what is done, how much a second, and the time left.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None, rate="")

        def move(done: int, total: int) -> None:
            speed = progress.tasks[0].speed
            progress.update(task, completed=done, total=total, rate=f"{speed:,.0f} a second" if speed else "")

        yield move
