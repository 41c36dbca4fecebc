"""What all tests share: reproducible property tests, a plain-Python run for coverage, and what to do without Gambit."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest

PLAIN_PYTHON = os.environ.get("NUMBA_DISABLE_JIT") == "1"

IMPORTS_GAMBIT = re.compile(r"^(import|from) (pygambit|gambit_oracle)\b", re.MULTILINE)

hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("suite")


def _modules_that_ask_gambit() -> list[str]:
    """Test modules that cannot be imported here: they need Gambit, and it is not installed (see the Makefile)."""
    if find_spec("pygambit"):
        return []
    paths = sorted(Path(__file__).parent.glob("*.py"))
    return [path.name for path in paths if IMPORTS_GAMBIT.search(path.read_text(encoding="utf-8"))]


collect_ignore = _modules_that_ask_gambit()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out for want of Gambit."""
    if collect_ignore:
        terminalreporter.write_line(f"Gambit is not installed; left out: {', '.join(collect_ignore)}", yellow=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests marked ``compiled`` where numba is off: plain Python is a hundred times slower."""
    if not PLAIN_PYTHON:
        return
    left_out = [item for item in items if item.get_closest_marker("compiled")]
    items[:] = [item for item in items if not item.get_closest_marker("compiled")]
    config.hook.pytest_deselected(items=left_out)
