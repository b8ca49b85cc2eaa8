"""A test statistic with its letter and degrees of freedom: t(141) = -0.58, F(2, 141) = 0.52."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Part, Rich, rich
from dermoutcomes.report.result_names import letter_of
from dermoutcomes.report.result_text import LACKING, anchors, shown

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material
    from dermoutcomes.report.result_lines import Line

__all__ = ["TEST_STATS", "test_of"]

DEGREES = ("df", "df_num", "df_den")
TEST_STATS = frozenset({"statistic", *DEGREES, "p_value", "p_adjusted"})


def test_of(material: Material, line: Line) -> Rich:
    """The statistic of a line.

    Without a letter where neither its term nor its degrees of freedom tell which it is.
    """
    stats = line.stats
    statistic = shown(material, stats.get("statistic"))
    degrees = [part for part in (shown(material, stats.get(name)) for name in DEGREES) if part]
    if statistic is None and degrees:
        return rich("df ", _with_commas(degrees))
    if statistic is None or statistic.look in LACKING or (degrees and degrees[0].look in LACKING):
        return rich(statistic, anchors(stats, *DEGREES))
    letter = letter_of(material.term(line.key), stats)
    if not letter:
        return rich(statistic, "; df " if degrees else None, _with_commas(degrees))
    return rich(
        letter,
        "(" if degrees else None,
        _with_commas(degrees),
        ")" if degrees else None,
        " = ",
        statistic,
    )


def _with_commas(degrees: list[Part]) -> list[Part]:
    return [
        piece
        for number, part in enumerate(degrees)
        for piece in ((Part(", "), part) if number else (part,))
    ]
