"""What was seen says about the assumptions: the entry point.

Bayes over the draws: each counts by how likely it makes what was seen. Nothing is drawn anew; the posterior is carried
by the draws of the prior, so that its effective number of draws says how far it may be relied on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress, shifted, solve_in_batches
from offramp.explore.observed.result import Posterior, Shift, Update
from offramp.explore.observed.seen import Reading, Types, kish, log_sum, systematic
from offramp.explore.paths import Paths
from offramp.explore.summary import RARELY, Estimate, estimate_by_weight
from offramp.explore.variants import Variant
from offramp.scenario.correlations import correlatable
from offramp.scenario.draws import Draws
from offramp.scenario.model import Observation, Scenario
from offramp.scenario.names import suggested
from offramp.scenario.rounds import written_out
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
    variant = run.variant
    types = Types.of(variant.compiled)
    count = min(run.num_draws, max(1, MOST_CELLS // types.count))
    draws = run.draws.part(0, count)
    plain = not variant.compiled.atoms and all(len(each.saw) == 1 and not each.offer for each in seen)
    found = _from_table(run, seen, count) if plain else _by_type(run, types, draws, seen, progress)
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
    moves = {move.name: [choice.name for choice in move.choices] for move in written_out(scenario).moves}
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
            raise RunError(f"what was observed names {name!r}, which is no {kind}; {suggested(name, known)}")
        if value not in known[name]:
            raise RunError(f"{kind} {name!r} has no {part} {value!r}; {suggested(value, known[name])}")


@dataclass(frozen=True, eq=False)
class Found:
    """What was found for B draws and T combinations of types.

    Attributes
    ----------
    log_seen : float64[T, B]
        Log probability of all that was seen.
    yes, met : float64[Q, T, B]
        Probability of each answer together with its condition, and of the condition; then of each outcome, and 1.
    unconverged : int
    """

    log_seen: Floats
    yes: Floats
    met: Floats
    unconverged: int


def _from_table(run: Run, seen: tuple[Observation, ...], count: int) -> Found:
    """Without private types, of single moves, and with the offer as it is, the results of the run say it all."""
    table, paths = run.results, run.paths
    logs = np.zeros(count)
    with np.errstate(divide="ignore"):
        for each in seen:
            ((move, choice),) = each.saw.items()
            logs += np.log(table.on_path(paths.moves.index(move), paths.choice_row(f"{move}.{choice}"))[:count])
    met = [table.conditions[row][:count] for row in range(len(paths.answers))]
    yes = [np.nan_to_num(table.answers[row][:count]) * met[row] for row in range(len(paths.answers))]
    outcomes = [table.outcomes[row][:count] for row in range(len(paths.outcomes))]
    ones = [np.ones(count)] * len(outcomes)
    unconverged = int(np.sum(table.status[0][:count] > Status.FORKED))
    return Found(logs[np.newaxis], np.stack([*yes, *outcomes])[:, None], np.stack([*met, *ones])[:, None], unconverged)


def _by_type(run: Run, types: Types, draws: Draws, seen: tuple[Observation, ...], progress: Progress | None) -> Found:
    """The draws solved again, with the same bits, once for each offer that was on the table."""
    variant = run.variant
    offers = list(dict.fromkeys(tuple(sorted(each.offer.items())) for each in seen))
    rounds = list(dict.fromkeys([(), *offers]))
    log_seen = np.zeros((types.count, draws.num_draws))
    questions = len(variant.paths.answers) + len(variant.paths.outcomes)
    yes, met = (np.zeros((questions, types.count, draws.num_draws)) for _ in range(2))
    unconverged = 0
    for number, offer in enumerate(rounds):
        solved = variant.offering(dict(offer)) if offer else variant
        reading = Reading(solved.compiled, solved.paths, types)
        wanted = [reading.consistent(each.saw) for each in seen if tuple(sorted(each.offer.items())) == offer]
        report = shifted(progress, number * draws.num_draws, len(rounds) * draws.num_draws)
        again = solve_in_batches(solved.compiled, draws, progress=report) if offer else run.solve_again(draws, report)
        for first, solutions in again:
            here = slice(first, first + solutions.num_draws)
            reach = reading.log_reach(solutions.batch, solutions.log_strategies)
            for leaves in wanted:
                log_seen[:, here] += reading.log_chance(leaves, reach)
            if not offer:
                yes[:, :, here], met[:, :, here] = _questions(reading, reach)
            unconverged += int(np.sum(solutions.status > Status.FORKED))
    return Found(log_seen, yes, met, unconverged)


def _questions(reading: Reading, log_reach: Floats) -> tuple[Floats, Floats]:
    """float64[Q, T, b] twice: how likely each answer with its condition is, and the condition; then the outcomes."""
    paths = reading.paths
    reach = np.exp(log_reach)

    def of(leaves: Flags) -> Floats:
        return np.stack([reach[leaves & fits].sum(axis=0) for fits in reading.leaf_types])

    pairs = zip(paths.leaf_answers, paths.leaf_conditions, strict=True)
    outcomes = [of(paths.leaf_outcomes == row) for row in range(len(paths.outcomes))]
    answers = [(of(yes & given), of(given)) for yes, given in pairs]
    ones = np.ones((reading.types.count, reach.shape[1]))
    return (
        np.stack([*(yes for yes, _ in answers), *outcomes]),
        np.stack([*(given for _, given in answers), *[ones] * len(outcomes)]),
    )


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


def _shifts(
    scenario: Scenario,
    columns: Mapping[str, Floats],
    types: Mapping[str, tuple[Floats, Floats, Floats]],
    weights: Floats,
    effective: float,
) -> tuple[Shift, ...]:
    limit = CRITICAL / float(np.sqrt(effective))
    shifts = []
    for each in scenario.assumptions:
        if each.name in columns:
            values = columns[each.name]
            before, after = np.full(len(values), 1.0 / len(values)), weights
        elif each.name in types:
            values, before, after = types[each.name]
        else:
            continue
        distance = _distance(values, before, after)
        shifts.append(
            Shift(
                name=each.name,
                says=each.meaning or each.name,
                unit=each.unit,
                private_to=each.private_to,
                prior=_weighted(values, before),
                posterior=_weighted(values, after),
                distance=distance,
                moved=distance > limit,
            )
        )
    return tuple(sorted(shifts, key=lambda shift: -shift.distance))


def _weighted(values: Floats, weights: Floats) -> Estimate:
    counted = weights > 0.0
    return estimate_by_weight(values[counted], weights[counted])


def _distance(values: Floats, before: Floats, after: Floats) -> float:
    """The largest difference of two weighted distribution functions of the same values; ties count together."""
    _, place = np.unique(values, return_inverse=True)
    gap = np.bincount(place, weights=after) - np.bincount(place, weights=before)
    return float(np.abs(np.cumsum(gap)).max())


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
