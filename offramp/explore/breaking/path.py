"""The path on which an offer holds: which choices lie on it, whose they are, and what the moves of chance do to it.

A node is *alive* if a leaf below it answers the headline question with yes and meets its condition. An action holds if
it leads from some node of its information set to a node that is alive. A *link* is a move with an information set at
which some actions hold and others do not: there the path depends on what the mover does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from offramp.arrays import Flags, Positions
from offramp.explore.breaking.tree import Tree
from offramp.explore.paths import Paths
from offramp.game.game import Game
from offramp.scenario.model import CHANCE, Choice, Move, Scenario


@dataclass(frozen=True, eq=False)
class LinkPlace:
    """Where a link is: its move, its information sets and the nodes of these that are alive.

    ``decides_condition`` is whether every choice that leaves the path leaves the condition of the question too: what is
    asked is then not answered with no, it is not asked.
    """

    move: int
    infosets: Positions
    alive_nodes: Positions
    decides_condition: bool


@dataclass(frozen=True, eq=False)
class Fork:
    """Two choices of one move to be compared, at the alive nodes that offer both: the steps to either."""

    move: int
    choice: int
    against: int
    nodes: Positions
    steps: Positions
    steps_against: Positions


@dataclass(frozen=True, eq=False)
class HoldingPath:
    """The path on which the headline answer is yes.

    Attributes
    ----------
    scenario : Scenario
    paths : Paths
    tree : Tree
    alive, asked : bool[N]
        Whether some leaf below answers yes under the condition, and whether some leaf below meets the condition.
    holding : bool[A]
        The actions that keep to the path, at the information sets of links; nowhere else.
    asking : bool[A]
        The actions that keep to the condition, at the information sets that decide it; nowhere else.
    links : tuple of LinkPlace
        From the root down.
    forks : tuple of Fork
    """

    scenario: Scenario
    paths: Paths
    tree: Tree
    alive: Flags
    asked: Flags
    holding: Flags
    asking: Flags
    links: tuple[LinkPlace, ...]
    forks: tuple[Fork, ...]

    @classmethod
    def of(cls, scenario: Scenario, paths: Paths) -> HoldingPath:
        """The path of the headline answer; there must be one (a first answer)."""
        tree, conditions = Tree.of(paths), paths.leaf_conditions[0]
        alive = _above(paths.game, conditions & paths.leaf_answers[0])
        asked = _above(paths.game, conditions)
        holding = _dividing(tree, alive)
        return cls(
            scenario=scenario,
            paths=paths,
            tree=tree,
            alive=alive,
            asked=asked,
            holding=holding,
            asking=_dividing(tree, asked),
            links=tuple(_links(paths, tree, alive, asked, holding)),
            forks=tuple(_forks(scenario, paths, alive)),
        )

    @cached_property
    def broken_steps(self) -> Positions:
        """The steps by which chance, or a choice that may still hold elsewhere, leaves the path within the question."""
        steps = np.arange(1, self.paths.game.num_nodes)
        lost = self.alive[self.paths.game.parents[steps]] & ~self.alive[steps] & self.asked[steps]
        return steps[lost]

    def choices_at(self, link: LinkPlace) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The choices at a link that hold, and the others, in file order."""
        columns = self.tree.columns
        steps = np.flatnonzero(np.isin(self.paths.game.node_infosets[self.paths.game.parents], link.infosets))
        steps = steps[steps > 0]
        hold = set(self.paths.step_choices[steps[self.holding[columns[steps]]]].tolist())
        rest = set(self.paths.step_choices[steps].tolist()) - hold
        named = self.paths.choices
        return tuple(named[c][1] for c in sorted(hold)), tuple(named[c][1] for c in sorted(rest))

    @cached_property
    def free_moves(self) -> tuple[str, ...]:
        """The parties' moves on the path at which every choice keeps to it."""
        game, linked = self.paths.game, {link.move for link in self.links}
        nodes = np.flatnonzero(self.alive & (game.num_children > 1) & (game.node_infosets >= 0))
        return tuple(self.paths.moves[move] for move in sorted(set(self.paths.node_moves[nodes].tolist()) - linked))

    def learnt(self, fork: Fork) -> tuple[str, ...]:
        """The moves that the first of the two choices makes known."""
        return tuple(_choice_of(self.scenario, self.paths, fork.choice).reveals)

    def knows(self, fork: Fork, party: str) -> bool:
        """Whether a party knows of what a leak makes known before it leaks."""
        own = self.paths.moves[fork.move]
        told = [name for name in self.learnt(fork) if name != own] or [own]
        return all(_sees(move, party) for move in self.scenario.moves if move.name in told)


