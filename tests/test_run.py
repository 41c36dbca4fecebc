"""Runs: estimates, determinism, Ctrl-C, folders, frames."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import handmade
import offramp
from offramp.errors import EvaluationError, RunError
from offramp.explore import portions, store
from offramp.explore.run import Run, run
from offramp.explore.summary import Estimate
from offramp.explore.table import Table
from offramp.game.compile import compile_scenario
from offramp.scenario.draws import draw
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load
from offramp.scenario.model import Choice, Move
from standoffs import assumption, outcome

NUM_DRAWS = 96


@pytest.fixture(scope="module")
def standoff() -> Run:
    return run(handmade.leak_standoff(), draws=NUM_DRAWS, seed=3)


def answered(result: Run, name: str = "holds") -> Estimate:
    """The estimate of an answer whose condition, if any, is met."""
    estimate = result.answers[name]
    assert estimate is not None
    return estimate


def test_given_a_condition_draws_count_by_how_likely_they_meet_it() -> None:
    result = run(handmade.conditional_standoff(), draws=NUM_DRAWS, seed=3, precision=3.0)
    table, condition = result.table, result.conditions["holds"]
    assert list(result.conditions) == ["holds", "secret"]
    together = answered(result).mean * condition.probability.mean
    assert together == pytest.approx(answered(result, "kept").mean, abs=1e-12)
    offer = result.moves["approach"].choices["offer"].on_path
    assert condition.probability.mean == pytest.approx(offer.mean, abs=1e-12)
    assert condition.share_of_draws == 1.0
    low, high = by_hand(table.answers[0], table.conditions[0])
    assert answered(result).interval == (low, high)
    breaks = sum(each.probability.mean for each in result.breaks)
    assert breaks + answered(result).mean == pytest.approx(1.0, abs=1e-12)


def by_hand(row: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """The first values at which 5 and 95 % of the weight are reached."""
    order = np.argsort(row)
    total = np.cumsum(weights[order]) / weights.sum()
    low, high = (float(row[order][np.searchsorted(total, share)]) for share in (0.05, 0.95))
    return low, high


def test_only_draws_that_meet_the_condition_count() -> None:
    """The United States offers or waits with certainty: what holds is asked of the draws with an offer alone."""
    costs = assumption("cost", {"discrete": {0: 0.5, 50: 0.5}})
    scenario = handmade.conditional_standoff()
    refused = outcome("refused", us="-2 - cost", ruler="office - 2 * leak.leaked", opposition=0)
    kept = outcome("kept", us="10 - cost", ruler="exile - resolve", opposition=8)
    betrayed = outcome("betrayed", us="6 - cost", ruler="-20", opposition="8 + revenge")
    outcomes = (kept, betrayed, refused, scenario.outcomes[3])
    dear = replace(scenario, outcomes=outcomes, assumptions=(*scenario.assumptions, costs))
    result = run(dear, draws=64)
    met = result.table.conditions[0] > 0.5
    share = result.conditions["holds"].share_of_draws
    assert 0.2 < share < 0.55
    assert share == pytest.approx(met.mean())
    assert answered(result).mean == pytest.approx(np.mean(result.table.answers[0][met]), abs=1e-9)
    assert answered(result).mean > answered(result, "kept").mean


def test_a_condition_that_no_draw_meets_gives_no_number() -> None:
    scenario = handmade.conditional_standoff()
    impasse = outcome("impasse", us=500, ruler="office", opposition=0)
    result = run(replace(scenario, outcomes=(*scenario.outcomes[:3], impasse)), draws=16)
    assert result.answers["holds"] is None
    assert result.conditions["holds"].share_of_draws == 0.0
    assert result.breaks == ()
    check = result.certificate.grid_check
    assert check is not None
    assert set(check.shifts) == {"kept"}
    document = result.record()["answers"]["holds"]
    assert document["probability"] is document["interval"] is None
    assert document["given"]["probability"] < 1e-6
    assert "in no draw does it come to that" in result._repr_html_()
    assert "holds never asked" in repr(result)


@pytest.mark.compiled
def test_a_doubled_grid_moves_a_conditional_answer_by_its_own_measure() -> None:
    coarse, fine = (run(handmade.conditional_standoff(grid=grid), draws=NUM_DRAWS, seed=3) for grid in (4, 8))
    check = coarse.certificate.grid_check
    assert check is not None
    shift = check.shifts["holds"]
    assert shift.mean == pytest.approx(answered(fine).mean - answered(coarse).mean, abs=1e-12)
    met = np.minimum(coarse.table.conditions[0], fine.table.conditions[0]) > 1e-6
    moved = np.abs(fine.table.answers[0] - coarse.table.answers[0])[met]
    assert shift.largest == pytest.approx(moved.max(), abs=1e-12)


def test_frames_tell_how_likely_a_condition_is_met() -> None:
    result = run(handmade.conditional_standoff(), draws=8)
    frame, arrays = result.solutions_frame(), result.to_xarray()
    assert [str(name) for name in frame if str(name).startswith("condition.")] == [
        "condition.holds",
        "condition.secret",
    ]
    np.testing.assert_array_equal(frame["condition.holds"], result.table.conditions[0])
    np.testing.assert_array_equal(arrays["conditions"].sel(answer="holds"), result.table.conditions[0])


def test_estimates_are_means_with_the_middle_ninety_percent(standoff: Run) -> None:
    row = standoff.table.answers[0]
    estimate = answered(standoff)
    assert estimate.mean == np.mean(row)
    assert estimate.interval == tuple(np.quantile(row, [0.05, 0.95]))


def test_a_choice_given_that_it_is_reached_multiplies_with_reached(standoff: Run) -> None:
    for move in standoff.moves.values():
        total = 0.0
        for choice in move.choices.values():
            assert choice.given_reached is not None
            assert choice.given_reached.mean * move.reached.mean == pytest.approx(choice.on_path.mean, abs=1e-12)
            total += choice.given_reached.mean
        assert total == pytest.approx(1.0, abs=1e-12)


def test_an_unreached_move_still_says_what_would_be_done() -> None:
    scenario = handmade.certain_standoff()
    never = replace(
        scenario, assumptions=(*scenario.assumptions[:3], assumption("exile", -500), scenario.assumptions[4])
    )
    result = run(never, draws=1)
    assert result.moves["promise"].reached.mean < 1e-9
    keep = result.moves["promise"].choices["keep"].given_reached
    assert keep is not None
    assert keep.mean == pytest.approx(1.0)


def test_a_move_that_no_path_enters_has_no_choices_to_report() -> None:
    scenario = handmade.certain_standoff()
    only_wait = Expression.parse("approach.wait")
    again = Move("again", "us", (Choice("yes", "refused", when=only_wait), Choice("no", "impasse")))
    answer = scenario.moves[2]
    to_again = replace(
        answer, choices=(answer.choices[0], replace(answer.choices[1], when=only_wait), Choice("ask", "refused"))
    )
    hidden = Choice("hidden", "again", when=only_wait)
    moves = (*scenario.moves[:2], replace(to_again, choices=(*to_again.choices, hidden)), scenario.moves[3], again)
    result = run(replace(scenario, moves=moves), draws=1)
    choices = result.moves["again"].choices
    assert all(choice.given_reached is None for choice in choices.values())
    assert result.record()["moves"]["again"]["choices"]["yes"]["probability"] is None


def test_backward_induction_gives_the_one_answer() -> None:
    """us gets 10 − 4 · 0.25 from an offer; the ruler compares 20 − 4 with 5; the opposition 8 with 8 − 1."""
    result = run(handmade.certain_standoff(), draws=2)
    assert answered(result).mean == pytest.approx(1.0)
    assert result.parties["us"].mean == pytest.approx(9.0)
    assert result.parties["ruler"].mean == pytest.approx(16.0)
    assert result.certificate.unconverged == 0


def same_bits(one: Table, other: Table) -> bool:
    return all(getattr(one, field.name).tobytes() == getattr(other, field.name).tobytes() for field in fields(one))


@pytest.mark.compiled
def test_the_same_seed_gives_the_same_bits_in_any_batches_on_any_workers(
    standoff: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size, workers in ((17, 1), (64, 2), (1, 3)):
        monkeypatch.setattr(portions, "BATCH_DRAWS", size)
        again = run(handmade.leak_standoff(), draws=NUM_DRAWS, seed=3, workers=workers)
        assert same_bits(again.table, standoff.table)
        assert {**again.record(), "timings": {}} == {**standoff.record(), "timings": {}}


@pytest.mark.compiled
def test_another_seed_gives_other_draws(standoff: Run) -> None:
    other = run(handmade.leak_standoff(), draws=NUM_DRAWS, seed=4)
    assert not same_bits(other.table, standoff.table)
    assert answered(other).mean == pytest.approx(answered(standoff).mean, abs=0.1)


@pytest.mark.compiled
def test_more_draws_begin_with_the_same_draws(standoff: Run) -> None:
    longer = run(handmade.leak_standoff(), draws=NUM_DRAWS + 9, seed=3)
    assert same_bits(longer.table.first(NUM_DRAWS), standoff.table)


def test_draws_made_in_parts_are_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = handmade.leak_standoff()
    monkeypatch.setattr(portions, "DRAWN_AT_ONCE", 7)
    for num_draws in (3, 7, 20):
        parts, whole = portions.draw_in_parts(scenario, num_draws, 5), draw(scenario, num_draws, 5)
        assert parts.names == whole.names
        np.testing.assert_array_equal(parts.values, whole.values)


def test_a_large_game_gets_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = compile_scenario(handmade.leak_standoff())
    monkeypatch.setattr(portions, "BATCH_BYTES", 200_000)
    assert 1 <= portions.batch_size(compiled) < portions.BATCH_DRAWS


@pytest.mark.compiled
def test_doubled_grids_are_reported_by_answer(standoff: Run) -> None:
    check = standoff.certificate.grid_check
    assert check is not None
    assert check.grids == {"resolve": (4, 8)}
    assert check.draws == NUM_DRAWS
    finer = run(handmade.leak_standoff(grid=8), draws=NUM_DRAWS, seed=3)
    shift = finer.table.answers - standoff.table.answers
    assert check.shifts["holds"].mean == pytest.approx(shift[0].mean(), abs=1e-12)
    assert check.shifts["leaves"].largest == pytest.approx(np.abs(shift[1]).max(), abs=1e-12)


def test_nothing_private_means_no_grid_check() -> None:
    assert run(handmade.certain_standoff(), draws=1).certificate.grid_check is None


def test_private_values_on_their_own_atoms_need_no_grid_check() -> None:
    scenario = handmade.leak_standoff()
    exact = assumption("resolve", {"choice": [2, 9]}, private_to="ruler")
    assert (
        run(replace(scenario, assumptions=(*scenario.assumptions[:4], exact)), draws=4).certificate.grid_check is None
    )


def test_without_answers_outcomes_are_checked_and_nothing_breaks() -> None:
    result = run(handmade.without_answers(), draws=8)
    assert result.answers == {}
    assert result.breaks == ()
    check = result.certificate.grid_check
    assert check is not None
    assert set(check.shifts) == {"kept", "betrayed", "refused", "impasse"}


def test_progress_counts_up_to_all_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "BATCH_DRAWS", 10)
    seen: list[tuple[int, int]] = []
    run(handmade.leak_standoff(), draws=25, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (25, 25)


def interrupting(after: int) -> object:
    """A progress callback that is Ctrl-C once more than ``after`` draws are done."""

    def progress(done: int, total: int) -> None:
        if done > after:
            raise KeyboardInterrupt

    return progress


def test_ctrl_c_keeps_the_batches_that_are_done(monkeypatch: pytest.MonkeyPatch, standoff: Run) -> None:
    monkeypatch.setattr(portions, "BATCH_DRAWS", 4)
    result = run(handmade.leak_standoff(), draws=NUM_DRAWS, seed=3, progress=interrupting(20))  # type: ignore[arg-type]
    kept = result.num_draws
    assert result.interrupted
    assert result.requested == NUM_DRAWS
    assert kept in range(4, NUM_DRAWS, 4)
    assert same_bits(result.table, standoff.table.first(kept))
    assert result.record()["interrupted"] == {"requested": NUM_DRAWS, "kept": kept}
    assert len(result.draws_frame()) == kept


def test_ctrl_c_before_anything_is_done_is_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(handmade.leak_standoff(), draws=8, progress=interrupting(0))  # type: ignore[arg-type]


def test_an_expression_that_fails_names_the_draw_of_the_whole_run(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = handmade.leak_standoff()
    wrong = outcome("impasse", us="sqrt(0.598 - p_leak)", ruler="office", opposition=0)
    values = draw(scenario, 512, seed=1).column("p_leak")
    first = int(np.flatnonzero(values > 0.598)[0])
    monkeypatch.setattr(portions, "BATCH_DRAWS", 8)
    with pytest.raises(EvaluationError, match=f"draw {first}"):
        run(replace(scenario, outcomes=(*scenario.outcomes[:3], wrong)), draws=512)
    assert first >= 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "0 draws"),
        ({"seed": -1}, "seed -1"),
        ({"workers": 0}, "0 workers"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(RunError, match=message):
        run(handmade.leak_standoff(), **options)  # type: ignore[arg-type]


def test_a_game_file_is_sent_to_solve() -> None:
    with pytest.raises(RunError, match="offramp solve"):
        run("poker.efg")


def test_at_a_precision_the_equations_are_certified_not_the_regret() -> None:
    result = run(handmade.leak_standoff(), draws=4, precision=5.0)
    assert result.certificate.equilibria == "logit at precision"
    assert result.certificate.unconverged == 0
    assert result.certificate.max_regret > 1e-3
    assert result.certificate.max_residual < 1e-8
    assert result.record()["precision"] == 5.0


def test_frames_and_arrays_hold_the_table(standoff: Run) -> None:
    frame, arrays = standoff.solutions_frame(), standoff.to_xarray()
    assert frame.index.name == "draw"
    np.testing.assert_array_equal(frame["answer.holds"], standoff.table.answers[0])
    np.testing.assert_array_equal(arrays["choices"].sel(choice="answer.accept"), frame["choice.answer.accept"])
    np.testing.assert_array_equal(arrays["breaks"].sel({"break": "approach.wait"}), frame["break.approach.wait"])
    np.testing.assert_array_equal(arrays["assumptions"].sel(assumption="office"), standoff.draws_frame()["office"])
    assert set(frame["status"]) <= {"exact", "converged"}


def test_a_run_is_saved_as_a_folder(standoff: Run, tmp_path: Path) -> None:
    folder = standoff.save(tmp_path / "deep" / "first")
    assert {entry.name for entry in folder.iterdir()} == store.RUN_FILES - {"equilibria.parquet"} | {store.PICTURES}
    assert load(folder / "scenario.yaml") == standoff.scenario
    assert json.loads((folder / "run.json").read_text()) == json.loads(json.dumps(standoff.record()))
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "draws.parquet"), standoff.draws_frame())
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "solutions.parquet"), standoff.solutions_frame())
    assert [entry.name for entry in folder.parent.iterdir()] == ["first"]


def test_a_later_run_takes_the_place_of_an_earlier_one(standoff: Run, tmp_path: Path) -> None:
    folder = standoff.save(tmp_path / "run")
    other = run(handmade.certain_standoff(), draws=1)
    other.save(folder)
    assert json.loads((folder / "run.json").read_text())["draws"] == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_is_no_run_is_left_alone(standoff: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"notes\.txt"):
        standoff.save(tmp_path)
    (tmp_path / "notes.txt").rename(tmp_path / "run.json")
    with pytest.raises(RunError, match="no run"):
        standoff.save(tmp_path)
    with pytest.raises(RunError, match="not a folder"):
        standoff.save(tmp_path / "run.json")
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_a_failed_save_leaves_nothing(standoff: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(result: Run) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(store, "run_record", fail)
    with pytest.raises(OSError, match="no space"):
        standoff.save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_escaped_tables() -> None:
    result = run(replace(handmade.certain_standoff(), title="<b>a & b</b>"), draws=1)
    html = result._repr_html_()
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in html
    assert "the offer holds" in html
    assert html.count("<svg") == html.count("<desc>") > 0


def test_the_public_names_are_all_there() -> None:
    for name in offramp.__all__:
        assert getattr(offramp, name) is not None
    assert offramp.run is run
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        offramp.walk  # noqa: B018
