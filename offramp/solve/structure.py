"""What is worked out once for a structure and kept: its blocks and their tapes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

import numpy as np

from offramp.game.batch import Batch
from offramp.game.game import Floats, Game, Ints
from offramp.solve.subgames import find_blocks
from offramp.solve.tape import Tape, build_tape

KEPT = 8
"""Structures that are remembered."""


class BlockTape(NamedTuple):
    """A block that is traced as one: its tape, and its actions and information sets in the whole game."""

    tape: Tape
    actions: Ints
    infosets: Ints


class Structure(NamedTuple):
    """The blocks of a game; ``payoff_columns[p]`` are the columns of a batch that hold player p's payoffs."""

    game: Game
    blocks: tuple[BlockTape, ...]
    payoff_columns: tuple[Ints, ...]


_known: OrderedDict[tuple[int, bytes, bytes], Structure] = OrderedDict()
_lock = Lock()


def structure_of(game: Game, batch: Batch) -> Structure:
    """The structure of ``game`` with the shared numbers of ``batch``; remembered for the last few."""
    key = (id(game), batch.payoff_index.tobytes(), batch.chance_index.tobytes())
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    structure = _build(game, batch)
    with _lock:
        _known[key] = structure
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return structure


def _build(game: Game, batch: Batch) -> Structure:
    blocks = []
    for block in find_blocks(game):
        part = Batch(
            batch.payoff_cells[:0],
            batch.payoff_index[block.leaves],
            batch.chance_cells[:0],
            batch.chance_index[block.branches],
        )
        blocks.append(BlockTape(build_tape(block.game, part), block.actions, block.infosets))
    columns = tuple(np.unique(batch.payoff_index[:, player]).astype(np.int32) for player in range(game.num_players))
    return Structure(game, tuple(blocks), columns)


def scales(structure: Structure, batch: Batch) -> tuple[Floats, Floats]:
    """Lowest payoff and payoff range of each player in each draw, both ``[B, P]``; a range of zero is given as 1."""
    shape = (batch.num_draws, len(structure.payoff_columns))
    low, spread = np.empty(shape), np.empty(shape)
    for player, columns in enumerate(structure.payoff_columns):
        cells = batch.payoff_cells[:, columns]
        low[:, player] = cells.min(axis=1)
        spread[:, player] = cells.max(axis=1) - low[:, player]
    spread[spread == 0.0] = 1.0
    return low, spread


def scaled_leaves(tape: Tape, batch: Batch, low: Floats, ranges: Floats) -> Floats:
    """float64[B, Z]: the numbers at the leaf slots of ``tape``, each player's scaled to the unit interval."""
    leaves = np.take(batch.payoff_cells, tape.leaf_cells, axis=1)  # in C order, for which the kernels are compiled
    leaves -= low[:, tape.leaf_players]
    leaves /= ranges[:, tape.leaf_players]
    return leaves
