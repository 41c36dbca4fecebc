"""Solve a batch of draws of one game to certified equilibria.

The default answer is the sequential equilibrium to which the principal branch of the logit agent quantal response
equilibrium leads as precision grows (McKelvey & Palfrey 1998; Turocy 2010); at a given precision it is that
equilibrium itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from offramp.errors import SolveError
from offramp.game.batch import Batch
from offramp.game.game import CHANCE_NODE, Floats, Game, Ints
from offramp.solve.backward import induce_backward
from offramp.solve.certificate import certify
from offramp.solve.driver import Schedule, default_workers, trace_block
from offramp.solve.nudge import FORKED
from offramp.solve.path import EVALUATIONS, FACTORS, JUMPS, NUM_COUNTS, OUT_OF_STEPS, STALLED, STEPS
from offramp.solve.plan import build_walk
from offramp.solve.result import REGRET_TOLERANCE, RESIDUAL_TOLERANCE, Method, Solutions, Status
from offramp.solve.structure import Structure, scaled_leaves, scales, structure_of
from offramp.solve.tracing import Traces

TARGET_PRECISION = 1e6
"""Where the branch is left for the polish: conditional regret there is at most log(actions) / 1e6."""

CHANCE_TOLERANCE = 1e-9
Progress = Callable[[int, int], None]
Precision = float | Sequence[float] | Floats | None


def solve(
    game: Game,
    payoffs: Floats,
    chance: Floats,
    *,
    precision: Precision = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Solutions:
    """Certified equilibria of every draw.

    Parameters
    ----------
    game : Game
        The structure that all draws share.
    payoffs : float64[B, L, P]
    chance : float64[B, E]
        Probability of each chance branch; those of one chance node sum to 1 within ``CHANCE_TOLERANCE``.
    precision : float, P floats, float64[B, 1] or float64[B, P], optional
        Solve for the quantal response equilibrium at this precision, per unit of each player's payoff range in the
        draw, instead of its limit: one for all, one a player, one a draw, or one a player in each draw.
    workers : int, optional
        Threads; by default ``NUMBA_NUM_THREADS`` or the machine's cores. The result does not depend on it.
    progress : callable, optional
        Called with the draws done and their total.

    Returns
    -------
    Solutions

    Raises
    ------
    SolveError
        If shapes do not fit, payoffs are not finite, or chance is not a probability.

    Examples
    --------
    >>> from offramp.game.efg import read_efg
    >>> file = read_efg('EFG 2 R "t" { "A" } p "" 1 1 "" { "l" "r" } 0 t "" 1 "" { 0 } t "" 2 "" { 1 }')
    >>> solve(file.game, file.payoffs, file.chance).strategies
    array([[0., 1.]])
    """
    payoffs, chance = checked_numbers(game, payoffs, chance)
    return _solve(game, Batch.of(payoffs, chance), precision, workers, progress)


def solve_batch(
    game: Game,
    batch: Batch,
    *,
    precision: Precision = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Solutions:
    """Certified equilibria of every draw of ``batch``, as :func:`solve` gives them.

    Numbers that share a column of the batch are computed once, so this is the quicker of the two.

    Raises
    ------
    SolveError
        As :func:`solve`.
    """
    _check_batch(game, batch)
    return _solve(game, batch, precision, workers, progress)


def _solve(game: Game, batch: Batch, precision: Precision, workers: int | None, progress: Progress | None) -> Solutions:
    schedule = _schedule(game, batch.num_draws, precision)
    structure = structure_of(game, batch)
    low, ranges = scales(structure, batch)
    done = _counter(progress, batch.num_draws, len(structure.blocks))
    threads = workers or default_workers()
    traced = []
    for block in structure.blocks:
        leaves = scaled_leaves(block.tape, batch, low, ranges)
        traced.append(trace_block(block, leaves, batch.chance_cells, schedule, threads, done))
    logs = _join(structure, batch, low, ranges, traced, schedule)
    return _certify(game, batch, schedule, logs, traced, threads)


def checked_numbers(game: Game, payoffs: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Both as contiguous arrays; raises SolveError where :func:`solve` says so."""
    payoffs = np.ascontiguousarray(payoffs, dtype=np.float64)
    chance = np.ascontiguousarray(chance, dtype=np.float64)
    leaves, branches = len(game.leaves), game.num_chance_branches
    if payoffs.ndim != 3 or payoffs.shape[1:] != (leaves, game.num_players) or not len(payoffs):
        raise SolveError(
            f"payoffs have shape {payoffs.shape}, not (draws, {leaves} leaves, {game.num_players} players)"
        )
    if chance.shape != (len(payoffs), branches):
        raise SolveError(f"chance has shape {chance.shape}, not ({len(payoffs)} draws, {branches} branches)")
    if not np.isfinite(payoffs).all():
        draw, leaf, player = np.argwhere(~np.isfinite(payoffs))[0]
        raise SolveError(f"the payoff of {game.players[player]!r} at leaf {leaf} is not finite in draw {draw}")
    _check_chance(game, chance, np.arange(branches, dtype=np.int32))
    return payoffs, chance


def _check_batch(game: Game, batch: Batch) -> None:
    leaves, branches = len(game.leaves), game.num_chance_branches
    if batch.payoff_index.shape != (leaves, game.num_players) or batch.chance_index.shape != (branches,):
        raise SolveError(
            f"the batch is for {batch.payoff_index.shape} leaves and players and {len(batch.chance_index)} chance "
            f"branches, the game has {(leaves, game.num_players)} and {branches}"
        )
    if not batch.num_draws:
        raise SolveError("the batch holds no draws; give at least one")
    if not np.isfinite(batch.payoff_cells).all():
        draw, cell = np.argwhere(~np.isfinite(batch.payoff_cells))[0]
        raise SolveError(f"payoff {cell} of the batch is not finite in draw {draw}")
    _check_chance(game, batch.chance_cells, batch.chance_index)


