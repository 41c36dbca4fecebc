"""Gambit's strategic form files (``.nfg``): read and written.

A file gives every player's strategies and, for each profile of them, either the payoffs or the number of an outcome;
the first player's strategy changes fastest. Read, it is the extensive game in which the players choose in turn without
seeing each other. Source of the facts: the Gambit manual, "The strategic game (.nfg) file format".
"""

from __future__ import annotations

import math

import numpy as np

from offramp.errors import GameError
from offramp.game.builder import GameFile, TreeBuilder, numbered
from offramp.game.gambit import check_numbers, number_text, quote, unique_labels
from offramp.game.game import Floats, Game
from offramp.game.scanner import Scanner, read_comment, read_names, read_payoffs, read_players, read_title
from offramp.game.strategies import profile_payoffs, reduced_strategies, strategy_label

MAX_PROFILES = 1_000_000
"""Most strategy profiles of a game that is read."""

MAX_WRITTEN_PROFILES = 100_000
"""Most profiles of reduced pure strategies of a game that is written in strategic form."""


def read_nfg(text: str, file: str = "<text>") -> GameFile:
    """Read the text of a ``.nfg`` file, of payoffs or of outcomes; ``file`` is its name in messages.

    Raises
    ------
    GameFileError
        Naming line and column, if the text does not parse or has more than ``MAX_PROFILES`` profiles.

    Examples
    --------
    >>> file = read_nfg('NFG 1 R "Meet" { "Ann" "Bob" } { 2 2 } 3 2 0 0 0 0 2 3')
    >>> file.payoffs.tolist()
    [[[3.0, 2.0], [0.0, 0.0], [0.0, 0.0], [2.0, 3.0]]]
    >>> file.game.action_labels
    (('1', '2'), ('1', '2'))
    """
    scanner = Scanner(text, file)
    title = read_title(scanner, "NFG", 1)
    players = read_players(scanner)
    strategies = _read_strategies(scanner, players)
    comment = read_comment(scanner)
    count = math.prod(map(len, strategies))
    if scanner.accept("{"):
        labels, payoffs = _read_outcomes(scanner, len(players), count)
    else:
        labels, payoffs = ("",) * count, _read_table(scanner, len(players), count)
    scanner.end("the table")
    shape = [len(names) for names in strategies if len(names) > 1]
    order = np.arange(count).reshape(shape, order="F").ravel()
    game = _simultaneous(title, players, strategies, [labels[cell] for cell in order])
    numbers = (1,) * len(players)
    return GameFile(game, payoffs[np.newaxis, order], np.empty((1, 0)), numbers, comment, file)


def _read_strategies(scanner: Scanner, players: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Read the strategies of each player: lists of names, or how many there are."""
    start = scanner.start()
    scanner.expect("{", "before the strategies")
    as_names = scanner.peek() == "{"
    strategies: list[tuple[str, ...]] = []
    size = 1
    while not scanner.accept("}"):
        if as_names:
            names: tuple[str, ...] = numbered(read_names(scanner, "strategy"))
        else:
            names = _numbers(scanner.integer("the number of strategies of a player", 1))
        strategies.append(names)
        size *= len(names)
        if size > MAX_PROFILES:
            raise scanner.error(f"more than {MAX_PROFILES} strategy profiles", "write the game as .efg", start)
    if len(strategies) != len(players) or size == 0:
        counts = ", ".join(str(len(names)) for names in strategies) or "none"
        found = f"strategies for {len(strategies)} of {len(players)} players (how many: {counts})"
        raise scanner.error(found, "give each player at least one strategy", start)
    return tuple(strategies)


def _numbers(count: int) -> tuple[str, ...]:
    """Names for ``count`` strategies, but no more than one over the limit."""
    return tuple(str(k + 1) for k in range(min(count, MAX_PROFILES + 1)))


def _read_table(scanner: Scanner, num_players: int, count: int) -> Floats:
    """float64[count, P]: the payoffs of each profile, in file order."""
    values: list[float] = []
    for _ in range(count * num_players):
        if not scanner.peek():
            found = f"the table ends after {len(values)} payoffs"
            raise scanner.error(found, f"give {count} profiles x {num_players} players = {count * num_players}")
        values.append(scanner.number("a payoff"))
        scanner.accept(",")
    return np.array(values).reshape(count, num_players)


def _read_outcomes(scanner: Scanner, num_players: int, count: int) -> tuple[tuple[str, ...], Floats]:
    """The outcome's name and payoffs (float64[count, P]) of each profile, in file order."""
    names = [""]
    values = [(0.0,) * num_players]
    while not scanner.accept("}"):
        scanner.expect("{", "before an outcome")
        names.append(scanner.quoted("the name of an outcome"))
        values.append(read_payoffs(scanner, num_players))
    cells: list[int] = []
    for _ in range(count):
        if not scanner.peek():
            raise scanner.error(f"the table ends after {len(cells)} outcomes", f"give one for each of {count} profiles")
        start = scanner.offset
        cells.append(scanner.integer("the number of an outcome"))
        if cells[-1] >= len(names):
            raise scanner.error(
                f"outcome {cells[-1]} is not listed: the last one is {len(names) - 1}",
                "add it to the list of outcomes",
                start,
            )
        scanner.accept(",")
    return tuple(names[cell] for cell in cells), np.array(values)[cells]


def _simultaneous(
    title: str, players: tuple[str, ...], strategies: tuple[tuple[str, ...], ...], outcomes: list[str]
) -> Game:
    """The game in which the players choose in turn without seeing each other; outcomes with the last player fastest."""
    tree = TreeBuilder()
    for outcome in outcomes:
        depth = tree.depth
        for player in range(depth, len(players)):
            tree.add_move(player, player, len(strategies[player]))
        tree.add_leaf(outcome)
    return tree.game(players, title, range(len(players)), ("",) * len(players), strategies)


def write_nfg(game: Game, payoffs: Floats, chance: Floats) -> str:
    """The text of a ``.nfg`` file with one draw of a game in reduced strategic form.

    A reduced pure strategy says what its player does at the information sets that its own earlier actions leave
    possible; its name lists the actions, ``*`` where none is needed. Payoffs are expected over chance.

    Parameters
    ----------
    game : Game
        With perfect recall.
    payoffs : float64[L, P]
    chance : float64[E]

    Raises
    ------
    GameError
        If shapes do not fit, payoffs are not finite, chance is not a probability, or there are more than
        ``MAX_WRITTEN_PROFILES`` strategy profiles.
    """
    check_numbers(game, payoffs, chance)
    strategies = [reduced_strategies(game, player, MAX_WRITTEN_PROFILES) for player in range(game.num_players)]
    count = math.prod(map(len, strategies))
    if count > MAX_WRITTEN_PROFILES:
        raise GameError(f"{count} strategy profiles are more than {MAX_WRITTEN_PROFILES}; write the game as .efg")
    names = [unique_labels(strategy_label(game, choice) for choice in choices) for choices in strategies]
    listed = "\n".join(f"  {{ {' '.join(map(quote, names_of))} }}" for names_of in names)
    players = " ".join(map(quote, unique_labels(game.players)))
    rows = (" ".join(map(number_text, row)) for row in profile_payoffs(game, payoffs, chance, strategies).tolist())
    return f'NFG 1 R {quote(game.title)} {{ {players} }}\n{{\n{listed}\n}}\n""\n\n' + "\n".join(rows) + "\n"
