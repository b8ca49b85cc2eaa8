"""Pictures as they are held: a change of how figures look is seen, and looked at, before it is taken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dermoutcomes.report import Drawings
from dermoutcomes_standard_figures.tests.test_what_figures_show import figures

GOLDEN = Path(__file__).with_name("golden")
HELD = (
    ("residuals", "roughness", "residuals-roughness-ancova-residuals-W12-baseline"),
    ("flow", None, "flow"),
    ("before_after", "roughness", "pairs-roughness"),
    ("responders", "smoother", "responders-smoother"),
)

# Of a coordinate, in pixels: what another processor or mathematical library may move it by, and far
# below what anybody sees.
LAST_DIGITS = 1e-3
# Colours, words and ids, whose digits are none of a coordinate; and numbers.
WORD_OR_NUMBER = re.compile(
    r"(#[0-9A-Fa-f]+|[A-Za-z_]{2}[\w-]*)|(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)"
)


def same_picture(drawn: str, held: str) -> bool:
    """Whether two SVG texts differ in nothing but the last digits of coordinates."""
    if _without_numbers(drawn) != _without_numbers(held):
        return False
    pairs = zip(_numbers(drawn), _numbers(held), strict=True)
    return all(abs(new - old) <= LAST_DIGITS for new, old in pairs)


def _without_numbers(picture: str) -> str:
    return WORD_OR_NUMBER.sub(lambda match: match[1] or "0", picture)


def _numbers(picture: str) -> list[float]:
    return [float(number) for _, number in WORD_OR_NUMBER.findall(picture) if number]


@pytest.mark.parametrize(("name", "endpoint", "key"), HELD)
def test_a_picture_is_as_it_is_held(
    name: str, endpoint: str | None, key: str, tmp_path: Path
) -> None:
    figure = next(one for one in figures(name, endpoint) if one.key == key)
    drawn = Drawings("Simulated data").svg(figure) + "\n"
    held = GOLDEN / f"{key}.svg"
    new = tmp_path / held.name
    new.write_text(drawn, encoding="utf-8", newline="\n")

    assert same_picture(drawn, held.read_text(encoding="utf-8")), (
        f"{key} looks another way now: look at {new}, and copy it over {held} if it is as meant"
    )


@pytest.mark.parametrize(("name", "endpoint", "key"), HELD)
def test_a_picture_is_the_same_however_often_it_is_drawn(
    name: str, endpoint: str | None, key: str
) -> None:
    first, second = (
        next(one for one in figures(name, endpoint) if one.key == key) for _ in range(2)
    )

    assert Drawings().svg(first) == Drawings().svg(second)
    assert Drawings().png(first) == Drawings().png(second)


@pytest.mark.parametrize(
    ("drawn", "same"),
    [
        ('<path d="M12.3456789012,-4L1e2,.5" fill="#1f4e79"/>', True),
        ('<path d="M12.3456789013,-4.0L100,0.5" fill="#1f4e79"/>', True),
        ('<path d="M12.35,-4L1e2,.5" fill="#1f4e79"/>', False),
        ('<path d="M12.3456789012,4L1e2,.5" fill="#1f4e79"/>', False),
        ('<path d="M12.3456789012,-4L1e2,.5" fill="#1f4e78"/>', False),
        ('<path d="M12.3456789012,-4L1e2,.5,1" fill="#1f4e79"/>', False),
    ],
)
def test_pictures_are_the_same_but_for_last_digits(drawn: str, same: bool) -> None:
    held = '<path d="M12.3456789012,-4L1e2,.5" fill="#1f4e79"/>'

    assert same_picture(drawn, held) is same
