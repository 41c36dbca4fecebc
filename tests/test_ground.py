"""The locks hold what pyproject.toml asks for, and each pin stands in one place only or agrees with its twin."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import offramp

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("run", "dev", "oracle")
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; .*?)? \\$", re.MULTILINE)


def _lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def _pins(name: str) -> dict[str, str]:
    return {match["name"]: match["version"] for match in PIN.finditer(_lock(name))}


def _project_name(requirement: str) -> str:
    return re.split(r"[<>=! \[]", requirement)[0].lower().replace(".", "-").replace("_", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    lines = [line for line in _lock(lock).splitlines() if line and not line.startswith((" ", "#"))]
    assert len(lines) == len(_pins(lock))
    assert len(re.findall(r"\\\n    --hash=sha256:[0-9a-f]{64}", _lock(lock))) >= len(lines)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    assert "://" not in _lock(lock)
    assert "--index-url" not in _lock(lock)


def test_the_locks_hold_all_that_the_project_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    asked = {
        "run": PROJECT["project"]["dependencies"] + groups["build"],
        "dev": groups["dev"],
        "oracle": groups["oracle"],
    }
    missing = {lock: {_project_name(each) for each in asked[lock]} - _pins(lock).keys() for lock in LOCKS}
    assert not any(missing.values()), missing


@pytest.mark.parametrize("lock", LOCKS)
def test_all_locks_agree_on_versions(lock: str) -> None:
    shared = _pins(lock).keys() & _pins("dev").keys()
    assert {name: _pins(lock)[name] for name in shared} == {name: _pins("dev")[name] for name in shared}


def test_the_build_pin_is_the_same_in_both_places() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= set(PROJECT["dependency-groups"]["build"])


def test_the_version_stands_in_one_place() -> None:
    assert version("offramp") == offramp.__version__, "run make again: the installed package is of another version"
    constants = [
        path.name
        for path in (ROOT / "offramp").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == offramp.__version__
    ]
    assert constants == ["__init__.py"]


def test_the_changelog_tells_of_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased" or headings[0] == offramp.__version__
