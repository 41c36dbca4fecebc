"""Checks of the names in expressions: which may stand where, and what an unknown one was meant to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from offramp.errors import EvaluationError
from offramp.scenario.aftermath import AFTER, Aftermath
from offramp.scenario.context import Context
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Limit, Move, Scenario
from offramp.scenario.names import listing, meant
from offramp.scenario.rounds import ROUND, Rounds
from offramp.scenario.shape import Path

SHARED_NUMBERS = "assumptions that are not private, and formulas of them"
"""What can stand in a precision, in words."""


@dataclass(frozen=True)
class Use:
    """An expression and where it stands.

    ``place`` names the move or outcome at which it is worked out, empty for formulas and answers. ``settled`` where the
    value may depend on nothing that is drawn: the conditions of choices and answers. ``apart`` where it may depend on
    nothing but what is drawn for all to see: precisions. ``offered`` where it may depend on terms besides: limits of
    offers, whose expressions are keys of the file. ``public`` where it may depend on nothing private: numbers of the
    aftermath. ``after`` where it may depend on the value of the aftermath: payoffs, and formulas for their use.
    """

    path: Path
    expression: Expression
    place: str = ""
    settled: bool = False
    outcomes: bool = False
    apart: bool = False
    offered: bool = False
    public: bool = False
    after: bool = False


def check_expressions(context: Context) -> None:
    """Check every expression of the scenario, then formulas for circles."""
    for use in uses(context.scenario):
        if not context.damage.covers(use.path):
            _check_use(context, use)
    for circle in formula_circles(context.scenario):
        steps = " → ".join((*circle, circle[0]))
        found = f"a formula that needs its own value: {steps}"
        name = circle[1] if len(circle) > 1 else circle[0]
        expression = context.scenario.formulas[circle[0]]
        remedy = "write one of these formulas without the others"
        context.report_name(("formulas", circle[0]), expression, name, found, "formulas without circles", remedy)


def uses(scenario: Scenario) -> Iterator[Use]:
    """Every expression of the scenario."""
    for name, formula in scenario.formulas.items():
        yield Use(("formulas", name), formula, after=True)
    for move in scenario.moves:
        yield from _move_uses(move)
    for outcome in scenario.outcomes:
        for party, payoff in outcome.payoffs.items():
            yield Use(("outcomes", outcome.name, "payoffs", party), payoff, outcome.name, after=True)
        for state, probability in outcome.starts.items():
            yield Use(("outcomes", outcome.name, "starts", state), probability, outcome.name, public=True)
    for answer in scenario.answers:
        yield Use(("answers", answer.name, "when"), answer.when, settled=True, outcomes=True)
        if answer.given is not None:
            yield Use(("answers", answer.name, "given"), answer.given, settled=True, outcomes=True)
    if scenario.aftermath is not None:
        yield from _aftermath_uses(scenario.aftermath)
    if scenario.rounds is not None:
        yield from _round_uses(scenario.rounds)
    for place, precision in precision_expressions(scenario):
        yield Use(place, precision, apart=True)
    for limit in scenario.offers.limits:
        yield Use(limit_path(limit), limit.expression, offered=True)


def _move_uses(move: Move) -> Iterator[Use]:
    for choice in move.choices:
        path = ("moves", move.name, "choices", choice.name)
        if choice.probability is not None:
            yield Use((*path, "probability"), choice.probability, move.name)
        if choice.when is not None:
            yield Use((*path, "when"), choice.when, move.name, settled=True)


def _round_uses(rounds: Rounds) -> Iterator[Use]:
    for path, expression in rounds.discounts():
        yield Use(("rounds", *path), expression, apart=True)
    for party, flow in rounds.flows.items():
        yield Use(("rounds", "flows", party), flow)


def _aftermath_uses(after: Aftermath) -> Iterator[Use]:
    for path, expression in after.discounts():
        yield Use(("aftermath", *path), expression, apart=True)
    for path, expression in after.steps():
        yield Use(("aftermath", *path), expression, public=True)
    for path, expression in after.gains():
        yield Use(("aftermath", *path), expression)
    for indicator in after.indicators:
        for path, expression in indicator.expressions():
            yield Use(("aftermath", "indicators", indicator.name, *path), expression, public=True)


def limit_path(limit: Limit) -> Path:
    """Where a limit of offers stands."""
    return ("offers", "at_most" if limit.at_most else "at_least", limit.expression.text)


def precision_expressions(scenario: Scenario) -> Iterator[tuple[Path, Expression]]:
    """The precisions that the scenario states and where each stands."""
    stated = scenario.precision
    if isinstance(stated, Mapping):
        yield from ((("precision", party), expression) for party, expression in stated.items())
    elif stated is not None:
        yield ("precision",), stated


def _check_use(context: Context, use: Use) -> None:
    for name in sorted(use.expression.names):
        trouble = _trouble(context, use, name)
        if trouble is not None and use.offered:
            context.report_key(use.path, *trouble)
        elif trouble is not None:
            context.report_name(use.path, use.expression, name, *trouble)
    if not use.expression.names:
        try:
            use.expression.evaluate({})
        except EvaluationError as error:
            context.report(
                use.path,
                f"{error.trouble} in {use.expression.text!r}",
                "a finite number",
                "write an expression that has a value",
            )


Trouble = tuple[str, str, str]
"""Found, allowed, remedy."""


def _trouble(context: Context, use: Use, name: str) -> Trouble | None:
    """What is wrong with a name in an expression, if anything."""
    root, dotted, leaf = name.partition(".")
    if (use.apart or use.offered) and (out_of_place := _out_of_place(context, use, name)):
        return out_of_place
    if root == "outcome":
        return _outcome_trouble(context, use, name, leaf)
    if root in (AFTER, ROUND):
        return _after_trouble(context, use, name) if root == AFTER else _round_trouble(context, name)
    if root in context.moves.names:
        return _move_trouble(context, use, name, root, leaf)
    if root in context.terms.names:
        if not dotted or leaf in context.options[root]:
            return None
        return _leaf_trouble("term", "option", root, leaf, context.options[root].names)
    if root in context.assumptions.names or root in context.formulas.names:
        return _number_trouble(context, use, name, root, dotted)
    return _unknown_number(context, name) if use.apart else _unknown(context, name)


def _after_trouble(context: Context, use: Use, name: str) -> Trouble | None:
    if name != AFTER:
        return f"{name!r}, but {AFTER!r} is a number and has no parts", repr(AFTER), f"write {AFTER}"
    if context.scenario.aftermath is None and ("aftermath",) not in context.damage.paths:
        return f"{AFTER!r}, where there is no aftermath:", "", "add aftermath: and, to outcomes, starts:"
    return None if use.after else (f"{AFTER!r} outside payoffs", f"{AFTER!r} in payoffs only", "take it out")


def _round_trouble(context: Context, name: str) -> Trouble | None:
    if name != ROUND:
        return f"{name!r}, but {ROUND!r} is a number and has no parts", repr(ROUND), f"write {ROUND}"
    if context.scenario.rounds is None and ("rounds",) not in context.damage.paths:
        return f"{ROUND!r}, where there are no rounds:", "", "add rounds:, or take it out"
    return None


def _out_of_place(context: Context, use: Use, name: str) -> Trouble | None:
    """What is wrong with a name that is worth the same on some paths only, where that may not be."""
    tied = _tied(context, name, terms=use.apart)
    if tied is None:
        return None
    through = "" if tied == name else f" (through the formula {name!r})"
    if use.apart:
        remedy = "use what is the same on every path and known to all"
        kind = "precision" if use.path[0] == "precision" else "discount"
        return f"{tied!r}{through} in a {kind}", SHARED_NUMBERS, remedy
    remedy = "limit what depends on terms and shared numbers only"
    return f"{tied!r}{through} in a limit of offers", f"terms, {SHARED_NUMBERS}", remedy


def _unknown(context: Context, name: str) -> Trouble | None:
    sections = (context.assumptions, context.terms, context.formulas, context.moves)
    if any(section.open for section in sections):
        return None
    allowed = "assumptions, terms, term.option, move.choice and formulas"
    if name in context.outcomes.names:
        return f"the outcome {name!r} as a number", allowed, f"outcome.{name} can stand in answers: only"
    otherwise = "declare it under assumptions: or formulas:, or correct it"
    return f"the unknown name {name!r}", allowed, meant(name, context.references, otherwise)


def _unknown_number(context: Context, name: str) -> Trouble | None:
    """As for any name, where only assumptions that are not private and formulas can be meant."""
    if context.assumptions.open or context.formulas.open:
        return None
    private = {each.name for each in context.scenario.assumptions if each.private_to}
    known = [each for each in (*context.assumptions.names, *context.formulas.names) if each not in private]
    otherwise = "declare it under assumptions: or formulas:, or correct it"
    return f"the unknown name {name!r}", SHARED_NUMBERS, meant(name, known, otherwise)


def _outcome_trouble(context: Context, use: Use, name: str, leaf: str) -> Trouble | None:
    if not use.outcomes:
        return (
            f"{name!r} outside answers:",
            "outcome.name in answers: only",
            "write the move's choice that leads there, move.choice",
        )
    if leaf in context.outcomes:
        return None
    names = context.outcomes.names
    allowed = f"outcome. followed by one of {listing(names)}"
    return f"the unknown outcome {name!r}", allowed, meant(leaf, names, "name an outcome of the scenario")


def _move_trouble(context: Context, use: Use, name: str, move: str, choice: str) -> Trouble | None:
    choices = context.choices[move]
    if not choice:
        examples = listing((f"{move}.{other}" for other in choices.names), 4)
        return f"the move {move!r} without a choice", "move.choice", f"write {examples}"
    if choice not in choices:
        return _leaf_trouble("move", "choice", move, choice, choices.names)
    if not use.place or not context.routes_whole or context.routes.may_precede(move, use.place):
        return None
    if use.place not in context.routes.reachable or move not in context.routes.reachable:
        return None
    remedy = "use a move that comes earlier on some path"
    return f"{name!r}, a choice at a move that no path passes before {use.place!r}", "choices made earlier", remedy


def _leaf_trouble(kind: str, part: str, root: str, leaf: str, names: tuple[str, ...]) -> Trouble:
    found = f"the unknown {part} {leaf!r} of the {kind} {root!r}"
    return found, f"one of {listing(names)}", meant(leaf, names, f"name one of the {part}s of {root}")


def _number_trouble(context: Context, use: Use, name: str, root: str, dotted: str) -> Trouble | None:
    if dotted:
        return f"{name!r}, but {root!r} is a number and has no parts", repr(root), f"write {root}"
    if not use.after and AFTER in _rests_on(context, root):
        return f"{AFTER!r} (through the formula {root!r}) outside payoffs", f"{AFTER!r} in payoffs only", "take it out"
    drawn = _drawn(context, root) if use.settled else _private(context, root) if use.public else None
    if drawn is None:
        return None
    through = "" if drawn == root else f" (through the formula {root!r})"
    if use.public:
        found = f"the private assumption {drawn!r}{through} in a number that all go by"
        return found, "assumptions that are not private, terms and moves", "put what is private into flows or payoffs"
    found = f"the assumption {drawn!r}{through} in a condition"
    return found, "earlier move.choice, terms and term.option", "put what is drawn into payoffs or probabilities"


def _drawn(context: Context, name: str) -> str | None:
    """An assumption on which ``name`` depends, itself or through formulas."""
    return next((each for each in _rests_on(context, name) if each in context.assumptions.names), None)


def _private(context: Context, name: str) -> str | None:
    """The same for private assumptions."""
    private = {each.name for each in context.scenario.assumptions if each.private_to}
    return next((each for each in _rests_on(context, name) if each in private), None)


def _tied(context: Context, name: str, *, terms: bool = True) -> str | None:
    """A name on which ``name`` depends, itself or through formulas, that is worth the same on some paths only.

    Terms are such names too, unless ``terms`` is false.
    """
    private = {each.name for each in context.scenario.assumptions if each.private_to}
    roots = {*context.moves.names, "outcome", AFTER, ROUND, *(context.terms.names if terms else ())}
    named = _rests_on(context, name)
    return next((each for each in named if each in private or each.partition(".")[0] in roots), None)


def _rests_on(context: Context, name: str) -> Iterator[str]:
    """``name``, and the names on which it depends through formulas, each once."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            yield current
            if current in context.scenario.formulas:
                waiting.extend(sorted(context.scenario.formulas[current].names))


def formula_circles(scenario: Scenario) -> list[tuple[str, ...]]:
    """Formulas that need their own value: each circle once, as the names along it."""
    circles: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in scenario.formulas:
        trail = [start] if start not in done else []
        waiting = [_formulas_in(scenario, start)] if trail else []
        while trail:
            step = next(waiting[-1], None)
            if step is None:
                done.add(trail.pop())
                waiting.pop()
            elif step in trail:
                circles.append(tuple(trail[trail.index(step) :]))
            elif step not in done:
                trail.append(step)
                waiting.append(_formulas_in(scenario, step))
    return circles


def _formulas_in(scenario: Scenario, name: str) -> Iterator[str]:
    return iter(sorted(scenario.formulas[name].names & scenario.formulas.keys()))
