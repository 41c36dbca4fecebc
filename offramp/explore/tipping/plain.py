"""A tipping point as plain values: the document and the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.explore.record import estimate_record

if TYPE_CHECKING:
    import pandas as pd

    from offramp.explore.record import Record
    from offramp.explore.tipping.result import Crossing, Flips, Point, Tipping


def tipping_record(tipping: Tipping) -> Record:
    """The findings as plain JSON values."""
    assumption, asked = tipping.assumption, tipping.asked
    return {
        "answer": {"name": asked.name, "says": asked.says, "level": asked.level},
        "assumption": {
            "name": assumption.name,
            "meaning": assumption.meaning,
            "unit": assumption.unit,
            "kind": tipping.kind,
            "listed": tipping.is_listed,
            "stated": list(tipping.stated),
            "median": assumption.value.median,
        },
        "range": list(tipping.range),
        "now": estimate_record(tipping.now),
        "curve": [_point(point) for point in tipping.points],
        "crossings": [_crossing(crossing) for crossing in tipping.crossings],
        "flips": [_flips(flips) for flips in tipping.flips],
        "always": tipping.always,
        "never": tipping.never,
        "several": tipping.several,
        "sentences": [sentence.replace("*", "") for sentence in tipping.sentences()],
        "notes": list(tipping.notes),
    }


def curve_frame(tipping: Tipping) -> pd.DataFrame:
    """One row a value: the mean of the answer, the interval that holds 90 % of the draws, and how often it is asked."""
    import pandas as pd

    rows = [
        [point.value, *((point.answer.mean, *point.answer.interval) if point.answer else [None] * 3), point.asked]
        for point in tipping.points
    ]
    return pd.DataFrame(rows, columns=[tipping.assumption.name, "mean", "low", "high", "asked"], dtype=float)


def _point(point: Point) -> Record:
    return {"value": point.value, "answer": estimate_record(point.answer), "asked": point.asked}


def _crossing(crossing: Crossing) -> Record:
    return {
        "value": crossing.value,
        "between": [crossing.low, crossing.high],
        "rises": crossing.rises,
        "stated_below": crossing.stated_below,
    }


def _flips(flips: Flips) -> Record:
    return {"rises": flips.rises, "share": flips.share, "median": flips.median, "interval": list(flips.interval)}
