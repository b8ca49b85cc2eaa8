"""Codes of what was not taken, among readings."""

from __future__ import annotations

from .case import Case, Files, Told
from .studies import OWN

# Seven areas from 30 to 66: half of what they span beyond the largest are 84.
OTHERS = (30, 42, 48, 54, 60, 66, 36)
VISITS = [(subject, visit) for visit in ("W0", "W4") for subject in ("S1", "S2", "S3", "S4")]


def areas(largest: float, code: str) -> Files:
    """Areas in percent of the skin, of which the largest and one more are given."""
    values = [*OTHERS[:5], f"{largest:g}", OTHERS[6], code]
    rows = [
        f"{subject},{visit},{value},2"
        for (subject, visit), value in zip(VISITS, values, strict=True)
    ]
    return {
        **OWN,
        "study.toml": str(OWN["study.toml"]).replace(
            "off = []", 'off = ["decimal_slip", "unusual_visit", "copied_down"]'
        ),
        "probe.toml": str(OWN["probe.toml"]).replace(
            '"Height"\nunit = "mm"', '"Height"\nunit = "%"'
        ),
        "subjects.csv": "subject,first_treatment\n"
        + "".join(f"S{number},2024-03-04\n" for number in range(1, 5)),
        "form.csv": str(OWN["form.csv"]) + "S4,W0,2,red\nS4,W4,2,pale\n",
        "probe.csv": "".join(f"{row}\n" for row in ("subject,visit,height,width", *rows)),
    }


CASES = {
    "nines alone far from all others": Case(
        areas(66, "45"),
        lambda _: areas(66, "99.9"),
        (
            Told(
                "code_for_missing",
                "warning",
                "Height is 99.9, far from all others: look whether it is a code",
                file="probe.csv",
                row=9,
                column=3,
                subject="S4",
                visit="W4",
                measure="probe.height",
                value=99.9,
                found="99.9",
                expected='a reading, or missing = ["99.9"] in the source',
            ),
        ),
        # Of areas from 30 to 77 half of what they span beyond the largest is 100.5.
        lambda _: areas(77, "99.9"),
    ),
}
