"""A new name stands wherever the old one stood, and nowhere else is anything changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from offramp.errors import ScenarioError
from offramp.scenario.load import loads
from offramp.scenario.model import Scenario
from offramp.scenario.rename import rename

ROOT = Path(__file__).parent
SAMPLE = (ROOT / "good" / "design-sample.yaml").read_text(encoding="utf-8")
FEATURES = (ROOT / "good" / "features.yaml").read_text(encoding="utf-8")
OFFERS = (ROOT / "good" / "offers-and-observed.yaml").read_text(encoding="utf-8")
VENEZUELA = (ROOT.parent / "examples" / "venezuela-2024.yaml").read_text(encoding="utf-8")


def named_things(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    """The path of everything in a scenario that has a name."""
    for section in ("parties", "terms", "assumptions", "moves", "outcomes", "answers", "sources"):
        yield from ((section, each.name) for each in getattr(scenario, section))
    yield from (("formulas", name) for name in scenario.formulas)
    yield from (("terms", term.name, option.name) for term in scenario.terms for option in term.options)
    yield from (("moves", move.name, "choices", each.name) for move in scenario.moves for each in move.choices)
    if scenario.aftermath:
        yield from (("aftermath", "states", each.name) for each in scenario.aftermath.states)
        yield from (("aftermath", "indicators", each.name) for each in scenario.aftermath.indicators)


@pytest.mark.parametrize("text", [SAMPLE, OFFERS], ids=["design-sample", "offers"])
def test_everything_can_be_renamed_and_renamed_back(text: str) -> None:
    for path in named_things(loads(text)):
        renamed = rename(text, path, "other_name")
        assert (*path[:-1], "other_name") in set(named_things(loads(renamed)))
        assert path not in set(named_things(loads(renamed)))
        assert len(renamed.splitlines()) == len(text.splitlines())
        assert rename(renamed, (*path[:-1], "other_name"), path[-1]) == text


@pytest.mark.parametrize(
    ("path", "new", "before", "after"),
    [
        (
            ("parties", "r"),
            "ruler",
            "moves: {m: {by: r, known_to: [r, s]}}",
            "moves: {m: {by: ruler, known_to: [ruler, s]}}",
        ),
        (("terms", "t"), "u", "offer: {t: t}\nformulas: {f: t + x.t}", "offer: {u: t}\nformulas: {f: u + x.t}"),
        (
            ("terms", "t", "a"),
            "b",
            "offer: {t: a, s: a}\nformulas: {f: t.a + s.a}",
            "offer: {t: b, s: a}\nformulas: {f: t.b + s.a}",
        ),
        (
            ("moves", "m", "choices", "c"),
            "d",
            "answers: {c: {says: c, when: m.c or n.c}}",
            "answers: {c: {says: c, when: m.d or n.c}}",
        ),
        (("moves", "m", "choices", "c"), "d", "observed: {saw: {m: c, n: c}}", "observed: {saw: {m: d, n: c}}"),
        (("outcomes", "o"), "p", "answers: {o: {when: outcome.o * o}}", "answers: {o: {when: outcome.p * o}}"),
        (("assumptions", "a"), "b", "formulas: {f: 2 * (a+aa) - a}  # a", "formulas: {f: 2 * (b+aa) - b}  # a"),
        (
            ("assumptions", "a"),
            "b",
            "correlations: [{between: [a, c], rank: 0}]",
            "correlations: [{between: [b, c], rank: 0}]",
        ),
        (("assumptions", "a"), "b", "offers: {at_most: {'a * t': 1}}", "offers: {at_most: {'b * t': 1}}"),
        (("assumptions", "a"), "b", "formulas:\n  f: >-\n    1 +\n    a", "formulas:\n  f: >-\n    1 +\n    b"),
    ],
)
def test_each_kind_of_name_is_found_where_it_is_meant(path: tuple[str, ...], new: str, before: str, after: str) -> None:
    declared = {
        "parties": "parties: {r: r}",
        "terms": "terms: {t: [a, c]}",
        "moves": "moves: {m: {by: r, choices: {c: {next: o}}}}",
        "outcomes": "outcomes: {o: {payoffs: {}}}",
        "assumptions": "assumptions: {a: {value: 1, meaning: a}}",
    }[path[0]]
    renamed = {
        2: declared.replace(f"{{{path[-1]}:", f"{{{new}:", 1),
        3: declared.replace(f"[{path[-1]}", f"[{new}", 1),
        4: declared.replace(f"{path[-1]}: {{next", f"{new}: {{next", 1),
    }[len(path)]
    assert rename(f"{declared}\n{before}\n", path, new) == f"{renamed}\n{after}\n"


def test_the_options_of_a_term_are_the_choices_of_the_move_that_sets_it() -> None:
    judge = "judge: {by: opposition, sets: court, next: promise}"
    text = SAMPLE.replace("promise:\n    by:", f"{judge}\n  promise:\n    by:")
    renamed = rename(text, ("moves", "judge", "choices", "open"), "closed")
    assert renamed == rename(text, ("terms", "court", "open"), "closed")
    assert "court:     [closed, shielded]" in renamed


def test_the_options_of_a_range_keep_their_names() -> None:
    with pytest.raises(ScenarioError, match="no option 'o1' in this file"):
        rename(FEATURES, ("terms", "share", "o1"), "other")


def test_a_block_is_told_the_new_name_of_what_it_goes_by() -> None:
    renamed = rename(VENEZUELA, ("parties", "ruler"), "president")
    assert "  - leak: {next: backing, ruler: president}" in renamed
    assert "ruler" not in {party.name for party in loads(renamed).parties}
    renamed = rename(VENEZUELA, ("parties", "opposition"), "successors")
    assert "  - successor: {party: successors, next: warrant}" in renamed


def test_a_block_that_is_named_alone_gets_its_parameter() -> None:
    text = "use: [leak]\nparties: {us: a, ruler: b}\nmoves: {approach: {by: us, choices: {go: {next: leak}}}}\n"
    assert rename(text, ("parties", "us"), "envoy") == (
        "use: [{leak: {proposer: envoy}}]\nparties: {envoy: a, ruler: b}\n"
        "moves: {approach: {by: envoy, choices: {go: {next: leak}}}}\n"
    )


@pytest.mark.parametrize(
    ("path", "new", "match"),
    [
        (("parties", "nobody"), "x", "no party 'nobody'"),
        (("parties", "us"), "ruler", "'ruler', which is taken"),
        (("parties", "us"), "all", "cannot be a name"),
        (("parties", "us"), "two words", "cannot be a name"),
        (("assumptions", "office"), "court", "'court', which is taken"),
        (("assumptions", "office"), "outcome", "cannot be a name"),
        (("moves", "answer"), "kept", "'kept', which is taken"),
        (("terms", "court", "open"), "shielded", "'shielded', which is taken"),
        (("moves", "answer", "choices", "accept"), "refuse", "'refuse', which is taken"),
        (("title",), "x", "a place where no name stands"),
        (("moves", "answer", "by"), "x", "a place where no name stands"),
    ],
)
def test_what_cannot_be_renamed_is_refused(path: tuple[str, ...], new: str, match: str) -> None:
    with pytest.raises(ScenarioError, match=match):
        rename(SAMPLE, path, new)


@pytest.mark.parametrize(
    ("path", "match"),
    [
        (("assumptions", "p_leak"), "which a building block goes by"),
        (("formulas", "claims_stay"), "no formula 'claims_stay' in this file"),
        (("moves", "promise", "choices", "keep"), "no choice 'keep' in this file"),
    ],
)
def test_what_a_block_brings_keeps_its_name(path: tuple[str, ...], match: str) -> None:
    with pytest.raises(ScenarioError, match=match):
        rename(VENEZUELA, path, "other")


def test_a_name_that_is_written_with_escapes_is_refused() -> None:
    with pytest.raises(ScenarioError, match="written in another way"):
        rename('assumptions: {a: {value: 1}}\nformulas: {f: "\\x61 + 1"}\n', ("assumptions", "a"), "b")


def test_a_file_with_errors_gets_no_others() -> None:
    broken = SAMPLE.replace("next: loyalty", "next: nowhere", 1)
    renamed = rename(broken, ("parties", "us"), "envoy")
    assert "by: envoy" in renamed
    with pytest.raises(ScenarioError, match="not YAML"):
        rename("parties: [", ("parties", "us"), "envoy")
