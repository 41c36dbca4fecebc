"""Gambit's extensive form files: read, written, and refused with a place and a remedy."""

from __future__ import annotations

import math
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pygambit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gambit_oracle import gambit_nodes, gambit_reads, our_nodes
from offramp.errors import GameError, GameFileError
from offramp.game.compile import compile_scenario
from offramp.game.efg import read_efg, write_efg
from offramp.game.gambit import chance_texts, plain, unique_labels
from offramp.game.game import TERMINAL_NODE, Game
from offramp.game.gamefile import GameFile, read_game
from offramp.scenario.draws import central
from offramp.scenario.load import load
from random_games import CLASSES, RandomGame, random_tree

GAMES = Path(__file__).parent / "games"
HEAD = 'EFG 2 R "t" { "Ann" "Bob" } ""\n'
CATALOGUE = [slug for slug in pygambit.catalog.games()["Game"] if pygambit.catalog.load(slug).is_tree]
STRUCTURE = ("parents", "arrivals", "node_players", "node_infosets", "infoset_players")


def written(random: RandomGame) -> str:
    return write_efg(random.game, random.payoffs[0], random.chance[0])


def assert_same_structure(one: Game, other: Game) -> None:
    for name in STRUCTURE:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.players == other.players
    assert one.action_labels == other.action_labels
    assert one.chance_labels == other.chance_labels


class TestReading:
    def test_outcomes_on_the_way_add_up_at_the_leaves(self) -> None:
        file = read_game(GAMES / "inner_outcomes.efg")
        expected = [[12, 2], [9, -2], [12, 2], [2, 2.5], [-4, -5.5], [-1, -2]]
        assert file.payoffs.tolist() == [expected]
        assert file.game.outcome_labels == ("win", "", "win", "win", "lose", "")

    def test_a_chance_event_described_once_stands_at_many_nodes(self) -> None:
        file = read_game(GAMES / "inner_outcomes.efg")
        assert file.chance.tolist() == [[0.25, 0.75, 0.5, 0.5, 0.5, 0.5]]
        assert file.game.chance_labels == (("sun", "rain"), ("heads", "tails"), ("heads", "tails"))

    def test_descriptions_may_be_left_out_after_the_first(self) -> None:
        file = read_game(GAMES / "omitted_descriptions.efg")
        assert file.payoffs.tolist() == [[[1, 1], [0, 2], [0, 2], [1, 1], [1, 1], [0, 2]]]
        assert [nodes.tolist() for nodes in file.game.members] == [[0], [1, 4, 7], [9]]
        assert file.game.action_labels == (("left", "middle", "right"), ("up", "down"), ("stop",))

    def test_information_sets_keep_their_numbers(self) -> None:
        file = read_game(GAMES / "omitted_descriptions.efg")
        assert file.infoset_numbers == (40, 3, 3)
        assert file.infoset_name(1) == "Bob, set 3 (reply)"

    def test_any_spacing_and_all_forms_of_numbers(self) -> None:
        file = read_game(GAMES / "odd_spacing.efg")
        assert file.payoffs.tolist() == [[[1, -2.5, 30], [0.5, -1 / 3, 0.01]]]
        assert file.game.title == 'A "quoted" title, with a back\\slash'
        assert file.game.players == ('Ann "A"', "Player 2", "Zoë")
        assert file.game.action_labels == (("x, y", "{}"),)

    def test_files_older_than_unicode_are_read(self, tmp_path: Path) -> None:
        path = tmp_path / "old.efg"
        path.write_bytes('EFG 2 R "Siège" { "José" } t "" 0'.encode("latin-1"))
        file = read_game(path)
        assert (file.game.title, file.game.players) == ("Siège", ("José",))
        assert file.game.node_players.tolist() == [TERMINAL_NODE]

    def test_the_comment_is_kept(self) -> None:
        assert read_efg('EFG 2 R "t" { "Ann" } "two\nlines" t "" 0').comment == "two\nlines"

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *[
                ("7", 7),
                ("-0.25", -0.25),
                (".5", 0.5),
                ("3.", 3),
                ("+2", 2),
                ("1.5e+2", 150),
                ("2/3", 2 / 3),
                ("-1/8", -0.125),
            ],
            *[
                ("1.5/0.5", 3),
                ("1e-3", 0.001),
                ("0.1", 0.1),
                ("12345678901234567890123/3", 12345678901234567890123 / 3),
            ],
        ],
    )
    def test_numbers(self, text: str, value: float) -> None:
        assert read_efg(f'EFG 2 R "t" {{ "Ann" }} t "" 1 "" {{ {text} }}').payoffs.item() == value

    def test_a_chain_of_five_thousand_moves(self) -> None:
        moves = "".join(
            f'p "" {k % 2 + 1} {k + 1} "" {{ "stop" "go" }} 0\nt "" 1 "x" {{ 1, 2 }}\n' for k in range(5000)
        )
        file = read_efg(HEAD + moves + 't "" 0')
        assert len(file.game.leaves) == 5001
        file.game.check()
        assert_same_structure(file.game, read_efg(write_efg(file.game, file.payoffs[0], file.chance[0])).game)

    def test_sixty_thousand_nodes_take_seconds(self) -> None:
        below = 't "" 1 "x" { 1, 2 }\nt "" 2 "y" { 2, 1 }\nt "" 3 "z" { 0, 0 }\n'
        nodes = [f'p "" 2 {k % 50 + 1} "" {{ "a" "b" "c" }} 0\n{below}' for k in range(15000)]
        shares = " ".join(f'"{k}" 1/15000' for k in range(15000))
        start = time.process_time()
        file = read_efg(HEAD + f'c "" 1 "" {{ {shares} }} 0\n' + "".join(nodes))
        assert time.process_time() - start < 10
        assert file.game.num_nodes == 60001


