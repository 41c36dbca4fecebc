"""Offers: compared with what can be worked out by hand, bounded by theory, and found by search where they are many."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.offers import api, search
from offramp.explore.offers.api import compare_offers
from offramp.explore.offers.fronts import largest_regrets, minimal, shares_best, undominated, worst_deciles
from offramp.explore.offers.result import Offers
from offramp.explore.offers.rules import parsed_forbid, parsed_limit, with_asked
from offramp.explore.run import Run, run
from offramp.explore.summary import Estimate
from offramp.scenario.load import loads
from offramp.scenario.model import OfferRules
from offramp.tell.offers import offers_screen

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
        assert outlook.spite == pytest.approx(np.mean(-1.0 - gains[hand["made"]]))
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
    assert minimal(np.array([[1, 1], [2, 0], [1, 2], [1, 1], [2, 1]])).tolist() == [True, True, False, True, False]


def test_the_least_generous_offer_and_what_each_term_adds(plain: Run) -> None:
    shares = {pay: by_hand(plain, pay)["accepts"].mean() for pay in (0, 2, 5, 7, 10, 12)}
    dear = OfferRules(forbid=({"pay": ("much",)},))
    found = compare_offers(plain, share=float(shares[7]), rules=dear)
    assert found.enough
    assert found.least.options == {"pay": "some", "house": "small"}
    assert [outlook.options for outlook in found.outlooks if outlook.minimal] == [found.least.options]
    adds = {clause.term: clause for clause in found.clauses}
    assert adds["pay"].alone == pytest.approx(shares[5] - shares[0])
    assert adds["pay"].given_rest == pytest.approx(shares[7] - shares[2])
    assert adds["pay"].average == pytest.approx((shares[5] - shares[0] + shares[7] - shares[2]) / 2)
    assert sum(each.average or 0.0 for each in found.clauses) == pytest.approx(shares[7] - shares[0])
    never = compare_offers(plain, share=1.0)
    assert not never.enough
    assert never.least.options == {"pay": "much", "house": "small"}
    assert "No offer" in " ".join(never.sentences())
    assert not any(outlook.minimal for outlook in never.outlooks)


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
    text = compare_offers(plain, rules=OfferRules(limits=(parsed_limit("pay * house=10", at_most=True),))).sentences()
    assert "left out: 1 with pay × house at most 10 broken" in " ".join(text), "asterisks mark the main words"
    for rule, message in (
        (parsed_limit("pay=-1", at_most=True), "no offer is allowed: of 6 looked at 6 break pay at most -1"),
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
    assert _dominated_area(searched) >= 0.98 * _dominated_area(listed)
    again = compare_offers(many, method="search", share=0.5)
    np.testing.assert_array_equal(again.values, searched.values)


def _dominated_area(found: Offers) -> float:
    """Hypervolume under the front of the chooser's value and the share of draws in which it holds, from zero."""
    best = sorted(((outlook.payoffs["us"].mean, outlook.share) for outlook in found.outlooks), reverse=True)
    area, share = 0.0, 0.0
    for value, each in best:
        area += value * max(0.0, each - share)
        share = max(share, each)
    return area


