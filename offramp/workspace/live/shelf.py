"""Scenarios that are kept compiled, and what was last solved of them as they stand: the oldest make room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from offramp.explore.asking import Answered, Warm
from offramp.explore.record import Record
from offramp.scenario.load import loads
from offramp.workspace.live.plain import Text
from offramp.workspace.live.question import check_size

KEPT_SCENARIOS, KEPT_RUNS = 12, 8
"""How many are kept."""

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class Recent(Generic[Key, Kept]):
    """The last few of what was made."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Kept]) -> Kept:
        """What is kept under ``key``, made where it is not there."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._kept[key] = make()
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._kept)


class Shelf:
    """Scenarios by their texts."""

    def __init__(self) -> None:
        self._scenarios: Recent[Text, Warm] = Recent(KEPT_SCENARIOS)
        self._runs: Recent[tuple[object, ...], Answered] = Recent(KEPT_RUNS)
        self._said: Recent[Answered, Record] = Recent(KEPT_RUNS)

    def warm(self, what: Text) -> Warm:
        """The scenario of a text, ready to be asked.

        Raises
        ------
        ScenarioError
            With every problem in the text.
        """
        return self._scenarios.get(what, lambda: Warm(loads(what.text, what.file)))

    def as_it_stands(self, warm: Warm, draws: int, seed: int, columns: Sequence[str] | None = None) -> Answered:
        """The run of a scenario without any change."""
        check_size(warm.num_nodes, draws)
        key = (warm, draws, seed, columns and tuple(columns))
        return self._runs.get(key, lambda: warm.ask(draws=draws, seed=seed, columns=columns))

    def said_of(self, run: Answered, say: Callable[[Answered], Record]) -> Record:
        """What is said of a run that stands here, said once."""
        return self._said.get(run, lambda: say(run))
