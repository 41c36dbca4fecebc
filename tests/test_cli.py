"""The command line: what each command prints, its exit codes, and that nothing ever shows a traceback."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import handmade
import offramp
from offramp.cli import main
from offramp.explore import batches, portions
from offramp.game.gamefile import read_game
from offramp.scenario.draws import draw
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.solve import api

POKER = 'EFG 2 R "poker" { "A" "B" } p "" 1 1 "" { "up" "down" } 0 t "" 1 "" { 1 0 } t "" 2 "" { 0 1 }'


@pytest.fixture
def standoff(tmp_path: Path) -> str:
    """The path of a small scenario file."""
    file = tmp_path / "standoff.yaml"
    file.write_text(dumps(handmade.leak_standoff()), encoding="utf-8")
    return str(file)


@pytest.fixture
def poker(tmp_path: Path) -> str:
    file = tmp_path / "poker.efg"
    file.write_text(POKER, encoding="utf-8")
    return str(file)


def call(*args: str) -> Result:
    """The result of one command; an exception that escapes it fails the test."""
    result = CliRunner().invoke(main, args)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def start(args: Sequence[str], **more: str) -> subprocess.Popen[str]:
    """The program in a process of its own, with its output piped."""
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}  # pytest-xdist sets it
    environment = {**inherited, **more}
    command = [sys.executable, "-c", "from offramp.cli import main; main()", *args]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    )


def test_the_version_is_printed() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", offramp.__version__)
    assert call("--version").output == f"offramp {offramp.__version__}\n"


@pytest.mark.parametrize("command", list(main.commands))
def test_each_command_has_help(command: str) -> None:
    result = call(command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {command}")
    assert command in call("--help").output


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("rnu", "did you mean 'run'?"),
        ("chek", "did you mean 'check'?"),
        ("zzz", "the commands are accounts, aftermath"),
    ],
)
def test_an_unknown_command_gets_a_hint(typed: str, hint: str) -> None:
    result = call(typed)
    assert result.exit_code == 2
    assert f"no command {typed!r}; {hint}" in result.stderr


def test_an_unknown_option_gets_a_hint(standoff: str) -> None:
    result = call("run", standoff, "--drwas", "8")
    assert result.exit_code == 2
    assert "--draws" in result.stderr


# check


def test_check_says_what_a_file_holds(standoff: str, poker: str) -> None:
    result = call("check", standoff, poker)
    assert result.exit_code == 0
    assert f"{standoff}: fine" in result.stdout
    assert "4 of 5 assumptions rest on judgement alone" in result.stdout
    assert f"{poker}: fine\n  as a game: 2 players, 3 nodes, 2 ends, 1 information sets" in result.stdout


def test_check_reports_every_problem_of_every_file(standoff: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(Path(standoff).read_text().replace("promise", "promis", 1).replace("by: us", "by: usa", 1))
    result = call("check", standoff, str(bad), str(tmp_path / "none.yaml"))
    assert result.exit_code == 2
    assert f"{standoff}: fine" in result.stdout
    assert "did you mean" in result.stderr
    assert f"{bad}:" in result.stderr
    assert "no such file" in result.stderr


def test_check_as_json_has_the_exit_code_too(tmp_path: Path) -> None:
    result = call("check", str(tmp_path / "none.yaml"), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["ok"] is False


def test_check_wants_a_file() -> None:
    result = call("check")
    assert result.exit_code == 2
    assert "FILES" in result.stderr


# tree


def test_tree_shows_moves_and_knowledge(standoff: str) -> None:
    result = call("tree", standoff)
    assert result.exit_code == 0
    assert "for each value" in result.stdout
    assert "for each value" not in call("tree", standoff, "--full").stdout


def test_tree_writes_a_game_that_solves(standoff: str, tmp_path: Path) -> None:
    out = tmp_path / "standoff.efg"
    result = call("tree", standoff, "--efg", str(out))
    assert result.stdout == f"Wrote {out}.\n"
    assert read_game(out).game.num_players == 3
    scenario, game = (json.loads(call("solve", file, "--json").stdout) for file in (standoff, str(out)))
    for mine, theirs in zip(scenario["players"], game["players"], strict=True):
        assert mine["payoff"] == pytest.approx(theirs["payoff"])


def test_tree_as_json(standoff: str) -> None:
    document = json.loads(call("tree", standoff, "--json").stdout)
    assert document["schema"] == "offramp.tree/1"
    assert document["players"] == ["us", "ruler", "opposition"]


# solve


def test_solve_prints_what_players_do(poker: str) -> None:
    result = call("solve", poker)
    assert result.exit_code == 0
    assert "A: payoff 1\n" in result.stdout
    assert "up 1, down 0" in result.stdout
    assert "believe it" in result.stdout


def test_solve_as_json_at_a_precision(poker: str) -> None:
    document = json.loads(call("solve", poker, "--precision", "1", "--json").stdout)
    up, down = document["players"][0]["infosets"][0]["actions"]
    assert up["probability"] / down["probability"] == pytest.approx(2.718281828, rel=1e-6)


def test_solve_reads_strategic_games(tmp_path: Path) -> None:
    file = tmp_path / "dilemma.nfg"
    file.write_text('NFG 1 R "dilemma" { "A" "B" } { 2 2 } 3 3 4 0 0 4 1 1')
    document = json.loads(call("solve", str(file), "--json").stdout)
    assert [player["payoff"] for player in document["players"]] == pytest.approx([1, 1])


@pytest.mark.parametrize("text", ["", "EFG 2 R", "EFG 3 R", "not a game", 'EFG 2 R "x" { "A" } p "" 1 1 "" { "l" } 0'])
def test_a_broken_game_file_is_one_message(text: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.efg"
    file.write_text(text)
    result = call("solve", str(file), "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"offramp: {file}:1:")


@pytest.mark.parametrize("precision", ["-1", "nan", "care", "A=5", "A=5,B=-1", "A=5,C=1", "max(1", ""])
def test_a_precision_out_of_range_is_one_message(poker: str, precision: str) -> None:
    result = call("solve", poker, "--precision", precision)
    assert result.exit_code == 2
    assert "precision" in result.stderr


def test_each_player_may_have_its_own_precision(poker: str) -> None:
    document = json.loads(call("solve", poker, "--precision", "B=max(1, 0), A=2", "--json").stdout)
    assert document["precision"] == {"B": 1, "A": 2}
    up = document["players"][0]["infosets"][0]["actions"][0]["probability"]
    assert up == pytest.approx(1 / (1 + math.exp(-2)), abs=1e-12)


def test_an_infinite_precision_is_none_at_all(poker: str) -> None:
    plain, infinite = (call("solve", poker, *options, "--json").stdout for options in ((), ("--precision", "inf")))
    assert infinite == plain


# run


def test_a_precision_may_be_an_assumption_and_the_option_stands_in_place_of_the_files(tmp_path: Path) -> None:
    file = tmp_path / "erring.yaml"
    scenario = replace(handmade.leak_standoff(), precision=Expression.parse("2 + p_leak"))
    file.write_text(dumps(scenario), encoding="utf-8")
    stated, asked, limit = (
        json.loads(call("run", str(file), "--draws", "16", *options, "--json").stdout)
        for options in ((), ("--precision", "p_leak + 2"), ("--precision", "inf"))
    )
    assert (stated["precision"], asked["precision"], limit["precision"]) == ("2 + p_leak", "p_leak + 2", None)
    assert stated["answers"] == asked["answers"] != limit["answers"]
    assert stated["certificate"]["equilibria"] == "logit at precision"
    assert "seed 1, precision 2 + p_leak," in call("run", str(file), "--draws", "16").stdout


def test_run_prints_a_screen(standoff: str) -> None:
    result = call("run", standoff, "--draws", "64")
    assert result.exit_code == 0
    assert "Where the path breaks" in result.stdout
    assert "64 draws, seed 1" in result.stdout
    assert result.stderr == ""


def test_run_gives_the_same_document_twice_and_on_any_workers(standoff: str) -> None:
    documents = []
    for workers in ("1", "3"):
        result = call("run", standoff, "--draws", "32", "--seed", "7", "--workers", workers, "--json")
        document = json.loads(result.stdout)
        assert document.pop("timings")["total"] > 0
        documents.append(json.dumps(document))
    assert documents[0] == documents[1]


def test_run_writes_a_folder_and_says_so(standoff: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = call("run", standoff, "--draws", "8", "--out", str(out))
    assert result.stdout.endswith(f"Wrote {out}.\n")
    assert json.loads((out / "run.json").read_text())["draws"] == 8
    quiet = call("run", standoff, "--draws", "16", "--out", str(out), "--quiet")
    assert quiet.stdout == ""
    assert json.loads((out / "run.json").read_text())["draws"] == 16


def test_run_does_not_start_if_the_folder_cannot_be_made(standoff: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    result = call("run", standoff, "--draws", "4", "--out", str(tmp_path / "file" / "run"))
    assert result.exit_code == 2
    assert "is a file, so that" in result.stderr


def test_run_does_not_start_if_the_folder_is_someone_elses(standoff: str, tmp_path: Path) -> None:
    result = call("run", standoff, "--draws", "1000000000", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "no part of a run" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--draws", "0"], "0 draws"),
        (["--draws", "many"], "give a whole number, or auto"),
        (["--seed", "-1"], "seed -1"),
        (["--workers", "0"], "0 workers"),
        (["--draws", "2000000000"], "at most 1,073,741,824"),
        (["--precision", "-2"], "give 0 or more, or inf for no mistakes"),
        (["--precision", "nan"], "give 0 or more, or inf for no mistakes"),
        (["--precision", "much"], "the unknown name 'much'; allowed: assumptions that are not private"),
        (["--precision", "us=1,ruler=2"], "no precision for 'opposition'"),
        (["--precision", "us=1,ruler=2,opposition=-3"], "found '-3'"),
    ],
)
def test_options_out_of_range_are_one_message(standoff: str, options: list[str], message: str) -> None:
    result = call("run", standoff, *options)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("command", ["run", "tree"])
def test_a_game_file_is_sent_to_solve(command: str, poker: str) -> None:
    result = call(command, poker)
    assert result.exit_code == 2
    assert "use offramp solve" in result.stderr


@pytest.mark.parametrize("command", ["run", "tree", "solve", "check"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a: [1,", b"- 1\n- 2\n", b"&a [*a]", b"title: 3"])
def test_files_that_are_no_scenario_are_messages(command: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_bytes(content)
    result = call(command, str(file))
    assert result.exit_code == 2
    assert result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["run", "tree", "solve", "check"])
def test_a_folder_in_place_of_a_file_is_a_message(command: str, tmp_path: Path) -> None:
    result = call(command, str(tmp_path))
    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr


def test_ctrl_c_shows_what_was_kept(standoff: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solved = api.solve_batch
    calls: list[int] = []

    def stop_at_third(*args: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return solved(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    monkeypatch.setattr(portions, "BATCH_DRAWS", 8)
    monkeypatch.setattr(batches, "solve_batch", stop_at_third)
    out = tmp_path / "run"
    result = call("run", standoff, "--draws", "64", "--out", str(out))
    assert result.exit_code == 130
    assert f"stopped; 16 of 64 draws were kept, in {out}; the same command goes on from there" in result.stderr
    assert "16 draws (stopped early: 64 were asked for)" in result.stdout
    assert json.loads((out / "run.json").read_text())["interrupted"] == {"requested": 64, "kept": 16}


def test_ctrl_c_before_anything_is_kept(standoff: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object, **options: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "solve_batch", stop)
    result = call("run", standoff, "--draws", "64")
    assert result.exit_code == 130
    assert result.stderr == "offramp: stopped; nothing was kept\n"


# new and schema


def test_new_writes_a_scenario_that_checks_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("new", "gulf-exit_2")
    assert result.output == "Wrote gulf-exit_2.yaml. Next: offramp run gulf-exit_2.yaml\n"
    text = Path("gulf-exit_2.yaml").read_text(encoding="utf-8")
    assert 'title: "Gulf exit 2"' in text
    assert text.count("#") > 10
    assert call("check", "gulf-exit_2.yaml").exit_code == 0
    shown = call("run", "gulf-exit_2.yaml", "--draws", "64").stdout
    assert "that the offer is made, accepted and kept" in shown.replace("\n", " ")


def test_new_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("precious")
    result = call("new", "mine.yaml")
    assert result.exit_code == 2
    assert "there already" in result.stderr
    assert Path("mine.yaml").read_text() == "precious"


def test_new_in_a_folder_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    result = call("new", str(tmp_path / "nowhere" / "mine"))
    assert result.exit_code == 2
    assert "there is no folder" in result.stderr


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_new_needs_a_name(name: str) -> None:
    result = call("new", name)
    assert result.exit_code == 2
    assert "is no name for a file" in result.stderr


def test_new_suggests_a_command_that_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Next: offramp run 'two words.yaml'" in call("new", "two words").output


def test_what_does_not_fit_into_memory_is_a_message(standoff: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(batches, "solve_batch", too_large)
    result = call("run", standoff, "--draws", "4")
    assert result.exit_code == 2
    assert "not enough memory" in result.stderr


@pytest.mark.parametrize("command", ["check", "run"])
def test_an_expression_that_fails_in_some_late_draw_is_a_message_with_its_line(command: str, tmp_path: Path) -> None:
    scenario = handmade.leak_standoff()
    p_leak = draw(scenario, 4096, seed=1).column("p_leak")
    first = int(np.argmax(p_leak))
    text = dumps(scenario).replace(
        "{us: 0, ruler: office,", f"{{us: sqrt({np.sort(p_leak)[-2]!s} - p_leak), ruler: office,"
    )
    file = tmp_path / "late.yaml"
    file.write_text(text, encoding="utf-8")
    line = text[: text.index("sqrt")].count("\n") + 1
    result = call(command, str(file))
    assert result.exit_code == 2
    assert f"late.yaml:{line}:" in result.stderr
    assert "outcomes.impasse.payoffs.us: the square root of a negative number in" in result.stderr
    assert f"draw {first}," in result.stderr
    assert "remedy:  keep it finite in every draw" in result.stderr
    assert first > 256


def test_schema_is_a_json_schema() -> None:
    document = json.loads(call("schema").stdout)
    assert document["$schema"].endswith("2020-12/schema")


# in a process of its own


def test_a_pipe_gets_plain_text_in_any_encoding(standoff: str) -> None:
    with start(["run", standoff, "--draws", "16"], PYTHONIOENCODING="ascii") as process:
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors == ""
    assert out.isascii()
    assert "\x1b" not in out
    assert "########" in out


def test_json_is_utf_8_whatever_the_terminal(standoff: str) -> None:
    accented = Path(standoff)
    accented.write_text(accented.read_text(encoding="utf-8").replace("the ruler", "Nicolás", 1), encoding="utf-8")
    with start(["run", standoff, "--draws", "4", "--json"], PYTHONIOENCODING="ascii") as process:
        out, _ = process.communicate(timeout=60)
    assert json.loads(out)["scenario"]["parties"]["ruler"] == "Nicolás"


def test_columns_set_the_width(standoff: str) -> None:
    with start(["run", standoff, "--draws", "4"], COLUMNS="80") as process:
        out, _ = process.communicate(timeout=60)
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_reader_that_goes_away_is_no_traceback(standoff: str) -> None:
    with start(["tree", standoff, "--full"]) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.wait(timeout=60)
        assert "Traceback" not in process.stderr.read()


@pytest.mark.compiled
def test_a_real_ctrl_c_ends_with_130_and_says_what_was_kept(standoff: str) -> None:
    with start(["run", standoff, "--draws", "4000000"]) as process:
        time.sleep(6)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "offramp: stopped;" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("offramp", {"numpy", "numba", "scipy", "pandas", "xarray", "rich"}),
        ("offramp.cli", {"numpy", "numba", "scipy"}),
    ],
)
def test_importing_leaves_heavy_libraries_for_later(module: str, heavy: set[str]) -> None:
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
