"""Building blocks: each shows its known effect, alone and composed, and `use:` brings it into a file."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import RunError, ScenarioError
from offramp.explore.run import Run, run
from offramp.explore.variants import with_offer
from offramp.game.compile import compile_scenario
from offramp.scenario.blocks import block, block_names
from offramp.scenario.composing import composed
from offramp.scenario.distributions import Distribution
from offramp.scenario.load import load, loads
from offramp.scenario.model import Scenario

DRAWS = 256

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def story(*names: str, **values: float | str) -> Scenario:
    """A scenario composed from blocks, with some assumptions fixed and some terms offered otherwise."""
    scenario = loads(composed("A test", names))
    fixed = {name: Distribution.parse(value) for name, value in values.items() if not isinstance(value, str)}
    assert set(fixed) <= {each.name for each in scenario.assumptions}
    changed = tuple(replace(each, value=fixed.get(each.name, each.value)) for each in scenario.assumptions)
    offered = {name: value for name, value in values.items() if isinstance(value, str)}
    return with_offer(replace(scenario, assumptions=changed), offered)


def solved(*names: str, **values: float | str) -> Run:
    return run(story(*names, **values), draws=DRAWS, seed=2)


def chosen(found: Run, choice: str) -> Floats:
    """float64[B]: how likely a choice is in every draw, wherever its move is or were reached."""
    return np.asarray(found.results.choices[found.paths.choice_row(choice)])


def drawn(found: Run, *names: str) -> list[Floats]:
    return [np.asarray(found.draws.column(name)) for name in names]


@pytest.mark.parametrize("name", block_names())
def test_every_block_is_documented_and_makes_a_scenario(name: str) -> None:
    each = block(name)
    assert each.title
    assert each.about
    assert each.effect.endswith(".\n") or each.effect.endswith(".")
    assert each.literature
    assert all(parameter.meaning for parameter in each.parameters.values())
    scenario = story(name)
    assert compile_scenario(scenario).game.num_nodes > 6
    assert all(assumption.basis and assumption.meaning for assumption in scenario.assumptions)


def test_all_blocks_together_make_a_scenario() -> None:
    text = composed("Everything", block_names())
    compiled = compile_scenario(loads(text))
    compiled.game.check()
    assert {party.name for party in compiled.scenario.parties} >= {"us", "ruler", "command", "watchers", "victims"}
    assert "(building block)" in text


def test_leak_the_dearer_the_seldomer_an_offer() -> None:
    made = [
        float(np.mean(chosen(solved("leak", p_leak=0.5, leak_cost=cost), "approach.offer"))) for cost in (0, 20, 60)
    ]
    assert made == sorted(made, reverse=True)
    assert made[0] > made[-1] + 0.1
    found = solved("leak", p_leak=1, leak_cost=0, leak_stain=0)
    office, exile, charges = drawn(found, "office", "exile", "charges")
    assert charges.min() > 0.0
    np.testing.assert_array_equal(chosen(found, "answer.accept"), exile > office)


def test_coup_officers_are_bought() -> None:
    stands = []
    for officers, share in (("none", 0.3), ("pensions", 0.7), ("guarantees", 1.0)):
        found = solved("coup", officers=officers)
        exposure, trials, career, p_seize, rents = drawn(
            found, "exposure", "trials", "career", "p_seize", "junta_rents"
        )
        stand = career * share - exposure * trials * (officers != "guarantees")
        block_ = 100 * rents * p_seize - exposure * (1 - p_seize)
        np.testing.assert_array_equal(chosen(found, "loyalty.stand_aside"), stand > block_)
        stands.append(float(np.mean(stand > block_)))
    assert stands == sorted(stands)
    assert stands[0] < stands[-1]


def test_circle_goes_along_for_enough_and_the_bill_grows_with_its_size() -> None:
    found = solved("circle", rewards="full")
    reward, grip = drawn(found, "reward", "grip")
    np.testing.assert_array_equal(chosen(found, "going_along.go_along"), reward > grip)
    worth = [
        float(np.mean(solved("circle", rewards="full", members=count, reward=95, grip=5).results.payoffs[0]))
        for count in (5, 20, 60)
    ]
    assert worth == sorted(worth, reverse=True)
    assert worth[0] > worth[-1]


def test_successor_keeps_a_promise_that_a_pledge_secures() -> None:
    kept, accepted = [], []
    for pledge, share in (("none", 0.0), ("bond", 0.4), ("guarantor", 0.7), ("hostage", 1.0)):
        found = solved("successor", pledge=pledge, pledge_worth=80)
        relief, grievance, trouble = drawn(found, "relief", "grievance", "trouble")
        keeps = relief - grievance > -80 * share - 100 * trouble
        np.testing.assert_array_equal(chosen(found, "promise.keep"), keeps)
        kept.append(float(np.mean(keeps)))
        accepted.append(float(np.mean(chosen(found, "answer.accept"))))
    assert kept == sorted(kept)
    assert accepted == sorted(accepted)
    assert kept[0] < kept[-1] == 1.0
    assert accepted[0] < accepted[-1]


def test_court_is_held_back_by_a_shield_but_not_bound() -> None:
    rates = []
    for court in ("open", "shielded"):
        found = solved("court", court=court)
        mandate, shield = drawn(found, "mandate", "shield")
        opens = mandate - shield * (court == "shielded") > 0
        np.testing.assert_array_equal(chosen(found, "warrant.pursue"), opens)
        rates.append(float(np.mean(opens)))
    assert 0.0 < rates[1] < rates[0]


def test_patrons_make_a_ruler_stay_and_let_go_where_a_successor_honours_their_claims() -> None:
    backed = [
        float(np.mean(chosen(solved("patron", honoured=share, grudge=0.9), "backing.back"))) for share in (0.0, 0.9)
    ]
    assert backed[0] > backed[1]
    accepts = [
        float(np.mean(chosen(solved("patron", shelter=shelter, upkeep=0, lost_access=0.9), "answer.accept")))
        for shelter in (0.0, 0.5, 2.0)
    ]
    assert accepts == sorted(accepts, reverse=True)
    assert accepts[0] > accepts[-1]


def test_opposition_accepts_less_the_wider_the_amnesty() -> None:
    shares = []
    for amnesty, width in (("none", 0.0), ("ruler", 0.5), ("inner_circle", 1.0)):
        found = solved("opposition", amnesty=amnesty)
        atoms = compile_scenario(found.scenario).atoms[0]
        (ending,) = drawn(found, "ending")
        exact = (atoms.values[None, :] * width < ending[:, None]) @ atoms.weights
        np.testing.assert_allclose(chosen(found, "ratify.accept_amnesty"), exact, atol=1e-9)
        shares.append(float(np.mean(exact)))
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]


def test_victims_protest_less_where_truth_is_told_and_the_promise_is_firmer() -> None:
    protests, kept = [], []
    for truth, told in (("none", 0.0), ("commission", 1.0)):
        found = solved("victims", "successor", truth=truth, pledge="none", hearing=0.6)
        hurt, voice, march = drawn(found, "hurt", "voice", "march")
        gain = voice * hurt * (1 - 0.6 * told) - march
        protests.append(float(np.mean(chosen(found, "outcry.protest"))))
        assert protests[-1] <= float(np.mean(gain > -hurt))  # nobody marches for nothing
        kept.append(float(np.mean(chosen(found, "promise.keep"))))
    assert protests[1] < protests[0]
    assert kept[1] > kept[0]


def test_a_spoiler_strikes_where_it_pays_and_guards_deter() -> None:
    rates = []
    for guard, share in (("none", 0.0), ("monitors", 0.4), ("peacekeepers", 0.8)):
        found = solved("spoiler", guard=guard)
        stake, p_wreck, cost = drawn(found, "stake", "p_wreck", "strike_cost")
        pays = p_wreck * (1 - share) * stake > cost
        np.testing.assert_array_equal(chosen(found, "strike.attack"), pays)
        rates.append(float(np.mean(pays)))
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > rates[-1]


def test_pressure_brings_an_exit_nearer_only_where_it_wears_more_than_it_rallies() -> None:
    free = {f"{name}_cost": 0.0 for name in ("sanctions", "isolation", "rival")}
    accepts = {}
    for name, rally in (("wears", 0.0), ("rallies", 40.0)):
        scenario = story("pressure", rally=rally, sanctions_wear=20, isolation_wear=0, rival_wear=0, **free)
        found = run(scenario, draws=DRAWS, seed=2)
        office, exile = drawn(found, "office", "exile")
        eases, presses = chosen(found, "pressing.ease"), chosen(found, "pressing.sanctions")
        accepts[name] = (office, exile, eases, presses)
    office, exile, _, presses = accepts["wears"]
    tips = (exile < office) & (
        exile > office - 20
    )  # he would stay as he is, and goes once sanctions have worn him down
    assert tips.any()
    np.testing.assert_array_equal(presses[tips], 1.0)
    office, exile, eases, _ = accepts["rallies"]
    fragile = (exile > office) & (exile < office + 20)  # he would go as he is, and pressure makes him stay
    assert fragile.any()
    np.testing.assert_array_equal(eases[fragile], 1.0)


def test_never_pardoning_makes_watching_rulers_worse_until_it_deters() -> None:
    """With no pardon and punishment from mild to harsh: they leave, then fight on, then rule with restraint."""
    fixed: dict[str, float | str] = {
        "spoils": 30,
        "fight": 12,
        "lose": 0.4,
        "pledge": "none",
        "grievance": 70,
        "relief": 0,
        "trouble": 0,
    }
    played = []
    for punish in (0, 10, 19, 21, 30, 44, 46, 80):
        found = solved("successor", "precedent", punish=punish, **fixed)
        conduct = {
            name: float(chosen(found, f"watch_betrayed.{name}")[0]) for name in ("leave", "fight_on", "restrain")
        }
        played.append(max(conduct, key=lambda name: conduct[name]))
        leaving, fighting = 30 - punish, 30 - 12 - 0.4 * punish
        best = max((0.0, "restrain"), (leaving, "leave"), (fighting, "fight_on"))[1]
        assert played[-1] == best
    assert [name for name, _ in [(played[0], 0), *[(b, 0) for a, b in pairwise(played) if a != b]]] == [
        "leave",
        "fight_on",
        "restrain",
    ]
    pardoned = solved("successor", "precedent", punish=80, **fixed)
    assert (
        float(chosen(pardoned, "watch_kept.leave")[0]) == 1.0
    )  # where leavers are pardoned they leave, whatever punishment is


# use:

USING = """
format: offramp/1
title: A file that uses blocks
parties: {us: the proposer, ruler: the ruler}
terms: {amnesty: [none, full]}
offer: {amnesty: full}
use:
  - leak
  - building/coup: {next: gone, blocked: stopped}
