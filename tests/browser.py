"""A real browser for tests: Debian's Chromium, which asks nothing of anyone, and axe-core."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

axe_package = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")

ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Options that keep the browser from asking anything of anyone."""

STILL = """Promise.all(document.getAnimations()
    .filter(each => each.effect.getComputedTiming().endTime < Infinity)
    .map(each => each.finished.catch(() => null)))"""
"""Once nothing fades from one colour to another any more: a colour halfway is nobody's fault."""


def chromium() -> str:
    """Debian's Chromium; installed if it is missing and this is a Debian that may be added to."""
    with (Path(gettempdir()) / "offramp-chromium.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests in other processes wait for the one that installs it
        if shutil.which("chromium") is None and shutil.which("apt-get"):
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
                subprocess.run(command, check=False, capture_output=True, env=quiet)
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("there is no chromium, and apt-get is missing or could not install it")
    return found


def axe_faults(page: Any) -> list[str]:
    """What axe-core finds wrong in a page, each with the element that it is found in."""
    page.evaluate((Path(axe_package.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    page.evaluate(STILL)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
