"""The tree of a scenario in plain words: who moves when, who sees it, and what each mover knows.

Large trees fold. A private assumption is drawn in one line and what follows is shown once; a subtree that stands above
already is named, not repeated; a run of choices that lead on alike is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from offramp.game.bindings import Fact
from offramp.game.compile import Compiled, atom_text
from offramp.game.game import TERMINAL_NODE
from offramp.game.grow import InfosetKey
from offramp.game.knowledge import fact_words, listed, path_text
from offramp.scenario.model import ALL, CHANCE, Choice, Move, Scenario

ALIKE = 6
"""A run of at least this many sibling choices that lead on alike is folded to its first and a count."""


def describe(compiled: Compiled, *, max_lines: int | None = None, full: bool = False) -> list[str]:
    """The game in words, line by line.

    Parameters
    ----------
    compiled : Compiled
    max_lines : int, optional
        Most lines for the tree itself; deep subtrees then fold to a count of their nodes.
    full : bool
        Fold nothing: every value of every private assumption, every subtree.
    """
    tree = _Tree(compiled, full=full)
    return [*_heading(compiled), "", *_moves(compiled), "", "The tree", *_fitted(tree, max_lines)]


def _heading(compiled: Compiled) -> Iterator[str]:
    scenario, game = compiled.scenario, compiled.game
    counts = [
        _count(len(scenario.parties), "party", "parties"),
        _count(len(scenario.moves), "move"),
        _count(len(scenario.outcomes), "outcome"),
        f"{_count(game.num_nodes, 'node')}, {len(game.leaves):,} of them ends",
        _count(game.num_infosets, "information set"),
    ]
    yield scenario.title
    yield " · ".join(counts)
    yield "Nodes with the same number in [ ] are one information set: the mover cannot tell them apart."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _moves(compiled: Compiled) -> Iterator[str]:
    """The table of moves, and the private assumptions."""
    scenario = compiled.scenario
    yield "Moves, and who sees the choice"
    width = max(len(move.name) for move in scenario.moves)
    for move in scenario.moves:
        yield f"  {move.name:<{width}}  {_move_sentence(scenario, move)}"
    for private in compiled.atoms:
        meaning = next(each.meaning for each in scenario.assumptions if each.name == private.name)
        about = f" ({meaning})" if meaning else ""
        values = _count(len(private.values), "value")
        yield f"  {private.name}{about} is private: {values}, seen by {_party(scenario, private.owner)} only."


def _move_sentence(scenario: Scenario, move: Move) -> str:
    choices = listed([_choice_with_condition(choice) for choice in move.choices], "or")
    verb = "Chance decides:" if move.by == CHANCE else f"{_party(scenario, move.by)}:"
    sets = f" (sets the term {move.sets})" if move.sets else ""
    label = f"{move.label[:1].upper()}{move.label[1:]}. " if move.label else ""
    return f"{label}{verb} {choices}{sets}. {' '.join(_seen_by(scenario, move))}"


def _choice_with_condition(choice: Choice) -> str:
    return f"{choice.name} (only when {choice.when})" if choice.when else choice.name


def _seen_by(scenario: Scenario, move: Move) -> Iterator[str]:
    yield f"Seen by {_group(scenario, move, move.known_to)}."
    for choice in move.choices:
        if choice.known_to is not None:
            yield f"{choice.name} is seen by {_group(scenario, move, choice.known_to)}."
        for group, moves in _revealed(choice).items():
            yield f"{choice.name} reveals {listed(moves)} to {_group(scenario, None, group)}."


def _revealed(choice: Choice) -> dict[tuple[str, ...], list[str]]:
    """The moves that a choice reveals, by the parties that learn them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, group in choice.reveals.items():
        groups.setdefault(tuple(group), []).append(name)
    return groups


