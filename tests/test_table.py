"""The table of a run against a path-by-path count: answers, conditions, breaks, choices where reach underflows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import handmade
from offramp.explore.paths import Paths, paths_of
from offramp.explore.run import run
from offramp.explore.table import Table, empty_table, tabulate
from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.draws import draw
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load
from offramp.scenario.model import Answer, Scenario
from offramp.solve.certificate import certify
from offramp.solve.result import Solutions
from table_twin import tabulated


def fully_mixed(
    compiled: Compiled, num_draws: int, *, costly: float = 0.0, seed: int = 0
) -> tuple[Solutions, np.ndarray]:
    """A made-up profile in which every action has its own log probability; first actions cost ``costly`` more."""
    random = np.random.default_rng(seed)
    game = compiled.game
    logs = random.normal(size=(num_draws, int(game.action_starts[-1])))
    logs[:, game.action_starts[:-1]] -= costly
    for start, end in zip(game.action_starts[:-1], game.action_starts[1:], strict=True):
        block = logs[:, start:end]
        block -= block.max(axis=1, keepdims=True)
        block -= np.log(np.exp(block).sum(axis=1, keepdims=True))
    return profile(compiled, logs)


def profile(compiled: Compiled, logs: np.ndarray) -> tuple[Solutions, np.ndarray]:
    """Draws of the scenario in which everybody plays ``logs``, and their chance probabilities."""
    batch = compiled.batch(draw(compiled.scenario, len(logs), seed=1))
    counts, reached = np.zeros(len(logs), dtype=np.int32), np.zeros(len(logs))
    certified = certify(compiled.game, batch, logs)
    solved = Solutions(compiled.game, batch, logs, *certified, counts, reached, *[counts] * 5)
    return solved, batch.chance()


def step(compiled: Compiled, strategies: np.ndarray, chance: np.ndarray, node: int) -> np.ndarray:
    """float64[B]: the probability of the step to a node given its parent."""
    game = compiled.game
    parent = game.parents[node]
    if game.node_infosets[parent] >= 0:
        probability: np.ndarray = strategies[:, game.action_starts[game.node_infosets[parent]] + game.arrivals[node]]
        return probability
    column: np.ndarray = chance[:, game.chance_index[node]]
    return column


def count_paths(compiled: Compiled, solutions: Solutions, chance: np.ndarray) -> dict[str, np.ndarray]:
    """The same quantities leaf by leaf, from names alone: what each path goes through, times its probability."""
    game, scenario = compiled.game, compiled.scenario
    totals: dict[str, np.ndarray] = {}
    for leaf, node in enumerate(game.leaves):
        probability = np.ones(solutions.num_draws)
        through = {f"outcome.{scenario.outcomes[compiled.leaf_outcomes[leaf]].name}"}
        steps = [*game.path(int(node))]
        below = [*(each for each, _ in steps[1:]), int(node)]
        for (parent, action), child in zip(steps, below, strict=True):
            probability = probability * step(compiled, solutions.strategies, chance, child)
            if compiled.node_moves[parent] >= 0:
                move = scenario.moves[compiled.node_moves[parent]]
                choice = move.choices[compiled.node_choices[parent][action]]
                through |= {f"reached.{move.name}", f"on_path.{move.name}.{choice.name}"}
        for name in through:
            totals[name] = totals.get(name, 0) + probability
    return totals


def test_the_table_counts_what_paths_go_through() -> None:
    compiled = compile_scenario(handmade.leak_standoff())
    paths = paths_of(compiled)
    solutions, chance = fully_mixed(compiled, 7)
    table, expected = tabulate(paths, solutions), count_paths(compiled, solutions, chance)
    for name, row in zip(paths.outcomes, table.outcomes, strict=True):
        np.testing.assert_allclose(row, expected[f"outcome.{name}"], rtol=1e-12)
    for name, row in zip(paths.moves, table.reached, strict=True):
        np.testing.assert_allclose(row, expected[f"reached.{name}"], rtol=1e-12)
    for row, (move, choice) in enumerate(paths.choices):
        through = expected[f"on_path.{paths.moves[move]}.{choice}"]
        np.testing.assert_allclose(table.on_path(move, row), through, rtol=1e-12)
        np.testing.assert_allclose(table.choices[row], through / expected[f"reached.{paths.moves[move]}"], rtol=1e-12)
    np.testing.assert_allclose(table.answers[0], expected["outcome.kept"], rtol=1e-12)
    np.testing.assert_allclose(table.answers[1], expected["outcome.kept"] + expected["outcome.betrayed"], rtol=1e-12)


def test_each_break_is_where_the_answer_becomes_impossible() -> None:
    compiled = compile_scenario(handmade.leak_standoff())
    paths = paths_of(compiled)
    solutions, chance = fully_mixed(compiled, 5)
    table, expected = tabulate(paths, solutions), count_paths(compiled, solutions, chance)
    named = [f"{paths.moves[paths.choices[each][0]]}.{paths.choices[each][1]}" for each in paths.breaks]
    assert named == ["approach.wait", "answer.refuse", "promise.prosecute"]
    for name, row in zip(named, table.breaks, strict=True):
        np.testing.assert_allclose(row, expected[f"on_path.{name}"], rtol=1e-12)
    np.testing.assert_allclose(table.breaks.sum(axis=0) + table.answers[0], 1.0, rtol=1e-12)


def test_an_answer_over_a_chance_move_breaks_there_too() -> None:
    secret = Answer("secret", "he leaves and nobody hears of it", Expression.parse("outcome.kept and leak.held"))
    scenario = replace(handmade.leak_standoff(), answers=(secret,))
    result = run(scenario, draws=16)
    assert ("leak", "leaked") in {(each.move, each.choice) for each in result.breaks}
    total = result.table.breaks.sum(axis=0) + result.table.answers[0]
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)


def test_a_condition_leaves_out_the_paths_that_do_not_meet_it() -> None:
    compiled = compile_scenario(handmade.conditional_standoff())
    paths = paths_of(compiled)
    solutions, chance = fully_mixed(compiled, 5)
    table, expected = tabulate(paths, solutions), count_paths(compiled, solutions, chance)
    offered, refused = expected["on_path.approach.offer"], expected["outcome.refused"]
    np.testing.assert_allclose(table.conditions, [offered, np.ones(5), refused], rtol=1e-12)
    np.testing.assert_allclose(table.answers[0], expected["outcome.kept"] / offered, rtol=1e-12)
    np.testing.assert_allclose(table.answers[1], expected["outcome.kept"], rtol=1e-12)
    assert (table.conditions[1] == 1.0).all()
    named = [f"{paths.moves[paths.choices[each][0]]}.{paths.choices[each][1]}" for each in paths.breaks]
    assert named == ["answer.refuse", "promise.prosecute"]
    for name, row in zip(named, table.breaks, strict=True):
        np.testing.assert_allclose(row, expected[f"on_path.{name}"] / offered, rtol=1e-12)
    np.testing.assert_allclose(table.breaks.sum(axis=0) + table.answers[0], 1.0, rtol=1e-12)


def test_a_condition_on_what_comes_later_counts_breaks_before_it() -> None:
    """Given how it ends, also a break that comes before the condition is decided belongs to it."""
    early = Answer(
        "secret",
        "nobody hears of it",
        Expression.parse("leak.held and outcome.kept"),
        Expression.parse("outcome.kept or outcome.betrayed"),
        "the ruler leaves",
    )
    compiled = compile_scenario(replace(handmade.leak_standoff(), answers=(early,)))
    paths = paths_of(compiled)
    solutions, chance = fully_mixed(compiled, 5)
    table, expected = tabulate(paths, solutions), count_paths(compiled, solutions, chance)
    named = [f"{paths.moves[paths.choices[each][0]]}.{paths.choices[each][1]}" for each in paths.breaks]
    assert named == ["leak.leaked", "promise.prosecute"]
    left = expected["outcome.kept"] + expected["outcome.betrayed"]
    np.testing.assert_allclose(table.conditions[0], left, rtol=1e-12)
    np.testing.assert_allclose(table.breaks.sum(axis=0) + table.answers[0], 1.0, rtol=1e-12)


def test_a_draw_that_does_not_meet_the_condition_has_no_number() -> None:
    compiled = compile_scenario(handmade.conditional_standoff())
    mixed, _ = fully_mixed(compiled, 3)
    logs = mixed.log_strategies.copy()
    logs[:2, offer_column(compiled)] = [-np.inf, -645.0]
    table = tabulate(paths_of(compiled), replace(mixed, log_strategies=logs))
    assert np.isnan(table.answers[0]).tolist() == [True, True, False]
    assert np.isnan(table.breaks).any(axis=0).tolist() == [True, True, False]
    assert table.conditions[0, :2].tolist() == [0.0, 0.0]
    assert np.isfinite(table.answers[1]).all()


def test_choices_stay_exact_where_reach_underflows() -> None:
    """Play that costs 2,000 in the exponent: reach is 0, and the choice given that it is reached is still a number."""
    compiled = compile_scenario(handmade.leak_standoff())
    paths = paths_of(compiled)
    mild, _ = fully_mixed(compiled, 6, costly=1.0)
    logs = mild.log_strategies.copy()
    logs[:, offer_column(compiled)] -= 2000.0
    table, expected = tabulate(paths, replace(mild, log_strategies=logs)), tabulate(paths, mild)
    answer = paths.moves.index("answer")
    assert (table.reached[answer] == 0).all()
    later = [row for row, (move, _) in enumerate(paths.choices) if move >= paths.moves.index("leak")]
    np.testing.assert_allclose(table.choices[later], expected.choices[later], rtol=1e-9)


def offer_column(compiled: Compiled) -> int:
    """The column of the United States' offer, the first action at the root."""
    return int(compiled.game.action_starts[compiled.game.node_infosets[0]])


