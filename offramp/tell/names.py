"""How moves, choices and outcomes are called: by their labels, else by their names as words."""

from __future__ import annotations

from offramp.explore.phrases import spaced
from offramp.scenario.model import Choice, Scenario
from offramp.scenario.rounds import written_out


def move_label(scenario: Scenario, name: str) -> str:
    """How a move is called."""
    return next(move.label for move in written_out(scenario).moves if move.name == name) or spaced(name)


def choice_label(choice: Choice) -> str:
    """How a choice is called."""
    return choice.label or spaced(choice.name)


def outcome_label(scenario: Scenario, name: str) -> str:
    """How an outcome is called."""
    return next(outcome.label for outcome in scenario.outcomes if outcome.name == name) or spaced(name)
