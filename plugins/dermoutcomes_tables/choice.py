"""Which tables of a run are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes import Run

CURVES = frozenset({"curves"})
READINGS = CURVES | {"observations"}
TABLES = (
    "results",
    "claims",
    "hypotheses",
    "endpoints",
    "ledger",
    "findings",
    "subjects",
    "allocations",
    "milestones",
    "exposures",
    "events",
    "durations",
    "medications",
    "deviations",
    "observations",
    "tasks",
    "sources",
    "locked_reading",
    "curves",
)


def chosen(
    run: Run, names: tuple[str, ...], reporter: str, left_out: frozenset[str] = CURVES
) -> tuple[str, ...]:
    """The tables to write: those named, or all that the run has but those `left_out`.

    What is read first comes first.
    """
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        raise StudyError(
            Problem(
                "no such table",
                path=f"outputs.options.{reporter}.tables",
                found=", ".join(map(repr, unknown)),
                expected=f"one of {', '.join(TABLES)}",
            )
        )
    return names or tuple(name for name in TABLES if name in run.tables and name not in left_out)
