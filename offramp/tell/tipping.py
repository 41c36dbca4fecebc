"""A tipping point on one screen: what was found in sentences, and the curve."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.phrases import spaced
from offramp.explore.tipping.result import Point, Tipping
from offramp.explore.tipping.says import answer_words, value_words
from offramp.tell.layout import SCREEN_WIDTH, bar, cell, emphasised, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width, without_notes

MOST_ROWS = 13
"""Values of the curve that are shown."""


def tipping_screen(tipping: Tipping, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = wrapped(Text(tipping.setting.scenario.title, style="bold"), width)
    for sentence in without_notes(tipping.sentences()):
        head += [Text(), *wrapped(emphasised(sentence), width)]
    foot = note_lines(tipping.notes, width)
    foot += wrapped(Text(_footnote(tipping), style="dim"), width)
    section = Section(_heading(tipping, width), tuple(_rows(tipping, width)))
    return laid_out(head, [section], foot)


def _footnote(tipping: Tipping) -> str:
    setting = tipping.setting
    spread = "" if tipping.asked.is_probability else " Ranges hold 90% of the draws."
    return f"{setting.draws:,} draws, seed {setting.seed}. All other assumptions are as drawn.{spread}"


def _heading(tipping: Tipping, width: int) -> str:
    unit = f", {tipping.assumption.unit}" if tipping.assumption.unit else ""
    return cell(f"Mean with {spaced(tipping.assumption.name)} held at a value{unit}", width).rstrip()


def _rows(tipping: Tipping, width: int) -> Iterator[Text]:
    """Some points of the curve, evenly taken, and between them where it crosses."""
    step = max(1, -(-(len(tipping.points) - 1) // (MOST_ROWS - 1)))
    shown = tipping.points[::step]
    for index, point in enumerate(shown):
        yield _point(tipping, point, width)
        last = shown[index + 1].value if index + 1 < len(shown) else point.value
        for crossing in tipping.crossings:
            if not tipping.is_listed and point.value <= crossing.value < last:
                yield Text(f"  {value_words(tipping, crossing.value):>10}  the mean crosses here", style="bold")


def _point(tipping: Tipping, point: Point, width: int) -> Text:
    row = Text(f"  {value_words(tipping, point.value):>10}  ")
    if point.answer is None:
        row.append("not asked in any draw", style="dim")
    elif tipping.asked.is_probability:
        row.append(f"{answer_words(tipping, point.answer.mean):>4}  ", style="bold")
        row.append(bar(point.answer.mean, width - 24), style="cyan")
    else:
        low, high = (f"{end:.3g}".replace("-", "−") for end in point.answer.interval)
        row.append(f"{answer_words(tipping, point.answer.mean):>14}", style="bold")
        row.append(f"  ({low} to {high})", style="dim")
    return row
