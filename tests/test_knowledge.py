"""Who knows what, and so which nodes are one information set."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from offramp.errors import ScenarioError
from offramp.game.compile import Compiled, compile_scenario
from offramp.game.game import CHANCE_NODE
from offramp.scenario.model import ALL, CHANCE, Choice, Move, Scenario
from standoffs import assumption, choice, drawn, exit_offer, move, outcome, standoff

END = [outcome("end", a=0, b=0, c=0)]


def infosets_at(compiled: Compiled, move_name: str) -> set[frozenset[str]]:
    """The information sets of a move, each as the paths that it cannot tell apart."""
    moves = compiled.scenario.moves
    sets: dict[int, set[str]] = defaultdict(set)
    for node in np.flatnonzero(compiled.game.node_infosets >= 0):
        if moves[compiled.node_moves[node]].name == move_name:
            path = [f"{moves[m].name}.{moves[m].choices[c].name}" for m, c in compiled.history(int(node))]
            sets[int(compiled.game.node_infosets[node])].add(" ".join(path))
    return {frozenset(paths) for paths in sets.values()}


def two_then_c(first: str | None, second: str | None, **reveals: dict[str, tuple[str, ...]]) -> Compiled:
    """a chooses, b chooses, c acts; what c sees of the two is up to the test."""
    ways = [choice(name, "act", reveals=reveals.get(name, {})) for name in ("left", "right")]
    moves = [
        move("one", "a", choice("up", "two"), choice("down", "two"), known_to=first),
        move("two", "b", *ways, known_to=second),
        move("act", "c", choice("x", "end"), choice("y", "end")),
    ]
    compiled = compile_scenario(standoff("a b c", moves, END))
    compiled.game.check()
    return compiled


ALL_FOUR = {"one.up two.left", "one.up two.right", "one.down two.left", "one.down two.right"}


def test_by_default_everyone_sees_a_choice() -> None:
    assert infosets_at(two_then_c(None, None), "act") == {frozenset([path]) for path in ALL_FOUR}


def test_nothing_seen_makes_one_information_set() -> None:
    assert infosets_at(two_then_c("", ""), "act") == {frozenset(ALL_FOUR)}


def test_known_to_names_those_who_see() -> None:
    compiled = two_then_c("c", "")
    assert infosets_at(compiled, "two") == {frozenset({"one.up", "one.down"})}
    assert infosets_at(compiled, "act") == {
        frozenset({"one.up two.left", "one.up two.right"}),
        frozenset({"one.down two.left", "one.down two.right"}),
    }


def test_all_may_stand_among_the_names() -> None:
    assert len(infosets_at(two_then_c(ALL, ALL), "act")) == 4


def test_reveals_tells_an_earlier_choice_on_that_path_only() -> None:
    compiled = two_then_c("", "", left={"one": ("c",), "two": ("c",)})
    assert infosets_at(compiled, "act") == {
        frozenset({"one.up two.left"}),
        frozenset({"one.down two.left"}),
        frozenset({"one.up two.right", "one.down two.right"}),
    }


def test_reveals_to_others_tells_the_mover_nothing() -> None:
    assert infosets_at(two_then_c("", "", left={"one": ("b",)}), "act") == {frozenset(ALL_FOUR)}


def test_a_choice_may_override_who_sees_its_move() -> None:
    moves = [
        move(
            "one", "a", choice("loud", "act"), choice("hush", "act", known_to=()), choice("still", "act", known_to=())
        ),
        move("act", "c", choice("x", "end"), choice("y", "end")),
    ]
    compiled = compile_scenario(standoff("a b c", moves, END))
    assert infosets_at(compiled, "act") == {frozenset({"one.loud"}), frozenset({"one.hush", "one.still"})}


def test_reveals_of_a_move_not_passed_reveals_nothing() -> None:
    moves = [
        move("start", "a", choice("long", "side"), choice("short", "act"), known_to=""),
        move("side", "b", choice("l", "act"), choice("r", "act"), known_to=""),
        move("act", "c", choice("tell", "last", reveals={"side": ("c",)}), choice("mum", "end")),
        move("last", "c", choice("x", "end"), choice("y", "end")),
    ]
    compiled = compile_scenario(standoff("a b c", moves, END))
    compiled.game.check()
    assert infosets_at(compiled, "act") == {frozenset({"start.long side.l", "start.long side.r", "start.short"})}
    assert infosets_at(compiled, "last") == {
        frozenset({"start.long side.l act.tell"}),
        frozenset({"start.long side.r act.tell"}),
        frozenset({"start.short act.tell"}),
    }


def test_an_unseen_move_may_or_may_not_have_taken_place() -> None:
    moves = [
        move("start", "a", choice("by_way", "side"), choice("straight", "act"), known_to=""),
        move("side", "b", choice("l", "act"), choice("r", "act"), known_to=""),
        move("act", "c", choice("x", "end"), choice("y", "end")),
    ]
    compiled = compile_scenario(standoff("a b c", moves, END))
    assert len(infosets_at(compiled, "act")) == 1


def test_a_party_remembers_its_own_choice_though_known_to_leaves_it_out() -> None:
    moves = [
        move("one", "a", choice("up", "two"), choice("down", "two"), known_to="b"),
        move("two", "a", choice("x", "end"), choice("y", "end")),
    ]
    compiled = compile_scenario(standoff("a b c", moves, END))
    assert infosets_at(compiled, "two") == {frozenset({"one.up"}), frozenset({"one.down"})}


def test_what_own_choice_reveals_was_not_known_when_choosing() -> None:
    # On one path b sees a's choice before it looks; on the other looking is what tells it. Its later sets must differ.
    moves = [
        move("one", "a", choice("up", "look"), choice("open_up", "look", known_to=("b",)), known_to=""),
        move("look", "b", choice("look", "act", reveals={"one": ("b",)}), choice("leave", "act")),
        move("act", "b", choice("x", "end"), choice("y", "end")),
    ]
    compiled = compile_scenario(standoff("a b c", moves, END))
    compiled.game.check()
    known = compiled.infoset_keys[int(compiled.game.node_infosets[2])].facts
    assert known == ((1, 0), (0, 0))  # first its own look, then what the look told


def test_order_learnt_tells_paths_apart() -> None:
    # c hears the same two facts, in one order or the other.
    moves = [
        move("one", "a", choice("up", "two"), known_to=""),
        move("two", "b", choice("left", "gate"), known_to=""),
        move(
            "gate", "chance", choice("first", "then_two", probability="0.5"), choice("second", "then_one"), known_to=""
        ),
        move("then_two", "chance", choice("t", "later_two", reveals={"one": ("c",)}), known_to=""),
        move("later_two", "chance", choice("t", "act", reveals={"two": ("c",)}), known_to=""),
        move("then_one", "chance", choice("t", "later_one", reveals={"two": ("c",)}), known_to=""),
        move("later_one", "chance", choice("t", "act", reveals={"one": ("c",)}), known_to=""),
        move("act", "c", choice("x", "end"), choice("y", "end")),
    ]
    compiled = compile_scenario(standoff("a b c", moves, END))
    assert len(infosets_at(compiled, "act")) == 2


def test_what_is_learnt_at_once_is_learnt_in_the_order_it_happened() -> None:
    forward = {"one": ("c",), "two": ("c",)}
    backward = {"two": ("c",), "one": ("c",)}
    moves = [
        move("one", "a", choice("up", "two"), known_to=""),
        move("two", "b", choice("left", "tell"), known_to=""),
        move(
            "tell",
            "chance",
            choice("x", "act", probability="0.5", reveals=forward),
            choice("y", "act", reveals=backward),
            known_to="",
        ),
        move("act", "c", choice("x", "end"), choice("y", "end")),
    ]
    assert len(infosets_at(compile_scenario(standoff("a b c", moves, END)), "act")) == 1


def test_only_the_owner_tells_private_values_apart() -> None:
    compiled = compile_scenario(exit_offer(grid=3))
    assert len(compiled.infoset_keys) == 1 + 2 * 3 + 2 + 2
    by_move = [compiled.scenario.moves[index].name for index in compiled.infoset_moves]
    assert by_move.count("answer") == 6
    assert by_move.count("loyalty") == 2
    loyalty = compiled.infoset_keys[by_move.index("loyalty")]
    assert loyalty.atoms == ()
    assert len(compiled.game.members[by_move.index("loyalty")]) == 3


def test_late_draws_do_not_change_what_the_owner_can_tell() -> None:
    # skill is drawn before the throw on one path, before b's move on the other; b sees neither start nor throw.
    moves = [
        move("start", "a", choice("throw", "luck"), choice("skip", "act"), known_to=""),
        move("luck", "chance", choice("good", "act", probability="skill"), choice("bad", "act"), known_to=""),
        move("act", "b", choice("x", "end"), choice("y", "end")),
    ]
    scenario = standoff(
        "a b c", moves, END, assumptions=(assumption("skill", {"choice": [0.25, 0.75]}, private_to="b"),)
    )
    compiled = compile_scenario(scenario)
    compiled.game.check()
    assert infosets_at(compiled, "act") == {frozenset({"start.throw luck.good", "start.throw luck.bad", "start.skip"})}
    assert sum(index == 2 for index in compiled.infoset_moves) == 2


def test_knowledge_in_words() -> None:
    compiled = compile_scenario(exit_offer(grid=2))
    assert compiled.infoset_knowledge[0] == "nothing yet"
    assert compiled.infoset_knowledge[1] == "offer at approach; leaked at leak; resolve = 10"


class TestClash:
    def hidden_condition(self) -> Scenario:
        moves = [
            move("approach", "a", choice("offer", "leak"), choice("threaten", "leak"), known_to="a"),
            move(
                "leak", "chance", choice("leaked", "answer", probability="0.5"), choice("held", "answer"), known_to="a"
            ),
            move(
                "answer",
                "b",
                choice("accept", "end"),
                choice("expose", "end", when="leak.held"),
                choice("refuse", "end"),
            ),
        ]
        return standoff("a b c", moves, END)

    def problem(self) -> str:
        with pytest.raises(ScenarioError) as caught:
            compile_scenario(self.hidden_condition())
        assert len(caught.value.problems) == 1
        assert caught.value.problems[0].path == ("moves", "answer", "choices", "expose", "when")
        return str(caught.value)

    def test_shows_both_paths_and_their_choices(self) -> None:
        text = self.problem()
        assert "approach.offer → leak.leaked offers 'accept' and 'refuse'" in text
        assert "approach.offer → leak.held offers 'accept', 'expose' and 'refuse'" in text

    def test_names_the_condition_and_the_unseen_move_behind_it(self) -> None:
        text = self.problem()
        assert "'expose' stands when leak.held" in text
        assert "b has not seen 'leak'" in text
        assert "'approach'" not in text

    def test_says_what_to_do(self) -> None:
        assert "let b learn 'leak' first (known_to: or reveals:)" in self.problem()

    def test_condition_on_what_the_mover_knows_is_no_clash(self) -> None:
        scenario = self.hidden_condition()
        seen = Move("leak", CHANCE, scenario.moves[1].choices)
        moves = (scenario.moves[0], seen, scenario.moves[2])
        compiled = compile_scenario(standoff("a b c", list(moves), END))
        compiled.game.check()
        assert {len(labels) for labels in compiled.game.action_labels} == {2, 3}


def random_standoff(seed: int) -> Scenario:
    """Seven moves of three parties and chance that lead forward at random, seen and revealed at random."""
    rng = np.random.default_rng(seed)
    parties = ["a", "b", "c"]
    moves: list[Move] = []
    for index in range(7):
        by = str(rng.choice([*parties, CHANCE]))
        choices: list[Choice] = []
        for name in ("l", "r"):
            target = index + 1 if name == "l" else int(rng.integers(index + 1, 9))
            reveals = {
                f"m{earlier}": tuple(str(party) for party in parties if rng.random() < 0.4)
                for earlier in range(index + 1)
                if rng.random() < 0.3
            }
            known = tuple(party for party in parties if rng.random() < 0.5) if rng.random() < 0.3 else None
            chance = {"probability": "0.5 + 0.1 * own"} if by == CHANCE and name == "l" else {}
            goes_to = f"m{target}" if target < 7 else "end"
            choices.append(choice(name, goes_to, reveals=reveals, known_to=known, **chance))
        seen = None if rng.random() < 0.3 else " ".join(party for party in parties if rng.random() < 0.4)
        moves.append(move(f"m{index}", by, *choices, known_to=seen))
    own = assumption("own", {"choice": [-1, 1]}, private_to=parties[seed % 3])
    return standoff("a b c", moves, [outcome("end", a="own", b=0, c=0)], assumptions=(own,))


def oracle_view(scenario: Scenario, party: str, path: list[tuple[str, str]]) -> tuple[str, ...]:
    """What a party knows after a path: a slow twin of the compiler's rule, written from the words of the design."""
    moves = {each.name: each for each in scenario.moves}
    parties = {each.name for each in scenario.parties}
    known: list[str] = []
    for step, (name, made) in enumerate(path):
        here = moves[name]
        chosen = next(each for each in here.choices if each.name == made)
        told = here.known_to if chosen.known_to is None else chosen.known_to
        sees = party == here.by or party in (parties if told is None or ALL in told else told)
        revealed = {m for m, group in chosen.reveals.items() if party in group or ALL in group}
        own = [f"{name}.{made}"] if party == here.by else []
        past = [f"{m}.{c}" for m, c in path[:step] if m in revealed]
        now = [f"{name}.{made}"] if sees or name in revealed else []
        for fact in own + past + now:
            if fact not in known:
                known.append(fact)
    return tuple(known)


@pytest.mark.parametrize("seed", range(60))
def test_random_standoffs_have_perfect_recall_and_the_oracles_information_sets(seed: int) -> None:
    scenario = random_standoff(seed)
    compiled = compile_scenario(scenario)
    game = compiled.game
    game.check()
    by_view: dict[object, set[int]] = defaultdict(set)
    for node in np.flatnonzero(game.node_infosets >= 0):
        here = scenario.moves[compiled.node_moves[node]]
        path = [(scenario.moves[m].name, scenario.moves[m].choices[c].name) for m, c in compiled.history(int(node))]
        drawn_here = [a for n, a in game.path(int(node)) if compiled.node_draws[n] >= 0]
        own = tuple(drawn_here) if here.by == scenario.assumptions[0].private_to else ()
        by_view[here.name, oracle_view(scenario, here.by, path), own].add(int(node))
    members = {frozenset(int(node) for node in nodes) for nodes in game.members}
    assert members == {frozenset(nodes) for nodes in by_view.values()}
    columns = game.chance_index[game.chance_index >= 0]
    sums = np.bincount(game.parents[game.chance_index >= 0], compiled.chance(drawn())[0, columns], game.num_nodes)
    assert sums[game.node_players == CHANCE_NODE] == pytest.approx(1)
