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
from offramp.tell.layout import SCREEN_WIDTH, cell, wrapped
from offramp.tell.sections import Section, laid_out, screen_width, sentence_lines

WIDE, COLUMN = 90, 9
"""Columns from which on all numbers have room, and those of each."""

ROWS = 8
"""Offers in the table; the one on the table is always among them."""


def offers_screen(offers: Offers, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of the screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = [*wrapped(Text(offers.setting.scenario.title, style="bold"), width), Text()]
    head += sentence_lines(offers.sentences(), width)
    foot = wrapped(
        Text(f"{offers.setting.draws:,} draws, seed {offers.setting.seed}.{_remarks(offers)}", style="dim"), width
    )
    return laid_out(head, _sections(offers, width), foot)


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
    columns = _columns(width)
    return cell(text, width - COLUMN * len(columns)) + "".join(f"{each:>{COLUMN}}" for each in columns)


def _columns(width: int) -> tuple[str, ...]:
    """What there is room for."""
    return ("made", "accepted", "holds", "in draws", "best", "points") if width >= WIDE else ("made", "holds", "points")


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
    outlook, columns = offers.outlooks[index], _columns(width)
    numbers = {
        "made": _percent(outlook.made),
        "accepted": _percent(outlook.accepted),
        "holds": _percent(outlook.holds),
        "in draws": words.percent(outlook.share),
        "best": words.percent(outlook.best),
        "points": points(outlook.payoffs[offers.chooser].mean, value_places(offers)),
    }
    row = Text("  ")
    label = f"{index + 1}. {offer_words(offers, outlook.options)}{_sign(outlook)}"
    row.append(cell(label, width - COLUMN * len(columns) - 2), style="bold" if index == offers.table else "")
    for name in columns:
        row.append(f"{numbers[name]:>{COLUMN}}", style="bold" if name == "points" else "")
    return row


def _percent(estimate: Estimate | None) -> str:
    return words.percent(min(estimate.mean, 1.0)) if estimate else "–"


def _clause_row(clause: Clause, width: int) -> Text:
    row = Text("  ")
    row.append(cell(f"{spaced(clause.term)}: {spaced(clause.option)}", width - 32))
    for adds in (clause.alone, clause.given_rest, clause.average):
        row.append(f"{'–' if adds is None else points(100.0 * adds, 0, sign=True):>10}")
    return row
