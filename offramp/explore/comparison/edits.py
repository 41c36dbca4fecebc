"""What changed between two scenarios: a list of edits, grouped so that each can be made without the others.

Both scenarios are laid out as plain values. An *edit* is a path whose value differs: an assumption's number, a formula,
a move, a payoff. Edits of words alone (labels, meanings, bases, sources) explain nothing and are listed apart. Edits
that need one another, since one names what another adds or takes away, are one group. Assumptions of both scenarios
are kept in all that lies between them, so that each keeps its own random numbers; what only one of them has does no
harm where nothing uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offramp.errors import ScenarioError
from offramp.scenario.build import build
from offramp.scenario.checks import meaning_problems
from offramp.scenario.context import Damage
from offramp.scenario.dump import document
from offramp.scenario.language import SCENARIO
from offramp.scenario.model import Origin, Scenario
from offramp.scenario.nodes import from_plain
from offramp.scenario.shape import Path, Place, Report

Plain = dict[str, Any]

_NUMBERS = ("value", "private_to", "grid")
"""Keys of an assumption that matter for the answer."""

_DOCUMENTARY = ("title", "question", "as_of", "sources", "parties", "offers", "observed")
"""Sections that explain nothing; a party that is added or taken away shows in the payoffs."""

_NAMED = ("terms", "offer", "formulas", "moves", "answers", "correlations")
"""Sections of which each entry is one edit."""

SHORT = 60
"""Longest words for what stood at a path."""


@dataclass(frozen=True)
class Edit:
    """A place at which the two differ.

    Attributes
    ----------
    path : tuple of str
    before, after : plain values
        None where there is nothing.
    documentary : bool
        Whether it is about words alone.
    """

    path: Path
    before: Any
    after: Any
    documentary: bool = False

    @property
    def label(self) -> str:
        """What it is about: "assumption office", "offer: court"."""
        section, *rest = self.path
        kind = {"assumptions": "assumption", "formulas": "formula", "moves": "move", "terms": "term"}.get(
            section, section
        )
        return " ".join([kind, *rest]).replace("_", " ")


def edits_of(first: Scenario, second: Scenario) -> list[Edit]:
    """Every difference, in the order of the file."""
    one, two = document(first), document(second)
    found: list[Edit] = []
    for section in dict.fromkeys([*one, *two]):
        if section != "format":
            found += _section_edits(section, one.get(section), two.get(section))
    return found


def _section_edits(section: str, one: Any, two: Any) -> Iterator[Edit]:
    if one == two:
        return
    if section in _DOCUMENTARY:
        yield Edit((section,), one, two, documentary=True)
    elif section == "assumptions":
        for name, before, after in _pairs(one, two):
            yield from _assumption_edits(name, before, after)
    elif section == "outcomes":
        for name, before, after in _pairs(one, two):
            yield from _outcome_edits(name, before, after)
    elif section in _NAMED:
        one, two = (_by_pair(each) if section == "correlations" else each for each in (one, two))
        for name, before, after in _pairs(one, two):
            yield from _named_edits(section, name, before, after)
    else:
        yield Edit((section,), one, two)


def _pairs(one: Mapping[str, Any] | None, two: Mapping[str, Any] | None) -> Iterator[tuple[str, Any, Any]]:
    one, two = one or {}, two or {}
    for name in dict.fromkeys([*one, *two]):
        if one.get(name) != two.get(name):
            yield name, one.get(name), two.get(name)


def _assumption_edits(name: str, before: Plain | None, after: Plain | None) -> Iterator[Edit]:
    if before is None or after is None:
        yield Edit(("assumptions", name), before, after, documentary=True)
        return
    words = tuple(key for key in {**before, **after} if key not in _NUMBERS)
    for keys, documentary in ((_NUMBERS, False), (words, True)):
        old, new = ({key: each[key] for key in keys if key in each} for each in (before, after))
        if old != new:
            yield Edit(("assumptions", name), old, new, documentary)


def _outcome_edits(name: str, before: Plain | None, after: Plain | None) -> Iterator[Edit]:
    if before is None or after is None:
        yield Edit(("outcomes", name), before, after)
        return
    if before.get("label") != after.get("label"):
        yield Edit(("outcomes", name, "label"), before.get("label"), after.get("label"), documentary=True)
    for party, old, new in _pairs(before["payoffs"], after["payoffs"]):
        yield Edit(("outcomes", name, "payoffs", party), old, new)


def _named_edits(section: str, name: str, before: Any, after: Any) -> Iterator[Edit]:
    words = ("label", "says", "given_says")

    def bare(value: Any) -> Any:
        return {key: each for key, each in value.items() if key not in words} if isinstance(value, Mapping) else value

    yield Edit((section, name), before, after, documentary=bare(before) == bare(after) and before is not None)


def _by_pair(correlations: Sequence[Plain] | None) -> dict[str, Plain]:
    return {" and ".join(sorted(each["between"])): each for each in correlations or ()}


def plain_words(value: Any) -> str:
    """A plain value in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping) and set(value) == {"value"}:
        value = value["value"]
    text = re.sub(r"[{}'\[\]]", "", str(value)).replace(": ", " ")
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


