"""The picture of what the horizon does: how it ends, against the number of rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.explore.phrases import joined, percent
from offramp.figures.figure import Figure
from offramp.figures.style import WIDTH

if TYPE_CHECKING:
    from offramp.explore.horizon.result import Horizon, Left


def horizon_figure(horizon: Horizon) -> Figure:
    """Lines of the probability of every outcome over the number of rounds."""
    import altair as alt
    import pandas as pd

    scenario = horizon.setting.scenario
    labels = {outcome.name: outcome.label or outcome.name.replace("_", " ") for outcome in scenario.outcomes}
    rows = pd.DataFrame(
        [
            {"rounds": left.rounds, "outcome": labels[name], "probability": 100.0 * each.mean}
            for left in horizon.lefts
            for name, each in left.outcomes.items()
        ]
    )
    order = list(labels.values())
    chart = (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X("rounds:Q", title="rounds", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(zero=False)),
            y=alt.Y("probability:Q", title="percent", scale=alt.Scale(domain=[0, 100])),
            color=alt.Color("outcome:N", title=None, sort=order, legend=alt.Legend(orient="bottom", columns=2)),
            strokeDash=alt.StrokeDash("outcome:N", sort=order, legend=None),
        )
        .properties(width=WIDTH, height=0.5 * WIDTH)
    )
    first, last = horizon.lefts[0], horizon.lefts[-1]
    ends = f"With 1 round: {_ends(first, labels)}; with {last.rounds}: {_ends(last, labels)}."
    return Figure(
        chart, "How it ends, by the number of rounds", f"Lines of how it ends. {ends}", "Average over the draws"
    )


def _ends(left: Left, labels: dict[str, str]) -> str:
    return joined([f"{labels[name]} {percent(each.mean)}" for name, each in left.outcomes.items()])
