"""Ask a workspace everything that its OpenAPI document allows, and what it forbids: ``python tests/fuzz_workspace.py``.

Schemathesis makes the requests, good and bad, as an editor, an owner and a stranger, over ASGI and without a network.
Half of them are about things that are there (a scenario, a comment, a run), since what is made up is mostly not found.
What is wrong with an answer is collected; the same seed asks the same.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from offramp import run
from offramp.workspace.access.roles import CSRF_HEADER
from offramp.workspace.access.secrets import fingerprint
from offramp.workspace.models import Comment, Job, Share
from offramp.workspace.settings import Limits, cookie_name
from workspace_site import ADDRESS, EXAMPLES, PASSWORD, Workspace, make_folder, shared

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]

STREAMS = frozenset({"GET /api/events", "GET /api/jobs/{number}/events"})
"""They end when the listener goes: only whether strangers are kept out is asked."""

OPEN = frozenset({"GET /api/health", "GET /api/session", "POST /api/session", "GET /feed.atom", "GET /s/{secret}"})
"""For everyone, or for who has a key."""

BODY, PATH, QUERY = ParameterLocation.BODY, ParameterLocation.PATH, ParameterLocation.QUERY

OUTSIDE = ("stranger", "forger")
"""Who has nothing to come in with, and who has something made up."""

IN_PERSON = ("/api/session", "/api/tokens", "/api/people", "/api/feed")
"""What a program may not do: asked with a session, a fresh one each time, since some requests end it."""

SLOW = frozenset({"POST /api/session", "POST /api/session/password", "POST /api/people"})
"""Each request takes a tenth of a second of hashing."""

REPORT = b"He may go into exile, sources say."

SECRET = "x" * 43

REFUSED = frozenset({401, 404, 405, 413, 422})
"""What someone from outside may get, where it is not for everyone."""

MODEST: dict[str, dict[str, Any]] = {
    "POST /api/jobs": {"draws": 32, "explore": [], "precision": None, "equilibria": None},
    "POST /api/scenarios/{scenario}/edit": {"changes": [{"path": ["title"], "value": "Talks"}]},
    "POST /api/scenarios/{scenario}/tipping": {"assumption": "office", "answer": "leaves"},
    "POST /api/session": {"name": "rita", "password": PASSWORD},
}
"""What a request asks for where what is made up would be refused, or take long."""

LATER = datetime(2100, 1, 1, tzinfo=UTC)

PATIENCE = 120.0
"""Seconds that one answer may take, on a machine that does other things besides."""

LIMITS = Limits(draws=64, seconds=20, asked=10_000_000, queued=2)


@dataclass(frozen=True)
class Wrong:
    """An answer that was not as it should be."""

    operation: str
    who: str
    title: str
    message: str

    def __str__(self) -> str:
        return f"{self.operation} as {self.who}: {self.title}\n{self.message}"


@dataclass
class Findings:
    """What was asked, and what was wrong: one example of each kind for each operation."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    wrong: dict[tuple[str, str], Wrong] = field(default_factory=dict)

    def note(self, found: Wrong) -> None:
        self.wrong.setdefault((found.operation, found.title), found)

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.cases:,} requests ({statuses}), {len(self.wrong)} kinds of wrong answers"


