"""A scenario as YAML: what was built in Python becomes a file that :func:`~offramp.scenario.load.load` reads back."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from offramp.scenario.aftermath import FOREVER, Aftermath, Indicator
from offramp.scenario.build import ranks
from offramp.scenario.expressions import Expression
from offramp.scenario.language import FORMAT, JUDGEMENT, evenly_spaced
from offramp.scenario.model import (
    ALL,
    DEFAULT_GRID,
    Answer,
    Assumption,
    Basis,
    Choice,
    Move,
    Observation,
    OfferRules,
    Outcome,
    Scenario,
    Source,
    Term,
)
from offramp.scenario.rounds import Rounds

WIDTH = 80
"""Longest mapping or list that stands on one line."""

UNFOLDED = 1_000_000
"""Width for ruamel: text is never folded, since folding would leave white space at the ends of lines."""

Plain = dict[str, Any]


def dumps(scenario: Scenario) -> str:
    """The scenario as the text of a YAML file.

    ``loads(dumps(scenario)) == scenario`` for every valid scenario.
    """
    return annotated(document(scenario), {})


def annotated(values: Plain, comments: Mapping[tuple[str, str], str]) -> str:
    """The text of a YAML file for a scenario as plain values; ``comments`` stand before entries of its sections."""
    laid_out = _laid_out(values)
    for key, value in laid_out.items():
        if isinstance(value, (CommentedMap, CommentedSeq)):
            laid_out.yaml_set_comment_before_after_key(key, before="\n")
    for (section, entry), comment in comments.items():
        if comment and not laid_out[section].fa.flow_style():
            laid_out[section].yaml_set_comment_before_after_key(entry, before=comment, indent=2)
    return _written(laid_out)


def rendered(value: Any) -> str:
    """A plain value as YAML, laid out as in the files that offramp writes."""
    return _written(_laid_out(value))


def _written(laid_out: Any) -> str:
    yaml = YAML()
    yaml.width = UNFOLDED
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(laid_out, stream)
    return stream.getvalue()


def document(scenario: Scenario) -> Plain:
    """The scenario as dictionaries, lists, text and numbers, in the form of a scenario file."""
    return _without_empty(
        {
            "format": FORMAT,
            "title": scenario.title,
            "as_of": scenario.as_of,
            "question": scenario.question,
            "sources": {source.name: _source(source) for source in scenario.sources},
            "parties": {party.name: party.label or {} for party in scenario.parties},
            "terms": {term.name: _term(term) for term in scenario.terms},
            "offer": dict(scenario.offer),
            "assumptions": {assumption.name: _assumption(assumption) for assumption in scenario.assumptions},
            "correlations": [{"between": [c.first, c.second], "rank": c.rank} for c in scenario.correlations],
            "formulas": _expressions(scenario.formulas),
            "moves": {move.name: _move(move, scenario) for move in scenario.moves},
            "outcomes": {outcome.name: _outcome(outcome) for outcome in scenario.outcomes},
            "answers": {answer.name: _answer(answer) for answer in scenario.answers},
            "aftermath": _aftermath(scenario.aftermath) if scenario.aftermath else {},
            "rounds": _rounds(scenario.rounds) if scenario.rounds else {},
            "precision": None if scenario.precision is None else _by_party(scenario.precision),
            "offers": _offers(scenario.offers),
            "observed": [_observation(each) for each in scenario.observed],
        },
        keep=("title", "parties", "moves", "outcomes"),
    )


def _without_empty(values: Plain, keep: tuple[str, ...] = ()) -> Plain:
    """Leave out keys whose value is the default: empty or None."""
    return {key: value for key, value in values.items() if key in keep or value not in ("", None, {}, [], ())}


def _source(source: Source) -> Plain:
    values = {
        "title": source.title,
        "publisher": source.publisher,
        "date": source.date,
        "url": source.url,
        "reliability": source.reliability,
        "file": source.file,
    }
    return _without_empty(values, keep=("title",))


def _term(term: Term) -> Any:
    """A range where names and numbers are those of one, a list where the numbers are the ranks, else a mapping."""
    numbers = {option.name: option.number for option in term.options}
    count = len(term.options)
    if count >= 2:
        low, high = term.options[0].number, term.options[-1].number
        if evenly_spaced(low, high, count) == numbers:
            return {"range": [_tidy(low), _tidy(high), count]}
    if list(numbers.values()) == ranks(count):
        return [option.name for option in term.options]
    return {name: _tidy(number) for name, number in numbers.items()}


def _assumption(assumption: Assumption) -> Plain:
    values = {
        "meaning": assumption.meaning,
        "unit": assumption.unit,
        "value": assumption.value.as_value(),
        "private_to": assumption.private_to,
        "grid": None if assumption.grid == DEFAULT_GRID else assumption.grid,
        "basis": _bases(assumption.basis),
    }
    return _without_empty(values, keep=("value",))


def _bases(bases: tuple[Basis, ...]) -> Any:
    if bases == (Basis(judgement=JUDGEMENT),):
        return JUDGEMENT
    return [_without_empty(dict(vars(basis))) for basis in bases]


def _move(move: Move, scenario: Scenario) -> Plain:
    values: Plain = {"label": move.label, "by": move.by, "sets": move.sets}
    values = _without_empty(values, keep=("by",))
    if move.known_to is not None:
        values["known_to"] = _parties(move.known_to)
    if _is_plain_setting(move, scenario):
        values["next"] = move.choices[0].next
    else:
        values["choices"] = {choice.name: _choice(choice) for choice in move.choices}
    return values


def _is_plain_setting(move: Move, scenario: Scenario) -> bool:
    """Whether the choices are just the options of the term that the move sets, all with the same ``next``."""
    options = [option.name for term in scenario.terms if term.name == move.sets for option in term.options]
    if not options or not move.choices:
        return False
    return move.choices == tuple(Choice(option, move.choices[0].next) for option in options)


def _choice(choice: Choice) -> Plain:
    values: Plain = {"label": choice.label} if choice.label else {}
    for key, expression in (("probability", choice.probability), ("when", choice.when)):
        if expression is not None:
            values[key] = _expression(expression)
    if choice.known_to is not None:
        values["known_to"] = _parties(choice.known_to)
    if choice.reveals:
        values["reveals"] = {move: _parties(parties) for move, parties in choice.reveals.items()}
    return {**values, "next": choice.next}


def _parties(names: tuple[str, ...]) -> Any:
    return ALL if ALL in names else list(names)


def _outcome(outcome: Outcome) -> Plain:
    payoffs = _expressions(outcome.payoffs)
    starts: Any = {state: _expression(each) for state, each in outcome.starts.items()}
    if list(starts.values()) == [1]:
        (starts,) = starts
    return _without_empty({"label": outcome.label, "starts": starts, "payoffs": payoffs}, keep=("payoffs",))


def _aftermath(after: Aftermath) -> Plain:
    values: Plain = {
        "years": FOREVER if after.years is None else after.years,
        "discount": _by_party(after.discount),
        "states": {state.name: state.label or {} for state in after.states},
        "rates": {state: _expressions(targets) for state, targets in after.rates.items()},
        "flows": {state: _expressions(parties) for state, parties in after.flows.items()},
        "indicators": {each.name: _indicator(each) for each in after.indicators},
    }
    return _without_empty(values, keep=("discount", "states"))


def _rounds(rounds: Rounds) -> Plain:
    values: Plain = {
        "from": rounds.start,
        "limit": rounds.limit,
        "otherwise": rounds.otherwise,
        "discount": None if rounds.discount is None else _by_party(rounds.discount),
        "flows": _expressions(rounds.flows),
    }
    return _without_empty(values, keep=("from", "limit", "otherwise"))


def _indicator(indicator: Indicator) -> Plain:
    values: Plain = {
        "label": indicator.label,
        "unit": indicator.unit,
        "start": _expression(indicator.start),
        "growth": _expressions(indicator.growth),
        "change": _expressions(indicator.change),
        "shock": None if indicator.shock is None else _expression(indicator.shock),
        "least": None if indicator.least is None else _tidy(indicator.least),
        "most": None if indicator.most is None else _tidy(indicator.most),
    }
    return _without_empty(values, keep=("start",))


def _answer(answer: Answer) -> Plain:
    values: Plain = {"says": answer.says, "when": _expression(answer.when)}
    if answer.given is not None:
        values["given"] = _expression(answer.given)
    return values | _without_empty({"given_says": answer.given_says})


def _by_party(stated: Expression | Mapping[str, Expression]) -> Any:
    """One for all parties, or one for each."""
    return _expressions(stated) if isinstance(stated, Mapping) else _expression(stated)


def _offers(rules: OfferRules) -> Plain:
    limits = {
        kind: {each.expression.text: _tidy(each.bound) for each in rules.limits if each.at_most == kind}
        for kind in (True, False)
    }
    return _without_empty(
        {
            "for": rules.chooser,
            "made": rules.made,
            "accepted": rules.accepted,
            "kept": rules.kept,
            "forbid": [
                {term: options[0] if len(options) == 1 else list(options) for term, options in entry.items()}
                for entry in rules.forbid
            ],
            "at_most": limits[True],
            "at_least": limits[False],
        }
    )


def _observation(seen: Observation) -> Plain:
    values: Plain = {"says": seen.says, "saw": dict(seen.saw), "offer": dict(seen.offer), "basis": _bases(seen.basis)}
    return _without_empty(values, keep=("saw",))


def _expressions(by_name: Mapping[str, Expression]) -> Plain:
    return {name: _expression(each) for name, each in by_name.items()}


def _expression(expression: Expression) -> Any:
    """A plain whole or decimal number as a number, else the text."""
    try:
        number = float(expression.text)
    except ValueError:
        return expression.text
    return _tidy(number) if str(_tidy(number)) == expression.text else expression.text


def _tidy(number: float) -> int | float:
    """Whole numbers without a decimal point."""
    return int(number) if float(number).is_integer() and abs(number) < 1e15 else float(number)


def _laid_out(value: Any) -> Any:
    """The value for ruamel: short mappings and lists of plain values on one line."""
    if isinstance(value, Mapping):
        mapping = CommentedMap((key, _laid_out(inner)) for key, inner in value.items())
        if is_short(value):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_laid_out(inner) for inner in value)
        if is_short(value):
            sequence.fa.set_flow_style()
        return sequence
    return value


def is_short(value: Any) -> bool:
    """Whether a mapping or list of plain values fits on a line and holds nothing that itself stands on several."""
    inner = list(value.values()) if isinstance(value, Mapping) else value
    nested = any(isinstance(part, (Mapping, list)) and not is_short(part) for part in inner)
    return not nested and len(str(value)) < WIDTH and not any("\n" in str(part) for part in inner)
