"""What the routes of scenarios and of their history answer, as the description of the interface has it.

The answers are plain documents; these models say what stands in them, and the tests hold each answer against its model.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from offramp.workspace.problems import ProblemLine

Plain = Any
"""A value as a scenario file has it: a number, text, a list or a mapping."""


class Answer(BaseModel):
    """A document with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


class Headline(Answer):
    """What a run says first; ``current`` where it is of the text as it is now."""

    answer: str
    says: str
    probability: float | None
    interval: tuple[float, float] | None
    words: str | None
    run: str
    current: bool


class ScenarioRow(Answer):
    """A scenario at a glance; where it was not ``checked`` yet, ``problems`` is not known and counts as 0."""

    id: str
    file: str
    version: str
    title: str
    question: str | None
    as_of: str | None
    ok: bool
    problems: int
    checked: bool
    changed: str
    by: str | None
    open_comments: int
    headline: Headline | None


class LeftOut(Answer):
    """A file that is not listed, and why."""

    file: str
    why: str


class ScenarioList(Answer):
    """All scenarios of the folder."""

    scenarios: list[ScenarioRow]
    left_out: list[LeftOut]


class Placed(Answer):
    """Something that has a name and a line; what only a building block brings is not the file's ``own``."""

    name: str
    line: int
    own: bool


class OutlineParty(Placed):
    """A party."""

    label: str


class OutlineOption(Answer):
    """An option of a term, and its number."""

    name: str
    value: float


class OutlineTerm(Placed):
    """A term, its options from the least to the most generous."""

    options: list[OutlineOption]


class OutlineAssumption(Placed):
    """An assumption; ``words`` is its distribution in words."""

    meaning: str
    unit: str
    value: Plain
    kind: str
    words: str
    private_to: str | None
    grid: int | None
    basis: list[Plain]


class OutlineFormula(Placed):
    """A named piece of an expression."""

    expression: str


class OutlineChoice(Answer):
    """A choice at a move."""

    name: str
    label: str | None
    next: str
    probability: str | None
    when: str | None
    known_to: list[str] | None
    reveals: dict[str, Plain]


class OutlineMove(Placed):
    """A move."""

    by: str
    label: str | None
    sets: str | None
    known_to: list[str] | None
    choices: list[OutlineChoice]


class OutlineOutcome(Placed):
    """An outcome, and what it is worth to each party."""

    label: str
    starts: dict[str, str]
    payoffs: dict[str, str]


class OutlineAnswer(Placed):
    """A question about the path."""

    says: str
    when: str
    given: str | None
    given_says: str | None


class OutlineSource(Placed):
    """A document that assumptions rest on."""

    title: str
    publisher: str | None
    date: str | None
    url: str | None
    reliability: str | None
    file: str | None


class Outline(Answer):
    """What forms and lists show of a scenario, as far as it can be read."""

    title: str
    question: str | None
    as_of: str | None
    parties: list[OutlineParty]
    terms: list[OutlineTerm]
    offer: dict[str, str] | None
    assumptions: list[OutlineAssumption]
    formulas: list[OutlineFormula]
    correlations: list[Plain]
    moves: list[OutlineMove]
    outcomes: list[OutlineOutcome]
    answers: list[OutlineAnswer]
    sources: list[OutlineSource]
    use: list[Plain]
    aftermath: bool
    rounds: bool


class CheckedText(Answer):
    """What is wrong with a text, and its outline; null where nothing can be read."""

    ok: bool
    problems: list[ProblemLine]
    outline: Outline | None


class EditedText(CheckedText):
    """A text after changes."""

    text: str


class DraftText(Answer):
    """What someone is writing; ``base`` is the version that it began with."""

    text: str
    base: str
    at: str


class ScenarioDocument(CheckedText):
    """A scenario with its text."""

    id: str
    file: str
    text: str
    version: str
    draft: DraftText | None
    changed: str
    by: str | None


class BaseText(Answer):
    """The version that both began with; its text is null where nobody knows it."""

    version: str
    text: str | None


class YourText(Answer):
    """What was sent; it is kept as a version."""

    version: str
    text: str


class TheirText(YourText):
    """What was saved meanwhile."""

    by: str | None
    at: str


class ConflictHunk(Answer):
    """Where the two clash; ``first`` is the line of the base, counted from 1."""

    first: int
    base: list[str]
    theirs: list[str]
    yours: list[str]


class ConflictDocument(Answer):
    """``offramp.conflict/1``: two texts that clash. The file is as it was, and both are kept."""

    schema_: Literal["offramp.conflict/1"] = Field(alias="schema")
    base: BaseText
    theirs: TheirText
    yours: YourText
    merged_with_marks: str
    hunks: list[ConflictHunk]


class DeletedScenario(Answer):
    """A scenario in the trash."""

    id: str
    scenario: str
    title: str
    at: str
    by: str


class TrashList(Answer):
    """All that is in the trash."""

    trash: list[DeletedScenario]


class BlockParameter(Answer):
    """A name that a building block leaves open."""

    name: str
    default: str
    meaning: str


class BlockDocument(Answer):
    """A building block; ``brings`` is the piece of a scenario that it is."""

    name: str
    title: str
    summary: str
    effect: str
    literature: list[str]
    parameters: list[BlockParameter]
    brings: dict[str, Plain]


class BlockList(Answer):
    """All building blocks, in the order of a story."""

    blocks: list[BlockDocument]


class VersionChange(Answer):
    """What a version changed, in words; ``words_only`` where it makes no difference for the answers."""

    path: str
    label: str
    before: str | None
    after: str | None
    words_only: bool


class VersionEffect(Answer):
    """What a version did to the first answer."""

    answer: str
    first: float | None
    second: float | None
    change: float | None
    beyond_noise: bool


class VersionEntry(Answer):
    """A version; where it is not ``told`` what it changed, it will be the next time."""

    version: str
    parent: str | None
    at: str
    by: str | None
    message: str | None
    origin: Literal["workspace", "disk", "git", "kept"]
    commit: str | None
    changes: list[VersionChange]
    told: bool
    effect: VersionEffect | None


class VersionList(Answer):
    """The newest versions, and whether there are more."""

    entries: list[VersionEntry]
    more: bool


class VersionText(VersionEntry):
    """A version with its text."""

    text: str
