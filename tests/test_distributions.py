"""Distributions: forms of the file, quantiles against scipy.stats, moments, atoms and errors."""

from __future__ import annotations

import math
import pickle
import re
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaincinv

from offramp.errors import DistributionError
from offramp.scenario.distributions import Distribution
from offramp.scenario.sobol import EDGE

REFERENCES: dict[str, tuple[dict[str, Any], Any]] = {
    "uniform": ({"uniform": [-2, 3]}, stats.uniform(-2, 5)),
    "triangular": ({"triangular": [0, 1, 4]}, stats.triang(0.25, 0, 4)),
    "triangular with its mode at an end": ({"triangular": [0, 4, 4]}, stats.triang(1, 0, 4)),
    "pert": ({"pert": [60, 70, 100]}, stats.beta(2, 4, 60, 40)),
    "pert with its mode at an end": ({"pert": [0, 0, 1]}, stats.beta(1, 5)),
    "normal": ({"normal": [5, 2]}, stats.norm(5, 2)),
    "lognormal": ({"lognormal": [5, 0.5]}, stats.lognorm(0.5, scale=5)),
    "beta": ({"beta": [0.9, 3]}, stats.beta(0.9, 3)),
    "truncnormal around its mean": ({"truncnormal": [1, 2, 0, 2]}, stats.truncnorm(-0.5, 0.5, 1, 2)),
    "truncnormal in the upper tail": ({"truncnormal": [0, 1, 6, 8]}, stats.truncnorm(6, 8)),
    "truncnormal in the lower tail": ({"truncnormal": [0, 1, -30, -20]}, stats.truncnorm(-30, -20)),
}
LEVELS = np.concatenate([[EDGE, 1e-6], np.linspace(0.01, 0.99, 99), [1 - 1e-6, 1 - EDGE]])
EVERY_KIND = [case for case, _ in REFERENCES.values()] + [{"choice": [3, 1, 2]}, {"discrete": {10: 0.6, 0: 0.4}}, 7]


@pytest.mark.parametrize(("source", "reference"), REFERENCES.values(), ids=REFERENCES)
def test_quantiles_and_moments_agree_with_scipy_stats(source: dict[str, Any], reference: Any) -> None:
    distribution = Distribution.parse(source)
    assert distribution.quantile(LEVELS) == pytest.approx(reference.ppf(LEVELS), rel=1e-8, abs=1e-10)
    assert distribution.mean == pytest.approx(reference.mean(), rel=1e-8)
    assert distribution.median == pytest.approx(reference.median(), rel=1e-10)
    assert distribution.support == pytest.approx(reference.support(), rel=1e-12)


@pytest.mark.parametrize("source", EVERY_KIND, ids=str)
def test_midpoints_rise_within_the_support_and_average_to_the_mean(source: Any) -> None:
    distribution = Distribution.parse(source)
    midpoints = distribution.midpoints(4000)
    low, high = distribution.support
    assert (np.diff(midpoints) >= 0).all()
    assert low <= midpoints[0]
    assert midpoints[-1] <= high
    assert midpoints.mean() == pytest.approx(distribution.mean, rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("source", EVERY_KIND, ids=str)
def test_a_value_reads_back_from_the_form_it_is_written_in(source: Any) -> None:
    distribution = Distribution.parse(source)
    assert Distribution.parse(distribution.as_value()) == distribution
    assert Distribution.parse(distribution) is distribution
    assert pickle.loads(pickle.dumps(distribution)) == distribution
    assert distribution.as_value() == source


@pytest.mark.parametrize("source", EVERY_KIND, ids=str)
def test_a_level_gives_the_same_bits_alone_and_in_a_batch(source: Any) -> None:
    distribution = Distribution.parse(source)
    levels = np.random.default_rng(3).random(300)
    together = distribution.quantile(levels)
    assert all(distribution.quantile(levels[i : i + 1])[0] == together[i] for i in range(300))


@pytest.mark.parametrize(
    "source",
    [
        {"lognormal": [1e100, 20]},
        {"uniform": [-1e100, 1e100]},
        {"triangular": [-1e100, 0, 1e100]},
        {"beta": [0.001, 1e6]},
        {"truncnormal": [0, 1e-3, 1e6, 2e6]},
        {"truncnormal": [0, 1, -1e6, 1e6]},
        {"truncnormal": [5, 1, 5, 5.000001]},
        {"pert": [0, 1e-30, 1e30]},
    ],
    ids=str,
)
def test_extreme_parameters_have_finite_quantiles_in_order(source: Any) -> None:
    distribution = Distribution.parse(source)
    quantiles = distribution.quantile(LEVELS)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles) >= 0).all()
    assert distribution.support[0] <= quantiles[0]
    assert quantiles[-1] <= distribution.support[1]
    assert math.isfinite(distribution.mean)


