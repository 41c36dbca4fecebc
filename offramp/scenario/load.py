"""From a scenario file to a :class:`~offramp.scenario.model.Scenario`, or to all that is wrong with the file."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from pathlib import Path

from offramp.errors import Problem, ScenarioError
from offramp.scenario.blocks import with_blocks
from offramp.scenario.build import build
from offramp.scenario.checks import meaning_problems
from offramp.scenario.context import Damage
from offramp.scenario.language import SCENARIO
from offramp.scenario.model import Origin, Scenario
from offramp.scenario.names import meant
from offramp.scenario.nodes import Node, composed
from offramp.scenario.shape import Place, Report

MAX_BYTES = 300_000
"""Largest scenario file that is read."""

_BOM = "\ufeff"


def load(path: str | Path) -> Scenario:
    """The scenario in a file.

    Parameters
    ----------
    path : str or Path
        A YAML file in UTF-8; its name is used in messages as given.

    Raises
    ------
    ScenarioError
        With everything that is wrong: a file that cannot be read, text that is not YAML, or every problem in it.
    """
    return loads(_read(Path(path), str(path)), str(path))


def loads(text: str, file: str = "<text>") -> Scenario:
    """The scenario in a text; ``file`` stands in messages.

    Raises
    ------
    ScenarioError
        With every problem in the text.

    Examples
    --------
    >>> loads("format: offramp/1", "short.yaml")
    Traceback (most recent call last):
    offramp.errors.ScenarioError: 4 problems
    short.yaml:1:1: title: no 'title'
    ...
    """
    reading = read(text, file)
    if reading.problems or reading.scenario is None:
        raise ScenarioError(reading.problems)
    return reading.scenario


@dataclass(frozen=True)
class Reading:
    """What can be read of a text.

    Attributes
    ----------
    scenario : Scenario or None
        Where there are problems, what was malformed is missing from it: it is to be shown, never to be solved. None
        where nothing can be read.
    problems : tuple of Problem
        All of them, in the order of the file.
    root : Node or None
        The file as it stands, without what its building blocks bring; None where it is not YAML.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...]
    root: Node | None = field(default=None, repr=False)


def read(text: str, file: str = "<text>") -> Reading:
    r"""All that can be read of a text, with all that is wrong with it; ``file`` stands in messages.

    Examples
    --------
    >>> reading = read("format: offramp/1\ntitle: Talks")
    >>> reading.scenario.title, len(reading.problems)
    ('Talks', 3)
    """
    text = text.removeprefix(_BOM)
    try:
        if len(text) > MAX_BYTES:
            raise _refused(file, f"a text of {len(text):,} characters", f"at most {MAX_BYTES:,}", "split or shorten it")
        node = composed(text, file)
    except ScenarioError as error:
        return Reading(None, error.problems)
    report = Report(file, text)
    values = SCENARIO.read(with_blocks(node, report), Place(report, (), (node.line, node.column)))
    scenario = None
    if isinstance(values, dict):
        scenario = build(values, Origin(file, text, report.positions, report.keys))
        report.problems.extend(meaning_problems(scenario, Damage(report.damaged)))
    return Reading(scenario, ScenarioError(report.problems).problems, node)


def _read(path: Path, file: str) -> str:
    """The file's text, decoded."""
    try:
        is_folder = path.is_dir()
        size = path.stat().st_size
        content = path.read_bytes() if not is_folder and size <= MAX_BYTES else b""
    except FileNotFoundError:
        raise _refused(file, "no such file", "an existing scenario file", _neighbour(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(
            file, f"a file that cannot be read ({reason})", "", "check its name and its permissions"
        ) from None
    if is_folder:
        raise _refused(file, "a folder", "a scenario file", "name a file in it")
    if size > MAX_BYTES:
        raise _refused(file, f"a file of {size:,} bytes", f"at most {MAX_BYTES:,}", "split or shorten it")
    return _decode(content, file)


def _decode(content: bytes, file: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(file, "UTF-16 text", "UTF-8", "save the file as UTF-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        found = f"the byte 0x{content[error.start]:02x}, which is not UTF-8 text"
        problem = Problem((), found, "UTF-8", "save the file as UTF-8", file, line, column)
        raise ScenarioError([problem]) from None


def _neighbour(path: Path) -> str:
    try:
        names = [item.name for item in path.parent.glob("*.y*ml")]
    except OSError:
        names = []
    return meant(path.name, names, "check the name and the folder")


def _refused(file: str, found: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError([Problem((), found, allowed, remedy, file)])
