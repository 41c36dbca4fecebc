"""The example scenarios keep their promises: size, secrecy, a basis for every number, no hindsight, no side taken."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from offramp.game.compile import Compiled, compile_scenario
from offramp.scenario.draws import central, draw
from offramp.scenario.load import load
from offramp.scenario.model import CHANCE, Scenario
from offramp.solve.api import solve
from offramp.solve.result import Solutions

EXAMPLES = Path(__file__).parent.parent / "examples"
SEED_TEXT = Path(__file__).parent.parent.parent / "shared" / "seed" / "calle-ocho-2024.txt"
NAMES = ("venezuela-2024", "haiti-1994", "panama-1988")
LEAVES = {
    "venezuela-2024": (300, 600),
    "haiti-1994": (200, 400),
    "panama-1988": (100, 400),
}
DECIDED = {"haiti-1994": date(1994, 9, 18), "panama-1988": date(1988, 5, 25)}

TAKES_SIDES = (
    "dictator",
    "tyrant",
    "strongman",
    "thug",
    "puppet",
    "illegitimate",
    "usurper",
    "terrorist",
    "evil",
    "brutal",
    "ruthless",
    "henchm",
    "crony",
    "cronies",
    "so-called",
    "coup-monger",
    "imperialis",
    "yankee",
    "freedom fighter",
    "rightful",
    "regime",
)


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def scenario(name: str) -> Scenario:
    return load(EXAMPLES / f"{name}.yaml")


@pytest.fixture(scope="module")
def compiled(scenario: Scenario) -> Compiled:
    return compile_scenario(scenario)


@pytest.fixture(scope="module")
def solutions(compiled: Compiled) -> Solutions:
    draws = draw(compiled.scenario, 128, seed=1)
    return solve(compiled.game, compiled.payoffs(draws), compiled.chance(draws))


def all_words(scenario: Scenario) -> str:
    """Every text of a scenario that is ours: not the titles of sources and studies."""
    words = [
        scenario.title,
        scenario.question,
        *(party.label for party in scenario.parties),
    ]
    words += [answer.clause for answer in scenario.answers] + [outcome.label for outcome in scenario.outcomes]
    for assumption in scenario.assumptions:
        words.append(assumption.meaning)
        words += [f"{basis.says} {basis.judgement}" for basis in assumption.basis]
    return " ".join(words).lower()


def paragraphs(text: str) -> list[str]:
    return [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]


def test_compiled_game_has_the_promised_size(name: str, compiled: Compiled) -> None:
    compiled.game.check()
    low, high = LEAVES[name]
    assert low <= len(compiled.game.leaves) <= high


def test_there_is_real_imperfect_information(compiled: Compiled) -> None:
    sizes = [len(nodes) for nodes in compiled.game.members]
    assert max(sizes) >= 20


def test_payoffs_and_chance_are_finite_in_every_draw(compiled: Compiled) -> None:
    draws = draw(compiled.scenario, 64, seed=3)
    assert np.isfinite(compiled.payoffs(draws)).all()
    assert (compiled.chance(draws) >= 0).all()


def test_every_private_value_sits_on_a_grid_of_twenty(scenario: Scenario) -> None:
    private = [assumption for assumption in scenario.assumptions if assumption.private_to]
    assert [assumption.grid for assumption in private] == [20]


def test_every_assumption_says_what_it_means_and_rests_on_something(
    scenario: Scenario,
) -> None:
    for assumption in scenario.assumptions:
        assert assumption.meaning, assumption.name
        assert assumption.basis, assumption.name
        for basis in assumption.basis:
            assert basis.says or basis.judgement, assumption.name


def test_every_cited_passage_is_graded_and_its_source_known(scenario: Scenario) -> None:
    known = {source.name: source for source in scenario.sources}
    for assumption in scenario.assumptions:
        for basis in assumption.basis:
            if basis.source:
                assert basis.credibility in range(1, 7), assumption.name
                assert known[basis.source].reliability in set("ABCDEF")
                assert basis.paragraph or basis.passage, assumption.name


def test_every_source_is_used(scenario: Scenario) -> None:
    used = {basis.source for assumption in scenario.assumptions for basis in assumption.basis}
    assert {source.name for source in scenario.sources} <= used


def test_base_rates_give_their_number_of_cases(scenario: Scenario) -> None:
    rates = [basis.base_rate for assumption in scenario.assumptions for basis in assumption.basis if basis.base_rate]
    assert rates
    for rate in rates:
        assert re.search(r"\bof [\d,]+\b|\b\d+ cases", rate), rate


def test_nothing_cited_is_later_than_the_day_of_the_question(name: str, scenario: Scenario) -> None:
    assert scenario.as_of is not None
    assert all(source.date <= scenario.as_of for source in scenario.sources if source.date)
    studies = [basis.study for assumption in scenario.assumptions for basis in assumption.basis if basis.study]
    assert all(int(re.findall(r"\b(?:19|20)\d\d\b", study)[0]) <= scenario.as_of.year for study in studies)
    if name in DECIDED:
        assert scenario.as_of < DECIDED[name]
        assert all(source.date for source in scenario.sources)


def test_no_text_takes_sides(scenario: Scenario) -> None:
    words = all_words(scenario)
    assert [word for word in TAKES_SIDES if re.search(rf"\b{word}", words)] == []


def test_the_first_answer_is_about_the_offer_holding(scenario: Scenario) -> None:
    assert scenario.answers[0].name == "holds"
    assert "accepted" in {answer.name for answer in scenario.answers}


def test_every_answer_can_come_out_either_way(compiled: Compiled) -> None:
    for answer, leaves, asked in zip(compiled.scenario.answers, compiled.answers, compiled.conditions, strict=True):
        assert leaves[asked].any(), answer.name
        assert not leaves[asked].all(), answer.name
        assert answer.given is None or not asked.all(), answer.name


def test_venezuela_asks_what_holds_apart_from_whether_the_offer_is_made() -> None:
    scenario = load(EXAMPLES / "venezuela-2024.yaml")
    assert str(scenario.answers[0].given) == "approach.offer"
    assert "made_and_holds" in {answer.name for answer in scenario.answers if answer.given is None}


def test_no_choice_is_worth_the_same_whatever_happens(compiled: Compiled) -> None:
    payoffs = compiled.payoffs(central(compiled.scenario))[0]
    spread = payoffs.max(axis=0) - payoffs.min(axis=0)
    assert (spread > 1).all()


def test_the_headline_is_neither_certain_nor_excluded(compiled: Compiled, solutions: Solutions) -> None:
    reach = solutions.reach[:, compiled.game.leaves]
    met = reach[:, compiled.conditions[0]].sum(axis=1)
    asked = met > 0.5
    headline = reach[asked][:, compiled.answers[0] & compiled.conditions[0]].sum(axis=1) / met[asked]
    assert asked.mean() > 0.3
    assert 0.02 < headline.mean() < 0.98
    assert np.quantile(headline, 0.9) - np.quantile(headline, 0.1) > 0.1


def test_every_choice_is_the_better_one_somewhere(compiled: Compiled, solutions: Solutions) -> None:
    best: dict[str, float] = {}
    for infoset, labels in enumerate(compiled.game.action_labels):
        move = compiled.scenario.moves[int(compiled.infoset_moves[infoset])]
        for action, label in enumerate(labels, start=int(compiled.game.action_starts[infoset])):
            name = f"{move.name}.{label}"
            best[name] = max(best.get(name, 0.0), float(solutions.strategies[:, action].max()))
    named = {f"{m.name}.{c.name}" for m in compiled.scenario.moves if m.by != CHANCE for c in m.choices}
    assert set(best) == named
    assert [name for name, probability in best.items() if probability < 0.9] == []


def test_cited_paragraphs_of_the_report_exist_and_have_content() -> None:
    if not SEED_TEXT.exists():
        pytest.skip("the report's text is not at hand")
    blocks = paragraphs(SEED_TEXT.read_text(encoding="utf-8"))
    scenario = load(EXAMPLES / "venezuela-2024.yaml")
    cited = {basis.paragraph for a in scenario.assumptions for basis in a.basis if basis.source == "calle_ocho"}
    assert None not in cited
    for number in sorted(n for n in cited if n):
        assert len(blocks[number - 1].split()) > 30, number


def test_the_report_is_not_quoted_at_length() -> None:
    if not SEED_TEXT.exists():
        pytest.skip("the report's text is not at hand")
    text = re.sub(r"\s+", " ", SEED_TEXT.read_text(encoding="utf-8")).lower()
    scenario = load(EXAMPLES / "venezuela-2024.yaml")
    for says in (basis.says.lower().split() for a in scenario.assumptions for basis in a.basis if basis.source):
        runs = (" ".join(says[i : i + 7]) for i in range(max(0, len(says) - 6)))
        assert not any(run in text for run in runs)


def test_venezuela_has_between_fifteen_and_thirty_uncertain_assumptions() -> None:
    scenario = load(EXAMPLES / "venezuela-2024.yaml")
    uncertain = [a for a in scenario.assumptions if not a.value.is_fixed]
    assert 15 <= len(uncertain) <= 30
    assert 4 <= len(scenario.parties) <= 6


def test_venezuela_patrons_cannot_tell_a_secret_offer_from_none() -> None:
    game = compile_scenario(load(EXAMPLES / "venezuela-2024.yaml")).game
    patrons = game.players.index("patrons")
    sizes = sorted(len(game.members[i]) for i in np.flatnonzero(game.infoset_players == patrons))
    assert sizes == [1, 2]
