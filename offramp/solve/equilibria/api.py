"""Several equilibria of every draw: ``method="probe"`` looks for them, ``method="all"`` lists them in small games."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Literal, NamedTuple, TypedDict, Unpack

import numpy as np
import numpy.typing as npt

from offramp.errors import SolveError
from offramp.game.game import Floats, Game, Ints
from offramp.solve.api import solve
from offramp.solve.certificate import assess_profile, payoff_ranges
from offramp.solve.driver import default_workers
from offramp.solve.equilibria import exact, many
from offramp.solve.equilibria.agents import allocate_work
from offramp.solve.equilibria.dominance import allocate_bounds
from offramp.solve.equilibria.newton import list_equilibria
from offramp.solve.equilibria.probe import SAME_PLAY, draw_starts, probe_draws
from offramp.solve.equilibria.result import ISOLATED, UNSURE, Equilibria
from offramp.solve.equilibria.supports import list_play
from offramp.solve.jit import is_compiled
from offramp.solve.plan import build_plan
from offramp.solve.result import REGRET_TOLERANCE

LOG = logging.getLogger(__name__)

CHUNK = 8
"""Draws that one thread takes at a time."""

PROBE_UNKNOWNS = 1500
"""Most log odds with which a game is probed: every start factors matrices of this size."""

PROBE_NOTE = (
    "equilibria found from random starts; others may exist, in particular such as rest on beliefs off the path that no "
    "start led to; a draw counts as complete only where conditional dominance leaves one way to play on the path"
)


class Running(TypedDict, total=False):
    """How a search is run, without any effect on what it finds.

    ``workers`` are threads (by default as in ``solve``); ``progress`` is called with the draws done and their total.
    """

    workers: int | None
    progress: Callable[[int, int], None] | None


class Found(NamedTuple):
    """What a method adds to the principal equilibrium: K profiles by draw, and how sure the lists are."""

    draw: Ints  # [K]
    logs: Floats  # [K, A]
    kind: Ints  # [K]
    complete: npt.NDArray[np.bool_]  # [B]
    unresolved: Ints  # [B]
    note: str


def find_equilibria(
    game: Game,
    payoffs: Floats,
    chance: Floats,
    *,
    method: Literal["probe", "all"],
    starts: int = 24,
    seed: int = 0,
    **running: Unpack[Running],
) -> Equilibria:
    """Distinct sequential equilibria of every draw, told apart by behaviour on the path.

    Parameters
    ----------
    game : Game
    payoffs : float64[B, L, P]
    chance : float64[B, E]
    method : "probe" or "all"
        ``"probe"`` follows ``starts`` bent branches and branches found by Newton's method, for games of any size that
        ``solve`` takes. ``"all"`` is for small games: with at most two movers every equilibrium is found exactly by
        linear systems over supports; with more, supports are searched by Newton's method, which can miss some.
    starts : int, optional
        Starts per draw (``"all"`` with three movers or more: starts per support are fewer and fixed).
    seed : int, optional
        Of the starts. A draw's equilibria depend on it and on the draw's own numbers only.
    workers : int, optional
        Threads; by default as in ``solve``. The result does not depend on it.
    progress : callable, optional
        Called with the draws done and their total.

    Returns
    -------
    Equilibria

    Raises
    ------
    SolveError
        If the arguments do not fit the game, or the game is too large for ``method``.

    Examples
    --------
    >>> from offramp.game.nfg import read_nfg
    >>> file = read_nfg('NFG 1 R "sexes" { "A" "B" } { 2 2 } 2 1 0 0 0 0 1 2')
    >>> found = find_equilibria(file.game, file.payoffs, file.chance, method="all")
    >>> found.counts, found.complete
    (array([3], dtype=int32), array([ True]))
    """
    if method not in ("probe", "all"):
        raise SolveError(f"method is {method!r}; it takes 'probe' or 'all'")
    if starts < 1:
        raise SolveError(f"starts is {starts}; it takes at least 1")
    workers = running.get("workers") or default_workers()
    progress = running.get("progress")
    if method == "all":
        _check_small(game)
    else:
        _check_probe(game)
    solutions = solve(game, payoffs, chance, workers=workers)
    payoffs, chance = np.ascontiguousarray(payoffs, float), np.ascontiguousarray(chance, float)
    low, ranges = payoff_ranges(payoffs)
    scaled = (payoffs - low[:, None, :]) / ranges[:, None, :]
    _announce(method, game)
    search = _searcher(game, method, starts, seed)
    found = _search(search, scaled, chance, solutions.strategies, workers, progress)
    return _certify(game, payoffs, chance, solutions.log_strategies, found)


def _announce(method: str, game: Game) -> None:
    """Say so where the first call must compile."""
    listing = list_play if len(np.unique(game.infoset_players)) <= 2 else list_equilibria
    if game.num_infosets and not is_compiled(probe_draws if method == "probe" else listing):
        LOG.info("compiling the search for several equilibria for this machine, once (about half a minute)")


def _check_probe(game: Game) -> None:
    unknowns = int((game.num_actions - 1).sum())
    if unknowns > PROBE_UNKNOWNS:
        raise SolveError(
            f"the game has {unknowns:,} choice probabilities; a probe takes {PROBE_UNKNOWNS:,} at most: "
            "use a coarser grid or fewer options"
        )


def _check_small(game: Game) -> None:
    if len(np.unique(game.infoset_players)) <= 2:
        exact.check_size(game)
    else:
        many.check_size(game)


Searcher = Callable[[Floats, Floats, Floats], Found]
"""From scaled payoffs, chance and principal strategies of some draws to what else there is in them."""


def _searcher(game: Game, method: str, starts: int, seed: int) -> Searcher:
    if game.num_infosets == 0:
        return lambda payoffs, chance, strategies: _nothing(len(payoffs), "nobody has a choice")
    if method == "probe":
        return _prober(game, starts, seed)
    if len(np.unique(game.infoset_players)) <= 2:
        lister = exact.Lister(game)
        return lambda payoffs, chance, strategies: Found(*lister.list_draws(payoffs, chance), exact.NOTE)
    others = many.Lister(game, seed)
    return lambda payoffs, chance, strategies: Found(*others.list_draws(payoffs, chance), many.NOTE)


def _nothing(num_draws: int, note: str) -> Found:
    none = np.zeros(0, dtype=np.int32)
    return Found(
        none, np.zeros((0, 0)), none, np.ones(num_draws, dtype=np.bool_), np.zeros(num_draws, dtype=np.int32), note
    )


def _prober(game: Game, starts: int, seed: int) -> Searcher:
    plan = build_plan(game)
    points = draw_starts(starts, plan.num_variables, game.num_infosets, seed)
    stop = np.zeros(1, dtype=np.int32)

    def search(payoffs: Floats, chance: Floats, strategies: Floats) -> Found:
        work = allocate_work(plan, game.num_players, stop)
        logs = np.empty((len(payoffs), starts, strategies.shape[1]))
        counts, settled = np.zeros((2, len(payoffs)), dtype=np.int32)
        bounds = allocate_bounds(game.num_nodes, game.num_infosets, game.num_players)
        probe_draws(plan, payoffs, chance, strategies, points, work, bounds, logs, counts, settled)
        kept = np.arange(starts) < counts[:, None]
        draw = np.repeat(np.arange(len(payoffs)), counts).astype(np.int32)
        kind = np.full(len(draw), UNSURE, dtype=np.int32)
        return Found(draw, logs[kept], kind, settled == 1, np.zeros(len(payoffs), dtype=np.int32), PROBE_NOTE)

    return search


def _search(
    search: Searcher,
    payoffs: Floats,
    chance: Floats,
    strategies: Floats,
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> Found:
    """Run ``search`` over chunks of draws in threads and put its results together in the order of draws."""
    pool = ThreadPoolExecutor(workers)
    try:
        futures = {
            pool.submit(search, *(part[first : first + CHUNK] for part in (payoffs, chance, strategies))): first
            for first in range(0, len(payoffs), CHUNK)
        }
        done = 0
        for future in as_completed(futures):
            done += len(future.result().complete)
            if progress is not None:
                progress(done, len(payoffs))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return _concatenate([(first, future.result()) for future, first in futures.items()])


def _concatenate(parts: Iterable[tuple[int, Found]]) -> Found:
    firsts, found = zip(*parts, strict=True)
    return Found(
        np.concatenate([first + part.draw for first, part in zip(firsts, found, strict=True)]).astype(np.int32),
        np.concatenate([part.logs for part in found]),
        np.concatenate([part.kind for part in found]),
        np.concatenate([part.complete for part in found]),
        np.concatenate([part.unresolved for part in found]),
        found[0].note,
    )


def _certify(game: Game, payoffs: Floats, chance: Floats, principal: Floats, found: Found) -> Equilibria:
    """Put the principal equilibrium first in every draw, drop its double and whatever the certificate refuses."""
    num_draws = len(payoffs)
    draw = np.concatenate([np.arange(num_draws), found.draw]).astype(np.int32)
    logs = np.concatenate([principal, found.logs.reshape(len(found.draw), -1)]) if len(found.draw) else principal
    kind = np.concatenate([np.full(num_draws, UNSURE), found.kind]).astype(np.int32)
    first = np.arange(len(draw)) < num_draws
    assessment = assess_profile(game, payoffs[draw], chance[draw], logs)
    regret = assessment.regrets.max(axis=1, initial=0.0)
    plays = played(game, assessment.reach, assessment.strategies)
    double = ~first & (np.abs(plays - plays[draw]).max(axis=1, initial=0.0) <= SAME_PLAY)
    matched = (
        (np.bincount(found.draw, minlength=num_draws) == 0) & found.complete & (regret[:num_draws] <= REGRET_TOLERANCE)
    )
    kind[:num_draws][matched] = ISOLATED
    matched[draw[double]] = True
    kind[draw[double]] = kind[double]
    refused = ~first & ~(regret <= REGRET_TOLERANCE)
    unresolved = found.unresolved + np.bincount(draw[refused & ~double], minlength=num_draws)
    kept = np.flatnonzero(~double & ~refused)
    kept = kept[np.lexsort((kept, draw[kept]))]
    sure = found.complete & matched & (unresolved == 0)
    sure[draw[kept[kind[kept] == UNSURE]]] = False
    return Equilibria(
        game=game,
        draw=draw[kept],
        log_strategies=logs[kept],
        values=assessment.values[kept],
        max_regret=regret[kept],
        kind=kind[kept],
        principal=first[kept],
        complete=sure,
        unresolved=unresolved.astype(np.int32),
        note=found.note,
    )


def played(game: Game, reach: Floats, strategies: Floats) -> Floats:
    """float64[K, A]: how often each action is played, from ``reach[K, N]`` and ``strategies[K, A]``."""
    sets = np.zeros((len(reach), game.num_infosets))
    for infoset, nodes in enumerate(game.members):
        sets[:, infoset] = reach[:, nodes].sum(axis=1)
    return np.asarray(np.repeat(sets, game.num_actions, axis=1) * strategies)
