"""The principal branch by very small steps: slow, plain NumPy, and nothing from ``offramp.solve``.

A judge of what a faster path follower may get wrong, a jump to another branch. It writes the logit equations down in
another way than the solver does: every action value is a sum over the leaves below the action,

    Q[h, a] = sum over leaves l below (h, a) of  exp(log p(l) - log pi(a | h) - log R(h)) u(l),

where p(l) is the probability of the path to l and R(h) that of reaching h, so that values and slopes are products with
0-1 matrices of paths. The branch ``z = s rate (Q[h, a] - Q[h, 0])`` is followed from z = 0, s = 0 by a predictor of
second order and Newton's method, all draws side by side but each with its own step. A step is taken only if the
corrector hardly moves the prediction, in log odds, probabilities and beliefs, if the branch hardly turns, and if the
determinant of the bordered Jacobian keeps its sign. Where no step is small enough for that, the branch forks (or the
arithmetic ends) and the draw says so. A fork at which two eigenvalues change sign at once, as among three choices that
are alike in everything, keeps the sign of the determinant and is not seen.

For small games: the arrays are [B, terms, A].
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from offramp.game.game import CHANCE_NODE, Game

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TARGET = 1e6
LARGEST_STEP = 0.05
"""In every coordinate x relative to 1 + |x|."""

SMALLEST_STEP = 1e-7
LARGEST_MOVE = 0.01
"""Most by which the corrector may move log odds (relative to 1 + |z|), probabilities or beliefs."""

AIM = 0.002
SMALLEST_COSINE = 0.98
NEWTON_LIMIT = 8
TOLERANCE = 1e-10
ROUNDING = 1e-8
"""Newton stops at corrections of the log odds below ``TOLERANCE`` and this much per unit of s: beliefs rest on
differences of log odds as large as s."""

MAX_STEPS = 5_000


class FineEnds(NamedTuple):
    """Where the branch of each draw led.

    Attributes
    ----------
    log_strategies : float64[B, A]
    values : float64[B, P]
        In the payoffs' own units.
    precisions : float64[B]
        The precision that was reached: the target, except where the branch could not be followed.
    forked : bool[B]
        Draws that were left where they are because the determinant changes sign within the smallest step: branches
        cross there.
    stuck : bool[B]
        Draws that were left for another reason.
    steps : int64[B]
        Steps taken.
    """

    log_strategies: Floats
    values: Floats
    precisions: Floats
    forked: Flags
    stuck: Flags
    steps: Ints

    @property
    def reached(self) -> Flags:
        """bool[B]: draws whose branch was followed to the target."""
        return ~(self.forked | self.stuck)


class Paths:
    """The 0-1 matrices of one structure. A term is a pair of an action of an information set and a leaf below it."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.starts = game.action_starts[:-1].astype(np.int64)
        self.owners = np.repeat(np.arange(game.num_infosets), game.num_actions)
        """[A]: the information set of each action."""
        self.others = np.setdiff1d(np.arange(len(self.owners)), self.starts)
        """[V]: the actions that are not the first of their set."""
        nodes, chance = self._node_paths()
        self.leaf_actions = nodes[game.leaves]
        self.leaf_chance = chance[game.leaves]
        self.members = np.concatenate(game.members)
        self.member_starts = np.cumsum([0, *(len(each) for each in game.members[:-1])])
        self.member_owners = np.repeat(np.arange(game.num_infosets), [len(each) for each in game.members])
        self.member_actions = nodes[self.members]
        self.member_chance = chance[self.members]
        term_actions, self.term_leaves = np.nonzero(self.leaf_actions.T)
        self.term_starts = np.searchsorted(term_actions, np.arange(len(self.owners)))
        self.term_actions = term_actions
        self.term_players = game.infoset_players[self.owners[term_actions]]
        self.term_paths = self.leaf_actions[self.term_leaves] - np.eye(len(self.owners))[term_actions]

    def _node_paths(self) -> tuple[Floats, Floats]:
        """Which actions [N, A] and which chance branches [N, E] lie above each node."""
        game = self.game
        actions = np.zeros((game.num_nodes, len(self.owners)))
        chance = np.zeros((game.num_nodes, game.num_chance_branches))
        for node in range(1, game.num_nodes):
            parent = int(game.parents[node])
            actions[node], chance[node] = actions[parent], chance[parent]
            if game.node_players[parent] == CHANCE_NODE:
                chance[node, game.chance_index[node]] = 1.0
            else:
                actions[node, self.starts[game.node_infosets[parent]] + game.arrivals[node]] = 1.0
        return actions, chance

    def logs(self, odds: Floats) -> Floats:
        """Log probabilities [B, A] from the log odds [B, V] against each set's first action."""
        full = np.zeros((len(odds), len(self.owners)))
        full[:, self.others] = odds
        return full - np.logaddexp.reduceat(full, self.starts, axis=1)[:, self.owners]


