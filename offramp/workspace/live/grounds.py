"""What each assumption rests on, ``offramp.evidence/1``: its distribution, its bases, and the passages behind them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from offramp import __version__
from offramp.explore.learning.grades import UNJUDGED_DIGIT, UNJUDGED_LETTER, grade
from offramp.explore.record import Record, scenario_record
from offramp.scenario.distributions import LISTS, Distribution
from offramp.scenario.model import Assumption, Basis, Scenario, Source
from offramp.sources.checking import Checked, Located, check_sources

EVIDENCE_SCHEMA = "offramp.evidence/1"

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

LEVELS, POINTS = 241, 61
"""Quantiles from which a density is read off, and the points of its curve."""

TAIL = 0.005
"""What is left out at each end of a distribution."""


def evidence_of(scenario: Scenario, version: str, documents: Path, drives: Record | None) -> Record:
    """The document of a scenario's evidence.

    Parameters
    ----------
    scenario : Scenario
    version : str
        Of its text.
    documents : Path
        The folder of the documents.
    drives : dict or None
        The newest document of what drives the headline (``offramp.drivers/1``), with the ``run`` that it is of.
    """
    checked = check_sources(scenario, documents)
    shares = {each["name"]: each for each in drives["drivers"]} if drives else {}
    return {
        "schema": EVIDENCE_SCHEMA,
        "offramp": __version__,
        "scenario": scenario_record(scenario),
        "version": version,
        "drivers": None if drives is None else {"run": drives["run"], "current": drives["current"], **_asked(drives)},
        "assumptions": list(_assumptions(scenario, checked, shares)),
        "sources": [_source(each, checked) for each in scenario.sources],
        "correlations": [{"between": [each.first, each.second], "rank": each.rank} for each in scenario.correlations],
    }


def _asked(drives: Record) -> Record:
    answer = drives["answer"]
    return {"answer": answer["name"], "says": answer["says"]}


def _assumptions(scenario: Scenario, checked: Checked, shares: Mapping[str, Record]) -> Iterator[Record]:
    located = {each.path: each for each in checked.located}
    for each in scenario.assumptions:
        known = grade(each, scenario.sources)
        driver = shares.get(each.name)
        line = scenario.origin.locate(("assumptions", each.name))[0] if scenario.origin else None
        yield {
            "name": each.name,
            "meaning": each.meaning,
            "unit": each.unit,
            "kind": "private" if each.private_to else "fixed" if each.value.is_fixed else "drawn",
            "private_to": each.private_to or None,
            "line": line,
            **distribution_record(each.value),
            "known": known.known,
            "why": known.why,
            "judgement": all(basis.judgement for basis in each.basis),
            "bases": list(_bases(scenario, each, located)),
            "drives": driver["influence"]["share"] if driver else None,
            "distinguishable": driver["distinguishable"] if driver else None,
            "direction": driver["direction"] if driver else None,
        }


def distribution_record(value: Distribution) -> Record:
    """A distribution as it stands in a file, in words, in quantiles and as a curve."""
    low, high = value.support
    quantiles = value.quantile(QUANTILES).tolist()
    return {
        "value": value.as_value(),
        "distribution": value.kind,
        "says": value.describe(),
        "mean": value.mean,
        "support": [low if math.isfinite(low) else None, high if math.isfinite(high) else None],
        "quantiles": dict(zip((f"p{round(100 * level):02d}" for level in QUANTILES), quantiles, strict=True)),
        "listed": value.is_fixed or value.kind in LISTS,
        "density": _density(value),
    }


def _density(value: Distribution) -> list[list[float]]:
    """The curve of a density; for a list each value with its probability."""
    if value.is_fixed or value.kind in LISTS:
        values, weights = value.atoms(1)
        return [[float(x), float(y)] for x, y in zip(values, weights, strict=True)]
    levels = np.linspace(TAIL, 1.0 - TAIL, LEVELS)
    x = value.quantile(levels)
    middles, steps = (x[1:] + x[:-1]) / 2, np.diff(x)
    heights = np.divide(np.diff(levels), steps, out=np.zeros_like(steps), where=steps > 0.0)
    even = np.linspace(x[0], x[-1], POINTS)
    return [[float(a), float(b)] for a, b in zip(even, np.interp(even, middles, heights), strict=True)]


def _bases(scenario: Scenario, assumption: Assumption, located: Mapping[str, Located]) -> Iterator[Record]:
    sources = {source.name: source for source in scenario.sources}
    for number, basis in enumerate(assumption.basis):
        source = sources.get(basis.source)
        found = located.get(f"assumptions.{assumption.name}.basis.{number}")
        yield {**_basis(basis, source), **_passage(found)}


def _basis(basis: Basis, source: Source | None) -> Record:
    kind = next(name for name in ("source", "base_rate", "study", "judgement") if getattr(basis, name))
    return {
        "kind": kind,
        "text": "" if kind == "source" else getattr(basis, kind),
        "says": basis.says,
        "source": basis.source or None,
        "title": source.title if source else None,
        "publisher": (source.publisher or None) if source else None,
        "reliability": (source.reliability or UNJUDGED_LETTER) if source else None,
        "credibility": (basis.credibility or UNJUDGED_DIGIT) if source else None,
    }


def _passage(found: Located | None) -> Record:
    """The passage that a basis points to, and what asks for a second look."""
    record = found.record() if found else {}
    return {
        "locator": record.get("locator", ""),
        "status": record.get("status"),
        "paragraph": record.get("paragraph"),
        "passage": record.get("text"),
        "hedges": record.get("hedges", []),
        "best": record.get("best"),
        "flag": record.get("flag"),
        "note": record.get("trouble"),
    }


def _source(source: Source, checked: Checked) -> Record:
    held = checked.held[source.name]
    return {
        "name": source.name,
        "title": source.title,
        "publisher": source.publisher or None,
        "date": source.date.isoformat() if source.date else None,
        "url": source.url or None,
        "reliability": source.reliability or None,
        "document": held.document.sha256 if held.document else None,
        "note": held.trouble or None,
    }
