"""Passages of a report that may bear on a scenario: suggestions for a person to accept or leave, never facts.

With a scenario each party, term, move and assumption is a query: the words of its name, label, meaning, options and of
what its bases say, and with half their weight the words of the concepts that these belong to. The sentences of the
report are ranked by BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"), and
each says which of its words count. Without a scenario the report's actors, terms, obstacles and hedges are listed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from offramp import __version__
from offramp.scenario.model import Scenario
from offramp.sources.concepts import ALIASES, CONCEPTS, Concept
from offramp.sources.document import Document
from offramp.sources.hedges import best_digit, hedges_in, statement
from offramp.sources.namefinder import names
from offramp.sources.words import folded, sentences, stem, stems, words

Kind = Literal["party", "term", "move", "assumption", "actor", "obstacle", "hedge"]

PER_ITEM = 3
"""Passages that are suggested for one item of a scenario."""

SATURATION, LENGTH = 1.2, 0.75
"""BM25's k1 and b."""

SYNONYM = 0.5
"""Weight of a word that is a concept's, not the scenario's own."""

LEAST_OWN = 2
"""A sentence needs so many words of an item, unless one is the item's name or a concept's."""

LEAST_WORDS = 4
"""Shorter sentences are headings and the like."""

NOTE = "These are suggestions found by words alone: read each passage, and accept or leave it. None is a finding"


@dataclass(frozen=True)
class Suggestion:
    """A passage that may bear on something.

    Attributes
    ----------
    kind, name, label : str
        What it may bear on.
    paragraph : int
    sentence : str
    why : tuple of str
        The words for which it is suggested.
    hedges : tuple of str
        Hedges in the sentence.
    best : int
        The best Admiralty digit that the sentence by itself supports.
    score : float
    """

    kind: Kind
    name: str
    label: str
    paragraph: int
    sentence: str
    why: tuple[str, ...]
    hedges: tuple[str, ...]
    best: int
    score: float


