"""The evidence in a report: how much confidence it gives, and the passages under what drives the answer."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.explore.evidence.trace import Footing, Ground, Trace
from offramp.explore.phrases import percent
from offramp.sources.document import shortened
from offramp.tell.evidence import DIRECTIONS, PASSAGE
from offramp.tell.report.blocks import Block, Item, Listing, Paragraph, Section, marked, plain, strong
from offramp.tell.report.context import Context

APART = (
    "Likelihood says how probable the answer is by the model and its numbers; confidence says how good the evidence "
    "under these numbers is. The two are kept apart (ICD 203)."
)


def evidence_section(context: Context) -> Section | None:
    """The confidence in the headline, why, and each driver with its bases and their passages."""
    trace = context.trace
    return None if trace is None else Section("evidence", "The evidence under the answer", tuple(_blocks(trace)))


def _blocks(trace: Trace) -> Iterator[Block]:
    yield Paragraph(marked(trace.confidence.sentence))
    if trace.confidence.reasons[1:]:
        yield Listing(tuple(Item(plain(reason)) for reason in trace.confidence.reasons[1:]))
    yield Paragraph(plain(APART), "note")
    driving = [footing for footing in trace.footings if footing.role == "driver"]
    if driving:
        yield Paragraph(plain("What drives the answer, the strongest first, and what says so:"))
        yield Listing(tuple(_footing(footing) for footing in driving))


def _footing(footing: Footing) -> Item:
    unit = f" {footing.unit}" if footing.unit else ""
    influence = "" if footing.influence is None else f"influence {percent(footing.influence)}, "
    about = f": {footing.value}{unit}; {influence}{DIRECTIONS.get(footing.direction, '')}; {footing.known} known"
    grounds = tuple(_ground(each) for each in footing.grounds)
    return Item(strong(footing.meaning or footing.name) + plain(about), grounds)


def _ground(ground: Ground) -> Item:
    where = f", {ground.locator}" if ground.locator else ""
    says = f": {ground.says}" if ground.says else ""
    words = f"{ground.kind.replace('_', ' ')}: {ground.text}{where}{says}"
    below = []
    if ground.passage:
        below.append(Item(plain(f"Paragraph {ground.paragraph}: “{shortened(ground.passage, PASSAGE)}”")))
    if ground.flag:
        below.append(Item(plain(ground.flag.replace("\n    ", " · "))))
    return Item(plain(words), tuple(below))
