"""Gambit's strategic form files: read as games of hidden moves, written in reduced form, refused with a place."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pygambit
import pytest

from gambit_oracle import gambit_reads
from offramp.errors import GameError, GameFileError
from offramp.game.efg import read_efg, write_efg
from offramp.game.game import CHANCE_NODE, Floats
from offramp.game.gamefile import read_game
from offramp.game.nfg import read_nfg, write_nfg
from offramp.game.strategies import reduced_strategies
from random_games import CLASSES, RandomGame, random_tree

GAMES = Path(__file__).parent / "games"
HEAD = 'NFG 1 R "t" { "Ann" "Bob" } '
CATALOGUE = [slug for slug in pygambit.catalog.games()["Game"] if not pygambit.catalog.load(slug).is_tree]


def written(random: RandomGame) -> str:
    return write_nfg(random.game, random.payoffs[0], random.chance[0])


def gambit_table(game: pygambit.Game) -> Floats:
    """Payoffs of each profile of a ``pygambit.Game``, the last player's strategy fastest."""
    tables = [np.asarray(table, dtype=np.float64) for table in game.to_arrays(dtype=float)]
    return np.stack(tables, axis=-1).reshape(-1, len(tables))


def value(random: RandomGame, plans: list[tuple[int, ...]], node: int = 0) -> Floats:
    """Expected payoffs below a node when each player follows its plan, by walking the tree: the oracle for profiles."""
    game = random.game
    if game.leaf_index[node] >= 0:
        return np.asarray(random.payoffs[0, game.leaf_index[node]])
    children = game.children[game.child_starts[node] : game.child_starts[node + 1]]
    player = game.node_players[node]
    if player == CHANCE_NODE:
        shares = random.chance[0, game.chance_index[children]]
        return np.asarray(sum(p * value(random, plans, int(c)) for p, c in zip(shares, children, strict=True)))
    return value(random, plans, int(children[plans[player][game.node_infosets[node]]]))


class TestReading:
    def test_payoffs_with_the_first_player_fastest(self) -> None:
        file = read_game(GAMES / "payoffs.nfg")
        assert file.payoffs.tolist() == [[[11, -11], [12, -12], [13, -13], [21, -21], [22, -22], [23, -23]]]
        assert file.game.action_labels == (("1", "2"), ("1", "2", "3"))
        assert file.chance.shape == (1, 0)

    def test_outcomes_by_number_with_zero_for_nothing(self) -> None:
        file = read_game(GAMES / "outcomes.nfg")
        assert file.payoffs.tolist() == [[[1, 2, 3], [0.5, -1, 0], [0, 0, 0], [1, 2, 3]]]
        assert file.game.outcome_labels == ("good", "", "", "good")
        assert file.game.action_labels == (("top", "bottom"), ("left", "right"), ("only",))

    @pytest.mark.parametrize("name", ["payoffs.nfg", "outcomes.nfg"])
    def test_players_move_in_turn_without_seeing_each_other(self, name: str) -> None:
        game = read_game(GAMES / name).game
        game.check()
        assert game.num_infosets == game.num_players
        assert game.infoset_players.tolist() == list(range(game.num_players))

    def test_information_sets_are_numbered_from_one_for_each_player(self) -> None:
        file = read_game(GAMES / "outcomes.nfg")
        assert file.infoset_numbers == (1, 1, 1)
        assert file.infoset_name(2) == "Cy, set 1"
        assert file.comment.startswith("Written for offramp's tests")

    def test_the_table_agrees_with_gambit(self) -> None:
        text = (
            (GAMES / "outcomes.nfg").read_text().replace("1 0 2 1", "1 2 2 1")
        )  # pygambit has no table with outcome 0
        np.testing.assert_array_equal(gambit_table(gambit_reads(text)), read_nfg(text).payoffs[0])

    @pytest.mark.parametrize("slug", CATALOGUE)
    def test_the_games_of_gambits_catalogue_read_the_same(self, slug: str) -> None:
        game = pygambit.catalog.load(slug)
        np.testing.assert_allclose(read_nfg(game.to_nfg()).payoffs[0], gambit_table(game), rtol=1e-15)

    def test_many_players_with_one_strategy_each(self) -> None:
        players = " ".join(f'"{k}"' for k in range(100))
        file = read_nfg(f'NFG 1 R "t" {{ {players} }} {{ {"1 " * 100} }} {"2 " * 100}')
        assert file.payoffs.tolist() == [[[2.0] * 100]]


