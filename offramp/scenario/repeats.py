"""Checks of repeated rounds."""

from __future__ import annotations

from offramp.scenario.context import Context, Declared, choice_path
from offramp.scenario.rounds import copy_name, repeated

_SECTION = ("rounds",)


def check_rounds(context: Context) -> None:
    """Check ``rounds:``: that there is a way back, where it ends, and that the names of later rounds are free."""
    rounds = context.scenario.rounds
    if rounds is None or context.damage.covers(_SECTION):
        return
    context.unknown((*_SECTION, "from"), rounds.start, context.moves, "move", "name the move with which a round begins")
    again = repeated(context.scenario)
    if not again and rounds.start in context.moves.names and context.routes_whole:
        found = f"rounds from {rounds.start!r}, to which no later move leads back"
        remedy = f"lead a next: of a later move back to {rounds.start}, or take rounds: out"
        context.report((*_SECTION, "from"), found, "a move that a later one leads back to", remedy)
    ends = Declared((*context.outcomes.names, *context.moves.names), context.outcomes.open or context.moves.open)
    place = (*_SECTION, "otherwise")
    context.unknown(place, rounds.otherwise, ends, "outcome or move", "name an outcome, or add it")
    if rounds.otherwise in again:
        found = f"the move {rounds.otherwise!r}, which the rounds repeat"
        context.report(place, found, "an outcome, or a move outside the rounds", "name an outcome")
    given = [path[-1] for path, _ in rounds.discounts() if len(path) > 1]
    context.check_each_party((*_SECTION, "discount"), given, "discount", "what a later point is worth")
    for party in rounds.flows:
        context.unknown((*_SECTION, "flows", party), party, context.parties, "party", "name a party of the scenario")
    for path, expression in rounds.discounts():
        remedy = "choose a number from 0 to 1"
        context.check_span((*_SECTION, *path), expression, "a discount", (0.0, 1.0), remedy)
    _check_names(context, again, rounds.limit)


def _check_names(context: Context, again: tuple[str, ...], limit: int) -> None:
    """Moves of later rounds are called after those of the first; nothing else may have such a name."""
    sections = (context.moves, context.outcomes, context.assumptions, context.terms, context.formulas)
    taken = {name for section in sections for name in section.names}
    for move in again:
        clashes = [copy_name(move, number) for number in range(2, limit + 1) if copy_name(move, number) in taken]
        if clashes:
            found = f"the name {clashes[0]!r}, which the move {move!r} has in a later round"
            section = next(
                key
                for key in ("moves", "outcomes", "assumptions", "terms", "formulas")
                if clashes[0] in getattr(context, key).names
            )
            context.report_key((section, clashes[0]), found, "another name", "rename one of the two")


def check_ways_back(context: Context) -> bool:
    """Report every way back to an earlier move that starts no round; whether there are any."""
    scenario = context.scenario
    moves = {move.name: move for move in scenario.moves}
    start = scenario.rounds.start if scenario.rounds else ""
    steps = [(name, step) for name, step in context.routes.back_steps() if step != start]
    for name, step in steps:
        choice = next((choice for choice in moves[name].choices if choice.next == step), None)
        if choice is None:  # by way of otherwise:, which is reported on its own
            continue
        path = choice_path(scenario, moves[name], choice, "next")
        found = f"a way back to {step!r}, so that the path can go round in a circle"
        context.report(path, found, "moves that come later", f"say how often, with rounds: and from: {step}")
    return bool(steps)
