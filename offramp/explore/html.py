"""A run as it shows itself in a notebook: pictures and a few tables, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Protocol

from offramp.explore.ladder import Misled, grid_label
from offramp.explore.picture import run_figures
from offramp.explore.summary import Estimate, MoveSummary
from offramp.scenario.model import Scenario

if TYPE_CHECKING:
    from offramp.explore.run import Run


class Summarised(Protocol):
    """What the tables of a run are made of."""

    @property
    def answers(self) -> Mapping[str, Estimate | None]: ...
    @property
    def outcomes(self) -> Mapping[str, Estimate]: ...
    @property
    def moves(self) -> Mapping[str, MoveSummary]: ...


def run_html(run: Run) -> str:
    """Pictures of answers, outcomes and breaks, their tables, and the certificate."""
    pictures = [figure.svg for figure in run_figures(run).values()]
    parts = [_spread(run), _grids(run), f"<p>{escape(_footer(run))}</p>"]
    return "\n".join([tables_html(run.scenario, run, pictures), *(part for part in parts if part)])


def tables_html(scenario: Scenario, run: Summarised, pictures: Iterable[str] = ()) -> str:
    """A run's title, its pictures, and the tables of its answers, outcomes and choices."""
    answers = [(answer.clause, run.answers[answer.name]) for answer in scenario.answers]
    labels = {outcome.name: outcome.label or outcome.name for outcome in scenario.outcomes}
    parts = [
        f"<h4>{escape(scenario.title)}</h4>",
        *pictures,
        _table("Answer", answers) if answers else "",
        _table("Outcome", ((labels[name], each) for name, each in run.outcomes.items())),
        _table("Choice, given that its move is reached", _choices(run)),
    ]
    return "\n".join(part for part in parts if part)


def _choices(run: Summarised) -> Iterable[tuple[str, Estimate]]:
    for name, move in run.moves.items():
        for choice, each in move.choices.items():
            if each.given_reached:
                yield f"{move.by}: {name}.{choice}", each.given_reached


def _spread(run: Run) -> str:
    """The range of each answer over the equilibria of the first draws."""
    spread = run.spread
    if spread is None:
        return ""
    labels = {each.name: each.clause for each in run.scenario.answers}
    head = (
        f"<th style='text-align:left'>Over the equilibria of the first {spread.draws:,} draws</th>"
        "<th>lowest</th><th>as run</th><th>highest</th><th>draws that differ</th>"
    )
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(labels.get(name, name))}</td><td>{each.lowest:.1%}</td>"
        f"<td>{each.reported:.1%}</td><td>{each.highest:.1%}</td><td>{each.share_that_differ:.0%}</td></tr>"
        for name, each in spread.answers.items()
        if each is not None
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _grids(run: Run) -> str:
    """What finer grids of what is private would make of the answers, and which of them few types would have misled."""
    check = run.certificate.grid_check
    if check is None or not check.trends:
        return ""
    labels = {each.name: each.clause for each in run.scenario.answers}
    head = (
        f"<th style='text-align:left'>{escape('On finer grids of what is private: ' + check.finer[-1].label)}</th>"
        "<th>as run</th><th>finer</th><th>limit</th><th>settled</th>"
    )
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(labels.get(name, name))}</td><td>{each.levels[0]:.1%}</td>"
        f"<td>{each.levels[-1]:.1%}</td><td>{each.limit:.1%} ± {100 * each.margin:.1f}</td>"
        f"<td>{each.verdict(check.tolerance)}</td></tr>"
        for name, each in check.trends.items()
    )
    misled = "".join(f"<p>{escape(_misled(each))}</p>" for each in check.misled)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{misled}"


def _misled(each: Misled) -> str:
    few = "without a number" if each.few is None else f"{each.few:.1%}"
    return f"With {grid_label(each.grids)}, {each.answer!r} would be {few}, not {each.as_run:.1%}."


def _table(head: str, rows: Iterable[tuple[str, Estimate | None]]) -> str:
    body = "".join(
        f"<tr><td style='text-align:left'>{escape(label)}</td>{_cells(estimate)}</tr>" for label, estimate in rows
    )
    columns = f"<th style='text-align:left'>{escape(head)}</th><th>probability</th><th>90 % of draws</th>"
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"


def _cells(estimate: Estimate | None) -> str:
    if estimate is None:
        return "<td colspan='2'>in no draw does it come to that</td>"
    return f"<td>{estimate.mean:.1%}</td><td>{estimate.low:.1%} to {estimate.high:.1%}</td>"


def _footer(run: Run) -> str:
    certificate = run.certificate
    stopped = f" (stopped early: {run.requested:,} were asked for)" if run.interrupted else ""
    return (
        f"{run.num_draws:,} draws, seed {run.seed}{stopped}. "
        f"Largest regret {certificate.max_regret:.1e} of the payoff range; "
        f"{certificate.unconverged:,} draws did not converge."
    )
