"""The graphical procedure.

Against the closed test, published and hand-made examples, its limits, and what it refuses.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Hypothesis
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.testing import AdjustmentContract, random_examples
from dermoutcomes_multiplicity import adjusted, register_adjustments
from dermoutcomes_multiplicity.epsilon import Series, parse_edge
from dermoutcomes_multiplicity.graph import Graph, adjusted_of_graph, levels_left
from dermoutcomes_multiplicity.graph_options import GraphOptions

ADJUSTMENTS = {adjustment.name: adjustment for adjustment in register_adjustments()}
GRAPH, FALLBACK = ADJUSTMENTS["graph"], ADJUSTMENTS["fallback"]
quick = settings(deadline=None, max_examples=random_examples(30))

# Two doses, each with a primary and a secondary hypothesis, after figure 1 of Bretz et al. (2011).
TWO_DOSES = {
    "weights": {"h1": 0.5, "h2": 0.5},
    "transitions": {
        "h1": {"h2": 0.5, "h3": 0.5},
        "h2": {"h1": 0.5, "h4": 0.5},
        "h3": {"h2": 1},
        "h4": {"h1": 1},
    },
}
# The same, in which a secondary share comes back only when both of the other dose's hypotheses are
# rejected.
LITTLE = {
    "weights": {"h1": 0.5, "h2": 0.5},
    "transitions": {
        "h1": {"h3": 1},
        "h2": {"h4": 1},
        "h3": {"h2": "1 - epsilon", "h4": "epsilon"},
        "h4": {"h1": "1 - epsilon", "h3": "epsilon"},
    },
}


class TestGraph(AdjustmentContract):
    adjustment = GRAPH


class TestGraphOfTwoDoses(AdjustmentContract):
    adjustment = GRAPH
    options = TWO_DOSES


class TestGraphWithEpsilon(AdjustmentContract):
    adjustment = GRAPH
    options = LITTLE


class TestFallback(AdjustmentContract):
    adjustment = FALLBACK


def parsed(table, cls=GraphOptions):
    problems = []
    options = parse_options(table, cls, path="options", problems=problems)
    assert not problems
    return options


def decide(table, *p_values, alpha=0.025, adjustment=GRAPH):
    hypotheses = tuple(Hypothesis(f"h{number}", p) for number, p in enumerate(p_values, 1))
    return list(adjustment.decide(hypotheses, alpha, parsed(table, adjustment.options)))


def p_adjusted(table, *p_values, **more):
    return [decision.p_adjusted for decision in decide(table, *p_values, **more)]


def closed(graph, p):
    """The closed test with weighted Bonferroni tests.

    Shares of an intersection are those left when all others are rejected.
    """
    names = list(graph.weights)
    graphs = {(): graph}
    for size in range(1, len(names)):
        graphs |= {gone: graphs[gone[:-1]].without(gone[-1]) for gone in combinations(names, size)}
    local = [
        (
            left.weights,
            min(
                [
                    1.0,
                    *(p[name] / float(share) for name, share in left.weights.items() if share > 0),
                ]
            ),
        )
        for left in graphs.values()
    ]
    return {name: max(value for members, value in local if name in members) for name in names}


@st.composite
def graphs(draw):
    """Any graph of up to five hypotheses, and p-values.

    Some hypotheses have no share, some edges are missing or have epsilon.
    """
    size = draw(st.integers(1, 5))
    names = [f"h{number}" for number in range(size)]
    parts = draw(st.lists(st.integers(0, 4), min_size=size, max_size=size).filter(any))
    edges = {}
    for name in names:
        pulls = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
        little = draw(st.booleans())
        row = {
            other: (Fraction(pull, sum(pulls) + draw(st.integers(0, 1))), Fraction(0))
            for other, pull in zip(names, pulls, strict=True)
            if other != name and pull
        }
        if little and row:
            first = next(iter(row))
            others = [other for other in names if other not in {name, first}]
            row[first] = (row[first][0], Fraction(-len(others)))
            row |= {other: (row.get(other, (Fraction(0), 0))[0], Fraction(1)) for other in others}
        edges[name] = row
    p = dict(
        zip(
            names, draw(st.lists(st.floats(0.0001, 0.9), min_size=size, max_size=size)), strict=True
        )
    )
    return Graph.of(
        names,
        {name: Fraction(part, sum(parts)) for name, part in zip(names, parts, strict=True)},
        edges,
    ), p


@quick
@given(graphs())
def test_it_is_the_closed_bonferroni_test(drawn):
    graph, p = drawn

    assert adjusted_of_graph(graph, p) == pytest.approx(closed(graph, p), rel=1e-12)


@quick
@given(graphs(), st.randoms(use_true_random=False))
def test_shares_do_not_depend_on_the_order_of_rejections(drawn, chance):
    graph, _ = drawn
    gone = [name for name in graph.weights if chance.random() < 0.6]
    other = sorted(gone, key=lambda _name: chance.random())

    assert levels_left(graph, gone) == levels_left(graph, other)


@quick
@given(graphs())
def test_shares_never_fall_and_never_exceed_the_level(drawn):
    graph, _ = drawn
    for gone in list(graph.weights):
        after = graph.without(gone)

        assert all(share >= graph.weights[name] for name, share in after.weights.items())
        assert sum(after.weights.values()) <= 1
        graph = after


@quick
@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=6))
def test_without_options_it_is_holm(p):
    assert p_adjusted({}, *p) == pytest.approx(adjusted.holm(p), rel=1e-12)


@quick
@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=5))
def test_a_chain_is_a_fixed_sequence(p):
    chain = {
        "weights": {"h1": 1},
        "transitions": {f"h{place}": {f"h{place + 1}": 1} for place in range(1, len(p))},
    }

    assert p_adjusted(chain, *p) == pytest.approx(adjusted.fixed_sequence(p), rel=1e-12)


def test_two_doses_by_hand():
    # h2 goes first (0.005 / 0.5), then h1 holds 3/4 (0.01 / 0.75); h3 and h4 then hold a half each
    # (0.015 / 0.5), and h4 follows.
    assert p_adjusted(TWO_DOSES, 0.01, 0.005, 0.015, 0.022) == pytest.approx(
        [0.01 / 0.75, 0.01, 0.03, 0.03]
    )
    assert [decision.rejected for decision in decide(TWO_DOSES, 0.01, 0.005, 0.015, 0.022)] == [
        True,
        True,
        False,
        False,
    ]


def test_the_level_that_had_reached_a_hypothesis_is_said():
    reasons = [decision.reason for decision in decide(TWO_DOSES, 0.01, 0.005, 0.015, 0.022)]

    assert reasons[2] == "Its p-value is above 0.0125, the level that had reached it."


def test_a_hypothesis_that_no_level_reached_says_so():
    chain = {"weights": {"h1": 1}, "transitions": {"h1": {"h2": 1}}}

    assert decide(chain, 0.2, 0.001)[1].reason == "No share of the level had reached it."


def test_epsilon_edges_carry_a_level_only_where_larger_ones_lead_nowhere():
    # h1 and h3 rejected: the half of h1 goes to h3, and then all to h2, nothing to h4.
    graph_of_first_dose = p_adjusted(LITTLE, 0.01, 0.03, 0.01, 0.01)
    assert graph_of_first_dose == pytest.approx([0.02, 0.03, 0.02, 0.03])
    # all of the first dose and h2 rejected: now everything reaches h4, also over the edge of
    # epsilon.
    assert p_adjusted(LITTLE, 0.001, 0.001, 0.001, 0.02) == pytest.approx(
        [0.002, 0.002, 0.002, 0.02]
    )


def test_a_small_number_for_epsilon_comes_near_the_limit():
    small = {
        **LITTLE,
        "transitions": {
            name: {
                other: {"1 - epsilon": 1 - 1e-7, "epsilon": 1e-7}.get(edge, edge)
                for other, edge in row.items()
            }
            for name, row in LITTLE["transitions"].items()
        },
    }

    for p in ((0.01, 0.03, 0.01, 0.01), (0.2, 0.001, 0.4, 0.004), (0.012, 0.011, 0.013, 0.014)):
        assert p_adjusted(small, *p) == pytest.approx(p_adjusted(LITTLE, *p), rel=1e-5)


def test_the_fallback_passes_the_level_on_in_order():
    table = {"weights": {"h1": 0.6, "h2": 0.2, "h3": 0.2}}

    assert [
        d.rejected for d in decide(table, 0.02, 0.04, 0.009, alpha=0.05, adjustment=FALLBACK)
    ] == [True, True, True]
    assert [
        d.rejected for d in decide(table, 0.04, 0.02, 0.009, alpha=0.05, adjustment=FALLBACK)
    ] == [False, False, True]


def test_what_is_left_to_a_later_family():
    names = ("h1", "h2", "h3", "h4")
    of = lambda name, table, rejected: ADJUSTMENTS[name].passes_on(  # noqa: E731
        names, frozenset(rejected), parsed(table, ADJUSTMENTS[name].options)
    )

    assert of("bonferroni", {}, {"h1"}) == pytest.approx(0.25)
    assert of(
        "bonferroni", {"weights": {"h1": 0.4, "h2": 0.2, "h3": 0.2, "h4": 0.2}}, {"h1", "h2"}
    ) == pytest.approx(0.6)
    assert of("graph", TWO_DOSES, {"h1", "h2", "h3"}) == 0
    assert of("graph", TWO_DOSES, names) == 1
    assert of("fallback", {}, {"h3", "h4"}) == pytest.approx(0.5)
    assert of("truncated_holm", {"gamma": 0.5}, {"h1"}) == pytest.approx(0.125)
    assert of("truncated_holm", {"gamma": 1.0}, {"h1", "h2", "h3"}) == 0
    assert of("truncated_holm", {"gamma": 1.0}, names) == 1


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"weights": {"h1": 0.5, "h9": 0.5}}, "'h9' is no hypothesis of the family"),
        ({"weights": {"h1": 0.7, "h2": 0.5}}, "add up to 1.2"),
        ({"transitions": {"h1": {"h1": 1}}}, "to itself"),
        ({"transitions": {"h1": {"h2": 0.7, "h3": 0.7}}}, "more than its whole share (1.4)"),
        ({"transitions": {"h1": {"h2": 1, "h3": "epsilon"}}}, "1 and some epsilon"),
        ({"transitions": {"h1": {"h2": "0 - epsilon"}}}, "below 0"),
        ({"weights": {"h1": 1}, "transitions": {"h1": {"h2": 1}}}, "no share ever reaches 'h3'"),
    ],
)
def test_a_graph_that_cannot_be_meant_is_refused(table, words):
    assert any(words in sentence for _, sentence in GRAPH.refuse(("h1", "h2", "h3"), parsed(table)))


def test_a_sound_graph_is_not_refused():
    assert list(GRAPH.refuse(("h1", "h2", "h3", "h4"), parsed(TWO_DOSES))) == []
    assert list(GRAPH.refuse(("h1", "h2", "h3", "h4"), parsed(LITTLE))) == []


def test_a_share_that_is_forgotten_is_refused():
    options = parsed({"weights": {"h1": 1}}, FALLBACK.options)

    assert [sentence for _, sentence in FALLBACK.refuse(("h1", "h2"), options)] == [
        "the hypothesis 'h2' has no share, so it could never be rejected"
    ]


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        (0.1, (Fraction(1, 10), 0)),
        ("1/3", (Fraction(1, 3), 0)),
        ("epsilon", (0, 1)),
        ("2 epsilon", (0, 2)),
        ("1 - epsilon", (1, -1)),
        ("0.5 + 2*epsilon", (Fraction(1, 2), 2)),
        ("1/3 - epsilon", (Fraction(1, 3), -1)),
    ],
)
def test_edges_are_read_as_written(text, edge):
    assert parse_edge(text) == edge


@pytest.mark.parametrize("text", [True, "eps", "", "1 +", "1/0", None, [1]])
def test_an_edge_that_is_no_number_is_refused(text):
    with pytest.raises((ValueError, TypeError), match="epsilon"):
        parse_edge(text)


def test_series_divide_as_numbers_do():
    one, nearly = Series.of(Fraction(1), Fraction(0), 6), Series.of(Fraction(1), Fraction(-1), 6)
    two_steps = one - nearly * nearly  # 2 epsilon - epsilon squared

    assert (two_steps / (one - nearly)).limit == 2
    with pytest.raises(ValueError, match="beyond every bound"):
        (one / two_steps).limit
