"""Analyses that are worked while one waits: where an answer flips, what becomes of every offer, what an edit did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offramp.explore.comparison.api import compare
from offramp.explore.quantities import quantity_names
from offramp.explore.record import Record
from offramp.scenario.load import loads
from offramp.scenario.names import listing, meant
from offramp.workspace.live.plain import Text
from offramp.workspace.live.question import Question, assumption_of, check_size
from offramp.workspace.live.shelf import Shelf
from offramp.workspace.problems import Refusal

GRID = 25
"""About how often the draws are solved for a curve."""


def tipping_of(shelf: Shelf, what: Text, asked: Mapping[str, Any]) -> Record:
    """The value of an assumption at which an answer flips, ``offramp.tipping/1``, under an offer and values.

    Raises
    ------
    Refusal, OfframpError
        If the text or the question is wrong.
    """
    warm = shelf.warm(what)
    name = assumption_of(warm.scenario, asked["assumption"]).name
    values = {key: value for key, value in (asked.get("values") or {}).items() if key != name}
    question = Question.of(warm.scenario, {**asked, "values": values})
    check_size(warm.num_nodes, GRID * question.draws)
    run = warm.ask(question.offer, question.values, draws=question.draws, seed=question.seed)
    answer = asked.get("answer")
    known = quantity_names(run.scenario, run.paths)
    if answer is not None and answer not in known:
        raise Refusal(422, f"there is no answer {answer[:60]!r}", listing(known), meant(answer, known))
    ends = {key: asked.get(key) for key in ("level", "low", "high")}
    document = run.tipping(name, answer, **ends).document_of(warm.scenario)
    document["notes"] += list(question.notes(warm.scenario))
    return document


def offers_of(shelf: Shelf, what: Text, draws: int) -> Record:
    """All offers of a scenario over few draws, ``offramp.offers/1``.

    Raises
    ------
    Refusal, OfframpError
        If the text is wrong, or there is nothing to offer.
    """
    warm = shelf.warm(what)
    check_size(warm.num_nodes, draws)
    run = shelf.as_it_stands(warm, draws, 1)
    document = run.offers().document_of(warm.scenario)
    document["notes"].append(f"worked for the workspace over {draws:,} draws; a run that explores offers takes more")
    return document


def comparison_of(first: Text, second: Text, draws: int) -> Record:
    """What changed from one text to another and what it did to the answer, ``offramp.comparison/1``.

    Raises
    ------
    OfframpError
        If a text is wrong, or the two share no answer.
    """
    one, two = loads(first.text, first.file), loads(second.text, second.file)
    document = compare(one, two, draws=draws).document()
    document["notes"].append(f"worked for the workspace over {draws:,} draws; offramp compare takes more")
    return document