class TestAgainstGambit:
    def test_gambit_reads_the_same_game_from_a_file_with_inner_outcomes(self) -> None:
        path = GAMES / "inner_outcomes.efg"
        assert gambit_nodes(gambit_reads(path.read_text())) == our_nodes(read_game(path))

    def test_a_forgetful_player_is_refused_as_gambit_sees_it(self) -> None:
        path = GAMES / "forgetful.efg"
        assert not gambit_reads(path.read_text()).is_perfect_recall
        with pytest.raises(
            GameFileError, match=r"efg:9:1: information set 2 of 'Ann' \('second'\) breaks perfect recall"
        ):
            read_game(path)

    @pytest.mark.parametrize("slug", CATALOGUE)
    def test_the_games_of_gambits_catalogue_read_the_same(self, slug: str) -> None:
        game = pygambit.catalog.load(slug)
        if not game.is_perfect_recall:
            with pytest.raises(GameFileError, match="breaks perfect recall"):
                read_efg(game.to_efg())
            return
        file = read_efg(game.to_efg())
        file.game.check()
        assert gambit_nodes(game) == our_nodes(file)
        assert gambit_nodes(gambit_reads(write_efg(file.game, file.payoffs[0], file.chance[0]))) == our_nodes(file)

    def test_a_game_built_in_gambit_reads_the_same(self) -> None:
        game = pygambit.Game.new_tree(players=["Ann", "Bob"], title="built")
        game.append_move(game.root, game.players.chance, ["l", "r"])
        game.set_chance_probs(game.root.infoset, [pygambit.Rational(1, 3), pygambit.Rational(2, 3)])
        game.append_move(list(game.root.children), "Ann", ["up", "down"])
        game.set_outcome(game.root, game.add_outcome("stake", [1, -1]))
        game.set_outcome(next(iter(game.root.children)), game.add_outcome("win", [pygambit.Decimal("0.25"), 7]))
        assert gambit_nodes(game) == our_nodes(read_efg(game.to_efg()))

    @pytest.mark.parametrize("seed", range(40))
    def test_random_games_survive_both_ways(self, seed: int) -> None:
        random = random_tree(1 + seed % 4, seed=seed, payoffs="normal", max_depth=4 + seed % 3)
        ours = read_efg(written(random))
        theirs = gambit_reads(written(random))
        again = read_efg(theirs.to_efg())
        for file in (ours, again):
            assert_same_structure(file.game, random.game)
            np.testing.assert_array_equal(file.payoffs, random.payoffs)
            np.testing.assert_allclose(file.chance, random.chance, rtol=1e-15, atol=0)
        assert gambit_nodes(theirs) == our_nodes(ours)

    @pytest.mark.parametrize("name", CLASSES)
    def test_the_benchmark_classes_survive_both_ways(self, name: str) -> None:
        random = CLASSES[name](seed=5)
        file = read_efg(gambit_reads(written(random)).to_efg())
        assert_same_structure(file.game, random.game)
        np.testing.assert_array_equal(file.payoffs, random.payoffs)

    def test_a_compiled_scenario_opens_in_gambit(self) -> None:
        scenario = load(Path(__file__).parents[1] / "examples" / "venezuela-2024.yaml")
        compiled = compile_scenario(scenario)
        draws = central(scenario)
        text = write_efg(compiled.game, compiled.payoffs(draws)[0], compiled.chance(draws)[0])
        game = gambit_reads(text)
        assert game.is_perfect_recall
        assert gambit_nodes(game) == our_nodes(read_efg(text))
        np.testing.assert_array_equal(read_efg(text).payoffs, compiled.payoffs(draws))


