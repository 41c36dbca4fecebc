"""The pictures of what breaks an offer: the margins along the path, what each term buys, who gains from a leak."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from offramp.explore.breaking.says import link_places
from offramp.explore.phrases import party_label, percent, places, points, spaced
from offramp.figures.figure import Figure
from offramp.figures.style import BLUE, GREY, INK, ROW, VERMILION, WIDTH
from offramp.scenario.model import CHANCE

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from offramp.explore.breaking.result import Breaking, Fork, Guarantee, Link, Margin

MOST_ROWS = 15
"""Rows of a picture; of more links or terms those with the least to say are left out."""

STANDS, KEEPS = "as things stand", "if all after keep to the path"


def pictures(breaking: Breaking) -> dict[str, Figure]:
    """``margins``, ``breaks``, ``guarantees`` and ``leak``; all but ``breaks`` where there is something to draw."""
    drawn = {}
    if breaking.links:
        drawn["margins"] = margins_figure(breaking)
    drawn["breaks"] = breaks_figure(breaking)
    if breaking.guarantees:
        drawn["guarantees"] = guarantees_figure(breaking)
    shown = [fork for fork in breaking.forks if fork.by == CHANCE]
    if shown:
        drawn["leak"] = leak_figure(breaking, shown[0])
    return drawn


def margins_figure(breaking: Breaking) -> Figure:
    """A dot and an interval for each link, as things stand and if all after keep to the path."""
    import altair as alt
    import pandas as pd

    links = [link for link in breaking.links if link in _most_tempted(breaking)]
    rows = pd.DataFrame([row for link in links for row in _margin_rows(breaking, link)])
    order = list(dict.fromkeys(rows["link"]))
    base = alt.Chart(rows).encode(
        y=alt.Y("link:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False)),
        yOffset=alt.YOffset("version:N", sort=[STANDS, KEEPS]),
    )
    across: alt.X = alt.X("low:Q", title="points of each party's own scale; left of zero it gains by leaving")
    spans = base.mark_rule(strokeWidth=2).encode(x=across, x2="high:Q", strokeDash=_by_version([1, 0], [4, 3]))
    dots = base.mark_point(size=80, strokeWidth=2, color=BLUE, filled=False, opacity=1).encode(
        x="margin:Q", fill=_filled(BLUE)
    )
    words = base.mark_text(align="left", fontSize=11).encode(x=alt.value(WIDTH + 10), text="tempted:N")
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=INK, strokeDash=[2, 2]).encode(x="zero:Q")
    chart = alt.layer(zero, spans, dots, words).properties(width=WIDTH, height=2 * ROW * len(order))
    return Figure(
        chart,
        "What each party gains by keeping to the path",
        _margins_alt(breaking, links),
        f"Filled dot, solid line: {STANDS}. Hollow dot, dashed: {KEEPS}. Lines hold 90 % of the draws.",
    )


def _most_tempted(breaking: Breaking) -> list[Link]:
    return sorted(breaking.links, key=lambda link: -max(link.stands.tempted, link.keeps.tempted))[:MOST_ROWS]


def _margin_rows(breaking: Breaking, link: Link) -> Iterator[dict[str, Any]]:
    for version, margin in ((STANDS, link.stands), (KEEPS, link.keeps)):
        yield {
            "link": f"{link.label} ({party_label(breaking.setting.scenario, link.party)})",
            "version": version,
            "margin": margin.margin.mean,
            "low": margin.margin.low,
            "high": margin.margin.high,
            "tempted": f"tempted in {percent(margin.tempted)}",
        }


def _by_version(first: list[int], second: list[int]) -> alt.StrokeDash:
    import altair as alt

    return alt.StrokeDash("version:N", scale=alt.Scale(domain=[STANDS, KEEPS], range=[first, second]), legend=None)


def _filled(colour: str) -> alt.Fill:
    import altair as alt

    return alt.Fill("version:N", scale=alt.Scale(domain=[STANDS, KEEPS], range=[colour, "white"]), legend=None)


def _margins_alt(breaking: Breaking, links: list[Link]) -> str:
    behind, scenario = link_places(breaking), breaking.setting.scenario

    def told(margin: Margin) -> str:
        return f"{points(margin.margin.mean, behind)} points, tempted in {percent(margin.tempted)}"

    each = (
        f"{link.label} ({party_label(scenario, link.party)}): {STANDS} {told(link.stands)}; {KEEPS} {told(link.keeps)}"
        for link in links
    )
    return f"A dot and a line on one axis of points for each move on the path, twice. {'. '.join(each)}."


def breaks_figure(breaking: Breaking) -> Figure:
    """Two bars for each place at which the path breaks first, and for its holding."""
    import altair as alt
    import pandas as pd

    places_ = _first_breaks(breaking)
    rows = pd.DataFrame(
        [
            {"place": place, "version": version, "share": 100.0 * share, "words": percent(share)}
            for place, shares in places_.items()
            for version, share in zip((STANDS, KEEPS), shares, strict=True)
        ]
    )
    base = alt.Chart(rows).encode(
        y=alt.Y("place:N", sort=list(places_), title=None, axis=alt.Axis(ticks=False, domain=False)),
        yOffset=alt.YOffset("version:N", sort=[STANDS, KEEPS]),
        x=alt.X("share:Q", title="percent of cases", scale=alt.Scale(domain=[0, 100])),
    )
    bars = base.mark_bar(stroke=BLUE, strokeWidth=1.5).encode(fill=_filled(BLUE))
    words = base.mark_text(align="left", dx=6, fontSize=11).encode(text="words:N")
    shown = (f"{place}: {STANDS} {percent(one)}, {KEEPS} {percent(two)}" for place, (one, two) in places_.items())
    return Figure(
        alt.layer(bars, words).properties(width=WIDTH, height=1.8 * ROW * len(places_)),
        "Where the path breaks first",
        f"Two bars for each place at which the path breaks first, and for its holding. {'. '.join(shown)}.",
        f"Each does its part until it is tempted. Filled: {STANDS}. Hollow: {KEEPS}.",
    )


def _first_breaks(breaking: Breaking) -> dict[str, tuple[float, float]]:
    """For each place at which the path breaks first, and for its holding, the shares of cases in both versions."""
    scenario = breaking.setting.scenario
    found = {
        f"{link.label} ({party_label(scenario, link.party)})": (link.stands.first, link.keeps.first)
        for link in _most_tempted(breaking)
        if not link.decides_condition
    }
    for move in dict.fromkeys([*breaking.chance, *breaking.chance_if_kept]):
        found[spaced(move)] = (breaking.chance.get(move, 0.0), breaking.chance_if_kept.get(move, 0.0))
    ordered = dict(sorted(found.items(), key=lambda each: -each[1][0])[:MOST_ROWS])
    return {"it holds": (breaking.holds, breaking.holds_if_kept), **ordered}


def guarantees_figure(breaking: Breaking) -> Figure:
    """A bar for each changed term: how it changes the probability that the path holds."""
    import altair as alt
    import pandas as pd

    shown = sorted(breaking.guarantees, key=lambda each: -abs(each.change.mean))[:MOST_ROWS]
    shown.sort(key=lambda each: (each.direction, each.change.mean))
    rows = pd.DataFrame([_bar(each) for each in shown])
    order = list(rows["change"])
    base = alt.Chart(rows).encode(y=alt.Y("change:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False)))
    across = alt.X("value:Q", title="change in the probability that the path holds, percentage points")
    bars = base.mark_bar(height=ROW * 0.6).encode(
        x=across,
        color=alt.Color("direction:N", scale=alt.Scale(domain=["less", "more"], range=[VERMILION, BLUE]), legend=None),
    )
    words = base.mark_text(align="left", fontSize=11).encode(x=alt.value(WIDTH + 10), text="words:N")
    return Figure(
        alt.layer(bars, words).properties(width=WIDTH, height=1.4 * ROW * len(order)),
        "What each guarantee buys",
        _guarantees_alt(breaking, shown),
        f"One term changed, the rest of the offer as it is; with all as it is: {percent(breaking.probability.mean)}.",
    )


def _bar(guarantee: Guarantee) -> dict[str, Any]:
    return {
        "change": _changed(guarantee),
        "value": 100.0 * guarantee.change.mean,
        "direction": guarantee.direction,
        "words": f"{_shift(guarantee)}, to {percent(guarantee.answer)}",
    }


def _changed(guarantee: Guarantee) -> str:
    word = "less" if guarantee.direction == "less" else "more"
    return f"{word} {spaced(guarantee.term)}: {spaced(guarantee.instead)}, not {spaced(guarantee.option)}"


def _shift(guarantee: Guarantee) -> str:
    change = 100.0 * guarantee.change.mean
    return points(change, 0 if abs(change) >= 1.0 else 1, sign=True)


def _guarantees_alt(breaking: Breaking, shown: list[Guarantee]) -> str:
    each = (
        f"{_changed(one)}: {_shift(one)} percentage points, to {percent(one.answer)}; the answer turns to no in "
        f"{percent(one.lost)} and to yes in {percent(one.gained)} of draws"
        for one in shown
    )
    now = percent(breaking.probability.mean)
    return f"A bar for each changed term; on the table the path holds with {now}. {'. '.join(each)}."


def leak_figure(breaking: Breaking, fork: Fork) -> Figure:
    """A bar and an interval for each party: what it has more after one choice of chance than after another."""
    import altair as alt

    rows = _fork_rows(breaking, fork)
    across = alt.X("mean:Q", title="change in expected payoff, points of each party's own scale")
    base = alt.Chart(rows).encode(
        y=alt.Y("party:N", sort=list(rows["party"]), title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    bars = base.mark_bar(height=ROW * 0.6).encode(
        x=across, color=alt.condition("datum.mean < 0", alt.value(VERMILION), alt.value(BLUE))
    )
    spans = base.mark_rule(color=GREY, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    words = base.mark_text(align="left", fontSize=11).encode(x=alt.value(WIDTH + 10), text="words:N")
    happens = f"{fork.label}: {spaced(fork.choice)} rather than {spaced(fork.against)}"
    shown = ". ".join(f"{row.party}: {row.points} points, {row.words}" for row in rows.itertuples())
    return Figure(
        alt.layer(bars, spans, words).properties(width=WIDTH, height=1.4 * ROW * len(rows)),
        "Who gains from a leak" if fork.reveals else "Who gains from a turn of chance",
        f"A bar for each party, the mean over the draws, with a line that holds 90 % of them; {happens}. {shown}.",
        f"{happens}. Lines hold 90 % of the draws.",
    )


def _fork_rows(breaking: Breaking, fork: Fork) -> pd.DataFrame:
    import pandas as pd

    leak, behind = bool(fork.reveals), places(n for gain in fork.parties.values() for n in gain.difference.interval)
    rows: list[dict[str, Any]] = [
        {
            "party": party_label(breaking.setting.scenario, name) + (" (knows of it)" if gain.knows and leak else ""),
            "mean": gain.difference.mean,
            "points": points(gain.difference.mean, behind, sign=True),
            "low": gain.difference.low,
            "high": gain.difference.high,
            "words": f"gains in {percent(gain.gains)}, loses in {percent(gain.loses)}",
        }
        for name, gain in fork.parties.items()
    ]
    return pd.DataFrame(sorted(rows, key=lambda row: -row["mean"])[:MOST_ROWS])
