"""What Gambit itself makes of a file, in plain dictionaries: the oracle for reading and writing its formats."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import pygambit

from offramp.game.game import CHANCE_NODE, TERMINAL_NODE
from offramp.game.gamefile import GameFile


def gambit_reads(text: str) -> Any:
    """The ``pygambit.Game`` of a file's text."""
    read = pygambit.read_nfg if text.startswith("NFG") else pygambit.read_efg
    return read(io.BytesIO(text.encode()))


def gambit_nodes(game: Any) -> list[dict[str, Any]]:
    """Every node of a ``pygambit.Game`` in preorder, with doubles for exact numbers."""
    players = list(game.players)
    nodes: list[dict[str, Any]] = []
    pending: list[tuple[Any, list[Fraction], float | None]] = [(game.root, [Fraction(0)] * len(players), None)]
    while pending:
        node, before, probability = pending.pop()
        outcome = node.outcome
        total = [
            sum_ + (Fraction(outcome[player]) if outcome else 0) for sum_, player in zip(before, players, strict=True)
        ]
        entry: dict[str, Any] = {"probability": probability}
        if node.is_terminal:
            entry |= {"mover": "leaf", "payoffs": tuple(map(float, total))}
        else:
            actions = list(node.infoset.actions)
            entry |= {"mover": "chance" if node.player.is_chance else node.player.label}
            entry |= {"actions": tuple(action.label for action in actions)}
            if not node.player.is_chance:
                entry |= {"infoset": (node.infoset.number, node.infoset.label)}
            chances = [float(Fraction(action.prob)) if node.player.is_chance else None for action in actions]
            pending.extend(reversed([(child, total, p) for child, p in zip(node.children, chances, strict=True)]))
        nodes.append(entry)
    return nodes


def our_nodes(file: GameFile) -> list[dict[str, Any]]:
    """Every node of a :class:`GameFile` in the same form, with infosets numbered from 0 for each player."""
    game = file.game
    nodes: list[dict[str, Any]] = []
    chance_nodes = 0
    for node in range(game.num_nodes):
        column = game.chance_index[node]
        entry: dict[str, Any] = {"probability": float(file.chance[0, column]) if column >= 0 else None}
        player, infoset = int(game.node_players[node]), int(game.node_infosets[node])
        if player == TERMINAL_NODE:
            entry |= {"mover": "leaf", "payoffs": tuple(file.payoffs[0, game.leaf_index[node]].tolist())}
        elif player == CHANCE_NODE:
            entry |= {"mover": "chance", "actions": game.chance_labels[chance_nodes]}
            chance_nodes += 1
        else:
            number = int((game.infoset_players[:infoset] == player).sum())
            entry |= {"mover": game.players[player], "actions": game.action_labels[infoset]}
            entry |= {"infoset": (number, game.infoset_labels[infoset])}
        nodes.append(entry)
    return nodes
