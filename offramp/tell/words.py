"""Likelihood in words: the seven terms of ICD 203, percentages and the sentences that carry them.

Source: Office of the Director of National Intelligence, *Intelligence Community Directive 203: Analytic Standards*
(2 January 2015), section D.6.e(2)(a). The ranges share their edges; an edge belongs to the term nearer to even chance,
so that "p is unlikely" and "1 - p is likely" always agree.

The directive's scale runs from 1 to 99 %. Nearer to the ends the nearest term still stands and the number says how
near ("<1%"). Exactly 0 or 100 % is a statement about the model, not about the world, and the words say so.
These are words of likelihood only. How far the answer can be trusted (confidence) is a different matter, which the
certificate and the bases of the assumptions speak to; the two are never mixed in one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

from offramp.explore.likelihood import CERTAIN, IN_MODEL, NEGLIGIBLE, RULED_OUT, SCALE, Likelihood, likelihood
from offramp.explore.phrases import percent, percentage

__all__ = [
    "CERTAIN",
    "IN_MODEL",
    "NEGLIGIBLE",
    "PLAIN_WIDTH",
    "RULED_OUT",
    "SCALE",
    "Likelihood",
    "likelihood",
    "percent",
]

PLAIN_WIDTH = 0.005
"""An interval narrower than this is not worth showing: the draws agree to half a percentage point."""


_NOUNS = {"almost no chance": "There is *almost no chance*", "roughly even chance": "There is a *roughly even chance*"}


def span(low: float, high: float) -> str:
    """An interval of probabilities, e.g. "4–71%".

    Examples
    --------
    >>> span(0.04, 0.71), span(0.0, 0.003), span(0.5, 0.502)
    ('4–71%', '0–<1%', '50%')
    """
    first, last = percentage(low), percentage(high)
    return f"{first}%" if first == last else f"{first}–{last}%"


def sentence(says: str, probability: float, interval: Sequence[float] | None = None, *, given: str = "") -> str:
    """One sentence on how likely ``says`` is, its term between asterisks.

    Parameters
    ----------
    says : str
        A clause that completes "it is likely that …".
    probability : float
        The mean over the draws.
    interval : (low, high), optional
        The 5th and 95th percentile over the draws; left out where the draws agree.
    given : str, optional
        A clause that completes "if …", where the probability is given that.

    Examples
    --------
    >>> sentence("the offer on the table holds", 0.31, (0.04, 0.71))
    'It is *unlikely* (31%, 90% of draws 4–71%) that the offer on the table holds.'
    >>> sentence("the offer holds", 0.31, given="the ruler accepts it")
    'If the ruler accepts it, it is *unlikely* (31%) that the offer holds.'
    """
    term = likelihood(probability)
    opening = _NOUNS.get(term, f"It is *{term}*")
    if given:
        opening = f"If {_clause(given)}, {opening[:1].lower()}{opening[1:]}"
    return f"{opening} ({figures(probability, interval)}) that {_clause(says)}."


def never_asked(says: str, given: str) -> str:
    """The sentence in place of a number where no draw meets the condition.

    Examples
    --------
    >>> never_asked("the offer holds", "the ruler accepts it")
    'In no draw is it so that the ruler accepts it; how likely it then is that the offer holds cannot be said.'
    """
    return f"In no draw is it so that {_clause(given)}; how likely it then is that {_clause(says)} cannot be said."


def depending(lowest: float, highest: float, draws: int) -> str:
    """How far a probability depends on which equilibrium is played.

    Examples
    --------
    >>> depending(0.12, 0.41, 128)
    'Depending on which equilibrium is played, the probability is between *12%* and *41%* (first 128 draws).'
    """
    span = f"between *{percent(lowest)}* and *{percent(highest)}*"
    return f"Depending on which equilibrium is played, the probability is {span} (first {draws:,} draws)."


def condition(probability: float, share_of_draws: float) -> str:
    """How often the condition of an answer is met.

    Examples
    --------
    >>> condition(0.52, 0.55)
    'The condition itself has a probability of 52%; 55% of the draws meet it at all.'
    """
    itself = f"The condition itself has a probability of {percent(probability)}"
    return f"{itself}; {percent(share_of_draws)} of the draws meet it at all."


def figures(probability: float, interval: Sequence[float] | None = None) -> str:
    """The numbers of a sentence: "31%, 90% of draws 4–71%"."""
    if interval is None or interval[1] - interval[0] < PLAIN_WIDTH:
        return percent(probability)
    return f"{percent(probability)}, 90% of draws {span(interval[0], interval[1])}"


def _clause(says: str) -> str:
    """A clause without the full stop that its file may give it."""
    return says.rstrip(".")
