"""What goes wrong, as an answer: ``offramp.problem/1``, with what was found, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from offramp.errors import OfframpError, Problem, ScenarioError

PROBLEM_SCHEMA = "offramp.problem/1"


@dataclass
class Refusal(Exception):  # noqa: N818
    """A request that is not carried out.

    Attributes
    ----------
    status : int
        Of HTTP.
    found, allowed, remedy : str
        As in :class:`~offramp.errors.Problem`.
    problems : tuple of Problem
        Each place that is wrong, where there are several.
    headers : mapping
        To send along.
    """

    status: int
    found: str
    allowed: str = ""
    remedy: str = ""
    problems: tuple[Problem, ...] = ()
    headers: Mapping[str, str] | None = None

    def document(self) -> dict[str, Any]:
        """The answer's body."""
        return {
            "schema": PROBLEM_SCHEMA,
            "status": self.status,
            "found": self.found,
            "allowed": self.allowed,
            "remedy": self.remedy,
            "problems": problem_records(self.problems),
        }


def problem_records(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as they stand in every document."""
    return [
        {
            "file": each.file,
            "line": each.line or None,
            "column": each.column or None,
            "path": list(each.path),
            "found": each.found,
            "allowed": each.allowed,
            "remedy": each.remedy,
        }
        for each in problems
    ]


def refusal_of(error: OfframpError) -> Refusal:
    """What offramp itself refused, as an answer."""
    if isinstance(error, ScenarioError):
        return Refusal(422, "the scenario is wrong", remedy="mend what is listed", problems=error.problems)
    return Refusal(422, str(error))


def response_of(refusal: Refusal) -> JSONResponse:
    """A refusal as an answer."""
    return JSONResponse(refusal.document(), status_code=refusal.status, headers=dict(refusal.headers or {}))


def not_found(what: str, name: str, remedy: str = "") -> Refusal:
    """That something is not there."""
    return Refusal(404, f"there is no {what} {name!r}", remedy=remedy)


class ProblemLine(BaseModel):
    """One thing that is wrong: where, what was found, what is allowed, what to do."""

    file: str
    line: int | None
    column: int | None
    path: list[str]
    found: str
    allowed: str
    remedy: str


class ProblemDocument(BaseModel):
    """Why a request was not carried out."""

    schema_: Literal["offramp.problem/1"] = Field(alias="schema")
    status: int
    found: str
    allowed: str
    remedy: str
    problems: list[ProblemLine]
