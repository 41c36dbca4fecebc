"""Observed moves: exact Bayes over draws and private types, and how far the result may be relied on."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.observed.api import observe
from offramp.explore.observed.result import Posterior
from offramp.explore.observed.seen import kish, log_sum, systematic
from offramp.explore.run import Run, run
from offramp.scenario.load import loads
from offramp.scenario.model import Observation
from test_document import fits

ROOT = Path(__file__).parents[1]

STANDOFF = """
format: offramp/1
title: He was asked before
parties: {us: the proposer, ruler: the ruler}
terms: {pay: {none: 0, some: 4, much: 8}}
offer: {pay: some}
assumptions:
  office: {meaning: what office is worth, unit: points, value: {uniform: [0, 20]}}
  exile: {meaning: what exile is worth, unit: points, value: {uniform: [4, 16]}}
  resolve: {meaning: what only he knows, unit: points, value: {uniform: [-6, 6]}, private_to: ruler, grid: 6}
moves:
  approach: {by: us, choices: {offer: {next: answer}, wait: {next: stays}}}
  answer: {by: ruler, choices: {accept: {next: goes}, refuse: {next: stays}}}
outcomes:
  stays: {label: he stays, payoffs: {us: 0.001 * approach.offer, ruler: office}}
  goes: {label: he goes, payoffs: {us: 9 - pay, ruler: exile + pay - resolve}}
answers:
  goes_then: {says: he goes, when: outcome.goes, given: approach.offer, given_says: it is made}
  accepted: {says: he accepts, when: answer.accept}
