"""The table of a run against a path-by-path count: answers, conditions, breaks, choices where reach underflows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import handmade
from offramp.explore.paths import Paths, paths_of
from offramp.explore.run import run
from offramp.explore.table import tabulate
from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.draws import draw
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Scenario
from offramp.solve.api import solve
from offramp.solve.result import Solutions


def fully_mixed(
    compiled: Compiled, num_draws: int, *, costly: float = 0.0, seed: int = 0
) -> tuple[Solutions, np.ndarray]:
    """A made-up profile in which every action has its own log probability; first actions cost ``costly`` more."""
    random = np.random.default_rng(seed)
    game = compiled.game
    logs = random.normal(size=(num_draws, int(game.action_starts[-1])))
    logs[:, game.action_starts[:-1]] -= costly
    chance = compiled.chance(draw(compiled.scenario, num_draws, seed=1))
    for start, end in zip(game.action_starts[:-1], game.action_starts[1:], strict=True):
        block = logs[:, start:end]
        block -= block.max(axis=1, keepdims=True)
        block -= np.log(np.exp(block).sum(axis=1, keepdims=True))
    reach = np.ones((num_draws, game.num_nodes))
    for node in range(1, game.num_nodes):
        reach[:, node] = reach[:, game.parents[node]] * step(compiled, np.exp(logs), chance, node)
    solved = solve(game, compiled.payoffs(draw(compiled.scenario, num_draws, seed=1)), chance)
    return replace(solved, strategies=np.exp(logs), log_strategies=logs, reach=reach), chance


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
    table, expected = tabulate(paths, solutions, chance), count_paths(compiled, solutions, chance)
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
    table, expected = tabulate(paths, solutions, chance), count_paths(compiled, solutions, chance)
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
    table, expected = tabulate(paths, solutions, chance), count_paths(compiled, solutions, chance)
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
    table, expected = tabulate(paths, solutions, chance), count_paths(compiled, solutions, chance)
    named = [f"{paths.moves[paths.choices[each][0]]}.{paths.choices[each][1]}" for each in paths.breaks]
    assert named == ["leak.leaked", "promise.prosecute"]
    left = expected["outcome.kept"] + expected["outcome.betrayed"]
    np.testing.assert_allclose(table.conditions[0], left, rtol=1e-12)
    np.testing.assert_allclose(table.breaks.sum(axis=0) + table.answers[0], 1.0, rtol=1e-12)


def test_a_draw_that_does_not_meet_the_condition_has_no_number() -> None:
    compiled = compile_scenario(handmade.conditional_standoff())
    mixed, chance = fully_mixed(compiled, 3)
    reach = mixed.reach.copy()
    reach[0, ~reached_without_offer(compiled)] = 0.0
    reach[1, ~reached_without_offer(compiled)] *= 1e-280
    table = tabulate(paths_of(compiled), replace(mixed, reach=reach), chance)
    assert np.isnan(table.answers[0]).tolist() == [True, True, False]
    assert np.isnan(table.breaks).any(axis=0).tolist() == [True, True, False]
    assert table.conditions[0, :2].tolist() == [0.0, 0.0]
    assert np.isfinite(table.answers[1]).all()


def test_choices_stay_exact_where_reach_underflows() -> None:
    """Play that costs 2,000 in the exponent: reach is 0, and the choice given that it is reached is still a number."""
    compiled = compile_scenario(handmade.leak_standoff())
    paths = paths_of(compiled)
    mild, chance = fully_mixed(compiled, 6, costly=1.0)
    logs = mild.log_strategies.copy()
    offer = int(compiled.game.action_starts[compiled.game.node_infosets[0]])
    logs[:, offer] -= 2000.0
    strategies = np.exp(logs)
    unreached = replace(
        mild,
        log_strategies=logs,
        strategies=strategies,
        reach=np.where(reached_without_offer(compiled), mild.reach, 0.0),
    )
    table, expected = tabulate(paths, unreached, chance), tabulate(paths, mild, chance)
    answer = paths.moves.index("answer")
    assert (table.reached[answer] == 0).all()
    later = [row for row, (move, _) in enumerate(paths.choices) if move >= paths.moves.index("leak")]
    np.testing.assert_allclose(table.choices[later], expected.choices[later], rtol=1e-9)


def reached_without_offer(compiled: Compiled) -> np.ndarray:
    """bool[N]: nodes whose path does not go through the offer."""
    offered = np.array([(0, 0) in compiled.history(node) for node in range(compiled.game.num_nodes)])
    return ~offered


def test_a_choice_that_is_impossible_on_the_way_leaves_the_fewest_mistakes() -> None:
    """With exact zeros on the way, nodes that need fewer of them outweigh all others."""
    compiled = compile_scenario(handmade.leak_standoff())
    paths = paths_of(compiled)
    mixed, chance = fully_mixed(compiled, 3)
    game = compiled.game
    logs = mixed.log_strategies.copy()
    offer = int(game.action_starts[game.node_infosets[0]])
    promise = paths.moves.index("promise")
    shy = [
        int(game.action_starts[index])
        for index, move in enumerate(compiled.infoset_moves)
        if move == paths.moves.index("answer")
    ]
    logs[:, offer] = -np.inf
    logs[:, shy[1:]] = -np.inf
    with np.errstate(under="ignore"):
        strategies = np.exp(logs)
    zero = replace(
        mixed,
        log_strategies=logs,
        strategies=strategies,
        reach=np.where(np.arange(game.num_nodes) == 0, mixed.reach, 0.0),
    )
    table = tabulate(paths, zero, chance)
    keep = next(row for row, choice in enumerate(paths.choices) if choice == (promise, "keep"))
    only = [
        node for node in np.flatnonzero(compiled.node_moves == promise) if accepts_at(compiled, int(node)) == shy[0]
    ]
    expected = strategies[:, game.action_starts[game.node_infosets[only[0]]]]
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
