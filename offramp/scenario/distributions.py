"""How unsure we are of a number: a fixed value or one of nine kinds of distribution.

Every kind is known by its quantile function, so a draw is ``quantile(u)`` of a u in (0, 1), and rank correlations act
on u. Kinds with named parameters stand in :data:`KINDS`; ``choice`` and ``discrete`` list their values.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real

import numpy as np
import numpy.typing as npt

from offramp.arrays import Floats
from offramp.errors import DistributionError
from offramp.scenario.kinds import KINDS, Kind, Parameters

__all__ = ["FORMS", "KINDS", "LISTS", "NUMBER", "Distribution", "Kind"]

NUMBER = "number"
"""The kind of a fixed number."""

LISTS = ("choice", "discrete")
"""The kinds that list their values."""

LARGEST = 1e100
"""Largest magnitude of a parameter, so that no quantile overflows."""

SUM_TOLERANCE = 1e-9
"""How far the probabilities of a discrete distribution may miss 1; within it they are scaled to 1."""

LEAST_LEVEL = 1e-12
"""Smallest distance of a quantile's level from 0 and from 1."""

FORMS = {
    **{name: f"{name}: [{', '.join(kind.parameters)}]" for name, kind in KINDS.items()},
    "choice": "choice: [value, value, …]",
    "discrete": "discrete: {value: probability, …}",
}
"""How each kind is written in a scenario file."""

_ALLOWED = "a number, or one of " + "; ".join(FORMS.values())

_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
"""A number with commas between its thousands; another comma is a decimal one."""

_OTHER_NAMES = {
    "gaussian": "normal",
    "gauss": "normal",
    "log_normal": "lognormal",
    "truncated_normal": "truncnormal",
    "betapert": "pert",
    "triangle": "triangular",
    "range": "uniform",
    "categorical": "discrete",
}


