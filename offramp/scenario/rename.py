"""Give a party, term, move or anything else of a scenario file another name, wherever the file speaks of it.

Only the characters of the name are replaced, where :mod:`offramp.scenario.mentions` finds it; comments and the words of
labels and meanings stay as they are. Where a building block goes by a name that is one of its parameters, the
parameter is stated. What comes out is read back: a rename that would leave the old name anywhere, or make the file
wrong, is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from offramp.errors import Problem, ScenarioError
from offramp.scenario.blocks import USE, with_blocks
from offramp.scenario.edit import edit
from offramp.scenario.load import Reading, read
from offramp.scenario.mentions import (
    ANSWER,
    ASSUMPTION,
    CHOICE,
    FORMULA,
    INDICATOR,
    MOVE,
    NUMBERS,
    OPTION,
    OPTIONS,
    OUTCOME,
    PARTY,
    SCENARIO,
    SOURCE,
    STATE,
    TERM,
    Mention,
    parameter_mentions,
    used,
)
from offramp.scenario.model import Scenario
from offramp.scenario.names import PARTY_WORDS, RESERVED, is_name
from offramp.scenario.nodes import Entries, Node, Scalar, character_position
from offramp.scenario.rounds import first_copy
from offramp.scenario.shape import Path, Report

KINDS = {
    ("parties",): PARTY,
    ("terms",): TERM,
    ("assumptions",): ASSUMPTION,
    ("formulas",): FORMULA,
    ("moves",): MOVE,
    ("outcomes",): OUTCOME,
    ("answers",): ANSWER,
    ("sources",): SOURCE,
    ("aftermath", "states"): STATE,
    ("aftermath", "indicators"): INDICATOR,
}
"""What the entries of each section are."""

TOGETHER: tuple[tuple[str, ...], ...] = (NUMBERS, (MOVE, OUTCOME))
"""Kinds that cannot share a name, since where one stands another could."""


@dataclass(frozen=True)
class Target:
    """What is renamed; ``owner`` is the term of an option, or the move of a choice."""

    kind: str
    name: str
    owner: str = ""


def rename(text: str, path: Path, new: str, file: str = "<text>") -> str:
    r"""The text with another name for what stands at a path, wherever the file speaks of it.

    Parameters
    ----------
    text : str
        A scenario file; it may have errors, and then no others come in.
    path : tuple of str
        ``("parties", "us")``; of an option ``("terms", "court", "open")``, of a choice
        ``("moves", "leak", "choices", "held")``.
    new : str
    file : str
        The name that stands in messages.

    Raises
    ------
    ScenarioError
        Where nothing of the kind is there, the name is taken or none, or the name cannot be replaced everywhere.

    Examples
    --------
    >>> rename("terms: {court: [open, shut]}\noffer: {court: open}\n", ("terms", "court"), "trial")
    'terms: {trial: [open, shut]}\noffer: {trial: open}\n'
    """
    before = read(text, file)
    scenario, root = before.scenario, before.root
    if scenario is None or root is None:
        raise ScenarioError(before.problems)
    target = _target(path, scenario, file)
    if not _is_declared(root, target):
        remedy = "name one that the file itself declares; what a building block or a range brings keeps its name"
        raise _refused(path, f"no {target.kind} {target.name!r} in this file", remedy, file)
    found = [each for each in SCENARIO.mentions(root) if _is_meant(each, target, scenario)]
    _check_new(new, target, scenario, root, path, file)
    changed = _with_parameters(_replaced(text, found, new, path, file), root, target, new, scenario, file)
    _check_after(before, read(changed, file), target, path, file)
    return changed


def _target(path: Path, scenario: Scenario, file: str) -> Target:
    """What stands at a path; a choice of a move that sets a term is an option of that term."""
    kind = KINDS.get(path[:-1])
    if kind is not None:
        return Target(kind, path[-1])
    if len(path) == 3 and path[0] == "terms":
        return Target(OPTION, path[2], path[1])
    if len(path) == 4 and (path[0], path[2]) == ("moves", "choices"):
        return _settled(Target(CHOICE, path[3], path[1]), scenario)
    raise _refused(path, "a place where no name stands", "name an entry of a section, an option or a choice", file)


def _is_declared(root: Node, target: Target) -> bool:
    """Whether the file itself declares what is meant, rather than a block that it uses."""
    above = {
        OPTION: ("terms", target.owner),
        CHOICE: ("moves", target.owner, "choices"),
        **{kind: path for path, kind in KINDS.items()},
    }[target.kind]
    node: Node | None = root
    for key in above:
        node = dict(_pairs(node)).get(key) if node else None
    names = OPTIONS.mentions(node) if target.kind == OPTION and node else ()
    return node is not None and target.name in {*dict(_pairs(node)), *(each.name for each in names)}


def _settled(target: Target, scenario: Scenario) -> Target:
    """The option where a choice is one."""
    if target.kind in (CHOICE, OPTION):
        sets = {move.name: move.sets for move in scenario.moves if move.sets}
        owner = first_copy(scenario, target.owner)
        if owner in sets:
            return Target(OPTION, target.name, sets[owner])
        return Target(target.kind, target.name, owner)
    return target


def _is_meant(mention: Mention, target: Target, scenario: Scenario) -> bool:
    if mention.name != target.name or not set(mention.kinds) & {target.kind, *_same(target)}:
        return False
    found = _settled(Target(mention.kinds[0], mention.name, mention.owner), scenario)
    return not target.owner or found.owner == target.owner


def _same(target: Target) -> Collection[str]:
    """Other kinds that a mention may be of: options are mentioned as choices where a move sets their term."""
    return (CHOICE, OPTION) if target.kind in (CHOICE, OPTION) else ()


def _check_new(new: str, target: Target, scenario: Scenario, root: Node, path: Path, file: str) -> None:
    words: Collection[str] = RESERVED if target.kind in NUMBERS else PARTY_WORDS if target.kind == PARTY else ()
    if not is_name(new) or new in words:
        allowed = "a name: letters a to z, digits and _, not starting with a digit"
        raise ScenarioError([Problem(path, f"{new!r}, which cannot be a name here", allowed, "use another name", file)])
    kinds = {target.kind, *(kind for group in TOGETHER if target.kind in group for kind in group)}
    report = Report(file)
    for mention in SCENARIO.mentions(with_blocks(root, report)):
        same = set(mention.kinds) & (kinds | {*_same(target)}) and mention.name == new
        if same and (not target.owner or _settled(Target(CHOICE, new, mention.owner), scenario).owner == target.owner):
            raise _refused(path, f"{new!r}, which is taken", "use another name", file)


def _replaced(text: str, found: list[Mention], new: str, path: Path, file: str) -> str:
    rows = [0]
    for row in text.splitlines(keepends=True):
        rows.append(rows[-1] + len(row))
    places = {_place(text, rows, mention, path, file): len(mention.name) for mention in found}
    for place in sorted(places, reverse=True):
        text = text[:place] + new + text[place + places[place] :]
    return text


def _place(text: str, rows: list[int], mention: Mention, path: Path, file: str) -> int:
    """Where in the text a name stands."""
    node = mention.node
    line, column = character_position(text, (node.line, node.column), node.text, mention.offset)
    place = rows[line - 1] + column - 1
    if text[place : place + len(mention.name)] != mention.name:
        found = f"the name {mention.name!r} on line {node.line}, which is written in another way there"
        raise _refused(path, found, "write it plainly there, then rename it", file)
    return place


def _with_parameters(text: str, root: Node, target: Target, new: str, scenario: Scenario, file: str) -> str:
    """The text, in which blocks are told the new name where they go by the old one unless told otherwise."""
    for where, parameter, is_mapping in list(_defaults(root, target, scenario)):
        if is_mapping:
            text = edit(text, {(USE, *where, parameter): new}, file)
        else:
            text = edit(text, {(USE, *where[:-1]): {where[-1]: {parameter: new}}}, file)
    return text


def _defaults(root: Node, target: Target, scenario: Scenario) -> Iterator[tuple[Path, str, bool]]:
    """Parameters of blocks that nobody states and whose default is the name: path, name, whether others are stated."""
    uses = next((value for key, value in _pairs(root) if key == USE), None)
    for where, found, given in used(uses) if uses is not None else ():
        stated = {key for key, _ in _pairs(given)} if given else set()
        bare = given is None
        for name, parameter in found.parameters.items():
            value = Scalar(parameter.default, plain=True)
            meant = any(_is_meant(each, target, scenario) for each in parameter_mentions(found, name, value))
            if name not in stated and meant:
                yield where, name, not bare
                bare = False


def _pairs(node: Node) -> Iterator[tuple[str, Node]]:
    for key, value in node.entries if isinstance(node, Entries) else ():
        if isinstance(key, Scalar):
            yield key.text, value


def _check_after(before: Reading, after: Reading, target: Target, path: Path, file: str) -> None:
    """That the old name is gone, in what blocks bring too, and that nothing went wrong that was not wrong before."""
    if after.scenario is None or after.root is None:
        raise ScenarioError(after.problems)
    left = SCENARIO.mentions(with_blocks(after.root, Report(file)))
    if any(_is_meant(each, target, after.scenario) for each in left):
        found = f"the {target.kind} {target.name!r}, which a building block goes by"
        raise _refused(path, found, "leave the name, or write out what the block brings", file)
    if len(after.problems) > len(before.problems):
        raise ScenarioError(after.problems)


def _refused(path: Path, found: str, remedy: str, file: str) -> ScenarioError:
    return ScenarioError([Problem(path, found, "", remedy, file)])
