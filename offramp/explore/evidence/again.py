"""A run from a scenario's file, or again from the folder of an earlier run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from offramp.explore.batches import Progress
from offramp.explore.comparison.sides import side_of
from offramp.explore.options import Options

if TYPE_CHECKING:
    from offramp.explore.run import Run


def solve_again(
    what: str | Path, *, draws: int | None = None, seed: int | None = None, progress: Progress | None = None
) -> Run:
    """The run of a scenario's file, or that of a run's folder once more: as it was, unless told otherwise.

    Raises
    ------
    RunError
        If the folder holds no run.
    ScenarioError
        If the scenario is wrong.
    KeyboardInterrupt
        After Ctrl-C.
    """
    from offramp.explore.run import run

    scenario, kept = side_of(what).scenario, _kept(Path(what))
    found = run(
        scenario,
        progress=progress,
        draws=kept["draws"] if draws is None else draws,
        seed=kept["seed"] if seed is None else seed,
    )
    if found.interrupted:
        raise KeyboardInterrupt
    return found


def _kept(folder: Path) -> dict[str, int]:
    """Draws and seed of the run in a folder, of a file the usual ones; :func:`side_of` has looked at it before."""
    if not folder.is_dir():
        return {"draws": Options().draws, "seed": Options().seed}
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return {name: int(document[name]) for name in ("draws", "seed")}
