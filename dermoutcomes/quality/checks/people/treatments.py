"""Treatments: doses of another size, sessions that nobody planned, arms that nobody allocated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.errors import lone_nearest
from dermoutcomes.number_text import count_words
from dermoutcomes.quality.checks.people.power_slips import power_slips
from dermoutcomes.sources.cells.recoding import arm_words, lookup
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["DoseOptions", "dose_slips", "other_treatments", "unknown_sessions"]

# Doses that are given alike.
GIVEN_ALIKE = ("treatment", "session", "unit")
PLACES = ("location", "side")


@frozen
class DoseOptions:
    """When a factor between doses is a slip of the decimal sign."""

    tolerance: float = option(
        0.1,
        "How far the factor may be from 10, 100 or 1000, as a difference of decimal logarithms.",
        at_least=0.01,
        at_most=0.4,
    )


def dose_slips(data: StudyData, options: DoseOptions) -> pl.DataFrame:
    """Doses about 10, 100 or 1000 times those of the same treatment, session and unit.

    Or that part of them; one finding a file. The others, four at least, must lie within a factor of
    three of their median; a dose of more than a tenth of the treatments is one by plan.
    """
    rows = data.table("exposures").filter(pl.col("dose") > 0)
    slips = power_slips(rows, "dose", GIVEN_ALIKE, options.tolerance).sort("source", "row")
    findings = [_finding(frame) for _, frame in slips.group_by("source", maintain_order=True)]
    return pl.concat([no_findings(), *findings])


def _finding(slips: pl.DataFrame) -> pl.DataFrame:
    places = slips.select("subject", "dose", "usual", "row").iter_rows()
    return remarks(
        _first_row(slips),
        message=f"{count_words(slips.height, 'dose')} of another power of ten than the others of "
        "the same treatment and session: look at the decimal sign and the unit",
        found=listed(
            [
                f"{subject}, {dose:g} where {usual:g} is usual (row {row})"
                for subject, dose, usual, row in places
            ]
        ),
        expected="a dose of the size of the others, or a column of the unit (columns.unit)",
    )


def unknown_sessions(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Sessions of treatments and events that the study does not have; one finding a file and word.

    In a study that names its sessions.
    """
    sessions = {session.lower(): session for session in data.study.sessions}
    if not sessions:
        return no_findings()
    findings = []
    for table, severity in (("exposures", "warning"), ("events", "note")):
        rows = data.table(table).sort("source", "row")
        strange = rows.filter(~pl.col("session").str.to_lowercase().is_in(list(sessions)))
        for (_source, word), own in strange.group_by("source", "session", maintain_order=True):
            near = lone_nearest(str(word), sessions)
            hint = f"; is {near!r} meant?" if near else ""
            findings.append(
                remarks(
                    _first_row(own),
                    severity=severity,
                    message=f"{word!r} is no session of the study ({_who(own)}){hint}",
                    found=str(word),
                    expected=f"{', '.join(data.study.sessions)}, or values.session = "
                    f'{{ "{word}" = "{next(iter(data.study.sessions))}" }} in sources.{table}',
                )
            )
    return pl.concat([no_findings(), *findings])


def other_treatments(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Treatments by the word of an arm that was not allocated there; one finding a file.

    Held to both the arm allocated and the arm that is stated as received, in any epoch or period.
    A treatment whose word is no arm says nothing of arms.
    """
    arm = lookup(pl.col("treatment"), arm_words(data.study))
    given = data.table("exposures").with_columns(arm=arm).drop_nulls(["subject", "arm"])
    allocations = data.table("allocations").drop_nulls("subject")
    allocated = pl.concat(
        allocations.select("subject", *PLACES, own=name) for name in ("arm", "arm_actual")
    ).drop_nulls("own")
    pairs = given.join(allocated, on="subject", how="inner", suffix="_own", maintain_order="left")
    for place in PLACES:
        same = pl.col(place) == pl.col(f"{place}_own")
        pairs = pairs.filter(same.fill_null(value=True))
    keys = ["source", "row"]
    others = pairs.group_by(*keys, maintain_order=True).agg(
        pl.col("subject", *PLACES, "treatment", "arm").first(), pl.col("own").unique().sort()
    )
    others = others.filter(~pl.col("own").list.contains(pl.col("arm"))).sort(keys)
    findings = []
    for _, own in others.group_by("source", maintain_order=True):
        places = [
            " ".join(filter(None, (row["subject"], row["location"], row["side"])))
            + f": {row['treatment']}, allocated {' and '.join(row['own'])} (row {row['row']})"
            for row in own.iter_rows(named=True)
        ]
        findings.append(
            remarks(
                _first_row(own),
                message=f"{count_words(own.height, 'treatment')} with another arm than was "
                "allocated to: endpoints count the arm of the allocations",
                found=listed(places),
                expected="the treatment that was allocated, or arm_actual in the source of "
                "allocations where another one was given",
            )
        )
    return pl.concat([no_findings(), *findings])


def _first_row(rows: pl.DataFrame) -> pl.DataFrame:
    """The place of a finding about rows of a file: the first, and the subject of a single one."""
    subject = pl.col("subject") if rows.height == 1 else pl.lit(None)
    return rows.head(1).select("source", "row", subject=subject)


def _who(rows: pl.DataFrame) -> str:
    cells = rows.select("subject", "row").iter_rows()
    return listed([f"{subject or '?'} (row {row})" for subject, row in cells])
