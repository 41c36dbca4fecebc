"""What drives an answer, on one screen: the strongest in words, a table of those told from noise, and notes."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from offramp.explore.drivers.result import Driver, Drivers
from offramp.explore.drivers.says import answer_words, unclear_words
from offramp.explore.phrases import percent, spaced
from offramp.tell import words
from offramp.tell.layout import SCREEN_WIDTH, cell, emphasised, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width, sentence_lines

MOST_ROWS = 12
"""Drivers in the table."""

TOLD = 3
"""Sentences above the table."""

MOST_NOTES = 4
"""Notes that are shown."""

WIDE = 90
"""Columns from which on bars and first-order shares have room."""

BAR = 12
"""Cells of an interval bar."""


def drivers_screen(found: Drivers, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = wrapped(Text(found.setting.scenario.title, style="bold"), width)
    head += [Text(), *wrapped(emphasised(_headline(found)), width)]
    head += sentence_lines(_told(found), width)
    foot = [line for each in unclear_words(found) for line in wrapped(Text(f"{each}."), width)]
    foot += note_lines(found.notes[:MOST_NOTES], width)
    foot += wrapped(Text(_footnote(found, width), style="dim"), width)
    return laid_out(head, _sections(found, width), foot)


def _headline(found: Drivers) -> str:
    estimate = found.estimate
    if found.is_probability:
        return words.sentence(found.says, estimate.mean, estimate.interval, given=found.given)
    low, high = (answer_words(found, end) for end in estimate.interval)
    return f"The {found.says}: *{answer_words(found, estimate.mean)}* (90% of draws {low} to {high})."


def _told(found: Drivers) -> list[str]:
    hidden = ("Note: ", "Not to be told")
    return [each for each in found.sentences() if not each.startswith(hidden)][:TOLD]


def _footnote(found: Drivers, width: int) -> str:
    setting = found.setting
    text = f"{setting.draws:,} draws, seed {setting.seed}. Influence: how far the assumption alone settles the answer"
    text += "; alone: its first-order share of the variance" if width >= WIDE else ""
    text += f". {'Ranges and ranks' if width >= WIDE else 'Ranks'} hold 90% of bootstrap samples."
    if found.swing_draws:
        text += f" Low, high: the mean answer with it at its 5th and 95th percentile, over {found.swing_draws:,} draws."
    return text


def _sections(found: Drivers, width: int) -> Iterator[Section]:
    leading = found.leading(len(found.drivers))
    if not leading:
        return
    rows = tuple(_row(found, each, width) for each in leading[:MOST_ROWS])
    yield Section(_heading(found, width), rows, hidden=max(0, len(leading) - MOST_ROWS))


def _heading(found: Drivers, width: int) -> str:
    columns = ["influence" if width < WIDE else "influence".rjust(BAR + 15), "rank".rjust(6)]
    if width >= WIDE:
        columns.append("alone".rjust(6))
    if found.total_draws:
        columns.append("total".rjust(6))
    columns.append("way".rjust(7))
    if found.swing_draws:
        columns.append("low → high".rjust(_swing_width(found)))
    right = " ".join(columns)
    return (cell("What drives it", width - cell_len(right) - 1) + " " + right).rstrip()


def _row(found: Drivers, driver: Driver, width: int) -> Text:
    share = driver.influence
    numbers = f"{percent(share.value):>9}"
    if width >= WIDE:
        between = f"{percent(share.low).rstrip('%')}–{percent(share.high)}"
        numbers = f"{_interval_bar(found, driver)} {percent(share.value):>4} {between:>9}"
    low, high = driver.ranks
    numbers += f" {str(low) if low == high else f'{low}–{high}':>6}"
    if width >= WIDE:
        numbers += f" {percent(driver.first_order.value):>6}"
    if found.total_draws:
        numbers += f" {percent(driver.total.value) if driver.total else '':>6}"
    numbers += f" {driver.direction:>7}"
    if driver.swing:
        numbers += " " + _swing_words(found, driver).rjust(_swing_width(found))
    row = Text("  ")
    label = spaced(driver.name) + (f": {driver.meaning}" if driver.meaning else "")
    row.append(cell(label, width - 3 - cell_len(numbers)))
    row.append(" " + numbers)
    row.rstrip()
    return row


def _interval_bar(found: Drivers, driver: Driver) -> str:
    """A bar that is full up to the low end of the interval and half full up to its high end."""
    scale = max(each.influence.high for each in found.drivers)
    low = round(BAR * driver.influence.low / scale)
    high = max(low + 1, round(BAR * driver.influence.high / scale)) if low < BAR else low
    return "█" * low + "▄" * (high - low) + "░" * (BAR - high)


def _swing_words(found: Drivers, driver: Driver) -> str:
    if driver.swing is None:
        return ""
    ends = (driver.swing.low, driver.swing.high)
    return " → ".join("–" if end is None else answer_words(found, end) for end in ends)


def _swing_width(found: Drivers) -> int:
    return max(10, *(cell_len(_swing_words(found, each)) for each in found.drivers))
