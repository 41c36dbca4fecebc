"""Building blocks on a screen: all of them in a list, or one with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from offramp.scenario.blocks import Block, block, block_names
from offramp.scenario.distributions import Distribution
from offramp.tell.layout import hanging, wrapped
from offramp.tell.sections import screen_width


def list_lines(width: int) -> list[Text]:
    """A line or two for each block, in the order of a story."""
    width = screen_width(width)
    names = sorted(block_names(), key=lambda name: (block(name).slot, name))
    room = max(len(name) for name in names) + 2
    lines = [line for name in names for line in hanging(f"{name:<{room}}{block(name).title}", width, " " * room)]
    foot = "Show one: offramp blocks leak. Compose a scenario: offramp new mine --with leak,coup,successor."
    return [*lines, Text(), *wrapped(Text(foot, style="dim"), width)]


def block_lines(shown: Block, width: int) -> list[Text]:
    """What a block is about, its effect, parameters, numbers and literature."""
    width = screen_width(width)
    lines = wrapped(Text(f"{shown.name}: {shown.title}", style="bold"), width)
    for words in (shown.about, f"Its effect: {shown.effect}"):
        lines += [Text(), *wrapped(Text(words), width)]
    for heading, rows in (
        ("Parameters", list(_parameters(shown))),
        ("Brings", list(_brings(shown))),
        ("Numbers, unless the scenario gives others", list(_numbers(shown))),
        ("Literature", list(shown.literature)),
    ):
        lines += [Text(), Text(heading, style="bold")]
        lines += [line for row in rows for line in hanging(f"  {row}", width, "    ")]
    return lines


def _parameters(shown: Block) -> Iterator[str]:
    for name, parameter in shown.parameters.items():
        yield f"{name} ({parameter.default}): {parameter.meaning}"


def _brings(shown: Block) -> Iterator[str]:
    fragment = shown.filled(shown.fragment, {})
    for section in ("parties", "terms", "moves", "formulas"):
        if fragment.get(section):
            yield f"{section}: {', '.join(fragment[section])}"


def _numbers(shown: Block) -> Iterator[str]:
    for name, assumption in shown.filled(shown.fragment, {}).get("assumptions", {}).items():
        unit = f" {assumption['unit']}" if "unit" in assumption else ""
        yield f"{name}: {assumption['meaning']}: {Distribution.parse(assumption['value']).describe()}{unit}"
