"""Runs the commands that the pages show and writes what they print now into the pages. `make outputs` runs it.

The tests compare the same commands with the same pages: read the differences before you commit them.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
MAKE_RUN, THE_ANSWER = "make run", "offramp run examples/venezuela-2024.yaml"


def printed(command: str, folder: Path) -> str:
    """What a command prints in a folder with the examples in it."""
    words = shlex.split(THE_ANSWER if command == MAKE_RUN else command)
    program = [str(Path(sys.executable).with_name("offramp")), *words[1:]]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(program, check=True, capture_output=True, text=True, cwd=folder, env=environment)
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())


def _shown(before: str, now: str) -> str:
    """What a page shows of an output; what it leaves out with dots stays as it is while the rest holds."""
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return before if "..." in before and doctest.OutputChecker().check_output(before, now, options) else now


def refreshed(text: str, page: str) -> str:
    """The text of a page with the outputs of its commands as they are now."""

    def block(match: re.Match[str]) -> str:
        pieces = re.split(r"^\$ ", match["text"], flags=re.MULTILINE)
        written = pieces[0]
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "examples").symlink_to(ROOT / "examples")
            for piece in pieces[1:]:
                command, _, output = piece.partition("\n")
                written += f"$ {command}\n"
                if output.strip() and (command == MAKE_RUN or command.split()[0].endswith("offramp")):
                    sys.stderr.write(f"{page}: {command}\n")
                    output = _shown(output, printed(command, Path(folder)) + "\n")
                elif command.split()[0].endswith("offramp"):
                    printed(command, Path(folder))
                written += output
        return f"```console\n{written}```"

    return BLOCK.sub(block, text)


def main() -> None:
    """Refresh the pages that are named, or all."""
    wanted = sys.argv[1:]
    for page in PAGES:
        if not wanted or page.name in wanted:
            before = page.read_text(encoding="utf-8")
            after = refreshed(before, page.name)
            if after != before:
                page.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
