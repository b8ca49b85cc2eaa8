"""The first sheet of a workbook: which study it is, its data, and what the sheets hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dermoutcomes import Run

ORIGIN = {
    "simulated": "SIMULATED DATA. No subject exists; no number here is evidence about a product.",
    "published": "PUBLISHED DATA. Taken from a publication, not collected for this analysis.",
    "collected": "Collected data.",
}
HOW = (
    "The first sheets show what the annex of the report shows, rounded, under its numbers of tables; "
    "models and further quantities stand in the annex alone. The sheets of data hold every row, and "
    "what Excel can hold of a number, about 15 digits. The CSV and Parquet tables of the run hold "
    "every digit; where they differ, those are right. An empty cell is a missing value, never zero."
)
HOLDS = {
    "results": "One statistic a row; `id` is what the report links to.",
    "claims": "The study's sentences with their verdicts, and the results that they rest on.",
    "hypotheses": "One hypothesis a row, with its family and adjusted p-value.",
    "endpoints": "Analysis records: value, baseline and change of a subject (or side) at a visit. "
    "`observations` are their readings.",
    "ledger": "What each account of rows, cells, records and subjects opened with, lost and "
    "closed with, with the reasons.",
    "findings": "Remarks on data quality, with file, row and column.",
    "subjects": "Subjects.",
    "allocations": "Who or what was given which treatment.",
    "milestones": "Steps of each subject's way.",
    "exposures": "Treatments given.",
    "events": "Adverse events.",
    "durations": "How long subjects were observed, and whether that ended with the event.",
    "medications": "What subjects took or had done besides the treatment, before and during it.",
    "deviations": "Departures from the protocol.",
    "observations": "Single values, with file, row and column.",
    "tasks": "Runs of analyses.",
    "sources": "Input files with their SHA-256.",
    "curves": "Raw measurements.",
}


def about_rows(
    run: Run, to_read: list[tuple[str, str]], data: list[tuple[str, str, int, int]]
) -> Iterator[tuple[str, str]]:
    """Key and text of each line. There is no date on it: a run's log has that.

    `to_read` has name and content of each sheet to read, `data` name, table, rows and part of each
    sheet of data.
    """
    info = run.study.study
    yield "Study", info.id
    yield "Title", info.title
    yield (
        "Origin of the data",
        " ".join(
            part
            for part in (ORIGIN.get(info.data_origin, info.data_origin), info.origin_note)
            if part
        ),
    )
    yield "Design", info.design
    yield (
        "Level",
        (
            f"alpha {info.alpha:g}, {'two-sided' if info.sided == 2 else 'one-sided'}; intervals "
            f"{100 * run.study.confidence:g}%"
        ),
    )
    yield "How to read it", HOW
    yield "", "Sheets to read:"
    yield from to_read
    yield "", "Sheets of data:"
    for name, table, rows, part in data:
        continued = f" Continued, part {part}." if part > 1 else ""
        yield name, f"{rows} rows. {HOLDS.get(table, '')}{continued}"
