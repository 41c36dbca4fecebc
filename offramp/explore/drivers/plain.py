"""The findings as plain values: the JSON record and the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offramp.explore.record import Record

if TYPE_CHECKING:
    import pandas as pd

    from offramp.explore.drivers.result import Driver, Drivers, Share
    from offramp.explore.drivers.tornado import Swing


def drivers_record(found: Drivers) -> Record:
    """The findings as ``docs/json.md`` describes them."""
    return {
        "answer": {
            "name": found.quantity,
            "says": found.says,
            "given": found.given or None,
            "is_probability": found.is_probability,
            "mean": found.estimate.mean,
            "interval": list(found.estimate.interval),
            "constant": found.constant,
            "counted": found.counted,
        },
        "drivers": [_driver(each) for each in found.drivers],
        "centre": found.centre,
        "swing_draws": found.swing_draws,
        "total_draws": found.total_draws,
        "notes": list(found.notes),
    }


def _driver(driver: Driver) -> Record:
    return {
        "name": driver.name,
        "meaning": driver.meaning,
        "unit": driver.unit,
        "rests_on": list(driver.rests_on),
        "influence": _share(driver.influence),
        "noise": driver.noise,
        "p_value": driver.p_value,
        "distinguishable": driver.distinguishable,
        "ranks": list(driver.ranks),
        "first_order": _share(driver.first_order),
        "total": driver.total and _share(driver.total),
        "direction": driver.direction,
        "swing": driver.swing and _swing(driver.swing),
        "neighbours": list(driver.neighbours),
    }


def _share(share: Share) -> Record:
    return {"share": share.value, "interval": [share.low, share.high]}


def _swing(swing: Swing) -> Record:
    return {"held": [swing.at_low, swing.at_high], "answers": [swing.low, swing.high]}


def drivers_frame(found: Drivers) -> pd.DataFrame:
    """One row an assumption, in the order of the drivers."""
    import pandas as pd

    columns = list(_row(found.drivers[0])) if found.drivers else ["assumption"]
    return pd.DataFrame([_row(each) for each in found.drivers], columns=columns)


def _row(driver: Driver) -> dict[str, Any]:
    shares = {"influence": driver.influence, "first_order": driver.first_order, "total": driver.total}
    swing = driver.swing
    return {
        "assumption": driver.name,
        "meaning": driver.meaning,
        "distinguishable": driver.distinguishable,
        **{key: value for name, share in shares.items() for key, value in _columns(name, share).items()},
        "noise": driver.noise,
        "p_value": driver.p_value,
        "rank.low": driver.ranks[0],
        "rank.high": driver.ranks[1],
        "direction": driver.direction,
        "held.low": swing and swing.at_low,
        "held.high": swing and swing.at_high,
        "answer.low": swing and swing.low,
        "answer.high": swing and swing.high,
    }


def _columns(name: str, share: Share | None) -> dict[str, float | None]:
    ends = (share.value, share.low, share.high) if share else (None, None, None)
    return dict(zip((name, f"{name}.low", f"{name}.high"), ends, strict=True))
