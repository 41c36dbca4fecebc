"""Take the pictures of the workspace that README.md and docs/workspace.md show; `make pictures` runs it.

Needs Chromium, and a workspace with a finished run of the Venezuela example. Look at them before you commit them.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.asking import served

PICTURES = Path(__file__).parent / "pictures"

SCENARIO = "venezuela-2024"

WIDTH, SCALE = 1280, 1.5
"""Of a picture: its width in the pixels of the page, and how many of its own each of them gets."""

COLOURS = 192
"""In a picture: so many are enough for letters and figures, and its file is a third as large."""

PATIENCE = 60_000
"""Milliseconds that a page may take."""


def main(folder: Path) -> None:
    """Take every picture of a workspace over ``folder``."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("there is no Chromium; install it, say with: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with served(folder) as (opening, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 860}, device_scale_factor=SCALE, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(opening)
        for name, (height, show) in SHOWN.items():
            page.set_viewport_size({"width": WIDTH, "height": height})
            show(page, opening.partition("/?key=")[0] + "/#")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(500)
            keep(page.screenshot(), PICTURES / f"{name}.png")
        browser.close()


def keep(picture: bytes, place: Path) -> None:
    """Write a picture with few colours."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(place, optimize=True)


def _overview(page: Any, at: str) -> None:
    page.goto(f"{at}/s/{SCENARIO}")
    page.get_by_role("button", name="answer").first.wait_for()


def _move(page: Any, at: str) -> None:
    page.goto(f"{at}/s/{SCENARIO}?move=answer")
    page.get_by_text(re.compile("know there")).first.wait_for()
    page.get_by_role("button", name="answer").first.scroll_into_view_if_needed()


def _ask(page: Any, at: str) -> None:
    page.goto(f"{at}/s/{SCENARIO}/ask")
    page.get_by_text("as unsure as in the file").first.wait_for()
    page.get_by_text("guarantees", exact=True).first.click()
    page.get_by_text("Answered in").first.wait_for()


def _edit(page: Any, at: str) -> None:
    page.goto(f"{at}/s/{SCENARIO}/edit")
    page.get_by_text("No problems").first.wait_for()
    page.get_by_role("tab", name="Assumptions").click()
    page.get_by_role("button", name="office").first.click()


SHOWN: dict[str, tuple[int, Callable[[Any, str], None]]] = {
    "workspace-overview": (1240, _overview),
    "workspace-move": (860, _move),
    "workspace-ask": (860, _ask),
    "workspace-edit": (860, _edit),
}
"""How high each picture is, and what is done before it is taken."""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
