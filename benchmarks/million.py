"""A run of a million draws of the Venezuela example, in a process of its own: time, memory, and what did not converge.

``python -m benchmarks.million [--draws N] [--seed S]`` is that process and prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from time import perf_counter
from typing import Any

from benchmarks import ROOT

EXAMPLE = ROOT / "examples" / "venezuela-2024.yaml"
WARM_DRAWS = 64
GRACE = 60.0
"""Seconds from the request to stop until the process is ended."""


def measure(draws: int, seed: int, seconds: float) -> dict[str, Any]:
    """The entry ``million`` of the document.

    Where time runs out the run is asked to stop; then ``draws`` and ``seconds`` are what was done, ``complete`` is
    false, and ``extrapolated_seconds`` says how long all would have taken at that rate.
    """
    _run_apart(WARM_DRAWS, seed, 600.0)
    start = perf_counter()
    told, error = _run_apart(draws, seed, seconds)
    wall = perf_counter() - start
    entry: dict[str, Any] = {"requested": draws, "seconds": round(wall, 2), "complete": False}
    if told is None:
        return {**entry, "draws": 0, "peak_memory_bytes": None, "unconverged": None, "error": error}
    entry |= told | {"complete": told["draws"] == draws}
    if not entry["complete"]:
        entry["extrapolated_seconds"] = round(wall * draws / told["draws"], 1)
    return entry


def _run_apart(draws: int, seed: int, seconds: float) -> tuple[dict[str, Any] | None, str]:
    """What the process printed, or None and why."""
    command = [sys.executable, "-m", "benchmarks.million", "--draws", str(draws), "--seed", str(seed)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        output, errors = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGINT)
        try:
            output, errors = child.communicate(timeout=GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return None, f"it did not stop within {GRACE:.0f} s"
    if child.returncode != 0:
        return None, "no draw was done in time" if "KeyboardInterrupt" in errors else errors.strip()[-400:]
    return json.loads(output), ""


def run_here(draws: int, seed: int) -> dict[str, Any]:
    """Run the example in this process; ``run_seconds`` are without starting Python."""
    import offramp

    start = perf_counter()
    result = offramp.run(EXAMPLE, draws=draws, seed=seed)
    seconds = perf_counter() - start
    return {
        "draws": result.num_draws,
        "run_seconds": round(seconds, 2),
        "peak_memory_bytes": peak_memory(),
        "unconverged": result.certificate.unconverged,
        "max_regret": result.certificate.max_regret,
        "share_within_tolerance": result.certificate.share_within_tolerance,
        "timings": {name: round(value, 2) for name, value in result.timings.items()},
    }


def peak_memory() -> int:
    """Bytes: the most that this process held at a time, and the most that any finished child of it held."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    print(json.dumps(run_here(asked.draws, asked.seed)))


if __name__ == "__main__":
    main()
