"""A plain twin of the margins along a path: one draw at a time, by the definitions; and small standoffs."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from offramp.game.compile import Compiled
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Answer, Scenario
from standoffs import assumption, choice, move, outcome, standoff, term

TOLERANCE = 1e-6
"""A margin within so much of the payoff range is zero."""


HOLDS = (Answer("holds", "the deal holds", Expression.parse("outcome.kept")),)


def trust(*, keep: object = 2, **options: Any) -> Scenario:
    """She trusts (3 if he keeps his word, -1 if not; 0 alone), he keeps his word (``keep``) or breaks it (3)."""
    return standoff(
        "she he",
        [
            move("trust", "she", choice("yes", "word"), choice("no", "alone")),
            move("word", "he", choice("keep", "kept"), choice("break", "lost")),
        ],
        [
            outcome("kept", she=3, he=keep),
            outcome("lost", she=-1, he=3),
            outcome("alone", she=0, he=0),
        ],
        answers=HOLDS,
        **options,
    )


def leaking(**options: Any) -> Scenario:
    """Talks that may leak: 5 more for the press, 3 less for him, nothing else changes but his cost of going on."""
    return standoff(
        "he press rival",
        [
            move("talks", "he", choice("open", "leak"), choice("none", "alone"), known_to="he"),
            move(
                "leak",
                "chance",
                choice("leaked", "deal", probability="p", reveals={"talks": ("press", "rival")}),
                choice("held", "deal"),
                known_to="he",
            ),
            move("deal", "he", choice("sign", "kept"), choice("walk", "alone"), known_to="he"),
        ],
        [
            outcome("kept", he="10 - 3 * leak.leaked - cost", press="5 * leak.leaked", rival=1),
            outcome("alone", he="4 * leak.leaked", press="5 * leak.leaked", rival=0),
        ],
        assumptions=(assumption("p", 0.25), assumption("cost", {"uniform": [0, 6]})),
        answers=HOLDS,
        **options,
    )


def passage(place: str = "host", **options: Any) -> Scenario:
    """He accepts what the passage is worth, 15 at most, against an office between 0 and 20."""
    return standoff(
        "he us",
        [
            move("answer", "he", choice("accept", "court"), choice("refuse", "stays")),
            move("court", "us", choice("rest", "kept"), choice("charge", "stays")),
        ],
        [outcome("kept", he="15 * passage", us="2 - passage"), outcome("stays", he="office", us=0)],
        terms=(term("passage", none=0.2, host=0.6, choice=1.0), term("fixed", only=1.0)),
        offer={"passage": place, "fixed": "only"},
        assumptions=(assumption("office", {"uniform": [0, 20]}),),
        answers=HOLDS,
        **options,
    )


class Twin:
    """One draw of one game, by the definitions."""

    def __init__(self, compiled: Compiled, payoffs: Any, chance: Any, logs: Any) -> None:
        self.game, self.compiled = compiled.game, compiled
        self.payoffs, self.chance, self.logs = payoffs, chance, logs
        marks = compiled.conditions[0] & compiled.answers[0]
        self.yes = {int(leaf) for leaf, mark in zip(self.game.leaves, marks, strict=True) if mark}
        self.asked = {int(n) for n, mark in zip(self.game.leaves, compiled.conditions[0], strict=True) if mark}
        self.plays = {"stands": self.play(held=False), "keeps": self.play(held=True)}

    def below(self, node: int) -> list[int]:
        return [int(child) for child in self.game.children_of(node)]

    def leads(self, node: int, marked: set[int]) -> bool:
        return node in marked or any(self.leads(child, marked) for child in self.below(node))

    def holding(self, infoset: int) -> list[bool]:
        members = [int(node) for node in self.game.members[infoset]]
        actions = range(int(self.game.num_actions[infoset]))
        return [any(self.leads(self.below(node)[a], self.yes) for node in members) for a in actions]

    def play(self, *, held: bool) -> dict[int, list[float]]:
        play = {}
        for infoset in range(self.game.num_infosets):
            logs = self.logs[self.game.action_starts[infoset] : self.game.action_starts[infoset + 1]]
            allowed = self.holding(infoset)
            if not held or not any(allowed):
                play[infoset] = [math.exp(log) for log in logs]
                continue
            top = max(log for log, good in zip(logs, allowed, strict=True) if good)
            odds = [math.exp(log - top) if good else 0.0 for log, good in zip(logs, allowed, strict=True)]
            play[infoset] = [each / sum(odds) for each in odds]
        return play

    def step(self, child: int, play: dict[int, list[float]]) -> float:
        if self.game.chance_index[child] >= 0:
            return float(self.chance[self.game.chance_index[child]])
        return play[int(self.game.node_infosets[self.game.parents[child]])][int(self.game.arrivals[child])]

    def reach(self, node: int, play: dict[int, list[float]]) -> float:
        return 1.0 if node == 0 else self.step(node, play) * self.reach(int(self.game.parents[node]), play)

    def value(self, node: int, player: int, play: dict[int, list[float]]) -> float:
        if not self.below(node):
            return float(self.payoffs[self.game.leaf_index[node], player])
        return sum(self.step(child, play) * self.value(child, player, play) for child in self.below(node))

    def share(self, node: int, marked: set[int], play: dict[int, list[float]]) -> float:
        if not self.below(node):
            return float(node in marked)
        return sum(self.step(child, play) * self.share(child, marked, play) for child in self.below(node))

    def links(self) -> dict[int, list[int]]:
        """The information sets of each link, by move."""
        found: dict[int, list[int]] = {}
        for infoset in range(self.game.num_infosets):
            if any(self.holding(infoset)) and not all(self.holding(infoset)):
                found.setdefault(int(self.compiled.infoset_moves[infoset]), []).append(infoset)
        return found

    def margin(self, infoset: int, after: str) -> float:
        """The margin, times the reach of the set under play that keeps to the path."""
        player = int(self.game.infoset_players[infoset])
        nodes = [int(node) for node in self.game.members[infoset]]
        come, play = self.plays["keeps"], self.plays[after]
        worth = [
            sum(self.reach(node, come) * self.value(self.below(node)[a], player, play) for node in nodes)
            for a in range(int(self.game.num_actions[infoset]))
        ]
        holding = self.holding(infoset)
        good = max(each for each, holds in zip(worth, holding, strict=True) if holds)
        return good - max(each for each, holds in zip(worth, holding, strict=True) if not holds)

    def set_reach(self, infoset: int) -> float:
        return sum(self.reach(int(node), self.plays["keeps"]) for node in self.game.members[infoset])

    def slack(self, infoset: int) -> float:
        column = self.payoffs[:, self.game.infoset_players[infoset]]
        return TOLERANCE * self.set_reach(infoset) * float(max(column) - min(column))

    def leaving(self, infoset: int) -> float:
        play = self.plays["stands"][infoset]
        return 1 - sum(p for p, holds in zip(play, self.holding(infoset), strict=True) if holds)

    def left(self, infoset: int, after: str) -> float:
        """How likely the path is left at a set, if it is left where its mover is tempted."""
        margin, slack = self.margin(infoset, after), self.slack(infoset)
        if margin < -slack:
            return 1.0
        tied = abs(self.margin(infoset, "stands")) <= slack and abs(margin) <= slack
        return self.leaving(infoset) if tied else 0.0

    def decides(self, infosets: list[int]) -> bool:
        """Whether who leaves the path at these sets always leaves the condition of the question as well."""
        nodes = [int(n) for infoset in infosets for n in self.game.members[infoset] if self.leads(int(n), self.yes)]
        left = [
            child
            for node in nodes
            for child, holds in zip(self.below(node), self.holding(int(self.game.node_infosets[node])), strict=True)
            if not holds
        ]
        return not any(self.leads(child, self.asked) for child in left)

    def first_breaks(self, after: str) -> Counter[int]:
        linked = {i for infosets in self.links().values() if not self.decides(infosets) for i in infosets}
        breaks: Counter[int] = Counter()

        def walk(node: int, mass: float) -> None:
            if node in self.yes:
                breaks[-1] += mass  # type: ignore[assignment]
                return
            infoset, move_ = int(self.game.node_infosets[node]), int(self.compiled.node_moves[node])
            if infoset in linked:
                breaks[move_] += mass * self.left(infoset, after)  # type: ignore[assignment]
                mass *= 1 - self.left(infoset, after)
            for child in self.below(node):
                here = mass * self.step(child, self.plays["keeps"])
                if self.leads(child, self.yes):
                    walk(child, here)
                elif self.leads(child, self.asked):
                    breaks[move_] += here  # type: ignore[assignment]

        walk(0, 1.0)
        return breaks


def random_scenario(seed: int) -> Scenario:
    """Five moves by three parties and chance, with secrets, a private cost, and payoffs at random."""
    rng = np.random.default_rng(seed)
    parties = ["a", "b", "c"]
    moves = []
    for index in range(5):
        by = "chance" if index == 1 else parties[rng.integers(3)]
        later = [f"m{each}" for each in range(index + 1, 5)] + ["kept", "x", "y"]
        places = [f"m{index + 1}", *rng.choice(later, size=rng.integers(1, 3))] if index < 4 else ["kept", "x", "y"]
        choices = [
            choice(f"c{number}", str(place), **({"probability": "0.3"} if by == "chance" and number else {}))
            for number, place in enumerate(places)
        ]
        if by == "chance":
            choices[-1] = replace(choices[-1], reveals={"m0": ("all",)})
        told = [party for party in parties if rng.random() < 0.5]
        moves.append(move(f"m{index}", by, *choices, known_to=" ".join(told) if rng.random() < 0.6 else None))
    outcomes = [
        outcome(
            name,
            **{
                party: " + ".join(f"{rng.normal():.3f} * {each}" for each in ("1", "u", "m1.c1"))
                + (" - cost" if party == "b" else "")
                for party in parties
            },
        )
        for name in ("kept", "x", "y")
    ]
    assumptions = (
        assumption("u", {"uniform": [-1, 1]}),
        assumption("cost", {"uniform": [0, 1]}, private_to="b", grid=2),
    )
    given = Expression.parse("m0.c0") if seed % 2 else None
    answer = Answer("holds", "it holds", Expression.parse("outcome.kept"), given, "it starts" if given else "")
    return standoff("a b c", moves, outcomes, assumptions=assumptions, answers=(answer,))
