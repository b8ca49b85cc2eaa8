"""What figures look like: colours that a grey print and the colour-blind keep apart, with shapes and dashes."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from dermoutcomes.report.figures.distributions import DARK, NEUTRAL, SHADES, count_text
from dermoutcomes.report.figures.parts.theme import COLOURS, DASHES, INK, SHAPES

# Light to three kinds of cones, and what is left of it where one kind is missing (Viénot 1999).
CONES = ((17.8824, 43.5161, 4.11935), (3.45565, 27.1554, 3.86714), (0.0299566, 0.184309, 1.46709))


def linear(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG has it."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightness(colour: str) -> float:
    """L* of CIE 1976, from 0 (black) to 100 (white): what a grey print shows."""
    return 116 * luminance(colour) ** (1 / 3) - 16


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_first_two_arms_and_the_next_differ_in_a_grey_print() -> None:
    first, second, third, fourth = COLOURS[:4]

    assert abs(lightness(first) - lightness(second)) > 20
    assert abs(lightness(first) - lightness(third)) > 20
    assert abs(lightness(third) - lightness(fourth)) > 10


def test_what_a_grey_print_does_not_keep_apart_shapes_and_dashes_do() -> None:
    assert len(set(SHAPES)) == len(SHAPES) >= len(COLOURS)
    assert len({tuple(dash) for dash in DASHES}) == len(DASHES) >= len(COLOURS)
    assert len(set(COLOURS)) == len(COLOURS)


@pytest.mark.parametrize("missing", ["long", "middle"])
def test_neighbouring_arms_differ_for_who_does_not_see_red_or_green(missing: str) -> None:
    def seen(colour: str) -> tuple[float, float]:
        long, middle, short = (
            sum(w * part for w, part in zip(row, linear(colour), strict=True)) for row in CONES
        )
        return (middle if missing == "long" else long), short

    for one, other in combinations(COLOURS[:4], 2):
        ratios = [max(a, b) / min(a, b) for a, b in zip(seen(one), seen(other), strict=True)]
        assert max(ratios) > 1.25, (one, other)


def test_lines_and_marks_stand_out_from_white_paper() -> None:
    assert contrast(INK, "#ffffff") > 7
    for colour in COLOURS[:5]:
        assert contrast(colour, "#ffffff") >= 3, colour


def test_grades_are_lighter_towards_no_change_and_their_counts_can_be_read() -> None:
    better, worse = SHADES[: NEUTRAL + 1], SHADES[NEUTRAL:]

    assert all(lightness(a) < lightness(b) for a, b in pairwise(better))
    assert all(lightness(a) > lightness(b) for a, b in pairwise(worse[1:]))
    for number, shade in enumerate(SHADES):
        text = "#ffffff" if number in DARK else INK
        assert contrast(shade, text) >= 4.5, shade


@pytest.mark.parametrize(
    ("n", "share", "width", "text"),
    [
        (3, 13.04, 400.0, "3 (13%)"),
        (3, 13.04, 250.0, "3"),
        (1, 4.0, 250.0, "1"),
        (1, 1.0, 250.0, ""),
        (0, None, 250.0, ""),
    ],
)
def test_a_bar_has_only_the_text_that_it_has_room_for(
    n: int, share: float | None, width: float, text: str
) -> None:
    assert count_text(n, share, width) == text
