"""Execute docs/tutorial.ipynb where it stands and write its outputs into it: `make tutorial`."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorial.ipynb"
SECONDS = 300
"""Most that a cell may take."""

Notebook = Any
"""A notebook as nbformat reads it: a mapping whose keys are attributes too."""


def executed(notebook: Notebook) -> Notebook:
    """A copy of ``notebook`` run in a new kernel, in the folder above ``examples``; no times are recorded."""
    copy = deepcopy(notebook)
    client = NotebookClient(copy, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}})
    client.record_timing = False
    client.execute()
    copy.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3", "file_extension": ".py"},
    }
    return copy


def read() -> Notebook:
    """The tutorial as it is committed."""
    return nbformat.read(TUTORIAL, as_version=4)


if __name__ == "__main__":
    nbformat.write(executed(read()), TUTORIAL)
