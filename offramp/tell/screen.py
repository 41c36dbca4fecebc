"""A run on one screen: the headline, the answers, what each party does, where the path breaks, how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from offramp.explore.run import Run
from offramp.explore.summary import ChoiceSummary, Estimate, MoveSummary
from offramp.scenario.expressions import Expression
from offramp.scenario.model import CHANCE
from offramp.tell import words
from offramp.tell.explored import explored_sections
from offramp.tell.headline import headline, headline_name
from offramp.tell.layout import SCREEN_WIDTH, bar, cell, emphasised, spaced, wrapped
from offramp.tell.names import move_label, outcome_label
from offramp.tell.sections import SCREEN_LINES, Section, fitted, room, screen_width, stacked
from offramp.tell.trust import certificate_words, spread_words

EXPLORED_LINES = 47
"""Most lines where the screen also says what drives the answer, and which offers are best."""

FEWEST = 2
"""A section of a run is never cut below this many rows."""

NOTE = 26
"""Columns that are kept free in a heading for how many rows were left out."""


def run_screen(run: Run, width: int = SCREEN_WIDTH) -> list[Text]:
    """The lines of a run's screen, at most ``width`` cells wide, but never laid out for fewer than 60."""
    width = screen_width(width)
    head = [*_heading(run, width), Text(), *wrapped(emphasised(headline(run)), width)]
    if run.confidence is not None:
        head += wrapped(emphasised(run.confidence.sentence), width)
    foot = [*wrapped(Text(_trust(run)), width), *_unsettled(run, width), *wrapped(Text(_effort(run)), width)]
    lines = EXPLORED_LINES if run.explored else SCREEN_LINES
    return stacked(head, fitted(list(_sections(run, width)), room(head, foot, lines), FEWEST), foot)


def _heading(run: Run, width: int) -> list[Text]:
    scenario = run.scenario
    date = f" (as of {scenario.as_of.isoformat()})" if scenario.as_of else ""
    lines = wrapped(Text(scenario.title + date, style="bold"), width)
    return lines + (wrapped(Text(scenario.question, style="dim"), width) if scenario.question else [])


def _sections(run: Run, width: int) -> Iterator[Section]:
    yield from _run_sections(run, width)
    yield from explored_sections(run, width)


def _run_sections(run: Run, width: int) -> Iterator[Section]:
    others = [(answer.clause, run.answers[answer.name]) for answer in run.scenario.answers[1:]]
    if others:
        yield Section("Also asked", tuple(_bar_row(*each, width) for each in others), noted=True)
    open_moves = run.paths.open_moves
    rows = tuple(_move_row(run, name, move, width) for name, move in run.moves.items() if name in open_moves)
    yield Section("What each party does, given that it comes to that", rows, worth=2, noted=True)
    breaks = [
        (f"{move_label(run.scenario, each.move)}: {spaced(each.choice)}", each.probability) for each in run.breaks
    ]
    if breaks:
        rows = tuple(_bar_row(*each, width) for each in _by_likelihood(breaks))
        yield Section(cell(_breaks_heading(run), width - NOTE).rstrip(), rows, noted=True)
    ends = [(outcome_label(run.scenario, name), estimate) for name, estimate in run.outcomes.items()]
    yield Section("How it ends", tuple(_bar_row(*each, width) for each in _by_likelihood(ends)), noted=True)


def _breaks_heading(run: Run) -> str:
    given = run.scenario.answers[0].given_says
    return "Where the path breaks" + (f", if {given}" if given else "")


def _by_likelihood(rows: list[tuple[str, Estimate]]) -> list[tuple[str, Estimate]]:
    return sorted(rows, key=lambda row: -row[1].mean)


def _bar_row(label: str, estimate: Estimate | None, width: int) -> Text:
    """Label, probability, bar, likelihood word and the range that holds 90 % of the draws."""
    bar_width = 16 if width >= SCREEN_WIDTH else 8
    row = Text("  ")
    row.append(cell(label, width - bar_width - 43))
    if estimate is None:
        row.append("  in no draw does it come to that", style="dim")
        return row
    row.append(f"  {words.percent(estimate.mean):>4}  ", style="bold")
    row.append(bar(estimate.mean, bar_width), style="cyan")
    row.append(f"  {words.likelihood(estimate.mean).removesuffix(words.IN_MODEL):<19}")
    row.append(f"  {_range(estimate)}", style="dim")
    row.rstrip()
    return row


def _range(estimate: Estimate) -> str:
    """The interval, or nothing where the draws agree."""
    agree = estimate.high - estimate.low < words.PLAIN_WIDTH
    return "" if agree else words.span(estimate.low, estimate.high)


def _move_row(run: Run, name: str, move: MoveSummary, width: int) -> Text:
    """Who moves, at what, how likely it comes to that, and the choices from the likeliest on."""
    labels = {party.name: party.label or party.name for party in run.scenario.parties}
    wide = width >= SCREEN_WIDTH
    row = Text("  ")
    row.append(cell(CHANCE if move.by == CHANCE else labels[move.by], 20 if wide else 14))
    row.append("  " + cell(move_label(run.scenario, name), 16 if wide else 12))
    row.append(f"  reached {words.percent(move.reached.mean):>4}  ", style="dim")
    row.append(cell(_choices(move.choices), width - row.cell_len))
    row.rstrip()
    return row


def _choices(choices: Mapping[str, ChoiceSummary]) -> str:
    """Choices with their probability given that the move is reached, the likeliest first."""
    known = [(name, choice.given_reached.mean) for name, choice in choices.items() if choice.given_reached]
    if not known:
        return "no path leads here"
    ordered = sorted(known, key=lambda each: -each[1])
    return " · ".join(f"{spaced(name)} {words.percent(probability)}" for name, probability in ordered)


def _trust(run: Run) -> str:
    return certificate_words(run.certificate, run.num_draws, spread_words(run.spread, headline_name(run)))


def _unsettled(run: Run, width: int) -> list[Text]:
    """That more draws could change the words of the headline, where they could."""
    found = run.enough
    return [] if found is None or found.settled else wrapped(emphasised(found.sentence), width)


def _effort(run: Run) -> str:
    stopped = f" (stopped early: {run.requested:,} were asked for)" if run.interrupted else ""
    precision = "" if run.precision is None else f", precision {_precision(run.precision)}"
    effort = f"{run.num_draws:,} draws{stopped}, seed {run.seed}{precision}, {run.timings['total']:.1f} s"
    return f"{effort}. Ranges hold 90% of the draws."


def _precision(stated: Expression | Mapping[str, Expression]) -> str:
    """The precision as it is stated: "12", "care", "us 20, ruler care"."""
    if isinstance(stated, Mapping):
        return ", ".join(f"{party} {each.text}" for party, each in stated.items())
    return stated.text
