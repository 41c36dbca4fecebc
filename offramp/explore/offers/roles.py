"""Whose side is choosing, and which choices make, accept and keep an offer.

What ``offers:`` in the scenario leaves open is found out:

- an offer is made by the choice that the headline is given (``given: approach.offer``);
- it is accepted by a choice that some answer asks about (``when: answer.accept``), that another party makes, and that
  is on every path on which an offer that was made leads to a yes of the headline; of several by one with the headline's
  own condition, else by the earliest;
- it is kept where the headline is yes;
- the side that chooses is the party that makes the offer.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from offramp.arrays import Flags
from offramp.errors import RunError
from offramp.explore.paths import Paths
from offramp.scenario.model import CHANCE, OfferRules, Scenario


@dataclass(frozen=True, eq=False)
class Roles:
    """Who chooses among offers, and what says that one is made, accepted and kept (None where nothing does)."""

    chooser: str
    made: str | None
    accepted: str | None
    kept: str | None


def roles_of(scenario: Scenario, paths: Paths, rules: OfferRules, chooser: str | None) -> Roles:
    """The roles that ``rules`` and the scenario say.

    Raises
    ------
    RunError
        If a party, a choice or an answer is not the scenario's.
    """
    made = _choice(scenario, rules.made, "made") or _made(scenario)
    accepted = _choice(scenario, rules.accepted, "accepted") or _accepted(scenario, paths, made)
    answers = [answer.name for answer in scenario.answers]
    kept = rules.kept or next(iter(answers), None)
    if kept is not None and kept not in answers:
        raise RunError(f"there is no answer {kept!r} that could say that an offer is kept; {hint(kept, answers)}")
    parties = [party.name for party in scenario.parties]
    chosen = chooser or rules.chooser or (mover(scenario, made) if made else parties[0])
    if chosen not in parties:
        raise RunError(f"there is no party {chosen!r} to choose an offer for; {hint(chosen, parties)}")
    return Roles(chosen, made, accepted, kept)


def mover(scenario: Scenario, choice: str) -> str:
    """The party at whose move a choice, ``move.choice``, is made."""
    return next(move.by for move in scenario.moves if move.name == choice.partition(".")[0])


def choice_row(paths: Paths, name: str | None) -> int | None:
    """The row of a choice, ``move.choice``."""
    if name is None:
        return None
    move, _, choice = name.partition(".")
    return paths.choices.index((paths.moves.index(move), choice))


def passing(paths: Paths, row: int | None) -> Flags:
    """bool[L]: whether the path to each leaf makes the choice in a row; everywhere where there is none."""
    game = paths.game
    passed = np.zeros(game.num_nodes, dtype=np.bool_)
    if row is None:
        return np.ones(len(game.leaves), dtype=np.bool_)
    for node in range(1, game.num_nodes):
        passed[node] = passed[game.parents[node]] or paths.step_choices[node] == row
    return np.asarray(passed[game.leaves])


def hint(name: str, known: Iterable[str]) -> str:
    """What could be meant by a name that is not known."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known) or 'none'}"


def _choices(scenario: Scenario) -> list[str]:
    return [f"{move.name}.{choice.name}" for move in scenario.moves if move.by != CHANCE for choice in move.choices]


def _choice(scenario: Scenario, name: str, role: str) -> str | None:
    if name and name not in _choices(scenario):
        raise RunError(
            f"no party makes the choice {name!r}, by which an offer is {role}; {hint(name, _choices(scenario))}"
        )
    return name or None


def _made(scenario: Scenario) -> str | None:
    given = scenario.answers[0].given if scenario.answers else None
    return given.text if given is not None and given.text in _choices(scenario) else None


def _accepted(scenario: Scenario, paths: Paths, made: str | None) -> str | None:
    if not scenario.answers:
        return None
    holding = paths.leaf_answers[0] & paths.leaf_conditions[0] & passing(paths, choice_row(paths, made))
    maker, known = mover(scenario, made) if made else None, _choices(scenario)
    headline = scenario.answers[0]
    asked = [answer for answer in scenario.answers if answer.when.text in known]
    asked = [answer for answer in asked if mover(scenario, answer.when.text) != maker]
    needed = [answer for answer in asked if _all_make(paths, answer.when.text, holding)]
    needed.sort(key=lambda answer: (answer.given != headline.given, _depth(paths, answer.when.text)))
    return needed[0].when.text if needed else None


def _all_make(paths: Paths, choice: str, leaves: Flags) -> bool:
    """Whether there are ``leaves`` bool[L], and the paths to all of them make a choice."""
    return bool(leaves.any()) and bool(passing(paths, choice_row(paths, choice))[leaves].all())


def _depth(paths: Paths, choice: str) -> int:
    """Steps before the earliest node at which a choice is made."""
    parents = paths.game.parents
    node = int(np.flatnonzero(paths.step_choices == choice_row(paths, choice))[0])
    steps = 0
    while parents[node] >= 0:
        node, steps = int(parents[node]), steps + 1
    return steps
