"""Scenarios: listed, read, checked, saved, renamed, deleted and restored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from offramp.scenario.blocks import Block, block, block_names
from offramp.scenario.schema import json_schema
from offramp.workspace.access.roles import Editor, Reader
from offramp.workspace.files import editing, moving
from offramp.workspace.files.documents import check_document, conflict_document, scenario_document
from offramp.workspace.files.homeless import Order
from offramp.workspace.files.ids import ID_PATTERN, LONGEST
from offramp.workspace.files.listed import list_scenarios
from offramp.workspace.files.present import file_of, present
from offramp.workspace.files.saving import Conflict, save
from offramp.workspace.files.versions import LONGEST_MESSAGE
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.answers import (
    BlockList,
    CheckedText,
    ConflictDocument,
    DeletedScenario,
    EditedText,
    ScenarioDocument,
    ScenarioList,
    TrashList,
)
from offramp.workspace.routes.common import ScenarioId, answered, refusals
from offramp.workspace.site import SiteOf

router = APIRouter(prefix="/api", tags=["scenarios"])

MOST_CHARACTERS = 2_000_000
"""Of any text; how large a scenario may be is a setting."""

MOST_BLOCKS = 50


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text has no NUL characters")
    return text


Text = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_without_nul)]
NewId = Annotated[str, Field(pattern=ID_PATTERN, max_length=LONGEST)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="The SHA-256 of a text")]


class Strict(BaseModel):
    """A request's body, with the keys that it has and no others."""

    model_config = ConfigDict(extra="forbid")


class NewScenario(Strict):
    """A scenario to make: of a text, as a copy, of building blocks, or the small one to start from."""

    id: NewId
    text: Text | None = None
    copy_of: NewId | None = None
    title: Annotated[str, Field(max_length=300), AfterValidator(_without_nul)] = ""
    blocks: list[Annotated[str, Field(max_length=100)]] = Field(default_factory=list, max_length=MOST_BLOCKS)


class ToSave(Strict):
    """A text to save; ``base`` is the version that its writer began with."""

    text: Text
    base: Hash
    message: Annotated[str, Field(max_length=LONGEST_MESSAGE), AfterValidator(_without_nul)] = ""


class ToCheck(Strict):
    """A text to look at."""

    text: Text


class NewName(Strict):
    """The id that a scenario is to have."""

    to: NewId


class Restored(Strict):
    """The id that a scenario from the trash is to have, if not its own."""

    to: NewId | None = None


Key = Annotated[str, Field(max_length=200)] | Annotated[int, Field(ge=0, le=100_000)]
Keys = Annotated[list[Key], Field(min_length=1, max_length=20)]


class Change(Strict):
    """A change of a form: a ``value`` for a path, or that it goes, moves, or has another name.

    With ``before``, a key or a number, a new entry stands before another; without a value an entry that is there moves
    to before that one, or to the end where ``before`` is null.
    """

    path: Keys
    value: Any = None
    remove: Literal[True] | None = None
    rename: Annotated[str, Field(max_length=200)] | None = None
    before: Key | None = None

    def meant(self) -> editing.Change:
        """The change that is meant; Refusal where it is none, or several at once."""
        given = self.model_fields_set - {"path"}
        path = tuple(str(key) for key in self.path)
        before = None if self.before is None else str(self.before)
        if given == {"remove"} and self.remove:
            return editing.Remove(path)
        if given == {"rename"} and self.rename is not None:
            return editing.Rename(path, self.rename)
        if given == {"before"}:
            return editing.Move(path, before)
        if "value" in given and given <= {"value", "before"}:
            return editing.Put(path, self.value, before)
        allowed = "value, value and before, remove, rename, or before"
        raise Refusal(422, f"a change with {', '.join(sorted(given)) or 'nothing but its path'}", allowed)


class ToEdit(Strict):
    """A text, and changes to make to it, one after the other."""

    text: Text
    changes: list[Change] = Field(min_length=1, max_length=100)


class SavedText(BaseModel):
    """What the file holds now; ``merged`` where it is not just what was sent."""

    version: str
    merged: bool
    text: str


Document = dict[str, Any]


@router.get("/scenarios", responses={**refusals(), **answered(ScenarioList)})
def scenarios(_: Reader, site: SiteOf) -> Document:
    """All scenarios of the folder, with the headline of each one's newest run, and the files that were left out."""
    return list_scenarios(site)


