"""What shapes the numbers of a run, apart from the scenario: equal options give equal bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from offramp.errors import RunError
from offramp.scenario.draws import MAX_DRAWS

Precision = float | Sequence[float] | None

DEFAULT_DRAWS = 4096
DEFAULT_SEED = 1


class Asked(TypedDict, total=False):
    """The options that :func:`offramp.explore.run.run` takes by name."""

    draws: int
    seed: int
    precision: Precision


@dataclass(frozen=True)
class Options:
    """The options of a run.

    Attributes
    ----------
    draws : int
        Scrambled Sobol draws; powers of two keep them in balance.
    seed : int
    precision : float, sequence of float or None
        How precisely parties choose (logit AQRE, per unit of each party's payoff range); None for no mistakes.

    Raises
    ------
    RunError
        If the draws or the seed are out of range.
    """

    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED
    precision: Precision = None

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise RunError(f"found {self.draws} draws; ask for at least 1")
        if self.draws > MAX_DRAWS:
            raise RunError(f"found {self.draws:,} draws; ask for at most {MAX_DRAWS:,}")
        if self.seed < 0:
            raise RunError(f"found the seed {self.seed}; give a whole number from 0")

    def record(self) -> dict[str, Any]:
        """The options as JSON has them."""
        return {"draws": self.draws, "seed": self.seed, "precision": plain_precision(self.precision)}


def plain_precision(precision: Precision) -> float | list[float] | None:
    """As JSON has it: None for the limit, one number, or one a party."""
    if precision is None:
        return None
    numbers: float | list[float] = np.asarray(precision, dtype=np.float64).tolist()
    return numbers
