"""What to find out next, on one screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.learning.result import Item, Learning
from offramp.explore.learning.says import KNOWN, worth_places
from offramp.explore.phrases import percent, points, spaced
from offramp.tell.layout import SCREEN_WIDTH, cell, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width, sentence_lines, without_notes

ROWS = 12
"""Assumptions in the table."""


def learning_screen(learning: Learning, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = [*wrapped(Text(learning.setting.scenario.title, style="bold"), width), Text()]
    told = without_notes(learning.sentences())
    head += sentence_lines(told, width)
    foot = note_lines(learning.notes, width)
    setting = learning.setting
    effort = f"{learning.num_offers:,} offers, {setting.draws:,} draws, seed {setting.seed}; ± is the standard error."
    foot += wrapped(Text(effort, style="dim"), width)
    return laid_out(head, _sections(learning, width), foot)


def _sections(learning: Learning, width: int) -> Iterator[Section]:
    if learning.items:
        title = cell("Worth knowing, in points of the chooser", width - 46)
        heading = title + f"{'worth':>16}{'of all':>8}" + "  known"
        yield Section(heading, tuple(_row(learning, item, width) for item in learning.items[:ROWS]))


def _row(learning: Learning, item: Item, width: int) -> Text:
    behind = worth_places(learning)
    row = Text("  ")
    row.append(cell(spaced(item.name), width - 48), style="bold" if item.listed else "")
    worth = f"{points(item.worth.estimate, behind)} ± {points(item.worth.error, behind)}"
    row.append(f"{worth:>16}{percent(item.share) if item.matters else '–':>8}  ")
    row.append(KNOWN[item.grade.known])
    row.truncate(width)
    row.rstrip()
    return row
