"""The kernels on a game or two each: small enough to run as plain Python too, for coverage and for bounds errors."""

from __future__ import annotations

import numpy as np
import pytest

from fine_trace import fine_limit
from offramp.game.batch import Batch
from offramp.game.efg import read_efg
from offramp.game.game import CHANCE_NODE
from offramp.solve.api import solve
from offramp.solve.nudge import nudge
from offramp.solve.result import Method, Status
from offramp.solve.structure import scaled_leaves, scales, structure_of
from offramp.solve.subgames import find_blocks
from offramp.solve.system import allocate_system, factor, keep_also, keep_core, solve_factored
from offramp.solve.tape import Tape, build_tape
from offramp.solve.values import State, allocate_state, differentiate, evaluate, load_draw
from offramp.solve.warm import compile_kernels
from oracle import Twin
from random_games import RandomGame, Stage, draw_numbers, random_tree, signalling, staged, three_player

GAMES = {
    "signalling": lambda: signalling(2, 2, 2, seed=5, num_draws=2),
    "three players": lambda: three_player(seed=5),
    "a tree": lambda: random_tree(3, seed=2, max_depth=4),
    "one choice at every move": lambda: draw_numbers(staged(("a", "b"), [Stage(0, 1), Stage(1, 1)]), 1),
}


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("precision", [None, 3.0])
def test_kernels_and_twin_agree(name: str, precision: float | None) -> None:
    game, payoffs, chance = GAMES[name]()
    solutions = solve(game, payoffs, chance, precision=precision)
    assert solutions.converged.all()
    logs = {
        (infoset, action): float(solutions.log_strategies[0, game.action_starts[infoset] + action])
        for infoset in range(game.num_infosets)
        for action in range(int(game.num_actions[infoset]))
    }
    twin = Twin(game, payoffs[0], chance[0])
    for infoset in range(game.num_infosets):
        assert twin.regret(infoset, logs) == pytest.approx(solutions.regrets[0, infoset], abs=1e-9)
        if precision is not None:
            values, player = twin.action_values(infoset, logs), int(game.infoset_players[infoset])
            for action, value in enumerate(values):
                wanted = precision * (value - values[0]) / twin.ranges[player]
                assert logs[infoset, action] - logs[infoset, 0] == pytest.approx(wanted, abs=1e-9)


def tape_of(games: RandomGame) -> Tape:
    return build_tape(games.game, Batch.of(games.payoffs, games.chance))


def loaded(games: RandomGame, tape: Tape, seed: int = 0) -> tuple[State, np.ndarray]:
    """The first draw, payoffs as they are, evaluated at random log odds."""
    state, rng = allocate_state(tape), np.random.default_rng(seed)
    batch = Batch.of(games.payoffs, games.chance)
    load_draw(tape, batch.payoff_cells[0, tape.leaf_cells], batch.chance_cells[0], state)
    z = rng.normal(size=tape.num_variables)
    evaluate(tape, z, state)
    return state, z


@pytest.mark.parametrize("name", GAMES)
def test_derivatives_are_the_slopes_of_what_action_0_is_worth_more(name: str) -> None:
    games = GAMES[name]()
    tape = tape_of(games)
    state, z = loaded(games, tape)
    speeds = np.arange(2.0, 2.0 + games.game.num_players)
    slopes = np.empty(tape.num_slopes)
    differentiate(tape, speeds, state, slopes)
    found = np.zeros((len(state.q), tape.num_variables))
    for action, infoset in enumerate(tape.action_owners):
        columns = tape.columns[tape.column_starts[infoset] : tape.column_starts[infoset + 1]]
        number = action - tape.action_starts[infoset]
        first = tape.slope_starts[infoset] + (number - 1) * len(columns)
        if number > 0:
            found[action, columns] = slopes[first : first + len(columns)]
    expected = np.empty_like(found)
    firsts = tape.action_starts[tape.action_owners]
    for unknown in range(tape.num_variables):
        ends = []
        for step in (1e-5, -1e-5):
            moved = z.copy()
            moved[unknown] += step
            evaluate(tape, moved, state)
            ends.append(state.q[firsts] - state.q)
        expected[:, unknown] = (ends[0] - ends[1]) / 2e-5 * speeds[tape.infoset_players[tape.action_owners]]
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_elimination_solves_what_a_dense_solver_solves() -> None:
    """Random equations with the tape's zeros: an identity where sets are eliminated, nothing where none depend."""
    tape, rng = tape_of(signalling(3, 3, 2, seed=1)), np.random.default_rng(2)
    system, size = allocate_system(tape, tape.num_variables), tape.num_variables
    for array in (system.rows, system.ends, system.border):
        array[:] = rng.normal(size=array.shape)
    matrix = np.zeros((size + 1, size + 1))
    for i in range(size):
        columns = tape.columns[tape.column_starts[system.owners[i]] : tape.column_starts[system.owners[i] + 1]]
        matrix[i, columns] = system.rows[system.row_starts[i] : system.row_starts[i] + len(columns)]
        matrix[i, i], matrix[i, size] = 1.0, system.ends[i]
    matrix[size] = system.border
    right = rng.normal(size=size + 1)
    found = right.copy()
    assert tape.num_eliminated > 0
    assert factor(tape, system) == np.sign(np.linalg.det(matrix))
    solve_factored(tape, system, found)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-9)