class Draws(NamedTuple):
    """The numbers of B draws: payoffs scaled to [0, 1] at each term, log chance of leaves and of members, rates."""

    payoffs: Floats  # [B, T]
    leaf_chance: Floats  # [B, L]
    member_chance: Floats  # [B, M]
    rates: Floats  # [B, V]

    def pick(self, draws: Ints | Flags) -> Draws:
        return Draws(*(array[draws] for array in self))


class Point(NamedTuple):
    """The equations at some log odds and s: residual F, its Jacobian, and what the players do and believe."""

    residual: Floats  # [B, V]
    jacobian: Floats  # [B, V, V + 1]
    choices: Floats  # [B, A + M]: probabilities of actions, then beliefs


def evaluate(paths: Paths, draws: Draws, x: Floats) -> Point:
    """The logit equations at ``x[B, V + 1]``: log odds, then s."""
    odds, s = x[:, :-1], x[:, -1:]
    logs = paths.logs(odds)
    reach = logs @ paths.member_actions.T + draws.member_chance
    sums = np.logaddexp.reduceat(reach, paths.member_starts, axis=1)
    beliefs = np.exp(reach - sums[:, paths.member_owners])
    leaves = logs @ paths.leaf_actions.T + draws.leaf_chance
    below = leaves[:, paths.term_leaves] - logs[:, paths.term_actions] - sums[:, paths.owners[paths.term_actions]]
    worth = np.exp(below) * draws.payoffs
    q = np.add.reduceat(worth, paths.term_starts, axis=1)
    slopes = np.add.reduceat(worth[:, :, None] * paths.term_paths, paths.term_starts, axis=1)
    arrival = np.add.reduceat(beliefs[:, :, None] * paths.member_actions, paths.member_starts, axis=1)
    slopes -= q[:, :, None] * arrival[:, paths.owners]
    probabilities = np.exp(logs)
    by_set = np.add.reduceat(slopes, paths.starts, axis=2)[:, :, paths.owners]
    slopes = (slopes - probabilities[:, None, :] * by_set)[:, :, paths.others]
    first, others = paths.starts[paths.owners[paths.others]], paths.others
    gains = draws.rates * (q[:, others] - q[:, first])
    jacobian = np.empty((len(x), len(others), len(others) + 1))
    jacobian[:, :, :-1] = np.eye(len(others)) - (s * draws.rates)[:, :, None] * (slopes[:, others] - slopes[:, first])
    jacobian[:, :, -1] = -gains
    return Point(odds - s * gains, jacobian, np.concatenate([probabilities, beliefs], axis=1))


class Corrected(NamedTuple):
    """What Newton's method makes of predictions."""

    x: Floats  # [B, V + 1]
    fine: Flags  # [B]
    signs: Floats  # [B]: of the determinant of the bordered Jacobian
    tangents: Floats  # [B, V + 1]
    moved: Floats  # [B]


