"""Two treatments one after the other, each period with a baseline of its own: one subject left, two
readings are missing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from dermoutcomes import Run

from . import descriptions, paired
from . import plain_statistics as plain
from .recomputed import Statistics, differences

FOLDER = Path(__file__).parent / "crossover"
ARMS, WEEKS = ("gel", "placebo"), 2
SUBJECTS = [row["subject"] for row in plain.cells(FOLDER / "subjects.csv")]
ARM = {
    (row["subject"], row["period"]): row["arm"] for row in plain.cells(FOLDER / "allocations.csv")
}
PERIOD = {(subject, arm): period for (subject, period), arm in ARM.items()}
Values = dict[tuple[str, str, str], float]


def losses() -> Values:
    """Water loss by subject, arm and visit: the median of the readings."""
    readings = defaultdict(list)
    for row in plain.cells(FOLDER / "loss.csv", ";"):
        if row["loss"] not in ("", "-"):
            place = row["subject"], ARM[row["subject"], row["period"]], row["visit"]
            readings[place].append(float(row["loss"].replace(",", ".")))
    return {place: np.median(values) for place, values in readings.items()}


def both(values: Values, arm: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Subjects with a baseline and an end under an arm, and their values at the end and at
    baseline.
    """
    known = [
        subject
        for subject in SUBJECTS
        if all((subject, arm, visit) in values for visit in ("start", "end"))
    ]
    return known, *(
        np.array([values[subject, arm, visit] for subject in known]) for visit in ("end", "start")
    )


def changes(values: Values, arm: str) -> dict[str, float]:
    known, end, start = both(values, arm)
    return dict(zip(known, end - start, strict=True))


def described(here: Statistics, values: Values, *, responders: bool) -> None:
    for arm, visit in product(ARMS, ("start", "end")):
        at = here.at(analysis="describe", group=arm, visit=visit, reference_visit="baseline")
        known = [
            values[subject, arm, visit] for subject in SUBJECTS if (subject, arm, visit) in values
        ]
        descriptions.values(at, known, len(SUBJECTS))
        if visit == "end":
            _, end, start = both(values, arm)
            descriptions.changes(at, end, start, len(SUBJECTS))
            if responders:
                at.put("responders", **plain.counted((end - start <= -2).sum(), len(end)))


def compared_in_pairs(here: Statistics, values: Values) -> None:
    """The change under the gel less that under the placebo, of those who have both."""
    gel, placebo = (changes(values, arm) for arm in ARMS)
    known = [subject for subject in SUBJECTS if subject in gel and subject in placebo]
    lost = len(SUBJECTS) - len(known)
    first, second = (np.array([arm[subject] for subject in known]) for arm in (gel, placebo))
    paired.means(here, first, second, lost)
    paired.ranks(here, first - second, lost, improves=-1)
    paired.normality(here.at(analysis="shapiro_wilk"), first - second)
    logs = []
    for arm in ARMS:
        subjects, end, start = both(values, arm)
        logs.append(dict(zip(subjects, end / start, strict=True)))
    paired.ratios(here, *(np.array([arm[subject] for subject in known]) for arm in logs), lost)

    area = here.at(
        analysis="area_under_curve"
    )  # of two visits, a change over both weeks is a triangle
    for arm, change in zip(ARMS, (gel, placebo), strict=True):
        area.at(group=arm, reference_group=None).put(
            "arm_area", n=len(change), mean=np.mean(list(change.values())) * 7 * WEEKS / 2
        )
    area.put_arms("area", (len(known), len(known)))
    area.put("area", n=len(known), n_missing=lost, **plain.t_test((first - second) * 7 * WEEKS / 2))


