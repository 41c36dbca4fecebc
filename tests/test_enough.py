"""Enough draws: the error of the mean, the words that it leaves open, and runs that stop when they are settled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cheap import cheap_standoff, equals
from offramp.cli import main
from offramp.errors import RunError
from offramp.explore import options
from offramp.explore.enough import enough_of
from offramp.explore.options import Options
from offramp.explore.quantities import Quantity
from offramp.explore.run import run
from offramp.scenario.dump import dumps
from offramp.tell.screen import run_screen


def asked(values: Any, weights: Any = None) -> Quantity:
    row = np.asarray(values, dtype=np.float64)
    return Quantity("holds", "it holds", row, np.ones_like(row) if weights is None else np.asarray(weights), True)


def test_the_standard_error_by_hand() -> None:
    values, weights = np.array([0.0, 1.0, 1.0, 0.5]), np.array([1.0, 0.5, 0.25, 0.0])
    found, plain = enough_of(asked(values, weights)), enough_of(asked(values))
    assert found is not None
    assert plain is not None
    mean = (0.5 + 0.25) / 1.75
    squares = (1.0 * mean) ** 2 + (0.5 * (1 - mean)) ** 2 + (0.25 * (1 - mean)) ** 2
    assert found.standard_error == pytest.approx(np.sqrt(squares) / 1.75)
    assert plain.standard_error == pytest.approx(values.std() / 2)


@pytest.mark.parametrize(
    ("yes", "draws", "settled", "terms"),
    [
        (300, 1000, True, ("unlikely",)),
        (440, 1000, False, ("unlikely", "roughly even chance")),
        (10, 100, False, ("almost no chance", "very unlikely")),
        (45_000, 100_000, True, ("unlikely", "roughly even chance")),
        (0, 10, True, ("ruled out in this model",)),
        (5, 10, False, ("very unlikely", "unlikely", "roughly even chance", "likely", "very likely")),
    ],
)
def test_which_words_the_error_leaves_open(yes: int, draws: int, settled: bool, terms: tuple[str, ...]) -> None:
    found = enough_of(asked(np.arange(draws) < yes))
    assert found is not None
    assert (found.settled, found.terms) == (settled, terms)
    assert (found.draws_needed > draws) is not settled
    count = round(1.1 * found.draws_needed)
    more = enough_of(asked(np.arange(count) < yes * count / draws))
    assert more is not None
    assert more.settled, "about so many draws would do"
    assert ("would not change" in found.sentence) is settled


def test_a_question_that_is_never_asked_has_nothing_to_settle() -> None:
    assert enough_of(asked([0.3, 0.4], [0.0, 0.0])) is None


def test_draws_stop_when_the_words_are_settled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(options, "FIRST_DRAWS", 8)
    seen: list[tuple[int, int]] = []
    stopped = run(cheap_standoff(), draws="auto", seed=3, progress=lambda done, total: seen.append((done, total)))
    assert stopped.requested == stopped.num_draws
    assert stopped.num_draws.bit_count() == 1
    assert stopped.enough is not None
    assert stopped.enough.settled
    before = run(cheap_standoff(), draws=stopped.num_draws // 2, seed=3)
    assert before.enough is not None
    assert not before.enough.settled, "half as many would not have done"
    assert equals(stopped, run(cheap_standoff(), draws=stopped.num_draws, seed=3))
    assert seen[-1] == (stopped.num_draws, stopped.num_draws)
    kept = run(cheap_standoff(), draws=16, seed=3, checkpoint=tmp_path / "kept")
    assert kept.num_draws == 16
    again = run(cheap_standoff(), draws="auto", seed=3, checkpoint=tmp_path / "kept", workers=1)
    assert equals(again, stopped)


def test_draws_stop_at_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "FIRST_DRAWS", 2)
    monkeypatch.setattr(options, "LAST_DRAWS", 4)
    found = run(cheap_standoff(), draws="auto", seed=3)
    assert found.num_draws == 4
    assert found.enough is not None
    assert not found.enough.settled
    shown = " ".join(line.plain.strip() for line in run_screen(found))
    assert "More draws could change the words of the headline" in shown


@pytest.mark.parametrize("draws", ["many", 2.5, None])
def test_draws_that_are_no_number_are_refused(draws: Any) -> None:
    with pytest.raises(RunError, match="ask for a whole number of them, or for 'auto'"):
        Options.of({"draws": draws})
    assert Options.of({"draws": np.int64(8)}).draws == 8


def test_the_command_takes_auto(tmp_path: Path) -> None:
    file = tmp_path / "cheap.yaml"
    file.write_text(dumps(cheap_standoff()), encoding="utf-8")
    shown = CliRunner().invoke(main, ["run", str(file), "--draws", "auto", "--quiet"])
    assert shown.exit_code == 0, shown.output
    assert "draws, seed 1" in shown.output
    refused = CliRunner().invoke(main, ["run", str(file), "--draws", "some"])
    assert refused.exit_code == 2
    assert "give a whole number, or auto" in refused.stderr
