"""What is compared: a scenario, a file, a run, or the folder of one."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from offramp.errors import RunError
from offramp.explore.check import is_game_file
from offramp.explore.names import RUN_SCHEMA
from offramp.explore.precision import plain_precision, with_precision
from offramp.scenario.load import load
from offramp.scenario.model import Scenario

if TYPE_CHECKING:
    from offramp.explore.run import Run

Comparable: TypeAlias = "Scenario | Run | str | Path"
"""A scenario, the path of its file, a run, or the path of its folder."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two: its scenario at the precision that it was, or would be, solved at, and what it is called."""

    scenario: Scenario
    label: str


def side_of(source: Comparable) -> Side:
    """What ``source`` stands for.

    Raises
    ------
    ScenarioError, RunError
        If it cannot be read, or a folder holds no run.
    """
    if isinstance(source, Scenario):
        return Side(source, source.origin.file if source.origin and source.as_read else source.title)
    if isinstance(source, str | Path):
        return _from_path(Path(source))
    return Side(source.solved, f"{source.scenario.title}, {source.num_draws:,} draws, seed {source.seed}")


def _from_path(path: Path) -> Side:
    if not path.is_dir():
        if is_game_file(path):
            raise RunError(f"{str(path)!r} is a game file; compare takes scenarios, or the folders of their runs")
        return Side(load(path), str(path))
    try:
        document = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict) or document.get("schema") != RUN_SCHEMA:
        raise RunError(f"{str(path)!r} is a folder that holds no run; name a scenario file, or a folder of run --out")
    scenario, asked = load(path / "scenario.yaml"), document.get("precision")
    if plain_precision(scenario.precision) != asked:
        scenario = with_precision(scenario, math.inf if asked is None else asked)
    return Side(scenario, str(path))
