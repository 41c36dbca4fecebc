"""From a scenario to arrays: the tree, payoffs and chance in every draw, and what is refused."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest

from offramp.errors import EvaluationError, ScenarioError
from offramp.game import grow
from offramp.game.compile import Compiled, compile_scenario
from offramp.game.game import CHANCE_NODE
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.load import loads
from offramp.scenario.model import Answer, Choice, Move, Origin, Scenario
from standoffs import (
    EXIT_DRAWS,
    Drawn,
    assumption,
    choice,
    drawn,
    exit_offer,
    move,
    outcome,
    standoff,
    term,
)


def one_move(**payoffs: Any) -> Scenario:
    """A single mover with one real choice, for tests of what an outcome is worth."""
    return standoff(
        "a b",
        [move("act", "a", choice("yes", "done"), choice("no", "quiet"))],
        [outcome("done", **payoffs), outcome("quiet", a=0, b=0)],
    )


def toss(throws: list[Choice], **options: Any) -> Scenario:
    """Chance throws with the given choices, then a answers not at all."""
    return standoff("a", [move("throw", "chance", *throws)], [outcome("up", a=1), outcome("down", a=0)], **options)


@pytest.fixture(scope="module")
def exit_game() -> Compiled:
    return compile_scenario(exit_offer())


def leaf_of(compiled: Compiled, *path: str) -> int:
    """The first leaf whose path makes exactly these choices, written ``move.choice``."""
    moves = compiled.scenario.moves
    for leaf, node in enumerate(compiled.game.leaves):
        made = [f"{moves[m].name}.{moves[m].choices[c].name}" for m, c in compiled.history(int(node))]
        if made == list(path):
            return leaf
    raise AssertionError(f"no path {path}")


class TestTree:
    def test_counts_of_the_exit_offer(self, exit_game: Compiled) -> None:
        # After each of leaked and held: 20 atoms, each with answer (2), loyalty (2), promise (2): 4 leaves; and "wait".
        assert len(exit_game.game.leaves) == 2 * 20 * 4 + 1
        assert exit_game.game.num_nodes == 2 + 2 * (1 + 20 * 7) + 1
        # approach; 2 × 20 answers; loyalty and promise once for leaked and once for held.
        assert exit_game.game.num_infosets == 1 + 40 + 4
        assert exit_game.game.num_chance_branches == 2 + 2 * 20

    def test_game_has_perfect_recall_and_preorder(self, exit_game: Compiled) -> None:
        exit_game.game.check()

    def test_names_and_labels_come_from_the_scenario(self, exit_game: Compiled) -> None:
        game = exit_game.game
        assert game.players == ("us", "ruler", "command", "opposition")
        assert game.title == "An amnesty offer"
        assert game.action_labels[0] == ("offer", "wait")
        assert game.chance_labels[0] == ("leaked", "held")
        assert game.chance_labels[1][:2] == ("resolve = 1", "resolve = 3")
        assert game.node_labels[:3] == ("approach", "leak", "resolve")
        assert set(game.outcome_labels) == {"kept", "betrayed", "coup", "impasse"}
        assert len(set(game.infoset_labels)) == game.num_infosets

    def test_node_moves_point_into_the_scenario(self, exit_game: Compiled) -> None:
        moves = exit_game.scenario.moves
        for node, move_index in enumerate(exit_game.node_moves):
            if move_index >= 0:
                assert exit_game.game.node_labels[node] == moves[move_index].name
            else:
                assert exit_game.node_draws[node] == 0 or node in exit_game.game.leaves

    def test_leaf_outcomes_point_into_the_scenario(self, exit_game: Compiled) -> None:
        names = [exit_game.scenario.outcomes[index].name for index in exit_game.leaf_outcomes]
        assert tuple(names) == exit_game.game.outcome_labels

    def test_infosets_know_their_move_and_nodes_their_choices(self, exit_game: Compiled) -> None:
        moves = exit_game.scenario.moves
        for infoset, nodes in enumerate(exit_game.game.members):
            choices = moves[exit_game.infoset_moves[infoset]].choices
            for node in nodes:
                labels = tuple(choices[position].name for position in exit_game.node_choices[node])
                assert labels == exit_game.game.action_labels[infoset]

    def test_when_drops_choices_and_keeps_their_positions(self) -> None:
        compiled = compile_scenario(
            standoff(
                "a b",
                [
                    move("ask", "a", choice("loud", "reply"), choice("soft", "reply")),
                    move("reply", "b", choice("yes", "end", when="ask.soft"), choice("no", "end")),
                ],
                [outcome("end", a="reply.no", b=0)],
            )
        )
        assert compiled.game.action_labels == (("loud", "soft"), ("no",), ("yes", "no"))
        assert [compiled.node_choices[int(nodes[0])] for nodes in compiled.game.members] == [(0, 1), (1,), (0, 1)]
        assert compiled.payoffs(drawn())[0, :, 0].tolist() == [1, 0, 1]

    def test_eighty_moves_in_a_row_need_no_recursion(self) -> None:
        steps = [
            move(f"m{k}", "ab"[k % 2], choice("on", f"m{k + 1}" if k < 79 else "end"), choice("off", "end"))
            for k in range(80)
        ]
        compiled = compile_scenario(standoff("a b", steps, [outcome("end", a="m79.on", b="m3.off")]))
        compiled.game.check()
        assert len(compiled.game.leaves) == 81

    def test_too_large_a_tree_is_refused_and_says_what_multiplies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(grow, "MAX_NODES", 100)
        with pytest.raises(ScenarioError, match="more than 100 nodes") as caught:
            compile_scenario(exit_offer())
        assert "resolve (private, 20 values)" in caught.value.problems[0].remedy
        assert "grid:" in caught.value.problems[0].remedy


class TestPayoffs:
    def test_values_of_the_exit_offer_by_hand(self, exit_game: Compiled) -> None:
        payoffs = exit_game.payoffs(EXIT_DRAWS)
        assert payoffs.shape == (2, 161, 4)
        assert payoffs.dtype == np.float64
        path = ("approach.offer", "leak.leaked", "answer.accept", "loyalty.stand_aside", "promise.keep")
        # First atom of resolve: 1. ruler: 40 · 1 + 30 · (1 + 1) - 1.
        assert payoffs[0, leaf_of(exit_game, *path)].tolist() == [50 - 10, 99, 20, 60]
        held = leaf_of(exit_game, "approach.offer", "leak.held", "answer.refuse")
        assert payoffs[:, held, 1].tolist() == [70, 80]
        assert payoffs[:, held, 0].tolist() == [0, 0]

    def test_every_atom_enters_its_own_leaf(self, exit_game: Compiled) -> None:
        kept = [i for i, name in enumerate(exit_game.game.outcome_labels) if name == "kept"]
        ruler = exit_game.payoffs(EXIT_DRAWS)[0, kept, 1]
        assert ruler.tolist() == pytest.approx([100 - (2 * k + 1) for k in range(20)] * 2)

    def test_private_value_that_no_path_draws_is_averaged(self) -> None:
        scenario = dataclasses.replace(
            one_move(a="x * x", b="x"),
            assumptions=(assumption("x", {"discrete": {1: 0.25, 3: 0.75}}, private_to="b"),),
        )
        compiled = compile_scenario(scenario)
        assert compiled.game.num_nodes == 3
        assert compiled.payoffs(drawn())[0, 0].tolist() == [0.25 * 1 + 0.75 * 9, 2.5]

    def test_two_private_values_average_over_their_product(self) -> None:
        scenario = dataclasses.replace(
            one_move(a="x * y", b="x"),
            assumptions=(
                assumption("x", {"choice": [1, 2]}, private_to="b"),
                assumption("y", {"choice": [10, 30]}, private_to="b"),
            ),
        )
        assert compile_scenario(scenario).payoffs(drawn())[0, 0].tolist() == [30, 1.5]

    def test_too_many_combinations_to_average_over_are_refused(self) -> None:
        names = ("x", "y", "z")
        scenario = dataclasses.replace(
            one_move(a="x * y * z", b="x"),
            assumptions=tuple(assumption(name, {"uniform": [0, 1]}, private_to="b", grid=50) for name in names),
        )
        with pytest.raises(ScenarioError, match=r"payoffs\.a: averages over 125,000 combinations"):
            compile_scenario(scenario)

    def test_formulas_reach_draws_terms_moves_and_private_values(self) -> None:
        scenario = standoff(
            "a b",
            [move("act", "a", choice("yes", "end"), choice("no", "end"))],
            [outcome("end", a="worth + 1", b=0)],
            {"worth": "base * act.yes", "base": "x + own + 100 * aid"},
            assumptions=(assumption("x", {"uniform": [0, 1]}), assumption("own", {"choice": [2, 4]}, private_to="a")),
            terms=(term("aid", none=0, some=1),),
            offer={"aid": "some"},
        )
        payoffs = compile_scenario(scenario).payoffs(drawn(x=[0.5, 0.25]))
        assert payoffs[:, :, 0].tolist() == [[103.5, 1, 105.5, 1], [103.25, 1, 105.25, 1]]

    def test_formula_that_fails_only_where_it_is_not_used_is_no_error(self) -> None:
        scenario = dataclasses.replace(
            one_move(a="where(x > 0, inverse, -1)", b=0),
            formulas={"inverse": Expression.parse("1 / x")},
            assumptions=(assumption("x", {"uniform": [0, 1]}),),
        )
        assert compile_scenario(scenario).payoffs(drawn(x=[0.0, 4.0]))[:, 0, 0].tolist() == [-1, 0.25]

    def test_error_names_place_expression_draw_and_values(self) -> None:
        scenario = dataclasses.replace(one_move(a="5 / x", b=0), assumptions=(assumption("x", {"uniform": [0, 1]}),))
        with pytest.raises(EvaluationError, match=r"outcomes\.done\.payoffs\.a: division by zero") as caught:
            compile_scenario(scenario).payoffs(Drawn(("x",), np.array([[1.0], [0.0]]), first=10))
        assert (caught.value.draw, caught.value.values, caught.value.expression) == (11, {"x": 0.0}, "5 / x")

    def test_error_in_a_file_says_where_it_stands(self) -> None:
        written = dumps(
            dataclasses.replace(one_move(a="5 / x", b=0), assumptions=(assumption("x", {"uniform": [0, 1]}),))
        )
        with pytest.raises(EvaluationError) as caught:
            compile_scenario(loads(written, "a.yaml")).payoffs(drawn(x=[0.0]))
        line = written[: written.index("5 / x")].count("\n") + 1
        assert str(caught.value).startswith(f"a.yaml:{line}:")
        assert caught.value.problem.path == ("outcomes", "done", "payoffs", "a")

    def test_error_in_a_formula_is_an_error_where_it_is_used(self) -> None:
        scenario = dataclasses.replace(
            one_move(a="inverse + 1", b=0),
            formulas={"inverse": Expression.parse("1 / x")},
            assumptions=(assumption("x", {"uniform": [0, 1]}),),
        )
        with pytest.raises(EvaluationError, match=r"outcomes\.done\.payoffs\.a: division by zero"):
            compile_scenario(scenario).payoffs(drawn(x=[0.0]))

    def test_formulas_that_fail_where_the_next_does_not_use_them_are_no_error(self) -> None:
        texts = {"inverse": "1 / x", "share": "inverse * 2", "safe": "where(x > 0, share, 7)", "twice": "2 * safe"}
        scenario = dataclasses.replace(
            one_move(a="twice + where(x > 0, inverse, 0)", b=0),
            formulas={name: Expression.parse(text) for name, text in texts.items()},
            assumptions=(assumption("x", {"uniform": [0, 1]}),),
        )
        assert compile_scenario(scenario).payoffs(drawn(x=[0.0, 4.0]))[:, 0, 0].tolist() == [14, 1.25]

    def test_formula_that_fails_is_named_itself_where_it_is_too_long_to_be_written_out(self) -> None:
        long = " + ".join(["1 / x"] * 1000)
        scenario = dataclasses.replace(
            one_move(a=" + ".join(["sum"] * 100), b=0),
            formulas={"sum": Expression.parse(long)},
            assumptions=(assumption("x", {"uniform": [0, 1]}),),
        )
        compiled = compile_scenario(scenario)
        assert compiled.payoffs(drawn(x=[2.0]))[0, 0, 0] == 50_000
        with pytest.raises(EvaluationError, match=r"^formulas\.sum: division by zero") as caught:
            compiled.payoffs(drawn(x=[2.0, 0.0]))
        assert caught.value.draw == 1

    @pytest.mark.parametrize("text", ["f1", "where(x > 0, f1, -1)"])
    def test_a_thousand_formulas_may_rest_on_each_other(self, text: str) -> None:
        formulas = {f"f{k}": Expression.parse(f"f{k + 1} + 1") for k in range(1, 1000)}
        scenario = dataclasses.replace(
            one_move(a=text, b=0),
            formulas={**formulas, "f1000": Expression.parse("x / x")},
            assumptions=(assumption("x", {"uniform": [0, 1]}),),
        )
        compiled = compile_scenario(scenario)
        assert compiled.payoffs(drawn(x=[0.5, 2.0]))[:, 0, 0].tolist() == [1000, 1000]
        with pytest.raises(EvaluationError, match="division by zero"):
            compiled.payoffs(drawn(x=[0.5, 0.0]))

    def test_each_distinct_evaluation_is_planned_once(self, exit_game: Compiled) -> None:
        # 161 leaves of 4 payoffs, but only the ruler's kept payoff differs by atom, and leak.leaked by path.
        assert len(exit_game.payoff_plan.cells) < 45

    def test_a_draw_gives_the_same_bits_alone_and_in_a_batch(self, exit_game: Compiled) -> None:
        second = Drawn(EXIT_DRAWS.names, EXIT_DRAWS.values[1:], first=1)
        assert np.array_equal(exit_game.payoffs(EXIT_DRAWS)[1:], exit_game.payoffs(second))
        assert np.array_equal(exit_game.chance(EXIT_DRAWS)[1:], exit_game.chance(second))


class TestTerms:
    def test_offer_gives_number_and_option(self) -> None:
        scenario = dataclasses.replace(
            one_move(a="relief + 10 * relief.phased + 100 * relief.lifted", b=0),
            terms=(term("relief", kept=0, phased=0.5, lifted=1),),
            offer={"relief": "phased"},
        )
        assert compile_scenario(scenario).payoffs(drawn())[0, 0, 0] == 10.5

    def bargain(self) -> Scenario:
        demand = Move(
            "demand", "a", (Choice("low", "reply"), Choice("high", "reply"), Choice("zero", "end")), sets="share"
        )
        return standoff(
            "a b",
            [demand, move("reply", "b", choice("take", "end"), choice("leave", "lost"))],
            [outcome("end", a="share", b="10 * demand.low + share.high"), outcome("lost", a=0, b=0)],
            terms=(term("share", zero=0, low=0.25, high=0.75),),
            offer={"share": "zero"},
        )

    def test_move_that_sets_a_term_changes_it_for_the_rest_of_the_path(self) -> None:
        payoffs = compile_scenario(self.bargain()).payoffs(drawn())[0]
        assert payoffs.tolist() == [[0.25, 10], [0, 0], [0.75, 1], [0, 0], [0, 0]]


class TestChance:
    def test_remainder_takes_what_is_left(self) -> None:
        scenario = toss(
            throws=[choice("low", "down"), choice("top", "up", probability="p")],
            assumptions=(assumption("p", {"uniform": [0, 1]}),),
        )
        chance = compile_scenario(scenario).chance(drawn(p=[0.25, 1.0, 0.0]))
        assert chance.tolist() == [[0.75, 0.25], [0, 1], [1, 0]]

    def test_tiny_overshoot_is_cut(self) -> None:
        scenario = toss(
            throws=[choice("top", "up", probability="p"), choice("low", "down")],
            assumptions=(assumption("p", {"uniform": [0, 1]}),),
        )
        chance = compile_scenario(scenario).chance(drawn(p=[1 + 1e-12, -1e-12]))
        assert (chance >= 0).all()
        assert chance.sum(axis=1).tolist() == [1, 1]

    @pytest.mark.parametrize("p", [1.5, -0.25], ids=["above one", "below zero"])
    def test_probability_out_of_range_is_an_error(self, p: float) -> None:
        scenario = toss(
            throws=[choice("top", "up", probability="p"), choice("low", "down")],
            assumptions=(assumption("p", {"uniform": [0, 1]}),),
        )
        with pytest.raises(EvaluationError, match="is not between 0 and 1") as caught:
            compile_scenario(scenario).chance(drawn(p=[0.5, p]))
        assert caught.value.draw == 1
        assert caught.value.values == {"p": p}
        assert caught.value.where == "moves.throw.choices.top.probability"

    def test_the_error_of_a_probability_gives_the_formulas_in_it(self) -> None:
        scenario = dataclasses.replace(
            toss(
                throws=[choice("top", "up", probability="odds / 2"), choice("low", "down")],
                assumptions=(assumption("p", {"uniform": [0, 1]}),),
            ),
            formulas={"odds": Expression.parse("p * 4")},
        )
        with pytest.raises(EvaluationError, match="is not between 0 and 1") as caught:
            compile_scenario(scenario).chance(drawn(p=[0.25, 0.75]))
        assert caught.value.values == {"odds": 3.0}

    @pytest.mark.parametrize("has_rest", [True, False], ids=["remainder below zero", "no remainder"])
    def test_probabilities_that_do_not_sum_to_one_are_an_error(self, has_rest: bool) -> None:
        throws = [choice("top", "up", probability="p"), choice("mid", "down", probability="q")]
        scenario = toss(
            throws=[*throws, choice("low", "down")] if has_rest else throws,
            assumptions=(assumption("p", 0.5), assumption("q", 0.5)),
        )
        with pytest.raises(EvaluationError, match=r"moves\.throw\.choices: the probabilities sum to 1\.2") as caught:
            compile_scenario(scenario).chance(drawn(p=[0.5, 0.6], q=[0.5, 0.6]))
        assert caught.value.draw == 1
        assert caught.value.values == {"p": 0.6, "q": 0.6}

    def test_when_at_chance_leaves_the_remainder_of_what_stands(self) -> None:
        scenario = standoff(
            "a",
            [
                move("act", "a", choice("hide", "leak"), choice("tell", "leak")),
                move("leak", "chance", choice("out", "end", probability="p", when="act.tell"), choice("in", "end")),
            ],
            [outcome("end", a=0)],
            assumptions=(assumption("p", 0.25),),
        )
        assert compile_scenario(scenario).chance(drawn(p=[0.25]))[0].tolist() == [1, 0.25, 0.75]

    def test_columns_follow_chance_index(self, exit_game: Compiled) -> None:
        chance = exit_game.chance(EXIT_DRAWS)
        game = exit_game.game
        leak = int(np.flatnonzero(np.array(game.node_labels) == "leak")[0])
        first, second = game.children[game.child_starts[leak] : game.child_starts[leak + 1]]
        assert chance[:, game.chance_index[first]].tolist() == [0.25, 0.5]
        assert chance[:, game.chance_index[second]].tolist() == [0.75, 0.5]
        assert (chance[:, game.chance_index[game.parents == second]] == 0.05).all()


class TestCopies:
    @pytest.mark.parametrize("copier", [lambda game: pickle.loads(pickle.dumps(game)), copy.deepcopy])
    def test_a_copy_gives_the_same_numbers(self, copier: Any, exit_game: Compiled) -> None:
        again = copier(exit_game)
        assert again.scenario == exit_game.scenario
        np.testing.assert_array_equal(again.payoffs(EXIT_DRAWS), exit_game.payoffs(EXIT_DRAWS))
        np.testing.assert_array_equal(again.chance(EXIT_DRAWS), exit_game.chance(EXIT_DRAWS))


class TestPrivateAssumptions:
    def test_drawn_just_before_the_owners_first_move(self, exit_game: Compiled) -> None:
        game = exit_game.game
        for node in np.flatnonzero(exit_game.node_draws >= 0):
            assert game.node_players[node] == CHANCE_NODE
            below = game.children[game.child_starts[node] : game.child_starts[node + 1]]
            assert {game.node_labels[int(child)] for child in below} == {"answer"}

    def test_drawn_before_a_chance_move_that_uses_it(self) -> None:
        scenario = standoff(
            "a b",
            [
                move("first", "a", choice("go", "luck"), choice("stop", "end")),
                move("luck", "chance", choice("good", "act", probability="skill"), choice("bad", "act")),
                move("act", "b", choice("x", "end"), choice("y", "end")),
            ],
            [outcome("end", a="act.x", b="act.y")],
            assumptions=(assumption("skill", {"choice": [0.25, 0.75]}, private_to="b"),),
        )
        compiled = compile_scenario(scenario)
        compiled.game.check()
        assert compiled.game.node_labels[:3] == ("first", "skill", "luck")
        columns = compiled.chance(drawn())[0]
        assert columns.tolist() == [0.5, 0.5, 0.25, 0.75, 0.75, 0.25]

    def test_not_drawn_where_nothing_after_uses_it(self) -> None:
        scenario = dataclasses.replace(
            one_move(a="x", b=0), assumptions=(assumption("x", {"choice": [1, 2]}, private_to="a"),)
        )
        assert compile_scenario(scenario).game.num_chance_branches == 2
        unused = dataclasses.replace(scenario, outcomes=one_move(a=1, b=0).outcomes)
        assert compile_scenario(unused).game.num_chance_branches == 0

    def test_one_value_needs_no_chance_node(self) -> None:
        scenario = dataclasses.replace(one_move(a="x", b=0), assumptions=(assumption("x", 7, private_to="a"),))
        compiled = compile_scenario(scenario)
        assert compiled.game.num_nodes == 3
        assert compiled.payoffs(drawn())[0, 0, 0] == 7

    def test_discrete_weights_are_the_chances(self) -> None:
        scenario = dataclasses.replace(
            one_move(a="x", b=0),
            assumptions=(assumption("x", {"discrete": {5: 0.2, 1: 0.8}}, private_to="a"),),
        )
        compiled = compile_scenario(scenario)
        assert compiled.chance(drawn()).tolist() == [[0.8, 0.2]]
        assert compiled.game.chance_labels == (("x = 1", "x = 5"),)


class TestAnswers:
    def test_outcome_moves_and_terms_decide(self, exit_game: Compiled) -> None:
        assert exit_game.answers.shape == (2, 161)
        kept = np.array(exit_game.game.outcome_labels) == "kept"
        assert np.array_equal(exit_game.answers[0], kept)
        assert exit_game.answers[1].sum() == 80

    def test_formulas_may_stand_in_answers(self) -> None:
        scenario = dataclasses.replace(
            one_move(a=0, b=0),
            formulas={"agreed": Expression.parse("act.yes and not act.no")},
            answers=(Answer("over", "it is over", Expression.parse("agreed and outcome.done")),),
        )
        assert compile_scenario(scenario).answers.tolist() == [[True, False]]

    def test_no_answers_make_an_empty_array(self) -> None:
        compiled = compile_scenario(one_move(a=0, b=0))
        assert compiled.answers.shape == compiled.conditions.shape == (0, 2)

    def test_a_condition_marks_the_paths_that_meet_it(self) -> None:
        given = Answer("over", "it is over", Expression.parse("1"), Expression.parse("act.no"), "a says no")
        always = Answer("ends", "it ends", Expression.parse("outcome.done"))
        compiled = compile_scenario(dataclasses.replace(one_move(a=0, b=0), answers=(given, always)))
        assert compiled.answers[0].tolist() == [True, True]
        assert compiled.conditions.tolist() == [[False, True], [True, True]]

    def test_a_condition_that_no_path_meets_is_an_error(self) -> None:
        both = Expression.parse("act.yes and act.no")
        answers = (
            Answer("fine", "it is over", Expression.parse("act.yes"), Expression.parse("act.no"), "a says no"),
            Answer("never", "it is over", Expression.parse("outcome.done"), both, "a says both"),
        )
        with pytest.raises(ScenarioError, match=r"'act\.yes and act\.no', which no path meets") as caught:
            compile_scenario(dataclasses.replace(one_move(a=0, b=0), answers=answers))
        assert [problem.path for problem in caught.value.problems] == [("answers", "never", "given")]


class TestRefusals:
    def test_a_scenario_built_in_python_is_checked_first(self) -> None:
        with pytest.raises(
            ScenarioError, match=r"moves\.throw\.choices\.low: 2 choices of chance without a probability"
        ):
            compile_scenario(toss(throws=[choice("top", "up"), choice("low", "down")]))

    def dead_end(self) -> Scenario:
        return standoff(
            "a b",
            [
                move("ask", "a", choice("loud", "reply"), choice("soft", "reply")),
                move("reply", "b", choice("yes", "end", when="ask.soft"), choice("no", "end", when="ask.soft")),
            ],
            [outcome("end", a=0, b=0)],
        )

    def test_no_choice_left_shows_the_path(self) -> None:
        with pytest.raises(ScenarioError, match=r"'when' leaves no choice on the path ask\.loud") as caught:
            compile_scenario(self.dead_end())
        assert caught.value.problems[0].path == ("moves", "reply", "choices")

    def test_problem_carries_the_place_in_the_file(self) -> None:
        origin = Origin("deal.yaml", "", {("moves", "reply", "choices"): (12, 5)})
        with pytest.raises(ScenarioError, match=r"deal\.yaml:12:5: moves\.reply\.choices"):
            compile_scenario(self.dead_end().read_from(origin))
