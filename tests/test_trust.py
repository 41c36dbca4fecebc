"""What is said of draws that are not to be relied on: the cause, what to do, and which draws to look at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import handmade
from offramp.explore import summary
from offramp.explore.record import certificate_record
from offramp.explore.run import Run, run
from offramp.explore.single import SolvedFile, counted_numbers, solve_file
from offramp.explore.summary import Certificate, FlaggedDraw
from offramp.solve.api import solve
from offramp.solve.result import EXPLANATIONS, REMEDIES, Status
from offramp.tell.document import GameOrigin, solution_document
from offramp.tell.gamescreen import solution_screen
from offramp.tell.trust import certificate_words
from random_games import signalling

RUN_SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "schemas" / "run.json").read_text())
FAILED = [status for status in Status if status > Status.FORKED]


@pytest.fixture(scope="module")
def standoff() -> Run:
    return run(handmade.leak_standoff(), draws=16)


def with_failures(standoff: Run, failures: dict[int, tuple[Status, float]]) -> Certificate:
    """The certificate of ``standoff`` if some of its draws had failed, with these regrets."""
    table = standoff.table
    status, regret = table.status.copy(), table.max_regret.copy()
    for draw, (failed, size) in failures.items():
        status[0, draw], regret[0, draw] = failed, size
    changed = replace(table, status=status, max_regret=regret, residual=regret)
    return summary.certify(changed, at_precision=False, grid_check=None)


@pytest.mark.parametrize("status", FAILED)
def test_every_failure_has_a_cause_and_a_remedy(status: Status) -> None:
    assert "precision" in REMEDIES[status]
    assert EXPLANATIONS[status] != EXPLANATIONS[Status.CONVERGED]


def test_nothing_needs_to_be_done_about_draws_that_converged() -> None:
    assert Status.EXACT not in REMEDIES
    assert Status.CONVERGED not in REMEDIES


def test_a_run_names_its_worst_draws(standoff: Run) -> None:
    failures = {draw: (Status.STALLED, 1e-5 * (draw + 1)) for draw in range(7)}
    certificate = with_failures(standoff, {**failures, 9: (Status.INEXACT, 0.5)})
    assert certificate.unconverged == 8
    assert [each.draw for each in certificate.worst] == [9, 6, 5, 4, 3]
    assert certificate.worst[0] == FlaggedDraw(9, "inexact", 0.5, 0.5)
    words = certificate_words(certificate, 16)
    assert "8 of 16 draws did not converge (7 stalled, 1 inexact)" in words
    assert "The worst draws: 9 (5e-01), 6 (7e-05), 5 (6e-05)" in words
    assert f"To do: {REMEDIES[Status.STALLED]}." in words


def test_a_run_without_failures_names_none(standoff: Run) -> None:
    assert standoff.certificate.worst == ()
    assert "To do" not in certificate_words(standoff.certificate, 16)


def test_the_document_of_a_run_has_the_worst_draws_and_what_to_do(standoff: Run) -> None:
    certificate = with_failures(standoff, {3: (Status.OUT_OF_STEPS, 0.25), 4: (Status.FORKED, 0.0)})
    record = certificate_record(certificate)
    assert record["worst"] == [{"draw": 3, "status": "out_of_steps", "regret": 0.25, "residual": 0.25}]
    assert record["remedies"] == {name: REMEDIES[Status[name.upper()]] for name in ("forked", "out_of_steps")}
    Draft202012Validator({**RUN_SCHEMA["properties"]["certificate"], "$defs": RUN_SCHEMA["$defs"]}).validate(record)


@pytest.fixture(scope="module")
def flagged() -> SolvedFile:
    """A solved game that is made out to have stalled, with a regret at its third information set."""
    solutions = solve(*signalling(2, 2, 2, seed=1))
    regrets = np.zeros_like(solutions.regrets)
    regrets[0, 2] = 0.125
    status = np.full(1, Status.STALLED, dtype=np.int32)
    return SolvedFile(replace(solutions, regrets=regrets, status=status), counted_numbers(solutions.game))


def test_the_screen_of_a_game_says_where_it_is_wrong_and_what_to_do(flagged: SolvedFile) -> None:
    text = " ".join(
        " ".join(line.plain for line in solution_screen(flagged.solutions, flagged.infoset_numbers)).split()
    )
    game = flagged.solutions.game
    player, number = game.players[game.infoset_players[2]], flagged.infoset_numbers[2]
    assert f"{EXPLANATIONS[Status.STALLED]}; do not rely on it" in text
    assert f"it is that of {player} at set {number}. To do: {REMEDIES[Status.STALLED]}." in text


def test_the_document_of_a_game_says_what_to_do(flagged: SolvedFile) -> None:
    origin = GameOrigin("game.efg", b"", flagged.infoset_numbers)
    assert solution_document(flagged.solutions, origin)["certificate"]["remedy"] == REMEDIES[Status.STALLED]


def test_a_game_that_is_solved_needs_nothing_done(tmp_path: Path) -> None:
    path = tmp_path / "choice.efg"
    path.write_text('EFG 2 R "t" { "A" } p "" 1 1 "" { "l" "r" } 0 t "" 1 "" { 0 } t "" 2 "" { 1 }', encoding="utf-8")
    solved = solve_file(path)
    document = solution_document(solved.solutions, GameOrigin("choice.efg", b"", solved.infoset_numbers))
    assert document["certificate"]["remedy"] is None
    assert "To do" not in "".join(line.plain for line in solution_screen(solved.solutions, solved.infoset_numbers))