SHAPES = [(1, 1), (1, 5), (5, 1), (1 + 1e-9, 5 - 1e-9), (1.04, 4.96), (3, 3), (4.2, 1.8), (1.5, 80), (100, 100)]
STEEP_SHAPES = [(0.5, 0.5), (0.2, 0.2), (0.2, 3), (20, 0.7), (0.99, 0.99)]
LARGE_SHAPES = [(1000, 3), (1, 1e6), (1e6, 1e6), (0.2, 1e6)]


@pytest.mark.parametrize("shapes", [*SHAPES, *STEEP_SHAPES, *LARGE_SHAPES], ids=str)
def test_interpolated_quantiles_are_exact_to_twelve_digits_of_the_range(shapes: tuple[float, float]) -> None:
    rng = np.random.default_rng(5)
    tails = 10 ** rng.uniform(-12, -0.3, 2000)
    levels = np.sort(np.concatenate([LEVELS, rng.random(2000), tails, 1 - tails, [1e-12, 0.5, 1 - 1e-12]]))
    quantiles = Distribution("beta", shapes).quantile(levels)
    assert np.abs(quantiles - betaincinv(*shapes, levels)).max() < 5e-13
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[0] >= 0
    assert quantiles[-1] <= 1


@pytest.mark.parametrize("source", [[0, 0, 1], [-1e6, -1e6, 3], [10, 11, 1000], [5, 9.999, 10]], ids=str)
def test_quantiles_of_skewed_perts_are_exact_to_twelve_digits_of_the_range(source: list[float]) -> None:
    low, mode, high = source
    levels = np.concatenate([LEVELS, np.random.default_rng(5).random(2000)])
    a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
    expected = low + (high - low) * betaincinv(a, b, levels)
    quantiles = Distribution.parse({"pert": source}).quantile(levels)
    assert np.abs(quantiles - expected).max() < 1e-12 * (high - low)


def test_small_shapes_are_solved_for_exactly() -> None:
    assert Distribution("beta", (0.05, 2)).quantile(LEVELS) == pytest.approx(betaincinv(0.05, 2, LEVELS), rel=1e-14)


@pytest.mark.parametrize("source", EVERY_KIND, ids=str)
def test_levels_of_zero_and_one_have_finite_quantiles(source: Any) -> None:
    assert np.isfinite(Distribution.parse(source).quantile([0.0, 1e-300, 1.0])).all()


def test_parameters_may_be_given_by_name() -> None:
    assert Distribution.parse({"pert": {"high": 3, "low": 1, "mode": 2}}) == Distribution("pert", (1, 2, 3))
    assert Distribution.parse({"normal": {"mean": 0, "sd": 1}}) == Distribution.parse({"normal": [0, 1]})


def test_a_number_has_one_value() -> None:
    fixed = Distribution.parse(3)
    assert fixed.is_fixed
    assert fixed == Distribution.parse(3.0)
    assert fixed.quantile([0.1, 0.9]).tolist() == [3, 3]
    assert (fixed.mean, fixed.median, fixed.support) == (3, 3, (3, 3))
    assert [each.tolist() for each in fixed.atoms(20)] == [[3], [1]]
    assert Distribution.parse({"choice": [4]}).is_fixed
    assert not Distribution.parse({"uniform": [0, 1]}).is_fixed


def test_lists_of_values_are_their_own_atoms() -> None:
    values, weights = Distribution.parse({"discrete": {10: 0.6, 0: 0.4}}).atoms(20)
    assert values.tolist() == [0, 10]
    assert weights.tolist() == [0.4, 0.6]
    values, weights = Distribution.parse({"choice": [3, 1, 2, 5]}).atoms(20)
    assert values.tolist() == [1, 2, 3, 5]
    assert weights.tolist() == [0.25] * 4


