"""Passages, hedges and origins: what a basis points to, what it supports, and who copies whom."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from offramp.cli import main
from offramp.scenario.load import load, loads
from offramp.scenario.model import Basis, Scenario
from offramp.sources.checking import Checked, check_sources
from offramp.sources.document import Document
from offramp.sources.hedges import best_digit, hedges_in, statement
from offramp.sources.origins import COPIED, OVERLAP, find_origins
from offramp.sources.passages import Missing, Passage, find_passage
from offramp.sources.words import clauses, folded, sentences
from papers import STORY
from test_document import fits, keys

ROOT = Path(__file__).parents[1]

REPORT = Document(
    "0" * 64,
    "text",
    (
        "Page line",
        "Maduro’s  “inner circle” — it is said — would be covered, and the ruler may stay.",
        "There is no other way, he said. It will be so.",
        "He may stay.",
    ),
)


def found(**basis: Any) -> Passage | Missing:
    return find_passage(REPORT, Basis(source="r", **basis))


# --- passages


@pytest.mark.parametrize("number", [1, 4])
def test_a_paragraph_is_found_by_its_number(number: int) -> None:
    assert found(paragraph=number) == Passage(number, REPORT.paragraphs[number - 1])


def test_a_number_beyond_the_last_is_missing() -> None:
    missing = found(paragraph=5)
    assert isinstance(missing, Missing)
    assert missing.found == "the document has 4 paragraphs, no paragraph 5"


@pytest.mark.parametrize(
    "words",
    [
        "maduro's 'inner circle'",
        'MADURO\'S "INNER\n   CIRCLE" - it is said',
        "«inner circle» – it is said –",
        "inner circle … covered",
        "“…inner circle [...] the ruler may stay...”",
        "inner\u00a0circle",
    ],
)
def test_words_are_found_however_they_are_typed(words: str) -> None:
    passage = found(passage=words)
    assert isinstance(passage, Passage)
    assert passage.paragraph == 2


def test_words_in_several_paragraphs_name_the_first_and_the_others() -> None:
    passage = found(passage="may stay")
    assert isinstance(passage, Passage)
    assert (passage.paragraph, passage.also) == (2, (4,))


def test_words_that_run_into_the_next_paragraph_are_found() -> None:
    passage = found(passage="It will be so. He may")
    assert isinstance(passage, Passage)
    assert passage.paragraph == 3


def test_words_that_are_not_there_name_the_nearest_paragraph() -> None:
    near = found(passage="his inner circle would all be covered")
    assert isinstance(near, Missing)
    assert "nearest is paragraph 2" in near.remedy
    far = found(passage="elephants and giraffes")
    assert isinstance(far, Missing)
    assert "nearest" not in far.remedy
    assert isinstance(found(passage="…"), Missing)
    assert isinstance(found(passage="may stay … inner circle"), Missing), "parts stand in their order"


# --- sentences and hedges


def test_sentences_end_where_they_end() -> None:
    text = "The U.S. has offered it. Gen. Diaz of the U.N. refused! “Never.” "
    text += "They left the U.S. Additionally, no 3.5 was met."
    assert sentences(text) == (
        "The U.S. has offered it.",
        "Gen. Diaz of the U.N. refused!",
        "“Never.”",
        "They left the U.S.",
        "Additionally, no 3.5 was met.",
    )


def test_clauses_are_cut_where_something_new_is_said() -> None:
    assert clauses("Others, such as Peru, may refuse, and some will not") == (
        "Others, such as Peru, may refuse",
        "and some will not",
    )
    assert clauses("it is said—perhaps") == ("it is said", "perhaps")
    assert folded("A  “b”—C’s") == "a 'b'-c's"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("He reportedly agreed.", ["reportedly"]),
        ("According to two people close to the talks, he agreed.", ["according to two people"]),
        ("The deal is said to include exile.", ["is said to"]),
        ("Exile was allegedly promised.", ["allegedly"]),
        ("Officials said on condition of anonymity that he left.", ["on condition of anonymity"]),
        ("An unconfirmed report has him gone.", ["unconfirmed"]),
        ("He may, might or could go.", ["may", "might", "could"]),
        ("He appears to be potentially ready.", ["appears to", "potentially"]),
        ("It is likely that he goes; it is possibly near.", ["it is likely", "possibly"]),
        ("He left in May 2024, on 3 May, and since May.", []),
        ("The mayor mightily dismayed the crowd.", []),
        ("He will go.", []),
    ],
)
def test_hedges_are_told_from_other_words(text: str, words: list[str]) -> None:
    assert [hedge.words for hedge in hedges_in(text)] == words


@pytest.mark.parametrize(
    ("text", "says", "best"),
    [
        ("The army has not spoken.", "the army is silent", 2),
        ("The army may rise.", "the army may rise", 3),
        ("Reportedly, according to sources, the army has agreed.", "the army agreed", 3),
        ("Reportedly the army may rise.", "the army rises", 4),
        ("The army might potentially rise.", "the army rises", 4),
        ("The army has agreed, and the court may act.", "the army agreed", 2),
        ("The army has agreed, and the court may act.", "the court acts", 3),
        ("It is said to offer exile, potentially in a haven.", "a haven", 4),
        ("It is said to offer exile, potentially in a haven.", "exile is offered", 3),
        ("Some agree. The army may rise. Others wait.", "the army", 3),
        ("The army agreed. The court may act.", "elephants", 3),
        ("The army agreed. The court may act.", "", 3),
    ],
)
def test_what_a_passage_supports_follows_from_the_hedges_of_its_clause(text: str, says: str, best: int) -> None:
    stated = statement(text, says)
    assert stated.best == best
    assert best_digit(stated, 1) == best
    assert best_digit(stated, 2) == best - 1


# --- origins


def story(start: int, count: int = 300) -> str:
    return " ".join(f"w{number}" for number in range(start, start + count))


def documents(**texts: str) -> dict[str, Document | None]:
    return {name: Document(f"{index:064}", "text", (text,)) for index, (name, text) in enumerate(texts.items())}


def test_reprints_excerpts_and_compilations_have_one_origin() -> None:
    texts = documents(
        first=story(0),
        reprint="Our desk. " + story(0).upper() + " All rights reserved.",
        excerpt=story(100, 40),
        wider=story(0) + " " + story(5000, 900),
        other=story(9000),
    )
    origins = find_origins({**texts, "unread": None})
    assert origins.groups == (("first", "reprint", "excerpt", "wider"), ("other",), ("unread",))
    assert origins.count(["first", "excerpt", "other", "unknown"]) == 3
    assert {(pair.first, pair.second) for pair in origins.copies} >= {("first", "reprint"), ("first", "excerpt")}


def test_reports_that_share_a_quotation_count_apart_and_are_named() -> None:
    first, second = story(0), story(0, 90) + " " + story(5000, 210)
    origins = find_origins(documents(first=first, second=second))
    assert origins.groups == (("first",), ("second",))
    (pair,) = origins.overlaps
    assert OVERLAP <= pair.containment < COPIED
    assert not find_origins(documents(first=story(0), second=story(5000))).overlaps


def test_the_same_bytes_are_one_origin_however_short() -> None:
    note = Document("0" * 64, "text", ("He left.",))
    assert find_origins({"a": note, "b": note}).groups == (("a", "b"),)
    assert len(find_origins({"a": note, "b": replace(note, sha256="1" * 64)}).groups) == 2


# --- the check of a scenario

SCENARIO = """
format: offramp/1
title: Talks
sources:
  gazette: {title: The Gazette, reliability: B, file: gazette.txt}
  reprint: {title: A reprint, reliability: C, file: reprint.txt}
  herald: {title: The Herald, reliability: B, file: herald.txt}
