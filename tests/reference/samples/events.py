"""Times to an event, and responses seen visit by visit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.samples.numbers import TWO_ARM, WEEKS, Sample, arm, rows

__all__ = ["lasting", "restricted"]


def times_of(letter: str, n: int | None = None) -> dict[str, Any]:
    """Times to the event of two arms."""
    found = rows(f"syn_twoarm_{letter}_subj.csv")[:n]
    return {
        "time": [float(row["TTR_WEEKS"]) for row in found],
        "event": [int(row["EVENT"]) for row in found],
        "group": [row["ARM"] for row in found],
        "levels": ["ACT", "PBO"],
    }


def restricted() -> Iterator[Sample]:
    """Censored times of two arms, up to a time."""
    for letter, until in (("A", 12.0), ("A", 20.0), ("B", 16.0)):
        yield Sample(
            f"twoarm{letter}_{until:g}",
            f"syn_twoarm_{letter}_subj.csv",
            {**times_of(letter), "until": until},
        )
    small = times_of("B", 14)
    yield Sample(
        "twoarmB_small_ties",
        "syn_twoarm_B_subj.csv",
        {**small, "time": [float(max(1, round(time))) for time in small["time"]], "until": 10.0},
        "fourteen subjects, times in whole weeks",
    )
    found = rows("cdisc_adtte_ttde.csv")
    for other, until in (("Xanomeline High Dose", 120.0), ("Xanomeline Low Dose", 60.0)):
        levels = [other, "Placebo"]
        used = [row for row in found if row["TRTA"] in levels]
        yield Sample(
            f"ttde_{other.split()[1].lower()}_{until:g}",
            "cdisc_adtte_ttde.csv",
            {
                "time": [float(row["AVAL"]) for row in used],
                "event": [1 - int(float(row["CNSR"])) for row in used],
                "group": [row["TRTA"] for row in used],
                "levels": levels,
                "until": until,
            },
            "days, many of them tied",
        )


def lasting() -> Iterator[Sample]:
    """What was seen at each visit of two arms."""

    def of(letter: str, n: int | None = None) -> dict[str, Any]:
        parts = [
            (name, list(seen))
            for name in ("ACT", "PBO")
            for seen in zip(*(arm(letter, name, week, "RESP50")[:n] for week in WEEKS), strict=True)
        ]
        return {
            "seen": [seen for _, seen in parts],
            "arm": [name for name, _ in parts],
            "days": [7 * week for week in WEEKS],
            "levels": ["ACT", "PBO"],
        }

    for name, letter, n, visits, hold, skip in (
        ("twoarmA_end", "A", None, 1, "end", False),
        ("twoarmA_two_visits", "A", None, 2, "visits", False),
        ("twoarmB_end_two", "B", None, 2, "end", True),
        ("twoarmB_two_visits", "B", None, 2, "visits", True),
        ("twoarmB_small", "B", 12, 1, "end", False),
    ):
        yield Sample(
            name,
            TWO_ARM.format(letter),
            {**of(letter, n), "visits": visits, "hold": hold, "skip": skip},
            "a missing visit is passed over" if skip else "a missing visit ends a run",
        )
