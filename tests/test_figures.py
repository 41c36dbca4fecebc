"""Pictures: drawn without a network, in one style, with words for those who cannot see them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from offramp.errors import RunError
from offramp.explore.branches import branch, spaced_precisions
from offramp.explore.picture import branch_figure, probability_figure, run_figures
from offramp.explore.run import run
from offramp.explore.summary import Estimate
from offramp.figures import style
from offramp.figures.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"


def _texts(figure: Figure) -> list[str]:
    return [each.text or "" for each in ET.fromstring(figure.svg).iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.fixture(scope="module")
def bars() -> Figure:
    rows = [("he stays & waits", Estimate(0.25, 0.0, 0.5)), ("he goes", Estimate(0.75, 0.5, 1.0))]
    return probability_figure("How <it> ends", rows)


def test_words_for_those_who_cannot_see_it(bars: Figure) -> None:
    root = ET.fromstring(bars.svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "How <it> ends"
    assert "he stays & waits: 25%, 90 % of draws 0% to 50%." in (root.findtext(f"{SVG}desc") or "")


def test_bars_come_by_likelihood_unless_they_have_an_order(bars: Figure) -> None:
    texts = _texts(bars)
    assert texts.index("he goes") < texts.index("he stays & waits")
    assert {"25%", "75%"} <= set(texts)
    rows = [("first", Estimate(0.1, 0.0, 0.2)), ("second", Estimate(0.9, 0.8, 1.0))]
    ordered = _texts(probability_figure("asked", rows, in_order=True))
    assert ordered.index("first") < ordered.index("second")


def test_every_form_can_be_written(bars: Figure, tmp_path: Path) -> None:
    starts = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "json": b"{", "html": b"<!DOCTYPE html>"}
    for form, start in starts.items():
        written = bars.save(tmp_path / f"bars.{form}")
        assert written.read_bytes().lstrip().startswith(start), form
    assert b"http://" not in (tmp_path / "bars.json").read_bytes()
    spec = json.loads((tmp_path / "bars.json").read_text(encoding="utf-8"))
    assert spec["description"] == bars.alt
    assert bars.save(tmp_path / "BARS.PNG").exists()


def test_the_same_picture_has_the_same_bytes(bars: Figure) -> None:
    assert Figure(bars.chart, bars.title, bars.alt, bars.subtitle).svg == bars.svg


@pytest.mark.parametrize(
    ("name", "message"),
    [("bars.gif", "endings svg, png, pdf, html, json"), ("bars", "endings svg"), ("nowhere/bars.svg", "no folder")],
)
def test_a_picture_that_cannot_be_written(bars: Figure, tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        bars.save(tmp_path / name)


def test_colours_can_be_told_from_white() -> None:
    contrast = {colour: 1.05 / (luminance(colour) + 0.05) for colour in (*style.PALETTE, style.INK, style.GREY)}
    assert min(contrast[each] for each in (style.INK, style.GREY)) >= 4.5, "words"
    assert min(contrast.values()) >= 2.0, "marks"


def test_a_run_draws_its_outcomes_answers_and_breaks() -> None:
    figures = run_figures(run("examples/venezuela-2024.yaml", draws=64))
    assert list(figures) == ["outcomes", "answers", "breaks"]
    assert "the offer is accepted and kept, if the United States makes the offer" in _texts(figures["answers"])
    assert figures["breaks"].title == "Where the path breaks, if the United States makes the offer"
    assert all(figure.alt for figure in figures.values())


def test_a_branch_draws_a_panel_for_each_answer_and_shades_over_draws() -> None:
    row = spaced_precisions(0.5, 50, 4)
    one, many = (branch_figure(branch("examples/panama-1988.yaml", row, draws=draws)) for draws in (None, 8))
    assert "every assumption at its median" in one.subtitle
    assert "means over 8 draws" in many.subtitle
    assert "mark-area" not in one.svg
    assert "mark-area" in many.svg


def test_a_game_file_draws_its_actions() -> None:
    figure = branch_figure(branch("tests/games/outcomes.nfg", spaced_precisions(0.5, 50, 4)))
    assert "at the end" in figure.alt
