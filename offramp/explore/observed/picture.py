"""The pictures of what was seen: assumptions before and after, and the answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.arrays import Floats
from offramp.explore.observed.says import observation_words, shift_words
from offramp.explore.phrases import percent, spaced
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, ROW, VERMILION, WIDTH

if TYPE_CHECKING:
    from offramp.explore.observed.result import Posterior, Shift, Update

PANELS = 4
"""Assumptions that are drawn: those that moved furthest."""

BINS, HEIGHT = 20, 90

BEFORE, AFTER = "before", "after it was seen"


def pictures(posterior: Posterior) -> dict[str, Figure]:
    """``observed`` and, where something is asked, ``answers``."""
    drawn = {"observed": shifts_figure(posterior)}
    if any(each.prior for each in posterior.answers):
        drawn["answers"] = answers_figure(posterior)
    return drawn


def shifts_figure(posterior: Posterior) -> Figure:
    """A panel for each of the assumptions that moved furthest: its distribution before and after."""
    import altair as alt
    import pandas as pd

    shown = posterior.shifts[:PANELS]
    panels = []
    for each in shown:
        rows = pd.DataFrame(list(_bins(posterior, each)))
        title = f"{spaced(each.name)}{f', {each.unit}' if each.unit else ''}"
        base = alt.Chart(rows, title=alt.TitleParams(title, fontSize=12, fontWeight="normal", anchor="start"))
        across = alt.X("low:Q", title=None, scale=alt.Scale(nice=False, zero=False))
        up = alt.Y("share:Q", title="share", axis=alt.Axis(format="%", tickCount=3))
        before = base.transform_filter(f"datum.when == '{BEFORE}'")
        after = base.transform_filter(f"datum.when == '{AFTER}'")
        bars = before.mark_bar(color=GREY, opacity=0.45).encode(x=across, x2="high:Q", y=up, y2="zero:Q")
        line = after.mark_bar(filled=False, stroke=BLUE, strokeWidth=1.5).encode(
            x=across, x2="high:Q", y=up, y2="zero:Q"
        )
        panels.append(alt.layer(bars, line).properties(width=WIDTH, height=HEIGHT))
    told = (f"{spaced(each.name)}: before {shift_words(each)[0]}, after {shift_words(each)[1]}" for each in shown)
    what = "; ".join(observation_words(posterior.setting.scenario, each) for each in posterior.observed)
    return Figure(
        alt.vconcat(*panels, spacing=14),
        "What was seen says about the assumptions",
        f"Bars for each assumption before and after. Seen: {what}. {'. '.join(told)}.",
        "Grey: before. Blue outline: after it was seen.",
    )


def _bins(posterior: Posterior, each: Shift) -> Iterator[dict[str, Any]]:
    values, before, after = _weighted_values(posterior, each.name)
    levels = np.unique(values)
    if len(levels) <= BINS:
        width = 0.8 * (np.diff(levels).min() if len(levels) > 1 else 1.0)
        edges = [(float(level - width / 2), float(level + width / 2)) for level in levels]
        place = np.searchsorted(levels, values)
    else:
        cuts = np.linspace(levels[0], levels[-1], BINS + 1)
        edges = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
        place = np.clip(np.searchsorted(cuts, values, side="right") - 1, 0, BINS - 1)
    for when, weights in ((BEFORE, before), (AFTER, after)):
        shares = np.bincount(place, weights=weights, minlength=len(edges))
        for (low, high), share in zip(edges, shares.tolist(), strict=True):
            yield {"low": low, "high": high, "share": share, "zero": 0.0, "when": when}


def _weighted_values(posterior: Posterior, name: str) -> tuple[Floats, Floats, Floats]:
    if name in posterior.types:
        return posterior.types[name]
    values = posterior.columns[name]
    return values, np.full(len(values), 1.0 / len(values)), posterior.weights


def answers_figure(posterior: Posterior) -> Figure:
    """Two dots for each answer: before and after."""
    import altair as alt
    import pandas as pd

    shown = [each for each in posterior.answers if each.prior and each.posterior]
    rows = pd.DataFrame([row for each in shown for row in _answer_rows(each)])
    order = [each.says for each in shown]
    down = alt.Y("answer:N", sort=order, title=None, axis=alt.Axis(labelLimit=360, ticks=False, domain=False))
    base = alt.Chart(rows).encode(y=down)
    across = alt.X("mean:Q", title="probability", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    lines = base.mark_line(color=GREY, strokeWidth=1).encode(x=across, detail="answer:N")
    colours = alt.Scale(domain=[BEFORE, AFTER], range=[GREY, VERMILION])
    shapes = alt.Scale(domain=[BEFORE, AFTER], range=["circle", "diamond"])
    dots = base.mark_point(size=90, filled=True, opacity=1).encode(
        x=across,
        color=alt.Color("when:N", scale=colours, title=None, legend=alt.Legend(orient="top")),
        shape=alt.Shape("when:N", scale=shapes, title=None),
    )
    told = (f"{each.says}: {_change(each)}" for each in shown)
    return Figure(
        alt.layer(lines, dots).properties(width=WIDTH, height=1.4 * ROW * len(shown)),
        "What was seen does to the answers",
        f"Two dots for each answer, before and after. {'. '.join(told)}.",
        "In another play by the same people",
    )


def _answer_rows(each: Update) -> Iterator[dict[str, Any]]:
    for when, estimate in ((BEFORE, each.prior), (AFTER, each.posterior)):
        if estimate:
            yield {"answer": each.says, "when": when, "mean": estimate.mean}


def _change(each: Update) -> str:
    assert each.prior
    assert each.posterior
    return f"before {percent(each.prior.mean)}, after {percent(each.posterior.mean)}"
