"""Repeated rounds: written out they are the games they say, and round by round they reproduce published ones."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import RunError, ScenarioError
from offramp.explore.horizon.api import vary_horizon
from offramp.explore.run import run
from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.draws import central
from offramp.scenario.dump import dumps
from offramp.scenario.load import loads
from offramp.scenario.model import Choice, Option, Scenario, Term
from offramp.scenario.rounds import written_out
from offramp.solve.api import solve
from test_document import fits
from test_reference import check_page, row, scenario, with_values

EXPECTED: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "reference" / "expected.toml").read_text(encoding="utf-8")
)

GRID = 1e-3
"""What the reference numbers are reproduced to; shares are on a grid."""

TALKS = """
format: offramp/1
title: Talks with a deadline
parties: {us: the proposer, ruler: the ruler, army: the army}
terms: {pay: {none: 0, some: 4}}
offer: {pay: some}
assumptions:
  office: {meaning: what a year in office is worth, value: {uniform: [0, 10]}}
  wear: {meaning: what pressure takes each round, value: {uniform: [0, 3]}}
  pride: {meaning: what giving in costs, value: {choice: [0, 2]}, private_to: ruler}
formulas: {left: office - wear * (round - 1)}
moves:
  approach: {by: us, known_to: [us, ruler], choices: {offer: {next: answer}, wait: {next: stays}}}
  answer: {by: ruler, known_to: [us, ruler], choices: {accept: {next: loyalty}, refuse: {next: press}}}
  press: {by: us, choices: {again: {next: approach}, stop: {next: stays}}}
  loyalty: {by: army, choices: {stand_aside: {next: goes}, block: {next: stays}}}
rounds: {from: approach, limit: 3, otherwise: stays, discount: {us: 0.9, ruler: 0.8, army: 1}, flows: {ruler: left}}
outcomes:
  stays: {payoffs: {us: 0, ruler: left, army: round}}
  goes: {payoffs: {us: 6 - pay, ruler: 3 + pay - pride, army: 5}}
answers:
  goes: {says: he goes, when: outcome.goes, given: approach.offer, given_says: an offer is made}
  refused: {says: he ever refuses, when: answer.refuse}
  again: {says: they talk again, when: press.again}
