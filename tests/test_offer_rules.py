"""Rules for offers and observations: read, written again, and the same when they are built in Python."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from offramp.errors import ScenarioError
from offramp.scenario.checks import validate
from offramp.scenario.dump import dumps
from offramp.scenario.edit import edit
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load, loads
from offramp.scenario.model import Basis, Limit, Observation, OfferRules, Scenario

GOOD = Path(__file__).parent / "good" / "offers-and-observed.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(GOOD)


def test_every_key_is_read(scenario: Scenario) -> None:
    rules = scenario.offers
    assert (rules.chooser, rules.made, rules.accepted, rules.kept) == ("us", "approach.offer", "answer.accept", "holds")
    assert rules.forbid == ({"amnesty": ("none",), "court": ("open", "shielded")},)
    assert [(each.expression.text, each.bound, each.at_most) for each in rules.limits] == [
        ("exile * amnesty + 0.1 * office", 70.0, True),
        ("court", 1.0, True),
        ("exile", 10.0, False),
    ]
    assert scenario.observed == (
        Observation(
            {"approach": "offer", "answer": "refuse"},
            {"court": "open"},
            "he refused in 2019",
            (Basis(source="report", paragraph=4),),
        ),
        Observation({"leak": "leaked"}),
    )


def test_what_is_written_is_read_back_the_same(scenario: Scenario) -> None:
    assert loads(dumps(scenario)) == scenario
    mixed = OfferRules(
        limits=(Limit(Expression.parse("court"), 0.0, at_most=False), Limit(Expression.parse("court"), 1))
    )
    built = replace(scenario, offers=mixed, observed=scenario.observed[1:])
    validate(built)
    assert [limit.at_most for limit in built.offers.limits] == [True, False]
    assert loads(dumps(built)) == built


def test_a_single_observation_needs_no_list(scenario: Scenario) -> None:
    text = GOOD.read_text(encoding="utf-8")
    alone = text[: text.index("observed:")] + "observed: {saw: {leak: leaked}}\n"
    assert loads(alone).observed == scenario.observed[1:]


def test_an_edit_leaves_the_rest_as_it_stands() -> None:
    text = GOOD.read_text(encoding="utf-8")
    changed = edit(text, {"offers.at_least.exile": 20})
    assert changed == text.replace("at_least: {exile: 10}", "at_least: {exile: 20}")
    assert loads(changed).offers.limits[-1].bound == 20.0


def test_rules_built_in_python_are_checked_too(scenario: Scenario) -> None:
    twice = Limit(Expression.parse("court"), 1.0)
    wrong = OfferRules(made="approach.offered", forbid=({},), limits=(twice, twice))
    with pytest.raises(ScenarioError) as raised:
        validate(replace(scenario, offers=wrong, observed=(Observation({}),)))
    found = [problem.found for problem in raised.value.problems]
    assert "an empty mapping" in found
    assert "the unknown choice of approach 'offered'" in found
    assert "the limit 'court' twice" in found
    assert len(found) == 4
