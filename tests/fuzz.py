"""Throw broken input at a parser for a while: ``python tests/fuzz.py expressions --seconds 60``.

Each target takes a random generator, makes one input and feeds it in. A clean error is fine; anything else ends the run
with the input that caused it and the seed that makes it again.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from offramp.errors import EvaluationError, ExpressionError, ScenarioError
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.load import loads

WELL_FORMED = (
    "exile_life * passage + safety * (amnesty + court.shielded) - resolve",
    "where(leak.leaked, audience_cost ** 2, 1 / (1 + exp(-x)))",
    "a < b <= c and not d or e == 1.5e-3",
    "clip(min(a, b, c), -1, max(d, 2)) / sqrt(abs(log(e)))",
    "-(-a) ** -b ** 2 + 3 != 4",
)
PIECES = (
    *("(", ")", ",", "+", "-", "*", "/", "**", "<", "<=", "==", "!=", ">", ">=", "and", "or", "not"),
    *("min", "max", "abs", "exp", "log", "sqrt", "clip", "where", "a", "b.c", "0", "1", "1e308", "1e999", ".5"),
    *(
        "^",
        "=",
        "&",
        "&&",
        "|",
        "!",
        "%",
        "?",
        ":",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "\\",
        "#",
        ";",
        ".",
        "..",
        "1.",
        "1e",
    ),
    *("1e", "0x1", "__class__", "lambda", "≤", "×", "−", "é", "٣", "\0", "\ud800", "\u202e", "😀"),
    *(" ", "\n", "\t", "\r", "\u00a0", "\u2028", ""),
)


def _mutated(text: str, rng: random.Random) -> str:
    """``text`` after a few random cuts, copies and insertions."""
    for _ in range(rng.randint(1, 8)):
        start, end = sorted(rng.randint(0, len(text)) for _ in range(2))
        piece = rng.choice([rng.choice(PIECES), text[start:end], chr(rng.randrange(0x300)), ""])
        repeated = piece * rng.choice([1, 1, 1, 2, 300])
        keep = end if rng.random() < 0.5 else start
        text = (text[:start] + repeated + text[keep:])[:20_000]
    return text


def _expressions(rng: random.Random) -> Callable[[], None]:
    text = _mutated(rng.choice(WELL_FORMED), rng)
    specials = (0.0, 1.0, -1.0, 0.5, 1e200, -1e-320, math.inf, math.nan)

    def attempt() -> None:
        try:
            expression = Expression.parse(text)
        except ExpressionError as error:
            if not 0 <= error.offset <= len(text):
                raise AssertionError(f"offset {error.offset} outside the text") from error
            return
        try:
            (value,) = expression.evaluate({name: rng.choice(specials) for name in expression.names})
        except EvaluationError:
            return
        if not math.isfinite(value):
            raise AssertionError(f"the value {value} is not finite")

    attempt.__doc__ = text
    return attempt


def _scenario_texts() -> list[bytes]:
    """The scenario files at hand, good and broken."""
    tests = Path(__file__).parent
    folders = (tests / "good", tests / "broken", tests.parent / "examples")
    return [path.read_bytes() for folder in folders for path in sorted(folder.glob("*.yaml"))]


def _swap_lines(text: bytes, rng: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, 3) if lines else 0):
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]
    return b"".join(lines)


def _flip_bytes(text: bytes, rng: random.Random) -> bytes:
    changed = bytearray(text)
    for _ in range(rng.randint(1, 6) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.choice([rng.randrange(256), *b"\t\n :,-[]{}&*!|>'\"%@`#?<~"])
    return bytes(changed)


def _rename_words(text: bytes, rng: random.Random) -> bytes:
    """Put one word of the text in the place of another, wherever that stands."""
    words = re.findall(rb"\w+", text)
    if not words:
        return text
    old, new = rng.choice(words), rng.choice([*words, b"null", b"true", b"1", b"1e400", b"-.inf", b"9" * 5000, b"<<"])
    return re.sub(rb"\b" + re.escape(old) + rb"\b", new, text, count=rng.choice([0, 1]))


def _nest_deeply(text: bytes, rng: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    depth = rng.choice([3, 45, 5000])
    opening = rng.choice([b"[", b"{a: ", b"- ", b"? ", b"&a [", b"!t ", b"(", b"not "])
    lines.insert(rng.randint(0, len(lines)), rng.choice([b"", b"x: ", b"formulas: {y: "]) + opening * depth + b"\n")
    return b"".join(lines)


def _cut(text: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randint(0, len(text)) for _ in range(2))
    return rng.choice([text[:start] + text[end:], text[:end] + text[start:], text[start:end]])


def _loader(rng: random.Random) -> Callable[[], None]:
    text = rng.choice(_scenario_texts())
    for _ in range(rng.randint(1, 4)):
        text = rng.choice([_swap_lines, _flip_bytes, _rename_words, _nest_deeply, _cut])(text, rng)

    def attempt() -> None:
        try:
            scenario = loads(text.decode("utf-8", rng.choice(["replace", "surrogateescape"])))
        except ScenarioError as error:
            if not error.problems or any(problem.line < 1 for problem in error.problems):
                raise AssertionError("a problem without a position") from error
            return
        if loads(dumps(scenario)) != scenario:
            raise AssertionError("the scenario does not read back as it was written out")

    attempt.__doc__ = repr(text)
    return attempt


TARGETS: dict[str, Callable[[random.Random], Callable[[], None]]] = {"expressions": _expressions, "loader": _loader}
"""Each makes one attempt, a function of nothing whose docstring is the input."""


def fuzz(target: str, seconds: float, seed: int) -> int:
    """Run attempts until the time is over; the number of them."""
    start, count = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        attempt = TARGETS[target](random.Random(f"{seed}-{count}"))
        try:
            attempt()
        except Exception:
            sys.stderr.write(f"attempt {count} of seed {seed} failed on {attempt.__doc__!r}\n")
            raise
        count += 1
    return count


def main() -> None:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = fuzz(options.target, options.seconds, options.seed)
    sys.stdout.write(f"{options.target}: {count} inputs in {options.seconds:g} s, nothing but clean errors\n")


if __name__ == "__main__":
    main()
