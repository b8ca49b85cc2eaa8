"""Arms and a covariate in words (three age groups, four centres), of times and of ratings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.samples.numbers import Sample, rows

__all__ = ["graded", "timed"]

TTDE, SUBJECTS, VISITS = "cdisc_adtte_ttde.csv", "syn_twoarm_A_subj.csv", "syn_twoarm_A.csv"
DOSES = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
DAYS_OF_A_WEEK = 7


def timed() -> Iterator[Sample]:
    """Days to the event, many of them tied: by age group, and by centre."""
    for ties in ("efron", "breslow"):
        found = rows(TTDE)
        yield Sample(
            f"ttde_age_{ties}",
            TTDE,
            {
                "time": [float(row["AVAL"]) for row in found],
                "event": [1 - int(float(row["CNSR"])) for row in found],
                "group": [row["TRTA"] for row in found],
                "levels": DOSES,
                "words": [row["AGEGR1"] for row in found],
                "strata": None,
                "ties": ties,
            },
        )
    yield Sample(
        "ttde_age_stratified",
        TTDE,
        {
            "time": [float(row["AVAL"]) for row in rows(TTDE)],
            "event": [1 - int(float(row["CNSR"])) for row in rows(TTDE)],
            "group": [row["TRTA"] for row in rows(TTDE)],
            "levels": DOSES,
            "words": [row["AGEGR1"] for row in rows(TTDE)],
            "strata": [row["SEX"] for row in rows(TTDE)],
            "ties": "efron",
        },
        "stratified by sex",
    )
    yield Sample(
        "twoarmA_centre",
        SUBJECTS,
        {**_two_arms(), "strata": None, "ties": "efron"},
        "weeks counted as whole days",
    )


def _two_arms() -> dict[str, Any]:
    found = rows(SUBJECTS)
    return {
        "time": [float(round(DAYS_OF_A_WEEK * float(row["TTR_WEEKS"]))) for row in found],
        "event": [int(row["EVENT"]) for row in found],
        "group": [row["ARM"] for row in found],
        "levels": ["PBO", "ACT"],
        "words": [row["SITE"] for row in found],
    }


def graded() -> Iterator[Sample]:
    """Grades at a week: the centre of a simulated trial."""
    for week in (12, 24):
        found = [row for row in rows(VISITS) if row["AVISITN"] == str(week) and row["IGA"]]
        yield Sample(
            f"twoarmA_centre_week_{week}",
            VISITS,
            {
                "y": [float(row["IGA"]) for row in found],
                "group": [row["ARM"] for row in found],
                "levels": ["PBO", "ACT"],
                "words": [row["SITE"] for row in found],
            },
        )
    read = [
        row
        for row in rows("cdisc_adcibc.csv")
        if row["AVISITN"] == "24.0" and row["EFFFL"] == "Y" and row["ANL01FL"] == "Y"
    ]
    yield Sample(
        "cibic_age",
        "cdisc_adcibc.csv",
        {
            "y": [float(row["AVAL"]) for row in read],
            "group": [row["TRTP"] for row in read],
            "levels": DOSES,
            "words": [row["AGEGR1"] for row in read],
        },
        "three arms",
    )
