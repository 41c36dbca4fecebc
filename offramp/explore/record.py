"""A run as one plain document, ``offramp.run/1``: what ``run.json`` holds and ``offramp run --json`` prints.

Everything but ``timings`` is the same in equal runs. ``docs/json.md`` describes every key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from offramp import __version__
from offramp.explore.names import RUN_SCHEMA
from offramp.explore.precision import plain_precision
from offramp.explore.spread import DIFFERENCE, Spread
from offramp.explore.summary import Certificate, ChoiceSummary, Estimate, MoveSummary
from offramp.scenario.dump import dumps
from offramp.scenario.model import Answer, Scenario
from offramp.scenario.rounds import written_out
from offramp.solve.result import REMEDIES

if TYPE_CHECKING:
    from offramp.explore.run import Run

Record = dict[str, Any]


def run_record(run: Run) -> Record:
    """The document of ``run``."""
    return {
        "schema": RUN_SCHEMA,
        "offramp": __version__,
        "scenario": scenario_record(run.scenario),
        "seed": run.seed,
        "draws": run.num_draws,
        "interrupted": {"requested": run.requested, "kept": run.num_draws} if run.interrupted else None,
        "precision": plain_precision(run.precision),
        **results_record(run),
        "equilibria": run.spread and spread_record(run.spread),
        "explored": {name: analysis.document() for name, analysis in run.explored.items()},
        "enough": run.enough and run.enough.record(),
        "confidence": run.confidence and run.confidence.record(),
        "timings": dict(run.timings),
    }


def results_record(run: Run) -> Record:
    """What a run says of its draws: answers, outcomes, moves, parties, breaks, and the certificate."""
    return {
        "answers": _answers(run),
        "outcomes": _outcomes(run),
        "moves": {name: _move(run.scenario, name, move) for name, move in run.moves.items()},
        "parties": {name: {"payoff": estimate.mean, **_interval(estimate)} for name, estimate in run.parties.items()},
        "breaks": [{"move": each.move, "choice": each.choice, **probability(each.probability)} for each in run.breaks],
        "certificate": certificate_record(run.certificate),
    }


def scenario_record(scenario: Scenario) -> Record:
    """What names a scenario: its title, question, date, file, parties and the hash of its text."""
    return {
        "title": scenario.title,
        "question": scenario.question,
        "as_of": scenario.as_of.isoformat() if scenario.as_of else None,
        "file": scenario.origin.file if scenario.origin and scenario.as_read else None,
        "sha256": scenario_digest(scenario),
        "parties": {party.name: party.label or party.name for party in scenario.parties},
    }


def scenario_text(scenario: Scenario) -> str:
    """The scenario's YAML: the file as it was read, or written anew for one built or changed in Python."""
    return scenario.origin.text if scenario.origin and scenario.as_read else dumps(scenario)


def scenario_digest(scenario: Scenario) -> str:
    """The SHA-256 of the scenario's YAML."""
    return hashlib.sha256(scenario_text(scenario).encode()).hexdigest()


def probability(estimate: Estimate) -> Record:
    """A probability with its interval."""
    return {"probability": estimate.mean, **_interval(estimate)}


def estimate_record(estimate: Estimate | None) -> Record | None:
    """A mean with its interval; None where there is none."""
    return None if estimate is None else {"mean": estimate.mean, **_interval(estimate)}


def certificate_record(certificate: Certificate) -> Record:
    """The certificate of a run."""
    check = certificate.grid_check
    return {
        "max_regret": certificate.max_regret,
        "share_within_tolerance": certificate.share_within_tolerance,
        "tolerance": certificate.tolerance,
        "max_residual": certificate.max_residual,
        "unconverged": certificate.unconverged,
        "statuses": dict(certificate.statuses),
        "equilibria": certificate.equilibria,
        "grid_check": check and check.record(),
        "jumps": certificate.jumps,
        "worst": [asdict(flagged) for flagged in certificate.worst],
        "remedies": {name: text for name, text in _remedies() if certificate.statuses.get(name)},
    }


def _remedies() -> Iterator[tuple[str, str]]:
    return ((status.name.lower(), text) for status, text in REMEDIES.items())


def spread_record(spread: Spread) -> Record:
    """How far the answers depend on which equilibrium is played."""
    return {
        "method": spread.method,
        "draws": spread.draws,
        "complete": spread.num_complete,
        "several": spread.num_several,
        "most": int(spread.counts.max()),
        "difference": DIFFERENCE,
        "ranges": {name: each and asdict(each) for name, each in spread.answers.items()},
        "note": spread.note,
    }


def _interval(estimate: Estimate) -> Record:
    return {"interval": [estimate.low, estimate.high]}


def _answers(run: Run) -> Record:
    return {
        answer.name: {"says": answer.says, **_perhaps(run.answers[answer.name]), "given": _condition(run, answer)}
        for answer in run.scenario.answers
    }


def _condition(run: Run, answer: Answer) -> Record | None:
    """The condition of an answer, None where it has none."""
    condition = run.conditions.get(answer.name)
    if condition is None:
        return None
    return {
        "says": answer.given_says,
        **probability(condition.probability),
        "share_of_draws": condition.share_of_draws,
    }


def _outcomes(run: Run) -> Record:
    labels = {outcome.name: outcome.label for outcome in run.scenario.outcomes}
    return {name: {"label": labels[name] or name, **probability(estimate)} for name, estimate in run.outcomes.items()}


def _move(scenario: Scenario, name: str, move: MoveSummary) -> Record:
    definition = next(each for each in written_out(scenario).moves if each.name == name)
    return {
        "label": definition.label or name,
        "by": move.by,
        "reached": probability(move.reached),
        "choices": {choice: _choice(each) for choice, each in move.choices.items()},
    }


def _choice(choice: ChoiceSummary) -> Record:
    return {
        **_perhaps(choice.given_reached),
        "over_all_draws": _perhaps(choice.over_all_draws),
        "on_path": probability(choice.on_path),
    }


def _perhaps(estimate: Estimate | None) -> Record:
    return probability(estimate) if estimate else {"probability": None, "interval": None}
