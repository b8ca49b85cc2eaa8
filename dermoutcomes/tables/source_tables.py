"""Columns of the tables of the framework: files, subjects, arms, milestones, treatments, events."""

from __future__ import annotations

from dermoutcomes.tables.column import (
    DATE,
    FLAG,
    NAMES,
    REAL,
    SHORT,
    TEXT,
    TIME,
    WHOLE,
    Column,
    Columns,
)

__all__ = [
    "ALLOCATIONS",
    "DEVIATIONS",
    "DURATIONS",
    "EVENTS",
    "EXPOSURES",
    "LOCKED_READING",
    "MEDICATIONS",
    "MILESTONES",
    "SOURCE",
    "SOURCES",
    "SUBJECT",
    "SUBJECTS",
]

SUBJECT = Column(TEXT, "Id of the subject, as the exports have it.", null=False)
SOURCE: Columns = {
    "source": Column(SHORT, "Number of the file in `sources`.", null=False, at_least=1),
    "row": Column(
        WHOLE, "Row of the file that it stands in, counted from 1.", null=False, at_least=1
    ),
}
DAY = "Study day: 1 is the day that `study.day_one` names, the day before it is -1; there is no 0."

SOURCES: Columns = {
    "source": Column(
        SHORT, "Number of the file, by its sorted path; part of each id.", null=False, at_least=1
    ),
    "table": Column(
        TEXT, "What the file holds: a table, or the name of an instrument or scale.", null=False
    ),
    "path": Column(TEXT, "The file, from the study file.", null=False),
    "sha256": Column(TEXT, "SHA-256 of its bytes.", null=False),
    "sheet": Column(TEXT, "Sheet of a workbook; empty for any other file."),
    "reader": Column(TEXT, "Reader that read it.", null=False),
    "rows": Column(WHOLE, "Rows of data below its header.", null=False, at_least=0),
}

SUBJECTS: Columns = {
    "subject": SUBJECT,
    "site": Column(TEXT, "Site at which the subject was seen."),
    "sex": Column(TEXT, "Sex, in the words of the file."),
    "age": Column(REAL, "Age in years."),
    "enrolled": Column(DATE, "Date of enrolment."),
    "first_treatment": Column(DATE, "Date of the first treatment."),
    "last_treatment": Column(DATE, "Date of the last treatment."),
    "ended": Column(DATE, "Date on which the subject left or completed the study."),
    "treated": Column(FLAG, "Whether the subject was treated at all."),
    **SOURCE,
}

ALLOCATIONS: Columns = {
    "subject": SUBJECT,
    "location": Column(TEXT, "Place on the body that was allocated; empty for the whole subject."),
    "side": Column(TEXT, "Side of the body that was allocated; empty for both."),
    "period": Column(TEXT, "Period of a crossover in which the arm holds."),
    "epoch": Column(TEXT, "Epoch of the study in which the arm holds."),
    "arm": Column(TEXT, "Arm to which it was allocated."),
    "arm_actual": Column(TEXT, "Arm that was given, where the file says so."),
    **SOURCE,
}

MILESTONES: Columns = {
    "subject": SUBJECT,
    "milestone": Column(TEXT, "What happened: a withdrawal, a rescue, a deviation."),
    "class": Column(TEXT, "What it belongs to, in the words of the file."),
    "day": Column(SHORT, DAY),
    "end_day": Column(SHORT, "Study day on which it ended."),
    "date": Column(DATE, "Date of it."),
    "reason": Column(TEXT, "Reason that was given."),
    "location": Column(TEXT, "Place on the body that it is about; empty for the whole subject."),
    "side": Column(TEXT, "Side of the body that it is about; empty for both."),
    "death": Column(
        FLAG,
        "Whether the subject died: as the file says, or by a word of the milestone, its class or "
        "its reason.",
    ),
    **SOURCE,
}

EXPOSURES: Columns = {
    "subject": SUBJECT,
    "treatment": Column(TEXT, "What was given."),
    "session": Column(TEXT, "Treatment session, in the words of the file."),
    "visit": Column(TEXT, "Visit at which it was given."),
    "day": Column(SHORT, DAY),
    "taken_at": Column(TIME, "Date and time at which it was given."),
    "dose": Column(REAL, "Dose that was given, in `unit`."),
    "unit": Column(TEXT, "Unit of the dose."),
    "location": Column(TEXT, "Place on the body."),
    "side": Column(TEXT, "Side of the body."),
    "batch": Column(TEXT, "Batch of the product."),
    **SOURCE,
}

