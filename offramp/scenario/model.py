"""What a standoff is: the frozen objects behind a scenario file.

A scenario says who the parties are, what can be offered, who moves when, who knows what, what each party wants and how
unsure we are of every number. The same objects come from YAML (:mod:`offramp.scenario.load`) or from Python; both are
checked by :mod:`offramp.scenario.checks`. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from offramp.scenario.aftermath import Aftermath
from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.rounds import Rounds, Written

CHANCE = "chance"
"""The name that stands in ``by:`` for a move of nature."""

ALL = "all"
"""The word that stands for every party in ``known_to:`` and ``reveals:``."""

DEFAULT_GRID = 20
"""Atoms on which a private assumption is put unless ``grid:`` says otherwise."""


@dataclass(frozen=True)
class Origin:
    """Where a scenario came from: its file and the position of every path in it.

    ``positions`` maps a path such as ``("moves", "leak", "by")`` to the 1-based ``(line, column)`` of its value (of its
    key where the value is a list or mapping), ``keys`` to that of its key.
    """

    file: str
    text: str = field(repr=False)
    positions: Mapping[tuple[str, ...], tuple[int, int]] = field(repr=False, default_factory=dict)
    keys: Mapping[tuple[str, ...], tuple[int, int]] = field(repr=False, default_factory=dict)

    def locate(self, path: tuple[str, ...]) -> tuple[int, int]:
        """Position of ``path``, or of its nearest ancestor that stands in the file."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


@dataclass(frozen=True)
class Party:
    """A player of the standoff."""

    name: str
    label: str = ""


@dataclass(frozen=True)
class Option:
    """One option of a term; ``number`` is what the term's name is worth in expressions."""

    name: str
    number: float


