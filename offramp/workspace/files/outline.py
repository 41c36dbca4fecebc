"""The outline of a scenario: what its forms, lists and pages show, with the line of each thing in the file.

It is made of what can be read, so that a file with errors has an outline too. An entry that a building block brings,
and that the file does not mention, is not the file's ``own``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from offramp.errors import Problem
from offramp.scenario.dump import document
from offramp.scenario.model import Move, Scenario, Term
from offramp.scenario.nodes import Entries, Items, Node, Scalar

Record = dict[str, Any]


WRONG = "wrong"
"""The kind of a value that is no distribution; it is shown as it stands in the file."""


def outline_of(scenario: Scenario, root: Node, problems: Sequence[Problem] = ()) -> Record:
    """The outline of a scenario.

    Parameters
    ----------
    scenario : Scenario
        As far as it could be read.
    root : Node
        The file as it stands, without what its blocks bring.
    problems : sequence of Problem
        What is wrong with it.
    """
    plain = document(scenario)
    lines = _Lines(scenario, root)
    wrong = {each.path[1]: _at(root, each.path[:3]) for each in problems if each.path[2:3] == ("value",)}
    return {
        "title": scenario.title,
        "question": scenario.question or None,
        "as_of": scenario.as_of.isoformat() if scenario.as_of else None,
        "parties": [
            {"name": party.name, "label": party.label or party.name, **lines.of("parties", party.name)}
            for party in scenario.parties
        ],
        "terms": [_term(term) | lines.of("terms", term.name) for term in scenario.terms],
        "offer": dict(scenario.offer) or None,
        "assumptions": _assumptions(scenario, plain, lines, wrong),
        "formulas": [
            {"name": name, "expression": formula.text, **lines.of("formulas", name)}
            for name, formula in scenario.formulas.items()
        ],
        "correlations": plain.get("correlations", []),
        "moves": [_move(move, plain) | lines.of("moves", move.name) for move in scenario.moves],
        "outcomes": _outcomes(scenario, lines),
        "answers": _answers(scenario, lines),
        "sources": _sources(scenario, lines),
        "use": _uses(root),
        "aftermath": scenario.aftermath is not None,
        "rounds": scenario.rounds is not None,
    }


class _Lines:
    """Where the entries of a section stand."""

    def __init__(self, scenario: Scenario, root: Node) -> None:
        self._origin = scenario.origin
        self._own = {key: set(_keys(value)) for key, value in _pairs(root)}

    def of(self, section: str, name: str) -> Record:
        path = (section, name)
        keys = self._origin.keys if self._origin else {}
        line, _ = keys.get(path) or (self._origin.locate(path) if self._origin else (1, 1))
        return {"line": line, "own": name in self._own.get(section, ())}


def _pairs(node: Node) -> list[tuple[str, Node]]:
    return (
        [(key.text, value) for key, value in node.entries if isinstance(key, Scalar)]
        if isinstance(node, Entries)
        else []
    )


def _at(node: Node, path: Sequence[str]) -> Any:
    """The plain value at a path of mappings; None where there is nothing."""
    for key in path:
        found = dict(_pairs(node)).get(key)
        if found is None:
            return None
        node = found
    return _plain(node)


def _keys(node: Node) -> list[str]:
    return [key for key, _ in _pairs(node)]


def _term(term: Term) -> Record:
    return {"name": term.name, "options": [{"name": each.name, "value": each.number} for each in term.options]}


def _assumptions(scenario: Scenario, plain: Record, lines: _Lines, wrong: Record) -> list[Record]:
    found = []
    for each in scenario.assumptions:
        bases = plain["assumptions"][each.name].get("basis", [])
        found.append(
            {
                "name": each.name,
                "meaning": each.meaning,
                "unit": each.unit,
                "value": wrong.get(each.name, each.value.as_value()),
                "kind": WRONG if each.name in wrong else each.value.kind,
                "words": "" if each.name in wrong else each.value.describe(),
                "private_to": each.private_to or None,
                "grid": each.grid if each.private_to else None,
                "basis": bases if isinstance(bases, list) else [{bases: bases}],
                **lines.of("assumptions", each.name),
            }
        )
    return found


def _move(move: Move, plain: Record) -> Record:
    stated: Mapping[str, Any] = plain["moves"][move.name].get("choices", {})
    choices = [
        {
            "name": each.name,
            "label": each.label or None,
            "next": each.next,
            "probability": each.probability.text if each.probability else None,
            "when": each.when.text if each.when else None,
            "known_to": None if each.known_to is None else list(each.known_to),
            "reveals": stated.get(each.name, {}).get("reveals", {}),
        }
        for each in move.choices
    ]
    return {
        "name": move.name,
        "by": move.by,
        "label": move.label or None,
        "sets": move.sets or None,
        "known_to": None if move.known_to is None else list(move.known_to),
        "choices": choices,
    }


def _outcomes(scenario: Scenario, lines: _Lines) -> list[Record]:
    return [
        {
            "name": each.name,
            "label": each.label or each.name,
            "starts": {state: chance.text for state, chance in each.starts.items()},
            "payoffs": {party: payoff.text for party, payoff in each.payoffs.items()},
            **lines.of("outcomes", each.name),
        }
        for each in scenario.outcomes
    ]


def _answers(scenario: Scenario, lines: _Lines) -> list[Record]:
    return [
        {
            "name": each.name,
            "says": each.says,
            "when": each.when.text,
            "given": each.given.text if each.given else None,
            "given_says": each.given_says or None,
            **lines.of("answers", each.name),
        }
        for each in scenario.answers
    ]


def _sources(scenario: Scenario, lines: _Lines) -> list[Record]:
    return [
        {
            "name": each.name,
            "title": each.title,
            "publisher": each.publisher or None,
            "date": each.date.isoformat() if each.date else None,
            "url": each.url or None,
            "reliability": each.reliability or None,
            "file": each.file or None,
            **lines.of("sources", each.name),
        }
        for each in scenario.sources
    ]


def _uses(root: Node) -> list[Any]:
    """The building blocks, as the file names them."""
    stated = next((value for key, value in _pairs(root) if key == "use"), None)
    if stated is None:
        return []
    return [_plain(item) for item in (stated.items if isinstance(stated, Items) else (stated,))]


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    return {key: _plain(value) for key, value in _pairs(node)}