def test_continuous_kinds_are_put_on_equally_likely_midpoints() -> None:
    values, weights = Distribution.parse({"uniform": [0, 40]}).atoms(20)
    assert values == pytest.approx(np.arange(1, 40, 2))
    assert weights.tolist() == [0.05] * 20


def test_lists_are_drawn_with_their_probabilities() -> None:
    levels = (np.arange(1000) + 0.5) / 1000
    drawn = Distribution.parse({"discrete": {10: 0.6, 0: 0.1, 5: 0.3}}).quantile(levels)
    assert [(drawn == value).mean() for value in (0, 5, 10)] == pytest.approx([0.1, 0.3, 0.6])


def test_probabilities_written_as_text_keys_are_read_as_json_needs() -> None:
    assert Distribution.parse({"discrete": {"0": 0.4, "2.5": 0.6}}).parameters == (0, 2.5)


def test_probabilities_are_scaled_to_sum_to_one() -> None:
    thirds = Distribution.parse({"discrete": {1: 0.3333333333, 2: 0.3333333333, 3: 0.3333333333}})
    assert math.fsum(thirds.weights) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (5, "5"),
        ({"uniform": [0.2, 0.6]}, "uniform 0.2–0.6"),
        ({"uniform": [-5, 5]}, "uniform -5 to 5"),
        ({"pert": [60, 80, 100]}, "PERT 60–80–100"),
        ({"normal": [5, 2]}, "normal 5 ± 2"),
        ({"lognormal": [5, 0.5]}, "lognormal of median 5 and sigma 0.5"),
        ({"beta": [2, 3]}, "beta (2, 3)"),
        ({"truncnormal": [5, 2, 0, 10]}, "truncated normal 5 ± 2 within 0–10"),
        ({"choice": [3, 1]}, "one of 3, 1"),
        ({"discrete": {0: 0.4, 10: 0.6}}, "one of 0 (0.4), 10 (0.6)"),
    ],
)
def test_a_distribution_describes_itself(source: Any, words: str) -> None:
    assert Distribution.parse(source).describe() == words


