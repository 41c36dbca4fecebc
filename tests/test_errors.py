"""Errors can be copied and sent between processes, and keep all that they say."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from offramp import errors
from offramp.errors import (
    ConflictError,
    DistributionError,
    EvaluationError,
    ExpressionError,
    GameError,
    GameFileError,
    OfframpError,
    Problem,
    RunError,
    ScenarioError,
    SolveError,
    SourceError,
    WorkspaceError,
)

EXAMPLES: tuple[OfframpError, ...] = (
    OfframpError("something"),
    ScenarioError([Problem(("moves", "leak"), "a loop", "none", "cut it", "a.yaml", 3, 4), Problem((), "empty")]),
    ExpressionError("a + ", 4, "the end of the text", "a value", "write one"),
    DistributionError("found nothing", "a number", "write one", ("pert", "0")),
    EvaluationError("1 / x", "division by zero", 7, {"x": 0.0}, "outcomes.done.payoffs.a"),
    EvaluationError("1 / x", "division by zero", 7, {"x": 0.0}, "outcomes.done.payoffs.a").placed("a.yaml", 3, 9),
    GameError("no perfect recall"),
    SourceError("a.pdf", "found a lock", allowed="none", remedy="remove it"),
    GameFileError("found a word", file="a.efg", line=2, column=3, remedy="remove it"),
    SolveError("NaN"),
    RunError("found 0 draws"),
    WorkspaceError(
        "no such run", status=404, allowed="one of the list", remedy="look", problems=[Problem(("a",), "b")]
    ),
    ConflictError(
        {
            "theirs": {"text": "a", "by": "ann", "version": "0"},
            "yours": {"text": "b"},
            "merged_with_marks": "<<<<<<<",
        }
    ),
)

Copier = Callable[[OfframpError], OfframpError]


def _pickled(error: OfframpError) -> OfframpError:
    return pickle.loads(pickle.dumps(error))  # type: ignore[no-any-return]


@pytest.mark.parametrize("copier", [_pickled, copy.copy, copy.deepcopy], ids=["pickled", "copied", "deep-copied"])
@pytest.mark.parametrize("error", EXAMPLES, ids=[f"{type(error).__name__}-{n}" for n, error in enumerate(EXAMPLES)])
def test_a_copied_error_says_the_same(error: OfframpError, copier: Copier) -> None:
    again = copier(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.args == error.args
    assert vars(again) == vars(error)


def test_every_error_is_among_the_examples() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OfframpError)}
    assert kinds == {type(error) for error in EXAMPLES}


def test_an_evaluation_error_in_a_file_says_where_what_is_allowed_and_what_to_do() -> None:
    error = EvaluationError("1 / x", "division by zero", 7, {"x": 0.0}, "formulas.f").placed("a.yaml", 3, 9)
    assert str(error).splitlines() == [
        "a.yaml:3:9: formulas.f: division by zero in '1 / x', draw 7, where x = 0",
        "    allowed: a finite number in every draw",
        "    remedy:  keep it finite in every draw, e.g. with clip(…) or where(…)",
    ]
