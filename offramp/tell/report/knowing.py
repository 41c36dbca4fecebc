"""Who sees what is chosen, and what a mover may not know, move by move and in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from offramp.explore.phrases import joined, party_label
from offramp.game.bindings import Fact
from offramp.game.compile import Compiled
from offramp.scenario.model import ALL, CHANCE, Choice, Move, Scenario
from offramp.tell.names import move_label


def unseen_moves(compiled: Compiled) -> dict[str, tuple[str, ...]]:
    """For each move of a party the moves before it whose choice its mover may not know when it chooses.

    A move is unseen where two paths that the mover cannot tell apart differ in it, be it only in whether it came to it.
    """
    histories: dict[tuple[int, tuple[Fact, ...]], set[tuple[Fact, ...]]] = {}
    for node in np.flatnonzero(compiled.game.node_infosets >= 0).tolist():
        key = compiled.infoset_keys[int(compiled.game.node_infosets[node])]
        histories.setdefault((key.move, key.facts), set()).add(compiled.history(node))
    moves = compiled.scenario.moves
    unseen: dict[str, set[int]] = {move.name: set() for move in moves if move.by != CHANCE}
    for (here, facts), paths in histories.items():
        walked = [dict(path) for path in paths]
        for move in {move for path in walked for move in path} - {move for move, _ in facts}:
            if len({path.get(move, -1) for path in walked}) > 1:
                unseen[moves[here].name].add(move)
    return {name: tuple(moves[move].name for move in sorted(found)) for name, found in unseen.items()}


def hidden_from(scenario: Scenario, move: Move, choice: Choice) -> tuple[str, ...]:
    """The parties that do not see a choice when it is made, in the scenario's order."""
    known_to = move.known_to if choice.known_to is None else choice.known_to
    told = choice.reveals.get(move.name, ())
    if known_to is None or ALL in known_to or ALL in told:
        return ()
    return tuple(p.name for p in scenario.parties if p.name not in {*known_to, *told, move.by})


def seen_words(scenario: Scenario, hidden: tuple[str, ...]) -> str:
    """Who sees a choice, given from whom it is hidden: "seen by all", "hidden from the court", "seen by us only"."""
    if not hidden:
        return "seen by all"
    seeing = [party.name for party in scenario.parties if party.name not in hidden]
    if len(hidden) <= len(seeing):
        return f"hidden from {party_list(scenario, hidden)}"
    return f"seen by {party_list(scenario, seeing)} only" if seeing else "seen by no one"


def revealed_words(scenario: Scenario, move: Move, choice: Choice) -> str:
    """What a choice makes known of earlier moves, and to whom; empty for nothing."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, group in choice.reveals.items():
        if name != move.name:
            groups.setdefault(tuple(group), []).append(move_label(scenario, name))
    told = [f"{joined(names)} to {_group(scenario, group)}" for group, names in groups.items()]
    return f"reveals {'; '.join(told)}" if told else ""


def party_list(scenario: Scenario, names: Iterable[str]) -> str:
    """Parties in a row: "a, b and c"."""
    return joined([party_label(scenario, name) for name in names])


def _group(scenario: Scenario, names: tuple[str, ...]) -> str:
    everyone = {party.name for party in scenario.parties}
    return "all" if ALL in names or everyone <= set(names) else party_list(scenario, names)
