"""The branch with names: of a scenario and of a game file, as arrays, on a screen and as a document."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import handmade
import offramp
from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.branches import branch, spaced_precisions
from offramp.explore.run import run
from offramp.scenario.dump import dumps
from offramp.tell.branch import branch_document, branch_screen, curve
from offramp.tell.document import GameOrigin
from test_document import fits

COORDINATION = """EFG 2 R "meet" { "Ann" "Bob" }
p "" 1 1 "where" { "park" "bar" } 0
p "" 2 1 "where to" { "park" "bar" } 0
t "" 1 "" { 2 2 }
t "" 2 "" { 0 0 }
p "" 2 1 "where to" { "park" "bar" } 0
t "" 2 "" { 0 0 }
t "" 3 "" { 1 1 }
"""
ROW = (0.5, 2.0, 20.0)

pytestmark = pytest.mark.compiled


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    file = tmp_path / "meet.efg"
    file.write_text(COORDINATION, encoding="utf-8")
    return file


def test_answers_and_choices_along_the_branch_are_those_of_runs_at_each_precision() -> None:
    scenario = handmade.conditional_standoff()
    traced = branch(scenario, ROW, draws=32, seed=4)
    for t, precision in enumerate(ROW):
        result = run(scenario, draws=32, seed=4, precision=precision)
        table = result.table
        for rows, names, wanted in (
            (traced.answers, result.paths.answers, table.answers),
            (traced.outcomes, result.paths.outcomes, table.outcomes),
        ):
            assert list(rows) == list(names)
            np.testing.assert_allclose([each[:, t] for each in rows.values()], wanted, atol=1e-9)
        np.testing.assert_allclose(traced.choices["answer.accept"][:, t], table.choices[4], atol=1e-9)
    assert result.paths.choices[4] == (2, "accept")


def test_without_draws_the_assumptions_stand_at_their_medians() -> None:
    scenario = handmade.leak_standoff()
    traced = branch(scenario, ROW)
    assert traced.branch.num_draws == 1
    assert traced.answers["holds"].shape == (1, 3)


def test_what_the_scenario_states_of_precision_does_not_matter() -> None:
    plain = handmade.leak_standoff()
    stating = offramp.loads(dumps(plain) + "\nprecision: 3\n")
    np.testing.assert_array_equal(branch(plain, ROW).answers["holds"], branch(stating, ROW).answers["holds"])


def test_arrays_carry_the_names_of_players_sets_and_actions(meeting: Path) -> None:
    arrays = branch(meeting, ROW).to_xarray()
    assert arrays["strategies"].dims == ("draw", "precision", "action")
    bob = arrays["strategies"].sel(precision=20.0).isel(draw=0, action=arrays["mover"].to_numpy() == "Bob")
    assert bob["infoset"].to_numpy().tolist() == ["where to", "where to"]
    assert float(bob.sel(action="park").item()) > 0.99
    assert arrays["answers"].sizes["answer"] == 0
    assert arrays["payoffs"].sel(player="Ann").isel(draw=0).to_numpy()[-1] == pytest.approx(2.0, abs=1e-3)


def test_the_names_of_a_scenario_label_its_arrays() -> None:
    arrays = branch(handmade.leak_standoff(), ROW, draws=4).to_xarray()
    assert arrays["answers"].sel(answer="holds").sizes == {"draw": 4, "precision": 3}
    assert "answer.accept" in arrays["choice"].to_numpy()


def test_a_game_file_has_nothing_to_draw(meeting: Path) -> None:
    with pytest.raises(RunError, match="nothing to draw"):
        branch(meeting, ROW, draws=3)


@pytest.mark.parametrize("spacing", [(0.0, 1.0, 3), (2.0, 1.0, 3), (1.0, float("inf"), 3), (float("nan"), 1.0, 3)])
def test_precisions_are_spaced_between_two_numbers_above_zero(spacing: tuple[float, float, int]) -> None:
    with pytest.raises(RunError, match="two numbers above 0"):
        spaced_precisions(*spacing)


def test_fewer_than_two_precisions_are_no_row() -> None:
    with pytest.raises(RunError, match="at least 2"):
        spaced_precisions(1.0, 2.0, 1)


def test_the_document_fits_its_schema_and_holds_the_curves(meeting: Path) -> None:
    traced = branch(meeting, ROW)
    document = branch_document(traced, GameOrigin("meet.efg", b"", traced.infoset_numbers))
    fits(document, "branch")
    ann = document["players"][0]["infosets"][0]["actions"]
    assert ann[0]["probability"] == traced.branch.strategies[0, :, 0].tolist()
    assert [sum(pair) for pair in zip(*(each["probability"] for each in ann), strict=True)] == pytest.approx([1, 1, 1])


def test_where_the_branch_ends_early_the_screen_and_the_document_say_so(meeting: Path) -> None:
    traced = branch(meeting, ROW)
    traced.branch.log_strategies[0, 2] = np.nan
    traced.branch.values[0, 2] = np.nan
    traced.branch.residuals[0, 2] = np.inf
    traced.branch.status[0] = offramp.Status.STALLED
    document = branch_document(traced, GameOrigin("meet.efg", b"", traced.infoset_numbers))
    fits(document, "branch")
    assert document["players"][0]["infosets"][0]["actions"][0]["probability"][2] is None
    assert not document["certificate"]["converged"]
    text = "\n".join(line.plain for line in branch_screen(traced))
    assert "1 of 3 points are missing" in text
    assert "none" in text


def test_the_command_shows_curves_or_a_document(meeting: Path) -> None:
    shown = CliRunner().invoke(main, ["solve", str(meeting), "--precisions", "0.5:20:6"])
    assert shown.exit_code == 0
    assert "6 precisions from 0.5 (left) to 20 (right)" in " ".join(shown.stdout.split())
    assert "where: park" in shown.stdout
    printed = CliRunner().invoke(main, ["solve", str(meeting), "--precisions", "0.5:20:6", "--json"])
    document = json.loads(printed.stdout)
    assert document["schema"] == "offramp.branch/1"
    assert document["precisions"] == pytest.approx(np.geomspace(0.5, 20, 6).tolist())


def test_the_command_draws_the_branch(meeting: Path, tmp_path: Path) -> None:
    picture = tmp_path / "branch.svg"
    asked = ["solve", str(meeting), "--precisions", "0.5:20:6"]
    drawn = CliRunner().invoke(main, [*asked, "--figure", str(picture)])
    assert (drawn.exit_code, drawn.stderr) == (0, f"Drew {picture}.\n")
    assert "<desc>From choice at random to ever fewer mistakes." in picture.read_text(encoding="utf-8")
    refused = CliRunner().invoke(main, [*asked, "--figure", str(tmp_path / "branch.gif")])
    assert refused.exit_code == 2
    assert "svg" in refused.stderr
    alone = CliRunner().invoke(main, ["solve", str(meeting), "--figure", str(picture)])
    assert alone.exit_code == 2
    assert "give --precisions too" in alone.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--precisions", "5"], "give FROM:TO:COUNT"),
        (["--precisions", "5:1:3"], "the smaller one first"),
        (["--precisions", "1:5:3", "--precision", "2"], "give one of the two"),
    ],
)
def test_precisions_that_make_no_row_are_one_message(meeting: Path, options: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["solve", str(meeting), *options])
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_curve_rises_with_the_probability_and_is_blank_where_there_is_none() -> None:
    assert curve(np.array([0.0, 0.2, 0.99, 1.0, np.nan]), 5) == "▁▂██ "
