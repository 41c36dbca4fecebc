"""A standoff that takes microseconds, for tests with many draws."""

from __future__ import annotations

import resource
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from offramp.explore.run import Run
from offramp.explore.table import Table
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Party, Scenario
from standoffs import assumption, choice, move, outcome


def cheap_standoff() -> Scenario:
    """Offer or wait, accept or refuse, in the open: a game that takes microseconds."""
    return Scenario(
        title="A cheap standoff",
        parties=(Party("us"), Party("ruler")),
        moves=(
            move("approach", "us", choice("offer", "answer"), choice("wait", "impasse")),
            move("answer", "ruler", choice("accept", "kept"), choice("refuse", "impasse")),
        ),
        outcomes=(
            outcome("kept", us="10 - cost", ruler="exile"),
            outcome("impasse", us="-cost * approach.offer", ruler="office"),
        ),
        assumptions=(
            assumption("office", {"uniform": [0, 20]}),
            assumption("exile", {"uniform": [0, 20]}),
            assumption("cost", {"uniform": [0, 5]}),
        ),
        answers=(
            Answer("holds", "the offer holds", Expression.parse("outcome.kept")),
            Answer(
                "accepted",
                "he accepts",
                Expression.parse("answer.accept"),
                Expression.parse("approach.offer"),
                "an offer is made",
            ),
        ),
    )


def without_timings(result: Run) -> dict[str, Any]:
    return {**result.record(), "timings": {}}


def equals(result: Run, other: Run) -> bool:
    """Whether two runs have the same bits in every draw and the same document."""
    names = [field.name for field in fields(Table)]
    same = all(getattr(result.table, name).tobytes() == getattr(other.table, name).tobytes() for name in names)
    return same and without_timings(result) == without_timings(other)


def most_memory() -> int:
    """The most memory in bytes that this process has held, what held it before it was started left out."""
    status = Path("/proc/self/status")
    if status.exists():  # the maximum that rusage tells includes that of the parent
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return 1024 * int(peak.split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
