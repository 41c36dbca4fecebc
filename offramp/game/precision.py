"""How precisely the parties of a scenario choose in each draw."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from offramp.arrays import Floats
from offramp.errors import EvaluationError
from offramp.game.bindings import Bound, References
from offramp.game.evaluator import DrawnValues, Evaluator
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Scenario


def drawn_precisions(scenario: Scenario, draws: DrawnValues) -> Floats | None:
    """The precision of each party in each draw, per unit of the party's payoff range in the draw.

    Returns
    -------
    float64[B, P], or float64[B, 1] for one that all share; None where parties make no mistakes.

    Raises
    ------
    EvaluationError
        In the first draw where a precision has no finite value or lies below 0.
    """
    stated = scenario.precision
    if stated is None:
        return None
    evaluator = Evaluator(References(scenario), draws)
    try:
        if not isinstance(stated, Mapping):
            return _column(evaluator, stated, "precision")[:, None]
        columns = [_column(evaluator, stated[each.name], f"precision.{each.name}") for each in scenario.parties]
        return np.stack(columns, axis=1)
    except EvaluationError as error:
        path = tuple(error.where.split("."))
        if scenario.origin is None or path not in scenario.origin.positions:
            raise
        raise error.placed(scenario.origin.file, *scenario.origin.positions[path]) from None


def _column(evaluator: Evaluator, expression: Expression, where: str) -> Floats:
    """float64[B]: one precision in each draw."""
    bound = Bound(expression, ())
    values = np.broadcast_to(evaluator.value(bound, where), evaluator.num_draws)
    if (values < 0).any():
        draw = int(np.flatnonzero(values < 0)[0])
        trouble = f"the precision {values[draw]:.6g} is below 0"
        names, remedy = evaluator.names_at(bound, draw), "keep it at 0 or above in every draw, e.g. with max(0, …)"
        number = evaluator.first_draw + draw
        raise EvaluationError(expression.text, trouble, number, names, where, allowed="0 or more", remedy=remedy)
    return values
