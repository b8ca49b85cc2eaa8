"""Listings by subject, 16.1.7 and 16.2.1 to 16.2.7 of a clinical study report (ICH E3).

And what the data say of each serious event, as the beginning of its narrative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.report import Column, Row, Table, TableSpec, bare_foot, columns, rich
from dermoutcomes_standard_tables.arms import arms_of_subjects

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

from dermoutcomes_standard_tables.table_names import LISTINGS

__all__ = ["listing", "listing_shell", "narratives", "narratives_shell"]

# Head, column of the table.
HEADS: dict[str, tuple[tuple[str, str], ...]] = {
    "allocations": (
        ("Subject", "subject"),
        ("Place", "location"),
        ("Side", "side"),
        ("Period", "period"),
        ("Allocated to", "arm"),
        ("Received", "arm_actual"),
    ),
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
NARRATIVES = "Serious adverse events: what the data say of each"
# What stands of each serious event, with the column of the table of events.
OF_EVENT = (
    ("Body system", "body_system"),
    ("Severity", "severity"),
    ("Serious", "serious"),
    ("Fatal", "fatal"),
    ("Begin, date", "start_date"),
    ("Begin, study day", "start_day"),
    ("End, date", "end_date"),
    ("End, study day", "end_day"),
    ("Session", "session"),
    ("Side", "side"),
    ("Related to the product", "related_product"),
    ("Related to the procedure", "related_procedure"),
    ("Expected", "expected"),
    ("Action taken", "action"),
    ("Outcome", "outcome"),
)
AROUND = ("Last treatment begun before", "Medications at its begin")
MOST_EVENTS = 200
# What only the investigator knows; ICH E3, 12.3.2, asks for it.
TO_BE_WRITTEN = "Narrative"
BLANK = "to be written: course, treatment of the event, tests, and the judgement of the cause"
NOT_STATED = "not stated"
SERIOUS = (
    "Events that are serious or fatal, and those of which the file does not say whether they are "
    "serious."
)
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
        "arm_actual": material.arm_name,
        "location": material.location_name,
        "endpoint": material.endpoint_name,
        "visit": material.visit_name,
    }
    if column == "reason" and material.reason_name(value):
        # Of a record it is a reason of the ledger; of a milestone the file's own words.
        return material.reason_name(value)
    return names[column](value) if column in names else str(value)


def narratives_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """What stands of each event; which there are, the data say."""
    if "events" not in outline.study.sources:
        return
    words = ("Subject", *(word for word, _ in OF_EVENT), *AROUND, TO_BE_WRITTEN)
    yield _narratives_spec(outline).filled(Row((rich(word), ())) for word in words)


def narratives(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """Each serious event with its subject, its course and what was given before and with it."""
    events = material.frame("events").filter(
        pl.col("serious").fill_null(value=True) | pl.col("fatal").fill_null(value=False)
    )
    if not events.height:
        return
    arms = {who: arm for arm, members in arms_of_subjects(material).items() for who in members}
    events = events.sort("subject", "start_day", "id", nulls_last=True)
    more = (f"The first {MOST_EVENTS} of {events.height}.",) if events.height > MOST_EVENTS else ()
    rows: list[Row] = []
    for number, event in enumerate(events.head(MOST_EVENTS).to_dicts(), start=1):
        name = event["preferred_term"] or event["term"] or "Not named"
        rows.append(Row((rich(f"{number}. {event['subject']}: {name}"),), look="group"))
        pairs = [("Subject", _person(material, event["subject"], arms))]
        if event["term"] and event["term"] != name:
            pairs.append(("As reported", event["term"]))
        pairs += [(word, _text(material, column, event[column])) for word, column in OF_EVENT]
        pairs += zip(
            AROUND, (_last_treatment(material, event), _with_it(material, event)), strict=True
        )
        rows += [Row((rich(word), rich(text or NOT_STATED))) for word, text in pairs]
        rows.append(Row((rich(TO_BE_WRITTEN), rich(BLANK))))
    yield _narratives_spec(material).filled(rows, remarks=more)


def _person(material: Material, subject: str, arms: Mapping[str, str]) -> str:
    """Sex, age and arm of a subject."""
    own = material.frame("subjects").filter(pl.col("subject") == subject).to_dicts()
    sex, age = (own[0]["sex"], own[0]["age"]) if own else (None, None)
    parts = (
        subject,
        _text(material, "sex", sex),
        f"{_text(material, 'age', age)} years" if age is not None else "",
        material.arm_name(arms[subject]) if subject in arms else "",
    )
    return ", ".join(filter(None, parts))


def _last_treatment(material: Material, event: Mapping[str, Any]) -> str:
    """The last treatment begun up to the first day of an event, and how many days before it."""
    day = event["start_day"]
    if day is None or "exposures" not in material.study.sources:
        return ""
    given = material.frame("exposures").filter(
        pl.col("subject") == event["subject"], pl.col("day") <= day
    )
    if not given.height:
        return "none recorded before"
    last = given.sort("day", "row").row(-1, named=True)
    # There is no study day 0.
    before = day - last["day"] - (1 if last["day"] < 0 < day else 0)
    when = "the same day" if before == 0 else f"{before} {'day' if before == 1 else 'days'} before"
    has_dose = last["dose"] is not None
    dose = f"{_text(material, 'dose', last['dose'])} {last['unit'] or ''}" if has_dose else ""
    name = material.treatment_name(last["treatment"]) if last["treatment"] else ""
    return ", ".join(filter(None, (name, dose.strip(), f"day {last['day']}", when)))


def _with_it(material: Material, event: Mapping[str, Any]) -> str:
    """Medications that were taken on the first day of an event; apart those of open dates."""
    day = event["start_day"]
    if day is None or "medications" not in material.study.sources:
        return ""
    begun, ended = pl.col("start_day") <= day, pl.col("end_day") < day
    own = material.frame("medications").filter(
        pl.col("subject") == event["subject"],
        begun.fill_null(value=True) & ~ended.fill_null(value=False),
    )
    open_end = pl.col("end_day").is_null() & ~pl.col("ongoing").fill_null(value=False)
    unsure = pl.col("start_day").is_null() | open_end
    taken, perhaps = (
        "; ".join(own.filter(condition)["medication"].drop_nulls().unique(maintain_order=True))
        for condition in (~unsure, unsure)
    )
    if not (taken or perhaps):
        return "none recorded"
    return "; ".join(filter(None, (taken, f"dates do not say of: {perhaps}" if perhaps else "")))


def _narratives_spec(outline: Outline) -> TableSpec:
    heads = columns(("Serious event", "As recorded"), "ll")
    return TableSpec(NARRATIVES, heads, bare_foot(outline, SERIOUS))


def _spec(outline: Outline, name: str) -> TableSpec:
    title, table, _ = LISTINGS[name]
    heads: tuple[Column, ...] = columns((head for head, _ in HEADS[table]), "l" * len(HEADS[table]))
    return TableSpec(title, heads, bare_foot(outline), look="further", narrow=True)
