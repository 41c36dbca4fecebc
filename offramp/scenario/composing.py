"""A scenario to start from: a small commented one, or one composed from building blocks (``offramp new --with``).

In one that is composed an offer is made and answered (``skeleton.yaml``). Blocks insert their moves before, between and
after, each in its slot, lead to ends of their own, and add to payoffs. What comes out is a plain scenario with
everything written out, to be changed at will: nothing in it refers to the blocks any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from offramp.errors import RunError
from offramp.scenario.blocks import SECTIONS, Block, block, block_names, read_yaml
from offramp.scenario.dump import annotated
from offramp.scenario.language import FORMAT
from offramp.scenario.names import suggested

ANSWER_SLOT = 30
"""Blocks in earlier slots come before the answer, those below 0 before the offer."""

STAYS, KEPT = "stays", "kept"
"""The two ends of the skeleton."""

GROUPS: Mapping[str, tuple[str, str]] = {
    "stays": ("0", "office"),
    "stopped": ("-turmoil", "hunted"),
    "goes": ("transfer - impunity * amnesty", "safe"),
    "broken": ("transfer / 2 - impunity * amnesty", "hunted"),
}
"""What ends of each kind are worth to the mediator and to the ruler, before blocks add to it."""

PRECEDENT = "precedent"
"""The block that is used once for every end at which he goes."""

STARTER_TITLE = "A secret offer of safe passage"
"""The title in ``starter.yaml``, which another replaces."""

Plain = dict[str, Any]


def starter(title: str) -> str:
    """The text of a small commented scenario that runs as it is, with another title."""
    text = files("offramp.scenario").joinpath("starter.yaml").read_text(encoding="utf-8")
    return text.replace(f'"{STARTER_TITLE}"', json.dumps(title, ensure_ascii=False), 1)


@dataclass
class _Piece:
    """A block with its parameters filled in."""

    block: Block
    values: dict[str, str]

    @property
    def entry(self) -> str:
        return str(self.block.filled(self.block.entry, self.values))

    def part(self, part: Any) -> Any:
        return self.block.filled(part, self.values)


@dataclass
class _Story:
    """What is composed so far: sections of the file, and for each entry the block that brought it."""

    sections: dict[str, Plain] = field(default_factory=lambda: {name: {} for name in SECTIONS})
    brought: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, fragment: Mapping[str, Any], title: str) -> None:
        for section, entries in fragment.items():
            for name, value in entries.items():
                if name not in self.sections[section]:
                    self.sections[section][name] = value
                    self.brought.setdefault((section, name), title)


def composed(title: str, names: Sequence[str]) -> str:
    """The text of a scenario file that joins the blocks called ``names``.

    Raises
    ------
    RunError
        If there is no block of a name.
    """
    for name in names:
        if name not in block_names():
            raise RunError(f"there is no building block {name!r}; {suggested(name, block_names())}")
    skeleton = read_yaml("skeleton.yaml")
    chosen = sorted({*names}, key=lambda name: (block(name).slot, name))
    pieces = _linked([block(name) for name in chosen])
    ends = {STAYS: {"label": "he stays", "group": "stays"}}
    for piece in pieces:
        ends |= piece.part(piece.block.ends)
    ends[KEPT] = {"label": "he goes and all keep their word", "group": "goes"}
    if PRECEDENT in chosen:
        pieces = [piece for piece in pieces if piece.block.name != PRECEDENT]
        pieces += list(_watching(ends))
    return _text(title, _story(skeleton, pieces), ends, pieces, skeleton)


def _linked(blocks: Sequence[Block]) -> list[_Piece]:
    """The blocks in the order of the story, each leading to the next."""
    pieces = [_Piece(each, {}) for each in blocks]
    for place, piece in enumerate(pieces):
        later = [other for other in pieces[place + 1 :] if other.block.name != PRECEDENT]
        stop = next((at for at in (0, ANSWER_SLOT) if piece.block.slot < at), None)
        same = [other for other in later if stop is None or other.block.slot < stop]
        end = {0: "approach", ANSWER_SLOT: "answer", None: KEPT}[stop]
        piece.values["next"] = same[0].entry if same else end
        piece.values = {key: value for key, value in piece.values.items() if key in piece.block.parameters}
    return pieces


def _watching(ends: Mapping[str, Plain]) -> Iterator[_Piece]:
    """Other rulers watch every end at which he goes; where he is prosecuted they see him punished."""
    for name, end in ends.items():
        if end["group"] in ("goes", "broken"):
            yield _Piece(block(PRECEDENT), {"end": name, "pardoned": "1" if name == KEPT else "0"})


def _story(skeleton: Mapping[str, Any], pieces: Sequence[_Piece]) -> _Story:
    before = [piece.entry for piece in pieces if piece.block.slot < 0]
    between = [piece.entry for piece in pieces if 0 <= piece.block.slot < ANSWER_SLOT]
    after = [piece.entry for piece in pieces if piece.block.slot > ANSWER_SLOT and piece.block.name != PRECEDENT]
    filler = {"first": (between or ["answer"])[0], "next": (after or [KEPT])[0]}
    base = {key: value for key, value in skeleton.items() if key in SECTIONS and key not in ("moves", "answers")}
    story = _Story()
    story.add(base, "")
    fragments = [(piece, piece.part(piece.block.fragment)) for piece in pieces]
    for piece, fragment in fragments:
        story.add({key: value for key, value in fragment.items() if key != "moves"}, piece.block.title)
    moves = _filled_moves(skeleton["moves"], filler)
    order: list[tuple[int, str, Plain]] = [
        (0, "", {"approach": moves["approach"]}),
        (30, "", {"answer": moves["answer"]}),
    ]
    order += [(piece.block.slot, piece.block.title, fragment["moves"]) for piece, fragment in fragments]
    for _, title, entries in sorted(order, key=lambda each: each[0]):
        story.add({"moves": entries}, title)
    story.add({"answers": skeleton["answers"]}, "")
    watched = {piece.values["end"]: piece.entry for piece in pieces if piece.block.name == PRECEDENT}
    _retarget(story.sections["moves"], watched)
    assert next(iter(story.sections["moves"])) == (before or ["approach"])[0], "the story starts with its first move"
    return story


def _filled_moves(moves: Any, values: Mapping[str, str]) -> Any:
    if isinstance(moves, Mapping):
        return {key: _filled_moves(value, values) for key, value in moves.items()}
    return values[moves[1:]] if isinstance(moves, str) and moves.startswith("$") else moves


def _retarget(moves: Mapping[str, Plain], watched: Mapping[str, str]) -> None:
    """Let what leads to an end lead to those who watch it; ``moves`` are modified in place."""
    for name, move in moves.items():
        if name not in watched.values():
            for choice in move["choices"].values():
                choice["next"] = watched.get(choice["next"], choice["next"])


def _text(title: str, story: _Story, ends: Mapping[str, Plain], pieces: Sequence[_Piece], skeleton: Plain) -> str:
    parties = list(story.sections["parties"])
    outcomes = {
        name: {"label": end["label"], "payoffs": {party: _payoff(party, name, end, pieces) for party in parties}}
        for name, end in ends.items()
    }
    sections = {name: entries for name, entries in story.sections.items() if name != "answers"}
    answers = {"answers": _answers(story.sections["answers"], ends)}
    document = {
        "format": FORMAT,
        "title": title,
        **sections,
        "outcomes": outcomes,
        "offers": skeleton["offers"],
        **answers,
    }
    return annotated(document, {path: _comment(story, path) for path in story.brought if _first(story, path)})


def _payoff(party: str, name: str, end: Plain, pieces: Sequence[_Piece]) -> str | int:
    """What an end is worth to a party: its kind's worth, and what blocks add."""
    mediator, ruler = GROUPS[end["group"]]
    added = [each for piece in pieces for each in piece.part(list(piece.block.adds))]
    terms = [str(end.get(party, {"us": mediator, "ruler": ruler}.get(party, "0")))]
    terms += [str(each["add"]) for each in added if each["to"] == party and each["at"] in (name, end["group"], "all")]
    terms = [term for term in terms if term != "0"] or ["0"]
    text = terms[0]
    for term in terms[1:]:
        text += f" - {term[1:]}" if term.startswith("-") and not _is_sum(term[1:]) else f" + {term}"
    return int(text) if text.isdigit() else text


def _is_sum(text: str) -> bool:
    """Whether a term has a sign of its own outside brackets, so that it cannot be put behind a minus as it is."""
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and letter in "+-":
            return True
    return False


def _answers(answers: Plain, ends: Mapping[str, Plain]) -> Plain:
    gone = [f"outcome.{name}" for name, end in ends.items() if end["group"] in ("goes", "broken")]
    return {**answers, "leaves": {"says": "he leaves office by agreement", "when": " or ".join(gone)}}


def _first(story: _Story, path: tuple[str, str]) -> bool:
    """Whether an entry is the first of its section that its block brought."""
    title = story.brought[path]
    return bool(title) and path == next(
        each for each in story.brought if each[0] == path[0] and story.brought[each] == title
    )


def _comment(story: _Story, path: tuple[str, str]) -> str:
    return f"{story.brought[path]} (building block)" if path[0] in ("assumptions", "moves") else ""
