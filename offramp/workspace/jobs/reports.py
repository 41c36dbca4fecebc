"""Where the reports of runs are kept, and what is there.

Reports of a run stand in a folder that is named by the digest of its ``run.json``, so that those of another run are
never taken for its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Form = Literal["html", "md", "docx"]

FORMS: tuple[Form, ...] = get_args(Form)

MEDIA = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "svg": "image/svg+xml",
}
"""The media type of each form, and of the pictures of Markdown."""

PICTURES = "report_files"
"""The folder of the pictures of ``report.md``, beside it."""


@dataclass(frozen=True)
class Reports:
    """The reports that are kept in a folder."""

    folder: Path

    def of(self, run: Path) -> Path:
        """The folder of the reports of a run, which need not be there."""
        with (run / "run.json").open("rb") as file:
            return self.folder / hashlib.file_digest(file, "sha256").hexdigest()

    def find(self, run: Path, form: Form) -> Path | None:
        """The report of a run, if it is there."""
        file = self.of(run) / f"report.{form}"
        return file if file.is_file() else None

    def picture(self, run: Path, name: str) -> Path | None:
        """A picture of a run's Markdown report, if it is there."""
        file = self.of(run) / PICTURES / name
        return file if file.is_file() else None
