"""Writes docs/blocks/: a page for every building block, from the blocks themselves. `make docs` runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from offramp.scenario.blocks import Block, block, block_names
from offramp.scenario.distributions import Distribution

FOLDER = Path(__file__).parent / "blocks"


def pages() -> dict[str, str]:
    """The text of every page, by its name."""
    return {f"{name}.md": "\n".join(_page(block(name))) for name in block_names()}


def _page(shown: Block) -> Iterator[str]:
    fragment = shown.filled(shown.fragment, {})
    yield f"# {shown.title}\n"
    yield f"`use: [{shown.name}]`\n"
    yield f"{shown.about.strip()}\n"
    yield f"**Its effect.** {shown.effect.strip()} A test holds it (`tests/test_blocks.py`).\n"
    yield "| parameter | unless stated | what it is |\n|---|---|---|"
    for name, parameter in shown.parameters.items():
        yield f"| `{name}` | `{parameter.default}` | {parameter.meaning} |"
    yield "\n| assumption | what it is | value | rests on |\n|---|---|---|---|"
    for name, assumption in fragment.get("assumptions", {}).items():
        value = Distribution.parse(assumption["value"]).describe()
        yield f"| `{name}` | {assumption['meaning']} | {value} {assumption.get('unit', '')} | {_bases(assumption)} |"
    yield ""
    for section, word in (("terms", "Terms"), ("formulas", "Formulas"), ("moves", "Moves")):
        if fragment.get(section):
            yield f"## {word}\n"
            yield from _entries(section, fragment[section])
            yield ""
    if shown.adds:
        yield "## Payoffs\n\nWhat `offramp new --with` adds; in a file of your own, add what you need of it.\n"
        yield "| to | where he | adds |\n|---|---|---|"
        yield from (
            f"| `{each['to']}` | {each['at']} | `{each['add']}` |" for each in shown.filled(list(shown.adds), {})
        )
        yield ""
    yield "## Literature\n"
    yield from (f"- {each}" for each in shown.literature)
    yield ""


def _bases(assumption: dict[str, object]) -> str:
    bases = assumption["basis"]
    if not isinstance(bases, list):
        return str(bases)
    kinds = ("study", "base_rate", "judgement")
    told = []
    for each in bases:
        kind = next(key for key in kinds if key in each)
        told.append(f"{kind.replace('_', ' ')}: {each[kind]}" + (f" ({each['says']})" if "says" in each else ""))
    return "; ".join(told)


def _entries(section: str, entries: dict[str, object]) -> Iterator[str]:
    for name, value in entries.items():
        if section == "formulas":
            yield f"- `{name}: {value}`"
        elif section == "terms":
            options = value if isinstance(value, list) else [f"{key} {number}" for key, number in dict(value).items()]  # type: ignore[call-overload]
            yield f"- `{name}`: {', '.join(map(str, options))}"
        else:
            move = dict(value)  # type: ignore[call-overload]
            yield f"- `{name}` by {move['by']}: {', '.join(move['choices'])}"


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
