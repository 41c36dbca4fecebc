"""The pictures of what follows: the states year by year, and a fan for each indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offramp.explore.aftermath.names import HOLDS, LEVELS
from offramp.explore.aftermath.says import amount, ends, telling, years_words
from offramp.explore.phrases import joined, percent
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, INK, ORANGE, PALETTE, WIDTH

if TYPE_CHECKING:
    from offramp.explore.aftermath.result import Arm, Following
    from offramp.scenario.aftermath import Indicator

HEIGHT = 0.5 * WIDTH

PANEL = 0.62 * WIDTH
"""Width of the panel of one arm."""


def pictures(following: Following) -> dict[str, Figure]:
    """``states``, and a fan for each indicator by its name."""
    fans = {each.name: fan_figure(following, which) for which, each in enumerate(following.after.indicators)}
    return {"states": states_figure(following), **fans}


def states_figure(following: Following) -> Figure:
    """Stacked areas, a panel for each arm: the share of every state, year by year, on average over the draws."""
    import altair as alt
    import pandas as pd

    order = {label: index for index, label in enumerate(following.labels)}
    rows = pd.DataFrame(
        [
            {"arm": short, "state": label, "order": order[label], "year": year, "share": 100.0 * each.mean}
            for short, arm in telling(following)
            for label, row in zip(following.labels, arm.shares, strict=True)
            for year, each in enumerate(row)
        ]
    )
    shorts = [short for short, _ in telling(following)]
    chart = (
        alt.Chart(rows)
        .mark_area(stroke="white", strokeWidth=0.6, opacity=0.9)
        .encode(
            x=alt.X("year:Q", title="years after", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False)),
            y=alt.Y("share:Q", title="percent", stack="zero", scale=alt.Scale(domain=[0, 100])),
            color=alt.Color(
                "state:N",
                title=None,
                sort=list(order),
                scale=alt.Scale(domain=list(order), range=_colours(len(order))),
                legend=alt.Legend(orient="bottom", columns=3),
            ),
            order=alt.Order("order:Q"),
        )
        .properties(width=PANEL, height=HEIGHT)
        .facet(column=alt.Column("arm:N", title=None, sort=shorts))
    )
    return Figure(chart, "What follows, year by year", _states_words(following), _subtitle(following))


def _colours(count: int) -> list[str]:
    """As many colours as there are states; beyond the palette they come again, told apart by their place."""
    return [PALETTE[index % len(PALETTE)] for index in range(count)]


def _subtitle(following: Following) -> str:
    holds = following.arm(HOLDS)
    if holds is None or holds.probability is None:
        return "Average over the draws"
    return f"Average over the draws; it holds with a probability of {percent(holds.probability.mean)}"


def _states_words(following: Following) -> str:
    told = [f"{short}: {_shares_words(following, arm)}" for short, arm in telling(following)]
    return f"Areas of the share of each state over {years_words(following.years)}. At the end, {'; '.join(told)}."


def _shares_words(following: Following, arm: Arm) -> str:
    return joined(
        [f"{label} {percent(arm.share(state, following.years))}" for state, label in enumerate(following.labels)]
    )


def fan_figure(following: Following, which: int) -> Figure:
    """Two fans over the years, with the offer and without: the median, and where half and 90 % of the paths lie."""
    import altair as alt
    import pandas as pd

    indicator = following.after.indicators[which]
    arms = [(short, arm) for short, arm in telling(following) if arm.name != HOLDS]
    rows = pd.DataFrame(
        [
            {"arm": short, "year": year, **_bands(arm, which, year)}
            for short, arm in arms
            for year in range(following.years + 1)
        ]
    )
    shorts = [short for short, _ in arms]
    colour = alt.Color(
        "arm:N",
        title=None,
        scale=alt.Scale(domain=shorts, range=[BLUE, ORANGE][: len(shorts)] or [INK]),
        legend=alt.Legend(orient="top", symbolOpacity=1),
    )
    x = alt.X("year:Q", title="years after", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False))
    base = alt.Chart(rows).encode(x=x, color=colour)
    layers: list[Any] = [
        base.mark_area(opacity=0.16).encode(y=alt.Y("p05:Q", title=_axis(indicator)), y2="p95:Q"),
        base.mark_area(opacity=0.28).encode(y="p25:Q", y2="p75:Q"),
        base.mark_line(strokeWidth=2.5).encode(y="p50:Q", strokeDash=alt.StrokeDash("arm:N", sort=shorts, legend=None)),
    ]
    return Figure(
        alt.layer(*layers).properties(width=WIDTH, height=HEIGHT),
        f"What follows for {indicator.called}",
        _fan_words(following, which),
        "Line: median; dark and pale bands: half and 90% of the paths",
    )


def _bands(arm: Arm, which: int, year: int) -> dict[str, float]:
    levels = arm.fans[which].levels[:, year].tolist()
    return {f"p{100 * level:02.0f}": value for level, value in zip(LEVELS, levels, strict=True)}


def _axis(indicator: Indicator) -> str:
    label = indicator.called
    return f"{label}, {indicator.unit}" if indicator.unit else label


def _fan_words(following: Following, which: int) -> str:
    indicator = following.after.indicators[which]
    told = []
    for short, arm in telling(following):
        if arm.name != HOLDS:
            low, middle, high = ends(arm.fans[which])
            told.append(f"{short}: {middle}, 90% from {low} to {high}")
    start = amount(float(following.arms[0].fans[which].median[0]), indicator.unit)
    label = indicator.called
    return f"Fans of {label} from {start}. After {years_words(following.years)}, {'; '.join(told)}."
