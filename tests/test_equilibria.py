"""Several equilibria: known games, an independent twin for strategic forms, and what every result must satisfy."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from offramp.errors import SolveError
from offramp.game.efg import read_efg
from offramp.game.game import CHANCE_NODE, Floats, Game
from offramp.game.nfg import read_nfg
from offramp.solve.api import solve
from offramp.solve.certificate import assess_profile
from offramp.solve.equilibria.api import find_equilibria, played
from offramp.solve.equilibria.result import ISOLATED, UNSURE, Equilibria
from oracle import Twin
from random_games import RandomGame, Stage, draw_numbers, random_tree, signalling, staged

compiled = pytest.mark.compiled
Table = npt.NDArray[np.float64]

BATTLE: tuple[list[list[float]], list[list[float]]] = ([[2, 0], [0, 1]], [[1, 0], [0, 2]])
STRATEGIC: dict[str, tuple[tuple[list[list[float]], list[list[float]]], int]] = {
    "battle of the sexes": (BATTLE, 3),
    "matching pennies": (([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]), 1),
    "prisoners' dilemma": (([[2, 0], [3, 1]], [[2, 3], [0, 1]]), 1),
    "chicken": (([[0, -1], [1, -9]], [[0, 1], [-1, -9]]), 3),
    "rock, paper, scissors": (([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [[0, 1, -1], [-1, 0, 1], [1, -1, 0]]), 1),
    "extrication a": (([[2, 4], [1, 3]], [[1, 2], [4, 3]]), 1),
    "extrication b": (([[2, 3], [1, 4]], [[1, 2], [4, 3]]), 1),
    "extrication c": (([[2, 3], [1, 4]], [[1, 2], [3, 4]]), 1),
}
"""Payoffs of the row and the column player, and how many equilibria there are."""

HORSE = """EFG 2 R "Selten's horse" { "1" "2" "3" }
p "" 1 1 "one" { "C" "D" } 0
p "" 2 1 "two" { "c" "d" } 0
t "" 1 "" { 1 1 1 }
p "" 3 1 "three" { "L" "R" } 0
t "" 2 "" { 4 4 0 }
t "" 3 "" { 0 0 1 }
p "" 3 1 "three" { "L" "R" } 0
t "" 4 "" { 3 3 2 }
t "" 5 "" { 0 0 0 }
"""
ENTRY = """EFG 2 R "entry" { "entrant" "incumbent" }
p "" 1 1 "enter" { "out" "in" } 0
t "" 1 "" { 0 2 }
p "" 2 1 "answer" { "fight" "yield" } 0
t "" 2 "" { -1 -1 }
t "" 3 "" { 1 1 }
"""


def strategic(first: Table, second: Table) -> RandomGame:
    """Two players who move at once."""
    rows, columns = first.shape
    game = staged(("row", "column"), [Stage(0, rows), Stage(1, columns)])
    return RandomGame(game, np.stack([first, second], axis=-1).reshape(1, -1, 2), np.zeros((1, 0)))


def plays(games: RandomGame, found: Equilibria) -> Table:
    """[K, A]: the probability with which each action is played."""
    assessment = assess_profile(games.game, games.payoffs[found.draw], games.chance[found.draw], found.log_strategies)
    return played(games.game, assessment.reach, assessment.strategies)


def contains(rows: Table, row: Table, tolerance: float = 1e-6) -> bool:
    return bool((np.abs(rows - row).max(axis=1, initial=0.0) <= tolerance).any())


def beer_quiche(strong: float) -> RandomGame:
    """Cho and Kreps 1987: strong (first) likes beer (first), weak quiche; to be fought (first) costs 2."""
    stages = [Stage(CHANCE_NODE, 2), Stage(0, 2, (0,)), Stage(1, 2, (1,))]
    payoffs = np.zeros((8, 2))
    for leaf, (weak, quiche, spare) in enumerate(itertools.product((0, 1), repeat=3)):
        payoffs[leaf] = (weak == quiche) + 2 * spare, weak != spare
    return RandomGame(staged(("sender", "receiver"), stages), payoffs[None], np.array([[strong, 1 - strong]]))


def stag_hunt() -> RandomGame:
    """Three hunters: a stag (first) gives each 3 if all hunt it, a hare 1 for certain."""
    game = staged(("a", "b", "c"), [Stage(player, 2) for player in range(3)])
    choices = np.array(list(itertools.product((0, 1), repeat=3)))
    together = (choices == 0).all(axis=1)[:, None]
    return RandomGame(game, np.where(choices == 1, 1.0, 3.0 * together)[None], np.zeros((1, 0)))


def coordination(size: int) -> RandomGame:
    table = np.diag(np.arange(1.0, size + 1))
    return strategic(table, table)


def support_enumeration(first: Table, second: Table) -> list[Table]:
    """Equilibria of a nondegenerate strategic game: supports of equal size, equal payoffs on them, nothing better."""

    def mixture(payoffs: Table, own: tuple[int, ...], others: tuple[int, ...]) -> Table | None:
        """What the other side must play on ``others`` for ``own`` to be equally good: ``payoffs[own, others]``."""
        size = len(own)
        system = np.block([[payoffs[np.ix_(own, others)], -np.ones((size, 1))], [np.ones((1, size)), 0]])
        if abs(np.linalg.det(system)) < 1e-12:
            return None
        solution = np.linalg.solve(system, np.append(np.zeros(size), 1.0))
        if (solution[:-1] < 0).any():
            return None
        full = np.zeros(payoffs.shape[1])
        full[list(others)] = solution[:-1]
        return full if (payoffs @ full <= solution[-1] + 1e-9).all() else None

    found = []
    for size in range(1, min(first.shape) + 1):
        for own in itertools.combinations(range(first.shape[0]), size):
            for others in itertools.combinations(range(first.shape[1]), size):
                y, x = mixture(first, own, others), mixture(second.T, others, own)
                if x is not None and y is not None:
                    found.append(np.concatenate([x, y]))
    return found


@pytest.mark.parametrize("name", STRATEGIC)
def test_all_equilibria_of_small_strategic_games(name: str) -> None:
    (first, second), count = STRATEGIC[name]
    games = strategic(np.array(first, float), np.array(second, float))
    found = find_equilibria(*games, method="all")
    assert len(found.draw) == count
    assert found.complete.all()
    assert found.certified.all()
    assert (found.kind == ISOLATED).all()
    assert len(support_enumeration(np.array(first, float), np.array(second, float))) == count


@pytest.mark.parametrize("size", [3, 4])
def test_coordination_on_k_places_has_two_to_the_k_less_one(size: int) -> None:
    games = coordination(size)
    found = find_equilibria(*games, method="all")
    assert found.counts.tolist() == [2**size - 1]
    assert found.complete.all()
    for places in itertools.chain.from_iterable(itertools.combinations(range(size), k) for k in range(1, size + 1)):
        odds = np.array([1.0 / (place + 1) if place in places else 0.0 for place in range(size)])
        assert contains(plays(games, found), np.tile(odds / odds.sum(), 2))


@compiled
@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (4, 3), (4, 4)])
def test_random_strategic_games_as_the_twin_solves_them(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(shape))
    several = 0
    for _ in range(25):
        first, second = rng.random((2, *shape))
        games = strategic(first, second)
        found = find_equilibria(*games, method="all")
        expected = support_enumeration(first, second)
        several += len(expected) > 1
        assert found.complete.all()
        assert len(found.draw) == len(expected)
        assert all(contains(plays(games, found), row) for row in expected)
    assert several >= 3


def test_beer_and_quiche_when_most_are_strong_has_two_ways_to_pool() -> None:
    games = beer_quiche(0.9)
    found = find_equilibria(*games, method="all")
    assert found.complete.all()
    assert found.counts.tolist() == [2]
    strategies = np.exp(found.log_strategies)
    senders = np.flatnonzero(games.game.infoset_players == 0)
    beer = strategies[:, games.game.action_starts[senders]]
    assert sorted(beer.round(9).tolist()) == [[0, 0], [1, 1]]


@pytest.mark.parametrize("strong", [0.1, 0.25, 0.4])
def test_beer_and_quiche_when_most_are_weak_has_one_equilibrium(strong: float) -> None:
    games = beer_quiche(strong)
    found = find_equilibria(*games, method="all")
    assert found.complete.all()
    assert found.counts.tolist() == [1]
    strategies = np.exp(found.log_strategies[0])
    weak = int(np.flatnonzero(games.game.infoset_players == 0)[1])
    assert strategies[games.game.action_starts[weak]] == pytest.approx(strong / (1 - strong), abs=1e-9)


@pytest.mark.parametrize("method", ["probe", "all"])
def test_selten_s_horse_keeps_only_the_sequential_equilibrium(method: str) -> None:
    """(D, c, L) is a Nash equilibrium as well, but the second player would not play c if asked."""
    file = read_efg(HORSE)
    found = find_equilibria(file.game, file.payoffs, file.chance, method=method)  # type: ignore[arg-type]
    assert found.values.tolist() == [[pytest.approx(1), pytest.approx(1), pytest.approx(1)]]
    assert found.certified.all()


def test_an_empty_threat_is_no_equilibrium() -> None:
    file = read_efg(ENTRY)
    found = find_equilibria(file.game, file.payoffs, file.chance, method="all")
    assert found.complete.all()
    assert found.values.tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize("method", ["probe", "all"])
def test_a_stag_hunt_of_three_has_three_equilibria(method: str) -> None:
    games = stag_hunt()
    found = find_equilibria(*games, method=method, starts=48)  # type: ignore[arg-type]
    assert found.counts.tolist() == [3]
    assert not found.complete.any()
    share = 1 / np.sqrt(3)
    for odds in (0.0, share, 1.0):
        assert contains(plays(games, found), np.tile([odds, 1 - odds], 3))


def test_a_game_that_dominance_solves_is_complete_with_three_movers() -> None:
    """The third hunter gets 9 more from a hare, so nobody hunts the stag."""
    games = stag_hunt()
    for_hare = np.tile([0.0, 1.0], 4)[:, None] * np.array([0.0, 0.0, 9.0])
    found = find_equilibria(games.game, games.payoffs + for_hare, games.chance, method="all")
    assert found.counts.tolist() == [1]
    assert found.complete.all()


def test_equal_payoffs_leave_a_continuum_of_which_the_ends_are_listed() -> None:
    """The column player does not care; the row player prefers its own first action if the column plays it half."""
    games = strategic(np.array([[2.0, 0.0], [1.0, 1.0]]), np.zeros((2, 2)))
    found = find_equilibria(*games, method="all")
    assert not found.complete.any()
    assert (found.kind == UNSURE).all()
    for row in ([1, 0, 1, 0], [1, 0, 0.5, 0.5], [0, 1, 0.5, 0.5], [0, 1, 0, 1]):
        assert contains(plays(games, found), np.array(row, float))


def test_the_probe_finds_the_mixed_equilibrium_too() -> None:
    games = strategic(np.array(BATTLE[0], float), np.array(BATTLE[1], float))
    found = find_equilibria(*games, method="probe")
    assert found.counts.tolist() == [3]
    assert not found.complete.any()
    assert contains(plays(games, found), np.array([2 / 3, 1 / 3, 1 / 3, 2 / 3]))


@compiled
@pytest.mark.parametrize(
    ("draw", "share"),
    [
        (lambda: signalling(2, 2, 2, seed=21, num_draws=50), 0.8),
        (lambda: signalling(3, 3, 2, seed=22, num_draws=30), 0.6),
        (lambda: random_tree(2, seed=204, num_draws=30), 0.8),
    ],
    ids=["signalling 2x2x2", "signalling 3x3x2", "a tree"],
)
def test_all_contains_what_the_probe_finds(draw: Callable[[], RandomGame], share: float) -> None:
    games = draw()
    everything = find_equilibria(*games, method="all")
    probed = find_equilibria(*games, method="probe")
    known, rows = plays(games, everything), plays(games, probed)
    assert everything.complete.all()
    assert everything.certified.all()
    for row, at in zip(rows, probed.draw, strict=True):
        assert contains(known[everything.draw == at], row, 1e-5)
    assert share * len(known) <= len(rows) <= len(known)


@compiled
def test_the_twin_certifies_every_equilibrium() -> None:
    games = signalling(3, 3, 2, seed=23, num_draws=12)
    for method in ("probe", "all"):
        found = find_equilibria(*games, method=method)
        assert len(found.draw) > 12
        for k, draw in enumerate(found.draw):
            twin = Twin(games.game, games.payoffs[draw], games.chance[draw])
            logs = _by_action(games.game, found.log_strategies[k])
            regrets = [twin.regret(infoset, logs) for infoset in range(games.game.num_infosets)]
            assert max(regrets) <= 1e-9
            values = [twin.value(0, player, logs) for player in range(2)]
            assert values == pytest.approx(found.values[k].tolist(), abs=1e-12)


def _by_action(game: Game, logs: Floats) -> dict[tuple[int, int], float]:
    return {
        (infoset, action): float(logs[game.action_starts[infoset] + action])
        for infoset, count in enumerate(game.num_actions)
        for action in range(count)
    }


@compiled
@pytest.mark.parametrize("method", ["probe", "all"])
def test_a_draw_gives_the_same_bits_alone_and_in_a_batch(method: str) -> None:
    games = signalling(3, 3, 2, seed=24, num_draws=40)
    one = find_equilibria(*games, method=method, workers=1)  # type: ignore[arg-type]
    two = find_equilibria(*games, method=method, workers=2)  # type: ignore[arg-type]
    assert one.log_strategies.tobytes() == two.log_strategies.tobytes()
    assert one.draw.tolist() == two.draw.tolist()
    alone = find_equilibria(games.game, games.payoffs[33:34], games.chance[33:34], method=method)  # type: ignore[arg-type]
    assert alone.log_strategies.tobytes() == one.log_strategies[one.draw == 33].tobytes()


def test_the_principal_equilibrium_comes_first_in_its_draw() -> None:
    games = signalling(2, 2, 2, seed=25, num_draws=3)
    found = find_equilibria(*games, method="all")
    solutions = solve(*games)
    assert found.draw[found.principal].tolist() == [0, 1, 2]
    assert (np.diff(found.draw) >= 0).all()
    assert [np.flatnonzero(found.draw == draw)[0] for draw in range(3)] == np.flatnonzero(found.principal).tolist()
    np.testing.assert_array_equal(found.log_strategies[found.principal], solutions.log_strategies)


def test_a_type_of_chance_zero_is_not_what_deters() -> None:
    """Nature trembles less readily than players, so quiche is not put down to a weak sender and pooling on it fails."""
    games = beer_quiche(1.0)
    found = find_equilibria(*games, method="all")
    assert found.complete.all()
    assert found.certified.all()
    assert found.values.tolist() == [[3.0, 1.0]]


def test_a_game_without_choices_has_one_equilibrium() -> None:
    games = draw_numbers(staged(("a", "b"), [Stage(CHANCE_NODE, 3)]), 1, num_draws=2)
    found = find_equilibria(*games, method="all")
    assert found.counts.tolist() == [1, 1]
    assert found.complete.all()


def test_progress_is_told_in_draws() -> None:
    told: list[tuple[int, int]] = []
    games = signalling(2, 2, 2, seed=26, num_draws=20)
    find_equilibria(*games, method="all", workers=1, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (20, 20)


@pytest.mark.parametrize(
    ("games", "found"),
    [
        (lambda: signalling(8, 7, 7, seed=1), "105 actions at 15 information sets"),
        (lambda: random_tree(3, seed=8, max_depth=9), "447 actions at .* with three movers or more"),
    ],
    ids=["two movers", "three movers"],
)
def test_games_too_large_to_list_are_refused_with_a_remedy(games: Callable[[], RandomGame], found: str) -> None:
    with pytest.raises(SolveError, match=f"{found}.*use method 'probe'"):
        find_equilibria(*games(), method="all")


def test_a_method_that_does_not_exist_is_refused() -> None:
    file = read_nfg('NFG 1 R "sexes" { "A" "B" } { 2 2 } 2 1 0 0 0 0 1 2')
    with pytest.raises(SolveError, match="method is 'some'; it takes 'probe' or 'all'"):
        find_equilibria(file.game, file.payoffs, file.chance, method="some")  # type: ignore[arg-type]
    with pytest.raises(SolveError, match="starts is 0; it takes at least 1"):
        find_equilibria(file.game, file.payoffs, file.chance, method="probe", starts=0)