class Mixed:
    """Restricted maximum likelihood of changes on arm and period with a random subject, and
    Satterthwaite's degrees of freedom.

    The covariance of the records is a sum of two matrices times variances, so all derivatives have
    closed forms.
    """

    def __init__(self, y: np.ndarray, x: np.ndarray, subjects: list[str]) -> None:
        same = np.equal.outer(np.array(subjects), np.array(subjects)).astype(float)
        self.y, self.x, self.parts = y, x, (same, np.eye(len(y)))
        start = np.log([np.var(y) / 3, np.var(y)])
        self.theta = np.exp(
            optimize.minimize(
                lambda log: self.deviance(np.exp(log)), start, method="BFGS", options={"gtol": 1e-9}
            ).x
        )
        for _ in range(20):
            slope, curvature = self.derivatives()
            self.theta = self.theta - np.linalg.solve(curvature, slope)
        self.inverse = np.linalg.inv(self.covariance(self.theta))
        self.of_beta = np.linalg.inv(x.T @ self.inverse @ x)
        self.beta = self.of_beta @ x.T @ self.inverse @ y

    def covariance(self, theta: np.ndarray) -> np.ndarray:
        return sum(variance * part for variance, part in zip(theta, self.parts, strict=True))

    def projection(self, theta: np.ndarray) -> np.ndarray:
        """V⁻¹ less what the fixed effects take."""
        inverse = np.linalg.inv(self.covariance(theta))
        return inverse - inverse @ self.x @ np.linalg.solve(
            self.x.T @ inverse @ self.x, self.x.T @ inverse
        )

    def deviance(self, theta: np.ndarray) -> float:
        v = self.covariance(theta)
        information = self.x.T @ np.linalg.solve(v, self.x)
        return (
            np.linalg.slogdet(v)[1]
            + np.linalg.slogdet(information)[1]
            + self.y @ self.projection(theta) @ self.y
        )

    def derivatives(self) -> tuple[np.ndarray, np.ndarray]:
        """First and second derivatives of the deviance by the variances."""
        p, y = self.projection(self.theta), self.y
        slope = np.array([np.trace(p @ part) - y @ p @ part @ p @ y for part in self.parts])
        curvature = np.array(
            [
                [
                    2 * y @ p @ one @ p @ other @ p @ y - np.trace(p @ one @ p @ other)
                    for other in self.parts
                ]
                for one in self.parts
            ]
        )
        return slope, curvature

    def estimate(self, weights: np.ndarray) -> plain.Numbers:
        """A combination of fixed effects with Satterthwaite's degrees of freedom: 2 v² over the
        variance of v.
        """
        v = weights @ self.of_beta @ weights
        reach = self.inverse @ self.x @ self.of_beta @ weights
        gradient = np.array([reach @ part @ reach for part in self.parts])
        df = 2 * v**2 / (gradient @ (2 * np.linalg.inv(self.derivatives()[1])) @ gradient)
        return {
            "std_error": math.sqrt(v),
            **plain.interval_of(weights @ self.beta, math.sqrt(v), df),
            **plain.test_of(weights @ self.beta, math.sqrt(v), df),
        }


def mixed_model(here: Statistics, values: Values) -> None:
    """Every change counts, also of those who have one treatment only."""
    records = [
        (subject, arm, change) for arm in ARMS for subject, change in changes(values, arm).items()
    ]
    x = np.array(
        [[1, arm == "gel", PERIOD[subject, arm] == "2"] for subject, arm, _ in records], dtype=float
    )
    model = Mixed(
        np.array([change for *_, change in records]), x, [subject for subject, *_ in records]
    )
    at = here.at(comparison="gel", group="gel", reference_group="placebo", visit="end")
    effect = model.estimate(np.array([0.0, 1, 0]))
    subjects = [subject for subject, *_ in records]
    at.put_arms("mean_difference", (len(changes(values, arm)) for arm in ARMS))
    at.put(
        "mean_difference",
        n=len(set(subjects)),
        n_missing=2 * len(SUBJECTS) - len(records),
        rel=1e-6,
        **effect,
    )
    at.put("subjects_with_both", n=sum(subjects.count(subject) == 2 for subject in set(subjects)))
    here.put(None, within_subject_model_says=None)
    for arm, weights in (("gel", [1, 1, 0.5]), ("placebo", [1, 0, 0.5])):
        mean = model.estimate(np.array(weights, dtype=float))
        here.at(group=arm, visit="end").put(
            "ls_mean",
            rel=1e-6,
            **{stat: mean[stat] for stat in mean if stat not in ("statistic", "p_value")},
        )
    for term, weights in (("type3_arm", [0, 1, 0]), ("type3_period", [0, 0, 1])):
        test = model.estimate(np.array(weights, dtype=float))
        here.put(
            term,
            rel=1e-6,
            statistic=test["statistic"] ** 2,
            df_num=1,
            df_den=test["df"],
            p_value=test["p_value"],
        )
    of_subject, residual = model.theta
    here.put("variance_subject", rel=1e-6, variance=of_subject)
    here.put("variance_residual", rel=1e-6, variance=residual)
    here.put("within_subject", rel=1e-6, correlation=of_subject / (of_subject + residual))


