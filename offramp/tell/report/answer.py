"""What was asked and how it ends: the headline, every answer, every outcome, and where the path breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from offramp.explore.picture import run_figures
from offramp.explore.summary import Estimate
from offramp.tell import words
from offramp.tell.headline import headline
from offramp.tell.names import outcome_label
from offramp.tell.report.blocks import Block, Cell, Column, Paragraph, Section, Table, marked, plain, strong
from offramp.tell.report.context import Context, pictured

NUMBERS = (Column("Probability", is_number=True), Column("In words"), Column("90% of draws", is_number=True))


def answer_section(context: Context) -> Section:
    """The headline, all that was asked, and how it ends."""
    return Section("answer", "The answer", tuple(_blocks(context)))


def estimate_cells(estimate: Estimate | None) -> tuple[Cell, ...]:
    """A probability, its word and its range, as cells under ``NUMBERS``."""
    if estimate is None:
        return plain("–"), plain("in no draw does it come to that"), plain("–")
    return strong(words.percent(estimate.mean)), plain(words.likelihood(estimate.mean)), plain(span_words(estimate))


def span_words(estimate: Estimate) -> str:
    """The range that holds 90 % of the draws."""
    return words.span(estimate.low, estimate.high)


def _blocks(context: Context) -> Iterator[Block]:
    run = context.run
    yield Paragraph(marked(headline(run)), "lead")
    if context.trace is not None:
        yield Paragraph(marked(context.trace.confidence.sentence))
    if run.interrupted:
        kept = f"The run was stopped early: {run.num_draws:,} of {run.requested:,} draws were kept."
        yield Paragraph(strong(kept))
    found = run.enough
    if found is not None and not found.settled:
        yield Paragraph(marked(found.sentence))
    asked = [(each.clause, run.answers[each.name]) for each in run.scenario.answers]
    if asked:
        yield _table("What was asked", "Asked", asked)
    ends = sorted(run.outcomes.items(), key=lambda row: -row[1].mean)
    labelled = [(outcome_label(run.scenario, name), each) for name, each in ends]
    yield _table("How it ends, the likeliest first", "Outcome", labelled)
    figures = run_figures(run)
    yield pictured(figures["outcomes"], "outcomes")
    if "breaks" in figures:
        yield pictured(figures["breaks"], "breaks")


def _table(caption: str, first: str, rows: Iterable[tuple[str, Estimate | None]]) -> Table:
    cells = tuple((plain(label), *estimate_cells(estimate)) for label, estimate in rows)
    return Table(caption, (Column(first), *NUMBERS), cells)
