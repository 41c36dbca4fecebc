"""Published games come out as published, at every information set, reached or not.

The games are the scenario files in ``tests/reference``, the numbers they must give stand in ``expected.toml`` beside
them, and ``docs/reference.md`` shows both: every row that a test works out is looked for on the page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.distributions import Distribution
from offramp.scenario.draws import Draws, central
from offramp.scenario.language import evenly_spaced
from offramp.scenario.load import load
from offramp.scenario.model import Choice, Option, Scenario, Term
from offramp.solve.api import solve
from offramp.solve.result import Solutions

FOLDER = Path(__file__).parent / "reference"
EXPECTED: dict[str, Any] = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
PAGE = (Path(__file__).parents[1] / "docs" / "reference.md").read_text(encoding="utf-8")

TOLERANCE = 1e-5
"""Numbers in ``expected.toml`` are rounded to five digits; the promise is 1e-3."""

LEAN = 1e-6
"""What each side of the ultimatum gives to have peace where it is indifferent, when the test wants ties broken."""

Floats = npt.NDArray[np.float64]


def scenario(name: str) -> Scenario:
    return load(FOLDER / f"{name}.yaml")


def with_values(base: Scenario, **values: float) -> Scenario:
    """The scenario with some assumptions fixed at other numbers."""
    fixed = {name: Distribution.parse(value) for name, value in values.items()}
    assert set(fixed) <= {each.name for each in base.assumptions}
    changed = (replace(each, value=fixed.get(each.name, each.value)) for each in base.assumptions)
    return replace(base, assumptions=tuple(changed))


@dataclass(frozen=True, eq=False)
class Solved:
    """One draw of a scenario, compiled and solved."""

    compiled: Compiled
    payoffs: Floats
    solutions: Solutions

    def infosets(self) -> Iterator[tuple[int, str, tuple[str, ...], float]]:
        """Every information set: its number, its move, the choices its mover knows of, and its own private value."""
        moves = self.compiled.scenario.moves
        for index, key in enumerate(self.compiled.infoset_keys):
            known = tuple(moves[move].choices[choice].name for move, choice in key.facts)
            own = [float(self.compiled.atoms[number].values[atom]) for number, atom in key.atoms]
            yield index, moves[key.move].name, known, own[0] if own else np.nan

    def at(self, move: str, *known: str) -> int:
        """The one information set at ``move`` whose mover knows of those choices."""
        (index,) = (i for i, name, facts, _ in self.infosets() if (name, facts) == (move, known))
        return index

    def play(self, infoset: int, action: int = 0) -> float:
        """Probability of an action, by its position, given that the information set is reached."""
        return float(self.solutions.strategies[0, self.compiled.game.action_starts[infoset] + action])

    def beliefs(self, infoset: int) -> Floats:
        """The belief over the set's nodes, in the order of the tree."""
        here: Floats = self.solutions.beliefs[0, self.compiled.game.members[infoset]]
        return here

    def answers(self) -> Floats:
        """Probability of each of the scenario's answers."""
        shares: Floats = self.compiled.answers @ self.solutions.reach[0, self.compiled.game.leaves]
        return shares


def solved(model: Scenario, precision: float | None = None) -> Solved:
    """The scenario's central draw; ``precision`` is per point of every party, the lambda of the literature."""
    compiled = compile_scenario(model)
    draws: Draws = central(model)
    payoffs = compiled.payoffs(draws)
    scaled = None if precision is None else list(precision * np.ptp(payoffs[0], axis=0))
    solutions = solve(compiled.game, payoffs, compiled.chance(draws), precision=scaled)
    assert solutions.converged.all()
    return Solved(compiled, payoffs[0], solutions)


def near(expected: object, tolerance: float = TOLERANCE) -> Any:
    return pytest.approx(expected, abs=tolerance, rel=0)


def row(*cells: object) -> str:
    """A row of a table on the page; numbers that are not whole by type with five decimals."""
    shown = [f"{round(cell, 5) + 0.0:.5f}" if isinstance(cell, float) else str(cell) for cell in cells]
    return f"| {' | '.join(shown)} |"


def check_page(line: str) -> None:
    assert line in PAGE, f"docs/reference.md should show {line}"


# Extrication (Przeworski 1991)


