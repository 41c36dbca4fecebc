"""One game solved once: a game file, or a scenario at its medians."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from offramp.explore.check import is_game_file
from offramp.explore.options import Precision
from offramp.game.compile import compile_scenario
from offramp.game.game import Game
from offramp.game.gamefile import read_game
from offramp.scenario.draws import central
from offramp.scenario.load import load
from offramp.solve.api import solve
from offramp.solve.result import Solutions


@dataclass(frozen=True, eq=False)
class SolvedFile:
    """The solution of a file's game, one draw.

    ``infoset_numbers`` holds the I numbers by which the file calls its information sets, unique for a player only.
    """

    solutions: Solutions
    infoset_numbers: tuple[int, ...]


def solve_file(path: str | Path, *, precision: Precision = None) -> SolvedFile:
    """Solve a ``.efg`` or ``.nfg`` file, or a scenario file with every assumption at its median.

    Raises
    ------
    GameFileError, ScenarioError, EvaluationError, SolveError
        If the file or the precision is wrong.
    """
    if is_game_file(path):
        file = read_game(path)
        return SolvedFile(solve(file.game, file.payoffs, file.chance, precision=precision), file.infoset_numbers)
    compiled = compile_scenario(load(path))
    medians = central(compiled.scenario)
    solutions = solve(compiled.game, compiled.payoffs(medians), compiled.chance(medians), precision=precision)
    return SolvedFile(solutions, counted_numbers(compiled.game))


def counted_numbers(game: Game) -> tuple[int, ...]:
    """Numbers for information sets without any: from 1 for each player, in the game's order."""
    seen: dict[int, int] = {}
    numbers = []
    for player in game.infoset_players.tolist():
        seen[player] = seen.get(player, 0) + 1
        numbers.append(seen[player])
    return tuple(numbers)
