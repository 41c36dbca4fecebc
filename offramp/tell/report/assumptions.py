"""Every number that the answer rests on: what it means, how unsure it is, what says so, and how well it is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from offramp.explore.learning.grades import grade
from offramp.explore.learning.says import KNOWN
from offramp.explore.phrases import party_label, spaced
from offramp.scenario.distributions import Distribution
from offramp.scenario.model import Assumption, Basis, Scenario, Source
from offramp.tell.report.blocks import (
    Block,
    Cell,
    Column,
    Density,
    Item,
    Listing,
    Paragraph,
    Section,
    Table,
    plain,
    strong,
)
from offramp.tell.report.context import Context

BINS, LEVELS = 28, 4000
"""Bars of a small picture of a density, and values that it is counted from."""

TAIL = 0.005
"""What is left out at each end of a distribution without an end."""

COLUMNS = (
    Column("Assumption"),
    Column("Value"),
    Column("Shape"),
    Column("Rests on"),
    Column("Known"),
)

RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
"""The letters of the Admiralty system (NATO AJP-2.1)."""

GRADING = (
    "Letters and digits are Admiralty grades: the reliability of the source (A to F) and the credibility of what it "
    "says (1 confirmed, 2 probably true, 3 possibly true, 4 doubtful, 5 improbable, 6 cannot be judged). A number that "
    "rests on judgement alone, or on nothing, is poorly known, whatever its range. Each shape has a scale of its own."
)


def assumptions_section(context: Context) -> Section | None:
    """The table of assumptions, how they move together, and the sources."""
    if not context.scenario.assumptions:
        return None
    return Section("assumptions", "The assumptions", tuple(_blocks(context.scenario)))


def density_of(value: Distribution) -> Density:
    """The shape of a distribution: of one without ends the middle 99 %."""
    if value.is_fixed:
        end = f"{value.median:.6g}"
        side = (0.0,) * (BINS // 2)
        return Density((*side, 1.0, *side), end, end)
    low, high = value.support
    low = low if np.isfinite(low) else float(value.quantile(TAIL))
    high = high if np.isfinite(high) else float(value.quantile(1.0 - TAIL))
    counts, _ = np.histogram(value.midpoints(LEVELS), bins=BINS, range=(low, high))
    heights = tuple((counts / counts.max()).round(3).tolist())
    return Density(heights, f"{low:.4g}", f"{high:.4g}")


def _blocks(scenario: Scenario) -> Iterator[Block]:
    yield Paragraph(plain(GRADING), "note")
    rows = tuple(_row(scenario, each) for each in scenario.assumptions)
    yield Table("Every assumption, with what it rests on", COLUMNS, rows)
    if scenario.correlations:
        pairs = (
            f"{spaced(each.first)} and {spaced(each.second)}: {each.rank:+g}".replace("-", "−")
            for each in scenario.correlations
        )
        yield Paragraph(plain("These move together (rank correlation):"))
        yield Listing(tuple(Item(plain(pair)) for pair in pairs))
    if scenario.sources:
        yield _sources(scenario)


def _row(scenario: Scenario, each: Assumption) -> tuple[Cell, ...]:
    unit = f" {each.unit}" if each.unit else ""
    meaning = f": {each.meaning.rstrip('.')}" if each.meaning else ""
    private = f" (known to {party_label(scenario, each.private_to)} alone)" if each.private_to else ""
    rests = ";\n".join(_basis_words(scenario, basis) for basis in each.basis) or "nothing stated"
    known = grade(each, scenario.sources)
    return (
        strong(spaced(each.name)) + plain(meaning + private),
        plain(each.value.describe() + unit),
        density_of(each.value),
        plain(rests),
        plain(KNOWN[known.known]),
    )


def _basis_words(scenario: Scenario, basis: Basis) -> str:
    """A basis with its grade: "Calle Ocho News, paragraph 12 (C3): has held on to the army"."""
    says = f": {basis.says.rstrip('.')}" if basis.says else ""
    if basis.source:
        source = next((each for each in scenario.sources if each.name == basis.source), Source(basis.source, ""))
        where = f", paragraph {basis.paragraph}" if basis.paragraph else ""
        letters = f"{source.reliability or 'F'}{basis.credibility or 6}"
        return f"{source.publisher or source.title or spaced(source.name)}{where} ({letters}){says}"
    if basis.base_rate:
        return f"base rate, {basis.base_rate}{says}"
    if basis.study:
        return f"{basis.study}{says}"
    return f"judgement: {basis.judgement.rstrip('.')}"


def _sources(scenario: Scenario) -> Table:
    columns = (Column("Source"), Column("Publisher"), Column("Date"), Column("Reliability"))
    rows = tuple(
        (
            plain(source.title or spaced(source.name)),
            plain(source.publisher or "–"),
            plain(source.date.isoformat() if source.date else "–"),
            plain(f"{source.reliability or 'F'}, {RELIABILITY.get(source.reliability, RELIABILITY['F'])}"),
        )
        for source in scenario.sources
    )
    return Table("Sources", columns, rows)
