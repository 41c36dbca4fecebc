"""Everything that must hold in a scenario beyond the form of its values; the same for YAML and for Python.

:func:`problems` looks at a whole scenario. One built in Python is first written out and read through the shapes of
:mod:`offramp.scenario.language`, so that a wrong name or a grid out of range is found there too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from offramp.errors import Problem, ScenarioError
from offramp.scenario.chains import check_aftermath
from offramp.scenario.comparing import check_observed, check_offers
from offramp.scenario.context import Context, Damage, Declared, by_chance, choice_path
from offramp.scenario.correlations import correlation_problems
from offramp.scenario.dump import document
from offramp.scenario.language import SCENARIO
from offramp.scenario.model import ALL, CHANCE, Assumption, Choice, Move, Scenario
from offramp.scenario.names import PARTY_WORDS, RESERVED, closest, listing
from offramp.scenario.nodes import from_plain
from offramp.scenario.problems import problem_at
from offramp.scenario.references import check_expressions, precision_expressions
from offramp.scenario.repeats import check_rounds, check_ways_back
from offramp.scenario.shape import Path, Place, Report

SUM_TOLERANCE = 1e-9
"""How far fixed probabilities may miss 1."""


def problems(scenario: Scenario) -> list[Problem]:
    """All that is wrong with a scenario, with positions where it came from a file."""
    report = Report(Problem.file)
    SCENARIO.read(from_plain(document(scenario)), Place(report))
    form = [problem_at(scenario, each.path, each.found, each.allowed, each.remedy) for each in report.problems]
    return [*form, *meaning_problems(scenario, Damage(report.damaged))]


def validate(scenario: Scenario) -> None:
    """Raise :class:`~offramp.errors.ScenarioError` with all that is wrong with a scenario, if anything is."""
    found = problems(scenario)
    if found:
        raise ScenarioError(found)


def meaning_problems(scenario: Scenario, damage: Damage) -> list[Problem]:
    """What is wrong with a scenario's names, paths, numbers and expressions, given what was malformed in its file."""
    context = Context(scenario, damage)
    _check_repeats(context)
    _check_names(context)
    _check_offer(context)
    for assumption in scenario.assumptions:
        _check_assumption(context, assumption)
    _check_correlations(context)
    for move in scenario.moves:
        _check_move(context, move)
    _check_routes(context)
    _check_payoffs(context)
    _check_precision(context)
    check_aftermath(context)
    check_rounds(context)
    check_offers(context)
    check_observed(context)
    check_expressions(context)
    return context.problems


def _check_repeats(context: Context) -> None:
    """Each name once in its section, each option once in its term, each choice once at its move."""
    scenario = context.scenario
    for term in scenario.terms:
        _report_repeats(context, ("terms", term.name), (option.name for option in term.options), "option")
    for move in scenario.moves:
        path = ("moves", move.name, "choices")
        _report_repeats(context, path, (choice.name for choice in move.choices), "choice")
    sections = {
        "parties": (party.name for party in scenario.parties),
        "sources": (source.name for source in scenario.sources),
        "terms": (term.name for term in scenario.terms),
        "assumptions": (assumption.name for assumption in scenario.assumptions),
        "moves": (move.name for move in scenario.moves),
        "outcomes": (outcome.name for outcome in scenario.outcomes),
        "answers": (answer.name for answer in scenario.answers),
    }
    if scenario.aftermath is not None:
        states, indicators = scenario.aftermath.states, scenario.aftermath.indicators
        _report_repeats(context, ("aftermath", "states"), (state.name for state in states), "name")
        _report_repeats(context, ("aftermath", "indicators"), (each.name for each in indicators), "name")
    for section, names in sections.items():
        _report_repeats(context, (section,), names, "name")


def _report_repeats(context: Context, path: Path, names: Iterable[str], kind: str) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            origin = context.scenario.origin
            listed = origin is not None and (*path, str(index)) in origin.positions
            inner = (*path, str(index) if listed else name)
            context.report(inner, f"the {kind} {name!r} twice", f"each {kind} once", "rename or remove one")
        seen.add(name)


def _check_names(context: Context) -> None:
    """Names that stand in expressions differ from each other and from reserved words; so do moves and outcomes."""
    scenario = context.scenario
    for party in scenario.parties:
        if party.name in PARTY_WORDS:
            found = f"a party called {party.name!r}, a reserved word"
            allowed = f"a name other than {listing(sorted(PARTY_WORDS))}"
            context.report_key(("parties", party.name), found, allowed, "rename it")
    taken: dict[str, Path] = {}
    for path in sorted(_shared_names(scenario), key=lambda path: _order(scenario, path)):
        section, name = path
        if name in RESERVED:
            allowed = f"a name other than {listing(sorted(RESERVED), len(RESERVED))}"
            context.report_key(path, f"{name!r}, a reserved word", allowed, "rename it")
        if name in taken and taken[name][0] != section:
            _report_clash(context, path, taken[name], "names that can stand in an expression must differ")
        taken.setdefault(name, path)
    moves = {move.name for move in scenario.moves}
    for outcome in scenario.outcomes:
        if outcome.name in moves:
            path = ("outcomes", outcome.name)
            _report_clash(context, path, ("moves", outcome.name), "moves and outcomes must have different names")


