"""The branch of logit equilibria of one game: a screen of small curves, and a JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.text import Text

from offramp.arrays import Floats
from offramp.explore.branches import LabelledBranch
from offramp.solve.result import EXPLANATIONS, REMEDIES, Status
from offramp.tell.document import GameOrigin, heading
from offramp.tell.gamescreen import SHOWN_INFOSETS
from offramp.tell.layout import SCREEN_WIDTH, cell, spaced, wrapped
from offramp.tell.trust import remedy_words, share_words

BRANCH_SCHEMA = "offramp.branch/1"

CURVE_WIDTH = 40
"""Most cells of a curve; more precisions than that are thinned out for the screen."""

LEVELS = "▁▂▃▄▅▆▇█"
"""What a curve is drawn with, from 0 to 1."""

Curves = list[tuple[str, Floats]]
"""Labels, each with its probabilities over the precisions, float64[T]."""

Section = tuple[str, Curves]
"""A heading and the curves below it."""


def branch_document(labelled: LabelledBranch, origin: GameOrigin, *, draw: int = 0) -> dict[str, Any]:
    """One draw of a branch as ``offramp.branch/1``; null stands where the branch has no point."""
    branch, game = labelled.branch, labelled.branch.game
    status, residuals = Status(int(branch.status[draw])), branch.residuals[draw]
    return {
        **heading(BRANCH_SCHEMA, game.title, origin),
        "precisions": branch.precisions.tolist(),
        "answers": {
            name: {"says": labelled.says[name], "probability": _plain(row[draw])}
            for name, row in labelled.answers.items()
        },
        "outcomes": {name: {"probability": _plain(row[draw])} for name, row in labelled.outcomes.items()},
        "choices": {name: {"probability": _plain(row[draw])} for name, row in labelled.choices.items()},
        "players": [
            {
                "name": name,
                "payoff": _plain(branch.values[draw, :, player]),
                "infosets": [
                    {
                        "number": labelled.infoset_numbers[infoset],
                        "label": game.infoset_labels[infoset],
                        "actions": [{"label": label, "probability": _plain(row)} for label, row in rows],
                    }
                    for infoset, rows in _choices(labelled, player, draw)
                ],
            }
            for player, name in enumerate(game.players)
        ],
        "certificate": {
            "residuals": _plain(residuals),
            "converged": bool(branch.converged[draw]),
            "status": status.name.lower(),
            "explanation": EXPLANATIONS[status],
            "remedy": REMEDIES.get(status),
        },
    }


def branch_screen(labelled: LabelledBranch, width: int = SCREEN_WIDTH, draw: int = 0) -> list[Text]:
    """One draw of a branch: each probability as a curve over the precisions, with its first and last value."""
    game, row = labelled.branch.game, labelled.branch.precisions
    lines = [Text(game.title or "A game", style="bold")]
    lines += wrapped(Text(_explained(float(row[0]), float(row[-1]), len(row)), style="dim"), width)
    for title, curves in _of_scenario(labelled, draw) if labelled.outcomes else _of_game(labelled, draw):
        lines += _section(title, curves, width)
    return [*lines, Text(), *wrapped(Text(_certificate(labelled, draw)), width)]


def _explained(first: float, last: float, count: int) -> str:
    return (
        f"How likely each choice is as mistakes grow rarer: {count} precisions from {first:g} (left) to {last:g} "
        "(right). Curves go from 0 to 100%."
    )


def _choices(labelled: LabelledBranch, player: int, draw: int) -> Iterator[tuple[int, list[tuple[str, Floats]]]]:
    """Each information set of a player, its actions with their float64[T]."""
    game, strategies = labelled.branch.game, labelled.branch.strategies[draw]
    for infoset in np.flatnonzero(game.infoset_players == player).tolist():
        start = int(game.action_starts[infoset])
        labels = game.action_labels[infoset]
        yield infoset, [(label, strategies[:, start + action]) for action, label in enumerate(labels)]


def _of_scenario(labelled: LabelledBranch, draw: int) -> Iterator[Section]:
    yield "Answers", [(labelled.says[name], row[draw]) for name, row in labelled.answers.items()]
    choices = [(spaced(name.replace(".", ": ")), row[draw]) for name, row in labelled.choices.items()]
    yield "What each party does, given that it comes to that", choices
    yield "How it ends", [(spaced(name), row[draw]) for name, row in labelled.outcomes.items()]


def _of_game(labelled: LabelledBranch, draw: int) -> Iterator[Section]:
    """The first information sets of each player; of two choices only the first, as the other takes what is left."""
    game = labelled.branch.game
    for player, name in enumerate(game.players):
        curves = []
        for infoset, rows in list(_choices(labelled, player, draw))[:SHOWN_INFOSETS]:
            label = game.infoset_labels[infoset] or f"set {labelled.infoset_numbers[infoset]}"
            curves += [(f"{label}: {action}", row) for action, row in (rows[:1] if len(rows) == 2 else rows)]
        more = int((game.infoset_players == player).sum()) - SHOWN_INFOSETS
        yield name + (f" ({more} information sets more in --json)" if more > 0 else ""), curves


def _section(title: str, curves: Curves, width: int) -> list[Text]:
    if not curves:
        return []
    span = min(CURVE_WIDTH, len(curves[0][1]), max(8, width // 3))
    lines = [Text(), Text(title, style="bold")]
    for label, row in curves:
        line = Text("  " + cell(label, width - span - 18))
        line.append(f"  {_percent(row[0]):>6}  ")
        line.append(curve(row, span), style="cyan")
        line.append(f"  {_percent(row[-1])}")
        lines.append(line)
    return lines


def curve(row: Floats, width: int) -> str:
    """Probabilities as a row of bars of eight heights; a blank where there is none.

    Examples
    --------
    >>> curve(np.array([0.0, 0.3, 0.5, 1.0]), 4)
    '▁▃▅█'
    """
    shown = row[np.linspace(0, len(row) - 1, width).round().astype(int)]
    return "".join(" " if np.isnan(each) else LEVELS[min(7, int(8 * each))] for each in shown)


def _percent(probability: float) -> str:
    return "none" if np.isnan(probability) else f"{100 * probability:.1f}%"


def _certificate(labelled: LabelledBranch, draw: int) -> str:
    branch = labelled.branch
    status, residuals = Status(int(branch.status[draw])), branch.residuals[draw]
    there = np.isfinite(residuals)
    if branch.converged[draw]:
        words = f"every point solves the logit equations to within {share_words(float(residuals.max()))}"
    else:
        words = f"{int((~there).sum())} of {len(residuals)} points are missing: {EXPLANATIONS[status]}"
    forked = " The branch forks (ties); one arm was followed." if status == Status.FORKED else ""
    folds = "Where the branch folds, a precision's first point is shown."
    return f"Certificate: {words}.{forked}{remedy_words(status)} {folds}"


def _plain(row: Floats) -> list[float | None]:
    return [each if np.isfinite(each) else None for each in row.tolist()]