@pytest.mark.parametrize("case", EXPECTED["extrication"])
def test_extrication(case: str) -> None:
    expected = EXPECTED["extrication"][case]
    game = solved(with_values(scenario("extrication"), strength=expected["strength"], trust=expected["trust"]))
    hardliners, radicals = game.play(game.at("regime_side")), game.play(game.at("opposition_side"))
    outcomes = [float(each) for each in game.answers()[::-1]]
    assert hardliners == near(expected["hardliners"])
    assert radicals == near(expected["radicals"])
    assert outcomes == near(expected["outcomes"])
    assert game.solutions.values[0] == near(expected["values"])
    check_page(row(case, float(expected["hardliners"]), hardliners, float(expected["radicals"]), radicals, *outcomes))


def test_the_second_mover_of_a_simultaneous_move_does_not_see_the_first() -> None:
    assert solved(with_values(scenario("extrication"), strength=1, trust=0)).compiled.game.num_infosets == 2


# The ultimatum under private costs (Fearon 1995)


def ultimatum(types: int, low: float, high: float, count: int, **values: float) -> Scenario:
    """The game on another grid of types and of demands."""
    base = with_values(scenario("ultimatum"), **values)
    options = evenly_spaced(low, high, count)
    demand, answer = base.moves
    return replace(
        base,
        terms=(Term("share", tuple(Option(name, number) for name, number in options.items())),),
        moves=(replace(demand, choices=tuple(Choice(name, "answer") for name in options)), answer),
        assumptions=tuple(replace(each, grid=types) if each.private_to else each for each in base.assumptions),
    )


def demand_and_fight(model: Scenario) -> tuple[float, float, float]:
    """Expected demand, probability of a fight and the value to state 1."""
    game = solved(model)
    shares = np.array([option.number for option in model.terms[0].options])
    chosen = game.solutions.strategies[0, : len(shares)]
    return float(chosen @ shares), float(game.answers()[0]), float(game.solutions.values[0, 0])


@pytest.mark.parametrize("given", EXPECTED["ultimatum"]["rows"], ids=lambda given: f"cost-{given['cost']}")
def test_ultimatum(given: Mapping[str, Any]) -> None:
    numbers = {name: given[name] for name in ("p", "ceiling", "cost")}
    obtained = demand_and_fight(ultimatum(given["types"], *given["demands"], **numbers))
    expected = [float(given[name]) for name in ("demand", "fight", "value")]
    assert obtained == near(tuple(expected), 1e-9)
    pairs = [number for pair in zip(expected, obtained, strict=True) for number in pair]
    check_page(row(*(str(number) for number in numbers.values()), *pairs))


def stand_still(types: int, span: int = 5) -> tuple[float, float, int]:
    """Demands, as a range, that leave one type each indifferent: all of them, or ``span`` either side of the best."""
    best = round(0.375 * types)
    first, last = max(0, best - span), min(types - 1, best + span)
    if types <= 50:
        first, last = 0, types - 1
    return 0.5 + 0.4 * (first + 0.5) / types, 0.5 + 0.4 * (last + 0.5) / types, last - first + 1


@pytest.mark.parametrize("given", EXPECTED["ultimatum"]["types"], ids=lambda given: f"{given['types']}-types")
def test_ultimatum_with_few_types_misjudges_the_risk(given: Mapping[str, Any]) -> None:
    types = given["types"]
    _, fight, _ = demand_and_fight(ultimatum(types, *stand_still(types), lean=LEAN))
    assert fight == near(given["fight"])
    check_page(row(types, float(given["fight"]), fight, abs(fight - 0.375)))


def test_ultimatum_demands_a_thousandth_apart_meet_a_type_at_its_price() -> None:
    """At 0.65 one of 500 types is indifferent; where it may fight, state 1 does better a thousandth lower."""
    demand, fight, value = demand_and_fight(ultimatum(500, 0.646, 0.654, 9))
    assert (demand, fight, value) == near((0.649, 0.372, 0.556372))
    demand, fight, value = demand_and_fight(ultimatum(500, 0.646, 0.654, 9, lean=LEAN))
    assert (demand, fight, value) == near((0.65, 0.374, 0.5565))


