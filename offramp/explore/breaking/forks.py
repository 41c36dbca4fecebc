"""Who gains from a leak: payoffs after one choice of a move on the path against those after another."""

from __future__ import annotations

import numpy as np

from offramp.arrays import Floats
from offramp.explore.breaking import path as places
from offramp.explore.breaking.counting import estimated, headline_weights, share
from offramp.explore.breaking.measure import Measured
from offramp.explore.breaking.path import HoldingPath
from offramp.explore.breaking.result import Fork, Gain
from offramp.solve.result import REGRET_TOLERANCE


def forks_of(path: HoldingPath, measured: Measured) -> tuple[Fork, ...]:
    """The comparisons that some draw that counts comes to, those that make something known first."""
    weights, _ = headline_weights(measured)
    rows = [row for row in range(len(path.forks)) if (weights * measured.fork_reach[row]).any()]
    forks = [_fork(path, path.forks[row], measured, row) for row in rows]
    return tuple(sorted(forks, key=lambda fork: not fork.reveals))


def _fork(path: HoldingPath, place: places.Fork, measured: Measured, row: int) -> Fork:
    base, _ = headline_weights(measured)
    weights = base * measured.fork_reach[row]
    move = path.scenario.moves[place.move]
    return Fork(
        move=move.name,
        label=move.label or move.name.replace("_", " "),
        by=move.by,
        choice=path.paths.choices[place.choice][1],
        against=path.paths.choices[place.against][1],
        reveals=path.learnt(place),
        reached=share(measured.fork_reach[row], base),
        parties={
            party.name: _gain(
                measured.fork_payoffs[row, index], measured.ranges[index], weights, path.knows(place, party.name)
            )
            for index, party in enumerate(path.scenario.parties)
        },
        answer=estimated(measured.fork_answer[row], weights),
    )


def _gain(difference: Floats, ranges: Floats, weights: Floats, knows: bool) -> Gain:
    estimate = estimated(difference, weights)
    assert estimate is not None
    slack = REGRET_TOLERANCE * ranges
    counted = np.where(np.isfinite(difference), weights, 0.0)
    return Gain(estimate, share(difference > slack, counted), share(difference < -slack, counted), knows)