def test_few_that_rules_leave_of_many_are_all_solved(plain: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_LISTED", 4)
    monkeypatch.setattr(search, "TRIALS", 20)
    assert compare_offers(plain, draws=8).method == "search"
    rules = OfferRules(forbid=({"pay": ("none",)},))
    found = compare_offers(plain, draws=8, rules=rules)
    assert (found.method, len(found.offers), found.forbidden) == ("all", 4, 2)
    monkeypatch.setattr(api, "MOST_EVER", 5)
    with pytest.raises(RunError, match="found 6 combinations .* at most 5: search"):
        compare_offers(plain, method="all")
    everything = OfferRules(forbid=({"pay": ("none", "some", "much")},))
    with pytest.raises(RunError, match=r"no offer is allowed: of [1-6] looked at by the search [1-6] are forbidden"):
        compare_offers(plain, draws=8, rules=everything, method="search")


def test_with_many_offers_fewer_draws_are_looked_at(plain: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_VALUES", 64 * 6)
    found = compare_offers(plain)
    assert found.values.shape == (6, 64)
    assert "the first 64 of 256 draws were looked at" in found.notes
    assert compare_offers(plain, draws=128).values.shape == (6, 128)


GESTURE = """
format: offramp/1
title: An offer that is made to be refused
parties: {us: the proposer, ruler: the ruler, army: the army}
terms: {pay: {none: 0, some: 5}}
offer: {pay: some}
assumptions:
  office: {meaning: what office is worth, value: {discrete: {2: 0.5, 8: 0.5}}}
  praise: {meaning: what a refusal is worth to the proposer, value: 3}
moves:
  approach: {by: us, choices: {offer: {next: answer}, wait: {next: stays}}}
  answer: {by: ruler, choices: {accept: {next: loyalty}, stall: {next: stays}, refuse: {next: stays}}}
  loyalty: {by: army, choices: {obey: {next: goes}, block: {next: stays}}}
outcomes:
  stays: {payoffs: {us: praise * approach.offer, ruler: office - answer.stall, army: 0}}
  goes: {payoffs: {us: 1 - pay, ruler: 2 * pay, army: 1}}
answers:
  holds: {says: he goes, when: outcome.goes, given: approach.offer, given_says: it is made}
  obeyed: {says: the army obeys, when: loyalty.obey}
  accepts: {says: he accepts, when: answer.accept}
"""


def test_an_offer_made_to_be_refused_is_shown_as_such() -> None:
    found = compare_offers(run(loads(GESTURE), draws=64))
    assert (found.roles.made, found.roles.accepted, found.answerer) == ("approach.offer", "answer.accept", "ruler")
    by_pay = {options["pay"]: outlook for options, outlook in zip(found.offers, found.outlooks, strict=True)}
    assert by_pay["none"].spite == pytest.approx(3.0 - 1.0), "made in all draws, and he never accepts"
    assert by_pay["none"].made == Estimate(1.0, 1.0, 1.0)
    assert by_pay["none"].remarks() == ["better refused, for the chooser"]
    assert by_pay["some"].made == Estimate(0.0, 0.0, 0.0), "he would always accept, at a loss of four"
    assert by_pay["some"].spite == pytest.approx(3.0 + 4.0)
    assert by_pay["some"].remarks() == ["would hardly be made", "better refused, for the chooser"]
    assert by_pay["some"].holds is None
    assert found.document()["offers"][1]["holds"] is None
    assert found.least.options == {"pay": "some"}
    assert found.least.minimal
    assert ET.fromstring(found.figure().svg).get("role") == "img"


FALLIBLE = """
assumptions:
  office: {meaning: what office is worth, value: {uniform: [2, 16]}}
  praise: {meaning: what a refusal is worth to the proposer, value: {uniform: [1, 3]}}
  mood: {meaning: what the old order is worth to the army, value: {uniform: [0, 2]}, private_to: army}
correlations:
  - {between: [office, praise], rank: 0.6}
moves:
"""


def test_the_offer_on_the_table_of_fallible_parties_is_what_the_run_says() -> None:
    """With mistakes, private values and correlated draws, each of which counts by how likely it makes the offer."""
    before, after = GESTURE.partition("assumptions:")[0], GESTURE.partition("moves:\n")[2]
    solved = run(loads(before + FALLIBLE + after.replace("army: 0}", "army: mood}")), draws=128, precision=4.0)
    found = compare_offers(solved)
    assert found.table is not None
    table = found.outlooks[found.table]
    assert table.holds == solved.answers["holds"]
    assert table.payoffs == solved.parties
    assert table.made is not None
    assert 0.0 < table.made.low < table.made.high < 1.0
    assert table.made.mean == pytest.approx(solved.moves["approach"].choices["offer"].on_path.mean)


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


def test_the_document_is_what_its_schema_says(offers: Offers) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "offers.json").read_text(encoding="utf-8"))
    document = json.loads(json.dumps(offers.document(), allow_nan=False))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert offers.frame().shape[0] == 6


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


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_screen_fits(offers: Offers, width: int) -> None:
    lines = offers_screen(offers, width)
    assert len(lines) <= 40
    assert max(line.cell_len for line in lines) <= width
    text = "\n".join(line.plain for line in lines)
    assert "as on the table" in text
    assert "pay much, house small" in text, "no label is cut"


def test_rules_of_the_command_line_add_to_those_of_the_file(plain: Run) -> None:
    rules = with_asked(plain.scenario, ["pay=none"], ["pay=6"], ["house=0"])
    assert [limit.at_most for limit in rules.limits] == [True, False]
    assert rules.forbid == ({"pay": ("none",)},)
