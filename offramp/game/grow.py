"""Grows the tree of a scenario: every path that the moves allow, in preorder, with who knows what along it.

No recursion: paths still to be walked wait on a stack. A private assumption is drawn as late as possible, just before
its owner's first move on the path, or before the first chance move whose probabilities use it. The draw stands aside
from the order of learning: the owner knew the value all along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from offramp.errors import Problem, ScenarioError
from offramp.game.bindings import Fact, Position, References, Settled
from offramp.game.chance import Branch, ChancePlanner, Lottery
from offramp.game.clash import clash
from offramp.game.game import CHANCE_NODE, TERMINAL_NODE
from offramp.game.knowledge import learn, path_text, spreads
from offramp.game.payoffs import PayoffPlanner
from offramp.scenario.expressions import Expression
from offramp.scenario.model import CHANCE, Choice, Move, Scenario
from offramp.scenario.problems import problem_at
from offramp.scenario.routes import Routes

MAX_NODES = 200_000
"""Most nodes of a tree; a scenario that grows beyond them is an error before memory is eaten."""


class InfosetKey(NamedTuple):
    """What makes an information set: the move, what the mover has learnt and the atoms of its own assumptions."""

    move: int
    facts: tuple[Fact, ...]
    atoms: tuple[tuple[int, int], ...]


class _Waiting(NamedTuple):
    """A path still to be walked; ``target`` is a move, or an outcome counted down from -1."""

    parent: int
    arrival: int
    target: int
    position: Position


@dataclass
class Grown:
    """The tree as lists, one entry per node unless said otherwise.

    ``moves`` and ``draws`` are -1 where the node does not stand for a move or a private draw; ``offered`` are positions
    in ``Move.choices``; ``outcomes``, ``answers`` and ``conditions`` have one entry per leaf; ``infosets`` in order of
    appearance.
    """

    parents: list[int] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    players: list[int] = field(default_factory=list)
    node_infosets: list[int] = field(default_factory=list)
    moves: list[int] = field(default_factory=list)
    draws: list[int] = field(default_factory=list)
    offered: list[tuple[int, ...]] = field(default_factory=list)
    outcomes: list[int] = field(default_factory=list)
    answers: list[tuple[bool, ...]] = field(default_factory=list)
    conditions: list[tuple[bool, ...]] = field(default_factory=list)
    infosets: dict[InfosetKey, int] = field(default_factory=dict)


def grow(scenario: Scenario, references: References, payoffs: PayoffPlanner, chance: ChancePlanner) -> Grown:
    """Walk every path of ``scenario``; plan payoffs and chance on the way.

    Raises
    ------
    ScenarioError
        With all clashes and nodes without a choice; or if the tree is too large.
    """
    grower = _Grower(scenario, references, payoffs, chance)
    grower.walk()
    if grower.problems:
        raise ScenarioError(grower.problems.values())
    return grower.grown


class _Grower:
    """A tree in the making, and the paths that wait to be walked."""

    def __init__(
        self, scenario: Scenario, references: References, payoffs: PayoffPlanner, chance: ChancePlanner
    ) -> None:
        self.scenario = scenario
        self.references = references
        self.payoffs = payoffs
        self.chance = chance
        self.grown = Grown()
        self.problems: dict[tuple[object, ...], Problem] = {}
        self.parties = {party.name: index for index, party in enumerate(scenario.parties)}
        self.targets = {move.name: index for index, move in enumerate(scenario.moves)}
        self.targets |= {outcome.name: -1 - index for index, outcome in enumerate(scenario.outcomes)}
        self.spreads = spreads(scenario)
        self.drawn_before = [needed_private(scenario, references, index) for index in range(len(scenario.moves))]
        self.first_met: dict[int, tuple[tuple[Fact, ...], tuple[int, ...]]] = {}
        self.conditions: dict[Settled, bool] = {}
        self.counted_ends = _counted_ends(scenario)
        self.settings = [term_setting(scenario, move) for move in scenario.moves]
        self.waiting: list[_Waiting] = []

    def walk(self) -> None:
        self.waiting.append(_Waiting(-1, -1, 0, self.start()))
        while self.waiting:
            step = self.waiting.pop()
            self.grown.parents.append(step.parent)
            self.grown.arrivals.append(step.arrival)
            if step.target < 0:
                self.end(-1 - step.target, step.position)
            else:
                self.visit(step.target, step.position)

    def start(self) -> Position:
        terms = tuple(
            [option.name for option in term.options].index(self.scenario.offer[term.name])
            for term in self.scenario.terms
        )
        atoms = tuple(0 if len(each.values) == 1 else -1 for each in self.references.private)
        return Position((), terms, atoms, ((),) * len(self.scenario.parties))

    def visit(self, move: int, position: Position) -> None:
        undrawn = next((index for index in self.drawn_before[move] if position.atoms[index] < 0), None)
        if undrawn is not None:
            self.draw(undrawn, move, position)
            return
        here = self.scenario.moves[move]
        offered = self.offered(move, position)
        if here.by == CHANCE:
            self.node(CHANCE_NODE, -1, move, -1, offered)
            self.add_lottery(move, offered, position)
        else:
            self.node(self.parties[here.by], self.infoset(move, offered, position), move, -1, offered)
        self.push([(self.targets[here.choices[index].next], self.after(move, index, position)) for index in offered])

    def draw(self, index: int, move: int, position: Position) -> None:
        """A chance node that draws the private assumption ``index`` before ``move``."""
        atoms = range(len(self.references.private[index].values))
        self.node(CHANCE_NODE, -1, -1, index, tuple(atoms))
        self.chance.add_private(index)
        before, after = position.atoms[:index], position.atoms[index + 1 :]
        self.push([(move, position._replace(atoms=(*before, atom, *after))) for atom in atoms])

    def end(self, outcome: int, position: Position) -> None:
        self.node(TERMINAL_NODE, -1, -1, -1, ())
        self.grown.outcomes.append(outcome)
        ended = position._replace(outcome=outcome)
        answers = self.scenario.answers
        self.grown.answers.append(tuple(self.asked(each.when, ended, each.name, "when") for each in answers))
        self.grown.conditions.append(tuple(self.asked(each.given, ended, each.name, "given") for each in answers))
        self.payoffs.add(self.scenario.outcomes[outcome], position)

    def asked(self, condition: Expression | None, ended: Position, answer: str, key: str) -> bool:
        """Whether a part of an answer is true on the whole path; where there is no such part it is."""
        return condition is None or self.holds(condition, ended, ("answers", answer, key))

    def node(self, player: int, infoset: int, move: int, draw: int, offered: tuple[int, ...]) -> None:
        self.grown.players.append(player)
        self.grown.node_infosets.append(infoset)
        self.grown.moves.append(move)
        self.grown.draws.append(draw)
        self.grown.offered.append(offered)

    def push(self, children: list[tuple[int, Position]]) -> None:
        """Let the children of the last node wait, unless the tree grows too large with them."""
        parent = len(self.grown.parents) - 1
        if parent + 1 + len(self.waiting) + len(children) > MAX_NODES:
            raise ScenarioError([too_large(self.scenario, self.references)])
        steps = [_Waiting(parent, arrival, *child) for arrival, child in enumerate(children)]
        self.waiting.extend(reversed(steps))

    def offered(self, move: int, position: Position) -> tuple[int, ...]:
        """The choices that ``when`` leaves, by position; none at all is a problem."""
        here = self.scenario.moves[move]
        left = tuple(index for index, choice in enumerate(here.choices) if self.is_offered(move, choice, position))
        if not left:
            found = f"'when' leaves no choice on the path {path_text(self.scenario, position.history)}"
            remedy = "let one choice stand without 'when', or lead this path to another move"
            problem = problem_at(
                self.scenario, ("moves", here.name, "choices"), found, "at least one choice on every path", remedy
            )
            self.problems.setdefault(("none", move), problem)
        return left

    def is_offered(self, move: int, choice: Choice, position: Position) -> bool:
        path = ("moves", self.scenario.moves[move].name, "choices", choice.name, "when")
        return choice.when is None or self.holds(choice.when, position, path)

    def holds(self, condition: Expression, position: Position, path: tuple[str, ...]) -> bool:
        """Whether a condition is true on the path."""
        settled = self.references.settled(condition, position)
        if settled not in self.conditions:
            formulas = self.scenario.formulas
            expression = condition
            while not expression.names.isdisjoint(formulas):
                expression = expression.inline(formulas)
            values = self.references.fixed_values(self.references.bind(condition, position))
            self.conditions[settled] = bool(expression.evaluate(values, 1, ".".join(path))[0])
        return self.conditions[settled]

    def infoset(self, move: int, offered: tuple[int, ...], position: Position) -> int:
        """The information set that a decision node joins; a clash with its first node is a problem."""
        party = self.parties[self.scenario.moves[move].by]
        key = InfosetKey(move, position.knowledge[party], self.own_atoms(self.scenario.moves[move].by, position))
        index = self.grown.infosets.setdefault(key, len(self.grown.infosets))
        first = self.first_met.setdefault(index, (position.history, offered))
        if first[1] != offered and first[1] and offered:
            problem = clash(self.scenario, move, key.facts, first, (position.history, offered))
            self.problems.setdefault(("clash", move, frozenset((first[1], offered))), problem)
        return index

    def own_atoms(self, party: str, position: Position) -> tuple[tuple[int, int], ...]:
        return tuple(
            (index, atom)
            for index, atom in enumerate(position.atoms)
            if atom >= 0 and self.references.private[index].owner == party
        )

    def add_lottery(self, move: int, offered: tuple[int, ...], position: Position) -> None:
        here = self.scenario.moves[move]
        places = [("moves", here.name, "choices", here.choices[index].name, "probability") for index in offered]
        stated = [here.choices[index].probability for index in offered]
        bounds = [None if each is None else self.references.bind(each, position) for each in stated]
        self.chance.add(Lottery(tuple(Branch(b, ".".join(p)) for b, p in zip(bounds, places, strict=True))))

    def after(self, move: int, choice: int, position: Position) -> Position:
        """Where the path stands once ``choice`` is made at ``move``."""
        made = (move, choice)
        knowledge = learn(position.knowledge, position.history, made, self.spreads[move][choice])
        terms = position.terms
        if (setting := self.settings[move]) is not None:
            term, options = setting
            terms = (*terms[:term], options[choice], *terms[term + 1 :])
        history = (*position.history, made)
        ends = position.ends
        if made in self.counted_ends:
            ends = (*ends, Position(history, terms, position.atoms, ()))
        return Position(history, terms, position.atoms, knowledge, ends=ends)


def _counted_ends(scenario: Scenario) -> frozenset[Fact]:
    """The choices that end a round by going on, by position; none where that is worth nothing to anybody."""
    if scenario.written is None or scenario.rounds is None or not scenario.rounds.flows:
        return frozenset()
    return frozenset(
        (index, place)
        for index, move in enumerate(scenario.moves)
        for place, choice in enumerate(move.choices)
        if (move.name, choice.name) in scenario.written.back
    )


def term_setting(scenario: Scenario, move: Move) -> tuple[int, tuple[int, ...]] | None:
    """The term that a move sets, by position, and the option that each of its choices stands for."""
    if not move.sets:
        return None
    index, term = next((index, term) for index, term in enumerate(scenario.terms) if term.name == move.sets)
    options = [option.name for option in term.options]
    return index, tuple(options.index(choice.name) for choice in move.choices)


def needed_private(scenario: Scenario, references: References, move: int) -> tuple[int, ...]:
    """The private assumptions that must be drawn before ``move``.

    At a chance move those that its probabilities use. At a party's move its own ones, but for those that nothing from
    here on uses and no chance probability uses anywhere: they can tell the party nothing.
    """
    here = scenario.moves[move]
    if here.by == CHANCE:
        return tuple(sorted(_used_by_chance(scenario, references, {move})))
    relevant = _used_by_chance(scenario, references, set(range(len(scenario.moves))))
    later = Routes(scenario).later(here.name)
    for outcome in scenario.outcomes:
        if outcome.name in later:
            for party in outcome.payoffs:
                relevant.update(references.needs(references.payoff(outcome, party)).private)
    for each in scenario.parties:
        if (flow := references.flow(each.name)) is not None:
            relevant.update(references.needs(flow).private)
    return tuple(index for index in sorted(relevant) if references.private[index].owner == here.by)


def _used_by_chance(scenario: Scenario, references: References, moves: set[int]) -> set[int]:
    stated = (choice.probability for index in moves for choice in scenario.moves[index].choices)
    return {index for each in stated if each is not None for index in references.needs(each).private}


def too_large(scenario: Scenario, references: References) -> Problem:
    """The problem of a tree beyond ``MAX_NODES``, with what multiplies it."""
    grids = [f"{each.name} (private, {len(each.values)} values)" for each in references.private if len(each.values) > 1]
    setters = [f"{move.name} (sets {move.sets}, {len(move.choices)} options)" for move in scenario.moves if move.sets]
    widest = sorted(scenario.moves, key=lambda move: -len(move.choices))[:3]
    others = [f"{move.name} ({len(move.choices)} choices)" for move in widest if not move.sets]
    rounds = [f"rounds (limit {scenario.rounds.limit}; offramp horizon takes any number)"] if scenario.rounds else []
    remedy = f"what multiplies it: {', '.join(rounds + grids + setters + others)}; "
    remedy += "lower grid: of private assumptions, give terms fewer options, or let fewer moves follow one another"
    found = f"the game tree has more than {MAX_NODES:,} nodes ({len(scenario.moves)} moves)"
    return problem_at(scenario, ("moves",), found, f"at most {MAX_NODES:,} nodes", remedy)
