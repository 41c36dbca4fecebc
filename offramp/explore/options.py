"""What shapes the numbers of a run, apart from the scenario: equal options give equal bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import index
from typing import Any, Final, Literal, TypedDict, get_args

from offramp.errors import RunError
from offramp.explore.precision import Precision, asked_record
from offramp.scenario.draws import MAX_DRAWS

Search = Literal["probe", "all"]
"""How other equilibria are looked for: from many starts, or by listing all of a small game."""

AUTO: Final = "auto"
"""In place of a number of draws: as many as settle the words of the headline."""

FIRST_DRAWS, LAST_DRAWS = 1024, 65_536
"""With which number of draws ``AUTO`` begins and at most ends; in between it doubles."""

DEFAULT_DRAWS = 4096
DEFAULT_SEED = 1


class Asked(TypedDict, total=False):
    """The options that :func:`offramp.explore.run.run` takes by name."""

    draws: int | Literal["auto"]
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
    until_settled : bool
        Whether the draws are stopped, at a power of two, when more would not change the words of the headline; then
        ``draws`` is the most.

    Raises
    ------
    RunError
        If the draws or the seed are out of range, or the search is another.
    """

    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED
    precision: Precision = None
    equilibria: Search | None = None
    until_settled: bool = False

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Options:
        """The options as they are asked for by name.

        Raises
        ------
        RunError
            If one cannot be used.
        """
        draws = asked.get("draws", DEFAULT_DRAWS)
        if draws == AUTO:
            return cls(**{**asked, "draws": LAST_DRAWS, "until_settled": True})
        try:
            number = index(draws)
        except TypeError:
            raise RunError(f"found {draws!r} draws; ask for a whole number of them, or for {AUTO!r}") from None
        return cls(**{**asked, "draws": number})

    def stages(self) -> list[int]:
        """The numbers of draws after which a run may stop, the largest last."""
        if not self.until_settled:
            return [self.draws]
        return [2**power for power in range(FIRST_DRAWS.bit_length() - 1, self.draws.bit_length())]

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
