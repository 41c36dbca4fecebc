"""All offers on one screen: the best, the one on the table, the least generous that holds, and what each term adds."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.offers.result import Offers, Outlook
from offramp.explore.offers.says import offer_words, value_places
from offramp.explore.offers.terms import Clause
from offramp.explore.phrases import points, spaced
from offramp.explore.summary import Estimate
from offramp.tell import words
from offramp.tell.layout import SCREEN_WIDTH, cell, emphasised, wrapped
from offramp.tell.sections import NARROWEST, SCREEN_LINES, Section, fitted

ROWS = 8
"""Offers in the table; the one on the table is always among them."""


def offers_screen(offers: Offers, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for less than ``NARROWEST``."""
    width = max(NARROWEST, min(width, SCREEN_WIDTH))
    head = [*wrapped(Text(offers.setting.scenario.title, style="bold"), width), Text()]
    head += [line for each in offers.sentences() for line in wrapped(emphasised(each), width)]
    foot = wrapped(
        Text(f"{offers.setting.draws:,} draws, seed {offers.setting.seed}.{_remarks(offers)}", style="dim"), width
    )
    sections = fitted(list(_sections(offers, width)), SCREEN_LINES - len(head) - len(foot) - 1)
    return [*head, *(line for section in sections for line in section.lines()), Text(), *foot]


def _remarks(offers: Offers) -> str:
    shown = [offers.outlooks[index] for index in _shown(offers)]
    signs = {_sign(outlook) for outlook in shown}
    return " * the chooser would rather see it refused." if "*" in signs else ""


def _sign(outlook: Outlook) -> str:
    return "*" if outlook.spite is not None and outlook.spite > 0.0 else ""


def _shown(offers: Offers) -> list[int]:
    first = list(range(min(ROWS, len(offers.offers))))
    if offers.table is not None and offers.table not in first:
        first[-1] = offers.table
    return first


def best_rows(offers: Offers, width: int, indices: list[int]) -> list[Text]:
    """A row for each of some offers: what differs from the one on the table, how likely what is, what it is worth."""
    return [_row(offers, index, width) for index in indices]


def heading(text: str, width: int) -> str:
    """The heading of such rows."""
    columns = ("made", "accepted", "holds", "in draws", "best", "points")
    return cell(text, width - 54) + "".join(f"{each:>9}" for each in columns)


def _sections(offers: Offers, width: int) -> Iterator[Section]:
    yield Section(
        heading("Offers, by what differs from the one on the table", width),
        tuple(best_rows(offers, width, _shown(offers))),
    )
    if offers.clauses:
        title = cell("What each term adds to the share of draws in which it holds", width - 30)
        columns = "".join(f"{each:>10}" for each in ("alone", "with rest", "average"))
        yield Section(title + columns, tuple(_clause_row(each, width) for each in offers.clauses), worth=1)


def _row(offers: Offers, index: int, width: int) -> Text:
    outlook = offers.outlooks[index]
    row = Text("  ")
    label = f"{index + 1}. {offer_words(offers, outlook.options)}{_sign(outlook)}"
    row.append(cell(label, width - 56), style="bold" if index == offers.table else "")
    for estimate in (outlook.made, outlook.accepted, outlook.holds):
        row.append(f"{_percent(estimate):>9}")
    row.append(f"{words.percent(outlook.share):>9}{words.percent(outlook.best):>9}")
    row.append(f"{points(outlook.payoffs[offers.chooser].mean, value_places(offers)):>9}", style="bold")
    return row


def _percent(estimate: Estimate | None) -> str:
    return words.percent(min(estimate.mean, 1.0)) if estimate else "–"


def _clause_row(clause: Clause, width: int) -> Text:
    row = Text("  ")
    row.append(cell(f"{spaced(clause.term)}: {spaced(clause.option)}", width - 32))
    for adds in (clause.alone, clause.given_rest, clause.average):
        row.append(f"{'–' if adds is None else points(100.0 * adds, 0, sign=True):>10}")
    return row
