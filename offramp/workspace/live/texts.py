"""The texts that questions are about."""

from __future__ import annotations

import hashlib
from pathlib import Path

from offramp.workspace.files.history import text_of_version
from offramp.workspace.files.ids import path_in_folder
from offramp.workspace.live.plain import Text
from offramp.workspace.site import Site


def saved_text(site: Site, scenario: str) -> Text:
    """What stands in a scenario's file.

    Raises
    ------
    Refusal
        404: there is no such file in the folder. 422: it cannot be read.
    """
    return Text(site.folder.read(scenario).text, str(path_in_folder(scenario)))


def version_text(site: Site, scenario: str, version: str) -> Text:
    """The text that a scenario has, or had.

    Raises
    ------
    Refusal
        404: it never was such.
    """
    saved = saved_text(site, scenario)
    if saved.version == version:
        return saved
    return Text(text_of_version(site, scenario, version), saved.file)


def documents_of(site: Site, what: Text) -> Path:
    """The folder of a scenario's documents: ``sources`` beside its file."""
    return site.settings.folder.resolve() / Path(what.file).parent / "sources"


def stamp_of(folder: Path) -> str:
    """By what a change of the documents is noticed without reading them."""
    files = sorted(each for each in folder.rglob("*") if each.is_file()) if folder.is_dir() else []
    seen = [(each.relative_to(folder).as_posix(), each.stat().st_mtime_ns, each.stat().st_size) for each in files]
    return hashlib.sha256(repr(seen).encode()).hexdigest()
