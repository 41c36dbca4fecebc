"""Which offers may be made: the combinations of options, what is forbidden, and limits on what an offer costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod

import numpy as np

from offramp.errors import RunError
from offramp.explore.offers.roles import hint
from offramp.game.bindings import Bound, Position, References
from offramp.game.evaluator import Evaluator
from offramp.scenario.draws import Draws
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Limit, OfferRules, Scenario

WANTED = 0.8
"""The share of the draws in which the least generous offer should hold, unless another is asked for."""

Offer = tuple[int, ...]
"""An offer: the position of an option for each free term."""


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


class Limits:
    """Means of the limits' expressions over the draws, for any offer."""

    def __init__(self, space: Space, draws: Draws) -> None:
        self._space, self._draws = space, draws
        self._references = References(space.scenario)
        self._options = {term.name: [option.name for option in term.options] for term in space.scenario.terms}
        self._means: dict[Bound, float] = {}
        for limit in space.rules.limits:
            self._check(limit)

    def means(self, offer: Offer) -> list[float]:
        """The mean of each limit's expression."""
        named = {**self._space.scenario.offer, **self._space.named(offer)}
        terms = tuple(self._options[term.name].index(named[term.name]) for term in self._space.scenario.terms)
        position = Position((), terms, (), ())
        return [self._mean(self._references.bind(limit.expression, position)) for limit in self._space.rules.limits]

    def _mean(self, bound: Bound) -> float:
        if bound not in self._means:
            self._means[bound] = float(np.mean(Evaluator(self._references, self._draws).value(bound, "offers")))
        return self._means[bound]

    def broken(self, offer: Offer) -> list[Limit]:
        """The limits that an offer does not keep."""
        pairs = zip(self._space.rules.limits, self.means(offer), strict=True)
        return [limit for limit, mean in pairs if (mean > limit.bound if limit.at_most else mean < limit.bound)]

    def _check(self, limit: Limit) -> None:
        scenario, text = self._space.scenario, limit.expression.text
        shared = {each.name for each in scenario.assumptions if not each.private_to}
        allowed = self._references.term_names | shared | scenario.formulas.keys()
        for name in sorted(limit.expression.names):
            if name not in allowed:
                known = hint(name, sorted(allowed))
                raise RunError(
                    f"the limit {text!r} names {name!r}, which is no term, shared assumption or formula; {known}"
                )
        needs = self._references.needs(limit.expression)
        moves = [name for name in needs.fixed if name not in self._references.term_names]
        if moves:
            raise RunError(
                f"the limit {text!r} rests on {moves[0]!r}, which an offer alone does not settle; limit what depends "
                "on terms and shared assumptions only"
            )


class Allowance:
    """Which offers are allowed, and why others are not; each is looked at once, its limits over ``draws``."""

    def __init__(self, space: Space, draws: Draws) -> None:
        self._space, self._limits = space, Limits(space, draws)
        self._forbidden: set[Offer] = set()
        self._broken: dict[Offer, list[Limit]] = {}

    def __call__(self, offer: Offer) -> bool:
        """Whether an offer is neither forbidden nor over a limit."""
        if offer not in self._broken and offer not in self._forbidden:
            if self._space.forbidden(offer):
                self._forbidden.add(offer)
            else:
                self._broken[offer] = self._limits.broken(offer)
        return offer not in self._forbidden and not self._broken[offer]

    @property
    def looked_at(self) -> int:
        return len(self._forbidden) + len(self._broken)

    @property
    def forbidden(self) -> int:
        return len(self._forbidden)

    def limited(self) -> dict[str, int]:
        """For each limit how many offers break it, of those that are not forbidden."""
        return {
            limit_words(limit): sum(limit in broken for broken in self._broken.values())
            for limit in self._space.rules.limits
        }


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
                raise RunError(f"what is forbidden names {term!r}, which is no term; {hint(term, known)}")
            for option in options:
                if option not in known[term]:
                    raise RunError(f"term {term!r} has no option {option!r} to forbid; {hint(option, known[term])}")


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
