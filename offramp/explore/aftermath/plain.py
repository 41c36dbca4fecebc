"""What follows as plain values: the document and the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.explore.aftermath.names import LEVELS
from offramp.explore.record import estimate_record

if TYPE_CHECKING:
    import pandas as pd

    from offramp.explore.aftermath.result import Arm, Fan, Following
    from offramp.explore.record import Record

QUANTILES = tuple(f"p{100 * level:02.0f}" for level in LEVELS)
"""Names of the percentiles of a fan."""


def following_record(following: Following) -> Record:
    """The findings as plain JSON values."""
    return {
        "years": following.years,
        "states": [
            {"name": state.name, "label": label}
            for state, label in zip(following.after.states, following.labels, strict=True)
        ],
        "indicators": [
            {"name": each.name, "label": each.called, "unit": each.unit} for each in following.after.indicators
        ],
        "arms": [_arm(following, arm) for arm in following.arms],
        "higher_with_offer": None
        if following.higher is None
        else {each.name: share for each, share in zip(following.after.indicators, following.higher, strict=True)},
        "paths": following.num_paths,
        "sentences": [sentence.replace("*", "") for sentence in following.sentences()],
        "notes": list(following.notes),
    }


def _arm(following: Following, arm: Arm) -> Record:
    states, indicators = following.after.states, following.after.indicators
    return {
        "name": arm.name,
        "says": arm.says,
        "probability": estimate_record(arm.probability),
        "states": {
            state.name: [estimate_record(each) for each in row] for state, row in zip(states, arm.shares, strict=True)
        },
        "indicators": {each.name: _fan(fan) for each, fan in zip(indicators, arm.fans, strict=True)},
    }


def _fan(fan: Fan) -> Record:
    levels = {name: row.tolist() for name, row in zip(QUANTILES, fan.levels, strict=True)}
    return {"mean": fan.mean.tolist(), **levels}


def shares_frame(following: Following) -> pd.DataFrame:
    """One row for each arm, state and year: how likely the state is, with the interval of 90 % of the draws."""
    import pandas as pd

    rows = [
        {"arm": arm.name, "state": state.name, "year": year, "mean": each.mean, "low": each.low, "high": each.high}
        for arm in following.arms
        for state, row in zip(following.after.states, arm.shares, strict=True)
        for year, each in enumerate(row)
    ]
    return pd.DataFrame(rows)


def indicators_frame(following: Following) -> pd.DataFrame:
    """One row for each arm, indicator and year: mean and percentiles over the paths."""
    import pandas as pd

    rows = [
        {
            "arm": arm.name,
            "indicator": indicator.name,
            "year": year,
            "mean": float(fan.mean[year]),
            **{name: float(level) for name, level in zip(QUANTILES, fan.levels[:, year], strict=True)},
        }
        for arm in following.arms
        for indicator, fan in zip(following.after.indicators, arm.fans, strict=True)
        for year in range(following.years + 1)
    ]
    return pd.DataFrame(rows, columns=["arm", "indicator", "year", "mean", *QUANTILES])
