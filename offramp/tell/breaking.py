"""What breaks an offer, on one screen: the weakest link, every link's margin, a leak, and what each term buys."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.breaking.result import Breaking, Fork, Guarantee, Link
from offramp.explore.breaking.says import link_places
from offramp.explore.phrases import party_label, places, points, spaced
from offramp.explore.summary import Estimate
from offramp.scenario.model import CHANCE
from offramp.tell import words
from offramp.tell.layout import SCREEN_WIDTH, cell, emphasised, wrapped
from offramp.tell.sections import Section, laid_out, note_lines, screen_width, sentence_lines, without_notes

TOLD = 3
"""Sentences that stand above the tables; the others say what these show."""

MOST_NOTES = 3
"""Notes that are shown."""

WIDE = 90
"""Columns from which on ranges have room, and all of the sentences."""


def breaking_screen(breaking: Breaking, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    scenario, answer = breaking.setting.scenario, breaking.answer
    head = wrapped(Text(scenario.title, style="bold"), width)
    estimate = breaking.probability
    sentence = words.sentence(answer.says, estimate.mean, estimate.interval, given=answer.given_says)
    head += [Text(), *wrapped(emphasised(sentence), width)]
    told = without_notes(breaking.sentences())[: 1 if _is_narrow(width) else TOLD]
    head += sentence_lines(told, width)
    foot = note_lines(breaking.notes[:MOST_NOTES], width)
    foot += wrapped(Text(_footnote(breaking), style="dim"), width)
    return laid_out(head, _sections(breaking, width), foot)


def _footnote(breaking: Breaking) -> str:
    setting = breaking.setting
    return (
        f"{setting.draws:,} draws, seed {setting.seed}. Points are on each party's own scale; ranges hold 90% of the "
        "draws. Tempted: in what share of cases (draws, and what the mover knows there) leaving the path gains."
    )


def _sections(breaking: Breaking, width: int) -> Iterator[Section]:
    if breaking.links:
        heading = _columns(width, "What each gains by keeping to the path", "tempted", "if kept", "first")
        yield Section(heading, tuple(_link_row(breaking, link, width) for link in breaking.links))
    chance = [fork for fork in breaking.forks if fork.by == CHANCE]
    if chance:
        fork = chance[0]
        title = f"Who gains from {fork.label}: {spaced(fork.choice)}, not {spaced(fork.against)}"
        heading = _columns(width, title, "gains", "loses", "knows" if fork.reveals else "")
        yield Section(heading, tuple(_gain_rows(breaking, fork, width)))
    if breaking.guarantees:
        heading = _columns(width, "What each guarantee buys", "holds", "to no", "to yes")
        yield Section(heading, tuple(_guarantee_row(each, width) for each in breaking.guarantees))


def _columns(width: int, text: str, *last: str) -> str:
    """``text`` and three narrow columns at the right."""
    return (cell(text, width - 27) + "".join(f"{each:>9}" for each in last)).rstrip()


def _link_row(breaking: Breaking, link: Link, width: int) -> Text:
    who = party_label(breaking.setting.scenario, link.party)
    number = _number(link.stands.margin, link_places(breaking), width)
    shares = (words.percent(each) for each in (link.stands.tempted, link.keeps.tempted, link.stands.first))
    return _row(width, f"{link.label}: {spaced(link.holding)} ({who})", number, *shares)


def _gain_rows(breaking: Breaking, fork: Fork, width: int) -> Iterator[Text]:
    behind = places(number for gain in fork.parties.values() for number in gain.difference.interval)
    for name, gain in sorted(fork.parties.items(), key=lambda each: -each[1].difference.mean):
        knows = ("yes" if gain.knows else "no") if fork.reveals else ""
        shares = (words.percent(gain.gains), words.percent(gain.loses), knows)
        number = _number(gain.difference, behind, width)
        yield _row(width, party_label(breaking.setting.scenario, name), number, *shares)


def _guarantee_row(each: Guarantee, width: int) -> Text:
    change = 100.0 * each.change.mean
    number = f"{points(change, 0 if abs(change) >= 1.0 else 1, sign=True):>5}"
    label = f"{each.direction} {spaced(each.term)}: {spaced(each.instead)}, not {spaced(each.option)}"
    shares = (words.percent(share) for share in (each.answer, each.lost, each.gained))
    return _row(width, label, number + ("" if _is_narrow(width) else " % points"), *shares)


def _number(estimate: Estimate, behind: int, width: int) -> str:
    """A mean, and where there is room the range of the draws."""
    number = f"{points(estimate.mean, behind, sign=True):>5}"
    if _is_narrow(width):
        return number
    return f"{number} ({points(estimate.low, behind)} to {points(estimate.high, behind)})"


def _row(width: int, label: str, number: str, *last: str) -> Text:
    """A label, a number with its range, and three narrow columns."""
    numbers = 7 if _is_narrow(width) else 20
    row = Text("  ")
    row.append(cell(label, width - 30 - numbers))
    row.append(" " + cell(number, numbers), style="bold")
    for each in last:
        row.append(f"{each:>9}")
    row.rstrip()
    return row


def _is_narrow(width: int) -> bool:
    return width < WIDE