def _shared_names(scenario: Scenario) -> Iterator[Path]:
    yield from (("assumptions", assumption.name) for assumption in scenario.assumptions)
    yield from (("terms", term.name) for term in scenario.terms)
    yield from (("formulas", name) for name in scenario.formulas)
    yield from (("moves", move.name) for move in scenario.moves)


def _order(scenario: Scenario, path: Path) -> tuple[int, int]:
    return scenario.origin.locate(path) if scenario.origin else (0, 0)


def _report_clash(context: Context, path: Path, other: Path, allowed: str) -> None:
    line = _order(context.scenario, other)[0]
    where = f" on line {line}" if line else ""
    found = f"the name {path[1]!r}, which stands under {other[0]}:{where} too"
    context.report_key(path, found, allowed, "rename one")


def _check_offer(context: Context) -> None:
    scenario = context.scenario
    for term, option in scenario.offer.items():
        context.check_option(("offer", term), term, option)
    terms = [term.name for term in scenario.terms]
    misspelt = {closest(name, terms) for name in scenario.offer if name not in context.terms}
    named = {*scenario.offer, *context.damage.entries(("offer",)), *misspelt}
    missing = [term for term in terms if term not in named]
    if missing:
        found = f"no option for {listing(missing)}"
        context.report(("offer",), found, "one option of each term", f"add {missing[0]}: and one of its options")


def _check_assumption(context: Context, assumption: Assumption) -> None:
    path = ("assumptions", assumption.name)
    owner = assumption.private_to
    if owner:
        context.unknown((*path, "private_to"), owner, context.parties, "party", "name one party of the scenario")
    context.check_sources(path, assumption.basis)


def _check_correlations(context: Context) -> None:
    """As for draws, but for correlations with an assumption that could not be read."""
    unread = context.damage.entries(("assumptions",))
    for problem in correlation_problems(context.scenario):
        pair = context.scenario.correlations[int(problem.path[1])] if len(problem.path) > 1 else None
        if context.assumptions.open or (pair and {pair.first, pair.second} & {*unread}):
            continue
        context.report(problem.path, problem.found.removeprefix("found "), problem.allowed, problem.remedy)


def _check_move(context: Context, move: Move) -> None:
    path = ("moves", move.name)
    if move.by != CHANCE:
        otherwise = "name a party of the scenario, or chance"
        context.unknown((*path, "by"), move.by, context.parties, "party", otherwise)
    _check_parties(context, (*path, "known_to"), move.known_to or ())
    _check_sets(context, move)
    for choice in move.choices:
        _check_choice(context, move, choice)
    if by_chance(move):
        _check_chances(context, move)


def _check_parties(context: Context, path: Path, names: tuple[str, ...]) -> None:
    origin = context.scenario.origin
    for index, name in enumerate(names):
        inner = (*path, str(index))
        listed = origin is None or inner in origin.positions
        if name != ALL:
            place = inner if listed else path
            context.unknown(place, name, context.parties, "party", "name a party of the scenario, or all")


def _check_sets(context: Context, move: Move) -> None:
    if not move.sets:
        return
    path = ("moves", move.name)
    context.unknown((*path, "sets"), move.sets, context.terms, "term", "name a term under terms:")
    options = context.options.get(move.sets)
    if options is None or options.open or context.choices[move.name].open:
        return
    chosen = context.choices[move.name].names
    for name in chosen:
        kind = f"option of {move.sets}"
        context.unknown((*path, "choices", name), name, options, kind, "name the choices as the term's options")
    missing = [option for option in options.names if option not in chosen]
    if missing and all(name in options.names for name in chosen):
        found = f"no choice for the option {missing[0]!r} of {move.sets}"
        context.report((*path, "choices"), found, "a choice for each option", f"add {missing[0]}:")


