"""``offramp observed``: what was seen says about the assumptions."""

from __future__ import annotations

import click

from offramp.cli.common import Asking, analysis_options


@click.command()
@click.option(
    "--observed",
    multiple=True,
    metavar="'MOVE=CHOICE ...'",
    help="What was seen in one play, such as 'approach=offer answer=refuse'; may be repeated. Default: the file's "
    "observed:.",
)
@click.option(
    "--offer",
    metavar="'TERM=OPTION ...'",
    help="Terms that stood otherwise then, for what --observed says.",
)
@analysis_options
def observed(asking: Asking, observed: tuple[str, ...], offer: str | None) -> None:
    """Say what something that was seen to happen teaches about the assumptions of the scenario FILE.

    Each draw counts by how likely it makes what was seen; the private knowledge of a party is updated too
    (docs/observed.md). Parties that make no mistakes rule much out: a --precision keeps it possible.
    """
    from offramp.explore.observed.api import observe
    from offramp.scenario.model import Observation
    from offramp.tell.observed import observed_screen

    terms = _pairs(offer, "--offer") if offer else {}
    seen = [Observation(_pairs(each, "--observed"), terms) for each in observed]
    if terms and not seen:
        raise click.UsageError("--offer says how terms stood when something was seen; give --observed too")
    run = asking.solve()
    with asking.progress("looking at what was seen") as progress:
        found = observe(run, seen or None, progress=progress)
    asking.show(found, observed_screen)


def _pairs(text: str, option: str) -> dict[str, str]:
    words = [word.partition("=") for word in text.split()]
    if not words or not all(name and equals and value for name, equals, value in words):
        raise click.UsageError(f"found {option} {text!r}; write NAME=VALUE, such as answer=refuse")
    return {name: value for name, _, value in words}
