"""``offramp run``: a scenario over draws of its assumptions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from offramp.cli.common import check_figure, figure_option, say_drawn, seed_option, write_figures
from offramp.cli.console import (
    INTERRUPTED,
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
    from offramp.explore.options import Search
    from offramp.explore.run import Run
    from offramp.scenario.model import Scenario


MODES = ("quick", "none", "all")
"""What --explore takes besides names of analyses."""


@click.command()
@click.argument("file")
@draws
@seed_option
@precision
@click.option(
    "--equilibria",
    type=click.Choice(["probe", "all"]),
    help="Look for other equilibria of the first draws and say how far the answers depend on which is played: from "
    "many starts, or (small games) by listing all.",
)
@click.option(
    "--explore",
    default="quick",
    show_default=True,
    metavar="quick|none|all|NAMES",
    help="What else to find out: quick (what drives the headline, and the best of up to 512 offers), none, all, or "
    "names such as drivers,boxes,breaking,tipping,offers,learning,observed.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="SOURCE",
    help="Take a source of the scenario away and widen what rested on it (docs/sources.md); may be repeated.",
)
@figure_option
@click.option("--workers", type=int, help="Processes; default: this one alone, with a thread for each core.")
@click.option("--dask", metavar="ADDRESS", help="Work on a Dask cluster, e.g. tcp://10.0.0.7:8786.")
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    help="Write the run as a folder, in place of an earlier run. If it is stopped or killed, the same command goes on.",
)
@click.option("--quiet", is_flag=True, help="Show no progress, and with --out no screen either.")
@as_json
@click.pass_context
def run(
    ctx: click.Context,
    file: str,
    draws: DrawsAsked,
    seed: int,
    precision: Asked,
    equilibria: Search | None,
    explore: str,
    without: tuple[str, ...],
    figure: str | None,
    workers: int | None,
    dask: str | None,
    out: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Answer the question of the scenario FILE over draws of its assumptions.

    The result does not depend on who works, or how often the run was stopped and taken up again. Ctrl-C stops: what is
    done until then is shown (and written), and the exit code is 130.
    """
    from offramp.explore import folder, store
    from offramp.explore.run import run as run_scenario

    names = _checked(explore, figure)
    place = Path(out) if out else None
    checkpoint = place and store.unfinished(place)
    if place:
        store.check_place(place)
    show_notices(quiet=quiet)
    with progress_bar("solving", quiet=quiet) as progress:
        result = run_scenario(
            _scenario(file, without),
            workers=workers,
            dask=dask,
            checkpoint=checkpoint,
            progress=progress,
            draws=draws,
            seed=seed,
            precision=precision,
            equilibria=equilibria,
        )
    if not result.interrupted and explore != "none":
        result = _explored(result, explore, names, quiet=quiet)
    if place:
        result.save(place)
    if checkpoint and not result.interrupted:
        folder.discard(checkpoint)
    _show(result, out, quiet=quiet, as_json=as_json)
    if figure:
        say_drawn(write_figures(result.figures(), figure))
    if result.interrupted:
        ctx.exit(INTERRUPTED)


def _scenario(file: str, without: tuple[str, ...]) -> str | Scenario:
    """The file, or its scenario without some of its sources."""
    if not without:
        return file
    from offramp.explore.evidence.without import without_source
    from offramp.scenario.load import load

    scenario = load(file)
    for source in without:
        scenario = without_source(scenario, source)
    return scenario


def _checked(explore: str, figure: str | None) -> list[str]:
    """The analyses that are asked for by name; what cannot be done is refused before anything is solved."""
    from offramp.explore.names import checked_names

    check_figure(figure)
    return [] if explore in MODES else checked_names([name.strip() for name in explore.split(",")])


def _explored(result: Run, explore: str, names: list[str], *, quiet: bool) -> Run:
    """The run with what else was asked for; after Ctrl-C without."""
    from rich.console import Console

    console = Console(stderr=True)
    try:
        if quiet or not console.is_terminal:
            return result.first_look() if explore == "quick" else result.explore(*names)
        with console.status("exploring") as status:
            if explore == "quick":
                return result.first_look()
            return result.explore(*names, report=lambda name: status.update(f"exploring: {name}"))
    except KeyboardInterrupt:
        click.echo("offramp: stopped exploring; the run itself is whole", err=True)
        return result


def _show(result: Run, out: str | None, *, quiet: bool, as_json: bool) -> None:
    """The document or the screen on standard output; where the run is, and whether it was stopped."""
    from offramp.tell.layout import print_lines
    from offramp.tell.screen import run_screen

    if as_json:
        print_document(result.record())
    elif not (quiet and out):
        console = screen()
        print_lines(console, run_screen(result, console.width))
    if out and not as_json:
        click.echo(f"Wrote {out}.", err=quiet)
    if result.interrupted:
        where = f", in {out}; the same command goes on from there" if out else ""
        kept = f"{result.num_draws:,} of {result.requested:,} draws were kept{where}"
        click.echo(f"offramp: stopped; {kept}", err=True)
