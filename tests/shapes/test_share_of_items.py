"""How many items a sum needs: shares are taken in fractions."""

from __future__ import annotations

import pytest

from dermoutcomes.registry.forms.missing_rules import sum_formula


@pytest.mark.parametrize(
    ("share", "items", "fewest"),
    # 0.28 of 25 is 7.000000000000001 in binary numbers, and 0.14 of 50 likewise.
    [(0.28, 25, 7), (0.14, 50, 7), (0.56, 50, 28), (0.5, 25, 13), (1, 4, 4), (3, 4, 3)],
)
def test_a_share_of_the_items_is_rounded_up_only_where_it_is_no_whole_number(share, items, fewest):
    names = [f"i{number}" for number in range(items)]

    formula = sum_formula("sum_of_answered", names, share)

    assert f">= {fewest} then" in formula
