"""What the kernels need to know of a game's structure, computed once for all draws.

The unknowns of the logit agent quantal response equilibrium are log odds: for information set h and action a > 0,
``z[h, a] = log(pi[h, a] / pi[h, 0])``. There are ``V = sum(num_actions - 1)`` of them.

The equation of an information set never contains its own odds: given that the set is reached, neither the beliefs
there (perfect recall) nor what follows depends on them. So any family of sets whose equations do not contain one
another's odds has an identity block in the Jacobian, and is eliminated without fill or pivoting. ``build_plan`` picks
such a family greedily (fewest couplings first) and numbers its unknowns first; the types of a privately informed
party are the typical case.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Game, Ints


class Plan(NamedTuple):
    """Flat arrays for the kernels: letters of :mod:`offramp.game.game`, V unknowns, S of them eliminated first."""

    parents: Ints  # [N]
    arrivals: Ints  # [N]
    players: Ints  # [N]
    infosets: Ints  # [N]
    child_starts: Ints  # [N + 1]
    children: Ints  # [N - 1]
    leaf_index: Ints  # [N]
    chance_index: Ints  # [N]
    infoset_players: Ints  # [I]
    num_actions: Ints  # [I]
    action_starts: Ints  # [I + 1]
    variable_starts: Ints  # [I]: the unknown of action 1
    member_starts: Ints  # [I + 1]
    members: Ints  # [M]
    belief_steps: Ints  # [N]: 1 where the node's own beliefs can depend on others' odds
    row_starts: Ints  # [S + 1]: cuts row_columns
    row_columns: Ints  # columns >= S in which the row of an eliminated unknown may differ from zero
    column_starts: Ints  # [S + 1]: cuts column_rows
    column_rows: Ints  # rows >= S in which the column of an eliminated unknown may differ from zero
    num_variables: int
    num_eliminated: int


def build_plan(game: Game) -> Plan:
    """Arrays for the kernels that trace ``game`` as one block."""
    depends = infoset_dependencies(game)
    starts, num_eliminated = number_variables(game, independent_infosets(depends))
    plan = _tree_plan(game, starts)
    owners = _variable_owners(game, starts, plan.num_variables)
    rest = np.arange(num_eliminated, plan.num_variables)
    rows = [rest[depends[owners[v], owners[rest]]] for v in range(num_eliminated)]
    columns = [rest[depends[owners[rest], owners[v]]] for v in range(num_eliminated)]
    return plan._replace(
        row_starts=_starts([len(row) for row in rows]),
        row_columns=_concatenate(rows),
        column_starts=_starts([len(column) for column in columns]),
        column_rows=_concatenate(columns),
        num_eliminated=num_eliminated,
    )


def build_walk(game: Game) -> Plan:
    """Arrays for kernels that walk the tree and solve no equations, such as backward induction; cheap for any size."""
    starts = game.action_starts[:-1] - np.arange(game.num_infosets)
    return _tree_plan(game, starts.astype(np.int32))


def _tree_plan(game: Game, starts: Ints) -> Plan:
    """A plan with nothing eliminated; ``starts`` int32[I] is the first unknown of each set."""
    member_counts = [len(nodes) for nodes in game.members]
    shared = np.array([count > 1 for count in member_counts], dtype=np.int32)
    belief_steps = np.where(game.node_infosets >= 0, shared[game.node_infosets] if len(shared) else 0, 0)
    return Plan(
        parents=game.parents,
        arrivals=game.arrivals,
        players=game.node_players,
        infosets=game.node_infosets,
        child_starts=game.child_starts,
        children=game.children,
        leaf_index=game.leaf_index,
        chance_index=game.chance_index,
        infoset_players=game.infoset_players,
        num_actions=game.num_actions,
        action_starts=game.action_starts,
        variable_starts=starts,
        member_starts=_starts(member_counts),
        members=_concatenate(game.members),
        belief_steps=belief_steps.astype(np.int32),
        row_starts=_starts([]),
        row_columns=_concatenate([]),
        column_starts=_starts([]),
        column_rows=_concatenate([]),
        num_variables=int((game.num_actions - 1).sum()),
        num_eliminated=0,
    )


def infoset_dependencies(game: Game) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """bool[I, I]: entry (h, g) says that the action values at h can depend on the odds at g.

    They do through what follows (g is met below h) or through beliefs (h has several nodes and g, another player's,
    lies above one of them; a player's own earlier moves are common to all nodes of h and cancel).
    """
    depends = np.zeros((game.num_infosets, game.num_infosets), dtype=np.bool_)
    several = np.array([len(nodes) > 1 for nodes in game.members], dtype=np.bool_)
    for node in np.flatnonzero(game.node_infosets >= 0):
        below = game.node_infosets[node]
        ancestor = game.parents[node]
        while ancestor >= 0:
            above = game.node_infosets[ancestor]
            if above >= 0:
                depends[above, below] = True
                if several[below] and game.infoset_players[above] != game.infoset_players[below]:
                    depends[below, above] = True
            ancestor = game.parents[ancestor]
    return depends


def independent_infosets(depends: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> list[int]:
    """Information sets no two of which depend on each other, chosen greedily by fewest couplings."""
    coupled = depends | depends.T
    chosen: list[int] = []
    blocked = np.zeros(len(depends), dtype=np.bool_)
    for index in np.argsort(coupled.sum(axis=1), kind="stable"):
        if not blocked[index]:
            chosen.append(int(index))
            blocked |= coupled[index]
    return sorted(chosen)


def number_variables(game: Game, eliminated: list[int]) -> tuple[Ints, int]:
    """int32[I] first unknown of each set, the eliminated sets' first, and how many unknowns these have."""
    first = set(eliminated)
    order = eliminated + [index for index in range(game.num_infosets) if index not in first]
    starts = np.zeros(game.num_infosets, dtype=np.int32)
    position = 0
    num_eliminated = 0
    for place, index in enumerate(order):
        starts[index] = position
        position += int(game.num_actions[index]) - 1
        if place == len(eliminated) - 1:
            num_eliminated = position
    return starts, num_eliminated


def _variable_owners(game: Game, starts: Ints, num_variables: int) -> Ints:
    """int32[V]: the information set of each unknown."""
    owners = np.zeros(num_variables, dtype=np.int32)
    for index, start in enumerate(starts):
        owners[start : start + game.num_actions[index] - 1] = index
    return owners


def _starts(counts: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int32)


def _concatenate(parts: tuple[Ints, ...] | list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, dtype=np.int32), *parts]).astype(np.int32)
