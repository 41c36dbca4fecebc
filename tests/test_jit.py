"""Compiled code on disk: whoever compiles at the same time, each signature keeps its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from offramp.solve import jit, warm
from offramp.solve.jit import is_compiled, kernel
from offramp.solve.tracing import trace_one_by_one


class Index:
    """As numba keeps one: read, added to, and written back."""

    def __init__(self, folder: Path) -> None:
        self._cache_path = str(folder)
        self.file = folder / "index.json"

    def read(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.file.read_text()) if self.file.exists() else {}
        return found

    def save(self, key: str, data: str) -> None:
        found = self.read()
        time.sleep(0.02)
        self.file.write_text(json.dumps({**found, key: data}))


def test_what_is_saved_at_the_same_time_is_all_there(tmp_path: Path) -> None:
    indices = [Index(tmp_path) for _ in range(6)]
    for each in indices:
        jit._save_alone(each)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: indices[number].save(str(number), "code"), range(6)))
    assert set(indices[0].read()) == set("012345")


def test_a_kernel_saves_so() -> None:
    made: Any = kernel(_twice)
    if hasattr(made, "_cache"):
        assert made._cache._cache_file.save.__name__ == "save_alone"
    assert made(21) == 42


def test_who_comes_while_it_is_compiled_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = tmp_path / "begun", tmp_path / "done"
    code = f"import time; open({str(begun)!r}, 'a').write('once '); time.sleep(0.2); open({str(done)!r}, 'w').close()"
    monkeypatch.setattr(warm, "cache_folder", lambda _: tmp_path)
    monkeypatch.setattr(warm, "is_done", done.exists)
    monkeypatch.setattr(warm, "COMMAND", (sys.executable, "-c", code))
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: warm.compile_beside(), range(3)))
    assert begun.read_text() == "once "


@pytest.mark.compiled
def test_both_processes_that_compile_end_well() -> None:
    done = subprocess.run([sys.executable, "-m", "offramp.solve.warm"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert is_compiled(trace_one_by_one)


def _twice(number: int) -> int:
    return 2 * number
