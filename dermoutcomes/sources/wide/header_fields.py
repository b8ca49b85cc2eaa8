"""What the header of a wide column says, by the pattern `headers` of its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.sources.cells.recoding import SIDES, arm_words
from dermoutcomes.study.patterns import match_pattern, pattern_has_words

if TYPE_CHECKING:
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["header_fields"]

# Names that take known words only: any text would fit them, and any column their pattern.
CLOSED = ("arm", "measure", "side")


def header_fields(
    context: ReadingContext,
    column: Column,
    names: Iterable[str],
    measures: Mapping[str, str],
    pattern: str | None = None,
) -> dict[str, str] | None:
    """What stands at the `names` of the pattern; None for a header that does not fit it.

    `measures` are the words of what is measured. The unit behind a name does no harm. The pattern
    is `headers` of the source where no other is given.
    """
    pattern = pattern or str(context.spec.headers)
    known: dict[str, Iterable[str]] = {
        "measure": measures,
        "visit": context.visit_words,
        "side": {**SIDES, **context.recoding("side")},
        "arm": {**arm_words(context.study), **context.recoding("arm")},
    }
    known |= {
        name: recoding
        for name in names
        if name not in known and (recoding := context.recoding(name))
    }
    closed = [*CLOSED]
    # With nothing but a visit to go by, only known visits are visits.
    if "measure" not in names and not pattern_has_words(pattern):
        closed.append("visit")
    return match_pattern(pattern, column.name, known, closed) or match_pattern(
        pattern, column.bare, known, closed
    )
