"""From a run to the document of its report: the sections in their order, those left out that have nothing to say."""

from __future__ import annotations

from collections.abc import Iterator

from offramp import __version__
from offramp.tell.report.answer import answer_section
from offramp.tell.report.assumptions import assumptions_section
from offramp.tell.report.blocks import Document
from offramp.tell.report.context import Context, Writer
from offramp.tell.report.evidence import evidence_section
from offramp.tell.report.findings import (
    breaking_section,
    drivers_section,
    learning_section,
    observed_section,
    offers_section,
)
from offramp.tell.report.following import following_section
from offramp.tell.report.map import map_section
from offramp.tell.report.method import glossary_section, method_section, reproduce_section
from offramp.tell.report.moves import moves_section
from offramp.tell.report.reactions import reactions_section

SECTIONS: tuple[Writer, ...] = (
    answer_section,
    map_section,
    moves_section,
    offers_section,
    drivers_section,
    breaking_section,
    learning_section,
    observed_section,
    following_section,
    reactions_section,
    assumptions_section,
    evidence_section,
    method_section,
    reproduce_section,
    glossary_section,
)
"""The sections of a report, in order. Another one is another function in this row."""


def compose(context: Context) -> Document:
    """The report of a run."""
    scenario = context.scenario
    written = (write(context) for write in SECTIONS)
    return Document(
        title=scenario.title,
        subtitle=scenario.question,
        about=tuple(_about(context)),
        sections=tuple(section for section in written if section is not None),
    )


def _about(context: Context) -> Iterator[str]:
    run = context.run
    if run.scenario.as_of:
        yield f"as of {run.scenario.as_of.isoformat()}"
    yield f"{run.num_draws:,} draws, seed {run.seed}"
    yield f"offramp {__version__}"
