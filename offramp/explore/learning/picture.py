"""The pictures of what to find out next: worth against how well it is known, and bars with their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offramp.explore.learning.grades import GRADES
from offramp.explore.learning.says import KNOWN, worth_places
from offramp.explore.phrases import points, spaced
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, INK, ORANGE, ROW, VERMILION, WIDTH

if TYPE_CHECKING:
    from offramp.explore.learning.result import Item, Learning

MOST_ROWS = 15
"""Assumptions in the bars."""

PANEL, GAP = 150, 13
"""Width of a grade's column in points, and the least distance of two labels."""

HEIGHT = 300


def pictures(learning: Learning) -> dict[str, Figure]:
    """``learning`` and ``worth``; nothing where no assumption is drawn."""
    if not learning.items:
        return {}
    return {"learning": known_figure(learning), "worth": worth_figure(learning)}


def known_figure(learning: Learning) -> Figure:
    """A dot for each assumption: how well it is known, and what knowing it would be worth."""
    import altair as alt
    import pandas as pd

    rows = pd.DataFrame(_dots(learning))
    columns = [KNOWN[each] for each in GRADES]
    across = alt.X("known:N", sort=columns, scale=alt.Scale(domain=columns), title=None, axis=alt.Axis(labelAngle=0))
    top = _top(learning)
    scale, title = alt.Scale(domain=[0, top], nice=False), "worth of knowing it, points"
    up = alt.Y("worth:Q", title=title, scale=scale)
    base = alt.Chart(rows).encode(x=across)
    shaded = pd.DataFrame([{"known": columns[-1], "from": learning.floor, "to": top}])
    shade = alt.Chart(shaded).mark_bar(color=ORANGE, opacity=0.18, width=PANEL)
    corner = shade.encode(x=across, y=alt.Y("from:Q", title=title, scale=scale, stack=None), y2="to:Q")
    colours = alt.Scale(domain=[True, False], range=[VERMILION, GREY])
    dots = base.mark_point(size=70, filled=True, opacity=1, xOffset=-PANEL / 2 + 14).encode(
        y=up, color=alt.Color("listed:N", scale=colours, legend=None)
    )
    words = base.transform_filter("datum.label != ''").mark_text(align="left", fontSize=11, dx=-PANEL / 2 + 22, dy=0)
    labels = words.encode(y=alt.Y("place:Q", title=title), text="label:N", color=alt.value(INK))
    chart = alt.layer(corner, dots, labels).properties(width=PANEL * len(columns), height=HEIGHT)
    listed = ", ".join(spaced(item.name) for item in learning.short_list) or "none"
    return Figure(
        chart,
        "Worth knowing, poorly known",
        f"A dot for each assumption, by what knowing it would be worth and how well it is known. Worth knowing and "
        f"poorly known: {listed}. {_told(learning)}",
        f"Shaded: poorly known, and worth {points(learning.floor, worth_places(learning) + 1)} points or more",
    )


def _top(learning: Learning) -> float:
    """Where the axis ends: above every dot, and above where the shade begins."""
    return 1.08 * max(1e-9, 1.5 * learning.floor, *(item.worth.estimate for item in learning.items))


def _dots(learning: Learning) -> list[dict[str, Any]]:
    """Dots from the top down, their labels moved apart where they would overlap."""
    gap = _top(learning) * GAP / HEIGHT
    rows: list[dict[str, Any]] = []
    last: dict[str, float] = {}
    for item in learning.items:
        worth, known = max(item.worth.estimate, 0.0), KNOWN[item.grade.known]
        place = min(worth, last.get(known, float("inf")) - gap)
        labelled = item.worth.distinguishable and place >= 0.0
        if labelled:
            last[known] = place
        label = spaced(item.name) if labelled else ""
        rows.append({"known": known, "worth": worth, "listed": item.listed, "label": label, "place": max(place, 0.0)})
    return rows


def worth_figure(learning: Learning) -> Figure:
    """A bar for each assumption with two standard errors."""
    import altair as alt
    import pandas as pd

    shown = learning.items[:MOST_ROWS]
    rows = pd.DataFrame([_bar(item) for item in shown])
    down = alt.Y("assumption:N", sort=list(rows["assumption"]), title=None, axis=alt.Axis(ticks=False, domain=False))
    base = alt.Chart(rows).encode(y=down)
    ends = [min(0.0, rows["low"].min()), max(learning.floor, rows["high"].max(), 1e-9)]
    title = "worth of knowing it alone, points of the one who chooses"
    across: alt.X = alt.X("worth:Q", title=title, scale=alt.Scale(domain=ends))
    colours = alt.Scale(domain=[True, False], range=[BLUE, "#C4C4C4"])
    bars = base.mark_bar(height=ROW * 0.6).encode(x=across, color=alt.Color("told:N", scale=colours, legend=None))
    spans = base.mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("low:Q"), x2="high:Q")
    words = base.mark_text(align="left", fontSize=11).encode(x=alt.value(WIDTH + 10), text="words:N")
    behind = worth_places(learning)
    return Figure(
        alt.layer(bars, spans, words).properties(width=WIDTH, height=1.2 * ROW * len(shown)),
        "What knowing each assumption would be worth",
        f"A bar for each assumption. Knowing everything: {points(learning.everything.estimate, behind)} points. "
        f"{_told(learning)}",
        "Lines are two standard errors to each side; grey cannot be told from nothing",
    )


def _bar(item: Item) -> dict[str, Any]:
    worth, error = item.worth.estimate, item.worth.error
    return {
        "assumption": spaced(item.name),
        "worth": max(worth, 0.0),
        "low": worth - 2 * error,
        "high": worth + 2 * error,
        "told": item.worth.distinguishable,
        "words": KNOWN[item.grade.known],
    }


def _told(learning: Learning) -> str:
    behind = worth_places(learning)
    shown = (
        f"{spaced(item.name)}: {points(item.worth.estimate, behind)} points, {KNOWN[item.grade.known]}"
        for item in learning.items[:MOST_ROWS]
    )
    return ". ".join(shown) + "."
