"""Offers: compared with what can be worked out by hand, bounded by theory, and found by search where they are many."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.offers import search
from offramp.explore.offers.api import compare_offers
from offramp.explore.offers.fronts import largest_regrets, shares_best, undominated, worst_deciles
from offramp.explore.offers.result import Offers
from offramp.explore.offers.rules import parsed_forbid, parsed_limit, with_asked
from offramp.explore.run import Run, run
from offramp.explore.tally import SMALLEST_REACH
from offramp.scenario.load import loads
from offramp.scenario.model import OfferRules
from test_document import fits

ROOT = Path(__file__).parents[1]

PLAIN = """
format: offramp/1
title: An offer in the open
parties: {us: the proposer, ruler: the ruler}
terms: {pay: {none: 0, some: 5, much: 10}, house: {none: 0, small: 2}}
offer: {pay: some, house: none}
assumptions:
  office: {meaning: what office is worth, value: {uniform: [0, 20]}}
  exile: {meaning: what exile is worth, value: {uniform: [0, 12]}}
  gain: {meaning: what his going is worth, value: {uniform: [2, 14]}}
  spite: {meaning: what a refusal is worth to the proposer, value: -1}
moves:
  approach: {by: us, choices: {offer: {next: answer}, wait: {next: stays}}}
  answer: {by: ruler, choices: {accept: {next: goes}, refuse: {next: stays}}}
outcomes:
  stays: {payoffs: {us: spite * approach.offer, ruler: office}}
  goes: {payoffs: {us: gain - pay - house, ruler: exile + pay + house}}
answers:
  holds: {says: he goes, when: outcome.goes, given: approach.offer, given_says: it is made}
  accepted: {says: he accepts, when: answer.accept, given: approach.offer, given_says: it is made}
"""

TRADE = """
format: offramp/1
title: Trade at a posted price, both values private
parties: {broker: the broker, seller: the seller, buyer: the buyer}
terms: {price: {none: 0, p1: 0.1, p2: 0.2, p3: 0.3, p4: 0.4, p5: 0.5, p6: 0.6, p7: 0.7, p8: 0.8, p9: 0.9}}
offer: {price: p3}
assumptions:
  cost: {meaning: what the good is worth to the seller, value: {uniform: [0, 1]}, private_to: seller, grid: 10}
  worth: {meaning: what it is worth to the buyer, value: {uniform: [0, 1]}, private_to: buyer, grid: 10}
moves:
  post: {by: broker, choices: {offer: {next: sell}, wait: {next: keep}}}
  sell: {by: seller, choices: {accept: {next: buy}, refuse: {next: keep}}}
  buy: {by: buyer, choices: {accept: {next: trade}, refuse: {next: keep}}}
outcomes:
  keep: {payoffs: {broker: 0, seller: 0, buyer: 0}}
  trade: {payoffs: {broker: worth - cost, seller: price - cost, buyer: worth - price}}
answers:
  holds: {says: they trade, when: outcome.trade, given: post.offer, given_says: a price is posted}
