"""Estimates and shares over draws that count by weights, some of them not at all."""

from __future__ import annotations

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.explore.breaking.measure import Measured
from offramp.explore.summary import RARELY, Estimate, estimate_by_weight


def headline_weights(measured: Measured) -> tuple[Floats, bool]:
    """float64[B]: how much each draw counts for the headline, and whether any draw meets its condition.

    Where none does all draws count alike: what is said is then what would happen if the condition were met.
    """
    weights = np.where(measured.asked > RARELY, measured.asked, 0.0)
    ever = bool(weights.any())
    return (weights if ever else np.ones_like(weights)), ever


def estimated(row: Floats, weights: Floats) -> Estimate | None:
    """The estimate over the draws that have a value and a weight; None if there are none."""
    counted = (weights > 0.0) & np.isfinite(row)
    return estimate_by_weight(row[counted], weights[counted]) if counted.any() else None


def share(row: Floats | Flags, weights: Floats) -> float:
    """The mean of a share over the draws that have a value and a weight; 0 if there are none."""
    estimate = estimated(np.asarray(row, dtype=np.float64), weights)
    return min(estimate.mean, 1.0) if estimate else 0.0


def median(row: Floats, weights: Floats) -> float | None:
    """The median over the draws that have a value and a weight; None if there are none."""
    counted = (weights > 0.0) & np.isfinite(row)
    if not counted.any():
        return None
    return float(np.quantile(row[counted], 0.5, method="inverted_cdf", weights=weights[counted]))
