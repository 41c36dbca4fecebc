"""The pictures of a comparison: every answer before and after, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from offramp.explore.comparison.says import change_words, is_probability, value_words
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, INK, ROW, VERMILION, WIDTH

if TYPE_CHECKING:
    from offramp.explore.comparison.result import Comparison

MOST_ROWS = 15
"""Rows of a picture."""

FIRST, SECOND = "first", "second"


def pictures(comparison: Comparison) -> dict[str, Figure]:
    """``comparison`` and, where edits explain something, ``parts``."""
    drawn = {"comparison": lines_figure(comparison)}
    if any(part.change for part in comparison.parts):
        drawn["parts"] = parts_figure(comparison)
    return drawn


def lines_figure(comparison: Comparison) -> Figure:
    """Two dots for each answer and outcome, with what holds 90 % of the draws."""
    import altair as alt
    import pandas as pd

    shown = [line for line in comparison.lines if line.first and line.second][:MOST_ROWS]
    rows = pd.DataFrame([row for line in shown for row in _dots(line)])
    down = alt.Y("line:N", sort=[line.says for line in shown], title=None, axis=alt.Axis(labelLimit=360, ticks=False))
    base = alt.Chart(rows).encode(y=down, yOffset=alt.YOffset("side:N", sort=[FIRST, SECOND]))
    across = alt.X("mean:Q", title="probability", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    colours = alt.Scale(domain=[FIRST, SECOND], range=[GREY, BLUE])
    shapes = alt.Scale(domain=[FIRST, SECOND], range=["circle", "diamond"])
    colour = alt.Color("side:N", scale=colours, title=None, legend=alt.Legend(orient="top"))
    spans = base.mark_rule(strokeWidth=1.5).encode(x=alt.X("low:Q", title="probability"), x2="high:Q", color=colour)
    shape = alt.Shape("side:N", scale=shapes, title=None)
    dots = base.mark_point(size=80, filled=True, opacity=1).encode(x=across, color=colour, shape=shape)
    told = ". ".join(
        f"{line.says}: {value_words(line, line.first.mean)} and {value_words(line, line.second.mean)}"
        for line in shown
        if line.first and line.second
    )
    return Figure(
        alt.layer(spans, dots).properties(width=WIDTH, height=1.8 * ROW * len(shown)),
        "The two side by side",
        f"Two dots for each answer and outcome. {told}.",
        f"First: {comparison.labels[0]}. Second: {comparison.labels[1]}. Lines hold 90 % of the draws.",
    )


def _dots(line: Any) -> Iterator[dict[str, Any]]:
    for side, each in ((FIRST, line.first), (SECOND, line.second)):
        yield {"line": line.says, "side": side, "mean": each.mean, "low": each.low, "high": each.high}


def parts_figure(comparison: Comparison) -> Figure:
    """Bars from the first's answer to the second's, an edit each."""
    import altair as alt
    import pandas as pd

    steps = _steps(comparison)
    rows = pd.DataFrame(steps)
    down = alt.Y(
        "step:N", sort=list(rows["step"]), title=None, axis=alt.Axis(labelLimit=360, ticks=False, domain=False)
    )
    base = alt.Chart(rows).encode(y=down)
    number = "%" if is_probability(comparison.headline) else "~g"
    across: alt.X = alt.X(
        "low:Q", title=comparison.headline.says, axis=alt.Axis(format=number), scale=alt.Scale(zero=False)
    )
    colours = alt.Scale(domain=["whole", "more", "less"], range=[GREY, BLUE, VERMILION])
    bars = base.mark_bar(height=ROW * 0.6).encode(
        x=across, x2="high:Q", color=alt.Color("kind:N", scale=colours, legend=None)
    )
    words = base.mark_text(align="left", fontSize=11).encode(
        x=alt.value(WIDTH + 10), text="words:N", color=alt.value(INK)
    )
    told = ". ".join(f"{step['step']}: {step['words']}" for step in steps)
    return Figure(
        alt.layer(bars, words).properties(width=WIDTH, height=1.3 * ROW * len(steps)),
        "How the edits lead from the first to the second",
        f"A bar for each edit, on the way from the first's answer to the second's. {told}.",
        "What each explains; grey: the two answers",
    )


def _steps(comparison: Comparison) -> list[dict[str, Any]]:
    line = comparison.headline
    assert line.first
    assert line.second
    shown = [part for part in comparison.parts if part.change]
    start = min(0.0, line.first.mean, line.second.mean)
    steps: list[dict[str, Any]] = [
        {
            "step": "the first",
            "low": start,
            "high": line.first.mean,
            "kind": "whole",
            "words": value_words(line, line.first.mean),
        }
    ]
    at, rest = line.first.mean, 0.0
    for index, part in enumerate(shown):
        assert part.change
        if index >= MOST_ROWS:
            rest += part.change.mean
            continue
        after = at + part.change.mean
        kind = "more" if part.change.mean >= 0.0 else "less"
        words = change_words(line, part.change).removesuffix(" percentage points").removesuffix(" points")
        steps.append({"step": part.label, "low": min(at, after), "high": max(at, after), "kind": kind, "words": words})
        at = after
    if rest:
        steps.append(
            {"step": "all others", "low": min(at, at + rest), "high": max(at, at + rest), "kind": "more", "words": ""}
        )
    end = value_words(line, line.second.mean)
    return [*steps, {"step": "the second", "low": start, "high": line.second.mean, "kind": "whole", "words": end}]