def _group(scenario: Scenario, move: Move | None, names: tuple[str, ...] | None) -> str:
    """The parties that see a choice of ``move``, its mover among them."""
    everyone = [party.name for party in scenario.parties]
    seeing = set(everyone) if names is None or ALL in names else set(names)
    if move is not None and move.by != CHANCE:
        seeing.add(move.by)
    if seeing == set(everyone):
        return "everyone"
    return listed([_party(scenario, name) for name in everyone if name in seeing]) if seeing else "no one"


def _party(scenario: Scenario, name: str) -> str:
    return next(party.label or party.name for party in scenario.parties if party.name == name)


def _fitted(tree: _Tree, max_lines: int | None) -> list[str]:
    """The tree's lines, cut at the greatest depth that keeps within ``max_lines``."""
    lines = list(tree.lines())
    if max_lines is None or len(lines) <= max_lines:
        return lines
    fitting = list(tree.lines(0))
    for depth in range(1, tree.depth):
        lines = list(tree.lines(depth))
        if len(lines) > max_lines:
            break
        fitting = lines
    return fitting


class _Entry(NamedTuple):
    """A line still to be written: a branch to ``node``, or only ``text`` where ``node`` is -1."""

    node: int
    lead: str
    text: str
    is_last: bool
    depth: int


class _Kind(NamedTuple):
    """Nodes that read the same: those of one information set, whatever the atoms (in a folded tree)."""

    move: int
    facts: tuple[Fact, ...]
    atoms: tuple[tuple[int, int], ...]


