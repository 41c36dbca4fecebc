"""All offers compared: the entry point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress
from offramp.explore.offers.fronts import TIE, largest_regrets, minimal, shares_best, undominated, worst_deciles
from offramp.explore.offers.measure import Measurer
from offramp.explore.offers.result import Offers, Outlook
from offramp.explore.offers.roles import Roles, mover, roles_of
from offramp.explore.offers.rows import Measured
from offramp.explore.offers.rules import WANTED, Allowance, Offer, Space, checked_forbid
from offramp.explore.offers.search import MOST_COUNTED, MOST_EVER, MOST_LISTED, TRIALS, Target, search
from offramp.explore.offers.terms import MOST_TERMS, clauses_of
from offramp.explore.phrases import spaced
from offramp.explore.variants import Variant
from offramp.scenario.draws import Draws
from offramp.scenario.model import OfferRules

if TYPE_CHECKING:
    from offramp.explore.run import Run

Method = Literal["auto", "all", "search"]

MOST_DRAWS = 65_536
"""Draws of a run that are looked at: the first so many."""

COUNTED_DRAWS = 4096
"""Draws over which limits are worked while it is counted how many offers are allowed."""

MOST_VALUES = 2**25
"""Offers times draws that are looked at; with more offers fewer draws."""


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
        The first so many of the run's draws; by default all, up to ``MOST_DRAWS``, and to ``MOST_VALUES`` over all
        offers.
    method : "auto", "all" or "search"
        Whether all combinations are solved, or some are searched for; by default all where no more than ``MOST_LISTED``
        are allowed.
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
    space, variant = Space(run.solved, rules), Variant(run.solved)
    if not space.terms:
        raise RunError("there is no offer to choose: no term has two options that no move sets; give terms: options")
    roles = roles_of(run.scenario, variant.paths, rules, chooser)
    how = _how(space, run.draws.part(0, min(run.num_draws, COUNTED_DRAWS)), method)
    part = run.draws.part(0, draws or _count(run, TRIALS if how == "search" else space.size))
    allowance = Allowance(space, part)
    measurer = Measurer(variant, space, roles, part, progress)
    found = _allowed_offers(space, measurer, allowance, how, share, run.seed)
    return _compared(_Comparison(run, space, roles, measurer, allowance, found, how, share))


def _check(run: Run, draws: int | None, method: str, share: float) -> None:
    if draws is not None and not 1 <= draws <= run.num_draws:
        raise RunError(
            f"found {draws} draws to compare offers over; the run has {run.num_draws:,}, ask for 1 to that many"
        )
    if method not in ("auto", "all", "search"):
        raise RunError(f"there is no method {method!r} to compare offers; give auto, all or search")
    if not 0.0 < share <= 1.0:
        raise RunError(f"found a share of {share:g} of the draws; give a number above 0, at most 1")


def _how(space: Space, draws: Draws, method: Method) -> str:
    """Whether "all" offers are solved, or some are found by a "search"."""
    if method == "all" and space.size > MOST_EVER:
        raise RunError(
            f"found {space.size:,} combinations of options to solve all of them; that can be done for at most "
            f"{MOST_EVER:,}: search for the best, or give the terms fewer options"
        )
    if method != "auto" or space.size <= MOST_LISTED:
        return "search" if method == "search" else "all"
    if space.size > MOST_COUNTED or not (space.rules.forbid or space.rules.limits):
        return "search"
    allowance = Allowance(space, draws)
    allowed = (offer for offer in space.all() if allowance(offer))
    return "all" if sum(1 for _ in islice(allowed, MOST_LISTED + 1)) <= MOST_LISTED else "search"


def _count(run: Run, num_offers: int) -> int:
    """How many draws are looked at, unless it is said."""
    return max(1, min(run.num_draws, MOST_DRAWS, MOST_VALUES // num_offers))


def _allowed_offers(
    space: Space, measurer: Measurer, allowance: Allowance, how: str, share: float, seed: int
) -> list[Offer]:
    """The offers to compare, each measured."""
    if how == "all":
        found = [offer for offer in space.all() if allowance(offer)]
        measurer.expected = len(found)
        measurer.measure(found)
    else:
        measurer.expected = TRIALS
        search(Target(space, measurer, allowance, share), seed)
        found = sorted(offer for offer in measurer.known if allowance(offer))
    if not found:
        looked = f"{allowance.looked_at:,} looked at" + (" by the search" if how == "search" else "")
        reasons = [f"{allowance.forbidden:,} are forbidden"] if allowance.forbidden else []
        reasons += [f"{count:,} break {limit}" for limit, count in allowance.limited().items() if count]
        raise RunError(f"no offer is allowed: of {looked} {', '.join(reasons)}; loosen offers:, --forbid or the limits")
    return found


@dataclass(frozen=True, eq=False)
class _Comparison:
    run: Run
    space: Space
    roles: Roles
    measurer: Measurer
    allowance: Allowance
    found: list[Offer]
    method: str
    share: float

    @property
    def num_draws(self) -> int:
        return self.measurer.draws.num_draws


def _compared(asked: _Comparison) -> Offers:
    space, roles, measurer = asked.space, asked.roles, asked.measurer
    order = _ranked(asked.found, measurer, space)
    measured = [measurer(offer) for offer in order]
    values = np.stack([each.values for each in measured])
    holding = np.array([each.share >= asked.share for each in measured])
    outlooks = _outlooks(asked, order, measured, _standings(asked, order, measured, holding, values))
    position = _least(space, order, measured, holding)
    clauses = clauses_of(space, order[position], measurer)
    table = space.on_the_table
    return Offers(
        setting=Setting.of(asked.run, asked.num_draws),
        roles=roles,
        answerer=_answerer(asked),
        offers=tuple(space.named(offer) for offer in order),
        outlooks=outlooks,
        values=values,
        table=order.index(table) if table in order else None,
        wanted=asked.share,
        least=outlooks[position],
        enough=bool(holding.any()),
        clauses=clauses,
        combinations=space.size,
        method=asked.method,
        forbidden=asked.allowance.forbidden,
        limited=asked.allowance.limited(),
        notes=tuple(_notes(asked, outlooks, len(clauses))),
    )


def _answerer(asked: _Comparison) -> str | None:
    return mover(asked.space.scenario, asked.roles.accepted) if asked.roles.accepted else None


def _ranked(found: list[Offer], measurer: Measurer, space: Space) -> list[Offer]:
    """Offers by what they are worth to the chooser; of equal ones the least generous first."""
    worth = {offer: measurer(offer).value for offer in found}
    unit = TIE * max(TIE, *(abs(value) for value in worth.values()))
    return sorted(found, key=lambda offer: (-round(worth[offer] / unit), space.generosity(offer), offer))


def _least(space: Space, order: list[Offer], measured: list[Measured], holding: Flags) -> int:
    """The least generous of the offers that hold, of equal ones that worth most; else the one that holds in most."""
    if holding.any():
        return min(np.flatnonzero(holding).tolist(), key=lambda index: space.generosity(order[index]))
    return min(range(len(order)), key=lambda index: (-measured[index].share, space.generosity(order[index])))


@dataclass(frozen=True, eq=False)
class _Standings:
    """How each offer does against the others; see :class:`Outlook`."""

    worst_decile: Floats
    regret: Floats
    best: Floats
    on_front: Flags
    on_main_front: Flags
    minimal: Flags


def _standings(
    asked: _Comparison, order: list[Offer], measured: list[Measured], holding: Flags, values: Floats
) -> _Standings:
    parties = [party.name for party in asked.space.scenario.parties]
    means = np.array([[each.mean for each in one.payoffs] for one in measured])
    main = dict.fromkeys(parties.index(name) for name in (asked.roles.chooser, _answerer(asked)) if name)
    cannot_give_less = np.zeros(len(order), dtype=np.bool_)
    cannot_give_less[holding] = minimal(np.array(order, dtype=np.int32)[holding])
    return _Standings(
        worst_decile=worst_deciles(values),
        regret=largest_regrets(values),
        best=shares_best(values),
        on_front=undominated(means),
        on_main_front=undominated(means[:, list(main)]),
        minimal=cannot_give_less,
    )


def _outlooks(
    asked: _Comparison, order: list[Offer], measured: list[Measured], standings: _Standings
) -> tuple[Outlook, ...]:
    space, roles = asked.space, asked.roles
    parties = [party.name for party in space.scenario.parties]
    return tuple(
        Outlook(
            options=space.named(offer),
            generosity=space.generosity(offer),
            made=each.made if roles.made else None,
            accepted=each.accepted if roles.accepted else None,
            kept=each.kept if roles.kept else None,
            holds=each.holds,
            share=each.share,
            minimal=bool(standings.minimal[index]),
            payoffs=dict(zip(parties, each.payoffs, strict=True)),
            if_made=dict(zip(parties, each.if_made, strict=True)),
            worst_decile=float(standings.worst_decile[index]),
            regret=float(standings.regret[index]),
            best=float(standings.best[index]),
            on_front=bool(standings.on_front[index]),
            on_main_front=bool(standings.on_main_front[index]),
            spite=each.spite,
            unconverged=each.unconverged,
        )
        for index, (offer, each) in enumerate(zip(order, measured, strict=True))
    )


def _notes(asked: _Comparison, outlooks: tuple[Outlook, ...], num_clauses: int) -> Iterator[str]:
    roles, space = asked.roles, asked.space
    if roles.made is None:
        yield "nothing says by which choice an offer is made, so that play is as solved; name it in offers: made:"
    if roles.accepted is None:
        yield "nothing says by which choice an offer is accepted; name it in offers: accepted:"
    unconverged = sum(outlook.unconverged for outlook in outlooks)
    if unconverged:
        yield f"{unconverged:,} of all draws of all offers did not converge and are not to be relied on"
    set_on_the_way = [spaced(move.sets) for move in space.scenario.moves if move.sets]
    if set_on_the_way:
        yield f"{' and '.join(set_on_the_way)} is set on the way by a move, and stands there as it is solved"
    if num_clauses > MOST_TERMS:
        yield f"with more than {MOST_TERMS} terms the average over all orders is left out"
    if asked.run.num_draws > asked.num_draws:
        yield f"the first {asked.num_draws:,} of {asked.run.num_draws:,} draws were looked at"
