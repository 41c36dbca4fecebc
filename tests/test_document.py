"""JSON documents: each fits its published schema, and says what the library says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

import handmade
from offramp.explore import portions
from offramp.explore.check import check_file
from offramp.explore.run import run
from offramp.explore.single import counted_numbers, solve_file
from offramp.game.compile import compile_scenario
from offramp.scenario.dump import dumps
from offramp.scenario.load import load
from offramp.tell.document import GameOrigin, as_text, check_document, solution_document, tree_document
from standoffs import outcome

DOCS = Path(__file__).parents[1] / "docs"

POKER = """EFG 2 R "One-card poker" { "Alice" "Bob" } "Myerson (1991), figure 2.1"
c "" 1 "deal" { "red" 1/2 "black" 1/2 } 0
p "" 1 7 "holds red" { "raise" "fold" } 0
p "" 2 3 "" { "meet" "pass" } 0
t "" 1 "" { 2 -2 }
t "" 2 "" { 1 -1 }
t "" 3 "" { 1 -1 }
p "" 1 4 "holds black" { "raise" "fold" } 0
p "" 2 3 "" { "meet" "pass" } 0
t "" 4 "" { -2 2 }
t "" 5 "" { 1 -1 }
t "" 6 "" { -1 1 }
"""


def fits(document: dict[str, Any], name: str) -> None:
    """Hold a document against its published schema, as the text that a user gets."""
    schema = json.loads((DOCS / "schemas" / f"{name}.json").read_text())
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        json.loads(as_text(document))
    )


@pytest.mark.parametrize("name", ["run", "solution", "branch", "tree", "check"])
def test_each_schema_is_a_schema_and_is_described(name: str) -> None:
    schema = json.loads((DOCS / "schemas" / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    page = (DOCS / "json.md").read_text()
    assert f"offramp.{name}/1" in page
    missing = [key for key in keys(schema) if f"`{key}`" not in page]
    assert missing == []


def keys(schema: Any) -> set[str]:
    """Every key that a schema names, at any depth."""
    if isinstance(schema, list):
        return {key for each in schema for key in keys(each)}
    if not isinstance(schema, dict):
        return set()
    named = set(schema.get("properties", {})) - {"schema"}
    return named | {key for each in schema.values() for key in keys(each)}


def test_a_run_fits_its_schema() -> None:
    fits(run(handmade.leak_standoff(), draws=32).record(), "run")


def test_runs_of_every_kind_fit_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(done: int, total: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    fits(run(handmade.without_answers(), draws=4).record(), "run")
    fits(run(handmade.certain_standoff(), draws=1).record(), "run")
    fits(run(handmade.conditional_standoff(), draws=4).record(), "run")
    fits(run(handmade.leak_standoff(), draws=4, precision=[1.0, 2.0, 3.0]).record(), "run")
    monkeypatch.setattr(portions, "BATCH_DRAWS", 8)
    stopped = run(handmade.leak_standoff(), draws=64, progress=stop).record()
    assert stopped["interrupted"] is not None
    fits(stopped, "run")


def test_a_run_says_what_was_run(tmp_path: Path) -> None:
    import hashlib

    file = tmp_path / "standoff.yaml"
    file.write_text(dumps(handmade.leak_standoff()), encoding="utf-8")
    document = run(file, draws=8, seed=5).record()
    assert document["scenario"]["file"] == str(file)
    assert document["scenario"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (document["seed"], document["draws"], document["interrupted"]) == (5, 8, None)
    assert document["scenario"]["parties"] == {"us": "United States", "ruler": "the ruler", "opposition": "opposition"}


def test_the_schema_of_a_run_refuses_what_a_run_never_is() -> None:
    document = run(handmade.certain_standoff(), draws=1).record()
    for key, wrong in (("draws", 0), ("precision", -1), ("answers", {"holds": {"probability": 2}})):
        with pytest.raises(jsonschema.ValidationError):
            fits({**document, key: wrong}, "run")


def test_probabilities_in_a_run_add_up() -> None:
    document = run(handmade.leak_standoff(), draws=64).record()
    assert sum(each["probability"] for each in document["outcomes"].values()) == pytest.approx(1.0)
    breaks = sum(each["probability"] for each in document["breaks"])
    assert breaks + document["answers"]["holds"]["probability"] == pytest.approx(1.0)
    for move in document["moves"].values():
        assert sum(each["on_path"]["probability"] for each in move["choices"].values()) == pytest.approx(
            move["reached"]["probability"]
        )


def test_an_answer_with_a_condition_carries_it() -> None:
    document = run(handmade.conditional_standoff(), draws=64, precision=3.0).record()
    holds, kept = document["answers"]["holds"], document["answers"]["kept"]
    assert holds["given"]["says"] == "the United States makes it"
    assert holds["given"]["share_of_draws"] == 1.0
    assert holds["probability"] * holds["given"]["probability"] == pytest.approx(kept["probability"])
    assert kept["given"] is None
    assert sum(each["probability"] for each in document["breaks"]) + holds["probability"] == pytest.approx(1.0)


def test_a_condition_that_is_never_met_fits_the_schema() -> None:
    scenario = handmade.conditional_standoff()
    impasse = outcome("impasse", us=500, ruler="office", opposition=0)
    never = run(replace(scenario, outcomes=(*scenario.outcomes[:3], impasse)), draws=4).record()
    assert never["answers"]["holds"]["probability"] is None
    fits(never, "run")


def test_a_solved_game_file_keeps_the_numbers_and_labels_of_the_file(tmp_path: Path) -> None:
    """Myerson's game: Alice bluffs with 1/3, Bob meets with 2/3, the value is 1/3, and Bob believes in red with 3/4."""
    file = tmp_path / "poker.efg"
    file.write_text(POKER, encoding="utf-8")
    solved = solve_file(file)
    origin = GameOrigin(str(file), file.read_bytes(), solved.infoset_numbers)
    document = solution_document(solved.solutions, origin)
    fits(document, "solution")
    alice, bob = document["players"]
    assert [(each["number"], each["label"]) for each in alice["infosets"]] == [(7, "holds red"), (4, "holds black")]
    assert alice["payoff"] == pytest.approx(1 / 3, abs=1e-6)
    bluff = {each["label"]: each["probability"] for each in alice["infosets"][1]["actions"]}
    assert bluff["raise"] == pytest.approx(1 / 3, abs=1e-6)
    (meeting,) = bob["infosets"]
    assert [each["belief"] for each in meeting["nodes"]] == pytest.approx([3 / 4, 1 / 4], abs=1e-6)
    assert [each["node"] for each in meeting["nodes"]] == [2, 7]
    assert meeting["reached"] == pytest.approx(2 / 3, abs=1e-6)
    assert document["certificate"]["converged"]
    assert document["certificate"]["max_regret"] <= 1e-6


