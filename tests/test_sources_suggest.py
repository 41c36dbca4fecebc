"""Suggestions: the actors, terms, obstacles and hedges of a report, and what may bear on the items of a scenario."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.scenario.load import load
from offramp.sources.document import Document, blocks
from offramp.sources.hedges import statement
from offramp.sources.namefinder import names
from offramp.sources.suggesting import PER_ITEM, Suggestions, suggest
from test_document import fits

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "venezuela-2024.yaml"

REPORT = """The Evening Post

Secret Talks On Exit For President

Envoys of the United States have reportedly offered President Nicolás Maduro an amnesty if he gives up power. Maduro has
not answered, and Washington has denied it.

According to officials familiar with the undisclosed talks, the offer is said to include safe passage to a country of
his choosing, potentially Qatar, and immunity from international prosecution, so that the International Criminal Court
(ICC) might have to stand back. A lifting of sanctions and financial aid could follow.

He may well refuse. He has kept control over the military, whose officers fear trials of their own. Russia and China,
who have supported him, could stand by him.

Parts of the opposition view a pardon with skepticism and speak of a betrayal of the victims. A deal could also embolden
other authoritarian leaders. If the army splits, a power vacuum might open the door to bloodshed.

The U.S. has no plan for that, one diplomat said. The ICC did not comment.
"""


@pytest.fixture(scope="module")
def report() -> Document:
    return Document("0" * 64, "text", blocks(REPORT))


@pytest.fixture(scope="module")
def plain(report: Document) -> Suggestions:
    return suggest(report)


@pytest.fixture(scope="module")
def matched(report: Document) -> Suggestions:
    return suggest(report, load(EXAMPLE))


def test_the_actors_of_a_report_are_found_each_once(plain: Suggestions) -> None:
    actors = [each.name for each in plain.found if each.kind == "actor"]
    for name in (
        "Nicolás Maduro",
        "United States",
        "International Criminal Court",
        "Russia",
        "China",
        "opposition",
        "military",
        "court",
        "rulers",
        "victims",
    ):
        assert name in actors
    for other in ("Maduro", "Washington", "ICC", "U.S", "He", "Envoys", "Parts", "President", "Secret Talks"):
        assert other not in actors


def test_forms_of_one_name_count_together(report: Document) -> None:
    found = {name.text: name for name in names(report.paragraphs)}
    assert found["United States"].paragraphs == (3, 7)
    assert found["United States"].count == 3
    assert found["Nicolás Maduro"].count == 2
    assert found["International Criminal Court"].paragraphs == (4, 7)


@pytest.mark.parametrize(
    ("name", "paragraph", "word"),
    [
        ("amnesty", 3, "amnesty"),
        ("passage", 4, "safe passage"),
        ("immunity", 4, "immunity from international prosecution"),
        ("sanctions", 4, "sanctions"),
        ("aid", 4, "financial aid"),
        ("refusal", 5, "refuse"),
        ("accountability", 6, "skepticism"),
        ("precedent", 6, "embolden"),
        ("vacuum", 6, "power vacuum"),
        ("patrons", 5, "have supported"),
        ("leak", 4, "familiar with the undisclosed talks"),
        ("loyalty", 5, "control over the military"),
    ],
)
def test_terms_and_obstacles_are_found_with_the_words_for_it(
    plain: Suggestions, name: str, paragraph: int, word: str
) -> None:
    found = [each for each in plain.found if each.name == name and each.kind in {"term", "obstacle"}]
    assert (paragraph, True) in [(each.paragraph, word in each.why) for each in found]


def test_every_hedged_sentence_is_listed_with_its_hedges(plain: Suggestions) -> None:
    hedged = {each.sentence.split()[0]: each for each in plain.found if each.kind == "hedge"}
    assert hedged["According"].hedges[:2] == ("according to officials", "is said to")
    assert hedged["According"].best == 4
    assert {"Envoys", "He", "Russia", "A", "If"} <= set(hedged)
    assert "Parts" not in hedged


@pytest.mark.parametrize(
    ("kind", "name", "paragraph", "word"),
    [
        ("party", "us", 3, "washington"),
        ("party", "ruler", 3, "maduro"),
        ("party", "command", 5, "military"),
        ("party", "opposition", 6, "opposition"),
        ("party", "prosecutor", 4, "criminal"),
        ("party", "patrons", 5, "russia"),
        ("term", "amnesty", 3, "amnesty"),
        ("term", "amnesty", 6, "pardon"),
        ("term", "sanctions", 4, "sanctions"),
        ("move", "answer", 5, "refuse"),
        ("move", "leak", 4, "familiar with the undisclosed talks"),
        ("assumption", "haven", 4, "safe passage"),
        ("assumption", "shield", 4, "immunity"),
        ("assumption", "grievance", 6, "betrayal"),
        ("assumption", "precedent", 6, "embolden"),
        ("assumption", "turmoil", 6, "vacuum"),
        ("assumption", "office", 5, "control"),
        ("assumption", "upkeep", 5, "china"),
    ],
)
def test_passages_that_bear_on_the_items_of_a_scenario(
    matched: Suggestions, kind: str, name: str, paragraph: int, word: str
) -> None:
    found = [each for each in matched.found if (each.kind, each.name) == (kind, name)]
    assert (paragraph, True) in [(each.paragraph, word in each.why) for each in found]
    assert len(found) <= PER_ITEM
    assert found == sorted(found, key=lambda each: -each.score)


def test_items_without_a_passage_are_named(matched: Suggestions) -> None:
    assert "assumption broken_word" in matched.nothing
    with_passage = {f"{each.kind} {each.name}" for each in matched.found}
    assert not with_passage & set(matched.nothing)


def test_a_report_about_something_else_bears_on_nothing() -> None:
    weather = Document("1" * 64, "text", ("It rained all day in the valley and the river rose by two feet.",))
    assert not [each for each in suggest(weather, load(EXAMPLE)).found if each.kind in {"party", "term"}]
    assert not [each for each in suggest(weather).found if each.kind in {"term", "obstacle", "hedge"}]


@pytest.mark.parametrize("words", [[], ["--scenario", str(EXAMPLE)]])
def test_the_command_says_that_nothing_of_it_is_a_finding(words: list[str], tmp_path: Path) -> None:
    place = tmp_path / "report.txt"
    place.write_text(REPORT, encoding="utf-8")
    done = CliRunner().invoke(main, ["sources", "suggest", str(place), *words])
    assert done.exit_code == 0, done.output
    assert "None is a finding" in " ".join(done.stdout.split())
    assert "safe passage" in done.stdout
    document = json.loads(CliRunner().invoke(main, ["sources", "suggest", str(place), *words, "--json"]).stdout)
    fits(document, "suggestions")
    assert document["scenario"] == (load(EXAMPLE).title if words else None)


@pytest.mark.parametrize("piece", ["A-", "U.S. ", "Aa ", "Aa (", "may ", "(", '"', ", and ", "according to a ", "!'"])
def test_no_text_takes_long(piece: str) -> None:
    """Half a million of these letters took minutes where an expression looked back over all of them."""
    text = piece * (100_000 // len(piece))
    began = perf_counter()
    suggest(Document("0" * 64, "text", (text,)))
    statement(text, "may refuse")
    assert perf_counter() - began < 10
