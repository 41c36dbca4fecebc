"""From the plain values that the shapes read to the frozen objects of the model.

What was malformed is missing from the values; defaults stand in for it, and the checks leave those paths alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offramp.scenario.aftermath import FOREVER, Aftermath, Indicator, State
from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.language import JUDGEMENT
from offramp.scenario.model import (
    ALL,
    DEFAULT_GRID,
    Answer,
    Assumption,
    Basis,
    Choice,
    Correlation,
    Limit,
    Move,
    Observation,
    OfferRules,
    Option,
    Origin,
    Outcome,
    Party,
    Scenario,
    Source,
    Term,
)
from offramp.scenario.rounds import Rounds

Values = Mapping[str, Any]

_ZERO = Expression.parse(0)
"""Stands in for an expression that could not be read."""

_ONE = Expression.parse(1)
"""The probability of a start that is stated alone."""


def build(values: Values, origin: Origin) -> Scenario:
    """The scenario for what :data:`~offramp.scenario.language.SCENARIO` read."""
    parties = tuple(_party(name, value) for name, value in _section(values, "parties").items())
    names = tuple(party.name for party in parties)
    terms = tuple(_term(name, value) for name, value in _section(values, "terms").items())
    scenario = Scenario(
        title=values.get("title", ""),
        parties=parties,
        moves=tuple(_move(name, value, names, terms) for name, value in _section(values, "moves").items()),
        outcomes=tuple(_outcome(name, value) for name, value in _section(values, "outcomes").items()),
        question=values.get("question", ""),
        as_of=values.get("as_of"),
        sources=tuple(_source(name, value) for name, value in _section(values, "sources").items()),
        terms=terms,
        offer=FrozenMap(_section(values, "offer")),
        assumptions=tuple(_assumption(name, value) for name, value in _section(values, "assumptions").items()),
        correlations=_correlations(values.get("correlations", ())),
        formulas=FrozenMap(_section(values, "formulas")),
        answers=tuple(_answer(name, value) for name, value in _section(values, "answers").items()),
        precision=_precision(values.get("precision")),
        offers=_offers(_section(values, "offers")),
        observed=_observed(values.get("observed", ())),
        aftermath=_aftermath(values["aftermath"]) if "aftermath" in values else None,
        rounds=_rounds(values["rounds"]) if "rounds" in values else None,
    )
    return scenario.read_from(origin)


def _section(values: Values, key: str) -> Values:
    section: Values = values.get(key, {})
    return section


def _party(name: str, value: str | Values) -> Party:
    return Party(name, _label(value))


def _label(value: str | Values) -> str:
    return value if isinstance(value, str) else value.get("label", "")


def _source(name: str, value: Values) -> Source:
    return Source(name, **{"title": "", **value})


def _term(name: str, value: list[str] | Mapping[str, float]) -> Term:
    """Options with their numbers; without numbers, ranks scaled to 0..1."""
    if isinstance(value, Mapping):
        return Term(name, tuple(Option(option, float(number)) for option, number in value.items()))
    numbered = zip(value, ranks(len(value)), strict=True)
    return Term(name, tuple(Option(option, rank) for option, rank in numbered if option))


def ranks(count: int) -> list[float]:
    """The numbers of ``count`` options that are given without numbers."""
    return [index / max(count - 1, 1) for index in range(count)]


def _assumption(name: str, value: Values) -> Assumption:
    return Assumption(
        name,
        value.get("value", Distribution.parse(0)),
        meaning=value.get("meaning", ""),
        unit=value.get("unit", ""),
        basis=_bases(value.get("basis", ())),
        private_to=value.get("private_to", ""),
        grid=value.get("grid", DEFAULT_GRID),
    )


def _bases(value: Any) -> tuple[Basis, ...]:
    bases = value if isinstance(value, (list, tuple)) else [value]
    return tuple(Basis(judgement=JUDGEMENT) if basis == JUDGEMENT else Basis(**basis) for basis in bases)


def _correlations(items: list[Values] | tuple[()]) -> tuple[Correlation, ...]:
    """Correlations; one that could not be read keeps its place with names that are empty."""
    pairs = ((item, [*item.get("between", ()), "", ""]) for item in items)
    return tuple(Correlation(between[0], between[1], float(item.get("rank", 0))) for item, between in pairs)


def _move(name: str, value: Values, parties: tuple[str, ...], terms: tuple[Term, ...]) -> Move:
    sets = value.get("sets", "")
    choices: Mapping[str, Values] = value.get("choices", {})
    if "next" in value:
        options = [option.name for term in terms if term.name == sets for option in term.options]
        choices = {option: {"next": value["next"]} for option in options}
    return Move(
        name,
        by=value.get("by", ""),
        choices=tuple(_choice(choice, inner, parties) for choice, inner in choices.items()),
        known_to=None if value.get("known_to", ALL) == ALL else value["known_to"],
        sets=sets,
        label=value.get("label", ""),
    )


def _choice(name: str, value: Values, parties: tuple[str, ...]) -> Choice:
    known_to = value.get("known_to")
    reveals = {move: _everyone(to, parties) for move, to in value.get("reveals", {}).items()}
    return Choice(
        name,
        next=value.get("next", ""),
        probability=value.get("probability"),
        when=value.get("when"),
        known_to=None if known_to is None else _everyone(known_to, parties),
        reveals=FrozenMap(reveals),
        label=value.get("label", ""),
    )


def _everyone(to: str | tuple[str, ...], parties: tuple[str, ...]) -> tuple[str, ...]:
    """``all`` written out, so that nothing downstream needs to know the word."""
    return parties if to == ALL or ALL in to else tuple(to)


def _outcome(name: str, value: Values) -> Outcome:
    starts = value.get("starts", {})
    starts = {starts: _ONE} if isinstance(starts, str) else starts
    return Outcome(name, FrozenMap(value.get("payoffs", {})), value.get("label", ""), FrozenMap(starts))


def _aftermath(value: Values) -> Aftermath:
    discount = value.get("discount", _ZERO)
    years = value.get("years", 1)
    return Aftermath(
        states=tuple(State(name, _label(each)) for name, each in value.get("states", {}).items()),
        years=None if years == FOREVER else years,
        discount=FrozenMap(discount) if isinstance(discount, Mapping) else discount,
        rates=_by_two(value.get("rates", {})),
        flows=_by_two(value.get("flows", {})),
        indicators=tuple(_indicator(name, each) for name, each in value.get("indicators", {}).items()),
    )


def _rounds(value: Values) -> Rounds:
    discount = value.get("discount")
    return Rounds(
        start=value.get("from", ""),
        limit=value.get("limit", 1),
        otherwise=value.get("otherwise", ""),
        discount=FrozenMap(discount) if isinstance(discount, Mapping) else discount,
        flows=FrozenMap(value.get("flows", {})),
    )


def _by_two(value: Mapping[str, Mapping[str, Expression]]) -> FrozenMap[FrozenMap[Expression]]:
    return FrozenMap({name: FrozenMap(inner) for name, inner in value.items()})


def _indicator(name: str, value: Values) -> Indicator:
    by_state = {key: FrozenMap(value[key]) for key in ("growth", "change") if key in value}
    return Indicator(name, **{"start": _ZERO, **value, **by_state})


def _precision(value: Expression | Mapping[str, Expression] | None) -> Expression | FrozenMap[Expression] | None:
    return FrozenMap(value) if isinstance(value, Mapping) else value


def _offers(value: Values) -> OfferRules:
    limits = [Limit(each, float(bound)) for each, bound in value.get("at_most", {}).items()]
    limits += [Limit(each, float(bound), at_most=False) for each, bound in value.get("at_least", {}).items()]
    return OfferRules(
        chooser=value.get("for", ""),
        made=value.get("made", ""),
        accepted=value.get("accepted", ""),
        kept=value.get("kept", ""),
        forbid=tuple(_forbidden(entry) for entry in value.get("forbid", ())),
        limits=tuple(limits),
    )


def _forbidden(entry: Mapping[str, str | list[str]] | None) -> FrozenMap[tuple[str, ...]]:
    """What may not be offered together; an entry that could not be read keeps its place."""
    options = (entry or {}).items()
    return FrozenMap({term: (each,) if isinstance(each, str) else tuple(each) for term, each in options})


def _observed(value: Values | list[Values] | tuple[()]) -> tuple[Observation, ...]:
    items = [value] if isinstance(value, Mapping) else value
    return tuple(
        Observation(
            FrozenMap(item.get("saw", {})),
            FrozenMap(item.get("offer", {})),
            item.get("says", ""),
            _bases(item.get("basis", ())),
        )
        for item in items
    )


def _answer(name: str, value: Values) -> Answer:
    return Answer(
        name, value.get("says", ""), value.get("when", _ZERO), value.get("given"), value.get("given_says", "")
    )