"""


def leaves(compiled: Compiled) -> list[tuple[str, tuple[str, ...]]]:
    """For each leaf its outcome and the choices on its path."""
    moves = compiled.scenario.moves
    found = []
    for leaf in compiled.game.leaves.tolist():
        path = tuple(f"{moves[move].name}.{moves[move].choices[at].name}" for move, at in compiled.history(leaf))
        found.append((compiled.game.node_labels[leaf], path))
    return found


def test_each_round_has_moves_of_its_own() -> None:
    scenario = loads(TALKS)
    names = [move.name for move in written_out(scenario).moves]
    assert names == [
        *("approach", "approach_2", "approach_3"),
        *("answer", "answer_2", "answer_3"),
        *("press", "press_2", "press_3"),
        "loyalty",
    ]
    assert loads(dumps(scenario)) == scenario
    assert written_out(written_out(scenario)) == written_out(scenario)
    by_name = {move.name: move for move in written_out(scenario).moves}
    assert by_name["press_3"].choices[0].next == "stays"
    assert by_name["answer_2"].label == "round 2: answer"


def test_payoffs_are_discounted_and_hold_what_earlier_rounds_were_worth() -> None:
    compiled = compile_scenario(loads(TALKS))
    draws = central(compiled.scenario)
    office, wear = (float(draws.column(name)[0]) for name in ("office", "wear"))
    payoffs = compiled.payoffs(draws)[0]
    seen = set()
    for (outcome, path), (us, ruler, army) in zip(leaves(compiled), payoffs.tolist(), strict=True):
        rounds = 1 + sum(step.endswith(".again") for step in path)
        flows = sum(0.8**done * (office - wear * done) for done in range(rounds - 1))
        if outcome == "stays":
            assert us == 0.0
            assert ruler == pytest.approx(flows + 0.8 ** (rounds - 1) * (office - wear * (rounds - 1)))
            assert army == rounds
        else:
            assert us == pytest.approx(0.9 ** (rounds - 1) * 2.0)
            assert ruler - flows == pytest.approx(0.8 ** (rounds - 1) * 7.0) or ruler - flows == pytest.approx(
                0.8 ** (rounds - 1) * 5.0
            )
        seen.add(rounds)
    assert seen == {1, 2, 3, 4}  # the fourth stands for what comes in place of the round after the last


def test_answers_ask_whether_it_was_ever_so() -> None:
    compiled = compile_scenario(loads(TALKS))
    for leaf, (_, path) in enumerate(leaves(compiled)):
        made = {step.replace("_2.", ".").replace("_3.", ".") for step in path}
        assert compiled.conditions[0, leaf] == ("approach.offer" in made)
        assert compiled.answers[1, leaf] == ("answer.refuse" in made)
        assert compiled.answers[2, leaf] == ("press.again" in made)


def test_a_condition_asks_what_was_chosen_last() -> None:
    text = TALKS.replace("again: {next: approach}", "again: {next: approach, when: answer.refuse}")
    text = text.replace("wait: {next: stays}", "wait: {next: press}")
    compiled = compile_scenario(loads(text))
    for _, path in leaves(compiled):
        for place, step in enumerate(path):
            if step.startswith("press") and step.endswith(".again"):
                last = [each for each in path[:place] if each.startswith("answer")][-1]
                assert last.endswith(".refuse")


def test_a_party_that_sees_nothing_cannot_tell_the_rounds_apart() -> None:
    hidden = TALKS.replace("press: {by: us, choices", "press: {by: us, known_to: [us, ruler], choices")
    for text, count in ((TALKS, 3), (hidden, 1)):
        compiled = compile_scenario(loads(text))
        loyalty = len(compiled.scenario.moves) - 1
        assert sum(key.move == loyalty for key in compiled.infoset_keys) == count
        compiled.game.check()


def test_revealing_a_move_reveals_it_in_all_rounds_so_far() -> None:
    text = TALKS.replace("accept: {next: loyalty}", "accept: {next: loyalty, reveals: {approach: all, answer: all}}")
    moves = {move.name: move for move in written_out(loads(text)).moves}
    assert set(moves["answer_2"].choices[0].reveals) == {"approach", "approach_2", "answer", "answer_2"}
    compile_scenario(loads(text)).game.check()


def test_a_run_tells_its_rounds(tmp_path: Path) -> None:
    result = run(loads(TALKS), draws=64, seed=1)
    assert list(result.moves)[:3] == ["approach", "approach_2", "approach_3"]
    assert result.answers["goes"] is not None
    fits(result.record(), "run")
    assert result.observe({"answer_2": "refuse"}).sentences()
    assert result.what_breaks().sentences()
    result.save(tmp_path / "talks")
    assert "rounds:" in (tmp_path / "talks" / "scenario.yaml").read_text(encoding="utf-8")


def test_too_many_rounds_say_what_multiplies_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offramp.game.grow.MAX_NODES", 20)
    with pytest.raises(ScenarioError, match=r"what multiplies it: rounds \(limit 3; offramp horizon takes any number"):
        compile_scenario(loads(TALKS))


def test_a_file_may_say_what_was_seen_in_a_later_round() -> None:
    seen = run(loads(TALKS + "observed: {saw: {answer: refuse, answer_2: refuse}}\n"), draws=32).observe()
    assert "refuse at answer" in seen.sentences()[0]
    with pytest.raises(ScenarioError, match="unknown choice of answer 'refused'"):
        loads(TALKS + "observed: {saw: {answer_2: refused}}\n")
    with pytest.raises(ScenarioError, match="unknown move 'answer_4'"):
        loads(TALKS + "observed: {saw: {answer_4: refuse}}\n")


def test_one_round_is_the_scenario_without_rounds() -> None:
    text = TALKS.replace("limit: 3", "limit: 1").replace("(round - 1)", "0").replace("army: round", "army: 1")
    plain = text.replace("again: {next: approach}", "again: {next: stays}")
    lines = [line for line in plain.splitlines() if not line.startswith("rounds:")]
    one, other = compile_scenario(loads(text)), compile_scenario(loads("\n".join(lines)))
    ended = [path[-1:] != ("press.again",) for _, path in leaves(one)]
    payoffs = [each.payoffs(central(each.scenario))[0][ended] for each in (one, other)]
    np.testing.assert_array_equal(*payoffs)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("from: approach", "from: aproach", "did you mean 'approach'?"),
        ("from: approach", "from: loyalty", "rounds from 'loyalty', to which no later move leads back"),
        ("otherwise: stays", "otherwise: gone", "unknown outcome or move 'gone'"),
        ("otherwise: stays", "otherwise: press", "the move 'press', which the rounds repeat"),
        ("discount: {us: 0.9, ruler: 0.8, army: 1}", "discount: 1.2", "a discount of 1.2"),
        ("discount: {us: 0.9, ruler: 0.8, army: 1}", "discount: {us: 0.9}", "no discount for 'ruler', 'army'"),
        ("discount: {us: 0.9, ruler: 0.8, army: 1}", "discount: pay", "'pay' in a discount"),
        ("flows: {ruler: left}", "flows: {rulers: left}", "unknown party 'rulers'"),
        ("limit: 3", "limit: 0", "the number 0"),
        ("limit: 3", "limit: 101", "the number 101"),
        ("loyalty: {by", "answer_2: {by", "the name 'answer_2', which the move 'answer' has in a later round"),
        ("block: {next: stays}", "block: {next: loyalty}", "a way back to 'loyalty'"),
        ("army: round}", "army: round.first}", "'round.first', but 'round' is a number"),
    ],
)
def test_mistakes_are_told_where_they_stand(before: str, after: str, message: str) -> None:
    assert before in TALKS
    text = TALKS.replace(before, after, 1)
    text = text.replace("next: loyalty}, refuse", "next: answer_2}, refuse") if after.startswith("answer_2") else text
    with pytest.raises(ScenarioError) as raised:
        loads(text, "talks.yaml")
    assert message in str(raised.value)
    assert all(problem.line > 1 for problem in raised.value.problems)


def test_the_number_of_the_round_needs_rounds() -> None:
    lines = [line for line in TALKS.splitlines() if not line.startswith("rounds:")]
    text = "\n".join(lines).replace("again: {next: approach}", "again: {next: stays}")
    with pytest.raises(ScenarioError, match="'round', where there are no rounds:"):
        loads(text)


def test_a_loop_without_rounds_says_what_to_do() -> None:
    lines = [line for line in TALKS.splitlines() if not line.startswith("rounds:")]
    with pytest.raises(ScenarioError, match="say how often, with rounds: and from: approach"):
        loads("\n".join(lines).replace("(round - 1)", "0").replace("army: round", "army: 1"))


# The horizon


OPEN = TALKS.replace(", private_to: ruler", "").replace("known_to: [us, ruler], ", "")


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_horizon_is_the_game_with_its_rounds_written_out(limit: int) -> None:
    """The first round with so many left, against the whole tree; nothing in it looks back."""
    scenario = loads(OPEN.replace("limit: 3", f"limit: {limit}"))
    found = vary_horizon(scenario, rounds=[limit], draws=32, seed=4)
    compiled = compile_scenario(scenario)
    batch = compiled.batch(found.drawn)
    solutions = solve(compiled.game, batch.payoffs(), batch.chance())
    np.testing.assert_allclose(found.lefts[0].values, solutions.values, atol=1e-9)
    goes = np.array([label == "goes" for label, _ in leaves(compiled)])
    reach = solutions.reach[:, compiled.game.leaves]
    assert found.lefts[0].outcomes["goes"].mean == pytest.approx(reach[:, goes].sum(axis=1).mean(), abs=1e-9)
    assert sum(each.mean for each in found.lefts[0].outcomes.values()) == pytest.approx(1.0)


def test_answers_of_a_horizon_are_about_how_it_ends() -> None:
    asked = "  goes: {says: he goes, when: outcome.goes}\n  stays: {says: he stays, when: not outcome.goes}\n"
    text = OPEN[: OPEN.index("answers:")] + "answers:\n" + asked + "  end: {says: it ends so, when: outcome.stays}\n"
    for left in vary_horizon(loads(text), draws=64).lefts:
        assert left.answers["goes"] is not None
        assert left.answers["goes"].mean == pytest.approx(left.outcomes["goes"].mean)
        assert left.answers["stays"] == left.answers["end"]
        assert left.answers["stays"] is not None
        assert left.answers["stays"].mean == pytest.approx(left.outcomes["stays"].mean)


def with_shares(base: Scenario, *, fine: bool) -> Scenario:
    """The game with shares in steps of 1e-2, and with ``fine`` of 2e-4 between 0.37 and 0.63, where all end up."""
    numbers = {round(step / 100, 4) for step in range(101)}
    if fine:
        numbers |= {round(0.37 + step / 5_000, 4) for step in range(1301)}
    options = tuple(Option(f"o{place}", number) for place, number in enumerate(sorted(numbers)))
    moves = tuple(
        replace(move, choices=tuple(Choice(each.name, move.choices[0].next) for each in options)) if move.sets else move
        for move in base.moves
    )
    return replace(base, terms=tuple(Term(term.name, options) for term in base.terms), moves=moves)


@pytest.mark.parametrize(
    "case", EXPECTED["rubinstein"]["endless"], ids=lambda case: f"{case['delay']}, {case['outside']}"
)
def test_alternating_offers_without_end(case: dict[str, Any]) -> None:
    """With an outside option that binds, shares are round; one that does not bind changes nothing."""
    base = with_shares(scenario("rubinstein"), fine=case["share"] > 0.5)
    model = with_values(base, delay=case["delay"], outside=case["outside"])
    share = float(vary_horizon(model, rounds=[80], draws=1).lefts[0].values[0, 0])
    assert share == pytest.approx(case["share"], abs=GRID)
    check_page(row(float(case["delay"]), float(case["outside"]), float(case["share"])))


def test_alternating_offers_with_a_deadline_swing() -> None:
    finite = {int(number): share for number, share in EXPECTED["rubinstein"]["finite"].items()}
    found = vary_horizon(scenario("rubinstein"), rounds=list(finite), draws=1)
    for left in found.lefts:
        assert float(left.values[0, 0]) == pytest.approx(finite[left.rounds], abs=GRID)
        check_page(row(left.rounds, float(finite[left.rounds])))


@pytest.mark.parametrize(
    "case", EXPECTED["power_shift"]["cases"], ids=lambda case: f"{case['today']} to {case['tomorrow']}"
)
def test_a_shift_of_power(case: dict[str, Any]) -> None:
    names = ("today", "tomorrow", "patience", "cost")
    model = with_values(scenario("power_shift"), **{name: case[name] for name in names})
    found = vary_horizon(model, rounds=3, draws=1)
    for left in found.lefts:  # what comes after the last round is peace for good, so that the horizon changes nothing
        war = left.answers["war"]
        assert war is not None
        assert war.mean == float(case["attack"])
    if case["attack"]:
        assert found.lefts[0].values[0, 1] == pytest.approx(case["war"], abs=GRID)
    critical = (case["today"] + case["cost"] * (1 - case["patience"]) ** 2) / case["patience"]
    assert critical == pytest.approx(case["critical"], abs=1e-4)
    for step, attacks in ((-0.002, 0.0), (0.002, 1.0)):
        near = vary_horizon(with_values(model, tomorrow=critical + step), rounds=[1], draws=1)
        assert near.lefts[0].answers["war"] is not None
        assert near.lefts[0].answers["war"].mean == attacks
    check_page(
        row(*(float(case[name]) for name in (*names, "war", "peace", "critical")), "yes" if case["attack"] else "no")
    )


def test_a_horizon_at_which_all_ends_brings_war_forward() -> None:
    """The trap of a finite horizon: where nothing comes after the last round, every number of rounds ends in war."""
    model = with_values(scenario("power_shift"), tomorrow=0.44, lasting=0)
    found = vary_horizon(model, rounds=4, draws=1)
    payoffs = [left.outcomes["war"].mean for left in found.lefts]
    assert payoffs == pytest.approx([1.0, 1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TALKS, "pride is private and stays the same"),
        ("\n".join(line for line in OPEN.splitlines() if not line.startswith("rounds:")), "has no rounds"),
    ],
)
def test_what_no_horizon_can_be_shown_of(text: str, message: str) -> None:
    text = text if "rounds:" in text else text.replace("again: {next: approach}", "again: {next: stays}")
    text = text if "rounds:" in text else text.replace("(round - 1)", "0").replace("army: round", "army: 1")
    with pytest.raises(RunError, match=message):
        vary_horizon(loads(text))


def test_the_horizon_command(tmp_path: Path) -> None:
    (tmp_path / "talks.yaml").write_text(OPEN, encoding="utf-8")
    arguments = ["horizon", str(tmp_path / "talks.yaml"), "--draws", "16", "--quiet"]
    shown = CliRunner().invoke(main, [*arguments, "--figure", str(tmp_path / "h.svg")])
    assert shown.exit_code == 0
    assert "with 3 rounds" in shown.stdout
    document = json.loads(CliRunner().invoke(main, [*arguments, "--rounds", "2", "--json"]).stdout)
    fits(document, "horizon")
    assert [each["left"] for each in document["rounds"]] == [1, 2]
    assert CliRunner().invoke(main, [*arguments, "--rounds", "0"]).exit_code == 2


def test_a_round_may_depend_on_its_number() -> None:
    """Where payoffs count rounds, each horizon is worked anew."""
    found = vary_horizon(loads(OPEN), draws=8)
    assert found.counts_rounds
    assert [left.rounds for left in found.lefts] == [1, 2, 3]
    assert replace(found, notes=()).frame().shape[0] == 3
