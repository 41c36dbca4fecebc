"""The benchmarks measure what they say, on small sizes: the document, its verdicts, its limits of time."""

from __future__ import annotations

import json
import math
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from benchmarks import growth, million, page
from benchmarks.classes import CLASS_NAMES, ZERO_SUM, draw_class
from benchmarks.compare import Size, compare_classes
from benchmarks.document import million_told, peers_told, table
from benchmarks.judge import Judge
from benchmarks.peer import Peer
from benchmarks.peers import PEERS
from benchmarks.plays import Plays
from benchmarks.pool import Attempt, attempt_games
from offramp.game.efg import read_efg
from offramp.game.game import Floats, Game
from offramp.solve.api import solve

SCHEMA = Path(__file__).parents[1] / "docs" / "schemas" / "bench.json"
SMALL = "signalling 2x2x2"

COMPILES = "quantecon"
"""Peers that compile for ten seconds before they solve anything."""


class Ours:
    """A peer that is offramp itself, does not come back from some games, and fails on others."""

    def __init__(self, game: Game, payoffs: Floats, chance: Floats) -> None:
        self.game = game
        self.set_numbers(payoffs, chance)

    def set_numbers(self, payoffs: Floats, chance: Floats) -> None:
        self.numbers = payoffs[None], chance[None]

    def solve(self) -> Any:
        return solve(self.game, *self.numbers, workers=1).strategies[0]

    def behaviours(self, found: Floats) -> list[Floats]:
        return [found]


class Sleeper(Ours):
    def solve(self) -> Any:
        time.sleep(600)
        return super().solve()


def a_peer(start: type[Ours], **options: Any) -> Peer:
    return Peer("self", "solve", "offramp", "the same", start, {SMALL: 3}, "", **options)


def a_document(classes: list[dict[str, Any]], million_entry: dict[str, Any]) -> dict[str, Any]:
    machine = {"system": "s", "cpu": "c", "cores": 2, "memory_bytes": 1, "load_before": 0.0}
    head = {"schema": "offramp.bench/1", "seed": 7, "date": "2026-11-25", "seconds": 1.0, "machine": machine}
    return {**head, "versions": {}, "classes": classes, "extra_classes": [], "million": million_entry}


@pytest.fixture
def a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """One peer, in this process, instead of all."""
    peer = a_peer(Ours)

    def attempts(_peer: Peer, games: Any, count: int, _seconds: float, _workers: int) -> list[Attempt]:
        own = solve(games.game, games.payoffs[:count], games.chance[:count]).strategies
        return [Attempt(draw, 0.5 * (draw + 1), 0.1, [own[draw]], "") for draw in range(count - 1)] + [
            Attempt(count - 1, math.nan, math.nan, [], "it gave up")
        ]

    monkeypatch.setattr("benchmarks.compare.attempt_games", attempts)
    monkeypatch.setattr("benchmarks.compare.PEERS", {peer.name: peer, "lp_solve": PEERS["lp_solve"]})


@pytest.mark.parametrize("name", CLASS_NAMES)
def test_the_numbers_of_a_class_are_short_and_exact(name: str) -> None:
    _, payoffs, chance = draw_class(name, 3, 5)
    assert (np.round(payoffs, 6) == payoffs).all()
    assert np.ptp(payoffs, axis=1) == pytest.approx(1)
    assert (chance > 0).all()
    if chance.size:
        assert [sum(round(1e6 * p) for p in row) for row in chance] == [10**6] * 5


def test_what_one_wins_the_other_loses_in_the_zero_sum_class() -> None:
    assert (draw_class(ZERO_SUM, 3, 5).payoffs.sum(axis=2) == 0).all()


