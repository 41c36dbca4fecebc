"""A flow chart: boxes, labelled lines between them as thick as they are likely, drawn as one SVG of our own.

Unlike the other pictures it is no chart of data, so that it is laid out here (:mod:`offramp.figures.layered`) and its
text stays text: it can be read aloud, searched and copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise
from typing import Literal, NamedTuple

from offramp.figures import style
from offramp.figures.layered.layers import Link, Size
from offramp.figures.layered.place import Placed, Point, placed
from offramp.figures.lettering import text_width, wrapped

BOX_TEXT, LABEL_TEXT, LEADING = 13.0, 12.5, 1.3
"""Sizes of letters in boxes and on lines, and of a line of text against them."""

BOX_WIDTH, LABEL_WIDTH = 196.0, 150.0
"""Widest lines of text."""

PADDING, BAND = 9.0, 5.0
"""Space around a box's text, and the width of its band of colour."""

THINNEST, THICKEST = 1.2, 9.0
"""Width of a line that is never taken, and of one that always is."""

SELDOM = 0.01
"""A line that is taken less often is dashed."""

ARROW = 7.0


class Line(NamedTuple):
    """A line of text in a box or on a line."""

    text: str
    kind: Literal["plain", "strong", "quiet"] = "plain"


@dataclass(frozen=True)
class Box:
    """A box: its text, and the number of its colour; dashed without one, and rounded where it is an end."""

    lines: tuple[Line, ...]
    colour: int | None = None
    is_end: bool = False


@dataclass(frozen=True)
class Arrow:
    """A line from one box to another, by their places; ``share`` says how thick it is (0 to 1)."""

    source: int
    target: int
    lines: tuple[Line, ...]
    share: float


@dataclass(frozen=True)
class Flow:
    """A flow chart with its title and the words for those who cannot see it."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    title: str
    alt: str

    @cached_property
    def laid(self) -> Laid:
        """Where everything stands, for whoever draws it otherwise."""
        return _laid(self)

    @property
    def svg(self) -> str:
        """The chart as one SVG element, every text escaped."""
        return "".join(_drawing(self))

    def png(self, scale: float = 2.0) -> bytes:
        """The chart as PNG."""
        import vl_convert

        drawn: bytes = vl_convert.svg_to_png(self.svg, scale=scale)
        return drawn


class Text(NamedTuple):
    """Text broken into lines, with the size that they take."""

    lines: tuple[Line, ...]
    size: Size


class Laid(NamedTuple):
    """A flow chart laid out: the text and the size of each box and of each label, and the place of everything."""

    boxes: tuple[Text, ...]
    box_sizes: tuple[Size, ...]
    labels: tuple[Text, ...]
    label_sizes: tuple[Size, ...]
    plan: Placed


def _laid(flow: Flow) -> Laid:
    boxes = tuple(_set(box.lines, BOX_TEXT, BOX_WIDTH) for box in flow.boxes)
    labels = tuple(_set(arrow.lines, LABEL_TEXT, LABEL_WIDTH) for arrow in flow.arrows)
    sizes = tuple(Size(each.size.width + 2 * PADDING + BAND, each.size.height + 2 * PADDING) for each in boxes)
    plates = tuple(Size(each.size.width + 8, each.size.height + 2) for each in labels)
    links = [
        Link(arrow.source, arrow.target, plate, arrow.share) for arrow, plate in zip(flow.arrows, plates, strict=True)
    ]
    return Laid(boxes, sizes, labels, plates, placed(sizes, links))


def _drawing(flow: Flow) -> Iterator[str]:
    laid = flow.laid
    yield _opening(flow, laid.plan)
    for index, arrow in sorted(enumerate(flow.arrows), key=lambda each: each[1].share):
        yield from _curve(laid.plan.lines[index], arrow.share)
    for middle, text, size in zip(laid.plan.labels, laid.labels, laid.label_sizes, strict=True):
        yield from _label(middle, text, size)
    for box, middle, size, text in zip(flow.boxes, laid.plan.boxes, laid.box_sizes, laid.boxes, strict=True):
        yield from _box(box, middle, size, text)
    yield "</svg>"


def _opening(flow: Flow, plan: Placed) -> str:
    width, height = plan.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="{style.FONT}">'
        f"<title>{escape(flow.title)}</title><desc>{escape(flow.alt)}</desc>"
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>'
    )


def _set(lines: Sequence[Line], size: float, width: float) -> Text:
    """Lines broken to a width."""
    broken = tuple(
        line._replace(text=part) for line in lines for part in wrapped(line.text, _letters(line, size), width)
    )
    widest = max((text_width(line.text, _letters(line, size)) for line in broken), default=0.0)
    return Text(broken, Size(widest, sum(LEADING * _letters(line, size) for line in broken)))


def _letters(line: Line, size: float) -> float:
    """The size of a line's letters; strong ones are wider."""
    return {"plain": size, "strong": 1.05 * size, "quiet": size - 1.0}[line.kind]