def test_a_choice_that_is_impossible_on_the_way_leaves_the_fewest_mistakes() -> None:
    """With exact zeros on the way, nodes that need fewer of them outweigh all others."""
    compiled = compile_scenario(handmade.leak_standoff())
    paths = paths_of(compiled)
    mixed, _ = fully_mixed(compiled, 3)
    game = compiled.game
    logs = mixed.log_strategies.copy()
    promise = paths.moves.index("promise")
    shy = [
        int(game.action_starts[index])
        for index, move in enumerate(compiled.infoset_moves)
        if move == paths.moves.index("answer")
    ]
    logs[:, offer_column(compiled)] = -np.inf
    logs[:, shy[1:]] = -np.inf
    table = tabulate(paths, replace(mixed, log_strategies=logs))
    keep = next(row for row, choice in enumerate(paths.choices) if choice == (promise, "keep"))
    only = [
        node for node in np.flatnonzero(compiled.node_moves == promise) if accepts_at(compiled, int(node)) == shy[0]
    ]
    expected = np.exp(logs[:, game.action_starts[game.node_infosets[only[0]]]])
    np.testing.assert_allclose(table.choices[keep], expected, rtol=1e-12)


def accepts_at(compiled: Compiled, node: int) -> int:
    """The column of the ruler's acceptance on the way to a node."""
    parent = compiled.game.parents[node]
    return int(compiled.game.action_starts[compiled.game.node_infosets[parent]])


