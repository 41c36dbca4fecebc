"""The report of a run, written as a file: what goes in is explored first, what comes out is whole or not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack, get_args
from uuid import uuid4

from offramp.errors import RunError
from offramp.explore.again import run_again
from offramp.explore.analysis import Analysis
from offramp.explore.batches import Progress
from offramp.explore.names import ANALYSES, checked_names
from offramp.explore.run import Run, run
from offramp.tell.report.blocks import Document, Picture
from offramp.tell.report.compose import compose
from offramp.tell.report.context import Context

if TYPE_CHECKING:
    from offramp.explore.options import Asked

Form = Literal["html", "md", "docx"]

ENDINGS: dict[str, Form] = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".docx": "docx"}
"""What the ending of a file's name says of its form."""

Explore = Literal["all", "quick", "none"] | Sequence[str]
"""What is found out for the report: all that can be, what a run's own screen shows, nothing, or analyses by name."""


def report(
    result: Run,
    path: str | Path,
    *,
    form: Form | None = None,
    explore: Explore = "all",
    documents: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Path:
    """Write the report of a run as one file, and say where it is.

    Parameters
    ----------
    result : Run
        What was explored of it already is not made again.
    path : path
        Where to write. Pictures of a Markdown file go into a folder beside it, ``NAME_files``.
    form : "html", "md" or "docx", optional
        By default as the ending of ``path`` says.
    explore : "all", "quick", "none" or a sequence of str
        What else to find out for it: all analyses that can be made, what a run's own screen shows, nothing more, or
        analyses by name. Of "all", those that cannot be made of this run are named in the report.
    documents : path, optional
        The folder of the documents that the scenario rests on, for the passages; by default ``sources`` beside its
        file.
    tell : callable, optional
        Told the name of each analysis as it begins, and "writing" at the end.

    Raises
    ------
    RunError
        If the form cannot be told from the ending, nothing can be written there, an analysis is unknown, or one that
        was named cannot be made.

    Examples
    --------
    >>> import offramp
    >>> result = offramp.run("examples/venezuela-2024.yaml", draws=1024)  # doctest: +SKIP
    >>> offramp.report(result, "report.html")  # doctest: +SKIP
    """
    place = Path(path)
    chosen = check_report(place, form)
    context = explored(result, explore, tell)
    if documents is not None:
        context = replace(context, documents=Path(documents))
    if tell:
        tell("writing")
    write(compose(context), place, chosen)
    return place


def read_run(source: str | Path, *, progress: Progress | None = None, **options: Unpack[Asked]) -> Run:
    """The run at ``source``: a run's folder, made again as it says, or a scenario file, run with ``options``.

    Raises
    ------
    RunError, ScenarioError, EvaluationError
        If there is no run and no scenario, or options are given beside a folder, which has its own.
    """
    if not Path(source).is_dir():
        return run(source, progress=progress, **options)
    if options:
        given = list(options)
        raise RunError(
            f"found {given[0]} beside {str(source)!r}, the folder of a run, which has its own; leave it out, or name "
            "the scenario file"
        )
    return run_again(source, progress)


def check_report(path: str | Path, form: str | None = None) -> Form:
    """The form of the report at ``path``; raises RunError unless it can be told and the report can be written."""
    place = Path(path)
    chosen = form or ENDINGS.get(place.suffix.lower())
    allowed = get_args(Form)
    if chosen not in allowed:
        what = f"the form {form!r}" if form else f"the report {str(place)!r}"
        raise RunError(f"found {what}; give its name one of the endings .html, .md and .docx, or state the form")
    if place.is_dir():
        raise RunError(f"{str(place)!r} is a folder; name a file for the report")
    if not place.absolute().parent.is_dir():
        raise RunError(f"there is no folder {str(place.parent)!r} for the report; make it first, or name another")
    return next(each for each in allowed if each == chosen)


def explored(result: Run, explore: Explore, tell: Callable[[str], None] | None = None) -> Context:
    """What a report is written from: the run with what was asked for, and what of "all" could not be made."""
    if explore == "none":
        return Context(result)
    if explore == "quick":
        return Context(replace(result, explored={**result.first_look().explored, **result.explored}))
    there = {name.partition(".")[0] for name in result.explored}
    if explore != "all":
        wanted = checked_names([explore] if isinstance(explore, str) else explore)
        names = [name for name in wanted if name not in there]
        return Context(result.explore(*names, report=tell) if names else result)
    found: dict[str, Analysis] = dict(result.explored)
    left_out: dict[str, str] = {}
    for name in ANALYSES:
        if name in there:
            continue
        try:
            found |= result.explore(name, report=tell).explored
        except RunError as error:
            left_out[name] = str(error)
    return Context(replace(result, explored=found), left_out)


def write(document: Document, place: Path, form: Form) -> None:
    """Write a report in a form; pictures of a Markdown file go beside it."""
    if form == "md":
        _write_markdown(document, place)
        return
    if form == "html":
        from offramp.tell.report.html import as_html

        content = as_html(document).encode()
    else:
        from offramp.tell.report.word import as_docx

        content = as_docx(document)
    _write_whole(place, content)


def _write_markdown(document: Document, place: Path) -> None:
    from offramp.tell.report.markdown import as_markdown

    folder = place.with_name(f"{place.stem}_files")
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{str(folder)!r} is there and is not a folder; the pictures need it: name another report")
    text = as_markdown(document, folder.name)
    pictures = [block for section in document.sections for block in section.blocks if isinstance(block, Picture)]
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise RunError(f"{str(folder)!r} cannot be made: {error.strerror or error}") from None
    for picture in pictures:
        _write_whole(folder / f"{picture.name}.svg", picture.svg.encode())
    _write_whole(place, text.encode())


def _write_whole(place: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that it is whole or as it was."""
    partial = place.with_name(f".{place.name}.{uuid4().hex}")
    try:
        partial.write_bytes(content)
        partial.replace(place)
    except OSError as error:
        raise RunError(f"{str(place)!r} cannot be written: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)
