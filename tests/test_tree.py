"""The tree in plain words: golden files to be read, and the rules of folding."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from offramp.game.compile import compile_scenario
from offramp.game.tree import describe
from offramp.scenario.model import Choice, Move, Option, Scenario, Term
from standoffs import assumption, choice, exit_offer, move, outcome, standoff

GOLDEN = Path(__file__).parent / "golden"


def demand(num_options: int = 21, grid: int = 10) -> Scenario:
    """A demand on a grid, answered by a party whose cost of fighting is private (Fearon 1995)."""
    share = Term("share", tuple(Option(f"o{k}", k / (num_options - 1)) for k in range(num_options)))
    return standoff(
        "a b",
        [
            Move("demand", "a", tuple(Choice(option.name, "reply") for option in share.options), sets="share"),
            move("reply", "b", choice("accept", "peace"), choice("fight", "war")),
        ],
        [outcome("peace", a="share", b="1 - share"), outcome("war", a="0.4", b="0.5 - cost")],
        title="A demand on a grid",
        terms=(share,),
        offer={"share": "o0"},
        assumptions=(assumption("cost", {"uniform": [0, 0.4]}, private_to="b", grid=grid),),
    )


def secret_route() -> Scenario:
    """Moves that some never hear of, conditions, overrides and a subtree reached twice."""
    return standoff(
        "envoy guard court",
        [
            move(
                "route",
                "envoy",
                choice("road", "search", label="the envoy takes the road"),
                choice("river", "wait"),
                choice("home", "seen"),
                known_to="",
                label="the envoy's route",
            ),
            move("search", "guard", choice("stop", "wait", known_to=()), choice("pass", "wait"), known_to="guard"),
            move("wait", "court", choice("act", "seen"), choice("rest", "over"), known_to="court"),
            move(
                "seen",
                "chance",
                choice("yes", "reply", probability="0.5 * luck", reveals={"route": ("court", "guard")}),
                choice("no", "reply"),
                known_to="court",
            ),
            move("reply", "guard", choice("arrest", "over", when="seen.yes or seen.no"), choice("wave", "over")),
        ],
        [outcome("over", "it is over", envoy="-reply.arrest", guard=0, court=0)],
        title="A secret route",
        assumptions=(assumption("luck", {"uniform": [0, 1]}),),
    )


@pytest.mark.parametrize(
    ("name", "scenario", "options"),
    [
        ("exit-offer", exit_offer(), {}),
        ("exit-offer-short", exit_offer(), {"max_lines": 12}),
        ("exit-offer-full", exit_offer(grid=2), {"full": True}),
        ("demand", demand(), {}),
        ("secret-route", secret_route(), {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_golden(name: str, scenario: Scenario, options: dict[str, Any]) -> None:
    # Set OFFRAMP_WRITE_GOLDEN=1 to write the files anew, then read the diff.
    path = GOLDEN / f"{name}.tree.txt"
    text = "\n".join(describe(compile_scenario(scenario), **options)) + "\n"
    if os.environ.get("OFFRAMP_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def tree_of(scenario: Scenario, *, max_lines: int | None = None, full: bool = False) -> list[str]:
    lines = describe(compile_scenario(scenario), max_lines=max_lines, full=full)
    return lines[lines.index("The tree") + 1 :]


def test_private_draw_folds_to_one_line_whatever_its_grid() -> None:
    coarse, fine = tree_of(exit_offer(grid=5)), tree_of(exit_offer(grid=50))
    assert [line.replace("50 values", "5 values") for line in fine] == coarse
    assert sum("is drawn: 5 values, seen by the ruler only" in line for line in coarse) == 2


def test_full_tree_shows_every_value() -> None:
    assert sum("resolve = " in line and "answer" in line for line in tree_of(exit_offer(grid=5), full=True)) == 10


@pytest.mark.parametrize("max_lines", [3, 8, 15, 25])
def test_max_lines_is_kept_and_hidden_nodes_are_counted(max_lines: int) -> None:
    lines = tree_of(exit_offer(), max_lines=max_lines)
    assert len(lines) <= max_lines
    assert any("nodes below" in line for line in lines)


def test_enough_lines_fold_nothing_more() -> None:
    assert tree_of(exit_offer(), max_lines=1000) == tree_of(exit_offer())


def test_run_of_alike_choices_folds_with_a_count() -> None:
    lines = tree_of(demand(num_options=101))
    assert lines[-1] == "└─ o1 … o100: 100 more choices that lead on alike"
    assert len(lines) < 12


def test_choices_that_lead_on_differently_do_not_fold() -> None:
    text = "\n".join(tree_of(demand(num_options=5)))
    assert "lead on alike" not in text
    assert "o4 → " in text


def test_repeated_subtree_is_named_not_repeated() -> None:
    text = "\n".join(tree_of(secret_route()))
    assert ", the same as [" in text


def test_unseen_moves_stand_under_does_not_know() -> None:
    lines = tree_of(secret_route())
    wait = next(index for index, line in enumerate(lines) if "wait by court" in line)
    assert "does not know: the envoy's route (road or river); search (stop, pass or not reached)" in lines[wait + 2]


def test_a_deep_tree_is_written_without_recursion() -> None:
    steps = [
        move(f"m{k}", "a", choice("on", f"m{k + 1}" if k < 1199 else "end"), choice("off", "end")) for k in range(1200)
    ]
    lines = tree_of(standoff("a", steps[-400:], [outcome("end", a=0)]))
    assert sum(" by a" in line for line in lines) == 400