def correct(paths: Paths, draws: Draws, guess: Floats, rows: Floats, weights: Floats) -> Corrected:
    """Newton's method from ``guess`` on the hyperplanes with normals ``rows``."""
    x = guess.copy()
    fine = np.ones(len(x), dtype=np.bool_)
    going = np.ones(len(x), dtype=np.bool_)
    before = np.full(len(x), np.inf)
    point = evaluate(paths, draws, x)
    guessed = point.choices
    for _ in range(NEWTON_LIMIT):
        bordered = np.concatenate([point.jacobian, rows[:, None, :]], axis=1)
        right = np.concatenate([-point.residual, np.zeros((len(x), 1))], axis=1)
        change, _ = solve_all(bordered, right)
        size = np.abs(change).max(axis=1)
        noise = TOLERANCE + ROUNDING * np.abs(x[:, -1])
        going &= np.isfinite(size) & (size > noise)
        fine &= np.isfinite(size) & ((size <= 0.5 * before) | (size <= 100.0 * noise))
        x[going & fine] += change[going & fine]
        before = size
        if not (going & fine).any():
            break
        point = evaluate(paths, draws, x)
    bordered = np.concatenate([point.jacobian, rows[:, None, :]], axis=1)
    tangents, signs = solve_all(bordered, np.eye(x.shape[1])[-1] * np.ones((len(x), 1)))
    moved = np.maximum(np.abs((x - guess) * weights).max(axis=1), np.abs(point.choices - guessed).max(axis=1))
    fine &= ~going & np.isfinite(tangents).all(axis=1) & np.isfinite(moved)
    return Corrected(x, fine, signs, tangents, moved)


