"""Terms of a formula, in the order that R's terms() gives them."""

from __future__ import annotations

import pytest

from dermoutcomes.stats import formula_terms


@pytest.mark.parametrize(
    ("right", "terms"),
    [
        ("", []),
        ("1", []),
        ("1 + a", ["a"]),
        ("a + b + a", ["a", "b"]),
        ("a:b + a", ["a", "a:b"]),
        ("b * a", ["b", "a", "b:a"]),
        ("a * b * c", ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]),
        ("arm * visit + base * visit", ["arm", "visit", "base", "arm:visit", "visit:base"]),
        ("a + b:a", ["a", "a:b"]),
        ("a:b * c", ["c", "a:b", "a:b:c"]),
    ],
)
def test_terms_by_order_and_each_once(right, terms):
    # In R: attr(terms(~ right), "term.labels")
    assert [":".join(term) for term in formula_terms(right)] == terms
