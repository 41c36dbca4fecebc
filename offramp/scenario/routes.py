"""Which moves and outcomes can follow which, as the ``next:`` of every choice says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from offramp.scenario.model import Move, Scenario


@dataclass(frozen=True)
class Routes:
    """The moves and outcomes of a scenario as a directed graph; conditions (``when:``) are not looked at."""

    scenario: Scenario

    @cached_property
    def _moves(self) -> Mapping[str, Move]:
        return {move.name: move for move in self.scenario.moves}

    def following(self, name: str) -> tuple[str, ...]:
        """What may come right after ``name``, each once; nothing follows an outcome."""
        move = self._moves.get(name)
        if move is None:
            return ()
        steps = [choice.next for choice in move.choices]
        rounds = self.scenario.rounds
        if rounds is not None and rounds.start in steps:
            steps.append(rounds.otherwise)
        return tuple(dict.fromkeys(steps))

    @cached_property
    def _later(self) -> dict[str, frozenset[str]]:
        return {}

    def later(self, name: str) -> frozenset[str]:
        """All that can come on some path after ``name``; holds ``name`` itself only where it is on a loop."""
        if name not in self._later:
            seen: set[str] = set()
            waiting = list(self.following(name))
            while waiting:
                current = waiting.pop()
                if current not in seen:
                    seen.add(current)
                    waiting.extend(self.following(current))
            self._later[name] = frozenset(seen)
        return self._later[name]

    @cached_property
    def reachable(self) -> frozenset[str]:
        """All that some path from the first move reaches."""
        if not self.scenario.moves:
            return frozenset()
        start = self.scenario.moves[0].name
        return self.later(start) | {start}

    def may_precede(self, earlier: str, later: str) -> bool:
        """Whether some path passes ``earlier`` and then ``later``."""
        return earlier in self.reachable and later in self.later(earlier)

    def back_steps(self) -> list[tuple[str, str]]:
        """(move, next) pairs that close a loop, found by depth-first search in file order."""
        found: list[tuple[str, str]] = []
        done: set[str] = set()
        for start in self._moves:
            trail = [(start, iter(self.following(start)))] if start not in done else []
            on_trail = {start} if trail else set()
            while trail:
                name, rest = trail[-1]
                step = next(rest, None)
                if step is None:
                    trail.pop()
                    on_trail.discard(name)
                    done.add(name)
                elif step in on_trail:
                    found.append((name, step))
                elif step not in done:
                    trail.append((step, iter(self.following(step))))
                    on_trail.add(step)
        return found
