"""What is saved here as commits of git, where the workspace was started with ``--commit``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from offramp.workspace.files.git import Author
from offramp.workspace.files.present import file_of
from offramp.workspace.files.versions import shown
from offramp.workspace.models import Person

if TYPE_CHECKING:
    from offramp.workspace.site import Site


def committed(site: Site, person: Person, scenarios: Sequence[str], message: str) -> None:
    """Commit the files of scenarios with the person as author, if that is wanted; a save does not fail by it."""
    if not site.settings.commit or site.past.repository is None:
        return
    files = [file_of(each) for each in scenarios]
    author = Author(shown(person), person.email or f"{person.name}@localhost")
    site.past.repository.commit(files, f"{files[0]}: {message or 'saved'}", author)
