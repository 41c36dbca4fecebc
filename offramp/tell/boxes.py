"""The boxes of a run on one screen: each as a sentence, and its limits one by one."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.boxes.discover import Found
from offramp.explore.boxes.result import Boxes
from offramp.explore.boxes.says import limit_words
from offramp.tell import words
from offramp.tell.layout import SCREEN_WIDTH, bar, cell, emphasised, wrapped
from offramp.tell.sections import FEWEST_ROWS, Section, note_lines, room, screen_width, stacked, without_notes


def boxes_screen(boxes: Boxes, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = wrapped(Text(boxes.setting.scenario.title, style="bold"), width)
    for sentence in without_notes(boxes.sentences()):
        head += [Text(), *wrapped(emphasised(sentence), width)]
    foot = note_lines(boxes.notes, width)
    foot += wrapped(Text(_footnote(boxes), style="dim"), width)
    return stacked(head, _fitted(list(_sections(boxes, width)), room(head, foot)), foot)


def _fitted(sections: list[Section], budget: int) -> list[Section]:
    """``sections`` without the last ones that do not fit, but for the first, which is cut row by row."""
    while len(sections) > 1 and sum(section.num_lines for section in sections) > budget:
        sections = sections[:-1]
    while sections and sections[0].num_lines > budget and len(sections[0].rows) > FEWEST_ROWS:
        sections = [sections[0].cut()]
    return sections


def _sections(boxes: Boxes, width: int) -> Iterator[Section]:
    for index, found in enumerate(boxes.boxes):
        title = f"Box {index + 1}: {words.percent(found.held_out.density)} of {found.held_out.draws:,} draws"
        columns = f"{'without':>9}{'again in':>10}"
        heading = cell(title, width - len(columns)) + columns
        yield Section(heading, tuple(_rows(boxes, found, width)), worth=-index)


def _rows(boxes: Boxes, found: Found, width: int) -> Iterator[Text]:
    for limit, support in zip(found.limits, found.support, strict=True):
        assumption = boxes.assumptions[limit.column]
        row = Text("  ")
        share = words.percent(support.density_without)
        label = f"{assumption.name.replace('_', ' ')} {limit_words(assumption, [limit])}"
        bar_width = 16 if width >= SCREEN_WIDTH else 0
        row.append(cell(label, width - 21 - bar_width))
        if bar_width:
            row.append(bar(support.density_without, bar_width), style="cyan")
        row.append(f"{share:>9}{words.percent(support.reproduced):>10}")
        yield row


def _footnote(boxes: Boxes) -> str:
    setting = boxes.setting
    half = int(boxes.held_out.sum())
    return (
        f"{setting.draws:,} draws, seed {setting.seed}; boxes were learnt on one half of those that count and scored "
        f"on the other ({half:,}). Without: the share in the box if the limit is left out. Again in: how many of the "
        "resamples limit it too. Intervals are 90%."
    )
