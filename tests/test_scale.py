"""Runs of any size: results on disk, checkpoints, processes and a Dask cluster; the bits stay the same."""

from __future__ import annotations

import gc
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import offramp
from cheap import cheap_standoff, equals
from offramp.errors import EvaluationError, RunError
from offramp.explore import cluster, columns, folder, portions, processes, store, summary, work
from offramp.explore.columns import Columns, StoredTable
from offramp.explore.job import Job, Part
from offramp.explore.lanes import Advanced
from offramp.explore.layout import Layout
from offramp.explore.options import Options
from offramp.explore.portions import Portion
from offramp.explore.run import Run, run
from offramp.explore.table import Table, empty_table
from offramp.game.compile import compile_scenario
from offramp.scenario.dump import dumps
from offramp.scenario.model import Scenario
from standoffs import outcome

NUM_DRAWS = 1_500


@pytest.fixture(scope="module")
def plain() -> Run:
    """The run that all others must equal."""
    return run(cheap_standoff(), draws=NUM_DRAWS, seed=3)


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of 50 draws, so that a small run has many."""
    monkeypatch.setattr(portions, "BATCH_DRAWS", 50)
    monkeypatch.setattr(work, "PORTION_DRAWS", 50)


# results on disk


def test_a_stored_table_has_the_fields_of_a_table() -> None:
    assert [field.name for field in fields(StoredTable)] == [field.name for field in fields(Table)]


def test_results_on_disk_give_the_summaries_of_results_in_memory(
    plain: Run, small_portions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "WAITING_DRAWS", 200)
    stored = run(cheap_standoff(), draws=NUM_DRAWS, seed=3)
    pieces = stored.results.columns.folder.path
    assert len(list(pieces.iterdir())) >= NUM_DRAWS // 250
    assert equals(stored, plain)
    pd.testing.assert_frame_equal(stored.solutions_frame(), plain.solutions_frame())
    in_memory = plain.table
    assert summary.answers_of(plain.paths, in_memory) == stored.answers
    assert summary.moves_of(plain.scenario, plain.paths, in_memory) == stored.moves
    assert summary.breaks_of(plain.paths, in_memory) == stored.breaks


def test_what_a_run_wrote_goes_with_it(small_portions: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "WAITING_DRAWS", 200)
    stored = run(cheap_standoff(), draws=NUM_DRAWS)
    pieces = stored.results.columns.folder.path
    assert pieces.exists()
    del stored
    gc.collect()
    assert not pieces.exists()


def test_a_small_run_does_not_touch_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a folder was made")

    monkeypatch.setattr(tempfile, "mkdtemp", fail)
    run(cheap_standoff(), draws=NUM_DRAWS)


def test_parts_may_come_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(compile_scenario(cheap_standoff()), Options(draws=60))
    whole = job.part(Portion(0, 60)).matrix
    monkeypatch.setattr(columns, "WAITING_DRAWS", 15)
    gathered = Columns(job.layout, folder.temporary())
    assert list(gathered.missing(60)) == [Portion(0, 60)]
    for first in (40, 10, 20, 0):
        gathered.add(job.part(Portion(first, 10)))
    assert list(gathered.missing(60)) == [Portion(30, 10), Portion(50, 10)]
    assert list(gathered.missing(35)) == [Portion(30, 5)]
    for first in (50, 30):
        gathered.add(job.part(Portion(first, 10)))
    assert list(gathered.missing(60)) == []
    np.testing.assert_array_equal(gathered.matrix(slice(None), Portion(0, 60)), whole)
    np.testing.assert_array_equal(gathered.matrix(slice(3, 5), Portion(17, 31)), whole[3:5, 17:48])


def test_a_table_becomes_a_matrix_and_is_itself_again() -> None:
    job = Job(compile_scenario(cheap_standoff()), Options(draws=5))
    matrix = job.part(Portion(0, 5)).matrix
    assert matrix.shape == (job.layout.num_rows, 5)
    np.testing.assert_array_equal(job.layout.matrix(job.layout.table(matrix)), matrix)
    nothing = empty_table(job.paths, 0)
    assert Layout.of(job.paths).num_rows == sum(len(getattr(nothing, field.name)) for field in fields(nothing))


def test_a_row_that_is_not_there_is_an_error(plain: Run) -> None:
    with pytest.raises(IndexError, match="no row 2 of 2"):
        plain.results.answers[2]


def test_a_saved_run_is_one_file_whatever_its_row_groups(
    plain: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "DRAWS_AT_ONCE", 400)
    saved = plain.save(tmp_path / "run")
    pd.testing.assert_frame_equal(pd.read_parquet(saved / "solutions.parquet"), plain.solutions_frame())
    pd.testing.assert_frame_equal(pd.read_parquet(saved / "draws.parquet"), plain.draws_frame())


@pytest.mark.compiled
def test_a_million_draws_take_less_than_a_gibibyte(tmp_path: Path) -> None:
    file = tmp_path / "cheap.yaml"
    file.write_text(dumps(cheap_standoff()), encoding="utf-8")
    script = (
        "import sys, offramp; from cheap import most_memory; run = offramp.run(sys.argv[1], draws=1_000_000);"
        "run.save(sys.argv[2]); print(run.num_draws, most_memory())"
    )
    command = [sys.executable, "-c", script, str(file), str(tmp_path / "run")]
    tests = str(Path(__file__).parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    draws, most = (int(number) for number in done.stdout.split())
    assert draws == 1_000_000
    assert most < 2**30


# who works


def test_lanes_rounds_of_the_solver_and_one_thread_give_the_same_bits(
    plain: Run, small_portions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert equals(run(cheap_standoff(), draws=NUM_DRAWS, seed=3, workers=1), plain)
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    assert equals(run(cheap_standoff(), draws=NUM_DRAWS, seed=3), plain)
    monkeypatch.setattr(work, "MANY_UNKNOWNS", 0)
    assert equals(run(cheap_standoff(), draws=NUM_DRAWS, seed=3), plain)


def test_a_small_run_has_work_for_many_workers() -> None:
    assert portions.portion_size(4096, 1024) == 256
    assert portions.portion_size(1_000_000, 1024) == 1024
    assert portions.portion_size(10, 1024) == 64
    assert portions.portion_size(1_000_000, 7) == 7
    assert list(portions.cut([Portion(0, 5), Portion(9, 2)], 3)) == [Portion(0, 3), Portion(3, 2), Portion(9, 2)]


def test_portions_are_not_begun_far_ahead_of_the_first_that_is_not_done() -> None:
    parts = [Portion(first, 1) for first in range(5)]
    queue = portions.Queue(parts, 3)
    assert [queue.take() for _ in range(4)] == [*parts[:3], None]
    queue.done(parts[1])
    assert queue.take() is None
    queue.done(parts[0])
    assert [queue.take() for _ in range(3)] == [*parts[3:], None]
    assert queue.is_empty


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The worker processes, in the order in which they were started."""
    found: list[subprocess.Popen[bytes]] = []
    start = processes._started

    def note(job: bytes) -> subprocess.Popen[bytes]:
        found.append(start(job))
        return found[-1]

    monkeypatch.setattr(processes, "_started", note)
    return found


