"""Where every node of a compiled scenario belongs: to which move, choice, outcome, answer and break.

A *step* is an edge of the tree and is named by the node that it leads to. The *path breaks* at a step that leaves the
set of nodes below which a leaf still answers the headline question with yes. Every path that ends without a yes takes
exactly one such step, so the probabilities of the breaks and of the answer sum to one. If the headline has a condition,
only paths that meet it count, for the breaks as for the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from offramp.game.compile import Compiled, Flags
from offramp.game.game import Game, Ints


@dataclass(frozen=True, eq=False)
class Paths:
    """The bookkeeping of one structure, shared by all draws.

    Attributes
    ----------
    game : Game
    moves : tuple of str
        The scenario's moves, in file order.
    choices : tuple of (int, str)
        Every choice of every move: the move's index and the choice's name, in file order.
    outcomes, answers : tuple of str
    breaks : tuple of int
        Indices into ``choices`` at which the path of the headline answer can break, in file order.
    node_moves : int32[N]
        Index into ``moves``, -1 at a terminal node and where chance draws a private value.
    step_choices : int32[N]
        Index into ``choices`` of the step that leads to the node, -1 at the root and after a private draw.
    leaf_breaks : int32[L]
        Index into ``breaks`` of the step that breaks the path to the leaf; -1 where it ends in a yes, where it does not
        meet the condition of the headline, and where no path at all ends in a yes.
    leaf_outcomes : int32[L]
    leaf_answers, leaf_conditions : bool[Q, L]
        Whether each answer is yes at the leaf, and whether its condition is met there.
    """

    game: Game
    moves: tuple[str, ...]
    choices: tuple[tuple[int, str], ...]
    outcomes: tuple[str, ...]
    answers: tuple[str, ...]
    breaks: tuple[int, ...]
    node_moves: Ints
    step_choices: Ints
    leaf_breaks: Ints
    leaf_outcomes: Ints
    leaf_answers: Flags
    leaf_conditions: Flags

    @cached_property
    def choice_moves(self) -> Ints:
        """int32[C]: the move of each choice."""
        return np.array([move for move, _ in self.choices], dtype=np.int32)

    def choice_row(self, name: str) -> int:
        """The row in ``choices`` of a choice, ``move.choice``.

        Raises
        ------
        ValueError
            If there is no such choice.
        """
        move, _, choice = name.partition(".")
        return self.choices.index((self.moves.index(move), choice))

    def passing(self, row: int) -> Flags:
        """bool[L]: whether the path to each leaf makes the choice in a row of ``choices``."""
        passed = np.zeros(self.game.num_nodes, dtype=np.bool_)
        for node in range(1, self.game.num_nodes):
            passed[node] = passed[self.game.parents[node]] or self.step_choices[node] == row
        return np.asarray(passed[self.game.leaves])

    def asking(self, names: Iterable[str], answers: Flags, conditions: Flags) -> Paths:
        """The same paths, asked other questions (bool[Q, L] each), none of which is followed to where it breaks."""
        return replace(
            self,
            answers=tuple(names),
            breaks=(),
            leaf_breaks=np.full_like(self.leaf_breaks, -1),
            leaf_answers=answers,
            leaf_conditions=conditions,
        )

    @cached_property
    def open_moves(self) -> frozenset[str]:
        """The moves at which some node leaves a choice; at the others the path decides."""
        several = self.node_moves[self.game.num_children > 1]
        return frozenset(self.moves[move] for move in several if move >= 0)

    @cached_property
    def step_columns(self) -> Ints:
        """int32[N]: for the child of a decision node, the column in A of the action that leads to it, else -1."""
        game = self.game
        columns = np.full(game.num_nodes, -1, dtype=np.int32)
        parents = game.parents[1:]
        decided = np.flatnonzero(game.node_infosets[parents] >= 0) + 1
        infosets = game.node_infosets[game.parents[decided]]
        columns[decided] = game.action_starts[infosets] + game.arrivals[decided]
        return columns


def paths_of(compiled: Compiled) -> Paths:
    """The bookkeeping of ``compiled``; pure, once per structure."""
    scenario, game = compiled.scenario, compiled.game
    choices = tuple((m, choice.name) for m, move in enumerate(scenario.moves) for choice in move.choices)
    step_choices = _step_choices(compiled, choices)
    broken = _breaking_choices(compiled, step_choices)
    breaks = tuple(sorted(set(broken[broken >= 0].tolist())))
    position = {choice: index for index, choice in enumerate(breaks)}
    leaf_breaks = np.array([position.get(choice, -1) for choice in broken.tolist()], dtype=np.int32)
    return Paths(
        game=game,
        moves=tuple(move.name for move in scenario.moves),
        choices=choices,
        outcomes=tuple(outcome.name for outcome in scenario.outcomes),
        answers=tuple(answer.name for answer in scenario.answers),
        breaks=breaks,
        node_moves=compiled.node_moves,
        step_choices=step_choices,
        leaf_breaks=leaf_breaks,
        leaf_outcomes=compiled.leaf_outcomes,
        leaf_answers=compiled.answers,
        leaf_conditions=compiled.conditions,
    )


def _step_choices(compiled: Compiled, choices: tuple[tuple[int, str], ...]) -> Ints:
    """int32[N]: the scenario's choice that each step makes."""
    starts = np.searchsorted([move for move, _ in choices], np.arange(len(compiled.scenario.moves)))
    game, moves = compiled.game, compiled.node_moves
    steps = np.full(game.num_nodes, -1, dtype=np.int32)
    for node in range(1, game.num_nodes):
        parent = int(game.parents[node])
        if moves[parent] >= 0:
            steps[node] = starts[moves[parent]] + compiled.node_choices[parent][game.arrivals[node]]
    return steps


def _breaking_choices(compiled: Compiled, step_choices: Ints) -> Ints:
    """int32[L]: the choice at which the path to each leaf breaks; -1 where it does not, or its condition is not met."""
    game = compiled.game
    if not len(compiled.answers):
        return np.full(len(game.leaves), -1, dtype=np.int32)
    asked = compiled.conditions[0]
    alive = np.zeros(game.num_nodes, dtype=bool)
    alive[game.leaves[asked & compiled.answers[0]]] = True
    for node in range(game.num_nodes - 1, 0, -1):
        alive[game.parents[node]] |= alive[node]
    broken = np.full(game.num_nodes, -1, dtype=np.int32)
    for node in range(1, game.num_nodes):
        parent = game.parents[node]
        broken[node] = broken[parent] if alive[node] or not alive[parent] else step_choices[node]
    choices: Ints = np.where(asked, broken[game.leaves], -1)
    return choices
