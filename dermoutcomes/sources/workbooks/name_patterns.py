"""What the name of a sheet, or the title of a block, says of every row of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.sources.cells.recoding import SIDES
from dermoutcomes.study.patterns import match_pattern, pattern_fields, pattern_has_words

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext
    from dermoutcomes.study import Source

__all__ = ["name_fields", "name_pattern"]


def name_pattern(source: Source) -> tuple[str, str] | None:
    """The key of a source that names sheets or blocks, and its pattern; None where none does."""
    for key, pattern in (("sheet_name", source.sheet_name), ("blocks", source.blocks)):
        if pattern is not None:
            return key, pattern
    return None


def name_fields(context: ReadingContext, name: str) -> dict[str, str] | None:
    """What a name says of every row, by the source's pattern; None where it does not fit."""
    stated = name_pattern(context.spec)
    if stated is None:
        return None
    key, pattern = stated
    fields = pattern_fields(pattern, f"{context.file.setting}.{key}")
    known = {"visit": context.visit_words, "side": {**SIDES, **context.recoding("side")}}
    # With nothing but a visit to go by, only known visits are visits: any text would fit.
    only_visit = set(fields) == {"visit"} and not pattern_has_words(pattern)
    return match_pattern(pattern, name, known, ["side", "visit"] if only_visit else ["side"])
