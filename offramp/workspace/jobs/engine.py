"""What carries jobs out: it gives each its worker when its turn comes, watches it, and takes up what was left.

One thread hands out the work; one for each job at work listens to its worker. All that a job must outlive stands in the
database and in its folder, ``.offramp/jobs/<number>``, which holds the draws that are done.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from offramp.workspace.database import after_commit, now
from offramp.workspace.jobs import queue
from offramp.workspace.jobs.heads import read_head
from offramp.workspace.jobs.orders import Order, relative_file
from offramp.workspace.jobs.process import Happened, Worker
from offramp.workspace.jobs.runs import RUN_FILE, RUNS, folder_of, id_of
from offramp.workspace.jobs.shares import remove_expired
from offramp.workspace.models import Job, Person
from offramp.workspace.talk.activity import note

if TYPE_CHECKING:
    from offramp.workspace.site import Site

LOG = logging.getLogger(__name__)

PLACE = "place"
"""The file in a job's folder that says where its run will be."""

FORGOTTEN_DAYS = 30
"""After so many days the draws of a job that nobody resumed are removed."""


LIVE = ("stage", "done", "total", "left_out")
"""What a worker tells of the job as it is; the row has it from stage to stage."""


@dataclass
class _Work:
    """A job at work; ``live`` is what it told since it was written down."""

    number: int
    order: Order
    worker: Worker | None = None
    live: dict[str, Any] = field(default_factory=dict)
    finished: bool = False
    error: dict[str, Any] | None = None
    interrupted: bool = False