AWKWARD = {
    "tenths": [0.1, 0.2, 0.7],
    "twenty twentieths": [1 / 20] * 20,
    "thirds": [1 / 3] * 3,
    "sevenths": [1 / 7] * 7,
    "a tiny one": [1e-300, 1 - 1e-12, 1e-12],
    "zeros": [0.0, 1.0, 0.0],
    "one": [1.0],
    "ninths and a rest": [1 / 9, 4 / 9, 1 - 5 / 9],
    "a subnormal": [5e-324, 1.0],
    "drawn": [0.37238457238457231, 1 - 0.37238457238457231],
}


class TestChance:
    @pytest.mark.parametrize("case", AWKWARD)
    def test_awkward_probabilities_satisfy_gambit_and_read_back_as_they_were(self, case: str) -> None:
        values = AWKWARD[case]
        actions = " ".join(f'"{k}" {text}' for k, text in enumerate(chance_texts(values)))
        text = f'EFG 2 R "t" {{ "Ann" }} ""\nc "" 1 "" {{ {actions} }} 0\n' + 't "" 0\n' * len(values)
        assert read_efg(text).chance[0].tolist() == values
        assert [float(Fraction(action.prob)) for action in gambit_reads(text).root.infoset.actions] == values

    @given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=12))
    @settings(max_examples=200, deadline=None)
    def test_any_probabilities_add_up_to_exactly_one(self, weights: list[float]) -> None:
        values = [weight / math.fsum(weights) for weight in weights]
        numbers = [Fraction(text) for text in chance_texts(values)]
        assert sum(numbers) == 1
        np.testing.assert_allclose([float(number) for number in numbers], values, rtol=1e-15 * len(values))

    def test_plain_numbers_stay_plain(self) -> None:
        assert chance_texts([0.1, 0.2, 0.7]) == ["0.1", "0.2", "0.7"]
        assert chance_texts([1 / 3, 2 / 3]) == ["1/3", "2/3"]
        assert chance_texts([1.0, 0.0]) == ["1", "0"]


class TestWriting:
    def test_payoffs_read_back_as_the_same_doubles(self) -> None:
        values = [0.1 + 0.2, 1e22, -1e-300, 5e-324, 1.7976931348623157e308, 1 / 3, 12345678.0, -0.0]
        leaves = 't "" 0\n' * len(values)
        actions = " ".join(f'"{k}"' for k in range(len(values)))
        game = read_efg(f'EFG 2 R "t" {{ "Ann" }} p "" 1 1 "" {{ {actions} }} 0\n{leaves}').game
        text = write_efg(game, np.array(values)[:, np.newaxis], np.zeros(0))
        assert read_efg(text).payoffs.ravel().tolist() == values
        assert [node["payoffs"][0] for node in gambit_nodes(gambit_reads(text))[1:]] == values

    def test_names_are_respelt_and_told_apart_for_gambit(self) -> None:
        file = read_efg(
            'EFG 2 R "Nicolás" { "José" "Jose" } p "n" 1 1 "x" { "sí" "si" } 0 '
            'p "n" 2 1 "y" { "a" } 0 t "n" 1 "o" { 1 2 } p "n" 2 2 "y" { "b\\\\c" } 0 t "n" 2 "o" { 3 4 }'
        )
        game = gambit_reads(write_efg(file.game, file.payoffs[0], file.chance[0]))
        assert game.title == "Nicolas"
        assert [player.label for player in game.players] == ["Jose", "Jose 2"]
        assert [[action.label for action in s.actions] for s in game.infosets] == [["si", "si 2"], ["a"], ["b/c"]]
        assert [s.label for s in game.infosets] == ["x", "y", "y 2"]
        assert [outcome.label for outcome in game.outcomes] == ["o", "o 2"]

    @given(st.text())
    def test_any_name_becomes_plain(self, label: str) -> None:
        assert all(" " <= character <= "~" for character in plain(label))
        assert plain(plain(label)) == plain(label)

    def test_unique_names(self) -> None:
        assert unique_labels(["a", "a", "a 2", "", "a"]) == ["a", "a 2", "a 2 2", "4", "a 3"]

    def test_leaves_with_the_same_name_and_payoffs_share_an_outcome(self) -> None:
        text = (GAMES / "omitted_descriptions.efg").read_text()
        file = read_efg(text)
        lines = write_efg(file.game, file.payoffs[0], file.chance[0]).splitlines()
        assert [line.split('"')[2].strip() for line in lines if line.startswith("t")] == ["1", "2", "2", "1", "1", "2"]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda p, c: (p[:-1], c), r"payoffs of one draw have shape \(7, 2\), not \(8, 2\)"),
            (lambda p, c: (p * np.nan, c), "payoffs of a game file must be finite; found nan"),
            (lambda p, c: (p, c[:-1]), r"chance of one draw have shape \(1,\), not \(2,\)"),
            (lambda p, c: (p, c * 1.1), "chance at node 0 is .*: not probabilities that add up to 1"),
            (lambda p, c: (p, np.array([-0.5, 1.5])), "chance at node 0 is .*: not probabilities"),
        ],
        ids=["leaf missing", "nan", "branch missing", "sum", "negative"],
    )
    def test_numbers_that_do_not_fit_are_refused(self, change: object, message: str) -> None:
        random = CLASSES["signalling 2x2x2"](seed=1)
        assert callable(change)
        with pytest.raises(GameError, match=message):
            write_efg(random.game, *change(random.payoffs[0], random.chance[0]))


