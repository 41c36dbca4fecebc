"""Many offers: a search by NSGA-II (Deb et al. 2002, as kept in Optuna), and steps of one term from the best of it.

The search looks for offers that are worth most to the chooser, hold in most draws and give least. Steps of one term
then go on from the best offer, and down from the least generous one that holds, until none is better.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offramp.explore.offers.measure import Measured
from offramp.explore.offers.rules import Offer, Space

if TYPE_CHECKING:
    import optuna

MOST_LISTED = 4096
"""Up to so many combinations all are looked at; of more, some are searched for."""

TRIALS = 600
"""Offers that the search proposes; those that it proposes again are not solved again."""

POPULATION = 40

REFUSED = -1e300
"""What an offer that is not allowed is worth to the search."""


@dataclass(frozen=True, eq=False)
class Target:
    """What an offer is worth in the search: the chooser's mean value, and the share of draws in which it holds."""

    space: Space
    measure: Callable[[Offer], Measured]
    chooser: int
    allowed: Callable[[Offer], bool]
    wanted_share: float

    def value(self, offer: Offer) -> float:
        return float(self.measure(offer).payoffs[self.chooser].mean()) if self.allowed(offer) else REFUSED

    def share(self, offer: Offer) -> float:
        return self.measure(offer).share if self.allowed(offer) else -1.0


def search(target: Target, seed: int) -> None:
    """Measure the offers that the search comes to; the measurer keeps them."""
    study = _study(seed)
    for start in (target.space.on_the_table, target.space.least, tuple(len(each) - 1 for each in target.space.options)):
        study.enqueue_trial(dict(zip(target.space.terms, start, strict=True)))
    study.optimize(lambda trial: _objectives(target, trial), n_trials=TRIALS)
    seen = {tuple(trial.params[term] for term in target.space.terms) for trial in study.trials}
    allowed = sorted(offer for offer in seen if target.allowed(offer))
    if allowed:
        _climb(target, max(allowed, key=target.value))
        _descend(target, allowed)


def _study(seed: int) -> optuna.Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=seed)
        return optuna.create_study(directions=["maximize", "maximize", "minimize"], sampler=sampler)


def _objectives(target: Target, trial: optuna.Trial) -> tuple[float, float, float]:
    pairs = zip(target.space.terms, target.space.options, strict=True)
    offer = tuple(trial.suggest_int(term, 0, len(options) - 1) for term, options in pairs)
    return target.value(offer), target.share(offer), target.space.generosity(offer)


def _climb(target: Target, start: Offer) -> None:
    """Change one term as long as that makes the offer worth more to the chooser."""
    best = start
    while True:
        better = max(_neighbours(target.space, best), key=target.value, default=best)
        if target.value(better) <= target.value(best):
            return
        best = better


def _descend(target: Target, seen: list[Offer]) -> None:
    """Take back one step of one term as long as the offer still holds often enough."""
    holding = [offer for offer in seen if target.share(offer) >= target.wanted_share]
    if not holding:
        return
    least = min(holding, key=target.space.generosity)
    while True:
        below = (each for each in _neighbours(target.space, least) if sum(each) < sum(least))
        next_ = next((each for each in below if target.share(each) >= target.wanted_share), None)
        if next_ is None:
            return
        least = next_


def _neighbours(space: Space, offer: Offer) -> Iterator[Offer]:
    for index, options in enumerate(space.options):
        for option in (offer[index] - 1, offer[index] + 1):
            if 0 <= option < len(options):
                yield (*offer[:index], option, *offer[index + 1 :])
