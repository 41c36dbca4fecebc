"""Judge a negotiated exit from power: scenario file in, certified game-theoretic answer out.

The public names, and nothing else. Each is imported when it is first asked for, so that ``import offramp`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offramp.errors import (
        ConflictError,
        DistributionError,
        EvaluationError,
        ExpressionError,
        GameError,
        GameFileError,
        OfframpError,
        RunError,
        ScenarioError,
        SolveError,
        SourceError,
        WorkspaceError,
    )
    from offramp.explore.again import run_again
    from offramp.explore.branches import LabelledBranch, branch, spaced_precisions
    from offramp.explore.comparison.api import compare
    from offramp.explore.evidence.confidence import confidence
    from offramp.explore.evidence.trace import evidence_under
    from offramp.explore.evidence.without import without_source
    from offramp.explore.horizon.api import vary_horizon
    from offramp.explore.ladder import Refinement
    from offramp.explore.refine import refine_grid
    from offramp.explore.run import Run, run
    from offramp.explore.variants import with_offer
    from offramp.game.compile import Compiled, compile_scenario
    from offramp.game.game import Game
    from offramp.scenario.distributions import Distribution
    from offramp.scenario.draws import Draws, central, draw
    from offramp.scenario.dump import dumps
    from offramp.scenario.edit import edit
    from offramp.scenario.expressions import Expression
    from offramp.scenario.load import load, loads
    from offramp.scenario.model import Scenario
    from offramp.solve.api import solve as solve_game
    from offramp.solve.result import Solutions, Status
    from offramp.sources.checking import check_sources
    from offramp.tell.report.api import report
    from offramp.workspace.client.made import RemoteRun
    from offramp.workspace.client.workspace import RemoteWorkspace, connect

__version__ = "0.1.0"

__all__ = [
    "Compiled",
    "ConflictError",
    "Distribution",
    "DistributionError",
    "Draws",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Game",
    "GameError",
    "GameFileError",
    "LabelledBranch",
    "OfframpError",
    "Refinement",
    "RemoteRun",
    "RemoteWorkspace",
    "Run",
    "RunError",
    "Scenario",
    "ScenarioError",
    "Solutions",
    "SolveError",
    "SourceError",
    "Status",
    "WorkspaceError",
    "__version__",
    "branch",
    "central",
    "check_sources",
    "compare",
    "compile_scenario",
    "confidence",
    "connect",
    "draw",
    "dumps",
    "edit",
    "evidence_under",
    "load",
    "loads",
    "refine_grid",
    "report",
    "run",
    "run_again",
    "solve_game",
    "spaced_precisions",
    "vary_horizon",
    "with_offer",
    "without_source",
]

_HOMES = {
    "Compiled": "offramp.game.compile",
    "ConflictError": "offramp.errors",
    "Distribution": "offramp.scenario.distributions",
    "DistributionError": "offramp.errors",
    "Draws": "offramp.scenario.draws",
    "EvaluationError": "offramp.errors",
    "Expression": "offramp.scenario.expressions",
    "ExpressionError": "offramp.errors",
    "Game": "offramp.game.game",
    "GameError": "offramp.errors",
    "GameFileError": "offramp.errors",
    "LabelledBranch": "offramp.explore.branches",
    "OfframpError": "offramp.errors",
    "Refinement": "offramp.explore.ladder",
    "RemoteRun": "offramp.workspace.client.made",
    "RemoteWorkspace": "offramp.workspace.client.workspace",
    "Run": "offramp.explore.run",
    "RunError": "offramp.errors",
    "Scenario": "offramp.scenario.model",
    "ScenarioError": "offramp.errors",
    "Solutions": "offramp.solve.result",
    "SolveError": "offramp.errors",
    "SourceError": "offramp.errors",
    "Status": "offramp.solve.result",
    "WorkspaceError": "offramp.errors",
    "branch": "offramp.explore.branches",
    "central": "offramp.scenario.draws",
    "check_sources": "offramp.sources.checking",
    "compare": "offramp.explore.comparison.api",
    "compile_scenario": "offramp.game.compile",
    "confidence": "offramp.explore.evidence.confidence",
    "connect": "offramp.workspace.client.workspace",
    "draw": "offramp.scenario.draws",
    "dumps": "offramp.scenario.dump",
    "edit": "offramp.scenario.edit",
    "evidence_under": "offramp.explore.evidence.trace",
    "load": "offramp.scenario.load",
    "loads": "offramp.scenario.load",
    "refine_grid": "offramp.explore.refine",
    "report": "offramp.tell.report.api",
    "run": "offramp.explore.run",
    "run_again": "offramp.explore.again",
    "solve_game": "offramp.solve.api:solve",
    "spaced_precisions": "offramp.explore.branches",
    "vary_horizon": "offramp.explore.horizon.api",
    "with_offer": "offramp.explore.variants",
    "without_source": "offramp.explore.evidence.without",
}
"""Where each public name lives, with its name there if that differs (``offramp.solve`` is a package)."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'offramp' has no attribute {name!r}")
    module, _, own_name = _HOMES[name].partition(":")
    return getattr(import_module(module), own_name or name)


def __dir__() -> list[str]:
    return sorted(__all__)