@pytest.mark.parametrize("types", [5, 10, 20, 40, 80])
def test_ultimatum_converges_over_both_grids(types: int) -> None:
    risks = [demand_and_fight(ultimatum(types, 0.5, 0.9, demands, lean=LEAN))[1] for demands in (6, 21, 81)]
    assert abs(risks[-1] - 0.375) <= 0.75 / types + 0.005 / 0.4, "three quarters of a type, a step of the demand"
    check_page(row(types, *risks))


# The chain store (Kreps and Wilson 1982, Selten 1978)

CHAIN_STORES = ("chain_store_5", "chain_store_4", "chain_store_8")


@dataclass(frozen=True)
class KrepsWilson:
    """The published equilibrium after a public history, by the formulas of the article."""

    a: float
    b: float
    num_entrants: int
    prior: float

    def belief(self, history: tuple[str, ...]) -> float:
        """Probability that the monopolist is tough: after a fight max(b^(n-1), p), after acquiescing 0."""
        p = self.prior
        for past, event in enumerate(history):
            left = self.num_entrants - past
            if event == "fight" and p > 0:
                p = max(self.b ** (left - 1), p)
            elif event == "acquiesce":
                p = 0.0
        return p

    def enters(self, history: tuple[str, ...]) -> float:
        p, price = self.belief(history), self.b ** (self.num_entrants - len(history))
        if p == pytest.approx(price, rel=1e-12):
            return 1 - 1 / self.a
        return float(p < price)

    def weak_fights(self, history: tuple[str, ...]) -> float:
        p, left = self.belief(history), self.num_entrants - len(history)
        price = self.b ** (left - 1)
        if left == 1:
            return 0.0
        return 1.0 if p >= price else (1 - price) * p / ((1 - p) * price)


def published(model: Scenario, prior: float) -> KrepsWilson:
    a, b = (each.value.median for each in model.assumptions[:2])
    return KrepsWilson(a, b, len(model.parties) - 1, prior)


def events(known: tuple[str, ...]) -> tuple[str, ...]:
    """What became of the entrants so far: entry is told by the monopolist's reply."""
    return tuple(choice for choice in known if choice != "enter")


def differences(game: Solved, truth: KrepsWilson) -> dict[str, float]:
    """Largest gap at each information set, on the path and off, in choices and in entrants' beliefs."""
    gaps: dict[str, float] = {}
    for index, move, known, tough in game.infosets():
        history = events(known)
        if move.startswith("entry"):
            nodes = game.beliefs(index)
            belief = float(nodes[1]) if len(nodes) > 1 else truth.prior
            wrong = [game.play(index, 1) - truth.enters(history), belief - truth.belief(history)]
        else:
            wrong = [game.play(index) - (1.0 if tough == 1 else truth.weak_fights(history))]
        gaps[f"{move} {tough:g} {' '.join(history)}"] = float(np.abs(wrong).max())
    return gaps


def off(gaps: Mapping[str, float]) -> set[str]:
    """The information sets where something differs."""
    return {name for name, gap in gaps.items() if gap > TOLERANCE}


@pytest.fixture(scope="module", params=CHAIN_STORES)
def chain_store(request: pytest.FixtureRequest) -> tuple[str, Solved]:
    return request.param, solved(scenario(request.param))


@pytest.mark.compiled
def test_chain_store_at_every_information_set(chain_store: tuple[str, Solved]) -> None:
    name, game = chain_store
    gaps = differences(game, published(game.compiled.scenario, EXPECTED[name]["prior"]))
    assert len(gaps) == game.compiled.game.num_infosets
    assert not off(gaps)


@pytest.mark.compiled
def test_chain_store_along_the_published_table(chain_store: tuple[str, Solved]) -> None:
    name, game = chain_store
    expected = EXPECTED[name]
    seen: list[str] = []
    for past in range(len(expected["enter"])):
        left = len(expected["enter"]) - past
        entry = game.at(f"entry{left}", *seen)
        nodes = game.beliefs(entry)
        belief = float(nodes[1]) if len(nodes) > 1 else expected["prior"]
        weak, tough = (i for i, m, known, _ in game.infosets() if (m, known) == (f"reply{left}", (*seen, "enter")))
        enter, fights = game.play(entry, 1), game.play(weak)
        assert (enter, fights, game.play(tough)) == near((expected["enter"][past], expected["weak_fights"][past], 1))
        if "beliefs" in expected:
            assert belief == near(expected["beliefs"][past])
        if "fights" in expected:
            assert belief + (1 - belief) * fights == near(expected["fights"][past])
        cells = [belief, float(expected["enter"][past]), enter, float(expected["weak_fights"][past]), fights]
        check_page(row(len(expected["enter"]), left, *cells))
        event = expected["path"][past] if past < len(expected["path"]) else "out"
        seen += [event] if event == "out" else ["enter", event]


