"""What routes of all topics share: the form of what stands in a path, and what a refusal looks like."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field

ScenarioId = Annotated[
    str,
    Path(
        max_length=255,
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)*$",
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
    422: "The request is wrong.",
    429: "Too much was asked.",
    503: "The server is busy.",
}


class PlaceOfProblem(BaseModel):
    """One thing that is wrong, and where."""

    file: str
    line: int | None
    column: int | None
    path: list[str]
    found: str
    allowed: str
    remedy: str


class ProblemDocument(BaseModel):
    """``offramp.problem/1``: what was found, what is allowed and what to do."""

    schema_: str = Field(alias="schema")
    status: int
    found: str
    allowed: str
    remedy: str
    problems: list[PlaceOfProblem]


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For ``responses=`` of a route: how it may refuse, besides what every route may (401, 403, 422, 429)."""
    return {
        status: {"model": ProblemDocument, "description": MEANINGS[status]}
        for status in sorted({401, 403, 422, 429, *statuses})
    }
