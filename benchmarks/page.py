"""Measure everything anew and write it into ``docs/performance.md``, between the markers there.

``python -m benchmarks.page [--seed 7]`` (``make bench-docs``). It draws ``growth.svg`` and ``.png`` there too.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from benchmarks import ROOT, growth
from benchmarks.__main__ import DRAWS, GAMES, MINUTES

PAGE = ROOT / "docs" / "performance.md"


def write_block(name: str, text: str, page: Path = PAGE) -> None:
    """Put ``text`` between ``<!-- name: begin -->`` and ``<!-- name: end -->``.

    Raises
    ------
    ValueError
        If the page does not have both markers.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before = page.read_text(encoding="utf-8")
    pattern = re.compile(f"({re.escape(begin)}).*?({re.escape(end)})", re.DOTALL)
    after, count = pattern.subn(lambda match: f"{match[1]}\n\n{text}\n\n{match[2]}", before)
    if count != 1:
        raise ValueError(f"{page} has {count} blocks between {begin} and {end}; give it one")
    page.write_text(after, encoding="utf-8")


def growth_block(points: list[growth.Point]) -> str:
    """The powers with which time grows, and the table."""
    by_leaves = [point for point in points if point.panel == growth.LEAVES]
    lines = []
    for name in dict.fromkeys(point.series for point in by_leaves):
        power = growth.slope([point for point in by_leaves if point.series == name])
        lines.append(
            f"- {name}: time grows with the power {power:.2f} of the leaves over the larger half of the sizes."
        )
    return "\n".join([*lines, "", growth.table(points)])


def main() -> None:
    from benchmarks.document import heading, measure, page

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--games", type=int, default=GAMES)
    parser.add_argument("--leaves", type=int, default=5000)
    asked = parser.parse_args()
    document = measure(asked.seed, draws=asked.draws, minutes=asked.minutes, games=asked.games)
    write_block("bench", page(document))
    points = growth.measure(asked.seed, most_leaves=asked.leaves)
    growth.draw(points)
    write_block("growth", f"{heading(document)}\n\n{growth_block(points)}")


if __name__ == "__main__":
    main()