class Mixture:
    """Scenarios that lie between two: the first with some of the edits made.

    Attributes
    ----------
    groups : tuple of tuples of Edit
        Each can be made without the others, as far as names go.
    """

    def __init__(self, first: Scenario, second: Scenario, edits: Iterable[Edit]) -> None:
        self._first, self._second = document(first), document(second)
        self._built: dict[frozenset[int], Scenario] = {}
        self.groups = _grouped([edit for edit in edits if not edit.documentary])

    def merged(self) -> None:
        """Make one group of all edits, since some combination of them is no scenario."""
        self.groups = (tuple(edit for group in self.groups for edit in group),)
        self._built.clear()

    def scenario(self, made: frozenset[int]) -> Scenario:
        """The first scenario with some of the groups of edits made, by their places; each is built once.

        Raises
        ------
        ScenarioError
            If that is not a scenario.
        """
        if made not in self._built:
            self._built[made] = self._mixed(made)
        return self._built[made]

    def _mixed(self, made: frozenset[int]) -> Scenario:
        chosen = [edit for index in sorted(made) for edit in self.groups[index]]
        whole = len(chosen) == sum(len(group) for group in self.groups)
        base = self._second if whole else self._first
        plain = _copied(base)
        both = {**self._first.get("assumptions", {}), **self._second.get("assumptions", {})}
        plain["assumptions"] = {name: plain.get("assumptions", {}).get(name, both[name]) for name in both}
        if not whole:
            for edit in chosen:
                _apply(plain, edit, self._second)
        return _read(plain)


def _copied(plain: Plain) -> Plain:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in plain.items()}


def _apply(plain: Plain, edit: Edit, second: Plain) -> None:
    """Make an edit; modifies ``plain`` in place. New entries come in the order that the second scenario has."""
    if edit.path[0] == "correlations":
        kept = _by_pair(plain.get("correlations"))
        kept.pop(edit.path[1], None)
        plain["correlations"] = [*kept.values(), *([edit.after] if edit.after else [])]
        return
    if edit.path[0] == "assumptions":
        rest = {key: value for key, value in plain["assumptions"][edit.path[1]].items() if key not in _NUMBERS}
        plain["assumptions"][edit.path[1]] = {**rest, **edit.after}
        return
    *above, last = edit.path
    inner, order = plain, second
    for key in above:
        inner, order = inner.setdefault(key, {}), order.get(key, {})
    if edit.after is None:
        inner.pop(last, None)
        return
    inner[last] = edit.after
    wanted = [key for key in order if key in inner] + [key for key in inner if key not in order]
    for key in wanted if above else ():
        inner[key] = inner.pop(key)


def _read(plain: Plain) -> Scenario:
    report = Report("")
    values = SCENARIO.read(
        from_plain({key: value for key, value in plain.items() if value not in ({}, [])}), Place(report)
    )
    scenario = build(values, Origin("", ""))
    problems = [*report.problems, *meaning_problems(scenario, Damage(report.damaged))]
    if problems:
        raise ScenarioError(problems)
    return scenario


def _grouped(edits: list[Edit]) -> tuple[tuple[Edit, ...], ...]:
    """Edits that name what another one adds or takes away, together with it."""
    changed = [_changed_names(edit) for edit in edits]
    used = [set(re.findall(r"\w+", f"{edit.before} {edit.after}")) for edit in edits]
    group = list(range(len(edits)))
    for index, names in enumerate(changed):
        for other, words in enumerate(used):
            if other != index and names & (words | {edits[other].path[-1], *edits[other].path[1:2]}):
                old, new = group[other], group[index]
                group = [new if each == old else each for each in group]
    return tuple(
        tuple(edit for edit, each in zip(edits, group, strict=True) if each == number)
        for number in dict.fromkeys(group)
    )


def _changed_names(edit: Edit) -> set[str]:
    """Names that an edit adds or takes away: of sections, and of options and choices."""
    if edit.path[0] in ("offer", "correlations", "assumptions", "precision"):
        return set()
    before, after = edit.before, edit.after
    if before is None or after is None:
        return {edit.path[-1]}
    if edit.path[0] == "moves":
        before, after = before.get("choices", {}), after.get("choices", {})
    if edit.path[0] in ("moves", "terms"):
        return set(before) ^ set(after)
    return set()