def test_every_move_and_choice_of_the_scenario_is_in_the_paths() -> None:
    scenario: Scenario = handmade.leak_standoff()
    paths: Paths = paths_of(compile_scenario(scenario))
    assert paths.moves == ("approach", "leak", "answer", "promise")
    assert [name for _, name in paths.choices] == [choice.name for move in scenario.moves for choice in move.choices]
    assert paths.open_moves == set(paths.moves)


def pure(compiled: Compiled, num_draws: int, cost: float, seed: int) -> Solutions:
    """A made-up profile in which every set plays one action; the others cost up to ``cost`` in the exponent."""
    random = np.random.default_rng(seed)
    logs = -cost * random.random((num_draws, int(compiled.game.action_starts[-1])))
    for start, end in zip(compiled.game.action_starts[:-1], compiled.game.action_starts[1:], strict=True):
        best = random.integers(start, end, num_draws)
        logs[np.arange(num_draws), best] = 0.0
    return profile(compiled, logs)[0]


EXAMPLE = Path(__file__).parents[1] / "examples" / "venezuela-2024.yaml"
SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "a leak": handmade.leak_standoff,
    "conditions": handmade.conditional_standoff,
    "no answers": handmade.without_answers,
    "Venezuela": lambda: load(EXAMPLE),
}
PROFILES: dict[str, Callable[[Compiled], Solutions]] = {
    "mixed": lambda compiled: fully_mixed(compiled, 11, costly=2.0)[0],
    "rare": lambda compiled: pure(compiled, 11, 500.0, 1),
    "below the smallest float": lambda compiled: pure(compiled, 11, 5e4, 2),
    "impossible": lambda compiled: pure(compiled, 11, np.inf, 3),
}


