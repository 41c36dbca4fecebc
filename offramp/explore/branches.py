"""The branch of logit equilibria of a scenario or a game file: from choice at random to ever fewer mistakes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Floats
from offramp.errors import RunError
from offramp.explore.check import is_game_file
from offramp.explore.paths import Paths, paths_of
from offramp.explore.portions import draw_in_parts
from offramp.explore.single import counted_numbers
from offramp.explore.table import Table, tabulate_play
from offramp.game.compile import compile_scenario
from offramp.game.gamefile import read_game
from offramp.scenario.draws import central
from offramp.scenario.load import load
from offramp.scenario.model import Scenario
from offramp.solve.branch import Branch, trace_branch

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class LabelledBranch:
    """The branch of each draw, with the names of what is on it.

    Attributes
    ----------
    branch : Branch
        B draws at T precisions.
    infoset_numbers : tuple of int
        The numbers by which the file calls its information sets, unique for a player only.
    answers : mapping of str to float64[B, T]
        For a scenario the probability of each of its answers, given its condition if it has one; NaN where no path
        meets it or the branch has no point.
    outcomes : mapping of str to float64[B, T]
        For a scenario the probability of each outcome.
    choices : mapping of str to float64[B, T]
        For a scenario the probability of each choice given that its move is reached, by ``"move.choice"``; only of
        moves at which there is something to choose.
    says : mapping of str to str
        What each answer asks, as a clause.
    """

    branch: Branch
    infoset_numbers: tuple[int, ...]
    answers: Mapping[str, Floats]
    outcomes: Mapping[str, Floats]
    choices: Mapping[str, Floats]
    says: Mapping[str, str]

    def to_xarray(self) -> xr.Dataset:
        """The branch as labelled arrays, ``draw`` and ``precision`` first; each action with its player and set."""
        import xarray as xr

        branch, game = self.branch, self.branch.game
        infosets = np.repeat(np.arange(game.num_infosets), game.num_actions)
        shape = (branch.num_draws, len(branch.precisions), 0)
        return xr.Dataset(
            {
                "strategies": (("draw", "precision", "action"), branch.strategies),
                "payoffs": (("draw", "precision", "player"), branch.values),
                "answers": (("draw", "precision", "answer"), _stacked(self.answers, shape)),
                "outcomes": (("draw", "precision", "outcome"), _stacked(self.outcomes, shape)),
                "choices": (("draw", "precision", "choice"), _stacked(self.choices, shape)),
                "residual": (("draw", "precision"), branch.residuals),
                "status": ("draw", branch.status),
            },
            coords={
                "draw": np.arange(branch.num_draws),
                "precision": branch.precisions,
                "player": list(game.players),
                "answer": list(self.answers),
                "outcome": list(self.outcomes),
                "choice": list(self.choices),
                "action": [label for labels in game.action_labels for label in labels],
                "infoset": ("action", [game.infoset_labels[each] for each in infosets]),
                "infoset_number": ("action", [self.infoset_numbers[each] for each in infosets]),
                "mover": ("action", [game.players[game.infoset_players[each]] for each in infosets]),
            },
            attrs={"title": game.title},
        )


def branch(
    source: Scenario | str | Path,
    precisions: Sequence[float] | Floats,
    *,
    draws: int | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> LabelledBranch:
    """Trace the branch of logit equilibria through each of ``precisions``.

    What a scenario itself states of precision does not matter here: all parties have the same.

    Parameters
    ----------
    source : Scenario or path
        A scenario, or the path of a scenario file or of a Gambit ``.efg`` or ``.nfg`` file.
    precisions : T floats
        At least 0 and increasing, such as ``spaced_precisions(0.1, 100, 40)``.
    draws, seed : int, optional
        How many draws of a scenario, the first that a run with the same seed makes; by default one, with every
        assumption at its median.
    workers : int, optional
        Threads.

    Raises
    ------
    ScenarioError, EvaluationError, GameFileError, SolveError, RunError
        If the scenario, the file or an option is wrong.
    """
    if not isinstance(source, Scenario) and is_game_file(source):
        if draws is not None:
            raise RunError(f"found {draws} draws of {str(source)!r}, a game file with nothing to draw; leave them out")
        file = read_game(source)
        traced = trace_branch(file.game, file.payoffs, file.chance, precisions, workers=workers)
        return LabelledBranch(traced, file.infoset_numbers, {}, {}, {}, {})
    scenario = source if isinstance(source, Scenario) else load(source)
    compiled = compile_scenario(scenario)
    drawn = central(scenario) if draws is None else draw_in_parts(scenario, draws, seed)
    payoffs, chance = compiled.payoffs(drawn), compiled.chance(drawn)
    traced = trace_branch(compiled.game, payoffs, chance, precisions, workers=workers)
    paths = paths_of(compiled)
    tables = [_table(paths, traced, t) for t in range(len(traced.precisions))]
    answers, outcomes, choices = (
        np.stack([getattr(each, field) for each in tables], axis=2) for field in ("answers", "outcomes", "choices")
    )
    by_choice = zip(paths.choices, choices, strict=True)
    return LabelledBranch(
        branch=traced,
        infoset_numbers=counted_numbers(compiled.game),
        answers=dict(zip(paths.answers, answers, strict=True)),
        outcomes=dict(zip(paths.outcomes, outcomes, strict=True)),
        choices={f"{paths.moves[m]}.{name}": row for (m, name), row in by_choice if paths.moves[m] in paths.open_moves},
        says={answer.name: answer.clause for answer in scenario.answers},
    )


def spaced_precisions(first: float, last: float, count: int) -> Floats:
    """float64[count]: precisions from ``first`` to ``last``, evenly spaced in their logarithms.

    Raises
    ------
    RunError
        If they do not start above 0, do not increase, or are fewer than two.

    Examples
    --------
    >>> spaced_precisions(0.1, 10, 3)
    array([ 0.1,  1. , 10. ])
    """
    if not 0 < first < last < math.inf:
        raise RunError(f"found precisions from {first:g} to {last:g}; give two numbers above 0, the smaller one first")
    if count < 2:
        raise RunError(f"found {count} precisions; ask for at least 2")
    row: Floats = np.geomspace(first, last, count)
    return row


def _table(paths: Paths, traced: Branch, t: int) -> Table:
    """What happens at precision number ``t``; NaN where the branch has no point."""
    logs = traced.log_strategies[:, t]
    table = tabulate_play(paths, traced.batch, logs)
    missing = np.isnan(logs).any(axis=1)
    for rows in (table.answers, table.outcomes, table.choices):
        rows[:, missing] = np.nan
    return table


def _stacked(rows: Mapping[str, Floats], shape: tuple[int, ...]) -> Floats:
    """float64[B, T, number of rows]; ``shape`` is that of none."""
    return np.stack(list(rows.values()), axis=2) if rows else np.empty(shape)
