"""Flow charts: nothing overlaps, lines lead from box to box, circles are no trouble, and text stays in its box."""

from __future__ import annotations

from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offramp.figures.flow import Arrow, Box, Flow, Line
from offramp.figures.layered.layers import Link, Size, in_layers
from offramp.figures.layered.place import MARGIN, Point, placed
from offramp.figures.lettering import text_width, wrapped

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[Link]]:
    """Up to eight boxes, each but the first reached from an earlier one, with more links in any direction."""
    count = draw(st.integers(1, 8))
    sides = st.integers(20, 200).map(float)
    size = st.builds(Size, sides, sides)
    links = [(draw(st.integers(0, box - 1)), box) for box in range(1, count)]
    places = st.integers(0, count - 1)
    links += draw(st.lists(st.tuples(places, places).filter(lambda ends: ends[0] != ends[1]), max_size=6))
    weights = st.floats(0.0, 1.0)
    return [draw(size) for _ in range(count)], [Link(a, b, draw(size), draw(weights)) for a, b in links]


def _apart(first: Point, one: Size, second: Point, other: Size) -> bool:
    across = abs(first.x - second.x) >= (one.width + other.width) / 2 - 1e-6
    return across or abs(first.y - second.y) >= (one.height + other.height) / 2 - 1e-6


@settings(max_examples=25)
@given(graphs())
def test_boxes_and_labels_never_overlap(graph: tuple[list[Size], list[Link]]) -> None:
    boxes, links = graph
    plan = placed(boxes, links)
    shown = [*zip(plan.boxes, boxes, strict=True), *zip(plan.labels, (link.label for link in links), strict=True)]
    assert all(_apart(*first, *second) for first, second in combinations(shown, 2))
    for middle, size in shown:
        assert middle.x - size.width / 2 >= MARGIN - 1e-6
        assert middle.x + size.width / 2 <= plan.size.width - MARGIN + 1e-6
        assert middle.y + size.height / 2 <= plan.size.height - MARGIN + 1e-6


@settings(max_examples=25)
@given(graphs())
def test_every_line_leads_from_its_source_to_its_target(graph: tuple[list[Size], list[Link]]) -> None:
    boxes, links = graph
    plan = placed(boxes, links)
    for link, line, label in zip(links, plan.lines, plan.labels, strict=True):
        for end, box in ((line[0], link.source), (line[-1], link.target)):
            middle, size = plan.boxes[box], boxes[box]
            assert abs(end.x - middle.x) <= size.width / 2
            assert abs(abs(end.y - middle.y) - size.height / 2) < 1e-6
        assert len({first.y < second.y for first, second in pairwise(line) if first.y != second.y}) == 1
        assert any(abs(point.x - label.x) < 1e-6 for point in line)


def test_the_first_box_is_on_top_and_a_way_back_goes_up() -> None:
    size = Size(50.0, 20.0)
    links = [Link(0, 1, size, 1.0), Link(1, 2, size, 1.0), Link(2, 0, size, 0.5)]
    layered = in_layers([size] * 3, links)
    assert layered.turned == (False, False, True)
    plan = placed([size] * 3, links)
    assert plan.boxes[0].y < plan.boxes[1].y < plan.boxes[2].y
    assert plan.lines[2][0].y > plan.lines[2][-1].y


def test_lines_cross_only_where_they_must() -> None:
    size = Size(30.0, 20.0)
    links = [Link(0, box, size, 0.5) for box in (1, 2, 3)] + [
        Link(a, b, size, 0.5) for a, b in ((1, 6), (2, 5), (3, 4))
    ]
    plan = placed([size] * 7, links)
    order = sorted((1, 2, 3), key=lambda box: plan.boxes[box].x)
    assert sorted((4, 5, 6), key=lambda box: plan.boxes[box].x) == [{1: 6, 2: 5, 3: 4}[box] for box in order]


def test_a_long_link_runs_straight() -> None:
    size = Size(60.0, 20.0)
    links = [Link(box, box + 1, size, 0.5) for box in range(4)] + [Link(0, 4, size, 0.5)]
    line = placed([size] * 5, links).lines[-1]
    assert len({round(point.x, 6) for point in line[1:-1]}) == 1


def test_the_likelier_a_line_the_thicker_it_is() -> None:
    boxes = tuple(Box((Line(name),)) for name in "abc")
    arrows = (Arrow(0, 1, (Line("often"),), 0.9), Arrow(0, 2, (Line("never"),), 0.0))
    root = ET.fromstring(Flow(boxes, arrows, "A flow", "two lines").svg)
    lines = [path for path in root.iter(f"{SVG}path") if path.get("fill") == "none"]
    seldom, often = sorted(lines, key=lambda path: float(path.get("stroke-width") or 0))
    assert float(often.get("stroke-width") or 0) > 4 * float(seldom.get("stroke-width") or 0)
    assert seldom.get("stroke-dasharray")
    assert not often.get("stroke-dasharray")


def test_texts_are_escaped_and_the_chart_says_what_it_is() -> None:
    flow = Flow((Box((Line("<b>&"),)), Box((Line("end"),), is_end=True)), (Arrow(0, 1, (Line('"'),), 1.0),), "T<", "D&")
    root = ET.fromstring(flow.svg)
    assert root.findtext(f"{SVG}title") == "T<"
    assert root.findtext(f"{SVG}desc") == "D&"
    assert {text.text for text in root.iter(f"{SVG}text")} == {"<b>&", "end", '"'}
    assert flow.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "text", ["a few short words that go on for a while", "onewordthatislongerthanaline" * 3, "", "選擇" * 20]
)
def test_lines_keep_to_their_width_and_lose_nothing(text: str) -> None:
    lines = wrapped(text, 12.0, 80.0)
    assert all(text_width(line, 12.0) <= 80.0 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
