"""Every sequential equilibrium among what Gambit enumerates is found, and nothing that Gambit does not have.

Gambit lists the extreme Nash equilibria of the reduced strategic form, threats that nobody would carry out included.
In a signalling game it is two linear programs per message that is not sent whether some belief supports an answer
that keeps every type from sending it, so the sequential ones are told apart here without offramp.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from offramp.game.efg import write_efg
from offramp.game.game import Floats
from offramp.solve.certificate import assess_profile
from offramp.solve.equilibria.api import find_equilibria, played
from random_games import RandomGame, Stage, draw_numbers, signalling, staged

pygambit = pytest.importorskip("pygambit", reason="Gambit is not installed")
optimize = pytest.importorskip("scipy.optimize")
gambit_reads = pytest.importorskip("gambit_oracle").gambit_reads

pytestmark = pytest.mark.compiled

Table = npt.NDArray[np.float64]
TOLERANCE = 1e-6


def in_our_order(games: RandomGame, game: Any, behaviour: Any) -> Table:
    """Gambit's behaviour probabilities [A] in the order of our information sets; even odds where it has none."""
    own = {}
    for player in game.players:
        sets = []
        for infoset in player.infosets:
            odds = np.array([_number(behaviour[action]) for action in infoset.actions])
            sets.append(odds if np.isfinite(odds).all() and odds.sum() > 0 else np.full(len(odds), 1 / len(odds)))
        own[player.label] = sets
    ours = [own[games.game.players[player]].pop(0) for player in games.game.infoset_players]
    return np.concatenate(ours)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def plays_of(games: RandomGame, draw: int, strategies: Table) -> Table:
    """[K, A]: the probability with which each action is played."""
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.log(strategies), -800.0)
    count = len(strategies)
    payoffs, chance = games.payoffs[[draw] * count], games.chance[[draw] * count]
    assessment = assess_profile(games.game, payoffs, chance, logs)
    return played(games.game, assessment.reach, assessment.strategies)


def gambit_plays(games: RandomGame, draw: int) -> Table:
    """How the extreme Nash equilibria play, each way once."""
    game = gambit_reads(write_efg(games.game, games.payoffs[draw], games.chance[draw]))
    found = pygambit.nash.enummixed_solve(game, rational=False).equilibria
    strategies = np.array([in_our_order(games, game, profile.as_behavior()) for profile in found])
    return distinct(plays_of(games, draw, strategies))


def distinct(rows: Table) -> Table:
    kept: list[Table] = []
    for row in rows:
        if all(np.abs(row - other).max() > TOLERANCE for other in kept):
            kept.append(row)
    return np.array(kept)


def is_sequential(shape: tuple[int, int, int], games: RandomGame, draw: int, play: Table) -> bool:
    """Whether beliefs and answers exist at every message that is not sent, given how the rest is played."""
    types, messages, answers = shape
    payoffs = games.payoffs[draw].reshape(types, messages, answers, 2)
    sent = np.array([_at(games, play, 0, {"type": kind}) for kind in range(types)])
    values = np.zeros(types)
    replies = [_at(games, play, 1, {"message": message}) for message in range(messages)]
    for kind, message in itertools.product(range(types), range(messages)):
        if sent[kind, message] > TOLERANCE:
            reply = replies[message] / replies[message].sum()
            values[kind] += sent[kind, message] / games.chance[draw][kind] * (payoffs[kind, message, :, 0] @ reply)
    silent = [message for message in range(messages) if replies[message].sum() <= TOLERANCE]
    return all(_can_deter(payoffs[:, message], values) for message in silent)


def _at(games: RandomGame, play: Table, player: int, which: dict[str, int]) -> Table:
    """The entries of ``play`` at the sender's set for a type or the receiver's for a message."""
    sets = np.flatnonzero(games.game.infoset_players == player)
    infoset = sets[next(iter(which.values()))]
    return play[games.game.action_starts[infoset] : games.game.action_starts[infoset + 1]]


def _can_deter(payoffs: Table, values: Floats) -> bool:
    """Whether an answer that some belief supports gives no type more than ``values``; ``payoffs[type, answer, 2]``."""
    types, answers = payoffs.shape[:2]
    for size in range(1, answers + 1):
        for support in itertools.combinations(range(answers), size):
            best = payoffs[:, support[0], 1]
            worse = (payoffs[:, :, 1] - best[:, None]).T
            equal = worse[list(support)]
            belief = optimize.linprog(
                np.zeros(types), worse, np.zeros(answers), np.vstack([equal, np.ones(types)]), [0.0] * size + [1.0]
            )
            answer = optimize.linprog(
                np.zeros(size), payoffs[:, list(support), 0], values, np.ones((1, size)), [1.0], bounds=(0, 1)
            )
            if belief.status == 0 and answer.status == 0:
                return True
    return False


def compare(shape: tuple[int, int, int], seed: int, draws: int) -> tuple[int, int]:
    """Check every draw; returns how many sequential plays there were and how many Nash plays were not sequential."""
    games = signalling(*shape, seed=seed, num_draws=draws)
    games = ordered(games, shape)
    found = find_equilibria(*games, method="all")
    assert found.complete.all()
    kept = dropped = 0
    for draw in range(draws):
        nash = gambit_plays(games, draw)
        expected = [row for row in nash if is_sequential(shape, games, draw, row)]
        ours = plays_of(games, draw, np.exp(found.log_strategies[found.draw == draw]))
        for row in expected:
            assert np.abs(ours - row).max(axis=1).min() <= TOLERANCE, f"draw {draw}: Gambit has {row}"
        for row in ours:
            assert np.abs(np.array(expected) - row).max(axis=1).min() <= TOLERANCE, f"draw {draw}: we have {row}"
        kept += len(expected)
        dropped += len(nash) - len(expected)
    return kept, dropped


def ordered(games: RandomGame, shape: tuple[int, int, int]) -> RandomGame:
    """The same game, after checking that information sets come by type and by message."""
    game = games.game
    senders = [game.members[k][0] for k in np.flatnonzero(game.infoset_players == 0)]
    receivers = [game.arrivals[game.members[k][0]] for k in np.flatnonzero(game.infoset_players == 1)]
    assert [int(game.arrivals[node]) for node in senders] == list(range(shape[0]))
    assert [int(message) for message in receivers] == list(range(shape[1]))
    return games


def test_signalling_2x2x2() -> None:
    kept, dropped = compare((2, 2, 2), 31, 60)
    assert kept > 70
    assert dropped > 5


def test_signalling_3x3x2() -> None:
    kept, dropped = compare((3, 3, 2), 32, 8)
    assert kept > 12
    assert dropped > 1


def test_signalling_2x2x3() -> None:
    kept, _ = compare((2, 2, 3), 33, 25)
    assert kept > 30


@pytest.mark.parametrize("seed", range(12))
def test_three_players_at_once_as_gambit_s_polynomials_have_it(seed: int) -> None:
    """Gambit misses one of three and one of five here; almost all games have an odd number (Wilson 1971)."""
    games = draw_numbers(staged(("A", "B", "C"), [Stage(player, 2) for player in range(3)]), seed)
    game = gambit_reads(write_efg(games.game, games.payoffs[0], games.chance[0]))
    found = find_equilibria(*games, method="all")
    ours = np.exp(found.log_strategies)
    assert len(ours) % 2 == 1
    for profile in pygambit.nash.enumpoly_solve(game, use_strategic=True).equilibria:
        row = in_our_order(games, game, profile.as_behavior())
        assert np.abs(ours - row).max(axis=1).min() <= 1e-5
