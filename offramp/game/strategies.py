"""From the extensive to the reduced strategic form.

S stands for the reduced pure strategies of a player: choices at those information sets that the player's own earlier
choices leave possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from offramp.errors import GameError
from offramp.game.game import Floats, Game, Ints

NOT_NEEDED = -1
"""The choice at an information set that the player's own earlier choices rule out."""


def reduced_strategies(game: Game, player: int, limit: int) -> Ints:
    """int32[S, I]: the player's choices at its own information sets, in lexicographic order; ``NOT_NEEDED`` elsewhere.

    Raises
    ------
    GameError
        If there are more than ``limit``.
    """
    own = np.flatnonzero(game.infoset_players == player)
    choices = np.full((1, game.num_infosets), NOT_NEEDED, dtype=np.int32)
    for infoset in sorted(own.tolist(), key=lambda i: int(game.members[i][0])):
        before, action = _previous(game, int(game.members[infoset][0]))
        possible = choices[:, before] == action if before >= 0 else np.ones(len(choices), dtype=np.bool_)
        width = int(game.num_actions[infoset])
        if len(choices) + int(possible.sum()) * (width - 1) > limit:
            raise GameError(f"{game.players[player]!r} has more than {limit} pure strategies; write the game as .efg")
        choices = np.repeat(choices, np.where(possible, width, 1), axis=0)
        open_rows = np.repeat(possible, np.where(possible, width, 1))
        choices[open_rows, infoset] = np.tile(np.arange(width, dtype=np.int32), int(possible.sum()))
    return choices


def _previous(game: Game, node: int) -> tuple[int, int]:
    """The mover's last information set and action on the way to ``node``; -1 where there is none."""
    player = game.node_players[node]
    while game.parents[node] >= 0:
        parent, action = int(game.parents[node]), int(game.arrivals[node])
        if game.node_players[parent] == player:
            return int(game.node_infosets[parent]), action
        node = parent
    return -1, -1


def strategy_label(game: Game, choices: Ints) -> str:
    """A strategy's name: its actions at the player's sets in order, ``*`` where none is needed."""
    player_sets = [i for i in range(game.num_infosets) if choices[i] != NOT_NEEDED]
    if not player_sets:
        return "*"
    player = game.infoset_players[player_sets[0]]
    own = np.flatnonzero(game.infoset_players == player)
    return "/".join("*" if choices[i] == NOT_NEEDED else game.action_labels[i][choices[i]] for i in own)


def profile_payoffs(game: Game, payoffs: Floats, chance: Floats, strategies: Sequence[Ints]) -> Floats:
    """float64[profiles, P]: expected payoffs of each profile of ``strategies``, the first player's changing fastest."""
    permitted = [_permitted(game, player, choices) for player, choices in enumerate(strategies)]
    worth = payoffs * _chance_reach(game, chance)[:, np.newaxis]
    first = permitted[0].astype(np.float64)
    blocks = []
    for others in product(*(range(len(choices)) for choices in reversed(strategies[1:]))):
        met = np.ones(len(worth), dtype=np.bool_)
        for player, strategy in enumerate(reversed(others), start=1):
            met &= permitted[player][strategy]
        blocks.append(first[:, met] @ worth[met])
    return np.concatenate(blocks)


def _permitted(game: Game, player: int, choices: Ints) -> npt.NDArray[np.bool_]:
    """bool[S, L]: whether a strategy takes all of the player's actions on the way to a leaf."""
    permitted = np.ones((len(choices), len(game.leaves)), dtype=np.bool_)
    for index, leaf in enumerate(game.leaves):
        for node, action in game.path(int(leaf)):
            if game.node_players[node] == player:
                permitted[:, index] &= choices[:, game.node_infosets[node]] == action
    return permitted


def _chance_reach(game: Game, chance: Floats) -> Floats:
    """float64[L]: the probability of all chance branches on the way to each leaf."""
    reach = np.ones(game.num_nodes)
    for node in range(1, game.num_nodes):
        column = game.chance_index[node]
        reach[node] = reach[game.parents[node]] * (chance[column] if column >= 0 else 1.0)
    return reach[game.leaves]
