"""One game solved once: a game file, or a scenario at its medians."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from offramp.explore.check import is_game_file
from offramp.explore.precision import Precision, game_precision, parsed_precision, plain_precision, with_precision
from offramp.game.compile import compile_scenario
from offramp.game.game import Game
from offramp.game.gamefile import read_game
from offramp.game.precision import drawn_precisions
from offramp.scenario.draws import central
from offramp.scenario.load import load
from offramp.solve.api import solve
from offramp.solve.result import Solutions


@dataclass(frozen=True, eq=False)
class SolvedFile:
    """The solution of a file's game, one draw.

    ``infoset_numbers`` holds the I numbers by which the file calls its information sets, unique for a player only.
    ``precision`` is what it was solved at, as JSON has it: None for no mistakes, one number, or one a player.
    """

    solutions: Solutions
    infoset_numbers: tuple[int, ...]
    precision: float | str | dict[str, float | str] | None = None


def solve_file(path: str | Path, *, precision: Precision = None) -> SolvedFile:
    """Solve a ``.efg`` or ``.nfg`` file, or a scenario file with every assumption at its median.

    Raises
    ------
    GameFileError, ScenarioError, EvaluationError, SolveError
        If the file or the precision is wrong.
    """
    if is_game_file(path):
        return _solve_game(path, precision)
    compiled = compile_scenario(with_precision(load(path), precision))
    medians = central(compiled.scenario)
    drawn = drawn_precisions(compiled.scenario, medians)
    solutions = solve(compiled.game, compiled.payoffs(medians), compiled.chance(medians), precision=drawn)
    return SolvedFile(solutions, counted_numbers(compiled.game), plain_precision(compiled.scenario.precision))


def _solve_game(path: str | Path, asked: Precision) -> SolvedFile:
    file = read_game(path)
    players = file.game.players
    solutions = solve(file.game, file.payoffs, file.chance, precision=game_precision(asked, players))
    stated = None if asked is None else parsed_precision(asked, players)
    return SolvedFile(solutions, file.infoset_numbers, plain_precision(stated))


def counted_numbers(game: Game) -> tuple[int, ...]:
    """Numbers for information sets without any: from 1 for each player, in the game's order."""
    seen: dict[int, int] = {}
    numbers = []
    for player in game.infoset_players.tolist():
        seen[player] = seen.get(player, 0) + 1
        numbers.append(seen[player])
    return tuple(numbers)
