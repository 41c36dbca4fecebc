"""Documents that scenarios rest on: uploaded, listed, read by paragraph, held against scenarios."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from offramp.sources.ledger import About, Came, Entry
from offramp.workspace.access.roles import Editor, Reader
from offramp.workspace.models import Person
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.common import SCENARIO_PATTERN, ScenarioId, refusals
from offramp.workspace.site import Site, SiteOf
from offramp.workspace.talk.activity import note

router = APIRouter(prefix="/api", tags=["documents"])

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the document's bytes")]

Beside = Annotated[
    str | None,
    Query(
        alias="scenario",
        max_length=255,
        pattern=SCENARIO_PATTERN,
        description="The scenario beside which the documents lie; by default those of the workspace's folder",
    ),
]

FIELDS = 8
"""Fields of a form, beside the file."""

LONGEST_FIELD = 4096
"""Bytes of one of them."""


class AboutDocument(BaseModel):
    """What is said of a document; what is left out is taken from the document itself."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=64, pattern="^([A-Za-z_][A-Za-z0-9_]*)?$")
    title: str = Field("", max_length=300)
    publisher: str = Field("", max_length=300)
    date: Annotated[date | None, Field(None, strict=False)]
    url: str = Field("", max_length=2000, pattern=r"^(https?://[^\s]+)?$")
    reliability: Literal["", "A", "B", "C", "D", "E", "F"] = ""
    scenario: str = Field("", max_length=255, pattern=f"^$|{SCENARIO_PATTERN}")


class EntryDocument(BaseModel):
    """A document of the ledger; a scenario may call it ``name`` under ``sources:``."""

    name: str
    sha256: str
    kind: Literal["text", "html", "pdf"]
    title: str
    publisher: str
    date: str | None
    url: str
    reliability: str
    original: str
    file: str


class SharedDocument(BaseModel):
    """Another document, and the share of the smaller of the two that the other has too."""

    name: str
    containment: float


class AddedDocument(EntryDocument):
    """A document that was taken in: whether it is new, which it copies, and what to write in a scenario."""

    new: bool
    copies: list[SharedDocument]
    overlaps: list[SharedDocument]
    yaml: str


class Listing(BaseModel):
    """``offramp.sources/1``: the documents of a ledger."""

    schema_: Literal["offramp.sources/1"] = Field(alias="schema")
    offramp: str
    folder: str
    documents: list[EntryDocument]


class Text(BaseModel):
    """A document's paragraphs from number ``first`` on; ``paragraphs`` of all are ``count``."""

    sha256: str
    name: str
    title: str
    kind: Literal["text", "html", "pdf"]
    count: int
    first: int
    paragraphs: list[str]


class Suggesting(BaseModel):
    """The scenario whose parties, terms, moves and assumptions are looked for; without one the report's own words."""

    model_config = ConfigDict(extra="forbid")

    scenario: str | None = Field(None, max_length=255, pattern=SCENARIO_PATTERN)


def _form() -> dict[str, Any]:
    """The form of an upload, as OpenAPI has it."""
    schema = AboutDocument.model_json_schema()
    schema["properties"] = {"file": {"type": "string", "format": "binary"}, **schema["properties"]}
    schema["properties"]["date"] = {"type": "string", "format": "date", "description": "The day of its publication"}
    schema["required"] = ["file"]
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/documents",
    status_code=201,
    responses={
        **refusals(404, 409, 413, 415, 503),
        200: {"model": AddedDocument, "description": "It was there already"},
    },
    response_model=AddedDocument,
    openapi_extra=_form(),
)
async def add_document(request: Request, response: Response, person: Editor, site: SiteOf) -> dict[str, Any]:
    """Take a document in: text, HTML or PDF, told by its content. The same document is kept once."""
    form = await _parsed(request)
    try:
        file, about = _about(form)
        content = await file.read()
    finally:
        await form.close()
    added = await run_in_threadpool(_add, site, person, (content, PurePosixPath(file.filename or "").name), about)
    response.status_code = 201 if added["new"] else 200
    return added


