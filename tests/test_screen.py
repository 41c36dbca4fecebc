"""Screens: golden for a small standoff, and the promises on size, width and encoding."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import handmade
from offramp.explore.check import check_file
from offramp.explore.run import Run, run
from offramp.explore.single import solve_file
from offramp.explore.summary import Certificate
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load
from offramp.scenario.model import Answer, Choice, Move
from offramp.tell.gamescreen import check_lines, solution_screen
from offramp.tell.layout import bar, cell, emphasised, print_lines, spaced, tree_line
from offramp.tell.screen import run_screen
from offramp.tell.sections import SCREEN_LINES
from offramp.tell.trust import certificate_words
from standoffs import outcome

GOLDEN = Path(__file__).parent / "golden" / "screens"
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def standoff() -> Run:
    return run(handmade.leak_standoff(), draws=256)


def shown(result: Run, width: int = 100, encoding: str = "utf-8") -> str:
    """What a file gets that a run's screen is printed to, without the time it took."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace", newline="\n")
    print_lines(Console(file=stream, width=width), run_screen(result, width))
    stream.flush()
    stream.seek(0)
    text = stream.read()
    # What depends on the last bits of arithmetic or on the clock is not part of the picture.
    text = re.sub(r"\d+\.\d s\.", "N s.", text)
    return re.sub(r"more than \S+ of", "more than N of", text)


