"""A batch of draws: each distinct number once, the same bits in any batch, and errors as without it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from offramp.errors import EvaluationError
from offramp.game.batch import Batch
from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.draws import draw
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load
from standoffs import EXIT_DRAWS, assumption, choice, drawn, exit_offer, move, outcome, standoff

EXAMPLE = Path(__file__).parents[1] / "examples" / "venezuela-2024.yaml"


@pytest.fixture(scope="module")
def venezuela() -> Compiled:
    return compile_scenario(load(EXAMPLE))


def random_batch() -> tuple[Batch, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    payoffs, chance = rng.normal(size=(5, 4, 3)), rng.random((5, 2))
    return Batch.of(payoffs, chance), payoffs, chance


def test_numbers_go_in_and_come_out() -> None:
    batch, payoffs, chance = random_batch()
    assert batch.num_draws == 5
    np.testing.assert_array_equal(batch.payoffs(), payoffs)
    np.testing.assert_array_equal(batch.chance(), chance)
    assert np.shares_memory(batch.payoff_cells, payoffs)
    assert np.shares_memory(batch.chance_cells, chance)


def test_a_part_is_a_view_of_its_draws() -> None:
    batch, payoffs, chance = random_batch()
    part = batch.part(1, 3)
    assert part.num_draws == 2
    np.testing.assert_array_equal(part.payoffs(), payoffs[1:3])
    np.testing.assert_array_equal(part.chance(), chance[1:3])
    assert np.shares_memory(part.payoff_cells, payoffs)


def test_payoffs_and_chance_are_for_the_same_draws() -> None:
    with pytest.raises(ValueError, match="payoffs of 2 draws and chance of 3; give both for the same draws"):
        Batch.of(np.zeros((2, 4, 1)), np.zeros((3, 2)))


def test_a_compiled_scenario_gives_its_batch(venezuela: Compiled) -> None:
    draws = draw(venezuela.scenario, 50, seed=1)
    batch = venezuela.batch(draws)
    game = venezuela.game
    assert batch.payoff_index.shape == (len(game.leaves), game.num_players)
    assert batch.chance_index.shape == (game.num_chance_branches,)
    assert {index.dtype for index in (batch.payoff_index, batch.chance_index)} == {np.dtype(np.int32)}
    assert batch.payoff_cells.flags.c_contiguous
    assert batch.chance_cells.flags.c_contiguous
    np.testing.assert_array_equal(batch.payoffs(), venezuela.payoffs(draws))
    np.testing.assert_array_equal(batch.chance(), venezuela.chance(draws))


def test_each_distinct_number_comes_once(venezuela: Compiled) -> None:
    batch = venezuela.batch(draw(venezuela.scenario, 50, seed=1))
    assert len({column.tobytes() for column in batch.payoff_cells.T}) == batch.payoff_cells.shape[1]
    assert batch.payoff_cells.shape[1] < batch.payoff_index.size / 10
    assert batch.chance_cells.shape[1] < 10


def test_a_draw_has_the_same_bits_in_any_batch(venezuela: Compiled) -> None:
    draws = draw(venezuela.scenario, 40, seed=2)
    together = venezuela.batch(draws)
    for number in range(0, 40, 13):
        alone = venezuela.batch(draws.part(number, number + 1))
        assert alone.payoff_cells.tobytes() == together.part(number, number + 1).payoff_cells.tobytes()
        assert alone.chance_cells.tobytes() == together.part(number, number + 1).chance_cells.tobytes()


def test_a_value_missing_in_one_draw_changes_no_bit_in_the_others() -> None:
    """In the draw where x is 0 the cell is worked step by step, and every other draw of the batch with it."""
    scenario = standoff(
        "a",
        [move("act", "a", choice("go", "end"), choice("stay", "end"))],
        [outcome("end", a="where(x > 0, exp(x) ** y / x, -(x * y)) + act.go")],
        assumptions=(assumption("x", {"uniform": [0, 1]}), assumption("y", {"uniform": [0, 1]})),
    )
    x, y = np.random.default_rng(4).random((2, 30))
    well = compile_scenario(scenario).batch(drawn(x=list(x), y=list(y)))
    mixed = compile_scenario(scenario).batch(drawn(x=[0.0, *x], y=[0.5, *y]))
    assert mixed.payoff_cells[1:].tobytes() == well.payoff_cells.tobytes()
    assert mixed.payoffs()[0, :, 0].tolist() == [1, 0]


def test_an_error_in_a_cell_that_equals_another_is_still_an_error() -> None:
    scenario = standoff(
        "a b",
        [move("act", "a", choice("go", "end"), choice("stay", "end"))],
        [outcome("end", a=0, b="0 * (1 / x)")],
        assumptions=(assumption("x", {"uniform": [0, 1]}),),
    )
    compiled = compile_scenario(scenario)
    assert compiled.batch(drawn(x=[0.5])).payoff_cells.tolist() == [[0.0]]
    with pytest.raises(EvaluationError, match=r"outcomes\.end\.payoffs\.b: division by zero") as caught:
        compiled.batch(drawn(x=[0.5, 0.0]))
    assert caught.value.draw == 1


def test_payoffs_are_reported_before_chance() -> None:
    broken = dataclasses.replace(exit_offer(), formulas={})
    assert compile_scenario(broken).batch(EXIT_DRAWS).num_draws == EXIT_DRAWS.values.shape[0]
    throws = [choice("up", "end", probability="p"), choice("down", "end")]
    scenario = standoff(
        "a",
        [move("throw", "chance", *throws)],
        [outcome("end", a="1 / (p - 2)")],
        assumptions=(assumption("p", {"uniform": [0, 1]}),),
    )
    with pytest.raises(EvaluationError, match=r"payoffs\.a: division by zero"):
        compile_scenario(scenario).batch(drawn(p=[2.0]))
    with pytest.raises(EvaluationError, match="is not between 0 and 1"):
        compile_scenario(scenario).batch(drawn(p=[1.5]))


def test_lotteries_of_equal_probabilities_share_their_columns() -> None:
    scenario = standoff(
        "a",
        [
            move("first", "chance", choice("up", "second", probability="p * 1"), choice("down", "second")),
            move("second", "chance", choice("up", "end", probability="odds"), choice("down", "end")),
        ],
        [outcome("end", a="first.up")],
        assumptions=(assumption("p", {"uniform": [0, 1]}),),
    )
    compiled = compile_scenario(dataclasses.replace(scenario, formulas={"odds": Expression.parse("p + 0")}))
    batch = compiled.batch(drawn(p=[0.25]))
    assert batch.chance_cells.tolist() == [[0.25, 0.75]]
    assert batch.chance()[0].tolist() == [0.25, 0.75, 0.25, 0.75, 0.25, 0.75]
