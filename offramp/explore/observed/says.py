"""What was seen, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.phrases import party_label, percent, places, points, spaced
from offramp.scenario.rounds import written_out

if TYPE_CHECKING:
    from offramp.explore.observed.result import Posterior, Shift, Update
    from offramp.scenario.model import Observation, Scenario

TOLD = 3
"""Assumptions that get a sentence."""

WORTH_SAYING = 0.005
"""A change in a probability below this is not worth a sentence."""


def sentences(posterior: Posterior) -> list[str]:
    """What was found, the main words between asterisks."""
    return [
        *_seen(posterior),
        *_moved(posterior),
        *_answers(posterior),
        reliance(posterior),
        *(f"Note: {note}." for note in posterior.notes),
    ]


def observation_words(scenario: Scenario, seen: Observation) -> str:
    """What was seen: in its own words, else "refuse at answer" and the terms that stood otherwise."""
    moves = {move.name: move.label or spaced(move.name) for move in written_out(scenario).moves}
    words = seen.says.rstrip(".") or ", ".join(
        f"{spaced(choice)} at {moves[move]}" for move, choice in seen.saw.items()
    )
    terms = ", ".join(f"{spaced(term)} {spaced(option)}" for term, option in seen.offer.items())
    return f"{words} (with {terms})" if terms else words


def reliance(posterior: Posterior) -> str:
    """How many draws carry the posterior, with a warning where they are few."""
    carried = f"It is carried by {posterior.effective:,.0f} effective draws of {posterior.setting.draws:,}"
    if posterior.is_thin:
        return f"{carried}: *too few* to rely on; ask for more --draws, or for a smaller --precision."
    return f"{carried}."


def shift_words(each: Shift) -> tuple[str, str]:
    """An assumption before and after: "20 (5 to 38)"."""
    behind = places([*each.prior.interval, *each.posterior.interval])

    def told(estimate: object) -> str:
        mean, low, high = (getattr(estimate, name) for name in ("mean", "low", "high"))
        return f"{points(mean, behind)} ({points(low, behind)} to {points(high, behind)})"

    return told(each.prior), told(each.posterior)


def _seen(posterior: Posterior) -> Iterator[str]:
    scenario = posterior.setting.scenario
    what = "; ".join(f"*{observation_words(scenario, each)}*" for each in posterior.observed)
    share = float((posterior.chance > 0.0).mean())
    possible = "" if share == 1.0 else f"; it can happen in {percent(share)} of draws"
    yield f"Seen: {what}. Over all draws that had a probability of {percent(posterior.probability)}{possible}."


def _moved(posterior: Posterior) -> Iterator[str]:
    moved = [each for each in posterior.shifts if each.moved]
    if not moved:
        yield "*No assumption* moves by more than chance would have it."
        return
    for each in moved[:TOLD]:
        before, after = shift_words(each)
        who = (
            f", which {party_label(posterior.setting.scenario, each.private_to)} alone knows,"
            if each.private_to
            else ""
        )
        unit = f" {each.unit}" if each.unit else ""
        yield f"It moves *{spaced(each.name)}* ({each.says}){who} from {before} to *{after}*{unit}."


def _answers(posterior: Posterior) -> Iterator[str]:
    for each in posterior.answers[:1]:
        yield _answer(each)


def _answer(each: Update) -> str:
    if each.prior is None or each.posterior is None:
        return f"Whether {each.says} cannot be asked after what was seen."
    if abs(each.posterior.mean - each.prior.mean) < WORTH_SAYING:
        return (
            f"In another play by the same people the probability that {each.says} stays at {percent(each.prior.mean)}."
        )
    return (
        f"In another play by the same people the probability that {each.says}, is *{percent(each.posterior.mean)}*; "
        f"before it was {percent(each.prior.mean)}."
    )
