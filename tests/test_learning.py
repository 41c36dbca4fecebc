"""What is worth knowing: closed forms, exact cases, no gain from noise, and grades of what it rests on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import norm

from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.learning.api import undominated_rows, worth_knowing
from offramp.explore.learning.grades import grade
from offramp.explore.learning.picture import known_figure
from offramp.explore.learning.result import Learning
from offramp.explore.learning.turns import Worth
from offramp.explore.learning.worth import best_offers, evpi, evppi
from offramp.explore.offers.api import compare_offers
from offramp.explore.run import run
from offramp.scenario.distributions import Distribution
from offramp.scenario.load import loads
from offramp.scenario.model import Assumption, Basis, Source
from test_document import fits

ROOT = Path(__file__).parents[1]

CHOICE = """
format: offramp/1
title: How much to offer
parties: {us: the proposer, ruler: the ruler}
terms: {pay: {none: 0, some: 6, much: 12}}
offer: {pay: some}
sources: {cable: {title: A cable, reliability: B}}
assumptions:
  office: {meaning: what office is worth, unit: points, value: {uniform: [0, 16]}, basis: [{judgement: a guess}]}
  gain: {meaning: what his going is worth, value: {uniform: [10, 14]}, basis: [{source: cable, credibility: 2}]}
  weather: {meaning: nothing that matters, value: {uniform: [0, 1]}}
  mood: {meaning: his mood, value: {discrete: {0: 0.5, 1: 0.5}}}
moves:
  approach: {by: us, choices: {offer: {next: answer}, wait: {next: stays}}}
  answer: {by: ruler, choices: {accept: {next: goes}, refuse: {next: stays}}}
outcomes:
  stays: {payoffs: {us: 0 * weather, ruler: office + mood}}
  goes: {payoffs: {us: gain - pay, ruler: pay + 1}}
