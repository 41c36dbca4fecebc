"""Offers in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from offramp.explore.phrases import party_label, percent, places, points, spaced

if TYPE_CHECKING:
    from offramp.explore.offers.result import Offers, Outlook
    from offramp.explore.offers.terms import Clause

WORTH_SAYING = 0.005
"""A share below this is not worth a sentence."""

NEARLY = 0.9
"""A term carries an offer if it adds, given the rest, this much of what the one that adds most does."""


def sentences(offers: Offers) -> list[str]:
    """What was found, the main words between asterisks."""
    return [
        *_best(offers),
        *_table(offers),
        *_least(offers),
        *_front(offers),
        looked_at(offers),
        *(f"Note: {note}." for note in offers.notes),
    ]


def offer_words(offers: Offers, options: Mapping[str, str]) -> str:
    """What an offer has other than the one on the table: "passage none, court open"."""
    table = offers.setting.scenario.offer
    changed = [f"{spaced(term)} {spaced(option)}" for term, option in options.items() if table[term] != option]
    return ", ".join(changed) or "as on the table"


def full_words(options: Mapping[str, str]) -> str:
    """All terms of an offer: "amnesty none, passage named host"."""
    return ", ".join(f"{spaced(term)} {spaced(option)}" for term, option in options.items())


def value_places(offers: Offers) -> int:
    """Places behind the point for the chooser's payoffs."""
    return places(outlook.payoffs[offers.chooser].mean for outlook in offers.outlooks)


def looked_at(offers: Offers) -> str:
    """How many offers were compared, how they were found, and what was left out."""
    count = f"{len(offers.offers):,}"
    how = (
        f"All {count} allowed offers were solved"
        if offers.method == "all"
        else f"Of {offers.combinations:,} combinations {count} were solved, found by a search (NSGA-II); a better one "
        "may have been missed"
    )
    left = [f"{offers.forbidden:,} forbidden"] if offers.forbidden else []
    left += [f"{number:,} with {_unstarred(limit)} broken" for limit, number in offers.limited.items() if number]
    return f"{how}, over {offers.setting.draws:,} draws" + (f"; left out: {', '.join(left)}." if left else ".")


def _unstarred(limit: str) -> str:
    """A limit in a sentence, in which asterisks stand around the main words."""
    return limit.replace("**", "^").replace("*", "×")


def _best(offers: Offers) -> Iterator[str]:
    best, behind = offers.best, value_places(offers)
    who = party_label(offers.setting.scenario, offers.chooser)
    worth = points(best.payoffs[offers.chooser].mean, behind)
    yield (
        f"{who}: the offer worth most is *{offer_words(offers, best.options)}*: {worth} points on average"
        f"{_chances(best)}. It is the best in {percent(best.best)} of draws; where another is, that brings at most "
        f"{points(best.regret, behind)} points more; over the worst tenth of draws it is worth "
        f"{points(best.worst_decile, behind)}."
    )
    for remark in best.remarks():
        yield f"But it {'is ' if remark.startswith('better') else ''}*{remark}*."


def _chances(outlook: Outlook) -> str:
    holds = f"*{percent(outlook.holds.mean)}*" if outlook.holds else ""
    if outlook.made is None:
        return f" (it holds with {holds})" if holds else ""
    made = f"it is made with {percent(outlook.made.mean)}"
    return f" ({made} and holds, if made, with {holds})" if holds else f" ({made})"


def _table(offers: Offers) -> Iterator[str]:
    if offers.table is None:
        yield "The offer on the table is not among those compared."
    elif offers.table > 0:
        outlook, behind = offers.outlooks[offers.table], value_places(offers)
        worth = points(outlook.payoffs[offers.chooser].mean, behind)
        yield (
            f"The offer on the table stands at place {offers.table + 1:,} of {len(offers.offers):,}, at {worth} "
            f"points{_chances(outlook)}."
        )


def _least(offers: Offers) -> Iterator[str]:
    least, wanted = offers.least, percent(offers.wanted)
    what, hold = f"*{full_words(least.options)}*", "would hold" + (", if made," if offers.roles.made else "")
    if offers.enough:
        number = sum(outlook.share >= offers.wanted for outlook in offers.outlooks)
        minimal = sum(outlook.minimal for outlook in offers.outlooks)
        others = f", one of {number:,} that do, of which {minimal:,} would not with anything less" if number > 1 else ""
        yield (
            f"The least generous offer that {hold} in at least {wanted} of draws is {what} "
            f"({percent(least.share)}){others}."
        )
    else:
        yield (f"*No offer* {hold} in {wanted} of draws; most often would {what}, in {percent(least.share)} of draws.")
    if offers.clauses:
        yield _carried(offers.clauses)


def _carried(clauses: tuple[Clause, ...]) -> str:
    """Which terms carry an offer: those without which its share falls by the most, or by nearly as much."""
    most = clauses[0].given_rest
    carrying = [clause for clause in clauses if clause.given_rest >= NEARLY * most]
    names = ", ".join(f"{spaced(clause.term)} {spaced(clause.option)}" for clause in carrying)
    alone = _points(clause.alone for clause in carrying)
    if most < WORTH_SAYING:
        return "*No single term* carries it: with any one taken back it would hold about as often."
    if len(carrying) == 1:
        return (
            f"What carries it is *{names}*: without it the share falls by {_points([most])} percentage points; alone "
            f"it adds {alone}."
        )
    falls = _points(clause.given_rest for clause in carrying)
    return (
        f"What carries it are *{names}*: without any one of these the share falls by {falls} percentage points; alone "
        f"each adds {alone}."
    )


def _points(shares: Iterable[float]) -> str:
    """The range of some shares in percentage points: "12", "0 to 5"."""
    numbers = sorted(100.0 * share for share in shares)
    return " to ".join(dict.fromkeys(points(number, 0) for number in (numbers[0], numbers[-1])))


def _front(offers: Offers) -> Iterator[str]:
    if offers.answerer is None or offers.answerer == offers.chooser:
        return
    scenario = offers.setting.scenario
    front = [outlook for outlook in offers.outlooks if outlook.on_main_front]
    whole = sum(outlook.on_front for outlook in offers.outlooks)
    worth = {tuple(outlook.payoffs[party] for party in (offers.chooser, offers.answerer)) for outlook in front}
    pair = f"{party_label(scenario, offers.chooser)} and {party_label(scenario, offers.answerer)}"
    if len(worth) == 1:
        words = offer_words(offers, front[0].options)
        equal = f", and {len(front) - 1:,} worth the same to both" if len(front) > 1 else ""
        yield f"Of {pair} each is best served, on average, by the same offer: *{words}*{equal}."
    else:
        yield (
            f"Between {pair} *{len(front):,}* offers are on the Pareto front: no other is better for one of the two "
            "and no worse for the other."
        )
    if len(scenario.parties) > len((offers.chooser, offers.answerer)):
        are = "is" if whole == 1 else "are"
        yield f"Between all parties {whole:,} of {len(offers.offers):,} {are} on the Pareto front."
