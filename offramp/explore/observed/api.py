"""What was seen says about the assumptions: the entry point.

Bayes over the draws: each counts by how likely it makes what was seen. Nothing is drawn anew; the posterior is carried
by the draws of the prior, so that its effective number of draws says how far it may be relied on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress, solve_in_batches
from offramp.explore.observed.result import Posterior, Shift, Update
from offramp.explore.observed.seen import Reading, Types, kish, log_sum, systematic
from offramp.explore.paths import Paths
from offramp.explore.summary import RARELY, Estimate, estimate_by_weight
from offramp.explore.variants import Variant
from offramp.scenario.correlations import correlatable
from offramp.scenario.draws import Draws
from offramp.scenario.model import Observation, Scenario
from offramp.solve.result import Status

if TYPE_CHECKING:
    from offramp.explore.run import Run

MOST_CELLS = 4_000_000
"""Most draws times types that are looked at."""

CRITICAL = 1.63
"""A Kolmogorov distance of more than this over the square root of the draws comes by chance once in a hundred times."""


def observe(
    run: Run,
    observed: Mapping[str, str] | Sequence[Observation] | None = None,
    *,
    progress: Progress | None = None,
) -> Posterior:
    """What was seen to happen says about the assumptions.

    Parameters
    ----------
    run : Run
    observed : mapping of moves to choices, or Observations, optional
        One observation, or several of the same people; by default what the scenario states (``observed:``).
    progress : callable, optional
        Called with the draws solved and their total.

    Raises
    ------
    RunError
        If nothing was seen, if a name is wrong, or if what was seen happens in no draw.
    """
    seen = _observations(run.scenario, observed)
    variant = Variant(run.solved)
    types = Types.of(variant.compiled)
    count = min(run.num_draws, max(1, MOST_CELLS // types.count))
    draws = run.draws.part(0, count)
    plain = not variant.compiled.atoms and all(len(each.saw) == 1 and not each.offer for each in seen)
    found = _from_table(run, seen, count) if plain else _by_type(variant, types, draws, seen, progress)
    return _posterior(run, seen, draws, found, types, variant, solved_again=not plain)


def _observations(
    scenario: Scenario, observed: Mapping[str, str] | Sequence[Observation] | None
) -> tuple[Observation, ...]:
    if observed is None:
        seen = scenario.observed
    else:
        seen = (Observation(observed),) if isinstance(observed, Mapping) else tuple(observed)
    if not seen:
        raise RunError("nothing was observed; name what was seen, as in --observed answer=refuse, or write observed:")
    moves = {move.name: [choice.name for choice in move.choices] for move in scenario.moves}
    terms = {term.name: [option.name for option in term.options] for term in scenario.terms}
    for each in seen:
        if not each.saw:
            raise RunError("an observation names no move; say what was seen, as in answer=refuse")
        _check(each.saw, moves, "move", "choice")
        _check(each.offer, terms, "term", "option")
    return seen


def _check(named: Mapping[str, str], known: Mapping[str, list[str]], kind: str, part: str) -> None:
    for name, value in named.items():
        if name not in known:
            raise RunError(f"what was observed names {name!r}, which is no {kind}; {_hint(name, known)}")
        if value not in known[name]:
            raise RunError(f"{kind} {name!r} has no {part} {value!r}; {_hint(value, known[name])}")


def _hint(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"


def _posterior(
    run: Run,
    seen: tuple[Observation, ...],
    draws: Draws,
    found: Found,
    types: Types,
    variant: Variant,
    *,
    solved_again: bool,
) -> Posterior:
    joint = found.log_seen + types.log_weights[:, np.newaxis]
    log_chance = log_sum(joint, axis=0)
    top = float(log_chance.max())
    if np.exp(top) == 0.0:
        raise RunError(
            f"what was observed ({_words(seen)}) happens in no draw; parties that err make it possible: "
            "give a --precision, such as 20, or correct what was observed"
        )
    weights = np.exp(log_chance - top)
    weights /= weights.sum()
    with np.errstate(invalid="ignore"):
        given = np.exp(joint - np.where(np.isneginf(log_chance), 0.0, log_chance))
    scenario, effective = run.scenario, kish(weights)
    columns = {each.name: draws.column(each.name) for each in correlatable(scenario)}
    by_type = _types(variant, types, given, weights)
    answers = _updates(scenario, variant.paths, found, types, given, weights)
    split = len(variant.paths.answers)
    return Posterior(
        setting=Setting.of(run, draws.num_draws),
        observed=seen,
        chance=np.exp(log_chance),
        weights=weights,
        columns=columns,
        types=by_type,
        shifts=_shifts(scenario, columns, by_type, weights, effective),
        answers=answers[:split],
        outcomes=answers[split:],
        effective=effective,
        resampled=systematic(weights, run.seed),
        solved_again=solved_again,
        notes=tuple(_notes(run, draws, found, seen)),
    )


def _words(seen: tuple[Observation, ...]) -> str:
    return "; ".join(each.says or ", ".join(f"{move}={choice}" for move, choice in each.saw.items()) for each in seen)


def _types(variant: Variant, types: Types, given: Floats, weights: Floats) -> dict[str, tuple[Floats, Floats, Floats]]:
    """For each private assumption its atoms, and their weights before and after."""
    after = given @ weights
    result = {}
    for column, each in enumerate(variant.compiled.atoms):
        counted = np.bincount(types.combinations[:, column], weights=after, minlength=len(each.values))
        posterior = np.asarray(counted, dtype=np.float64)
        result[each.name] = (each.values, each.weights, posterior)
    return result


def _updates(
    scenario: Scenario, paths: Paths, found: Found, types: Types, given: Floats, weights: Floats
) -> tuple[Update, ...]:
    """Every answer and outcome before and after."""
    before = np.exp(types.log_weights)
    labels = {outcome.name: outcome.label or outcome.name for outcome in scenario.outcomes}
    names = [(each.name, each.clause) for each in scenario.answers] + [(name, labels[name]) for name in paths.outcomes]
    equal = np.full(len(weights), 1.0 / len(weights))
    return tuple(
        Update(
            name,
            says,
            _estimate(np.einsum("t,tb->b", before, yes), np.einsum("t,tb->b", before, met), equal),
            _estimate((given * yes).sum(axis=0), (given * met).sum(axis=0), weights),
        )
        for (name, says), yes, met in zip(names, found.yes, found.met, strict=True)
    )


def _estimate(yes: Floats, met: Floats, weights: Floats) -> Estimate | None:
    counted = (met > RARELY) & (weights > 0.0)
    if not counted.any():
        return None
    return estimate_by_weight(np.minimum(yes[counted] / met[counted], 1.0), weights[counted] * met[counted])


def _notes(run: Run, draws: Draws, found: Found, seen: tuple[Observation, ...]) -> Iterator[str]:
    yield "what the parties believe of each other is as before: only the reader has learnt"
    if len(seen) > 1:
        yield "the observations count as separate plays by the same people, under the same circumstances"
    if run.scenario.correlations:
        yield "assumptions that are correlated move together, also where what was seen depends on one of them only"
    if found.unconverged:
        yield f"{found.unconverged:,} draws did not converge and are not to be relied on"
    if run.num_draws > draws.num_draws:
        yield f"the first {draws.num_draws:,} of {run.num_draws:,} draws were looked at"
