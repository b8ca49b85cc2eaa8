"""Subjects chosen by the outcome, two sides each.

Shares of sides without a comparison, coefficients of variation, regression to the mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

import dermoutcomes

from . import within_formulas as within
from .cells import number, pairs, rows
from .counted import Counted, beside
from .describing import describe, describe_responders
from .recomputed import PLACE, differences
from .within_formulas import LEVEL, Stats

FOLDER = "selected_sides"
SUBJECTS = [row["subject"] for row in rows(f"{FOLDER}/subjects.csv")]
VISITS, LATER, THRESHOLD = ("SCR", "W0", "W4", "W8"), ("W0", "W4", "W8"), 1.5
# visit = (subject, side) or subject = depth
Depths = Mapping[str, Mapping[tuple[str, str], float]]
OfSubjects = Mapping[str, Mapping[str, float]]


def readings() -> dict[tuple[str, str, str], list[float]]:
    """(visit, subject, side) = its readings."""
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in rows(f"{FOLDER}/depth.csv", ";"):
        depth = number(row["depth"])
        if depth is not None:
            found[row["visit"], row["subject"], row["side"]].append(depth)
    return found


def of_sides() -> Depths:
    """Means of the readings of a side."""
    return {
        visit: {
            (who, side): float(np.mean(values))
            for (when, who, side), values in readings().items()
            if when == visit
        }
        for visit in VISITS
    }


def of_subjects(
    sides: Depths, base: Sequence[str]
) -> tuple[OfSubjects, dict[str, dict[str, float]]]:
    """Means of the sides, and means of each side's change from its own baseline.

    A side without a baseline or without the visit has no part in either.
    """
    baseline = {
        unit: float(np.mean([sides[visit][unit] for visit in base if unit in sides[visit]]))
        for unit in set().union(*(sides[visit] for visit in base))
    }
    values = {visit: mean_of_sides(own) for visit, own in sides.items()}
    changes = {
        visit: mean_of_sides(
            {unit: value - baseline[unit] for unit, value in own.items() if unit in baseline}
        )
        for visit, own in sides.items()
    }
    return values, changes


def mean_of_sides(own: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Subject = the mean of the sides that are there."""
    found: dict[str, list[float]] = defaultdict(list)
    for (who, _), value in own.items():
        found[who].append(value)
    return {who: float(np.mean(values)) for who, values in found.items()}


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], dermoutcomes.Run]) -> dermoutcomes.Run:
    return run_folder(FOLDER)


@pytest.fixture(scope="module")
def stated() -> Counted:
    everything = Counted().at(population="full", handling="observed")
    sides = of_sides()
    shares(everything.at(endpoint="sides"), sides)
    warn_of_sides(everything)
    values, changes = of_subjects(sides, ["SCR"])
    described(everything.at(endpoint="from_screening"), sides, values)
    from_screening = everything.at(endpoint="from_screening")
    for visit in ("W4", "W8"):
        student(from_screening, visit, changes)
        selected(
            from_screening.at(analysis="regression_to_the_mean"),
            visit,
            values["SCR"],
            values,
            changes,
            1.0,
        )
        selected(
            from_screening.at(analysis="known_population"),
            visit,
            values["SCR"],
            values,
            changes,
            1.0,
            known=(1.3, 0.4, 0.7),
        )
    repeated(from_screening.at(analysis="repeatability"))
    for endpoint, base, part in (("apart", ["W0"], 0.0), ("averaged", ["SCR", "W0"], 0.5)):
        values, changes = of_subjects(sides, base)
        student(everything.at(endpoint=endpoint), "W8", changes)
        selected(
            everything.at(endpoint=endpoint, analysis="regression_to_the_mean"),
            "W8",
            values["SCR"],
            values,
            changes,
            part,
        )
    preference(everything.at(endpoint="preference"))
    return everything


def warn_of_sides(stated: Counted) -> None:
    """How sure a mean of sides is takes them for as many subjects, and says so."""
    for place, (rests_on, _) in stated.rests.items():
        row = dict(zip(PLACE, place, strict=True))
        if row["analysis"] == "describe" and row["stat"] in ("std_error", "conf_low", "conf_high"):
            stated.rests[place] = rests_on, ("clustered",)


