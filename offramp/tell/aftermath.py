"""What follows on one screen: sentences, and the share of every state after some years."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.aftermath.result import Following
from offramp.explore.aftermath.says import amount, telling
from offramp.explore.phrases import percent
from offramp.tell.layout import SCREEN_WIDTH, cell, emphasised, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width

COLUMN = 17
"""Cells of a column of one arm."""


def aftermath_screen(following: Following, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = wrapped(Text(following.setting.scenario.title, style="bold"), width)
    for sentence in following.sentences()[: len(following.arms)]:
        head += [Text(), *wrapped(emphasised(sentence), width)]
    foot = note_lines(following.notes, width)
    foot += wrapped(Text(_footnote(following), style="dim"), width)
    sections = [
        Section(_heading(following, year, width), tuple(_states(following, year, width))) for year in _shown(following)
    ]
    if following.after.indicators:
        title = _title("Median of the paths at the end", following, width)
        sections.append(Section(title, tuple(_medians(following, width))))
    return laid_out(head, sections, foot)


def _footnote(following: Following) -> str:
    setting = following.setting
    words = (
        f"{setting.draws:,} draws, seed {setting.seed}. Shares of states are exact in each draw; averages are shown."
    )
    if following.after.indicators:
        words += f" Indicators rest on {following.num_paths:,} paths, with the same luck in every column."
    return words


def _shown(following: Following) -> list[int]:
    """The years whose shares are shown: half way and the last."""
    return sorted({max(1, following.years // 2), following.years})


def _heading(following: Following, year: int, width: int) -> str:
    return _title(f"Where it stands after {year} year{'s' if year > 1 else ''}", following, width)


def _title(words: str, following: Following, width: int) -> str:
    columns = [f"{short:>{COLUMN}}" for short, _ in telling(following)]
    return cell(words, width - COLUMN * len(columns)) + "".join(columns)


def _states(following: Following, year: int, width: int) -> Iterator[Text]:
    first = width - COLUMN * len(following.arms)
    for state, label in enumerate(following.labels):
        row = Text(cell(f"  {label}", first))
        for _, arm in telling(following):
            row.append(f"{percent(arm.share(state, year)):>{COLUMN}}")
        yield row


def _medians(following: Following, width: int) -> Iterator[Text]:
    first = width - COLUMN * len(following.arms)
    for which, indicator in enumerate(following.after.indicators):
        unit = f", {indicator.unit}" if indicator.unit else ""
        row = Text(cell(f"  {indicator.called}{unit}", first))
        for _, arm in telling(following):
            row.append(f"{amount(float(arm.fans[which].median[-1])):>{COLUMN}}")
        yield row
        if following.higher is not None:
            share = percent(following.higher[which])
            yield Text(f"    with the same luck higher with the offer on {share} of paths", style="dim")