def test_an_eliminated_unknown_can_be_kept_without_its_identity() -> None:
    tape, rng = tape_of(signalling(3, 3, 2, seed=1)), np.random.default_rng(2)
    system, size = allocate_system(tape, tape.num_variables), tape.num_variables
    for array in (system.rows, system.ends, system.border):
        array[:] = rng.normal(size=array.shape)
    right = rng.normal(size=size + 1)
    once, twice = right.copy(), right.copy()
    factor(tape, system)
    solve_factored(tape, system, once)
    assert keep_also(0, system)
    assert factor(tape, system) != 0
    solve_factored(tape, system, twice)
    np.testing.assert_allclose(twice, once, rtol=1e-9)
    keep_core(tape.num_eliminated, system)
    assert system.number[0] == size - tape.num_eliminated


def test_a_singular_matrix_is_told() -> None:
    tape = tape_of(signalling(3, 3, 2, seed=1))
    assert factor(tape, allocate_system(tape, tape.num_variables)) == 0


def test_sets_eliminated_together_do_not_depend_on_one_another() -> None:
    """The three types of the sender: none of them can see or be told what another would do."""
    games = signalling(3, 3, 2, seed=1)
    tape = tape_of(games)
    assert tape.num_eliminated == 6
    assert [tape.variable_starts[i] < 6 for i in range(games.game.num_infosets)] == [
        games.game.infoset_players[i] == 0 for i in range(6)
    ]


def test_equal_numbers_are_summed_once() -> None:
    """Types that differ in the sender's payoffs alone leave the receiver one value a message and answer."""
    games = signalling(3, 3, 2, seed=1)
    apart = tape_of(games)
    batch = Batch.of(games.payoffs, games.chance)
    index = batch.payoff_index.copy()
    index[:, 1] = index[:6, 1][np.arange(len(index)) % 6]
    together = build_tape(games.game, Batch(batch.payoff_cells, index, batch.chance_cells, batch.chance_index))
    assert len(together.leaf_cells) == len(apart.leaf_cells) - 12
    assert (apart.families >= 0).sum() == 3
    assert (together.families >= 0).sum() == 0


def test_numbers_are_in_the_order_that_kernels_are_compiled_for() -> None:
    """Another order in memory would compile the solver once more in everybody's first run."""
    game, payoffs, chance = signalling(3, 3, 2, seed=1, num_draws=4)
    batch = Batch.of(payoffs, chance)
    structure = structure_of(game, batch)
    leaves = scaled_leaves(structure.blocks[0].tape, batch, *scales(structure, batch))
    assert leaves.flags.c_contiguous
    assert (leaves.min(), leaves.max()) == (0.0, 1.0)


def test_dominance_finds_what_the_branch_leads_to() -> None:
    games = signalling(2, 2, 2, seed=3, num_draws=40)
    found, traced = solve(*games), fine_limit(*games)
    assert (found.method == Method.DOMINANCE).sum() >= 5
    settled = found.method == Method.DOMINANCE
    np.testing.assert_allclose(np.exp(traced.log_strategies)[settled], found.strategies[settled], atol=1e-4)