def _add(site: Site, person: Person, sent: tuple[bytes, str], said: AboutDocument) -> dict[str, Any]:
    content, original = sent
    about = About(said.title, said.publisher, said.date, said.reliability, said.name)
    came = Came(original or "the document", original, said.url)
    added = site.shelf.add(content, came, about, said.scenario or None)
    if added.is_new:
        with site.database.session() as session:
            entry = added.entry
            note(
                session,
                site,
                person,
                "document",
                said.scenario,
                title=entry.title,
                name=entry.name,
                sha256=entry.sha256,
            )
    return added.record()


class _CutOffError(MultiPartException):
    """The request was cut off on its way in: it is too large, or too slow."""

    def __init__(self, why: HTTPException) -> None:
        super().__init__("cut off")
        self.why = why


async def _parsed(request: Request) -> FormData:
    """The form of a request, its file on the disk where it is large."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refusal(415, "the request is no form", "multipart/form-data", "send the document as a form's file")
    stream = _stream(request)
    parser = MultiPartParser(request.headers, stream, max_files=1, max_fields=FIELDS, max_part_size=LONGEST_FIELD)
    try:
        return await parser.parse()
    except _CutOffError as error:
        raise error.why from None
    except MultiPartException as error:
        found = f"the form cannot be read: {error.message}"
        raise Refusal(422, found, "one file and what is said of it", "send it as a browser does") from None


async def _stream(request: Request) -> AsyncGenerator[bytes, None]:
    """The body of a request; where it is cut off, the parser lets go of its files."""
    try:
        async for chunk in request.stream():
            yield chunk
    except HTTPException as error:
        raise _CutOffError(error) from None


def _about(form: FormData) -> tuple[UploadFile, AboutDocument]:
    """The file of a form, and what it says of it."""
    file = form.get("file")
    texts = {key: value for key, value in form.multi_items() if isinstance(value, str) and value}
    if not isinstance(file, UploadFile):
        raise Refusal(422, "the form has no file", "a file called 'file'", "choose a document")
    try:
        return file, AboutDocument.model_validate({"date": None, **texts})
    except ValidationError as error:
        first = error.errors()[0]
        found = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise Refusal(422, found, remedy="change what is said of the document") from None


@router.get("/documents", responses=refusals(404), response_model=Listing)
def list_documents(_: Reader, site: SiteOf, beside: Beside = None) -> dict[str, Any]:
    """The documents, in the order in which they came."""
    return site.shelf.listing(beside)


@router.get("/documents/{sha256}/text", responses=refusals(404, 503), response_model=Text)
def document_text(
    sha256: Digest,
    _: Reader,
    site: SiteOf,
    beside: Beside = None,
    first: Annotated[int, Query(ge=1, le=10_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> dict[str, Any]:
    """A document's paragraphs as plain text, as ``paragraph:`` in a basis counts them."""
    entry, document = site.shelf.document(sha256, beside)
    return _text(entry, document.paragraphs, first, limit)


def _text(entry: Entry, paragraphs: tuple[str, ...], first: int, limit: int) -> dict[str, Any]:
    return {
        "sha256": entry.sha256,
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "count": len(paragraphs),
        "first": first,
        "paragraphs": paragraphs[first - 1 : first - 1 + limit],
    }


@router.get("/scenarios/{scenario}/passages", responses=refusals(404, 503))
def passages(scenario: ScenarioId, _: Reader, site: SiteOf) -> dict[str, Any]:
    """Every basis of a scenario with the passage that it points to, as ``offramp.passages/1``."""
    return site.shelf.passages(scenario)


@router.post("/documents/{sha256}/suggest", responses=refusals(404, 503))
def suggestions(sha256: Digest, _: Reader, site: SiteOf, wanted: Suggesting, beside: Beside = None) -> dict[str, Any]:
    """Passages of a document that may bear on a scenario, as ``offramp.suggestions/1``: none is a finding."""
    return site.shelf.suggestions(sha256, wanted.scenario, beside)
