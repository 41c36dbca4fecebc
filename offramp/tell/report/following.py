"""What follows in a report: the shares of the states with the offer and without, and the fans of the indicators."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.explore.aftermath.result import Following
from offramp.explore.aftermath.says import ends, telling, years_words
from offramp.explore.phrases import percent
from offramp.tell.report.blocks import Block, Cell, Column, Paragraph, Section, Table, marked, plain, strong
from offramp.tell.report.context import Context, drawn


def following_section(context: Context) -> Section | None:
    """What comes after, year by year."""
    found = context.first(Following)
    if found is None:
        return None
    return Section("aftermath", "What follows", tuple(_blocks(found)))


def _blocks(following: Following) -> Iterator[Block]:
    sentences, standing = following.sentences(), len(following.arms)
    yield from (Paragraph(marked(each)) for each in sentences[:standing])  # what indicators do stands in a table
    yield from (Paragraph(marked(f"Note: {each}."), "note") for each in following.notes)
    yield _shares(following)
    if following.after.indicators:
        yield _indicators(following)
    yield from drawn(following, "aftermath")


def _columns(first: str, following: Following) -> tuple[Column, ...]:
    return (Column(first), *(Column(short, is_number=True) for short, _ in telling(following)))


def _shares(following: Following) -> Table:
    rows = tuple(
        (plain(label), *(strong(percent(arm.share(state, following.years))) for _, arm in telling(following)))
        for state, label in enumerate(following.labels)
    )
    caption = f"Where it stands after {years_words(following.years)}, on average over the draws"
    return Table(caption, _columns("State", following), rows)


def _indicators(following: Following) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for which, indicator in enumerate(following.after.indicators):
        unit = f", {indicator.unit}" if indicator.unit else ""
        cells = []
        for _, arm in telling(following):
            low, middle, high = ends(arm.fans[which])
            cells.append(plain(f"{middle} ({low} to {high})"))
        rows.append((plain(f"{indicator.called}{unit}"), *cells))
    caption = f"Indicators after {years_words(following.years)}: the median of the paths, and where 90% of them lie"
    return Table(caption, _columns("Indicator", following), tuple(rows))