class _Tree:
    """Writes the tree of one game. ``full`` folds nothing."""

    def __init__(self, compiled: Compiled, *, full: bool) -> None:
        self.compiled = compiled
        self.scenario = compiled.scenario
        self.game = compiled.game
        self.full = full

    @cached_property
    def numbers(self) -> dict[_Kind, int]:
        """Numbers of the information sets in order of appearance, from 1."""
        kinds = dict.fromkeys(self._kind(key) for key in self.compiled.infoset_keys)
        return {kind: number for number, kind in enumerate(kinds, start=1)}

    def _kind(self, key: InfosetKey) -> _Kind:
        return _Kind(key.move, key.facts, key.atoms if self.full else ())

    @property
    def depth(self) -> int:
        return int(self.game.depths.max())

    @cached_property
    def sizes(self) -> list[int]:
        """How many nodes the subtree below and at each node has."""
        sizes = [1] * self.game.num_nodes
        for node in range(self.game.num_nodes - 1, 0, -1):
            sizes[int(self.game.parents[node])] += sizes[node]
        return sizes

    @cached_property
    def shown_histories(self) -> dict[_Kind, list[tuple[Fact, ...]]]:
        """The histories of each information set; the first value of each private assumption stands for all."""
        histories: dict[_Kind, list[tuple[Fact, ...]]] = {}
        for node in self._first_values():
            infoset = int(self.game.node_infosets[node])
            if infoset >= 0:
                kind = self._kind(self.compiled.infoset_keys[infoset])
                histories.setdefault(kind, []).append(self.compiled.history(node))
        return histories

    def _first_values(self) -> list[int]:
        """The nodes on whose path every private draw gave its first value; in a full tree every node."""
        first = [True] * self.game.num_nodes
        for node in range(1, self.game.num_nodes):
            parent = int(self.game.parents[node])
            aside = self.compiled.node_draws[parent] >= 0 and self.game.arrivals[node] > 0 and not self.full
            first[node] = first[parent] and not aside
        return [node for node, stays in enumerate(first) if stays]

    @cached_property
    def shapes(self) -> list[int]:
        """Equal numbers for subtrees of the same moves, choices and outcomes."""
        return self._signatures(with_numbers=False)

    @cached_property
    def contents(self) -> list[int]:
        """Equal numbers for subtrees that are the same down to their information sets."""
        return self._signatures(with_numbers=True)

    def _signatures(self, *, with_numbers: bool) -> list[int]:
        known: dict[tuple[object, ...], int] = {}
        signatures = [0] * self.game.num_nodes
        for node in range(self.game.num_nodes - 1, -1, -1):
            below = tuple(signatures[child] for child in self.game.children_of(node).tolist())
            number = self.number(node) if with_numbers else 0
            label = self.game.node_labels[node]
            key = (label, number, self.compiled.node_choices[node], below)
            signatures[node] = known.setdefault(key, len(known))
        return signatures

    def number(self, node: int) -> int:
        """The number of the node's information set, 0 where it has none."""
        infoset = int(self.game.node_infosets[node])
        return self.numbers[self._kind(self.compiled.infoset_keys[infoset])] if infoset >= 0 else 0

    def lines(self, max_depth: int | None = None) -> Iterator[str]:
        """The tree with box-drawing; nodes at ``max_depth`` only count what is below them."""
        written: dict[int, int] = {}
        waiting = [_Entry(0, "", "", True, 0)]
        while waiting:
            entry = waiting.pop()
            root = entry.node == 0
            start = "" if root else entry.lead + ("└─ " if entry.is_last else "├─ ")
            if entry.node < 0:
                yield start + entry.text
                continue
            inner = "" if root else entry.lead + ("   " if entry.is_last else "│  ")
            folded = self._folded(entry, written, max_depth)
            yield start + entry.text + self._head(entry.node) + folded
            if not folded and self.game.node_players[entry.node] != TERMINAL_NODE:
                yield from (f"{inner}│    {text}" for text in self._knowledge(entry.node))
                waiting.extend(reversed(list(self._branches(entry.node, inner, entry.depth + 1))))

    def _folded(self, entry: _Entry, written: dict[int, int], max_depth: int | None) -> str:
        """What stands in place of the subtree, if it is folded."""
        node = entry.node
        if self.game.node_players[node] == TERMINAL_NODE:
            return ""
        first = written.setdefault(self.contents[node], node)
        if first != node and not self.full:
            number = self.number(node)
            place = f"[{number}]" if number else f"after {path_text(self.scenario, self.compiled.history(first))}"
            return f", the same as {place} above"
        if max_depth is not None and entry.depth >= max_depth:
            return f" … {_count(self.sizes[node] - 1, 'node')} below"
        return ""

    def _head(self, node: int) -> str:
        """What happens at a node."""
        if self.game.node_players[node] == TERMINAL_NODE:
            return self._outcome(int(self.compiled.leaf_outcomes[self.game.leaf_index[node]]))
        if self.compiled.node_draws[node] >= 0:
            private = self.compiled.atoms[self.compiled.node_draws[node]]
            owner = _party(self.scenario, private.owner)
            return f"{private.name} is drawn: {len(private.values)} values, seen by {owner} only"
        move = self.scenario.moves[self.compiled.node_moves[node]]
        if move.by == CHANCE:
            return f"{move.name}: chance decides"
        return f"[{self.number(node)}] {move.name} by {_party(self.scenario, move.by)}{self._per_value(node)}"

    def _per_value(self, node: int) -> str:
        atoms = self.compiled.infoset_keys[int(self.game.node_infosets[node])].atoms
        names = [self.compiled.atoms[index].name for index, _ in atoms if len(self.compiled.atoms[index].values) > 1]
        return f" (one set for each value of {listed(names)})" if names and not self.full else ""

    def _outcome(self, index: int) -> str:
        outcome = self.scenario.outcomes[index]
        return f"{outcome.name} ({outcome.label})" if outcome.label else outcome.name

    def _branches(self, node: int, lead: str, depth: int) -> Iterator[_Entry]:
        """The branches of a node, runs of alike ones folded."""
        children = self.game.children_of(node).tolist()
        if self.compiled.node_draws[node] >= 0 and not self.full:
            yield _Entry(children[0], lead, "for each value → ", True, depth)
            return
        runs = self._runs(children)
        for place, (first, count) in enumerate(runs):
            is_last = place == len(runs) - 1
            yield _Entry(children[first], lead, self._branch(node, first), is_last and count == 1, depth)
            if count > 1:
                text = self._run_text(node, first + 1, first + count - 1)
                yield _Entry(-1, lead, text, is_last, depth)

    def _runs(self, children: list[int]) -> list[tuple[int, int]]:
        """Runs of siblings to show as one, as (first, length); short runs are cut into single siblings."""
        if self.full:
            return [(index, 1) for index in range(len(children))]
        shapes = np.array([self.shapes[child] for child in children])
        starts = [0, *(np.flatnonzero(np.diff(shapes)) + 1).tolist(), len(children)]
        runs: list[tuple[int, int]] = []
        for start, end in pairwise(starts):
            long = end - start >= ALIKE
            runs.extend([(start, end - start)] if long else [(index, 1) for index in range(start, end)])
        return runs

    def _run_text(self, node: int, first: int, last: int) -> str:
        names = self._labels(node)
        return f"{names[first]} … {names[last]}: {_count(last - first + 1, 'more choice')} that lead on alike"

    def _labels(self, node: int) -> tuple[str, ...]:
        move, draw = int(self.compiled.node_moves[node]), int(self.compiled.node_draws[node])
        if draw >= 0:
            private = self.compiled.atoms[draw]
            return tuple(atom_text(private, atom) for atom in range(len(private.values)))
        return tuple(self.scenario.moves[move].choices[index].name for index in self.compiled.node_choices[node])

    def _branch(self, node: int, place: int) -> str:
        """A choice with its label and, at chance, its probability."""
        label = self._labels(node)[place]
        if self.compiled.node_draws[node] >= 0:
            return f"{label} → "
        move = self.scenario.moves[int(self.compiled.node_moves[node])]
        choice = move.choices[self.compiled.node_choices[node][place]]
        notes = [choice.label] if choice.label else []
        if move.by == CHANCE:
            notes.append(f"probability {choice.probability}" if choice.probability else "what is left")
        return f"{label} ({'; '.join(notes)}) → " if notes else f"{label} → "

    def _knowledge(self, node: int) -> Iterator[str]:
        """What the mover knows, can tell from being asked, and does not know."""
        infoset = int(self.game.node_infosets[node])
        if infoset < 0:
            return
        key = self.compiled.infoset_keys[infoset]
        own = [self._own(index, atom) for index, atom in key.atoms if len(self.compiled.atoms[index].values) > 1]
        known = [fact_words(self.scenario, fact) for fact in key.facts] + own
        certain, open_moves = self._inferred(key)
        parts = [f"knows: {'; '.join(known)}" if known else "knows nothing yet"]
        if certain:
            parts.append(f"can tell from being asked: {'; '.join(certain)}")
        hidden = open_moves + self._hidden_assumptions(key)
        if hidden:
            parts.append(f"does not know: {'; '.join(hidden)}")
        yield from parts

    def _own(self, index: int, atom: int) -> str:
        private = self.compiled.atoms[index]
        return atom_text(private, atom) if self.full else private.name

    def _inferred(self, key: InfosetKey) -> tuple[list[str], list[str]]:
        """Facts that hold on every path to the information set though unseen, and moves that stay open."""
        histories = [dict(history) for history in self.shown_histories[self._kind(key)]]
        seen = {move for move, _ in key.facts}
        certain, open_moves = [], []
        for move in sorted({move for history in histories for move in history} - seen):
            choices = {history.get(move, -1) for history in histories}
            if len(choices) == 1:
                certain.append(fact_words(self.scenario, (move, choices.pop())))
            else:
                open_moves.append(self._open(move, choices))
        return certain, open_moves

    def _open(self, move: int, choices: set[int]) -> str:
        here = self.scenario.moves[move]
        names = [choice.name for index, choice in enumerate(here.choices) if index in choices]
        names += ["not reached"] if -1 in choices else []
        return f"{here.label or here.name} ({listed(names, 'or')})"

    def _hidden_assumptions(self, key: InfosetKey) -> list[str]:
        mover = self.scenario.moves[key.move].by
        others = [each for each in self.compiled.atoms if each.owner != mover and len(each.values) > 1]
        return [f"{each.name} of {_party(self.scenario, each.owner)}" for each in others]
