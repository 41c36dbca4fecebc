"""Offers in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from offramp.explore.phrases import party_label, percent, places, points, spaced

if TYPE_CHECKING:
    from offramp.explore.offers.result import Offers, Outlook

WORTH_SAYING = 0.005
"""A share below this is not worth a sentence."""


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
    left += [f"{number:,} with {limit} broken" for limit, number in offers.limited.items() if number]
    return f"{how}, over {offers.setting.draws:,} draws" + (f"; left out: {', '.join(left)}." if left else ".")


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
    parts = []
    if outlook.made is not None:
        parts.append(f"it is made with {percent(outlook.made.mean)}")
    if outlook.holds is not None:
        parts.append(f"holds, if made, with *{percent(outlook.holds.mean)}*")
    return f" ({' and '.join(parts)})" if parts else ""


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
    what = f"*{full_words(least.options)}*"
    if offers.enough:
        yield (
            f"The least generous offer that would hold, if made, in at least {wanted} of draws is {what} "
            f"({percent(least.share)})."
        )
    else:
        yield (
            f"*No offer* would hold, if made, in {wanted} of draws; most often would {what}, in "
            f"{percent(least.share)} of draws."
        )
    if offers.clauses:
        first = offers.clauses[0]
        yield (
            f"What carries it is *{spaced(first.term)} {spaced(first.option)}*: given the rest it adds "
            f"{_points(first.given_rest)} to the share of draws in which it would hold, alone {_points(first.alone)}."
        )


def _points(share: float) -> str:
    return f"{points(100.0 * share, 0, sign=True)} percentage points"


def _front(offers: Offers) -> Iterator[str]:
    if offers.answerer is None or offers.answerer == offers.chooser:
        return
    scenario = offers.setting.scenario
    front = [outlook for outlook in offers.outlooks if outlook.on_main_front]
    whole = sum(outlook.on_front for outlook in offers.outlooks)
    pair = f"{party_label(scenario, offers.chooser)} and {party_label(scenario, offers.answerer)}"
    if len(front) == 1:
        words = offer_words(offers, front[0].options)
        yield f"Of {pair} each is best served, on average, by the same offer: *{words}*."
    else:
        yield (
            f"Between {pair} *{len(front):,}* offers are on the Pareto front: no other is better for one of the two "
            "and no worse for the other."
        )
    yield f"Between all parties {whole:,} of {len(offers.offers):,} are on the Pareto front."
