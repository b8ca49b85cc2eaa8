"""The tail that a test looks at."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dermoutcomes.stats import chosen_tail, responder_tail, tail_of


@pytest.mark.parametrize(
    ("sided", "improves", "tail", "of_hazards"),
    [
        (2, None, "two-sided", "two-sided"),
        (2, "up", "two-sided", "two-sided"),
        (1, "up", "greater", "less"),
        (1, "down", "less", "greater"),
        (1, None, None, None),
    ],
)
def test_a_one_sided_test_looks_where_the_first_arm_is_better(sided, improves, tail, of_hazards):
    task = SimpleNamespace(sided=sided, improves=improves)

    assert tail_of(task) == tail
    assert tail_of(task, up="less") == of_hazards


@pytest.mark.parametrize("improves", ["up", "down", None])
def test_more_responders_are_better_whichever_way_the_value_goes(improves):
    assert responder_tail(SimpleNamespace(sided=1, improves=improves)) == "greater"
    assert responder_tail(SimpleNamespace(sided=2, improves=improves)) == "two-sided"


def test_two_sided_is_twice_the_smaller_tail_and_at_most_one():
    assert chosen_tail(0.02, 0.99, "two-sided") == 0.04
    assert chosen_tail(0.99, 0.02, "two-sided") == 0.04
    assert chosen_tail(0.6, 0.55, "two-sided") == 1
    assert (chosen_tail(0.02, 0.99, "greater"), chosen_tail(0.02, 0.99, "less")) == (0.02, 0.99)
