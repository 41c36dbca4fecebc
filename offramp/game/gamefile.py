"""Gambit game files: what reading one gives, and the parts that both formats share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from offramp.errors import GameFileError
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


def read_game(path: str | Path) -> GameFile:
    """Read a ``.efg`` or ``.nfg`` file; which of the two it is shows in its first word.

    Text is read as UTF-8, and files older than that as Latin-1.

    Raises
    ------
    GameFileError
        If the file cannot be opened, is neither format or does not parse.
    """
    from offramp.game.efg import read_efg  # here, because both build GameFile
    from offramp.game.nfg import read_nfg

    text = _read_text(Path(path))
    kind = Scanner(text, str(path)).word()
    if kind == "EFG":
        return read_efg(text, str(path))
    if kind == "NFG":
        return read_nfg(text, str(path))
    raise Scanner(text, str(path)).missing("EFG or NFG", "give a game in Gambit's .efg or .nfg format")


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as trouble:
        reason = trouble.strerror if isinstance(trouble, OSError) else str(trouble)
        raise GameFileError(f"cannot be read: {reason}", file=str(path), remedy="check the name") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read_title(scanner: Scanner, kind: str, version: int) -> str:
    """Read the start of a prologue, ``EFG 2 R "title"``; returns the title."""
    scanner.accept("\N{ZERO WIDTH NO-BREAK SPACE}")
    start = scanner.offset
    if scanner.word() != kind:
        scanner.offset = start
        raise scanner.missing(kind, f"start the file with {kind} {version} R")
    if not scanner.accept(str(version)):
        raise scanner.missing(f"format version {version}", f"start the file with {kind} {version} R")
    start = scanner.offset
    if scanner.word() not in ("R", "D"):
        scanner.offset = start
        raise scanner.missing("the letter R", f"start the file with {kind} {version} R")
    return scanner.quoted("the title")


def read_players(scanner: Scanner) -> tuple[str, ...]:
    """Read the list of players; one without a name is called by its number."""
    players = tuple(name or f"Player {k + 1}" for k, name in enumerate(read_names(scanner, "player")))
    if not players:
        raise scanner.error("the list of players is empty", "name at least one player")
    return players


def read_names(scanner: Scanner, what: str) -> list[str]:
    """Read a list of names in braces."""
    scanner.expect("{", f"before the list of {what} names")
    names = []
    while not scanner.accept("}"):
        names.append(scanner.quoted(f"a {what} name"))
    return names


def read_comment(scanner: Scanner) -> str:
    """Read the comment that may end a prologue."""
    return scanner.quoted("the comment") if scanner.peek() == '"' else ""


def read_payoffs(scanner: Scanner, num_players: int) -> tuple[float, ...]:
    """Read payoffs up to the closing brace, one for each player, with commas or without."""
    values: list[float] = []
    while not scanner.accept("}"):
        if len(values) == num_players:
            raise scanner.missing(f"'}}' after {num_players} payoffs", "give one payoff for each player")
        values.append(scanner.number("a payoff"))
        scanner.accept(",")
    if len(values) < num_players:
        raise scanner.error(f"{len(values)} payoffs for {num_players} players", "give one payoff for each player")
    return tuple(values)


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
            "give nodes with different own pasts different information set numbers",
            at=offsets[node],
        )
