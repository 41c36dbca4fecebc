"""What shapes the numbers of a run, apart from the scenario: equal options give equal bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypedDict, get_args

from offramp.errors import RunError
from offramp.explore.precision import Precision, asked_record
from offramp.scenario.draws import MAX_DRAWS

Search = Literal["probe", "all"]
"""How other equilibria are looked for: from many starts, or by listing all of a small game."""

DEFAULT_DRAWS = 4096
DEFAULT_SEED = 1


class Asked(TypedDict, total=False):
    """The options that :func:`offramp.explore.run.run` takes by name."""

    draws: int
    seed: int
    precision: Precision
    equilibria: Search | None


@dataclass(frozen=True)
class Options:
    """The options of a run.

    Attributes
    ----------
    draws : int
        Scrambled Sobol draws; powers of two keep them in balance.
    seed : int
    precision : Precision
        How precisely parties choose (logit AQRE, per unit of each party's payoff range): see :data:`Precision`.

    equilibria : "probe", "all" or None
        Whether other equilibria of the first draws are looked for, and how.

    Raises
    ------
    RunError
        If the draws or the seed are out of range, or the search is another.
    """

    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED
    precision: Precision = None
    equilibria: Search | None = None

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise RunError(f"found {self.draws} draws; ask for at least 1")
        if self.draws > MAX_DRAWS:
            raise RunError(f"found {self.draws:,} draws; ask for at most {MAX_DRAWS:,}")
        if self.seed < 0:
            raise RunError(f"found the seed {self.seed}; give a whole number from 0")
        if self.equilibria not in (None, *get_args(Search)):
            raise RunError(f"found equilibria={self.equilibria!r}; ask for 'probe' or 'all', or leave it out")

    def record(self) -> dict[str, Any]:
        """The options that shape the results of a draw, as JSON has them."""
        return {"draws": self.draws, "seed": self.seed, "precision": asked_record(self.precision)}
