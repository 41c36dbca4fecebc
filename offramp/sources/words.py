"""Text as words: folding away how a thing is typed, sentences, clauses, and words without their endings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»″\"‘’‚‛‹›′`´'"), "'")
_SIGNS = {**_DASHES, **_QUOTES, ord("…"): "...", 0x00AD: None, 0x200B: None}
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

_ENDS = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+(?=[\"'“‘«(]*[A-ZÀ-ÞЀ-Я0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sgt|Sen|Rep|Gov|Pres|St|No|vs|Inc|Ltd|Co|Jr|Sr|e\.g|i\.e|cf|approx"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z]\.[A-Z])\.$"
)
LONGEST_ABBREVIATION = 12
"""Letters before a full stop in which an abbreviation is looked for."""

_FIRST = re.compile(r"([A-Z][a-z]+)(,)?")
_CLAUSES = re.compile(
    r"[;:]\s+|\s[–—-]{1,2}\s+|—"
    r"|,\s+(?=(?:and|but|or|nor|yet|so|while|whereas|although|though|potentially|possibly|perhaps|maybe|probably)\b)"
)

STOPWORDS = frozenset(
    """
    a about after again all also among an and any are as at be because been before being between both but by can
    could did do does doing down during each even few for from further had has have having he her here him his how
    i if in into is it its itself just like made make many may me might more most much must no nor not now of off
    on once only or other our out over own same she should so some such than that the their them then there these
    they this those through to too under until up upon us very was we well were what when where which while who
    whom why will with would you your one two per whether yet still
    """.split()  # noqa: SIM905
)
"""Words that say nothing about what a text is about."""


def folded(text: str) -> str:
    """The text without differences of case, white space, quotes and dashes.

    Examples
    --------
    >>> folded("The  “Amnesty” offer—Maduro’s") == folded("the 'amnesty' offer-maduro's")
    True
    """
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    return _SPACE.sub(" ", plain.casefold()).strip()


def words(text: str) -> list[str]:
    """The words of a text, folded; a possessive loses its ending.

    Examples
    --------
    >>> words("Maduro’s U.S. backers")
    ['maduro', 'u', 's', 'backers']
    """
    return [word.removesuffix("'s").removesuffix("s'") for word in _WORD.findall(folded(text))]


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word without the commonest endings of English, so that "offers" and "offered" count as one.

    Examples
    --------
    >>> [stem(word) for word in ("sanctions", "lifted", "lifting", "prosecution", "prosecute", "parties")]
    ['sanct', 'lift', 'lift', 'prosecut', 'prosecut', 'parti']
    """
    for ending in ("ations", "ation", "ions", "ion", "ings", "ing", "ies", "ied", "edly", "ed", "es", "ly", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            cut = word[: -len(ending)]
            if ending in {"ations", "ation"}:
                return f"{cut}at"
            return f"{cut}i" if ending in {"ies", "ied"} else cut
    return f"{word[:-1]}i" if word.endswith("y") and len(word) > 4 else word


def stems(text: str) -> list[str]:
    """The stems of the words that say something, in order."""
    return [stem(word) for word in words(text) if word not in STOPWORDS and (len(word) > 1)]


def sentences(paragraph: str) -> tuple[str, ...]:
    """The sentences of a paragraph.

    Examples
    --------
    >>> sentences("The U.S. has offered amnesty. He may refuse! No one knows.")
    ('The U.S. has offered amnesty.', 'He may refuse!', 'No one knows.')
    """
    return tuple(filter(None, _sentences(paragraph)))


def _sentences(paragraph: str) -> Iterator[str]:
    begun = 0
    for match in _ENDS.finditer(paragraph):
        before = paragraph[max(begun, match.start() - LONGEST_ABBREVIATION) : match.start()]
        if not _ABBREVIATION.search(before) or _starts_anew(paragraph, match.end()):
            yield paragraph[begun : match.end()].strip()
            begun = match.end()
    yield paragraph[begun:].strip()


def _starts_anew(paragraph: str, place: int) -> bool:
    """Whether what follows an abbreviation is a new sentence: it starts with a word that no name starts with."""
    first = _FIRST.match(paragraph, place)
    return first is not None and (first[1].lower() in STOPWORDS or bool(first[2]))


def clauses(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence that say something of their own.

    They are cut at semicolons, colons and dashes, and at a comma before a conjunction or an adverb of possibility.
    Other commas only mark off what belongs to the rest: "others, such as Peru, may refuse" is one clause.

    Examples
    --------
    >>> clauses("It is said to include safe passage, potentially to a haven")
    ('It is said to include safe passage', 'potentially to a haven')
    """
    return tuple(filter(None, (part.strip() for part in _CLAUSES.split(sentence))))
