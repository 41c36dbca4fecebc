"""Lines of text on a terminal: cells of a fixed width, bars, wrapping, and printing to whatever can show it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

SCREEN_WIDTH = 100
"""Widest screen; also the width of what is piped."""

LEAST_TEXT = 30
"""Fewest cells in which the text of a drawn tree is wrapped."""

_GUIDES = re.compile(r"[│├└─ ]*")

_PLAIN = str.maketrans({"█": "#", "░": ".", "–": "-", "−": "-", "·": ";", "…": "~", "→": ">"}) | dict(
    zip(map(ord, "▁▂▃▄▅▆▇"), "_.,-=+*", strict=True)
)
"""What stands in for signs that an encoding other than UTF may lack."""


def cell(text: str, width: int) -> str:
    """``text`` in exactly ``width`` terminal cells, padded or cut."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def bar(share: float, width: int) -> str:
    """A bar of ``width`` cells; what is neither 0 nor 1 is neither empty nor full."""
    filled = round(share * width)
    if 0.0 < share < 1.0:
        filled = min(max(filled, int(share >= 0.01)), width - int(share <= 0.99))
    return "█" * filled + "░" * (width - filled)


def emphasised(sentence: str) -> Text:
    """A sentence with what stands between asterisks in bold."""
    text = Text()
    for index, piece in enumerate(sentence.split("*")):
        text.append(piece, style="bold" if index % 2 else "")
    return text


def wrapped(text: Text, width: int) -> list[Text]:
    """``text`` in lines of at most ``width`` cells, broken between words."""
    lines = list(text.wrap(Console(width=width), width))
    for line in lines:
        line.rstrip()
    return lines


def hanging(line: str, width: int, indent: str) -> list[Text]:
    """``line`` wrapped, with ``indent`` before every line but the first."""
    first, *rest = wrapped(Text(line), width)
    tail = line[len(first.plain) :].strip()
    return [first, *(Text(indent) + each for each in wrapped(Text(tail), width - len(indent)))] if rest else [first]


def tree_line(line: str, width: int) -> list[Text]:
    """A line of a drawn tree, wrapped beside its branches; where they leave little room it is left whole."""
    guides = _GUIDES.match(line)
    lead = guides[0] if guides else ""
    indent = lead.replace("├─", "│ ").replace("└─", "  ") + "   "
    return hanging(line, width, indent) if width - cell_len(indent) >= LEAST_TEXT else [Text(line)]


def spaced(name: str) -> str:
    """A name from a file as words."""
    return name.replace("_", " ")


def print_lines(console: Console, lines: Sequence[Text]) -> None:
    """Print ``lines``, in plainer signs where the output's encoding is not a UTF."""
    plain = not console.encoding.lower().startswith("utf")
    for line in lines:
        shown = line.copy()
        if plain:
            shown.plain = shown.plain.translate(_PLAIN)
        console.print(shown, soft_wrap=True, highlight=False)