def test_subgames_under_perfect_information_are_cut_out_and_nested_ones_are_not() -> None:
    at_once = [Stage(0, 2), Stage(1, 2)]
    seen = [Stage(0, 2), Stage(1, 3, (0,)), Stage(0, 2, (0, 1)), Stage(1, 2, (0, 1))]
    assert len(find_blocks(staged(("a", "b"), seen))) == 6
    nested = staged(("a", "b"), [*at_once, Stage(0, 2, (0, 1)), Stage(1, 2, (0, 1))])
    assert [block.game.num_nodes for block in find_blocks(nested)] == [nested.num_nodes]
    perfect = staged(("a", "b"), [Stage(0, 2), Stage(CHANCE_NODE, 2, (0,)), Stage(1, 2, (0, 1))])
    assert find_blocks(perfect) == []


def test_compiling_ahead_solves_a_game_of_both_kinds() -> None:
    compile_kernels()


def symmetric(*cells: float, players: int) -> RandomGame:
    """A game of ``players`` who move at once, two actions each, and who all get the same: one number a leaf."""
    game = staged(tuple("abc")[:players], [Stage(player, 2) for player in range(players)])
    return RandomGame(game, np.repeat(np.array(cells)[None, :, None], players, axis=2), np.empty((1, 0)))


@pytest.mark.parametrize("precision", [None, 40.0])
def test_past_a_fork_one_arm_is_followed_and_said_to_be_one(precision: float | None) -> None:
    """All want the same, by turns of two symmetric patterns, so that indifference is where the arms part."""
    solutions = solve(*symmetric(1, 0, 0, 2, 0, 2, 1, 0, players=3), precision=precision)
    assert solutions.converged.all()
    assert solutions.residuals.max() <= 1e-6
    assert solutions.status.tolist() == [Status.FORKED]


def test_nudges_are_small_and_without_pattern() -> None:
    leaves, nudged = np.full(24, 0.5), np.zeros(24)
    nudge(leaves, 1e-6, nudged)
    assert np.abs(nudged - leaves).max() <= 1e-6
    assert len(np.unique(nudged)) == nudged.size


def test_giving_up_is_told() -> None:
    """A branch that may take one step only is not followed to its end, and the draw says so."""
    game, payoffs, chance = signalling(3, 3, 2, seed=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("offramp.solve.driver.MAX_STEPS", 1)
        solutions = solve(game, payoffs, chance)
    assert solutions.status.tolist() == [Status.OUT_OF_STEPS]
    assert solutions.max_regret[0] > 1e-3
    assert solutions.precisions[0] < 1.0


OUT_OR_IN = """EFG 2 R "who deviates is believed to have chosen the smaller loss" {{ "A" "B" }}
p "" 1 1 "" {{ "out" "a" "b" }} 0
t "" 1 "" {{ 10, 0 }}
p "" 2 1 "" {{ "left" "right" }} 0
t "" 2 "" {{ {a}, 1 }}
t "" 3 "" {{ {a}, 0 }}
p "" 2 1 "" {{ "left" "right" }} 0
t "" 4 "" {{ {b}, 0 }}
t "" 5 "" {{ {b}, 1 }}
"""


@pytest.mark.parametrize(("a", "b", "response"), [(6, 3, "left"), (3, 6, "right")])
def test_off_the_path_the_smaller_loss_is_believed(a: int, b: int, response: str) -> None:
    """Dominance leaves the second player's beliefs open; in the limit of logit the likelier mistake carries them."""
    file = read_efg(OUT_OR_IN.format(a=a, b=b))
    solutions = solve(file.game, file.payoffs, file.chance)
    assert solutions.method[0] == Method.DOMINANCE
    choice = file.game.action_labels[1][int(solutions.strategies[0, 3:].argmax())]
    assert choice == response
    np.testing.assert_allclose(solutions.strategies[0, 3:].max(), 1.0)


def test_near_losses_leave_beliefs_to_the_branch() -> None:
    file = read_efg(OUT_OR_IN.format(a=3, b="3.0001"))
    solutions = solve(file.game, file.payoffs, file.chance)
    assert solutions.method[0] == Method.BRANCH
    assert solutions.converged.all()
