"""What drives an answer: published indices, closed forms, noise, and small standoffs."""

from __future__ import annotations

import json
import math
import re
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from SALib.analyze import delta, sobol
from SALib.sample import sobol as sobol_sample
from SALib.test_functions import Ishigami
from scipy.stats import norm, qmc

from handmade import certain_standoff, conditional_standoff, leak_standoff
from offramp.arrays import Flags, Floats
from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.drivers import given
from offramp.explore.drivers.api import find_drivers
from offramp.explore.drivers.bins import quantile_bins
from offramp.explore.drivers.given import Given, given_shares
from offramp.explore.drivers.result import Drivers
from offramp.explore.drivers.totals import total_shares
from offramp.explore.run import run
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Correlation, Scenario
from offramp.tell.drivers import drivers_screen
from standoffs import assumption, choice, move, outcome, standoff
from test_document import fits

ROOT = Path(__file__).parents[1]
VENEZUELA = str(ROOT / "examples" / "venezuela-2024.yaml")
HOLDS = (Answer("holds", "he goes", Expression.parse("outcome.gone")),)


def uniform(num_draws: int, dimension: int, seed: int = 1) -> Floats:
    return np.asarray(qmc.Sobol(dimension, rng=seed).random(num_draws))


def shares(inputs: Floats, outputs: Floats, weights: Floats | None = None, **options: Any) -> Given:
    return given_shares(inputs, outputs, np.ones(len(outputs)) if weights is None else weights, seed=1, **options)


def yes(flags: Flags) -> Floats:
    return np.where(flags, 1.0, 0.0)


def ishigami(levels: Floats) -> Floats:
    return np.asarray(Ishigami.evaluate((2 * levels[:, :3] - 1) * math.pi))


def taken_anew(levels: Floats, others: Floats, answer: Any) -> Floats:
    """The outputs with each column in turn taken from other draws."""
    random = np.random.default_rng(1)
    changed = []
    for column in range(levels.shape[1]):
        mixed = levels.copy()
        mixed[:, column] = random.permutation(others[:, column])
        changed.append(answer(mixed))
    return np.array(changed)


# --- published values


def test_the_ishigami_function() -> None:
    """Saltelli et al. 2008, section 4.6 (a = 7, b = 0.1): S = 0.3139, 0.4424, 0; ST = 0.5576, 0.4424, 0.2437."""
    levels = uniform(8192, 5)
    found = shares(levels, ishigami(levels), resamples=100)
    np.testing.assert_allclose(found.first_order.values, [0.3139, 0.4424, 0, 0, 0], atol=0.01)
    assert found.distinguishable.tolist() == [True, True, True, False, False], "the third by its part in interactions"
    assert found.influence.values[2] > found.noise[2]
    assert found.directions == ("raises", "mixed", "mixed", "mixed", "mixed")
    levels, others = uniform(4096, 3), uniform(4096, 3, 2)
    totals = total_shares(ishigami(levels), taken_anew(levels, others, ishigami), seed=1)
    np.testing.assert_allclose(totals.values, [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (totals.lows < totals.values).all()
    assert (totals.values < totals.highs).all()


def test_the_g_function() -> None:
    """Saltelli & Sobol 1995: V = 1 / (3 (1 + a)²), variance Π (1 + V) - 1, totals V Π over the others (1 + V)."""
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])

    def answer(levels: Floats) -> Floats:
        return np.asarray(np.prod((np.abs(4 * levels - 2) + a) / (1 + a), axis=1))

    parts = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + parts) - 1
    levels, others = uniform(8192, 5), uniform(8192, 5, 2)
    found = shares(levels, answer(levels), resamples=50)
    np.testing.assert_allclose(found.first_order.values, parts / variance, atol=0.02)
    assert np.argsort(-found.influence.values)[:3].tolist() == [0, 1, 2]
    totals = total_shares(answer(levels), taken_anew(levels, others, answer), seed=1)
    np.testing.assert_allclose(totals.values, parts * np.prod(1 + parts) / (1 + parts) / variance, atol=0.02)


