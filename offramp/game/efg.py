"""Gambit's extensive form files (``.efg``): read and written.

A file lists the nodes in preorder: ``c`` chance, ``p`` player, ``t`` terminal, each with its name, its information set
(numbered for each player apart) and its outcome. Sets and outcomes are described where they first appear. The payoff of
a leaf is the sum of the outcomes on its path. Source of the facts: the Gambit manual, "The extensive game (.efg) file
format".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from offramp.game.builder import GameFile, TreeBuilder, check_recall, numbered
from offramp.game.gambit import (
    CHANCE_TOLERANCE,
    UniqueLabels,
    chance_texts,
    check_numbers,
    number_text,
    quote,
    unique_labels,
)
from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Floats, Game
from offramp.game.scanner import Scanner, read_comment, read_payoffs, read_players, read_title


class _Infoset(NamedTuple):
    position: int
    label: str
    actions: tuple[str, ...]


class _Event(NamedTuple):
    label: str
    actions: tuple[str, ...]
    probabilities: tuple[float, ...]


class _Outcome(NamedTuple):
    label: str
    payoffs: tuple[float, ...]


def read_efg(text: str, file: str = "<text>") -> GameFile:
    """Read the text of a ``.efg`` file; ``file`` is its name in messages.

    Raises
    ------
    GameFileError
        Naming line and column, if the text does not parse, chance probabilities are negative or do not add up to one,
        or a player forgets its own moves.

    Examples
    --------
    >>> file = read_efg('EFG 2 R "Pick" { "Ann" } p "" 1 7 "pick" { "l" "r" } 0 t "" 1 "" { 1/2 } t "" 2 "" { 3 }')
    >>> file.payoffs.tolist()
    [[[0.5], [3.0]]]
    >>> file.infoset_name(0)
    'Ann, set 7 (pick)'
    """
    reader = _Reader.prologue(Scanner(text, file))
    while not reader.tree.is_complete:
        reader.read_node()
    reader.scanner.end("the game tree")
    return reader.finish()


@dataclass
class _Reader:
    """The state of reading: what the file has described so far."""

    scanner: Scanner
    title: str
    players: tuple[str, ...]
    comment: str
    tree: TreeBuilder = field(default_factory=TreeBuilder)
    infosets: dict[tuple[int, int], _Infoset] = field(default_factory=dict)
    events: dict[int, _Event] = field(default_factory=dict)
    outcomes: dict[int, _Outcome] = field(default_factory=dict)
    offsets: list[int] = field(default_factory=list)
    totals: list[tuple[float, ...]] = field(default_factory=list)
    """For each node the payoffs of the outcomes on its path, added up."""
    chance: list[float] = field(default_factory=list)

    @classmethod
    def prologue(cls, scanner: Scanner) -> _Reader:
        """Read what comes before the nodes."""
        title = read_title(scanner, "EFG", 2)
        players = read_players(scanner)
        return cls(scanner, title, players, read_comment(scanner))

    def finish(self) -> GameFile:
        """The complete game, checked for perfect recall."""
        game = self.tree.game(
            self.players,
            self.title,
            [player for player, _ in self.infosets],
            [infoset.label for infoset in self.infosets.values()],
            [infoset.actions for infoset in self.infosets.values()],
        )
        payoffs = np.array([self.totals[leaf] for leaf in game.leaves])
        numbers = tuple(number for _, number in self.infosets)
        file = GameFile(game, payoffs[np.newaxis], np.array([self.chance]), numbers, self.comment, self.scanner.file)
        check_recall(file, self.scanner, self.offsets)
        return file

    def read_node(self) -> None:
        """Read one node of any kind."""
        scanner = self.scanner
        start = scanner.start()
        kind = scanner.word()
        if kind not in ("c", "p", "t"):
            scanner.offset = start
            raise scanner.missing("a node (c, p or t)", self._remedy())
        self.offsets.append(start)
        label = scanner.quoted("the name of the node")
        if kind == "t":
            self.tree.add_leaf(self._read_outcome(self.tree.next_parent), label)
        elif kind == "p":
            self._read_decision(label)
        else:
            self._read_chance(label)

    def _remedy(self) -> str:
        parent = self.tree.next_parent
        if parent < 0:
            return "list the nodes after the prologue, the root first"
        line = self.scanner.line(self.offsets[parent])
        return f"the node on line {line} lacks children: list one below each of its actions, in their order"

    def _read_decision(self, label: str) -> None:
        player = self.scanner.integer("the number of a player", 1)
        if player > len(self.players):
            raise self.scanner.error(
                f"player {player} moves, but there are {len(self.players)}", "name it in the prologue"
            )
        infoset = self._read_infoset(player - 1)
        self._read_outcome(self.tree.next_parent)
        self.tree.add_move(player - 1, infoset.position, len(infoset.actions), label)

    def _read_infoset(self, player: int) -> _Infoset:
        number = self.scanner.integer("the number of an information set", 1)
        what = f"information set {number} of {self.players[player]!r}"
        at = self.scanner.start()
        label, actions, _ = self._read_description(what, has_probabilities=False)
        known = self.infosets.get((player, number))
        if known is None:
            new = _Infoset(len(self.infosets), label, self._first(what, actions))
            return self.infosets.setdefault((player, number), new)
        self._check_same(what, "name", known.label, label, at)
        self._check_same(what, "actions", known.actions, actions, at)
        return known

    def _read_chance(self, label: str) -> None:
        number = self.scanner.integer("the number of a chance event", 1)
        what = f"chance event {number}"
        at = self.scanner.start()
        name, actions, values = self._read_description(what, has_probabilities=True)
        known = self.events.get(number)
        if known is None:
            known = _Event(name, self._first(what, actions), self._probabilities(what, values, at))
            self.events[number] = known
        elif actions:
            self._check_same(what, "name", known.label, name, at)
            self._check_same(what, "branches", known.actions, actions, at)
            self._check_same(what, "probabilities", known.probabilities, self._probabilities(what, values, at), at)
        self._read_outcome(self.tree.next_parent)
        self.tree.add_chance(known.actions, label)
        self.chance.extend(known.probabilities)

    def _read_description(self, what: str, *, has_probabilities: bool) -> tuple[str, tuple[str, ...], list[float]]:
        """Read a set's name, actions and probabilities, each empty where the file leaves it out."""
        scanner = self.scanner
        label = scanner.quoted(f"the name of {what}") if scanner.peek() == '"' else ""
        actions: list[str] = []
        probabilities: list[float] = []
        if scanner.accept("{"):
            while not scanner.accept("}"):
                actions.append(scanner.quoted(f"an action of {what}"))
                if has_probabilities:
                    probabilities.append(scanner.number(f"the probability of {actions[-1]!r}"))
            if not actions:
                raise scanner.error(f"{what} has no actions", "give at least one between the braces")
        return label, numbered(actions), probabilities

    def _first(self, what: str, actions: tuple[str, ...]) -> tuple[str, ...]:
        if not actions:
            remedy = "list the actions where the number appears first; later nodes may leave them out"
            raise self.scanner.missing(f"'{{' and the actions of {what}", remedy)
        return actions

    def _check_same(self, what: str, part: str, known: object, repeated: object, at: int) -> None:
        """Refuse a repeated description that differs from the first one; leaving it out is fine."""
        if known and repeated and known != repeated:
            found = f"{what} comes with {part} {_shown(repeated)}, but came with {_shown(known)} before"
            raise self.scanner.error(found, "repeat the first description, leave it out, or use another number", at)

    def _probabilities(self, what: str, values: list[float], at: int) -> tuple[float, ...]:
        remedy = "give probabilities of at least 0 that add up to 1; thirds are written 1/3"
        if min(values, default=0.0) < 0:
            raise self.scanner.error(f"{what} has the negative probability {min(values):.6g}", remedy, at)
        total = math.fsum(values)
        if abs(total - 1) > CHANCE_TOLERANCE:
            found = f"the probabilities of {what} add up to {total:.12g}, not to 1 within {CHANCE_TOLERANCE:g}"
            raise self.scanner.error(found, remedy, at)
        return tuple(values)

    def _read_outcome(self, parent: int) -> str:
        """Read a node's outcome, add it to what its parent brings, and return the outcome's name."""
        start = self.scanner.start()
        before = self.totals[parent] if parent >= 0 else (0.0,) * len(self.players)
        number = self.scanner.integer("the number of an outcome")
        if number == 0:
            if self.scanner.peek() in ('"', "{"):
                raise self.scanner.error(
                    "outcome 0 has a name or payoffs", "give the outcome a number of its own", start
                )
            self.totals.append(before)
            return ""
        outcome = self._described_outcome(number)
        total = tuple(map(sum, zip(before, outcome.payoffs, strict=True)))
        if not all(map(math.isfinite, total)):
            raise self.scanner.error("the payoffs on this path add up to more than double precision holds", at=start)
        self.totals.append(total)
        return outcome.label

    def _described_outcome(self, number: int) -> _Outcome:
        scanner, what = self.scanner, f"outcome {number}"
        at = scanner.start()
        label = scanner.quoted(f"the name of {what}") if scanner.peek() == '"' else ""
        payoffs = read_payoffs(scanner, len(self.players)) if scanner.accept("{") else ()
        known = self.outcomes.get(number)
        if known is None:
            if not payoffs:
                raise scanner.missing(
                    f"'{{' and the payoffs of {what}", "give the payoffs where the number appears first"
                )
            return self.outcomes.setdefault(number, _Outcome(label, payoffs))
        self._check_same(what, "name", known.label, label, at)
        self._check_same(what, "payoffs", known.payoffs, payoffs, at)
        return known