def mcnemar(here: Statistics, values: Values) -> None:
    """Two units less at the end than at the start of the period."""
    gel, placebo = (changes(values, arm) for arm in ARMS)
    pairs = [
        (bool(gel[subject] <= -2), bool(placebo[subject] <= -2))
        for subject in SUBJECTS
        if subject in gel and subject in placebo
    ]
    paired.mcnemar(here.at(analysis="mcnemar"), pairs)
    b, c, n = pairs.count((True, False)), pairs.count((False, True)), len(pairs)
    low, high = tango(b, c, n)
    mid_p = 2 * (stats.binom.cdf(min(b, c), b + c, 0.5) - stats.binom.pmf(b, b + c, 0.5) / 2)
    paired.mcnemar(
        here.at(analysis="mcnemar_tango"),
        pairs,
        conf_low=low,
        conf_high=high,
        p_value=min(1.0, mid_p),
    )


def tango(b: int, c: int, n: int) -> tuple[float, float]:
    """The differences of paired proportions that the score test does not reject."""

    def score(delta: float) -> float:
        # The likeliest share of pairs where the second only responds, if the difference is delta.
        linear, constant = -b - c + (2 * n - b + c) * delta, -c * delta * (1 - delta)
        second = (math.sqrt(linear**2 - 8 * n * constant) - linear) / (4 * n)
        return (b - c - n * delta) / math.sqrt(n * (2 * second + delta * (1 - delta)))

    estimate = (b - c) / n
    return (
        optimize.brentq(lambda delta: score(delta) - plain.Z, -0.999, estimate, xtol=1e-14),
        optimize.brentq(lambda delta: score(delta) + plain.Z, estimate, 0.999, xtol=1e-14),
    )


@pytest.fixture(scope="module")
def recomputed() -> Statistics:
    everything, values = Statistics({"population": "full", "handling": "observed"}), losses()
    rows, events = (
        list(plain.cells(FOLDER / "subjects.csv")),
        list(plain.cells(FOLDER / "events.csv")),
    )
    descriptions.people(everything.at(analysis="people"), rows, rows, ["age"], ["sex"])
    descriptions.adverse_events(everything.at(analysis="safety"), events, set(SUBJECTS))
    at = everything.at(
        comparison="gel",
        group="gel",
        reference_group="placebo",
        visit="end",
        reference_visit="baseline",
    )
    described(everything.at(endpoint="loss"), values, responders=False)
    compared_in_pairs(at.at(endpoint="loss"), values)
    mixed_model(
        everything.at(endpoint="loss", analysis="model", reference_visit="baseline"), values
    )
    described(everything.at(endpoint="better"), values, responders=True)
    mcnemar(at.at(endpoint="better"), values)
    return everything


def test_every_statistic_is_the_recomputed_one(run_folder: Callable[[str], Run], recomputed):
    sentences = differences(run_folder("crossover").table("results"), recomputed)

    assert not sentences, "\n".join(sentences)
