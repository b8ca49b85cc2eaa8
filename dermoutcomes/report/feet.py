"""What stands under every table and figure: origin, level, sidedness, who, how missing values are handled, how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.report.numbers import percent

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["foot", "level", "origin_lines"]


def level(material: Material) -> str:
    """Alpha, sidedness and interval level in one line."""
    info = material.study.study
    sided = "two-sided" if info.sided == 2 else f"one-sided ({info.sided_reason})"
    share = 100 * material.study.confidence
    return f"Significance level {info.alpha:g}, {sided}; intervals (CI) {percent(share, 0 if share == round(share) else 1)}."


def origin_lines(material: Material) -> tuple[str, ...]:
    """The words for data that were not collected, under everything that may be copied out; they cannot be left out."""
    return (f"{material.origin[0]}.",) if material.origin else ()


def foot(material: Material, rows: list[Result]) -> tuple[str, ...]:
    """The lines under a table of these results."""
    return (" ".join((level(material), _records(material, rows))).strip(), *origin_lines(material))


def _records(material: Material, rows: list[Result]) -> str:
    populations = sorted({row["population"] for row in rows if row["population"]})
    handlings = sorted({material.handling_name(row["handling"]) for row in rows})
    words = [
        f"Population: {', '.join(populations)}." if populations else "",
        f"Missing values: {', '.join(handlings)}." if handlings else "",
        _range(rows, "n_subjects", "subjects"),
        _range(rows, "n_records", "records"),
    ]
    return " ".join(word for word in words if word)


def _range(rows: list[Result], column: str, word: str) -> str:
    numbers = sorted({row[column] for row in rows if row[column] is not None})
    if not numbers:
        return ""
    shown = f"{numbers[0]}" if numbers[0] == numbers[-1] else f"{numbers[0]} to {numbers[-1]}"
    return f"{word.capitalize()}: {shown}."
