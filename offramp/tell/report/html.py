"""A report as one HTML file: no script, nothing from elsewhere, every text escaped.

Pictures of charts are data in ``img`` elements, where nothing in them can run or reach out. The map is drawn by us and
stands in the page itself, so that its text can be searched and read aloud. A content security policy forbids the rest.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from importlib.resources import files
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from offramp import __version__
from offramp.tell.report.blocks import Block, Document, Picture

if TYPE_CHECKING:
    from jinja2 import Template

_SIZE = re.compile(r'<svg[^>]*?\swidth="(?P<width>[\d.]+)"[^>]*?\sheight="(?P<height>[\d.]+)"')


def as_html(document: Document) -> str:
    """The report as the text of one HTML file."""
    from markupsafe import Markup

    style = files("offramp.tell.report").joinpath("style.css").read_text(encoding="utf-8")
    shown = [
        {"name": section.name, "title": section.title, "blocks": [_plain(block) for block in section.blocks]}
        for section in document.sections
    ]
    about = {"title": document.title, "subtitle": document.subtitle, "about": document.about, "sections": shown}
    return _template().render(document=about, style=Markup(style), version=__version__) + "\n"


@lru_cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = files("offramp.tell.report").joinpath("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(text)


def _plain(block: Block) -> SimpleNamespace:
    """A block as the template reads it."""
    shown = {"is_a": type(block).__name__, **vars(block)}
    return SimpleNamespace(**(shown | _picture(block) if isinstance(block, Picture) else shown))


def _picture(picture: Picture) -> dict[str, Any]:
    """A chart as data with its size; what we drew ourselves as it is."""
    from markupsafe import Markup

    if picture.is_drawn:
        return {"svg": Markup(picture.svg)}
    size = _SIZE.match(picture.svg)
    encoded = b64encode(picture.svg.encode()).decode()
    return {
        "svg": f"data:image/svg+xml;base64,{encoded}",
        "size": (size["width"], size["height"]) if size else None,
    }
