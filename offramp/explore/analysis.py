"""What every analysis of a run gives: a table, pictures, a plain document, and itself in a notebook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from offramp import __version__
from offramp.explore.precision import Stated, plain_precision
from offramp.explore.record import Record, scenario_record
from offramp.figures.figure import Figure
from offramp.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from offramp.explore.run import Run

FRAME_ROWS = 20
"""Rows of a table that a notebook shows."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What an analysis rests on: the scenario, the precision it was solved at, and how many of its draws."""

    scenario: Scenario
    precision: Stated
    draws: int
    seed: int

    @classmethod
    def of(cls, run: Run, draws: int | None = None) -> Setting:
        """The setting of a run, or of the first ``draws`` of its draws."""
        return cls(run.scenario, run.precision, run.num_draws if draws is None else draws, run.seed)

    def heading(self, schema: str) -> Record:
        """What the document of an analysis starts with."""
        return {
            "schema": schema,
            "offramp": __version__,
            "scenario": scenario_record(self.scenario),
            "seed": self.seed,
            "draws": self.draws,
            "precision": plain_precision(self.precision),
        }


class Analysis(ABC):
    """An analysis of a run.

    Attributes
    ----------
    name : str
        One word, as in ``offramp run --json`` and in the names of files.
    setting : Setting
    """

    name: ClassVar[str]
    setting: Setting

    @abstractmethod
    def record(self) -> Record:
        """The findings as plain JSON values."""

    @abstractmethod
    def frame(self) -> pd.DataFrame:
        """The main table."""

    @abstractmethod
    def figures(self) -> dict[str, Figure]:
        """Pictures by name, the main one first; names are fit for files."""

    @abstractmethod
    def sentences(self) -> list[str]:
        """What was found, in plain sentences with the main words between asterisks."""

    def figure(self) -> Figure:
        """The main picture."""
        return next(iter(self.figures().values()))

    def document(self) -> Record:
        """The findings as one document, ``offramp.<name>/1`` (see ``docs/json.md``)."""
        return self.document_of(self.setting.scenario)

    def document_of(self, scenario: Scenario) -> Record:
        """The document, with another scenario named as that which was asked: the file, of one changed on the way."""
        setting = replace(self.setting, scenario=scenario)
        return {**setting.heading(f"offramp.{self.name}/1"), **self.record()}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.sentences()[0].replace('*', '')}>"

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(each.replace('*', ''))}</p>" for each in self.sentences())
        table: Any = self.frame().head(FRAME_ROWS)
        pictures = "".join(figure.svg for figure in self.figures().values())
        return f"{words}{pictures}{table.to_html(float_format='{:.3g}'.format)}"
