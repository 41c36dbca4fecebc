"""A workspace as the library sees it: its scenarios, runs of them, and questions, in the library's own words."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import quote

from offramp.errors import RunError, WorkspaceError
from offramp.explore.batches import Progress
from offramp.explore.options import Asked
from offramp.explore.record import scenario_text
from offramp.scenario.load import load, loads
from offramp.scenario.model import Scenario
from offramp.workspace.client.following import followed
from offramp.workspace.client.made import RemoteRun
from offramp.workspace.client.wire import Wire

TOKEN = "OFFRAMP_TOKEN"
"""The variable that holds the token, where none is given."""

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


@dataclass(frozen=True)
class Saved:
    """What a scenario's file holds now; ``merged`` where others had changed it and both changes are in it."""

    version: str
    text: str
    merged: bool


@dataclass(frozen=True)
class _Meant:
    """A scenario that was named: its id, and its text where it is not the one in the workspace."""

    id: str
    text: str | None = None


def connect(url: str, token: str | None = None, *, timeout: float = 120.0, insecure: bool = False) -> RemoteWorkspace:
    """A workspace at an address.

    Parameters
    ----------
    url : str
        Such as ``https://exits.example``; or the address with a key that ``offramp serve`` prints, which needs no
        token.
    token : str, optional
        As the workspace's settings page makes it; by default the variable ``OFFRAMP_TOKEN``.
    timeout : float
        Seconds that an answer may keep one waiting.
    insecure : bool
        Whether the token may go to another machine unencrypted.

    Raises
    ------
    WorkspaceError
        If it cannot be reached, or lets nobody in with this token.

    Examples
    --------
    >>> workspace = connect("https://exits.example")  # doctest: +SKIP
    >>> run = workspace.run("venezuela-2024", draws="auto", explore="all")  # doctest: +SKIP
    >>> run.answers["holds"].mean  # doctest: +SKIP
    """
    given = token if token is not None or "key=" in url else os.environ.get(TOKEN)
    wire = Wire(url, given or None, timeout, insecure=insecure)
    try:
        return RemoteWorkspace(wire)
    except BaseException:
        wire.close()
        raise