def test_the_seed_chooses_the_games() -> None:
    first, again, other = (draw_class(SMALL, seed, 2).payoffs for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_ratios_count_the_lower_of_median_and_mean_and_failures_on_both_sides(a_stand_in: None) -> None:
    row = compare_classes([SMALL], 7, Size(ours=4, theirs=3))[SMALL]["peers"]["self"]
    assert (row["theirs_median_ms"], row["theirs_mean_ms"]) == (pytest.approx(375), pytest.approx(375))
    assert row["ratio"] == pytest.approx(row["theirs_ms"] / row["ours_ms"], rel=1e-2)
    assert (row["agreement"], row["same_path"], row["compared"]) == (1.0, 1.0, 2)
    assert (row["their_failures"], row["their_games"], row["our_failures"]) == (1, 3, 0)


def test_the_document_fits_its_schema_and_its_tables_name_every_peer(a_stand_in: None) -> None:
    entry = compare_classes([SMALL], 7, Size(ours=4, theirs=3))[SMALL]
    told = {"requested": 8, "seconds": 1.0, "complete": False, "draws": 4, "peak_memory_bytes": 2**20, "unconverged": 0}
    told |= {"max_regret": 1e-12, "share_within_tolerance": 1.0, "extrapolated_seconds": 2.0}
    document = a_document([entry], told)
    jsonschema.validate(json.loads(json.dumps(document, allow_nan=False)), json.loads(SCHEMA.read_text()))
    assert "`self`" in table(document)
    assert "`self`: `solve`. The same." in peers_told(document)
    assert "`lp_solve` is left out on signalling 2x2x2: for zero-sum games" in peers_told(document)
    assert "8 draws would have taken 2 s" in million_told(document)


def test_no_time_is_no_row(a_stand_in: None) -> None:
    entry = compare_classes([SMALL], 7, Size(ours=4, theirs=3, deadline=time.perf_counter()))[SMALL]
    assert entry["peers"] == {}
    assert entry["skipped"]["self"] == "no time was left"


def test_a_worse_profile_is_a_failure_and_another_equilibrium_disagrees() -> None:
    games = draw_class("signalling 3x3x2", 7, 8)
    judge = Judge(games, solve(*games), a_peer(Ours))
    uniform = np.concatenate([np.full(count, 1 / count) for count in games.game.num_actions])
    assert judge.verdict(Attempt(0, 1.0, 0.0, [uniform], "")).fails
    other = Judge(games, solve(games.game, games.payoffs[::-1], games.chance[::-1]), a_peer(Ours))
    verdict = other.verdict(Attempt(0, 1.0, 0.0, [solve(*games).strategies[0]], ""))
    assert (verdict.fails, verdict.compared, verdict.agrees) == (False, True, False)


MATCHING = """EFG 2 R "first may stop" { "A" "B" }
p "" 1 1 "" { "stop" "play" } 0
t "" 1 "" { 0, 3 }
p "" 1 2 "" { "heads" "tails" } 0
p "" 2 1 "" { "heads" "tails" } 0
t "" 2 "" { 4, 0 }
t "" 3 "" { 0, 4 }
p "" 2 1 "" { "heads" "tails" } 0
t "" 4 "" { 0, 4 }
t "" 5 "" { 4, 0 }
"""


def test_regret_is_what_the_best_plan_gains_also_by_moves_off_the_path() -> None:
    file = read_efg(MATCHING)
    plays = Plays(file.game)
    stop = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    assert plays.regret(stop, file.payoffs[0], file.chance[0]) == pytest.approx(1.0)
    mixed = np.array([0.0, 1.0, 0.5, 0.5, 0.5, 0.5])
    assert plays.regret(mixed, file.payoffs[0], file.chance[0]) == pytest.approx(0.0)


def test_the_strategic_form_pays_what_the_tree_pays() -> None:
    games = draw_class("three players", 5, 1)
    plays, behaviour = Plays(games.game), solve(*games).strategies[0]
    payoffs, chance = games.payoffs[0], games.chance[0]
    rng = np.random.default_rng(1)
    mixtures = [rng.dirichlet(np.ones(len(choices))) for choices in plays.strategies]
    worth = plays.outcome(plays.behaviour(mixtures), chance) @ payoffs
    for player, form in enumerate(plays.strategic_form(payoffs, chance)):
        value = form
        for k in reversed(range(3)):
            value = value @ mixtures[(player + k) % 3]
        assert value == pytest.approx(worth[player])
    assert plays.outcome(behaviour, chance).sum() == pytest.approx(1)


def serving(monkeypatch: pytest.MonkeyPatch, start: type[Ours]) -> None:
    """Processes of the pool are copies of this one, so that they know a peer that is defined here."""
    from multiprocessing import get_context

    monkeypatch.setattr("benchmarks.pool.get_context", lambda _: get_context("fork"))
    monkeypatch.setattr("benchmarks.peers.PEERS", {"self": a_peer(start)})


@pytest.mark.compiled
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_processes_solve_all_games_and_time_them(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, Ours)
    games = draw_class(SMALL, 7, 3)
    attempts = attempt_games(a_peer(Ours), games, 3, 60.0, 1)
    assert sorted(attempt.draw for attempt in attempts) == [0, 1, 2]
    assert all(attempt.seconds > 0 and not attempt.error for attempt in attempts)
    for attempt in attempts:
        assert attempt.behaviours[0] == pytest.approx(solve(*games).strategies[attempt.draw])


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_game_that_does_not_end_is_a_failure_and_the_next_one_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, Sleeper)
    attempts = attempt_games(a_peer(Sleeper, game_cap=0.3), draw_class(SMALL, 7, 2), 2, 60.0, 1)
    assert [(attempt.draw, attempt.error) for attempt in attempts] == [
        (0, "it did not come back within 0.3 s"),
        (1, "it did not come back within 0.3 s"),
    ]