@pytest.mark.parametrize(
    ("source", "path", "found", "advice"),
    [
        ("60", (), "found the text '60'", "write 60, without quotes"),
        ("30%", (), "found the text '30%'", "write 0.3"),
        ("a + b", (), "found the text", "formulas:"),
        ("1e999", (), "found the text", "finite"),
        (None, (), "found nothing", "number"),
        (True, (), "found True", "number"),
        ([1, 2], (), "found a list", "uniform: [low, high]"),
        (math.nan, (), "found the number nan", "numbers between"),
        (10**400, (), "found the number inf", "numbers between"),
        ({}, (), "found an empty mapping", "one kind"),
        ({"pert": [1, 2, 3], "normal": [0, 1]}, (), "found the keys 'pert', 'normal'", "one kind"),
        ({"tringular": [1, 2, 3]}, (), "'tringular'", "did you mean 'triangular'?"),
        ({"gaussian": [1, 2]}, (), "'gaussian'", "did you mean 'normal'?"),
        ({"Log-Normal": [1, 2]}, (), "'Log-Normal'", "did you mean 'lognormal'?"),
        ({1: 2}, (), "'1'", "discrete"),
        ({"pert": [1, 2]}, ("pert",), "found pert with 2 numbers", "give low, mode, high"),
        ({"pert": 5}, ("pert",), "found 5", "square brackets"),
        ({"pert": "123"}, ("pert",), "found '123'", "square brackets"),
        ({"pert": [3, 2, 1]}, ("pert",), "found pert with low 3 and high 1", "lower number first"),
        ({"pert": [1, 5, 3]}, ("pert", "1"), "mode 5 outside 1 to 3", "low, mode, high"),
        ({"pert": {"low": 1, "mode": 5, "high": 3}}, ("pert", "mode"), "mode 5 outside", "low, mode, high"),
        ({"pert": {"low": 1, "mod": 2, "high": 3}}, ("pert", "mod"), "parameter 'mod'", "did you mean 'mode'?"),
        ({"pert": {"low": 1, "high": 3}}, ("pert",), "found pert without mode", "give every parameter"),
        ({"pert": {"low": 1, "mode": "2", "high": 3}}, ("pert", "mode"), "found the text '2'", "without quotes"),
        ({"normal": [1, 0]}, ("normal", "1"), "sd 0", "sd above 0"),
        ({"normal": [1, "x"]}, ("normal", "1"), "found the text 'x'", "number"),
        ({"uniform": [1, 1]}, ("uniform",), "low 1 and high 1", "plain number 1"),
        ({"uniform": [0, math.inf]}, ("uniform", "1"), "found the number inf", "numbers between"),
        ({"lognormal": [0, 1]}, ("lognormal", "0"), "median 0", "median above 0"),
        ({"lognormal": [1, 30]}, ("lognormal", "1"), "sigma 30", "at most 20"),
        ({"beta": [0, 1]}, ("beta", "0"), "a 0", "at least 0.001"),
        ({"truncnormal": [0, 1, 2, 1]}, ("truncnormal",), "low 2 and high 1", "lower number first"),
        ({"choice": []}, ("choice",), "choice without values", "at least one value"),
        ({"choice": [1, 1.0]}, ("choice",), "the value 1 twice", "discrete"),
        ({"discrete": [1, 2]}, ("discrete",), "found [1, 2]", "its probability"),
        ({"discrete": {0: 0.4, 1: 0.5}}, ("discrete",), "sum to 0.9", "divide each of them by 0.9"),
        ({"discrete": {0: 0, 1: 0}}, ("discrete",), "sum to 0", "probability above 0"),
        ({"discrete": {0: -0.5, 1: 1.5}}, ("discrete", "0"), "probability -0.5", "from 0 to 1"),
        ({"discrete": {1: 0.5, 2: 50}}, ("discrete", "2"), "probability 50", "0.3 for 30%"),
        ({"discrete": {5: 30, 6: 70}}, ("discrete", "5"), "probability 30", "0.3 for 30%"),
        ({"discrete": {"x": 1}}, ("discrete", "x"), "found the text 'x'", "number"),
    ],
    ids=str,
)
def test_errors_say_where_what_and_what_to_do(source: Any, path: tuple[str, ...], found: str, advice: str) -> None:
    with pytest.raises(DistributionError, match=re.escape(found)) as caught:
        Distribution.parse(source)
    assert caught.value.path == path
    assert advice in f"{caught.value.allowed} {caught.value.remedy}"


def test_values_of_probability_0_are_left_out() -> None:
    certain = Distribution.parse({"discrete": {0: 1, 1: 0}})
    assert (certain.is_fixed, certain.support) == (True, (0, 0))
    assert certain.quantile([0.1, 0.9]).tolist() == [0, 0]
    spread = Distribution.parse({"discrete": {5: 0.25, 7: 0, 9: 0.75}})
    assert [each.tolist() for each in spread.atoms(20)] == [[5, 9], [0.25, 0.75]]
    assert spread == Distribution("discrete", (5, 9), (0.25, 0.75))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("30,5", "30.5"),
        ("-0,25", "-0.25"),
        ("0,250", "0.25"),
        ("1,500", "1500"),
        ("1,234,567", "1234567"),
        ("2,5%", "0.025"),
    ],
)
def test_a_comma_is_taken_for_what_it_is(text: str, number: str) -> None:
    with pytest.raises(DistributionError) as caught:
        Distribution.parse(text)
    assert caught.value.remedy.startswith(f"write {number}, ")


def test_distributions_built_in_python_are_checked_too() -> None:
    with pytest.raises(DistributionError, match="low 2 and high 1"):
        Distribution("uniform", (2, 1))
    with pytest.raises(DistributionError, match="the kind of distribution 'unform'"):
        Distribution("unform", (1, 2))
    with pytest.raises(DistributionError, match="uniform with probabilities"):
        Distribution("uniform", (1, 2), (0.5, 0.5))
    with pytest.raises(DistributionError, match="2 values with 1 probabilities"):
        Distribution("discrete", (1, 2), (1.0,))
