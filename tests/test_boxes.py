"""Boxes: planted ones are found as planted, one after the other; none in noise; weights, lists, sentences, screens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from handmade import certain_standoff, conditional_standoff
from offramp.arrays import Floats
from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.boxes import api
from offramp.explore.boxes import discover as discovering
from offramp.explore.boxes.api import find_boxes
from offramp.explore.boxes.discover import Discovery, discover, readable, wilson
from offramp.explore.boxes.limits import Cases, Limit, Limits
from offramp.explore.boxes.prim import PATIENCE, box_quality, paste, peel, tail
from offramp.explore.boxes.result import Boxes
from offramp.explore.boxes.says import frequency, number_words
from offramp.explore.run import Run, run
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Correlation, Scenario
from offramp.tell.boxes import boxes_screen
from standoffs import assumption, choice, move, outcome, standoff
from test_document import fits

ROOT = Path(__file__).parents[1]
VENEZUELA = str(ROOT / "examples" / "venezuela-2024.yaml")


@pytest.fixture(scope="module", autouse=True)
def fewer_resamples() -> Iterator[None]:
    """Ten resamples in place of twenty: the same method, in half the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discovering, "RESAMPLES", 10)
        yield


def points(seed: int, draws: int = 2048, num: int = 10) -> Floats:
    return np.random.default_rng(seed).random((draws, num))


def cases(drawn: Floats, hits: np.ndarray, weights: Floats | None = None, listed: tuple[int, ...] = ()) -> Cases:
    lists = np.isin(np.arange(drawn.shape[1]), listed)
    return Cases(drawn, hits.astype(float), np.ones(len(drawn)) if weights is None else weights, lists)


def noisy(hits: np.ndarray, seed: int, share: float) -> np.ndarray:
    """Hits of which a share are turned round."""
    return np.where(np.random.default_rng(1000 + seed).random(len(hits)) < share, ~hits, hits)


def places(limits: Limits) -> set[tuple[int, str]]:
    return {limit.place for limit in limits}


def number(limits: Limits, column: int, side: str) -> float:
    return next(limit.number for limit in limits if limit.place == (column, side))


# --- planted boxes


@pytest.mark.parametrize("share", [0.0, 0.1])
@pytest.mark.parametrize("seed", range(2))
def test_a_planted_box_is_found_as_planted(seed: int, share: float) -> None:
    drawn = points(seed)
    inside = (drawn[:, 2] > 0.3) & (drawn[:, 2] < 0.7) & (drawn[:, 5] < 0.4)
    found = discover(cases(drawn, noisy(inside, seed, share)), seed)
    limits = found.boxes[0].limits
    assert places(limits) == {(2, "above"), (2, "below"), (5, "below")}
    for column, side, planted in ((2, "above", 0.3), (2, "below", 0.7), (5, "below", 0.4)):
        assert number(limits, column, side) == pytest.approx(planted, abs=0.01 if share == 0 else 0.03)
    score = found.boxes[0].held_out
    assert score.density == pytest.approx(1 - share, abs=0.06)
    assert score.interval[0] < score.density <= score.interval[1] + 1e-12
    assert all(support.reproduced >= 0.8 for support in found.boxes[0].support)
    assert len(found.boxes) == 1, "what is left is noise"


def test_two_boxes_are_found_one_after_the_other() -> None:
    drawn = points(7, 4096)
    first = (drawn[:, 0] < 0.4) & (drawn[:, 1] < 0.5)
    second = (drawn[:, 8] > 0.8) & (drawn[:, 9] > 0.4)
    found = discover(cases(drawn, noisy(first | second, 7, 0.05)), 7).boxes
    assert [places(each.limits) for each in found] == [{(0, "below"), (1, "below")}, {(8, "above"), (9, "above")}]
    assert number(found[0].limits, 0, "below") == pytest.approx(0.4, abs=0.02)
    assert number(found[1].limits, 8, "above") == pytest.approx(0.8, abs=0.02)
    assert found[1].held_out.rate < found[0].held_out.rate, "the hits of the first are no longer among the draws"
    assert sum(each.held_out.coverage for each in found) == pytest.approx(1, abs=0.15)


def test_there_is_no_box_in_noise() -> None:
    found = [
        discover(cases(points(seed, 512), np.random.default_rng(seed + 50).random(512) < 0.4), seed)
        for seed in range(4)
    ]
    assert [len(each.boxes) for each in found] == [0] * 4
    assert found[0].trajectory[0].limits == ()


