"""From a scenario to its extensive-form game: the structure once, payoffs and chance for every draw."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from offramp.arrays import Flags, Floats, Ints
from offramp.errors import EvaluationError, ScenarioError
from offramp.game.batch import Batch
from offramp.game.bindings import Fact, Private, References
from offramp.game.chance import ChancePlan, ChancePlanner
from offramp.game.evaluator import DrawnValues, Evaluator
from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Game
from offramp.game.grow import Grown, InfosetKey, grow
from offramp.game.knowledge import fact_text, fact_words
from offramp.game.payoffs import PayoffPlan, PayoffPlanner
from offramp.scenario.checks import validate
from offramp.scenario.model import Scenario
from offramp.scenario.problems import problem_at
from offramp.scenario.rounds import written_out

__all__ = ["Compiled", "Flags", "atom_text", "compile_scenario"]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A scenario as a game, with what ties the two together; made by :func:`compile_scenario`.

    Attributes
    ----------
    scenario : Scenario
    game : Game
        Players, actions and outcomes carry the names of the scenario's parties, choices and outcomes.
    atoms : tuple of Private
        The private assumptions on their grids, in file order.
    node_moves : int32[N]
        Position in ``scenario.moves``, -1 at a leaf and where a private assumption is drawn.
    node_draws : int32[N]
        Position in ``atoms`` where a private assumption is drawn, else -1.
    node_choices : tuple of N tuples of int
        Positions in ``Move.choices`` of the choices that stand at the node (atoms where one is drawn), one per child.
    leaf_outcomes : int32[L]
        Position in ``scenario.outcomes``.
    answers : bool[len(scenario.answers), L]
        Whether each answer is yes on the leaf's path: whether its ``when`` is true there.
    conditions : bool[len(scenario.answers), L]
        Whether each answer's ``given`` is true on the leaf's path; true everywhere for an answer without one.
    infoset_keys : tuple of I InfosetKey
        Each set's move, what its mover has learnt (in order) and the atoms of its own assumptions.
    payoff_plan, chance_plan
        What :meth:`payoffs` and :meth:`chance` work from.
    """

    scenario: Scenario
    game: Game
    atoms: tuple[Private, ...]
    node_moves: Ints
    node_draws: Ints
    node_choices: tuple[tuple[int, ...], ...]
    leaf_outcomes: Ints
    answers: Flags
    conditions: Flags
    infoset_keys: tuple[InfosetKey, ...]
    references: References
    payoff_plan: PayoffPlan
    chance_plan: ChancePlan

    def batch(self, draws: DrawnValues) -> Batch:
        """The payoffs and chance probabilities of the draws, each distinct number once.

        Raises
        ------
        EvaluationError
            Naming the expression, the first draw in which it has no finite value or is no probability, and the values
            there; a payoff's before that of a chance move.
        """
        evaluator = Evaluator(self.references, draws)
        with _placed(self.scenario):
            payoffs = self.payoff_plan.values(evaluator)
            chance = self.chance_plan.values(evaluator)
        return Batch(payoffs, self.payoff_plan.index, chance, self.chance_plan.index)

    def payoffs(self, draws: DrawnValues) -> Floats:
        """float64[B, L, P]: what each leaf is worth to each party, in the party's own points.

        Raises
        ------
        EvaluationError
            Naming the payoff, its expression, the first draw without a finite value and the values there.
        """
        with _placed(self.scenario):
            values = self.payoff_plan.values(Evaluator(self.references, draws))
        return np.take(values, self.payoff_plan.index, axis=1)

    def chance(self, draws: DrawnValues) -> Floats:
        """float64[B, E]: the probability of each chance branch, in the columns of ``game.chance_index``.

        Raises
        ------
        EvaluationError
            In the first draw where the probabilities of a chance move leave [0, 1] or do not sum to 1.
        """
        with _placed(self.scenario):
            values = self.chance_plan.values(Evaluator(self.references, draws))
        return np.take(values, self.chance_plan.index, axis=1)

    @cached_property
    def infoset_moves(self) -> Ints:
        """int32[I]: position of each information set's move in ``scenario.moves``."""
        return np.array([key.move for key in self.infoset_keys], dtype=np.int32)

    @cached_property
    def infoset_knowledge(self) -> tuple[str, ...]:
        """For each information set what its mover knows, in words: ``"offer at approach; resolve = 11"``."""
        return tuple("; ".join(self._known(key)) or "nothing yet" for key in self.infoset_keys)

    def _known(self, key: InfosetKey) -> list[str]:
        facts = [fact_words(self.scenario, fact) for fact in key.facts]
        return facts + [atom_text(self.atoms[index], atom) for index, atom in key.atoms]

    def history(self, node: int) -> tuple[Fact, ...]:
        """The choices on the path to ``node``: pairs of positions in ``scenario.moves`` and in that move's choices."""
        steps = self.game.path(node)
        return tuple((int(self.node_moves[n]), self.node_choices[n][a]) for n, a in steps if self.node_moves[n] >= 0)


