"""What Gambit accepts in a file that we write: names, numbers and chance probabilities.

Gambit (16.7) takes names of printable ASCII characters without spaces at the ends or two in a row, different from each
other within their kind; it takes no plus sign in an exponent; and it wants the probabilities of a chance node, read as
exact decimals or fractions, to add up to exactly one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np

from offramp.errors import GameError
from offramp.game.game import CHANCE_NODE, Floats, Game

CHANCE_TOLERANCE = 1e-9
"""How far from one the probabilities of a chance node may add up before they are refused."""

MAX_DENOMINATOR = 10_000
"""Largest denominator of the plain fractions that are tried for chance probabilities."""

_SPELLINGS = str.maketrans(
    {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "ß": "ss", "ø": "o", "ł": "l", "\\": "/"}
)
_PLAIN = re.compile(r"(?:[!-\[\]-~]++(?: (?=[!-~]))?+)*+")
_EXACT = Context(prec=1200)
"""Enough digits to add up any doubles between 0 and 1 as decimals without rounding."""


def plain(label: str) -> str:
    """A name in the characters that Gambit takes: accents dropped, other characters outside ASCII replaced by ``?``."""
    if _PLAIN.fullmatch(label):
        return label
    spelt = unicodedata.normalize("NFKD", label.translate(_SPELLINGS))
    kept = "".join(character for character in spelt if not unicodedata.combining(character))
    printable = re.sub(r"[^\x20-\x7e]", "?", re.sub(r"\s", " ", kept))
    return re.sub(r" +", " ", printable).strip()


def quote(label: str) -> str:
    """A name as it stands in a file."""
    return '"' + plain(label).replace('"', '\\"') + '"'


class UniqueLabels:
    """Makes names differ: the second ``kept`` becomes ``kept 2``. Empty names stay empty."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: Counter[str] = Counter()

    def __call__(self, label: str) -> str:
        """The plain name, numbered if it was given before."""
        base = name = plain(label)
        while name and name in self._taken:
            self._counts[base] += 1
            name = f"{base} {self._counts[base] + 1}"
        self._taken.add(name)
        return name


def unique_labels(labels: Iterable[str]) -> list[str]:
    """Plain names that differ from each other; empty ones are called by their number."""
    unique = UniqueLabels()
    return [unique(plain(label) or str(k + 1)) for k, label in enumerate(labels)]


def number_text(value: float) -> str:
    """A double in the shortest form that reads back as the same double."""
    return repr(float(value)).removesuffix(".0").replace("e+", "e")


def chance_texts(probabilities: Sequence[float]) -> list[str]:
    """Probabilities as decimals or fractions that add up to exactly one.

    The first of these whose numbers all read back as the same doubles is taken: decimals, the largest being what the
    others leave; fractions with small denominators; the exact doubles, what they miss of one being shared out within
    their rounding. Failing that, the exact doubles divided by their sum, which may differ from those given in the last
    bit.
    """
    for attempt in (_decimals, _plain_fractions, _shared_out):
        texts = attempt(probabilities)
        if texts is not None and all(_read(text) == value for text, value in zip(texts, probabilities, strict=True)):
            return texts
    exact = [Fraction(value) for value in probabilities]
    total = sum(exact, Fraction(0))
    return [_fraction_text(value / total) for value in exact]


def _read(text: str) -> float:
    return float(Fraction(text))


def _fraction_text(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}" if value.denominator > 1 else str(value.numerator)


def _decimals(probabilities: Sequence[float]) -> list[str] | None:
    """All but the largest as they are, the largest as what they leave."""
    texts = [number_text(value) for value in probabilities]
    largest = int(np.argmax(probabilities))
    rest = Decimal(1)
    for text in texts[:largest] + texts[largest + 1 :]:
        rest = _EXACT.subtract(rest, Decimal(text))
    texts[largest] = str(_EXACT.normalize(rest))
    return texts


def _plain_fractions(probabilities: Sequence[float]) -> list[str] | None:
    """The nearest fractions with small denominators, if they add up to one."""
    fractions = [Fraction(value).limit_denominator(MAX_DENOMINATOR) for value in probabilities]
    return [_fraction_text(value) for value in fractions] if sum(fractions) == 1 else None


def _shared_out(probabilities: Sequence[float]) -> list[str] | None:
    """The exact doubles, moved in proportion to their spacing so that they add up to one."""
    exact = [Fraction(value) for value in probabilities]
    spacings = [Fraction(math.ulp(value)) if value else Fraction(0) for value in probabilities]
    share = (1 - sum(exact)) / sum(spacings, Fraction(0))
    return [_fraction_text(value + share * spacing) for value, spacing in zip(exact, spacings, strict=True)]


def check_numbers(game: Game, payoffs: Floats, chance: Floats) -> None:
    """Raise :class:`GameError` unless payoffs float64[L, P] and chance float64[E] are numbers for the game."""
    shapes = ((len(game.leaves), game.num_players), (game.num_chance_branches,))
    for name, values, shape in (("payoffs", payoffs, shapes[0]), ("chance", chance, shapes[1])):
        if values.shape != shape:
            raise GameError(f"{name} of one draw have shape {values.shape}, not {shape}")
        if not np.isfinite(values).all():
            raise GameError(f"{name} of a game file must be finite; found {values[~np.isfinite(values)][0]}")
    for node in np.flatnonzero(game.node_players == CHANCE_NODE).tolist():
        branches = chance[game.chance_index[game.children_of(node)]]
        if (branches < 0).any() or abs(math.fsum(branches) - 1) > CHANCE_TOLERANCE:
            raise GameError(f"chance at node {node} is {branches.tolist()}: not probabilities that add up to 1")