def _shown(part: object) -> str:
    text = ", ".join(map(str, part)) if isinstance(part, tuple) else str(part)
    return text if len(text) <= 60 else text[:60] + "…"


def write_efg(game: Game, payoffs: Floats, chance: Floats) -> str:
    """The text of a ``.efg`` file with one draw of a game.

    Payoffs read back as exactly the same doubles. Gambit wants chance probabilities that add up to exactly one and
    names that are plain ASCII and different from each other, so the former may move in the last bit and the latter are
    respelt and numbered where needed.

    Parameters
    ----------
    game : Game
    payoffs : float64[L, P]
    chance : float64[E]

    Raises
    ------
    GameError
        If shapes do not fit, payoffs are not finite or chance is not a probability.
    """
    check_numbers(game, payoffs, chance)
    players = " ".join(map(quote, unique_labels(game.players)))
    lines = [f"EFG 2 R {quote(game.title)} {{ {players} }}", '""', ""]
    infosets = _infoset_texts(game)
    outcomes = _outcome_texts(game, payoffs)
    events = _event_texts(game, chance)
    names = UniqueLabels()
    for node, player in enumerate(game.node_players.tolist()):
        name = quote(names(game.node_labels[node]))
        if player == TERMINAL_NODE:
            lines.append(f"t {name} {outcomes[game.leaf_index[node]]}")
        elif player == CHANCE_NODE:
            lines.append(f"c {name} {events[node]} 0")
        else:
            lines.append(f"p {name} {infosets[game.node_infosets[node]]} 0")
    return "\n".join(lines) + "\n"


