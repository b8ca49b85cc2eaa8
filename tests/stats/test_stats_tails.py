"""The tail that a test looks at."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dermoutcomes.stats import responder_tail, tail_of


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
