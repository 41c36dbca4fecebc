"""Each party in turn: what it does, what it is tempted to, what it gains and loses by what others do."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.explore.breaking.result import Breaking, Fork
from offramp.explore.breaking.says import link_places
from offramp.explore.offers.result import Offers
from offramp.explore.offers.says import offer_words
from offramp.explore.phrases import percent, places, points, spaced
from offramp.scenario.model import Party
from offramp.tell.names import choice_label, move_label
from offramp.tell.report.blocks import Block, Heading, Item, Listing, Paragraph, Section, marked, plain
from offramp.tell.report.context import Context

SCALES = (
    "Points are on each party's own scale; those of different parties cannot be compared. Ranges hold 90% of the draws."
)

MOST_FORKS = 4
"""Comparisons that are told of a party, those that move it most."""


def reactions_section(context: Context) -> Section:
    """A short piece for each party."""
    blocks: list[Block] = [Paragraph(plain(SCALES), "note")]
    for party in context.scenario.parties:
        items = (*_does(context, party), *_expects(context, party), *_tempted(context, party))
        items += (*_moved(context, party), *_prefers(context, party))
        blocks += [Heading(party.label or party.name), Listing(items)]
    return Section("parties", "Each party in turn", tuple(blocks))


def _does(context: Context, party: Party) -> Iterator[Item]:
    run, scenario = context.run, context.scenario
    for move in scenario.moves:
        if move.by != party.name or move.name not in run.paths.open_moves:
            continue
        summary = run.moves[move.name]
        chosen = [(choice_label(each), summary.choices[each.name].given_reached) for each in move.choices]
        known = sorted(((label, each.mean) for label, each in chosen if each), key=lambda row: -row[1])
        told = ", ".join(f"{label} *{percent(mean)}*" for label, mean in known) or "no path leads there"
        reached = percent(summary.reached.mean)
        yield Item(marked(f"At {move_label(scenario, move.name)}, if it comes to that ({reached}): {told}."))
    if not any(move.by == party.name for move in scenario.moves):
        yield Item(plain("Makes no move; it is affected by what others do."))


def _expects(context: Context, party: Party) -> Iterator[Item]:
    estimate = context.run.parties[party.name]
    behind = places(estimate.interval)
    mean, low, high = (points(each, behind) for each in (estimate.mean, estimate.low, estimate.high))
    yield Item(marked(f"Expects *{mean}* points on average ({low} to {high})."))


def _tempted(context: Context, party: Party) -> Iterator[Item]:
    """Its temptation to leave the path on which the headline is yes."""
    breaking = context.first(Breaking)
    for link in breaking.links if breaking else ():
        if link.party != party.name or breaking is None:
            continue
        behind = link_places(breaking)
        text = (
            f"On the path of the headline, at {link.label}: tempted to {spaced(link.others)} rather than "
            f"{spaced(link.holding)} in *{percent(link.stands.tempted)}* of cases; keeping to the path brings it "
            f"{points(link.stands.margin.mean, behind, sign=True)} points on average"
        )
        most = link.stands.gain
        gain = "" if most is None else f"; where it gains by leaving, it gains {points(most, behind)} (median)"
        yield Item(marked(f"{text}{gain}."))


def _moved(context: Context, party: Party) -> Iterator[Item]:
    """What it gains and loses by what happens at moves of others on the path."""
    breaking = context.first(Breaking)
    forks = [fork for fork in (breaking.forks if breaking else ()) if fork.by != party.name]
    forks.sort(key=lambda fork: -abs(fork.parties[party.name].difference.mean))
    for fork in forks[:MOST_FORKS]:
        told = _gain_words(fork, party.name)
        if told:
            yield Item(marked(told))


def _gain_words(fork: Fork, party: str) -> str:
    gain = fork.parties[party]
    behind = places(gain.difference.interval)
    mean, low, high = (points(each, behind, sign=True) for each in (gain.difference.mean, *gain.difference.interval))
    if gain.gains == gain.loses == 0.0:
        return ""
    return (
        f"If it is {spaced(fork.choice)} and not {spaced(fork.against)} at {fork.label}: *{mean}* points on average "
        f"({low} to {high}); better off in {percent(gain.gains)} of draws, worse off in {percent(gain.loses)}."
    )


def _prefers(context: Context, party: Party) -> Iterator[Item]:
    """Which of all offers would be worth most to it."""
    offers = context.first(Offers)
    if offers is None:
        return
    best = max(offers.outlooks, key=lambda outlook: outlook.payoffs[party.name].mean)
    behind = places(outlook.payoffs[party.name].mean for outlook in offers.outlooks)
    most = points(best.payoffs[party.name].mean, behind)
    now = None if offers.table is None else points(offers.outlooks[offers.table].payoffs[party.name].mean, behind)
    beside = "" if now is None else f", {now} with the offer on the table"
    yield Item(
        marked(
            f"Of all offers the one worth most to it: *{offer_words(offers, best.options)}* ({most} points{beside})."
        )
    )
