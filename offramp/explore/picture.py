"""Pictures of a run and of a branch: how likely each answer and outcome is, and how that grows with precision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Floats
from offramp.explore.summary import INTERVAL, Estimate
from offramp.figures import style
from offramp.figures.figure import Figure

if TYPE_CHECKING:
    from offramp.explore.branches import LabelledBranch
    from offramp.explore.run import Run

RANGE_WORDS = "Bars are means over the draws; lines span 90 % of the draws."

MOST_CURVES = 7
"""Curves that one picture of a branch shows; more would not fit a page."""

CURVE_HEIGHT = 70
"""Height of each curve's panel in points."""

Rows = list[tuple[str, Estimate]]


def run_figures(run: Run) -> dict[str, Figure]:
    """The outcomes, the answers and the steps at which the path breaks, as far as the scenario has them."""
    labels = {outcome.name: outcome.label or _spaced(outcome.name) for outcome in run.scenario.outcomes}
    figures = {
        "outcomes": probability_figure("How it ends", [(labels[name], each) for name, each in run.outcomes.items()])
    }
    answers = [(each.clause, run.answers[each.name]) for each in run.scenario.answers]
    asked = [(clause, estimate) for clause, estimate in answers if estimate is not None]
    if asked:
        figures["answers"] = probability_figure("What was asked", asked, in_order=True)
    breaks = [(f"{_spaced(each.move)}: {_spaced(each.choice)}", each.probability) for each in run.breaks]
    if breaks:
        given = run.scenario.answers[0].given_says
        title = "Where the path breaks" + (f", if {given}" if given else "")
        figures["breaks"] = probability_figure(title, breaks)
    return figures


def probability_figure(title: str, rows: Rows, *, in_order: bool = False) -> Figure:
    """A bar for each probability with the interval that holds 90 % of the draws, the likeliest first."""
    import altair as alt
    import pandas as pd

    ordered = rows if in_order else sorted(rows, key=lambda row: -row[1].mean)
    table = pd.DataFrame(
        [{"label": label, "mean": each.mean, "low": each.low, "high": each.high} for label, each in ordered]
    )
    table["shown"] = [f"{each.mean:.0%}" for _, each in ordered]
    scale, axis = alt.Scale(domain=[0, 1]), alt.Axis(format="%", tickCount=6)
    across = alt.X("mean:Q", title="probability", scale=scale, axis=axis)
    down = alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=360))
    base = alt.Chart(table).encode(y=down)
    bars = base.mark_bar(height=13, color=style.SKY).encode(x=across)
    spans = base.mark_rule(color=style.INK, strokeWidth=1.5).encode(x=alt.X("low:Q", title="probability"), x2="high:Q")
    dots = base.mark_point(color=style.INK, size=34, opacity=1).encode(x=across)
    numbers = base.mark_text(align="left", dx=8, color=style.INK).encode(x=alt.value(style.WIDTH), text="shown:N")
    chart = alt.layer(bars, spans, dots, numbers).properties(width=style.WIDTH, height=alt.Step(style.ROW))
    return Figure(chart, title, f"{title}. {_spoken(ordered)}", RANGE_WORDS)


def branch_figure(labelled: LabelledBranch) -> Figure:
    """How likely each answer is (of a game file: each action) at each precision; over draws the mean and their 90 %."""
    import altair as alt
    import pandas as pd

    curves = _curves(labelled)
    precisions = labelled.branch.precisions
    points = [
        {"label": label, "precision": float(at), "mean": mean, "low": low, "high": high}
        for label, rows in curves.items()
        for at, mean, low, high in zip(precisions, *_over_draws(rows), strict=True)
        if np.isfinite(mean)
    ]
    table = pd.DataFrame(points, columns=["label", "precision", "mean", "low", "high"])
    scale = alt.Scale(type="log", nice=False)
    axis = alt.Axis(tickCount=5, grid=False, format="~g")
    across = alt.X("precision:Q", title="precision, per unit of each party's payoff range", scale=scale, axis=axis)
    up = alt.Y("mean:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", values=[0, 0.5, 1]))
    base = alt.Chart().encode(x=across)
    band = base.mark_area(color=style.SKY, opacity=0.35).encode(y=alt.Y("low:Q", title=None), y2="high:Q")
    layers = alt.layer(*[band] * (labelled.branch.num_draws > 1), base.mark_line().encode(y=up), data=table)
    panels = alt.Facet("label:N", title=None, sort=list(curves), header=alt.Header(labelLimit=style.WIDTH))
    chart = layers.properties(width=style.WIDTH, height=CURVE_HEIGHT).facet(facet=panels, columns=1, spacing=8)
    title = "From choice at random to ever fewer mistakes"
    ends = [f"{label}: {_over_draws(rows)[0][-1]:.0%}" for label, rows in curves.items()]
    told = f"One curve each over precisions from {precisions[0]:g} to {precisions[-1]:g}; at the end {'; '.join(ends)}."
    return Figure(chart, title, f"{title}. {told}", _branch_words(labelled))


def _branch_words(labelled: LabelledBranch) -> str:
    count = labelled.branch.num_draws
    if count == 1:
        return "Probability at each precision, every assumption at its median"
    return f"Probability at each precision: means over {count:,} draws; shades span 90 % of them"


def _curves(labelled: LabelledBranch) -> Mapping[str, Floats]:
    """Labels with float64[B, T]: the answers; without any the outcomes; of a game file the actions."""
    named = {labelled.says[name]: rows for name, rows in labelled.answers.items()} or dict(labelled.outcomes)
    if not named:
        game, strategies = labelled.branch.game, labelled.branch.strategies
        labels = (
            f"{game.players[game.infoset_players[infoset]]}, {game.infoset_labels[infoset] or infoset + 1}: {action}"
            for infoset, actions in enumerate(game.action_labels)
            for action in actions
        )
        named = {label: strategies[:, :, index] for index, label in enumerate(labels)}
    return dict(list(named.items())[:MOST_CURVES])


def _over_draws(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, 5th and 95th percentile over the draws that have a point, each float64[T]; NaN where none has."""
    some = np.isfinite(rows).any(axis=0)
    result = np.full((3, rows.shape[1]), np.nan)
    result[0, some] = np.nanmean(rows[:, some], axis=0)
    result[1:, some] = np.nanquantile(rows[:, some], INTERVAL, axis=0)
    return result[0], result[1], result[2]


def _spoken(rows: Iterable[tuple[str, Estimate]]) -> str:
    """The numbers of a picture, for those who hear it."""
    spans = ((label, each.mean, each.low, each.high) for label, each in rows)
    return " ".join(f"{label}: {mean:.0%}, 90 % of draws {low:.0%} to {high:.0%}." for label, mean, low, high in spans)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
