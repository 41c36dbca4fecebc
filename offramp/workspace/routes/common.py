"""What routes of all topics share: the form of what stands in a path, and what a refusal looks like."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel

from offramp.workspace.problems import ProblemDocument

SCENARIO_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"
"""What may be the id of a scenario, or of a run."""

ScenarioId = Annotated[
    str,
    Path(
        max_length=255,
        pattern=SCENARIO_PATTERN,
        description="The path of the scenario's file in the folder, without .yaml and with : for /",
    ),
]
"""For routes: ``scenario: ScenarioId``."""

LARGEST = 2**31 - 1
"""The largest number of a row."""

RowId = Annotated[int, Path(ge=1, le=LARGEST)]
"""For routes: the number of a comment, a mention and the like."""

MEANINGS = {
    401: "Nobody is signed in.",
    403: "The person may not do this.",
    404: "It is not there.",
    409: "It clashes with what is there.",
    413: "It is too large.",
    415: "It is of a kind that is not taken.",
    422: "The request is wrong.",
    429: "Too much was asked.",
    503: "The server is busy.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For ``responses=`` of a route: how it may refuse, besides what every route may (401, 403, 422, 429)."""
    return {
        status: {"model": ProblemDocument, "description": MEANINGS[status]}
        for status in sorted({401, 403, 422, 429, *statuses})
    }


def answered(model: type[BaseModel], what: str = "As asked.", status: int = 200) -> dict[int | str, dict[str, Any]]:
    """For ``responses=`` of a route that answers with a plain document: the model that says what stands in it."""
    return {status: {"model": model, "description": what}}