parties: {he: the ruler}
assumptions:
  office:
    meaning: what office is worth
    value: {uniform: [0, 2]}
    basis:
      - {source: gazette, paragraph: 2, says: he may accept an amnesty, credibility: 2}
      - {source: reprint, passage: "may accept an AMNESTY", credibility: 3}
      - {source: gazette, says: no locator}
      - {judgement: a guess}
  army:
    value: {uniform: [0, 2]}
    basis:
      - {source: gazette, paragraph: 1, says: the army has not spoken, credibility: 1}
      - {source: herald, paragraph: 1, says: the army is silent, credibility: 1}
  rulers: {value: 1, basis: [{source: gazette, paragraph: 4, says: other rulers watch, credibility: 1}]}
moves: {answer: {by: he, choices: {go: {next: gone}, stay: {next: stays}}}}
outcomes: {gone: {payoffs: {he: army * rulers}}, stays: {payoffs: {he: office}}}
observed: {saw: {answer: stay}, says: he stayed, basis: [{source: herald, paragraph: 2}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gazette.txt").write_text("\n\n".join(STORY), encoding="utf-8")
    (tmp_path / "reprint.txt").write_text("Our own desk\n\n" + "\n\n".join(STORY[:3]), encoding="utf-8")
    herald = "All day the army kept silent, as it had done before.\n\nHe did not go when he was first asked to."
    (tmp_path / "herald.txt").write_text(herald, encoding="utf-8")
    (tmp_path / "talks.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def checked(folder: Path, change: tuple[str, str] = ("", "")) -> Checked:
    return check_sources(loads(SCENARIO.replace(*change)), folder)


def test_every_basis_gets_its_passage_its_origins_and_its_flag(folder: Path) -> None:
    done = checked(folder)
    assert done.resolves
    assert done.origins.groups == (("gazette", "reprint"), ("herald",))
    by_path = {each.path: each for each in done.located}
    assert list(by_path) == [
        *(f"assumptions.office.basis.{number}" for number in range(3)),
        "assumptions.army.basis.0",
        "assumptions.army.basis.1",
        "assumptions.rulers.basis.0",
        "observed.0.basis.0",
    ]
    office = by_path["assumptions.office.basis.0"]
    assert (office.origins, office.best) == (1, 3), "a reprint confirms nothing"
    assert "graded 2 (probably true), but hedged by 'may': at best 3" in office.flag
    assert by_path["assumptions.office.basis.1"].passage == Passage(3, STORY[1])
    assert by_path["assumptions.office.basis.2"].status == "no locator"
    assert [by_path[f"assumptions.army.basis.{number}"].flag for number in (0, 1)] == ["", ""], "two origins confirm"
    assert "takes another independent origin" in by_path["assumptions.rulers.basis.0"].flag
    assert by_path["observed.0.basis.0"].what == "observed.0"


def test_locators_that_lead_nowhere_are_told_with_what_to_do(folder: Path) -> None:
    done = checked(folder, ("paragraph: 4", "paragraph: 40"))
    assert not done.resolves
    (lost,) = [each for each in done.located if not each.resolves]
    assert (lost.what, lost.status) == ("rulers", "missing")
    assert "no paragraph 40" in lost.trouble
    (folder / "herald.txt").write_bytes(b"PK\x03\x04")
    refused = checked(folder)
    assert {each.what for each in refused.located if each.status == "no document"} == {"army", "observed.0"}
    assert "zip archive" in refused.held["herald"].trouble
    fits(refused.document(), "passages")


def test_the_command_shows_passages_and_gives_a_code(folder: Path) -> None:
    words = ["sources", "check", str(folder / "talks.yaml"), "--documents", str(folder)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    for text in (
        "may accept an amnesty",
        "have one origin",
        "Every locator leads to a passage (6)",
        "no paragraph: or",
    ):
        assert text in done.stdout
    document = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    fits(document, "passages")
    (folder / "herald.txt").unlink()
    lost = CliRunner().invoke(main, words)
    assert lost.exit_code == 1
    assert "2 of 6 locators lead nowhere" in lost.stdout


@pytest.mark.parametrize("name", ["sources", "passages", "suggestions", "trace", "without"])
def test_each_schema_is_a_schema_and_is_described(name: str) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    described = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert not [key for key in keys(schema) if f"`{key}`" not in described]


def test_documents_lie_beside_the_scenario_unless_told_otherwise(folder: Path) -> None:
    assert CliRunner().invoke(main, ["sources", "check", str(folder / "talks.yaml")]).exit_code == 1
    (folder / "sources").mkdir()
    for place in folder.glob("*.txt"):
        place.rename(folder / "sources" / place.name)
    assert CliRunner().invoke(main, ["sources", "check", str(folder / "talks.yaml")]).exit_code == 0


def test_the_example_points_only_to_its_one_report() -> None:
    """Its report is not part of the repository; what it would take is a document of that name."""
    scenario: Scenario = load(ROOT / "examples" / "venezuela-2024.yaml")
    done = check_sources(scenario, "nowhere")
    assert not done.resolves
    assert {each.source for each in done.located} == {"calle_ocho"}
    assert all("calle-ocho-2024.txt" in each.trouble for each in done.located)
