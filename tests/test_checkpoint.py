"""Checkpoints: a run that is stopped or killed goes on where it was, and ends with the same bits."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cheap import cheap_standoff, equals
from offramp.errors import RunError
from offramp.explore import batches, columns, folder, portions
from offramp.explore.columns import Columns
from offramp.explore.job import Job
from offramp.explore.options import Options
from offramp.explore.portions import Portion
from offramp.explore.run import Run, run
from offramp.game.compile import compile_scenario
from offramp.scenario.dump import dumps
from offramp.solve import api

NUM_DRAWS = 1_500


@pytest.fixture(scope="module")
def plain() -> Run:
    """The run that all others must equal."""
    return run(cheap_standoff(), draws=NUM_DRAWS, seed=3)


def stop_at(limit: int) -> Any:
    """A progress callback that is Ctrl-C once ``limit`` draws are done."""

    def stop(done: int, total: int) -> None:
        if done >= limit:
            raise KeyboardInterrupt

    return stop


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkpoint of a run that was stopped in the middle, with several pieces."""
    monkeypatch.setattr(portions, "BATCH_DRAWS", 50)
    monkeypatch.setattr(columns, "CHECKPOINT_DRAWS", 120)
    place = tmp_path / "work"
    stopped = run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=place, progress=stop_at(500))
    assert 0 < stopped.num_draws < NUM_DRAWS
    return place


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many draws each call of the solver had."""
    counts: list[int] = []
    solve_batch = api.solve_batch

    def count(game: Any, batch: Any, **options: Any) -> Any:
        counts.append(batch.num_draws)
        return solve_batch(game, batch, **options)

    monkeypatch.setattr(batches, "solve_batch", count)
    return counts


def pieces_in(place: Path) -> list[Path]:
    return sorted(place.glob("*.npy"))


def held(place: Path) -> int:
    """Draws in the pieces of a checkpoint."""
    return sum(int(stop) - int(first) for _, first, stop in (file.stem.split("-") for file in pieces_in(place)))


def test_a_stopped_run_goes_on_from_its_checkpoint(begun: Path, solved: list[int], plain: Run) -> None:
    before, told = held(begun), []
    again = run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=begun, progress=lambda done, _: told.append(done))
    assert sum(solved) == NUM_DRAWS - before
    assert told[0] == before > 0
    assert equals(again, plain)
    solved.clear()
    assert equals(run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=begun), plain)
    assert solved == []


def test_a_run_that_is_stopped_while_its_checkpoint_begins_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: Run
) -> None:
    """Ctrl-C comes when the manifest is not there yet; the draws that are done are written nevertheless."""
    monkeypatch.setattr(portions, "BATCH_DRAWS", 50)
    monkeypatch.setattr(columns, "CHECKPOINT_DRAWS", 120)
    write_whole, place = folder._write_whole, tmp_path / "work"

    def stopped(file: Path, content: bytes) -> None:
        monkeypatch.setattr(folder, "_write_whole", write_whole)
        file.with_name(f"{file.name}.tmp").write_bytes(content)
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "_write_whole", stopped)
    first = run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=place)
    assert first.interrupted
    assert held(place) == first.num_draws > 0
    assert equals(run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=place), plain)


def test_a_checkpoint_serves_runs_of_more_and_fewer_draws(begun: Path, plain: Run) -> None:
    fewer = run(cheap_standoff(), draws=300, seed=3, checkpoint=begun)
    np.testing.assert_array_equal(fewer.table.answers, plain.table.answers[:, :300])
    more = run(cheap_standoff(), draws=NUM_DRAWS + 10, seed=3, checkpoint=begun)
    np.testing.assert_array_equal(more.table.answers[:, :NUM_DRAWS], plain.table.answers)
    assert more.num_draws == NUM_DRAWS + 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 4}, "its seed is 3 and not 4"),
        ({"precision": 2.0}, "its precision is None and not 2.0"),
        ({"scenario": replace(cheap_standoff(), title="Another")}, "the scenario is not the same"),
    ],
)
def test_another_run_does_not_go_on_from_a_checkpoint(begun: Path, change: dict[str, Any], message: str) -> None:
    options = {"scenario": cheap_standoff(), "draws": NUM_DRAWS, "seed": 3, "checkpoint": begun, **change}
    with pytest.raises(RunError, match=f"beginning of another run: {message}; go on with what that run had, or remove"):
        run(**options)


def test_another_version_does_not_go_on_from_a_checkpoint(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "__version__", "99.0")
    with pytest.raises(RunError, match=r"it was begun with offramp .* and this is 99\.0"):
        run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=begun)


def test_pieces_that_are_not_whole_or_overlap_are_made_good(begun: Path, plain: Run) -> None:
    pieces = pieces_in(begun)
    assert pieces[0].name.startswith("draws-0000000000-")
    assert len(pieces) > 1
    job = Job(compile_scenario(cheap_standoff()), Options(draws=NUM_DRAWS, seed=3))
    np.save(begun / "draws-0000000010-0000000030.npy", np.full((job.layout.num_rows, 20), 7.0))
    np.save(begun / "draws-0000001400-0000001450.npy", np.zeros((2, 50)))
    (begun / "draws-0000001450-0000001500.tmp").write_bytes(b"half")
    pieces[-1].write_bytes(pieces[-1].read_bytes()[:-8])
    assert equals(run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=begun), plain)
    assert not list(begun.glob("*.tmp"))


def test_a_folder_that_is_no_checkpoint_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"'notes\.txt' and is no checkpoint"):
        run(cheap_standoff(), draws=8, checkpoint=tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(RunError, match="not of a checkpoint"):
        run(cheap_standoff(), draws=8, checkpoint=tmp_path)
    with pytest.raises(RunError, match="is not a folder"):
        run(cheap_standoff(), draws=8, checkpoint=tmp_path / "notes.txt")
    folder.discard(tmp_path / "nowhere")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["manifest.json", "notes.txt"]


def test_two_runs_cannot_work_in_one_checkpoint(begun: Path, plain: Run) -> None:
    pytest.importorskip("fcntl")
    refused: list[str] = []

    def meddle(done: int, total: int) -> None:
        if not refused:
            with pytest.raises(RunError, match="another run is at work in") as error:
                run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=begun)
            refused.append(str(error.value))

    first = run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=begun, progress=meddle)
    assert refused
    assert equals(first, plain)
    assert equals(run(cheap_standoff(), draws=NUM_DRAWS, seed=3, checkpoint=begun), plain)


def test_late_work_is_written_before_there_is_much_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "CHECKPOINT_SECONDS", 0.0)
    job = Job(compile_scenario(cheap_standoff()), Options(draws=60))
    gathered = Columns(job.layout, folder.checkpoint(tmp_path / "work", "digest", job.options))
    gathered.add(job.part(Portion(20, 10)))
    assert [file.name for file in pieces_in(tmp_path / "work")] == ["draws-0000000020-0000000030.npy"]


def command(file: Path, out: Path, draws: int) -> list[str]:
    program = [sys.executable, "-c", "from offramp.cli import main; main()"]
    return [*program, "run", str(file), "--draws", str(draws), "--out", str(out), "--quiet"]


@pytest.mark.compiled
def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_files(tmp_path: Path) -> None:
    file, draws = tmp_path / "cheap.yaml", 200_000
    file.write_text(dumps(cheap_standoff()), encoding="utf-8")
    unfinished = tmp_path / "killed.unfinished"
    for pieces in (1, 3):
        process = subprocess.Popen(command(file, tmp_path / "killed", draws), stdout=subprocess.PIPE)
        give_up = time.monotonic() + 60
        while len(pieces_in(unfinished)) < pieces and time.monotonic() < give_up:
            assert process.poll() is None, "it was done before it could be killed"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert not (tmp_path / "killed").exists()
    assert 0 < held(unfinished) < draws
    subprocess.run(command(file, tmp_path / "killed", draws), check=True, capture_output=True)
    subprocess.run(command(file, tmp_path / "whole", draws), check=True, capture_output=True)
    assert not unfinished.exists()
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for name in ("draws.parquet", "solutions.parquet", "scenario.yaml"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes(), name
    documents = [json.loads((each / "run.json").read_text()) for each in (killed, whole)]
    assert {**documents[0], "timings": {}} == {**documents[1], "timings": {}}
