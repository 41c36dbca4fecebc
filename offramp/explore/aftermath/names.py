"""What the arms of a comparison and the percentiles of a fan are called."""

from __future__ import annotations

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The percentiles of a fan."""

MADE, NOT_MADE, HOLDS, PLAYED = "made", "not_made", "holds", "played"
"""Names of arms: with the offer, without it, where the headline is yes, and as the parties play."""
