"""A report of a scenario whose every text tries to break out of it, for the tests of reports."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from offramp.explore.run import run
from offramp.scenario.load import load
from offramp.scenario.model import Scenario
from offramp.tell.report.api import explored
from offramp.tell.report.blocks import Document
from offramp.tell.report.compose import compose
from offramp.tell.report.context import Context

ROOT = Path(__file__).parents[1]

SCRIPT = "<script>document.title = 'broken'</script>"
IMAGE = '"><img src=x onerror="document.title=1">'
TABLE = "a | b ~~*_[c](http://example.org)_*~~ {{ 7 * 7 }} &lt; $x$ `d`"

DRAWS = 32


def hostile_scenario() -> Scenario:
    """A way out, with markup of all kinds in its texts."""
    plain = load(ROOT / "tests" / "good" / "offers-and-observed.yaml")
    us, ruler, army = plain.parties
    office, *assumptions = plain.assumptions
    approach, *moves = plain.moves
    leaves, stays = plain.outcomes
    offer, *choices = approach.choices
    return replace(
        plain,
        title=f"A way out {SCRIPT}",
        question=f"Is it {IMAGE} so?",
        parties=(replace(us, label=f"United States {SCRIPT}"), replace(ruler, label=TABLE), army),
        assumptions=(replace(office, meaning=f"what office is worth {TABLE}", unit="points </td>"), *assumptions),
        moves=(replace(approach, label=IMAGE, choices=(replace(offer, label="]]> --> ' offer"), *choices)), *moves),
        outcomes=(replace(leaves, label=f"he goes {SCRIPT}"), replace(stays, label="1. he stays\n# at all")),
        sources=(replace(plain.sources[0], publisher=IMAGE),),
    )


@lru_cache
def hostile_context() -> Context:
    """Its run with all analyses."""
    return explored(run(hostile_scenario(), draws=DRAWS), "all")


@lru_cache
def hostile_document() -> Document:
    """Its report."""
    return compose(hostile_context())