@pytest.mark.compiled
def test_a_killed_worker_process_loses_nothing_and_counts_nothing_twice(
    plain: Run, small_portions: None, started: list[subprocess.Popen[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []

    def kill_one(done: int, total: int) -> None:
        seen.append(done)
        if len(started) == 2 and started[0].poll() is None and done >= 200:
            started[0].kill()

    result = run(cheap_standoff(), draws=NUM_DRAWS, seed=3, workers=2, progress=kill_one)
    assert equals(result, plain)
    assert len(started) == 3
    assert started[0].returncode == -signal.SIGKILL
    assert "a worker process was lost (killed by SIGKILL); the draws are done again" in caplog.text
    assert seen[-1] == NUM_DRAWS
    assert max(seen) == NUM_DRAWS
    assert all(process.returncode is not None for process in started)


class Deadly:
    """A job that ends the process which works at it."""

    def part(self, *_: object, **__: object) -> Part:
        os._exit(3)


def test_a_portion_that_every_process_dies_of_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ATTEMPTS", 2)
    worker = processes.processes(Deadly(), 1)[0]  # type: ignore[arg-type]
    with pytest.raises(RunError, match=r"2 worker processes were lost over draws 8 to 11 \(the last: exit code 3\)"):
        worker.part(Portion(8, 4), lambda done: None)
    worker.close()


def failing_standoff() -> Scenario:
    """A payoff that has no value in some draws."""
    scenario = cheap_standoff()
    broken = outcome("impasse", us="sqrt(19.5 - office)", ruler="office")
    return replace(scenario, outcomes=(scenario.outcomes[0], broken))


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_the_first_draw_that_fails_is_named_whoever_works(workers: int | None, small_portions: None) -> None:
    with pytest.raises(EvaluationError) as alone:
        run(failing_standoff(), draws=NUM_DRAWS, workers=1)
    with pytest.raises(EvaluationError, match=re.escape(str(alone.value))):
        run(failing_standoff(), draws=NUM_DRAWS, workers=workers)


def test_ctrl_c_ends_worker_processes(small_portions: None, started: list[subprocess.Popen[bytes]], plain: Run) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 900:
            raise KeyboardInterrupt

    result = run(cheap_standoff(), draws=NUM_DRAWS, seed=3, workers=2, progress=stop)
    assert result.interrupted
    assert 50 <= result.num_draws < NUM_DRAWS
    np.testing.assert_array_equal(result.table.answers, plain.table.answers[:, : result.num_draws])
    assert all(process.poll() is not None for process in started)


def test_workers_and_dask_exclude_each_other() -> None:
    with pytest.raises(RunError, match="ask for one"):
        run(cheap_standoff(), workers=2, dask="tcp://127.0.0.1:1")


# Dask


@pytest.mark.compiled
@pytest.mark.filterwarnings("ignore::ResourceWarning:distributed", "ignore::ResourceWarning:asyncio")
def test_a_lost_dask_worker_changes_no_bit(small_portions: None, plain: Run) -> None:
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as local:

        def kill_one(done: int, total: int) -> None:
            if not killed and done >= 200:
                killed.append(local.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        result = run(cheap_standoff(), draws=NUM_DRAWS, seed=3, dask=local.scheduler_address, progress=kill_one)
        with distributed.Client(local.scheduler_address, set_as_default=False) as client:
            with pytest.raises(EvaluationError, match="draw"):
                run(failing_standoff(), draws=NUM_DRAWS, dask=client)
            assert client.status == "running"
    assert killed
    assert equals(result, plain)


def test_without_dask_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match=r"pip install 'offramp\[dask\]'"):
        run(cheap_standoff(), draws=8, dask="tcp://127.0.0.1:1")


def test_where_no_scheduler_answers_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    with pytest.raises(RunError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:1'"):
        run(cheap_standoff(), draws=8, dask="tcp://127.0.0.1:1")


def test_a_worker_with_another_offramp_is_refused() -> None:
    job = Job(compile_scenario(cheap_standoff()), Options())
    with pytest.raises(RunError, match=r"a Dask worker has offramp .* and this is 0\.0\.0"):
        cluster._kept(job, "0.0.0")
    assert cluster._kept(job, offramp.__version__) is job


def test_progress_tells_parts_of_portions() -> None:
    told: list[tuple[int, int]] = []
    job = Job(compile_scenario(cheap_standoff()), Options(draws=20))
    gathering = work.Gathering(
        Columns(job.layout, folder.temporary()), 20, lambda done, total: told.append((done, total))
    )

    def two_portions(missing: list[Portion], tell: Any) -> None:
        assert missing == [Portion(0, 20)]
        tell(Advanced(Portion(0, 10), 5))
        tell(Advanced(Portion(10, 10), 2))
        tell(job.part(Portion(0, 10)))
        tell(job.part(Portion(10, 10)))

    assert gathering.gather(two_portions) == 20
    assert told == [(5, 20), (7, 20), (12, 20), (20, 20)]
