"""The precision that a scenario states: drawn, checked, written out, and replaced by what is asked for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from offramp.errors import EvaluationError, RunError
from offramp.explore.precision import game_precision, plain_precision, with_precision
from offramp.game.compile import compile_scenario
from offramp.game.precision import drawn_precisions
from offramp.scenario.draws import draw
from offramp.scenario.dump import dumps
from offramp.scenario.load import loads
from offramp.scenario.model import Scenario
from offramp.solve.api import solve
from oracle import Twin

GAME = """
format: offramp/1
title: Leave or stay
parties: {envoy: the envoy, ruler: the ruler, army: the army}
assumptions:
  care: {value: {uniform: [1, 9]}}
  worth: {value: {uniform: [-1, 1]}}
  pride: {value: {uniform: [0, 4]}, private_to: army, grid: 2}
formulas: {twice: 2 * care}
moves:
  approach:
    by: envoy
    known_to: [envoy]
    choices: {offer: {next: answer}, wait: {next: answer}}
  answer:
    by: ruler
    choices: {accept: {next: loyalty}, refuse: {next: stays}}
  loyalty:
    by: army
    choices: {aside: {next: left}, block: {next: stays}}
outcomes:
  left: {payoffs: {envoy: 2 - approach.offer, ruler: 3 * approach.offer, army: 3 - pride}}
  stays: {payoffs: {envoy: worth, ruler: 1, army: 1}}
answers:
  leaves: {says: he leaves, when: outcome.left}
"""


def stating(precision: str) -> Scenario:
    """The scenario with a line ``precision: …`` at its end."""
    return loads(f"{GAME}precision: {precision}\n", "leave.yaml")


def test_without_a_precision_nobody_makes_mistakes() -> None:
    scenario = loads(GAME)
    assert drawn_precisions(scenario, draw(scenario, 4, 1)) is None


def test_a_number_is_the_precision_of_all_in_every_draw() -> None:
    scenario = stating("5")
    assert drawn_precisions(scenario, draw(scenario, 3, 1)) == pytest.approx(np.full((3, 1), 5.0), abs=0)


def test_an_assumption_is_drawn_and_its_values_are_the_precisions() -> None:
    scenario = stating("care")
    draws = draw(scenario, 16, 3)
    found = drawn_precisions(scenario, draws)
    assert found is not None
    np.testing.assert_array_equal(found[:, 0], draws.column("care"))
    assert np.unique(found).size == 16


def test_parties_have_their_own_in_the_scenarios_order_and_formulas_count() -> None:
    scenario = stating("{army: twice + 1, envoy: 7, ruler: care ** 2}")
    draws = draw(scenario, 8, 3)
    care = draws.column("care")
    wanted = np.stack([np.full(8, 7.0), care * care, 2 * care + 1], axis=1)
    found = drawn_precisions(scenario, draws)
    assert found is not None
    np.testing.assert_allclose(found, wanted, rtol=1e-15)


def test_a_precision_below_zero_in_a_draw_names_line_draw_and_remedy() -> None:
    scenario = stating("{army: 1, envoy: 2, ruler: 2 * worth}")
    with pytest.raises(EvaluationError) as raised:
        drawn_precisions(scenario, draw(scenario, 64, 1))
    problem = raised.value.problem
    assert (problem.line, problem.column) == (len(GAME.splitlines()) + 1, 39)
    assert problem.path == ("precision", "ruler")
    assert "below 0" in problem.found
    assert "max(0" in problem.remedy


def test_a_drawn_precision_is_solved_to_the_twins_logit_equations() -> None:
    scenario = stating("{army: twice, envoy: care, ruler: 40}")
    compiled, draws = compile_scenario(scenario), draw(scenario, 4, 2)
    payoffs, chance, precisions = compiled.payoffs(draws), compiled.chance(draws), drawn_precisions(scenario, draws)
    assert precisions is not None
    solutions = solve(compiled.game, payoffs, chance, precision=precisions)
    starts = compiled.game.action_starts.tolist()
    for row in range(4):
        twin = Twin(compiled.game, payoffs[row], chance[row])
        logs = {
            (infoset, action): float(solutions.log_strategies[row, starts[infoset] + action])
            for infoset, labels in enumerate(compiled.game.action_labels)
            for action in range(len(labels))
        }
        for infoset, player in enumerate(compiled.game.infoset_players.tolist()):
            values = twin.action_values(infoset, logs)
            wanted = precisions[row, player] * (values[1] - values[0]) / twin.ranges[player]
            assert logs[infoset, 1] - logs[infoset, 0] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("precision", ["5", "care", "{envoy: 5, ruler: twice, army: care + 0.5}"])
def test_a_precision_is_written_and_read_back(precision: str) -> None:
    scenario = stating(precision)
    assert loads(dumps(scenario)) == scenario
    assert "precision:" in dumps(scenario)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (None, "care"),
        (6, 6.0),
        (0.1, 0.1),
        (np.int64(3), 3.0),
        ("twice + 1", "twice + 1"),
        (math.inf, None),
        ([1, 2, 3.5], {"envoy": 1.0, "ruler": 2.0, "army": 3.5}),
        ({"ruler": "care", "envoy": 1, "army": 2}, {"ruler": "care", "envoy": 1.0, "army": 2.0}),
    ],
    ids=str,
)
def test_what_is_asked_for_stands_in_place_of_what_is_stated(asked: Any, wanted: object) -> None:
    assert plain_precision(with_precision(stating("care"), asked).precision) == wanted


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (-1, "a precision of -1"),
        ("cares", "did you mean 'care'"),
        ("2 +", "found"),
        ("pride", "'pride' in a precision"),
        ([1, 2], "one for each of 3"),
        ({"ruler": 5}, "no precision for 'envoy', 'army'"),
        ({"envoy": math.inf, "ruler": 1, "army": 1}, "the number inf"),
        (math.nan, "the number nan"),
    ],
    ids=str,
)
def test_what_cannot_be_a_precision_is_refused(asked: Any, message: str) -> None:
    with pytest.raises(RunError, match="the precision asked for: found") as raised:
        with_precision(stating("care"), asked)
    assert message in str(raised.value)


def test_an_error_in_what_was_asked_for_points_at_no_line_of_the_file() -> None:
    scenario = with_precision(stating("care"), "worth * 2")
    with pytest.raises(EvaluationError) as raised:
        drawn_precisions(scenario, draw(scenario, 64, 1))
    assert raised.value.line == 0


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [(None, None), (4, 4.0), (math.inf, None), ([1, 2], [1.0, 2.0]), ({"B": 3, "A": "2 * 2"}, [4.0, 3.0])],
    ids=str,
)
def test_a_game_takes_numbers(asked: Any, wanted: object) -> None:
    assert game_precision(asked, ("A", "B")) == wanted


@pytest.mark.parametrize("asked", ["care", -1, [1, 2, 3], {"A": 1}, {"A": 1, "C": 2}], ids=str)
def test_a_game_takes_nothing_else(asked: Any) -> None:
    with pytest.raises(RunError, match="the precision asked for"):
        game_precision(asked, ("A", "B"))
