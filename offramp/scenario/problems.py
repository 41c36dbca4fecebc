"""Problems of a scenario, at their place in its file."""

from __future__ import annotations

from offramp.errors import Problem
from offramp.scenario.model import Scenario


def problem_at(scenario: Scenario, path: tuple[str, ...], found: str, allowed: str = "", remedy: str = "") -> Problem:
    """A problem placed at ``path`` of the scenario's file, if there is one."""
    if scenario.origin is None:
        return Problem(path, found, allowed, remedy)
    line, column = scenario.origin.locate(path)
    return Problem(path, found, allowed, remedy, scenario.origin.file, line, column)
