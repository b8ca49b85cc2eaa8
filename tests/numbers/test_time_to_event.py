"""Days to a first flare in three arms with a stratum and a covariate, and responses that last:
ties, leavers, one never rated.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from dermoutcomes import Run

from . import descriptions, survival
from . import plain_statistics as plain
from .recomputed import Statistics, differences

FOLDER = Path(__file__).parent / "time_to_event"
ARMS, COMPARISONS = ("cream", "ointment", "vehicle"), ("cream", "ointment")
DAYS = {"W2": 14, "W4": 28, "W8": 56, "W12": 84}
SUBJECTS = {row["subject"]: row for row in plain.cells(FOLDER / "subjects.csv")}
ARM = {row["subject"]: row["arm"] for row in plain.cells(FOLDER / "allocations.csv")}
QUARTILES = {"first_quartile": 0.25, "median": 0.5, "third_quartile": 0.75}


class Spell(NamedTuple):
    """A time in days, and whether it ended with the event."""

    days: float
    event: bool


Spells = dict[str, Spell]


def of(spells: Spells, *arms: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Subjects of some arms, with their times and events."""
    subjects = [subject for subject in sorted(spells) if ARM[subject] in arms]
    return (
        subjects,
        np.array([spells[subject].days for subject in subjects]),
        np.array([spells[subject].event for subject in subjects], dtype=bool),
    )


def first_flares() -> Spells:
    """From the first treatment to the first flare, or to the subject's end."""
    started = {
        subject: date.fromisoformat(row["first_treatment"]) for subject, row in SUBJECTS.items()
    }
    spells = {
        subject: Spell((date.fromisoformat(row["ended"]) - started[subject]).days, event=False)
        for subject, row in SUBJECTS.items()
    }
    for row in plain.cells(FOLDER / "events.csv"):
        day = (date.fromisoformat(row["start_date"]) - started[row["subject"]]).days
        if row["term"] == "flare" and (
            not spells[row["subject"]].event or day < spells[row["subject"]].days
        ):
            spells[row["subject"]] = Spell(day, event=True)
    return spells


def ratings() -> dict[str, dict[str, float]]:
    """Grades by visit and subject."""
    result: dict[str, dict[str, float]] = {visit: {} for visit in DAYS}
    for row in plain.cells(FOLDER / "clearance.csv"):
        result[row["visit"]][row["subject"]] = float(row["grade"])
    return result


def responses_that_last(grades: dict[str, dict[str, float]]) -> Spells:
    """To the first of two or more visits in a row with a response that hold to the last visit; else
    to that last visit.

    A visit without a rating between others ends a run.
    """
    spells = {}
    for subject in SUBJECTS:
        seen = [(DAYS[visit], grades[visit].get(subject)) for visit in DAYS]
        while seen and seen[-1][1] is None:
            seen.pop()
        if not seen:
            continue
        run = []
        for day, grade in reversed(seen):
            if grade is None or grade > 1:
                break
            run.append(day)
        spells[subject] = (
            Spell(run[-1], event=True) if len(run) >= 2 else Spell(seen[-1][0], event=False)
        )
    return spells


def first_responses(grades: dict[str, dict[str, float]]) -> Spells:
    """From the first response to the first later visit without one, or to the last visit."""
    spells = {}
    for subject in SUBJECTS:
        seen = [
            (DAYS[visit], grades[visit][subject] <= 1) for visit in DAYS if subject in grades[visit]
        ]
        begun = next((day for day, responds in seen if responds), None)
        if begun is not None:
            lost = [day for day, responds in seen if day > begun and not responds]
            spells[subject] = Spell((lost[0] if lost else seen[-1][0]) - begun, event=bool(lost))
    return spells


def curves(here: Statistics, spells: Spells, scale: str, name: str) -> None:
    """Each arm's steps, censorings, quartiles on every scale, and mean up to the last day that
    every arm is seen.
    """
    until = min(max(of(spells, arm)[1]) for arm in ARMS)
    for arm in ARMS:
        subjects, times, events = of(spells, arm)
        at, steps = here.at(group=arm), survival.curve(times, events)
        at.put(
            "subjects",
            n=len(subjects),
            n_missing=sum(ARM[subject] == arm for subject in SUBJECTS) - len(subjects),
            n_events=events.sum(),
        )
        for step in steps:
            low, high = step.limits(scale)
            error = step.survival * math.sqrt(step.greenwood) if step.survival else 0.0
            at.at(at=step.day).put(
                "survival",
                **{f"{name}_at_risk": step.at_risk, f"{name}_events": step.events},
                estimate=step.survival,
                std_error=error,
                conf_low=low,
                conf_high=high,
            )
        for day, n in Counter(times[~events]).items():
            at.at(at=day).put("censoring", **{f"{name}_censored": n})
        for term, share in QUARTILES.items():
            quartile(at, term, share, steps, scale, max(times))
        at.at(at=until).put("restricted_mean", **survival.restricted_mean(times, events, until))


