"""The texts of scenarios, as jobs need them: as they are now, or as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offramp.workspace.files import versions
from offramp.workspace.problems import not_found

if TYPE_CHECKING:
    from offramp.workspace.site import Site


def current_versions(site: Site) -> dict[str, str]:
    """The version of each scenario's file."""
    return {entry.id: entry.version for entry in site.folder.listing().entries if entry.version}


def text_of(site: Site, scenario: str, version: str | None) -> tuple[str, str]:
    """The text of a scenario, as it is now or that of a version; and which version it is.

    Raises
    ------
    Refusal
        404: there is no such scenario, or no such version of it.
    """
    there = site.folder.read(scenario)
    if version in (None, there.version):
        return there.text, there.version
    with site.database.session() as session:
        text = versions.text_of(session, scenario, version)
    if text is None:
        raise not_found("version", version, "name one of the scenario's history")
    return text, version
