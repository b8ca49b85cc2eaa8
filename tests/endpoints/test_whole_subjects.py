"""Records of whole subjects where their sides were treated differently: they have no arm, and cannot be compared by arm."""

from __future__ import annotations

import pytest

from dermoutcomes.errors import StudyError

SIDES = [
    {"subject": "1", "side": "left", "arm": "a"},
    {"subject": "1", "side": "right", "arm": "b"},
]
HEAD = """
[study]
id = "T"
title = "t"
design = "within-subject"
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
[arms]
a = {}
b = { reference = true }
[populations]
full = {}
[comparisons]
w4 = { visit = ["W4", "baseline"] }
"""


def value(visit, **more):
    return {
        "id": more.pop("id"),
        "subject": "1",
        "visit": visit,
        "measure": "device.peak",
        "value": 1.0,
        **more,
    }


def test_a_reading_of_the_whole_subject_has_no_arm(given):
    records = given(
        '[endpoints.e]\nmeasure = "device.peak"\n',
        [value("W0", id=1), value("W4", id=2)],
        head=HEAD,
        allocations=SIDES,
    ).records()

    assert records["arm"].to_list() == [None, None]
    assert records["used"].to_list() == [True, True]


def test_arms_cannot_be_compared_where_readings_do_not_tell_them_apart(given):
    study = (
        '[endpoints.e]\nmeasure = "device.peak"\nbaseline = { visits = ["W0"] }\ndifference = { arm = ["a", "b"] }\ncompare = ["w4"]\n'
        "analyses = []\n"
    )

    with pytest.raises(StudyError, match="two arms"):
        given(study, [value("W0", id=1), value("W4", id=2)], head=HEAD, allocations=SIDES).records()
