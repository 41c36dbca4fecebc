"""What reading a Gambit file builds: the tree node by node, and in the end the game with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Floats, Game, forgetful_node
from offramp.game.scanner import Scanner


@dataclass(frozen=True, eq=False)
class GameFile:
    """A game as a Gambit file gives it: one structure and one draw of its numbers.

    Attributes
    ----------
    game : Game
        Names are those of the file; unnamed players and actions are called by their number.
    payoffs : float64[1, L, P]
        What each leaf is worth: the outcomes on its path added up.
    chance : float64[1, E]
    infoset_numbers : tuple of int, length I
        Gambit's number of each information set, which is unique for its player only.
    comment : str
        The comment in the file's prologue.
    file : str
        Name of the file.
    """

    game: Game
    payoffs: Floats
    chance: Floats
    infoset_numbers: tuple[int, ...]
    comment: str = ""
    file: str = "<text>"

    def infoset_name(self, infoset: int) -> str:
        """Player, number and label of an information set: ``"Bob, set 2 (after a raise)"``."""
        label = self.game.infoset_labels[infoset]
        name = f"{self.game.players[self.game.infoset_players[infoset]]}, set {self.infoset_numbers[infoset]}"
        return f"{name} ({label})" if label else name


@dataclass
class TreeBuilder:
    """Collects a game tree whose nodes come in preorder, and knows where the next one belongs."""

    parents: list[int] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    node_players: list[int] = field(default_factory=list)
    node_infosets: list[int] = field(default_factory=list)
    node_labels: list[str] = field(default_factory=list)
    outcome_labels: list[str] = field(default_factory=list)
    chance_labels: list[tuple[str, ...]] = field(default_factory=list)
    _open: list[tuple[int, int]] = field(default_factory=list)
    """Nodes that still lack children: the node and how many it has, outermost first."""
    _sizes: list[int] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether every node has its children."""
        return bool(self.parents) and not self._open

    @property
    def next_parent(self) -> int:
        """The node below which the next one comes; -1 for the root."""
        return self._open[-1][0] if self._open else -1

    @property
    def depth(self) -> int:
        """How many nodes are above the next one."""
        return len(self._open)

    def add_move(self, player: int, infoset: int, num_actions: int, label: str = "") -> None:
        """Add a decision node."""
        self._add(player, infoset, label)
        self._open.append((len(self.parents) - 1, 0))
        self._sizes.append(num_actions)

    def add_chance(self, actions: tuple[str, ...], label: str = "") -> None:
        """Add a chance node with the names of its branches."""
        self.add_move(CHANCE_NODE, -1, len(actions), label)
        self.chance_labels.append(actions)

    def add_leaf(self, outcome: str, label: str = "") -> None:
        """Add a terminal node; closes all nodes that have thereby got their last child."""
        self._add(TERMINAL_NODE, -1, label)
        self.outcome_labels.append(outcome)
        while self._open and self._open[-1][1] == self._sizes[-1]:
            self._open.pop()
            self._sizes.pop()

    def _add(self, player: int, infoset: int, label: str) -> None:
        parent, arrival = self._open[-1] if self._open else (-1, -1)
        if self._open:
            self._open[-1] = (parent, arrival + 1)
        self.parents.append(parent)
        self.arrivals.append(arrival)
        self.node_players.append(player)
        self.node_infosets.append(infoset)
        self.node_labels.append(label)

    def game(
        self,
        players: tuple[str, ...],
        title: str,
        infoset_players: Sequence[int],
        infoset_labels: Sequence[str],
        action_labels: Sequence[tuple[str, ...]],
    ) -> Game:
        """The finished tree as a game."""
        return Game(
            players=players,
            parents=np.array(self.parents, dtype=np.int32),
            arrivals=np.array(self.arrivals, dtype=np.int32),
            node_players=np.array(self.node_players, dtype=np.int32),
            node_infosets=np.array(self.node_infosets, dtype=np.int32),
            infoset_players=np.array(infoset_players, dtype=np.int32),
            infoset_labels=tuple(infoset_labels),
            action_labels=tuple(action_labels),
            chance_labels=tuple(self.chance_labels),
            node_labels=tuple(self.node_labels),
            outcome_labels=tuple(self.outcome_labels),
            title=title,
        )


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with the empty ones replaced by their number."""
    return tuple(name or str(k + 1) for k, name in enumerate(names))


def check_recall(file: GameFile, scanner: Scanner, offsets: Sequence[int]) -> None:
    """Raise :class:`GameFileError` where a player forgets; ``offsets`` say where each node stands in the text."""
    node = forgetful_node(file.game)
    if node >= 0:
        infoset = int(file.game.node_infosets[node])
        player = file.game.players[file.game.infoset_players[infoset]]
        raise scanner.error(
            f"information set {file.infoset_numbers[infoset]} of {player!r} ({file.game.infoset_labels[infoset]!r}) "
            f"breaks perfect recall: {player!r} reaches it after different moves of its own",
            "only games in which players remember what they did are solved: give nodes with different own pasts "
            "different information set numbers",
            at=offsets[node],
        )
