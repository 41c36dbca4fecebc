"""A run of a workspace: what it says is here at once, its draws and reports are fetched when they are asked for."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from offramp.errors import RunError
from offramp.explore.enough import Enough
from offramp.explore.html import tables_html
from offramp.explore.summary import (
    Break,
    Certificate,
    ChoiceSummary,
    Condition,
    Estimate,
    FlaggedDraw,
    MoveSummary,
)
from offramp.scenario.load import loads
from offramp.scenario.model import Scenario
from offramp.workspace.client.wire import Wire

if TYPE_CHECKING:
    import pandas as pd

FORMS = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".docx": "docx"}

_PICTURE = re.compile(r"\]\(report_files/([A-Za-z0-9_.-]+\.svg)\)")


class RemoteRun:
    """A run of a workspace; what it says is what :class:`offramp.Run` says of the same run.

    Attributes
    ----------
    id : str
        Of the run, in its workspace.
    document : mapping
        ``offramp.run/1``, as in ``run.json``.
    """

    def __init__(self, wire: Wire, run: str) -> None:
        self._wire = wire
        self.id = run
        self.document: Mapping[str, Any] = wire.get(self._path())

    @property
    def seed(self) -> int:
        return int(self.document["seed"])

    @property
    def num_draws(self) -> int:
        return int(self.document["draws"])

    @property
    def explored(self) -> Mapping[str, Any]:
        """What was explored, by name: the whole document of each analysis."""
        found: Mapping[str, Any] = self.document["explored"]
        return found

    @cached_property
    def answers(self) -> dict[str, Estimate | None]:
        """Probability that each answer is yes, given its condition if it has one; the first is the headline."""
        return {name: _perhaps(each) for name, each in self.document["answers"].items()}

    @cached_property
    def conditions(self) -> dict[str, Condition]:
        """How likely the condition is met, for each answer that has one."""
        given = {name: each["given"] for name, each in self.document["answers"].items() if each["given"]}
        return {name: Condition(_estimate(each), each["share_of_draws"]) for name, each in given.items()}

    @cached_property
    def outcomes(self) -> dict[str, Estimate]:
        """Probability of each outcome."""
        return {name: _estimate(each) for name, each in self.document["outcomes"].items()}

    @cached_property
    def moves(self) -> dict[str, MoveSummary]:
        """How likely each move is reached, and each choice once it is."""
        return {name: _move(each) for name, each in self.document["moves"].items()}

    @cached_property
    def parties(self) -> dict[str, Estimate]:
        """Expected payoff of each party, in its own points."""
        return {name: _estimate(each, "payoff") for name, each in self.document["parties"].items()}

    @cached_property
    def breaks(self) -> tuple[Break, ...]:
        """Where the path of the headline answer breaks."""
        return tuple(Break(each["move"], each["choice"], _estimate(each)) for each in self.document["breaks"])

    @cached_property
    def certificate(self) -> Certificate:
        """Whether the answers may be believed; what finer grids would say is in the document alone."""
        record = {name: value for name, value in self.document["certificate"].items() if name != "remedies"}
        worst = tuple(FlaggedDraw(**each) for each in record["worst"])
        return Certificate(**{**record, "worst": worst, "grid_check": None})

    @cached_property
    def enough(self) -> Enough | None:
        """Whether more draws would change the words of the headline; None where no draw meets its condition."""
        found = self.document["enough"]
        if found is None:
            return None
        low, high = found["interval"]
        terms = tuple(found["terms"])
        return Enough(found["settled"], found["standard_error"], low, high, terms, found["draws_needed"])

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""
        text = self._wire.fetch(self._path("files/scenario.yaml")).text
        return loads(text, self.document["scenario"]["file"] or f"{self.id}/scenario.yaml")

    def draws_frame(self) -> pd.DataFrame:
        """The drawn assumptions: one row a draw, one column an assumption."""
        return self._frame("draws.parquet")

    def solutions_frame(self) -> pd.DataFrame:
        """What happens in each draw: one row a draw, columns such as ``answer.holds``."""
        return self._frame("solutions.parquet")

    def report(self, path: str | Path) -> Path:
        """Write the run's report as one file, and say where it is; the ending of its name says the form.

        Pictures of a Markdown file go into a folder beside it, ``NAME_files``.

        Raises
        ------
        RunError
            If the form cannot be told from the ending.
        WorkspaceError
            If the report cannot be made.
        """
        place = Path(path)
        form = FORMS.get(place.suffix.lower())
        if form is None:
            raise RunError(f"found the report {str(place)!r}; give its name one of the endings .html, .md and .docx")
        answer = self._wire.fetch(self._path(f"report.{form}"))
        content = self._with_pictures(answer.text, place).encode() if form == "md" else answer.content
        place.write_bytes(content)
        return place

    def record(self) -> dict[str, Any]:
        """The run as one plain document, ``offramp.run/1``."""
        return dict(self.document)

    def _with_pictures(self, text: str, place: Path) -> str:
        """A Markdown report whose pictures are saved beside it."""
        folder = place.with_name(f"{place.stem}_files")
        for name in dict.fromkeys(_PICTURE.findall(text)):
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(self._wire.fetch(self._path(f"report_files/{name}")).content)
        return _PICTURE.sub(lambda found: f"]({quote(folder.name)}/{found[1]})", text)

    def _frame(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.read_parquet(io.BytesIO(self._wire.fetch(self._path(f"files/{name}")).content))

    def _path(self, inner: str = "") -> str:
        return f"/api/runs/{quote(self.id, safe=':')}{'/' if inner else ''}{inner}"

    def _repr_html_(self) -> str:
        return tables_html(self.scenario, self)

    def __repr__(self) -> str:
        answers = [f"{name} {each.mean:.3f}" if each else f"{name} never asked" for name, each in self.answers.items()]
        title, words = self.document["scenario"]["title"], ", ".join(answers) or "no answers"
        return f"<RemoteRun {self.id} of {title!r}: {self.num_draws:,} draws, seed {self.seed}; {words}>"


def _estimate(record: Mapping[str, Any], mean: str = "probability") -> Estimate:
    return Estimate(record[mean], *record["interval"])


def _perhaps(record: Mapping[str, Any] | None) -> Estimate | None:
    return None if record is None or record["probability"] is None else _estimate(record)


def _move(record: Mapping[str, Any]) -> MoveSummary:
    choices = {
        name: ChoiceSummary(_perhaps(each), _perhaps(each["over_all_draws"]), _estimate(each["on_path"]))
        for name, each in record["choices"].items()
    }
    return MoveSummary(record["by"], _estimate(record["reached"]), choices)
