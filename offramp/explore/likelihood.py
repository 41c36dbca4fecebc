"""The words of likelihood: the seven terms of ICD 203.

Source: Office of the Director of National Intelligence, *Intelligence Community Directive 203: Analytic Standards*
(2 January 2015), section D.6.e(2)(a). The ranges share their edges; an edge belongs to the term nearer to even chance,
so that "p is unlikely" and "1 - p is likely" always agree.
"""

from __future__ import annotations

from dataclasses import dataclass

NEGLIGIBLE = 1e-6
"""A probability this near to 0 or 1 is reported as 0 or 100 %: it is below what the solver resolves."""


@dataclass(frozen=True)
class Likelihood:
    """One term of ICD 203 and the probabilities that it stands for, ``low`` to ``high`` as fractions."""

    term: str
    low: float
    high: float


SCALE = (
    Likelihood("almost no chance", 0.01, 0.05),
    Likelihood("very unlikely", 0.05, 0.20),
    Likelihood("unlikely", 0.20, 0.45),
    Likelihood("roughly even chance", 0.45, 0.55),
    Likelihood("likely", 0.55, 0.80),
    Likelihood("very likely", 0.80, 0.95),
    Likelihood("almost certain", 0.95, 0.99),
)
"""ICD 203's terms from the least to the most likely."""

IN_MODEL = " in this model"
RULED_OUT = "ruled out" + IN_MODEL
CERTAIN = "certain" + IN_MODEL


def likelihood(probability: float) -> str:
    """The term for ``probability``: one of ICD 203's seven, or that the model rules it out or makes it certain.

    Examples
    --------
    >>> likelihood(0.31), likelihood(0.5), likelihood(0.004), likelihood(0.0)
    ('unlikely', 'roughly even chance', 'almost no chance', 'ruled out in this model')
    """
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"a probability lies between 0 and 1, not at {probability!r}")
    if probability < NEGLIGIBLE:
        return RULED_OUT
    if probability > 1.0 - NEGLIGIBLE:
        return CERTAIN
    below = next((entry.term for entry in SCALE[:3] if probability < entry.high), None)
    above = next((entry.term for entry in reversed(SCALE[4:]) if probability > entry.low), None)
    return below or above or SCALE[3].term
