"""YAML text as a tree of nodes with positions.

The tree is composed from ruamel.yaml's events rather than from its loaded objects, so that every key and value keeps
its 1-based line and column, keys that stand twice are both seen, and the meaning of plain scalars is fixed here: that
of YAML 1.2's core schema, in which ``no``, ``on`` and ``2024-08-15`` are text. Anchors, aliases and merge keys are
resolved; an alias shares its node, and each node knows the size of the tree below it, so that text of a few lines
cannot grow beyond ``MAX_NODES``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from offramp.errors import Problem, ScenarioError

MAX_NODES = 200_000
"""Most nodes that a file may hold once its aliases are written out."""

MAX_DEPTH = 40
"""Deepest nesting of lists and mappings."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_BLOCK_HEADER = re.compile(r"[|>][^\n]*\n")


@dataclass(frozen=True)
class Scalar:
    """A single value: its text, and whether it stands unquoted. ``line`` and ``column`` are 1-based, 0 if unknown."""

    text: str
    plain: bool
    line: int = 0
    column: int = 0
    size: int = 1

    @property
    def value(self) -> bool | int | float | str | None:
        """What YAML 1.2's core schema makes of the text."""
        if not self.plain:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INTEGER.fullmatch(self.text) and len(self.text) < 300:
            return int(self.text)
        return float(self.text) if _FLOAT.fullmatch(self.text) else self.text


@dataclass(frozen=True)
class Items:
    """A list of nodes."""

    items: tuple[Node, ...]
    line: int = 0
    column: int = 0
    size: int = 1


@dataclass(frozen=True)
class Entries:
    """A mapping as its pairs in file order; a key may stand twice."""

    entries: tuple[tuple[Node, Node], ...]
    line: int = 0
    column: int = 0
    size: int = 1


Node = Scalar | Items | Entries