@router.post(
    "/scenarios", status_code=201, responses={**refusals(404, 409, 413), **answered(ScenarioDocument, "Made.", 201)}
)
def create(body: NewScenario, person: Editor, site: SiteOf) -> Document:
    """Make a scenario: of ``text``, as a copy of another, composed of building blocks, or the small one."""
    if sum((body.text is not None, body.copy_of is not None, bool(body.blocks))) > 1:
        raise Refusal(422, "several of text, copy_of and blocks", "one of them at most", "leave the others out")
    text = body.text
    if body.copy_of is not None:
        text = present(site, body.copy_of).content.text
    if text is None:
        text = moving.new_text(body.title.strip() or body.id.rpartition(":")[2], body.blocks)
    moving.create(site, person, body.id, text, body.copy_of)
    return scenario_document(site, person, body.id)


@router.get("/scenarios/{scenario}", responses={**refusals(404), **answered(ScenarioDocument)})
def read(scenario: ScenarioId, person: Reader, site: SiteOf) -> Document:
    """A scenario: its text and version, what is wrong with it, its outline, and the draft of who asks."""
    return scenario_document(site, person, scenario)


@router.put(
    "/scenarios/{scenario}",
    response_model=SavedText,
    responses={**refusals(404, 413), **answered(ConflictDocument, "The two clash.", 409)},
)
def write(scenario: ScenarioId, body: ToSave, person: Editor, site: SiteOf) -> Any:
    """Save a text. Where the file is no longer the one that it began with, the two are merged if they do not clash."""
    found = save(site, person, Order(scenario, body.text, body.base, body.message))
    if isinstance(found, Conflict):
        return JSONResponse(conflict_document(found), status_code=409)
    return SavedText(version=found.version, merged=found.merged, text=found.text)


@router.delete("/scenarios/{scenario}", responses={**refusals(404), **answered(DeletedScenario)})
def delete(scenario: ScenarioId, person: Editor, site: SiteOf) -> Document:
    """Put a scenario into the trash, from which it can be restored."""
    return moving.delete(site, person, scenario).record


@router.post("/scenarios/{scenario}/rename", responses={**refusals(404, 409), **answered(ScenarioDocument)})
def rename(scenario: ScenarioId, body: NewName, person: Editor, site: SiteOf) -> Document:
    """Give a scenario another id, and its file another name; comments, versions and drafts go along."""
    moving.rename(site, person, scenario, body.to)
    return scenario_document(site, person, body.to)


@router.post("/scenarios/{scenario}/check", responses={**refusals(), **answered(CheckedText)})
def check(scenario: ScenarioId, body: ToCheck, _: Reader) -> Document:
    """What is wrong with a text, and its outline; nothing is saved."""
    return check_document(scenario, body.text)


@router.post("/scenarios/{scenario}/edit", responses={**refusals(413), **answered(EditedText)})
def edit(scenario: ScenarioId, body: ToEdit, _: Reader) -> Document:
    """A text with changes made to it: comments, order and spacing stay. Nothing is saved."""
    text = editing.changed(body.text, [each.meant() for each in body.changes], file_of(scenario))
    return {"text": text, **check_document(scenario, text)}


@router.get("/trash", responses={**refusals(), **answered(TrashList)})
def trash(_: Reader, site: SiteOf) -> Document:
    """The scenarios that were deleted, the newest first."""
    return {"trash": [each.record for each in moving.deleted(site)]}


@router.post("/trash/{deleted}/restore", responses={**refusals(404, 409), **answered(ScenarioDocument)})
def restore(
    deleted: Annotated[str, Path(pattern=moving.TRASH_ID)], body: Restored, person: Editor, site: SiteOf
) -> Document:
    """Bring a scenario back from the trash, under its id or another."""
    scenario = moving.restore(site, person, deleted, body.to)
    return scenario_document(site, person, scenario)


@router.get("/schema", responses=refusals())
def schema(_: Reader) -> Document:
    """The JSON Schema of a scenario file, by which editors complete and check."""
    return json_schema()


@router.get("/blocks", responses={**refusals(), **answered(BlockList)})
def blocks(_: Reader) -> Document:
    """The building blocks: what each is about, rests on, brings, and takes as parameters."""
    names = sorted(block_names(), key=lambda name: (block(name).slot, name))
    return {"blocks": [_block_record(block(name)) for name in names]}


def _block_record(found: Block) -> Document:
    return {
        "name": found.name,
        "title": found.title,
        "summary": found.about,
        "effect": found.effect,
        "literature": list(found.literature),
        "parameters": [
            {"name": name, "default": each.default, "meaning": each.meaning} for name, each in found.parameters.items()
        ],
        "brings": found.filled(found.fragment, {}),
    }
