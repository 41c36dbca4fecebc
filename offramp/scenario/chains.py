"""Checks of what comes after: states that are named, bounds of rates and discounts, and where outcomes start."""

from __future__ import annotations

from offramp.scenario.aftermath import FOREVER, Aftermath, Indicator
from offramp.scenario.context import Context, Declared
from offramp.scenario.model import Outcome
from offramp.scenario.names import listing
from offramp.scenario.shape import Path

_SECTION = ("aftermath",)


def check_aftermath(context: Context) -> None:
    """Check the aftermath and the ``starts:`` of every outcome."""
    after = context.scenario.aftermath
    if after is None:
        for outcome in context.scenario.outcomes if _SECTION not in context.damage.paths else ():
            if outcome.starts:
                path = ("outcomes", outcome.name, "starts")
                context.report(path, "'starts' where there is no aftermath:", "", "add aftermath:, or take it out")
        return
    names = dict.fromkeys([*(state.name for state in after.states), *context.damage.entries((*_SECTION, "states"))])
    states = Declared(tuple(names), (*_SECTION, "states") in context.damage.paths)
    _check_states(context, after, states)
    _check_parties(context, after)
    _check_bounds(context, after)
    for indicator in after.indicators:
        _check_indicator(context, indicator)
    for outcome in context.scenario.outcomes:
        _check_start(context, outcome, states)


def _check_states(context: Context, after: Aftermath, states: Declared) -> None:
    """Every state that rates, flows and indicators name is declared, and none leads to itself."""
    named: list[Path] = []
    for key, by_state in (("rates", after.rates), ("flows", after.flows)):
        named += [(*_SECTION, key, state) for state in by_state]
    for source, targets in after.rates.items():
        named += [(*_SECTION, "rates", source, target) for target in targets]
        if source in targets:
            path: Path = (*_SECTION, "rates", source, source)
            found = f"a rate from {source!r} to itself"
            context.report_key(path, found, "rates to other states", "take it out: what is left stays")
    for each in after.indicators:
        for key, by_name in (("growth", each.growth), ("change", each.change)):
            named += [(*_SECTION, "indicators", each.name, key, state) for state in by_name]
    for path in named:
        context.unknown(path, path[-1], states, "state", "name one under states:")


def _check_parties(context: Context, after: Aftermath) -> None:
    """Flows and discounts name parties; a discount by party has one for each."""
    for path in (path for path, _ in after.gains()):
        context.unknown((*_SECTION, *path), path[-1], context.parties, "party", "name a party of the scenario")
    given = [path[-1] for path, _ in after.discounts() if len(path) > 1]
    context.check_each_party((*_SECTION, "discount"), given, "discount", "what a later point is worth")


def _check_bounds(context: Context, after: Aftermath) -> None:
    """Rates from 0 to 1, discounts from 0 to 1, and below 1 where the years have no end."""
    for path, expression in after.steps():
        remedy = "choose rates from 0 to 1, or use clip()"
        context.check_span((*_SECTION, *path), expression, "a yearly rate", (0.0, 1.0), remedy)
    for source, targets in after.rates.items():
        spans = [context.span(each) for each in targets.values()]
        fixed = [low for low, high in spans if low == high]
        if len(fixed) == len(spans) and sum(fixed) > 1.0 + 1e-9:
            found = f"rates out of {source!r} that sum to {sum(fixed):g}"
            context.report((*_SECTION, "rates", source), found, "at most 1; what is left stays", "lower them")
    for path, expression in after.discounts():
        place = (*_SECTION, *path)
        if after.years is not None:
            context.check_span(place, expression, "a discount", (0.0, 1.0), "choose a number from 0 to 1")
        elif context.span(expression)[1] >= 1.0 and (expression.text in context.assumptions or not expression.names):
            found = f"a discount of 1 or more with years: {FOREVER}"
            remedy = "choose numbers below 1, or give a number of years"
            context.report(place, found, "below 1, so that the sum has an end", remedy)


def _check_indicator(context: Context, indicator: Indicator) -> None:
    path = (*_SECTION, "indicators", indicator.name)
    if indicator.shock is not None and context.span(indicator.shock)[0] < 0:
        context.report((*path, "shock"), "a shock below 0", "a standard deviation, 0 or more", "choose 0 or more")
    if indicator.least is not None and indicator.most is not None and indicator.least >= indicator.most:
        found = f"bounds from {indicator.least:g} to {indicator.most:g}"
        context.report((*path, "least"), found, "least: below most:", "exchange them")


def _check_start(context: Context, outcome: Outcome, states: Declared) -> None:
    path = ("outcomes", outcome.name, "starts")
    if not outcome.starts and not context.damage.inside(path):
        found = f"no 'starts' in the outcome {outcome.name!r}"
        allowed = f"one of {listing(states.names)}" if states.names else "a declared state"
        context.report(("outcomes", outcome.name), found, allowed, "add starts: and the state that it leads to")
    origin = context.scenario.origin
    for state, probability in outcome.starts.items():
        inner = (*path, state)
        alone = origin is not None and inner not in origin.positions
        context.unknown(path if alone else inner, state, states, "state", "name one under states:")
        context.check_span(inner, probability, "a probability", (0.0, 1.0), "choose numbers from 0 to 1")
    spans = [context.span(each) for each in outcome.starts.values()]
    if spans and all(low == high for low, high in spans) and abs(sum(low for low, _ in spans) - 1.0) > 1e-9:
        found = f"probabilities that sum to {sum(low for low, _ in spans):g}"
        context.report(path, found, "a sum of 1", "make them sum to 1")
