"""Sections of a screen: a heading and its rows, cut so that the screen is a screenful."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from offramp.tell.layout import SCREEN_WIDTH, emphasised, wrapped

SCREEN_LINES = 40
"""Most lines of a screen at ``SCREEN_WIDTH`` columns."""

NARROWEST = 60
"""Fewest columns in which a screen still makes sense."""

FEWEST_ROWS = 3
"""A section is never cut below this many rows."""


@dataclass(frozen=True)
class Section:
    """A heading and its rows; ``hidden`` rows were left out to keep to the screen.

    Sections with a smaller ``worth`` are cut first. ``noted`` says in the heading that rows were left out, else a line
    below them does.
    """

    heading: str
    rows: tuple[Text, ...]
    worth: int = 0
    noted: bool = False
    hidden: int = 0

    @property
    def num_lines(self) -> int:
        return 2 + len(self.rows) + (self.hidden > 0 and not self.noted)

    def cut(self) -> Section:
        """One line less: the last rows go."""
        gone = 1 if self.hidden or self.noted else 2
        return replace(self, rows=self.rows[:-gone], hidden=self.hidden + gone)

    def lines(self) -> Iterator[Text]:
        yield Text()
        heading = Text(self.heading, style="bold")
        if self.hidden and self.noted:
            heading.append(f" ({len(self.rows)} of {len(self.rows) + self.hidden}; --json has all)", style="dim")
        yield heading
        yield from self.rows
        if self.hidden and not self.noted:
            yield Text(f"  and {self.hidden} more; --json has them all", style="dim")


def fitted(sections: list[Section], budget: int, fewest: int = FEWEST_ROWS) -> list[Section]:
    """``sections`` cut to ``budget`` lines: those of least worth first, and among them where most rows are left."""
    while sum(section.num_lines for section in sections) > budget:
        long = [index for index, section in enumerate(sections) if len(section.rows) > fewest]
        if not long:
            break
        chosen = min(long, key=lambda index: (sections[index].worth, -len(sections[index].rows)))
        sections[chosen] = sections[chosen].cut()
    return sections


def screen_width(width: int) -> int:
    """The columns for which a screen is laid out on a terminal of ``width``."""
    return max(NARROWEST, min(width, SCREEN_WIDTH))


def room(head: Sequence[Text], foot: Sequence[Text], most: int = SCREEN_LINES) -> int:
    """Lines that are left for sections between ``head`` and ``foot``."""
    return most - len(head) - len(foot) - 1


def laid_out(head: Sequence[Text], sections: Iterable[Section], foot: Sequence[Text]) -> list[Text]:
    """The lines of a screen, its sections cut to the room that there is."""
    return stacked(head, fitted(list(sections), room(head, foot)), foot)


def stacked(head: Sequence[Text], sections: Iterable[Section], foot: Sequence[Text]) -> list[Text]:
    """The lines of a screen, one part below the other."""
    return [*head, *(line for section in sections for line in section.lines()), Text(), *foot]


def sentence_lines(sentences: Iterable[str], width: int) -> list[Text]:
    """Sentences, one below the other, their main words in bold."""
    return [line for each in sentences for line in wrapped(emphasised(each), width)]


def note_lines(notes: Iterable[str], width: int) -> list[Text]:
    """Notes, each a line or more."""
    return [line for note in notes for line in wrapped(Text(f"Note: {note}."), width)]


def without_notes(sentences: Iterable[str]) -> list[str]:
    """The sentences of an analysis but for its notes, which a screen has at its foot."""
    return [each for each in sentences if not each.startswith("Note: ")]