def test_the_held_out_score_of_a_box_is_that_of_fresh_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovering, "MOST_BOXES", 1)

    def planted(seed: int, draws: int) -> Cases:
        drawn = points(seed, draws, 6)
        return cases(drawn, np.random.default_rng(seed + 9).random(draws) < 0.1 + 0.8 * drawn[:, 0] * drawn[:, 1])

    fresh = planted(99, 65536)
    errors = []
    for seed in range(4):
        box = discover(planted(seed, 1024), seed).boxes[0]
        weight, hits = fresh.sums(box.limits)
        errors.append(box.held_out.density - hits / weight)
    assert abs(float(np.mean(errors))) < 0.03, "the half that had no say is not flattered"


def test_listed_values_are_kept_or_struck_out() -> None:
    drawn = points(3, num=5)
    drawn[:, 1] = np.random.default_rng(4).integers(1, 6, len(drawn))
    hits = np.isin(drawn[:, 1], (2, 4)) & (drawn[:, 3] > 0.5)
    (box,) = discover(cases(drawn, noisy(hits, 3, 0.1), listed=(1,)), 3).boxes
    assert places(box.limits) == {(1, "among"), (3, "above")}
    assert next(limit.listed for limit in box.limits if limit.side == "among") == (2, 4)
    assert next(s.interval for s, limit in zip(box.support, box.limits, strict=True) if limit.side == "among") is None


def test_tied_values_are_never_split() -> None:
    drawn = np.round(points(5, num=4), 1)
    hits = noisy(drawn[:, 0] > 0.55, 5, 0.1)
    (box,) = discover(cases(drawn, hits), 5).boxes
    (limit,) = box.limits
    assert (limit.column, limit.side) == (0, "above")
    assert 0.5 <= limit.number < 0.6
    for step in peel(cases(drawn, hits)):
        assert all(min(abs(each.number - drawn[:, each.column])) > 1e-9 for each in step.limits)


def test_draws_count_by_weight() -> None:
    """Among the draws that hardly count another box stands out."""
    drawn = points(6, 4096, 6)
    heavy = np.arange(4096) % 4 == 0
    hits = np.where(heavy, drawn[:, 0] > 0.6, drawn[:, 1] > 0.6)
    weights = np.where(heavy, 1.0, 1e-3)
    (box,) = discover(cases(drawn, noisy(hits, 6, 0.05), weights), 6).boxes
    assert places(box.limits) == {(0, "above")}
    alike = discover(cases(drawn, noisy(hits, 6, 0.05)), 6).boxes[0]
    assert places(alike.limits) == {(1, "above")}


def test_hits_may_be_so_in_part() -> None:
    drawn = points(8, 2048, 5)
    probability = np.where((drawn[:, 0] > 0.5) & (drawn[:, 4] > 0.5), 0.8, 0.3)
    box = discover(cases(drawn, probability), 8).boxes[0]
    assert places(box.limits) == {(0, "above"), (4, "above")}
    assert box.held_out.density == pytest.approx(0.8, abs=0.01)


# --- the method, piece by piece


def test_a_peel_takes_the_slice_that_raises_the_density_most() -> None:
    drawn = points(11, 400, 3)
    hits = drawn[:, 1] > 0.05
    first, second = peel(cases(drawn, hits))[:2]
    assert (first.weight, second.weight) == (400, 400 * (1 - PATIENCE))
    (limit,) = second.limits
    gains = {}
    for column in range(3):
        order = np.argsort(drawn[:, column])
        for side, kept in (("above", order[20:]), ("below", order[:-20])):
            gains[column, side] = hits[kept].mean()
    assert limit.place == max(gains, key=gains.__getitem__)
    assert second.hits == hits[drawn[:, 1] > limit.number].sum()


def test_pasting_ends_where_no_single_limit_can_be_moved_to_a_better_place() -> None:
    drawn = points(12, 300, 3)
    some = cases(drawn, noisy((drawn[:, 0] > 0.4) & (drawn[:, 2] < 0.6), 12, 0.1))
    moved = paste(some, (Limit(0, "above", 0.2), Limit(2, "below", 0.9)))
    best = box_quality(some, moved)
    for index, limit in enumerate(moved):
        for other in drawn[:, limit.column]:
            changed = list(moved)
            changed[index] = replace(limit, number=float(other))
            weight, _ = some.sums(tuple(changed))
            if weight >= 20:
                assert box_quality(some, tuple(changed)) <= best * (1 + 1e-3)


