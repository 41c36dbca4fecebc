"""``offramp run``: a scenario over draws of its assumptions."""

from __future__ import annotations

from pathlib import Path

import click

from offramp.cli.console import INTERRUPTED, Precision, as_json, print_document, progress_bar, screen, show_notices


@click.command()
@click.argument("file")
@click.option("--draws", default=4096, show_default=True, help="Scrambled Sobol draws; best a power of two.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bits.")
@click.option(
    "--precision", type=Precision(), help="How precisely parties choose (logit AQRE); default: without mistakes."
)
@click.option("--workers", type=int, help="Threads; the result does not depend on them.")
@click.option("--out", type=click.Path(file_okay=False), help="Write the run as a folder, in place of an earlier run.")
@click.option("--quiet", is_flag=True, help="Show no progress, and with --out no screen either.")
@as_json
@click.pass_context
def run(
    ctx: click.Context,
    file: str,
    draws: int,
    seed: int,
    precision: float | None,
    workers: int | None,
    out: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Answer the question of the scenario FILE over draws of its assumptions.

    Ctrl-C stops after the batch in hand: what is done until then is shown (and written), and the exit code is 130.
    """
    from offramp.explore import store
    from offramp.explore.run import run as run_scenario
    from offramp.tell.layout import print_lines
    from offramp.tell.screen import run_screen

    if out:
        store.check_place(Path(out))
    show_notices(quiet=quiet)
    with progress_bar("solving", quiet=quiet) as progress:
        result = run_scenario(file, draws=draws, seed=seed, precision=precision, workers=workers, progress=progress)
    if out:
        result.save(out)
    if as_json:
        print_document(result.record())
    elif not (quiet and out):
        console = screen()
        print_lines(console, run_screen(result, console.width))
    if out and not as_json:
        click.echo(f"Wrote {out}.", err=quiet)
    if result.interrupted:
        where = f", in {out}" if out else ""
        kept = f"{result.num_draws:,} of {result.requested:,} draws were kept{where}"
        click.echo(f"offramp: stopped; {kept}", err=True)
        ctx.exit(INTERRUPTED)
