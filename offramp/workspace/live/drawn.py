"""The map of moves for a page that draws it, ``offramp.map/1``: places, lines, and what is known and done at each move.

The layout is that of the report (:mod:`offramp.tell.report.map`). What each party does is solved here over few draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from offramp import __version__
from offramp.arrays import Floats
from offramp.errors import RunError
from offramp.explore.asking import Answered
from offramp.explore.breaking.api import margins_along
from offramp.explore.breaking.plain import link_record
from offramp.explore.phrases import party_label
from offramp.explore.record import Record, scenario_record
from offramp.explore.summary import ChoiceSummary, Estimate
from offramp.figures.flow import Laid, Text
from offramp.game.compile import Compiled
from offramp.game.knowledge import fact_words
from offramp.scenario.model import CHANCE, Choice, Move, Scenario
from offramp.solve.result import Solutions
from offramp.tell.names import choice_label, move_label, outcome_label
from offramp.tell.report.context import Context
from offramp.tell.report.knowing import hidden_from, revealed_words, seen_words
from offramp.tell.report.map import grouped, moves_flow
from offramp.workspace.live import plain
from offramp.workspace.live.question import MOST_WORK
from offramp.workspace.live.shelf import Shelf

MAP_SCHEMA = "offramp.map/1"

MAP_DRAWS, FEWEST_DRAWS = 256, 16
"""Draws over which it is solved what the parties do: as many as can be waited for."""

MOST_TYPES = 64
"""Private values that are shown one by one at a move."""


def map_of(shelf: Shelf, what: plain.Text) -> Record:
    """The document of a scenario's map.

    Raises
    ------
    OfframpError
        If no game can be made of it.
    """
    warm = shelf.warm(what)
    run = shelf.as_it_stands(warm, max(FEWEST_DRAWS, min(MAP_DRAWS, MOST_WORK // warm.num_nodes)), 1)
    map_ = _Map(run, warm.variant.compiled)
    return {
        "schema": MAP_SCHEMA,
        "offramp": __version__,
        "scenario": scenario_record(warm.scenario),
        "version": what.version,
        "seed": run.seed,
        "draws": run.num_draws,
        **map_.record(),
    }


@dataclass(frozen=True, eq=False)
class _Map:
    """A map in the making."""

    run: Answered
    compiled: Compiled

    @cached_property
    def context(self) -> Context:
        return Context(self.run)

    @property
    def scenario(self) -> Scenario:
        return self.compiled.scenario

    @cached_property
    def solutions(self) -> tuple[Solutions, ...]:
        """The draws with all that is known of each information set, batch by batch."""
        return tuple(solutions for _, solutions in self.run.solve_again(self.run.draws))

    @cached_property
    def regrets(self) -> Floats:
        """float64[I]: the largest regret of each information set over the draws."""
        return np.asarray(np.max([solutions.regrets.max(axis=0) for solutions in self.solutions], axis=0))

    @cached_property
    def strategies(self) -> Floats:
        """float64[A]: how often each action is taken, over the draws alike."""
        totals = sum(np.exp(solutions.log_strategies).sum(axis=0) for solutions in self.solutions)
        return np.asarray(totals / self.run.num_draws)

    @cached_property
    def links(self) -> tuple[Mapping[str, Record], str]:
        """The margins by move, and why there are none."""
        try:
            return {link.move: link_record(link) for link in margins_along(self.run)}, ""
        except RunError as error:
            return {}, str(error)

    def record(self) -> Record:
        flow = moves_flow(self.context)
        laid, scenario = flow.laid, self.scenario
        links, why_not = self.links
        return {
            "width": round(laid.plan.size.width, 1),
            "height": round(laid.plan.size.height, 1),
            "alt": flow.alt,
            "parties": [
                {"name": party.name, "label": party.label or party.name, "colour": index}
                for index, party in enumerate(scenario.parties)
            ],
            "moves": [
                {**self._move(move), **_box(laid, index), "margin": links.get(move.name)}
                for index, move in enumerate(scenario.moves)
            ],
            "outcomes": [
                {**self._outcome(index), **_box(laid, len(scenario.moves) + index)}
                for index in range(len(scenario.outcomes))
            ],
            "edges": list(self._edges(laid)),
            "private": [
                {"name": each.name, "to": each.private_to, "meaning": each.meaning}
                for each in scenario.assumptions
                if each.private_to
            ],
            "notes": [why_not] if why_not else [],
        }

    def _move(self, move: Move) -> Record:
        scenario, summary = self.scenario, self.run.moves[move.name]
        hidden = {name for choice in move.choices for name in hidden_from(scenario, move, choice)}
        unseen = self.context.unseen.get(move.name, ())
        return {
            "name": move.name,
            "by": move.by,
            "by_label": "chance" if move.by == CHANCE else party_label(scenario, move.by),
            "label": move_label(scenario, move.name),
            "open": move.name in self.run.paths.open_moves,
            "reached": _probability(summary.reached),
            "secret": bool(hidden),
            "hidden_from": [party.name for party in scenario.parties if party.name in hidden],
            "unseen": [{"name": name, "label": move_label(scenario, name)} for name in unseen],
            "choices": [self._choice(move, choice, summary.choices[choice.name]) for choice in move.choices],
            "knows": list(self._knows(move)),
            "regret": self._regret(move),
            "assumptions": self._acting(move),
        }

    def _choice(self, move: Move, choice: Choice, summary: ChoiceSummary) -> Record:
        scenario = self.scenario
        return {
            "name": choice.name,
            "label": choice_label(choice),
            "next": choice.next,
            "when": str(choice.when) if choice.when else None,
            "chance": str(choice.probability) if choice.probability else None,
            "given_reached": summary.given_reached and _probability(summary.given_reached),
            "over_all_draws": summary.over_all_draws and _probability(summary.over_all_draws),
            "on_path": _probability(summary.on_path),
            "seen": seen_words(scenario, hidden_from(scenario, move, choice)),
            "reveals": revealed_words(scenario, move, choice) or None,
        }

    def _infosets(self, move: Move) -> list[int]:
        position = self.scenario.moves.index(move)
        return np.flatnonzero(self.compiled.infoset_moves == position).tolist() if move.by != CHANCE else []

    def _regret(self, move: Move) -> float | None:
        """The largest regret at the information sets of a move, over the draws."""
        infosets = self._infosets(move)
        return float(self.regrets[infosets].max()) if infosets else None

    def _knows(self, move: Move) -> Iterator[Record]:
        """What the mover may know, one record for each set of facts; those that differ in private values together."""
        groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for infoset in self._infosets(move):
            groups.setdefault(self.compiled.infoset_keys[infoset].facts, []).append(infoset)
        for facts, infosets in groups.items():
            played = np.stack([self._played(infoset) for infoset in infosets])
            names = self.compiled.game.action_labels[infosets[0]]
            yield {
                "says": "; ".join(fact_words(self.scenario, fact) for fact in facts) or "nothing yet",
                "facts": [self._fact(fact) for fact in facts],
                "choices": dict(zip(names, played.mean(axis=0).tolist(), strict=True)),
                "regret": float(self.regrets[infosets].max()),
                "types": self._types(infosets, names, played),
            }

    def _fact(self, fact: tuple[int, int]) -> Record:
        move = self.scenario.moves[fact[0]]
        return {"move": move.name, "choice": move.choices[fact[1]].name}

    def _played(self, infoset: int) -> Floats:
        """float64[actions]: how often each action is taken, over the draws alike."""
        starts = self.compiled.game.action_starts
        return self.strategies[int(starts[infoset]) : int(starts[infoset + 1])]

    def _types(self, infosets: list[int], names: tuple[str, ...], played: Floats) -> list[Record]:
        """What the mover does with each of its private values; nothing where it has none, or too many."""
        keys = [self.compiled.infoset_keys[infoset].atoms for infoset in infosets]
        if not keys[0] or len(keys) > MOST_TYPES:
            return []
        return [
            {
                "values": {
                    self._private(index).name: float(self._private(index).values[atom]) for index, atom in atoms
                },
                "choices": dict(zip(names, row.tolist(), strict=True)),
            }
            for atoms, row in zip(keys, played, strict=True)
        ]

    def _private(self, index: int) -> Any:
        return self.compiled.atoms[index]

    def _acting(self, move: Move) -> list[str]:
        """The assumptions in what the mover weighs: its payoffs wherever play can end from here, or its chances."""
        if move.by == CHANCE:
            stated = [choice.probability for choice in move.choices if choice.probability is not None]
        else:
            stated = [
                self.compiled.references.payoff(outcome, move.by)
                for outcome in self.scenario.outcomes
                if outcome.name in self._ends[move.name]
            ]
        return self._named(stated)

    def _named(self, expressions: list[Any]) -> list[str]:
        names = {name for each in expressions for name in self.compiled.references.leaf_names(each)}
        return [each.name for each in self.scenario.assumptions if each.name in names]

    @cached_property
    def _ends(self) -> Mapping[str, set[str]]:
        """The outcomes that can be reached from each move."""
        following = {move.name: {choice.next for choice in move.choices} for move in self.scenario.moves}
        found: dict[str, set[str]] = {}
        for name in following:
            seen, waiting = {name}, [name]
            while waiting:
                for step in following.get(waiting.pop(), set()) - seen:
                    seen.add(step)
                    waiting.append(step)
            found[name] = seen - following.keys()
        return found

    def _outcome(self, index: int) -> Record:
        outcome = self.scenario.outcomes[index]
        payoffs = [self.compiled.references.payoff(outcome, party.name) for party in self.scenario.parties]
        return {
            "name": outcome.name,
            "label": outcome_label(self.scenario, outcome.name),
            **_probability(self.run.outcomes[outcome.name]),
            "assumptions": self._named(payoffs),
        }

    def _edges(self, laid: Laid) -> Iterator[Record]:
        """The lines, in the order in which the report draws them."""
        groups = [(move, group) for move in self.scenario.moves for group in grouped(move)]
        for index, (move, group) in enumerate(groups):
            share = sum(self.run.moves[move.name].choices[choice.name].on_path.mean for choice in group)
            middle, size = laid.plan.labels[index], laid.label_sizes[index]
            yield {
                "from": move.name,
                "to": group[0].next,
                "choices": [choice.name for choice in group],
                "share": min(share, 1.0),
                "points": [[round(point.x, 1), round(point.y, 1)] for point in laid.plan.lines[index]],
                "text": {
                    "x": round(middle.x, 1),
                    "y": round(middle.y, 1),
                    "width": round(size.width, 1),
                    "height": round(size.height, 1),
                    "lines": _lines(laid.labels[index]),
                },
            }


def _box(laid: Laid, index: int) -> Record:
    """Where a box stands: its middle and its size, and its lines as the report sets them."""
    middle, size = laid.plan.boxes[index], laid.box_sizes[index]
    return {
        "x": round(middle.x, 1),
        "y": round(middle.y, 1),
        "width": round(size.width, 1),
        "height": round(size.height, 1),
        "lines": _lines(laid.boxes[index]),
    }


def _lines(text: Text) -> list[Record]:
    return [{"text": line.text, "kind": line.kind} for line in text.lines]


def _probability(estimate: Estimate) -> Record:
    return {"probability": estimate.mean, "interval": [estimate.low, estimate.high]}