class Fuzzer:
    """Asks one workspace.

    Parameters
    ----------
    workspace : Workspace
    known : mapping
        For each parameter of a path the value of something that is there.
    seed : int
    """

    def __init__(self, workspace: Workspace, known: dict[str, Any], seed: int = 1) -> None:
        self.workspace = workspace
        self.known = known
        self.seed = seed
        self.found = Findings()
        self.only: tuple[str, ...] = ("",)
        self._positive: Counter[str] = Counter()
        self.schema = schemathesis.openapi.from_dict(workspace.app.openapi())
        self.schema.app = _without_lifespan(workspace.app)

    def operations(self) -> list[Any]:
        """All operations, in an order of the seed's."""
        found: list[Any] = [cast("Ok[Any]", each).ok() for each in self.schema.get_all_operations()]
        random.Random(self.seed).shuffle(found)
        return [each for each in found if each.path.startswith(self.only)]

    def ask_all(self, who: str, examples: int, until: float) -> None:
        """Ask everything, good and bad, about what is there and what is made up, until a time comes."""
        for operation in self.operations():
            if operation.label in STREAMS and who not in OUTSIDE:
                continue
            count = max(1, examples // 4) if operation.label in SLOW else examples
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for fixed in self._fixed(operation):
                    if time.monotonic() < until:
                        self._ask(operation, who, operation.as_strategy(mode, path_parameters=fixed), count)

    def _fixed(self, operation: Any) -> list[dict[str, Any] | None]:
        known = self.known | ({"name": "run.json"} if "/files/" in operation.path else {})
        names = [each for each in known if f"{{{each}}}" in operation.path]
        return [None, {name: known[name] for name in names}] if names else [None]

    def _ask(self, operation: Any, who: str, cases: Any, examples: int) -> None:
        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=cases)
        def one(case: Case[Any]) -> None:
            self._one(operation.label, who, case)

        began = time.monotonic()
        with suppress(Unsatisfiable):  # there is nothing that the operation forbids
            one()
        self.found.seconds[operation.label] += time.monotonic() - began

    def _one(self, label: str, who: str, case: Case[Any]) -> None:
        if case.meta and case.meta.generation.mode.is_positive:
            self._positive[label] += 1
            if self._positive[label] % 2:
                self._let_it_be_known(label, case)
        self.found.cases += 1
        self.refurnish()
        try:
            response = case.call(base_url=ADDRESS, timeout=PATIENCE, **self._way_in(label, who, case))
        except Exception as error:  # what goes wrong inside comes out, for tests to see
            self.found.note(Wrong(label, who, f"{type(error).__name__} inside", _told(case, error)))
            return
        self.found.statuses[response.status_code] += 1
        if response.status_code < 300:
            self.found.reached[label] += 1
        if who in OUTSIDE and label not in OPEN and response.status_code not in REFUSED:
            self.found.note(Wrong(label, who, f"a {who} gets {response.status_code}", _told(case)))
        try:
            case.validate_response(response, checks=[*CHECKS, *_rejections(case)])
        except FailureGroup as group:
            for failure in group.exceptions:
                self.found.note(Wrong(label, who, getattr(failure, "title", str(failure)), _told(case, failure)))

    def _let_it_be_known(self, label: str, case: Case[Any]) -> None:
        """Put what is there in the place of what was made up, where a request has a name for it."""
        for part in (case.body, case.query):
            if isinstance(part, dict):
                part.update({name: value for name, value in self.known.items() if name in part})
        if isinstance(case.body, dict):
            case.body.update(MODEST.get(label, {}))

    def refurnish(self) -> None:
        """Put back what was deleted or renamed."""
        folder = self.workspace.folder
        if not (folder / "talks.yaml").exists():
            shutil.copy(EXAMPLES / "talks.yaml", folder / "talks.yaml")
        if not (folder / "runs" / "first").exists():
            shutil.copytree(folder.parent / "run", folder / "runs" / "first")
        shares = self.workspace.site.settings.hidden / "shares"
        shares.mkdir(exist_ok=True)
        (shares / "1.html").write_text("<p>a report</p>", encoding="utf-8")
        with self.workspace.site.database.session() as session:
            editor = self.workspace.person("editor").id
            rows: list[Any] = [
                Comment(id=1, scenario="talks", target="", text="hm @rita", person_id=editor),
                Job(id=1, scenario="talks", version=self.known["version"], text="", status="done", person_id=editor),
                Share(id=1, hash=fingerprint(SECRET), title="t", run="runs:first", person_id=editor, expires=LATER),
            ]
            for row in rows:
                if session.get(type(row), 1) is None:
                    session.add(row)

    def _way_in(self, label: str, who: str, case: Case[Any]) -> dict[str, Any]:
        """What a request carries to be let in."""
        cookie = cookie_name(self.workspace.site.settings)
        if who == "stranger":
            return {}
        if who == "forger":
            return {"headers": {"Authorization": f"Bearer ofr_{'x' * 43}"}, "cookies": {cookie: "y" * 43}}
        for made_up in (case.headers, case.cookies):
            for name in ("Authorization", "offramp_session"):
                if made_up:
                    made_up.pop(name, None)
        if not any(f" {path}" in label for path in IN_PERSON):
            return {"headers": {"Authorization": self.workspace.program(role=who).headers["authorization"]}}
        client = self.workspace.client(who)
        return {"headers": {CSRF_HEADER: client.csrf}, "cookies": {cookie: client.cookies[cookie]}}


