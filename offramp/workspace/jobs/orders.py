"""What is asked of a worker: checked where it is asked for, and handed over as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from offramp.errors import RunError
from offramp.explore.names import ANALYSES, checked_names
from offramp.explore.options import AUTO, DEFAULT_DRAWS, DEFAULT_SEED, LAST_DRAWS, Options
from offramp.explore.precision import with_precision
from offramp.scenario.model import Scenario

HORIZON = "horizon"
"""The analysis of the number of rounds, which is made only where it is asked for by name."""

ALL = "all"
"""In place of analyses: all that can be made of the scenario."""

OTHER_NAMES = {"breaks": "breaking", "learn": "learning", "what_follows": "aftermath"}
"""What analyses are called elsewhere: by commands, and on pages."""

Kind = Literal["run", "report"]


@dataclass(frozen=True)
class RunOptions:
    """What a run is asked for with.

    Attributes
    ----------
    draws : int or "auto"
    seed : int
    precision : float, str, mapping or None
        As of :func:`offramp.run`; "inf" for parties that make no mistakes.
    equilibria : str or None
    explore : list of str
        Analyses by name, or "all" alone.
    """

    draws: int | Literal["auto"] = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED
    precision: float | str | dict[str, float | str] | None = None
    equilibria: Literal["probe", "all"] | None = None
    explore: list[str] = field(default_factory=lambda: [ALL])

    @classmethod
    def checked(cls, scenario: Scenario, most_draws: int, **asked: Any) -> RunOptions:
        """The options, their analyses by their own names.

        Raises
        ------
        RunError
            If something that is asked for cannot be had, or there are more draws than one may ask for.
        """
        found = cls(**asked | {"explore": explored_names(asked.get("explore", [ALL]))})
        options = Options.of(found.as_asked())
        if options.draws > most_draws:
            asked_for = "as many draws as it takes" if found.draws == AUTO else f"{found.draws:,} draws"
            raise RunError(f"found {asked_for}; ask for at most {most_draws:,}, the limit of this workspace")
        with_precision(scenario, options.precision)
        return found

    def as_asked(self) -> dict[str, Any]:
        """What :func:`offramp.run` takes by name."""
        precision = math.inf if self.precision == "inf" else self.precision
        return {"draws": self.draws, "seed": self.seed, "precision": precision, "equilibria": self.equilibria}

    @property
    def most_draws(self) -> int:
        """The draws that it may come to."""
        return LAST_DRAWS if self.draws == AUTO else self.draws


@dataclass(frozen=True)
class Order:
    """All that a worker needs.

    Attributes
    ----------
    kind : "run" or "report"
    text : str
        The scenario; empty for the report of a run.
    file : str
        What the scenario's file is called in messages and in the run's document.
    folder : str
        That of the workspace, in which the worker works.
    place : str
        The run's folder: where a run is written, or of which a report is made.
    reports : str
        Where reports are kept.
    checkpoint : str
        Where draws that are done are kept.
    options : dict
        As of :class:`RunOptions`.
    """

    kind: Kind
    text: str
    file: str
    folder: str
    place: str
    reports: str
    checkpoint: str
    options: dict[str, Any]

    def line(self) -> bytes:
        """As one line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Order:
        """The order of a line."""
        return cls(**json.loads(line))


def explored_names(names: Sequence[str]) -> list[str]:
    """The names of analyses as the library has them, each once; "all" stands alone.

    Raises
    ------
    RunError
        If a name is unknown.
    """
    known = [OTHER_NAMES.get(name, name) for name in names]
    if ALL in known:
        return [ALL, *([HORIZON] if HORIZON in known else [])]
    others = checked_names([name for name in known if name != HORIZON])
    return [*others, HORIZON] if HORIZON in known else others


def wanted_names(explore: Sequence[str]) -> list[str]:
    """The analyses to make, in their order."""
    if ALL not in explore:
        return list(explore)
    return [*ANALYSES, *(name for name in explore if name == HORIZON)]


def relative_file(scenario: str) -> str:
    """The file of a scenario's id, from the workspace's folder."""
    return str(Path(*scenario.split(":"))) + ".yaml"
