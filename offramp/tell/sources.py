"""Sources on a terminal: the ledger, passages beside what rests on them, and suggestions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import indent

from rich.text import Text

from offramp.sources.checking import Checked, Located
from offramp.sources.document import shortened
from offramp.sources.ledger import Entry
from offramp.sources.suggesting import NOTE, Kind, Suggestion, Suggestions
from offramp.tell.layout import SCREEN_WIDTH, cell, wrapped
from offramp.tell.sections import screen_width

PASSAGE = 220
"""Letters of a passage that are shown."""

HEADINGS: dict[Kind, str] = {
    "party": "May bear on parties",
    "term": "May bear on terms",
    "move": "May bear on moves",
    "assumption": "May bear on assumptions",
    "actor": "Actors that it seems to speak of",
    "obstacle": "Obstacles that it seems to speak of",
    "hedge": "Hedged sentences",
}


def check_screen(checked: Checked, width: int = SCREEN_WIDTH) -> list[Text]:
    """What a check of a scenario's sources found: every passage beside what rests on it, and what asks for a look."""
    width = screen_width(width)
    lines = wrapped(Text(checked.scenario.title, style="bold"), width)
    lines += [*wrapped(Text(f"Documents in {checked.folder}", style="dim"), width), Text()]
    lines += [line for each in _source_rows(checked) for line in wrapped(each, width)]
    for located in checked.located:
        lines += [Text(), *_located(located, width)]
    return [*lines, Text(), *(line for each in _verdict(checked) for line in wrapped(each, width))]


def _source_rows(checked: Checked) -> Iterator[Text]:
    for source in checked.scenario.sources:
        held = checked.held[source.name]
        row = Text(f"{source.name} ", style="bold")
        row.append(f"(reliability {source.reliability or 'not stated'}) ", style="")
        if held.document:
            row.append(f"{len(held.document.paragraphs)} paragraphs, {held.where}", style="")
        else:
            row.append(held.trouble.replace("\n    ", " · "), style="red")
        yield row
    if not checked.scenario.sources:
        yield Text("The scenario names no sources.")
    for copy in checked.origins.copies:
        yield Text(
            f"{copy.first} and {copy.second} have one origin: {copy.containment:.0%} of the shorter is the same."
        )
    for each in checked.origins.overlaps:
        yield Text(
            f"{each.first} and {each.second} share {each.containment:.0%} of the shorter and count apart.", style="dim"
        )


def _located(located: Located, width: int) -> list[Text]:
    head = Text(located.what, style="bold")
    where = located.locator if located.locator.startswith("paragraph ") else f"“{shortened(located.locator, 40)}”"
    grade = f", credibility {located.credibility}" if located.credibility else ""
    head.append(f"  {located.source}{', ' + where if located.locator else ''}{grade}", style="cyan")
    lines = wrapped(head, width)
    if located.says:
        lines += _indented(f"says: {located.says}", width)
    if located.passage and located.statement:
        lead = "" if located.locator.startswith("paragraph ") else f"paragraph {located.passage.paragraph}: "
        lines += _indented(f"{lead}“{shortened(located.statement.sentence, PASSAGE)}”", width, "dim")
    for text, style in ((located.trouble, "red"), (located.flag, "yellow")):
        if text:
            lines += _indented(text.replace("\n    ", " · "), width, style)
    if located.status == "no locator":
        lines += _indented("no paragraph: or passage:, so that nothing can be looked up", width, "dim")
    return lines


def _indented(text: str, width: int, style: str = "") -> list[Text]:
    return [Text("    ") + line for line in wrapped(Text(text, style=style), width - 4)]


