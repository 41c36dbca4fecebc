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

_PART = r"(?:[A-ZÀ-Þ][\w’'-]*[\wÀ-ÿ]|(?:[A-Z]\.){2,}|[A-Z]{2,})"
_NAME = re.compile(rf"{_PART}(?:\s+(?:(?:of|de|del|al|bin|von|van|and the) )?{_PART})*")
_ACRONYM = re.compile(rf"((?:{_PART} (?:of |the |for |and ){{0,2}})+)\(([A-Z]{{2,6}})\)")
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
    forms = Counter(form for form, _, _ in seen)
    acronyms = {short: long for text in paragraphs for long, short in _ACRONYM.findall(text)}
    fullest = {form: _fullest(form, forms, acronyms) for form in forms}
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
    for number, paragraph in enumerate(paragraphs, 1):
        if not re.search(r"[.!?…][\"'”’)]*$", paragraph):
            continue
        for sentence in sentences(paragraph):
            for match in _NAME.finditer(sentence):
                form = _tidy(match[0])
                starts = match.start() == 0 and " " not in form and "." not in form
                starts = starts and not _GOES_ON.match(sentence[match.end() :])
                if form and not (starts and _only_starts(form, paragraphs)):
                    yield form, number, sentence


def _tidy(form: str) -> str:
    """A name without its possessive ending, and without titles and words that only begin a sentence."""
    form = re.sub(r"[’']s?$", "", form)
    form = _TITLES.sub("", form)
    while " " in form and form.split()[0].lower() in STOPWORDS:
        form = form.split(maxsplit=1)[1]
    return "" if form.lower() in STOPWORDS or len(form) < 2 else form


def _only_starts(word: str, paragraphs: tuple[str, ...]) -> bool:
    """Whether a word is never capitalised but at the start of a sentence."""
    inside = re.compile(rf"[\w,;’']\s+{re.escape(word)}\b(?!\s+[A-Z])")
    return not any(inside.search(text) for text in paragraphs)


def _fullest(form: str, forms: Counter[str], acronyms: dict[str, str]) -> str:
    """What the actor called ``form`` is called most fully."""
    plain = folded(form)
    for full, aliases in ALIASES.items():
        if plain == full or any(re.fullmatch(alias, plain) for alias in aliases):
            return full.title()
    if form in acronyms:
        return _fullest(_tidy(acronyms[form].strip()), forms, {})
    longer = [each for each in forms if len(each) > len(form) and each.endswith(f" {form}")]
    if longer:
        return max(longer, key=lambda each: (forms[each], -len(each)))
    shorter = [each for each in forms if form != each and form.startswith(each) and len(form) - len(each) <= 2]
    return shorter[0] if shorter and " " not in form else form
