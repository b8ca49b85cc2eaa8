"""Numbers as a journal prints them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.number_text import rounded
from dermoutcomes.report import Column, head_parts
from dermoutcomes.report.numbers import (
    STYLES,
    Display,
    count,
    number,
    p_value,
    percent,
    significant,
)
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
        # The binary numbers nearest to these lie a little below or above the middle.
        (0.285, 2, "0.29"),
        (-0.285, 2, "\u22120.29"),
        (1.005, 2, "1.01"),
        (12345.675, 2, "12,345.68"),
        (0.5, 0, "1"),
        # Means of decimals, as adding up and dividing leave them: 0.1705, -0.05625 and 0.3375.
        (0.17049999999999998, 3, "0.171"),
        (-0.056249999999999994, 4, "\u22120.0563"),
        (0.33749999999999997, 3, "0.338"),
        # Below the middle by more than arithmetic could leave.
        (0.1704999999991234, 3, "0.170"),
        (0.17049999999, 3, "0.170"),
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
        ("three decimals", 1.0, ">0.999"),
        ("three decimals", 0.0497, "0.0497"),
        ("three decimals", 0.9985, "0.999"),
        ("four digits", 0.04999999, "0.04999999"),
        ("four digits", 0.05000001, "0.05000001"),
        ("four digits", 1.0, "1"),
        ("four digits", 0.00012345, "0.0001235"),
        ("four digits", 1.23456e-9, "1.235e-09"),
        ("four digits", 0.0, "0"),
    ],
)
def test_other_styles(style: str, p: float, text: str) -> None:
    assert p_value(p, style) == text


@settings(deadline=None, max_examples=random_examples(300))
@given(
    st.floats(0, 1),
    st.sampled_from(["journal", "three decimals", "four digits"]),
    st.sampled_from([0.05, 0.01, 0.025, 0.1]),
)
def test_rounding_never_carries_a_p_value_over_alpha(p: float, style: str, alpha: float) -> None:
    shown = p_value(p, style, alpha)
    if shown[0] in "<>":
        assert (p < float(shown[1:])) == (shown[0] == "<")
    elif p != alpha:
        assert float(shown) != alpha
        assert (float(shown) < alpha) == (p < alpha)


@pytest.mark.parametrize(
    ("p", "text"), [(0.04999999999, "<.05"), (0.05000000001, ">.05"), (0.05, ".05")]
)
def test_a_p_value_that_no_decimals_tell_from_alpha_has_a_sign(p: float, text: str) -> None:
    assert p_value(p) == text


@settings(deadline=None, max_examples=random_examples(300))
@given(st.integers(-(10**7), 10**7), st.integers(0, 4))
def test_halves_go_away_from_zero(middle: int, decimals: int) -> None:
    """A decimal that ends in 5 one place behind the last that is shown."""
    value = float(f"{middle}5e-{decimals + 1}")
    away = (abs(middle) + 1) / 10**decimals
    assert float(rounded(abs(value), decimals)) == away
    assert rounded(-abs(value), decimals) == f"-{rounded(abs(value), decimals)}"
    even = float(rounded(abs(value), decimals, halves="to even"))
    assert even == (abs(middle) + abs(middle) % 2) / 10**decimals


@settings(deadline=None, max_examples=random_examples(300))
@given(st.integers(1, 2000), st.data())
def test_a_percentage_of_counts_is_rounded_exactly(n: int, data: st.DataObject) -> None:
    events = data.draw(st.integers(0, n))
    tenths = (2000 * events + n) // (2 * n)  # the whole number nearest to 1000 events / n
    for text in (Display("share")(events / n), percent(100 * events / n)):
        assert text == f"{tenths // 10}.{tenths % 10}%"


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
        (1234.5, "1235"),
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


@pytest.mark.parametrize(
    ("style", "p", "number", "large"),
    [
        ("AMA", "<.001", "\u22120.285", "12,345.7"),
        ("JDD", "<.001", "\u22120.285", "12,345.7"),
        ("ICH", "0.0003", "-0.285", "12,345.7"),
        ("european", "<0,001", "\u22120,285", "12\u202f345,7"),
    ],
)
def test_a_style_has_its_p_value_minus_and_decimal_sign(
    style: str, p: str, number: str, large: str
) -> None:
    signs = STYLES[style]

    assert Display("p_value", style=signs.p_style, signs=signs)(0.00031) == p
    assert Display("number", decimals=3, signs=signs)(-0.285) == number
    assert Display("number", decimals=1, signs=signs)(12345.67) == large


@pytest.mark.parametrize(
    ("p", "text"), [(0.00004, "<0.0001"), (0.0312, "0.0312"), (1.0, ">0.9999")]
)
def test_a_p_value_of_a_study_report_has_four_decimals(p: float, text: str) -> None:
    assert p_value(p, "four decimals") == text


def test_a_style_is_that_of_every_table(
    bcs: Any, words: Callable[..., str], changed: Callable[..., Any]
) -> None:
    def said(style: str) -> str:
        outputs = evolve(bcs.study.outputs, style=style)
        return words(changed(study=evolve(bcs.study, outputs=outputs)))

    journal, ich, european = said("AMA"), said("ICH"), said("european")
    baseline = r"Baseline 21 0 (\S+) \((\S+)\)"
    mean, sd = re.search(baseline, journal).groups()  # type: ignore[union-attr]
    assert [len(text.partition(".")[2]) for text in (mean, sd)] == [4, 4]
    mean, sd = re.search(baseline, ich).groups()  # type: ignore[union-attr]
    assert [len(text.partition(".")[2]) for text in (mean, sd)] == [4, 5]
    mean, sd = re.search(baseline, european).groups()  # type: ignore[union-attr]
    assert "," in mean
    assert re.search(r"\(-0\.\d+, -0\.\d+\)", ich)
    assert re.search(r"95% CI, \u22120\.\d+ to \u22120\.\d+\)", journal)
    shares = [re.search(r"Erythema (19 \S+)", page)[1] for page in (journal, ich, european)]  # type: ignore[index]
    assert shares == ["19 (90%)", "19 (90.5%)", "19 (90,5%)"]
    assert "would be expected below 0,05 by chance" in european
    assert "Significance level 0,05" in european
    assert "<0.0001" in ich
    assert "<0,001" in european


@pytest.mark.parametrize(
    ("sentence", "european", "ich"),
    [
        ("p = 0.031, -1.5 mm", "p = 0,031, \u22121,5 mm", "p = 0.031, -1.5 mm"),
        ("not at 0.05.", "not at 0,05.", "not at 0.05."),
        ("R0 - R8 of version 0.1.0, 14.2.1", "R0 - R8 of version 0.1.0, 14.2.1", None),
        ("on 2026-03-31, week 12", "on 2026-03-31, week 12", None),
        ("up to 16.1 % and 16.1%", "up to 16,1% and 16,1%", "up to 16.1% and 16.1%"),
    ],
)
def test_a_sentence_has_its_numbers_in_the_signs_of_the_style(
    sentence: str, european: str, ich: str | None
) -> None:
    assert STYLES["european"].in_words(sentence) == european
    assert STYLES["ICH"].in_words(sentence) == (ich or sentence)


@pytest.mark.parametrize(
    ("style", "mean", "sd", "few", "many"),
    [("AMA", 2, 2, 0, 1), ("ICH", 2, 3, 1, 1), ("european", 1, 1, 1, 1)],
)
def test_decimals_of_a_style_beyond_those_of_the_data(
    style: str, mean: int, sd: int, few: int, many: int
) -> None:
    signs = STYLES[style]

    assert (signs.decimals(1), signs.decimals(1, spread=True)) == (mean, sd)
    assert (signs.percent_decimals(99), signs.percent_decimals(100)) == (few, many)
    assert signs.percent_decimals(None) == 1


@pytest.mark.parametrize(
    ("head", "looks"),
    [
        ("P", [("P", "p")]),
        ("Adjusted P", [("Adjusted ", None), ("P", "p")]),
        ("Vitamin P, n", [("Vitamin P, n", None)]),
        ("SHP", [("SHP", None)]),
    ],
)
def test_the_letter_of_a_p_value_is_one_of_its_own(
    head: str, looks: list[tuple[str, str | None]]
) -> None:
    assert [(part.text, part.look) for part in head_parts(Column(head))] == looks