def test_salib_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)  # SALib sets its own
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-math.pi, math.pi]] * 3}
    inputs = uniform(2048, 3)
    ours = shares(inputs, ishigami(inputs), resamples=20)
    with warnings.catch_warnings():
        given_data = delta.analyze(problem, (2 * inputs - 1) * math.pi, ishigami(inputs), num_resamples=2, seed=1)
    np.testing.assert_allclose(ours.first_order.values, given_data["S1"], atol=0.03)
    assert np.argsort(ours.influence.values).tolist() == np.argsort(given_data["delta_raw"]).tolist()
    sample = sobol_sample.sample(problem, 2048, calc_second_order=False, seed=1)
    designed = sobol.analyze(problem, Ishigami.evaluate(sample), calc_second_order=False, num_resamples=2, seed=1)
    rows = sample.reshape(2048, 5, 3)
    outputs = Ishigami.evaluate(sample).reshape(2048, 5)
    same_design = total_shares(outputs[:, 0], outputs[:, 1:4].T, seed=1)
    assert (rows[:, 1, 1:] == rows[:, 0, 1:]).all(), "the first column alone is taken from other draws"
    np.testing.assert_allclose(same_design.values, designed["ST"], atol=0.02)


# --- closed forms


def test_the_influence_of_normal_numbers() -> None:
    """For correlation ρ it is 3/π arcsin((1 + ρ²) / 2) - 1/2 (Dette, Siburg & Stoimenov 2013, example 1)."""
    inputs = norm.ppf(uniform(8192, 3))
    weights = np.array([math.sqrt(0.6), math.sqrt(0.3), math.sqrt(0.1)])
    found = shares(inputs, inputs @ weights, resamples=50)
    expected = [3 / math.pi * math.asin((1 + part) / 2) - 0.5 for part in (0.6, 0.3, 0.1)]
    np.testing.assert_allclose(found.influence.values, expected, atol=0.015)
    np.testing.assert_allclose(found.first_order.values, [0.6, 0.3, 0.1], atol=0.015)
    again = shares(inputs, np.exp(inputs @ weights), resamples=4)
    np.testing.assert_allclose(again.influence.values, found.influence.values, atol=1e-12)
    assert found.ranks.tolist() == [[1, 1], [2, 2], [3, 3]]


def test_an_answer_of_yes_and_no() -> None:
    levels = uniform(4096, 3)
    found = shares(levels, yes(levels[:, 0] + levels[:, 1] > 1))
    # E[Y | X] = X: a variance of 1/12 in 1/4.
    np.testing.assert_allclose(found.influence.values, [1 / 3, 1 / 3, 0], atol=0.012)
    np.testing.assert_allclose(found.influence.values, found.first_order.values, atol=1e-9)
    assert found.directions[:2] == ("raises", "raises")
    assert shares(levels, yes(levels[:, 0] < 0.3)).influence.values[0] > 0.95, "it alone settles it"


def test_draws_count_by_their_weights() -> None:
    levels = uniform(16384, 3)
    outputs = yes(levels[:, 0] + levels[:, 1] > 1)
    # With density 2x of the first: E[Y | X1] = x and E[Y | X2] = 1 - (1 - x)², with a mean of 2/3.
    found = shares(levels, outputs, levels[:, 0], resamples=20)
    np.testing.assert_allclose(found.influence.values, [1 / 4, 2 / 5, 0], atol=0.012)
    some = levels[:, 2] > 0.5
    left_out = shares(levels[some], outputs[some], resamples=20)
    np.testing.assert_allclose(left_out.influence.values[:2], [1 / 3, 1 / 3], atol=0.012)


def test_discrete_assumptions_have_a_bin_for_each_value() -> None:
    random = np.random.default_rng(3)
    die, coin = random.integers(1, 7, 4096), random.integers(0, 2, 4096)
    found = shares(np.column_stack([die, coin]).astype(float), die + 3.0 * coin, resamples=20)
    variance = 35 / 12 + 9 / 4
    np.testing.assert_allclose(found.first_order.values, [35 / 12 / variance, 9 / 4 / variance], atol=0.02)
    bins = quantile_bins(np.repeat([5.0, 7.0, 1.0], [90, 5, 5]), np.ones(100), 2)
    assert np.unique(bins[:90]).size == 1, "equal values are never parted"
    assert quantile_bins(np.array([3.0, 1.0, 3.0]), np.ones(3), 8).tolist() == [1, 0, 1]


