"""What a section is written from: the run, what was explored of it, and what could not be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, TypeVar

from offramp.explore.analysis import Analysis
from offramp.explore.drivers.result import Drivers
from offramp.explore.evidence.trace import Trace, evidence_under
from offramp.explore.run import Run
from offramp.figures.figure import Figure
from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.model import Scenario
from offramp.scenario.rounds import written_out
from offramp.tell.report.blocks import Block, Paragraph, Picture, Section, marked
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
    documents : path, optional
        The folder of the documents; by default ``sources`` beside the scenario's file.
    """

    run: Run
    left_out: Mapping[str, str] = field(default_factory=dict)
    documents: Path | None = None

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

    @cached_property
    def trace(self) -> Trace | None:
        """What the headline rests on; None where nothing says what drives it, or the headline is asked in no draw."""
        drivers = self.first(Drivers)
        headline = self.run.scenario.answers[0].name if self.run.scenario.answers else ""
        if drivers is None or drivers.quantity != headline:
            return None
        return evidence_under(self.run, documents=self.documents, drivers=drivers)

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


NOTE = "Note: "
"""How a sentence begins that is a note."""


def told(analysis: Analysis) -> Iterator[Block]:
    """The sentences of an analysis, its notes last and apart."""
    sentences = analysis.sentences()
    yield from (Paragraph(marked(each)) for each in sentences if not each.startswith(NOTE))
    yield from (Paragraph(marked(each), "note") for each in sentences if each.startswith(NOTE))


def drawn(analysis: Analysis, prefix: str) -> Iterator[Block]:
    """The pictures of an analysis."""
    for name, figure in analysis.figures().items():
        yield pictured(figure, prefix if name == prefix else f"{prefix}-{name}")


_NUMBERED = re.compile(r"\b(clip|gradient_)\d+\b")


def _numbered(svg: str) -> str:
    """A picture with its inner names counted from 0; Vega counts on from one picture to the next."""
    names = {name: f"{name.rstrip('0123456789')}{place}" for place, name in enumerate(_names(svg))}
    return _NUMBERED.sub(lambda found: names.get(found[0], found[0]), svg)


def _names(svg: str) -> list[str]:
    """The inner names of a picture, in order; what only looks like one, in a text, is none."""
    return list(dict.fromkeys(re.findall(r'\bid="((?:clip|gradient_)\d+)"', svg)))
