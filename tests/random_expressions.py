"""Random expressions and draws of their names, for tests against twins."""

from __future__ import annotations

from hypothesis import strategies as st

from expression_twin import Tree

NAMES = ("a", "b", "move.choice")
COMPARISONS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


def _compound(trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from(["-", "not"]), trees),
        st.tuples(st.just("op"), st.sampled_from(["+", "-", "*", "/", "**"]), trees, trees),
        st.tuples(st.just("compare"), trees, COMPARISONS, trees),
        st.tuples(st.just("compare"), trees, COMPARISONS, trees, COMPARISONS, trees),
        st.tuples(st.sampled_from(["and", "or"]), trees, trees),
        st.tuples(st.just("call"), st.sampled_from(["abs", "exp", "log", "sqrt"]), trees),
        st.tuples(st.just("call"), st.sampled_from(["min", "max"]), trees, trees),
        st.tuples(st.just("call"), st.sampled_from(["where", "clip"]), trees, trees, trees),
    )


LEAVES = st.tuples(st.just("number"), st.sampled_from(["0", "1", "2", "0.5", "3.25", "1e200"])) | st.tuples(
    st.just("name"), st.sampled_from(NAMES)
)
DRAWS = st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, -3.5, 1e150])] * 3), min_size=1, max_size=5)
TREES = st.recursive(LEAVES, _compound, max_leaves=12)
