"""The map of moves: who moves, who sees it, how likely play passes along each line; as a drawing and in words."""

from __future__ import annotations

from collections.abc import Iterator

from offramp.explore.phrases import joined, party_label, percent
from offramp.explore.summary import ChoiceSummary
from offramp.figures.flow import Arrow, Box, Flow, Line
from offramp.scenario.model import CHANCE, Choice, Move
from offramp.tell.names import choice_label, move_label, outcome_label
from offramp.tell.report.blocks import Block, Item, Listing, Paragraph, Picture, Section, plain
from offramp.tell.report.context import Context
from offramp.tell.report.knowing import (
    hidden_from,
    party_list,
    revealed_words,
    seen_words,
)

TITLE = "Map of moves"

HOW_TO_READ = (
    "Read from the top. Each box is a move: who chooses, what about, and how likely it comes to that. Each line is a "
    "choice, with how likely it is made once its move is reached; the thicker the line, the likelier that play passes "
    "along it. Dashed grey lines are taken in fewer than 1 of 100 cases. Rounded boxes are the ways it can end. All "
    "numbers are means over the draws."
)

MANY = 2
"""With more choices than this from one move to the same next one, they share a line."""


def map_section(context: Context) -> Section:
    """The map of moves."""
    flow = moves_flow(context)
    picture = Picture("map", flow.title, flow.alt, flow.svg, flow.png, is_drawn=True)
    words = Listing((*_moves_in_words(context), _ends_in_words(context)), summary="The same map in words")
    blocks: tuple[Block, ...] = (Paragraph(plain(HOW_TO_READ), "note"), picture, *_private(context), words)
    return Section("map", TITLE, blocks)


def moves_flow(context: Context) -> Flow:
    """The map as a flow chart."""
    scenario = context.scenario
    order = {name: index for index, name in enumerate(_stations(context))}
    unseen = context.unseen
    colours = {party.name: index for index, party in enumerate(scenario.parties)}
    boxes = [_box(context, move, unseen.get(move.name, ()), colours) for move in scenario.moves if move.name in order]
    boxes += [
        Box(
            (
                Line(outcome_label(scenario, outcome.name), "strong"),
                Line(percent(context.run.outcomes[outcome.name].mean)),
            ),
            is_end=True,
        )
        for outcome in scenario.outcomes
        if outcome.name in order
    ]
    arrows = [arrow for move in scenario.moves if move.name in order for arrow in _arrows(context, move, order)]
    counted = f"{len(scenario.moves)} moves of {party_list(scenario, _movers(context))}"
    ends = f"{len(scenario.outcomes)} outcomes"
    alt = f"A flow chart of {counted}, leading to {ends}. A list with the same content follows."
    return Flow(tuple(boxes), tuple(arrows), TITLE, alt)


def _stations(context: Context) -> Iterator[str]:
    """The moves and the outcomes, in file order, moves first."""
    yield from (move.name for move in context.scenario.moves)
    yield from (outcome.name for outcome in context.scenario.outcomes)


def _movers(context: Context) -> list[str]:
    movers = {move.by for move in context.scenario.moves}
    return [party.name for party in context.scenario.parties if party.name in movers] + [CHANCE] * (CHANCE in movers)


def _box(context: Context, move: Move, unseen: tuple[str, ...], colours: dict[str, int]) -> Box:
    scenario = context.scenario
    reached = percent(context.run.moves[move.name].reached.mean)
    who = "Chance" if move.by == CHANCE else party_label(scenario, move.by)
    lines = [Line(who, "strong"), Line(move_label(scenario, move.name)), Line(f"reached {reached}", "quiet")]
    common = _common_hidden(context, move)
    if common:
        lines.append(Line(seen_words(scenario, common), "quiet"))
    if unseen:
        names = joined([move_label(scenario, name) for name in unseen])
        lines.append(Line(f"may not know: {names}", "quiet"))
    return Box(tuple(lines), colours.get(move.by))