def _rejections(case: Case[Any]) -> list[Any]:
    """Whether what is forbidden must be refused: not where the wrong part is a header or cookie that is not looked at,
    or a parameter that is given several times, of which the last counts.
    """
    if case.meta is None or not case.meta.generation.mode.is_negative:
        return []
    several = any(isinstance(each, list | tuple | dict) or each is None for each in (case.query or {}).values())
    wrong = [each for each in (BODY, PATH, QUERY) if case.meta.is_negative_at(each)]
    return [checks.negative_data_rejection] if wrong and not (several and QUERY in wrong) else []


def _without_lifespan(app: Any) -> Any:
    """The application, for a client that would start it a second time."""

    async def started(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise RuntimeError("it is started already")
        await app(scope, receive, send)

    return started


def _told(case: Case[Any], error: BaseException | None = None) -> str:
    said = f"{case.as_curl_command()[:1500]}\n"
    return said + (f"{error}"[:1500] if error is not None else "")


@contextmanager
def furnished(place: Path) -> Iterator[tuple[Workspace, dict[str, Any]]]:
    """A workspace in which there is one of everything, and the values by which each is found."""
    folder = make_folder(place, "talks.yaml")
    (folder / "broken.yaml").write_text("format: offramp/1\ntitle: [\n", encoding="utf-8")
    run(folder / "talks.yaml", draws=64).save(place / "run")
    with shared(folder, limits=LIMITS, warm=False) as workspace:
        client = workspace.client("editor")
        there = client.get("/api/scenarios/talks").json()
        report = client.post("/api/documents", files={"file": ("a.txt", REPORT)}).json()
        version, text = there["version"], there["text"]
        yield (
            workspace,
            {
                "scenario": "talks",
                "number": 1,
                "run": "runs:first",
                "name": "rita",
                "sha256": report["sha256"],
                "form": "md",
                "secret": SECRET,
                "key": workspace.person("reader").feed_key,
                **dict.fromkeys(("version", "base", "first", "second"), version),
                "text": text,
                "file": REPORT,
                "explore": [],
                "offer": {},
                "values": {},
                "seen": [],
                **dict.fromkeys(("password", "old"), PASSWORD),
            },
        )


def fuzz(seconds: float, seed: int = 1, tell: Callable[[str], object] = sys.stdout.write) -> Findings:
    """Ask as long as there is time, each round with another seed."""
    until = time.monotonic() + seconds
    found = Findings()
    while time.monotonic() < until:
        with TemporaryDirectory() as place, furnished(Path(place)) as (workspace, known):
            fuzzer = Fuzzer(workspace, known, seed)
            fuzzer.found = found
            for who in (*OUTSIDE, "editor", "owner"):
                fuzzer.ask_all(who, 20, until)
        tell(f"seed {seed}: {found}\n")
        seed += 1
    return found


def main() -> int:
    """Ask for a while; 1 where an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = fuzz(asked.seconds, asked.seed)
    for wrong in found.wrong.values():
        sys.stdout.write(f"\n{wrong}\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