def compose(text: str, file: str) -> Node:
    """Compose the one document in ``text``.

    Raises
    ------
    ScenarioError
        Where the text is not YAML, is empty, holds several documents, or grows beyond the limits.
    """
    events = YAML(typ="safe", pure=True).parse(text)
    try:
        return _Composer(events, file).document()
    except MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from None
    except ReaderError as error:
        raise _character_error(error, text, file) from None
    except (YAMLError, ValueError, OverflowError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError([Problem((), f"this is not YAML: {error}", file=file, line=1, column=1)]) from None


composed = lru_cache(maxsize=4)(compose)
"""The same, remembered for the last few texts: whoever edits or checks a text reads it several times."""


def from_plain(value: object) -> Node:
    """The node for dictionaries, lists, text and numbers built in Python; it has no positions."""
    if isinstance(value, Mapping):
        return Entries(tuple((from_plain(key), from_plain(inner)) for key, inner in value.items()))
    if isinstance(value, (list, tuple)):
        return Items(tuple(from_plain(item) for item in value))
    if isinstance(value, str):
        return Scalar(value, plain=False)
    if isinstance(value, bool) or value is None:
        return Scalar({True: "true", False: "false", None: ""}[value], plain=True)
    return Scalar(str(value), plain=True)


def character_position(text: str, start: tuple[int, int], value: str, offset: int) -> tuple[int, int]:
    """Where character ``offset`` of the scalar ``value`` stands, given the 1-based ``start`` of the scalar in ``text``.

    Folding changes only white space, so characters are matched by counting those that are not white space. Where a
    quoted scalar holds escapes the start of the scalar is returned.
    """
    lines = _rows(text)
    if not 1 <= start[0] <= len(lines):
        return start
    most_rows = len(value) + 2  # a row break is white space in the value; a block header takes one row more
    tail = "".join(lines[start[0] - 1 :][:most_rows])[start[1] - 1 :]
    begin = _content_start(tail)
    wanted = sum(not character.isspace() for character in value[:offset])
    expected = [character for character in value if not character.isspace()]
    seen = 0
    for index in range(begin, len(tail)):
        if tail[index].isspace():
            continue
        if seen == wanted:
            return _advance(start, tail[:index])
        if tail[index] != expected[seen]:
            break
        seen += 1
    return start


@lru_cache(maxsize=2)
def _rows(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _content_start(tail: str) -> int:
    """Where a scalar's own characters begin, past anchors, tags, an opening quote or a block header."""
    match = _PROPERTIES.match(tail)
    begin = match.end() if match else 0
    if tail[begin : begin + 1] in ("'", '"'):
        return begin + 1
    header = _BLOCK_HEADER.match(tail, begin)
    return header.end() if header else begin


def _advance(start: tuple[int, int], passed: str) -> tuple[int, int]:
    rows = passed.splitlines(keepends=True)
    if passed.endswith("\n"):
        rows.append("")
    if len(rows) <= 1:
        return start[0], start[1] + len(passed)
    return start[0] + len(rows) - 1, len(rows[-1]) + 1


def _syntax_error(error: MarkedYAMLError, text: str, file: str) -> ScenarioError:
    unfinished = "end of stream" in str(error.problem) or "expected ':'" in str(error.problem)
    mark = (error.context_mark if unfinished else None) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    trouble = str(error.problem or error.context or "a mistake").strip()
    if "'\\t'" in trouble or "\\t" in trouble:
        found, remedy = "a tab where YAML allows only spaces", "put spaces in place of the tab"
    else:
        context = f" {error.context.strip()}" if error.context and error.problem else ""
        found = f"this is not YAML:{context and context + ','} {trouble}"
        remedy = _syntax_remedy(trouble, text, line)
    return ScenarioError([Problem((), found, "", remedy, file=file, line=line, column=column)])


def _syntax_remedy(trouble: str, text: str, line: int) -> str:
    lines = text.splitlines()
    if "mapping values are not allowed" in trouble:
        before = next((n for n in range(line - 1, 0, -1) if lines[n - 1].strip()), 0)
        if before and ":" not in lines[before - 1] and not lines[before - 1].lstrip().startswith(("#", "-")):
            return f"put a colon after the key on line {before}, or check the indentation"
        return "put text that holds ': ' in quotes, or check the indentation"
    if "undefined alias" in trouble:
        return "set the anchor (&name) before its alias (*name)"
    if "expected ':'" in trouble:
        return "put a colon and a space after the key, or quotes around text of several lines"
    if line <= len(lines) and "\t" in lines[line - 1]:
        return "put spaces in place of the tab"
    return "check brackets, quotes and indentation on this line and the one before it"


def _character_error(error: ReaderError, text: str, file: str) -> ScenarioError:
    position = error.position if isinstance(error.position, int) else 0
    before = text[:position]
    line, column = before.count("\n") + 1, position - before.rfind("\n")
    found = f"a character that YAML does not allow, {text[position : position + 1]!r}"
    return ScenarioError([Problem((), found, "", "remove the character", file=file, line=line, column=column)])


@dataclass
class _Composer:
    """Turns events into nodes; each anchor's node is built once and shared."""

    events: Iterator[ev.Event]
    file: str
    anchors: dict[str, Node] = field(default_factory=dict)
    open_anchors: set[str] = field(default_factory=set)

    def document(self) -> Node:
        event = next(self.events)
        while isinstance(event, (ev.StreamStartEvent, ev.DocumentStartEvent)):
            event = next(self.events)
        if isinstance(event, ev.StreamEndEvent):
            raise self.fatal(None, "the file is empty", "a scenario", "start from `offramp new`")
        node = self.node(event, 0)
        event = next(self.events)
        while isinstance(event, ev.DocumentEndEvent):
            event = next(self.events)
        if not isinstance(event, ev.StreamEndEvent):
            raise self.fatal(event, "a second document starts here", "one scenario in a file", "remove the line '---'")
        return node

    def node(self, event: ev.Event, depth: int) -> Node:
        if isinstance(event, ev.AliasEvent):
            return self.alias(event)
        if depth > MAX_DEPTH:
            raise self.fatal(
                event, f"more than {MAX_DEPTH} levels of nesting", f"at most {MAX_DEPTH}", "nest less deeply"
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self.fatal(event, f"the YAML tag {str(tag)!r}", "values without a tag", "remove the tag")
        anchor = getattr(event, "anchor", None)
        self.open_anchors.add(str(anchor))
        node = self.content(event, depth)
        self.open_anchors.discard(str(anchor))
        if anchor is not None:
            self.anchors[str(anchor)] = node
        if node.size > MAX_NODES:
            raise self.fatal(
                event, f"more than {MAX_NODES:,} values once aliases are written out", "", "use fewer aliases"
            )
        return node

    def alias(self, event: ev.AliasEvent) -> Node:
        name = str(event.anchor)
        if name in self.open_anchors:
            raise self.fatal(event, f"the alias *{name} stands inside what it refers to", "", "write the value out")
        if name not in self.anchors:
            remedy = f"set &{name} before this line, or put text that starts with * in quotes"
            raise self.fatal(event, f"the alias *{name} refers to no anchor", "", remedy)
        return self.anchors[name]

    def content(self, event: ev.Event, depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, ev.ScalarEvent):
            return Scalar(event.value, event.style is None, line, column)
        if isinstance(event, ev.SequenceStartEvent):
            items = tuple(self.children(ev.SequenceEndEvent, depth))
            return Items(items, line, column, 1 + sum(item.size for item in items))
        flat = tuple(self.children(ev.MappingEndEvent, depth))
        pairs = self.merged(tuple(zip(flat[::2], flat[1::2], strict=True)))
        return Entries(pairs, line, column, 1 + sum(key.size + value.size for key, value in pairs))

    def children(self, end: type[ev.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), end):
            yield self.node(event, depth + 1)

    def merged(self, pairs: tuple[tuple[Node, Node], ...]) -> tuple[tuple[Node, Node], ...]:
        """Resolve merge keys: what is written out comes first and wins over what is merged in."""
        written = tuple(pair for pair in pairs if not _is_merge(pair[0]))
        if len(written) == len(pairs):
            return pairs
        taken = {key.text for key, _ in written if isinstance(key, Scalar)}
        added: list[tuple[Node, Node]] = []
        for base in (value for key, value in pairs if _is_merge(key)):
            for key, value in self.merge_bases(base):
                if not isinstance(key, Scalar) or key.text not in taken:
                    added.append((key, value))
                    taken.update([key.text] if isinstance(key, Scalar) else [])
        return (*written, *added)

    def merge_bases(self, base: Node) -> Iterator[tuple[Node, Node]]:
        bases: Sequence[Node] = base.items if isinstance(base, Items) else (base,)
        for part in bases:
            if not isinstance(part, Entries):
                found = "a merge key (<<) whose value is not a mapping"
                raise ScenarioError(
                    [self.problem(part.line, part.column, found, "a mapping or mappings", "name an anchored mapping")]
                )
            yield from part.entries

    def fatal(self, event: ev.Event | None, found: str, allowed: str, remedy: str) -> ScenarioError:
        line, column = (event.start_mark.line + 1, event.start_mark.column + 1) if event else (1, 1)
        return ScenarioError([self.problem(line, column, found, allowed, remedy)])

    def problem(self, line: int, column: int, found: str, allowed: str, remedy: str) -> Problem:
        return Problem((), found, allowed, remedy, file=self.file, line=line, column=column)


def _is_merge(key: Node) -> bool:
    return isinstance(key, Scalar) and key.plain and key.text == "<<"