assumptions:
  office: {value: {uniform: [0, 60]}}
  p_leak: {value: 0.25, basis: judgement}
moves:
  approach: {by: us, known_to: [us, ruler], choices: {offer: {next: leak}, wait: {next: stays}}}
  leak: {}
  answer: {by: ruler, choices: {accept: {next: loyalty}, refuse: {next: stays}}}
outcomes:
  stays: {payoffs: {us: -10 * leak.leaked, ruler: office, command: 100}}
  stopped: {payoffs: {us: -5, ruler: 0, command: officers_block}}
  gone: {payoffs: {us: 50, ruler: 40 * amnesty, command: officers_stand}}
answers:
  holds: {says: he goes, when: outcome.gone}
"""


def test_a_block_brings_its_entries_and_the_file_s_own_win() -> None:
    scenario = loads(USING)
    names = {each.name: each for each in scenario.assumptions}
    assert names["p_leak"].value == Distribution.parse(0.25)
    assert names["p_leak"].meaning == "chance that the talks become known to all before he answers"
    assert [move.name for move in scenario.moves] == ["approach", "leak", "answer", "loyalty"]
    assert [party.name for party in scenario.parties] == ["us", "ruler", "command"]
    assert scenario.offer == {"amnesty": "full", "officers": "none"}
    assert {choice.next for choice in scenario.moves[3].choices} == {"gone", "stopped"}


def test_numbers_of_a_block_that_nothing_uses_are_left_out() -> None:
    scenario = loads(USING)
    names = [each.name for each in scenario.assumptions]
    assert "leak_cost" not in names
    assert "leak_stain" not in names
    assert {"career", "exposure", "trials"} <= {*names}
    assert "officers_tried" not in scenario.formulas


def test_a_formula_of_the_file_stands_in_for_the_block_s() -> None:
    scenario = loads(USING.replace("moves:\n", "formulas: {covered: amnesty}\nmoves:\n", 1))
    assert scenario.formulas["covered"].text == "amnesty"
    assert "block_holds" in scenario.formulas


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("- leak", "- leek", 8, "did you mean 'leak'?"),
        ("blocked: stopped", "blokked: stopped", 9, "the unknown parameter 'blokked' of the block coup"),
        ("next: gone, ", "", 9, "unknown move or outcome 'promise'"),
        ("command: officers_block", "comand: officers_block", 19, "unknown party 'comand'"),
    ],
)
def test_mistakes_with_blocks_are_told_where_they_are_used(before: str, after: str, line: int, message: str) -> None:
    assert before in USING
    with pytest.raises(ScenarioError) as raised:
        loads(USING.replace(before, after), "using.yaml")
    assert message in str(raised.value)
    assert line in {problem.line for problem in raised.value.problems}


def test_new_composes_a_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = CliRunner().invoke(main, ["new", "mine", "--with", "leak,coup,successor"])
    assert made.exit_code == 0
    assert [move.name for move in load(tmp_path / "mine.yaml").moves] == [
        "approach",
        "leak",
        "answer",
        "loyalty",
        "promise",
    ]
    refused = CliRunner().invoke(main, ["new", "other", "--with", "leek"])
    assert refused.exit_code == 2
    assert "did you mean 'leak'?" in refused.stderr
    assert CliRunner().invoke(main, ["new", "other", "--with", ","]).exit_code == 2
    assert not (tmp_path / "other.yaml").exists()


def test_blocks_are_listed_and_shown() -> None:
    listed = CliRunner().invoke(main, ["blocks"]).stdout
    assert all(name in listed for name in block_names())
    shown = CliRunner().invoke(main, ["blocks", "building/spoiler"]).stdout
    assert "Stedman 1997" in shown
    assert CliRunner().invoke(main, ["blocks", "spoilers"]).exit_code == 2


def test_composing_needs_blocks_that_exist() -> None:
    with pytest.raises(RunError, match="there is no building block 'coupe'"):
        composed("A test", ["coupe"])
