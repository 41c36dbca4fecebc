"""Reading Gambit's text formats token by token, with the place of everything that goes wrong.

White space separates and means nothing else, names stand in double quotes (a backslash before a quotation mark or a
backslash makes it part of the name), numbers are integers, decimals or fractions. Source of the facts: the Gambit
manual, "Game representation formats".
"""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal

from offramp.errors import GameFileError

MAX_INTEGER_DIGITS = 9
"""Longest player, set, outcome or strategy number that is read."""

_DECIMAL = r"[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+"
_AFTER = r"(?![\w./+-])"
_SPACE = re.compile(r"\s*+")
_TEXT = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\])')
_INTEGER = re.compile(r"([0-9]++)" + _AFTER)
_NUMBER = re.compile(rf"({_DECIMAL})(?:/({_DECIMAL}))?+{_AFTER}")
_WORD = re.compile(r"[A-Za-z]++")
_LUMP = re.compile(r'[^\s{}",]++|.', re.DOTALL)
_EXACT = Context(prec=60)


class Scanner:
    """A position in the text of a game file."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.offset = 0

    def start(self) -> int:
        """The offset of the next token; steps over the white space before it."""
        if not "!" <= self.text[self.offset : self.offset + 1] <= "~":  # most often there is no white space left
            match = _SPACE.match(self.text, self.offset)
            self.offset = match.end() if match else self.offset
        return self.offset

    def error(self, found: str, remedy: str = "", at: int | None = None) -> GameFileError:
        """The error for what stands at ``at`` (default: the next token), ready to be raised."""
        offset = self.start() if at is None else at
        column = offset - self.text.rfind("\n", 0, offset)
        return GameFileError(found, file=self.file, line=self.line(offset), column=column, remedy=remedy)

    def line(self, offset: int) -> int:
        """The line of an offset, counted from 1."""
        return self.text.count("\n", 0, offset) + 1

    def missing(self, what: str, remedy: str = "") -> GameFileError:
        """The error for a next token that is not ``what``."""
        return self.error(f"found {self._seen()} where {what} is expected", remedy)

    def peek(self) -> str:
        """The next character that is not white space, or ``""`` at the end."""
        return self.text[self.start() : self.offset + 1]

    def accept(self, mark: str) -> bool:
        """Step over ``mark`` if it comes next."""
        if self.text.startswith(mark, self.start()):
            self.offset += len(mark)
            return True
        return False

    def expect(self, mark: str, what: str) -> None:
        """Step over ``mark``, which opens or closes ``what``."""
        if not self.accept(mark):
            raise self.missing(f"{mark!r} ({what})")

    def word(self) -> str:
        """The next bare word, or ``""`` if something else comes next."""
        match = _WORD.match(self.text, self.start())
        if match is None:
            return ""
        self.offset = match.end()
        return match.group()

    def quoted(self, what: str) -> str:
        """The next text in double quotes."""
        match = _TEXT.match(self.text, self.start())
        if match is None:
            if self.peek() == '"':
                raise self.error(f"{what} has no closing quotation mark", 'close it with "; write \\" for one inside')
            raise self.missing(f"{what} in double quotes")
        self.offset = match.end()
        text = match.group(1)
        return _ESCAPE.sub(r"\1", text) if "\\" in text else text

    def integer(self, what: str, smallest: int = 0) -> int:
        """The next whole number, at least ``smallest``."""
        match = _INTEGER.match(self.text, self.start())
        if match is None or len(match.group(1)) > MAX_INTEGER_DIGITS or int(match.group(1)) < smallest:
            raise self.missing(f"{what}, a whole number from {smallest} with at most {MAX_INTEGER_DIGITS} digits,")
        self.offset = match.end()
        return int(match.group(1))

    def number(self, what: str) -> float:
        """The next integer, decimal or fraction, as the nearest double."""
        match = _NUMBER.match(self.text, self.start())
        if match is None:
            raise self.missing(f"{what}, a number such as 3, -0.25, 1e-3 or 2/3,")
        numerator, denominator = match.groups()
        value = float(numerator) if denominator is None else _quotient(numerator, denominator)
        if not math.isfinite(value):
            trouble = "has a denominator of zero" if math.isnan(value) else "is too large for double precision"
            raise self.error(f"{self._seen()} as {what} {trouble}")
        self.offset = match.end()
        return value

    def end(self, what: str) -> None:
        """Make sure that nothing but white space is left; ``what`` says what is complete."""
        if self.peek():
            raise self.error(
                f"found {self._seen()} after {what} is complete", "take it out, or correct the counts before it"
            )

    def _seen(self) -> str:
        match = _LUMP.match(self.text, self.start())
        if match is None:
            return "the end of the file"
        token = match.group()
        return repr(token if len(token) <= 40 else token[:40] + "…")


def read_title(scanner: Scanner, kind: str, version: int) -> str:
    """Read the start of a prologue, ``EFG 2 R "title"``; returns the title."""
    scanner.accept("\N{ZERO WIDTH NO-BREAK SPACE}")
    start = scanner.offset
    if scanner.word() != kind:
        scanner.offset = start
        raise scanner.missing(kind, f"start the file with {kind} {version} R")
    if not scanner.accept(str(version)):
        raise scanner.missing(f"format version {version}", f"start the file with {kind} {version} R")
    start = scanner.offset
    if scanner.word() not in ("R", "D"):
        scanner.offset = start
        raise scanner.missing("the letter R", f"start the file with {kind} {version} R")
    return scanner.quoted("the title")


def read_players(scanner: Scanner) -> tuple[str, ...]:
    """Read the list of players; one without a name is called by its number."""
    players = tuple(name or f"Player {k + 1}" for k, name in enumerate(read_names(scanner, "player")))
    if not players:
        raise scanner.error("the list of players is empty", "name at least one player")
    return players


def read_names(scanner: Scanner, what: str) -> list[str]:
    """Read a list of names in braces."""
    scanner.expect("{", f"before the list of {what} names")
    names = []
    while not scanner.accept("}"):
        names.append(scanner.quoted(f"a {what} name"))
    return names


def read_comment(scanner: Scanner) -> str:
    """Read the comment that may end a prologue."""
    return scanner.quoted("the comment") if scanner.peek() == '"' else ""


def read_payoffs(scanner: Scanner, num_players: int) -> tuple[float, ...]:
    """Read payoffs up to the closing brace, one for each player, with commas or without."""
    values: list[float] = []
    while not scanner.accept("}"):
        if len(values) == num_players:
            raise scanner.missing(f"'}}' after {num_players} payoffs", "give one payoff for each player")
        values.append(scanner.number("a payoff"))
        scanner.accept(",")
    if len(values) < num_players:
        raise scanner.error(f"{len(values)} payoffs for {num_players} players", "give one payoff for each player")
    return tuple(values)


def _quotient(numerator: str, denominator: str) -> float:
    """The double nearest to a fraction; NaN if it divides by zero, an infinity if it is too large."""
    try:
        return float(_EXACT.divide(Decimal(numerator), Decimal(denominator)))
    except ZeroDivisionError:
        return math.nan
    except ArithmeticError:
        return math.nan if not float(denominator) else math.inf