WRONG = {
    "empty": ("", "1:1: found the end of the file where EFG is expected"),
    "version": ('EFG 3 R "t" { "Ann" }', "1:5: found '3' where format version 2 is expected"),
    "letter": ('EFG 2 Q "t" { "Ann" }', "1:7: found 'Q' where the letter R is expected"),
    "open title": ('EFG 2 R "t { Ann }', "1:9: the title has no closing quotation mark"),
    "bare player": ('EFG 2 R "t" { Ann }', "1:15: found 'Ann' where a player name in double quotes is expected"),
    "no players": ('EFG 2 R "t" { }', "the list of players is empty"),
    "no nodes": (HEAD, "2:1: found the end of the file where a node (c, p or t) is expected"),
    "node kind": (HEAD + 'q "" 0', "2:1: found 'q' where a node (c, p or t) is expected"),
    "missing child": (HEAD + '\np "" 1 1 "" { "a" "b" } 0\nt "" 0', "the node on line 3 lacks children"),
    "extra node": (HEAD + 't "" 0\nt "" 0', "3:1: found 't' after the game tree is complete"),
    "no actions": (HEAD + 'p "" 1 1 "x" 0', "'{' and the actions of information set 1 of 'Ann' is expected"),
    "empty actions": (HEAD + 'p "" 1 1 "x" { } 0', "information set 1 of 'Ann' has no actions"),
    "player number": (HEAD + 'p "" 3 1 "x" { "a" } 0', "player 3 moves, but there are 2"),
    "set number": (HEAD + 'p "" 1 0 "x" { "a" } 0', "found '0' where the number of an information set"),
    "huge number": (HEAD + f't "" {"9" * 5000}', "a whole number from 0 with at most 9 digits"),
    "other actions": (
        HEAD + 'p "" 1 1 "x" { "a" } 0\np "" 2 1 "y" { "a" } 0\np "" 2 1 "y" { "b" } 0\nt "" 0',
        "4:10: information set 1 of 'Bob' comes with actions b, but came with a before",
    ),
    "other payoffs": (
        HEAD + 'p "" 1 1 "" { "a" "b" } 0 t "" 1 "o" { 1 2 }\nt "" 1 "o" { 1 3 }',
        "3:8: outcome 1 comes with payoffs 1.0, 3.0, but came with 1.0, 2.0 before",
    ),
    "other chances": (
        HEAD + 'c "" 1 "" { "a" 1/2 "b" 1/2 } 0 t "" 0\nc "" 1 "" { "a" 1/3 "b" 2/3 } 0',
        "3:8: chance event 1 comes with probabilities",
    ),
    "null outcome": (HEAD + 't "" 0 "none" { 0 0 }', "2:6: outcome 0 has a name or payoffs"),
    "unknown outcome": (HEAD + 't "" 4', "'{' and the payoffs of outcome 4 is expected"),
    "few payoffs": (HEAD + 't "" 1 "" { 1 }', "1 payoffs for 2 players"),
    "many payoffs": (HEAD + 't "" 1 "" { 1 2 3 }', "2:17: found '3' where '}' after 2 payoffs is expected"),
    "word payoff": (HEAD + 't "" 1 "" { 1 two }', "2:15: found 'two' where a payoff, a number"),
    "hexadecimal": (HEAD + 't "" 1 "" { 0x10 2 }', "found '0x10' where a payoff, a number"),
    "infinite": (HEAD + 't "" 1 "" { inf 2 }', "found 'inf' where a payoff, a number"),
    "overflow": (HEAD + 't "" 1 "" { 1e999 2 }', "'1e999' as a payoff is too large for double precision"),
    "overflowing fraction": (HEAD + 't "" 1 "" { 1e300/1e-300 2 }', "is too large for double precision"),
    "overflowing path": (
        HEAD + 'p "" 1 1 "" { "a" } 1 "o" { 1e308 0 }\nt "" 1',
        "3:6: the payoffs on this path add up to more than double precision holds",
    ),
    "zero denominator": (HEAD + 't "" 1 "" { 1/0 2 }', "'1/0' as a payoff has a denominator of zero"),
    "chance sum": (
        HEAD + 'c "" 1 "" { "a" 0.3 "b" 0.6 } 0',
        "2:8: the probabilities of chance event 1 add up to 0.9, not to 1 within 1e-09",
    ),
    "negative chance": (
        HEAD + 'c "" 1 "" { "a" -0.5 "b" 1.5 } 0',
        "2:8: chance event 1 has the negative probability -0.5",
    ),
    "no probability": (HEAD + 'c "" 1 "" { "a" } 0', "found '}' where the probability of 'a', a number"),
    "forgets": (
        HEAD + 'p "" 1 1 "x" { "l" "r" } 0\nt "" 0\np "" 1 1 0\nt "" 0\nt "" 0',
        "4:1: information set 1 of 'Ann' ('x') breaks perfect recall",
    ),
}