@dataclass(frozen=True)
class Suggestions:
    """What a report may have to say; ``nothing`` names the items of the scenario that no passage was found for."""

    file: str
    report: Document
    scenario: Scenario | None
    found: tuple[Suggestion, ...]
    nothing: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The suggestions as one document, ``offramp.suggestions/1`` (see ``docs/json.md``)."""
        return {
            "schema": "offramp.suggestions/1",
            "offramp": __version__,
            "file": self.file,
            "sha256": self.report.sha256,
            "title": self.report.title or None,
            "scenario": self.scenario.title if self.scenario else None,
            "suggestions": [
                {**asdict(each), "why": list(each.why), "hedges": list(each.hedges)} for each in self.found
            ],
            "nothing": list(self.nothing),
            "notes": [NOTE],
        }


class _Sentence(NamedTuple):
    """A sentence, folded too, with how often it has each stem, and its words by concept."""

    paragraph: int
    text: str
    plain: str
    counts: Counter[str]
    concepts: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, paragraph: int, text: str) -> _Sentence:
        plain = folded(text)
        hits = ((concept.name, concept.found_in(plain)) for concept in CONCEPTS)
        return cls(paragraph, text, plain, Counter(stems(text)), {name: words for name, words in hits if words})

    @property
    def length(self) -> int:
        return self.counts.total()


def suggest(report: Document, scenario: Scenario | None = None, *, file: str = "") -> Suggestions:
    """The passages of ``report`` that may bear on ``scenario``, or without one what it seems to speak of.

    Examples
    --------
    >>> report = Document("0" * 64, "text", ("The army may refuse to let him go into exile, sources say.",))
    >>> [(each.kind, each.name, each.why) for each in suggest(report).found][:2]
    [('actor', 'military', ('army',)), ('term', 'passage', ('exile',))]
    """
    rows = [
        _Sentence.of(number, text)
        for number, paragraph in enumerate(report.paragraphs, 1)
        for text in sentences(paragraph)
        if len(text.split()) >= LEAST_WORDS
    ]
    if scenario is None:
        return Suggestions(file, report, None, tuple(_spoken_of(report, rows)), ())
    items = list(_items(scenario))
    ranked = [_ranked(item, rows) for item in items]
    nothing = tuple(f"{item.kind} {item.name}" for item, found in zip(items, ranked, strict=True) if not found)
    return Suggestions(file, report, scenario, tuple(each for found in ranked for each in found), nothing)


def _suggestion(
    kind: Kind, name: str, label: str, paragraph: int, sentence: str, why: tuple[str, ...], score: float
) -> Suggestion:
    best = best_digit(statement(sentence, "" if kind == "hedge" else " ".join(why)), 1)
    hedges = tuple(dict.fromkeys(hedge.words for hedge in hedges_in(sentence)))
    return Suggestion(kind, name, label, paragraph, sentence, why, hedges, best, round(score, 3))


# --- without a scenario


def _spoken_of(report: Document, rows: list[_Sentence]) -> Iterator[Suggestion]:
    """Actors by name, then every concept with the sentence that says most of it, then all hedged sentences."""
    for name in names(report.paragraphs):
        yield _suggestion("actor", name.text, name.text, name.paragraphs[0], name.sentence, (name.text,), name.count)
    for concept in CONCEPTS:
        found = [(row.concepts[concept.name], row) for row in rows if concept.name in row.concepts]
        most = sorted(found, key=lambda each: -len(each[0]))
        for hits, row in most[:PER_ITEM]:
            score = float(len(hits))
            yield _suggestion(concept.role, concept.name, concept.label, row.paragraph, row.text, hits, score)
    for row in rows:
        hedges = tuple(dict.fromkeys(hedge.words for hedge in hedges_in(row.text)))
        if hedges:
            yield _suggestion("hedge", "hedge", "hedged", row.paragraph, row.text, hedges, float(len(hedges)))


# --- with one


class _Item(NamedTuple):
    """One thing of a scenario: what it is called, and the text that says what it is about."""

    kind: Kind
    name: str
    label: str
    text: str


def _items(scenario: Scenario) -> Iterator[_Item]:
    parties = {word for party in scenario.parties for word in stems(party.label)}
    for party in scenario.parties:
        yield _Item("party", party.name, party.label or party.name, party.label or party.name)
    for term in scenario.terms:
        yield _Item("term", term.name, _plain(term.name), _plain(term.name, *(each.name for each in term.options)))
    for move in scenario.moves:
        choices = (choice.label or choice.name for choice in move.choices)
        yield _Item("move", move.name, move.label or _plain(move.name), _plain(move.name, move.label, *choices))
    for assumption in scenario.assumptions:
        about = _plain(assumption.name, assumption.meaning, *(basis.says for basis in assumption.basis))
        own = " ".join(word for word in words(about) if stem(word) not in parties)
        yield _Item("assumption", assumption.name, assumption.meaning or _plain(assumption.name), own)


def _plain(*texts: str) -> str:
    return " ".join(texts).replace("_", " ")


def _ranked(item: _Item, rows: list[_Sentence]) -> list[Suggestion]:
    """The sentences that say most of an item."""
    own, called = set(stems(item.text)), set(stems(_plain(item.label if item.kind == "party" else item.name)))
    mean = sum(row.length for row in rows) / max(1, len(rows))
    rarity = _rarity(own, rows)
    synonyms = _Synonyms.of(item)
    scored: list[tuple[float, _Sentence, tuple[str, ...]]] = []
    for row in rows:
        shared = {word: rarity[word] * _saturated(row, word, mean) for word in own & row.counts.keys()}
        hits = synonyms.found_in(row)
        others = [word for word in hits if not (found := set(stems(word))) or not found <= own]
        if hits or called & shared.keys() or len(shared) >= LEAST_OWN:
            score = sum(shared.values()) + SYNONYM * math.log(1.0 + len(rows)) * len(others)
            scored.append((score, row, (*_as_written(row.text, shared), *others)))
    best = sorted(scored, key=lambda each: -each[0])[:PER_ITEM]
    return [
        _suggestion(item.kind, item.name, item.label, row.paragraph, row.text, why, score) for score, row, why in best
    ]


class _Synonyms(NamedTuple):
    """The concepts that an item belongs to, and other names of those whom it names."""

    concepts: tuple[Concept, ...]
    aliases: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, item: _Item) -> _Synonyms:
        plain = folded(item.text)
        found = tuple(each for each in CONCEPTS if each.name in words(plain) or each.found_in(plain))
        aliases = (alias for name, each in ALIASES.items() if name in plain for alias in each)
        return cls(found, tuple(re.compile(rf"\b{alias}(?!\w)") for alias in aliases))

    def found_in(self, row: _Sentence) -> tuple[str, ...]:
        found = [word for concept in self.concepts for word in row.concepts.get(concept.name, ())]
        found += [match[0] for alias in self.aliases if (match := alias.search(row.plain))]
        return tuple(dict.fromkeys(found))


def _rarity(own: set[str], rows: list[_Sentence]) -> dict[str, float]:
    """How much each word tells, by the number of sentences that have it (BM25's inverse document frequency)."""
    frequency = Counter(word for row in rows for word in own & row.counts.keys())
    return {word: math.log(1.0 + (len(rows) - count + 0.5) / (count + 0.5)) for word, count in frequency.items()}


def _saturated(row: _Sentence, word: str, mean: float) -> float:
    count = row.counts[word]
    return count * (SATURATION + 1.0) / (count + SATURATION * (1.0 - LENGTH + LENGTH * row.length / max(mean, 1.0)))


def _as_written(text: str, shared: dict[str, float]) -> list[str]:
    """The words of a sentence whose stems count, the heaviest first."""
    found: dict[str, str] = {}
    for word in re.findall(r"[^\W_]+", folded(text)):
        for each in stems(word):
            if each in shared:
                found.setdefault(each, word)
    return [found[each] for each in sorted(found, key=lambda each: -shared[each])]
