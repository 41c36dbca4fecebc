"""A report as a Word document, for those who go on writing in it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from offramp.tell.report.blocks import (
    Block,
    Cell,
    Density,
    Document,
    Heading,
    Item,
    Listing,
    Paragraph,
    Picture,
    Table,
    Words,
    plain,
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

PAGE_WIDTH, PAGE_HEIGHT = 16.5, 22.0
"""Most room for a picture, in centimetres."""

SMALL = 8.5
"""Letters in tables, in points."""

DEEPEST = 3
"""Levels of lists that Word's own template has."""


def as_docx(document: Document) -> bytes:
    """The report as the bytes of a ``.docx`` file: headings, tables, and pictures with their alternative text."""
    import docx

    word = docx.Document()
    word.core_properties.title = _clean(document.title)[:255]
    word.core_properties.author = "offramp"
    word.core_properties.language = "en"
    word.add_heading(_clean(document.title), level=0)
    if document.subtitle:
        word.add_paragraph(_clean(document.subtitle))
    word.add_paragraph(_clean(" · ".join(document.about)))
    for section in document.sections:
        word.add_heading(_clean(section.title), level=1)
        for block in section.blocks:
            _add(word, block)
    out = BytesIO()
    word.save(out)
    return out.getvalue()


def _add(word: WordDocument, block: Block) -> None:
    if isinstance(block, Heading):
        word.add_heading(_clean(block.text), level=2)
    elif isinstance(block, Paragraph):
        _write(word.add_paragraph(style="Intense Quote" if block.kind == "lead" else None), block.words)
    elif isinstance(block, Listing):
        _add_items(word, block.items, 1)
    elif isinstance(block, Table):
        _add_table(word, block)
    elif isinstance(block, Picture):
        _add_picture(word, block)
    elif not block.summary:
        run = word.add_paragraph().add_run(_clean(block.text))
        run.font.name = "Courier New"


def _add_items(word: WordDocument, items: tuple[Item, ...], level: int) -> None:
    style = "List Bullet" if level == 1 else f"List Bullet {min(level, DEEPEST)}"
    for item in items:
        _write(word.add_paragraph(style=style), item.words)
        _add_items(word, item.items, level + 1)


def _add_table(word: WordDocument, block: Table) -> None:
    """A table whose first row is repeated on every page; columns that words cannot fill are left out."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    kept = [i for i in range(len(block.columns)) if not any(isinstance(row[i], Density) for row in block.rows)]
    word.add_paragraph(_clean(block.caption), style="Caption")
    table = word.add_table(rows=0, cols=len(kept), style="Light List Accent 1")
    headings: tuple[Cell, ...] = tuple(plain(column.title) for column in block.columns)
    for row in (headings, *block.rows):
        for cell, index in zip(table.add_row().cells, kept, strict=True):
            paragraph, words = cell.paragraphs[0], row[index]
            assert not isinstance(words, Density)
            _write(paragraph, words)
            for run in paragraph.runs:
                run.font.size = Pt(SMALL)
            if block.columns[index].is_number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    word.add_paragraph()


def _add_picture(word: WordDocument, picture: Picture) -> None:
    from docx.shared import Cm

    shape = word.add_picture(BytesIO(picture.png()))
    shrink = min(1.0, Cm(PAGE_WIDTH) / shape.width, Cm(PAGE_HEIGHT) / shape.height)
    shape.width, shape.height = int(shape.width * shrink), int(shape.height * shrink)
    properties = shape._inline.docPr
    properties.set("descr", _clean(picture.alt))
    properties.set("title", _clean(picture.title))
    word.add_paragraph(_clean(picture.title), style="Caption")


def _write(paragraph: WordParagraph, words: Words) -> None:
    for piece in words:
        paragraph.add_run(_clean(piece.text)).bold = True if piece.strong else None


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n"
        or (letter >= " " and not "\ufffe" <= letter <= "\uffff" and not "\ud800" <= letter <= "\udfff")
    )