EVENTS: Columns = {
    "id": Column(WHOLE, "Id of the event: source and row.", null=False, at_least=0),
    "subject": Column(
        TEXT, "Id of the subject, as the exports have it; empty where the row names none."
    ),
    "term": Column(TEXT, "The event, as it was reported."),
    "preferred_term": Column(TEXT, "Coded term."),
    "body_system": Column(TEXT, "Body system or organ class."),
    "category": Column(TEXT, "Category that the study counts apart."),
    "severity": Column(
        TEXT, "Severity: mild, moderate, severe, life-threatening, fatal, or the file's own word."
    ),
    "grade": Column(SHORT, "Grade of it, as of the CTCAE: 5 is a death.", at_least=1, at_most=5),
    "serious": Column(FLAG, "Whether it is serious, as the file says."),
    "related_product": Column(FLAG, "Whether it is related to the product."),
    "related_procedure": Column(FLAG, "Whether it is related to the procedure."),
    "location": Column(TEXT, "Place on the body."),
    "side": Column(TEXT, "Side of the body."),
    "session": Column(TEXT, "Treatment session that it follows."),
    "solicited": Column(FLAG, "Whether it was asked for, as in a diary of reactions."),
    "expected": Column(FLAG, "Whether it is an expected reaction."),
    "treatment_emergent": Column(FLAG, "Whether it began on or after the first treatment."),
    "start_date": Column(DATE, "Date on which it began."),
    "end_date": Column(DATE, "Date on which it ended."),
    "start_day": Column(SHORT, "Study day on which it began."),
    "end_day": Column(SHORT, "Study day on which it ended."),
    "outcome": Column(TEXT, "How it ended, in the words of the file."),
    "action": Column(
        TEXT,
        "What was done with the treatment: withdrawn, interrupted, reduced, increased, none, or "
        "the file's own word.",
    ),
    "fatal": Column(
        FLAG,
        "Whether the subject died of it: where the file says so, or a word of the outcome, the "
        "severity fatal or the grade 5.",
    ),
    "file_columns": Column(
        NAMES,
        "The columns of this table that the file of the event has: an empty cell of one of them is "
        "unknown, one of another column is not recorded.",
    ),
    **SOURCE,
}

DURATIONS: Columns = {
    "id": Column(WHOLE, "Id of the duration: source and row.", null=False, at_least=0),
    "subject": SUBJECT,
    "term": Column(TEXT, "What was waited for, where the file holds several."),
    "duration": Column(REAL, "Days from the start to the end of the observation.", at_least=0),
    "status": Column(
        TEXT,
        "How the observation ended: with the event, censored, or with a competing event, after "
        "which the event cannot come.",
        values=("event", "censored", "competing"),
    ),
    **SOURCE,
}

MEDICATIONS: Columns = {
    "subject": SUBJECT,
    "medication": Column(TEXT, "What was taken or done, as it was reported or coded."),
    "class": Column(TEXT, "Class that it belongs to, as of the ATC."),
    "kind": Column(
        TEXT,
        "`prior`: it ended before the first treatment; `concomitant`: it was taken on or after that "
        "day, or nothing says that it had ended; `rescue`: as the file says. Empty where neither "
        "the file nor a date tells.",
        values=("prior", "concomitant", "rescue"),
    ),
    "indication": Column(TEXT, "What it was taken for."),
    "dose": Column(TEXT, "Dose and how often, in the words of the file."),
    "start_date": Column(DATE, "Date on which it began."),
    "end_date": Column(DATE, "Date on which it ended."),
    "start_day": Column(SHORT, "Study day on which it began."),
    "end_day": Column(SHORT, "Study day on which it ended."),
    "ongoing": Column(FLAG, "Whether it went on at the end of observation, as the file says."),
    **SOURCE,
}

DEVIATIONS: Columns = {
    "subject": SUBJECT,
    "deviation": Column(TEXT, "What departed from the protocol, in the words of the file."),
    "category": Column(TEXT, "Category that the study counts it under."),
    "important": Column(
        FLAG, "Whether it may affect the results or a subject's rights, safety or well-being."
    ),
    "visit": Column(TEXT, "Visit that it is of."),
    "day": Column(SHORT, DAY),
    "date": Column(DATE, "Date of it."),
    **SOURCE,
}

LOCKED_READING: Columns = {
    "source": Column(
        TEXT, "What is read: a table, or the name of an instrument or scale.", null=False
    ),
    "state": Column(
        TEXT,
        "`extended`: today's rules read more, and alike what those of the lock read; `changed`: "
        "something differs; `mapped`: the rules of the lock read nothing.",
        null=False,
        values=("extended", "changed", "mapped"),
    ),
    "newly_read": Column(
        WHOLE, "Cells, or rows of a table, that only today's rules read.", null=False, at_least=0
    ),
    "changed": Column(
        WHOLE,
        "Cells, or rows of a table, that the rules of the lock read otherwise.",
        null=False,
        at_least=0,
    ),
    "example": Column(TEXT, "The first that differs, with both readings."),
}
