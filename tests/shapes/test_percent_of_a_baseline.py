"""A change in percent needs a baseline above 0, on one form as in a study."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dermoutcomes.conditions import Condition
from dermoutcomes.scoring.form_score import FormScore, _holds


def form(value: int) -> FormScore:
    return FormScore({}, {"total": Fraction(value)}, {}, (), ())


@pytest.mark.parametrize(
    ("base", "post", "answer"),
    [
        (20, 9, True),
        (20, 11, False),
        (0, 5, "total was 0 before treatment, and has no change in percent"),
        (-20, -9, "total was below 0 before treatment, and has no change in percent"),
    ],
)
def test_a_half_of_what_it_was(base: int, post: int, answer: bool | str) -> None:
    condition = Condition("pct_change", "<=", -50)

    assert _holds(condition, "total", form(post), form(base)) == answer
