"""What a reader is to see for the words of the data: labels of columns, places and milestones."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from dermoutcomes.declare import option

__all__ = ["ColumnLabel", "WordLabel"]


@frozen
class ColumnLabel:
    """`[columns]`: what a column of the list of subjects is called in the report."""

    label: str | None = option(None, "Name in the report, as Body mass index.")
    unit: str = option("", "Unit of its numbers, as kg/m².")
    values: Mapping[str, str] = option(
        {}, 'Value = its name in the report, as { F = "Female", "1" = "Yes" }.'
    )
    id: str = field(default="", metadata={"key": True})


@frozen
class WordLabel:
    """`[locations]`, `[milestones]` and `[treatments]`: what a word of the data is called."""

    label: str = option(help="Name in the report.")
    id: str = field(default="", metadata={"key": True})
