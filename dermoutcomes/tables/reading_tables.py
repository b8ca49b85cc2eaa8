"""Columns of the tables of readings: raw curves, observations, and findings about them."""

from __future__ import annotations

import pyarrow as pa

from dermoutcomes.tables.column import FLAG, IDS, REAL, SHORT, TEXT, TIME, WHOLE, Column, Columns
from dermoutcomes.tables.source_tables import DAY, SOURCE
from dermoutcomes.vocabulary import KINDS, QUERY_STATES, SEVERITIES

__all__ = ["CURVES", "FINDINGS", "OBSERVATIONS"]

FLOATS = pa.list_(pa.float32())
WHEN_AND_WHERE: Columns = {
    "subject": Column(TEXT, "Id of the subject, as the exports have it.", recurs=True),
    "visit": Column(TEXT, "Visit, as the study names it.", recurs=True),
    "timepoint": Column(
        TEXT, "Time within the visit, such as hours after application.", recurs=True
    ),
    "day": Column(SHORT, DAY),
    "taken_at": Column(TIME, "Date and time of the measurement."),
    "location": Column(TEXT, "Place on the body.", recurs=True),
    "side": Column(TEXT, "Side of the body.", recurs=True),
}
ID = Column(
    WHOLE,
    "Id: source, row and column of the cell, as `source << 40 | row << 14 | column`.",
    null=False,
    at_least=0,
)
MEASUREMENT = Column(
    WHOLE,
    "Smallest id among what one act of measuring gave: a curve, a reading, a form.",
    null=False,
    at_least=0,
)
REPLICATE = Column(SHORT, "Number of the replicate.")

CURVES: Columns = {
    "id": ID,
    "measurement": MEASUREMENT,
    "instrument": Column(TEXT, "Instrument that made the curve.", null=False),
    **WHEN_AND_WHERE,
    "replicate": REPLICATE,
    "samples": Column(FLOATS, "Samples in their order, in `unit`.", null=False),
    "x_first": Column(REAL, "Where the first sample stands; empty where the steps are uneven."),
    "x_step": Column(REAL, "Distance between two samples; empty where the steps are uneven."),
    "x": Column(FLOATS, "Where each sample stands, where the steps are uneven."),
    "x_unit": Column(TEXT, "Unit of `x_first`, `x_step` and `x`; times are in s."),
    "unit": Column(TEXT, "Unit of the samples."),
    **SOURCE,
}

OBSERVATIONS: Columns = {
    "id": ID,
    "measurement": MEASUREMENT,
    **WHEN_AND_WHERE,
    "period": Column(TEXT, "Period of a crossover.", recurs=True),
    "measure": Column(TEXT, "What was measured, as `owner.code`.", null=False, recurs=True),
    "kind": Column(
        TEXT,
        "What the code is; `computed` is a value that was computed from a curve.",
        null=False,
        values=KINDS,
        recurs=True,
    ),
    "replicate": REPLICATE,
    "rater": Column(TEXT, "Who rated.", recurs=True),
    "rater_role": Column(
        TEXT, "Role in which was rated: investigator, subject, photo reader.", recurs=True
    ),
    "value": Column(REAL, "The number, in `unit`."),
    "text": Column(TEXT, "The words of a setting that is no number."),
    "unit": Column(
        TEXT, "Unit of the value, the measure's own; blank for a ratio or a code.", recurs=True
    ),
    "censored": Column(
        TEXT,
        "Which limit the reading is beyond, or at: of a cell with the sign of a limit, and of a value "
        "at the end of the device. Empty for a reading within limits and for what was computed.",
        values=("below", "above"),
        recurs=True,
    ),
    "invalid": Column(
        FLAG,
        "Whether the source's `invalid` says that it is no reading: it reaches no endpoint. Empty for "
        "what was computed.",
    ),
    "parents": Column(IDS, "Ids that it was computed from; empty for what was read."),
    **SOURCE,
    "column": Column(
        SHORT, "Column of the file; 0 for a constant of the source, empty if computed.", at_least=0
    ),
}

FINDINGS: Columns = {
    "id": Column(WHOLE, "Number of the finding in this run.", null=False, at_least=1),
    "key": Column(
        TEXT,
        "What names the finding in every run: a digest of check, file, row, column, subject, visit, "
        "location, side, replicate and measure.",
        null=False,
    ),
    "check": Column(TEXT, "Check that found it.", null=False),
    "severity": Column(
        TEXT, "How grave it is, as the study grades it.", null=False, values=SEVERITIES
    ),
    "subject": Column(TEXT, "Subject that it is about."),
    "visit": Column(TEXT, "Visit that it is about."),
    "location": Column(TEXT, "Place on the body."),
    "side": Column(TEXT, "Side of the body."),
    "replicate": REPLICATE,
    "measure": Column(TEXT, "Measure, instrument or scale that it is about."),
    "value": Column(REAL, "The value that was found, where it is a number."),
    "found": Column(TEXT, "What was found, in words."),
    "expected": Column(TEXT, "What was expected instead."),
    "message": Column(TEXT, "What is wrong, in a sentence.", null=False),
    "status": Column(
        TEXT,
        "Of what the site is asked about: whether it has answered; empty for what it is not asked.",
        values=QUERY_STATES,
    ),
    "answer": Column(TEXT, "What the site answered, in its words; it changes no value."),
    "observation": Column(WHOLE, "Id of the observation that it is about.", at_least=0),
    "file": Column(TEXT, "The file, from the study file."),
    "source": Column(SHORT, "Number of the file in `sources`.", at_least=1),
    "row": Column(WHOLE, "Row of the file, counted from 1.", at_least=1),
    "column": Column(SHORT, "Column of the file, counted from 1; 0 for a constant.", at_least=0),
}
