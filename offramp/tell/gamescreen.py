"""A solved game and checked files as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.text import Text

from offramp.explore.check import Checked, GameSize, ScenarioContents
from offramp.solve.result import EXPLANATIONS, Solutions, Status
from offramp.tell.layout import SCREEN_WIDTH, hanging, wrapped
from offramp.tell.trust import remedy_words, share_words

SHOWN_INFOSETS = 60
"""Information sets that a screen shows; ``--json`` has them all."""

NAMED_JUDGEMENTS = 8
"""Assumptions that are named one by one; of more only the number is given."""


def solution_screen(
    solutions: Solutions, numbers: tuple[int, ...], width: int = SCREEN_WIDTH, draw: int = 0
) -> list[Text]:
    """One draw of a solved game: what each player does in each information set, payoffs, certificate."""
    game = solutions.game
    lines = [Text(game.title or "A game", style="bold"), Text()]
    for player, name in enumerate(game.players):
        own = np.flatnonzero(game.infoset_players == player)
        lines.append(Text(f"{name}: payoff {solutions.values[draw, player]:.6g}", style="bold"))
        for infoset in own[:SHOWN_INFOSETS].tolist():
            lines += hanging(_infoset_line(solutions, infoset, numbers[infoset], draw), width, "      ")
        if len(own) > SHOWN_INFOSETS:
            lines.append(
                Text(f"  and {len(own) - SHOWN_INFOSETS} information sets more; --json has them all", style="dim")
            )
    return [*lines, Text(), *wrapped(Text(_certificate(solutions, numbers, draw)), width)]


def check_lines(checked: Checked) -> Iterator[str]:
    """A checked file in a few lines."""
    if not checked.is_fine:
        count = len(checked.problems)
        yield f"{checked.file}: {count} problem{'s' if count != 1 else ''}"
        yield from (str(problem) for problem in checked.problems)
        return
    yield f"{checked.file}: fine"
    if checked.contents:
        yield f"  {_contents_words(checked.contents)}"
        yield f"  {_judgement_words(checked.contents)}"
    if checked.size:
        yield f"  {_size_words(checked.size)}"


def _infoset_line(solutions: Solutions, infoset: int, number: int, draw: int) -> str:
    game, start = solutions.game, solutions.game.action_starts[infoset]
    actions = (
        f"{label} {solutions.strategies[draw, start + action]:.4g}"
        for action, label in enumerate(game.action_labels[infoset])
    )
    label = f" {game.infoset_labels[infoset]!r}" if game.infoset_labels[infoset] else ""
    return f"  set {number}{label}: {', '.join(actions)}"


def _certificate(solutions: Solutions, numbers: tuple[int, ...], draw: int) -> str:
    status = Status(int(solutions.status[draw]))
    belief = "believe it" if solutions.converged[draw] else "do not rely on it"
    place = "" if solutions.converged[draw] else f"; it is that of {_worst_place(solutions, numbers, draw)}"
    return (
        f"Certificate: {EXPLANATIONS[status]}; {belief}. "
        f"Largest conditional regret {share_words(float(solutions.max_regret[draw]))} of a payoff range, "
        f"over all {solutions.game.num_infosets} information sets, reached or not{place}.{remedy_words(status)}"
    )


def _worst_place(solutions: Solutions, numbers: tuple[int, ...], draw: int) -> str:
    """The information set with the largest regret."""
    game, infoset = solutions.game, int(solutions.regrets[draw].argmax())
    return f"{game.players[game.infoset_players[infoset]]} at set {numbers[infoset]}"


def _contents_words(contents: ScenarioContents) -> str:
    counts = (
        (contents.parties, "party", "parties"),
        (contents.terms, "term", "terms"),
        (contents.moves, "move", "moves"),
        (contents.outcomes, "outcome", "outcomes"),
        (contents.answers, "answer", "answers"),
        (contents.assumptions, "assumption", "assumptions"),
    )
    listed = ", ".join(f"{count:,} {one if count == 1 else many}" for count, one, many in counts)
    return f"{listed} ({contents.uncertain} uncertain, {contents.private} private)"


def _judgement_words(contents: ScenarioContents) -> str:
    names = contents.judgements
    if not names:
        return "every assumption rests on more than judgement"
    verb = "rests" if len(names) == 1 else "rest"
    listed = f": {', '.join(names)}" if len(names) <= NAMED_JUDGEMENTS else ""
    return f"{len(names)} of {contents.assumptions} assumptions {verb} on judgement alone{listed}"


def _size_words(size: GameSize) -> str:
    counts = f"{size.nodes:,} nodes, {size.leaves:,} ends, {size.infosets:,} information sets"
    return f"as a game: {size.players} players, {counts}"