@pytest.mark.compiled
@pytest.mark.parametrize("width", [100, 80])
def test_a_screen_looks_as_it_should(standoff: Run, width: int) -> None:
    assert shown(standoff, width) == (GOLDEN / f"leak-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.compiled
def test_a_screen_in_ascii_looks_as_it_should(standoff: Run) -> None:
    assert shown(standoff, encoding="ascii") == (GOLDEN / "leak-ascii.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(standoff: Run, width: int) -> None:
    assert max(line.cell_len for line in run_screen(standoff, width)) <= width


@pytest.mark.compiled
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_fit_a_screenful(path: Path) -> None:
    lines = run_screen(run(path, draws=8), 100)
    assert len(lines) <= SCREEN_LINES
    assert max(line.cell_len for line in lines) <= 100


def test_a_long_scenario_is_cut_to_the_screen_and_says_so() -> None:
    scenario = handmade.certain_standoff()
    chain = tuple(
        Move(f"again{i}", "us", (Choice("go_on", f"again{i + 1}" if i < 29 else "approach"), Choice("stop", "impasse")))
        for i in range(30)
    )
    many = tuple(Answer(f"q{i}", f"question {i} is answered", Expression.parse("outcome.kept")) for i in range(9))
    lines = run_screen(run(replace(scenario, moves=(*chain, *scenario.moves), answers=many), draws=1))
    assert len(lines) <= SCREEN_LINES
    assert any("Also asked (2 of 8; --json has all)" in line.plain for line in lines)


def test_a_terminal_sees_emphasis_and_a_pipe_does_not(standoff: Run) -> None:
    terminal = io.StringIO()
    print_lines(Console(file=terminal, width=100, force_terminal=True, color_system="standard"), run_screen(standoff))
    assert "\x1b[1m" in terminal.getvalue()
    assert "\x1b" not in shown(standoff)


def test_no_color_is_respected(standoff: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = io.StringIO()
    print_lines(Console(file=terminal, width=100, force_terminal=True, color_system="standard"), run_screen(standoff))
    assert "\x1b[36m" not in terminal.getvalue()


def test_without_questions_the_likeliest_end_is_the_headline() -> None:
    text = shown(run(handmade.without_answers(), draws=64))
    assert "that it ends like this: he leaves and the promise is kept." in text.replace("\n", " ")
    assert "Where the path breaks" not in text


def test_a_condition_is_part_of_the_headline_and_of_the_breaks() -> None:
    result = run(handmade.conditional_standoff(), draws=64)
    words = shown(result).replace("\n", " ")
    assert "If the United States makes it, it is" in words
    assert "that the offer holds. The condition itself has a probability of" in words
    assert "Where the path breaks, if the United States makes it" in words
    assert "approach: wait" not in words
    assert "nobody hears of it, if the ruler refuses" in words
    for width in (60, 80, 100):
        assert max(line.cell_len for line in run_screen(result, width)) <= width


def test_a_condition_that_no_draw_meets_is_told_in_words() -> None:
    scenario = handmade.conditional_standoff()
    impasse = outcome("impasse", us=500, ruler="office", opposition=0)
    result = run(replace(scenario, outcomes=(*scenario.outcomes[:3], impasse)), draws=16)
    text = shown(result)
    assert "In no draw is it so that the United States makes it; how likely it then is" in text
    assert "Where the path breaks" not in text
    row = next(line for line in text.splitlines() if "nobody hears of it" in line)
    assert row.endswith("in no draw does it come to that")


def test_moves_that_leave_no_choice_are_not_shown() -> None:
    scenario = handmade.certain_standoff()
    forced = Move("forced", "chance", (Choice("on", "approach"),))
    text = shown(run(replace(scenario, moves=(forced, *scenario.moves)), draws=1))
    assert "forced" not in text
    assert "approach" in text


def test_a_stopped_run_says_how_much_it_is_over(standoff: Run) -> None:
    text = shown(replace(standoff, options=replace(standoff.options, draws=4096)))
    assert "256 draws (stopped early: 4,096 were asked for)" in text


def test_draws_that_did_not_converge_are_named(standoff: Run) -> None:
    statuses = {"exact": 0, "converged": 250, "stalled": 4, "out_of_steps": 2, "inexact": 0}
    certificate = replace(standoff.certificate, unconverged=6, max_regret=3e-4, statuses=statuses)
    text = certificate_words(certificate, 256)
    assert "6 of 256 draws did not converge (4 stalled, 2 out of steps); they count in every number above" in text
    assert "3e-04 of a payoff range" in text


def test_draws_in_which_the_branch_forks_are_counted(standoff: Run) -> None:
    statuses = {"exact": 0, "converged": 250, "forked": 6, "stalled": 0, "out_of_steps": 0, "inexact": 0}
    text = certificate_words(replace(standoff.certificate, statuses=statuses), 256)
    assert "In 6 of 256 draws the branch forks (ties); one arm was followed." in text


def test_a_precision_is_part_of_the_certificate() -> None:
    certificate = Certificate(0.1, 0.0, 1e-6, 1e-12, 0, {"converged": 8}, "logit at precision")
    text = certificate_words(certificate, 8)
    assert "every draw solves the logit equations to within 1e-12" in text
    assert "nobody gains" not in text


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, "░░░░"), (1.0, "████"), (0.5, "██░░"), (0.02, "█░░░"), (0.98, "███░"), (0.001, "░░░░"), (0.999, "████")],
)
def test_a_bar_is_empty_or_full_only_where_the_number_is(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


def test_cells_count_the_width_on_the_terminal() -> None:
    assert cell("ab", 4) == "ab  "
    assert cell("abcdef", 4) == "abc…"
    assert cell("総書記長", 6) == "総書 …"


def test_the_lines_of_a_tree_wrap_beside_their_branches() -> None:
    line = "│  ├─ leaked (probability p_leak) → [2] answer: the ruler chooses"
    assert [part.plain for part in tree_line(line, 50)] == [
        "│  ├─ leaked (probability p_leak) → [2] answer:",
        "│  │     the ruler chooses",
    ]
    assert [part.plain for part in tree_line("│" * 25 + " " + "word " * 9, 50)] == ["│" * 25 + " " + "word " * 9]
    assert [part.plain for part in tree_line("short", 50)] == ["short"]


def test_emphasis_and_names_in_words() -> None:
    assert emphasised("It is *unlikely* that").plain == "It is unlikely that"
    assert spaced("stand_aside") == "stand aside"


def test_a_solved_scenario_and_its_check_in_lines(tmp_path: Path) -> None:
    file = tmp_path / "standoff.yaml"
    file.write_text(dumps(handmade.leak_standoff()), encoding="utf-8")
    solved = solve_file(file)
    text = "\n".join(line.plain for line in solution_screen(solved.solutions, solved.infoset_numbers))
    assert text.startswith("A secret offer\n\nus: payoff")
    assert "set 1 'approach': offer" in text
    assert "believe it" in text
    narrow = [line.plain for line in solution_screen(solved.solutions, solved.infoset_numbers, width=30)]
    assert max(map(len, narrow)) <= 30
    first = next(index for index, line in enumerate(narrow) if line.startswith("  set 1 'answer"))
    assert narrow[first + 1].startswith("      ")
    lines = list(check_lines(check_file(file)))
    assert lines[1] == "  3 parties, 0 terms, 4 moves, 4 outcomes, 2 answers, 5 assumptions (4 uncertain, 1 private)"
    assert lines[2] == "  4 of 5 assumptions rest on judgement alone: p_leak, office, exile, resolve"
    assert load(file).title == "A secret offer"
