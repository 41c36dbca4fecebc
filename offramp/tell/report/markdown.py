"""A report as Markdown: plain tables, and pictures in a folder beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from offramp.tell.report.blocks import (
    Block,
    Cell,
    Code,
    Density,
    Document,
    Heading,
    Item,
    Listing,
    Paragraph,
    Picture,
    Table,
    Words,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$!])")
_STARTS = re.compile(r"^(\s*)([-+=]|\d+[.)])(\s|$)")


def as_markdown(document: Document, folder: str) -> str:
    """The report as Markdown (GitHub's tables); ``folder`` is where its pictures stand, as seen from the file."""
    lines = [f"# {_escaped(document.title)}", ""]
    if document.subtitle:
        lines += [_escaped(document.subtitle), ""]
    lines += [_escaped(" · ".join(document.about)), ""]
    for section in document.sections:
        lines += [f"## {_escaped(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block, folder), ""]
    return "\n".join(lines).rstrip() + "\n"


def _block(block: Block, folder: str) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"### {_escaped(block.text)}"
    elif isinstance(block, Paragraph):
        quoted = "> " if block.kind == "lead" else ""
        yield quoted + _start(_words(block.words))
    elif isinstance(block, Listing):
        yield from _items(block.items, "")
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Picture):
        yield f"![{_escaped(block.alt)}]({folder}/{block.name}.svg)"
        yield ""
        yield f"*{_escaped(block.title)}*"
    elif not block.summary:
        yield from _fenced(block)


def _fenced(code: Code) -> Iterator[str]:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code.text)), default=0))
    yield fence
    yield code.text
    yield fence


def _items(items: tuple[Item, ...], indent: str) -> Iterator[str]:
    for item in items:
        yield f"{indent}- {_start(_words(item.words))}"
        yield from _items(item.items, f"{indent}  ")


def _table(table: Table) -> Iterator[str]:
    """A table, its caption above; columns that words cannot fill are left out."""
    kept = [index for index in range(len(table.columns)) if not any(_is_shape(row[index]) for row in table.rows)]
    yield f"**{_escaped(table.caption)}**"
    yield ""
    yield _row(_escaped(table.columns[index].title) for index in kept)
    yield _row("--:" if table.columns[index].is_number else "---" for index in kept)
    for row in table.rows:
        yield _row(_cell(row[index]) for index in kept)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _is_shape(cell: Cell) -> bool:
    return isinstance(cell, Density)


def _cell(cell: Cell) -> str:
    return "" if isinstance(cell, Density) else _words(cell)


def _words(words: Words) -> str:
    return "".join(f"**{_escaped(piece.text)}**" if piece.strong else _escaped(piece.text) for piece in words)


def _escaped(text: str) -> str:
    """Text in one line, in which nothing means anything to Markdown or to HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split(" ")).replace("\n", " ").replace("&", "&amp;"))


def _start(text: str) -> str:
    """Text whose beginning could be taken for a list's."""
    return _STARTS.sub(r"\1\\\2\3", text)
