"""The pictures of a tipping point: the curve with its level, and where the single draws flip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.explore.boxes.says import called
from offramp.explore.phrases import percent
from offramp.explore.tipping.says import answer_words, ranges, value_words, with_unit
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, INK, ORANGE, SKY, VERMILION, WIDTH

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from offramp.explore.tipping.result import Flips, Tipping

HEIGHT = 0.6 * WIDTH

WORTH_DRAWING = 0.05
"""The interval of the flips is drawn where at least this share of the draws flips."""

NUM_BINS = 24
"""Bars over the range in the picture of flips."""


def pictures(tipping: Tipping) -> dict[str, Figure]:
    """``tipping``, and ``flips`` where some draw flips."""
    drawn = {"tipping": curve_figure(tipping)}
    return drawn | ({"flips": flips_figure(tipping)} if tipping.flips else {})


def curve_figure(tipping: Tipping) -> Figure:
    """The mean over the range with the band of the draws, the level, and the interval in which the draws flip."""
    import altair as alt

    rows = _rows(tipping)
    x = alt.X("value:Q", title=_axis_title(tipping), scale=alt.Scale(domain=_domain(tipping), nice=False, zero=False))
    y = alt.Y("mean:Q", title=_answer_title(tipping), scale=_answer_scale(tipping))
    base = alt.Chart(rows)
    layers: list[Any] = []
    if tipping.is_listed:
        layers.append(base.mark_rule(color=SKY, strokeWidth=6, opacity=0.6).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"))
        layers.append(base.mark_point(color=BLUE, filled=True, size=90, opacity=1).encode(x=x, y=y))
    else:
        # A gap in the curve starts another run, so that nothing is drawn across it.
        parts = alt.Detail("run:N")
        layers.append(base.mark_area(color=SKY, opacity=0.22).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", detail=parts))
        layers.append(base.mark_line(color=BLUE, strokeWidth=2.5).encode(x=x, y=y, detail=parts))
    layers += [*_interval(tipping), *_level(tipping), *_stated(tipping)]
    return Figure(
        alt.layer(*layers).properties(width=WIDTH, height=HEIGHT),
        _title(tipping),
        _alt(tipping),
        "Dot: mean; band: 90% of draws; at the foot: as stated"
        if tipping.is_listed
        else "Line: mean; band: 90% of draws; bar: 90% of their flips; at the foot: as stated",
    )


def _rows(tipping: Tipping) -> pd.DataFrame:
    import pandas as pd

    factor, run, rows = _factor(tipping), 0, []
    for point in tipping.points:
        if point.answer is None:
            run += 1
            continue
        low, high = point.answer.interval
        numbers = {"mean": factor * point.answer.mean, "low": factor * low, "high": factor * high}
        rows.append({"value": point.value, **numbers, "run": run})
    return pd.DataFrame(rows)


def _factor(tipping: Tipping) -> float:
    return 100.0 if tipping.asked.is_probability else 1.0


def _domain(tipping: Tipping) -> list[float]:
    low, high = tipping.range
    room = 0.04 * (high - low) if tipping.is_listed else 0.0
    return [low - room, high + room]


def _axis_title(tipping: Tipping) -> str:
    unit = tipping.assumption.unit
    return called(tipping.assumption) + (f", {unit}" if unit else "")


def _answer_title(tipping: Tipping) -> str:
    return "probability, percent" if tipping.asked.is_probability else tipping.asked.says


def _answer_scale(tipping: Tipping) -> alt.Scale:
    import altair as alt

    return alt.Scale(domain=[0, 100]) if tipping.asked.is_probability else alt.Scale(zero=False)


def _level(tipping: Tipping) -> list[Any]:
    """The level as a dashed line, and where the mean crosses it."""
    import altair as alt
    import pandas as pd

    level = _factor(tipping) * tipping.asked.level
    line = alt.Chart(pd.DataFrame({"level": [level]})).mark_rule(color=INK, strokeDash=[5, 4]).encode(y="level:Q")
    if not tipping.crossings or tipping.is_listed:
        return [line]
    rows = pd.DataFrame(
        [
            {"at": each.value, "level": level, "words": value_words(tipping, each.value), "rises": each.rises}
            for each in tipping.crossings
        ]
    )
    base = alt.Chart(rows).encode(x="at:Q", y="level:Q")
    marks = base.mark_point(color=VERMILION, shape="diamond", filled=True, size=150, opacity=1)
    words = base.encode(text="words:N")
    right = words.mark_text(align="left", dx=8, dy=-6, baseline="bottom", fontWeight="bold")
    left = words.mark_text(align="right", dx=-8, dy=-6, baseline="bottom", fontWeight="bold")
    return [line, marks, right.transform_filter("!datum.rises"), left.transform_filter("datum.rises")]


def _interval(tipping: Tipping) -> list[Any]:
    """Where 90 % of the flips in the main direction lie, as a bar on the level with a tick at the median."""
    import altair as alt
    import pandas as pd

    if not tipping.flips or tipping.is_listed or tipping.flips[0].share < WORTH_DRAWING:
        return []
    flips, level = tipping.flips[0], _factor(tipping) * tipping.asked.level
    low, high = flips.interval
    row = pd.DataFrame([{"low": low, "high": high, "level": level}])
    bar = alt.Chart(row).mark_rule(color=ORANGE, strokeWidth=5, opacity=0.9)
    return [bar.encode(x="low:Q", x2="high:Q", y="level:Q")]


def _stated(tipping: Tipping) -> list[Any]:
    """What the scenario states, at the foot: a line from end to end, or a dot for a single number."""
    import altair as alt
    import pandas as pd

    low, high = tipping.stated
    first, last = _domain(tipping)
    median = tipping.assumption.value.median
    row = pd.DataFrame([{"low": max(low, first), "high": min(high, last), "median": median}])
    line = alt.Chart(row).mark_rule(color=GREY, strokeWidth=3).encode(x="low:Q", x2="high:Q", y=alt.value(HEIGHT - 5))
    dot = (
        alt.Chart(row)
        .mark_point(color=INK, filled=True, size=70, opacity=1)
        .encode(x="median:Q", y=alt.value(HEIGHT - 5))
    )
    return [
        *([line] if low < high and low < last and high > first else []),
        *([dot] if first <= median <= last else []),
    ]


def _title(tipping: Tipping) -> str:
    name = tipping.assumption.name.replace("_", " ")
    if not tipping.crossings:
        return f"No value of {name} tips the answer"
    if tipping.is_listed:
        return f"The answer flips with {name}"
    where = " and at ".join(value_words(tipping, each.value) for each in tipping.crossings)
    return f"The answer flips with {name} at {where}"


def _alt(tipping: Tipping) -> str:
    shown = [point for point in tipping.points if point.answer]
    chosen = [shown[0], shown[len(shown) // 2], shown[-1]] if len(shown) > 2 else shown
    told = ", ".join(
        f"{answer_words(tipping, point.answer.mean)} at {value_words(tipping, point.value)}"
        for point in chosen
        if point.answer
    )
    where = f"It is at the level or above where this is {' or '.join(ranges(tipping))}. " if tipping.crossings else ""
    return (
        f"The mean over the draws of {tipping.asked.says} against {called(tipping.assumption)}: {told}. The level is "
        f"{answer_words(tipping, tipping.asked.level)}. {where}{_flip_words(tipping)}"
    )


def _flip_words(tipping: Tipping) -> str:
    if not tipping.flips:
        return "No draw flips."
    return " ".join(_flip_clause(tipping, flips) for flips in tipping.flips)


def _flip_clause(tipping: Tipping, flips: Flips) -> str:
    low, high = (value_words(tipping, value) for value in flips.interval)
    way = "to yes" if flips.rises else "to no"
    return (
        f"{percent(flips.share)} of draws flip {way} as it grows, 90% of them from {low} to {with_unit(tipping, high)}."
    )


def flips_figure(tipping: Tipping) -> Figure:
    """Bars over the range: the share of the draws that flip in each part of it, to yes upwards and to no downwards."""
    import altair as alt
    import pandas as pd

    rows = pd.DataFrame([row for flips in tipping.flips for row in _bars(tipping, flips)])
    to_yes, to_no = "to yes", "to no"
    chart = (
        alt.Chart(rows)
        .mark_rect(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("start:Q", title=_axis_title(tipping), scale=alt.Scale(domain=_domain(tipping), nice=False)),
            x2="stop:Q",
            y=alt.Y("share:Q", title="percent of draws that flip here", axis=alt.Axis(labelExpr="abs(datum.value)")),
            y2=alt.Y2("foot:Q"),
            color=alt.Color(
                "way:N",
                title=None,
                scale=alt.Scale(domain=[to_yes, to_no], range=[BLUE, VERMILION]),
                legend=alt.Legend(orient="top"),
            ),
        )
    )
    return Figure(
        chart.properties(width=WIDTH, height=HEIGHT * 0.7),
        "Where the single draws flip",
        f"Bars of the share of draws that flip in each part of the range of {called(tipping.assumption)}. "
        f"{_flip_words(tipping)} At every value yes: {percent(tipping.always)}; at every value no: "
        f"{percent(tipping.never)}.",
        f"Yes at every value: {percent(tipping.always)} of draws; no at every value: {percent(tipping.never)}",
    )


def _bars(tipping: Tipping, flips: Flips) -> list[dict[str, Any]]:
    low, high = _domain(tipping)
    heights, edges = np.histogram(flips.values, NUM_BINS, (low, high), weights=flips.weights)
    sign, way = (1.0, "to yes") if flips.rises else (-1.0, "to no")
    scale = sign * 100.0 * flips.share / float(flips.weights.sum())
    return [
        {"start": start, "stop": stop, "share": scale * height, "foot": 0.0, "way": way}
        for start, stop, height in zip(edges[:-1].tolist(), edges[1:].tolist(), heights.tolist(), strict=True)
        if height > 0.0
    ]
