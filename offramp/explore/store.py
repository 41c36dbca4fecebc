"""A run as a folder. It is written beside its place and then moved there, so that it is whole or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from offramp.errors import RunError
from offramp.explore import frames
from offramp.explore.names import EXPLORED, RUN_SCHEMA
from offramp.explore.portions import Portion, cut
from offramp.explore.record import run_record, scenario_text
from offramp.scenario.draws import Draws, draw

if TYPE_CHECKING:
    import pandas as pd

    from offramp.explore.run import Run

DRAWS_AT_ONCE = 32_768
"""Draws to a row group of a Parquet file; so many are in memory while it is written."""

RUN_FILES = frozenset({"scenario.yaml", "draws.parquet", "solutions.parquet", "equilibria.parquet", "run.json"})

PICTURES = "figures"
"""The folder of a run's pictures, in the run's folder."""


def check_place(folder: Path) -> None:
    """Raise :class:`~offramp.errors.RunError` unless a run may be written at ``folder``."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise RunError(f"{str(folder)!r} is there and is not a folder; name a new folder for the run")
    _check_parent(folder)
    if not folder.exists():
        return
    others = sorted({entry.name for entry in folder.iterdir()} - RUN_FILES - {PICTURES, EXPLORED})
    if others:
        raise RunError(f"{str(folder)!r} holds {others[0]!r}, which is no part of a run; name a new folder for the run")
    if any(folder.iterdir()) and not _is_run(folder):
        raise RunError(f"{str(folder)!r} holds files but no run; name a new folder for the run")


def _check_parent(folder: Path) -> None:
    """Raise RunError unless the nearest folder above ``folder`` that is there can be written to."""
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir():
        raise RunError(f"{str(above)!r} is a file, so that {str(folder)!r} cannot be made; name another folder")
    if not os.access(above, os.W_OK):
        raise RunError(f"nothing can be written in {str(above)!r}; name another folder for the run")


def save(run: Run, folder: Path) -> Path:
    """Write ``run`` at ``folder``, in place of an earlier run; see :meth:`offramp.explore.run.Run.save`."""
    check_place(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(folder)
    partial.mkdir()
    try:
        _write(run, partial)
        _move_into_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def unfinished(folder: Path) -> Path:
    """Where the draws of a run are kept until it can be written at ``folder``."""
    return folder.with_name(f"{folder.name}.unfinished")


def _is_run(folder: Path) -> bool:
    try:
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("schema") == RUN_SCHEMA


def _write(run: Run, folder: Path) -> None:
    (folder / "scenario.yaml").write_text(scenario_text(run.scenario), encoding="utf-8")
    ranges = list(cut([Portion(0, run.num_draws)], DRAWS_AT_ONCE))
    write_frames(folder / "draws.parquet", (frames.draws_frame(_drawn(run, each)) for each in ranges), run.num_draws)
    write_frames(folder / "solutions.parquet", (frames.solutions_frame(run, each) for each in ranges), run.num_draws)
    if run.spread is not None:
        run.equilibria_frame().to_parquet(folder / "equilibria.parquet")
    (folder / PICTURES).mkdir()
    for name, figure in run.figures().items():
        figure.save(folder / PICTURES / f"{name}.svg")
    if run.explored:
        (folder / EXPLORED).mkdir()
    for name, analysis in run.explored.items():
        analysis.frame().to_parquet(folder / EXPLORED / f"{name}.parquet")
    document = json.dumps(run_record(run), ensure_ascii=False, allow_nan=False, indent=2)
    (folder / "run.json").write_text(document + "\n", encoding="utf-8")


def _drawn(run: Run, draws: Portion) -> Draws:
    return draw(run.scenario, draws.count, run.seed, first=draws.first)


def write_frames(file: Path, parts: Iterator[pd.DataFrame], num_rows: int) -> None:
    """Write data frames, one below the other, as the Parquet file that pandas would write of the whole.

    The index of each is the range that continues the one before; of all it is 0 to ``num_rows - 1``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = (pa.Table.from_pandas(part) for part in parts)
    first = next(tables)
    about = json.loads(first.schema.metadata[b"pandas"])
    about["index_columns"][0]["stop"] = num_rows
    schema = first.schema.with_metadata({b"pandas": json.dumps(about).encode()})
    with pq.ParquetWriter(file, schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _move_into_place(partial: Path, folder: Path) -> None:
    """Move the finished folder to its name; an earlier run steps aside first and is then removed."""
    if not folder.exists():
        partial.rename(folder)
        return
    aside = _beside(folder)
    folder.rename(aside)
    partial.rename(folder)
    shutil.rmtree(aside)


def _beside(folder: Path) -> Path:
    """A name next to ``folder`` that nothing has."""
    return folder.with_name(f".{folder.name}.{uuid4().hex}")
