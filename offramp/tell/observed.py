"""What was seen, on one screen: which assumptions it moves, and what it does to the answers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.observed.result import Posterior, Shift, Update
from offramp.explore.observed.says import shift_words
from offramp.explore.phrases import percent, spaced
from offramp.explore.summary import Estimate
from offramp.tell.layout import SCREEN_WIDTH, cell, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width, sentence_lines, without_notes

ROWS = 8
"""Assumptions in the table."""


def observed_screen(posterior: Posterior, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = [*wrapped(Text(posterior.setting.scenario.title, style="bold"), width), Text()]
    told = without_notes(posterior.sentences())
    head += sentence_lines(told, width)
    foot = note_lines(posterior.notes, width)
    effort = f"{posterior.setting.draws:,} draws, seed {posterior.setting.seed}. Ranges hold 90% of the draws."
    foot += wrapped(Text(effort, style="dim"), width)
    return laid_out(head, _sections(posterior, width), foot)


def _sections(posterior: Posterior, width: int) -> Iterator[Section]:
    shifts = tuple(_shift_row(each, width) for each in posterior.shifts[:ROWS])
    yield Section(_heading("Assumptions, that which moves furthest first", width), shifts)
    rows = tuple(_update_row(each, width) for each in posterior.answers)
    if rows:
        yield Section(_heading("Answers, in another play by the same people", width), rows, worth=1)


def _heading(text: str, width: int) -> str:
    column = _column(width)
    return (cell(text, width - 2 * column - 11) + f"{'before':>{column}}{'after':>{column}}").rstrip()


def _column(width: int) -> int:
    return 20 if width >= 80 else 16


def _shift_row(each: Shift, width: int) -> Text:
    column = _column(width)
    row = Text("  ")
    private = f" (known to {spaced(each.private_to)} alone)" if each.private_to else ""
    row.append(cell(f"{spaced(each.name)}{private}", width - 2 * column - 13))
    for words in shift_words(each):
        row.append(cell(words, column - 1).rjust(column))
    row.append("" if each.moved else "  by chance", style="dim")
    return _cut(row, width)


def _update_row(each: Update, width: int) -> Text:
    column = _column(width)
    row = Text("  ")
    row.append(cell(each.says, width - 2 * column - 13))
    for estimate in (each.prior, each.posterior):
        row.append(f"{_percent(estimate):>{column}}")
    return _cut(row, width)


def _percent(estimate: Estimate | None) -> str:
    return percent(estimate.mean) if estimate else "–"


def _cut(row: Text, width: int) -> Text:
    row.truncate(width)
    row.rstrip()
    return row