class RemoteWorkspace:
    """A workspace on a server; :func:`offramp.connect` makes one. It can be used in a ``with`` statement.

    Attributes
    ----------
    url : str
    person : str
        Who one is there.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._versions: dict[str, str] = {}
        self.url = wire.url
        person = wire.get("/api/session")["person"]
        if person is None:
            raise WorkspaceError("nobody is signed in", status=401, remedy=f"give a token, or set {TOKEN}")
        self.person: str = person["name"]

    def scenarios(self) -> list[dict[str, Any]]:
        """The scenarios: ``id``, ``title``, ``question``, ``headline`` and more of each."""
        return list(self._wire.get("/api/scenarios")["scenarios"])

    def text(self, scenario: str, version: str | None = None) -> str:
        """The text of a scenario, as it is now or that of a version."""
        if version is not None:
            return str(self._wire.get(f"{_path(scenario)}/versions/{quote(version)}")["text"])
        found = self._wire.get(_path(scenario))
        self._versions[scenario] = found["version"]
        return str(found["text"])

    def load(self, scenario: str) -> Scenario:
        """A scenario, checked.

        Raises
        ------
        ScenarioError
            If it is wrong.
        """
        return loads(self.text(scenario), _file(scenario))

    def save(self, scenario: str, text: str | Scenario, message: str = "") -> Saved:
        """Save a text as a scenario's, or a new scenario.

        It is a change of the text that was read last by :meth:`text` or :meth:`load`, else of the one that is there.
        Where others changed the file meanwhile, both changes are merged.

        Raises
        ------
        ConflictError
            If others changed the same lines. It has both texts; nothing is lost, and the file stays as they left it.
        """
        content = scenario_text(text) if isinstance(text, Scenario) else text
        base = self._versions.get(scenario) or self._version(scenario)
        if base is None:
            made = self._wire.send("POST", "/api/scenarios", {"id": scenario, "text": content})
            saved = Saved(made["version"], made["text"], merged=False)
        else:
            saved = Saved(
                **self._wire.send("PUT", _path(scenario), {"text": content, "base": base, "message": message})
            )
        self._versions[scenario] = saved.version
        return saved

    def run(
        self,
        scenario: str | Path | Scenario,
        *,
        explore: str | Sequence[str] = (),
        progress: Progress | None = None,
        **options: Unpack[Asked],
    ) -> RemoteRun:
        """Have a scenario solved there over draws of its assumptions, and wait for it.

        Parameters
        ----------
        scenario : str, path or Scenario
            The id of a scenario of the workspace, or a file or a scenario from here, which is not saved there.
        explore : "all" or a sequence of str
            Analyses to make of it, as for ``offramp run``; by default none.
        progress : callable, optional
            Called with the draws done and their total.
        **options
            ``draws``, ``seed``, ``precision`` and ``equilibria``, as for :func:`offramp.run`.

        Raises
        ------
        ScenarioError
            If the scenario is wrong.
        WorkspaceError
            If the workspace refuses, the job fails or is cancelled.
        KeyboardInterrupt
            After Ctrl-C, which cancels the job; it can be resumed there.
        """
        order = _order(self._meant(scenario), explore, options)
        job = followed(self._wire, self._wire.send("POST", "/api/jobs", order), progress)
        return RemoteRun(self._wire, job["run"])

    def runs(self, scenario: str | None = None) -> list[dict[str, Any]]:
        """The runs of a scenario, or all, the newest first: ``id``, ``made``, ``draws``, ``headline`` and more."""
        return list(self._wire.get("/api/runs", scenario=scenario)["runs"])

    def open_run(self, run: str) -> RemoteRun:
        """A run that was made before."""
        return RemoteRun(self._wire, run)

    def ask(
        self,
        scenario: str | Path | Scenario,
        *,
        offer: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
        seen: Sequence[Mapping[str, str]] = (),
        **more: Any,
    ) -> dict[str, Any]:
        """What a scenario says at once with another offer or other values, or after what was seen.

        Parameters
        ----------
        scenario : str, path or Scenario
            As for :meth:`run`.
        offer : mapping of str to str, optional
            An option for each term; others stand as on the table.
        values : mapping, optional
            A number, or a distribution as in a file, for each assumption.
        seen : sequence of mappings
            Moves, and the choice that was seen at each.
        **more
            ``draws``, ``seed``, ``against`` and ``include``, as ``POST /api/scenarios/{id}/ask`` takes them.

        Returns
        -------
        dict
            ``offramp.ask/1``.
        """
        meant = self._meant(scenario)
        asked = {
            "offer": dict(offer or {}),
            "values": dict(values or {}),
            "seen": [dict(each) for each in seen],
            **more,
        }
        if meant.text is not None:
            asked["text"] = meant.text
        return dict(self._wire.send("POST", f"{_path(meant.id)}/ask", asked))

    def jobs(self, scenario: str | None = None, status: str | None = None) -> list[dict[str, Any]]:
        """The newest jobs, the newest first."""
        return list(self._wire.get("/api/jobs", scenario=scenario, status=status)["jobs"])

    def cancel(self, job: str) -> dict[str, Any]:
        """End a job; the draws that are done are kept."""
        return dict(self._wire.send("POST", f"/api/jobs/{quote(job)}/cancel"))

    def resume(self, job: str, progress: Progress | None = None) -> RemoteRun:
        """Take a job up that was cancelled or failed, and wait for its run."""
        done = followed(self._wire, self._wire.send("POST", f"/api/jobs/{quote(job)}/resume"), progress)
        return RemoteRun(self._wire, done["run"])

    def share(self, run: str | RemoteRun, days: int = 14, title: str | None = None) -> str:
        """A link to a run's report, for who has no account; it expires."""
        asked = {"run": run.id if isinstance(run, RemoteRun) else run, "days": days, "title": title}
        return str(self._wire.send("POST", "/api/shares", asked)["url"])

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    def __enter__(self) -> RemoteWorkspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RemoteWorkspace {self.url} as {self.person}>"

    def _version(self, scenario: str) -> str | None:
        """The version of a scenario that is there; None where there is none."""
        try:
            return str(self._wire.get(_path(scenario))["version"])
        except WorkspaceError as error:
            if error.status != 404:
                raise
            return None

    def _meant(self, named: str | Path | Scenario) -> _Meant:
        """The scenario that is named; a file's text as it is here."""
        if isinstance(named, str) and _ID.fullmatch(named) and not named.endswith((".yaml", ".yml")):
            return _Meant(named)
        scenario = named if isinstance(named, Scenario) else load(named)
        return _Meant(_name(scenario), scenario_text(scenario))


def _order(meant: _Meant, explore: str | Sequence[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """A job as the workspace takes it."""
    precision = options.get("precision")
    if precision is not None and not isinstance(precision, str | float | int | Mapping):
        raise RunError("found a precision for each party by order; name the parties in a mapping")
    order = {**options, "scenario": meant.id, "explore": [explore] if isinstance(explore, str) else list(explore)}
    if precision is not None:
        order["precision"] = _plain(precision)
    return order if meant.text is None else {**order, "text": meant.text}


def _plain(precision: Any) -> Any:
    """A precision as JSON has it."""
    if isinstance(precision, Mapping):
        return {party: _plain(each) for party, each in precision.items()}
    return "inf" if precision == math.inf else precision


def _name(scenario: Scenario) -> str:
    """An id for a scenario that need not be in the workspace: that of its file, or made of its title."""
    file = scenario.origin.file if scenario.origin else ""
    named = file.removesuffix(".yaml").replace("/", ":")
    if file.endswith(".yaml") and _ID.fullmatch(named):
        return named
    words = re.sub(r"[^a-z0-9]+", "-", (Path(file).stem if file.endswith(".yaml") else scenario.title).lower())
    return words.strip("-")[:100] or "scenario"


def _path(scenario: str) -> str:
    return f"/api/scenarios/{quote(scenario, safe=':')}"


def _file(scenario: str) -> str:
    return f"{scenario.replace(':', '/')}.yaml"