def test_tail_and_interval_are_the_published_ones() -> None:
    # Exactly P(X >= 8) for 10 trials at 1/2: 56/1024.
    some = cases(np.zeros((10, 1)), np.arange(10) < 8)
    assert tail(some, 0.5) == pytest.approx(56 / 1024)
    assert tail(some, 1.0) == 1
    # Wilson's 90 % interval of 8 of 10, by its formula.
    z, p, n = 1.6448536269514722, 0.8, 10
    middle, half = (
        (p + z * z / 2 / n) / (1 + z * z / n),
        z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / 4 / n**2),
    )
    assert wilson(some) == pytest.approx((middle - half, middle + half))


def test_rounding_hardly_moves_a_box() -> None:
    drawn = points(13, 1000, 2) * [100.0, 1.0]
    some = cases(drawn, (drawn[:, 0] > 41.234) & (drawn[:, 1] < 0.777))
    exact = (Limit(0, "above", 41.23456), Limit(1, "below", 0.77712))
    short = readable(some, exact)
    assert [len(number_words(limit.number)) for limit in short] <= [4, 4]
    (weight, hits), (before, _) = some.sums(short), some.sums(exact)
    assert weight == pytest.approx(before, rel=0.05)
    assert hits / weight > 0.95


def test_nothing_is_learnt_where_all_draws_are_alike() -> None:
    drawn = points(14, 500, 2)
    for hits in (np.ones(500, dtype=bool), np.zeros(500, dtype=bool)):
        nothing: Discovery = discover(cases(drawn, hits), 1)
        assert (nothing.boxes, nothing.trajectory) == ((), ())


# --- runs


def planted_standoff(signs: str = "where(leak > 0.6 and shield < 20 and mode != 2, -1, 1)", **more: Any) -> Scenario:
    """He signs unless the leak is likely, the shield is weak, and the mode is not 2."""
    return standoff(
        "he",
        [move("answer", "he", choice("sign", "signed"), choice("refuse", "stays"))],
        [outcome("signed", he=signs), outcome("stays", he=0)],
        assumptions=(
            assumption("leak", {"uniform": [0, 1]}, meaning="chance of a leak"),
            assumption("shield", {"pert": [0, 20, 40]}, meaning="the command's guarantee", unit="points"),
            assumption("mode", {"choice": [1, 2, 3]}, meaning="the mode"),
            *(assumption(f"other_{index}", {"uniform": [0, 1]}) for index in range(4)),
            assumption("constant", 3),
        ),
        answers=(Answer("holds", "the offer holds", Expression.parse("outcome.signed")),),
        **more,
    )


@pytest.fixture(scope="module")
def planted() -> Run:
    return run(planted_standoff(correlations=(Correlation("shield", "other_0", 0.3),)), draws=2048)


@pytest.fixture(scope="module")
def found(planted: Run) -> Boxes:
    return find_boxes(planted)


def test_a_planted_condition_is_said_in_a_sentence(found: Boxes) -> None:
    sentence = found.sentences()[0].replace("*", "")
    assert sentence.startswith("The offer holds: it fails in all draws where chance of a leak is above 0.6")
    assert "the command's guarantee is below 20 points" in sentence
    assert "the mode is 1 or 3" in sentence
    assert "against 13% of all draws; it covers 100% of all draws in which it fails" in sentence
    assert any("shield is correlated with other_0 (0.3)" in note for note in found.notes)
    assert {each.name for each in found.assumptions} == {"leak", "shield", "mode", *(f"other_{i}" for i in range(4))}
    assert found.inside().sum() == pytest.approx(2048 * 0.4 * 0.5 * 2 / 3, rel=0.1)


def test_where_it_holds_is_the_other_side(planted: Run) -> None:
    held = find_boxes(planted, holds=True)
    assert held.target.holds
    assert held.rate == pytest.approx(1 - find_boxes(planted).rate)
    assert "it holds in all draws" in held.sentences()[0].replace("*", "")


def test_a_payoff_has_its_worst_tenth() -> None:
    scenario = planted_standoff("10 * leak - 2")
    done = run(scenario, draws=1024)
    worst = find_boxes(done, answer="payoff.he")
    assert worst.target.threshold == pytest.approx(0, abs=0.01)
    below = find_boxes(done, answer="payoff.he", below=3.0)
    assert below.rate == pytest.approx(0.5, abs=0.01)
    (limit,) = below.boxes[0].limits
    assert limit.number == pytest.approx(0.5, abs=0.01)
    assert "it is below 3 points" in below.sentences()[0]
    best = find_boxes(done, answer="payoff.he", holds=True)
    assert best.rate == pytest.approx(0.1, abs=0.02)
    assert "it is 7" in best.sentences()[0] or "it is 6.9" in best.sentences()[0]


