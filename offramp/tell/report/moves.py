"""What each party does, given that it comes to that, and over all draws alike."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.explore.phrases import party_label, percent
from offramp.explore.summary import Estimate
from offramp.scenario.model import CHANCE, Move
from offramp.tell.names import choice_label, move_label
from offramp.tell.report.answer import span_words
from offramp.tell.report.blocks import Cell, Column, Paragraph, Section, Table, plain, strong
from offramp.tell.report.context import Context

COLUMNS = (
    Column("Choice"),
    Column("Move is reached", is_number=True),
    Column("Chosen, if reached", is_number=True),
    Column("90% of draws", is_number=True),
    Column("Over all draws", is_number=True),
    Column("Reached and chosen", is_number=True),
)

HOW_TO_READ = (
    "“Chosen, if reached” counts draws by how likely they reach the move. “Over all draws” counts all draws alike, "
    "also those in which it would not come to that: what the mover does or would do."
)


def moves_section(context: Context) -> Section:
    """A table of all choices; moves at which the path decides are left out."""
    run = context.run
    shown = [move for move in context.scenario.moves if move.name in run.paths.open_moves]
    rows = tuple(row for move in shown for row in _rows(context, move))
    table = Table("Every choice, in the order of the moves", COLUMNS, rows)
    return Section("moves", "What each party does", (Paragraph(plain(HOW_TO_READ), "note"), table))


def _rows(context: Context, move: Move) -> Iterator[tuple[Cell, ...]]:
    scenario, summary = context.scenario, context.run.moves[move.name]
    who = "Chance" if move.by == CHANCE else party_label(scenario, move.by)
    for choice in move.choices:
        found = summary.choices[choice.name]
        yield (
            plain(f"{who}, {move_label(scenario, move.name)}: {choice_label(choice)}"),
            plain(percent(summary.reached.mean)),
            strong(_mean(found.given_reached)),
            plain(span_words(found.given_reached) if found.given_reached else "–"),
            plain(_mean(found.over_all_draws)),
            plain(_mean(found.on_path)),
        )


def _mean(estimate: Estimate | None) -> str:
    return percent(estimate.mean) if estimate else "–"
