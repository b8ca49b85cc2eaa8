"""A finding is as grave as what rests on its measure: graded by the measure, not by its instrument."""

from __future__ import annotations

from pathlib import Path

import pytest

from .case import cells, findings_of
from .studies import CUTOMETER, OWN

ENDPOINT = """
[endpoints.one]
role = "{role}"
measure = "{measure}"
analyse = "value"
handling = ["observed"]
"""


def graded(files, check: str, folder: Path, *endpoints: tuple[str, str], more: str = "") -> str:
    """The severity of the one finding of a check, in a study with endpoints of (role, measure)."""
    parts = [
        ENDPOINT.format(role=role, measure=measure).replace(".one]", f".e{number}]")
        for number, (role, measure) in enumerate(endpoints)
    ]
    study = str(files["study.toml"]) + "".join(parts) + more
    rows = findings_of({**files, "study.toml": study}, folder)
    (severity,) = rows.filter(check=check)["severity"]
    return str(severity)


@pytest.mark.parametrize(
    ("endpoints", "severity"),
    [
        ((), "error"),
        ((("primary", "cutometer.q0"),), "error"),
        # The ratio is that of two values, and the finding is about Q0.
        ((("primary", "cutometer.r0"),), "warning"),
        ((("secondary", "cutometer.q0"),), "warning"),
        ((("primary", "cutometer.r5"),), "note"),
        ((("primary", "cutometer.r5"), ("secondary", "cutometer.q0")), "warning"),
    ],
)
def test_a_declared_check_is_graded_by_what_it_is_about(tmp_path, endpoints, severity):
    files = cells("cutometer.csv", {"subject": "S1"}, q0="50.1")(CUTOMETER)

    assert graded(files, "cutometer.q0_over_r0_constant", tmp_path, *endpoints) == severity


def test_an_identity_is_about_all_its_values(tmp_path):
    files = cells("cutometer.csv", {"subject": "S1"}, r9="0.9")(CUTOMETER)
    check = "cutometer.r9_is_r3_minus_r0"

    assert graded(files, check, tmp_path / "r9", ("primary", "cutometer.r9")) == "error"
    assert graded(files, check, tmp_path / "r3", ("primary", "cutometer.r3")) == "error"
    assert graded(files, check, tmp_path / "q0", ("primary", "cutometer.q0")) == "note"


@pytest.mark.parametrize(
    ("endpoints", "severity"),
    [
        ((), "error"),
        ((("primary", "probe.height"),), "error"),
        # The slope is made of height and width.
        ((("primary", "probe.slope"),), "error"),
        ((("primary", "probe.width"),), "note"),
        ((("primary", "form.grade"),), "note"),
    ],
)
def test_a_cell_counts_where_an_endpoint_follows_from_it(tmp_path, endpoints, severity):
    files = cells("probe.csv", {"subject": "S1", "visit": "W0"}, height="high")(OWN)

    assert graded(files, "not_a_number", tmp_path, *endpoints) == severity


def test_a_part_of_a_composite_decides_as_the_whole(tmp_path):
    files = cells("cutometer.csv", {"subject": "S1"}, q0="50.1")(CUTOMETER)
    responder = 'responder = { value = ">= 20" }\nkind = "binary"\n'
    both = """
[endpoints.both]
role = "primary"
handling = ["observed"]
responder = { all_of = ["e0"] }
kind = "binary"
"""
    part = ("exploratory", "cutometer.q0")
    check = "cutometer.q0_over_r0_constant"

    assert graded(files, check, tmp_path / "part", part, more=responder) == "warning"
    assert graded(files, check, tmp_path / "both", part, more=responder + both) == "error"


@pytest.mark.parametrize(
    ("endpoints", "severity"),
    [
        ((), "error"),
        ((("primary", "form.grade"),), "error"),
        ((("secondary", "form.grade"), ("primary", "probe.height")), "warning"),
        ((("primary", "probe.height"),), "note"),
    ],
)
def test_a_lost_visit_is_as_grave_as_what_its_file_holds(tmp_path, endpoints, severity):
    files = {**OWN, "form.csv": str(OWN["form.csv"]).replace("W4", "Wk 4")}

    assert graded(files, "unscheduled_visit", tmp_path, *endpoints) == severity
