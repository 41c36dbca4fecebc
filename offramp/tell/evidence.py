"""The evidence under an answer on a terminal. Likelihood and confidence stand in sentences of their own (ICD 203)."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.explore.evidence.confidence import Confidence
from offramp.explore.evidence.trace import Footing, Ground, Trace
from offramp.explore.evidence.without import Effect, Line, Without
from offramp.explore.phrases import percent
from offramp.explore.summary import Estimate
from offramp.sources.document import shortened
from offramp.tell.layout import SCREEN_WIDTH, cell, emphasised, wrapped
from offramp.tell.sections import note_lines, screen_width
from offramp.tell.words import sentence

PASSAGE = 300
"""Letters of a passage that are shown."""

ROLES = {"driver": "", "private": "private; its influence is not measured", "fixed": "fixed", "drawn": "noise"}
DIRECTIONS = {"raises": "the more, the likelier", "lowers": "the more, the less likely", "mixed": "in both directions"}


def confidence_lines(found: Confidence, width: int = SCREEN_WIDTH) -> list[Text]:
    """How much confidence the evidence gives, and why: a sentence of its own, without any word of likelihood."""
    width = screen_width(width)
    lines = wrapped(emphasised(found.sentence), width)
    for reason in found.reasons[1:]:
        first, *rest = wrapped(Text(reason, style="dim"), width - 4)
        lines += [Text("  - ") + first, *(Text("    ") + each for each in rest)]
    return lines


def trace_screen(trace: Trace, width: int = SCREEN_WIDTH) -> list[Text]:
    """An answer, the confidence in it, and under it each assumption with its bases and their passages."""
    width = screen_width(width)
    lines = [*wrapped(Text(trace.setting.scenario.title, style="bold"), width), Text()]
    lines += wrapped(emphasised(_answer(trace)), width)
    lines += [Text(), *confidence_lines(trace.confidence, width)]
    for footing in trace.footings:
        if footing.role != "drawn":
            lines += [Text(), *_footing(footing, width)]
    noise = [each.name for each in trace.footings if each.role == "drawn"]
    if noise:
        told = f"Cannot be told from noise, so not shown (--json has them): {', '.join(noise)}."
        lines += [Text(), *wrapped(Text(told, style="dim"), width)]
    setting = trace.setting
    return [*lines, Text(), Text(f"{setting.draws:,} draws, seed {setting.seed}.", style="dim")]


def _answer(trace: Trace) -> str:
    if trace.is_probability:
        return sentence(trace.says, trace.estimate.mean, trace.estimate.interval, given=trace.given)
    low, high = trace.estimate.interval
    return f"{trace.says}: *{trace.estimate.mean:.3g}* (90% of draws {low:.3g} to {high:.3g})."


def _footing(footing: Footing, width: int) -> list[Text]:
    head = Text(footing.meaning or footing.name, style="bold")
    if footing.influence is not None:
        way = DIRECTIONS.get(footing.direction, "")
        head.append(f"  influence {percent(footing.influence)}, {way}", style="cyan")
    else:
        head.append(f"  {ROLES[footing.role]}", style="cyan")
    unit = f" {footing.unit}" if footing.unit else ""
    about = f"{footing.name} = {footing.value}{unit}; {footing.known} known ({footing.why})"
    lines = [*wrapped(head, width), *_indented(about, width, 2)]
    return lines + [line for ground in footing.grounds for line in _ground(ground, width)]


def _ground(ground: Ground, width: int) -> list[Text]:
    kind = ground.kind.replace("_", " ")
    where = f", {ground.locator}" if ground.locator else ""
    says = f": {ground.says}" if ground.says else ""
    lines = _indented(f"{kind}: {ground.text}{where}{says}", width, 4)
    if ground.passage:
        number = f"paragraph {ground.paragraph}: "
        lines += _indented(f"{number}“{shortened(ground.passage, PASSAGE)}”", width, 6, "dim")
    for text in (ground.trouble, ground.flag):
        if text:
            lines += _indented(text.replace("\n    ", " · "), width, 6, "yellow")
    return lines


def _indented(text: str, width: int, by: int, style: str = "") -> list[Text]:
    return [Text(" " * by) + line for line in wrapped(Text(text, style=style), width - by)]


def without_screen(without: Without, width: int = SCREEN_WIDTH) -> list[Text]:
    """Every answer before and after, and what became of the assumptions that rest on the source."""
    width = screen_width(width)
    lines = [*wrapped(Text(without.before.scenario.title, style="bold"), width), Text()]
    lines += wrapped(Text(f"Without the source {without.source!r}, {without.title}"), width)
    lines += [Text(), Text(cell("", width - 34) + f"{'with it':>16}{'without':>18}", style="bold")]
    lines += [_line(each, width) for each in without.lines]
    for title, effects in _sorted(without.effects):
        lines += [Text(), Text(title, style="bold"), *(row for each in effects for row in _effect(each, width))]
    setting = (
        f"{without.before.num_draws:,} draws, seed {without.before.seed}, the same for both. Ranges hold 90% of them."
    )
    return [*lines, Text(), *note_lines(without.notes, width), *wrapped(Text(setting, style="dim"), width)]


def _line(line: Line, width: int) -> Text:
    return Text(f"  {cell(line.says, width - 38)}  {_estimate(line.before):>14}{_estimate(line.after):>18}")


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "not asked"
    low, high = (percent(end).removesuffix("%") for end in estimate.interval)
    return f"{percent(estimate.mean)} ({low}–{high}%)"


def _sorted(effects: tuple[Effect, ...]) -> Iterator[tuple[str, list[Effect]]]:
    for title, widened in (("Widened", True), ("As before", False)):
        chosen = [each for each in effects if each.is_widened == widened]
        if chosen:
            yield title, chosen


def _effect(effect: Effect, width: int) -> list[Text]:
    change = f": {effect.before.describe()} → {effect.after.describe()}" if effect.is_widened else ""
    lines = _indented(f"{effect.name}{change}", width, 2)
    return [*lines, *_indented(effect.why.removeprefix("widened: ").removeprefix("stays: "), width, 4, "dim")]