"""

SHARED = STANDOFF.replace(", private_to: ruler, grid: 6", "") + "precision: 3\n"

ATOMS = np.array([-5.0, -3.0, -1.0, 1.0, 3.0, 5.0])


@pytest.fixture(scope="module")
def standoff() -> Run:
    return run(loads(STANDOFF), draws=512, seed=5)


@pytest.fixture(scope="module")
def refused(standoff: Run) -> Posterior:
    return observe(standoff, {"answer": "refuse"})


def refuses(standoff: Run, pay: float) -> np.ndarray:
    """bool[T, B]: whether each type refuses; the offer is always made, as it costs nothing."""
    office, exile = standoff.draws.column("office"), standoff.draws.column("exile")
    return np.asarray(exile + pay - ATOMS[:, np.newaxis] < office)


def test_draws_and_types_by_hand(standoff: Run, refused: Posterior) -> None:
    seen = refuses(standoff, 4.0)
    chance = seen.mean(axis=0)
    np.testing.assert_allclose(refused.chance, chance, atol=1e-12)
    np.testing.assert_allclose(refused.weights, chance / chance.sum(), atol=1e-12)
    values, prior, posterior = refused.types["resolve"]
    np.testing.assert_allclose(values, ATOMS)
    np.testing.assert_allclose(prior, np.full(6, 1 / 6))
    np.testing.assert_allclose(posterior, seen.sum(axis=1) / seen.sum(), atol=1e-12)
    office = standoff.draws.column("office")
    shift = next(each for each in refused.shifts if each.name == "office")
    assert shift.posterior.mean == pytest.approx(float(office @ refused.weights))
    assert shift.moved
    assert shift.posterior.mean > shift.prior.mean
    assert refused.effective == pytest.approx(1.0 / np.sum(refused.weights**2))
    assert refused.probability == pytest.approx(chance.mean())


def test_answers_are_of_the_same_person(standoff: Run, refused: Posterior) -> None:
    """A type that refused refuses again; before it is what the run says."""
    goes, accepted = refused.answers
    assert goes.prior is not None
    assert standoff.answers["goes_then"] is not None
    assert goes.prior.mean == pytest.approx(standoff.answers["goes_then"].mean)
    assert goes.posterior is not None
    assert accepted.posterior is not None
    assert goes.posterior.mean == accepted.posterior.mean == pytest.approx(0.0, abs=1e-12)
    stays = next(each for each in refused.outcomes if each.name == "stays")
    assert stays.posterior is not None
    assert stays.posterior.mean == pytest.approx(1.0)


def test_two_plays_of_one_person_are_joined_type_by_type(standoff: Run) -> None:
    found = observe(standoff, (Observation({"answer": "refuse"}, {"pay": "none"}), Observation({"answer": "accept"})))
    both = refuses(standoff, 0.0) & ~refuses(standoff, 4.0)
    np.testing.assert_allclose(found.chance, both.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found.types["resolve"][2], both.sum(axis=1) / both.sum(), atol=1e-12)
    apart = refuses(standoff, 0.0).mean(axis=0) * (~refuses(standoff, 4.0)).mean(axis=0)
    assert not np.allclose(found.chance, apart), "as if they were two strangers"


def test_the_results_of_a_run_say_the_same_as_its_games() -> None:
    shared = run(loads(SHARED), draws=64, seed=5)
    quick = observe(shared, {"answer": "refuse"})
    slow = observe(shared, (Observation({"answer": "refuse"}, {"pay": "some"}),))
    assert (quick.solved_again, slow.solved_again) == (False, True)
    np.testing.assert_allclose(quick.weights, slow.weights, rtol=1e-9)
    assert quick.types == slow.types == {}
    for one, two in zip((*quick.answers, *quick.outcomes), (*slow.answers, *slow.outcomes), strict=True):
        assert one.posterior is not None
        assert two.posterior is not None
        assert one.posterior.mean == pytest.approx(two.posterior.mean)
    moved = {"approach": "offer", "answer": "refuse"}
    np.testing.assert_allclose(observe(shared, moved).weights, quick.weights, rtol=1e-9)
    together = shared.table.on_path(shared.paths.moves.index("answer"), shared.paths.choices.index((1, "refuse")))
    np.testing.assert_allclose(quick.weights, together / together.sum())


def test_the_same_is_found_twice(standoff: Run, refused: Posterior) -> None:
    again = observe(standoff, {"answer": "refuse"})
    assert again.document() == refused.document()
    np.testing.assert_array_equal(again.resampled, refused.resampled)


def test_resampling_picks_each_draw_as_often_as_it_counts() -> None:
    weights = np.array([0.5, 0.25, 0.2, 0.05, 0.0])
    assert kish(weights) == pytest.approx(1 / (0.25 + 0.0625 + 0.04 + 0.0025))
    counts = np.array([np.bincount(systematic(weights, seed), minlength=5) for seed in range(400)])
    assert np.all(np.abs(counts - 5 * weights) < 1.0)
    np.testing.assert_allclose(counts.mean(axis=0), 5 * weights, atol=0.06)


def test_sums_in_logarithms() -> None:
    logs = np.array([[-1000.0, -np.inf], [-1000.0, -np.inf]])
    np.testing.assert_allclose(log_sum(logs, axis=0), [-1000.0 + np.log(2.0), -np.inf])
    assert log_sum(np.empty((0, 3)), axis=0).tolist() == [-np.inf] * 3


def test_few_effective_draws_are_a_warning(standoff: Run) -> None:
    thin = observe(standoff.first(16), {"answer": "refuse"})
    assert thin.is_thin
    assert "too few" in " ".join(thin.sentences())


@pytest.mark.parametrize(
    ("observed", "message"),
    [
        (None, "nothing was observed"),
        ({}, "names no move"),
        ({"anser": "refuse"}, "did you mean 'answer'"),
        ({"answer": "refused"}, "did you mean 'refuse'"),
        ((Observation({"answer": "refuse"}, {"pai": "none"}),), "did you mean 'pay'"),
        ((Observation({"answer": "refuse"}, {"pay": "soma"}),), "did you mean 'some'"),
        ({"approach": "wait"}, "happens in no draw; parties that err"),
    ],
)
def test_mistakes_are_told(standoff: Run, observed: object, message: str) -> None:
    with pytest.raises(RunError, match=message):
        observe(standoff, observed)  # type: ignore[arg-type]


def test_what_the_file_says_was_observed() -> None:
    text = STANDOFF + "observed: {says: he refused in 2019, saw: {answer: refuse}, offer: {pay: none}}\n"
    found = observe(run(loads(text), draws=32))
    assert "he refused in 2019 (with pay none)" in found.sentences()[0]


def test_the_document_is_what_its_schema_says(refused: Posterior) -> None:
    fits(refused.document(), "observed")
    assert refused.frame()["assumption"].tolist() == [each.name for each in refused.shifts]
    arrays = refused.to_xarray()
    assert float((arrays["office"] * arrays["weight"]).sum()) > float(arrays["office"].mean())


def test_pictures_are_drawn_and_told(refused: Posterior) -> None:
    drawn = refused.figures()
    assert set(drawn) == {"observed", "answers"}
    for figure in drawn.values():
        assert ET.fromstring(figure.svg).get("role") == "img"
        assert "before" in figure.alt


def test_the_command(tmp_path: Path) -> None:
    file, picture = tmp_path / "standoff.yaml", tmp_path / "seen.svg"
    file.write_text(STANDOFF, encoding="utf-8")
    asked = ["observed", str(file), "--draws", "64", "--quiet", "--observed", "approach=offer answer=refuse"]
    shown = CliRunner().invoke(main, [*asked, "--offer", "pay=none", "--figure", str(picture)])
    assert shown.exit_code == 0, shown.output
    assert "refuse at answer (with pay none)" in shown.output
    assert picture.exists()
    document = json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)
    assert document["observed"] == [{"says": "", "saw": {"approach": "offer", "answer": "refuse"}, "offer": {}}]
    wrong = CliRunner().invoke(main, ["observed", str(file), "--observed", "answer"])
    assert "write NAME=VALUE" in wrong.stderr
    alone = CliRunner().invoke(main, ["observed", str(file), "--offer", "pay=none"])
    assert "give --observed too" in alone.stderr
