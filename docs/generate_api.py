"""Write docs/api.md from the workspace itself: `python docs/generate_api.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from offramp.workspace.app import create_app
from offramp.workspace.settings import Settings

PAGE = Path(__file__).with_name("api.md")

HEAD = """# The workspace's HTTP interface

<!-- Written by docs/generate_api.py from the server itself; `make docs` writes it anew. -->

What [`offramp serve`](workspace.md) answers, for programs. Every server says the same as OpenAPI at
`/api/openapi.json`, and shows it to people at `/api/docs`. Documents such as `offramp.run/1` are those of
[`--json`](json.md).

A program comes with a token, made on the settings page: `Authorization: Bearer ofr_…`. A browser comes with the
cookie of its session, and then every request that changes something carries the `csrf` of `GET /api/session` as
`X-CSRF-Token`. What is refused is an `offramp.problem/1`: what was `found`, what is `allowed`, the `remedy`, and
where a scenario is wrong its `problems`, each with its line."""

METHODS = ("get", "post", "put", "patch", "delete")

Document = dict[str, Any]


def openapi() -> Document:
    """The interface as OpenAPI."""
    with TemporaryDirectory() as folder:
        app = create_app(Settings(folder=Path(folder)))
        try:
            found: Document = json.loads(json.dumps(app.openapi()))
        finally:
            app.state.site.close()
    return found


def reference(document: Document) -> str:
    """The whole page as Markdown."""
    topics: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                topic = (operation.get("tags") or ["other"])[0]
                topics.setdefault(topic, []).append("\n".join(_entry(document, path, method, operation)))
    sections = (f"## {topic.capitalize()}\n\n" + "\n\n".join(entries) for topic, entries in topics.items())
    return "\n\n".join([HEAD, *sections]) + "\n"


def _entry(document: Document, path: str, method: str, operation: Document) -> Iterator[str]:
    yield f"### `{method.upper()} {path}`\n"
    yield operation.get("description") or operation["summary"]
    asked = [_parameter(each) for each in operation.get("parameters", [])]
    body = operation.get("requestBody", {}).get("content", {})
    sent = [f"{_fields(document, each['schema'])} ({kind})" for kind, each in body.items() if "schema" in each]
    if asked:
        yield f"\n- asked with: {', '.join(asked)}"
    if sent:
        yield ("" if asked else "\n") + f"- sent: {'; '.join(sent)}"
    answers = ", ".join(f"{code}" for code in operation["responses"])
    yield ("" if asked or sent else "\n") + f"- answers: {answers}"


def _parameter(parameter: Document) -> str:
    optional = "" if parameter.get("required") else ", optional"
    return f"`{parameter['name']}` ({parameter['in']}{optional})"


def _fields(document: Document, schema: Document) -> str:
    """The fields of a body, those that may be left out with a question mark."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    names = [f"`{name}`" + ("" if name in needed else "?") for name in schema.get("properties", {})]
    return ", ".join(names) or "any document"


if __name__ == "__main__":
    PAGE.write_text(reference(openapi()), encoding="utf-8")
