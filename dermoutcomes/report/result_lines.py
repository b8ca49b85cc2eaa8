"""Result rows gathered into lines of a table: what shares all of its key but the stat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.report.blocks import rich
from dermoutcomes.report.material import by
from dermoutcomes.report.result_text import OF_ARMS, problems, sentence
from dermoutcomes.report.table import Row

if TYPE_CHECKING:
    from dermoutcomes.report.material import Result

__all__ = ["Line", "Notes", "is_joint", "lines", "problem_rows"]

KEY = (
    "analysis",
    "comparison",
    "visit",
    "reference_visit",
    "group",
    "reference_group",
    "term",
    "level",
    "at",
)
WITHOUT_ARMS = itemgetter(*(name for name in KEY if name not in ("group", "reference_group")))


@frozen(eq=False)
class Line:
    """The stats of one term of one analysis at one place; `key` has the columns that they share."""

    key: Mapping[str, Any]
    stats: Mapping[str, Result]

    @property
    def rows(self) -> list[Result]:
        """Its result rows."""
        return list(self.stats.values())

    @property
    def labels(self) -> str:
        """What the analysis said beside its numbers."""
        return "; ".join(dict.fromkeys(row["label"] for row in self.rows if row["label"]))


def is_joint(line: Line) -> bool:
    """Whether a line is the correlation of its comparison's estimate with another's.

    Single-step procedures need these; they are no results that a reader looks for.
    """
    return (
        line.stats.keys() == {"correlation"}
        and line.key["comparison"] is not None
        and line.key["level"] is not None
    )


def lines(rows: Iterable[Result]) -> list[Line]:
    """Rows as lines, in the order in which they come.

    The n of each arm that is compared stands in the line of their comparison.
    """
    all_lines = [
        Line(dict(zip(KEY, key, strict=True)), {row["stat"]: row for row in group})
        for key, group in by(rows, *KEY).items()
    ]
    keys = [WITHOUT_ARMS(line.key) for line in all_lines]
    comparisons = {
        key: line
        for key, line in zip(keys, all_lines, strict=True)
        if line.key["reference_group"] is not None and "estimate" in line.stats
    }
    names = [
        _size_name(line, comparisons.get(key)) for key, line in zip(keys, all_lines, strict=True)
    ]
    sizes: dict[tuple[object, ...], dict[str, Result]] = {}
    for key, line, name in zip(keys, all_lines, names, strict=True):
        if name is not None:
            sizes.setdefault(key, {})[name] = line.stats["n"]
    return [
        Line(line.key, {**line.stats, **sizes.get(key, {})})
        if comparisons.get(key) is line
        else line
        for key, line, name in zip(keys, all_lines, names, strict=True)
        if name is None
    ]


def _size_name(line: Line, comparison: Line | None) -> str | None:
    """Which of the two arms of a comparison a line is the n of; None of any other line."""
    if comparison is None or line.key["reference_group"] is not None or line.stats.keys() != {"n"}:
        return None
    arms = comparison.key["group"], comparison.key["reference_group"]
    return OF_ARMS[arms.index(line.key["group"])] if line.key["group"] in arms else None


class Notes:
    """Warnings of a table as lettered notes, each once."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def marks(self, rows: list[Result], *, labels: bool = False) -> str:
        """The letters of the notes of rows: warnings and, if `labels`, words of the analysis."""
        analysis_labels = [row["label"] for row in rows if labels and row["label"]]
        texts = dict.fromkeys(
            [*(sentence(row["warning"]) for row in rows if row["warning"]), *analysis_labels]
        )
        return "".join(self.found.setdefault(text, _letter(len(self.found))) for text in texts)

    @property
    def listed(self) -> tuple[tuple[str, str], ...]:
        """Letter and text of each note."""
        return tuple((letter, text) for text, letter in self.found.items())


def _letter(number: int) -> str:
    return (
        chr(ord("a") + number)
        if number < 26
        else f"{_letter(number // 26 - 1)}{_letter(number % 26)}"
    )


def problem_rows(line: Line) -> list[Row]:
    """The sentences of what a line could not have, as rows across the table."""
    return [Row((rich(f"Not computed: {text}"),), look="problem") for text in problems(line.rows)]
