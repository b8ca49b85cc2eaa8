"""A study in which every word that a user can choose is a script, a quotation or a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

WORDS = '<script>alert(1)</script> & \\"x\\"'
STUDY = f"""
[study]
id = "HOSTILE"
title = "{WORDS}"
design = "single-arm"
data_origin = "simulated"
origin_note = "{WORDS}"
sponsor = "{WORDS}"
[visits]
W0 = {{ at = "0 w", label = "{WORDS}" }}
W4 = {{ at = "4 w", label = "=1+1" }}
[comparisons]
w4 = {{ visit = ["W4", "baseline"], label = "{WORDS}" }}
[[sources.subjects]]
file = "subjects.csv"
[[sources.corneometer]]
file = "corneometer.csv"
[[sources.events]]
file = "events.csv"
[endpoints.hydration]
label = "{WORDS}"
role = "primary"
measure = "corneometer.hydration"
note = "{WORDS}"
baseline = {{ visits = ["W0"] }}
compare = ["w4"]
analyses = ["paired_t"]
[analyses.safety]
use = "adverse_events"
[claims.hydration]
text = "{WORDS}"
kind = "change"
all_of = [{{ hypothesis = "hydration.w4" }}]
reported = "{WORDS}"
[outputs]
reports = ["report", "annex", "csv", "workbook"]
"""


def hostile_study(subjects: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Study file and exports; every subject has one reading that is no number, so that queries name it."""
    readings = [("subject", "visit", "hydration")]
    for number, subject in enumerate(subjects):
        readings += [
            (subject, "W0", str(40 + number)),
            (subject, "W4", str(44 + 2 * number)),
            (subject, "W4", subject),
        ]
    return STUDY, {
        "subjects.csv": _csv(
            [("subject", "sex", "group"), *((subject, "f", subject) for subject in subjects)]
        ),
        "corneometer.csv": _csv(readings),
        "events.csv": _csv(
            [("subject", "term", "severity"), *((subject, subject, "mild") for subject in subjects)]
        ),
    }


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
