"""Pictures as they are held: a change of how figures look is seen, and looked at, before it is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes.report import Drawings
from dermoutcomes_standard_figures.tests.test_what_figures_show import figures

GOLDEN = Path(__file__).with_name("golden")
HELD = (
    ("flow", None, "flow"),
    ("before_after", "roughness", "pairs-roughness"),
    ("responders", "smoother", "responders-smoother"),
)


@pytest.mark.parametrize(("name", "endpoint", "key"), HELD)
def test_a_picture_is_as_it_is_held(
    name: str, endpoint: str | None, key: str, tmp_path: Path
) -> None:
    figure = next(one for one in figures(name, endpoint) if one.key == key)
    drawn = Drawings("Simulated data").svg(figure) + "\n"
    held = GOLDEN / f"{key}.svg"
    new = tmp_path / held.name
    new.write_text(drawn, encoding="utf-8", newline="\n")

    assert drawn == held.read_text(encoding="utf-8"), (
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
