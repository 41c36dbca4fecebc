"""Which offers may be made, whose side is choosing, and which choices make, accept and keep an offer.

What ``offers:`` in the scenario leaves open is found out: an offer is made by the choice that the headline is given
(``given: approach.offer``); it is accepted by the choice that another answer with the same condition asks about; it is
kept where the headline is yes; the side that chooses is the party that makes the offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod

import numpy as np

from offramp.errors import RunError
from offramp.game.bindings import Position, References
from offramp.game.evaluator import Evaluator
from offramp.scenario.draws import Draws
from offramp.scenario.expressions import Expression
from offramp.scenario.model import CHANCE, Limit, OfferRules, Scenario
from offramp.scenario.names import suggested

WANTED = 0.8
"""The share of the draws in which the least generous offer should hold, unless another is asked for."""

Offer = tuple[int, ...]
"""An offer: the position of an option for each free term."""


@dataclass(frozen=True, eq=False)
class Roles:
    """Who chooses among offers, and what says that one is made, accepted and kept (None where nothing does)."""

    chooser: str
    made: str | None
    accepted: str | None
    kept: str | None


def roles_of(scenario: Scenario, rules: OfferRules, chooser: str | None) -> Roles:
    """The roles that ``rules`` and the scenario say.

    Raises
    ------
    RunError
        If a party, a choice or an answer is not the scenario's.
    """
    made = _choice(scenario, rules.made, "made") or _made(scenario)
    accepted = _choice(scenario, rules.accepted, "accepted") or _accepted(scenario)
    answers = [answer.name for answer in scenario.answers]
    kept = rules.kept or next(iter(answers), None)
    if kept is not None and kept not in answers:
        raise RunError(f"there is no answer {kept!r} that could say that an offer is kept; {suggested(kept, answers)}")
    parties = [party.name for party in scenario.parties]
    chosen = chooser or rules.chooser or (mover(scenario, made) if made else parties[0])
    if chosen not in parties:
        raise RunError(f"there is no party {chosen!r} to choose an offer for; {suggested(chosen, parties)}")
    return Roles(chosen, made, accepted, kept)


def mover(scenario: Scenario, choice: str) -> str:
    """The party at whose move a choice, ``move.choice``, is made."""
    return next(move.by for move in scenario.moves if move.name == choice.partition(".")[0])


def _choices(scenario: Scenario) -> list[str]:
    return [f"{move.name}.{choice.name}" for move in scenario.moves if move.by != CHANCE for choice in move.choices]


def _choice(scenario: Scenario, name: str, role: str) -> str | None:
    if name and name not in _choices(scenario):
        raise RunError(
            f"no party makes the choice {name!r}, by which an offer is {role}; {suggested(name, _choices(scenario))}"
        )
    return name or None


def _made(scenario: Scenario) -> str | None:
    given = scenario.answers[0].given if scenario.answers else None
    return given.text if given is not None and given.text in _choices(scenario) else None


def _accepted(scenario: Scenario) -> str | None:
    if not scenario.answers:
        return None
    asked = (answer for answer in scenario.answers if answer.given == scenario.answers[0].given)
    return next((answer.when.text for answer in asked if answer.when.text in _choices(scenario)), None)


@dataclass(frozen=True, eq=False)
class Space:
    """All combinations of options of the terms that are free: those that no move sets on the way.

    Attributes
    ----------
    scenario : Scenario
    rules : OfferRules
        What is forbidden, and the limits.
    """

    scenario: Scenario
    rules: OfferRules

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The free terms with more than one option, in the scenario's order."""
        by_moves = {move.sets for move in self.scenario.moves}
        terms = (term for term in self.scenario.terms if len(term.options) > 1)
        return tuple(term.name for term in terms if term.name not in by_moves)

    @cached_property
    def options(self) -> tuple[tuple[str, ...], ...]:
        """The options of each free term, from the least to the most generous."""
        by_name = {term.name: tuple(option.name for option in term.options) for term in self.scenario.terms}
        return tuple(by_name[name] for name in self.terms)

    @property
    def size(self) -> int:
        return prod(len(options) for options in self.options)

    @cached_property
    def on_the_table(self) -> Offer:
        pairs = zip(self.terms, self.options, strict=True)
        return tuple(options.index(self.scenario.offer[term]) for term, options in pairs)

    @property
    def least(self) -> Offer:
        """The offer with every free term at its least generous option."""
        return (0,) * len(self.terms)

    def all(self) -> Iterator[Offer]:
        """Every combination, the last term changing fastest."""
        yield from product(*(range(len(options)) for options in self.options))

    def named(self, offer: Offer) -> dict[str, str]:
        """The option of each free term, by name."""
        return {term: options[each] for term, options, each in zip(self.terms, self.options, offer, strict=True)}

    def generosity(self, offer: Offer) -> float:
        """From 0, all terms at their least generous option, to 1, all at their most: the mean of their ranks."""
        ranks = [each / (len(options) - 1) for each, options in zip(offer, self.options, strict=True)]
        return float(np.mean(ranks)) if ranks else 0.0

    def forbidden(self, offer: Offer) -> bool:
        """Whether some entry of ``forbid`` has one of the offer's options in every term that it names."""
        named = {**self.scenario.offer, **self.named(offer)}
        return any(all(named[term] in options for term, options in entry.items()) for entry in self.rules.forbid)

    def limits(self, draws: Draws) -> Limits:
        """The limits, worked over ``draws``."""
        return Limits(self, draws)


