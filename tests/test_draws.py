"""Draws: the same bits whatever the batch, marginals, rank correlations and the errors of correlations."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from scipy import stats

from offramp.errors import RunError, ScenarioError
from offramp.scenario import draws as draws_module
from offramp.scenario.correlations import correlation_problems
from offramp.scenario.distributions import Distribution
from offramp.scenario.draws import MAX_DRAWS, central, draw
from offramp.scenario.model import Assumption, Choice, Correlation, Move, Origin, Outcome, Party, Scenario
from offramp.scenario.sobol import EDGE, sobol_points

VALUES: dict[str, Any] = {
    "office": {"pert": [60, 80, 100]},
    "p_leak": {"uniform": [0.2, 0.6]},
    "audience": {"lognormal": [5, 0.5]},
    "patrons": 3,
    "swing": {"normal": [0, 1]},
    "army": {"discrete": {0: 0.25, 1: 0.75}},
    "fear": {"truncnormal": [0, 1, -1, 3]},
}


def scenario(*correlations: tuple[str, str, float], values: dict[str, Any] | None = None) -> Scenario:
    assumptions = [Assumption(n, Distribution.parse(v)) for n, v in (VALUES if values is None else values).items()]
    resolve = Assumption("resolve", Distribution.parse({"uniform": [0, 40]}), private_to="ruler")
    return Scenario(
        title="Test",
        parties=(Party("ruler"),),
        moves=(Move("go", "ruler", (Choice("stay", "end"),)),),
        outcomes=(Outcome("end", {}),),
        assumptions=(*assumptions[:2], resolve, *assumptions[2:]),
        correlations=tuple(Correlation(*each) for each in correlations),
    )


CORRELATED = scenario(("office", "audience", 0.6), ("audience", "swing", -0.4))


def test_every_assumption_that_is_not_private_is_drawn() -> None:
    draws = draw(CORRELATED, 16, seed=1)
    assert draws.names == tuple(VALUES)
    assert draws.values.shape == (16, len(VALUES))
    assert draws.column("patrons").tolist() == [3.0] * 16
    assert list(draws.as_values()) == list(VALUES)
    assert (draws.as_values()["swing"] == draws.column("swing")).all()
    with pytest.raises(KeyError, match="no draws of 'resolve'"):
        draws.column("resolve")


@pytest.mark.parametrize(("first", "num_draws"), [(0, 1), (0, 7), (0, 64), (1, 1), (1, 9), (5, 1), (64, 36), (99, 1)])
def test_a_draw_does_not_depend_on_the_batch_it_comes_in(first: int, num_draws: int) -> None:
    whole = draw(CORRELATED, 100, seed=4).values
    part = draw(CORRELATED, num_draws, seed=4, first=first)
    assert (part.values == whole[first : first + num_draws]).all()
    assert part.first == first


def test_the_seed_fixes_the_draws() -> None:
    assert (draw(CORRELATED, 32, seed=1).values == draw(CORRELATED, 32, seed=1).values).all()
    assert (draw(CORRELATED, 32, seed=1).column("swing") != draw(CORRELATED, 32, seed=2).column("swing")).any()


@pytest.mark.parametrize("name", [name for name in VALUES if name not in ("patrons", "army")])
@pytest.mark.parametrize("correlated", [False, True], ids=["independent", "correlated"])
def test_marginals_are_those_of_the_distributions(name: str, correlated: bool) -> None:
    """Independent columns have one draw in each of 1024 equally likely strata; correlated ones are close to that."""
    drawn = np.sort(draw(CORRELATED if correlated else scenario(), 1024, seed=1).column(name))
    slack = 0.02 if correlated else 0.0
    distribution, strata = Distribution.parse(VALUES[name]), np.arange(1024) / 1024
    assert (distribution.quantile(np.maximum(strata - slack, EDGE)) <= drawn).all()
    assert (distribution.quantile(np.minimum(strata + 1 / 1024 + slack, 1 - EDGE)) >= drawn).all()


def test_discrete_values_come_with_their_probabilities() -> None:
    assert draw(scenario(), 1024, seed=1).column("army").mean() == pytest.approx(0.75, abs=1e-3)


def test_rank_correlations_are_reached() -> None:
    draws = draw(CORRELATED, 4096, seed=1)

    def rank(first: str, second: str) -> float:
        return float(stats.spearmanr(draws.column(first), draws.column(second)).statistic)

    assert rank("office", "audience") == pytest.approx(0.6, abs=0.01)
    assert rank("audience", "swing") == pytest.approx(-0.4, abs=0.01)
    assert rank("office", "swing") == pytest.approx(0, abs=0.01)
    assert rank("office", "p_leak") == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("sign", [1, -1])
def test_perfect_rank_correlation_is_a_monotone_function(sign: int) -> None:
    ranks = [("office", "swing", sign), ("office", "fear", 0.5), ("swing", "fear", 0.5 * sign)]
    draws = draw(scenario(*ranks), 256, seed=1)
    order = np.argsort(draws.column("office"))
    assert (sign * np.diff(draws.column("swing")[order]) >= 0).all()


def test_a_singular_matrix_is_possible() -> None:
    perfect = scenario(("office", "swing", 1), ("swing", "fear", 1), ("office", "fear", 1))
    assert np.isfinite(draw(perfect, 512, seed=3).values).all()


def test_impossible_correlations_are_an_error_with_a_factor_that_works() -> None:
    ranks = [("office", "swing", 0.9), ("swing", "fear", 0.9), ("office", "fear", -0.9)]
    with pytest.raises(ScenarioError, match="cannot all hold together") as caught:
        draw(scenario(*ranks), 8, seed=1)
    (problem,) = caught.value.problems
    assert problem.path == ("correlations",)
    match = re.fullmatch(r"multiply every rank by (0\.\d+); a pair that is not listed .*", problem.remedy)
    assert match is not None
    factor = float(match[1])
    assert not correlation_problems(scenario(*[(a, b, rank * factor) for a, b, rank in ranks]))
    assert correlation_problems(scenario(*[(a, b, rank * (factor + 0.002)) for a, b, rank in ranks]))


@pytest.mark.parametrize(
    ("correlation", "path", "found", "remedy"),
    [
        (("offce", "swing", 0.1), ("between", "0"), "'offce', which is no assumption", "did you mean 'office'?"),
        (("office", "resolve", 0.1), ("between", "1"), "'resolve', which is private to 'ruler'", "private_to"),
        (("office", "patrons", 0.1), ("between", "1"), "'patrons', which is the fixed number 3", "a distribution"),
        (("office", "office", 0.1), ("between",), "'office' correlated with itself", "another"),
        (("fear", "swing", 0.1), ("between",), "'fear' and 'swing' correlated twice", "remove"),
        (("office", "swing", 1.1), ("rank",), "rank correlation 1.1", "rank"),
        (("office", "swing", float("nan")), ("rank",), "rank correlation nan", "rank"),
    ],
)
def test_wrong_correlations_are_named(correlation: Any, path: tuple[str, ...], found: str, remedy: str) -> None:
    (problem,) = correlation_problems(scenario(("swing", "fear", 0.1), correlation))
    assert problem.path == ("correlations", "1", *path)
    assert found in problem.found
    assert remedy in problem.remedy


def test_problems_stand_at_their_place_in_the_file() -> None:
    origin = Origin("a.yaml", "", {("correlations", "0", "rank"): (12, 30)})
    (problem,) = correlation_problems(scenario(("office", "swing", 2.0)).read_from(origin))
    assert (problem.file, problem.line, problem.column) == ("a.yaml", 12, 30)


def test_the_central_draw_has_the_medians() -> None:
    draws = central(CORRELATED)
    assert draws.num_draws == 1
    assert draws.values[0] == pytest.approx([Distribution.parse(value).median for value in VALUES.values()])


def test_a_scenario_without_uncertainty_can_be_drawn() -> None:
    draws = draw(scenario(values={"a": 1, "b": {"choice": [2]}}), 3, seed=0)
    assert draws.values.tolist() == [[1, 2]] * 3
    assert draw(scenario(values={}), 3, seed=0).values.shape == (3, 0)


@pytest.mark.parametrize(
    ("num_draws", "seed", "first", "message"),
    [
        (0, 1, 0, "found 0 draws; ask for at least 1"),
        (1, -1, 0, "found the seed -1"),
        (1, 1, -1, "found draws -1 to -1"),
        (2, 1, MAX_DRAWS - 1, "they must lie in 0 to"),
    ],
)
def test_numbers_out_of_range_are_errors(num_draws: int, seed: int, first: int, message: str) -> None:
    with pytest.raises(RunError, match=message):
        draw(CORRELATED, num_draws, seed, first=first)


@pytest.mark.parametrize(
    ("dimension", "num_points", "first"),
    [(3, 1, 0), (3, 5000, 0), (2, 1500, 777), (5, 3, 1023), (1, 2, 2**16 - 1), (0, 4, 9)],
)
def test_sobol_points_are_those_of_scipy(dimension: int, num_points: int, first: int) -> None:
    points = sobol_points(dimension, num_points, 11, first)
    if dimension:
        engine = stats.qmc.Sobol(dimension, scramble=True, bits=30, rng=np.random.default_rng(11))
        expected = np.concatenate([engine.random(1) for _ in range(first + num_points)])[first:]
        assert (points == expected + EDGE).all()
    assert points.shape == (num_points, dimension)


def test_sobol_points_far_out_are_those_of_scipy() -> None:
    engine = stats.qmc.Sobol(3, scramble=True, bits=30, rng=np.random.default_rng(2)).fast_forward(2**21 + 77_777)
    assert (sobol_points(3, 1000, 2, 2**21 + 77_777) == engine.random(1000) + EDGE).all()


def test_portions_of_draws_are_the_whole_cut_up(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw(CORRELATED, 300, seed=6).values
    monkeypatch.setattr(draws_module, "DRAWS_AT_ONCE", 37)
    assert (draw(CORRELATED, 300, seed=6).values == whole).all()


def test_more_assumptions_than_sobol_has_dimensions_are_an_error() -> None:
    with pytest.raises(RunError, match=r"found 30000 uncertain assumptions; at most 21201 can be drawn"):
        sobol_points(30_000, 1, 1, 0)
