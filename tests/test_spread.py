"""The answers over several equilibria: what any selection gives, and what the run says of it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import RunError, SolveError
from offramp.explore import store
from offramp.explore.run import Run, run
from offramp.explore.spread import EXAMINED_DRAWS, examined, largest_mean
from offramp.scenario.load import load, loads
from offramp.solve.equilibria import many
from offramp.tell.screen import run_screen
from test_document import fits

EXAMPLES = Path(__file__).parents[1] / "examples"

COORDINATION = """
format: offramp/1
title: Go together or stay together
parties: {ruler: the ruler, army: the army}
assumptions:
  worth: {value: {uniform: [1.5, 2.5]}}
moves:
  ruler:
    by: ruler
    known_to: [ruler]
    choices: {go: {next: army}, stay: {next: army}}
  army:
    by: army
    known_to: [army]
    choices: {follow: {next: over}, hold: {next: over}}
outcomes:
  over:
    payoffs:
      ruler: worth * ruler.go * army.follow + ruler.stay * army.hold
      army: ruler.go * army.follow + ruler.stay * army.hold
answers:
  leaves: {says: the ruler goes and the army follows, when: ruler.go and army.follow}
"""
"""Two who gain only where both do alike, and cannot see each other: two equilibria in pure choices, one in mixed."""

DOMINANCE = COORDINATION.replace("+ ruler.stay * army.hold\n      army", "\n      army").replace(
    "army: ruler.go * army.follow + ruler.stay * army.hold", "army: 2 * army.follow + ruler.go"
)
"""The same moves, but the army gains by following whatever the ruler does, and the ruler then by going."""

GIVEN = COORDINATION.replace(
    "when: ruler.go and army.follow}", "when: army.follow, given: ruler.go, given_says: the ruler goes}"
)

pytestmark = pytest.mark.compiled


@pytest.fixture(scope="module")
def apart() -> Run:
    """The coordination game with every equilibrium listed."""
    return run(loads(COORDINATION), draws=16, equilibria="all")


def screen(result: Run) -> str:
    return " ".join("\n".join(line.plain for line in run_screen(result)).split())


def test_the_largest_mean_over_selections_is_that_of_trying_them_all() -> None:
    random = np.random.default_rng(5)
    for _ in range(200):
        counts = random.integers(1, 4, 4)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        weights = random.uniform(0, 1, counts.sum()) * (random.uniform(size=counts.sum()) < 0.7)
        products = weights * random.choice([0.0, 0.3, 0.6, 1.0], counts.sum())
        ratios = [
            products[list(picked)].sum() / weights[list(picked)].sum()
            for picked in itertools.product(*(range(a, a + n) for a, n in zip(starts, counts, strict=True)))
            if weights[list(picked)].sum() > 0
        ]
        found = largest_mean(products, weights, starts)
        assert found == (pytest.approx(max(ratios), abs=1e-12) if ratios else None)


def test_a_headline_that_rests_on_the_equilibrium_spans_all_of_them(apart: Run) -> None:
    assert apart.spread is not None
    leaves = apart.spread.answers["leaves"]
    assert leaves is not None
    assert (leaves.lowest, leaves.highest) == pytest.approx((0.0, 1.0), abs=1e-9)
    assert leaves.reported == pytest.approx(apart.table.answers[0].mean(), abs=1e-9)
    assert leaves.share_that_differ == 1.0
    assert apart.spread.counts.tolist() == [3] * 16
    assert apart.spread.complete.all()


def test_it_says_so_in_words(apart: Run) -> None:
    text = screen(apart)
    assert "Depending on which equilibrium is played, the probability is between 0% and 100% (first 16 draws)." in text
    assert "16 of the first 16 draws have several (up to 3); in 16 of these they differ in the headline" in text
    assert "more than 1 point. All were listed." in text
    assert "not looked for" not in text


def test_a_probe_says_that_there_may_be_more() -> None:
    result = run(loads(COORDINATION), draws=4, equilibria="probe")
    assert result.spread is not None
    assert (result.spread.counts >= 2).all()
    assert "There may be more." in screen(result)


@pytest.mark.parametrize("method", ["all", "probe"])
def test_a_headline_that_rests_on_no_equilibrium_is_said_to_be_so(method: Any) -> None:
    """Dominance settles the game, so that the probe has its proof as well."""
    result = run(loads(DOMINANCE), draws=8, equilibria=method)
    assert result.spread is not None
    leaves = result.spread.answers["leaves"]
    assert leaves is not None
    assert (leaves.lowest, leaves.highest, leaves.share_that_differ) == (1.0, 1.0, 0.0)
    assert not leaves.depends
    assert "all were listed: there is no other" in screen(result)
    assert "Depending on" not in screen(result)


def test_unless_asked_for_no_other_equilibrium_is_looked_for() -> None:
    result = run(loads(COORDINATION), draws=4)
    assert result.spread is None
    assert result.record()["equilibria"] is None
    assert "others were not looked for" in screen(result)
    with pytest.raises(RunError, match="did not look for other equilibria"):
        result.equilibria_frame()


def test_given_a_condition_only_equilibria_that_meet_it_count() -> None:
    result = run(loads(GIVEN), draws=4, equilibria="all")
    assert result.spread is not None
    leaves = result.spread.answers["leaves"]
    assert leaves is not None
    # In pure choices the army follows whenever the ruler goes; in mixed ones it follows with 1 in 1 + worth.
    mixed = 1 / (1 + result.draws.column("worth"))
    np.testing.assert_allclose(result.spread.lowest[0], mixed, atol=1e-9)
    np.testing.assert_allclose(result.spread.highest[0], 1.0, atol=1e-9)
    assert leaves.highest == pytest.approx(1.0, abs=1e-9)
    assert mixed.min() - 1e-9 <= leaves.lowest <= mixed.mean() + 1e-9


def test_where_nothing_is_asked_outcomes_have_the_spread() -> None:
    result = run(replace(loads(COORDINATION), answers=()), draws=2, equilibria="all")
    assert result.spread is not None
    assert list(result.spread.answers) == ["over"]
    assert "in none of these they differ in the headline" in screen(result)


def test_the_first_draws_are_examined_whatever_the_number_of_draws() -> None:
    few, many = (run(loads(COORDINATION), draws=n, equilibria="all").spread for n in (EXAMINED_DRAWS, 300))
    assert few is not None
    assert many is not None
    assert many.draws == EXAMINED_DRAWS
    np.testing.assert_array_equal(few.lowest, many.lowest)
    np.testing.assert_array_equal(few.highest, many.highest)


def test_a_large_game_has_fewer_draws_examined() -> None:
    class Large:
        class game:  # noqa: N801 - stands for an attribute
            num_nodes = 4096

    assert examined(Large(), 10_000) == 32  # type: ignore[arg-type]
    assert examined(Large(), 10) == 10  # type: ignore[arg-type]


def test_a_notebook_shows_the_range_of_each_answer(apart: Run) -> None:
    shown = apart._repr_html_()
    row = "<td style='text-align:left'>the ruler goes and the army follows</td><td>0.0%</td>"
    assert "Over the equilibria of the first 16 draws" in shown
    assert row in shown


def test_the_document_and_the_folder_hold_the_spread(apart: Run, tmp_path: Path) -> None:
    document = apart.record()
    fits(document, "run")
    ranges = document["equilibria"]["ranges"]["leaves"]
    assert (ranges["lowest"], ranges["highest"]) == pytest.approx((0.0, 1.0), abs=1e-9)
    assert (document["equilibria"]["several"], document["equilibria"]["complete"]) == (16, 16)
    folder = apart.save(tmp_path / "run")
    assert {entry.name for entry in folder.iterdir()} == store.RUN_FILES | {store.PICTURES}
    frame = pd.read_parquet(folder / "equilibria.parquet")
    assert frame["equilibria"].tolist() == [3] * 16
    assert frame["highest.leaves"].to_numpy() == pytest.approx(np.ones(16), abs=1e-9)
    run(loads(COORDINATION), draws=2).save(folder)
    assert not (folder / "equilibria.parquet").exists()


def refuse_to_solve(done: int, total: int) -> None:
    raise AssertionError("solved although the option cannot be used")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"equilibria": "most"}, "ask for 'probe' or 'all'"),
        ({"equilibria": "all", "precision": 5.0}, "parties that make no mistakes"),
    ],
    ids=["another method", "beside a precision"],
)
def test_options_that_cannot_be_used_are_refused_before_anything_is_solved(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        run(loads(COORDINATION), draws=4, progress=refuse_to_solve, **options)


def test_a_game_too_large_to_list_is_refused_before_anything_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "MAX_ACTIONS", 10)
    with pytest.raises(SolveError, match="'probe'"):
        run(load(EXAMPLES / "panama-1988.yaml"), draws=4, progress=refuse_to_solve, equilibria="all")


def test_the_command_takes_the_option(tmp_path: Path) -> None:
    file = tmp_path / "together.yaml"
    file.write_text(COORDINATION, encoding="utf-8")
    document = json.loads(
        CliRunner().invoke(main, ["run", str(file), "--draws", "4", "--equilibria", "all", "--json"]).stdout
    )
    assert document["equilibria"]["method"] == "all"
    assert CliRunner().invoke(main, ["run", str(file), "--equilibria", "most"]).exit_code == 2