def quartile(
    here: Statistics,
    term: str,
    share: float,
    steps: Sequence[survival.Step],
    scale: str,
    last: float,
) -> None:
    """When that share has had the event; limits are where the limits of the curve come to the same
    height.
    """
    days, end = [step.day for step in steps], None if share == 0.5 else last
    estimate = survival.reached(days, [step.survival for step in steps], 1 - share, end)
    here.put(term, conf_level=0.95)
    for level in (None, *survival.SCALES):
        limits = [step.limits(level or scale) for step in steps]
        low, high = (
            survival.reached(days, [pair[side] for pair in limits], 1 - share, end)
            for side in (0, 1)
        )
        here.at(level=level).put(term, estimate=estimate, conf_low=low, conf_high=high)


def log_rank(
    here: Statistics, spells: Spells, strata: Callable[[str], str], *, all_arms: bool
) -> None:
    def test(*arms: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        subjects, times, events = of(spells, *arms)
        return survival.log_rank(
            times,
            events,
            [ARM[subject] for subject in subjects],
            [strata(subject) for subject in subjects],
            arms,
        )

    if all_arms:
        result = test(*ARMS)
        here.put("all_arms", **survival.log_rank_test(*result))
        for arm, expected in zip(ARMS, result[1], strict=True):
            subjects, _, events = of(spells, arm)
            here.at(group=arm).put(
                "arm",
                n=len(subjects),
                n_missing=sum(ARM[subject] == arm for subject in SUBJECTS) - len(subjects),
                n_events=events.sum(),
                log_rank_expected=expected,
            )
    for name in COMPARISONS:
        subjects, _, events = of(spells, name, "vehicle")
        seen, expected, covariance = result = test(name, "vehicle")
        log_ratio, error = (
            (seen[0] - expected[0]) / covariance[0, 0],
            1 / math.sqrt(covariance[0, 0]),
        )
        chi_square = survival.log_rank_test(*result)
        at = here.at(comparison=name, group=name, reference_group="vehicle")
        at.put("rank_test", **chi_square)
        at.put("log_hazard_ratio", estimate=log_ratio, std_error=error)
        at.put_arms("hazard_ratio", (len(of(spells, arm)[0]) for arm in (name, "vehicle")))
        at.put(
            "hazard_ratio",
            n=len(subjects),
            n_missing=sum(ARM[subject] in (name, "vehicle") for subject in SUBJECTS)
            - len(subjects),
            n_events=events.sum(),
            estimate=math.exp(log_ratio),
            conf_low=math.exp(log_ratio - plain.Z * error),
            conf_high=math.exp(log_ratio + plain.Z * error),
            conf_level=0.95,
            statistic=math.copysign(math.sqrt(chi_square["statistic"]), log_ratio),
            p_value=chi_square["p_value"],
        )


def restricted_means(here: Statistics, spells: Spells) -> None:
    for name in COMPARISONS:
        at = here.at(comparison=name, group=name, reference_group="vehicle")
        (_, times, events), (_, other_times, other_events) = of(spells, name), of(spells, "vehicle")
        until = min(max(times), max(other_times))
        first, second = (
            survival.restricted_mean(times, events, until),
            survival.restricted_mean(other_times, other_events, until),
        )
        for arm, mean in ((name, first), ("vehicle", second)):
            at.at(group=arm, reference_group=None).put("restricted_mean", **mean)
        estimate, error = (
            first["estimate"] - second["estimate"],
            math.hypot(first["std_error"], second["std_error"]),
        )
        at.put_arms("restricted_mean_difference", (len(times), len(other_times)))
        at.put(
            "restricted_mean_difference",
            n=len(times) + len(other_times),
            n_missing=0,
            n_events=events.sum() + other_events.sum(),
            restricted_mean_until=until,
            estimate=estimate,
            std_error=error,
            conf_low=estimate - plain.Z * error,
            conf_high=estimate + plain.Z * error,
            conf_level=0.95,
            statistic=estimate / error,
            p_value=2 * stats.norm.sf(abs(estimate / error)),
        )


def cox(here: Statistics, spells: Spells, ties: str) -> None:
    """Arm and age within sites, of those whose age is known."""
    subjects, times, events = of(
        {subject: spell for subject, spell in spells.items() if SUBJECTS[subject]["age"]}, *ARMS
    )
    x = np.array(
        [
            [ARM[subject] == "cream", ARM[subject] == "ointment", float(SUBJECTS[subject]["age"])]
            for subject in subjects
        ],
        dtype=float,
    )
    beta, fit, nothing = survival.cox(
        times, events, x, np.array([SUBJECTS[subject]["site"] for subject in subjects]), ties
    )
    covariance = np.linalg.inv(fit.information)
    here.put("model", n=len(subjects), n_events=events.sum())
    here.put("likelihood_ratio", **plain.chi_square(2 * (fit.likelihood - nothing.likelihood), 3))
    here.put("wald", **plain.chi_square(beta @ fit.information @ beta, 3))
    here.put(
        "score",
        **plain.chi_square(
            nothing.gradient @ np.linalg.solve(nothing.information, nothing.gradient), 3
        ),
    )
    score, sums, correlations = survival.proportionality(fit, times, events)
    for level, columns in (("arm", [0, 1]), ("age", [2]), ("all", [0, 1, 2])):
        here.at(level=level).put(
            "proportional_hazards", rel=1e-7, **survival.proportionality_test(score, sums, columns)
        )
    for level, correlation in zip(
        ("arm: cream", "arm: ointment", "age"), correlations, strict=True
    ):
        here.at(level=level).put("schoenfeld_residuals", rel=1e-7, correlation=correlation)

    def ratio(at: Statistics, place: int) -> None:
        error = math.sqrt(covariance[place, place])
        z = beta[place] / error
        at.put("log_hazard_ratio", estimate=beta[place], std_error=error)
        at.put(
            "hazard_ratio",
            estimate=math.exp(beta[place]),
            conf_low=math.exp(beta[place] - plain.Z * error),
            conf_high=math.exp(beta[place] + plain.Z * error),
            conf_level=0.95,
            statistic=z,
            p_value=2 * stats.norm.sf(abs(z)),
        )

    ratio(here.at(level="age"), 2)
    correlation = covariance[0, 1] / math.sqrt(covariance[0, 0] * covariance[1, 1])
    for place, (name, other) in enumerate(zip(COMPARISONS, reversed(COMPARISONS), strict=True)):
        at = here.at(comparison=name, group=name, reference_group="vehicle")
        ratio(at, place)
        at.at(level=other).put("hazard_ratio", correlation=correlation)
        known = [subject for subject in subjects if ARM[subject] in (name, "vehicle")]
        of_arms = [ARM[subject] for subject in known]
        at.put_arms("hazard_ratio", (of_arms.count(name), of_arms.count("vehicle")))
        at.put(
            "hazard_ratio",
            n=len(known),
            n_missing=len(of(spells, name, "vehicle")[0]) - len(known),
            n_events=sum(spells[subject].event for subject in known),
        )


def lasting(everything: Statistics) -> None:
    """Responses that last, how long first responses last, and the grades that they are made of."""
    here, grades = everything.at(endpoint="clear"), ratings()
    spells, lasted = responses_that_last(grades), first_responses(grades)
    log_rank(here.at(analysis="sustained_response_test"), spells, lambda _: "", all_arms=False)
    described = here.at(analysis="sustained_response")
    curves(described, spells, "log-log", "sustained_response")
    for arm in ARMS:
        subjects, times, events = of(lasted, arm)
        steps, at = survival.curve(times, events), described.at(group=arm)
        days, limits = [step.day for step in steps], [step.limits("log-log") for step in steps]
        low, high = (
            survival.reached(days, [pair[side] for pair in limits], 0.5, None) for side in (0, 1)
        )
        at.put(
            "response_duration",
            n=len(subjects),
            n_events=events.sum(),
            conf_level=0.95,
            conf_low=low,
            conf_high=high,
            estimate=survival.reached(days, [step.survival for step in steps], 0.5, None),
        )
    for arm, visit in product((None, *ARMS), DAYS):
        members = [subject for subject in SUBJECTS if arm in (None, ARM[subject])]
        known = [grades[visit][subject] for subject in members if subject in grades[visit]]
        at = here.at(analysis="describe", group=arm, visit=visit, reference_visit="baseline")
        descriptions.values(at, known, len(members))
        at.put("responders", **plain.counted(sum(grade <= 1 for grade in known), len(known)))


def by_room(everything: Statistics, spells: Spells) -> None:
    """A stratum that is blank for some: left out, or a stratum of its own."""
    known = {subject: spell for subject, spell in spells.items() if SUBJECTS[subject]["room"]}
    assert 0 < len(known) < len(spells)
    for endpoint, of_some in (("flare_by_room", known), ("flare_by_any_room", spells)):
        log_rank(
            everything.at(endpoint=endpoint, analysis="log_rank"),
            of_some,
            lambda subject: SUBJECTS[subject]["room"],
            all_arms=True,
        )


@pytest.fixture(scope="module")
def recomputed() -> Statistics:
    everything, spells = Statistics({"population": "full", "handling": "observed"}), first_flares()
    here = everything.at(endpoint="flare")
    log_rank(
        here.at(analysis="log_rank"),
        spells,
        lambda subject: SUBJECTS[subject]["site"],
        all_arms=True,
    )
    by_room(everything, spells)
    cox(here.at(analysis="cox"), spells, "efron")
    cox(here.at(analysis="cox_breslow"), spells, "breslow")
    curves(here.at(analysis="kaplan_meier"), spells, "log-log", "kaplan_meier")
    curves(here.at(analysis="kaplan_meier_log"), spells, "log", "kaplan_meier")
    restricted_means(here.at(analysis="restricted_mean"), spells)
    lasting(everything)
    return everything


def test_every_statistic_is_the_recomputed_one(run_folder: Callable[[str], Run], recomputed):
    sentences = differences(run_folder("time_to_event").table("results"), recomputed)

    assert not sentences, "\n".join(sentences)