def _text(text: Text, x: float, top: float, size: float, anchor: str) -> Iterator[str]:
    """The lines of a text, one below the other."""
    y = top
    for line in text.lines:
        letters = _letters(line, size)
        y += LEADING * letters
        weight = ' font-weight="600"' if line.kind == "strong" else ""
        colour = style.GREY if line.kind == "quiet" else style.INK
        shown = letters / 1.05 if line.kind == "strong" else letters
        yield (
            f'<text x="{x:.1f}" y="{y - 0.32 * letters:.1f}" font-size="{shown:.1f}" text-anchor="{anchor}"'
            f'{weight} fill="{colour}">{escape(line.text)}</text>'
        )


def _box(box: Box, middle: Point, size: Size, text: Text) -> Iterator[str]:
    left, top = middle.x - size.width / 2, middle.y - size.height / 2
    round_, fill = (14, "#F1F5F9") if box.is_end else (4, "white")
    colour = style.GREY if box.colour is None else style.PALETTE[box.colour % len(style.PALETTE)]
    dashes = ' stroke-dasharray="5 3"' if box.colour is None and not box.is_end else ""
    yield (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{size.width:.1f}" height="{size.height:.1f}" rx="{round_}" '
        f'fill="{fill}" stroke="{style.INK if box.is_end else colour}" stroke-width="1.3"{dashes}/>'
    )
    if box.colour is not None and not box.is_end:
        yield (f'<rect x="{left:.1f}" y="{top:.1f}" width="{BAND}" height="{size.height:.1f}" rx="2" fill="{colour}"/>')
    yield from _text(text, left + BAND + PADDING, top + PADDING, BOX_TEXT, "start")


def _label(middle: Point, text: Text, size: Size) -> Iterator[str]:
    """A label on a white plate, so that its line does not run through it."""
    width, height = size
    yield (
        f'<rect x="{middle.x - width / 2:.1f}" y="{middle.y - height / 2:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" fill="white"/>'
    )
    yield from _text(text, middle.x, middle.y - text.size.height / 2, LABEL_TEXT, "middle")


def _curve(line: Sequence[Point], share: float) -> Iterator[str]:
    """A line through its points, upright at each, with an arrow's head at its end."""
    width = THINNEST + (THICKEST - THINNEST) * share
    end, down = line[-1], line[-1].y > line[-2].y
    head = ARROW + width
    foot = Point(end.x, end.y - head * 0.9 if down else end.y + head * 0.9)
    path = f"M{line[0].x:.1f} {line[0].y:.1f}"
    for first, second in pairwise([*line[:-1], foot]):
        half = (first.y + second.y) / 2
        path += f"C{first.x:.1f} {half:.1f} {second.x:.1f} {half:.1f} {second.x:.1f} {second.y:.1f}"
    colour = style.GREY if share < SELDOM else style.BLUE
    dashes = ' stroke-dasharray="4 4"' if share < SELDOM else ""
    yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.1f}"{dashes}/>'
    yield (
        f'<path d="M{end.x:.1f} {end.y:.1f}L{end.x - head / 2:.1f} {foot.y:.1f}L{end.x + head / 2:.1f} {foot.y:.1f}Z" '
        f'fill="{colour}"/>'
    )
