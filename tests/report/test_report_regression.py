"""What the report says where subjects were enrolled by the outcome."""

from __future__ import annotations

from types import SimpleNamespace

from dermoutcomes.report.sections.methods.definitions import _regression

SAID = "With no effect at all, subjects chosen by this reading (>= 0.31 mm) are expected to change by -0.012 mm on average."


def material(eligibility, *rows):
    return SimpleNamespace(
        study=SimpleNamespace(eligibility=eligibility),
        results=list(rows),
        place=lambda row: "enrolment" if row["term"] == "regression_to_the_mean" else "",
    )


def row(**more):
    return {"endpoint": "firmness", "term": "regression_to_the_mean", "label": None, **more}


def test_the_estimate_is_part_of_the_caution():
    said = _regression(
        material(
            {"firmness": ">= 0.31"}, row(term="change", label="another"), row(), row(label=SAID)
        ),
        "firmness",
    )

    assert said.startswith("Regression to the mean: subjects were enrolled by this outcome")
    assert "expected to change by" in said
    assert "0.012 mm on average" in said


def test_without_an_estimate_there_is_still_advice():
    assert "on another day" in _regression(
        material({"firmness": ">= 0.31"}, row(endpoint="tiring", label=SAID)), "firmness"
    )


def test_others_need_no_caution():
    assert _regression(material({"firmness": ">= 0.31"}, row(label=SAID)), "tiring") == ""
