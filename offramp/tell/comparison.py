"""Two scenarios on one screen: the answer of each, what every edit explains, and the other answers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.comparison.edits import plain_words
from offramp.explore.comparison.result import Comparison, Line, Part
from offramp.explore.comparison.says import is_probability, value_words
from offramp.explore.phrases import points
from offramp.explore.summary import Estimate
from offramp.tell.layout import SCREEN_WIDTH, cell, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width, sentence_lines, without_notes


def comparison_screen(comparison: Comparison, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    one, two = comparison.labels
    head = [
        *wrapped(Text(f"First: {one}", style="bold"), width),
        *wrapped(Text(f"Second: {two}", style="bold"), width),
        Text(),
    ]
    told = without_notes(comparison.sentences())
    head += sentence_lines(told, width)
    foot = note_lines(comparison.notes, width)
    setting = comparison.setting
    effort = f"{setting.draws:,} draws for each, seed {setting.seed}; ± is the standard error of a change."
    foot += wrapped(Text(effort, style="dim"), width)
    return laid_out(head, _sections(comparison, width), foot)


def _sections(comparison: Comparison, width: int) -> Iterator[Section]:
    if comparison.parts:
        title = (
            "Where they disagree, and what it explains" if comparison.analysts else "What changed, and what it explains"
        )
        yield Section(title, tuple(_part_row(comparison, part, width) for part in comparison.parts), worth=1)
    heading = cell("Answers and outcomes", width - 38) + f"{'first':>10}{'second':>10}{'change':>18}"
    yield Section(heading, tuple(_line_row(line, width) for line in comparison.lines))


def _part_row(comparison: Comparison, part: Part, width: int) -> Text:
    row = Text("  ")
    edit = part.edits[0]
    words = (
        f"{part.label}: {plain_words(edit.before)} → {plain_words(edit.after)}" if len(part.edits) == 1 else part.label
    )
    row.append(cell(words, width - 20))
    row.append(f"{_change(comparison.headline, part.change):>18}", style="bold")
    return row


def _line_row(line: Line, width: int) -> Text:
    row = Text("  ")
    row.append(cell(line.says, width - 40))
    row.append(f"{_value(line, line.first):>10}{_value(line, line.second):>10}{_change(line, line.change):>18}")
    return row


def _value(line: Line, estimate: Estimate | None) -> str:
    return value_words(line, estimate.mean) if estimate else "–"


def _change(line: Line, change: object) -> str:
    mean, error = getattr(change, "mean", None), getattr(change, "error", 0.0)
    if mean is None:
        return "–"
    scale = 100.0 if is_probability(line) else 1.0
    return f"{points(scale * mean, 1, sign=True)} ± {points(scale * error, 1)}"