def test_a_solved_game_at_a_precision_says_so(tmp_path: Path) -> None:
    file = tmp_path / "poker.efg"
    file.write_text(POKER, encoding="utf-8")
    solved = solve_file(file, precision=2.0)
    document = solution_document(solved.solutions, GameOrigin(str(file), b"", solved.infoset_numbers), precision=2.0)
    fits(document, "solution")
    assert document["certificate"]["equilibria"] == "logit at precision"


def test_a_scenario_is_solved_at_its_medians(tmp_path: Path) -> None:
    file = tmp_path / "standoff.yaml"
    file.write_text(dumps(handmade.leak_standoff()), encoding="utf-8")
    solved = solve_file(file)
    document = solution_document(solved.solutions, GameOrigin(str(file), file.read_bytes(), solved.infoset_numbers))
    fits(document, "solution")
    ruler = document["players"][1]
    assert [each["number"] for each in ruler["infosets"]] == list(range(1, len(ruler["infosets"]) + 1))
    assert document["players"][2]["infosets"][0]["actions"][0]["probability"] == pytest.approx(1.0)


def test_numbers_run_from_one_for_each_player() -> None:
    game = compile_scenario(handmade.leak_standoff()).game
    numbers = counted_numbers(game)
    for player in range(game.num_players):
        own = [number for number, owner in zip(numbers, game.infoset_players, strict=True) if owner == player]
        assert own == list(range(1, len(own) + 1))


def test_a_tree_lists_nodes_with_the_branch_that_leads_there() -> None:
    compiled = compile_scenario(handmade.leak_standoff())
    document = tree_document(compiled)
    fits(document, "tree")
    nodes = document["nodes"]
    assert len(nodes) == compiled.game.num_nodes
    assert nodes[0] == {"node": 0, "parent": None, "by": None, "kind": "decision", "label": "approach", "infoset": 0}
    for node in nodes[1:]:
        (parent, action) = compiled.game.path(node["node"])[-1]
        assert node["parent"] == parent
        if nodes[parent]["kind"] == "decision":
            assert node["by"] == document["infosets"][nodes[parent]["infoset"]]["actions"][action]
    assert {
        node["by"] for node in nodes if node["parent"] is not None and nodes[node["parent"]]["label"] == "leak"
    } == {
        "leaked",
        "held",
    }


def test_checks_of_good_and_bad_files_fit_their_schema(tmp_path: Path) -> None:
    good, bad, game, broken = (tmp_path / name for name in ("good.yaml", "bad.yaml", "poker.efg", "broken.efg"))
    good.write_text(dumps(handmade.leak_standoff()), encoding="utf-8")
    bad.write_text("format: offramp/1\n", encoding="utf-8")
    game.write_text(POKER, encoding="utf-8")
    broken.write_text("EFG 2 R", encoding="utf-8")
    document = check_document(check_file(file) for file in (good, bad, game, broken, tmp_path / "none.efg"))
    fits(document, "check")
    assert [each["ok"] for each in document["files"]] == [True, False, True, False, False]
    assert not document["ok"]
    assert document["files"][0]["scenario"]["judgements"] == ["p_leak", "office", "exile", "resolve"]
    assert document["files"][2]["game"] == {"players": 2, "nodes": 11, "leaves": 6, "infosets": 3}
    assert document["files"][3]["problems"][0]["line"] == 1


def test_an_expression_that_fails_in_some_draw_is_a_problem_with_a_place(tmp_path: Path) -> None:
    scenario = handmade.leak_standoff()
    wrong = outcome("impasse", us="sqrt(0.3 - p_leak)", ruler="office", opposition=0)
    file = tmp_path / "standoff.yaml"
    file.write_text(dumps(replace(scenario, outcomes=(*scenario.outcomes[:3], wrong))), encoding="utf-8")
    (problem,) = check_file(file).problems
    assert problem.path == ("outcomes", "impasse", "payoffs", "us")
    assert "sqrt" in file.read_text().splitlines()[problem.line - 1]


def test_what_is_not_finite_is_never_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_text({"payoff": float("nan")})


def test_a_changed_copy_of_a_file_is_saved_as_it_was_run(tmp_path: Path) -> None:
    file = tmp_path / "standoff.yaml"
    file.write_text(dumps(handmade.leak_standoff()), encoding="utf-8")
    changed = replace(load(file), title="Another offer")
    folder = run(changed, draws=4).save(tmp_path / "run")
    assert load(folder / "scenario.yaml") == changed
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["scenario"]["file"] is None