@dataclass(frozen=True)
class Distribution:
    """A number that may be unsure; :meth:`parse` reads the forms of a scenario file.

    Attributes
    ----------
    kind : str
        ``"number"``, a key of :data:`KINDS`, ``"choice"`` or ``"discrete"``.
    parameters : tuple of float
        In the kind's order; for ``choice`` and ``discrete`` the values.
    weights : tuple of float
        For ``discrete`` the probability of each value, summing to 1; else empty. A value of probability 0 is left out.

    Raises
    ------
    DistributionError
        If the parameters make no distribution.

    Examples
    --------
    >>> office = Distribution.parse({"pert": [60, 80, 100]})
    >>> office.describe(), office.mean, office.support
    ('PERT 60–80–100', 80.0, (60.0, 100.0))
    """

    kind: str
    parameters: Parameters
    weights: Parameters = ()

    def __post_init__(self) -> None:
        if self.kind not in (NUMBER, *FORMS):
            raise _unknown_kind(self.kind)
        numbers = _numbers(self.parameters)
        object.__setattr__(self, "parameters", numbers)
        if self.weights and self.kind != "discrete":
            raise DistributionError(f"found {self.kind} with probabilities", "probabilities for discrete only")
        if self.kind in LISTS:
            _check_values(self.kind, numbers)
        else:
            _check_count(self.kind, numbers)
        if self.kind == "discrete":
            weights = _scaled(numbers, self.weights)
            possible = [index for index, weight in enumerate(weights) if weight > 0]
            object.__setattr__(self, "parameters", tuple(numbers[index] for index in possible))
            object.__setattr__(self, "weights", tuple(weights[index] for index in possible))
        if self.kind in KINDS:
            KINDS[self.kind].check(numbers)

    @classmethod
    def parse(cls, source: object) -> Distribution:
        """The distribution that a scenario file's value stands for.

        Parameters
        ----------
        source : number or mapping
            ``5``, ``{"pert": [60, 80, 100]}``, ``{"pert": {"low": 60, "mode": 80, "high": 100}}``,
            ``{"choice": [1, 2, 3]}``, ``{"discrete": {0: 0.4, 10: 0.6}}``; a distribution is given back as it is.

        Raises
        ------
        DistributionError
            Its ``path`` leads from ``source`` to the trouble.
        """
        if isinstance(source, Distribution):
            return source
        if not isinstance(source, Mapping):
            return cls(NUMBER, (_number(source, (), _ALLOWED),))
        if len(source) != 1:
            found = "an empty mapping" if not source else "the keys " + ", ".join(repr(key) for key in source)
            raise DistributionError(f"found {found}", _ALLOWED, "write one kind with its parameters")
        ((name, body),) = source.items()
        if not isinstance(name, str) or name not in FORMS:
            raise _unknown_kind(name)
        try:
            return cls(name, *_read(name, body))
        except DistributionError as error:
            path = _file_path(name, body, error.path)
            raise DistributionError(error.found, error.allowed, error.remedy, path) from None

    @property
    def is_fixed(self) -> bool:
        """Whether it has one value only."""
        return self.kind not in KINDS and len(self.parameters) == 1

    @cached_property
    def _own_atoms(self) -> tuple[Floats, Floats]:
        """Values in rising order and their probabilities, of a fixed number or a list."""
        values = np.array(self.parameters)
        weights = np.array(self.weights) if self.weights else np.full(len(values), 1 / len(values))
        order = np.argsort(values)
        return values[order], weights[order]

    def quantile(self, u: npt.ArrayLike) -> Floats:
        """float64, shaped like ``u``: the value that is not exceeded with probability u.

        A u nearer to 0 or 1 than ``LEAST_LEVEL`` counts as that far from it, so that every value is finite.
        """
        levels = np.clip(np.asarray(u, dtype=np.float64), LEAST_LEVEL, 1 - LEAST_LEVEL)
        if self.kind in KINDS:
            return np.asarray(KINDS[self.kind].quantile(self.parameters, levels))
        values, weights = self._own_atoms
        chosen = np.searchsorted(np.cumsum(weights)[:-1], levels, side="left")
        return np.asarray(values[chosen])

    @property
    def mean(self) -> float:
        if self.kind in KINDS:
            return KINDS[self.kind].mean(self.parameters)
        values, weights = self._own_atoms
        return float((values * weights).sum())

    @property
    def median(self) -> float:
        return float(self.quantile(0.5))

    @property
    def support(self) -> tuple[float, float]:
        """The lowest and the highest value, infinite where there is none."""
        if self.kind in KINDS:
            return KINDS[self.kind].support(self.parameters)
        return min(self.parameters), max(self.parameters)

    def midpoints(self, n: int) -> Floats:
        """float64[n]: the quantiles at (k + 1/2) / n for k = 0 … n - 1, in rising order."""
        return self.quantile((np.arange(n) + 0.5) / n)

    def atoms(self, n: int) -> tuple[Floats, Floats]:
        """Values in rising order with their probabilities, to stand for the distribution.

        A number, ``choice`` and ``discrete`` give their own values and probabilities whatever ``n``; every other kind
        gives ``n`` equally likely quantile midpoints.
        """
        if self.kind in KINDS:
            return self.midpoints(n), np.full(n, 1 / n)
        values, weights = self._own_atoms
        return values.copy(), weights.copy()

    def describe(self) -> str:
        """The distribution in a few words: ``"PERT 60–80–100"``, ``"normal 5 ± 2"``."""
        shown = [f"{value:.6g}" for value in self.parameters]
        if self.kind == NUMBER:
            return shown[0]
        if self.kind == "discrete":
            pairs = (f"{value} ({weight:.3g})" for value, weight in zip(shown, self.weights, strict=True))
            return "one of " + ", ".join(pairs)
        if self.kind == "choice":
            return "one of " + ", ".join(shown)
        return f"{KINDS[self.kind].label} {_parameter_words(self.kind, self.parameters, shown)}"

    def as_value(self) -> float | dict[str, list[float]] | dict[str, dict[float, float]]:
        """The form in which a scenario file gives it; :meth:`parse` reads it back."""
        if self.kind == NUMBER:
            return _tidy(self.parameters[0])
        if self.kind == "discrete":
            pairs = zip(self.parameters, self.weights, strict=True)
            return {self.kind: {_tidy(value): _tidy(weight) for value, weight in pairs}}
        return {self.kind: [_tidy(value) for value in self.parameters]}


def _parameter_words(kind: str, parameters: Parameters, shown: list[str]) -> str:
    if kind == "normal":
        return f"{shown[0]} ± {shown[1]}"
    if kind == "truncnormal":
        return f"{shown[0]} ± {shown[1]} within {_span(parameters[2:], shown[2:])}"
    if kind == "lognormal":
        return f"of median {shown[0]} and sigma {shown[1]}"
    if kind == "beta":
        return f"({shown[0]}, {shown[1]})"
    return _span(parameters, shown)


def _span(parameters: Parameters, shown: list[str]) -> str:
    """Rising numbers with dashes between, or with "to" where a minus sign would be misread."""
    return (" to " if min(parameters) < 0 else "–").join(shown)


def _tidy(value: float) -> float:
    """A whole number without its ``.0``."""
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _number(value: object, path: tuple[str, ...], allowed: str = "a number") -> float:
    """A finite float64, or an error that says what stands there instead."""
    if isinstance(value, str):
        raise DistributionError(f"found the text {value[:60]!r}", allowed, _text_remedy(value), path)
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        kind = "a list" if isinstance(value, Sequence) else "nothing" if value is None else repr(value)[:60]
        raise DistributionError(f"found {kind}", allowed, "write a number", path)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not abs(number) <= LARGEST:
        raise DistributionError(
            f"found the number {number:g}", f"numbers between -{LARGEST:g} and {LARGEST:g}", "", path
        )
    return number


def _numbers(values: Iterable[object]) -> Parameters:
    return tuple(_number(value, (str(index),)) for index, value in enumerate(values))


