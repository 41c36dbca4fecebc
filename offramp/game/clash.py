"""Nodes that their mover cannot tell apart but that offer different choices: which, on which paths, and why."""

from __future__ import annotations

from collections.abc import Iterable

from offramp.errors import Problem
from offramp.game.bindings import Fact
from offramp.game.knowledge import listed, path_text
from offramp.scenario.model import Choice, Scenario
from offramp.scenario.problems import problem_at

History = tuple[Fact, ...]
Offered = tuple[int, ...]
"""Positions in ``Move.choices`` of the choices that ``when`` leaves."""


def clash(
    scenario: Scenario, move: int, known: History, first: tuple[History, Offered], second: tuple[History, Offered]
) -> Problem:
    """The problem of one information set whose nodes, reached by two histories, offer different choices.

    Parameters
    ----------
    move : int
        The move at which they stand.
    known : tuple of Fact
        What the mover knows on both paths.
    first, second : pair
        The history and the choices offered there.
    """
    here = scenario.moves[move]
    differing = [here.choices[index] for index in sorted(set(first[1]) ^ set(second[1]))]
    unseen = _unseen(scenario, differing, known, first[0], second[0])
    found = (
        f"{here.by!r} knows the same on two paths but has different choices there: "
        f"{path_text(scenario, first[0])} offers {_names(scenario, move, first[1])}, "
        f"{path_text(scenario, second[0])} offers {_names(scenario, move, second[1])}; "
        f"{_reason(here.by, differing, unseen)}"
    )
    names = " and ".join(repr(name) for name in unseen) or "what tells the paths apart"
    remedy = (
        f"let {here.by} learn {names} first (known_to: or reveals:), "
        f"or let 'when' turn only on what {here.by} knows there"
    )
    path = ("moves", here.name, "choices", differing[0].name, "when")
    return problem_at(scenario, path, found, "the same choices wherever the mover knows the same", remedy)


def _reason(by: str, differing: list[Choice], unseen: list[str]) -> str:
    conditions = "; ".join(f"{choice.name!r} stands when {choice.when}" for choice in differing if choice.when)
    seen = f"; {by} has not seen {' and '.join(repr(name) for name in unseen)}" if unseen else ""
    return conditions + seen


def _unseen(scenario: Scenario, differing: list[Choice], known: History, first: History, second: History) -> list[str]:
    """Moves that the conditions turn on, that went differently on the two paths and that the mover does not know."""
    used = _moves_used(scenario, [choice.when.names for choice in differing if choice.when])
    differ = set(first) ^ set(second)
    facts = [fact for fact in (*first, *second) if fact in differ and fact not in known]
    names = list(dict.fromkeys(scenario.moves[move].name for move, _ in facts))
    return [name for name in names if name in used] or names


def _moves_used(scenario: Scenario, groups: Iterable[Iterable[str]]) -> set[str]:
    """The moves whose choices decide the given names, through formulas and terms too."""
    setters: dict[str, set[str]] = {}
    for move in scenario.moves:
        setters.setdefault(move.sets, set()).add(move.name)
    used: set[str] = set()
    waiting = [name for group in groups for name in group]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in scenario.formulas:
            waiting.extend(scenario.formulas[name].names)
        base = name.partition(".")[0]
        used |= {base} | setters.get(base, set())
    return used


def _names(scenario: Scenario, move: int, offered: Offered) -> str:
    return listed([repr(scenario.moves[move].choices[index].name) for index in offered])
