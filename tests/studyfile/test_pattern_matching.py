"""Patterns of headers and names take what an expression with lazy groups would, and never long."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dermoutcomes.study.patterns import BRACES, match_pattern

NAMES = ("subject", "visit", "side", "location")


def by_expression(pattern: str, text: str) -> dict[str, str] | None:
    parts = [
        re.escape(part) if position % 2 == 0 else f"(?P<{part}>.+?)"
        for position, part in enumerate(BRACES.split(pattern))
    ]
    match = re.fullmatch("".join(parts), text.strip(), re.IGNORECASE)
    return {name: value.strip() for name, value in match.groupdict().items()} if match else None


@st.composite
def patterns(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    between = [draw(st.sampled_from(("", "_", "-", "a_", " "))) for _ in names]
    return "".join(f"{sign}{{{name}}}" for sign, name in zip(between, names, strict=True))


@given(pattern=patterns(), text=st.text("ab_- W4", min_size=1, max_size=14))
def test_the_shortest_that_fits_is_taken(pattern: str, text: str) -> None:
    assert match_pattern(pattern, text, {}) == by_expression(pattern, text)


def test_known_words_come_before_any_text_and_the_longest_first() -> None:
    known = {"visit": ("W1", "W12")}

    assert match_pattern("{visit}{side}", "W12L", known) == {"visit": "W12", "side": "L"}
    assert match_pattern("{visit}_{side}", "W7_L", known) == {"visit": "W7", "side": "L"}
    assert match_pattern("{visit}_{side}", "W7_L", known, closed=["visit"]) is None
    assert match_pattern("{side} {replicate}. Messung", "links 12. messung", {}) == {
        "side": "links",
        "replicate": "12",
    }


def test_a_long_name_that_fits_nothing_costs_no_more_than_its_square() -> None:
    """Lazy groups would try some ten to the tenth ways here: the test would not end."""
    pattern = "{subject}_{visit}_{location}_{side}_{period}_{rater}!.csv"

    assert match_pattern(pattern, "a_" * 400 + ".csv", {}) is None