# --- noise


@pytest.mark.parametrize("kind", ["random", "sobol", "weighted"])
def test_noise_is_rarely_taken_for_a_driver(kind: str) -> None:
    """Any of ten assumptions without effect, in 5 % of cases; more than 6 of 40 has a chance of 0.4 %."""
    wrong = missed = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        levels = uniform(512, 12, seed) if kind == "sobol" else random.random((512, 12))
        levels[:, 11] = np.floor(3 * levels[:, 11])
        outputs = yes(levels[:, 0] + 0.6 * levels[:, 1] > 0.8)
        weights = 0.1 + levels[:, 1] * levels[:, 2] if kind == "weighted" else np.ones(512)
        found = given_shares(levels, outputs, weights, seed=seed, resamples=80).distinguishable
        wrong += bool(found[3 if kind == "weighted" else 2 :].any())
        missed += not found[:2].all()
    assert wrong <= 6
    assert missed <= 2


def test_intervals_hold_the_share_as_often_as_they_say() -> None:
    held = 0
    for seed in range(40):
        levels = np.random.default_rng(seed).random((1024, 2))
        found = given_shares(levels, yes(levels.sum(axis=1) > 1), np.ones(1024), seed=seed, resamples=60)
        held += int(found.influence.lows[0] <= 1 / 3 <= found.influence.highs[0])
    assert held >= 30, "90 % of 40 are 36; fewer than 30 has a chance below 1 %"


