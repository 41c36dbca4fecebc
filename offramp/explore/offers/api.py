"""All offers compared: the entry point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress
from offramp.explore.offers.fronts import largest_regrets, shares_best, undominated, worst_deciles
from offramp.explore.offers.measure import Measured, Measurer
from offramp.explore.offers.result import Offers, Outlook
from offramp.explore.offers.rules import (
    WANTED,
    Limits,
    Offer,
    Roles,
    Space,
    checked_forbid,
    limit_words,
    mover,
    roles_of,
)
from offramp.explore.offers.search import MOST_LISTED, TRIALS, Target, search
from offramp.explore.offers.terms import MOST_TERMS, Clause, clauses_of
from offramp.explore.phrases import spaced
from offramp.explore.summary import Estimate, estimate_by_weight, estimate_given
from offramp.scenario.model import OfferRules

if TYPE_CHECKING:
    from offramp.explore.run import Run

Method = Literal["auto", "all", "search"]

MOST_DRAWS = 65_536
"""Draws of a run that are looked at: the first so many."""


def compare_offers(
    run: Run,
    *,
    chooser: str | None = None,
    draws: int | None = None,
    method: Method = "auto",
    rules: OfferRules | None = None,
    share: float = WANTED,
    progress: Progress | None = None,
) -> Offers:
    """Solve every combination of terms over the run's draws, and compare what becomes of each offer.

    Parameters
    ----------
    run : Run
    chooser : str, optional
        The party whose side is choosing; by default as the scenario's ``offers:`` say, else the party that makes it.
    draws : int, optional
        The first so many of the run's draws; by default all, up to ``MOST_DRAWS``.
    method : "auto", "all" or "search"
        Whether all combinations are solved, or some are searched for; by default all up to ``MOST_LISTED``.
    rules : OfferRules, optional
        In place of the scenario's ``offers:``.
    share : float
        The share of the draws in which the least generous offer should hold.
    progress : callable, optional
        Called with the draws solved and their total over all offers.

    Raises
    ------
    RunError
        If there is nothing to choose, if an option cannot be used, or if no offer is allowed.
    """
    rules = run.scenario.offers if rules is None else rules
    _check(run, draws, method, share)
    checked_forbid(run.scenario, rules.forbid)
    space, roles = Space(run.solved, rules), roles_of(run.scenario, rules, chooser)
    if not space.terms:
        raise RunError("there is no offer to choose: no term has two options that no move sets; give terms: options")
    count = min(run.num_draws, MOST_DRAWS) if draws is None else draws
    part = run.draws.part(0, count)
    measurer = Measurer(space, roles, part, progress)
    allowance = Allowance(space, space.limits(part))
    how = method if method != "auto" else ("all" if space.size <= MOST_LISTED else "search")
    found = _allowed_offers(space, measurer, allowance, how, share, run.seed)
    return _compared(run, measurer, allowance, found, how, share)


def _check(run: Run, draws: int | None, method: str, share: float) -> None:
    if draws is not None and not 1 <= draws <= run.num_draws:
        raise RunError(
            f"found {draws} draws to compare offers over; the run has {run.num_draws:,}, ask for 1 to that many"
        )
    if method not in ("auto", "all", "search"):
        raise RunError(f"there is no method {method!r} to compare offers; give auto, all or search")
    if not 0.0 < share <= 1.0:
        raise RunError(f"found a share of {share:g} of the draws; give a number above 0, at most 1")


class Allowance:
    """Which offers are allowed, and why others are not; each is looked at once."""

    def __init__(self, space: Space, limits: Limits) -> None:
        self._space, self._limits = space, limits
        self.reasons: dict[Offer, tuple[str, ...]] = {}

    def __call__(self, offer: Offer) -> bool:
        """Whether an offer is neither forbidden nor over a limit."""
        if offer not in self.reasons:
            if self._space.forbidden(offer):
                self.reasons[offer] = ("",)
            else:
                self.reasons[offer] = tuple(limit_words(limit) for limit in self._limits.broken(offer))
        return not self.reasons[offer]

    @property
    def forbidden(self) -> int:
        return sum(reasons == ("",) for reasons in self.reasons.values())

    def limited(self) -> dict[str, int]:
        """For each limit how many offers break it."""
        counts = {limit_words(limit): 0 for limit in self._space.rules.limits}
        for reasons in self.reasons.values():
            for reason in reasons:
                if reason:
                    counts[reason] += 1
        return counts


def _allowed_offers(
    space: Space, measurer: Measurer, allowance: Allowance, how: str, share: float, seed: int
) -> list[Offer]:
    """The offers to compare, each measured."""
    if how == "all":
        found = [offer for offer in space.all() if allowance(offer)]
        measurer.expected = len(found)
        for offer in found:
            measurer(offer)
    else:
        measurer.expected = TRIALS
        chooser = [party.name for party in space.scenario.parties].index(measurer.roles.chooser)
        search(Target(space, measurer, chooser, allowance, share), seed)
        found = sorted(offer for offer in measurer.known if allowance(offer))
    if not found:
        reasons = [f"{allowance.forbidden:,} are forbidden"] if allowance.forbidden else []
        reasons += [f"{count:,} break {limit}" for limit, count in allowance.limited().items() if count]
        raise RunError(f"no offer is allowed: {', '.join(reasons)}; loosen offers:, --forbid or the limits")
    return found


def _compared(run: Run, measurer: Measurer, allowance: Allowance, found: list[Offer], how: str, share: float) -> Offers:
    space, roles = measurer.space, measurer.roles
    parties = [party.name for party in space.scenario.parties]
    answerer = mover(space.scenario, roles.accepted) if roles.accepted else None
    chooser = parties.index(roles.chooser)
    order = _ranked(found, measurer, chooser, space)
    measured = [measurer(offer) for offer in order]
    values = np.stack([each.payoffs[chooser] for each in measured])
    means = np.stack([each.payoffs.mean(axis=1) for each in measured])
    main = [chooser, *([parties.index(answerer)] if answerer not in (None, roles.chooser) else [])]
    fronts = (undominated(means), undominated(means[:, main]))
    outlooks = _outlooks(space, roles, parties, order, measured, values, fronts)
    position, enough = _least(space, order, measured, values, share)
    clauses = clauses_of(space, order[position], lambda offer: measurer(offer).share)
    table = space.on_the_table
    return Offers(
        setting=Setting.of(run, measurer.draws.num_draws),
        roles=roles,
        answerer=answerer,
        offers=tuple(space.named(offer) for offer in order),
        outlooks=outlooks,
        values=values,
        table=order.index(table) if table in order else None,
        wanted=share,
        least=outlooks[position],
        enough=enough,
        clauses=clauses,
        combinations=space.size,
        method=how,
        forbidden=allowance.forbidden,
        limited=allowance.limited(),
        notes=tuple(_notes(run, measurer, outlooks, clauses)),
    )


def _ranked(found: list[Offer], measurer: Measurer, chooser: int, space: Space) -> list[Offer]:
    """Offers by what they are worth to the chooser; of equal ones the least generous first."""
    return sorted(
        found,
        key=lambda offer: (-round(float(measurer(offer).payoffs[chooser].mean()), 9), space.generosity(offer), offer),
    )


def _least(
    space: Space, order: list[Offer], measured: list[Measured], values: Floats, share: float
) -> tuple[int, bool]:
    """The least generous offer that holds in ``share`` of the draws; else that which holds in most; whether it does."""
    shares, means = [each.share for each in measured], values.mean(axis=1)
    holding = [index for index, each in enumerate(shares) if each >= share]
    if holding:
        return min(holding, key=lambda index: (space.generosity(order[index]), -means[index])), True
    return min(range(len(order)), key=lambda index: (-shares[index], space.generosity(order[index]))), False


def _outlooks(
    space: Space,
    roles: Roles,
    parties: list[str],
    order: list[Offer],
    measured: list[Measured],
    values: Floats,
    fronts: tuple[Flags, Flags],
) -> tuple[Outlook, ...]:
    worst, regrets, best = worst_deciles(values), largest_regrets(values), shares_best(values)
    return tuple(
        Outlook(
            options=space.named(offer),
            generosity=space.generosity(offer),
            made=_certain(each.made) if roles.made else None,
            accepted=estimate_given(each.accepted, each.made) if roles.accepted else None,
            kept=estimate_given(each.kept, each.taken) if roles.kept else None,
            holds=estimate_given(each.holds, each.asked),
            share=each.share,
            payoffs={party: _certain(row) for party, row in zip(parties, each.payoffs, strict=True)},
            if_made={party: float(row.mean()) for party, row in zip(parties, each.if_made, strict=True)},
            worst_decile=float(worst[index]),
            regret=float(regrets[index]),
            best=float(best[index]),
            on_front=bool(fronts[0][index]),
            on_main_front=bool(fronts[1][index]),
            spite=None if np.isnan(each.spite).all() else float(each.spite.mean()),
            unconverged=each.unconverged,
        )
        for index, (offer, each) in enumerate(zip(order, measured, strict=True))
    )


def _certain(row: Floats) -> Estimate:
    return estimate_by_weight(row, np.ones_like(row))


def _notes(run: Run, measurer: Measurer, outlooks: tuple[Outlook, ...], clauses: tuple[Clause, ...]) -> Iterator[str]:
    roles, draws = measurer.roles, measurer.draws.num_draws
    if roles.made is None:
        yield "nothing says by which choice an offer is made, so that play is as solved; name it in offers: made:"
    if roles.accepted is None:
        yield "nothing says by which choice an offer is accepted; name it in offers: accepted:"
    unconverged = sum(outlook.unconverged for outlook in outlooks)
    if unconverged:
        yield f"{unconverged:,} of all draws of all offers did not converge and are not to be relied on"
    set_on_the_way = [spaced(move.sets) for move in run.scenario.moves if move.sets]
    if set_on_the_way:
        yield f"{' and '.join(set_on_the_way)} is set on the way by a move, and stands there as it is solved"
    if len(clauses) > MOST_TERMS:
        yield f"with more than {MOST_TERMS} terms the average over all orders is left out"
    if run.num_draws > draws:
        yield f"the first {draws:,} of {run.num_draws:,} draws were looked at"
