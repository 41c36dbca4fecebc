"""Tipping points: thresholds known in closed form, both directions, windows, lists, gaps, and what cannot be varied."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from handmade import conditional_standoff
from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.run import Run, run
from offramp.explore.tipping import api
from offramp.explore.tipping.api import find_tipping
from offramp.explore.tipping.flips import STEPS, brackets, narrowed
from offramp.explore.tipping.held import NUM_VALUES
from offramp.explore.tipping.result import Tipping
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Correlation, Scenario
from offramp.tell.tipping import tipping_screen
from standoffs import assumption, choice, move, outcome, standoff, term
from test_document import fits

ROOT = Path(__file__).parents[1]
HOLDS = (Answer("holds", "he leaves", Expression.parse("outcome.left")),)


def leaving(
    leaves: str = "worth", *, worth: Any = None, office: Any = None, cost: dict[str, Any] | None = None
) -> Scenario:
    """He leaves where that is worth more to him than office."""
    extra = (assumption("cost", {"uniform": [0, 20]}, **cost),) if cost else ()
    return standoff(
        "us he",
        [move("answer", "he", choice("leave", "left"), choice("stay", "stays"))],
        [outcome("left", us="worth - 15", he=leaves), outcome("stays", us=-5, he="office")],
        assumptions=(
            assumption(
                "worth",
                {"uniform": [0, 40]} if worth is None else worth,
                meaning="what leaving is worth to him",
                unit="points",
            ),
            assumption("office", office or {"uniform": [0, 30]}),
            *extra,
        ),
        answers=HOLDS,
    )


def solved(scenario: Scenario, draws: int = 128) -> Run:
    return run(scenario, draws=draws)


def tolerance(low: float, high: float) -> float:
    """How near bisection comes."""
    return float((high - low) / (NUM_VALUES - 1) / 2**STEPS)


# --- closed forms


def test_every_draw_flips_where_leaving_is_worth_as_much_as_office() -> None:
    done = solved(leaving())
    found = find_tipping(done, "worth")
    office = done.draws.column("office")
    (flips,) = found.flips
    assert (flips.rises, flips.share, found.always, found.never, found.several) == (True, 1, 0, 0, 0)
    np.testing.assert_allclose(flips.values, office, atol=tolerance(0, 40))
    assert flips.median == pytest.approx(np.quantile(office, 0.5, method="inverted_cdf"), abs=tolerance(0, 40))
    low, high = flips.interval
    assert (low, high) == pytest.approx(np.quantile(office, (0.05, 0.95), method="inverted_cdf"), abs=1e-3)
    (crossing,) = found.crossings
    middle = np.sort(office)[63]
    assert crossing.value == pytest.approx(middle, abs=tolerance(0, 40))
    assert crossing.rises
    assert crossing.stated_below == pytest.approx(middle / 40, abs=1e-3)
    for point in found.points:
        assert point.answer is not None
        assert point.answer.mean == pytest.approx(np.mean(office < point.value))
    assert found.now is not None
    assert found.now.mean == pytest.approx(np.mean(done.draws.column("worth") > office))


def test_the_other_way_round_it_falls_and_some_draws_never_flip() -> None:
    done = solved(leaving())
    found = find_tipping(done, "office")
    worth = done.draws.column("worth")
    (flips,) = found.flips
    assert not flips.rises
    assert flips.share == pytest.approx(np.mean(worth < 30))
    assert found.always == pytest.approx(np.mean(worth > 30))
    np.testing.assert_allclose(flips.values, worth[worth < 30], atol=tolerance(0, 30))
    assert found.crossings[0].value == pytest.approx(np.sort(worth)[64], abs=tolerance(0, 30))
    assert "below" in found.sentences()[0]


def test_a_game_in_which_nothing_flips() -> None:
    found = find_tipping(solved(leaving("worth + 100")), "worth")
    assert (found.flips, found.crossings, found.always) == ((), (), 1)
    assert found.sentences()[0].startswith("*At every value*")
    assert "no draw" in found.sentences()[2]
    assert list(found.figures()) == ["tipping"]
    never = find_tipping(solved(leaving("worth - 100")), "worth")
    assert (never.never, never.always) == (1, 0)
    assert never.sentences()[0].startswith("*At no value*")


def test_a_window_is_entered_and_left() -> None:
    done = solved(leaving("10 - abs(worth - 20)", office={"uniform": [0, 5]}))
    found = find_tipping(done, "worth")
    office = done.draws.column("office")
    assert found.several == 1
    assert {flips.rises: flips.share for flips in found.flips} == {True: 1, False: 1}
    by_direction = {flips.rises: flips.values for flips in found.flips}
    np.testing.assert_allclose(by_direction[True], 10 + office, atol=tolerance(0, 40))
    np.testing.assert_allclose(by_direction[False], 30 - office, atol=tolerance(0, 40))
    assert [crossing.rises for crossing in found.crossings] == [True, False]
    assert "between 12.5 and 27.5" in found.sentences()[0].replace("*", "")


def test_a_fixed_number_is_varied_up_to_its_double() -> None:
    done = solved(leaving(worth=20))
    found = find_tipping(done, "worth")
    assert (found.kind, found.range, found.stated) == ("fixed", (0, 40), (20, 20))
    np.testing.assert_allclose(found.flips[0].values, done.draws.column("office"), atol=tolerance(0, 40))
    assert found.crossings[0].stated_below is None
    assert "fixes worth at 20" in found.notes[0]
    assert find_tipping(done, "worth", low=-5, high=100).range == (-5, 100)


@pytest.mark.parametrize("value", [{"uniform": [0, 20]}, 8])
def test_a_private_number_is_held_where_all_know_it(value: object) -> None:
    scenario = leaving("worth - cost", cost={"private_to": "he", "grid": 4})
    last = replace(scenario.assumptions[2], value=assumption("cost", value).value)
    done = solved(replace(scenario, assumptions=(last, *scenario.assumptions[:2])))
    found = find_tipping(done, "cost", high=60, low=-60)
    assert found.kind == "private"
    gap = done.draws.column("worth") - done.draws.column("office")
    np.testing.assert_allclose(found.flips[0].values, gap, atol=tolerance(-60, 60))
    assert any("private to he" in note for note in found.notes)


def test_listed_values_are_told_one_by_one() -> None:
    done = solved(leaving(worth={"discrete": {"25": 0.5, "5": 0.25, "15": 0.25}}))
    found = find_tipping(done, "worth")
    office = done.draws.column("office")
    assert found.is_listed
    assert [point.value for point in found.points] == [5, 15, 25]
    means = [point.answer.mean for point in found.points if point.answer]
    assert means == pytest.approx([np.mean(office < value) for value in (5, 15, 25)])
    shares = [np.mean((office > low) & (office < high)) for low, high in ((5, 15), (15, 25))]
    values, counts = np.unique(found.flips[0].values, return_counts=True)
    assert values.tolist() == [15, 25]
    assert (counts / 128).tolist() == pytest.approx(shares)
    assert found.never == pytest.approx(np.mean(office > 25))
    assert "15* or *25* points" in found.sentences()[0]
    assert ET.fromstring(found.figure().svg).tag.endswith("svg")
    assert not find_tipping(done, "worth", low=0, high=40).is_listed, "a range of its own makes it a number"


def test_a_payoff_flips_at_zero_or_at_the_level_asked_for() -> None:
    done = solved(leaving(office=-1))
    found = find_tipping(done, "worth", answer="payoff.us")
    assert found.asked.level == 0
    assert found.crossings[0].value == pytest.approx(15, abs=tolerance(0, 40))
    higher = find_tipping(done, "worth", answer="payoff.us", level=12)
    assert higher.crossings[0].value == pytest.approx(27, abs=tolerance(0, 40))
    assert "yes: 12 points or more" in " ".join(higher.sentences())


# --- conditions, correlations, ranges


def asked_from_ten_on() -> Scenario:
    """The offer is made where it is worth more than 10, and then accepted where it is worth less than office."""
    given = replace(HOLDS[0], given=Expression.parse("approach.offer"), given_says="it is offered")
    return standoff(
        "us he",
        [
            move("approach", "us", choice("offer", "answer"), choice("wait", "waits")),
            move("answer", "he", choice("leave", "left"), choice("stay", "stays")),
        ],
        [
            outcome("left", us="worth - 10", he="office - worth"),
            outcome("stays", us="worth - 10", he=0),
            outcome("waits", us=0, he=0),
        ],
        assumptions=(assumption("worth", {"uniform": [0, 40]}), assumption("office", {"uniform": [0, 30]})),
        answers=(given,),
    )


def test_where_the_question_is_not_asked_the_curve_has_a_gap() -> None:
    done = solved(asked_from_ten_on())
    found = find_tipping(done, "worth")
    office = done.draws.column("office")
    gap = [point for point in found.points if point.answer is None]
    assert [point.value for point in gap] == [value for value in np.linspace(0, 40, 25) if value < 10]
    assert all(point.asked == 0 for point in gap)
    np.testing.assert_allclose(found.flips[0].values, office[office > 10], atol=0.05)
    assert found.never == pytest.approx(np.mean(office < 10), abs=0.02)
    assert any("has a gap there" in note for note in found.notes)
    assert json.loads(json.dumps(found.document(), allow_nan=False))["curve"][0]["answer"] is None
    assert found.frame()["mean"].isna().sum() == len(gap)
    assert "not asked in any draw" in "".join(line.plain for line in tipping_screen(found))
    with pytest.raises(RunError, match="'holds' is asked in no draw, whatever worth"):
        find_tipping(done, "worth", high=9)


def test_draws_count_by_how_likely_they_are_asked() -> None:
    """The condition is a turn of chance with a probability of its own in every draw."""
    given = replace(HOLDS[0], given=Expression.parse("talks.open"), given_says="they talk")
    scenario = standoff(
        "he",
        [
            move("talks", "chance", choice("open", "answer", probability="p"), choice("shut", "stays")),
            move("answer", "he", choice("leave", "left"), choice("stay", "stays")),
        ],
        [outcome("left", he="worth"), outcome("stays", he="office")],
        assumptions=(
            assumption("worth", {"uniform": [0, 40]}),
            assumption("office", {"uniform": [0, 30]}),
            assumption("p", {"uniform": [0, 1]}),
        ),
        correlations=(Correlation("office", "p", 0.9),),
        answers=(given,),
    )
    done = solved(scenario)
    found = find_tipping(done, "worth")
    office, p = done.draws.column("office"), done.draws.column("p")
    expected = np.quantile(office, 0.5, method="inverted_cdf", weights=p)
    assert found.flips[0].median == pytest.approx(expected, abs=tolerance(0, 40))
    assert found.crossings[0].value == pytest.approx(expected, abs=0.5)
    assert found.points[-1].asked == pytest.approx(p.mean())
    other = find_tipping(done, "office")
    assert any("office is correlated with p" in note for note in other.notes)


def test_a_range_beyond_what_is_stated_is_said() -> None:
    found = find_tipping(solved(leaving()), "worth", high=80)
    assert "the range goes beyond what the scenario states, 0 to 40" in found.notes
    far = find_tipping(solved(leaving(office=60)), "worth", high=80)
    assert far.crossings[0].stated_below == 1
    assert "of which *0%* lies there" in far.sentences()[1]
    normal = find_tipping(solved(leaving(worth={"normal": [20, 5]})), "worth")
    assert normal.range == pytest.approx((20 - 5 * 3.0902, 20 + 5 * 3.0902), abs=1e-3)


def test_flips_of_a_step_function_are_found_to_the_last_halving() -> None:
    values, ends = np.linspace(0, 1, 5), np.array([0.3, 0.9, 2.0])
    grid = values[:, np.newaxis] > ends
    found = brackets(values, grid, np.ones_like(grid))
    assert found.rows.tolist() == [0, 1]
    closer = narrowed(found, lambda rows, at: (at > ends[rows], np.ones(len(rows), dtype=bool)))
    np.testing.assert_allclose(closer.values, ends[:2], atol=0.25 / 2**STEPS)
    stuck = narrowed(found, lambda rows, at: (at > ends[rows], np.zeros(len(rows), dtype=bool)))
    np.testing.assert_array_equal(stuck.low, found.low)


# --- what it gives


@pytest.fixture(scope="module")
def example() -> Tipping:
    return find_tipping(run(str(ROOT / "examples" / "venezuela-2024.yaml"), draws=64), "office")


def test_the_example(example: Tipping) -> None:
    assert example.flips[0].rises is False
    assert example.flips[0].share > 0.3
    assert example.setting.draws == 64
    means = [point.answer.mean for point in example.points if point.answer]
    assert means[0] > means[-1], "the more office is worth to him, the less he leaves"


def test_the_document_is_what_its_schema_says(example: Tipping) -> None:
    listed = find_tipping(solved(leaving(worth={"choice": [1, 20]}), 16), "worth")
    for result in (example, listed, find_tipping(solved(asked_from_ten_on(), 16), "worth")):
        fits(result.document(), "tipping")
        assert result.document()["schema"] == "offramp.tipping/1"


def test_the_same_seed_gives_the_same_bits() -> None:
    first, second = (find_tipping(solved(conditional_standoff(), 32), "office") for _ in range(2))
    assert first.document() == second.document()


def test_pictures_are_drawn_and_say_what_they_show(example: Tipping) -> None:
    figures = example.figures()
    assert list(figures) == ["tipping", "flips"]
    for figure in figures.values():
        assert ET.fromstring(figure.svg).tag.endswith("svg")
        assert "of draws flip to no" in figure.alt
    assert "office" in figures["tipping"].title


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_screen_fits(example: Tipping, width: int) -> None:
    lines = tipping_screen(example, width)
    assert len(lines) <= 40
    assert max(cell_len(line.plain) for line in lines) <= width


def test_of_many_draws_the_first_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_DRAWS", 16)
    found = find_tipping(solved(leaving(), 64), "worth")
    assert found.setting.draws == 16
    assert found.notes[0] == "the first 16 of 64 draws were looked at"
    assert found.points == find_tipping(solved(leaving(), 16), "worth").points


def test_the_command(tmp_path: Path) -> None:
    file, picture = tmp_path / "standoff.yaml", tmp_path / "tip.svg"
    file.write_text(dumps(leaving()), encoding="utf-8")
    arguments = [str(file), "worth", "--draws", "32", "--quiet"]
    done = CliRunner().invoke(main, ["tipping", *arguments, "--figure", str(picture)])
    assert done.exit_code == 0, done.output
    assert "Where what leaving is worth to him is above" in done.output
    assert sorted(each.name for each in tmp_path.glob("*.svg")) == ["tip-flips.svg", "tip.svg"]
    asked = [*arguments, "--answer", "payoff.us", "--level", "2", "--low", "10", "--high", "30", "--json"]
    document = json.loads(CliRunner().invoke(main, ["tipping", *asked]).output)
    assert (document["answer"]["level"], document["range"]) == (2, [10, 30])


@pytest.mark.parametrize(
    ("what", "options", "message"),
    [
        ("wort", {}, "there is no assumption 'wort'; did you mean 'worth'"),
        ("xyz", {}, "ask for one of worth, office"),
        ("passage", {}, "it is a term of the offer"),
        ("gap", {}, "it is the formula 'worth - office'"),
        ("worth", {"low": 5, "high": 5}, "found the range from 5 to 5 for worth"),
        ("worth", {"level": 1.0}, "a number between 0 and 1"),
        ("worth", {"level": float("nan")}, "give a finite number"),
        ("worth", {"answer": "hold"}, "did you mean 'holds'"),
        ("p", {"high": 2}, "p cannot be held at every number from 0.5 to 2; give other ends"),
    ],
)
def test_what_cannot_be_varied(what: str, options: dict[str, Any], message: str) -> None:
    storm = move("storm", "chance", choice("calm", "answer", probability="p"), choice("blows", "stays"))
    scenario = leaving("gap")
    scenario = replace(
        scenario,
        moves=(storm, *scenario.moves),
        terms=(term("passage", none=0, host=1),),
        offer={"passage": "host"},
        formulas={"gap": Expression.parse("worth - office")},
        assumptions=(*scenario.assumptions, assumption("p", {"uniform": [0.5, 1]})),
    )
    with pytest.raises(RunError, match=message):
        find_tipping(solved(scenario, 8), what, **options)


def test_a_number_fixed_at_zero_needs_a_range() -> None:
    with pytest.raises(RunError, match="fixes it at 0"):
        find_tipping(solved(leaving(worth=0.0), 8), "worth")
