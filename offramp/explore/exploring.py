"""Several analyses of one run, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING

from offramp.errors import RunError
from offramp.explore.analysis import Analysis
from offramp.explore.names import ANALYSES, checked_names

if TYPE_CHECKING:
    from offramp.explore.run import Run

EXPLORED_DRAWS = 16_384
"""An analysis reads all its draws at once; of a larger run it takes so many, the first."""

OFFER_DRAWS = 256
"""Draws over which every offer is solved, for a first look."""

FEW_OFFERS = 512
"""Up to so many offers a run's own screen shows the best of them."""

TIPPED = 3
"""Tipping points are looked for among so many assumptions, those that drive the headline most."""

Report = Callable[[str], None]
"""Told the name of the analysis that begins."""


def explore(run: Run, names: Sequence[str], report: Report | None = None) -> dict[str, Analysis]:
    """The analyses called ``names``, by name; without names all that can be made of the run.

    Raises
    ------
    RunError
        If a name is unknown, or an analysis that was named cannot be made of this run.
    """
    found: dict[str, Analysis] = {}
    part = run.first(min(EXPLORED_DRAWS, run.num_draws))
    for name in checked_names(names) or ANALYSES:
        if report:
            report(name)
        try:
            found.update(_MAKERS[name](part))
        except RunError as error:
            if names:
                raise
            logging.getLogger("offramp").info("%s: left out, since %s", name, error)
    return found


def first_look(run: Run) -> dict[str, Analysis]:
    """What a run's own screen shows: what drives the headline, and the best of all offers if they are few.

    Nothing is solved for the drivers; offers are solved over the first ``OFFER_DRAWS`` draws.
    """
    part = run.first(min(EXPLORED_DRAWS, run.num_draws))
    found: dict[str, Analysis] = {}
    for name, make in (("drivers", _quick_drivers), ("offers", _few_offers)):
        try:
            found.update(make(part))
        except RunError as error:
            logging.getLogger("offramp").debug("%s: left out, since %s", name, error)
    return found


def _quick_drivers(run: Run) -> Iterator[tuple[str, Analysis]]:
    yield "drivers", run.drivers(tornado=False)


def _few_offers(run: Run) -> Iterator[tuple[str, Analysis]]:
    if 1 < prod(len(term.options) for term in run.scenario.terms) <= FEW_OFFERS:
        yield from _offers(run)


def _drivers(run: Run) -> Iterator[tuple[str, Analysis]]:
    yield "drivers", run.drivers()


def _boxes(run: Run) -> Iterator[tuple[str, Analysis]]:
    yield "boxes", run.boxes()


def _breaking(run: Run) -> Iterator[tuple[str, Analysis]]:
    yield "breaking", run.what_breaks()


def _tipping(run: Run) -> Iterator[tuple[str, Analysis]]:
    for each in run.drivers(tornado=False).leading(TIPPED):
        yield f"tipping.{each.name}", run.tipping(each.name)


def _offers(run: Run) -> Iterator[tuple[str, Analysis]]:
    if run.scenario.terms:
        yield "offers", run.offers(draws=min(OFFER_DRAWS, run.num_draws))


def _learning(run: Run) -> Iterator[tuple[str, Analysis]]:
    if run.scenario.terms:
        yield "learning", run.worth_knowing()


def _aftermath(run: Run) -> Iterator[tuple[str, Analysis]]:
    if run.scenario.aftermath is not None:
        yield "aftermath", run.what_follows()


def _observed(run: Run) -> Iterator[tuple[str, Analysis]]:
    if run.scenario.observed:
        yield "observed", run.observe()


_MAKERS: dict[str, Callable[[Run], Iterator[tuple[str, Analysis]]]] = {
    "drivers": _drivers,
    "boxes": _boxes,
    "breaking": _breaking,
    "tipping": _tipping,
    "offers": _offers,
    "aftermath": _aftermath,
    "learning": _learning,
    "observed": _observed,
}
