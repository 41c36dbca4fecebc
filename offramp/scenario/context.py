"""What the checks share: the names that a scenario declares, the paths to leave alone, and the report."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from offramp.errors import EvaluationError, Problem
from offramp.scenario.expressions import Expression
from offramp.scenario.model import CHANCE, Basis, Choice, Move, Scenario
from offramp.scenario.names import listing, meant
from offramp.scenario.nodes import character_position
from offramp.scenario.problems import problem_at
from offramp.scenario.routes import Routes
from offramp.scenario.shape import Path, Position

_EDGES = ("choices", "next", "sets")
"""Keys of a move on which the paths through the scenario depend."""


@dataclass(frozen=True)
class Damage:
    """The paths that were malformed in the file and are reported already."""

    paths: Collection[Path] = ()

    def covers(self, path: Path) -> bool:
        """Whether ``path`` or something that it stands in is malformed."""
        return any(path[:depth] in self.paths for depth in range(1, len(path) + 1))

    def inside(self, path: Path) -> bool:
        """Whether ``path``, or something below it, is malformed."""
        return any(damaged[: len(path)] == path for damaged in self.paths)

    def entries(self, path: Path) -> list[str]:
        """Names of the entries of the mapping at ``path`` that are malformed, in part or as a whole."""
        depth = len(path)
        return sorted({damaged[depth] for damaged in self.paths if len(damaged) > depth and damaged[:depth] == path})

    @cached_property
    def edges_whole(self) -> bool:
        """Whether every move's choices, and what follows them, could be read."""
        moves = [damaged for damaged in self.paths if damaged[:1] == ("moves",)]
        return not any(len(d) < 3 or (d[2] in _EDGES and (len(d) < 5 or d[4] == "next")) for d in moves)


@dataclass(frozen=True)
class Declared:
    """The names of one section. ``open`` where the section could not be read, so that any name may stand in it."""

    names: tuple[str, ...]
    open: bool = False

    def __contains__(self, name: str) -> bool:
        return self.open or name in self.names


