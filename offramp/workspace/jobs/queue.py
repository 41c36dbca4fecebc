"""The queue of jobs, in the database: who asked for what, and how far it is. Whoever works is told of by the bus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offramp.workspace.database import now
from offramp.workspace.jobs.turns import in_turn
from offramp.workspace.models import Job, Person
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.settings import Limits

WAITING, WORKING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"

INTERRUPTED = "interrupted"
"""The server ended while it ran; it is taken up when the server starts again."""

UNFINISHED = (WAITING, WORKING, INTERRUPTED)

STATUSES = (WAITING, WORKING, DONE, FAILED, CANCELLED, INTERRUPTED)

MOST_LISTED = 500
"""Jobs of one answer."""

MOST_ATTEMPTS = 3
"""How often a job is tried whose workers die."""


def problem(status: int, found: str, allowed: str = "", remedy: str = "") -> dict[str, Any]:
    """What went wrong with a job, as ``offramp.problem/1``."""
    return Refusal(status, found, allowed, remedy).document()


def waiting_order(session: Session) -> list[int]:
    """The numbers of the jobs that wait, in the order in which they will begin."""
    waiting = [
        (job, person) for job, person in session.execute(select(Job.id, Job.person_id).where(Job.status == WAITING))
    ]
    askers = {person for _, person in waiting}
    began = select(Job.person_id, func.max(Job.started)).where(Job.started.is_not(None)).group_by(Job.person_id)
    served = {person: when.timestamp() for person, when in session.execute(began) if when and person in askers}
    return in_turn(waiting, served)


def find(session: Session, number: int) -> Job:
    """A job.

    Raises
    ------
    Refusal
        404: there is none of that number.
    """
    job = session.get(Job, number)
    if job is None:
        raise not_found("job", str(number))
    return job


def listed(session: Session, scenario: str | None, statuses: Sequence[str], limit: int) -> list[Job]:
    """The newest jobs, the newest first."""
    wanted = select(Job).order_by(Job.id.desc()).limit(min(limit, MOST_LISTED))
    if scenario is not None:
        wanted = wanted.where(Job.scenario == scenario)
    if statuses:
        wanted = wanted.where(Job.status.in_(statuses))
    return list(session.scalars(wanted))


def check_room(session: Session, person: Person, limits: Limits) -> None:
    """Raise Refusal (429) where a person has as many jobs as one may have."""
    mine = select(func.count()).select_from(Job).where(Job.person_id == person.id, Job.status.in_(UNFINISHED))
    there = session.scalar(mine) or 0
    if there >= limits.queued:
        raise Refusal(
            429,
            f"{there} jobs of yours wait or run",
            f"at most {limits.queued}",
            "wait for one, or cancel one",
            headers={"Retry-After": "10"},
        )


def check_may_change(job: Job, person: Person) -> None:
    """Raise Refusal (403) unless the job is the person's own, or the person is an owner."""
    if job.person_id != person.id and person.role != "owner":
        raise Refusal(403, "this job is somebody else's", "your own jobs", "ask them, or an owner of this workspace")


def put_back(session: Session) -> list[int]:
    """What ran when the server ended waits again; what has been tried too often has failed. The numbers of all."""
    left = list(session.scalars(select(Job).where(Job.status.in_((WORKING, INTERRUPTED)))))
    for job in left:
        retry(job, "the server ended")
    return [job.id for job in left]


def retry(job: Job, how: str) -> None:
    """Let a job wait again whose worker is gone, unless it was tried too often."""
    if job.attempts < MOST_ATTEMPTS:
        job.status = WAITING
        return
    fail(
        job,
        problem(
            500,
            f"the job was tried {job.attempts} times and each time its worker was lost ({how})",
            remedy="ask for fewer draws, or look into the server's log; resume tries it again",
        ),
    )


def fail(job: Job, error: dict[str, Any]) -> None:
    """Note that a job failed."""
    job.status, job.error, job.ended = FAILED, error, now()


def document(job: Job, place: int | None, live: dict[str, Any] | None = None) -> dict[str, Any]:
    """A job as it is told; ``live`` is what its worker told since it was written down."""
    return {
        "id": str(job.id),
        "scenario": job.scenario,
        "version": job.version,
        "kind": job.kind,
        "options": job.options,
        "by": job.person.name if job.person else None,
        "status": job.status,
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "created": said(job.created),
        "started": job.started and said(job.started),
        "ended": job.ended and said(job.ended),
        "error": job.error,
        "left_out": job.left_out,
        "run": job.run,
        "place": place,
        **(live or {}),
    }


def places(numbers: Iterable[int]) -> dict[int, int]:
    """Places in the queue, from 1."""
    return {number: place for place, number in enumerate(numbers, 1)}