@pytest.mark.compiled
@pytest.mark.parametrize("name", [name for name in PEERS if not name.startswith(COMPILES)])
def test_each_peer_that_is_installed_finds_equilibria(name: str) -> None:
    peer = PEERS[name]
    class_name = next(iter(peer.games))
    if not find_spec(peer.module):
        pytest.skip(f"{peer.module} is not installed")
    games = draw_class(class_name, 11, 3)
    judge = Judge(games, solve(*games, precision=peer.precision), peer)
    solver = peer.start(games.game, games.payoffs[0], games.chance[0])
    solver.set_numbers(games.payoffs[2], games.chance[2])
    verdict = judge.verdict(Attempt(2, 1.0, 0.0, solver.behaviours(solver.solve()), ""))
    assert not verdict.fails
    assert verdict.compared or name == "openspiel_cfr_plus", "only an approximation may be undecided on the path"
    assert verdict.agrees or name not in ("logit_solve", "logit_solve_lambda", "lp_solve")


@pytest.mark.compiled
def test_a_run_of_the_example_tells_its_memory_and_what_did_not_converge() -> None:
    told = million.run_here(8, 3)
    assert (told["draws"], told["unconverged"]) == (8, 0)
    assert told["peak_memory_bytes"] > 2**24


@pytest.mark.compiled
def test_growth_has_powers_and_says_what_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "SHARE", 0.0)
    sizes = list(growth._by_leaves("one informed player", 7, 60.0, 80))
    assert [point.leaves for point in sizes] == [20, 40, 80]
    assert all(point.milliseconds and point.milliseconds > 0 for point in sizes)
    skipped = list(growth._by_leaves("one informed player", 7, 1e-9, 40))
    assert skipped[0].milliseconds is not None
    assert skipped[1].note.startswith("left out")
    squares = [growth.Point(growth.LEAVES, "s", x, x, 1, milliseconds=3.0 * x**2) for x in (1, 2, 4, 8)]
    assert growth.slope(squares) == pytest.approx(2.0)
    assert "left out" in growth.table(skipped)


def test_the_page_gets_its_block_and_nothing_else_changes(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n")
    page.write_block("bench", r"new \1", path)
    assert path.read_text() == "before\n<!-- bench: begin -->\n\nnew \\1\n\n<!-- bench: end -->\nafter\n"
    with pytest.raises(ValueError, match="0 blocks between"):
        page.write_block("growth", "new", path)


def test_the_page_has_both_blocks() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert [text.count(f"<!-- {name}: {at} -->") for name in ("bench", "growth") for at in ("begin", "end")] == [1] * 4
