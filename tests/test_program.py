"""Programs of many expressions: the bits of one at a time, each piece once, and doubt where a value may be missing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import expression_twin as twin
from offramp.arrays import Floats
from offramp.errors import EvaluationError
from offramp.scenario import program
from offramp.scenario.expressions import Expression
from offramp.scenario.program import Program, ProgramBuilder, Value
from random_expressions import DRAWS, NAMES, TREES


def build(*texts: str, **fixed: float) -> tuple[Program, list[int]]:
    """The program of some expressions, names in ``fixed`` being constants, and the columns in which they come out."""
    builder = ProgramBuilder()

    def named(name: str) -> Value:
        return builder.number(fixed[name]) if name in fixed else builder.input(name)

    made, columns = builder.finish([builder.tree(Expression.parse(text).tree, named) for text in texts])
    return made, columns.tolist()


def work(text: str, **names: list[float]) -> tuple[list[float], list[int]]:
    """The values of one expression, and the results in doubt."""
    made, _ = build(text)
    columns = {name: np.array(values) for name, values in names.items()}
    results, doubtful = made.run(columns, len(next(iter(columns.values()))))
    return results[:, 0].tolist(), doubtful


def careful(expression: Expression, values: Mapping[str, Floats], num_draws: int) -> Floats | None:
    try:
        return expression.evaluate(values, num_draws) + 0.0
    except EvaluationError:
        return None


@given(st.lists(TREES, min_size=1, max_size=4), DRAWS, st.sets(st.sampled_from(NAMES)))
@settings(max_examples=300, deadline=None)
def test_results_that_are_not_in_doubt_have_the_bits_of_one_expression_at_a_time(
    trees: list[twin.Tree], draws: list[tuple[float, ...]], constant: set[str]
) -> None:
    fixed = {name: draws[0][index] for index, name in enumerate(NAMES) if name in constant}
    columns = {name: np.array([draw[i] for draw in draws]) for i, name in enumerate(NAMES) if name not in fixed}
    expressions = [Expression.parse(twin.write(tree)) for tree in trees]
    made, places = build(*(each.text for each in expressions), **fixed)
    results, doubtful = made.run(columns, len(draws))
    for expression, place in zip(expressions, places, strict=True):
        if place not in doubtful:
            values = columns | {name: np.full(len(draws), value) for name, value in fixed.items()}
            expected = careful(expression, values, len(draws))
            assert expected is not None
            assert results[:, place].tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    "text",
    [
        "1 / x",
        "log(x)",
        "sqrt(x - 1)",
        "(x - 1) ** 0.5",
        "x ** -1",
        "0 * (1 / x)",
        "min(1, 1 / x)",
        "1 / (1 / x)",
        "1 / x > 3",
        "(1 / x) ** 0",
        "exp(log(x))",
        "where(x == 5, 1 / x, 2)",
        "where(1 / x > 0, 1, 2)",
        "clip(3, x, -1)",
        "not (1 / x)",
        "0 and x or 1 / x",
        "x == 0 or 1 / x > 0",
    ],
)
def test_a_value_that_may_be_missing_is_in_doubt(text: str) -> None:
    """Whether it is missing the careful way decides; the last ones and the ``where`` are fine there."""
    assert work(text, x=[1.0, 0.0, 2.0])[1] == [0]
    assert work(text.replace("-1)", "x)"), x=[2.0, 1.5, 1.25]) == (
        Expression.parse(text.replace("-1)", "x)")).evaluate({"x": np.array([2.0, 1.5, 1.25])}, 3).tolist(),
        [],
    )


@pytest.mark.parametrize("text", ["where(1, x, 1 / 0)", "0 and 1 / 0", "x * 0 + (2 > 1 or 1 / 0)", "2 ** 3 * x"])
def test_what_a_constant_decides_is_not_worked(text: str) -> None:
    expected = Expression.parse(text).evaluate({"x": np.array([3.0, 4.0])}, 2).tolist()
    assert work(text, x=[3.0, 4.0]) == (expected, [])


def test_only_results_that_rest_on_a_missing_value_are_in_doubt() -> None:
    made, places = build("1 / x", "x + 1", "min(1 / x, 2) * y", "y")
    results, doubtful = made.run({"x": np.array([0.0, 1.0]), "y": np.array([2.0, 3.0])}, 2)
    assert doubtful == [places[0], places[2]]
    assert results[:, [places[1], places[3]]].tolist() == [[1, 2], [2, 3]]


def test_a_name_without_a_finite_number_puts_all_in_doubt() -> None:
    made, _ = build("x + 1", "2 * y")
    assert made.run({"x": np.array([np.nan]), "y": np.ones(1)}, 1)[1] == [0, 1]
    assert made.run({"x": np.ones(1)}, 1)[1] == [0, 1]


def test_pieces_are_worked_once_and_equal_results_share_a_column() -> None:
    made, places = build("(a + b) * c", "c * (b + a) - d", "c * (a + b)", "0 * c", "a * 0", "1 * c / 1 + 0 - 0", "c")
    assert places == [0, 1, 0, 2, 2, 3, 3]
    assert [step.operation for step in made.steps if step.operation != "copy"] == ["+", "*", "-"]


def test_registers_are_used_again() -> None:
    made, _ = build(" + ".join(f"(a - {k}) * (b - {k})" for k in range(1, 50)))
    assert made.num_registers <= 4


def test_a_zero_is_positive() -> None:
    results, _ = work("0 * x - 0 * x", x=[-1.0])
    assert np.signbit(results[0]) == np.signbit(0.0)
    assert not np.signbit(work("x * y", x=[-1.0], y=[0.0])[0][0])


def test_how_draws_are_cut_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).uniform(0.1, 3, (2, 500))
    made, _ = build("exp(a) ** b / log(a + 1)", "sqrt(a) * b ** 2", "min(a, b) + abs(a - b)")
    whole, doubtful = made.run(dict(zip("ab", values, strict=True)), 500)
    assert not doubtful
    for start in range(0, 500, 99):
        part, _ = made.run(dict(zip("ab", values[:, start : start + 1], strict=True)), 1)
        assert part.tobytes() == whole[start : start + 1].tobytes()
    monkeypatch.setattr(program, "DRAWS_AT_ONCE", 7)
    assert made.run(dict(zip("ab", values, strict=True)), 500)[0].tobytes() == whole.tobytes()


def test_no_draws_give_no_results() -> None:
    made, _ = build("a + 1")
    assert made.run({"a": np.empty(0)}, 0)[0].shape == (0, 1)
