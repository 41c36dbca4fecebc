"""Processes that are started beside this one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def same_offramp(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which ``python -m`` finds this very offramp, and nothing in the folder where it is begun."""
    paths = [str(ROOT), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    return {**environment, "PYTHONPATH": os.pathsep.join(paths)}
