"""What the interface for programs says of itself: the OpenAPI document, and a page of it for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from offramp.workspace.access.roles import CSRF_HEADER

METHODS = ("get", "post", "put", "patch", "delete")

WAYS_IN = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token from POST /api/tokens."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "offramp_session",
        "description": f"A browser's session; what changes something needs the header {CSRF_HEADER} as well.",
    },
}

ABOUT = """\
What the pages of the workspace use, and what programs may use with a token. Errors are problem documents
(`offramp.problem/1`): what was found, what is allowed and what to do. Times are ISO 8601 in UTC.
"""


@dataclass(frozen=True)
class Operation:
    """One thing that the interface does, as the page shows it."""

    method: str
    path: str
    summary: str
    says: str
    parameters: list[dict[str, Any]]
    body: str
    answers: list[tuple[str, str]]


def describe(app: FastAPI) -> None:
    """Let the OpenAPI document of ``app`` say how one gets in."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            document["info"]["description"] = ABOUT
            document.setdefault("components", {})["securitySchemes"] = WAYS_IN
            document["security"] = [{name: []} for name in WAYS_IN]
            _settle_problems(document)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _settle_problems(document: dict[str, Any]) -> None:
    """Let a refusal be JSON, whatever the operation answers else: FastAPI takes it for of the same kind."""
    for _, operation in _found(document):
        for answer in operation["responses"].values():
            for shape in list(answer.get("content", {}).values()):
                if shape.get("schema", {}).get("$ref", "").endswith("/ProblemDocument"):
                    answer["content"] = {"application/json": shape}


def _found(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Every operation of the document, by path and method."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield (path, method), methods[method]


def description_page(document: Mapping[str, Any], nonce: str) -> str:
    """The OpenAPI document as a page without scripts; ``nonce`` is for its styles."""
    groups: dict[str, list[Operation]] = {}
    for tag, operation in _operations(document):
        groups.setdefault(tag, []).append(operation)
    schemas = document.get("components", {}).get("schemas", {})
    shapes = [(name, _fields(shape)) for name, shape in sorted(schemas.items())]

    def linked(words: str) -> Markup:
        """What a shape is, with links to the shapes that it names."""
        pieces = re.split(r"(\w+)", words)
        link = Markup('<a href="#shape-{0}">{0}</a>')
        return Markup("").join(link.format(piece) if piece in schemas else piece for piece in pieces)

    return _template().render(
        info=document["info"], groups=groups, shapes=shapes, nonce=nonce, linked=linked, coded=coded
    )


def coded(text: str) -> Markup:
    """A text in which what stands between backticks is code."""
    pieces = re.split(r"`+([^`]+)`+", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if at % 2 else piece for at, piece in enumerate(pieces)
    )


@cache
def _template() -> Template:
    pages = Environment(
        loader=PackageLoader("offramp.workspace", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return pages.get_template("docs.html")


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for (path, method), found in _found(document):
        yield (found.get("tags") or ["other"])[0], _operation(path, method, found)


def _operation(path: str, method: str, found: Mapping[str, Any]) -> Operation:
    parameters = [
        {
            "name": each["name"],
            "place": each["in"],
            "shape": shape_words(each.get("schema", {})),
            "required": each.get("required", False),
        }
        for each in found.get("parameters", [])
    ]
    says = found.get("description", "")
    summary = found.get("summary", "")
    return Operation(
        method.upper(), path, summary, says, parameters, _content(found.get("requestBody", {})), _answers(found)
    )


def _answers(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What may be answered: the statuses with the same body together."""
    by_body: dict[str, list[str]] = {}
    for status, answer in found["responses"].items():
        by_body.setdefault(_content(answer) or answer.get("description", ""), []).append(status)
    return [(", ".join(sorted(statuses)), body) for body, statuses in by_body.items()]


def _content(found: Mapping[str, Any]) -> str:
    """What a body holds, in words."""
    return ", ".join(
        shape_words(each["schema"]) if kind == "application/json" else kind
        for kind, each in found.get("content", {}).items()
        if kind != "application/json" or each.get("schema")
    )


def _fields(shape: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    needed = shape.get("required", [])
    return [(name, shape_words(each), name in needed) for name, each in shape.get("properties", {}).items()]


def shape_words(shape: Mapping[str, Any]) -> str:
    """A JSON Schema in a few words: ``list of Token``, ``"read" or "write"``, ``integer from 1 to 365``."""
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    for key in ("anyOf", "oneOf"):
        if key in shape:
            return " or ".join(shape_words(each) for each in shape[key])
    if "const" in shape:
        return f'"{shape["const"]}"'
    if "enum" in shape:
        return " or ".join(f'"{each}"' for each in shape["enum"])
    kind = shape.get("type", "anything")
    if kind == "array":
        return f"list of {shape_words(shape.get('items', {}))}"
    return f"{kind}{_bounds(shape)}"


def _bounds(shape: Mapping[str, Any]) -> str:
    low, high = shape.get("minimum"), shape.get("maximum")
    said = f" from {_number(low)}" if low is not None else ""
    said += f" to {_number(high)}" if high is not None else ""
    longest = shape.get("maxLength")
    return said + (f", at most {longest} characters" if longest is not None else "")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