def _common_hidden(context: Context, move: Move) -> tuple[str, ...] | None:
    """From whom all choices of a move are hidden alike; None where they differ."""
    found = {hidden_from(context.scenario, move, choice) for choice in move.choices}
    return found.pop() if len(found) == 1 else None


def _arrows(context: Context, move: Move, order: dict[str, int]) -> Iterator[Arrow]:
    """The lines from a move."""
    for group in grouped(move):
        lines = tuple(line for choice in group for line in _choice_lines(context, move, choice))
        share = sum(_summary(context, move, choice).on_path.mean for choice in group)
        yield Arrow(order[move.name], order[group[0].next], lines, min(share, 1.0))


def grouped(move: Move) -> list[list[Choice]]:
    """The choices of a move that have a line together: each its own, but where many lead to the same next one."""
    targets: dict[str, list[Choice]] = {}
    for choice in move.choices:
        targets.setdefault(choice.next, []).append(choice)
    return [
        group
        for choices in targets.values()
        for group in ([choices] if len(choices) > MANY else [[choice] for choice in choices])
    ]


def _choice_lines(context: Context, move: Move, choice: Choice) -> Iterator[Line]:
    yield Line(f"{choice_label(choice)} {_given_reached(_summary(context, move, choice))}")
    if _common_hidden(context, move) is None:
        yield Line(seen_words(context.scenario, hidden_from(context.scenario, move, choice)), "quiet")
    revealed = revealed_words(context.scenario, move, choice)
    if revealed:
        yield Line(revealed, "quiet")


def _summary(context: Context, move: Move, choice: Choice) -> ChoiceSummary:
    return context.run.moves[move.name].choices[choice.name]


def _given_reached(summary: ChoiceSummary) -> str:
    return percent(summary.given_reached.mean) if summary.given_reached else "(no path)"


def _private(context: Context) -> Iterator[Paragraph]:
    """What a party alone knows."""
    scenario = context.scenario
    for each in scenario.assumptions:
        if each.private_to:
            meaning = f" ({each.meaning.rstrip('.')})" if each.meaning else ""
            who = party_label(scenario, each.private_to)
            yield Paragraph(plain(f"Only {who} knows the value of {each.name.replace('_', ' ')}{meaning}."))


def _moves_in_words(context: Context) -> Iterator[Item]:
    """One item a move, with an item for each of its choices below it."""
    scenario, unseen = context.scenario, context.unseen
    for move in scenario.moves:
        reached = percent(context.run.moves[move.name].reached.mean)
        text = f"{move_label(scenario, move.name)}, by {party_label(scenario, move.by)}; reached {reached}"
        common = _common_hidden(context, move)
        text += "" if common is None else f"; {seen_words(scenario, common)}"
        hidden = [move_label(scenario, name) for name in unseen.get(move.name, ())]
        text += f"; the mover may not know: {joined(hidden)}" if hidden else ""
        yield Item(plain(f"{text}."), tuple(_choice_in_words(context, move, choice) for choice in move.choices))


def _choice_in_words(context: Context, move: Move, choice: Choice) -> Item:
    scenario, summary = context.scenario, _summary(context, move, choice)
    text = f"{choice_label(choice)}: {_given_reached(summary)}"
    if choice.when:
        text += f", only when {choice.when}"
    if _common_hidden(context, move) is None:
        text += f"; {seen_words(scenario, hidden_from(scenario, move, choice))}"
    revealed = revealed_words(scenario, move, choice)
    text += f"; {revealed}" if revealed else ""
    is_end = any(outcome.name == choice.next for outcome in scenario.outcomes)
    leads = outcome_label(scenario, choice.next) if is_end else move_label(scenario, choice.next)
    return Item(plain(f"{text}; then {leads}."))


def _ends_in_words(context: Context) -> Item:
    """How it can end."""
    labelled = ((outcome_label(context.scenario, name), each.mean) for name, each in context.run.outcomes.items())
    return Item(plain("How it can end:"), tuple(Item(plain(f"{label}: {percent(mean)}.")) for label, mean in labelled))
