"""``offramp sources``: the documents that a scenario rests on, and what its answers owe to them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from offramp.cli.common import quiet_option, seed_option
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

UNRESOLVED = 1
"""Exit code where a locator leads nowhere."""

documents_option = click.option(
    "--documents",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Where the documents and their ledger are. Default: the folder 'sources' beside the scenario, or here.",
)


@click.group()
def sources() -> None:
    """Keep the documents that a scenario rests on, and walk from its answers back to their words.

    Documents are trusted in nothing: they are read within limits, no script in one is run, and nothing is fetched but
    an address that you give to 'add' (docs/sources.md).
    """


@sources.command()
@click.argument("what", metavar="FILE|URL")
@click.option("--title", default="", help="What it is called. Default: what it says itself, or the file's name.")
@click.option("--publisher", default="", help="Who publishes it.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day of its publication, as in 2024-08-15.")
@click.option("--reliability", type=click.Choice(list("ABCDEF")), help="Admiralty letter of its source, A to F.")
@click.option("--name", default="", help="What a scenario calls it. Default: the first words of its title.")
@click.option("--allow-local", is_flag=True, help="Let an address be one of this machine or of a private network.")
@documents_option
@as_json
def add(
    what: str,
    title: str,
    publisher: str,
    day: datetime | None,
    reliability: str | None,
    name: str,
    allow_local: bool,
    documents: str | None,
    as_json: bool,
) -> None:
    """Store the document in a file or at an address, under the hash of its bytes.

    Text, HTML and PDF are read. A document that is there already gets what is said of it anew.
    """
    from offramp.sources.ledger import About, Ledger
    from offramp.sources.library import beside
    from offramp.tell.document import ledger_document
    from offramp.tell.sources import ledger_screen, source_yaml

    about = About(title, publisher, _day(day), reliability or "", name, allow_local)
    ledger = Ledger(Path(documents) if documents else beside(None))
    entry, is_new = ledger.add(what, about)
    if as_json:
        print_document(ledger_document(ledger, [entry]))
        return
    click.echo(f"{'Stored in' if is_new else 'Already in'} {ledger.folder}:")
    _print(ledger_screen([entry], screen().width))
    click.echo(f"\nIn a scenario, under sources:\n{source_yaml(entry)}")


def _day(day: datetime | None) -> date | None:
    return day.date() if day else None


@sources.command(name="list")
@documents_option
@as_json
def list_(documents: str | None, as_json: bool) -> None:
    """List the documents of the ledger."""
    from offramp.sources.ledger import Ledger
    from offramp.sources.library import beside
    from offramp.tell.document import ledger_document
    from offramp.tell.sources import ledger_screen

    ledger = Ledger(Path(documents) if documents else beside(None))
    entries = ledger.entries()
    if as_json:
        print_document(ledger_document(ledger, entries))
    else:
        _print(ledger_screen(entries, screen().width))


@sources.command()
@click.argument("scenario")
@documents_option
@as_json
@click.pass_context
def check(ctx: click.Context, scenario: str, documents: str | None, as_json: bool) -> None:
    """Verify that each passage that SCENARIO points to exists, and show it beside what rests on it.

    Says which documents copy one another, and which passages are hedged more than their credibility allows. The exit
    code is 0 where every locator leads to a passage, else 1; a flag changes nothing in it.
    """
    from offramp.scenario.load import load
    from offramp.sources.checking import check_sources
    from offramp.tell.sources import check_screen

    found = check_sources(load(scenario), documents)
    if as_json:
        print_document(found.document())
    else:
        _print(check_screen(found, screen().width))
    if not found.resolves:
        ctx.exit(UNRESOLVED)


@sources.command()
@click.argument("file")
@click.option("--scenario", help="The scenario whose parties, terms, moves and assumptions are looked for.")
@as_json
def suggest(file: str, scenario: str | None, as_json: bool) -> None:
    """List passages of the report FILE that may bear on a scenario: suggestions to accept or leave, never facts.

    Without --scenario: the actors, terms and obstacles that it seems to speak of, and its hedged sentences.
    """
    from offramp.scenario.load import load
    from offramp.sources.reading import read_document
    from offramp.sources.suggesting import suggest as suggest_passages
    from offramp.tell.sources import suggestion_screen

    asked = load(scenario) if scenario else None
    found = suggest_passages(read_document(file), asked, file=file)
    if as_json:
        print_document(found.document())
    else:
        _print(suggestion_screen(found, screen().width))


@sources.command()
@click.argument("what", metavar="SCENARIO|RUN")
@click.argument("answer", required=False)
@click.option(
    "--draws", type=int, help="Scrambled Sobol draws. Default: those of the run's folder, 4096 for a scenario."
)
@click.option("--seed", type=int, help="The same seed gives the same bits. Default: that of the run's folder, or 1.")
@documents_option
@quiet_option
@as_json
def trace(
    what: str,
    answer: str | None,
    draws: int | None,
    seed: int | None,
    documents: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Walk from ANSWER back to the assumptions that drive it, their bases, and the words of the passages.

    ANSWER is an answer of the scenario, payoff.PARTY or choice.MOVE.CHOICE; by default the headline. A run's folder is
    solved again as it was, to the same bits.
    """
    from offramp.explore.again import solve_again
    from offramp.explore.evidence.trace import evidence_under
    from offramp.tell.evidence import trace_screen

    show_notices(quiet=quiet)
    with progress_bar("solving", quiet=quiet) as progress:
        run = solve_again(what, draws=draws, seed=seed, progress=progress)
    found = evidence_under(run, answer, documents=documents)
    if as_json:
        print_document(found.document())
    else:
        _print(trace_screen(found, screen().width))


@sources.command()
@click.argument("scenario")
@click.argument("source")
@draws
@seed_option
@precision
@quiet_option
@as_json
def without(
    scenario: str, source: str, draws: DrawsAsked, seed: int, precision: Asked, quiet: bool, as_json: bool
) -> None:
    """Solve SCENARIO with all its sources and without SOURCE, and show each answer before and after.

    What rested on the source is made twice as wide, unless a basis is left that is graded as well (docs/sources.md).
    """
    from offramp.explore.evidence.without import solve_without
    from offramp.tell.evidence import without_screen

    show_notices(quiet=quiet)
    with progress_bar("solving", quiet=quiet) as progress:
        found = solve_without(scenario, source, progress=progress, draws=draws, seed=seed, precision=precision)
    if as_json:
        print_document(found.document())
    else:
        _print(without_screen(found, screen().width))


def _print(lines: list[Text]) -> None:
    from offramp.tell.layout import print_lines

    print_lines(screen(), lines)
