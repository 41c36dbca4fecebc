"""What a section is written from: the run, what was explored of it, and what could not be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias, TypeVar

from offramp.explore.analysis import Analysis
from offramp.explore.run import Run
from offramp.figures.figure import Figure
from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.model import Scenario
from offramp.scenario.rounds import written_out
from offramp.tell.report.blocks import Picture, Section
from offramp.tell.report.knowing import unseen_moves

Found = TypeVar("Found", bound=Analysis)


@dataclass(frozen=True)
class Context:
    """What a section is written from.

    Attributes
    ----------
    run : Run
        Its ``explored`` are the analyses that go into the report.
    left_out : mapping of str to str
        Analyses that could not be made, and why.
    """

    run: Run
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        """The scenario of the run, with its rounds written out."""
        return written_out(self.run.scenario)

    @cached_property
    def compiled(self) -> Compiled:
        """The game of the scenario; its structure is the same in every draw."""
        return compile_scenario(self.run.solved)

    @cached_property
    def unseen(self) -> dict[str, tuple[str, ...]]:
        """For each move of a party the earlier moves of which its mover may not know what was chosen."""
        return unseen_moves(self.compiled)

    def found(self, kind: type[Found]) -> Iterator[Found]:
        """The analyses of a kind."""
        return (each for each in self.run.explored.values() if isinstance(each, kind))

    def first(self, kind: type[Found]) -> Found | None:
        """The first analysis of a kind, None without any."""
        return next(self.found(kind), None)


Writer: TypeAlias = Callable[[Context], Section | None]
"""Writes a section; None where there is nothing to say."""


def pictured(figure: Figure, name: str) -> Picture:
    """A picture of an analysis as one of the report's: its title and subtitle stand below it, not in it."""
    caption = f"{figure.title}. {figure.subtitle}" if figure.subtitle else figure.title
    untitled = replace(figure, title="", subtitle="")
    return Picture(name=name, title=caption, alt=figure.alt, svg=_numbered(untitled.svg), png=untitled.png)


_NUMBERED = re.compile(r"\b(clip|gradient_)\d+\b")


def _numbered(svg: str) -> str:
    """A picture with its inner names counted from 0; Vega counts on from one picture to the next."""
    names = {name: f"{name.rstrip('0123456789')}{place}" for place, name in enumerate(_names(svg))}
    return _NUMBERED.sub(lambda found: names.get(found[0], found[0]), svg)


def _names(svg: str) -> list[str]:
    """The inner names of a picture, in order; what only looks like one, in a text, is none."""
    return list(dict.fromkeys(re.findall(r'\bid="((?:clip|gradient_)\d+)"', svg)))