@dataclass(frozen=True)
class Term:
    """One clause of an offer, its options ordered from least to most generous."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Source:
    """A document that assumptions rest on; ``reliability`` is its Admiralty letter, A to F."""

    name: str
    title: str
    publisher: str = ""
    date: date | None = None
    url: str = ""
    reliability: str = ""
    file: str = ""


@dataclass(frozen=True)
class Basis:
    """Why an assumption has its value. Exactly one of source, base_rate, study and judgement is set.

    ``credibility`` is the Admiralty digit, 1 (confirmed) to 6 (cannot be judged), of what the passage says.
    """

    source: str = ""
    base_rate: str = ""
    study: str = ""
    judgement: str = ""
    paragraph: int | None = None
    passage: str = ""
    says: str = ""
    credibility: int | None = None


@dataclass(frozen=True)
class Assumption:
    """A number that we are unsure of. ``private_to`` names the one party that learns its drawn value."""

    name: str
    value: Distribution
    meaning: str = ""
    unit: str = ""
    basis: tuple[Basis, ...] = ()
    private_to: str = ""
    grid: int = DEFAULT_GRID


@dataclass(frozen=True)
class Correlation:
    """Spearman rank correlation between two assumptions."""

    first: str
    second: str
    rank: float


@dataclass(frozen=True)
class Choice:
    """One choice at a move.

    ``probability`` (chance moves only) is None for the choice that takes the remainder. ``known_to`` overrides the
    move's own; None inherits it. ``reveals`` maps an earlier move (or this one) to the parties that now learn its
    choice.
    """

    name: str
    next: str
    probability: Expression | None = None
    when: Expression | None = None
    known_to: tuple[str, ...] | None = None
    reveals: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenMap)
    label: str = ""


@dataclass(frozen=True)
class Move:
    """A point where a party, or chance, chooses.

    ``known_to`` is None where every party sees the choice. ``sets`` names a term whose options are the choices, so that
    on later parts of the path the term stands at what was chosen here; its choices then carry the options' names.
    """

    name: str
    by: str
    choices: tuple[Choice, ...]
    known_to: tuple[str, ...] | None = None
    sets: str = ""
    label: str = ""


@dataclass(frozen=True)
class Outcome:
    """An end of the standoff and what it is worth to each party, in each party's own points.

    ``starts`` are the states in which the aftermath may start, with their probabilities.
    """

    name: str
    payoffs: Mapping[str, Expression]
    label: str = ""
    starts: Mapping[str, Expression] = field(default_factory=FrozenMap)


@dataclass(frozen=True)
class Answer:
    """A yes-or-no question about the path, e.g. "the offer on the table holds". The first one is the headline.

    ``says`` completes "it is likely that …"; ``when`` is an expression over moves, outcomes and terms. With ``given``,
    over the same names, only paths on which it holds are asked about; ``given_says`` then completes "if …".
    """

    name: str
    says: str
    when: Expression
    given: Expression | None = None
    given_says: str = ""

    @property
    def clause(self) -> str:
        """What is asked, its condition included: "the offer holds, if the United States makes it"."""
        return f"{self.says}, if {self.given_says}" if self.given else self.says


@dataclass(frozen=True)
class Limit:
    """A condition on offers: the mean of ``expression`` over the draws is at most, or at least, ``bound``.

    The expression may name terms, ``term.option``, shared assumptions and formulas that rest on no more than these.
    """

    expression: Expression
    bound: float
    at_most: bool = True


@dataclass(frozen=True)
class OfferRules:
    """How offers are compared (``offers:``); what is empty is found out from the scenario.

    Attributes
    ----------
    chooser : str
        The party that chooses among offers (``for:`` in a file).
    made, accepted : str
        The choices, written ``move.choice``, by which an offer is made and is accepted.
    kept : str
        The answer that says that an accepted offer is kept.
    forbid : tuple of mappings
        Each maps terms to options; an offer that has one of the options in every one of its terms is left out.
    limits : tuple of Limit
        Those that are at most come first.
    """

    chooser: str = ""
    made: str = ""
    accepted: str = ""
    kept: str = ""
    forbid: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", tuple(sorted(self.limits, key=lambda limit: not limit.at_most)))


@dataclass(frozen=True)
class Observation:
    """Something that was seen to happen (``observed:``).

    Attributes
    ----------
    saw : mapping of str to str
        Moves and the choice that was made at each.
    offer : mapping of str to str
        The options of terms that stood otherwise then than in the scenario's offer.
    says : str
        What was seen, in words: "he refused in 2019".
    basis : tuple of Basis
    """

    saw: Mapping[str, str]
    offer: Mapping[str, str] = field(default_factory=FrozenMap)
    says: str = ""
    basis: tuple[Basis, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A whole standoff. The first move is where it starts; ``formulas`` are named pieces of expressions.

    ``precision`` says how precisely parties choose (logit AQRE), per unit of each party's payoff range: one expression
    for all, or one for each party; None where they make no mistakes.

    ``origin`` is the file that a scenario was loaded from. A changed copy (:func:`dataclasses.replace`) keeps it, so
    that messages point into the file, but is no longer ``as_read``. ``written`` is set where rounds were written out
    (:func:`offramp.scenario.rounds.written_out`); only the game is made of such a scenario.
    """

    title: str
    parties: tuple[Party, ...]
    moves: tuple[Move, ...]
    outcomes: tuple[Outcome, ...]
    question: str = ""
    as_of: date | None = None
    sources: tuple[Source, ...] = ()
    terms: tuple[Term, ...] = ()
    offer: Mapping[str, str] = field(default_factory=FrozenMap)
    assumptions: tuple[Assumption, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    formulas: Mapping[str, Expression] = field(default_factory=FrozenMap)
    answers: tuple[Answer, ...] = ()
    precision: Expression | Mapping[str, Expression] | None = None
    offers: OfferRules = OfferRules()
    observed: tuple[Observation, ...] = ()
    aftermath: Aftermath | None = None
    rounds: Rounds | None = None
    origin: Origin | None = field(default=None, compare=False, repr=False)
    as_read: bool = field(default=False, init=False, compare=False, repr=False)
    written: Written | None = field(default=None, compare=False, repr=False)

    def read_from(self, origin: Origin) -> Scenario:
        """The same scenario, as what stands in ``origin``."""
        loaded = replace(self, origin=origin)
        object.__setattr__(loaded, "as_read", True)
        return loaded