def test_no_number_depends_on_how_many_samples_are_measured_together(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = uniform(256, 3)
    before = shares(levels, levels[:, 0], resamples=7)
    monkeypatch.setattr(given, "AT_ONCE", 3)
    after = shares(levels, levels[:, 0], resamples=7)
    np.testing.assert_allclose(after.influence.lows, before.influence.lows, atol=1e-12)
    np.testing.assert_allclose(after.p_values, before.p_values)


def test_as_many_bins_as_draws_say_nothing() -> None:
    levels = uniform(4, 2)
    found = shares(levels, levels[:, 0], resamples=20)
    assert np.isfinite(found.influence.values).all()
    assert not found.distinguishable.any()


# --- small standoffs


def leaving(*, luck: object = None, **options: Any) -> Scenario:
    """He goes if what his office and his luck are worth together is less than 1."""
    return standoff(
        "he",
        [move("answer", "he", choice("go", "gone"), choice("stay", "stays"))],
        [outcome("gone", he=1), outcome("stays", he="office + luck + 0 * idle")],
        assumptions=(
            assumption("office", {"uniform": [0, 1]}, meaning="what office is worth", unit="points"),
            assumption("luck", luck or {"uniform": [0, 1]}),
            assumption("idle", {"uniform": [0, 1]}),
            assumption("fixed", 3),
        ),
        answers=HOLDS,
        **options,
    )


@cache
def example() -> Drivers:
    return find_drivers(run(leaving(), draws=2048), totals=True)


def test_a_standoff_with_known_shares() -> None:
    found = example()
    assert [each.name for each in found.leading(9)] in (["office", "luck"], ["luck", "office"])
    assert [each.name for each in found.unclear] == ["idle"]
    assert found.leading(1) == found.drivers[:1]
    office, idle = found["office"], found["idle"]
    assert office.influence.value == pytest.approx(1 / 3, abs=0.02)
    assert office.influence.low < 1 / 3 < office.influence.high
    assert (office.direction, office.ranks[0], idle.ranks) == ("lowers", 1, (3, 3))
    assert office.total is not None
    assert idle.total is not None
    # E[Var(Y | X)] = E[x (1 - x)] = 1/6, in a variance of 1/4.
    assert office.total.value == pytest.approx(2 / 3, abs=0.06)
    assert (idle.total.value, idle.influence.low) == (0, 0)
    swing = office.swing
    assert swing is not None
    assert (swing.at_low, swing.at_high, swing.low, swing.high) == pytest.approx((0.05, 0.95, 0.95, 0.05), abs=0.005)
    assert found.centre == pytest.approx(0.5, abs=0.01)
    with pytest.raises(KeyError, match="no driver 'fixed'; there are"):
        found["fixed"]


def test_a_list_is_held_at_its_ends() -> None:
    found = find_drivers(run(leaving(luck={"discrete": {"0": 0.5, "0.5": 0.48, "0.9": 0.02}}), draws=1024))
    swing = found["luck"].swing
    assert swing is not None
    assert (swing.at_low, swing.at_high) == (0, 0.9)
    assert (swing.low, swing.high) == pytest.approx((1, 0.1), abs=0.005)
    # E[Y | luck] = 1 - luck, with a mean of 1 - 0.258.
    variance = 0.5 * 0 + 0.48 * 0.25 + 0.02 * 0.81 - 0.258**2
    assert found["luck"].first_order.value == pytest.approx(variance / (0.742 * 0.258), abs=0.03)


def test_a_correlated_assumption_owes_its_influence_to_its_neighbour() -> None:
    scenario = leaving(correlations=(Correlation("luck", "idle", 0.9),))
    found = find_drivers(run(scenario, draws=1024), totals=True)
    assert found["idle"].distinguishable, "it says what the other is, and does nothing itself"
    assert found["idle"].swing is not None
    assert found["idle"].swing.width == 0
    assert (found["idle"].neighbours, found["office"].neighbours) == (("luck",), ())
    assert any(note.startswith("luck and idle are correlated") for note in found.notes)
    assert found["idle"].total is None
    assert found["office"].total is not None
    assert any(note.startswith("luck and idle have no total share") for note in found.notes)


def test_draws_count_by_the_condition_of_the_answer() -> None:
    done = run(conditional_standoff(), draws=1024)
    found = find_drivers(done, totals=True)
    assert found.given
    assert found.estimate == done.answers[found.quantity]
    assert found.total_draws == 0
    assert any("under it assumptions are no longer independent" in note for note in found.notes)
    assert any("resolve is private" in note for note in found.notes)
    weights = done.table.conditions[0]
    assert found.counted == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    # The given-data shares are those of the draws counted by hand.
    counted = weights > 1e-6
    by_hand = given_shares(
        done.draws.column("revenge")[counted, np.newaxis],
        done.table.answers[0][counted],
        weights[counted],
        seed=1,
        resamples=4,
    )
    assert found["revenge"].first_order.value == pytest.approx(max(0.0, by_hand.first_order.values[0]), abs=1e-9)


def test_any_quantity_can_be_asked_about() -> None:
    done = run(leak_standoff(), draws=512)
    payoff = find_drivers(done, answer="payoff.ruler")
    assert (payoff.is_probability, payoff.leading(1)[0].name) == (False, "office")
    assert payoff.sentences()[0].startswith("What drives it most is *office*, what office is worth to him")
    assert "points" in drivers_screen(payoff)[2].plain
    leak = find_drivers(done, answer="choice.leak.leaked", tornado=False)
    assert (leak.leading(1)[0].name, leak.swing_draws, leak.centre) == ("p_leak", 0, None)
    assert leak["p_leak"].influence.value > 0.9
    assert list(leak.figures()) == ["drivers"]
    with pytest.raises(RunError, match=r"there is no quantity 'payoff\.rulers'; did you mean 'payoff\.ruler'"):
        find_drivers(done, answer="payoff.rulers")


def test_an_answer_that_never_changes_has_no_drivers() -> None:
    scenario = replace(leaving(), outcomes=(outcome("gone", he=9), outcome("stays", he="office + luck")))
    found = find_drivers(run(scenario, draws=64), totals=True)
    assert (found.constant, found.leading(), len(found.drivers)) == (True, (), 3)
    assert found.sentences()[0] == "*Nothing* drives how likely it is that he goes: it is 100% in every draw."
    assert all(each.influence.value == each.first_order.value == 0 for each in found.drivers)
    assert all(each.total and each.total.value == 0 for each in found.drivers)
    assert "NaN" not in json.dumps(found.document())
    assert all(figure.svg for figure in found.figures().values())
    assert len(drivers_screen(found)) < 20


def test_no_assumption_that_varies() -> None:
    scenario = certain_standoff()
    fixed = tuple(replace(each, value=assumption("x", 1).value) for each in scenario.assumptions)
    found = find_drivers(run(replace(scenario, assumptions=fixed), draws=4), totals=True)
    assert (found.drivers, found.sentences()[0][:5]) == ((), "Note:")
    assert found.frame().empty
    assert found.figure().svg
    assert drivers_screen(found)


def test_few_draws_are_said_to_be_few() -> None:
    found = find_drivers(run(leaving(), draws=32))
    assert any(note.startswith("only about 32 draws count") for note in found.notes)


def test_a_condition_that_is_never_met() -> None:
    never = Answer("never", "he goes", Expression.parse("outcome.gone"), Expression.parse("answer.go"), "he may go")
    scenario = replace(
        leaving(), outcomes=(outcome("gone", he=-9), outcome("stays", he="office + luck")), answers=(never,)
    )
    with pytest.raises(RunError, match="in no draw is it so that he may go"):
        find_drivers(run(scenario, draws=16))


# --- the example, the document, the screen, the pictures


@pytest.fixture(scope="module")
def venezuela() -> Drivers:
    return find_drivers(run(VENEZUELA, draws=512))


def test_the_example(venezuela: Drivers) -> None:
    leading = {each.name for each in venezuela.leading()}
    assert "mandate" in leading <= {"mandate", "shield", "grievance", "credit", "office"}
    assert len(venezuela.leading(99)) + len(venezuela.unclear) == 29
    assert any("judgement" in each.rests_on for each in venezuela.drivers)


def test_the_document_is_what_its_schema_says(venezuela: Drivers) -> None:
    without = find_drivers(run(leak_standoff(), draws=64, precision="2 + office"), answer="payoff.us", tornado=False)
    for found in (venezuela, example(), without):
        fits(found.document(), "drivers")
        assert found.document()["schema"] == "offramp.drivers/1"


def test_the_same_seed_gives_the_same_bits(venezuela: Drivers) -> None:
    once_more = find_drivers(run(VENEZUELA, draws=512), tornado=False)
    assert [replace(each, swing=None) for each in venezuela.drivers] == list(once_more.drivers)
    assert find_drivers(run(leaving(), draws=2048), totals=True).record() == example().record()


def test_the_table_has_a_row_for_each_assumption() -> None:
    frame = example().frame()
    assert sorted(frame["assumption"]) == ["idle", "luck", "office"]
    assert (frame["influence.low"] <= frame["influence"]).all()
    assert frame["total"].notna().all()


def test_pictures_are_drawn_and_say_what_they_show(venezuela: Drivers) -> None:
    figures = venezuela.figures()
    assert list(figures) == ["drivers", "tornado"]
    for figure in figures.values():
        assert ET.fromstring(figure.svg).tag.endswith("svg")
    assert "More than noise: mandate" in figures["drivers"].alt
    assert re.search(r"mandate 3\d% at 4 points and \d% at 41 points", figures["tornado"].alt)
    assert "What drives it most" in venezuela._repr_html_()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_screen_fits(venezuela: Drivers, width: int) -> None:
    for found in (venezuela, example()):
        lines = drivers_screen(found, width)
        assert len(lines) <= 40
        assert max(cell_len(line.plain) for line in lines) <= width
    assert any(line.plain.startswith("  mandate") for line in drivers_screen(venezuela, width))


def test_the_command(tmp_path: Path) -> None:
    file, picture = tmp_path / "standoff.yaml", tmp_path / "drivers.svg"
    file.write_text(dumps(leaving()), encoding="utf-8")
    asked = [str(file), "--draws", "256", "--quiet"]
    done = CliRunner().invoke(main, ["drivers", *asked, "--totals", "--figure", str(picture)])
    assert done.exit_code == 0, done.output
    assert "total" in done.output
    assert sorted(each.name for each in tmp_path.glob("*.svg")) == ["drivers-tornado.svg", "drivers.svg"]
    document = json.loads(CliRunner().invoke(main, ["drivers", *asked, "--json", "--answer", "payoff.he"]).output)
    assert document["answer"]["name"] == "payoff.he"


def test_progress_counts_what_is_solved() -> None:
    told: list[tuple[int, int]] = []
    find_drivers(run(leaving(), draws=64), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (64 * 7, 64 * 7)
