"""Seeded random games for tests and benchmarks.

Every generator returns a :class:`RandomGame` with ``num_draws`` draws of one structure. A game is written down as a
rule that says who moves after a history and what the mover sees there; information sets follow from it, with perfect
recall by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Floats, Game

History = tuple[int, ...]
"""The actions taken from the root, each counted from 0."""

Seed = int | np.random.Generator


class RandomGame(NamedTuple):
    """A structure with drawn numbers: payoffs float64[B, L, P] and chance float64[B, E]."""

    game: Game
    payoffs: Floats
    chance: Floats


class Turn(NamedTuple):
    """Who moves after a history (``CHANCE_NODE`` for chance), among how many actions, and what the mover sees there."""

    player: int
    num_actions: int
    view: tuple[object, ...] = ()


class Stage(NamedTuple):
    """A move that every path passes: the mover, how many actions, and the earlier stages seen (own ones always are)."""

    player: int
    num_actions: int
    sees: tuple[int, ...] = ()


CLASSES: dict[str, Callable[..., RandomGame]] = {}
"""The classes of design.md section 8 by name; each takes ``seed`` and the options of :func:`draw_numbers`."""


def signalling(
    types: int,
    messages: int,
    responses: int,
    *,
    seed: Seed,
    num_draws: int = 1,
    payoffs: str = "uniform",
) -> RandomGame:
    """Chance draws a type, the sender sees it and picks a message, the receiver sees only the message and responds."""
    stages = [
        Stage(CHANCE_NODE, types),
        Stage(0, messages, (0,)),
        Stage(1, responses, (1,)),
    ]
    game = staged(
        ("Sender", "Receiver"),
        stages,
        title=f"signalling {types}x{messages}x{responses}",
    )
    return draw_numbers(game, seed, num_draws=num_draws, payoffs=payoffs)


def three_player(*, seed: Seed, num_draws: int = 1, payoffs: str = "uniform") -> RandomGame:
    """Three players and 24 leaves: 2 x 3 x 2 x 2 with hidden moves.

    The second player does not see the first one's move, the third sees only the second's, and the first moves again
    having seen the third's move but not the second's.
    """
    stages = [Stage(0, 2), Stage(1, 3), Stage(2, 2, (1,)), Stage(0, 2, (2,))]
    game = staged(("One", "Two", "Three"), stages, title="three players, 24 leaves")
    return draw_numbers(game, seed, num_draws=num_draws, payoffs=payoffs)


def four_player(*, seed: Seed, num_draws: int = 1, payoffs: str = "uniform") -> RandomGame:
    """Four players and 64 leaves: chance, seen by the first player alone, then five moves, each mover seeing some."""
    stages = [
        Stage(CHANCE_NODE, 2),
        Stage(0, 2, (0,)),
        Stage(1, 2, (1,)),
        Stage(2, 2, (2,)),
        Stage(3, 2, (1, 3)),
        Stage(0, 2, (4,)),
    ]
    game = staged(("One", "Two", "Three", "Four"), stages, title="four players, 64 leaves")
    return draw_numbers(game, seed, num_draws=num_draws, payoffs=payoffs)


def random_tree(
    num_players: int,
    *,
    seed: Seed,
    max_depth: int = 5,
    max_actions: int = 3,
    num_signals: int = 2,
    chance_share: float = 0.2,
    stop_share: float = 0.15,
    num_draws: int = 1,
    payoffs: str = "uniform",
) -> RandomGame:
    """Grow a tree of random shape with random information sets.

    At each node chance (with probability ``chance_share``) or a random player moves, among 1 to ``max_actions``
    actions; below the root a path stops with probability ``stop_share``. A player knows its own past and one of
    ``num_signals`` random signals at each of its moves, so ``num_signals=1`` hides as much as perfect recall allows and
    a large number hides next to nothing.
    """
    rng = np.random.default_rng(seed)

    def rule(history: History, own: Callable[[int], tuple[object, ...]]) -> Turn | None:
        if len(history) >= max_depth or (history and rng.random() < stop_share):
            return None
        num_actions = int(rng.integers(1, max_actions + 1))
        if rng.random() < chance_share:
            return Turn(CHANCE_NODE, num_actions)
        player = int(rng.integers(num_players))
        return Turn(
            player,
            num_actions,
            (own(player), num_actions, int(rng.integers(num_signals))),
        )

    names = tuple(f"Player {player + 1}" for player in range(num_players))
    return draw_numbers(
        grow(names, rule, title="random tree"),
        rng,
        num_draws=num_draws,
        payoffs=payoffs,
    )


CLASSES.update(
    {
        "signalling 2x2x2": lambda **options: signalling(2, 2, 2, **options),
        "signalling 3x3x2": lambda **options: signalling(3, 3, 2, **options),
        "signalling 4x4x3": lambda **options: signalling(4, 4, 3, **options),
        "three players": three_player,
        "four players": four_player,
    }
)


def draw_numbers(game: Game, seed: Seed, *, num_draws: int = 1, payoffs: str = "uniform") -> RandomGame:
    """Draw payoffs (``"uniform"`` on [0, 1] or standard ``"normal"``) and uniformly spread chance probabilities."""
    rng = np.random.default_rng(seed)
    shape = (num_draws, len(game.leaves), game.num_players)
    if payoffs not in ("uniform", "normal"):
        raise ValueError(f"payoffs={payoffs!r} is neither 'uniform' nor 'normal'")
    values: Floats = rng.random(shape) if payoffs == "uniform" else rng.standard_normal(shape)
    blocks = [rng.dirichlet(np.ones(len(labels)), num_draws) for labels in game.chance_labels]
    chance = np.concatenate(blocks, axis=1) if blocks else np.empty((num_draws, 0))
    return RandomGame(game, values, chance)


def staged(players: tuple[str, ...], stages: Sequence[Stage], *, title: str = "") -> Game:
    """Build the game in which every path passes the same stages; what a player saw at an earlier stage it remembers."""
    views: list[tuple[int, ...]] = []
    for index, stage in enumerate(stages):
        earlier = [k for k in range(index) if stages[k].player == stage.player]
        seen = set(stage.sees).union(earlier, *(views[k] for k in earlier))
        views.append(tuple(sorted(seen)))

    def rule(history: History, own: Callable[[int], tuple[object, ...]]) -> Turn | None:
        index = len(history)
        if index == len(stages):
            return None
        view = (index, tuple(history[k] for k in views[index]))
        return Turn(stages[index].player, stages[index].num_actions, view)

    return grow(players, rule, title=title)


def grow(
    players: tuple[str, ...],
    rule: Callable[[History, Callable[[int], tuple[object, ...]]], Turn | None],
    *,
    title: str = "",
) -> Game:
    """Grow the game tree of ``rule(history, own)``, in preorder and without recursion.

    ``own(player)`` gives the information sets and actions that the player has passed on the way; ``None`` ends the
    path. Decision nodes with the same player and view form one information set.
    """
    parents: list[int] = []
    arrivals: list[int] = []
    node_players: list[int] = []
    node_infosets: list[int] = []
    histories: list[History] = []
    actions: list[int] = []
    infosets: dict[tuple[object, ...], int] = {}
    pending = [(-1, -1)]
    while pending:
        parent, arrival = pending.pop()
        node = len(parents)
        history = (*histories[parent], arrival) if parent >= 0 else ()

        def own(player: int, start: int = parent, last: int = arrival) -> tuple[object, ...]:
            steps, at, action = [], start, last
            while at >= 0:
                if node_players[at] == player:
                    steps.append((node_infosets[at], action))
                at, action = parents[at], arrivals[at]
            return tuple(reversed(steps))

        turn = rule(history, own)
        parents.append(parent)
        arrivals.append(arrival)
        histories.append(history)
        node_players.append(TERMINAL_NODE if turn is None else turn.player)
        actions.append(0 if turn is None else turn.num_actions)
        known = turn is not None and turn.player >= 0
        node_infosets.append(infosets.setdefault((turn.player, turn.view), len(infosets)) if turn and known else -1)
        pending.extend((node, action) for action in reversed(range(actions[-1])))
    return _game(players, title, parents, arrivals, node_players, node_infosets, actions)


def _game(
    players: tuple[str, ...],
    title: str,
    parents: list[int],
    arrivals: list[int],
    node_players: list[int],
    node_infosets: list[int],
    actions: list[int],
) -> Game:
    """Put the lists of :func:`grow` into a :class:`Game` with plain labels and check it."""
    first = {infoset: node for node, infoset in reversed(list(enumerate(node_infosets))) if infoset >= 0}
    heads = [first[infoset] for infoset in range(len(first))]
    chance = [node for node, player in enumerate(node_players) if player == CHANCE_NODE]
    leaves = [node for node, player in enumerate(node_players) if player == TERMINAL_NODE]
    game = Game(
        players=players,
        parents=np.array(parents, dtype=np.int32),
        arrivals=np.array(arrivals, dtype=np.int32),
        node_players=np.array(node_players, dtype=np.int32),
        node_infosets=np.array(node_infosets, dtype=np.int32),
        infoset_players=np.array([node_players[node] for node in heads], dtype=np.int32),
        infoset_labels=tuple(f"I{infoset}" for infoset in range(len(heads))),
        action_labels=tuple(tuple(f"a{k}" for k in range(actions[node])) for node in heads),
        chance_labels=tuple(tuple(f"c{k}" for k in range(actions[node])) for node in chance),
        node_labels=tuple(f"n{node}" for node in range(len(parents))),
        outcome_labels=tuple(f"o{index}" for index in range(len(leaves))),
        title=title,
    )
    game.check()
    return game
