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


COMPARED = """
[comparisons]
w4 = { visit = ["W4", "baseline"] }

[endpoints.height]
role = "primary"
measure = "probe.height"
improves = "up"
baseline = { visits = ["W0"] }
handling = ["observed"]
compare = ["w4"]
analyses = ["paired_t"]

[endpoints.grade]
role = "ROLE"
measure = "form.grade"
baseline = { visits = ["W0"] }
handling = ["observed"]
compare = ["w4"]
analyses = ["wilcoxon_signed_rank"]
improves = "down"
"""
FAMILY = '\n[multiplicity.all]\nmethod = "holm"\nhypotheses = ["height.w4", "grade.w4"]\n'
UNADJUSTED = FAMILY.replace('method = "holm"', 'none = "each is reported as it is"')
AGREEMENT = """
[endpoints.again]
role = "secondary"
measure = "form.grade"
analyse = "value"
handling = ["observed"]

[analyses.raters]
use = "rater_agreement"
endpoints = ["grade", "again"]

[claims.alike]
text = "Two raters grade alike"
kind = "agreement"
analysis = "raters"
term = "kappa"
at_least = 0.6
"""


def claim(hypothesis: str) -> str:
    return (
        f'\n[claims.less]\ntext = "Less of it"\nkind = "change"\n'
        f'all_of = [{{ hypothesis = "{hypothesis}" }}]\n'
    )


@pytest.mark.parametrize(
    ("role", "more", "severity"),
    [
        ("secondary", "", "warning"),
        ("secondary", claim("height.w4"), "warning"),
        ("secondary", claim("grade.w4"), "error"),
        ("safety", "", "warning"),
        ("safety", claim("grade.w4"), "error"),
        ("secondary", AGREEMENT, "error"),
        # What a claim explores is not decided, unless a family adjusts it.
        ("exploratory", claim("grade.w4"), "warning"),
        ("exploratory", claim("grade.w4") + UNADJUSTED, "warning"),
        ("exploratory", claim("grade.w4") + FAMILY, "error"),
        ("exploratory", FAMILY, "warning"),
    ],
)
def test_what_a_claim_rests_on_decides_as_a_primary_endpoint(tmp_path, role, more, severity):
    text = OWN["study.toml"] + COMPARED.replace("ROLE", role) + more
    # The visit is lost, on which every change of the grade rests.
    form = str(OWN["form.csv"]).replace("W0", "Wk 0")
    rows = findings_of({**OWN, "study.toml": text, "form.csv": form}, tmp_path)

    (found,) = rows.filter(check="unscheduled_visit")["severity"]
    assert found == severity


@pytest.mark.parametrize(("claimed", "severity"), [("height.w4", "warning"), ("firm.w4", "error")])
def test_a_declared_check_is_an_error_where_a_claim_rests_on_its_measure(
    tmp_path, claimed, severity
):
    files = cells("cutometer.csv", {"subject": "S1"}, q0="50.1")(CUTOMETER)
    study = str(files["study.toml"]).replace(
        'W0 = { at = "0 w" }', 'W0 = { at = "0 w" }\nW4 = { at = "4 w" }'
    )
    of = COMPARED.replace("probe.height", "cutometer.r7").replace("form.grade", "cutometer.q0")
    text = study + of.replace(".grade]", ".firm]").replace("ROLE", "secondary") + claim(claimed)
    rows = findings_of({**files, "study.toml": text}, tmp_path)

    (found,) = rows.filter(check="cutometer.q0_over_r0_constant")["severity"]
    assert found == severity
