"""Each file in tests/broken gives exactly the problems that its leading ``# expect:`` comments name.

A comment reads ``# expect: line:column path: found | remedy``; the remedy is left out where there is none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from offramp.errors import Problem, ScenarioError
from offramp.scenario.load import load

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def _expected(path: Path) -> list[str]:
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    return [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]


def _shown(problem: Problem) -> str:
    where = ".".join(problem.path) or "(whole file)"
    remedy = f" | {problem.remedy}" if problem.remedy else ""
    return f"{problem.line}:{problem.column} {where}: {problem.found}{remedy}"


@pytest.mark.parametrize("path", BROKEN, ids=[path.stem for path in BROKEN])
def test_every_problem_of_a_broken_file_is_reported_and_no_other(path: Path) -> None:
    with pytest.raises(ScenarioError) as raised:
        load(path)
    assert [_shown(problem) for problem in raised.value.problems] == _expected(path)
    assert all(problem.file == str(path) for problem in raised.value.problems)


@pytest.mark.parametrize("path", BROKEN, ids=[path.stem for path in BROKEN])
def test_every_problem_says_what_to_do_or_what_is_allowed(path: Path) -> None:
    with pytest.raises(ScenarioError) as raised:
        load(path)
    assert all(problem.allowed or problem.remedy for problem in raised.value.problems)


def test_there_are_at_least_thirty_broken_files() -> None:
    assert len(BROKEN) >= 30
