"""What breaks an offer, in sentences.

The words of likelihood are the percentages themselves: what is said here is about shares of cases and of draws, and
about points, each party's on its own scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.phrases import party_label, percent, places, points, spaced
from offramp.explore.summary import Estimate
from offramp.scenario.model import CHANCE

if TYPE_CHECKING:
    from offramp.explore.breaking.result import Breaking, Fork, Guarantee

WORTH_SAYING = 0.005
"""A share or a change in a probability below this is not worth a sentence."""


def sentences(breaking: Breaking) -> list[str]:
    """What was found, the main words between asterisks."""
    return [
        *_weakest(breaking),
        *_distrust(breaking),
        *(sentence for fork in breaking.leaks for sentence in _leak(breaking, fork)),
        *_guarantees(breaking),
        *(f"Note: {note}." for note in breaking.notes),
    ]


def link_places(breaking: Breaking) -> int:
    """Places behind the point for the margins of all links."""
    return places(number for link in breaking.links for number in link.stands.margin.interval)


def _weakest(breaking: Breaking) -> Iterator[str]:
    scenario, link = breaking.setting.scenario, breaking.weakest
    if link is None:
        if breaking.links:
            yield "*No one* on the path is ever tempted to leave it, as long as everyone before keeps to it."
        return
    who = party_label(scenario, link.party)
    gain = "" if link.stands.gain is None else f", by {points(link.stands.gain, link_places(breaking))} points (median)"
    tied = link.stands.tied
    even = f"; in {percent(tied)} it is indifferent and plays as solved" if tied >= WORTH_SAYING else ""
    yield (
        f"The weakest link is *{link.label}* ({who}), in {percent(link.weakest)} of draws: with everyone before it "
        f"keeping to the path, {who} would gain by choosing {spaced(link.others)} over {spaced(link.holding)} in "
        f"*{percent(link.stands.tempted)}* of cases{gain}{even}."
    )
    shares = [(each.label, each.stands.first) for each in breaking.links] + list(breaking.chance.items())
    yield _breaks("If each does its part until it is tempted, the path", breaking.holds, shares)


def _breaks(opening: str, holds: float, shares: list[tuple[str, float]]) -> str:
    worth = sorted((each for each in shares if each[1] >= WORTH_SAYING), key=lambda each: -each[1])
    where = ", ".join(f"at {spaced(name)} in {percent(share)}" for name, share in worth)
    return f"{opening} holds in {percent(holds)} of cases" + (f"; it breaks first {where}." if where else ".")


def _distrust(breaking: Breaking) -> Iterator[str]:
    """What movers would do if they could rely on those after them, where that makes a difference."""
    scenario, behind = breaking.setting.scenario, link_places(breaking)
    answering = [link for link in breaking.links if not link.decides_condition]
    changed = [link for link in answering if link.stands.tempted - link.keeps.tempted >= WORTH_SAYING]
    for link in sorted(changed, key=lambda each: each.keeps.tempted - each.stands.tempted)[:1]:
        who, more = party_label(scenario, link.party), points(link.distrust.mean, behind)
        yield (
            f"*Distrust* counts most at {link.label}: if all after it kept to the path, {who} would be tempted in "
            f"{percent(link.keeps.tempted)} of cases instead of {percent(link.stands.tempted)}, with a margin "
            f"that is higher by {more} points."
        )
    if changed:
        shares = [(each.label, each.keeps.first) for each in breaking.links] + list(breaking.chance_if_kept.items())
        yield _breaks("If each relied on all after it, the path", breaking.holds_if_kept, shares)


def _leak(breaking: Breaking, fork: Fork) -> Iterator[str]:
    """Who gains and who loses, on average, if something becomes known."""
    if fork.by != CHANCE:
        return
    scenario = breaking.setting.scenario
    behind = places(number for gain in fork.parties.values() for number in gain.difference.interval)

    def listed(sign: int) -> str:
        chosen = sorted(
            ((gain.difference.mean, name) for name, gain in fork.parties.items() if sign * gain.difference.mean > 0),
            key=lambda each: -abs(each[0]),
        )
        shown = [(points(mean, behind, sign=True), party_label(scenario, name)) for mean, name in chosen]
        return ", ".join(f"{who} ({text})" for text, who in shown if float(text.strip("+−")) != 0.0) or "no one"

    yield (
        f"With {fork.label} at *{spaced(fork.choice)}* rather than {spaced(fork.against)}, on average these gain: "
        f"{listed(1)}; and these lose: {listed(-1)} (points){_answer_moves(fork.answer)}."
    )
    knowing = [(gain.gains, name) for name, gain in fork.parties.items() if gain.knows and gain.gains >= WORTH_SAYING]
    if knowing:
        who = ", ".join(f"{party_label(scenario, name)} in {percent(share)}" for share, name in sorted(knowing)[::-1])
        yield f"Of those who know of it beforehand, these would gain by it in a share of draws: *{who}*."


def _answer_moves(answer: Estimate | None) -> str:
    if answer is None:
        return ""
    return (
        f"; the probability that the path holds changes by {points(100 * answer.mean, 0, sign=True)} percentage points"
    )


def _guarantees(breaking: Breaking) -> Iterator[str]:
    """The term that buys most, and what more of one would buy."""
    less = [each for each in breaking.guarantees if each.direction == "less"]
    more = [each for each in breaking.guarantees if each.direction == "more"]
    now = percent(breaking.probability.mean)
    for each in sorted(less, key=lambda each: each.change.mean)[:1]:
        if each.change.mean <= -WORTH_SAYING:
            yield f"What buys most is {_term(each)}; with {spaced(each.instead)} {_moved(each, now)}."
        else:
            yield "No term of the offer, taken back alone, makes the path less likely to hold."
    for each in sorted(more, key=lambda each: -each.change.mean)[:1]:
        if each.change.mean >= WORTH_SAYING:
            yield f"More would buy most at *{each.term}*: with {spaced(each.instead)} {_moved(each, now)}."
        else:
            yield "No term of the offer, raised alone by one step, makes the path more likely to hold."


def _term(guarantee: Guarantee) -> str:
    return f"*{spaced(guarantee.term)}* at {spaced(guarantee.option)}"


def _moved(guarantee: Guarantee, now: str) -> str:
    turned = guarantee.lost if guarantee.direction == "less" else guarantee.gained
    way = "from yes to no" if guarantee.direction == "less" else "from no to yes"
    return (
        f"in its place the probability that the path holds goes from {now} to *{percent(guarantee.answer)}*, and in "
        f"{percent(turned)} of draws the answer turns {way}"
    )
