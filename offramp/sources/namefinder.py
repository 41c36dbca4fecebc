"""The names in a document: runs of capitalised words that are not only the start of a sentence, each actor once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from offramp.sources.concepts import ALIASES
from offramp.sources.words import STOPWORDS, folded, sentences

MOST_NAMES = 20
"""Names that are given: the most frequent ones."""

_PART = r"(?:[A-ZÀ-Þ][\w’'-]{0,40}[\wÀ-ÿ]|(?:[A-Z]\.){2,6}|[A-Z]{2,12})"
_NAME = re.compile(rf"{_PART}(?:\s+(?:(?:of|de|del|al|bin|von|van|and the) )?{_PART}){{0,7}}")
_ACRONYM = re.compile(rf"((?:{_PART} (?:of |the |for |and ){{0,2}}){{1,8}})\(([A-Z]{{2,6}})\)")
_INSIDE = re.compile(r"[\w,;’']\s+([A-ZÀ-Þ][\w-]{0,40})\b(?!\s+[A-Z])")
"""A capitalised word that does not begin a sentence, and is no part of a longer name."""

_GOES_ON = re.compile(r"[’']s? |,? (?:and|or) (?:the )?[A-Z]|, [A-Z]\w+(?:,| and| or) ")
"""What follows a name, rather than a word that only begins a sentence: "Russia and China", "Peru's"."""

_TITLES = re.compile(
    r"^.*\b(?:president|prime minister|minister|general|colonel|senator|secretary|king|prince|dr|mr|mrs|ms)\b\.? "
    r"|^(?:firstly|secondly|following|additionally|moreover|however|by) ",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Name:
    """An actor as it is called most fully, the paragraphs that name it, and one sentence that does."""

    text: str
    paragraphs: tuple[int, ...]
    sentence: str
    count: int


def names(paragraphs: tuple[str, ...]) -> tuple[Name, ...]:
    """The names in some paragraphs, the most frequent first.

    Forms of one name count together: a full name and its last word, a name and its possessive or adjective, a long
    name and its initials, and the aliases of :mod:`offramp.sources.concepts`.

    Examples
    --------
    >>> found = names(("Today the U.S. and Ana Diaz met.", "Then Diaz left for the United States."))
    >>> [(name.text, name.paragraphs) for name in found]
    [('United States', (1, 2)), ('Ana Diaz', (1, 2))]
    """
    seen = list(_seen(paragraphs))
    forms = _Forms.of(Counter(form for form, _, _ in seen), paragraphs)
    fullest = {form: forms.fullest(form) for form in forms.counts}
    grouped: dict[str, list[tuple[int, str]]] = {}
    for form, number, sentence in seen:
        grouped.setdefault(fullest[form], []).append((number, sentence))
    found = (
        Name(text, tuple(dict.fromkeys(number for number, _ in places)), places[0][1], len(places))
        for text, places in grouped.items()
    )
    return tuple(sorted(found, key=lambda each: -each.count))[:MOST_NAMES]


def _seen(paragraphs: tuple[str, ...]) -> Iterator[tuple[str, int, str]]:
    """Each name with its paragraph and sentence; headings, which capitalise what they like, are passed over."""
    inside = {word for text in paragraphs for word in _INSIDE.findall(text)}
    for number, paragraph in enumerate(paragraphs, 1):
        if not re.search(r"[.!?…][\"'”’)]*$", paragraph):
            continue
        for sentence in sentences(paragraph):
            for match in _NAME.finditer(sentence):
                form = _tidy(match[0])
                starts = match.start() == 0 and " " not in form and "." not in form
                starts = starts and not _GOES_ON.match(sentence[match.end() :])
                if form and not (starts and form not in inside):
                    yield form, number, sentence


def _tidy(form: str) -> str:
    """A name without its possessive ending, and without titles and words that only begin a sentence."""
    form = re.sub(r"[’']s?$", "", form)
    form = _TITLES.sub("", form)
    while " " in form and form.split()[0].lower() in STOPWORDS:
        form = form.split(maxsplit=1)[1]
    return "" if form.lower() in STOPWORDS or len(form) < 2 else form


@dataclass(frozen=True)
class _Forms:
    """The forms in which names stand, and how they hang together.

    ``longer`` maps the last words of each long form to the forms that end so, ``acronyms`` initials to what they are
    said to stand for.
    """

    counts: Counter[str]
    longer: dict[str, list[str]]
    acronyms: dict[str, str]

    @classmethod
    def of(cls, counts: Counter[str], paragraphs: tuple[str, ...]) -> _Forms:
        longer: dict[str, list[str]] = {}
        for form in counts:
            parts = form.split()
            for start in range(1, len(parts)):
                longer.setdefault(" ".join(parts[start:]), []).append(form)
        acronyms = {short: _tidy(long.strip()) for text in paragraphs for long, short in _ACRONYM.findall(text)}
        return cls(counts, longer, acronyms)

    def fullest(self, form: str) -> str:
        """What the actor called ``form`` is called most fully."""
        plain = folded(form)
        for full, aliases in ALIASES.items():
            if plain == full or any(re.fullmatch(alias, plain) for alias in aliases):
                return full.title()
        form = self.acronyms.get(form, form)
        if form in self.longer:
            return max(self.longer[form], key=lambda each: (self.counts[each], -len(each)))
        shorter = next((form[:-cut] for cut in (1, 2) if form[:-cut] in self.counts), form)
        return form if " " in form else shorter