def _text_remedy(text: str) -> str:
    stripped = text.strip().removesuffix("%")
    is_decimal_comma = stripped.count(",") == 1 and not _THOUSANDS.fullmatch(stripped)
    try:
        number = float(stripped.replace(",", "." if is_decimal_comma else ""))
    except ValueError:
        return "write a number; a formula over other names belongs under formulas:"
    if not math.isfinite(number):
        return "write a finite number"
    quotes = "with a decimal point" if is_decimal_comma else "without quotes"
    return f"write {number / 100 if text.strip().endswith('%') else number:.12g}, {quotes}"


def _unknown_kind(name: object) -> DistributionError:
    spelt = str(name)[:60].lower().replace("-", "_").replace(" ", "_")
    close = difflib.get_close_matches(spelt, [*FORMS, *_OTHER_NAMES], n=1, cutoff=0.6)
    remedy = f"did you mean {_OTHER_NAMES.get(close[0], close[0])!r}?" if close else ""
    return DistributionError(f"found the kind of distribution {str(name)[:60]!r}", _ALLOWED, remedy)


def _check_count(kind: str, numbers: Parameters) -> None:
    names = KINDS[kind].parameters if kind in KINDS else ("value",)
    if len(numbers) != len(names):
        noun = "number" if len(numbers) == 1 else "numbers"
        allowed = FORMS.get(kind, "one number")
        raise DistributionError(f"found {kind} with {len(numbers)} {noun}", allowed, f"give {', '.join(names)}")


def _check_values(kind: str, numbers: Parameters) -> None:
    if not numbers:
        raise DistributionError(f"found {kind} without values", FORMS[kind], "give at least one value")
    twice = next((value for index, value in enumerate(numbers) if value in numbers[:index]), None)
    if twice is not None:
        remedy = "give each value once; discrete: {value: probability} weighs them"
        raise DistributionError(f"found the value {twice:.12g} twice", "distinct values", remedy)


def _scaled(values: Parameters, weights: Parameters) -> Parameters:
    """The probabilities of ``values``, checked and scaled to sum to 1 exactly."""
    if len(weights) != len(values):
        raise DistributionError(f"found {len(values)} values with {len(weights)} probabilities", FORMS["discrete"])
    numbers = _numbers(weights)
    for index, number in enumerate(numbers):
        if not 0 <= number <= 1:
            remedy = "choose a number from 0 to 1" if number < 0 else "write probabilities as decimals, 0.3 for 30%"
            allowed = "probabilities from 0 to 1"
            raise DistributionError(f"found the probability {number:.12g}", allowed, remedy, (str(index),))
    total = math.fsum(numbers)
    if abs(total - 1) > SUM_TOLERANCE:
        remedy = f"divide each of them by {total:.12g}" if total else "give one of them a probability above 0"
        raise DistributionError(f"found probabilities that sum to {total:.12g}", "a sum of 1", remedy)
    return tuple(number / total for number in numbers)


def _read(kind: str, body: object) -> tuple[Parameters, Parameters]:
    """The parameters (or values) and the weights that stand under a kind's key."""
    if kind == "discrete":
        if not isinstance(body, Mapping):
            raise DistributionError(f"found {_shown(body)}", FORMS[kind], "give each value its probability")
        return _numbers(_key_number(key) for key in body), _numbers(body.values())
    if kind in KINDS and isinstance(body, Mapping):
        return _numbers(_read_named(KINDS[kind], body)), ()
    if isinstance(body, str) or not isinstance(body, Sequence):
        raise DistributionError(f"found {_shown(body)}", FORMS[kind], "write a list in square brackets")
    return _numbers(body), ()


def _shown(body: object) -> str:
    return "nothing" if body is None else repr(body)[:60]


def _read_named(kind: Kind, body: Mapping[object, object]) -> tuple[object, ...]:
    for key in body:
        if key not in kind.parameters:
            close = difflib.get_close_matches(str(key)[:60], kind.parameters, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else "remove it"
            allowed = "the parameters " + ", ".join(kind.parameters)
            raise DistributionError(f"found the parameter {str(key)[:60]!r}", allowed, remedy, (str(key),))
    missing = [name for name in kind.parameters if name not in body]
    if missing:
        found = f"found {kind.name} without {', '.join(missing)}"
        raise DistributionError(found, "the parameters " + ", ".join(kind.parameters), "give every parameter")
    return tuple(body[name] for name in kind.parameters)


def _key_number(key: object) -> object:
    """A value that a JSON document had to write as text, as the number that it is."""
    if not isinstance(key, str):
        return key
    try:
        return float(key)
    except ValueError:
        return key


def _file_path(kind: str, body: object, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path in the file of a parameter that the checks know by its name or by its place."""
    names = KINDS[kind].parameters if kind in KINDS else ()
    if not path:
        return (kind,)
    key = path[0]
    if isinstance(body, Mapping):
        keys = names or tuple(str(each) for each in body)
        return (kind, keys[int(key)] if key.isdigit() else key)
    return (kind, str(names.index(key)) if key in names else key)
