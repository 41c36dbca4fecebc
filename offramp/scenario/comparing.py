"""Checks of how offers are compared (``offers:``) and of what was seen (``observed:``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from offramp.scenario.context import Context, Declared
from offramp.scenario.model import CHANCE, Scenario
from offramp.scenario.references import limit_path
from offramp.scenario.rounds import first_copy
from offramp.scenario.shape import Path

MOST_TRIED = 10_000
"""With more combinations of terms than this it is not tried whether some offer is allowed."""


def check_offers(context: Context) -> None:
    """The names in ``offers:``, and that not every offer is forbidden."""
    rules = context.scenario.offers
    if rules.chooser:
        otherwise = "name a party of the scenario"
        context.unknown(("offers", "for"), rules.chooser, context.parties, "party", otherwise)
    for role, choice in (("made", rules.made), ("accepted", rules.accepted)):
        if choice:
            _check_choice(context, ("offers", role), choice)
    if rules.kept:
        answers = context.declared("answers", (answer.name for answer in context.scenario.answers))
        context.unknown(("offers", "kept"), rules.kept, answers, "answer", "name one of the answers")
    for index, entry in enumerate(rules.forbid):
        for term, options in entry.items():
            for option in options:
                context.check_option(("offers", "forbid", str(index), term), term, option)
    _check_repeated_limits(context)
    if rules.forbid and not any(True for _ in _allowed(context.scenario)):
        found = "that every offer is forbidden"
        context.report(("offers", "forbid"), found, "at least one offer that is not", "take an entry out")


def _allowed(scenario: Scenario) -> Iterator[Mapping[str, str]]:
    """Offers that are not forbidden; one is enough where there are too many to try."""
    options = {term.name: [option.name for option in term.options] for term in scenario.terms}
    if prod(len(each) for each in options.values()) > MOST_TRIED:
        yield scenario.offer
        return
    for chosen in product(*options.values()):
        offer = dict(zip(options, chosen, strict=True))
        entries = (entry for entry in scenario.offers.forbid if entry)
        if not any(all(offer.get(term) in each for term, each in entry.items()) for entry in entries):
            yield offer


def _check_repeated_limits(context: Context) -> None:
    seen = set()
    for limit in context.scenario.offers.limits:
        path = limit_path(limit)
        if path in seen:
            context.report(path, f"the limit {path[-1]!r} twice", "each expression once", "take one of the two out")
        seen.add(path)


def check_observed(context: Context) -> None:
    """The names in ``observed:``."""
    for index, seen in enumerate(context.scenario.observed):
        path = _observation_path(context, index)
        for move, choice in seen.saw.items():
            _check_choice(context, (*path, "saw", move), f"{first_copy(context.scenario, move)}.{choice}")
        for term, option in seen.offer.items():
            context.check_option((*path, "offer", term), term, option)
        context.check_sources(path, seen.basis)


def _observation_path(context: Context, index: int) -> Path:
    """Where an observation stands; a single one may stand without a list around it."""
    origin = context.scenario.origin
    bare = origin is not None and ("observed", "saw") in origin.positions
    return ("observed",) if bare else ("observed", str(index))


def _check_choice(context: Context, path: Path, name: str) -> None:
    """A choice, ``move.choice``; in offers one that a party makes."""
    move, _, choice = name.partition(".")
    if move not in context.moves:
        context.unknown(path, move, context.moves, "move", "name a move of the scenario")
        return
    choices = context.choices.get(move, Declared((), open=True))
    if not choice and choices.names:
        found = f"the move {move!r} without a choice"
        context.report(path, found, "a choice, move.choice", f"write {move}.{choices.names[0]}")
        return
    if choice not in choices:
        context.unknown(path, choice, choices, f"choice of {move}", f"name one of the choices of {move}")
        return
    by = next((each.by for each in context.scenario.moves if each.name == move), "")
    if path[0] == "offers" and by == CHANCE:
        found, allowed = f"{name!r}, which chance chooses", "a choice of a party, move.choice"
        context.report(path, found, allowed, "name the choice by which a party does it")
