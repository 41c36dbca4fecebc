"""The pictures of boxes: the draws and the first box, the limits within their ranges, and how the box was peeled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.explore.boxes.says import called, conditions, frequency, limit_words, percent
from offramp.explore.phrases import joined
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, INK, PALE, ROW, VERMILION, WIDTH

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from offramp.explore.boxes.limits import Limit, Limits
    from offramp.explore.boxes.result import Boxes

SHOWN_DRAWS = 500
"""Draws in the scatter of the first box."""

MOST_LIMITS = 30
"""Rows of the picture of limits."""

LEARNT, HELD_OUT = "draws it was learnt on", "draws held out"
"""The two lines of the trajectory."""

STRONG, FAINT = 0.85, 0.25
"""Opacity of a draw that keeps to the limits that are not drawn, and of one that does not."""


def pictures(boxes: Boxes) -> dict[str, Figure]:
    """``box``, ``limits`` and ``trajectory``; without a box ``rate``, and ``trajectory`` where there is one."""
    drawn = {"box": box_figure(boxes), "limits": limits_figure(boxes)} if boxes.boxes else {"rate": rate_figure(boxes)}
    return drawn | ({"trajectory": trajectory_figure(boxes)} if boxes.trajectory else {})


def box_figure(boxes: Boxes) -> Figure:
    """The draws along the two assumptions whose limits matter most, with the first box drawn among them."""
    import altair as alt

    found = boxes.boxes[0]
    across, up = _axes(boxes)
    table = _shown(boxes, across, up)
    x, y = (_axis(boxes, column) for column in (across, up))
    names, others = boxes.target.verb.removeprefix("it "), "not so"
    legend = alt.Legend(title=None, orient="top")
    points = (
        alt.Chart(table)
        .mark_point(size=34, strokeWidth=1.4, filled=False)
        .encode(
            x=alt.X("across:Q", **x),
            y=alt.Y("up:Q", **y),
            shape=alt.Shape("hit:N", scale=alt.Scale(domain=[names, others], range=["cross", "circle"]), legend=legend),
            opacity=alt.Opacity("strength:Q", scale=None),
            color=alt.Color("hit:N", scale=alt.Scale(domain=[names, others], range=[VERMILION, BLUE]), legend=legend),
        )
    )
    frame = _frame(boxes, across, up)
    score = found.held_out
    where = joined(conditions(boxes, found.limits))
    return Figure(
        alt.layer(frame, points).properties(width=WIDTH, height=0.75 * WIDTH),
        f"Where {boxes.target.verb}: {frequency(score.density)} draws in the box",
        f"A scatter of {len(table)} draws along {_name(boxes, across)} and {_name(boxes, up)}, those in which "
        f"{boxes.target.verb} as crosses and the others as circles, and a rectangle: the box where {where}. In it "
        f"{boxes.target.verb} in {percent(score.density)} of draws, against {percent(score.rate)} of all; it covers "
        f"{percent(score.coverage)} of all such draws.",
        _subtitle(boxes, across, up),
    )


def _axes(boxes: Boxes) -> tuple[int, int]:
    """The two assumptions whose limits matter most in the first box; where it has one, the next beside it."""
    found = boxes.boxes[0]
    pairs = zip(found.support, found.limits, strict=True)
    order = sorted(pairs, key=lambda each: (each[1].side == "among", each[0].density_without))
    columns = list(dict.fromkeys(limit.column for _, limit in order))
    others = [limit.column for each in boxes.boxes[1:] for limit in each.limits]
    spare = [*others, *range(len(boxes.assumptions))]
    columns += [column for column in dict.fromkeys(spare) if column not in columns]
    return columns[0], columns[min(1, len(columns) - 1)]


def _undrawn(boxes: Boxes, across: int, up: int) -> Limits:
    """The limits of the first box that the rectangle does not show."""
    limits = boxes.boxes[0].limits
    return tuple(limit for limit in limits if limit.column not in (across, up) or limit.side == "among")


def _subtitle(boxes: Boxes, across: int, up: int) -> str:
    """How often it happens elsewhere, and what limits the box besides the rectangle."""
    shown = f"Against {percent(boxes.boxes[0].held_out.rate)} of all draws"
    rest = len(_undrawn(boxes, across, up))
    more = "one more limit" if rest == 1 else f"{rest} more limits"
    return f"{shown}; the box has {more}: draws outside are pale" if rest else shown


def _shown(boxes: Boxes, across: int, up: int) -> pd.DataFrame:
    """Some of the draws held out, evenly taken; those that break a limit that is not drawn are pale."""
    import pandas as pd

    some = np.flatnonzero(boxes.held_out)
    some = some[:: max(1, -(-len(some) // SHOWN_DRAWS))]
    part = boxes.cases.part(some)
    words = np.where(part.hits > 0.5, boxes.target.verb.removeprefix("it "), "not so")
    strength = np.where(part.inside(_undrawn(boxes, across, up)), STRONG, FAINT)
    columns = {"across": part.points[:, across], "up": part.points[:, up], "hit": words, "strength": strength}
    return pd.DataFrame(columns)


def _axis(boxes: Boxes, column: int) -> dict[str, Any]:
    import altair as alt

    low, high = boxes.range(column)
    return {"title": _titled(boxes, column), "scale": alt.Scale(domain=[low, high], nice=True, zero=False)}


def _titled(boxes: Boxes, column: int) -> str:
    unit = boxes.assumptions[column].unit
    return _name(boxes, column) + (f", {unit}" if unit else "")


def _name(boxes: Boxes, column: int) -> str:
    return called(boxes.assumptions[column])


def _frame(boxes: Boxes, across: int, up: int) -> alt.Chart:
    """The box as a rectangle over the two axes."""
    import altair as alt
    import pandas as pd

    (left, right), (bottom, top) = (_reach(boxes, column) for column in (across, up))
    row = pd.DataFrame([{"left": left, "right": right, "bottom": bottom, "top": top}])
    box = alt.Chart(row).mark_rect(fill=PALE, fillOpacity=0.7, stroke=INK, strokeWidth=2)
    framed: alt.Chart = box.encode(x="left:Q", x2="right:Q", y="bottom:Q", y2="top:Q")
    return framed


def _reach(boxes: Boxes, column: int) -> tuple[float, float]:
    """From where to where the first box goes along an assumption; from end to end where its values are listed."""
    low, high = boxes.range(column)
    for limit in boxes.boxes[0].limits:
        if limit.column == column and limit.side != "among":
            low, high = _between(limit, low, high)
    return low, high


def _between(limit: Limit, low: float, high: float) -> tuple[float, float]:
    return (limit.number, high) if limit.side == "above" else (low, limit.number)


def limits_figure(boxes: Boxes) -> Figure:
    """A line for each limited assumption of each box: its range, with the part in the box thick."""
    import altair as alt
    import pandas as pd

    rows = _limit_rows(boxes)
    spans = pd.DataFrame([{key: value for key, value in row.items() if key != "parts"} for row in rows])
    parts = pd.DataFrame([{"row": row["row"], "start": a, "stop": b} for row in rows for a, b in row["parts"]])
    axis = alt.Axis(ticks=False, domain=False)
    order = list(spans["row"])
    y = alt.Y("row:N", sort=order, title=None, axis=axis)
    x = alt.X("start:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
    whole = alt.Chart(spans).mark_rule(color=GREY, strokeWidth=1.5).encode(y=y, x=alt.value(0), x2=alt.value(WIDTH))
    thick = alt.Chart(parts).mark_bar(color=VERMILION, height=ROW * 0.5).encode(y=y, x=x, x2="stop:Q")
    dots = alt.Chart(parts).mark_point(color=VERMILION, filled=True, size=70, opacity=1).encode(y=y, x=x)
    ends = alt.Chart(spans).mark_text(align="left", baseline="bottom", dy=-6, fontSize=10, color=GREY)
    left = ends.encode(y=y, x=alt.value(0), text="low:N")
    right = ends.mark_text(align="right", baseline="bottom", dy=-6, fontSize=10, color=GREY).encode(
        y=y, x=alt.value(WIDTH), text="high:N"
    )
    words = alt.Chart(spans).mark_text(align="left", fontSize=11).encode(y=y, x=alt.value(WIDTH + 10), text="words:N")
    single = dots.transform_filter("datum.start == datum.stop")
    told = ". ".join(f"{row['row']}: {row['words']}, of {row['low']} to {row['high']}" for row in rows)
    return Figure(
        alt.layer(whole, thick, single, left, right, words).properties(width=WIDTH, height=1.6 * ROW * len(order)),
        f"The limits within which {boxes.target.verb}",
        f"A line for each limited assumption, from its lowest to its highest draw, with the part in the box thick. "
        f"{told}.",
        "Each line is the whole range of the draws; the thick part lies in the box",
    )


def _limit_rows(boxes: Boxes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for index, found in enumerate(boxes.boxes):
        density = percent(found.held_out.density)
        for column in dict.fromkeys(limit.column for limit in found.limits):
            here = [limit for limit in found.limits if limit.column == column]
            low, high = boxes.range(column)
            head = f"Box {index + 1} ({density}): " if len(boxes.boxes) > 1 else ""
            words = limit_words(boxes.assumptions[column], here)
            shown = {"low": f"{low:.3g}", "high": f"{high:.3g}", "words": words}
            name = boxes.assumptions[column].name.replace("_", " ")
            rows.append({"row": head + name, "parts": _parts(here, low, high), **shown})
    return rows[:MOST_LIMITS]


def _parts(limits: list[Limit], low: float, high: float) -> list[tuple[float, float]]:
    """The parts of a range that keep to ``limits``, as shares of it."""
    width = (high - low) or 1.0
    if limits[0].side == "among":
        return [((value - low) / width, (value - low) / width) for value in limits[0].listed]
    first, last = low, high
    for limit in limits:
        first, last = _between(limit, first, last)
    return [(max(0.0, (first - low) / width), min(1.0, (last - low) / width))]


def trajectory_figure(boxes: Boxes) -> Figure:
    """Density against coverage while the first box was peeled, on both halves, with the box that was chosen."""
    import altair as alt
    import pandas as pd

    base = alt.Chart(_densities(boxes)).encode(
        x=alt.X("coverage:Q", title="coverage: percent of all such draws", scale=alt.Scale(domain=[0, 100])),
        y=alt.Y("density:Q", title="density: percent of draws in the box", scale=alt.Scale(domain=[0, 100])),
        strokeDash=alt.StrokeDash(
            "half:N",
            scale=alt.Scale(domain=[LEARNT, HELD_OUT], range=[[1, 0], [4, 3]]),
            legend=alt.Legend(title=None, orient="top", symbolType="stroke"),
        ),
        order="order:Q",
    )
    layers: list[Any] = [base.mark_line(color=BLUE, strokeWidth=2)]
    told = f"from {percent(boxes.rate)} of all draws"
    if boxes.boxes:
        score = boxes.boxes[0].held_out
        chosen = pd.DataFrame([{"coverage": 100 * score.coverage, "density": 100 * score.density}])
        mark = alt.Chart(chosen).mark_point(color=VERMILION, shape="diamond", filled=True, size=160, opacity=1)
        layers.append(mark.encode(x="coverage:Q", y="density:Q"))
        told += f" to the chosen box with density {percent(score.density)} and coverage {percent(score.coverage)}"
    return Figure(
        alt.layer(*layers).properties(width=WIDTH, height=0.6 * WIDTH),
        "How the box was peeled: the more certain, the fewer it covers",
        f"Two lines of density against coverage, one for each half of the draws, {told}.",
        "Diamond: the box as it is printed, on the draws held out" if boxes.boxes else "No box was found",
    )


def _densities(boxes: Boxes) -> pd.DataFrame:
    """Density and coverage of every box of the trajectory on both halves."""
    import pandas as pd

    rows = [
        {"coverage": 100 * coverage, "density": 100 * density, "half": half, "order": order}
        for order, step in enumerate(boxes.trajectory)
        for half, coverage, density in (
            (LEARNT, step.coverage, step.density),
            (HELD_OUT, step.held_out_coverage, step.held_out_density),
        )
    ]
    return pd.DataFrame(rows)


def rate_figure(boxes: Boxes) -> Figure:
    """One bar: how often it happens in all draws, where no box was found."""
    import altair as alt
    import pandas as pd

    row = pd.DataFrame([{"what": "all draws", "share": 100 * boxes.rate, "words": percent(boxes.rate)}])
    base = alt.Chart(row).encode(
        x=alt.X("share:Q", title="percent of draws", scale=alt.Scale(domain=[0, 100])), y=alt.Y("what:N", title=None)
    )
    bar = base.mark_bar(color=BLUE, height=ROW * 0.6)
    words = base.mark_text(align="left").encode(x=alt.value(WIDTH + 10), text="words:N")
    return Figure(
        alt.layer(bar, words).properties(width=WIDTH, height=2 * ROW),
        f"No simple condition decides whether {boxes.target.verb}",
        f"One bar: {boxes.target.verb} in {percent(boxes.rate)} of all draws; no box of assumptions was found in which "
        "it does so clearly more often.",
    )
