"""Expressions: what parses, what it is worth in every draw, and what the errors say."""

from __future__ import annotations

import math
import pickle
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import expression_twin as twin
from offramp.errors import EvaluationError, ExpressionError
from offramp.scenario.expressions import Expression
from offramp.scenario.parse import MAX_DEPTH
from offramp.scenario.tokens import MAX_LENGTH
from random_expressions import DRAWS, NAMES, TREES


def worth(text: str, **names: Any) -> float:
    return float(Expression.parse(text).evaluate(names)[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("16 / 4 / 2", 2),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("(-2) ** 2", 4),
        ("2 ** -1", 0.5),
        ("- - 3", 3),
        ("+3 - -3", 6),
        ("2 * -3", -6),
        ("1e3 + .5 + 2. + 1E-1", 1002.6),
        ("0 ** 0", 1),
        ("3 > 2 > 1", 1),
        ("1 < 3 < 2", 0),
        ("1 == 1 != 0", 1),
        ("1 + 1 == 2", 1),
        ("not 0", 1),
        ("not 3 == 3", 0),
        ("not not 5", 1),
        ("2 and 3", 1),
        ("0 or -1", 1),
        ("1 or 0 and 0", 1),
        ("not 1 or 1", 1),
        ("min(3, 1, 2)", 1),
        ("max(3, 1, 2)", 3),
        ("abs(-2.5)", 2.5),
        ("exp(0) + log(1) + sqrt(9)", 4),
        ("clip(5, 0, 1)", 1),
        ("clip(-5, 0, 1)", 0),
        ("where(2 > 1, 10, 20)", 10),
        ("1e-320 * 1", 1e-320),
        ("2\n  + 3\t* 2", 8),
    ],
)
def test_constant_expressions_have_the_value_of_mathematics(text: str, expected: float) -> None:
    assert Expression.parse(text).evaluate({})[0] == pytest.approx(expected, rel=1e-15)


def test_names_are_the_references_as_written() -> None:
    expression = Expression.parse("after - cost * leak.leaked + where(court.shielded, cost, _x1) / max(B2, 1)")
    assert expression.names == {"after", "cost", "leak.leaked", "court.shielded", "_x1", "B2"}


def test_values_may_be_numbers_or_one_a_draw() -> None:
    values: dict[str, Any] = {"a": np.array([1.0, 2.0, 3.0]), "move.choice": True, "k": 2}
    result = Expression.parse("a * k + move.choice").evaluate(values, 3)
    assert result.dtype == np.float64
    assert result.tolist() == [3.0, 5.0, 7.0]


def test_the_result_is_a_fresh_array_of_full_length() -> None:
    values = np.array([1.0, 2.0])
    result = Expression.parse("a").evaluate({"a": values}, 2)
    result[0] = 9
    assert values[0] == 1
    assert Expression.parse("3").evaluate({}, 4).tolist() == [3, 3, 3, 3]
    assert Expression.parse("1 / a").evaluate({"a": np.empty(0)}, 0).shape == (0,)