def compile_scenario(scenario: Scenario) -> Compiled:
    """The game that a scenario describes; its own scenario is that one with its rounds written out.

    Raises
    ------
    ScenarioError
        With all that :mod:`offramp.scenario.checks` finds; else if two nodes that their mover cannot tell apart offer
        different choices, if a path leaves a mover without a choice, if no path meets the condition of an answer, or if
        the tree is too large.
    """
    if scenario.written is None:
        validate(scenario)
        scenario = written_out(scenario)
    references = References(scenario)
    payoffs = PayoffPlanner(references, tuple(party.name for party in scenario.parties))
    chance = ChancePlanner(references)
    grown = grow(scenario, references, payoffs, chance)
    conditions = _by_answer(scenario, grown.conditions)
    _check_conditions(scenario, conditions)
    return Compiled(
        scenario=scenario,
        game=_game(scenario, references.private, grown),
        atoms=references.private,
        node_moves=_ints(grown.moves),
        node_draws=_ints(grown.draws),
        node_choices=tuple(grown.offered),
        leaf_outcomes=_ints(grown.outcomes),
        answers=_by_answer(scenario, grown.answers),
        conditions=conditions,
        infoset_keys=tuple(grown.infosets),
        references=references,
        payoff_plan=payoffs.plan(),
        chance_plan=chance.plan(),
    )


def atom_text(private: Private, atom: int) -> str:
    """A private assumption at one of its atoms: ``"resolve = 11"``."""
    return f"{private.name} = {private.values[atom]:.6g}"


def _by_answer(scenario: Scenario, leaves: list[tuple[bool, ...]]) -> Flags:
    """bool[Q, L] from one row a leaf."""
    rows = np.array(leaves, dtype=np.bool_).reshape(len(leaves), len(scenario.answers))
    return np.ascontiguousarray(rows.T)


def _check_conditions(scenario: Scenario, conditions: Flags) -> None:
    """Raise ScenarioError if the tree has no path on which the condition of an answer holds."""
    never = [answer for answer, leaves in zip(scenario.answers, conditions, strict=True) if not leaves.any()]
    if never:
        allowed = "a condition that some path meets"
        remedy = "correct it, or take given: and given_says: out"
        problems = (
            problem_at(
                scenario, ("answers", each.name, "given"), f"{str(each.given)!r}, which no path meets", allowed, remedy
            )
            for each in never
        )
        raise ScenarioError(problems)


@contextmanager
def _placed(scenario: Scenario) -> Iterator[None]:
    """Let an expression without a value say where in the scenario's file it stands."""
    try:
        yield
    except EvaluationError as error:
        if scenario.origin is None:
            raise
        raise error.placed(scenario.origin.file, *scenario.origin.locate(tuple(error.where.split(".")))) from None


def _ints(numbers: list[int]) -> Ints:
    return np.array(numbers, dtype=np.int32)


def _game(scenario: Scenario, private: tuple[Private, ...], grown: Grown) -> Game:
    first_node = {infoset: node for node, infoset in reversed(list(enumerate(grown.node_infosets)))}
    labels = [_branch_labels(scenario, private, grown, node) for node in range(len(grown.parents))]
    parties = {party.name: index for index, party in enumerate(scenario.parties)}
    leaves = (scenario.outcomes[outcome].name for outcome in grown.outcomes)
    chance = (node for node, player in enumerate(grown.players) if player == CHANCE_NODE)
    return Game(
        players=tuple(parties),
        parents=_ints(grown.parents),
        arrivals=_ints(grown.arrivals),
        node_players=_ints(grown.players),
        node_infosets=_ints(grown.node_infosets),
        infoset_players=_ints([parties[scenario.moves[key.move].by] for key in grown.infosets]),
        infoset_labels=tuple(_infoset_label(scenario, private, key) for key in grown.infosets),
        action_labels=tuple(labels[first_node[index]] for index in range(len(grown.infosets))),
        chance_labels=tuple(labels[node] for node in chance),
        node_labels=tuple(_node_labels(scenario, private, grown)),
        outcome_labels=tuple(leaves),
        title=scenario.title,
    )


def _branch_labels(scenario: Scenario, private: tuple[Private, ...], grown: Grown, node: int) -> tuple[str, ...]:
    if grown.players[node] == TERMINAL_NODE:
        return ()
    if grown.draws[node] >= 0:
        return tuple(atom_text(private[grown.draws[node]], atom) for atom in grown.offered[node])
    choices = scenario.moves[grown.moves[node]].choices
    return tuple(choices[index].name for index in grown.offered[node])


def _node_labels(scenario: Scenario, private: tuple[Private, ...], grown: Grown) -> list[str]:
    outcomes = iter(grown.outcomes)
    labels = []
    for player, move, draw in zip(grown.players, grown.moves, grown.draws, strict=True):
        if player == TERMINAL_NODE:
            labels.append(scenario.outcomes[next(outcomes)].name)
        else:
            labels.append(private[draw].name if draw >= 0 else scenario.moves[move].name)
    return labels


def _infoset_label(scenario: Scenario, private: tuple[Private, ...], key: InfosetKey) -> str:
    """The move and what the mover knows there, by the names in the file: ``"answer | approach.offer, leak.held"``."""
    known = [fact_text(scenario, fact) for fact in key.facts]
    known += [atom_text(private[index], atom) for index, atom in key.atoms]
    name = scenario.moves[key.move].name
    return f"{name} | {', '.join(known)}" if known else name
