"""Loading scenario files: what YAML means here, where things stand, and files that cannot be read."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from offramp.errors import ScenarioError
from offramp.scenario import load as load_module
from offramp.scenario.blocks import block_names
from offramp.scenario.dump import dumps
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.load import load, loads
from offramp.scenario.model import Basis, Scenario, Source
from offramp.scenario.nodes import MAX_NODES, character_position

GOOD = Path(__file__).parent / "good"
EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = sorted([*GOOD.glob("*.yaml"), *EXAMPLES.glob("*.yaml")])

SHORT = """\
format: offramp/1
title: Short
parties: {a: A}
moves: {m: {by: a, choices: {yes: {next: end}}}}
outcomes: {end: {payoffs: {a: 1}}}
"""


def only_problem(text: str) -> str:
    """The one problem of a text, as it prints."""
    with pytest.raises(ScenarioError) as raised:
        loads(text)
    (problem,) = raised.value.problems
    return str(problem)


@pytest.fixture(scope="module")
def sample() -> Scenario:
    return load(GOOD / "design-sample.yaml")


@pytest.fixture(scope="module")
def features() -> Scenario:
    return load(GOOD / "features.yaml")


def test_the_sample_of_the_design_loads(sample: Scenario) -> None:
    assert sample.title == "An amnesty offer to Nicolás Maduro"
    assert sample.as_of == date(2024, 8, 15)
    assert [party.name for party in sample.parties] == ["us", "ruler", "command", "opposition", "watchers"]
    assert sample.moves[0].name == "approach"
    assert sample.moves[0].known_to == ("us", "ruler")
    assert sample.moves[2].known_to is None
    assert sample.offer["sanctions"] == "phased"


def test_options_without_numbers_are_ranks_scaled_to_one(sample: Scenario) -> None:
    terms = {term.name: [option.number for option in term.options] for term in sample.terms}
    assert terms["amnesty"] == [0.0, 0.5, 1.0]
    assert terms["sanctions"] == [0.0, 0.5, 1.0]


def test_the_choice_without_a_probability_takes_the_rest(sample: Scenario) -> None:
    leaked, held = sample.moves[1].choices
    assert leaked.probability is not None
    assert leaked.probability.text == "p_leak"
    assert held.probability is None


def test_all_in_reveals_is_written_out(sample: Scenario) -> None:
    everyone = tuple(party.name for party in sample.parties)
    assert dict(sample.moves[1].choices[0].reveals) == {"approach": everyone, "leak": everyone}


def test_words_that_older_yaml_takes_for_truth_values_are_names(features: Scenario) -> None:
    visa, price = features.terms[1], features.terms[2]
    assert [option.name for option in visa.options] == ["no", "yes"]
    assert [option.name for option in price.options] == ["off", "on"]
    assert features.parties[2].name == "y"
    assert features.offer["visa"] == "no"


def test_a_version_directive_does_not_change_what_words_mean() -> None:
    scenario = loads(f"%YAML 1.1\n---\n{SHORT}")
    assert scenario.moves[0].choices[0].name == "yes"


def test_a_range_makes_evenly_spaced_options(features: Scenario) -> None:
    share = features.terms[0]
    assert [(option.name, option.number) for option in share.options] == [
        *[("o0", 0.0), ("o1", 0.25), ("o2", 0.5), ("o3", 0.75), ("o4", 1.0)]
    ]


def test_a_move_that_sets_a_term_has_its_options_as_choices(features: Scenario) -> None:
    demand = features.moves[0]
    assert [choice.name for choice in demand.choices] == ["o0", "o1", "o2", "o3", "o4"]
    assert {choice.next for choice in demand.choices} == {"weather"}


def test_merge_keys_and_aliases_are_resolved(features: Scenario) -> None:
    take, _, leave = features.moves[2].choices
    assert (leave.next, leave.label, take.label) == ("done", "to leave", "")


def test_bases_keep_their_kind(features: Scenario) -> None:
    assert features.assumptions[0].basis == (Basis(judgement="judgement"),)
    source, base_rate, study = features.assumptions[1].basis
    assert source == Basis(source="yearbook", passage="first words", says="what it says")
    assert base_rate.base_rate == "12 of 53 cases"
    assert study.study == "Somebody 1990, Table 2"


def test_sources_keep_their_date(features: Scenario) -> None:
    expected = Source("yearbook", "A yearbook", "", date(1999, 12, 31), "https://example.org/yearbook", "F")
    assert features.sources == (expected,)


def test_folded_text_is_one_line(features: Scenario) -> None:
    assert features.assumptions[1].meaning == "a meaning that is folded over lines"


def test_a_choice_may_be_known_to_nobody_else(features: Scenario) -> None:
    fair, foul, odd = features.moves[1].choices
    assert (fair.known_to, foul.known_to, odd.known_to) == (("rival",), ("rival",), ())


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_is_written_out_reads_back_the_same(path: Path) -> None:
    scenario = load(path)
    assert loads(dumps(scenario)) == scenario


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_positions_point_at_the_text(path: Path) -> None:
    origin = load(path).origin
    assert origin is not None
    lines = origin.text.splitlines()
    for keys, (line, column) in origin.keys.items():
        here = lines[line - 1][column - 1 :].lstrip("'\"")
        assert here.startswith((keys[-1], *block_names()))  # what a block brings stands where the block is used


def test_the_position_of_a_value_and_of_what_is_not_there(sample: Scenario) -> None:
    origin = sample.origin
    assert origin is not None
    line, column = origin.positions["moves", "leak", "by"]
    assert origin.text.splitlines()[line - 1][column - 1 :] == "chance"
    assert origin.locate(("moves", "leak", "label")) == origin.positions["moves", "leak"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte-order-mark"])
def test_line_ends_and_a_byte_order_mark_change_nothing(newline: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_bytes((mark + SHORT.replace("\n", newline)).encode())
    assert load(path) == loads(SHORT)
    path.write_bytes((mark + SHORT.replace("by: a", "by: b").replace("\n", newline)).encode())
    with pytest.raises(ScenarioError, match=r"short\.yaml:4:17: moves.m.by: the unknown party 'b'"):
        load(path)


def test_a_byte_order_mark_does_not_move_the_first_column() -> None:
    assert only_problem("\ufeff" + SHORT.replace("format", "formt")).startswith("<text>:1:1: formt:")


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_scenarios_can_be_pickled_and_copied(path: Path) -> None:
    scenario = load(path)
    for again in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):
        assert again == scenario
        assert again.origin == scenario.origin


def test_the_mappings_of_a_scenario_cannot_be_changed(sample: Scenario) -> None:
    with pytest.raises(TypeError):
        sample.offer["court"] = "open"  # type: ignore[index]
    assert sample.offer == dict(sample.offer)
    assert repr(FrozenMap({"a": 1})) == "FrozenMap({'a': 1})"


def test_a_changed_copy_does_not_pass_for_the_file(sample: Scenario) -> None:
    assert sample.as_read
    assert not replace(sample, title="Another").as_read
    assert copy.deepcopy(sample).as_read


def test_text_in_utf_16_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notepad.yaml"
    file.write_text(SHORT, encoding="utf-16")
    with pytest.raises(ScenarioError, match=r"UTF-16 text\n +allowed: UTF-8\n +remedy: +save the file as UTF-8"):
        load(file)


def test_a_missing_file_is_named_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "venezuela.yaml").write_text(SHORT)
    with pytest.raises(ScenarioError, match=r"(?s)venzuela.yaml: .*no such file.*did you mean 'venezuela.yaml'"):
        load(tmp_path / "venzuela.yaml")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="a folder"):
        load(tmp_path)


def test_a_name_with_a_null_character_is_refused() -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load("a\0b.yaml")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(SHORT)
    monkeypatch.setattr(load_module, "MAX_BYTES", len(SHORT) - 1)
    with pytest.raises(ScenarioError, match="a file of"):
        load(path)
    with pytest.raises(ScenarioError, match="a text of"):
        loads(SHORT)


def test_aliases_may_not_grow_without_limit() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert f"more than {MAX_NODES:,} values" in only_problem("\n".join(rows))


def test_many_keys_of_an_unreadable_text_are_not_read_as_text() -> None:
    assert "the text" in only_problem("no mapping at all")


@pytest.mark.parametrize(
    ("scalar", "value", "offset", "expected"),
    [
        ("a + b", "a + b", 4, (1, 5)),
        ("'a + b'", "a + b", 4, (1, 6)),
        ('"a + b"', "a + b", 4, (1, 6)),
        ("&anchor a + b", "a + b", 4, (1, 13)),
        (">-\n  a\n  + b", "a + b", 4, (3, 5)),
        ("|\n  a\n  + b\n", "a\n+ b\n", 4, (3, 5)),
        ("a\n  + b", "a + b", 4, (2, 5)),
        ('"a \\u002b b"', "a + b", 4, (1, 1)),
        ("a", "a", 1, (1, 1)),
    ],
    ids=["plain", "single", "double", "anchored", "folded", "literal", "two lines", "escaped", "end"],
)
def test_characters_of_a_scalar_are_found_in_the_file(
    scalar: str, value: str, offset: int, expected: tuple[int, int]
) -> None:
    assert character_position(scalar, (1, 1), value, offset) == expected


def test_an_error_prints_position_path_found_allowed_and_remedy() -> None:
    assert only_problem(SHORT.replace("by: a", "by: b")) == (
        "<text>:4:17: moves.m.by: the unknown party 'b'\n"
        "    allowed: one of 'a'\n"
        "    remedy:  name a party of the scenario, or chance"
    )


def test_an_error_survives_pickling() -> None:
    with pytest.raises(ScenarioError) as raised:
        loads(SHORT.replace("by: a", "by: b"))
    assert pickle.loads(pickle.dumps(raised.value.problems)) == raised.value.problems
