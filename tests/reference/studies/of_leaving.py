"""Values after subjects left, like those of the reference arm: the mean of what is drawn.

Expected is the difference of arms with every missing value at its conditional mean, under regressions fitted to those who stayed:
the mean of all imputations where subjects leave for good. It is reckoned here from the published formula, by no program of others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .of_arms import ARMS
from .of_visits import rows_of
from .written import Wanted, WrittenStudy, numbered, statistics, written

DRAWS = 200
RULES = {
    "jump_to_reference": "jump",
    "copy_reference": "copy",
    "copy_increments_from_reference": "increments",
}
VISITS = ("W0", "W4", "W12")
Rows = np.ndarray[Any, Any]


def courses() -> dict[str, Rows]:
    """Baseline, week 4 and week 12 by arm: every third one left after week 4, some after baseline.

    The active arm is told lower by 6, so that going on like the other arm is another thing.
    """
    found: dict[str, list[list[float]]] = {arm: [] for arm in ARMS}
    values: dict[str, dict[str, float]] = {}
    first = {row["USUBJID"]: row for row in rows_of("syn_twoarm_A.csv")}
    for row in rows_of("syn_twoarm_A.csv"):
        if row["AVAL"]:
            values.setdefault(row["USUBJID"], {})[row["VISIT"]] = float(row["AVAL"])
    for name, row in first.items():
        own = values.get(name, {})
        if not {"Week 4", "Week 12"} <= set(own):
            continue
        arm = ARMS[0] if row["ARM"] == "ACT" else ARMS[1]
        shift = 6.0 if arm == ARMS[0] else 0.0
        course = [float(row["BASE"]), own["Week 4"] - shift, own["Week 12"] - shift]
        number = len(found[arm])
        seen = 1 if number % 7 == 5 else 2 if number % 3 == 1 else 3
        found[arm].append([*course[:seen], *[np.nan] * (3 - seen)])
    return {arm: np.array(rows) for arm, rows in found.items()}


def moments(rows: Rows) -> tuple[Rows, Rows]:
    """Mean and covariance of the cells, each regressed on those before it among those who have it."""
    mean, spread = np.array([rows[:, 0].mean()]), np.array([[rows[:, 0].var()]])
    for cell in (1, 2):
        there = rows[~np.isnan(rows[:, cell])]
        x = np.column_stack([np.ones(len(there)), there[:, :cell]])
        beta, *_ = np.linalg.lstsq(x, there[:, cell], rcond=None)
        rest = there[:, cell] - x @ beta
        across = spread @ beta[1:]
        own = float(beta[1:] @ across + rest @ rest / len(there))
        mean = np.append(mean, beta[0] + beta[1:] @ mean)
        spread = np.block([[spread, across[:, None]], [across[None, :], np.array([[own]])]])
    return mean, spread


def filled_mean(rows: Rows, reference: Rows, rule: str) -> float:
    """The mean change at week 12 of an arm with what is missing at its conditional mean."""
    (a, _), (r, spread) = moments(rows), moments(reference)
    last = []
    for row in rows:
        k = int((~np.isnan(row)).sum())
        if k == 3:
            last.append(row[2])
            continue
        slope = spread[2, :k] @ np.linalg.inv(spread[:k, :k])
        expected = r if rule == "copy" else a
        start = r[2] if rule != "increments" else a[k - 1] + r[2] - r[k - 1]
        last.append(start + slope @ (row[:k] - expected[:k]))
    return float(np.mean(np.array(last) - rows[:, 0]))


def far(arms: dict[str, Rows]) -> float:
    """Four standard errors of the mean of the draws, whose variance is taken three times as large.

    As that of the missing values' mean and of the model's, if nothing before told of them.
    """
    between = 0.0
    for rows in arms.values():
        n, gone = len(rows), int(np.isnan(rows[:, 2]).sum())
        variance = float(np.nanvar(rows[:, 2] - rows[:, 0], ddof=1))
        between += 3 * (gone / n) ** 2 * variance * (1 / gone + 1 / (n - gone))
    return 4 * float(np.sqrt(between / DRAWS))


def studies() -> Iterator[WrittenStudy]:
    arms = courses()
    active, vehicle = arms[ARMS[0]], arms[ARMS[1]]
    subjects = numbered(len(active) + len(vehicle))
    rows = [(arm, row) for arm in ARMS for row in arms[arm]]
    for method, rule in RULES.items():
        expected = filled_mean(active, vehicle, rule) - filled_mean(vehicle, vehicle, "copy")
        [row] = statistics("pooled_t", "mean_difference", {"estimate": expected}, handling="filled")
        body = f"""
[comparisons]
active = {{ arm = ["active", "vehicle"], visit = ["W12", "baseline"] }}
[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = {{ visits = ["W0"] }}
visits = ["W4", "W12"]
compare = ["active"]
analyses = ["pooled_t"]
handling = ["filled"]
[imputations.filled]
use = "{method}"
options = {{ m = {DRAWS} }}
"""
        yield written(
            method.replace("_", " "),
            [method],
            [Wanted(row.row, row.value, rel=0.0, absolute=far(arms))],
            body,
            subjects=[{"subject": subject} for subject in subjects],
            allocations=[
                {"subject": subject, "arm": arm}
                for subject, (arm, _) in zip(subjects, rows, strict=True)
            ],
            readings=[
                {"subject": subject, "visit": visit, "value": round(float(value), 6)}
                for subject, (_, course) in zip(subjects, rows, strict=True)
                for visit, value in zip(VISITS, course, strict=True)
                if not np.isnan(value)
            ],
            visits=VISITS,
            design="parallel",
            arms=ARMS,
        )