class TestErrors:
    @pytest.mark.parametrize("case", WRONG)
    def test_what_is_wrong_is_named_with_its_place(self, case: str) -> None:
        text, message = WRONG[case]
        with pytest.raises(GameFileError) as caught:
            read_efg(text, "g.efg")
        assert message in str(caught.value)
        assert str(caught.value).startswith(f"g.efg:{caught.value.line}:{caught.value.column}: ")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(GameFileError, match=r"none\.efg: cannot be read: No such file"):
            read_game(tmp_path / "none.efg")

    def test_a_file_of_another_kind(self, tmp_path: Path) -> None:
        path = tmp_path / "scenario.yaml"
        path.write_text("format: offramp/1")
        with pytest.raises(GameFileError, match="yaml:1:1: found 'format:' where EFG or NFG is expected"):
            read_game(path)


def reads_or_refuses(path: Path, content: bytes) -> GameFile | None:
    path.write_bytes(content)
    try:
        return read_game(path)
    except GameFileError:
        return None


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "game"


TOKENS = st.sampled_from(
    [
        *[
            "EFG",
            "NFG",
            "2",
            "1",
            "R",
            '"',
            '""',
            '"a"',
            "{",
            "}",
            "0",
            "3",
            "1/2",
            "1/3",
            "2/3",
            "-1",
            "p",
            "c",
            "t",
            ",",
        ],
        *[
            "1e9999",
            "/",
            "é",
            "\0",
            "\n",
            "\\",
            '"x" { "l" "r" }',
            '"" { "l" 1/2 "r" 1/2 }',
            '1 "o" { 1, 2 }',
            "99999999999",
        ],
    ]
)
SEEDS = [path.read_bytes() for path in sorted(GAMES.iterdir())]


class TestFuzz:
    @given(content=st.binary(max_size=60))
    @settings(max_examples=300, deadline=None)
    def test_any_bytes(self, scratch: Path, content: bytes) -> None:
        reads_or_refuses(scratch, content)
        reads_or_refuses(scratch, b'EFG 2 R "t" { "A" "B" } ""' + content)

    @given(tokens=st.lists(TOKENS, max_size=40))
    @settings(max_examples=300, deadline=None)
    def test_any_tokens(self, scratch: Path, tokens: list[str]) -> None:
        for head in ('EFG 2 R "t" { "A" "B" } "" ', 'NFG 1 R "t" { "A" "B" } { '):
            reads_or_refuses(scratch, (head + " ".join(tokens)).encode())

    @given(
        seed=st.sampled_from(SEEDS),
        edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 12), TOKENS), max_size=4),
    )
    @settings(max_examples=300, deadline=None)
    def test_edited_files(self, scratch: Path, seed: bytes, edits: list[tuple[float, int, str]]) -> None:
        content = seed
        for place, removed, added in edits:
            at = int(place * len(content))
            content = content[:at] + added.encode() + content[at + removed :]
        file = reads_or_refuses(scratch, content)
        if file is not None:
            file.game.check()
            read_efg(write_efg(file.game, file.payoffs[0], file.chance[0])).game.check()
