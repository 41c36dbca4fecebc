"""The tutorial is executed, and what it prints is what its pages say."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest

from docs import run_tutorial

DURATION = re.compile(r"\b\d[\d.,]* ?(ms|s|seconds?|minutes?)\b")


@pytest.fixture(scope="module")
def committed() -> Any:
    return run_tutorial.read()


@pytest.fixture(scope="module")
def again(committed: Any) -> Any:
    return run_tutorial.executed(committed)


def texts(cell: Any) -> list[str]:
    """What a cell printed and the plain text of what it showed, durations left out."""
    found = [out["text"] if out["output_type"] == "stream" else out["data"]["text/plain"] for out in cell.outputs]
    return [DURATION.sub("TIME", text) for text in found]


def test_it_prints_what_the_pages_say(committed: Any, again: Any) -> None:
    cells = [(old, new) for old, new in zip(committed.cells, again.cells, strict=True) if old.cell_type == "code"]
    assert len(cells) > 8
    for old, new in cells:
        assert texts(new) == texts(old), f"run `make tutorial` and read it again; this cell differs:\n{new.source}"


def test_it_goes_from_the_file_to_a_recommended_offer_and_its_caveats(committed: Any) -> None:
    source = "\n".join(cell.source for cell in committed.cells if cell.cell_type == "code")
    for asked in ("offramp.run(", ".offers(", ".drivers(", ".boxes(", ".tipping(", ".what_breaks(", ".worth_knowing("):
        assert asked in source, asked
    headings = [cell.source for cell in committed.cells if cell.cell_type == "markdown" and cell.source.startswith("#")]
    assert "caveats" in headings[-1].lower()


def test_its_pictures_are_told_in_words(committed: Any) -> None:
    shown = "".join(
        out["data"].get("text/html", "") + out["data"].get("image/svg+xml", "")
        for cell in committed.cells
        if cell.cell_type == "code"
        for out in cell.outputs
        if "data" in out
    )
    assert shown.count("<svg") >= 5
    assert shown.count("<svg") == shown.count("<desc>")


def test_the_notebook_is_a_valid_one_in_the_order_of_its_cells(committed: Any) -> None:
    nbformat.validate(committed)
    counts = [cell.execution_count for cell in committed.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