def solve_all(matrices: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Solutions [B, V + 1], NaN where there is none, and signs of the determinants [B]."""
    usable: Flags = np.asarray(np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(right).all(axis=1))
    safe = np.where(usable[:, None, None], matrices, np.eye(matrices.shape[1]))
    signs = np.asarray(np.linalg.slogdet(safe)[0])
    safe[signs == 0.0] = np.eye(matrices.shape[1])
    solved = np.asarray(np.linalg.solve(safe, right[:, :, None])[:, :, 0])
    solved[~usable | (signs == 0.0)] = np.nan
    return solved, signs


class State:
    """The draws that are still being followed."""

    def __init__(self, x: Floats) -> None:
        self.index = np.arange(len(x))
        self.x = x
        self.earlier = np.full_like(x, np.nan)
        self.tangents = np.zeros_like(x)
        self.steps = np.full(len(x), 0.01)
        self.tried = np.zeros(len(x), dtype=np.int64)

    @property
    def weights(self) -> Floats:
        weights: Floats = 1.0 / (1.0 + np.abs(self.x))
        return weights

    def keep(self, which: Flags) -> None:
        for name in ("index", "x", "earlier", "tangents", "steps", "tried"):
            setattr(self, name, getattr(self, name)[which])

    def predict(self, target: float) -> tuple[Floats, Flags]:
        """Predictions of second order, cut at s = ``target`` if they pass it, and which do."""
        weights = self.weights
        back = self.earlier - self.x
        lengths = -(back * self.tangents * weights**2).sum(axis=1) / (self.tangents**2 * weights**2).sum(axis=1)
        bend = (back + lengths[:, None] * self.tangents) / lengths[:, None] ** 2
        bend[~np.isfinite(bend).all(axis=1)] = 0.0
        guess = self.x + self.steps[:, None] * self.tangents + self.steps[:, None] ** 2 * bend
        arrives = guess[:, -1] >= target
        share = (target - self.x[:, -1]) / np.where(arrives, guess[:, -1] - self.x[:, -1], 1.0)
        guess[arrives] = (self.x + share[:, None] * (guess - self.x))[arrives]
        guess[arrives, -1] = target
        return guess, arrives

    def accept(self, fine: Flags, corrected: Corrected) -> None:
        """Move the draws in ``fine`` on, and set the next step of all."""
        self.earlier[fine] = self.x[fine]
        self.x[fine] = corrected.x[fine]
        scaled = corrected.tangents / np.abs(corrected.tangents * self.weights).max(axis=1, keepdims=True)
        self.tangents[fine] = scaled[fine]
        growth = np.clip(np.cbrt(AIM / (corrected.moved + 1e-12)), 0.5, 1.5)
        self.steps = np.where(fine, np.minimum(LARGEST_STEP, self.steps * growth), 0.3 * self.steps)


def fine_limit(
    game: Game, payoffs: Floats, chance: Floats, *, precision: float = TARGET, rates: Floats | None = None
) -> FineEnds:
    """Where the principal branch leads, by small steps.

    Parameters
    ----------
    game : Game
    payoffs : float64[B, L, P]
    chance : float64[B, E]
        Positive.
    precision : float
        Where to stop, per unit of each player's payoff range in the draw. By default so large that what is found is the
        limit but for about 1e-6.
    rates : float64[P], optional
        Each player's precision in units of ``precision``; by default 1.

    Raises
    ------
    ValueError
        If a chance branch has probability zero.
    """
    if not (chance > 0).all():
        raise ValueError("a chance branch has probability zero: leave such draws out")
    paths = Paths(game)
    draws = _draws(paths, payoffs, chance, np.ones(game.num_players) if rates is None else rates)
    state = State(np.zeros((len(payoffs), len(paths.others) + 1)))
    _start(paths, draws, state)
    ends, forked, stuck, counts = state.x.copy(), *np.zeros((2, len(payoffs)), dtype=np.bool_), state.tried.copy()
    while len(state.index):
        guess, arrives = state.predict(precision)
        weights = state.weights
        rows = np.where(arrives[:, None], np.eye(guess.shape[1])[-1], state.tangents * weights**2)
        corrected = correct(paths, draws.pick(state.index), guess, rows, weights)
        cosines = _cosines(corrected.tangents * weights, state.tangents * weights)
        near = corrected.fine & (corrected.moved <= LARGEST_MOVE) & (cosines >= SMALLEST_COSINE)
        fine = near & (corrected.signs > 0)
        state.accept(fine, corrected)
        state.tried += 1
        arrived = fine & arrives
        failed = (state.steps < SMALLEST_STEP) | (state.tried > MAX_STEPS)
        ends[state.index] = state.x
        counts[state.index] = state.tried
        forked[state.index] = failed & near & (corrected.signs < 0)
        stuck[state.index] = failed & ~forked[state.index]
        state.keep(~(arrived | failed))
    there = ~(forked | stuck)
    ends[there] = _settled(paths, draws.pick(there), ends[there])
    logs = paths.logs(ends[:, :-1])
    return FineEnds(logs, _values(paths, payoffs, chance, logs), ends[:, -1], forked, stuck, counts)


def _draws(paths: Paths, payoffs: Floats, chance: Floats, rates: Floats) -> Draws:
    low, spread = payoffs.min(axis=1, keepdims=True), np.ptp(payoffs, axis=1, keepdims=True)
    scaled = (payoffs - low) / np.where(spread > 0, spread, 1.0)
    log_chance = np.log(chance)
    players = paths.game.infoset_players[paths.owners[paths.others]]
    return Draws(
        scaled[:, paths.term_leaves, paths.term_players],
        log_chance @ paths.leaf_chance.T,
        log_chance @ paths.member_chance.T,
        np.ones((len(payoffs), 1)) * rates[players],
    )


def _start(paths: Paths, draws: Draws, state: State) -> None:
    """The tangent at z = 0, s = 0, where the Jacobian with respect to z is the identity."""
    point = evaluate(paths, draws, state.x)
    tangents = np.concatenate([-point.jacobian[:, :, -1], np.ones((len(state.x), 1))], axis=1)
    state.tangents = tangents / np.abs(tangents).max(axis=1, keepdims=True)


def _settled(paths: Paths, draws: Draws, x: Floats) -> Floats:
    """Newton's method at fixed s as far as rounding lets the residual fall."""
    best, least = x, np.abs(evaluate(paths, draws, x).residual).max(axis=1, initial=0.0)
    for _ in range(4):
        point = evaluate(paths, draws, best)
        change, _ = solve_all(point.jacobian[:, :, :-1], -point.residual)
        tried = best.copy()
        tried[:, :-1] += change
        left = np.abs(evaluate(paths, draws, tried).residual).max(axis=1, initial=0.0)
        better = left < least
        best, least = np.where(better[:, None], tried, best), np.where(better, left, least)
    return best


def _cosines(a: Floats, b: Floats) -> Floats:
    cosines: Floats = (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return cosines


def _values(paths: Paths, payoffs: Floats, chance: Floats, logs: Floats) -> Floats:
    reach = np.exp(logs @ paths.leaf_actions.T + np.log(chance) @ paths.leaf_chance.T)
    values: Floats = np.einsum("bl,blp->bp", reach, payoffs)
    return values
