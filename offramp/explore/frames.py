"""A run as data frames and labelled arrays. pandas and xarray are imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from offramp.errors import RunError
from offramp.explore.paths import Paths
from offramp.explore.portions import Portion
from offramp.explore.table import Table
from offramp.game.game import Floats
from offramp.scenario.draws import Draws
from offramp.solve.result import Status

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from offramp.explore.run import Run


def draws_frame(draws: Draws) -> pd.DataFrame:
    """The drawn assumptions: one row a draw."""
    import pandas as pd

    return pd.DataFrame(draws.as_values(), index=_index(Portion(draws.first, draws.num_draws)))


def solutions_frame(run: Run, draws: Portion) -> pd.DataFrame:
    """The results of some draws; see :meth:`offramp.explore.run.Run.solutions_frame`."""
    import pandas as pd

    table = run.results.columns.table(draws)
    columns: dict[str, Floats] = dict(_columns(run, table))
    frame = pd.DataFrame(columns, index=_index(draws))
    names = [status.name.lower() for status in Status]
    frame["status"] = pd.Categorical.from_codes(table.status[0].astype(np.int8), categories=pd.Index(names))
    return frame


def equilibria_frame(run: Run) -> pd.DataFrame:
    """The equilibria of the first draws; see :meth:`offramp.explore.run.Run.equilibria_frame`."""
    import pandas as pd

    spread = run.spread
    if spread is None:
        raise RunError("the run did not look for other equilibria; ask for equilibria='probe' or equilibria='all'")
    columns: dict[str, object] = {"equilibria": spread.counts, "complete": spread.complete}
    for name, low, high in zip(spread.answers, spread.lowest, spread.highest, strict=True):
        columns |= {f"lowest.{name}": low, f"highest.{name}": high}
    return pd.DataFrame(columns, index=_index(Portion(0, spread.draws)))


def to_xarray(run: Run) -> xr.Dataset:
    """The draws and their results; see :meth:`offramp.explore.run.Run.to_xarray`."""
    import xarray as xr

    table, paths = run.table, run.paths
    choices = _choice_names(paths)
    return xr.Dataset(
        {
            "assumptions": (("draw", "assumption"), run.draws.values),  # noqa: PD011 (not a data frame)
            "answers": (("draw", "answer"), table.answers.T),
            "conditions": (("draw", "answer"), table.conditions.T),
            "outcomes": (("draw", "outcome"), table.outcomes.T),
            "reached": (("draw", "move"), table.reached.T),
            "choices": (("draw", "choice"), table.choices.T),
            "on_path": (("draw", "choice"), _on_path(paths, table).T),
            "breaks": (("draw", "break"), table.breaks.T),
            "payoffs": (("draw", "party"), table.payoffs.T),
            "max_regret": ("draw", table.max_regret[0]),
            "status": ("draw", table.status[0].astype(np.int32)),
        },
        coords={
            "draw": _index(Portion(0, run.num_draws)),
            "assumption": list(run.draws.names),
            "answer": list(paths.answers),
            "outcome": list(paths.outcomes),
            "move": list(paths.moves),
            "choice": choices,
            "break": [choices[each] for each in paths.breaks],
            "party": list(paths.game.players),
        },
        attrs={"title": run.scenario.title, "seed": run.seed},
    )


def _index(draws: Portion) -> pd.RangeIndex:
    import pandas as pd

    return pd.RangeIndex(draws.first, draws.first + draws.count, name="draw")


def _choice_names(paths: Paths) -> list[str]:
    return [f"{paths.moves[move]}.{choice}" for move, choice in paths.choices]


def _on_path(paths: Paths, table: Table) -> Floats:
    """float64[C, B]: the probability that the path goes through each choice."""
    return np.array([table.on_path(move, row) for row, (move, _) in enumerate(paths.choices)])


def _columns(run: Run, table: Table) -> Iterator[tuple[str, Floats]]:
    paths = run.paths
    choices = _choice_names(paths)
    yield from _named("answer", paths.answers, table.answers)
    met = dict(zip(paths.answers, table.conditions, strict=True))
    conditional = [answer.name for answer in run.scenario.answers if answer.given is not None]
    yield from ((f"condition.{name}", met[name]) for name in conditional)
    yield from _named("outcome", paths.outcomes, table.outcomes)
    yield from _named("reached", paths.moves, table.reached)
    yield from _named("choice", choices, table.choices)
    yield from _named("on_path", choices, _on_path(paths, table))
    yield from _named("break", [choices[each] for each in paths.breaks], table.breaks)
    yield from _named("payoff", paths.game.players, table.payoffs)
    yield "max_regret", table.max_regret[0]
    yield "precision", table.precision[0]
    yield "steps", table.steps[0]


def _named(kind: str, names: tuple[str, ...] | list[str], rows: Floats) -> Iterator[tuple[str, Floats]]:
    for name, row in zip(names, rows, strict=True):
        yield f"{kind}.{name}", row