@pytest.mark.parametrize(
    "text",
    [
        "where(a > 0, 1 / a, 0)",
        "where(a <= 0, 0, log(a) * 0 + 1 / a)",
        "a > 0 and 1 / a > 0",
        "a <= 0 or 1 / a > 0",
        "0 < a < 1 / a",
        "where(a == 0 or a < 0, 0, sqrt(a))",
        "where(0, 1 / 0, a)",
        "where(a > 0, where(a > 3, 1 / (a - 2), 0), 1)",
    ],
)
def test_only_what_a_draw_uses_is_worked_in_it(text: str) -> None:
    values = np.array([0.0, 4.0, -1.0, 2.0])
    expression = Expression.parse(text)
    together = expression.evaluate({"a": values}, 4)
    assert together.tolist() == [worth(text, a=a) for a in values]


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("1 / a", "division by zero"),
        ("a / (a - a)", "division by zero at 'a / (a - a)'"),
        ("2 + 1 / a * 3", "division by zero at '1 / a'"),
        ("a ** -1", "zero to a negative power"),
        ("(a - 1) ** 0.5", "a negative number to a fractional power"),
        ("log(a)", "the logarithm of a number that is not positive"),
        ("sqrt(a - 1)", "the square root of a negative number"),
        ("exp(1000 + a)", "overflow"),
        ("1e308 * 10 + a", "overflow at '1e308 * 10'"),
        ("1e308 + 1e308 - a", "overflow at '1e308 + 1e308'"),
        ("10 ** (400 + a)", "overflow"),
        ("clip(a, 1, 0)", "clip with its low bound above its high one"),
        ("a and 1 or 1 / a", "division by zero at '1 / a'"),
    ],
)
def test_a_step_without_a_finite_value_is_an_error(text: str, trouble: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        Expression.parse(text).evaluate({"a": np.array([0.0])}, 1, "payoff of ruler")
    # A trouble in the whole expression is not repeated as a piece of it.
    assert caught.value.trouble == trouble.removesuffix(f" at '{text}'")
    assert str(caught.value).startswith(f"payoff of ruler: {caught.value.trouble} in {text!r}, draw 0, where ")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_name_that_is_not_finite_is_an_error_only_where_used(bad: float) -> None:
    expression = Expression.parse("where(b > 0, a, 7)")
    values = {"a": np.array([1.0, bad]), "b": np.array([1.0, 0.0])}
    assert expression.evaluate(values, 2).tolist() == [1.0, 7.0]
    with pytest.raises(EvaluationError, match="a is not a finite number at 'a'"):
        expression.evaluate({**values, "b": 1}, 2)


def test_the_error_names_the_first_such_draw_and_the_values_there() -> None:
    """The step that fails first while working is not the one that fails in the earliest draw."""
    expression = Expression.parse("1 / a + log(b)")
    values: dict[str, Any] = {"a": np.array([1.0, 1.0, 1.0, 0.0]), "b": np.array([1.0, -2.0, 1.0, -5.0]), "unused": 3.0}
    with pytest.raises(EvaluationError) as caught:
        expression.evaluate(values, 4, first_draw=100)
    assert caught.value.draw == 101
    assert caught.value.values == {"a": 1.0, "b": -2.0}
    assert "logarithm" in caught.value.trouble
    assert str(caught.value).endswith("in '1 / a + log(b)', draw 101, where a = 1, b = -2")


def test_a_missing_or_misshapen_value_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="no value was given for 'b' in 'a \\+ b'"):
        Expression.parse("a + b").evaluate({"a": 1.0})
    with pytest.raises(ValueError, match=r"'a' has shape \(3,\); give a number or an array of shape \(2,\)"):
        Expression.parse("a").evaluate({"a": np.zeros(3)}, 2)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "found an empty expression"),
        ("  \n ", 0, "found an empty expression"),
        ("a +", 3, "found the end where a value is needed"),
        ("a + * b", 4, r"found '\*' where a value is needed"),
        ("()", 1, r"found '\)' where a value is needed"),
        ("(a", 0, "found a bracket that is never closed"),
        ("a)", 1, r"found a \) that closes nothing"),
        ("max(1, 2", 3, "found a bracket that is never closed"),
        ("a b", 2, "found 'b' directly after 'a'"),
        ("2a", 1, "found 'a' directly after '2'"),
        ("1,000", 1, "found a comma outside a function's arguments"),
        ("max(1)", 0, "found max with 1 argument"),
        ("where(1, 2)", 0, "found where with 2 arguments"),
        ("log()", 0, "found log with 0 arguments"),
        ("exp(1, 2)", 0, "found exp with 2 arguments"),
        ("1 + max", 4, "found the function 'max' without its arguments"),
        ("1 + not a", 4, "found 'not' inside arithmetic or a comparison"),
        ("1e999", 0, "found the number '1e999', which is too large"),
        ("9" * 400, 0, "which is too large"),
        ("a.b.c", 3, "found a second dot after 'a.b'"),
        ("leak.", 4, r"found '\.'"),
        ("a\0b", 1, r"found the character '\\x00'"),
        ("température", 4, "found the character 'é'"),
        ("a + ٣", 4, "found the character '٣'"),
        ("\ud800", 0, "found the character"),
        ("a\u2003+ b", 1, "found the character"),
        ("__import__('os')", 11, 'found "\'"'),
        ("(" * (MAX_DEPTH + 1), MAX_DEPTH, "found an expression that nests too deeply"),
        ("-" * 1000 + "1", MAX_DEPTH, "found an expression that nests too deeply"),
        ("1**" * 1000 + "1", 3 * MAX_DEPTH, "found an expression that nests too deeply"),
        ("1+" * MAX_LENGTH + "1", 0, f"found an expression of {2 * MAX_LENGTH + 1} characters"),
        ("  a $ b", 4, r"found the character '\$'"),
    ],
)
def test_what_does_not_parse_is_located(text: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        Expression.parse(text)
    assert caught.value.offset == offset
    assert len(str(caught.value)) < MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("a ^ 2", r"write \*\* for a power"),
        ("a = 2", "write == to compare"),
        ("a && b", "write and"),
        ("a || b", "write or"),
        ("!a", "write not"),
        ("a AND b", "write and in small letters"),
        ("a ≤ b", "write <="),
        ("a × b", r"write \* for multiplication"),
        ("30%", "0.3 for 30%"),
        ("a ? 1 : 2", "write where"),
        ("1 if a else 2", "write where"),
        ("a // 2", "write /"),
        ("[a]", "round brackets"),
        ("mx(1, 2)", "did you mean 'max'"),
        ("sqr(4)", "did you mean 'sqrt'"),
        ("Where(a, 1, 2)", "did you mean 'where'"),
        ("ln(2)", "did you mean 'log'"),
        ("clamp(a, 0, 1)", "did you mean 'clip'"),
        ("pow(2, 3)", r"write a \*\* b"),
        ("safety(a + b)", r"write \* between"),
        ("2 a", r"\* to multiply"),
        ("clip(a, 0)", r"write clip\(value, low, high\)"),
        ("1.000,5", "decimals with a point"),
    ],
)
def test_common_slips_are_told_what_to_write(text: str, remedy: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(text)
    assert re.search(remedy, caught.value.remedy)


@pytest.mark.parametrize(
    ("number", "text"), [(3, "3"), (-2.5, "-2.5"), (1e-30, "1e-30"), (np.float32(0.5), "0.5"), (np.int64(4), "4")]
)
def test_a_plain_number_is_an_expression(number: float, text: str) -> None:
    expression = Expression.parse(number)
    assert expression.text == text
    assert expression.evaluate({}) == [float(number)]
    assert Expression.parse(expression) is expression


def test_the_deepest_expression_is_worked_and_pickled() -> None:
    inner = "where(1, " * (MAX_DEPTH - 1) + "a" + ", 0)" * (MAX_DEPTH - 1)
    expression = pickle.loads(pickle.dumps(Expression.parse(inner)))
    assert expression.evaluate({"a": np.array([1.0, 2.0])}, 2).tolist() == [1.0, 2.0]
    with pytest.raises(ExpressionError, match="nests too deeply"):
        Expression.parse(f"where(1, {inner}, 0)")


@pytest.mark.parametrize("source", [math.nan, math.inf, 10**400, True, None, [1], 1j])
def test_what_is_no_number_and_no_text_is_an_error(source: Any) -> None:
    with pytest.raises(ExpressionError, match="found"):
        Expression.parse(source)


def test_spaces_do_not_matter_to_equality() -> None:
    one, same, other = (Expression.parse(text) for text in ("a+b * 2", "  a +\n b*2 ", "a + b * 3"))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert same.text == "a + b*2"
    assert Expression.parse("a b".replace(" ", "")) != Expression.parse("a + b")


def test_expressions_are_immutable_and_can_be_pickled() -> None:
    expression = Expression.parse("where(a > 0, 1 / a, 0)")
    again = pickle.loads(pickle.dumps(expression))
    assert again == expression
    assert again.evaluate({"a": 2.0}).tolist() == [0.5]
    with pytest.raises(AttributeError):
        expression.text = "b"  # type: ignore[misc]


def test_inlined_formulas_stay_lazy_and_keep_their_grouping() -> None:
    formulas = {"share": Expression.parse("1 / a"), "total": Expression.parse("a + b")}
    inlined = Expression.parse("where(a > 0, share, 0) - total * 2 + move.total").inline(formulas)
    assert inlined.names == {"a", "b", "move.total"}
    assert inlined.evaluate({"a": 0.0, "b": 3.0, "move.total": 0.0}).tolist() == [-6.0]
    untouched = Expression.parse("a")
    assert untouched.inline(formulas) is untouched


def test_long_sums_are_not_deep() -> None:
    text = " + ".join(["a"] * 2000)
    assert worth(text, a=1.0) == 2000


@pytest.mark.parametrize(
    "text", ["a ** 2", "a ** b", "2 ** a", "exp(a) + log(a)", "sqrt(a) / b ** 0.5", "a ** -1", "a ** 3"]
)
def test_a_draw_gives_the_same_bits_alone_and_in_a_batch(text: str) -> None:
    rng = np.random.default_rng(7)
    values = {"a": rng.uniform(0.1, 3, 500), "b": np.where(rng.random(500) < 0.5, 2.0, rng.uniform(0.1, 3, 500))}
    expression = Expression.parse(text)
    together = expression.evaluate(values, 500)
    strided = np.stack(list(values.values()), axis=1)
    assert (expression.evaluate({"a": strided[:, 0], "b": strided[:, 1]}, 500) == together).all()
    for draw in range(500):
        alone = {name: column[draw : draw + 1] for name, column in values.items()}
        scalars = {name: float(column[draw]) for name, column in values.items()}
        assert expression.evaluate(alone)[0] == expression.evaluate(scalars)[0] == together[draw]


@pytest.mark.parametrize(("exponent", "shortcut"), [("2", np.square), ("0.5", np.sqrt), ("-1", np.reciprocal)])
def test_powers_do_not_take_numpys_shortcut_for_a_single_exponent(exponent: str, shortcut: Any) -> None:
    """The shortcut differs in the last bit for about one number in a thousand; those are looked at."""
    values = np.random.default_rng(7).uniform(0.1, 3, 100_000)
    together = np.power(values, np.full(len(values), float(exponent)))
    telling = np.flatnonzero(together != shortcut(values))[:20]
    expression = Expression.parse(f"a ** {exponent}")
    assert (expression.evaluate({"a": values}, len(values)) == together).all()
    assert all(expression.evaluate({"a": values[i]})[0] == together[i] for i in telling)


@given(st.text(max_size=60) | st.text(alphabet="ab1.0e+-*/<>=!(), andornotmaxwhere", max_size=60))
@example("1" * 5000)
@settings(max_examples=400, deadline=None)
def test_any_text_is_an_expression_or_a_clean_error(text: str) -> None:
    try:
        expression = Expression.parse(text)
    except ExpressionError as error:
        offset, found = error.offset, error.found
    else:
        offset, found = 0, expression.text
        assert Expression.parse(expression.text) == expression
    assert 0 <= offset <= len(text)
    assert found


@given(TREES, DRAWS)
@settings(max_examples=400, deadline=None)
def test_random_expressions_agree_with_a_scalar_twin(tree: twin.Tree, draws: list[tuple[float, ...]]) -> None:
    expression = Expression.parse(twin.write(tree))
    expected: list[float] = []
    for draw in draws:
        try:
            expected.append(twin.value(tree, dict(zip(NAMES, draw, strict=True))))
        except twin.NoValueError:
            break
    columns = {name: np.array([draw[i] for draw in draws]) for i, name in enumerate(NAMES)}
    if len(expected) < len(draws):
        with pytest.raises(EvaluationError) as caught:
            expression.evaluate(columns, len(draws))
        assert caught.value.draw == len(expected)
        assert caught.value.values == {name: columns[name][len(expected)] for name in expression.names}
    else:
        assert expression.evaluate(columns, len(draws)) == pytest.approx(expected, rel=1e-12)