@pytest.mark.parametrize("play", PROFILES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_twin_counts_the_same(scenario: str, play: str) -> None:
    compiled = compile_scenario(SCENARIOS[scenario]())
    paths, solutions = paths_of(compiled), PROFILES[play](compiled)
    table = tabulate(paths, solutions)
    tolerance = 1e-10 if play == "below the smallest float" else 1e-12
    for name, expected in tabulated(paths, solutions).items():
        np.testing.assert_allclose(getattr(table, name), expected, rtol=tolerance, atol=1e-250, err_msg=name)


def test_a_draw_has_the_same_bits_in_any_batch_and_on_any_thread() -> None:
    compiled = compile_scenario(handmade.conditional_standoff())
    paths, solutions = paths_of(compiled), pure(compiled, 29, 900.0, 4)
    whole = tabulate(paths, solutions)
    cuts = [(0, 1), (1, 4), (4, 12), (12, 29)]
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda cut: tabulate(paths, solutions.part(*cut)), cuts))
    for (start, stop), part in zip(cuts, parts, strict=True):
        for field in fields(Table):
            expected, found = getattr(whole, field.name)[:, start:stop], getattr(part, field.name)
            np.testing.assert_array_equal(found, expected, strict=True)


def test_what_the_solver_says_of_a_draw_is_in_its_column() -> None:
    compiled = compile_scenario(handmade.leak_standoff())
    mixed, _ = fully_mixed(compiled, 5)
    counts, reals = np.arange(5, dtype=np.int32), np.arange(5.0)
    solutions = replace(mixed, status=counts, steps=counts + 1, jumps=counts + 2, method=counts + 3)
    table = tabulate(paths_of(compiled), replace(solutions, residuals=reals + 0.25, precisions=reals + 0.5))
    np.testing.assert_array_equal(table.payoffs.T, mixed.values)
    np.testing.assert_array_equal(table.max_regret[0], mixed.regrets.max(axis=1))
    for row, expected in [
        (table.status, counts),
        (table.steps, counts + 1),
        (table.jumps, counts + 2),
        (table.method, counts + 3),
        (table.residual, reals + 0.25),
        (table.precision, reals + 0.5),
    ]:
        np.testing.assert_array_equal(row, [expected])


def test_parts_are_written_to_their_place_in_a_table() -> None:
    compiled = compile_scenario(handmade.leak_standoff())
    paths, (solutions, _) = paths_of(compiled), fully_mixed(compiled, 6)
    whole, table = tabulate(paths, solutions), empty_table(paths, 6)
    assert all(np.isnan(getattr(table, field.name)).all() for field in fields(Table))
    table.write(2, tabulate(paths, solutions.part(2, 6)))
    table.write(0, tabulate(paths, solutions.part(0, 2)))
    for field in fields(Table):
        np.testing.assert_array_equal(getattr(table, field.name), getattr(whole, field.name), strict=True)
