"""QuantEcon's methods, on the reduced strategic form; making that form is not timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.classes import ZERO_SUM
from benchmarks.peer import Peer, Solver
from benchmarks.plays import Plays
from offramp.game.game import Floats, Game

NASH_REGRET = 1e-4
"""Of approximate methods, in payoff ranges: what the benchmark takes for an equilibrium."""


class QuantEcon:
    """A game in strategic form and one of QuantEcon's methods; compiled before it is timed."""

    def __init__(self, call: Callable[[Any], Any], game: Game, payoffs: Floats, chance: Floats) -> None:
        self.call, self.plays = call, Plays(game)
        self.set_numbers(payoffs, chance)
        self.solve()

    def set_numbers(self, payoffs: Floats, chance: Floats) -> None:
        from quantecon import game_theory

        tables = self.plays.strategic_form(payoffs, chance)
        self.form = game_theory.NormalFormGame([game_theory.Player(table) for table in tables])

    def solve(self) -> Any:
        return self.call(self.form)

    def behaviours(self, found: Any) -> list[Floats]:
        return [self.plays.behaviour(mixtures) for mixtures in found]


def _lemke_howson(form: Any) -> Any:
    from quantecon import game_theory

    return [game_theory.lemke_howson(form)]


def _vertices(form: Any) -> Any:
    from quantecon import game_theory

    return game_theory.vertex_enumeration(form)


def _mclennan_tourky(form: Any) -> Any:
    from quantecon import game_theory

    return [game_theory.mclennan_tourky(form, epsilon=NASH_REGRET)]


def _starter(call: Callable[[Any], Any]) -> Callable[[Game, Floats, Floats], Solver]:
    def start(game: Game, payoffs: Floats, chance: Floats) -> Solver:
        return QuantEcon(call, game, payoffs, chance)

    return start


PEERS = [
    Peer(
        name="quantecon_lemke_howson",
        function="quantecon.game_theory.lemke_howson(game)",
        module="quantecon",
        computes="one Nash equilibrium of the strategic form; off the path it may play anything",
        start=_starter(_lemke_howson),
        games={"signalling 2x2x2": 200, "signalling 3x3x2": 200, "signalling 4x4x3": 100, ZERO_SUM: 100},
        others="for two players only",
        repeats=5,
        cap=20.0,
        game_cap=4.0,
    ),
    Peer(
        name="quantecon_vertex_enumeration",
        function="quantecon.game_theory.vertex_enumeration(game)",
        module="quantecon",
        computes="all extreme Nash equilibria of the strategic form; it agrees where offramp's is among them",
        start=_starter(_vertices),
        games={"signalling 2x2x2": 100},
        others="for two players with few strategies only",
        repeats=3,
        cap=20.0,
        game_cap=4.0,
    ),
    Peer(
        name="quantecon_mclennan_tourky",
        function=f"quantecon.game_theory.mclennan_tourky(game, epsilon={NASH_REGRET:g})",
        module="quantecon",
        computes=f"a Nash equilibrium of the strategic form up to a regret of {NASH_REGRET:g}",
        start=_starter(_mclennan_tourky),
        games={"three players": 60},
        others="for few players with few strategies; for two players the others are faster",
        cap=20.0,
        game_cap=4.0,
    ),
]
