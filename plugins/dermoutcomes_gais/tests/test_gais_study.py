"""GAIS in a study.

A signed form, a number that it does not have, and a form whose coding nothing settles.
"""

from __future__ import annotations

import pytest

from dermoutcomes import StudyError
from dermoutcomes.testing import run_study

__all__ = ["run_study"]

STUDY = """
[study]
id = "G"
title = "A study"
design = "single-arm"

[outputs]
reports = []

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[populations]
full = {}

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.gais]]
file = "gais.csv"
columns.rating = "GAIS"
constants.rater_role = "investigator"
OPTIONS

[endpoints.rating]
role = "primary"
measure = "gais.rating"
rater = { role = "investigator" }
responder = { value = "<= 3" }
handling = ["observed"]
compare = ["w4"]
analyses = ["sign_test", "one_proportion"]
"""
SUBJECTS = "subject\n" + "".join(f"S{number}\n" for number in range(1, 8))


def ratings(*numbers: int) -> str:
    return "subject,visit,GAIS\n" + "".join(
        f"S{place},W4,{number}\n" for place, number in enumerate(numbers, 1)
    )


def test_a_signed_form_is_counted_as_grades(run_study) -> None:
    run = run_study(
        STUDY.replace("OPTIONS", 'options.coding = "signed"'),
        {"subjects.csv": SUBJECTS, "gais.csv": ratings(3, 2, 2, 1, 0, -1, 5)},
    )
    records = run.table("endpoints").filter(visit="W4").sort("subject")
    [finding] = run.table("findings").filter(check="gais.outside_coding").to_dicts()
    results = run.table("results").filter(comparison="w4")

    assert records["value"].to_list() == [1, 2, 2, 3, 4, 5, None]
    assert records["change"].null_count() == records.height, "a rating is itself a change"
    assert records["responder"].to_list() == [True, True, True, True, False, False, None]
    assert (finding["subject"], finding["row"], finding["value"], finding["severity"]) == (
        "S7",
        8,
        5,
        "error",
    )
    assert run.table("observations").filter(measure="gais.recorded")["value"].to_list() == [
        3,
        2,
        2,
        1,
        0,
        -1,
        5,
    ]
    assert results.filter(analysis="sign_test", stat="p_value")["value"].to_list() == pytest.approx(
        [0.375]
    )


def test_a_form_of_ones_and_threes_is_refused_with_what_to_write(run_study) -> None:
    with pytest.raises(StudyError, match=r"fit more than one coding\. Write options\.coding"):
        run_study(
            STUDY.replace("OPTIONS", ""),
            {"subjects.csv": SUBJECTS, "gais.csv": ratings(3, 1, 2, 3)},
        )