def _sees(move: Move, party: str) -> bool:
    """Whether a party knows which choice was made at ``move``, whatever it was."""
    told = [move.known_to if choice.known_to is None else choice.known_to for choice in move.choices]
    return move.by == party or all(each is None or party in each for each in told)


def _choice_of(scenario: Scenario, paths: Paths, choice: int) -> Choice:
    move, name = paths.choices[choice]
    return next(each for each in scenario.moves[move].choices if each.name == name)


def _above(game: Game, leaves: Flags) -> Flags:
    """bool[N]: the nodes at or above one of ``leaves``."""
    marked = np.zeros(game.num_nodes, dtype=np.bool_)
    marked[game.leaves[leaves]] = True
    for node in range(game.num_nodes - 1, 0, -1):
        marked[game.parents[node]] |= marked[node]
    return marked


def _dividing(tree: Tree, marked: Flags) -> Flags:
    """bool[A]: the actions that lead to a marked node, at the sets that have others as well."""
    leads = np.zeros(len(tree.owners), dtype=np.bool_)
    steps = tree.step_nodes[marked[tree.step_nodes]]
    leads[tree.columns[steps]] = True
    divided = ~tree.choices.together(leads, np.logical_and)
    dividing: Flags = leads & divided[tree.owners]
    return dividing


def _links(paths: Paths, tree: Tree, alive: Flags, asked: Flags, holding: Flags) -> Iterator[LinkPlace]:
    game = paths.game
    infosets = np.unique(tree.owners[holding])
    nodes = np.flatnonzero(alive & np.isin(game.node_infosets, infosets))
    moves = paths.node_moves[nodes]
    depth = {move: int(game.depths[nodes[moves == move]].min()) for move in sorted(set(moves.tolist()))}
    for move in sorted(depth, key=lambda each: (depth[each], each)):
        here = nodes[moves == move]
        steps = game.children[np.isin(game.parents[game.children], here)]
        left = steps[~holding[tree.columns[steps]]]
        sets = np.unique(game.node_infosets[here]).astype(np.intp)
        yield LinkPlace(move, sets, here, decides_condition=not asked[left].any())


def _forks(scenario: Scenario, paths: Paths, alive: Flags) -> Iterator[Fork]:
    """Every choice of a move of chance against one of its choices, and those of a party that make something known."""
    for index, move in enumerate(scenario.moves):
        told = [choice.name for choice in move.choices if choice.reveals]
        silent = [choice.name for choice in move.choices if not choice.reveals]
        if move.by != CHANCE and not (told and silent):
            continue
        against = silent[0] if told and silent else move.choices[-1].name
        compared = told if move.by != CHANCE else [each.name for each in move.choices if each.name != against]
        for name in compared:
            fork = _fork(paths, alive, index, (name, against))
            if len(fork.nodes):
                yield fork


def _fork(paths: Paths, alive: Flags, move: int, names: tuple[str, str]) -> Fork:
    game = paths.game
    first, second = (paths.choices.index((move, name)) for name in names)
    steps, others = (np.flatnonzero(paths.step_choices == row) for row in (first, second))
    nodes = np.intersect1d(game.parents[steps], game.parents[others]).astype(np.intp)
    nodes = nodes[alive[nodes]]
    return Fork(move, first, second, nodes, _below(game, steps, nodes), _below(game, others, nodes))


def _below(game: Game, steps: Positions, nodes: Positions) -> Positions:
    """Those of ``steps``, one a node, that leave ``nodes``, in their order."""
    chosen = steps[np.isin(game.parents[steps], nodes)]
    return chosen[np.argsort(game.parents[chosen])]
