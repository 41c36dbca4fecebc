"""From boxes and links to layers: which layer each box is in, and what stands beside it there.

Steps 1 and 2 of Sugiyama, Tagawa & Toda (1981), "Methods for visual understanding of hierarchical system structures".
Links that lead back are turned round. A box is as far from the first one as its longest path. Every link becomes a
chain with one *vertex* in each layer that it passes; the first of them is as large as the link's label, as in Gansner
et al. (1993), "A technique for drawing directed graphs", so that labels have room of their own. The vertices of a layer
are ordered by sweeps of barycentres and by swaps of neighbours, so that few links cross, heavy ones least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

SWEEPS = 12
"""Sweeps down and up over the layers."""

ROOM = 14.0
"""Width of a link where it passes a layer without a label."""


class Size(NamedTuple):
    """Width and height of a box, in points."""

    width: float
    height: float


@dataclass(frozen=True)
class Link:
    """A link from one box to another, by their places, with the size of its label and its weight (0 to 1)."""

    source: int
    target: int
    label: Size
    weight: float


@dataclass(frozen=True)
class Layered:
    """Boxes and links in layers.

    Attributes
    ----------
    sizes : tuple of Size
        Of every vertex; the boxes come first.
    layers : tuple of tuples of int
        The vertices of each layer from left to right; boxes are in every other one.
    chains : tuple of tuples of int
        The vertices of each link from top to bottom, its boxes included.
    turned : tuple of bool
        Whether a link leads upwards, from the end of its chain to the beginning.
    """

    sizes: tuple[Size, ...]
    layers: tuple[tuple[int, ...], ...]
    chains: tuple[tuple[int, ...], ...]
    turned: tuple[bool, ...]


def in_layers(boxes: Sequence[Size], links: Sequence[Link]) -> Layered:
    """``boxes`` and ``links`` in layers, the first box in the first one."""
    turned = _leading_back(len(boxes), links)
    ends = [
        (link.target, link.source) if back else (link.source, link.target)
        for link, back in zip(links, turned, strict=True)
    ]
    ranks = _ranks(len(boxes), ends)
    sizes, chains = list(boxes), []
    layers: list[list[int]] = [[] for _ in range(2 * max(ranks, default=0) + 1)]
    for box, rank in enumerate(ranks):
        layers[2 * rank].append(box)
    for (first, last), link, back in zip(ends, links, turned, strict=True):
        between = list(range(2 * ranks[first] + 1, 2 * ranks[last]))
        labelled = between[-1 if back else 0]
        chain = [first]
        for layer in between:
            chain.append(len(sizes))
            layers[layer].append(len(sizes))
            sizes.append(link.label if layer == labelled else Size(ROOM, 0.0))
        chains.append((*chain, last))
    ordered = _ordered(layers, chains, [link.weight for link in links])
    return Layered(tuple(sizes), ordered, tuple(chains), tuple(turned))


def _leading_back(num_boxes: int, links: Sequence[Link]) -> list[bool]:
    """Which links close a circle when all are walked depth first from the first box."""
    leaving: list[list[int]] = [[] for _ in range(num_boxes)]
    for index, link in enumerate(links):
        leaving[link.source].append(index)
    back = [link.source == link.target for link in links]
    state = [0] * num_boxes  # 1: on the walk, 2: done
    for start in range(num_boxes):
        walk = [(start, iter(leaving[start]))] if state[start] == 0 else []
        state[start] = max(state[start], 1)
        while walk:
            box, rest = walk[-1]
            index = next(rest, -1)
            if index < 0:
                state[box] = 2
                walk.pop()
                continue
            target = links[index].target
            back[index] = state[target] == 1
            if state[target] == 0:
                state[target] = 1
                walk.append((target, iter(leaving[target])))
    return back


def _ranks(num_boxes: int, ends: Sequence[tuple[int, int]]) -> list[int]:
    """The length of the longest path to each box; ``ends`` form no circle."""
    ranks = [0] * num_boxes
    for _ in range(num_boxes):
        longer = [(first, last) for first, last in ends if first != last and ranks[last] <= ranks[first]]
        if not longer:
            break
        for first, last in longer:
            ranks[last] = max(ranks[last], ranks[first] + 1)
    return ranks


class _Step(NamedTuple):
    """One step of a chain, from a vertex to one in the next layer."""

    upper: int
    lower: int
    weight: float


def _ordered(
    layers: list[list[int]], chains: Sequence[Sequence[int]], weights: Sequence[float]
) -> tuple[tuple[int, ...], ...]:
    """The layers with their vertices in the best order that was found."""
    places = {vertex: layer for layer, vertices in enumerate(layers) for vertex in vertices}
    steps: list[list[_Step]] = [[] for _ in layers]
    for chain, weight in zip(chains, weights, strict=True):
        for upper, lower in pairwise(chain):
            steps[places[upper]].append(_Step(upper, lower, 1.0 + weight))
    best = [list(layer) for layer in layers]
    fewest = _crossings(best, steps)
    order = [list(layer) for layer in layers]
    for sweep in range(SWEEPS):
        _sweep(order, steps, downwards=sweep % 2 == 0)
        _swap(order, steps)
        found = _crossings(order, steps)
        if found < fewest:
            best, fewest = [list(layer) for layer in order], found
    return tuple(tuple(layer) for layer in best)


def _sweep(order: list[list[int]], steps: list[list[_Step]], *, downwards: bool) -> None:
    """Sort each layer by the mean place of the neighbours in the layer before."""
    span = range(1, len(order)) if downwards else range(len(order) - 2, -1, -1)
    for layer in span:
        before = order[layer - 1 if downwards else layer + 1]
        place = {vertex: index for index, vertex in enumerate(before)}
        near: dict[int, list[float]] = {vertex: [] for vertex in order[layer]}
        for step in steps[layer - 1 if downwards else layer]:
            here, there = (step.lower, step.upper) if downwards else (step.upper, step.lower)
            near[here].append(place[there])
        current = {vertex: index for index, vertex in enumerate(order[layer])}
        order[layer].sort(key=lambda v: sum(near[v]) / len(near[v]) if near[v] else current[v])


def _swap(order: list[list[int]], steps: list[list[_Step]]) -> None:
    """Swap neighbours as long as that takes crossings away."""
    improved = True
    while improved:
        improved = False
        for layer, vertices in enumerate(order):
            for index in range(len(vertices) - 1):
                around = range(max(layer - 1, 0), min(layer + 1, len(order) - 1))
                now = sum(_crossed(order, steps, each) for each in around)
                vertices[index], vertices[index + 1] = vertices[index + 1], vertices[index]
                if sum(_crossed(order, steps, each) for each in around) < now:
                    improved = True
                else:
                    vertices[index], vertices[index + 1] = vertices[index + 1], vertices[index]


def _crossings(order: list[list[int]], steps: list[list[_Step]]) -> float:
    return sum(_crossed(order, steps, layer) for layer in range(len(order) - 1))


def _crossed(order: list[list[int]], steps: list[list[_Step]], layer: int) -> float:
    """The weight of the crossings between a layer and the next."""
    upper = {vertex: index for index, vertex in enumerate(order[layer])}
    lower = {vertex: index for index, vertex in enumerate(order[layer + 1])}
    rows = [(upper[step.upper], lower[step.lower], step.weight) for step in steps[layer]]
    return sum(
        first[2] * second[2]
        for index, first in enumerate(rows)
        for second in rows[:index]
        if (first[0] - second[0]) * (first[1] - second[1]) < 0
    )