class TestWriting:
    @pytest.mark.parametrize("seed", range(30))
    def test_gambit_derives_the_same_reduced_strategic_form(self, seed: int) -> None:
        random = random_tree(1 + seed % 4, seed=seed, max_depth=3, payoffs="normal")
        theirs = read_nfg(gambit_reads(write_efg(random.game, random.payoffs[0], random.chance[0])).to_nfg())
        ours = read_nfg(written(random))
        assert list(map(len, ours.game.action_labels)) == list(map(len, theirs.game.action_labels))
        np.testing.assert_allclose(ours.payoffs, theirs.payoffs, rtol=1e-12, atol=1e-12)

    @pytest.mark.parametrize("name", ["signalling 2x2x2", "signalling 3x3x2", "three players"])
    def test_gambit_reads_what_we_write(self, name: str) -> None:
        random = CLASSES[name](seed=2)
        np.testing.assert_array_equal(gambit_table(gambit_reads(written(random))), read_nfg(written(random)).payoffs[0])

    @pytest.mark.parametrize("seed", range(8))
    def test_profiles_are_worth_what_walking_the_tree_gives(self, seed: int) -> None:
        random = random_tree(2, seed=seed, max_depth=4)
        plans = [reduced_strategies(random.game, player, 1000) for player in range(2)]
        profiles = itertools.product(*(choices.tolist() for choices in plans))
        expected = [value(random, list(profile)) for profile in profiles]
        np.testing.assert_allclose(read_nfg(written(random)).payoffs[0], expected, rtol=1e-12, atol=1e-15)

    def test_strategies_are_named_by_their_actions(self) -> None:
        file = read_efg(
            'EFG 2 R "t" { "Ann" "Idle" } p "" 1 1 "" { "in" "out" } 0'
            ' p "" 1 2 "" { "up" "down" } 0 t "" 1 "" { 1 0 } t "" 2 "" { 2 0 } t "" 3 "" { 3 0 }'
        )
        again = read_nfg(write_nfg(file.game, file.payoffs[0], file.chance[0]))
        assert again.game.action_labels == (("in/up", "in/down", "out/*"), ("*",))
        assert again.payoffs[0, :, 0].tolist() == [1, 2, 3]

    @pytest.mark.parametrize("name", ["payoffs.nfg", "outcomes.nfg"])
    def test_a_strategic_game_comes_back_as_it_was(self, name: str) -> None:
        file = read_game(GAMES / name)
        again = read_nfg(write_nfg(file.game, file.payoffs[0], file.chance[0]))
        np.testing.assert_array_equal(again.payoffs, file.payoffs)
        np.testing.assert_array_equal(again.game.parents, file.game.parents)
        assert again.game.action_labels == file.game.action_labels
        assert (again.game.title, again.game.players) == (file.game.title, file.game.players)

    def test_too_many_strategies_are_refused(self) -> None:
        children = "".join(f'p "" 1 {k + 2} "" {{ "a" "b" }} 0 t "" 0 t "" 0 ' for k in range(20))
        shares = " ".join(f'"{k}" 1/20' for k in range(20))
        file = read_efg(f'EFG 2 R "t" {{ "Ann" }} c "" 1 "" {{ {shares} }} 0 {children}')
        with pytest.raises(GameError, match=r"'Ann' has more than 100000 pure strategies; write the game as \.efg"):
            write_nfg(file.game, file.payoffs[0], file.chance[0])

    def test_too_many_profiles_are_refused(self) -> None:
        players = '"" ' * 17
        file = read_nfg(f'NFG 1 R "t" {{ {players} }} {{ {"2 " * 17} }} {{ }} {"0 " * 2**17}')
        with pytest.raises(GameError, match=r"131072 strategy profiles are more than 100000; write the game as \.efg"):
            write_nfg(file.game, file.payoffs[0], file.chance[0])


WRONG: dict[str, tuple[str, str]] = {
    "no strategies": (HEAD, "1:29: found the end of the file where '{' (before the strategies) is expected"),
    "too few players": (HEAD + "{ 2 } 1 2", "1:29: strategies for 1 of 2 players (how many: 2)"),
    "no strategy": (HEAD + '{ { "a" } { } }', "strategies for 2 of 2 players (how many: 1, 0)"),
    "zero strategies": (HEAD + "{ 0 2 }", "found '0' where the number of strategies of a player"),
    "mixed lists": (HEAD + '{ { "a" } 2 } 1', "found '2' where '{' (before the list of strategy names) is expected"),
    "short table": (HEAD + "{ 2 2 } 1 2 3", "the table ends after 3 payoffs"),
    "long table": (HEAD + "{ 1 1 } 1 2 3", "1:41: found '3' after the table is complete"),
    "word in table": (HEAD + "{ 1 1 } 1 two", "1:39: found 'two' where a payoff, a number"),
    "unknown outcome": (HEAD + '{ 1 2 } { { "" 1 2 } } 1 2', "1:54: outcome 2 is not listed: the last one is 1"),
    "short outcomes": (HEAD + '{ 1 2 } { { "" 1 2 } } 1', "the table ends after 1 outcomes"),
    "unnamed outcome": (HEAD + "{ 1 2 } { { 1 2 } } 1 1", "found '1' where the name of an outcome in double quotes"),
    "huge": (HEAD + "{ 100000 100000 } 1", "1:29: more than 1000000 strategy profiles"),
    "huge at once": (HEAD + "{ 999999999 1 } 1", "1:29: more than 1000000 strategy profiles"),
    "extensive": ('EFG 2 R "t" { "Ann" } t "" 0', "1:1: found 'EFG' where NFG is expected"),
}


class TestErrors:
    @pytest.mark.parametrize("case", WRONG)
    def test_what_is_wrong_is_named_with_its_place(self, case: str) -> None:
        text, message = WRONG[case]
        with pytest.raises(GameFileError) as caught:
            read_nfg(text, "g.nfg")
        assert message in str(caught.value)
        assert str(caught.value).startswith(f"g.nfg:{caught.value.line}:{caught.value.column}: ")

    def test_numbers_that_do_not_fit_are_refused(self) -> None:
        random = CLASSES["three players"](seed=1)
        with pytest.raises(GameError, match="payoffs of one draw have shape"):
            write_nfg(random.game, random.payoffs[0, 1:], random.chance[0])
