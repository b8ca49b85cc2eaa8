"""What stands under every table and figure: origin, level, population, missing values, n."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.report.result_text import interval_level
from dermoutcomes.report.table import Foot
from dermoutcomes.study.received_arms import (
    RECEIVED,
    arm_of_analysis,
    arm_of_endpoint,
    records_both_arms,
)
from dermoutcomes.study.scale_names.unverified import unverified_words

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["bare_foot", "filled_foot", "foot", "level", "origin", "population"]


def level(outline: Outline) -> str:
    """Alpha, sidedness and interval level in one line."""
    info = outline.study.study
    sided = "two-sided" if info.sided == 2 else f"one-sided ({info.sided_reason})"
    alpha = outline.style.written(f"{info.alpha:g}")
    return f"Significance level {alpha}, {sided}; intervals (CI) {interval_level(outline)}."


def foot(outline: Outline, *remarks: str) -> Foot:
    """What stands under every table of results, whatever they are.

    Who is in it is added when the table is filled.
    """
    return Foot(remarks, level(outline), origin=origin(outline))


def bare_foot(outline: Outline, *remarks: str) -> Foot:
    """What stands under a table of something else than results."""
    return Foot(remarks, origin=origin(outline))


def filled_foot(material: Material, rows: Sequence[Result]) -> Foot:
    """The foot of a figure of these results."""
    return evolve(foot(material), population=population(material, rows))


def origin(outline: Outline) -> str:
    """The words for data that were not collected, under everything that may be copied out.

    They cannot be left out.
    """
    return f"{outline.origin[0]}." if outline.origin else ""


def population(outline: Outline, rows: Sequence[Result]) -> str:
    """Who is in these results, how missing values are handled, and how many there are."""
    populations = [
        outline.population_name(name)
        for name in sorted(
            {row["population"] for row in rows if row["population"]},
            key=lambda name: (outline.population_rank(name), name),
        )
    ]
    names = {row["handling"] for row in rows}
    handlings = dict.fromkeys(
        outline.handling_name(name)
        for name in sorted(names, key=lambda name: (outline.handling_rank(name), name or ""))
    )
    # An arm of a comparison is part of the line that it stands in, and no size of its own.
    counted = [row for row in rows if not _is_arm_size(row)]
    words = [
        f"Population: {', '.join(populations)}." if populations else "",
        _arms(outline, rows),
        f"Missing values: {', '.join(handlings)}." if handlings else "",
        _range(counted, "n_subjects", "subjects"),
        _range(counted, "n_records", "records"),
        _versions(outline, rows),
        _unverified(outline, rows),
    ]
    return " ".join(word for word in words if word)


def _versions(outline: Outline, rows: Sequence[Result]) -> str:
    """The versions of the scales behind these results, where they have one."""
    measures = (
        endpoint.measure
        for name in dict.fromkeys(row["endpoint"] for row in rows)
        if (endpoint := outline.study.endpoints.get(name or "")) and endpoint.measure
    )
    owners = dict.fromkeys(measure.partition(".")[0] for measure in measures)
    names = [
        outline.owner_name(name)
        for name in owners
        if getattr(outline.registry.owner(name), "version", "")
    ]
    return f"Version: {', '.join(names)}." if names else ""


def _unverified(outline: Outline, rows: Sequence[Result]) -> str:
    """What these results rest on and whose source was not read."""
    endpoints = outline.study.with_parts(
        part for row in rows for part in (row["endpoint"] or "").split("+")
    )
    words = dict.fromkeys(
        word
        for name in endpoints
        for word in unverified_words(outline.registry, outline.study.endpoints[name])
    )
    return f"Unverified, as its source was not read: {', '.join(words)}." if words else ""


def _arms(outline: Outline, rows: Sequence[Result]) -> str:
    """What the arms go by, of results on safety and wherever it is the treatment received."""
    if not records_both_arms(outline.study):
        return ""
    goes_by = dict.fromkeys(filter(None, (arms_of(outline, row) for row in rows)))
    return f"Arms: {' and '.join(goes_by)}." if goes_by else ""


def arms_of(outline: Outline, row: Result) -> str | None:
    """Whether the arm of a result is the one received or as randomised; None where nobody asks."""
    endpoint = outline.study.endpoints.get(row["endpoint"] or "")
    if endpoint is None:
        return arm_of_analysis(outline.study, outline.registry, row["analysis"])
    arm = arm_of_endpoint(endpoint)
    return arm if endpoint.role == "safety" or arm == RECEIVED else None


def _is_arm_size(row: Result) -> bool:
    """Whether a result is the n of one arm of a comparison."""
    return (
        row["stat"] == "n"
        and row["comparison"] is not None
        and row["group"] is not None
        and row["reference_group"] is None
    )


def _range(rows: Sequence[Result], column: str, word: str) -> str:
    numbers = sorted({row[column] for row in rows if row[column] is not None})
    if not numbers:
        return ""
    words = f"{numbers[0]}" if numbers[0] == numbers[-1] else f"{numbers[0]} to {numbers[-1]}"
    return f"{word.capitalize()}: {words}."
