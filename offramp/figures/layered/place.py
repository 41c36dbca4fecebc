"""Where the boxes, labels and lines of a layered graph stand.

Across, the vertices keep their order and their distance, and the weighted length of all steps of the links is least:
the linear programme of Gansner et al. (1993), section 4, solved exactly. Steps that only pass a layer count most, so
that long links are straight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from offramp.figures.layered.layers import Layered, Link, Size, in_layers

ACROSS, DOWN = 22.0, 26.0
"""Least distance of two neighbours, and of two layers."""

MARGIN = 12.0

PASSING, CARRYING = 8.0, 6.0
"""What a step between two vertices without a box weighs, and how much the weight of its link adds to that of any."""

PORT = 26.0
"""Distance at which lines leave or reach a box side by side, where there is room."""


class Point(NamedTuple):
    """A place: across, and down."""

    x: float
    y: float


@dataclass(frozen=True)
class Placed:
    """A layered graph that can be drawn.

    Attributes
    ----------
    size : Size
    boxes, labels : tuple of Point
        The middle of each box, and of each link's label.
    lines : tuple of tuples of Point
        The line of each link from its source to its target, two points a layer that it passes.
    """

    size: Size
    boxes: tuple[Point, ...]
    labels: tuple[Point, ...]
    lines: tuple[tuple[Point, ...], ...]


def placed(boxes: Sequence[Size], links: Sequence[Link]) -> Placed:
    """The drawing of a graph, the first box at the top."""
    layered = in_layers(boxes, links)
    across, rows = _across(layered, links), _rows(layered)
    middles = [Point(x, rows[v].middle) for v, x in enumerate(across)]
    lines = []
    for chain, ports, back in zip(layered.chains, _ports(layered, across), layered.turned, strict=True):
        line = [Point(ports[0], middles[chain[0]].y + layered.sizes[chain[0]].height / 2)]
        for vertex in chain[1:-1]:
            line += [Point(across[vertex], rows[vertex].top), Point(across[vertex], rows[vertex].bottom)]
        line.append(Point(ports[1], middles[chain[-1]].y - layered.sizes[chain[-1]].height / 2))
        lines.append(tuple(line[::-1] if back else line))
    labels = (chain[-2 if back else 1] for chain, back in zip(layered.chains, layered.turned, strict=True))
    right = max((x + size.width / 2 for x, size in zip(across, layered.sizes, strict=True)), default=0.0)
    bottom = max((row.bottom for row in rows), default=0.0)
    return Placed(
        size=Size(right + MARGIN, bottom + MARGIN),
        boxes=tuple(middles[: len(boxes)]),
        labels=tuple(middles[label] for label in labels),
        lines=tuple(lines),
    )


class _Row(NamedTuple):
    """From where to where a layer reaches."""

    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def _rows(layered: Layered) -> list[_Row]:
    """The layer of each vertex."""
    rows, top = [_Row(0.0, 0.0)] * len(layered.sizes), MARGIN
    for layer in layered.layers:
        bottom = top + max((layered.sizes[vertex].height for vertex in layer), default=0.0)
        for vertex in layer:
            rows[vertex] = _Row(top, bottom)
        top = bottom + DOWN
    return rows


def _across(layered: Layered, links: Sequence[Link]) -> list[float]:
    """The middle of each vertex, the leftmost edge of all at the margin."""
    from scipy.optimize import linprog

    count = len(layered.sizes)
    steps = list(_steps(layered, links))
    rows: list[tuple[list[tuple[int, float]], float]] = []
    for index, (upper, lower, _) in enumerate(steps):
        length = count + index
        rows += [([(upper, 1.0), (lower, -1.0), (length, -1.0)], 0.0)]
        rows += [([(upper, -1.0), (lower, 1.0), (length, -1.0)], 0.0)]
    for layer in layered.layers:
        for left, right in pairwise(layer):
            apart = (layered.sizes[left].width + layered.sizes[right].width) / 2 + ACROSS
            rows.append(([(left, 1.0), (right, -1.0)], -apart))
    least = [MARGIN + size.width / 2 for size in layered.sizes]
    if not rows:
        return least
    matrix = np.zeros((len(rows), count + len(steps)))
    for row, (entries, _) in enumerate(rows):
        for column, value in entries:
            matrix[row, column] = value
    costs = np.array([0.0] * count + [weight for _, _, weight in steps])
    bounds: list[tuple[float | None, float | None]] = [(low, None) for low in least]
    bounds += [(0.0, None)] * len(steps)
    found = linprog(costs, A_ub=matrix, b_ub=np.array([limit for _, limit in rows]), bounds=bounds, method="highs")
    assert found.x is not None, found.message
    return [float(x) for x in found.x[:count]]


def _steps(layered: Layered, links: Sequence[Link]) -> Iterator[tuple[int, int, float]]:
    """The steps of all links: two vertices, and what a step between them weighs."""
    for chain, link in zip(layered.chains, links, strict=True):
        last = len(chain) - 2
        for index, (upper, lower) in enumerate(pairwise(chain)):
            passing = PASSING if 0 < index < last else 1.0
            yield upper, lower, passing * (1.0 + CARRYING * link.weight)


def _ports(layered: Layered, across: Sequence[float]) -> list[tuple[float, float]]:
    """Where each link leaves the box above and reaches the box below: side by side, in order, as room allows."""
    leaving: dict[int, list[tuple[float, int]]] = {}
    reaching: dict[int, list[tuple[float, int]]] = {}
    for index, chain in enumerate(layered.chains):
        leaving.setdefault(chain[0], []).append((across[chain[1]], index))
        reaching.setdefault(chain[-1], []).append((across[chain[-2]], index))
    ports = [[0.0, 0.0] for _ in layered.chains]
    for end, ordered in ((0, leaving), (1, reaching)):
        for box, found in ordered.items():
            room = max(layered.sizes[box].width - 36.0, 0.0)
            apart = min(PORT, room / max(len(found) - 1, 1))
            for place, (_, index) in enumerate(sorted(found)):
                ports[index][end] = across[box] + apart * (place - (len(found) - 1) / 2)
    return [(first, last) for first, last in ports]
