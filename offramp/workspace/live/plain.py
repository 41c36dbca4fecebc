"""What the server and the desk's process both know of a text; the server need not load more for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A scenario's text, and the file whose name stands in messages."""

    text: str
    file: str

    @property
    def version(self) -> str:
        """The SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def record(self) -> dict[str, str]:
        """As JSON has it."""
        return {"text": self.text, "file": self.file}
