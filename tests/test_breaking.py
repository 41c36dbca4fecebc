"""What breaks an offer: margins, first breaks, leaks and guarantees against closed forms and a plain twin."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from breaking_twin import HOLDS, Twin, leaking, passage, random_scenario, trust
from handmade import certain_standoff, conditional_standoff, leak_standoff, without_answers
from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.batches import solve_in_batches
from offramp.explore.breaking import api
from offramp.explore.breaking import measure as measuring
from offramp.explore.breaking.api import what_breaks
from offramp.explore.breaking.measure import Measured, measure
from offramp.explore.breaking.path import HoldingPath
from offramp.explore.breaking.result import Breaking
from offramp.explore.run import run
from offramp.explore.variants import Variant
from offramp.scenario.draws import Draws, draw
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Correlation, Scenario
from offramp.tell.breaking import breaking_screen
from standoffs import assumption, choice, move, outcome, standoff

ROOT = Path(__file__).parents[1]
VENEZUELA = str(ROOT / "examples" / "venezuela-2024.yaml")


def broken(scenario: Scenario, draws: int = 64, **options: Any) -> Breaking:
    return what_breaks(run(scenario, draws=draws, **options))


def measured(scenario: Scenario, num_draws: int, seed: int = 1) -> tuple[HoldingPath, Measured, Draws]:
    variant, draws = Variant(scenario), draw(scenario, num_draws, seed)
    path = HoldingPath.of(scenario, variant.paths)
    return path, measure(path, variant.compiled, draws), draws


# --- closed forms


def test_margins_of_a_game_with_perfect_information_are_its_closed_form() -> None:
    scenario = replace(
        certain_standoff(),
        assumptions=(
            assumption("p_leak", {"uniform": [0.2, 0.6]}),
            assumption("office", {"uniform": [0, 30]}),
            assumption("revenge", {"uniform": [-6, 2]}),
            assumption("exile", 20),
            assumption("resolve", 4),
        ),
    )
    path, found, draws = measured(scenario, 256)
    leak, office, revenge = (draws.column(name) for name in ("p_leak", "office", "revenge"))
    assert [path.paths.moves[link.move] for link in path.links] == ["approach", "answer", "promise"]
    keeps_word = revenge < 0
    np.testing.assert_allclose(found.stands.mean[2], -revenge, atol=1e-12)
    np.testing.assert_allclose(found.keeps.mean[2], -revenge, atol=1e-12)
    # The ruler's office is worth 2 less after a leak.
    np.testing.assert_allclose(found.stands.mean[1], np.where(keeps_word, 16, -20) - office + 2 * leak, atol=1e-9)
    np.testing.assert_allclose(found.keeps.mean[1], 16 - office + 2 * leak, atol=1e-9)
    np.testing.assert_allclose(found.keeps.mean[0], 10 - 4 * leak, atol=1e-9)

    def accepted(after_leak: float) -> np.ndarray:
        return np.where(keeps_word, 16, -20) > office - after_leak

    worth = np.where(keeps_word, 10, 6)
    offer = leak * np.where(accepted(2), worth, -2) + (1 - leak) * np.where(accepted(0), worth, -2) - 4 * leak
    np.testing.assert_allclose(found.stands.mean[0], offer, atol=1e-9)
    holds = keeps_word * (leak * accepted(2) + (1 - leak) * accepted(0))
    np.testing.assert_allclose(found.answer, np.where(offer > 0, holds, 0), atol=1e-12)


def test_distrust_is_what_tells_the_two_margins_apart() -> None:
    result = broken(trust(), 4)
    she, he = result.links
    assert (she.stands.margin.mean, she.keeps.margin.mean, she.distrust.mean) == (-1, 3, 4)
    assert (she.stands.tempted, she.keeps.tempted) == (1, 0)
    assert (he.stands.margin.mean, he.distrust.mean, he.stands.tempted, he.stands.gain) == (-1, 0, 1, 1)
    assert (she.stands.first, he.stands.first) == (1, 0)
    assert (she.keeps.first, he.keeps.first) == (0, 1), "she would keep to it, and he would not"
    assert (she.holding, she.others, she.leaves, he.leaves) == (("yes",), ("no",), 1, 1)
    # In shares of the payoff range he loses 1 of 3 and she 1 of 4.
    assert result.weakest == he
    assert (result.holds, result.holds_if_kept) == (0, 0)


def test_a_path_that_no_one_is_tempted_to_leave() -> None:
    result = broken(trust(keep=4), 4)
    assert (result.holds, result.weakest) == (1, None)
    assert result.sentences()[0].startswith("*No one*")


def test_private_types_are_counted_by_how_likely_they_are() -> None:
    scenario = replace(
        trust(keep="4 - cost"), assumptions=(assumption("cost", {"uniform": [0, 4]}, private_to="he", grid=4),)
    )
    she, he = broken(scenario, 2).links
    # Costs 0.5, 1.5, 2.5 and 3.5: only the first keeps its word; it gains 1/2, the others lose 1/2, 3/2 and 5/2.
    assert he.stands.tempted == pytest.approx(0.75)
    assert he.stands.margin.mean == pytest.approx(-1)
    assert he.stands.gain == pytest.approx(1.5)
    assert she.stands.margin.mean == pytest.approx(3 / 4 - 3 / 4)
    assert (he.has_types, she.has_types) == (True, False)
    result = broken(scenario, 2)
    assert result.links[0].stands.tied == 1, "3 with a chance of 1/4, -1 else"
    assert result.holds_if_kept == pytest.approx(0.25)
    assert result.links[1].keeps.first == pytest.approx(0.75)


def test_the_types_of_a_mover_are_linked_from_move_to_move() -> None:
    """A type that leaves at its first move is not there to leave at the second."""
    scenario = standoff(
        "he she",
        [
            move("first", "he", choice("stay", "pause"), choice("go", "alone")),
            move("pause", "she", choice("on", "second"), choice("off", "alone")),
            move("second", "he", choice("stay", "kept"), choice("go", "late")),
        ],
        [
            outcome("kept", he="1.2 - cost", she=1),
            outcome("late", he=-1, she=1),
            outcome("alone", he=0, she=0),
        ],
        assumptions=(assumption("cost", {"uniform": [0, 3]}, private_to="he", grid=3),),
        answers=HOLDS,
    )
    links = {link.move: link for link in broken(scenario, 2).links}
    # Costs 0.5, 1.5 and 2.5: the last two leave at once; of all types the last alone would leave at the end.
    assert links["first"].stands.first == pytest.approx(2 / 3)
    assert links["second"].stands.tempted == pytest.approx(1 / 3)
    assert links["second"].stands.first == 0


def test_a_leak_is_worth_what_it_changes() -> None:
    result = broken(leaking(), 256)
    (leak,) = result.leaks
    assert (leak.choice, leak.against, leak.reveals, leak.by) == ("leaked", "held", ("talks",), "chance")
    # He signs after a leak if 7 - cost > 4, in half of the draws, and always else.
    assert leak.answer is not None
    assert leak.answer.mean == pytest.approx(-0.5)
    assert leak.parties["press"].difference.mean == 5
    assert (leak.parties["press"].gains, leak.parties["press"].loses) == (1, 0)
    assert leak.parties["rival"].difference.mean == pytest.approx(-0.5)
    # He has 7 - cost or 4, whichever is more, in place of 10 - cost.
    assert leak.parties["he"].difference.mean == pytest.approx(-2.25, abs=0.01)
    assert [name for name, gain in leak.parties.items() if gain.knows] == ["he"]
    assert any("press (+5.0)" in sentence for sentence in result.sentences())


def test_a_term_buys_exactly_what_it_is_worth() -> None:
    result = broken(passage(), 2048)
    less, more = result.guarantees
    assert (less.term, less.option, less.instead, less.direction) == ("passage", "host", "none", "less")
    assert (more.option, more.instead, more.direction) == ("host", "choice", "more")
    assert result.probability.mean == pytest.approx(0.45, abs=2e-3)
    assert (less.answer, less.change.mean) == pytest.approx((0.15, -0.3), abs=2e-3)
    assert (less.lost, less.gained, more.lost) == pytest.approx((0.3, 0, 0), abs=2e-3)
    assert (more.answer, more.change.mean, more.gained) == pytest.approx((0.75, 0.3, 0.3), abs=2e-3)
    assert [each.margins["answer"].mean for each in (less, more)] == pytest.approx([-6, 6])
    assert less.margins["answer"].interval == pytest.approx((-6, -6))
    assert less.margins["court"].mean == pytest.approx(0.4)
    # Payoffs of the one who promises: 1.4 with 45 %, 1.8 with 15 %, 1 with 75 %.
    assert less.payoffs["us"].mean == pytest.approx(1.8 * 0.15 - 1.4 * 0.45, abs=5e-3)
    assert less.condition is None
    assert result.notes == ("fixed is left out of the guarantees: only is its only option",)


def test_the_ends_of_a_term_are_changed_one_way_only() -> None:
    assert [each.direction for each in broken(passage("none"), 8).guarantees] == ["more"]
    assert [each.direction for each in broken(passage("choice"), 8).guarantees] == ["less"]


def test_terms_that_cannot_be_compared_are_named() -> None:
    on_the_way = passage()
    offer = move("terms", "us", *(choice(name, "answer") for name in ("none", "host", "choice")), sets="passage")
    notes = broken(replace(on_the_way, moves=(offer, *on_the_way.moves)), 8).notes
    assert any(note == "passage is left out of the guarantees: it is set on the way, at terms" for note in notes)
    assert any(note.startswith("every choice keeps to the path at terms") for note in notes)
    given = replace(HOLDS[0], given=Expression.parse("passage.host"), given_says="a host is named")
    notes = broken(replace(on_the_way, answers=(given,)), 8).notes
    assert any(note.startswith("passage at none is left out of the guarantees") for note in notes)


def test_a_term_without_which_no_path_holds() -> None:
    scenario = passage()
    court = scenario.moves[1]
    open_only = replace(court, choices=(choice("rest", "kept", when="not passage.none"), choice("charge", "stays")))
    less = broken(replace(scenario, moves=(scenario.moves[0], open_only)), 256).guarantees[0]
    assert (less.instead, less.answer, dict(less.margins)) == ("none", 0, {})


# --- draws that count by a condition, ties, correlations, mistakes


def test_draws_count_as_they_do_for_the_headline() -> None:
    scenario = conditional_standoff()
    done = run(scenario, draws=512)
    result = what_breaks(done)
    assert done.answers["holds"] is not None
    assert result.probability.mean == pytest.approx(done.answers["holds"].mean, abs=1e-12)
    approach, answer, promise = result.links
    assert (approach.decides_condition, answer.decides_condition) == (True, False)
    assert approach.leaves == pytest.approx(1 - done.moves["approach"].choices["offer"].on_path.mean, abs=1e-12)
    weights = done.table.conditions[0]
    _, found, _ = measured(scenario, 512)
    assert answer.stands.margin.mean == pytest.approx(np.average(found.stands.mean[1], weights=weights), abs=1e-9)
    assert promise.stands.tempted == pytest.approx(np.average(done.draws.column("revenge") > 0, weights=weights))
    assert approach.stands.first == 0
    total = result.holds + sum(link.stands.first for link in result.links) + sum(result.chance.values())
    assert total == pytest.approx(1)


def test_where_the_condition_is_never_met_all_draws_count() -> None:
    scenario = conditional_standoff()
    outcomes = tuple(
        replace(each, payoffs={**each.payoffs, "us": Expression.parse("99")}) if each.name == "impasse" else each
        for each in scenario.outcomes
    )
    result = broken(replace(scenario, outcomes=outcomes), 64)
    assert result.links[0].stands.tempted == 1
    assert result.probability.mean > 0, "as if the offer were made"
    assert any("all is said as if it were so" in note for note in result.notes)


def test_ties_are_neither_temptation_nor_loyalty() -> None:
    scenario = trust(
        keep="base + bonus",
        assumptions=(
            assumption("base", {"choice": [2, 3]}),
            assumption("bonus", {"discrete": {"0": 0.5, "1": 0.5}}),
        ),
        correlations=(Correlation("base", "bonus", 0.5),),
    )
    _, found, draws = measured(scenario, 512)
    margin = draws.column("base") + draws.column("bonus") - 3
    np.testing.assert_array_equal(found.stands.mean[1], margin)
    result = broken(scenario, 512)
    he = result.links[1]
    assert he.stands.tied == pytest.approx(np.mean(margin == 0))
    assert he.stands.tempted == pytest.approx(np.mean(margin < 0))
    assert he.leaves == pytest.approx(np.mean(margin < 0) + np.mean(margin == 0) / 2)
    assert he.keeps.first == pytest.approx(he.leaves), "where he is indifferent he does as in the solved play"


def test_fallible_parties_leave_a_path_that_they_are_not_tempted_to_leave() -> None:
    result = broken(trust(keep=4), 4, precision=4)
    he = result.links[1]
    assert (he.stands.tempted, result.holds) == (0, 1)
    assert he.leaves == pytest.approx(1 / (1 + math.exp(4 * 1 / 4)))
    assert result.links[0].stands.margin.mean == pytest.approx(3 - 4 * he.leaves)
    assert result.setting.precision is not None


# --- against a plain twin


@pytest.mark.parametrize("seed", range(8))
def test_every_number_is_what_a_plain_twin_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, num_draws = random_scenario(seed), 3
    monkeypatch.setattr(measuring, "CHUNK_BYTES", 1)
    path, found, draws = measured(scenario, num_draws)
    variant = Variant(scenario)
    compiled = variant.compiled
    ((_, solutions),) = solve_in_batches(compiled, draws)
    payoffs, chance = compiled.payoffs(draws), compiled.chance(draws)
    for number in range(num_draws):
        twin = Twin(compiled, payoffs[number], chance[number], solutions.log_strategies[number])
        links = twin.links()
        assert {link.move for link in path.links} == set(links)
        for row, link in enumerate(path.links):
            sets = links[link.move]
            assert sorted(link.infosets.tolist()) == sets
            reach = sum(twin.set_reach(infoset) for infoset in sets)
            assert found.reach[row, number] == pytest.approx(reach)
            if reach == 0:
                continue
            leaves = sum(twin.set_reach(infoset) * twin.leaving(infoset) for infoset in sets) / reach
            assert found.leaves[row, number] == pytest.approx(leaves, abs=1e-9)
            for version in ("stands", "keeps"):
                margins = [twin.margin(infoset, version) for infoset in sets]
                negative = [m < -twin.slack(infoset) for m, infoset in zip(margins, sets, strict=True)]
                rows = getattr(found, version)
                assert rows.mean[row, number] == pytest.approx(sum(margins) / reach, abs=1e-9)
                tempted = sum(twin.set_reach(i) for i, bad in zip(sets, negative, strict=True) if bad)
                assert rows.tempted[row, number] == pytest.approx(tempted / reach)
                loss = -sum(m for m, bad in zip(margins, negative, strict=True) if bad)
                assert rows.loss[row, number] == pytest.approx(loss / reach)
        for version in ("stands", "keeps"):
            first, whole = twin.first_breaks(version), getattr(found, version).broken[:, number]
            expected = [first[index] for index in [*range(len(path.paths.moves)), -1]]
            np.testing.assert_allclose(whole, expected, atol=1e-9)
        play, asked = twin.plays["stands"], twin.share(0, twin.asked, twin.plays["stands"])
        assert found.asked[number] == pytest.approx(asked, abs=1e-12)
        if asked > 1e-6:
            assert found.answer[number] == pytest.approx(twin.share(0, twin.yes, play) / asked, abs=1e-9)
        for player in range(3):
            assert found.payoffs[player, number] == pytest.approx(twin.value(0, player, play), abs=1e-9)
        for row, fork in enumerate(path.forks):
            weights = [twin.reach(int(node), twin.plays["keeps"]) for node in fork.nodes]
            assert found.fork_reach[row, number] == pytest.approx(sum(weights))
            for player in range(3):
                pairs = zip(weights, fork.steps, fork.steps_against, strict=True)
                total = sum(
                    w * (twin.value(int(a), player, play) - twin.value(int(b), player, play)) for w, a, b in pairs
                )
                if sum(weights) > 0:
                    assert found.fork_payoffs[row, player, number] == pytest.approx(total / sum(weights), abs=1e-9)


def test_the_random_scenarios_have_secrets_types_and_sets_of_several_nodes() -> None:
    games = [Variant(random_scenario(seed)).compiled.game for seed in range(8)]
    assert sum(len(nodes) > 1 for game in games for nodes in game.members) > 20


# --- the example


@pytest.fixture(scope="module")
def venezuela() -> Breaking:
    return what_breaks(run(VENEZUELA, draws=256))


def test_on_the_path_of_an_equilibrium_no_margin_is_negative(venezuela: Breaking) -> None:
    scenario = venezuela.setting.scenario
    path, found, _ = measured(scenario, 256)
    played = (found.answer > 1 - 1e-9) & (found.asked > 1 - 1e-9)
    assert played.any()
    assert np.nanmax(found.stands.tempted[:, played]) == 0
    assert np.nanmax(found.leaves[:, played]) < 1e-6
    # Where the path is not played, someone is tempted or indifferent.
    lost = (found.asked > 1 - 1e-9) & (found.answer < 1e-9)
    below = [not link.decides_condition for link in path.links]
    assert (np.nansum((found.stands.tempted + found.stands.tied)[below][:, lost], axis=0) > 0).all()


def test_the_example(venezuela: Breaking) -> None:
    assert [link.move for link in venezuela.links] == ["approach", "answer", "loyalty", "promise", "warrant"]
    assert [fork.by for fork in venezuela.forks] == ["chance", "ruler"]
    assert [name for name, gain in venezuela.leaks[0].parties.items() if gain.knows] == ["us", "ruler"]
    assert sum(each.direction == "less" for each in venezuela.guarantees) == 4
    assert venezuela.weakest is not None
    assert venezuela.weakest.move == "answer"
    weakest = sum(link.weakest for link in venezuela.links)
    assert 1 - venezuela.holds - 1e-9 <= weakest <= 1, "types differ: in most draws some of them are tempted"
    assert venezuela.probability.mean == pytest.approx(venezuela.holds, abs=0.01)


def test_the_document_is_what_its_schema_says(venezuela: Breaking) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "breaking.json").read_text(encoding="utf-8"))
    for result in (venezuela, broken(leaking(), 8), broken(passage(), 8, precision="2 + office")):
        document = json.loads(json.dumps(result.document(), allow_nan=False))
        jsonschema.Draft202012Validator(schema).validate(document)
        assert document["schema"] == "offramp.breaking/1"


def test_the_same_seed_gives_the_same_bits(venezuela: Breaking) -> None:
    assert what_breaks(run(VENEZUELA, draws=256)).record() == venezuela.record()


def test_the_tables_have_a_row_for_each_finding(venezuela: Breaking) -> None:
    frame = venezuela.frame()
    assert list(frame["move"]) == [link.move for link in venezuela.links]
    assert frame["stands.tempted"].between(0, 1).all()
    assert list(venezuela.guarantees_frame()["term"]) == [each.term for each in venezuela.guarantees]


def test_pictures_are_drawn_and_say_what_they_show(venezuela: Breaking) -> None:
    figures = venezuela.figures()
    assert list(figures) == ["margins", "breaks", "guarantees", "leak"]
    for figure in figures.values():
        assert ET.fromstring(figure.svg).tag.endswith("svg")
    assert "warrant (International Criminal Court)" in figures["margins"].alt
    assert "tempted in" in figures["margins"].alt
    assert "high command" in figures["leak"].alt
    assert "Who gains" in venezuela._repr_html_()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_screen_fits(venezuela: Breaking, width: int) -> None:
    lines = breaking_screen(venezuela, width)
    assert len(lines) <= 40
    assert max(cell_len(line.plain) for line in lines) <= width
    assert any("warrant" in line.plain for line in lines)


def test_progress_counts_all_that_is_solved() -> None:
    told: list[tuple[int, int]] = []
    what_breaks(run(passage(), draws=32), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (96, 96)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_command(tmp_path: Path) -> None:
    file, picture = tmp_path / "standoff.yaml", tmp_path / "breaks.svg"
    file.write_text(dumps(passage()), encoding="utf-8")
    done = CliRunner().invoke(main, ["breaks", str(file), "--draws", "32", "--quiet", "--figure", str(picture)])
    assert done.exit_code == 0, done.output
    assert "What each guarantee buys" in done.output
    drawn = sorted(each.name for each in tmp_path.glob("*.svg"))
    assert drawn == ["breaks-breaks.svg", "breaks-guarantees.svg", "breaks.svg"], "there is no leak to draw"
    document = json.loads(CliRunner().invoke(main, ["breaks", str(file), "--draws", "32", "--quiet", "--json"]).output)
    assert document["answer"]["name"] == "holds"


# --- what cannot be analysed


def test_a_scenario_that_asks_nothing() -> None:
    with pytest.raises(RunError, match="asks nothing"):
        broken(without_answers(), 4)


def test_no_path_that_answers_yes() -> None:
    never = Answer("never", "he leaves and stays", Expression.parse("answer.refuse and outcome.kept"))
    with pytest.raises(RunError, match="no path answers 'never' with yes"):
        broken(replace(leak_standoff(), answers=(never,)), 4)


def test_a_condition_that_chance_rules_out() -> None:
    scenario = leaking()
    given = replace(HOLDS[0], given=Expression.parse("leak.leaked"), given_says="the talks leak")
    never = replace(scenario, answers=(given,), assumptions=(assumption("p", 0), *scenario.assumptions[1:]))
    with pytest.raises(RunError, match="in no draw can it be that the talks leak"):
        broken(never, 4)


def test_a_path_that_chance_alone_can_break() -> None:
    chance = move("storm", "chance", choice("calm", "kept"), choice("blows", "lost", probability="0.25"))
    scenario = standoff("he", [chance], [outcome("kept", he=1), outcome("lost", he=0)], answers=HOLDS)
    result = broken(scenario, 2)
    assert (result.links, result.holds, dict(result.chance)) == ((), 0.75, {"storm": 0.25})
    assert [fork.parties["he"].difference.mean for fork in result.forks] == [1]
    assert list(result.figures()) == ["breaks", "leak"]
    assert any("no party can break the path" in note for note in result.notes)


def test_nothing_that_could_break() -> None:
    scenario = standoff("he", [move("go", "he", choice("now", "kept"))], [outcome("kept", he=1)], answers=HOLDS)
    result = broken(scenario, 2)
    assert (result.links, result.forks, result.holds) == ((), (), 1)
    assert "it holds: as things stand 100%" in result.figure().alt
    assert len(breaking_screen(result)) < 12
    assert result.sentences()[-1].startswith("Note: no party can break the path")


def test_of_many_draws_the_first_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_DRAWS", 8)
    result = broken(passage(), 32)
    assert result.setting.draws == 8
    assert result.notes[0] == "the first 8 of 32 draws were looked at"
    assert result.links == broken(passage(), 8).links
