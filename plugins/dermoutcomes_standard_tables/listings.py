"""Listings by subject, 16.2.1 to 16.2.7 of a clinical study report as ICH E3 numbers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.report import Column, Row, Table, TableSpec, bare_foot, columns, rich

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

from dermoutcomes_standard_tables.names import LISTINGS

__all__ = ["listing", "listing_shell"]

# Head, column of the table.
HEADS: dict[str, tuple[tuple[str, str], ...]] = {
    "milestones": (
        ("Subject", "subject"),
        ("Milestone", "milestone"),
        ("Class", "class"),
        ("Day", "day"),
        ("Date", "date"),
        ("Reason", "reason"),
    ),
    "deviations": (
        ("Subject", "subject"),
        ("Deviation", "deviation"),
        ("Category", "category"),
        ("Important", "important"),
        ("Visit", "visit"),
        ("Day", "day"),
        ("Date", "date"),
    ),
    "medications": (
        ("Subject", "subject"),
        ("Medication", "medication"),
        ("Class", "class"),
        ("Kind", "kind"),
        ("For", "indication"),
        ("Dose", "dose"),
        ("Begin", "start_date"),
        ("End", "end_date"),
        ("First day", "start_day"),
        ("Last day", "end_day"),
        ("Ongoing", "ongoing"),
    ),
    "subjects": (
        ("Subject", "subject"),
        ("Site", "site"),
        ("Sex", "sex"),
        ("Age", "age"),
        ("Enrolled", "enrolled"),
        ("First treatment", "first_treatment"),
        ("Ended", "ended"),
        ("Treated", "treated"),
    ),
    "exposures": (
        ("Subject", "subject"),
        ("Treatment", "treatment"),
        ("Session", "session"),
        ("Visit", "visit"),
        ("Day", "day"),
        ("Dose", "dose"),
        ("Unit", "unit"),
        ("Place", "location"),
        ("Side", "side"),
        ("Batch", "batch"),
    ),
    "endpoints": (
        ("Subject", "subject"),
        ("Arm", "arm"),
        ("Endpoint", "endpoint"),
        ("Visit", "visit"),
        ("Day", "day"),
        ("Side", "side"),
        ("Value", "value"),
        ("Change", "change"),
        ("Not used because", "reason"),
    ),
    "events": (
        ("Subject", "subject"),
        ("Event", "term"),
        ("Body system", "body_system"),
        ("Severity", "severity"),
        ("Serious", "serious"),
        ("Related", "related_product"),
        ("Begin", "start_day"),
        ("End", "end_day"),
        ("Outcome", "outcome"),
        ("Action", "action"),
    ),
}
# A page is no place for more; the table of the run has all.
LISTED = 2000
FLAGS = {True: "yes", False: "no"}


def listing_shell(name: str) -> Callable[[Outline, TableChoice], Iterator[Table]]:
    """The heads of a listing."""

    def shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001 - one form
        yield _spec(outline, name).filled()

    return shell


def listing(name: str) -> Callable[[Material, TableChoice], Iterator[Table]]:
    """A listing: a row a row of its table, by subject and day, with the words of the file."""

    def fill(material: Material, choice: TableChoice) -> Iterator[Table]:
        table = LISTINGS[name][1]
        frame = material.frame(table)
        if table == "endpoints":
            frame = _records(material, choice, frame)
        days = [column for column in ("day", "start_day") if column in frame.columns]
        frame = frame.sort("subject", *days, maintain_order=True, nulls_last=True)
        if not frame.height:
            return
        more = (f"The first {LISTED} of {frame.height} rows.",) if frame.height > LISTED else ()
        wanted = [column for _, column in HEADS[table]]
        rows = [
            Row(tuple(rich(_text(material, column, row[column])) for column in wanted))
            for row in frame.head(LISTED).select(wanted).to_dicts()
        ]
        yield _spec(material, name).filled(rows, remarks=more)

    return fill


def _records(material: Material, choice: TableChoice, frame: pl.DataFrame) -> pl.DataFrame:
    """The observed records, of the endpoints and visits that are chosen."""
    frame = frame.filter(pl.col("handling") == "observed", pl.col("imputation") == 1)
    if choice.endpoints:
        frame = frame.filter(pl.col("endpoint").is_in(list(choice.endpoints)))
    if choice.visits:
        frame = frame.filter(pl.col("visit").is_in(list(choice.visits)))
    order = {name: rank for rank, name in enumerate(material.in_order)}
    return frame.sort(pl.col("endpoint").replace_strict(order), maintain_order=True)


def _text(material: Material, column: str, value: Any) -> str:
    """A cell in words: names by their labels, flags as yes and no, numbers with all their digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return FLAGS[value]
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", "\u2212")
    names: dict[str, Callable[[str], str]] = {
        "arm": material.arm_name,
        "endpoint": material.endpoint_name,
        "visit": material.visit_name,
    }
    if column == "reason" and material.reason_name(value):
        # Of a record it is a reason of the ledger; of a milestone the file's own words.
        return material.reason_name(value)
    return names[column](value) if column in names else str(value)


def _spec(outline: Outline, name: str) -> TableSpec:
    title, table, _ = LISTINGS[name]
    heads: tuple[Column, ...] = columns((head for head, _ in HEADS[table]), "l" * len(HEADS[table]))
    return TableSpec(title, heads, bare_foot(outline), look="further", narrow=True)