def shares(here: Counted, sides: Depths) -> None:
    """Sides that became shallower by 0.3 mm, at every visit after the baseline."""
    describe(
        here,
        sides,
        2 * len(SUBJECTS),
        [(visit, "SCR") for visit in LATER],
        relative=True,
        baseline="SCR",
    )
    for visit in LATER:
        responds = {
            unit: bool(round(value - sides["SCR"][unit], 10) <= -0.3)
            for unit, value in sides[visit].items()
            if unit in sides["SCR"]
        }
        describe_responders(here, {visit: responds})
        clusters = [
            (
                sum(yes for (own, _), yes in responds.items() if own == who),
                sum(own == who for own, _ in responds),
            )
            for who in sorted({who for who, _ in responds})
        ]
        said = within.clustered_share(clusters, 2 * len(SUBJECTS) - len(responds))
        there = here.at(visit=visit, reference_visit=None, of=(len(clusters), len(responds)))
        there.at(analysis="clustered_proportion").put_all(said)
        share, df = said["responder_proportion"], len(clusters) - 1
        t = (share["estimate"] - 0.5) / share["std_error"]
        tested_share = {**share, "statistic": t, "df": df, "p_value": 2 * stats.t.sf(abs(t), df)}
        there.at(analysis="half_of_sides").put_all({**said, "responder_proportion": tested_share})


def described(here: Counted, sides: Depths, values: OfSubjects) -> None:
    """Values of subjects, and changes from the sides that both visits have."""
    describe(here, values, len(SUBJECTS), [], relative=True, baseline="SCR")
    for visit, reference in [*((visit, "SCR") for visit in LATER), ("W8", "W4")]:
        both = [
            {unit: sides[when][unit] for unit in sides[visit].keys() & sides[reference].keys()}
            for when in (visit, reference)
        ]
        now, before = pairs(*map(mean_of_sides, both))
        named = "baseline" if reference == "SCR" else reference
        there = here.at(visit=visit, reference_visit=named, of=(len(now), len(now)))
        missing = len(SUBJECTS) - len(now)
        there.at(analysis="describe").put_all(
            within.described_changes(now, before, missing, relative=True)
        )
        if named == "W4":
            there.at(analysis="paired_t", comparison="late").put_all(
                within.paired_t(np.subtract(now, before), missing)
            )


def student(here: Counted, visit: str, changes: OfSubjects) -> None:
    """Student's test of the changes."""
    change = [changes[visit][who] for who in sorted(changes[visit])]
    there = here.at(
        analysis="paired_t",
        comparison=visit.lower(),
        visit=visit,
        reference_visit="baseline",
        of=(len(change), len(change)),
    )
    there.put_all(within.paired_t(change, len(SUBJECTS) - len(change)))


def selected(
    here: Counted,
    visit: str,
    enrolled: Mapping[str, float],
    values: OfSubjects,
    changes: OfSubjects,
    part: float,
    known: tuple[float, float, float] | None = None,
) -> None:
    """The change that choosing subjects by a reading brings.

    `part` is the part of the baseline that this reading is. Unless the population is known, the
    slope on the enrolled reading is that of the population, the spread around it gives its standard
    deviation, and the enrolled mean beyond the threshold the population's mean.
    """
    who = sorted(enrolled.keys() & values[visit].keys() & changes[visit].keys())
    reading, later = (np.array([of[name] for name in who]) for of in (enrolled, values[visit]))
    here = here.at(
        comparison=visit.lower(), visit=visit, reference_visit="baseline", of=(len(who), len(who))
    )
    here.put("regression_to_the_mean", n=len(who))
    here.put("enrolment_reading", mean=reading.mean())
    here.put("observed_change", mean=np.mean([changes[visit][name] for name in who]))
    if not part:
        here.put("regression_to_the_mean", estimate=0.0)
        return
    mean, sd, kept = known or population(reading, later)
    assert any(value < THRESHOLD for value in enrolled.values()), (
        "one lies on the other side of the threshold"
    )
    here = here.at(warned=("outside",) if known else ("outside", "rough"))
    here.put(
        "regression_to_the_mean",
        estimate=-part * (1 - kept) * (reading.mean() - mean),
        correlation=kept,
        rel=1e-8,
    )
    here.put("before_selection", mean=mean, sd=sd, rel=1e-8)


def population(reading: np.ndarray, later: np.ndarray) -> tuple[float, float, float]:
    """Mean, standard deviation and correlation before the selection."""
    fitted = stats.linregress(reading, later)
    left = later - fitted.intercept - fitted.slope * reading
    assert 0 < fitted.slope < 1
    sd = sqrt((left @ left) / (len(left) - 2) / (1 - fitted.slope**2))
    mean = brentq(
        lambda centre: (
            stats.truncnorm.mean((THRESHOLD - centre) / sd, np.inf, centre, sd) - reading.mean()
        ),
        THRESHOLD - 8 * sd,
        reading.mean(),
        xtol=1e-14,
    )
    return mean, sd, fitted.slope