@pytest.mark.compiled
def test_chain_store_value_of_the_weak_monopolist(chain_store: tuple[str, Solved]) -> None:
    name, game = chain_store
    draws, tree = game.compiled.node_draws, game.compiled.game
    total = 0.0
    for leaf, node in enumerate(tree.leaves):
        types = [action for above, action in tree.path(int(node)) if draws[above] >= 0]
        if types != [1]:
            reach = game.solutions.reach[0, node] / (1 - EXPECTED[name]["prior"] if types else 1)
            total += float(reach * game.payoffs[leaf, 0])
    assert total == near(EXPECTED[name]["weak_value"])


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["chain_store_5", "chain_store_4"])
def test_chain_store_without_a_tough_monopolist_is_selten_s_paradox(name: str) -> None:
    game = solved(with_values(scenario(name), tough=0))
    gaps = differences(game, published(game.compiled.scenario, 0.0))
    assert not off(gaps)
    assert {game.play(index, 1) for index, *_ in game.infosets()} == {1.0}, "enter, and acquiesce"


def test_chain_store_known_to_be_weak_is_selten_s_paradox() -> None:
    game = solved(scenario("chain_store_known"))
    assert game.compiled.game.num_infosets == 2 * (3**7 - 1) // 2
    assert {game.play(index, 1) for index, *_ in game.infosets()} == {1.0}, "enter, and acquiesce"


@pytest.mark.compiled
@pytest.mark.parametrize(("loss", "others"), [(2.0, 0), (1.0, 1), (0.5, 10)])
def test_chain_store_beliefs_after_acquiescing_hang_on_what_it_costs_the_tough(loss: float, others: int) -> None:
    """An unexpected history is a mistake of the type that loses less by it; each fight costs the weak 1 more."""
    game = solved(with_values(scenario("chain_store_4"), loss=loss))
    odd = off(differences(game, published(game.compiled.scenario, 0.3)))
    assert len(odd) == others
    assert all("acquiesce" in name for name in odd), "on the path and after fights alone nothing changes"
    assert game.solutions.max_regret[0] <= 1e-9, "another sequential equilibrium, not an error"


# The minimal exit game (stylised) and beer and quiche (Cho and Kreps 1987)


@pytest.mark.parametrize("numbers", EXPECTED["exit_aqre"]["rows"], ids=lambda numbers: f"lambda-{numbers[0]:g}")
def test_exit_between_fallible_parties(numbers: list[float]) -> None:
    model = scenario("exit_aqre")
    precision, *expected = numbers
    plain, bonded = (solved(replace(model, offer={"bond": option}), precision) for option in ("none", "posted"))
    obtained = [plain.play(index) for index, *_ in plain.infosets()]
    obtained += [float(plain.answers()[0]), float(bonded.answers()[0])]
    assert obtained == near(expected)
    check_page(row(f"{precision:g}", *obtained))


@pytest.mark.parametrize("numbers", EXPECTED["beer_quiche"]["rows"], ids=lambda numbers: f"q-{numbers[0]:g}")
def test_beer_and_quiche(numbers: list[float]) -> None:
    q, *expected = (float(number) for number in numbers)
    game = solved(with_values(scenario("beer_quiche"), q=q))
    beer, quiche = game.at("reply", "beer"), game.at("reply", "quiche")
    weak, strong = game.play(game.at("breakfast", "weak")), game.play(game.at("breakfast", "strong"))
    believed = [float(game.beliefs(after)[0]) for after in (beer, quiche)]
    obtained = [weak, game.play(beer), game.play(quiche), *believed]
    assert strong == near(1)
    assert obtained == near(expected)
    check_page(row(f"{q:g}", expected[0], *obtained))