def _check_choice(context: Context, move: Move, choice: Choice) -> None:
    path = choice_path(context.scenario, move, choice)
    _check_parties(context, (*path, "known_to"), choice.known_to or ())
    if choice.next not in context.moves and choice.next not in context.outcomes:
        names = (*context.moves.names, *context.outcomes.names)
        target = choice_path(context.scenario, move, choice, "next")
        context.unknown(target, choice.next, Declared(names), "move or outcome", "name a move or an outcome, or add it")
    if choice.probability is not None and move.by in context.parties.names and not by_chance(move):
        found = f"a probability for a choice of the party {move.by!r}"
        remedy = "take it out: the solution says how likely the choice is"
        context.report((*path, "probability"), found, "probabilities at moves by chance", remedy)
    for revealed, parties in choice.reveals.items():
        _check_reveal(context, move, (*path, "reveals", revealed), revealed)
        _check_parties(context, (*path, "reveals", revealed), parties)


def _check_reveal(context: Context, move: Move, path: Path, revealed: str) -> None:
    context.unknown(path, revealed, context.moves, "move", "name an earlier move, or this one")
    if revealed == move.name or revealed not in context.moves.names or not context.routes_whole:
        return
    if {revealed, move.name} <= context.routes.reachable and not context.routes.may_precede(revealed, move.name):
        found = f"the move {revealed!r}, which no path passes before {move.name!r}"
        context.report(path, found, "earlier moves, or this one", "reveal a move that comes earlier")


def _check_chances(context: Context, move: Move) -> None:
    """One remainder at most, fixed probabilities from 0 to 1, and a sum of 1."""
    path = ("moves", move.name, "choices")
    if context.damage.inside(path):
        return
    rest = [choice.name for choice in move.choices if choice.probability is None]
    if len(rest) > 1:
        inner = (*path, rest[1])
        found = f"{len(rest)} choices of chance without a probability: {listing(rest)}"
        context.report(inner, found, "one at most, which takes what is left", "give all but one a probability:")
    fixed = [_fixed_probability(context, move, choice) for choice in move.choices if choice.probability is not None]
    numbers = [number for number in fixed if number is not None]
    if len(numbers) < len(fixed) or any(choice.when is not None for choice in move.choices):
        return
    total = sum(numbers)
    if total > 1 + SUM_TOLERANCE or (not rest and total < 1 - SUM_TOLERANCE):
        allowed = "a sum of 1" if not rest else "at most 1 for those that are given"
        remedy = "leave one out, and it takes what is left" if not rest else "lower them"
        context.report(path, f"probabilities that sum to {total:g}", allowed, remedy)


def _fixed_probability(context: Context, move: Move, choice: Choice) -> float | None:
    """The probability of a chance choice where it is a sound fixed number; reports one out of range."""
    path = ("moves", move.name, "choices", choice.name, "probability")
    expression = choice.probability
    if expression is None:
        return None
    low, high = context.span(expression)
    remedy = "choose numbers from 0 to 1" if low == high else "choose a distribution within 0 to 1, or use clip()"
    if not context.check_span(path, expression, "a probability", (0.0, 1.0), remedy):
        return None
    return low if low == high else None


def _check_routes(context: Context) -> None:
    """No loops but rounds; every move and outcome on some path from the first move."""
    scenario = context.scenario
    if check_ways_back(context) or not context.routes_whole:
        return
    start = scenario.moves[0].name if scenario.moves else ""
    for section, kind, names in (("moves", "move", context.moves), ("outcomes", "outcome", context.outcomes)):
        for name in names.names:
            if name not in context.routes.reachable:
                found = f"the {kind} {name!r}, which no path from {start!r} reaches"
                remedy = f"lead a next: to it, or take it out (the first move, {start!r}, is the start)"
                context.report((section, name), found, f"{kind}s on some path", remedy)


def _check_payoffs(context: Context) -> None:
    for outcome in context.scenario.outcomes:
        path = ("outcomes", outcome.name, "payoffs")
        for party in outcome.payoffs:
            context.unknown((*path, party), party, context.parties, "party", "name a party of the scenario")
        given = {*outcome.payoffs, *context.damage.entries(path)}
        missing = [party.name for party in context.scenario.parties if party.name not in given]
        unknown = [party for party in outcome.payoffs if party not in context.parties]
        if missing and len(unknown) < len(missing):
            found = f"no payoff for {listing(missing)}"
            context.report(path, found, "a payoff for each party", f"add {missing[0]}: and what it gets")


def _check_precision(context: Context) -> None:
    """One for all parties or one for each, and 0 or more wherever that can be told before drawing."""
    stated = context.scenario.precision
    if isinstance(stated, Mapping):
        remedy = "a number; from 1000 on a party makes hardly any mistakes"
        context.check_each_party(("precision",), stated, "precision", remedy)
    for path, expression in precision_expressions(context.scenario):
        low, high = context.span(expression)
        remedy = "give 0 or more (0 is choice at random)" if low == high else "choose a distribution from 0 on"
        context.check_span(path, expression, "a precision", (0.0, math.inf), remedy)