def _check_chance(game: Game, cells: Floats, index: Ints) -> None:
    """Raise SolveError unless ``cells[B, D]`` are probabilities that sum to 1 at each chance node."""
    known: set[tuple[int, ...]] = set()
    for node in np.flatnonzero(game.node_players == CHANCE_NODE).tolist():
        columns = index[game.chance_index[game.children_of(node)]]
        if tuple(columns.tolist()) in known:
            continue
        known.add(tuple(columns.tolist()))
        share = cells[:, columns]
        wrong = (share < 0).any(axis=1) | ~(np.abs(share.sum(axis=1) - 1) <= CHANCE_TOLERANCE)
        if wrong.any():
            draw = int(np.flatnonzero(wrong)[0])
            raise SolveError(
                f"chance at node {node} is {share[draw].tolist()} in draw {draw}: not probabilities that sum to 1"
            )


def _schedule(game: Game, num_draws: int, precision: Precision) -> Schedule:
    shape = (num_draws, game.num_players)
    if precision is None:
        return Schedule(np.ones(shape), np.full(num_draws, TARGET_PRECISION), limit=True)
    wanted = np.asarray(precision, dtype=np.float64)
    if wanted.shape not in ((), shape[1:], (num_draws, 1), shape):
        raise SolveError(
            f"precision has {wanted.size} entries, as {wanted.shape}; it takes one number, one per player "
            f"({game.num_players}), or an array ({num_draws} draws, 1 or {game.num_players})"
        )
    if not (np.isfinite(wanted).all() and (wanted >= 0).all()):
        raise SolveError(f"precision is {precision!r}; it takes finite numbers of at least 0, or None for the limit")
    wanted = np.broadcast_to(wanted, shape)
    targets = wanted.max(axis=1, initial=0.0)
    targets[targets == 0.0] = 1.0
    return Schedule(wanted / targets[:, None], targets, limit=False)


def _counter(progress: Progress | None, num_draws: int, num_blocks: int) -> Callable[[int], None]:
    """A callback that turns finished draws of blocks into finished draws and reports them."""
    done = 0

    def add(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done // num_blocks, num_draws)

    return add


def _join(
    structure: Structure, batch: Batch, low: Floats, ranges: Floats, traced: Sequence[Traces], schedule: Schedule
) -> Floats:
    """Log probabilities ``[B, A]`` of the whole game: those traced in the blocks, backward induction elsewhere."""
    game = structure.game
    if len(traced) == 1 and len(structure.blocks[0].infosets) == game.num_infosets:
        return traced[0].logs
    logs = np.zeros((batch.num_draws, int(game.action_starts[-1])))
    solved = np.zeros(game.num_infosets, dtype=np.int32)
    for block, traces in zip(structure.blocks, traced, strict=True):
        logs[:, block.actions] = traces.logs
        solved[block.infosets] = 1
    if not solved.all():
        precisions = np.full_like(schedule.rates, np.inf) if schedule.limit else schedule.precisions
        scaled = (batch.payoffs() - low[:, None, :]) / ranges[:, None, :]
        induce_backward(build_walk(game), solved, scaled, batch.chance(), precisions, logs)
    return logs


def _certify(
    game: Game, batch: Batch, schedule: Schedule, logs: Floats, traced: Sequence[Traces], workers: int
) -> Solutions:
    """Assess the profiles anew and give every draw its status."""
    num_draws = batch.num_draws
    ends = np.array([traces.ends for traces in traced]).reshape(-1, num_draws)
    reached = np.array([traces.reached for traces in traced]).reshape(-1, num_draws)
    if schedule.limit:
        precisions, tolerances = None, np.full(num_draws, REGRET_TOLERANCE)
    else:
        precisions = schedule.precisions
        tolerances = RESIDUAL_TOLERANCE * np.maximum(1.0, schedule.targets)
    certified = certify(game, batch, logs, precisions=precisions, workers=workers)
    fine = certified.residuals <= tolerances
    status = np.full(num_draws, Status.CONVERGED if traced else Status.EXACT, dtype=np.int32)
    status[(ends == FORKED).any(axis=0)] = Status.FORKED
    status[~fine] = Status.INEXACT
    status[(ends == STALLED).any(axis=0) & ~fine] = Status.STALLED
    status[(ends == OUT_OF_STEPS).any(axis=0) & ~fine] = Status.OUT_OF_STEPS
    unlimited = np.inf if schedule.limit else schedule.targets
    counts = sum((traces.counts for traces in traced), np.zeros((num_draws, NUM_COUNTS), dtype=np.int32))
    method = np.full(num_draws, Method.DOMINANCE if traced else Method.BACKWARD, dtype=np.int32)
    for traces in traced:
        method[traces.traced == 1] = Method.BRANCH
    return Solutions(
        game=game,
        batch=batch,
        log_strategies=logs,
        values=certified.values,
        regrets=certified.regrets,
        residuals=certified.residuals,
        status=status,
        precisions=np.minimum(reached.min(axis=0, initial=np.inf), unlimited),
        steps=counts[:, STEPS],
        jumps=counts[:, JUMPS],
        method=method,
        evaluations=counts[:, EVALUATIONS],
        factorisations=counts[:, FACTORS],
    )
