"""``python -m benchmarks [--seed 7] [--json]``: the comparison and the run of a million draws.

Processes of the comparison import this module again, so it imports nothing heavy itself.
"""

from __future__ import annotations

import argparse
import json

MINUTES = 9.0
DRAWS = 1_000_000
GAMES = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="offramp beside other solvers.")
    parser.add_argument("--seed", type=int, default=7, help="of the random games and of the run (default: 7)")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.add_argument("--draws", type=int, default=DRAWS, help="of the run of the example (default: a million)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"for everything (default: {MINUTES:g})")
    parser.add_argument("--games", type=int, default=GAMES, help="that a peer is given in a class, at most")
    asked = parser.parse_args()
    from benchmarks.document import measure, page

    document = measure(asked.seed, draws=asked.draws, minutes=asked.minutes, games=asked.games)
    print(json.dumps(document, indent=2, allow_nan=False) if asked.json else page(document))


if __name__ == "__main__":
    main()
