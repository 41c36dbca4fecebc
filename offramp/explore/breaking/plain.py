"""The findings as plain values: the JSON record and the tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from offramp.explore.record import Record, probability
from offramp.explore.summary import Estimate

if TYPE_CHECKING:
    import pandas as pd

    from offramp.explore.breaking.result import Breaking, Fork, Guarantee, Link, Margin


def breaking_record(breaking: Breaking) -> Record:
    """The findings as ``docs/json.md`` describes them."""
    answer = breaking.answer
    return {
        "answer": {
            "name": answer.name,
            "says": answer.says,
            "given": answer.given_says if answer.given else None,
            **probability(breaking.probability),
        },
        "links": [link_record(link) for link in breaking.links],
        "holds": {"stands": breaking.holds, "keeps": breaking.holds_if_kept},
        "chance": [
            {"move": move, "stands": breaking.chance.get(move, 0.0), "keeps": breaking.chance_if_kept.get(move, 0.0)}
            for move in dict.fromkeys([*breaking.chance, *breaking.chance_if_kept])
        ],
        "forks": [_fork(fork) for fork in breaking.forks],
        "guarantees": [_guarantee(each) for each in breaking.guarantees],
        "unconverged": breaking.unconverged,
        "notes": list(breaking.notes),
    }


def _mean(estimate: Estimate) -> Record:
    return {"mean": estimate.mean, "interval": [estimate.low, estimate.high]}


def link_record(link: Link) -> Record:
    """A link as JSON has it."""
    return {
        **asdict(link),
        "holding": list(link.holding),
        "others": list(link.others),
        "stands": _margin(link.stands),
        "keeps": _margin(link.keeps),
        "distrust": _mean(link.distrust),
    }


def _margin(margin: Margin) -> Record:
    return {**asdict(margin), "margin": _mean(margin.margin)}


def _fork(fork: Fork) -> Record:
    return {
        **asdict(fork),
        "reveals": list(fork.reveals),
        "parties": {
            name: {**asdict(gain), "difference": _mean(gain.difference)} for name, gain in fork.parties.items()
        },
        "answer": fork.answer and _mean(fork.answer),
    }


def _guarantee(guarantee: Guarantee) -> Record:
    return {
        **asdict(guarantee),
        "change": _mean(guarantee.change),
        "condition": guarantee.condition and _mean(guarantee.condition),
        "payoffs": {name: _mean(each) for name, each in guarantee.payoffs.items()},
        "margins": {name: _mean(each) for name, each in guarantee.margins.items()},
    }


def links_frame(breaking: Breaking) -> pd.DataFrame:
    """One row a link: both versions of its margin and what follows."""
    import pandas as pd

    return pd.DataFrame([_link_row(link) for link in breaking.links])


def _link_row(link: Link) -> dict[str, Any]:
    versions = {
        f"{name}.{key}": value
        for name, margin in (("stands", link.stands), ("keeps", link.keeps))
        for key, value in _margin_row(margin).items()
    }
    return {
        "move": link.move,
        "party": link.party,
        "holding": " or ".join(link.holding),
        "others": " or ".join(link.others),
        "reached": link.reached,
        "leaves": link.leaves,
        **versions,
        "distrust": link.distrust.mean,
        "weakest": link.weakest,
    }


def _margin_row(margin: Margin) -> dict[str, Any]:
    low, high = margin.margin.interval
    return {
        "margin": margin.margin.mean,
        "low": low,
        "high": high,
        "tempted": margin.tempted,
        "tied": margin.tied,
        "gain": margin.gain,
        "first": margin.first,
    }


def guarantees_frame(breaking: Breaking) -> pd.DataFrame:
    """One row a changed term: the change in the headline, in payoffs and in margins."""
    import pandas as pd

    return pd.DataFrame([_guarantee_row(each) for each in breaking.guarantees])


def _guarantee_row(guarantee: Guarantee) -> dict[str, Any]:
    return {
        "term": guarantee.term,
        "option": guarantee.option,
        "instead": guarantee.instead,
        "direction": guarantee.direction,
        "answer": guarantee.answer,
        "change": guarantee.change.mean,
        "low": guarantee.change.low,
        "high": guarantee.change.high,
        "lost": guarantee.lost,
        "gained": guarantee.gained,
        **{f"payoff.{name}": each.mean for name, each in guarantee.payoffs.items()},
        **{f"margin.{name}": each.mean for name, each in guarantee.margins.items()},
    }
