"""What is thrown away lies in ``.offramp/trash``, from where it can be taken back by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from offramp.workspace.database import now
from offramp.workspace.models import Person
from offramp.workspace.talk.activity import note

if TYPE_CHECKING:
    from offramp.workspace.site import Site


def throw_away(site: Site, person: Person, run: str, folder: Path) -> Path:
    """Move a run's folder to the trash; where it lies there."""
    scenario = site.runs.row(run)["scenario"] or ""
    place = site.settings.hidden.resolve() / "trash" / "runs" / f"{folder.name}.{now():%Y%m%d-%H%M%S-%f}"
    place.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(place)
    with site.database.session() as session:
        note(session, site, person, "run_removed", scenario, run=run)
    return place
