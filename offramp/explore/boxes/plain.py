"""The boxes of a run as plain values: the document and the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from offramp.explore.boxes.says import conditions, limit_words

if TYPE_CHECKING:
    import pandas as pd

    from offramp.explore.boxes.discover import Found, Score
    from offramp.explore.boxes.limits import Limit
    from offramp.explore.boxes.result import Boxes
    from offramp.explore.record import Record


def boxes_record(boxes: Boxes) -> Record:
    """The findings as plain JSON values."""
    target = boxes.target
    return {
        "answer": {"name": target.answer, "says": target.says},
        "looked_for": {"holds": target.holds, "says": target.verb, "below": target.threshold},
        "counted": boxes.cases.count,
        "rate": boxes.rate,
        "boxes": [_box(boxes, found) for found in boxes.boxes],
        "trajectory": [dict(vars(step)) for step in boxes.trajectory],
        "sentences": [sentence.replace("*", "") for sentence in boxes.sentences()],
        "notes": list(boxes.notes),
    }


def limits_frame(boxes: Boxes) -> pd.DataFrame:
    """One row a limit, in the order of the boxes."""
    import pandas as pd

    return pd.DataFrame(list(_rows(boxes)), columns=_COLUMNS)


_COLUMNS = [
    "box",
    "assumption",
    "limit",
    "density",
    "density_without",
    "coverage",
    "rate",
    "reproduced",
    "low",
    "high",
    "quasi_p",
]


def _rows(boxes: Boxes) -> Iterator[list[Any]]:
    for index, found in enumerate(boxes.boxes):
        score = found.held_out
        for limit, support in zip(found.limits, found.support, strict=True):
            assumption = boxes.assumptions[limit.column]
            low, high = support.interval or (None, None)
            numbers = [score.density, support.density_without, score.coverage, score.rate, support.reproduced]
            words = limit_words(assumption, [limit])
            yield [index + 1, assumption.name, words, *numbers, low, high, support.quasi_p]


def _box(boxes: Boxes, found: Found) -> Record:
    return {
        "says": conditions(boxes, found.limits),
        "limits": [_limit(boxes, found, limit) for limit in found.limits],
        "held_out": _score(found.held_out),
        "learnt": _score(found.learnt),
        "p_value": found.p_value,
    }


def _limit(boxes: Boxes, found: Found, limit: Limit) -> Record:
    support = found.support[found.limits.index(limit)]
    is_listed = limit.side == "among"
    return {
        "assumption": boxes.assumptions[limit.column].name,
        "side": limit.side,
        "number": None if is_listed else limit.number,
        "values": list(limit.listed) if is_listed else None,
        "range": list(boxes.range(limit.column)),
        "reproduced": support.reproduced,
        "interval": None if support.interval is None else list(support.interval),
        "quasi_p": support.quasi_p,
        "density_without": support.density_without,
    }


def _score(score: Score) -> Record:
    return {
        "draws": score.draws,
        "mass": score.mass,
        "density": score.density,
        "interval": list(score.interval),
        "coverage": score.coverage,
        "rate": score.rate,
    }