"""


@pytest.fixture(scope="module")
def plain() -> Run:
    return run(loads(PLAIN), draws=256, seed=3)


@pytest.fixture(scope="module")
def offers(plain: Run) -> Offers:
    return compare_offers(plain)


def by_hand(plain: Run, pay: float) -> dict[str, np.ndarray]:
    """What becomes of an offer worth ``pay`` to him, draw by draw."""
    office, exile, gain = (plain.draws.column(name) for name in ("office", "exile", "gain"))
    accepts = exile + pay > office
    if_made = np.where(accepts, gain - pay, -1.0)
    made = if_made > 0.0
    return {"accepts": accepts, "made": made, "if_made": if_made, "value": np.where(made, if_made, 0.0)}


def test_every_offer_is_what_it_is_by_hand(plain: Run, offers: Offers) -> None:
    assert len(offers.offers) == offers.combinations == 6
    worth = {"none": 0.0, "some": 5.0, "much": 10.0, "small": 2.0}
    for options, outlook, values in zip(offers.offers, offers.outlooks, offers.values, strict=True):
        hand = by_hand(plain, worth[options["pay"]] + worth[options["house"]])
        np.testing.assert_allclose(values, hand["value"], atol=1e-12)
        assert outlook.made is not None
        assert outlook.holds is not None
        assert outlook.accepted is not None
        assert outlook.made.mean == pytest.approx(hand["made"].mean())
        assert outlook.holds.mean == outlook.accepted.mean == pytest.approx(hand["accepts"][hand["made"]].mean())
        assert outlook.share == pytest.approx(hand["accepts"].mean())
        assert outlook.if_made["us"] == pytest.approx(hand["if_made"].mean())
        gains = plain.draws.column("gain") - worth[options["pay"]] - worth[options["house"]]
        assert outlook.spite == pytest.approx(np.mean(-1.0 - gains))
    assert [outlook.payoffs["us"].mean for outlook in offers.outlooks] == sorted(offers.values.mean(axis=1))[::-1]


def test_the_offer_on_the_table_is_what_the_run_says(plain: Run, offers: Offers) -> None:
    assert offers.table is not None
    table = offers.outlooks[offers.table]
    assert table.holds == plain.answers["holds"]
    assert table.payoffs["us"] == plain.parties["us"]
    assert offers.labels[offers.table] == "as on the table"


def test_comparisons_of_offers_by_hand() -> None:
    values = np.array([[4.0, 0.0, 1.0, 1.0], [2.0, 3.0, 1.0, 0.0]])
    np.testing.assert_allclose(shares_best(values), [0.625, 0.375])
    np.testing.assert_allclose(largest_regrets(values), [3.0, 2.0])
    np.testing.assert_allclose(worst_deciles(values), [0.0, 0.0])
    np.testing.assert_allclose(worst_deciles(np.arange(20.0)[None]), [0.5])
    points = np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 3.0], [2.0, 1.0], [1.0, 0.5]])
    assert undominated(points).tolist() == [False, True, True, True, False]


def test_the_least_generous_offer_and_what_each_term_adds(plain: Run) -> None:
    shares = {pay: by_hand(plain, pay)["accepts"].mean() for pay in (0, 2, 5, 7, 10, 12)}
    dear = OfferRules(forbid=({"pay": ("much",)},))
    found = compare_offers(plain, share=float(shares[7]), rules=dear)
    assert found.enough
    assert found.least.options == {"pay": "some", "house": "small"}
    adds = {clause.term: clause for clause in found.clauses}
    assert adds["pay"].alone == pytest.approx(shares[5] - shares[0])
    assert adds["pay"].given_rest == pytest.approx(shares[7] - shares[2])
    assert adds["pay"].average == pytest.approx((shares[5] - shares[0] + shares[7] - shares[2]) / 2)
    assert sum(each.average or 0.0 for each in found.clauses) == pytest.approx(shares[7] - shares[0])
    never = compare_offers(plain, share=1.0)
    assert not never.enough
    assert never.least.options == {"pay": "much", "house": "small"}
    assert "No offer" in " ".join(never.sentences())


def test_posted_prices_keep_below_the_bound_for_private_values() -> None:
    """No voluntary, balanced trade gains more than 9/64 (Myerson & Satterthwaite 1983), a posted price at most 1/8."""
    rules = OfferRules(chooser="broker", made="post.offer", accepted="sell.accept")
    found = compare_offers(run(loads(TRADE), draws=1), rules=rules)
    total = {
        options["price"]: outlook.payoffs["seller"].mean + outlook.payoffs["buyer"].mean
        for options, outlook in zip(found.offers, found.outlooks, strict=True)
    }
    assert max(total.values()) <= 9 / 64
    assert found.best.options["price"] == "p5"
    assert total["p5"] == pytest.approx(1 / 8, abs=1e-9)
    for price, gains in total.items():
        level = 0.0 if price == "none" else int(price[1:]) / 10
        assert gains == pytest.approx(level * (1 - level) / 2, abs=1e-9), "the best that a price can do"
        outlook = found.outlooks[[each["price"] for each in found.offers].index(price)]
        assert min(outlook.payoffs[party].mean for party in ("seller", "buyer")) >= -1e-12, "nobody is made to trade"


def test_what_is_forbidden_or_over_a_limit_is_left_out(plain: Run) -> None:
    rules = OfferRules(
        forbid=(parsed_forbid("pay=much,some house=small", plain.scenario),),
        limits=(parsed_limit("pay + house=8", at_most=True), parsed_limit("exile + pay=6.5", at_most=False)),
    )
    found = compare_offers(plain, rules=rules)
    assert found.offers == ({"pay": "some", "house": "none"},)
    assert (found.forbidden, found.limited) == (2, {"pay + house at most 8": 1, "exile + pay at least 6.5": 2})
    assert found.table == 0
    for rule, message in (
        (parsed_limit("pay=-1", at_most=True), "no offer is allowed: 6 break pay at most -1"),
        (parsed_limit("answer.accept=1", at_most=True), "no term, shared assumption or formula"),
        (parsed_limit("pya=1", at_most=True), "did you mean 'pay'"),
    ):
        with pytest.raises(RunError, match=message):
            compare_offers(plain, rules=OfferRules(limits=(rule,)))


def test_many_offers_are_searched_and_the_best_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "TRIALS", 80)
    terms = ", ".join(f"t{i}: {{a: 0, b: {i + 1}, c: {2 * i + 2}, d: {3 * i + 3}}}" for i in range(5))
    text = PLAIN.replace(
        "terms: {pay: {none: 0, some: 5, much: 10}, house: {none: 0, small: 2}}", f"terms: {{{terms}}}"
    )
    text = text.replace("offer: {pay: some, house: none}", "offer: {t0: a, t1: a, t2: a, t3: a, t4: a}")
    total = "(t0 + t1 + t2 + t3 + t4) / 3"
    text = text.replace("gain - pay - house", f"gain - {total}").replace("exile + pay + house", f"exile + {total}")
    many = run(loads(text), draws=16, seed=3)
    listed, searched = (compare_offers(many, method=method, share=0.5) for method in ("all", "search"))
    assert (listed.method, len(listed.offers)) == ("all", 1024)
    assert (searched.method, len(searched.offers) < 300) == ("search", True)
    assert searched.best.payoffs["us"].mean == pytest.approx(listed.best.payoffs["us"].mean)
    assert searched.least.generosity == pytest.approx(listed.least.generosity, abs=0.1)
    assert "1,024 combinations" in searched.sentences()[-1]
    again = compare_offers(many, method="search", share=0.5)
    np.testing.assert_array_equal(again.values, searched.values)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chooser": "rulr"}, "did you mean 'ruler'"),
        ({"draws": 0}, "found 0 draws"),
        ({"draws": 999}, "the run has 256"),
        ({"method": "guess"}, "no method 'guess'"),
        ({"share": 2.0}, "a share of 2"),
        ({"rules": OfferRules(made="approach.ofer")}, "did you mean 'approach.offer'"),
        ({"rules": OfferRules(kept="hold")}, "did you mean 'holds'"),
        ({"rules": OfferRules(forbid=({"pya": ("some",)},))}, "did you mean 'pay'"),
        ({"rules": OfferRules(forbid=({"pay": ("som",)},))}, "did you mean 'some'"),
        ({"rules": OfferRules(forbid=({},))}, "empty entry"),
    ],
)
def test_mistakes_are_told(plain: Run, options: dict[str, Any], message: str) -> None:
    with pytest.raises(RunError, match=message):
        compare_offers(plain, **options)
    for text in ("pay", "pay=x", "=3", "pay=inf"):
        with pytest.raises(RunError, match="write an expression"):
            parsed_limit(text, at_most=True)


def test_without_terms_there_is_nothing_to_choose(plain: Run) -> None:
    text = PLAIN.replace(
        "pay: {none: 0, some: 5, much: 10}, house: {none: 0, small: 2}", "pay: {some: 5}, house: {none: 0}"
    )
    with pytest.raises(RunError, match="no offer to choose"):
        compare_offers(run(loads(text), draws=4))


def test_where_nothing_says_that_an_offer_is_made(plain: Run) -> None:
    answers = (replace(plain.scenario.answers[0], given=None, given_says=""),)
    found = compare_offers(run(replace(plain.scenario, answers=answers), draws=64), chooser="ruler")
    assert found.chooser == "ruler"
    assert found.best.made is None
    assert "nothing says by which choice an offer is made" in " ".join(found.notes)
    assert found.document()["offers"][0]["accepted"] is None


def test_a_draw_that_next_to_never_makes_the_offer_does_not_count() -> None:
    contact = "moves:\n  contact: {by: chance, choices: {yes: {probability: p, next: approach}, no: {next: never}}}"
    text = PLAIN.replace("moves:", contact)
    text = text.replace("outcomes:", "outcomes:\n  never: {payoffs: {us: 0, ruler: office}}")
    text = text.replace("assumptions:", "assumptions:\n  p: {meaning: they meet, value: {choice: [1e-260, 0.2, 0.7]}}")
    plain = run(loads(text), draws=256, seed=3)
    found = compare_offers(plain)
    some = next(each for each, offer in zip(found.outlooks, found.offers, strict=True) if offer["pay"] == "some")
    assert some.accepted is not None
    hand, meet = by_hand(plain, 5.0), plain.draws.column("p")
    assert (meet < SMALLEST_REACH).any()
    assert some.accepted.mean == pytest.approx(
        (meet * hand["made"] * hand["accepts"]).sum() / (meet * hand["made"]).sum()
    )


def test_the_document_is_what_its_schema_says(offers: Offers) -> None:
    fits(offers.document(), "offers")
    assert offers.frame().shape[0] == 6
    array = offers.to_xarray()
    assert array.sel(offer=0).shape == (256,)
    np.testing.assert_array_equal(array.where(array.pay == "none", drop=True).sizes["offer"], 2)
    assert repr(offers).startswith("<Offers: the proposer: the offer worth most is")


def test_pictures_are_drawn_and_told(offers: Offers) -> None:
    for name, figure in offers.figures().items():
        assert ET.fromstring(figure.svg).get("role") == "img", name
        assert "the proposer" in figure.alt or "percentage points" in figure.alt


def test_the_command(tmp_path: Path) -> None:
    file, picture = tmp_path / "plain.yaml", tmp_path / "offers.svg"
    file.write_text(PLAIN, encoding="utf-8")
    asked = ["offers", str(file), "--draws", "32", "--quiet", "--at-most", "pay + house=6", "--forbid", "pay=none"]
    shown = CliRunner().invoke(main, [*asked, "--figure", str(picture)])
    assert shown.exit_code == 0, shown.output
    assert "What each term adds" in shown.output
    assert picture.exists()
    assert (tmp_path / "offers-terms.svg").exists()
    document = json.loads(CliRunner().invoke(main, [*asked, "--for", "ruler", "--json"]).output)
    assert (document["chooser"], len(document["offers"]), document["forbidden"]) == ("ruler", 1, 2)
    wrong = CliRunner().invoke(main, [*asked, "--forbid", "pay"])
    assert wrong.exit_code != 0
    assert "write TERM=OPTION" in wrong.stderr


def test_rules_of_the_command_line_add_to_those_of_the_file(plain: Run) -> None:
    rules = with_asked(plain.scenario, ["pay=none"], ["pay=6"], ["house=0"])
    assert [limit.at_most for limit in rules.limits] == [True, False]
    assert rules.forbid == ({"pay": ("none",)},)