def _verdict(checked: Checked) -> Iterator[Text]:
    with_locator = [each for each in checked.located if each.status != "no locator"]
    lost = [each for each in with_locator if not each.resolves]
    if lost:
        yield Text(f"{len(lost)} of {len(with_locator)} locators lead nowhere.", style="bold red")
    elif with_locator:
        yield Text(f"Every locator leads to a passage ({len(with_locator)}).", style="bold")
    flagged = checked.flagged
    if flagged:
        names = ", ".join(each.what for each in flagged)
        passages = "1 passage is" if len(flagged) == 1 else f"{len(flagged)} passages are"
        yield Text(f"{passages} graded better than the words support: {names}. Look again; the rule may be wrong.")
    groups = checked.origins.groups
    if len(groups) < len(checked.scenario.sources):
        yield Text(f"{len(checked.scenario.sources)} sources have at most {len(groups)} origins.")


def ledger_screen(entries: Iterable[Entry], width: int = SCREEN_WIDTH) -> list[Text]:
    """The entries of a ledger, one a paragraph."""
    width = screen_width(width)
    lines: list[Text] = []
    for entry in entries:
        lines += [Text(), *_entry(entry, width)] if lines else _entry(entry, width)
    return lines or [Text("The ledger holds no documents yet; add one with: offramp sources add FILE")]


def _entry(entry: Entry, width: int) -> list[Text]:
    head = Text(entry.name, style="bold")
    head.append(f"  {entry.title}")
    day = entry.date.isoformat() if entry.date else ""
    reliability = f"reliability {entry.reliability}" if entry.reliability else "reliability not stated"
    about = " · ".join(filter(None, (entry.publisher, day, reliability, entry.url or entry.original)))
    return [*wrapped(head, width), *_indented(about, width), *_indented(entry.file, width, "dim")]


def source_yaml(entry: Entry) -> str:
    """The entry as a scenario has it under ``sources:``."""
    from offramp.scenario.edit import edit

    values = {
        "title": entry.title,
        "publisher": entry.publisher,
        "date": entry.date.isoformat() if entry.date else "",
        "url": entry.url,
        "reliability": entry.reliability,
        "file": entry.file,
    }
    text = edit(f"{entry.name}: 0", {(entry.name,): {key: value for key, value in values.items() if value}})
    return indent(text, "  ")


def suggestion_screen(found: Suggestions, width: int = SCREEN_WIDTH) -> list[Text]:
    """Suggestions by what they may bear on, each with its words, its sentence and its hedges."""
    width = screen_width(width)
    about = f"{found.report.title or found.file}, {len(found.report.paragraphs)} paragraphs"
    lines = wrapped(Text(about, style="bold"), width)
    lines += wrapped(Text(f"{NOTE}.", style="yellow"), width)
    for kind, heading in HEADINGS.items():
        of_kind = [each for each in found.found if each.kind == kind]
        if of_kind:
            lines += [Text(), Text(heading, style="bold")]
            lines += [line for group in _by_label(of_kind) for line in _suggested(group, width)]
    if found.nothing:
        lines += [Text(), *wrapped(Text(f"Nothing was found for: {', '.join(found.nothing)}."), width)]
    return lines


def _by_label(suggestions: list[Suggestion]) -> Iterator[list[Suggestion]]:
    groups: dict[str, list[Suggestion]] = {}
    for each in suggestions:
        groups.setdefault(each.label, []).append(each)
    return iter(groups.values())


def _suggested(group: list[Suggestion], width: int) -> list[Text]:
    first = group[0]
    own = f" ({first.name})" if first.name not in {first.label, "hedge"} else ""
    lines = [] if first.kind == "hedge" else wrapped(Text(f"  {first.label}{own}", style="cyan"), width)
    for each in group:
        number = cell(f"    {each.paragraph}", 8)
        text = wrapped(Text(f"“{shortened(each.sentence, PASSAGE)}”"), width - 8)
        lines += [Text(number if index == 0 else " " * 8) + line for index, line in enumerate(text)]
        hedged = f"; hedged: {', '.join(each.hedges)}" if each.hedges and each.kind != "hedge" else ""
        why = f"for: {', '.join(each.why)}{hedged}; by itself at best credibility {each.best}"
        lines += [Text(" " * 8) + line for line in wrapped(Text(why, style="dim"), width - 8)]
    return lines