def _infoset_texts(game: Game) -> list[str]:
    """Player, number, name and actions of each information set; numbers run from 1 for each player."""
    counts = [0] * game.num_players
    names = [UniqueLabels() for _ in game.players]
    texts = []
    for player, label, actions in zip(
        game.infoset_players.tolist(), game.infoset_labels, game.action_labels, strict=True
    ):
        counts[player] += 1
        listed = " ".join(map(quote, unique_labels(actions)))
        texts.append(f"{player + 1} {counts[player]} {quote(names[player](label))} {{ {listed} }}")
    return texts


def _event_texts(game: Game, chance: Floats) -> dict[int, str]:
    """Number, name, branches and probabilities of each chance node."""
    texts = {}
    for number, node in enumerate(np.flatnonzero(game.node_players == CHANCE_NODE).tolist()):
        numbers = chance_texts(chance[game.chance_index[game.children_of(node)]].tolist())
        names = map(quote, unique_labels(game.chance_labels[number]))
        listed = " ".join(f"{name} {text}" for name, text in zip(names, numbers, strict=True))
        texts[node] = f'{number + 1} "" {{ {listed} }}'
    return texts


def _outcome_texts(game: Game, payoffs: Floats) -> list[str]:
    """Number, name and payoffs of each leaf's outcome; leaves with the same name and payoffs share one."""
    names = UniqueLabels()
    known: dict[tuple[str, tuple[str, ...]], str] = {}
    texts = []
    for label, row in zip(game.outcome_labels, payoffs.tolist(), strict=True):
        numbers = tuple(map(number_text, row))
        if (label, numbers) not in known:
            listed = ", ".join(numbers)
            known[label, numbers] = f"{len(known) + 1} {quote(names(label))} {{ {listed} }}"
        texts.append(known[label, numbers])
    return texts
