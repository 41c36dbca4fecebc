"""What machine a benchmark ran on, and with which versions."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from offramp.solve.driver import default_workers

PACKAGES = ("offramp", "numpy", "numba", "llvmlite", "pygambit", "quantecon", "open-spiel")


def machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu(),
        "cores": default_workers(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load_before": round(os.getloadavg()[0], 2),
    }


def described(about: dict[str, Any]) -> str:
    """A machine in a few words, as tables name it."""
    gibibytes = about["memory_bytes"] / 2**30
    return f"{about['cores']} cores of {about['cpu']}, {gibibytes:.0f} GiB, {about['system']}"


def _cpu() -> str:
    """The processor's name where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def versions() -> dict[str, str | None]:
    """The version of each package that matters, None where it is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found