def repeated(here: Counted) -> None:
    """How readings of one sitting differ, over all of them and at each visit."""
    of = readings()
    sitting(here, of.values())
    for visit in VISITS:
        sitting(
            here.at(visit=visit), [values for (when, _, _), values in of.items() if when == visit]
        )


def sitting(here: Counted, units: Iterable[Sequence[float]]) -> None:
    """The pooled standard deviation, and the correlation of those with as many as most have."""
    units = list(units)
    several = [np.array(values) for values in units if len(values) > 1]
    df, squares = (
        sum(len(values) - 1 for values in several),
        sum(((values - values.mean()) ** 2).sum() for values in several),
    )
    sd, mean = sqrt(squares / df), np.concatenate(several).mean()
    here = here.at(of=(None, len(several)))
    here.put(
        "within_sitting_sd",
        n=len(several),
        n_missing=len(units) - len(several),
        estimate=sd,
        df=df,
        mean=mean,
        cv_percent=100 * sd / mean,
        conf_low=sqrt(squares / stats.chi2.ppf((1 + LEVEL) / 2, df)),
        conf_high=sqrt(squares / stats.chi2.ppf((1 - LEVEL) / 2, df)),
        conf_level=LEVEL,
    )
    here.put("repeatability_limit", estimate=stats.norm.ppf((1 + LEVEL) / 2) * sqrt(2) * sd)
    equal = np.array([values for values in several if len(values) == 3])
    assert len(equal) > len(several) / 2
    here.at(of=(None, len(equal))).put("icc_within_sitting", **one_way(equal))


def one_way(values: np.ndarray) -> Stats:
    """The intraclass correlation of one reading by one-way analysis of variance, with F limits."""
    n, k = values.shape
    between = k * values.mean(axis=1).var(ddof=1)
    inside = ((values - values.mean(axis=1, keepdims=True)) ** 2).sum() / (n * (k - 1))
    f, df = between / inside, (n - 1, n * (k - 1))
    low, high = f / stats.f.ppf((1 + LEVEL) / 2, *df), f * stats.f.ppf((1 + LEVEL) / 2, *df[::-1])
    return {
        "estimate": (f - 1) / (f + k - 1),
        "conf_low": (low - 1) / (low + k - 1),
        "conf_high": (high - 1) / (high + k - 1),
        "conf_level": LEVEL,
    }


def preference(here: Counted) -> None:
    """A mean of zero has no coefficient of variation; one below zero has one below zero."""
    for visit, mean in (("W4", 0), ("W8", -1)):
        choices = [
            number(row["choice"])
            for row in rows(f"{FOLDER}/preference.csv")
            if row["visit"] == visit and row["choice"]
        ]
        n = len(choices)
        there = here.at(analysis="describe", visit=visit, reference_visit="baseline", of=(n, n))
        assert np.sign(np.mean(choices)) == mean
        said = within.described(choices, len(SUBJECTS) - n) if mean else within_zero(choices)
        cv = said["value"].pop("cv_percent")
        there.put_all(said)
        there.at(warned=() if mean else ("zero_mean",)).put("value", cv_percent=cv)
        for level in (-1.0, 0.0, 1.0):
            share = choices.count(level)
            there.at(level=f"{level:g}").put(
                "distribution", n=share, denominator=n, percent=100 * share / n
            )


def within_zero(choices: Sequence[float]) -> dict[str, Stats]:
    """As within.described, of values whose mean is zero."""
    raised = within.described([value + 1 for value in choices], len(SUBJECTS) - len(choices))
    moved = ("mean", "median", "q1", "q3", "min", "max", "estimate", "conf_low", "conf_high")
    return {
        term: {
            name: None if name == "cv_percent" else value - (name in moved)
            for name, value in said.items()
        }
        for term, said in raised.items()
    }


def test_every_statistic_is_that_of_the_cells(run: dermoutcomes.Run, stated: Counted) -> None:
    assert differences(run.table("results"), stated) == []


def test_every_statistic_says_what_it_rests_on(run: dermoutcomes.Run, stated: Counted) -> None:
    assert beside(run.table("results"), stated) == []


def test_the_messy_cells_are_there() -> None:
    sides = of_sides()
    assert ("R05", "right") not in sides["W4"]
    assert not [who for who, _ in sides["W0"] if who == "R08"]
    assert not [who for who, _ in sides["W8"] if who == "R11"]
    assert {len(values) for values in readings().values()} == {1, 2, 3}
