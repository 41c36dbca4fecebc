"""The principal branch itself: the logit equilibria of each draw at a row of precisions, for figures.

The branch is the curve of :mod:`offramp.solve.path`. It is followed once a draw, and stopped exactly at each
precision. Where the branch folds, precision falls for a while along it before it rises again, so that one precision
may be passed several times; what is given is the first crossing, as :func:`~offramp.solve.api.solve` gives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from offramp.arrays import Floats, Ints
from offramp.errors import SolveError
from offramp.game.batch import Batch
from offramp.game.game import Game
from offramp.solve.api import checked_numbers
from offramp.solve.arrays import copy
from offramp.solve.backward import induce_backward
from offramp.solve.certificate import certify
from offramp.solve.driver import MAX_STEPS, affordable_workers, default_workers
from offramp.solve.jit import lean
from offramp.solve.nudge import FORKED, follow_nudged
from offramp.solve.path import OUT_OF_STEPS, REACHED, STALLED, Work, allocate_work, follow, start
from offramp.solve.plan import build_walk
from offramp.solve.result import RESIDUAL_TOLERANCE, Status
from offramp.solve.structure import BlockTape, Structure, scaled_leaves, scales, structure_of
from offramp.solve.tape import Tape
from offramp.solve.values import evaluate, load_draw

CHUNK = 8
"""Draws that one thread takes at a time."""


@dataclass(frozen=True, eq=False)
class Branch:
    """The logit equilibria of B draws at T precisions.

    Attributes
    ----------
    game : Game
    batch : Batch
        The payoffs and chance probabilities of the draws.
    precisions : float64[T]
        Increasing, per unit of each player's payoff range in the draw.
    log_strategies : float64[B, T, A]
        Log probability of each action given that its information set is reached; ``game.action_starts`` cuts A by set.
        NaN from the first precision on that could not be reached.
    values : float64[B, T, P]
        Expected payoff of each player, in the payoffs' own units; NaN as above.
    residuals : float64[B, T]
        Largest violation of the logit equations in log odds, by a second code path; infinite where there is no point.
    status : int32[B]
        A :class:`~offramp.solve.result.Status` per draw, for its worst precision.
    """

    game: Game
    batch: Batch
    precisions: Floats
    log_strategies: Floats
    values: Floats
    residuals: Floats
    status: Ints

    @property
    def num_draws(self) -> int:
        return len(self.status)

    @property
    def strategies(self) -> Floats:
        """float64[B, T, A]: the probability of each action given that its information set is reached."""
        probabilities: Floats = np.exp(self.log_strategies)
        return probabilities

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """bool[B]: draws of which every point may be believed."""
        return self.status <= Status.FORKED


def trace_branch(
    game: Game, payoffs: Floats, chance: Floats, precisions: Sequence[float] | Floats, *, workers: int | None = None
) -> Branch:
    """The principal branch of every draw, at each of ``precisions``.

    Parameters
    ----------
    game : Game
        The structure that all draws share.
    payoffs : float64[B, L, P]
    chance : float64[B, E]
    precisions : T floats
        At least 0 and increasing; per unit of each player's payoff range in the draw.
    workers : int, optional
        Threads; the result does not depend on it.

    Raises
    ------
    SolveError
        If shapes do not fit, payoffs are not finite, chance is not a probability, or the precisions do not increase.

    Examples
    --------
    >>> from offramp.game.efg import read_efg
    >>> file = read_efg('EFG 2 R "t" { "A" } p "" 1 1 "" { "l" "r" } 0 t "" 1 "" { 0 } t "" 2 "" { 1 }')
    >>> trace_branch(file.game, file.payoffs, file.chance, [0, 1, 10]).strategies.round(3)[0]
    array([[0.5  , 0.5  ],
           [0.269, 0.731],
           [0.   , 1.   ]])
    """
    payoffs, chance = checked_numbers(game, payoffs, chance)
    row = _checked_precisions(precisions)
    batch = Batch.of(payoffs, chance)
    structure = structure_of(game, batch)
    low, ranges = scales(structure, batch)
    traced = []
    for block in structure.blocks:
        leaves = scaled_leaves(block.tape, batch, low, ranges)
        traced.append(_trace_block(block, leaves, chance, row, workers or default_workers()))
    scaled = (payoffs - low[:, None, :]) / ranges[:, None, :]
    logs = _join(structure, [each for each, _ in traced], scaled, chance, row)
    ends = np.array([each for _, each in traced], dtype=np.int32).reshape(-1, len(payoffs))
    return _certified(game, batch, row, logs, ends)


def _checked_precisions(precisions: Sequence[float] | Floats) -> Floats:
    row = np.asarray(precisions, dtype=np.float64)
    fine = row.ndim == 1 and len(row) > 0 and np.isfinite(row).all()
    if not (fine and row[0] >= 0 and (np.diff(row) > 0).all()):
        raise SolveError(f"found the precisions {precisions!r}; give finite numbers from 0 on, each larger than before")
    return row


def _trace_block(
    block: BlockTape, leaves: Floats, chance: Floats, precisions: Floats, workers: int
) -> tuple[Floats, Ints]:
    """Log probabilities [B, T, A of the block], NaN where there are none, and how each draw ended [B]."""
    logs = np.full((len(leaves), len(precisions), len(block.actions)), np.nan)
    ends = np.full(len(leaves), STALLED, dtype=np.int32)
    stop = np.zeros(1, dtype=np.int32)
    rates = np.ones(int(block.tape.infoset_players.max(initial=0)) + 1)

    def trace_chunk(first: int) -> None:
        draws = slice(first, first + CHUNK)
        work = allocate_work(block.tape, stop)
        numbers = leaves[draws], chance[draws], rates, precisions
        trace_branches(block.tape, *numbers, MAX_STEPS, work, logs[draws], ends[draws])

    with ThreadPoolExecutor(affordable_workers(block.tape, workers)) as pool:
        try:
            list(pool.map(trace_chunk, range(0, len(leaves), CHUNK)))
        except BaseException:
            stop[0] = 1  # the kernels then return within a step
            raise
    return logs, ends


@lean
def trace_branches(
    tape: Tape,
    leaves: Floats,
    chance: Floats,
    rates: Floats,
    precisions: Floats,
    max_steps: int,
    work: Work,
    logs: Floats,
    ends: Ints,
) -> None:
    """Follow the branch of each draw of ``leaves[B, Z]`` (scaled to [0, 1]) to each of ``precisions[T]`` in turn.

    Writes ``logs[B, T, A]`` up to the last precision reached, and how each draw ended to ``ends[B]``. From a fork on,
    each point is looked for on a nudged branch.
    """
    for draw in range(len(leaves)):
        load_draw(tape, leaves[draw], chance[draw], work.state)
        orientation = start(tape, rates, work)
        end = REACHED
        for t in range(len(precisions)):
            found = False
            if end == REACHED:
                end = follow(tape, rates, precisions[t], orientation, max_steps, False, work)
                found = end == REACHED
            if not found and work.stop[0] == 0:
                found = follow_nudged(tape, leaves[draw], rates, precisions[t], max_steps, work)
                end = FORKED if found else end
            if not found:
                end = OUT_OF_STEPS if end == OUT_OF_STEPS else STALLED
                break
            evaluate(tape, work.here, work.state)
            copy(work.state.logs, logs[draw, t])
        ends[draw] = end


def _join(structure: Structure, traced: Sequence[Floats], scaled: Floats, chance: Floats, precisions: Floats) -> Floats:
    """Log probabilities [T, B, A] of the whole game: those of the blocks, and the logit of the values below elsewhere.

    Where a block has no point, the whole game has none (NaN).
    """
    game = structure.game
    logs = np.zeros((len(precisions), len(scaled), int(game.action_starts[-1])))
    solved = np.zeros(game.num_infosets, dtype=np.int32)
    for block, each in zip(structure.blocks, traced, strict=True):
        logs[:, :, block.actions] = each.transpose(1, 0, 2)
        solved[block.infosets] = 1
    missing = np.isnan(logs).any(axis=2)
    if not solved.all():
        walk = build_walk(game)
        for precision, each in zip(precisions.tolist(), logs, strict=True):
            induce_backward(walk, solved, scaled, chance, np.full((len(scaled), game.num_players), precision), each)
    logs[missing] = np.nan
    return logs


def _certified(game: Game, batch: Batch, precisions: Floats, logs: Floats, ends: Ints) -> Branch:
    """Assess every point anew and give every draw its status; ``ends`` int32[blocks, B]."""
    shape = (batch.num_draws, len(precisions))
    values, residuals = np.empty((*shape, game.num_players)), np.empty(shape)
    for t, precision in enumerate(precisions.tolist()):
        wanted = np.full((batch.num_draws, game.num_players), precision)
        point = certify(game, batch, logs[t], precisions=wanted)
        missing = np.isnan(logs[t]).any(axis=1)
        values[:, t] = np.where(missing[:, None], np.nan, point.values)
        residuals[:, t] = np.where(missing, np.inf, point.residuals)
    fine = (residuals <= RESIDUAL_TOLERANCE * np.maximum(1.0, precisions)).all(axis=1)
    status = np.full(batch.num_draws, Status.CONVERGED if len(ends) else Status.EXACT, dtype=np.int32)
    status[(ends == FORKED).any(axis=0)] = Status.FORKED
    status[~fine] = Status.INEXACT
    status[(ends == STALLED).any(axis=0)] = Status.STALLED
    status[(ends == OUT_OF_STEPS).any(axis=0)] = Status.OUT_OF_STEPS
    return Branch(game, batch, precisions, np.ascontiguousarray(logs.transpose(1, 0, 2)), values, residuals, status)
