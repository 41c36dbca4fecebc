"""Likelihood words: every term, both sides of every edge, the ends, and the sentences."""

from __future__ import annotations

import doctest

import pytest

from offramp.tell import words


@pytest.mark.parametrize(
    ("probability", "term"),
    [
        (0.01, "almost no chance"),
        (0.049, "almost no chance"),
        (0.05, "very unlikely"),
        (0.199, "very unlikely"),
        (0.20, "unlikely"),
        (0.449, "unlikely"),
        (0.45, "roughly even chance"),
        (0.50, "roughly even chance"),
        (0.55, "roughly even chance"),
        (0.551, "likely"),
        (0.80, "likely"),
        (0.801, "very likely"),
        (0.95, "very likely"),
        (0.951, "almost certain"),
        (0.99, "almost certain"),
    ],
)
def test_each_term_covers_its_range_and_edges_go_to_the_one_nearer_even(probability: float, term: str) -> None:
    assert words.likelihood(probability) == term


def test_the_scale_is_that_of_icd_203() -> None:
    assert [(round(100 * entry.low), round(100 * entry.high)) for entry in words.SCALE] == [
        (1, 5),
        (5, 20),
        (20, 45),
        (45, 55),
        (55, 80),
        (80, 95),
        (95, 99),
    ]


@pytest.mark.parametrize("probability", [0.013, 0.05, 0.13, 0.2, 0.3, 0.45, 0.5])
def test_an_event_and_its_opposite_get_opposite_terms(probability: float) -> None:
    terms = [entry.term for entry in words.SCALE]
    assert terms.index(words.likelihood(probability)) == 6 - terms.index(words.likelihood(1 - probability))


def test_beyond_the_scale_the_nearest_term_stands_with_an_honest_number() -> None:
    assert words.sentence("it holds", 0.003) == "There is *almost no chance* (<1%) that it holds."
    assert words.sentence("it holds", 0.997) == "It is *almost certain* (>99%) that it holds."


def test_zero_and_one_speak_of_the_model() -> None:
    assert words.sentence("it holds", 0.0) == "It is *ruled out in this model* (0%) that it holds."
    assert words.sentence("it holds", 1.0, (1.0, 1.0)) == "It is *certain in this model* (100%) that it holds."


def test_what_the_solver_cannot_resolve_counts_as_zero() -> None:
    assert words.percent(1e-12) == "0%"
    assert words.percent(1e-5) == "<1%"
    assert words.percent(1 - 1e-12) == "100%"


def test_the_headline_reads_as_designed() -> None:
    text = words.sentence("the offer on the table holds", 0.31, (0.04, 0.71))
    assert text == "It is *unlikely* (31%, 90% of draws 4–71%) that the offer on the table holds."


def test_a_condition_stands_first() -> None:
    text = words.sentence("the offer is kept.", 0.27, (0.0, 0.88), given="the United States makes the offer.")
    assert text == (
        "If the United States makes the offer, it is *unlikely* (27%, 90% of draws 0–88%) that the offer is kept."
    )
    text = words.sentence("it is kept", 0.5, given="he accepts")
    assert text == "If he accepts, there is a *roughly even chance* (50%) that it is kept."


def test_a_condition_that_is_never_met_has_no_number() -> None:
    text = words.never_asked("it is kept.", "he accepts.")
    assert "%" not in text
    assert text == "In no draw is it so that he accepts; how likely it then is that it is kept cannot be said."


def test_even_chance_reads_as_english() -> None:
    assert words.sentence("it holds.", 0.5) == "There is a *roughly even chance* (50%) that it holds."


def test_draws_that_agree_show_no_interval() -> None:
    assert words.figures(0.311, (0.31, 0.312)) == "31%"
    assert words.figures(0.31, (0.0, 0.995)) == "31%, 90% of draws 0–>99%"


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        words.likelihood(probability)


def test_no_sentence_speaks_of_confidence() -> None:
    for percentage in range(101):
        assert "confiden" not in words.sentence("it holds", percentage / 100, (0.0, 1.0))


def test_the_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(words).failed == 0
