"""What all tests share: reproducible property tests, and a plain-Python run for coverage."""

from __future__ import annotations

import os

import hypothesis
import pytest

PLAIN_PYTHON = os.environ.get("NUMBA_DISABLE_JIT") == "1"

hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests marked ``compiled`` where numba is off: plain Python is a hundred times slower."""
    if not PLAIN_PYTHON:
        return
    left_out = [item for item in items if item.get_closest_marker("compiled")]
    items[:] = [item for item in items if not item.get_closest_marker("compiled")]
    config.hook.pytest_deselected(items=left_out)