def test_conditional_answers_and_private_numbers_are_noted() -> None:
    result = find_boxes(run(conditional_standoff(), draws=1024))
    assert any("meet the condition" in note for note in result.notes)
    assert any("resolve" in note for note in result.notes)
    names = {result.assumptions[limit.column].name for limit in result.boxes[0].limits}
    assert names <= {"office", "revenge", "p_leak"}


@pytest.mark.parametrize("signs", ["1", "-1"])
def test_what_always_or_never_happens_has_no_conditions(signs: str) -> None:
    result = find_boxes(run(planted_standoff(signs), draws=512))
    assert result.boxes == ()
    assert ("every draw" if signs == "-1" else "no draw") in result.sentences()[0]
    assert list(result.figures()) == ["rate"]
    assert len(boxes_screen(result)) < 15
    assert len(result.frame()) == 0


def test_few_draws_are_too_few() -> None:
    result = find_boxes(run(planted_standoff(), draws=64))
    assert result.boxes == ()
    assert any("only 64 draws count" in note for note in result.notes)
    assert "no simple condition" in result.sentences()[0]


def test_of_many_draws_the_first_are_looked_at(planted: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_DRAWS", 512)
    assert "the first 512 of 2,048 draws were looked at" in find_boxes(planted).notes


def test_the_same_seed_gives_the_same_bits(planted: Run, found: Boxes) -> None:
    assert find_boxes(planted).document() == found.document()


def test_the_document_is_what_its_schema_says(planted: Run, found: Boxes) -> None:
    nothing = find_boxes(run(planted_standoff("1"), draws=256))
    for result in (found, nothing, find_boxes(planted, answer="payoff.he")):
        fits(result.document(), "boxes")
        assert result.document()["schema"] == "offramp.boxes/1"


def test_the_table_has_a_row_for_each_limit(found: Boxes) -> None:
    frame = found.frame()
    assert sorted(frame["assumption"]) == ["leak", "mode", "shield"]
    assert (frame["density"] > frame["density_without"]).all()


def test_pictures_are_drawn_and_say_what_they_show(found: Boxes) -> None:
    figures = found.figures()
    assert list(figures) == ["box", "limits", "trajectory"]
    for figure in figures.values():
        assert ET.fromstring(figure.svg).tag.endswith("svg")
    assert "a rectangle: the box where" in figures["box"].alt
    assert "leak: above 0.6, of" in figures["limits"].alt


@pytest.fixture(scope="module")
def example() -> Boxes:
    return find_boxes(run(VENEZUELA, draws=512))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_screen_fits(found: Boxes, example: Boxes, width: int) -> None:
    for result in (found, example):
        lines = boxes_screen(result, width)
        assert len(lines) <= 40
        assert max(cell_len(line.plain) for line in lines) <= width
        assert any("seed 1" in line.plain for line in lines)


def test_the_command(tmp_path: Path) -> None:
    file, picture = tmp_path / "standoff.yaml", tmp_path / "box.svg"
    file.write_text(dumps(planted_standoff()), encoding="utf-8")
    arguments = [str(file), "--draws", "1024", "--quiet"]
    done = CliRunner().invoke(main, ["boxes", *arguments, "--figure", str(picture)])
    assert done.exit_code == 0, done.output
    assert "chance of a leak is above 0.6" in " ".join(done.output.split())
    assert sorted(each.name for each in tmp_path.glob("*.svg")) == ["box-limits.svg", "box-trajectory.svg", "box.svg"]
    document = json.loads(CliRunner().invoke(main, ["boxes", *arguments, "--holds", "--json"]).output)
    assert document["looked_for"]["holds"] is True


def test_shares_are_said_as_so_many_of_ten() -> None:
    shares = (0.0, 0.004, 0.03, 0.52, 0.78, 0.97, 0.999, 1.0)
    words = ["none", "fewer than 1 of 100", "3 of 100", "5 of 10", "8 of 10", "97 of 100", "more than 99 of 100", "all"]
    assert [frequency(share) for share in shares] == words


# --- what cannot be searched


def test_without_uncertainty_there_are_no_conditions() -> None:
    with pytest.raises(RunError, match="every shared assumption is a fixed number"):
        find_boxes(run(certain_standoff(), draws=256))


def test_an_unknown_quantity() -> None:
    with pytest.raises(RunError, match="did you mean 'holds'"):
        find_boxes(run(planted_standoff(), draws=8), answer="hold")


def test_a_question_that_is_never_asked() -> None:
    scenario = planted_standoff("1")
    given = replace(scenario.answers[0], given=Expression.parse("answer.refuse"), given_says="he refuses")
    with pytest.raises(RunError, match="'holds' is asked in no draw"):
        find_boxes(run(replace(scenario, answers=(given,)), draws=256))
