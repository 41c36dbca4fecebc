"""What a standoff is: its text, its objects, its uncertainty."""

from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.model import (
    Answer,
    Assumption,
    Basis,
    Choice,
    Correlation,
    Move,
    Option,
    Outcome,
    Party,
    Scenario,
    Source,
    Term,
)

__all__ = [
    "Answer",
    "Assumption",
    "Basis",
    "Choice",
    "Correlation",
    "Distribution",
    "Expression",
    "Move",
    "Option",
    "Outcome",
    "Party",
    "Scenario",
    "Source",
    "Term",
]
