"""Who learns what: from ``known_to:`` and ``reveals:`` to information sets.

What a party knows is the ordered tuple of the facts (move, choice) that it has learnt. It learns its own choices, the choices
whose ``known_to`` includes it, and what is revealed to it; nothing is forgotten. Its information set at a move is the move
with those facts and the atoms of its own private assumptions. A choice made is learnt before what the same choice
reveals, and that in the order in which it happened; so the facts before a party's own choice are exactly what it
knew when it chose, and perfect recall holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from offramp.game.references import Fact
from offramp.scenario.model import ALL, CHANCE, Choice, Move, Scenario

Knowledge = tuple[tuple[Fact, ...], ...]
"""For each party the facts that it has learnt, in the order learnt."""

ARROW = " → "
"""Stands between the choices of a path in print."""


class Spread(NamedTuple):
    """Who learns from a choice: the parties that see it, and those to which it reveals each earlier move (by index)."""

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
    witnesses = _group((ALL,) if known_to is None else known_to, parties)
    if move.by != CHANCE:
        witnesses |= {parties[move.by]}
    reveals = {moves[name]: _group(group, parties) for name, group in choice.reveals.items()}
    return Spread(witnesses | reveals.pop(index, frozenset()), reveals)


def _group(names: Iterable[str], parties: Mapping[str, int]) -> frozenset[int]:
    names = tuple(names)
    return frozenset(parties.values()) if ALL in names else frozenset(parties[name] for name in names)


def learn(knowledge: Knowledge, history: tuple[Fact, ...], made: Fact, spread: Spread) -> Knowledge:
    """What each party knows once the choice ``made`` follows ``history``."""
    news = [(made, spread.witnesses)]
    if spread.reveals:
        news.extend((fact, spread.reveals[fact[0]]) for fact in history if fact[0] in spread.reveals)
    return tuple(_extended(facts, party, news) for party, facts in enumerate(knowledge))


def _extended(facts: tuple[Fact, ...], party: int, news: list[tuple[Fact, frozenset[int]]]) -> tuple[Fact, ...]:
    return facts + tuple(fact for fact, group in news if party in group and fact not in facts)


def path_text(scenario: Scenario, facts: Iterable[Fact]) -> str:
    """A path by the names in the file: ``approach.offer → leak.held``."""
    steps = [fact_text(scenario, fact) for fact in facts]
    return ARROW.join(steps) if steps else "(the start)"


def fact_text(scenario: Scenario, fact: Fact) -> str:
    """A fact by the names in the file: ``leak.held``."""
    move = scenario.moves[fact[0]]
    return f"{move.name}.{move.choices[fact[1]].name}"


def fact_words(scenario: Scenario, fact: Fact) -> str:
    """A fact in words: the choice's label, else the move and the choice."""
    move = scenario.moves[fact[0]]
    choice = move.choices[fact[1]]
    return choice.label or f"{move.label or move.name}: {choice.name}"
