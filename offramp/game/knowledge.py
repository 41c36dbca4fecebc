"""Who learns what: from ``known_to:`` and ``reveals:`` to information sets.

What a party knows is the ordered tuple of the facts (move, choice) that it has learnt. It learns its own choices, the
choices whose ``known_to`` includes it, and what is revealed to it; nothing is forgotten. Its information set at a move
is the move with those facts and the atoms of its own private assumptions. What is learnt at once is learnt in the order
in which it happened, but a party's own choice comes before what that choice reveals to it; so the facts before its own
choice are exactly what it knew when it chose, and perfect recall holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from offramp.game.bindings import Fact
from offramp.scenario.model import ALL, CHANCE, Choice, Move, Scenario

Knowledge = tuple[tuple[Fact, ...], ...]
"""For each party the facts that it has learnt, in the order learnt."""

LONGEST_LIST = 8
"""Most items that a list in a sentence spells out."""

ARROW = " → "
"""Stands between the choices of a path in print."""


class Spread(NamedTuple):
    """Who makes a choice (-1 for chance), who sees it, and to whom it reveals each earlier move (by index)."""

    mover: int
    witnesses: frozenset[int]
    reveals: Mapping[int, frozenset[int]]


def spreads(scenario: Scenario) -> tuple[tuple[Spread, ...], ...]:
    """For each move and each of its choices, who learns what."""
    parties = {party.name: index for index, party in enumerate(scenario.parties)}
    moves = {move.name: index for index, move in enumerate(scenario.moves)}
    return tuple(
        tuple(_spread(index, move, choice, parties, moves) for choice in move.choices)
        for index, move in enumerate(scenario.moves)
    )


def _spread(index: int, move: Move, choice: Choice, parties: Mapping[str, int], moves: Mapping[str, int]) -> Spread:
    known_to = move.known_to if choice.known_to is None else choice.known_to
    mover = -1 if move.by == CHANCE else parties[move.by]
    reveals = {moves[name]: _group(group, parties) for name, group in choice.reveals.items()}
    witnesses = _group((ALL,) if known_to is None else known_to, parties) | reveals.pop(index, frozenset())
    return Spread(mover, witnesses, reveals)


def _group(names: Iterable[str], parties: Mapping[str, int]) -> frozenset[int]:
    names = tuple(names)
    return frozenset(parties.values()) if ALL in names else frozenset(parties[name] for name in names)


def learn(knowledge: Knowledge, history: tuple[Fact, ...], made: Fact, spread: Spread) -> Knowledge:
    """What each party knows once the choice ``made`` follows ``history``."""
    if not spread.reveals:
        return tuple(
            (*facts, made) if party in spread.witnesses or party == spread.mover else facts
            for party, facts in enumerate(knowledge)
        )
    return tuple((*facts, *_news(facts, party, history, made, spread)) for party, facts in enumerate(knowledge))


def _news(facts: tuple[Fact, ...], party: int, history: tuple[Fact, ...], made: Fact, spread: Spread) -> Iterator[Fact]:
    if party == spread.mover:
        yield made
    for fact in history:
        if party in spread.reveals.get(fact[0], frozenset()) and fact not in facts:
            yield fact
    if party in spread.witnesses and party != spread.mover:
        yield made


def path_text(scenario: Scenario, facts: Iterable[Fact]) -> str:
    """A path by the names in the file: ``approach.offer → leak.held``."""
    steps = [fact_text(scenario, fact) for fact in facts]
    return ARROW.join(steps) if steps else "(the start)"


def fact_text(scenario: Scenario, fact: Fact) -> str:
    """A fact by the names in the file: ``leak.held``."""
    move = scenario.moves[fact[0]]
    return f"{move.name}.{move.choices[fact[1]].name}"


def fact_words(scenario: Scenario, fact: Fact) -> str:
    """A fact in words: the choice's label, else ``held at leak``."""
    move = scenario.moves[fact[0]]
    choice = move.choices[fact[1]]
    return choice.label or f"{choice.name} at {move.name}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items as a reader lists them: ``"a, b and c"``; the middle of a long list is left out and its length told."""
    if len(items) > LONGEST_LIST:
        return f"{items[0]}, {items[1]}, … {items[-1]} ({len(items)} in all)"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"
