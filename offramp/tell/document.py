"""JSON documents of what is not a run: solutions, trees, checks and ledgers. ``docs/json.md`` describes every key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from offramp import __version__
from offramp.errors import Problem
from offramp.explore.check import Checked
from offramp.game.compile import Compiled
from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Game
from offramp.solve.result import EXPLANATIONS, REMEDIES, Solutions, Status
from offramp.sources.ledger import Entry, Ledger

Document = dict[str, Any]

SOLUTION_SCHEMA = "offramp.solution/1"
TREE_SCHEMA = "offramp.tree/1"
CHECK_SCHEMA = "offramp.check/1"
LEDGER_SCHEMA = "offramp.sources/1"


@dataclass(frozen=True)
class GameOrigin:
    """What a document says of where a game came from, and how its information sets are numbered.

    Attributes
    ----------
    file : str
    text : str
        The file's text, of which the hash is given.
    infoset_numbers : sequence of I int
        The number of each information set, unique for its player only.
    """

    file: str
    text: bytes
    infoset_numbers: tuple[int, ...]


def as_text(document: Mapping[str, object]) -> str:
    """A document as JSON text: UTF-8 as it is, no NaN, keys in the order given."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)


def solution_document(solutions: Solutions, origin: GameOrigin, *, precision: object = None, draw: int = 0) -> Document:
    """One draw of ``solutions`` as ``offramp.solution/1``; ``precision`` is what it was solved at, as JSON has it."""
    status = Status(int(solutions.status[draw]))
    reached = float(solutions.precisions[draw])
    return {
        **heading(SOLUTION_SCHEMA, solutions.game.title, origin),
        "precision": precision,
        "players": [_player(solutions, origin, player, draw) for player in range(solutions.game.num_players)],
        "certificate": {
            "max_regret": float(solutions.max_regret[draw]),
            "residual": float(solutions.residuals[draw]),
            "converged": bool(solutions.converged[draw]),
            "status": status.name.lower(),
            "explanation": EXPLANATIONS[status],
            "remedy": REMEDIES.get(status),
            "traced_to": reached if np.isfinite(reached) else None,
            "steps": int(solutions.steps[draw]),
            "equilibria": "principal branch" if precision is None else "logit at precision",
        },
    }


def heading(schema: str, title: str, origin: GameOrigin) -> Document:
    """What a document on one game starts with."""
    return {
        "schema": schema,
        "offramp": __version__,
        "title": title,
        "file": origin.file,
        "sha256": hashlib.sha256(origin.text).hexdigest(),
    }


def _player(solutions: Solutions, origin: GameOrigin, player: int, draw: int) -> Document:
    game = solutions.game
    own = np.flatnonzero(game.infoset_players == player)
    return {
        "name": game.players[player],
        "payoff": float(solutions.values[draw, player]),
        "infosets": [_infoset(solutions, origin, int(infoset), draw) for infoset in own],
    }


def _infoset(solutions: Solutions, origin: GameOrigin, infoset: int, draw: int) -> Document:
    game, nodes = solutions.game, solutions.game.members[infoset]
    start = game.action_starts[infoset]
    return {
        "number": origin.infoset_numbers[infoset],
        "label": game.infoset_labels[infoset],
        "reached": float(solutions.reach[draw, nodes].sum()),
        "actions": [
            {"label": label, "probability": float(solutions.strategies[draw, start + action])}
            for action, label in enumerate(game.action_labels[infoset])
        ],
        "nodes": [
            {"node": int(node), "label": game.node_labels[node], "belief": float(solutions.beliefs[draw, node])}
            for node in nodes
        ],
        "regret": float(solutions.regrets[draw, infoset]),
    }


def tree_document(compiled: Compiled) -> Document:
    """The structure of a compiled scenario as ``offramp.tree/1``."""
    game, scenario = compiled.game, compiled.scenario
    return {
        "schema": TREE_SCHEMA,
        "offramp": __version__,
        "title": scenario.title,
        "file": scenario.origin.file if scenario.origin and scenario.as_read else None,
        "players": list(game.players),
        "moves": [move.name for move in scenario.moves],
        "infosets": [_tree_infoset(compiled, infoset) for infoset in range(game.num_infosets)],
        "nodes": [_tree_node(game, node, branch) for node, branch in enumerate(_branches(game))],
    }


def _tree_infoset(compiled: Compiled, infoset: int) -> Document:
    game = compiled.game
    return {
        "player": game.players[game.infoset_players[infoset]],
        "move": compiled.scenario.moves[compiled.infoset_moves[infoset]].name,
        "knows": compiled.infoset_knowledge[infoset],
        "actions": list(game.action_labels[infoset]),
        "nodes": game.members[infoset].tolist(),
    }


def _tree_node(game: Game, node: int, branch: str | None) -> Document:
    parent, infoset = int(game.parents[node]), int(game.node_infosets[node])
    kinds = {CHANCE_NODE: "chance", TERMINAL_NODE: "terminal"}
    return {
        "node": node,
        "parent": parent if parent >= 0 else None,
        "by": branch,
        "kind": kinds.get(int(game.node_players[node]), "decision"),
        "label": game.node_labels[node],
        "infoset": infoset if infoset >= 0 else None,
    }


def _branches(game: Game) -> list[str | None]:
    """The label of the branch that leads to each node; None for the root."""
    chance = np.flatnonzero(game.node_players == CHANCE_NODE).tolist()
    labels = dict(zip(chance, game.chance_labels, strict=True))
    labels |= {int(node): game.action_labels[index] for index, nodes in enumerate(game.members) for node in nodes}
    steps = zip(game.parents[1:].tolist(), game.arrivals[1:].tolist(), strict=True)
    return [None, *(labels[parent][arrival] for parent, arrival in steps)]


def check_document(checked: Iterable[Checked]) -> Document:
    """What was found in some files as ``offramp.check/1``."""
    files = [_checked(each) for each in checked]
    return {"schema": CHECK_SCHEMA, "offramp": __version__, "ok": all(each["ok"] for each in files), "files": files}


def _checked(checked: Checked) -> Document:
    return {
        "file": checked.file,
        "ok": checked.is_fine,
        "problems": [_problem(problem) for problem in checked.problems],
        "scenario": asdict(checked.contents) | {"judgements": list(checked.contents.judgements)}
        if checked.contents
        else None,
        "game": asdict(checked.size) if checked.size else None,
    }


def _problem(problem: Problem) -> Document:
    return {
        "file": problem.file,
        "line": problem.line or None,
        "column": problem.column or None,
        "path": list(problem.path),
        "found": problem.found,
        "allowed": problem.allowed,
        "remedy": problem.remedy,
    }


def ledger_document(ledger: Ledger, entries: Iterable[Entry]) -> Document:
    """Documents of a ledger as ``offramp.sources/1``."""
    return {
        "schema": LEDGER_SCHEMA,
        "offramp": __version__,
        "folder": str(ledger.folder),
        "documents": [each.record() for each in entries],
    }
