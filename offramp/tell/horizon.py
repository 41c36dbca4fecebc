"""What the horizon does, on one screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.horizon.result import Horizon, Left
from offramp.explore.phrases import party_label, percent
from offramp.tell.layout import SCREEN_WIDTH, cell, emphasised, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width, without_notes

MOST_ROWS = 16
"""Numbers of rounds that are shown."""

COLUMN = 14
"""Cells of a column."""


def horizon_screen(horizon: Horizon, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = wrapped(Text(horizon.setting.scenario.title, style="bold"), width)
    for sentence in without_notes(horizon.sentences()):
        head += [Text(), *wrapped(emphasised(sentence), width)]
    foot = note_lines(horizon.notes, width)
    foot += wrapped(Text(f"{horizon.setting.draws:,} draws, seed {horizon.setting.seed}.", style="dim"), width)
    room = (width - 8) // COLUMN
    sections = [
        Section(_heading(horizon, room), tuple(_rows(horizon, room))),
    ]
    return laid_out(head, sections, foot)


def _shown(horizon: Horizon) -> list[Left]:
    """The first few numbers of rounds, and then some of the others, evenly taken; always the last."""
    lefts = list(horizon.lefts)
    if len(lefts) <= MOST_ROWS:
        return lefts
    few = MOST_ROWS // 2
    step = -(-(len(lefts) - few) // (MOST_ROWS - few))
    return [*lefts[:few], *lefts[len(lefts) - 1 : few - 1 : -step][::-1]]


def _heading(horizon: Horizon, room: int) -> str:
    scenario = horizon.setting.scenario
    names = [outcome.label or outcome.name.replace("_", " ") for outcome in scenario.outcomes]
    names += [f"to {party_label(scenario, party.name)}" for party in scenario.parties]
    return f"{'Rounds':<8}" + "".join(f"{cell(name, COLUMN - 2).strip():>{COLUMN}}" for name in names[:room])


def _rows(horizon: Horizon, room: int) -> Iterator[Text]:
    for left in _shown(horizon):
        cells = [percent(each.mean) for each in left.outcomes.values()]
        cells += [f"{each.mean:.4g}".replace("-", "−") for each in left.payoffs.values()]
        yield Text(f"{left.rounds:<8}" + "".join(f"{each:>{COLUMN}}" for each in cells[:room]))