class Jobs:
    """The jobs of a workspace.

    Parameters
    ----------
    site : Site
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = threading.RLock()
        self._work: dict[int, _Work] = {}
        self._threads: list[threading.Thread] = []
        self._wake = threading.Event()
        self._closing = False
        self._told_places: dict[int, int] = {}

    def start(self) -> None:
        """Take up what was left, and begin to hand out work."""
        _remove_unfinished(self._site.settings.folder / RUNS)
        self._remove_forgotten()
        remove_expired(self._site)
        with self._site.database.session() as session:
            for number in queue.put_back(session):
                self._settle_finished(session, number)
        self._threads = [threading.Thread(target=self._hand_out, name="jobs", daemon=True)]
        self._threads[0].start()
        self._wake.set()

    def close(self) -> None:
        """Interrupt what is at work; it goes on when the workspace starts again."""
        with self._lock:
            self._closing = True
            threads = list(self._threads)
            for work in self._work.values():
                work.interrupted = True
                if work.worker is not None:
                    work.worker.stop()
        self._wake.set()
        for thread in threads:
            thread.join()

    def add(self, person: Person, **asked: Any) -> dict[str, Any]:
        """Put a job into the queue: its ``scenario``, ``version``, ``text``, ``kind`` and ``options``.

        Raises
        ------
        Refusal
            429: the person has too many.
        """
        with self._lock, self._site.database.session() as session:
            queue.check_room(session, person, self._site.settings.limits)
            job = Job(person_id=person.id, **asked)
            session.add(job)
            session.flush()
            if job.kind == "run":
                note(session, self._site, person, "queued", job.scenario, job=job.id)
            found = self._tell(session, job)
        self._wake.set()
        return found

    def cancel(self, number: int, person: Person) -> dict[str, Any]:
        """End a job. The draws that are done are kept, so that it can be resumed."""
        with self._lock, self._site.database.session() as session:
            job = queue.find(session, number)
            queue.check_may_change(job, person)
            work = self._work.get(number)
            if job.status in queue.UNFINISHED:
                job.status, job.ended = queue.CANCELLED, now()
                _write_down(job, work)
                note(session, self._site, person, "cancelled", job.scenario, job=job.id)
                if work is not None and work.worker is not None:
                    work.worker.stop()
            found = self._tell(session, job)
        self._wake.set()
        return found

    def resume(self, number: int, person: Person) -> dict[str, Any]:
        """Put a job that was cancelled or that failed back into the queue; it goes on from the draws that are done."""
        with self._lock, self._site.database.session() as session:
            job = queue.find(session, number)
            queue.check_may_change(job, person)
            if job.status in (queue.CANCELLED, queue.FAILED):
                queue.check_room(session, person, self._site.settings.limits)
                job.status, job.error, job.ended, job.attempts = queue.WAITING, None, None, 0
                note(session, self._site, person, "resumed", job.scenario, job=job.id)
            found = self._tell(session, job)
        self._wake.set()
        return found

    def one(self, number: int) -> dict[str, Any]:
        """A job as it is.

        Raises
        ------
        Refusal
            404: there is none of that number.
        """
        with self._site.database.session() as session:
            return self._document(queue.find(session, number), self._places(session))

    def listed(self, scenario: str | None, statuses: list[str], limit: int) -> list[dict[str, Any]]:
        """The newest jobs, the newest first."""
        with self._site.database.session() as session:
            places = self._places(session)
            return [self._document(job, places) for job in queue.listed(session, scenario, statuses, limit)]

    def report_job(self, run: str, scenario: str, version: str, person: Person) -> dict[str, Any]:
        """The job that makes the reports of a run: the one that is under way, else a new one."""
        with self._lock:
            if (number := self._writes(run)) is not None:
                return self.one(number)
            for each in self.listed(None, list(queue.UNFINISHED), queue.MOST_LISTED):
                if each["kind"] == "report" and each["run"] == run:
                    return each
            return self.add(person, scenario=scenario, version=version, text="", kind="report", options={}, run=run)

    def is_writing(self, run: str) -> bool:
        """Whether the reports of a run that was just made are being written."""
        with self._lock:
            return self._writes(run) is not None

    def _writes(self, run: str) -> int | None:
        return next((work.number for work in self._work.values() if work.live.get("run") == run), None)

    @property
    def folder(self) -> Path:
        """Where jobs keep what is done."""
        return self._site.settings.hidden / "jobs"

    def _hand_out(self) -> None:
        while not self._closing:
            self._wake.wait()
            self._wake.clear()
            try:
                while (work := self._next()) is not None:
                    thread = threading.Thread(target=self._supervise, args=(work,), daemon=True)
                    self._threads.append(thread)
                    thread.start()
            except Exception:
                LOG.exception("jobs could not be handed out")
                time.sleep(1)
                self._wake.set()

    def _next(self) -> _Work | None:
        """The next job, marked as running; None where all workers are at work, or nothing waits."""
        with self._lock:
            self._threads = [thread for thread in self._threads if thread.is_alive() or thread.ident is None]
            if self._closing or len(self._work) >= self._site.settings.workers:
                return None
            with self._site.database.session() as session:
                waiting = [number for number in queue.waiting_order(session) if number not in self._work]
                if not waiting:
                    return None
                job = queue.find(session, waiting[0])
                job.status, job.started, job.attempts = queue.WORKING, now(), job.attempts + 1
                job.stage, job.done, job.total, job.left_out = "starting", 0, 0, {}
                work = self._work[job.id] = _Work(job.id, self._order(job))
                self._tell(session, job)
                return work

    def _order(self, job: Job) -> Order:
        folder, kept = self._site.settings.folder.resolve(), self.folder / str(job.id)
        kept.mkdir(parents=True, exist_ok=True)
        place = folder_of(folder, job.run) if job.kind == "report" and job.run else self._new_place(job)
        (kept / PLACE).write_text(id_of(folder, place), encoding="utf-8")
        return Order(
            kind="report" if job.kind == "report" else "run",
            text=job.text,
            file=relative_file(job.scenario),
            folder=str(folder),
            place=str(place),
            reports=str((self._site.settings.hidden / "reports").resolve()),
            checkpoint=str((kept / "draws").resolve()),
            options=job.options,
        )

    def _new_place(self, job: Job) -> Path:
        """A folder for a run that nothing else has or will have."""
        assert job.started is not None
        runs = self._site.settings.folder.resolve() / RUNS
        name = f"{job.scenario.rpartition(':')[2]}-{job.started:%Y%m%d-%H%M%S}"
        taken = {work.order.place for work in self._work.values()}
        names = [name, *(f"{name}-{count}" for count in range(2, len(taken) + 100))]
        return next(runs / each for each in names if str(runs / each) not in taken and not (runs / each).exists())

    def _supervise(self, work: _Work) -> None:
        how = "it did not start"
        try:
            if (worker := self._started(work)) is not None:
                for told in worker.happenings():
                    self._take(work, told or {})
                    self._watch(work, worker)
                how = worker.bury()
        except Exception:
            LOG.exception("job %d: its worker could not be followed", work.number)
            if work.worker is not None:
                work.worker.kill()
        self._conclude(work, how)

    def _started(self, work: _Work) -> Worker | None:
        log = self.folder / str(work.number) / "log.txt"
        with self._lock:
            if work.interrupted or not self._is_wanted(work):
                return None
            work.worker = Worker(work.order, log, _threads_each(self._site.settings.workers))
            return work.worker

    def _is_wanted(self, work: _Work) -> bool:
        with self._site.database.session() as session:
            return queue.find(session, work.number).status == queue.WORKING

    def _take(self, work: _Work, told: Happened) -> None:
        """Note what a worker told, and tell it on."""
        if not told:
            return
        with self._lock:
            work.finished = work.finished or bool(told.get("finished"))
            work.error = told.get("error", work.error)
            work.live.update({key: told[key] for key in LIVE if key in told})
            if told.get("saved"):
                work.live["run"] = id_of(Path(work.order.folder), Path(work.order.place))
            if work.finished or work.error:
                return
            with self._site.database.session() as session:
                job = queue.find(session, work.number)
                if job.status != queue.WORKING:
                    return
                if "done" in told and "stage" not in told:
                    self._site.bus.mention("job", **self._document(job, {}))
                    return
                _write_down(job, work)
                if "run" in work.live:  # its reports are still being written
                    self._settle_done(session, job)
                self._tell(session, job)

    def _watch(self, work: _Work, worker: Worker) -> None:
        """End a worker that takes more than one may."""
        limits = self._site.settings.limits
        if work.error is not None:
            return
        if worker.seconds > limits.seconds:
            found, allowed = f"the job worked for {worker.seconds:,.0f} seconds", f"at most {limits.seconds:,}"
            remedy = "resume it, and it goes on from the draws that are done; or ask for fewer draws or analyses"
            work.error = queue.problem(422, found, allowed, remedy)
            worker.stop()
        elif (memory := worker.memory()) > limits.memory:
            found, allowed = f"the job holds {_mebibytes(memory)} of memory", f"at most {_mebibytes(limits.memory)}"
            work.error = queue.problem(422, found, allowed, "ask for fewer draws or analyses, or a smaller game")
            worker.kill()

    def _conclude(self, work: _Work, how: str) -> None:
        """Write down how a job came out, and let the next begin."""
        with self._lock:
            try:
                with self._site.database.session() as session:
                    job = queue.find(session, work.number)
                    if job.status == queue.WORKING:
                        self._settle(session, job, work, how)
                    gone = job.status == queue.DONE
                    self._tell(session, job)
                if gone:
                    shutil.rmtree(self.folder / str(work.number), ignore_errors=True)
            finally:
                del self._work[work.number]
        self._wake.set()

    def _settle(self, session: Session, job: Job, work: _Work, how: str) -> None:
        _write_down(job, work)
        if work.finished:
            self._settle_done(session, job)
        elif work.error is not None:
            queue.fail(job, _whole(work.error))
        elif work.interrupted:
            job.status, job.attempts = queue.INTERRUPTED, job.attempts - 1
        else:
            LOG.warning("job %d: its worker was lost (%s)", work.number, how)
            queue.retry(job, how)
        if job.status == queue.FAILED and job.error and job.kind == "run":
            note(session, self._site, job.person, "failed", job.scenario, job=job.id, found=job.error["found"])

    def _settle_done(self, session: Session, job: Job) -> None:
        job.status, job.ended = queue.DONE, now()
        if job.kind == "run" and job.run:
            head = read_head(folder_of(self._site.settings.folder, job.run) / RUN_FILE)
            said = {"headline": headline} if head and (headline := head.sentence) else {}
            note(session, self._site, job.person, "run", job.scenario, run=job.run, job=job.id, **said)

    def _settle_finished(self, session: Session, number: int) -> None:
        """A job whose run was written right before the server ended is done."""
        job = queue.find(session, number)
        try:
            run = (self.folder / str(number) / PLACE).read_text(encoding="utf-8")
        except OSError:
            return
        if job.kind == "run" and (folder_of(self._site.settings.folder, run) / RUN_FILE).is_file():
            job.run = run
            self._settle_done(session, job)

    def _document(self, job: Job, places: dict[int, int]) -> dict[str, Any]:
        work = self._work.get(job.id)
        live = work.live if work is not None and job.status == queue.WORKING else None
        return queue.document(job, places.get(job.id), live)

    def _places(self, session: Session) -> dict[int, int]:
        return queue.places(queue.waiting_order(session))

    def _tell(self, session: Session, job: Job) -> dict[str, Any]:
        """Tell of a job, and of those whose place in the queue is another now, once what was written is kept."""
        session.flush()
        places = self._places(session)
        moved = [number for number, place in places.items() if self._told_places.get(number) != place]
        self._told_places = places
        documents = [self._document(queue.find(session, number), places) for number in moved if number != job.id]
        found = self._document(job, places)
        for each in (found, *documents):
            after_commit(session, partial(self._site.bus.publish, "job", **each))
        return found

    def _remove_forgotten(self) -> None:
        oldest = time.time() - FORGOTTEN_DAYS * 86_400
        for kept in self.folder.glob("*"):
            if kept.stat().st_mtime < oldest:
                shutil.rmtree(kept, ignore_errors=True)


def _write_down(job: Job, work: _Work | None) -> None:
    """What the worker told, into the job's row."""
    for name, value in (work.live if work is not None else {}).items():
        setattr(job, name, value)


def _whole(error: dict[str, Any]) -> dict[str, Any]:
    """A worker's error as a problem document."""
    return error if "schema" in error else queue.problem(500, str(error["found"]), remedy="look into the server's log")


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"


def _threads_each(workers: int) -> int:
    """Threads that each of the workers may have."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(os.environ.get("NUMBA_NUM_THREADS", cores)) // max(1, workers))


def _remove_unfinished(runs: Path) -> None:
    """Remove what is left of runs that were being written when the server ended."""
    for left in runs.glob(".*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
