"""What the analyses of a run found, in their own sentences, tables and pictures: a section for each question."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.explore.boxes.result import Boxes
from offramp.explore.breaking.result import Breaking, Link
from offramp.explore.breaking.says import link_places
from offramp.explore.drivers.result import Drivers
from offramp.explore.learning.result import Learning
from offramp.explore.learning.says import KNOWN, worth_places
from offramp.explore.observed.result import Posterior
from offramp.explore.offers.result import Offers
from offramp.explore.offers.says import offer_words, value_places
from offramp.explore.phrases import party_label, percent, points, spaced
from offramp.explore.summary import Estimate
from offramp.explore.tipping.result import Tipping
from offramp.tell.explored import WORDS
from offramp.tell.report.blocks import Block, Cell, Column, Heading, Section, Table, plain, strong
from offramp.tell.report.context import Context, drawn, told

ROWS = 12
"""Rows of a table of offers, assumptions or the like; the run's own document has all."""


def offers_section(context: Context) -> Section | None:
    """All offers compared, and the frontier between the two main parties."""
    found = context.first(Offers)
    if found is None:
        return None
    return Section("offers", "Offers and the frontier", (*told(found), _offers_table(found), *drawn(found, "offers")))


def drivers_section(context: Context) -> Section | None:
    """What drives the headline, and at which values it flips."""
    drivers, tipping = context.first(Drivers), list(context.found(Tipping))
    blocks: list[Block] = []
    if drivers:
        blocks += [*told(drivers), *_drivers_table(drivers), *drawn(drivers, "drivers")]
    for each in tipping:
        blocks.append(Heading(f"Where {spaced(each.assumption.name)} tips it"))
        blocks += [*told(each), *drawn(each, f"tipping-{each.assumption.name}")]
    return Section("drivers", "What drives it", tuple(blocks)) if blocks else None


def breaking_section(context: Context) -> Section | None:
    """What breaks the offer: temptations along its path, and the conditions under which it fails."""
    breaking, boxes = context.first(Breaking), context.first(Boxes)
    blocks: list[Block] = []
    if breaking:
        blocks += [*told(breaking), *_links_table(breaking), *drawn(breaking, "breaking")]
    if boxes:
        blocks += [Heading("Conditions under which it fails" if not boxes.target.holds else "Conditions of a yes")]
        blocks += [*told(boxes), *drawn(boxes, "boxes")]
    return Section("breaking", "What breaks it", tuple(blocks)) if blocks else None


def learning_section(context: Context) -> Section | None:
    """What to find out before choosing an offer."""
    found = context.first(Learning)
    if found is None:
        return None
    blocks = (*told(found), *_learning_table(found), *drawn(found, "learning"))
    return Section("learning", "What to find out next", blocks)


def observed_section(context: Context) -> Section | None:
    """What something that was seen says about the assumptions."""
    found = context.first(Posterior)
    if found is None:
        return None
    return Section("observed", "What was seen, and what it says", (*told(found), *drawn(found, "observed")))


def _offers_table(offers: Offers) -> Table:
    shown = list(range(min(ROWS, len(offers.offers))))
    if offers.table is not None and offers.table not in shown:
        shown[-1] = offers.table
    who = party_label(offers.setting.scenario, offers.chooser)
    titles = ("Made", "Accepted, if made", "Holds, if made", "Holds in draws", "Best in draws", f"Points, {who}")
    columns = (Column("Offer, by what differs from the one on the table"), *(Column(each, True) for each in titles))
    rows = tuple(_offer_row(offers, index) for index in shown)
    count = len(offers.offers)
    caption = f"The {len(rows)} best of {count:,} offers for {who}, over {offers.setting.draws:,} draws"
    return Table(
        caption if len(rows) < count else f"All {count:,} offers, over {offers.setting.draws:,} draws", columns, rows
    )


def _offer_row(offers: Offers, index: int) -> tuple[Cell, ...]:
    outlook = offers.outlooks[index]
    label = f"{index + 1}. {offer_words(offers, outlook.options)}"
    worth = points(outlook.payoffs[offers.chooser].mean, value_places(offers))
    shares = (_mean(outlook.made), _mean(outlook.accepted), _mean(outlook.holds))
    numbers = (*shares, percent(outlook.share), percent(outlook.best), worth)
    first = strong(label) if index == offers.table else plain(label)
    return first, *map(plain, numbers)


def _drivers_table(drivers: Drivers) -> Iterator[Table]:
    shown = drivers.leading(ROWS)
    if not shown:
        return
    columns = (
        Column("Assumption"),
        Column("Influence", True),
        Column("Interval", True),
        Column("Higher values make it" if drivers.is_probability else "Direction"),
        Column("Rests on"),
    )
    rows = tuple(
        (
            plain(each.label),
            strong(percent(each.influence.value)),
            plain(f"{percent(each.influence.low)} to {percent(each.influence.high)}"),
            plain(WORDS[each.direction] if not drivers.is_probability else _DIRECTIONS[each.direction]),
            plain(", ".join(spaced(kind) for kind in each.rests_on) or "nothing"),
        )
        for each in shown
    )
    yield Table("How far each assumption alone settles the answer, those that can be told from noise", columns, rows)


_DIRECTIONS = {"raises": "likelier", "lowers": "less likely", "mixed": "either, by the other assumptions"}


def _links_table(breaking: Breaking) -> Iterator[Table]:
    if not breaking.links:
        return
    titles = ("Gains by keeping to it, points", "90% of draws", "Tempted, in cases", "Tempted, if others keep to it")
    columns = (Column("Step"), *(Column(each, True) for each in titles), Column("Breaks here first", True))
    rows = tuple(_link_row(breaking, link) for link in breaking.links)
    yield Table("Each step of the path, and what its mover gains by keeping to it", columns, rows)


def _link_row(breaking: Breaking, link: Link) -> tuple[Cell, ...]:
    behind, margin = link_places(breaking), link.stands.margin
    who = party_label(breaking.setting.scenario, link.party)
    return (
        plain(f"{who}, {link.label}: {spaced(link.holding)}"),
        strong(points(margin.mean, behind, sign=True)),
        plain(f"{points(margin.low, behind)} to {points(margin.high, behind)}"),
        plain(percent(link.stands.tempted)),
        plain(percent(link.keeps.tempted)),
        plain(percent(link.stands.first)),
    )


def _learning_table(learning: Learning) -> Iterator[Table]:
    if not learning.items:
        return
    behind = worth_places(learning)
    columns = (
        Column("Assumption"),
        Column("Worth, points", True),
        Column("Standard error", True),
        Column("Known"),
        Column("Rests on"),
    )
    rows = tuple(
        (
            strong(spaced(item.name)) if item.listed else plain(spaced(item.name)),
            plain(points(item.worth.estimate, behind)),
            plain(points(item.worth.error, behind)),
            plain(KNOWN[item.grade.known]),
            plain(item.grade.why),
        )
        for item in learning.items[:ROWS]
    )
    who = party_label(learning.setting.scenario, learning.chooser)
    yield Table(f"What each assumption alone would be worth knowing, in points of {who}", columns, rows)


def _mean(estimate: Estimate | None) -> str:
    return percent(min(estimate.mean, 1.0)) if estimate else "–"
