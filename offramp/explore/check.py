"""Whether a file can be used, and what is in it: reading, compiling, and trying the numbers of a few draws."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from offramp.errors import EvaluationError, GameError, GameFileError, Problem, RunError, ScenarioError
from offramp.explore.portions import batch_size, draw_in_parts, in_batches
from offramp.game.compile import Compiled, compile_scenario
from offramp.game.gamefile import read_game
from offramp.game.precision import drawn_precisions
from offramp.scenario.load import load
from offramp.scenario.model import Assumption, Scenario

GAME_SUFFIXES = (".efg", ".nfg")
"""File names that end so hold games in Gambit's formats; all others hold scenarios."""

TRIED_DRAWS = 4096
"""Draws whose payoffs and chances are worked out, to find expressions that fail: those of a run without options."""

TRIED_SEED = 1


@dataclass(frozen=True)
class GameSize:
    """How large a game is."""

    players: int
    nodes: int
    leaves: int
    infosets: int


@dataclass(frozen=True)
class ScenarioContents:
    """What a scenario holds, in numbers; ``judgements`` names the assumptions that rest on judgement alone."""

    title: str
    parties: int
    terms: int
    moves: int
    outcomes: int
    answers: int
    assumptions: int
    uncertain: int
    private: int
    judgements: tuple[str, ...]
    sources: int


@dataclass(frozen=True)
class Checked:
    """A file that was looked at: its problems, or what it holds (``contents`` is None for a game file)."""

    file: str
    problems: tuple[Problem, ...] = ()
    contents: ScenarioContents | None = None
    size: GameSize | None = None

    @property
    def is_fine(self) -> bool:
        return not self.problems


def is_game_file(path: str | Path) -> bool:
    """Whether the name is that of a Gambit file."""
    return Path(path).suffix.lower() in GAME_SUFFIXES


def check_file(path: str | Path) -> Checked:
    """Everything wrong with a scenario or game file, or what is in it. Wrong files raise nothing."""
    try:
        return _check_game(path) if is_game_file(path) else _check_scenario(path)
    except ScenarioError as error:
        return Checked(str(path), error.problems)
    except GameFileError as error:
        return Checked(str(path), (Problem((), error.found, "", error.remedy, str(path), error.line, error.column),))
    except (EvaluationError, GameError, RunError) as error:
        return Checked(str(path), (Problem((), str(error), file=str(path)),))


def rests_on_judgement(assumption: Assumption) -> bool:
    """Whether nothing but judgement stands behind an assumption's value."""
    return all(basis.judgement for basis in assumption.basis)


def _check_game(path: str | Path) -> Checked:
    game = read_game(path).game
    return Checked(str(path), size=GameSize(game.num_players, game.num_nodes, len(game.leaves), game.num_infosets))


def _check_scenario(path: str | Path) -> Checked:
    scenario = load(path)
    compiled = compile_scenario(scenario)
    try:
        _try_numbers(compiled)
    except EvaluationError as error:
        return Checked(str(path), (error.problem,))
    game = compiled.game
    size = GameSize(game.num_players, game.num_nodes, len(game.leaves), game.num_infosets)
    return Checked(str(path), contents=_contents(scenario), size=size)


def _try_numbers(compiled: Compiled) -> None:
    """Raise EvaluationError if an expression has no value in one of the draws that are tried."""
    draws = draw_in_parts(compiled.scenario, TRIED_DRAWS, TRIED_SEED)
    for batch in in_batches(draws, batch_size(compiled)):
        compiled.payoffs(batch)
        compiled.chance(batch)
        drawn_precisions(compiled.scenario, batch)


def _contents(scenario: Scenario) -> ScenarioContents:
    assumptions = scenario.assumptions
    return ScenarioContents(
        title=scenario.title,
        parties=len(scenario.parties),
        terms=len(scenario.terms),
        moves=len(scenario.moves),
        outcomes=len(scenario.outcomes),
        answers=len(scenario.answers),
        assumptions=len(assumptions),
        uncertain=sum(not each.value.is_fixed for each in assumptions),
        private=sum(bool(each.private_to) for each in assumptions),
        judgements=tuple(each.name for each in assumptions if rests_on_judgement(each)),
        sources=len(scenario.sources),
    )
