"""The page of threats names tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", PAGE)))
ROWS = [line for line in PAGE.split("## What is done")[1].split("## What is left")[0].splitlines() if line[:2] == "| "]


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=str)
def test_a_test_that_holds_a_promise_is_there(file: str, test: str) -> None:
    assert (ROOT / "tests" / file).exists()
    assert not test or test in _tests(file)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.startswith("| threat")], ids=lambda row: row[2:40])
def test_every_threat_has_a_test(row: str) -> None:
    assert re.search(r"`test_\w+\.py", row.split("|")[3])
