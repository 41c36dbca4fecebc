"""Repeated rounds: the frozen object behind ``rounds:``, and the scenario written out round by round.

A ``next:`` that points back to the first move of a round starts the next round. Written out, the moves that a round can
repeat stand once for each round: the first under their own names, the others as ``answer_2``, ``answer_3``. All else
stands once. So each round has information sets of its own, and nothing that follows needs to know of rounds but the
names in expressions: ``answer.refuse`` is what was chosen there last, and in answers whether it was ever chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from offramp.scenario.expressions import Expression
from offramp.scenario.frozen import FrozenMap

if TYPE_CHECKING:
    from offramp.scenario.model import Choice, Move, Origin, Scenario

MAX_ROUNDS = 100
"""Most rounds."""

ROUND = "round"
"""The name in expressions for the number of the round, counted from 1."""

Path = tuple[str, ...]


@dataclass(frozen=True)
class Rounds:
    """How often a part of the scenario can be gone through again.

    Attributes
    ----------
    start : str
        The move with which a round begins (``from:`` in a file).
    limit : int
        How many rounds there are.
    otherwise : str
        The outcome, or the move, that stands in place of the round after the last.
    discount : Expression, mapping of str to Expression, or None
        What a point one round later is worth now, for all parties or for each.
    flows : mapping of str to Expression
        What a round that ends by going on is worth to a party, at its end.
    """

    start: str
    limit: int
    otherwise: str
    discount: Expression | Mapping[str, Expression] | None = None
    flows: Mapping[str, Expression] = field(default_factory=FrozenMap)

    def discount_of(self, party: str) -> Expression | None:
        """What a point one round later is worth to ``party`` now; None where it is worth the same."""
        return self.discount[party] if isinstance(self.discount, Mapping) else self.discount

    def discounts(self) -> Iterator[tuple[Path, Expression]]:
        """The discounts, and where each stands."""
        if isinstance(self.discount, Mapping):
            yield from ((("discount", party), each) for party, each in self.discount.items())
        elif self.discount is not None:
            yield ("discount",), self.discount


@dataclass(frozen=True)
class Written:
    """What was written out round by round.

    Attributes
    ----------
    copies : mapping of str to tuple of str
        For each move that a round can repeat its name in every round.
    back : frozenset of (str, str)
        The choices, with their moves, that end a round by going on.
    """

    copies: Mapping[str, tuple[str, ...]]
    back: frozenset[tuple[str, str]]


def copy_name(move: str, number: int) -> str:
    """What a move is called in a round."""
    return move if number == 1 else f"{move}_{number}"


def first_copy(scenario: Scenario, name: str) -> str:
    """The move that a move of a later round repeats; any other name as it is."""
    limit = scenario.rounds.limit if scenario.rounds else 1
    copies = {copy_name(move, number): move for move in repeated(scenario) for number in range(2, limit + 1)}
    return copies.get(name, name)


def repeated(scenario: Scenario) -> tuple[str, ...]:
    """The moves that lie on a way from the first move of a round back to it, in file order."""
    if scenario.rounds is None:
        return ()
    following = {move.name: [choice.next for choice in move.choices] for move in scenario.moves}
    start = scenario.rounds.start
    reaching = {start}
    grown = True
    while grown:
        found = {name for name, steps in following.items() if name not in reaching and reaching.intersection(steps)}
        reaching |= found
        grown = bool(found)
    later: set[str] = set()
    waiting = [start]
    while waiting:
        for step in following.get(waiting.pop(), ()):
            if step in following and step not in later:
                later.add(step)
                waiting.append(step)
    return tuple(move.name for move in scenario.moves if move.name in reaching & (later | {start}) and start in later)


def written_out(scenario: Scenario) -> Scenario:
    """The scenario with a move for each round; itself where it has no rounds, or is written out already."""
    if scenario.rounds is None or scenario.written is not None:
        return scenario
    known: Scenario | None = scenario.__dict__.get("_written_out")
    if known is None:
        known = scenario.__dict__["_written_out"] = _written_out(scenario, scenario.rounds)
    return known


def _written_out(scenario: Scenario, rounds: Rounds) -> Scenario:
    names = repeated(scenario)
    numbers = range(1, rounds.limit + 1)
    copies = {name: tuple(copy_name(name, number) for number in numbers) for name in names}
    writer = _Writer(rounds, copies)
    moves: list[Move] = []
    for move in scenario.moves:
        if move.name in copies:
            moves += [writer.move(move, number) for number in numbers]
        else:
            moves.append(writer.outside(move))
    back = frozenset(
        (copy, choice.name)
        for move in scenario.moves
        for copy in copies.get(move.name, ())
        for choice in move.choices
        if choice.next == rounds.start
    )
    return replace(
        scenario,
        moves=tuple(moves),
        origin=scenario.origin and _placed(scenario.origin, copies),
        written=Written(FrozenMap(copies), back),
    )


class _Writer:
    """Writes moves as they stand in a round."""

    def __init__(self, rounds: Rounds, copies: Mapping[str, tuple[str, ...]]) -> None:
        self.rounds, self.copies = rounds, copies

    def move(self, move: Move, number: int) -> Move:
        label = move.label or move.name.replace("_", " ")
        return replace(
            move,
            name=copy_name(move.name, number),
            choices=tuple(self.choice(choice, number) for choice in move.choices),
            label=move.label if number == 1 else f"round {number}: {label}",
        )

    def outside(self, move: Move) -> Move:
        """A move that no round repeats: what it reveals of earlier rounds is all of them."""
        return replace(
            move, choices=tuple(replace(each, reveals=self.reveals(each, self.rounds.limit)) for each in move.choices)
        )

    def choice(self, choice: Choice, number: int) -> Choice:
        return replace(choice, next=self.target(choice.next, number), reveals=self.reveals(choice, number))

    def target(self, name: str, number: int) -> str:
        if name == self.rounds.start:
            return self.rounds.otherwise if number == self.rounds.limit else copy_name(name, number + 1)
        return copy_name(name, number) if name in self.copies else name

    def reveals(self, choice: Choice, number: int) -> FrozenMap[tuple[str, ...]]:
        """To reveal a move is to reveal it in all rounds so far."""
        return FrozenMap(
            {
                copy: parties
                for move, parties in choice.reveals.items()
                for copy in self.copies.get(move, (move,))[:number]
            }
        )


def _placed(origin: Origin, copies: Mapping[str, tuple[str, ...]]) -> Origin:
    """The origin that also knows where the moves of later rounds stand: where those of the first do."""

    def extended(places: Mapping[Path, tuple[int, int]]) -> dict[Path, tuple[int, int]]:
        found = dict(places)
        for path, place in places.items():
            if path[:1] == ("moves",) and len(path) > 1:
                found.update({("moves", copy, *path[2:]): place for copy in copies.get(path[1], ())})
        return found

    return replace(origin, positions=extended(origin.positions), keys=extended(origin.keys))