answers: {holds: {says: he goes, when: outcome.goes, given: approach.offer, given_says: it is made}}
"""


def gain_of_two(mean: float, deviation: float) -> float:
    """What knowing a normal difference of two offers brings: E[max(0, D)] - max(0, E[D])."""
    z = mean / deviation
    return float(mean * norm.cdf(z) + deviation * norm.pdf(z) - max(mean, 0.0))


@pytest.mark.parametrize("slopes", [(1.0, 2.0), (0.3, 0.0)])
def test_the_linear_normal_case(slopes: tuple[float, float]) -> None:
    """Offers of 0 and of 0.5 + b1 X1 + b2 X2 + noise: knowing X alone is worth what its normal share brings."""
    hits = total = 0
    for seed in range(6):
        first, second, noise = np.random.default_rng(seed).normal(size=(3, 2048))
        values = np.stack([np.zeros(2048), 0.5 + slopes[0] * first + slopes[1] * second + noise])
        for slope, column in zip(slopes, (first, second), strict=True):
            truth = gain_of_two(0.5, abs(slope)) if slope else 0.0
            found = evppi(values, column)
            hits += abs(found.estimate - truth) <= 2.5 * found.error + 0.005
            total += 1
        everything = evpi(values)
        assert everything.estimate == pytest.approx(gain_of_two(0.5, float(np.hypot(1.0, np.hypot(*slopes)))), abs=0.1)
    assert hits >= total - 1


def test_learning_two_at_once_is_worth_what_they_bring_together() -> None:
    first, second = np.random.default_rng(2).normal(size=(2, 4096))
    values = np.stack([np.zeros(4096), first + second])
    assert evppi(values, np.stack([first, second], axis=1)).estimate == pytest.approx(
        gain_of_two(0.0, 2**0.5), abs=0.05
    )


def test_learning_one_tells_about_another_that_is_correlated() -> None:
    """The second does not enter the worth of an offer: its correlation of 0.8 with the first does."""
    first, other = np.random.default_rng(3).normal(size=(2, 4096))
    found = evppi(np.stack([np.zeros(4096), 0.2 + first]), 0.8 * first + 0.6 * other)
    assert found.estimate == pytest.approx(gain_of_two(0.2, 0.8), abs=2.5 * found.error)


def test_where_the_same_offer_is_always_best_nothing_is_worth_knowing() -> None:
    column = np.random.default_rng(5).normal(size=512)
    values = np.stack([column, column + 1.0])
    assert (evpi(values), evppi(values, column)) == (Worth(0.0, 0.0), Worth(0.0, 0.0))


def test_noise_is_worth_nothing() -> None:
    found = []
    for seed in range(12):
        random = np.random.default_rng(100 + seed)
        values = random.normal(size=(20, 512))
        found.append(evppi(values, random.normal(size=512)))
    assert np.mean([each.estimate for each in found]) < 0.02
    assert sum(each.distinguishable for each in found) <= 1


def test_a_discrete_assumption_is_exact() -> None:
    """Three values, three offers: each offer is the best for one of them."""
    levels = np.tile([0, 1, 2], 512)
    values = 3.0 * (levels == np.arange(3)[:, np.newaxis]) + np.array([[0.5], [0.0], [0.0]])
    found = evppi(values, levels.astype(float))
    assert found.estimate == pytest.approx((3.5 + 3.0 + 3.0) / 3 - 1.5, abs=0.02)
    offers, _ = best_offers(values, levels.astype(float), np.array([0.0, 1.0, 2.0]))
    assert offers.tolist() == [0, 1, 2]


def test_dominated_offers_change_nothing() -> None:
    random = np.random.default_rng(4)
    values = random.normal(size=(6, 512)) + np.linspace(0.3, 0, 6)[:, np.newaxis]
    worse = np.concatenate([values, values[:3] - 0.1, values[2:3]])
    kept = undominated_rows(worse)
    assert kept[:6].all()
    assert not kept[6:].any()
    column = random.normal(size=512)
    assert evppi(worse, column) == evppi(worse[kept], column)


@pytest.mark.parametrize(
    ("bases", "known", "why"),
    [
        ((), "poorly", "no basis"),
        ((Basis(judgement="so"),), "poorly", "judgement only"),
        ((Basis(study="A study"),), "fairly", "study"),
        ((Basis(base_rate="3 of 10"),), "well", "base rate"),
        ((Basis(source="good", credibility=1),), "well", "source of reliability A, credibility 1"),
        ((Basis(source="good", credibility=5),), "poorly", "source of reliability A, credibility 5"),
        ((Basis(source="good", credibility=3),), "fairly", "source of reliability A, credibility 3"),
        ((Basis(source="bare", credibility=1),), "poorly", "source of no stated reliability, credibility 1"),
        ((Basis(judgement="so"), Basis(study="A study")), "fairly", "study"),
    ],
)
def test_grades(bases: tuple[Basis, ...], known: str, why: str) -> None:
    sources = [Source("good", "Good", reliability="A"), Source("bare", "Bare")]
    found = grade(Assumption("x", Distribution.parse(3), basis=bases), sources)
    assert (found.known, found.why) == (known, why)


@pytest.fixture(scope="module")
def learning() -> Learning:
    return worth_knowing(run(loads(CHOICE), draws=1024, seed=2))


def test_what_decides_the_offer_is_worth_knowing(learning: Learning) -> None:
    """He accepts if pay + 1 > office + mood, so that knowing office says how much to offer."""
    first = learning.items[0]
    assert first.name == "office"
    assert learning.short_list == (first,)
    assert len(first.stretches) >= 2
    assert first.stretches[0].offer == "as on the table"
    assert first.stretches[0].offer != first.stretches[1].offer
    noise = next(item for item in learning.items if item.name == "weather")
    assert not noise.matters
    assert next(item for item in learning.items if item.name == "gain").grade.known == "well"
    assert 0.0 < first.worth.estimate <= learning.everything.estimate + 2 * learning.everything.error


def test_knowing_everything_by_hand(learning: Learning) -> None:
    drawn = run(loads(CHOICE), draws=1024, seed=2).draws
    office, gain, mood = (drawn.column(name) for name in ("office", "gain", "mood"))
    pays = np.array([0.0, 6.0, 12.0])[:, np.newaxis]
    values = np.where(pays + 1 > office + mood, np.maximum(gain - pays, 0.0), 0.0)
    best = values.mean(axis=1).argmax()
    truth = float((values.max(axis=0) - values[best]).mean())
    assert learning.everything.estimate == pytest.approx(truth, abs=2 * learning.everything.error)
    assert learning.value == pytest.approx(values[best].mean())
    assert learning.stays == pytest.approx(np.mean(values[best] >= values.max(axis=0)))


def test_what_cannot_be_told_is_not_called_nothing(learning: Learning) -> None:
    unclear = [replace(item, worth=Worth(item.worth.estimate, item.worth.estimate)) for item in learning.items]
    told = " ".join(replace(learning, items=tuple(unclear)).sentences())
    assert "Over 1,024 draws *no single assumption* can be told to be worth knowing alone; the first is office" in told
    assert "More draws may tell" in told


def test_errors_show_a_digit(learning: Learning) -> None:
    few = replace(learning, everything=Worth(17.0, 1.1), items=(replace(learning.items[0], worth=Worth(1.8, 0.9)),))
    told = " ".join(few.sentences())
    assert "*17.0* points (standard error 1.1)" in told
    assert "at 1.8 points (standard error 0.9)" in told


def test_offers_equal_but_for_rounding_are_one(learning: Learning) -> None:
    """The choice never turns between twins, and offers compared for another chooser are refused."""
    found = run(loads(CHOICE), draws=256, seed=2)
    offers = compare_offers(found)
    noise = 1e-13 * np.random.default_rng(6).normal(size=offers.values.shape)
    twins = replace(
        offers,
        offers=offers.offers * 2,
        outlooks=offers.outlooks * 2,
        values=np.concatenate([offers.values, offers.values + noise]),
    )
    once, twice = worth_knowing(found, offers=offers), worth_knowing(found, offers=twins)
    assert [item.worth for item in twice.items] == [item.worth for item in once.items]
    with pytest.raises(RunError, match="compared for us, and ruler as the chooser"):
        worth_knowing(found, chooser="ruler", offers=offers)


def test_the_same_is_found_twice(learning: Learning) -> None:
    assert worth_knowing(run(loads(CHOICE), draws=1024, seed=2)).document() == learning.document()


def test_with_one_offer_there_is_nothing_to_learn() -> None:
    from offramp.explore.offers.rules import with_asked

    alone = run(loads(CHOICE), draws=64)
    rules = with_asked(alone.scenario, ["pay=none", "pay=much"], [], [])
    found = worth_knowing(alone, rules=rules)
    assert found.everything.estimate == 0.0
    assert "Nothing" in " ".join(found.sentences())
    assert "only one offer is allowed" in " ".join(found.notes)
    with pytest.raises(RunError, match="takes at least 32"):
        worth_knowing(alone, draws=16)


def test_the_document_is_what_its_schema_says(learning: Learning) -> None:
    fits(learning.document(), "learning")
    assert learning.frame()["assumption"].tolist() == [item.name for item in learning.items]


def test_pictures_are_drawn_and_told(learning: Learning) -> None:
    for figure in learning.figures().values():
        assert ET.fromstring(figure.svg).get("role") == "img"
        assert "office" in figure.alt


def test_the_shade_holds_what_is_listed_and_nothing_else(learning: Learning) -> None:
    drawn = json.loads(known_figure(learning).chart.to_json())["datasets"].values()
    corner = next(rows[0] for rows in drawn if "to" in rows[0])
    assert corner["known"] == "poorly known"
    assert corner["from"] == pytest.approx(0.05 * learning.everything.estimate)
    for item in learning.items:
        inside = item.grade.known == "poorly" and corner["from"] <= item.worth.estimate <= corner["to"]
        assert inside == item.listed


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "choice.yaml"
    file.write_text(CHOICE, encoding="utf-8")
    shown = CliRunner().invoke(main, ["learn", str(file), "--draws", "256", "--quiet"])
    assert shown.exit_code == 0, shown.output
    assert "Worth knowing, poorly known: office" in shown.output
    document = json.loads(CliRunner().invoke(main, ["learn", str(file), "--over", "64", "--quiet", "--json"]).output)
    assert (document["draws"], document["chooser"]) == (64, "us")