class Limits:
    """Means of the limits' expressions over the draws, for any offer."""

    def __init__(self, space: Space, draws: Draws) -> None:
        self._space, self._draws = space, draws
        self._references = References(space.scenario)
        self._options = {term.name: [option.name for option in term.options] for term in space.scenario.terms}
        for limit in space.rules.limits:
            self._check(limit)

    def means(self, offer: Offer) -> list[float]:
        """The mean of each limit's expression."""
        named = {**self._space.scenario.offer, **self._space.named(offer)}
        terms = tuple(self._options[term.name].index(named[term.name]) for term in self._space.scenario.terms)
        position = Position((), terms, (), ())
        evaluator = Evaluator(self._references, self._draws)
        return [
            float(np.mean(evaluator.value(self._references.bind(limit.expression, position), "offers")))
            for limit in self._space.rules.limits
        ]

    def broken(self, offer: Offer) -> list[Limit]:
        """The limits that an offer does not keep."""
        if not self._space.rules.limits:
            return []
        pairs = zip(self._space.rules.limits, self.means(offer), strict=True)
        return [limit for limit, mean in pairs if (mean > limit.bound if limit.at_most else mean < limit.bound)]

    def _check(self, limit: Limit) -> None:
        scenario, text = self._space.scenario, limit.expression.text
        shared = {each.name for each in scenario.assumptions if not each.private_to}
        allowed = self._references.term_names | shared | scenario.formulas.keys()
        for name in sorted(limit.expression.names):
            if name not in allowed:
                hint = suggested(name, sorted(allowed))
                raise RunError(
                    f"the limit {text!r} names {name!r}, which is no term, shared assumption or formula; {hint}"
                )
        needs = self._references.needs(limit.expression)
        moves = [name for name in needs.fixed if name not in self._references.term_names]
        if moves:
            raise RunError(
                f"the limit {text!r} rests on {moves[0]!r}, which an offer alone does not settle; limit what depends "
                "on terms and shared assumptions only"
            )


def limit_words(limit: Limit) -> str:
    """A limit as it is written: "cost_us at most 30"."""
    return f"{limit.expression.text} at {'most' if limit.at_most else 'least'} {limit.bound:g}"


def parsed_limit(text: str, *, at_most: bool) -> Limit:
    """A limit from "EXPRESSION=NUMBER".

    Raises
    ------
    RunError, ExpressionError
        If it is not one.
    """
    expression, equals, number = text.rpartition("=")
    try:
        bound = float(number)
    except ValueError:
        bound = float("nan")
    if not equals or not expression.strip() or not np.isfinite(bound):
        raise RunError(f"found the limit {text!r}; write an expression, =, and a number, such as cost_us=30")
    return Limit(Expression.parse(expression.strip()), bound, at_most)


def parsed_forbid(text: str, scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """One combination that may not be offered, from "TERM=OPTION TERM=OPTION,OPTION".

    Raises
    ------
    RunError
        If a term or an option is not the scenario's.
    """
    entry = {}
    for word in text.split():
        term, equals, options = word.partition("=")
        if not equals:
            raise RunError(f"found {word!r} in what is forbidden; write TERM=OPTION, such as court=open")
        entry[term] = tuple(options.split(","))
    checked_forbid(scenario, (entry,))
    return entry


def checked_forbid(scenario: Scenario, forbid: Iterable[Mapping[str, tuple[str, ...]]]) -> None:
    """Raise RunError unless all that is forbidden names terms and options of the scenario."""
    known = {term.name: [option.name for option in term.options] for term in scenario.terms}
    for entry in forbid:
        if not entry:
            raise RunError("found an empty entry in what is forbidden, which would rule out every offer; leave it out")
        for term, options in entry.items():
            if term not in known:
                raise RunError(f"what is forbidden names {term!r}, which is no term; {suggested(term, known)}")
            for option in options:
                if option not in known[term]:
                    raise RunError(
                        f"term {term!r} has no option {option!r} to forbid; {suggested(option, known[term])}"
                    )


def with_asked(
    scenario: Scenario, forbid: Iterable[str], at_most: Iterable[str], at_least: Iterable[str]
) -> OfferRules:
    """The scenario's rules with others added, written as on the command line.

    Raises
    ------
    RunError, ExpressionError
        If one of them cannot be read.
    """
    rules = scenario.offers
    limits = [parsed_limit(text, at_most=True) for text in at_most]
    limits += [parsed_limit(text, at_most=False) for text in at_least]
    return replace(
        rules,
        forbid=(*rules.forbid, *(parsed_forbid(text, scenario) for text in forbid)),
        limits=(*rules.limits, *limits),
    )
