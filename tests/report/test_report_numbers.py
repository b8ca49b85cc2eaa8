"""Numbers as a journal prints them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.report.numbers import count, number, p_value, percent, significant
from dermoutcomes.report.text_forms import slug
from dermoutcomes.testing import random_examples


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-0.1816, 3, "\u22120.182"),
        (-0.0001, 2, "0.00"),
        (0.0, 2, "0.00"),
        (12345.678, 1, "12,345.7"),
        (1234.5, 1, "1234.5"),
        (2.5e12, 2, "2.500 \u00d7 10^12"),
        (-1e300, 0, "\u22121.000 \u00d7 10^300"),
        (7, 0, "7"),
    ],
)
def test_a_number_has_its_decimals_and_a_real_minus(value: float, decimals: int, text: str) -> None:
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "<.001"),
        (0.00099, "<.001"),
        (0.001, ".001"),
        (0.0049, ".005"),
        (0.034, ".03"),
        (0.0496, ".0496"),
        (0.0504, ".0504"),
        (0.05, ".05"),
        (0.049999, ".049999"),
        (0.56, ".56"),
        (0.994, ">.99"),
        (1.0, ">.99"),
    ],
)
def test_a_p_value_in_the_style_of_journals(p: float, text: str) -> None:
    assert p_value(p) == text


@pytest.mark.parametrize(
    ("style", "p", "text"),
    [
        ("three decimals", 0.0004, "<0.001"),
        ("three decimals", 0.034, "0.034"),
        ("three decimals", 1.0, "1.000"),
        ("four digits", 1.23456e-9, "1.235e-09"),
        ("four digits", 0.0, "0"),
    ],
)
def test_other_styles(style: str, p: float, text: str) -> None:
    assert p_value(p, style) == text


@settings(deadline=None, max_examples=random_examples(300))
@given(
    st.floats(0, 1),
    st.sampled_from(["journal", "three decimals"]),
    st.sampled_from([0.05, 0.01, 0.025, 0.1]),
)
def test_rounding_never_carries_a_p_value_over_alpha(p: float, style: str, alpha: float) -> None:
    shown = p_value(p, style, alpha)
    if shown[0] in "<>":
        assert (p < 0.001) if shown[0] == "<" else (p > 0.99)
    elif abs(p - alpha) > 1e-7:
        assert (float(shown) <= alpha) == (p <= alpha)


def test_counts_and_percents() -> None:
    assert (count(18.0), count(17.43), percent(47.619), percent(-5)) == (
        "18",
        "17.4",
        "47.6%",
        "\u22125.0%",
    )


@settings(deadline=None, max_examples=random_examples(200))
@given(st.text(max_size=80), st.text(max_size=80))
def test_two_names_never_share_an_address(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)
    assert all(char.isascii() and (char.isalnum() or char in "_.-") for char in slug(one))
    assert slug(one)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00123456, "0.00123"),
        (0.4512, "0.451"),
        (12.345, "12.3"),
        (1234.5, "1234"),
        (0.0, "0.0"),
        (-0.02, "\u22120.0200"),
        (0.0000204, "0.000020"),
        (-0.00001, "\u22120.000010"),
        (0.0000099, "9.9 \u00d7 10^\u22126"),
        (123456.7, "123,457"),
    ],
)
def test_numbers_without_stated_decimals_keep_three_digits(value: float, text: str) -> None:
    assert significant(value) == text