@dataclass
class Context:
    """A scenario under check."""

    scenario: Scenario
    damage: Damage
    problems: list[Problem] = field(default_factory=list)
    seen: set[tuple[Position | Path, str]] = field(default_factory=set)

    def declared(self, section: str, names: Iterable[str]) -> Declared:
        """The names of a section, those of malformed entries included."""
        path = (section,)
        every = dict.fromkeys([*names, *self.damage.entries(path)])
        return Declared(tuple(every), path in self.damage.paths)

    @cached_property
    def parties(self) -> Declared:
        return self.declared("parties", (party.name for party in self.scenario.parties))

    @cached_property
    def sources(self) -> Declared:
        return self.declared("sources", (source.name for source in self.scenario.sources))

    @cached_property
    def terms(self) -> Declared:
        return self.declared("terms", (term.name for term in self.scenario.terms))

    @cached_property
    def assumptions(self) -> Declared:
        return self.declared("assumptions", (assumption.name for assumption in self.scenario.assumptions))

    @cached_property
    def formulas(self) -> Declared:
        return self.declared("formulas", self.scenario.formulas)

    @cached_property
    def moves(self) -> Declared:
        return self.declared("moves", (move.name for move in self.scenario.moves))

    @cached_property
    def outcomes(self) -> Declared:
        return self.declared("outcomes", (outcome.name for outcome in self.scenario.outcomes))

    @cached_property
    def options(self) -> dict[str, Declared]:
        """The options of every term."""
        names = {term.name: tuple(option.name for option in term.options) for term in self.scenario.terms}
        return {term: Declared(names.get(term, ()), self.damage.inside(("terms", term))) for term in self.terms.names}

    @cached_property
    def choices(self) -> dict[str, Declared]:
        """The choices of every move; open where they, or the term that they set, could not be read."""
        moves = {move.name: move for move in self.scenario.moves}
        return {name: self._choices(name, moves.get(name)) for name in self.moves.names}

    def _choices(self, name: str, move: Move | None) -> Declared:
        path = ("moves", name)
        names = [choice.name for choice in move.choices] if move else []
        damaged = self.damage.entries((*path, "choices"))
        unread = move is None or any(self.damage.covers((*path, key)) for key in _EDGES)
        unset = move is not None and move.sets != "" and not names
        return Declared(tuple(dict.fromkeys([*names, *damaged])), unread or unset)

    @cached_property
    def references(self) -> list[str]:
        """All that may stand in an expression."""
        plain = [name for section in (self.assumptions, self.terms, self.formulas) for name in section.names]
        parts = {**self.options, **self.choices}
        return plain + [f"{name}.{part}" for name, declared in parts.items() for part in declared.names]

    @cached_property
    def routes(self) -> Routes:
        return Routes(self.scenario)

    @cached_property
    def routes_whole(self) -> bool:
        """Whether all steps from move to move are known, so that what cannot be reached can be told."""
        ends = {*self.moves.names, *self.outcomes.names}
        steps = [choice.next for move in self.scenario.moves for choice in move.choices]
        empty = any(not move.choices for move in self.scenario.moves)
        unread = self.moves.open or self.outcomes.open or not self.damage.edges_whole
        return not unread and not empty and all(step in ends for step in steps)

    def report(self, path: Path, found: str, allowed: str, remedy: str, at: Position | None = None) -> None:
        """Add a problem, unless something malformed at its path was reported already."""
        if self.damage.covers(path):
            return
        problem = problem_at(self.scenario, path, found, allowed, remedy)
        if at is not None:
            problem = replace(problem, line=at[0], column=at[1])
        place = (problem.line, problem.column) if problem.line else problem.path
        if (place, found) not in self.seen:
            self.seen.add((place, found))
            self.problems.append(problem)

    def report_key(self, path: Path, found: str, allowed: str, remedy: str) -> None:
        """Add a problem with the key at ``path`` rather than with its value."""
        origin = self.scenario.origin
        self.report(path, found, allowed, remedy, origin.keys.get(path) if origin else None)

    def report_name(self, path: Path, expression: Expression, name: str, found: str, allowed: str, remedy: str) -> None:
        """Add a problem with a name in an expression, at the name's own position in the file."""
        origin = self.scenario.origin
        at: Position | None = None
        if origin is not None and path in origin.positions:
            match = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", expression.text)
            offset = match.start() if match else 0
            at = character_position(origin.text, origin.positions[path], expression.text, offset)
        self.report(path, found, allowed, remedy, at)

    def unknown(self, path: Path, name: str, declared: Declared, kind: str, otherwise: str) -> None:
        """Report ``name`` unless it is declared; ``kind`` says what it should be, e.g. ``"party"``."""
        if name not in declared:
            allowed = f"one of {listing(declared.names)}" if declared.names else f"a declared {kind}"
            report = self.report_key if path[-1] == name else self.report
            report(path, f"the unknown {kind} {name!r}", allowed, meant(name, declared.names, otherwise))

    def span(self, expression: Expression) -> tuple[float, float]:
        """Lowest and highest value of an expression that is a number or an assumption's name; else (0, 1)."""
        if not expression.names:
            try:
                value = float(expression.evaluate({})[0])
            except EvaluationError:
                return 0.0, 1.0  # reported with the other expressions
            return value, value
        for assumption in self.scenario.assumptions:
            if assumption.name == expression.text and not self.damage.inside(("assumptions", assumption.name)):
                return assumption.value.support
        return 0.0, 1.0

    def check_span(
        self, path: Path, expression: Expression, kind: str, within: tuple[float, float], remedy: str
    ) -> bool:
        """Whether an expression, as far as :meth:`span` can tell, lies ``within`` two bounds; reports where not."""
        low, high = self.span(expression)
        least, most = within
        if least <= low and high <= most:
            return True
        found = f"{kind} of {low:g}" if low == high else f"{kind} that goes from {low:g} to {high:g}"
        self.report(path, found, f"{least:g} to {most:g}" if math.isfinite(most) else f"{least:g} or more", remedy)
        return False

    def check_each_party(self, path: Path, given: Iterable[str], kind: str, remedy: str) -> None:
        """Report names that are no party's, and parties that are left out where some have an entry of their own."""
        names = list(given)
        for party in names:
            self.unknown((*path, party), party, self.parties, "party", "name a party of the scenario")
        known = {*names, *self.damage.entries(path)}
        missing = [party.name for party in self.scenario.parties if party.name not in known]
        if names and missing and all(party in self.parties for party in names):
            found, allowed = f"no {kind} for {listing(missing)}", "one number for all parties, or one for each"
            self.report(path, found, allowed, f"add {missing[0]}: and {remedy}")

    def check_option(self, path: Path, term: str, option: str) -> None:
        """Report a term that is not declared, or an option that it does not have."""
        self.unknown(path, term, self.terms, "term", "take it out, or declare it under terms:")
        if term in self.options:
            self.unknown(path, option, self.options[term], f"option of {term}", "name one of its options")

    def check_sources(self, path: Path, bases: Iterable[Basis]) -> None:
        """Report sources that are not declared, among the bases of what stands at ``path``."""
        origin = self.scenario.origin
        single: Path = (*path, "basis", "source")  # a single basis may stand without a list around it
        bare = origin is not None and single in origin.positions
        for index, basis in enumerate(bases):
            if basis.source:
                inner = single if bare else (*path, "basis", str(index), "source")
                self.unknown(inner, basis.source, self.sources, "source", "declare it under sources:")


def choice_path(scenario: Scenario, move: Move, choice: Choice, *keys: str) -> Path:
    """The path of a choice, or that of the move's own ``next:`` where this made the choices of a term."""
    made = ("moves", move.name, "next")
    if keys == ("next",) and scenario.origin is not None and made in scenario.origin.positions:
        return made
    return ("moves", move.name, "choices", choice.name, *keys)


def by_chance(move: Move) -> bool:
    """Whether chance makes the move."""
    return move.by == CHANCE
