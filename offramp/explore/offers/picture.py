"""The pictures of offers: the frontier between two parties, and what each term adds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from offramp.explore.offers.says import full_words, offer_words, value_places
from offramp.explore.phrases import party_label, percent, points, spaced
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, INK, ROW, VERMILION, WIDTH

if TYPE_CHECKING:
    from offramp.explore.offers.result import Offers, Outlook
    from offramp.explore.offers.terms import Clause

MOST_DOTS = 1000
"""Offers of a picture: those worth most to the chooser, and all on the front."""

HEIGHT = 320

LABEL = 44
"""Longest label of an offer in the picture."""


def pictures(offers: Offers) -> dict[str, Figure]:
    """``offers`` and, where a term adds something, ``terms``."""
    drawn = {"offers": frontier_figure(offers)}
    if offers.clauses:
        drawn["terms"] = terms_figure(offers)
    return drawn


def frontier_figure(offers: Offers) -> Figure:
    """A dot for each offer: what it is worth to the chooser and to the party that answers; the front is a line."""
    import altair as alt
    import pandas as pd

    rows = pd.DataFrame(_dots(offers))
    scenario, other = offers.setting.scenario, _other(offers)
    across = alt.X("other:Q", title=f"payoff of {party_label(scenario, other)}, points", scale=alt.Scale(zero=False))
    mine = f"payoff of {party_label(scenario, offers.chooser)}, points"
    up = alt.Y("chooser:Q", title=mine, scale=alt.Scale(zero=False))
    base = alt.Chart(rows).encode(x=across, y=up)
    shade = alt.Color(
        "holds:Q",
        title="holds, if made",
        scale=alt.Scale(scheme="viridis", domain=[0, 1]),
        legend=alt.Legend(format="%", gradientLength=120),
    )
    front = base.transform_filter("datum.front").mark_line(color=GREY, strokeDash=[4, 3]).encode(order="other:Q")
    dots = base.mark_circle(size=46, opacity=0.85).encode(color=shade)
    named = base.transform_filter("datum.label != ''")
    rings = named.mark_point(size=170, color=VERMILION, filled=False, strokeWidth=2, opacity=1)
    starts = named.transform_filter("datum.side == 'left'").mark_text(align="left", dx=12, dy=-10)
    ends = named.transform_filter("datum.side == 'right'").mark_text(align="right", dx=-12, dy=-10)
    labels = [each.encode(text="label:N", color=alt.value(INK)) for each in (starts, ends)]
    chart = alt.layer(front, dots, rings, *labels).properties(width=WIDTH, height=HEIGHT)
    return Figure(
        chart,
        f"What each offer is worth to {party_label(scenario, offers.chooser)} and {party_label(scenario, other)}",
        _frontier_alt(offers),
        "Mean payoffs over the draws, made or not. Dashed: no offer is better for both.",
    )


def _other(offers: Offers) -> str:
    if offers.answerer not in (None, offers.chooser):
        return str(offers.answerer)
    return next((party for party in offers.best.payoffs if party != offers.chooser), offers.chooser)


def _dots(offers: Offers) -> list[dict[str, Any]]:
    shown = [
        (index, outlook) for index, outlook in enumerate(offers.outlooks) if index < MOST_DOTS or outlook.on_main_front
    ]
    if offers.table is not None and offers.table >= MOST_DOTS:
        shown.append((offers.table, offers.outlooks[offers.table]))
    other = _other(offers)
    middle = sum(outlook.payoffs[other].mean for _, outlook in shown) / len(shown)
    return [
        {
            "chooser": outlook.payoffs[offers.chooser].mean,
            "other": outlook.payoffs[other].mean,
            "holds": outlook.holds.mean if outlook.holds else 0.0,
            "front": outlook.on_main_front,
            "label": _label(offers, index, outlook),
            "side": "left" if outlook.payoffs[other].mean <= middle else "right",
        }
        for index, outlook in shown
    ]


def _label(offers: Offers, index: int, outlook: Outlook) -> str:
    """Which offer it is, of those that are named: the one on the table, and the one worth most."""
    if index == offers.table:
        return "on the table" + (" (worth most)" if index == 0 else "")
    if index == 0:
        words = offer_words(offers, outlook.options)
        return words if len(words) <= LABEL else "worth most"
    return ""


def _frontier_alt(offers: Offers) -> str:
    scenario, other, behind = offers.setting.scenario, _other(offers), value_places(offers)

    def told(outlook: Outlook) -> str:
        mine, theirs = (points(outlook.payoffs[party].mean, behind) for party in (offers.chooser, other))
        holds = f", holds with {percent(outlook.holds.mean)}" if outlook.holds else ""
        return f"{mine} and {theirs} points{holds}"

    table = f" The offer on the table: {told(offers.outlooks[offers.table])}." if offers.table is not None else ""
    front = sum(outlook.on_main_front for outlook in offers.outlooks)
    return (
        f"A dot for each of {len(offers.offers):,} offers, by what it is worth to "
        f"{party_label(scenario, offers.chooser)} and to {party_label(scenario, other)}; {front:,} are on the front. "
        "Worth most, "
        f"{offer_words(offers, offers.best.options)}: {told(offers.best)}.{table}"
    )


ALONE, RESTED, AVERAGE = "alone", "given the rest", "average over all orders"


def terms_figure(offers: Offers) -> Figure:
    """Bars for each term: what it adds to the share of draws in which the offer holds."""
    import altair as alt
    import pandas as pd

    kinds = [ALONE, RESTED, *([AVERAGE] if offers.clauses[0].average is not None else [])]
    rows = pd.DataFrame([row for clause in offers.clauses for row in _bars(clause, kinds)])
    base = alt.Chart(rows).encode(
        y=alt.Y("term:N", sort=list(dict.fromkeys(rows["term"])), title=None, axis=alt.Axis(ticks=False, domain=False)),
        yOffset=alt.YOffset("kind:N", sort=kinds),
        x=alt.X("adds:Q", title="added to the share of draws in which it holds, percentage points"),
    )
    colours = alt.Scale(domain=kinds, range=["white", BLUE, GREY][: len(kinds)])
    bars = base.mark_bar(stroke=INK, strokeWidth=1).encode(
        fill=alt.Fill("kind:N", scale=colours, title=None, legend=alt.Legend(orient="top", symbolStrokeColor=INK))
    )
    words = base.mark_text(align="left", fontSize=11).encode(x=alt.value(WIDTH + 10), text="words:N")
    least = offers.least
    goal = "The least generous offer that holds in" if offers.enough else "The offer that holds most often, in"
    return Figure(
        alt.layer(bars, words).properties(width=WIDTH, height=ROW * len(kinds) * len(offers.clauses)),
        "What each term adds",
        f"Bars for each term of {full_words(least.options)}. "
        + ". ".join(f"{row.term}: {row.kind} {row.words} percentage points" for row in rows.itertuples())
        + ".",
        f"{goal} {percent(least.share)} of draws: each term against its least generous option",
    )


def _bars(clause: Clause, kinds: list[str]) -> Iterator[dict[str, Any]]:
    adds = {ALONE: clause.alone, RESTED: clause.given_rest, AVERAGE: clause.average or 0.0}
    term = f"{spaced(clause.term)}: {spaced(clause.option)}"
    for kind in kinds:
        yield {
            "term": term,
            "kind": kind,
            "adds": 100.0 * adds[kind],
            "words": points(100.0 * adds[kind], 0, sign=True),
        }
