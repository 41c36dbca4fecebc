"""A picture: a Vega-Lite chart with its title and its alternative text, written as SVG, PNG, PDF, HTML or JSON.

vl-convert draws it, with Vega inside and no network. Altair and vl-convert are imported when they are first needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.errors import RunError
from offramp.figures.style import CONFIG

if TYPE_CHECKING:
    import altair as alt

PNG_SCALE = 2.0
"""Pixels to a point of a PNG, so that it is sharp in print."""

VEGA_LITE = "6.1"
"""The Vega-Lite version that charts are written for."""


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture.

    Attributes
    ----------
    chart : altair chart
        Any chart that can stand at the top; the common style is added.
    title : str
        What the picture shows, in words; it stands above it.
    alt : str
        What a reader who cannot see it is told: what is drawn, and what it shows.
    subtitle : str
        A second line, in grey.

    Examples
    --------
    >>> import altair as alt, pandas as pd
    >>> table = pd.DataFrame({"answer": ["it holds"], "probability": [0.4]})
    >>> bars = alt.Chart(table).mark_bar().encode(x="probability", y="answer")
    >>> Figure(bars, "How likely", "One bar: it holds, 40 %.").svg.startswith("<svg")
    True
    """

    chart: alt.TopLevelMixin
    title: str
    alt: str
    subtitle: str = ""

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The chart as a Vega-Lite document, style, title and alternative text included."""
        spec: dict[str, Any] = self.chart.to_dict()
        spec["config"] = CONFIG
        spec["title"] = {"text": self.title, **({"subtitle": self.subtitle} if self.subtitle else {})}
        spec["description"] = self.alt
        return spec

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, with a title and a description for those who cannot see it."""
        import vl_convert

        drawn: str = vl_convert.vegalite_to_svg(self.spec, vl_version=VEGA_LITE)
        opening, rest = drawn.split(">", 1)
        words = f"<title>{escape(self.title)}</title><desc>{escape(self.alt)}</desc>"
        return f'{opening} role="img">{words}{rest}'

    def png(self, scale: float = PNG_SCALE) -> bytes:
        """The picture as PNG."""
        import vl_convert

        drawn: bytes = vl_convert.vegalite_to_png(self.spec, vl_version=VEGA_LITE, scale=scale)
        return drawn

    def save(self, path: str | Path) -> Path:
        """Write the picture; the ending of ``path`` says how: svg, png, pdf, html (works without a network) or json.

        Raises
        ------
        RunError
            If the ending is another, or the file cannot be written.
        """
        place = Path(path)
        form = place.suffix.lower().removeprefix(".")
        check_picture(place)
        try:
            place.write_bytes(_FORMS[form](self))
        except OSError as error:
            raise RunError(f"{str(place)!r} cannot be written: {error.strerror or error}") from None
        return place

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Figure {self.title!r}>"


def check_picture(path: str | Path) -> None:
    """Raise RunError unless a picture can be written at ``path``, by its ending and its folder."""
    place = Path(path)
    if place.suffix.lower().removeprefix(".") not in _FORMS:
        raise RunError(f"found the picture {str(place)!r}; give its name one of the endings {', '.join(_FORMS)}")
    if not place.absolute().parent.is_dir():
        raise RunError(f"there is no folder {str(place.parent)!r} for the picture; make it first, or name another")


def _pdf(figure: Figure) -> bytes:
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_pdf(figure.spec, vl_version=VEGA_LITE)
    return drawn


def _html(figure: Figure) -> bytes:
    import vl_convert

    drawn: str = vl_convert.vegalite_to_html(figure.spec, vl_version=VEGA_LITE, bundle=True)
    return drawn.encode()


def _json(figure: Figure) -> bytes:
    return (json.dumps(figure.spec, ensure_ascii=False, indent=2) + "\n").encode()


_FORMS: dict[str, Callable[[Figure], bytes]] = {
    "svg": lambda figure: figure.svg.encode(),
    "png": Figure.png,
    "pdf": _pdf,
    "html": _html,
    "json": _json,
}
