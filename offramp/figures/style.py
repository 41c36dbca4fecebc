"""The one style of all pictures: colours that the colour-blind can tell apart and that print in grey, quiet axes.

The colours are those of Okabe & Ito (2008), "Color Universal Design". They are never the only sign of a difference:
shapes, dashes, labels or positions say the same.
"""

from __future__ import annotations

from typing import Any

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, BLACK = "#56B4E9", "#CC79A7", "#F0E442", "#000000"

PALETTE = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, BLACK)
"""For series, in this order; yellow is too pale for a line on white."""

INK, GREY, PALE = "#222222", "#6B6B6B", "#DDDDDD"
"""For words, for what stands back (4.5 to 1 and more on white), and for grids."""

WIDTH = 460
"""Width of a picture's plot in points; labels come on top."""

ROW = 22
"""Height of one row of bars or intervals."""

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"

CONFIG: dict[str, Any] = {
    "background": "white",
    "font": FONT,
    "padding": 10,
    "view": {"stroke": None, "continuousWidth": WIDTH},
    "range": {"category": list(PALETTE)},
    "title": {
        "anchor": "start",
        "frame": "group",
        "fontSize": 15,
        "fontWeight": 600,
        "color": INK,
        "subtitleColor": GREY,
        "subtitleFontSize": 12,
        "subtitlePadding": 4,
        "offset": 12,
    },
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "gridColor": PALE,
        "domainColor": GREY,
        "tickColor": GREY,
        "labelLimit": 320,
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 400, "labelLimit": 320},
    "header": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "labelAnchor": "start"},
    "bar": {"color": BLUE},
    "line": {"color": BLUE, "strokeWidth": 2},
    "point": {"color": BLUE, "filled": True, "size": 60},
    "rule": {"color": GREY},
    "text": {"color": INK, "fontSize": 12},
}
"""Vega-Lite's configuration of every picture."""
