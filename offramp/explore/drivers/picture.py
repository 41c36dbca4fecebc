"""The pictures of what drives an answer: influence with its intervals and noise, and the answers at the ends."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from offramp.explore.drivers.says import answer_words, held_words, subject
from offramp.explore.phrases import percent, spaced
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, INK, ORANGE, ROW, VERMILION, WIDTH

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from offramp.explore.drivers.result import Driver, Drivers

MOST_ROWS = 15
"""Assumptions in a picture: the first so many."""

LABEL, LINE = 48, 14
"""Most characters of a line of a label, and its height."""

TITLE = 90
"""Most characters of a title."""


def pictures(found: Drivers) -> dict[str, Figure]:
    """``drivers``, and ``tornado`` where assumptions were held at their ends."""
    drawn = {"drivers": drivers_figure(found)}
    if any(each.swing and each.swing.low is not None and each.swing.high is not None for each in found.drivers):
        drawn["tornado"] = tornado_figure(found)
    return drawn


def drivers_figure(found: Drivers) -> Figure:
    """A dot and an interval for each assumption, with a tick where noise ends."""
    import altair as alt

    rows = _driver_rows(found)
    base = alt.Chart(rows).encode(y=_rows(list(rows["assumption"])))
    across: alt.X = alt.X("low:Q", title="influence, percent of what would settle the answer alone")
    spans = base.mark_rule(strokeWidth=2, color=BLUE).encode(x=across, x2="high:Q")
    filled = alt.Fill("told:N", scale=alt.Scale(domain=[True, False], range=[BLUE, "white"]), legend=None)
    dots = base.mark_point(size=80, strokeWidth=2, color=BLUE, filled=False, opacity=1).encode(x="value:Q", fill=filled)
    ticks = base.mark_tick(color=VERMILION, thickness=2, size=ROW * 0.7).encode(x="noise:Q")
    words = base.mark_text(align="left", fontSize=11).encode(x=alt.value(WIDTH + 10), text="words:N")
    chart = alt.layer(spans, ticks, dots, words).properties(width=WIDTH, height=_height(rows))
    return Figure(
        chart,
        _title("What drives it", found),
        _drivers_alt(found),
        "Lines hold 90 % of bootstrap samples. Noise ends at the tick; hollow dots cannot be told from it.",
    )


def _driver_rows(found: Drivers) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "assumption": _label(each),
            "value": 100.0 * each.influence.value,
            "low": 100.0 * each.influence.low,
            "high": 100.0 * each.influence.high,
            "noise": 100.0 * each.noise,
            "told": each.distinguishable,
            "words": each.direction if each.distinguishable else "",
        }
        for each in found.drivers[:MOST_ROWS]
    ]
    columns = ("assumption", "value", "low", "high", "noise", "told", "words")
    return pd.DataFrame(rows, columns=list(columns))


def _rows(order: list[str]) -> alt.Y:
    import altair as alt

    axis = alt.Axis(ticks=False, domain=False, labelPadding=10, labelExpr="split(datum.label, '\\n')")
    return alt.Y("assumption:N", sort=order, title=None, axis=axis)


def _height(rows: pd.DataFrame) -> int:
    """Height of a plot whose labels have as many lines as the longest."""
    lines = max((1 + label.count("\n") for label in rows["assumption"]), default=1)
    return max(ROW, LINE * lines + 8) * max(1, rows["assumption"].nunique())


def _label(driver: Driver) -> str:
    name = spaced(driver.name)
    return "\n".join(wrap(f"{name}: {driver.label}" if driver.meaning else name, LABEL))


def _title(opening: str, found: Drivers) -> str:
    """What is explained, if there is room for it."""
    whole = f"{opening}: {found.says.rstrip('.')}"
    return whole if len(whole) <= TITLE else f"{opening}: {found.quantity}"


def _drivers_alt(found: Drivers) -> str:
    told = [
        f"{spaced(each.name)} {percent(each.influence.value)} ({percent(each.influence.low)} to "
        f"{percent(each.influence.high)}; {each.direction})"
        for each in found.drivers[:MOST_ROWS]
        if each.distinguishable
    ]
    unclear = [spaced(each.name) for each in found.drivers[:MOST_ROWS] if not each.distinguishable]
    shown = [
        f"A dot with a line for each assumption, by its influence on {subject(found)}.",
        f"More than noise: {', '.join(told) or 'none'}.",
        f"Not to be told from noise: {', '.join(unclear) or 'none'}.",
    ]
    return " ".join(shown)


def tornado_figure(found: Drivers) -> Figure:
    """A bar for each assumption from the answer with it low to that with it high, around the mean."""
    import altair as alt
    import pandas as pd

    rows = _swing_rows(found)
    factor = 100.0 if found.is_probability else 1.0
    base = alt.Chart(rows).encode(y=_rows(list(dict.fromkeys(rows["assumption"]))))
    title = "percent, the mean over the draws" if found.is_probability else "points, the mean over the draws"
    across: alt.X = alt.X("centre:Q", title=title, scale=alt.Scale(zero=False, nice=True))
    ends = ["with it low", "with it high"]
    colours = alt.Color(
        "end:N",
        scale=alt.Scale(domain=ends, range=[ORANGE, BLUE]),
        legend=alt.Legend(title=None, orient="top", symbolType="square"),
    )
    bars = base.mark_bar(height=ROW * 0.6).encode(x=across, x2="answer:Q", color=colours)
    words = base.mark_text(align="left", fontSize=11, color=GREY).encode(x=alt.value(WIDTH + 10), text="words:N")
    middle = pd.DataFrame({"centre": [factor * (found.centre or 0.0)]})
    line = alt.Chart(middle).mark_rule(color=INK).encode(x="centre:Q")
    return Figure(
        alt.layer(bars, line, words).properties(width=WIDTH, height=_height(rows)),
        _title("With one assumption low or high", found),
        _tornado_alt(found),
        "The mean answer with one assumption held at the values on the right, all others as drawn.",
    )


def _swung(found: Drivers) -> list[Driver]:
    """The assumptions with both ends, the widest first."""
    both = [each for each in found.drivers if each.swing and None not in (each.swing.low, each.swing.high)]
    return sorted(both, key=lambda each: -each.swing.width if each.swing else 0.0)[:MOST_ROWS]


def _swing_rows(found: Drivers) -> pd.DataFrame:
    import pandas as pd

    factor = 100.0 if found.is_probability else 1.0
    rows = []
    for each in _swung(found):
        swing = each.swing
        assert swing is not None
        held = f"{held_words(each, swing.at_low)} → {held_words(each, swing.at_high)}"
        for end, answer in (("with it low", swing.low), ("with it high", swing.high)):
            rows.append(
                {
                    "assumption": _label(each),
                    "end": end,
                    "centre": factor * (found.centre or 0.0),
                    "answer": factor * (answer or 0.0),
                    "words": held if end == "with it low" else "",
                }
            )
    return pd.DataFrame(rows)


def _tornado_alt(found: Drivers) -> str:
    each = (
        f"{spaced(driver.name)} {answer_words(found, driver.swing.low)} at {held_words(driver, driver.swing.at_low)} "
        f"and {answer_words(found, driver.swing.high)} at {held_words(driver, driver.swing.at_high)}"
        for driver in _swung(found)
        if driver.swing
    )
    return (
        f"A bar for each assumption around the mean of {answer_words(found, found.centre)}, from the answer with it "
        f"low to that with it high: {'; '.join(each)}."
    )
