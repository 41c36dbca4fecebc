"""What changed in a while: assumptions, headlines, runs and comments of each scenario, and what else happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from offramp.workspace.files.listed import list_scenarios
from offramp.workspace.files.versions import KEPT
from offramp.workspace.models import Activity, Comment, Person, Version
from offramp.workspace.talk.activity import entry_document
from offramp.workspace.talk.digest_words import lines, other_lines
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

Record = dict[str, Any]

OTHERS = (
    *("created", "removed", "renamed", "restored", "kept", "failed", "shared", "document"),
    *("person_added", "person_changed", "person_removed"),
)
"""Kinds of activity that are told as they are; what comes of the others is told of the scenario."""

MOST_OTHERS = 50
"""Of these the newest are told."""


@dataclass(frozen=True)
class Period:
    """From when, and until when."""

    since: datetime
    until: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether something was in it."""
        return at is not None and self.since <= at < self.until


@dataclass
class Talked:
    """Comments of a scenario: threads that were opened and resolved in a while, replies, and threads that are open."""

    opened: int = 0
    replies: int = 0
    resolved: int = 0
    open: int = 0

    @property
    def anything(self) -> bool:
        """Whether anyone said or resolved something."""
        return bool(self.opened or self.replies or self.resolved)

    def record(self) -> Record:
        return {"opened": self.opened, "replies": self.replies, "resolved": self.resolved, "open": self.open}


@dataclass
class Story:
    """What became of one scenario in a while.

    Attributes
    ----------
    id, title : str
    changes : list
        Each path once, with what stood there before and what stands there now.
    before, now : dict or None
        The headline at the beginning and at the end.
    runs : list
        Those that were made, the newest first.
    talked : Talked
    """

    id: str
    title: str = ""
    changes: list[Record] = field(default_factory=list)
    before: Record | None = None
    now: Record | None = None
    runs: list[Record] = field(default_factory=list)
    talked: Talked = field(default_factory=Talked)

    @property
    def anything(self) -> bool:
        """Whether anything became of it."""
        return bool(self.changes or self.runs or self.talked.anything)

    def document(self, language: str) -> Record:
        """As a digest has it."""
        return {
            "id": self.id,
            "title": self.title,
            "changes": self.changes,
            "headline_before": self.before,
            "headline_now": self.now,
            "runs": [each["id"] for each in self.runs],
            "comments": self.talked.record(),
            "says": lines(self, language),
        }


@dataclass(frozen=True)
class Folder:
    """What the files say: the title of each scenario, and all runs, the newest first."""

    titles: dict[str, str]
    runs: Sequence[Record]

    @classmethod
    def of(cls, site: Site) -> Folder:
        """As the files are now; what was changed on the disk is noticed."""
        titles = {row["id"]: row["title"] or row["id"] for row in list_scenarios(site)["scenarios"]}
        return cls(titles, site.runs.rows())


def digest(session: Session, folder: Folder, period: Period, language: str = "en") -> Record:
    """What changed in a while, the scenarios of which there is most to say first."""
    stories: dict[str, Story] = {}
    _tell_changes(session, stories, period)
    _tell_runs(folder.runs, stories, period)
    _tell_comments(session, stories, period)
    for story in stories.values():
        story.title = folder.titles.get(story.id, story.id)
    told = sorted(filter(_anything, stories.values()), key=lambda story: (-len(story.changes), story.id))
    scenarios = [story.document(language) for story in told]
    others = _others(session, period, language)
    says = [f"{each['title']}: {line}" for each in scenarios for line in each["says"]]
    return {"since": said(period.since), "until": said(period.until), "says": says + others, "scenarios": scenarios}


def _anything(story: Story) -> bool:
    return story.anything


def _of(stories: dict[str, Story], scenario: str) -> Story:
    return stories.setdefault(scenario, Story(scenario))


def _tell_changes(session: Session, stories: dict[str, Story], period: Period) -> None:
    """What the versions of the while changed, one after the other, taken together."""
    wanted = (
        select(Version.scenario, Version.changes)
        .where(Version.at >= period.since, Version.at < period.until, Version.origin != KEPT)
        .order_by(Version.id)
    )
    together: dict[str, dict[str, Record]] = {}
    for scenario, changes in session.execute(wanted):
        known = together.setdefault(scenario, {})
        for change in changes:
            before = known.get(change["path"], change)["before"]
            known[change["path"]] = {**change, "before": before}
    for scenario, known in together.items():
        _of(stories, scenario).changes = [each for each in known.values() if each["before"] != each["after"]]


def _tell_runs(runs: Iterable[Record], stories: dict[str, Story], period: Period) -> None:
    """The runs that were made, and what the newest run said before and says now; the newest run comes first."""
    since, until = said(period.since), said(period.until)
    for run in runs:
        if not run["scenario"] or run["made"] >= until:
            continue
        story = _of(stories, run["scenario"])
        if run["made"] >= since:
            story.runs.append(run)
        story.now = story.now or run["headline"]
        if run["made"] < since:
            story.before = story.before or run["headline"]


def _tell_comments(session: Session, stories: dict[str, Story], period: Period) -> None:
    """Threads that were opened and resolved, and replies; and how many threads are open."""
    opened = _counted(Comment.reply_to.is_(None), Comment.at >= period.since, Comment.at < period.until)
    replies = _counted(Comment.reply_to.is_not(None), Comment.at >= period.since, Comment.at < period.until)
    resolved = _counted(Comment.resolved >= period.since, Comment.resolved < period.until)
    for name, wanted in {"opened": opened, "replies": replies, "resolved": resolved}.items():
        for scenario, count in session.execute(wanted):
            setattr(_of(stories, scenario).talked, name, count)
    for scenario, count in session.execute(_counted(Comment.reply_to.is_(None), Comment.resolved.is_(None))):
        _of(stories, scenario).talked.open = count


def _counted(*conditions: Any) -> Select[str, int]:
    return (
        select(Comment.scenario, func.count()).where(Comment.deleted.is_(None), *conditions).group_by(Comment.scenario)
    )


def _others(session: Session, period: Period, language: str) -> list[str]:
    """What else happened, in words, in the order in which it did."""
    wanted = (
        select(Activity, Person)
        .outerjoin(Person, Person.id == Activity.person_id)
        .where(Activity.at >= period.since, Activity.at < period.until, Activity.kind.in_(OTHERS))
        .order_by(Activity.id.desc())
        .limit(MOST_OTHERS + 1)
    )
    found = [entry_document(entry, person, language)["says"] for entry, person in session.execute(wanted)]
    return other_lines(found[:MOST_OTHERS][::-1], more=len(found) > MOST_OTHERS, language=language)
