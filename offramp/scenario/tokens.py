"""The words of an expression: numbers, names, operators, brackets and commas.

Only ASCII letters make names and only the listed operators exist. What other languages write instead (``^``, ``&&``,
``≤``) is recognised so that the error can say what to write.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple, NoReturn

from offramp.errors import ExpressionError

MAX_LENGTH = 10_000
"""Characters in one expression."""

SHOWN = 60
"""Characters of a text that is too long which its error message shows."""

FUNCTIONS = {
    "min": (2, None),
    "max": (2, None),
    "abs": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "clip": (3, 3),
    "where": (3, 3),
}
"""Every function with the fewest and the most arguments that it takes (None: any number)."""

WORDS = ("and", "or", "not")
"""Names that are operators."""

_FOREIGN = {
    "^": "write ** for a power",
    "&&": "write and",
    "||": "write or",
    "&": "write and",
    "|": "write or",
    "!": "write not",
    "~": "write not, or - for minus",
    "¬": "write not",
    "∧": "write and",
    "∨": "write or",
    "=": "write == to compare; an expression cannot assign",
    ":=": "write == to compare; an expression cannot assign",
    "===": "write ==",
    "<>": "write != for unequal",
    "≠": "write !=",
    "=<": "write <=",
    "≤": "write <=",
    "=>": "write >=",
    "≥": "write >=",
    "//": "write / for division; there is no whole-number division",
    "÷": "write / for division",
    "×": "write * for multiplication",
    "·": "write * for multiplication",
    "⋅": "write * for multiplication",
    "−": "write the plain minus sign -",
    "–": "write the plain minus sign -",
    "—": "write the plain minus sign -",
    "√": "write sqrt(…)",
    "%": "write a percentage as a decimal: 0.3 for 30%",
    "‰": "write it as a decimal: 0.003 for 3‰",
    "?": "write where(condition, value if true, value if false)",
    ":": "write where(condition, value if true, value if false)",
    "[": "write round brackets ( )",
    "]": "write round brackets ( )",
    "{": "write round brackets ( )",
    "}": "write round brackets ( )",
    '"': "write names and numbers without quotes; compare a choice as move.choice",
    "'": "write names and numbers without quotes; compare a choice as move.choice",
    "\N{LEFT DOUBLE QUOTATION MARK}": "write names and numbers without quotes",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "write names and numbers without quotes",
    "\N{NO-BREAK SPACE}": "write an ordinary space instead of the no-break space",
    "#": "remove it; a comment stands outside the expression",
    ";": "remove it; an expression is one value",
    ".": "write a name as move.choice or term.option, a decimal as 0.5",
}

_ALLOWED = "numbers, names, + - * / **, comparisons, and or not, brackets and the functions " + " ".join(FUNCTIONS)


def _alternatives(symbols: list[str]) -> str:
    return "|".join(re.escape(symbol) for symbol in sorted(symbols, key=len, reverse=True))


_OPERATORS = ["**", "<=", ">=", "==", "!=", "+", "-", "*", "/", "<", ">", "(", ")", ","]

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)"
    rf"|(?P<symbol>{_alternatives(_OPERATORS + list(_FOREIGN))})"
)


class Kind(Enum):
    """What sort of word a token is."""

    NUMBER = "number"
    NAME = "name"
    OPERATOR = "operator"
    END = "end"


class Token(NamedTuple):
    """A word of an expression and its 0-based place in the text."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def __str__(self) -> str:
        return "the end" if self.kind is Kind.END else repr(self.text)


def tokenize(text: str) -> list[Token]:
    """Cut an expression into its words; the last one is of kind ``END``.

    Raises
    ------
    ExpressionError
        If the text is empty, too long, or holds a character that no expression has.
    """
    if len(text) > MAX_LENGTH:
        remedy = "name its pieces under formulas:"
        found = f"found an expression of {len(text)} characters"
        raise ExpressionError(f"{text[:SHOWN]}…", 0, found, f"at most {MAX_LENGTH} characters", remedy)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        token, position = _next(text, position)
        if token is not None:
            tokens.append(token)
    if not tokens:
        raise ExpressionError(text, 0, "found an empty expression", _ALLOWED, "write a number or a formula")
    return [*tokens, Token(Kind.END, "", tokens[-1].end)]


def _next(text: str, position: int) -> tuple[Token | None, int]:
    """The token at ``position`` (None for a space) and where the next one starts."""
    match = _TOKEN.match(text, position)
    if match is None:
        _refuse_character(text, position)
    word = match.group()
    if match.lastgroup == "space":
        return None, match.end()
    if match.lastgroup == "symbol":
        if word in _FOREIGN:
            _refuse_symbol(text, position, word)
        return Token(Kind.OPERATOR, word, position), match.end()
    if match.lastgroup == "number":
        return Token(Kind.NUMBER, word, position), match.end()
    if word.count(".") == 1 and text[match.end() : match.end() + 1] == ".":
        raise ExpressionError(
            text, match.end(), f"found a second dot after {word!r}", "one dot: move.choice or term.option"
        )
    kind = Kind.OPERATOR if word in WORDS else Kind.NAME
    return Token(kind, word, position), match.end()


def _refuse_symbol(text: str, position: int, word: str) -> NoReturn:
    raise ExpressionError(text, position, f"found {word!r}", _ALLOWED, _FOREIGN[word])


def _refuse_character(text: str, position: int) -> NoReturn:
    character = text[position]
    remedy = "remove it"
    if character.isalpha():
        remedy = "names are made of the letters a to z and A to Z, digits and _; rename it"
    elif character.isdigit() or character.isnumeric():
        remedy = "write numbers with the digits 0 to 9"
    elif character.isspace():
        remedy = "write an ordinary space"
    raise ExpressionError(text, position, f"found the character {character!r}", _ALLOWED, remedy)
