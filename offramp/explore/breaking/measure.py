"""What each party gains by keeping to the path, draw by draw.

The margin of a mover at an information set is the expected payoff of its best action that keeps to the path less that
of its best other action. Its beliefs are those of the play in which everyone before it kept to the path: a node counts
by its reach under the solved play, given that at each link one of the actions that hold is taken (the limit by
logarithms where the solved play takes none of them). What comes after is

- *as things stand*: the solved play;
- *if all after keep to it*: the same play, held to the path at every link.

By the one-shot-deviation principle (Hendon, Jacobsen & Sloth 1996) the path is played in an equilibrium only if no
margin on it is negative as things stand. The difference between the two is what the mover loses because it does not
trust those who come after.

Where would the path break, if each did its part until it is tempted? That is the play which leaves the path at every
information set with a negative margin and keeps to it elsewhere; where the margin is zero, as where the solved play
mixes, it leaves the path as often as that. The reach of its nodes gives the first break of each draw, with the private
types of a mover as they are linked from one move to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from offramp.arrays import Flags, Floats, Positions
from offramp.explore.batches import Progress, solve_in_batches
from offramp.explore.breaking.path import Fork, HoldingPath
from offramp.explore.summary import RARELY
from offramp.game.compile import Compiled
from offramp.scenario.draws import Draws
from offramp.solve.result import REGRET_TOLERANCE, Solutions

CHUNK_BYTES = 16 * 2**20
"""Most memory for the values of all nodes in the draws that are worked together."""


@dataclass(frozen=True, eq=False)
class Margins:
    """Margins at K links in B draws, over the mover's types as they are likely at the link.

    Attributes
    ----------
    mean : float64[K, B]
        In the mover's points.
    tempted : float64[K, B]
        Share of the types with a negative margin, beyond the solver's tolerance.
    tied : float64[K, B]
        Share of the types with a margin of zero, within it.
    loss : float64[K, B]
        What keeping to the path costs, over all types; nothing where the margin is not negative.
    broken : float64[V + 1, B]
        Where the path breaks first if each keeps to it until it is tempted: the probability for each move, and last
        that it holds. They fall short of 1 only by paths that leave the condition of the question.
    """

    mean: Floats
    tempted: Floats
    tied: Floats
    loss: Floats
    broken: Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """What is found in each of B draws, for K links, P parties, F forks.

    Attributes
    ----------
    answer, asked : float64[B]
        Probability of the headline answer given its condition, and of the condition. Where the condition is not met the
        answer is that of the play held to it; NaN where chance alone rules it out.
    payoffs : float64[P, B]
        Expected payoffs in the solved play.
    ranges : float64[P, B]
        The difference between each party's largest and smallest payoff.
    reach : float64[K, B]
        Probability that the path comes to each link if everyone before keeps to it.
    leaves : float64[K, B]
        Probability that the mover, come to the link on the path, leaves it in the solved play.
    stands, keeps : Margins
        As things stand, and if all after keep to the path.
    fork_reach : float64[F, B]
    fork_payoffs : float64[F, P, B]
        What each party has more after the first choice of the fork than after the second, as things stand.
    fork_answer : float64[F, B]
    doubtful : bool[B]
        Draws whose solution did not converge; they are part of every number all the same.
    """

    answer: Floats
    asked: Floats
    payoffs: Floats
    ranges: Floats
    reach: Floats
    leaves: Floats
    stands: Margins
    keeps: Margins
    fork_reach: Floats
    fork_payoffs: Floats
    fork_answer: Floats
    doubtful: Flags


Kind = TypeVar("Kind", "Measured", "Margins")


def measure(path: HoldingPath, compiled: Compiled, draws: Draws, *, progress: Progress | None = None) -> Measured:
    """Solve ``draws`` of ``compiled``, whose path this is, and measure each.

    Raises
    ------
    EvaluationError
        If a draw has no finite payoffs.
    """
    game = path.paths.game
    size = max(1, CHUNK_BYTES // (8 * game.num_nodes * (game.num_players + 2)))
    parts: list[Measured] = []
    for first, solutions in solve_in_batches(compiled, draws, progress=progress):
        done = range(0, solutions.num_draws, size)
        parts += [_measured(path, solutions.part(start, start + size)) for start in done]
        if progress is not None:
            progress(first + solutions.num_draws, draws.num_draws)
    return _joined(Measured, parts)


def _joined(kind: type[Kind], parts: list[Kind]) -> Kind:
    """The draws of ``parts``, one after the other."""
    columns = {field.name: _end_to_end([getattr(part, field.name) for part in parts]) for field in fields(kind)}
    return kind(**columns)


def _end_to_end(pieces: list[Any]) -> Any:
    return _joined(Margins, pieces) if isinstance(pieces[0], Margins) else np.concatenate(pieces, axis=-1)


def _measured(path: HoldingPath, solutions: Solutions) -> Measured:
    tree, batch, logs = path.tree, solutions.batch, np.ascontiguousarray(solutions.log_strategies.T)
    payoffs = batch.payoff_cells.T[batch.payoff_index]
    leaves = np.concatenate([payoffs, _marks(path, batch.num_draws)], axis=1)
    played, kept = tree.steps(batch, np.exp(logs)), tree.steps(batch, tree.restricted(logs, path.holding))
    reach, values, later = tree.reach(kept), tree.values(played, leaves), tree.values(kept, leaves)
    sets, ranges, leaving = tree.set_sums(reach), np.ptp(payoffs, axis=0), _leaving(path, np.exp(logs))
    stands = _margins(path, sets, tree.action_values(reach, values), ranges)
    keeps = _margins(path, sets, tree.action_values(reach, later), ranges)
    tied = np.where(stands[2], leaving, 0.0)
    answer, asked = _answer(path, solutions, logs, values[0, -2:])
    fork_reach, fork_values = _forks(path, reach, values)
    return Measured(
        answer=answer,
        asked=asked,
        payoffs=values[0, :-2],
        ranges=ranges,
        reach=_by_link(path, sets),
        leaves=_per_reach(_by_link(path, sets * leaving), _by_link(path, sets)),
        stands=_over_types(path, sets, stands, kept, tied),
        keeps=_over_types(path, sets, keeps, kept, np.where(keeps[2], tied, 0.0)),
        fork_reach=fork_reach,
        fork_payoffs=fork_values[:, :-1],
        fork_answer=fork_values[:, -1],
        doubtful=~solutions.converged,
    )


def _marks(path: HoldingPath, num_draws: int) -> Floats:
    """float64[L, 2, B]: whether a leaf answers yes under the condition, and whether it meets it."""
    asked = path.paths.leaf_conditions[0]
    marks = np.stack([asked & path.paths.leaf_answers[0], asked], axis=1).astype(np.float64)
    return np.repeat(marks[:, :, np.newaxis], num_draws, axis=2)


def _answer(path: HoldingPath, solutions: Solutions, logs: Floats, root: Floats) -> tuple[Floats, Floats]:
    """Probability of the answer given its condition, and of the condition; ``root[2, B]`` has both together."""
    tree, conditions = path.tree, path.paths.leaf_conditions[0]
    if conditions.all():
        return np.minimum(root[0], 1.0), np.ones_like(root[1])
    yes, asked = root[0], np.minimum(root[1], 1.0)
    rare = asked <= RARELY
    if rare.any() and path.asking.any():
        held = tree.reach(tree.steps(solutions.batch, tree.restricted(logs, path.asking)))[path.paths.game.leaves]
        answers = conditions & path.paths.leaf_answers[0]
        yes = np.where(rare, held[answers].sum(axis=0), yes)
        return _ratio(yes, np.where(rare, held[conditions].sum(axis=0), asked)), asked
    return _ratio(yes, asked), asked


def _ratio(above: Floats, below: Floats) -> Floats:
    """The probability ``above / below``, NaN where there is next to nothing below."""
    ratio = np.divide(above, below, out=np.full_like(above, np.nan), where=below > RARELY)
    return np.minimum(ratio, 1.0)


def _by_link(path: HoldingPath, sets: Floats) -> Floats:
    """float64[K, B]: the sums of ``sets[I, B]`` over the information sets of each link."""
    return np.array([sets[link.infosets].sum(axis=0) for link in path.links]).reshape(len(path.links), sets.shape[1])


def _leaving(path: HoldingPath, strategies: Floats) -> Floats:
    """float64[I, B]: the probability that ``strategies[A, B]`` leave the path at each set of a link."""
    holding = path.tree.choices.together(np.where(path.holding[:, np.newaxis], strategies, 0.0))
    return np.clip(1.0 - holding, 0.0, 1.0)


def _margins(path: HoldingPath, sets: Floats, actions: Floats, ranges: Floats) -> tuple[Floats, Flags, Flags]:
    """float64[I, B]: the margin at each set times its reach; and bool[I, B]: whether it is negative, and whether zero.

    Actions are worth ``actions[A, B]``, each times the reach ``sets[I, B]`` of its set. Sets of no link have 0.
    """
    tree, holding = path.tree, path.holding[:, np.newaxis]
    best = tree.choices.together(np.where(holding, actions, -np.inf), np.maximum)
    other = tree.choices.together(np.where(holding, -np.inf, actions), np.maximum)
    margins = np.subtract(best, other, where=np.isfinite(best), out=np.zeros_like(best))
    slack = REGRET_TOLERANCE * sets * ranges[tree.game.infoset_players]
    return margins, margins < -slack, np.abs(margins) <= slack


def _over_types(
    path: HoldingPath, sets: Floats, found: tuple[Floats, Flags, Flags], kept: Floats, leaving: Floats
) -> Margins:
    """The margins of :func:`_margins` brought together by link.

    ``kept[N, B]`` are the steps of play that keeps to the path, ``leaving[I, B]`` the probability of leaving it where a
    mover is not tempted.
    """
    margins, negative, tied = found
    reached = _by_link(path, sets)

    def share(rows: Floats) -> Floats:
        return _per_reach(_by_link(path, rows), reached)

    return Margins(
        mean=share(margins),
        tempted=share(sets * negative),
        tied=share(sets * tied),
        loss=share(np.maximum(-margins, 0.0) * negative),
        broken=_first_breaks(path, kept, np.where(negative, 1.0, leaving)),
    )


def _per_reach(rows: Floats, reached: Floats) -> Floats:
    """``rows`` given that the link is reached; NaN in draws in which it is not."""
    given: Floats = np.divide(rows, reached, out=np.full_like(rows, np.nan), where=reached > 0.0)
    return given


def _first_breaks(path: HoldingPath, kept: Floats, leaving: Floats) -> Floats:
    """float64[V + 1, B]: where the path breaks first if movers leave it with probability ``leaving[I, B]``."""
    tree, game, moves = path.tree, path.paths.game, path.paths.node_moves
    leaves_path = np.zeros_like(leaving)
    for link in path.links:
        if not link.decides_condition:
            leaves_path[link.infosets] = leaving[link.infosets]
    steps = kept.copy()
    decided = np.flatnonzero(tree.columns >= 0)
    steps[decided] *= 1.0 - leaves_path[tree.owners[tree.columns[decided]]]
    reach = tree.reach(steps)
    broken = np.zeros((len(path.paths.moves) + 1, kept.shape[1]))
    for link in path.links:
        nodes = link.alive_nodes
        broken[link.move] = (reach[nodes] * leaves_path[game.node_infosets[nodes]]).sum(axis=0)
    lost = path.broken_steps
    np.add.at(broken, moves[game.parents[lost]], reach[lost])
    broken[-1] = reach[game.leaves[path.alive[game.leaves]]].sum(axis=0)
    return broken


def _forks(path: HoldingPath, reach: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Reach float64[F, B] of the forks, and float64[F, P + 1, B]: differences of payoffs and, last, of the answer."""
    reached = [reach[fork.nodes].sum(axis=0) for fork in path.forks]
    differences = [
        _after(fork, fork.steps, reach, values) - _after(fork, fork.steps_against, reach, values) for fork in path.forks
    ]
    shape = (len(path.forks), values.shape[1] - 1, values.shape[2])
    return np.array(reached).reshape(shape[0], shape[2]), np.array(differences).reshape(shape)


def _after(fork: Fork, steps: Positions, reach: Floats, values: Floats) -> Floats:
    """float64[P + 1, B]: payoffs after a choice of a fork, and the probability of the answer given its condition."""
    weights = reach[fork.nodes]
    totals = (weights[:, np.newaxis] * values[steps]).sum(axis=0)
    payoffs = _per_reach(totals[:-2], np.broadcast_to(weights.sum(axis=0), totals[:-2].shape))
    return np.concatenate([payoffs, _ratio(totals[-2], totals[-1])[np.newaxis]])
