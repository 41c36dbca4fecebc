"""How well an assumption is known, by the best of the bases that it rests on.

Each basis is graded by itself:

- a *source* by its Admiralty grade, the letter of the source's reliability and the digit of what the passage says
  (NATO AJP-2.1; UK Joint Doctrine Publication 2-00): A or B with 1 or 2 is well known; D, E or F, or 4, 5 or 6, is
  poorly known; what lies between is fairly known. A missing letter counts as F, a missing digit as 6: cannot be judged;
- a *base rate* is a count of like cases: well known;
- a *study* argues from other cases, and the file does not say whether it measured this very number: fairly known;
- a *judgement*, or nothing at all: poorly known.

The best basis counts: a judgement beside a good source takes nothing away from it. The grade says how well the
*value* is backed, not how wide its distribution is; a number may be poorly known and matter little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from offramp.scenario.model import Assumption, Basis, Source

Known = Literal["well", "fairly", "poorly"]

GRADES: tuple[Known, ...] = ("well", "fairly", "poorly")
"""From the best to the worst."""

GOOD_LETTERS, BAD_LETTERS = "AB", "DEF"
GOOD_DIGITS, BAD_DIGITS = (1, 2), (4, 5, 6)

UNJUDGED_LETTER, UNJUDGED_DIGIT = "F", 6
"""What a missing letter and a missing digit count as."""


@dataclass(frozen=True)
class Grade:
    """How well something is known, and what that rests on.

    Attributes
    ----------
    known : "well", "fairly" or "poorly"
    why : str
        The basis that counts, in words: "source of reliability C, credibility 3".
    """

    known: Known
    why: str

    @property
    def rank(self) -> int:
        """0 for well, 1 for fairly, 2 for poorly."""
        return GRADES.index(self.known)


def grade(assumption: Assumption, sources: Sequence[Source]) -> Grade:
    """The grade of an assumption: that of its best basis, the first of several as good.

    Examples
    --------
    >>> from offramp.scenario.distributions import Distribution
    >>> bases = (Basis(judgement="it is so"), Basis(source="cable", credibility=2))
    >>> office = Assumption("office", Distribution.parse(3), basis=bases)
    >>> grade(office, [Source("cable", "A cable", reliability="B")])
    Grade(known='well', why='source of reliability B, credibility 2')
    """
    letters = {source.name: source.reliability for source in sources}
    graded = [basis_grade(basis, letters) for basis in assumption.basis]
    return min(graded, key=lambda each: each.rank, default=Grade("poorly", "no basis"))


def basis_grade(basis: Basis, letters: Mapping[str, str]) -> Grade:
    """The grade of one basis; ``letters`` are the reliabilities of the sources by name."""
    if basis.source:
        return _source_grade(letters.get(basis.source, ""), basis.credibility)
    if basis.base_rate:
        return Grade("well", "base rate")
    if basis.study:
        return Grade("fairly", "study")
    return Grade("poorly", "judgement only")


def _source_grade(letter: str, digit: int | None) -> Grade:
    why = f"source of reliability {letter}" if letter else "source of no stated reliability"
    why += f", credibility {digit}" if digit else ", no credibility stated"
    letter, digit = letter or UNJUDGED_LETTER, digit or UNJUDGED_DIGIT
    if letter in BAD_LETTERS or digit in BAD_DIGITS:
        return Grade("poorly", why)
    if letter in GOOD_LETTERS and digit in GOOD_DIGITS:
        return Grade("well", why)
    return Grade("fairly", why)
