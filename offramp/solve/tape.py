"""What the tracing kernels need to know of a game's structure, as flat arrays: one tape serves all draws.

The unknowns of the logit agent quantal response equilibrium are log odds: for information set h and action a > 0,
``z[h, a] = log(pi[h, a] / pi[h, 0])``; there are ``V = sum(num_actions - 1)`` of them. The tape lists, in the order in
which they are worked,

- the distinct values of the tree and how each is summed (:mod:`offramp.solve.slots`),
- beliefs, only where they matter,
- for each information set the unknowns on which its action values can depend (its *columns*), and the slots visited,
  from the set down, to differentiate them (reverse accumulation; Griewank & Walther 2008, chapter 3).

The equation of an information set never contains its own odds: given that the set is reached, neither the beliefs
there (perfect recall) nor what follows depends on them. So any family of sets whose equations do not contain one
another's odds has an identity block in the Jacobian, and is eliminated without fill or pivoting. A greedy choice
(fewest couplings first) numbers their unknowns first; the types of a privately informed party are the typical case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from offramp.game.batch import Batch
from offramp.game.game import Game, Ints
from offramp.solve.plan import number_variables
from offramp.solve.slots import Sets, Slots, find_sets, find_slots, node_steps

Flags = npt.NDArray[np.bool_]


class Tape(NamedTuple):
    """Flat arrays: Z leaf slots, M summed slots, A actions, I information sets, V unknowns, S of them eliminated first.

    A *step* is an action (0 to A - 1) or a distinct chance probability (from A on). ``x_starts`` cuts x.
    """

    leaf_cells: Ints  # [Z]: column of the batch's payoff cells
    leaf_players: Ints  # [Z]
    slot_infosets: Ints  # [M]: who chooses, -1 for chance
    term_starts: Ints  # [M + 1]
    term_steps: Ints
    term_slots: Ints
    infoset_players: Ints  # [I]
    num_actions: Ints  # [I]
    action_starts: Ints  # [I + 1]
    variable_starts: Ints  # [I]: the unknown of action 1
    class_starts: Ints  # [I + 1]
    class_slots: Ints  # of class k of set h, at class_offsets[k]: the slot after each action
    class_offsets: Ints
    families: Ints  # [I]: family of beliefs, -1 where they do not matter
    family_starts: Ints  # [F + 1]: members by family
    entry_starts: Ints  # steps by member
    entries: Ints
    class_map_starts: Ints  # [I]: where the classes of a set's members begin in member_classes
    member_classes: Ints
    pull_starts: Ints  # [I]: where the entries of a set's members begin in pull_columns
    pull_columns: Ints  # per entry: place of the unknown of action 1 in the set's columns; -1 for chance
    pull_whole: Ints  # per entry: 1 where all members pass the same set, so that their pulls cancel there
    column_starts: Ints  # [I + 1]
    column_splits: Ints  # [I]: where a set's columns stop being eliminated ones
    columns: Ints
    slope_starts: Ints  # [I]: slopes of the set's unknowns, one by one, each as long as its columns
    visit_starts: Ints  # [A + 1]
    visits: Ints  # summed slots below an action, parents before children; of two actions all at the second
    visit_columns: Ints  # place of the slot's own unknowns in the columns of the action's set; -1 for chance
    ready_infosets: Ints  # [I]: sets by the last slot that they need
    ready_slots: Ints  # [I]: that slot, ascending
    action_owners: Ints  # [A]: the information set of each action
    num_variables: int
    num_eliminated: int
    num_slopes: int
    num_chance: int


def build_tape(game: Game, batch: Batch) -> Tape:
    """The tape of ``game``; numbers that are one column of ``batch`` are computed once."""
    steps = node_steps(game, batch.chance_index)
    slots = find_slots(game, batch.payoff_index, steps)
    sets = find_sets(game, slots, steps)
    owners = np.repeat(np.arange(game.num_infosets), game.num_actions)
    visits = [
        each
        for infoset, count in enumerate(game.num_actions.tolist())
        for each in _visits(slots, sets.classes[infoset], count)
    ]
    needs = _needs(game, slots, sets, visits, owners)
    variable_starts, num_eliminated = number_variables(game, independent_infosets(needs))
    columns, places = _columns(game, needs, variable_starts)
    sizes = [int(count - 1) * len(row) for count, row in zip(game.num_actions, columns, strict=True)]
    arrays = {
        **_value_arrays(slots),
        **_class_arrays(sets),
        **_family_arrays(sets, owners, places),
        **_visit_arrays(slots, visits, owners, places),
        "infoset_players": game.infoset_players,
        "num_actions": game.num_actions,
        "action_starts": game.action_starts,
        "action_owners": owners.astype(np.int32),
        "variable_starts": variable_starts,
        "column_starts": _starts([len(row) for row in columns]),
        "column_splits": _ints([int(np.searchsorted(row, num_eliminated)) for row in columns]),
        "columns": _ints([column for row in columns for column in row]),
        "slope_starts": _starts(sizes),
    }
    return Tape(
        **arrays,
        num_variables=int((game.num_actions - 1).sum()),
        num_eliminated=num_eliminated,
        num_slopes=sum(sizes),
        num_chance=batch.chance_cells.shape[1],
    )


def _value_arrays(slots: Slots) -> dict[str, Ints]:
    return {
        "leaf_cells": _ints([cell for cell, _ in slots.leaves]),
        "leaf_players": _ints([player for _, player in slots.leaves]),
        "slot_infosets": _ints(slots.infosets),
        "term_starts": _starts([len(terms) for terms in slots.terms]),
        "term_steps": _ints([step for terms in slots.terms for step, _ in terms]),
        "term_slots": _ints([slot for terms in slots.terms for _, slot in terms]),
    }


def _class_arrays(sets: Sets) -> dict[str, Ints]:
    classes = [after for per_set in sets.classes for after in per_set]
    last_slots = [max(max(after) for after in per_set) for per_set in sets.classes]
    ready = sorted(range(len(last_slots)), key=lambda infoset: last_slots[infoset])
    return {
        "class_starts": _starts([len(per_set) for per_set in sets.classes]),
        "class_slots": _ints([slot for after in classes for slot in after]),
        "class_offsets": _starts([len(after) for after in classes]),
        "class_map_starts": _starts([len(each) for each in sets.member_classes]),
        "member_classes": _ints([number for each in sets.member_classes for number in each]),
        "ready_infosets": _ints(ready),
        "ready_slots": _ints([last_slots[infoset] for infoset in ready]),
    }


def _family_arrays(sets: Sets, owners: npt.NDArray[np.int64], places: Sequence[dict[int, int]]) -> dict[str, Ints]:
    members = [member for family in sets.families for member in family.members]
    pull_starts, pull_columns, pull_whole = _pulls(sets, owners, places)
    return {
        "families": _ints(sets.family_of),
        "family_starts": _starts([len(family.members) for family in sets.families]),
        "entry_starts": _starts([len(member) for member in members]),
        "entries": _ints([step for member in members for step in member]),
        "pull_starts": pull_starts,
        "pull_columns": pull_columns,
        "pull_whole": pull_whole,
    }


def _visit_arrays(
    slots: Slots, visits: Sequence[Sequence[int]], owners: npt.NDArray[np.int64], places: Sequence[dict[int, int]]
) -> dict[str, Ints]:
    first = len(slots.leaves)
    columns = [
        places[owners[action]].get(slots.infosets[slot - first], -1)
        for action, each in enumerate(visits)
        for slot in each
    ]
    return {
        "visit_starts": _starts([len(each) for each in visits]),
        "visits": _ints([slot - first for each in visits for slot in each]),
        "visit_columns": _ints(columns),
    }


def _visits(slots: Slots, classes: Sequence[tuple[int, ...]], num_actions: int) -> list[list[int]]:
    """The summed slots that the value of each action of a set is made of, parents first.

    Where there are two actions, the slots of both are the second's.
    """
    if num_actions == 2:
        return [[], _slots_below(slots, [slot for after in classes for slot in after])]
    return [_slots_below(slots, [after[number] for after in classes]) for number in range(num_actions)]


def _slots_below(slots: Slots, pending: list[int]) -> list[int]:
    """The summed slots among ``pending`` and below them, parents first."""
    first = len(slots.leaves)
    found: set[int] = set()
    while pending:
        slot = pending.pop()
        if slot >= first and slot not in found:
            found.add(slot)
            pending.extend(child for _, child in slots.terms[slot - first])
    return sorted(found, reverse=True)


def _needs(
    game: Game, slots: Slots, sets: Sets, visits: Sequence[Sequence[int]], owners: npt.NDArray[np.int64]
) -> list[set[int]]:
    """For each information set those whose odds its action values can depend on."""
    first, num_actions = len(slots.leaves), len(owners)
    needs: list[set[int]] = [set() for _ in range(game.num_infosets)]
    for action, each in enumerate(visits):
        needs[owners[action]].update(slots.infosets[slot - first] for slot in each)
    for infoset, family in enumerate(sets.family_of):
        if family >= 0:
            steps = {step for member in sets.families[family].members for step in member}
            needs[infoset].update(int(owners[step]) for step in steps if step < num_actions)
        needs[infoset].discard(-1)
    return needs


def independent_infosets(needs: Sequence[set[int]]) -> list[int]:
    """Information sets no two of which depend on each other, chosen greedily by fewest couplings."""
    coupled = [set(each) for each in needs]
    for infoset, each in enumerate(needs):
        for other in each:
            coupled[other].add(infoset)
    chosen: list[int] = []
    blocked: set[int] = set()
    for infoset in sorted(range(len(needs)), key=lambda number: (len(coupled[number]), number)):
        if infoset not in blocked:
            chosen.append(infoset)
            blocked |= coupled[infoset]
    return sorted(chosen)


def _columns(game: Game, needs: Sequence[set[int]], starts: Ints) -> tuple[list[list[int]], list[dict[int, int]]]:
    """The unknowns that each set's action values can depend on, ascending, and where each other set's begin there."""
    columns, places = [], []
    for each in needs:
        row: list[int] = []
        place = {}
        for other in sorted(each, key=lambda number: int(starts[number])):
            place[other] = len(row)
            row.extend(range(int(starts[other]), int(starts[other] + game.num_actions[other] - 1)))
        columns.append(row)
        places.append(place)
    return columns, places


def _pulls(sets: Sets, owners: npt.NDArray[np.int64], places: Sequence[dict[int, int]]) -> tuple[Ints, Ints, Ints]:
    """For each set with a family: how each entry of its members bears on the set's columns."""
    columns: list[int] = []
    whole: list[int] = []
    starts = [0]
    for infoset, family in enumerate(sets.family_of):
        members = sets.families[family].members if family >= 0 else ()
        passed = [{int(owners[step]) for step in member if step < len(owners)} for member in members]
        everywhere = set.intersection(*passed) if passed else set()
        for member in members:
            for step in member:
                other = int(owners[step]) if step < len(owners) else -1
                columns.append(places[infoset].get(other, -1))
                whole.append(int(other in everywhere))
        starts.append(len(columns))
    return _ints(starts), _ints(columns), _ints(whole)


def _starts(counts: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int32)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int32)
