"""What a run's own screen says of what was explored: what drives the headline, and the best offers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.drivers.result import Driver, Drivers
from offramp.explore.offers.result import Offers
from offramp.explore.phrases import party_label, percent
from offramp.explore.run import Run
from offramp.tell.layout import bar, cell
from offramp.tell.offers import best_rows, heading
from offramp.tell.sections import Section

SHOWN = 3
"""Drivers, and offers."""

WORDS = {"raises": "the more, the likelier", "lowers": "the more, the less likely", "mixed": "either way"}
"""What a rising driver does to a probability."""


def explored_sections(run: Run, width: int) -> Iterator[Section]:
    """The sections for drivers and offers, where the run has them."""
    drivers, offers = run.explored.get("drivers"), run.explored.get("offers")
    if isinstance(drivers, Drivers) and drivers.is_probability:
        rows = tuple(_driver_row(each, width) for each in drivers.leading(SHOWN))
        told = rows or (Text("  nothing that can be told from noise", style="dim"),)
        yield Section("What drives it, and how far it alone settles the answer", told, worth=2)
    if isinstance(offers, Offers):
        who = party_label(run.scenario, offers.chooser)
        title = f"Best offers for {who} ({offers.setting.draws:,} draws)"
        shown = list(range(min(SHOWN, len(offers.offers))))
        yield Section(heading(title, width), tuple(best_rows(offers, width, shown)), worth=2)


def _driver_row(driver: Driver, width: int) -> Text:
    bar_width = 16 if width >= 100 else 8
    row = Text("  ")
    row.append(cell(driver.label, width - bar_width - 37))
    row.append(f"  {percent(driver.influence.value):>4}  ", style="bold")
    row.append(bar(driver.influence.value, bar_width), style="cyan")
    row.append(f"  {WORDS.get(driver.direction, driver.direction)}")
    row.truncate(width)
    return row
