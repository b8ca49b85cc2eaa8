"""Three zones over a day: a file an hour, a failed reading, a zone missing, one who left."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

import dermoutcomes

from . import plain_statistics as plain
from . import repeated_formulas as repeated
from . import within_formulas as within
from .cells import number, pairs, rows
from .counted import Counted, beside
from .describing import describe, describe_responders
from .mixed_model import MixedModel
from .recomputed import differences

FOLDER = "zones_and_hours"
SUBJECTS = [row["subject"] for row in rows(f"{FOLDER}/subjects.csv")]
ARM = {(row["subject"], row["location"]): row["arm"] for row in rows(f"{FOLDER}/allocations.csv")}
# An area is in units times days.
HOURS = {"T0": 0, "T1H": 1, "T8H": 8, "T24H": 24}
ARMS, ZONES, LATER = (
    ("product", "placebo", "untreated"),
    ("dorsal left", "volar left", "volar right"),
    ("T1H", "T8H", "T24H"),
)
CHANGES = [("T1H", "T0"), ("T8H", "T0"), ("T24H", "T0")]
COMPARED = {"h1_untreated": ("T1H", "untreated"), "h24_placebo": ("T24H", "placebo")}
# arm = visit = subject = hydration
Readings = dict[str, dict[str, dict[str, float]]]


def hydration() -> Readings:
    """Means of at least two replicates."""
    cells: dict[tuple[str, str, str], list[float]] = {}
    for visit in HOURS:
        for row in rows(f"{FOLDER}/corneometer_{visit}.csv", ";"):
            if row["Feuchte"] not in ("", "Er"):
                place = ARM[row["Proband"], row["Areal"]], visit, row["Proband"]
                cells.setdefault(place, []).append(number(row["Feuchte"]) or 0.0)
    kept = {place: sum(values) / len(values) for place, values in cells.items() if len(values) > 1}
    return {
        arm: {
            visit: {who: kept[arm, visit, who] for who in SUBJECTS if (arm, visit, who) in kept}
            for visit in HOURS
        }
        for arm in ARMS
    }


def change(of: Readings, arm: str, visit: str) -> dict[str, float]:
    """Subject = change since T0."""
    return {
        who: value - of[arm]["T0"][who]
        for who, value in of[arm][visit].items()
        if who in of[arm]["T0"]
    }


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], dermoutcomes.Run]) -> dermoutcomes.Run:
    return run_folder(FOLDER)


@pytest.fixture(scope="module")
def stated() -> Counted:
    everything = Counted().at(population="full", handling="observed")
    of = hydration()
    apart = {
        visit: {
            who: value - of["untreated"][visit][who]
            for who, value in of["product"][visit].items()
            if who in of["untreated"][visit]
        }
        for visit in HOURS
    }
    zones_apart(everything.at(endpoint="zones_apart"), apart)
    describe_arms(everything.at(endpoint="zone"), of)
    zones(everything.at(endpoint="zone"), of)
    describe_arms(everything.at(endpoint="moister"), of)
    moister(everything.at(endpoint="moister"), of)
    return everything


def zones_apart(here: Counted, apart: dict[str, dict[str, float]]) -> None:
    """Product minus untreated: each hour against before, and the last against eight hours."""
    describe(here, apart, len(SUBJECTS), [*CHANGES, ("T24H", "T8H")], relative=False, baseline="T0")
    for name, visit, reference in (
        ("h1", "T1H", "T0"),
        ("h24", "T24H", "T0"),
        ("late", "T24H", "T8H"),
    ):
        now, before = pairs(apart[visit], apart[reference])
        there = here.at(
            comparison=name,
            visit=visit,
            reference_visit="baseline" if reference == "T0" else reference,
            of=(len(now), len(now)),
        )
        there.at(analysis="paired_t").put_all(
            within.paired_t(np.subtract(now, before), len(SUBJECTS) - len(now))
        )
        spanned = [hour for hour in HOURS if HOURS[reference] <= HOURS[hour] <= HOURS[visit]]
        courses = [
            [apart[hour][who] for hour in spanned]
            for who in SUBJECTS
            if all(who in apart[hour] for hour in spanned)
        ]
        areas = repeated.area(
            [HOURS[hour] / 24 for hour in spanned], courses, len(SUBJECTS) - len(courses)
        )
        there.at(analysis="area_under_curve", of=(len(courses), len(courses))).put("area", **areas)
    whole = np.array(
        [
            [apart[hour][who] for hour in HOURS]
            for who in SUBJECTS
            if all(who in apart[hour] for hour in HOURS)
        ]
    )
    over_all_hours(here.at(of=(len(whole), whole.size), warned=("listwise",)), whole)


def over_all_hours(here: Counted, whole: np.ndarray) -> None:
    """Friedman's test and the analysis of variance of those with every hour."""
    counts = {"n": len(whole), "n_missing": len(SUBJECTS) - len(whole)}
    ranked, table = here.at(analysis="friedman"), here.at(analysis="rm_anova")
    ranked.put_all(repeated.friedman(whole))
    ranked.put("subjects", **counts)
    table.put("subjects", **counts)
    for hour, rank, mean in zip(HOURS, repeated.mean_ranks(whole), whole.mean(axis=0), strict=True):
        ranked.at(visit=hour).put("mean_rank", mean=rank)
        table.at(visit=hour, of=(len(whole), None)).put("cell", n=len(whole), mean=mean)
    for hour, pair in zip(LATER, repeated.against_first(whole), strict=True):
        ranked.at(visit=hour, reference_visit="T0").put("signed_rank", **pair)
    for level, stats in repeated.anova(whole).items():
        table.at(level=level).put("visit", **stats)


def describe_arms(here: Counted, of: Readings) -> None:
    """Values and changes of the zones of each arm."""
    for arm in ARMS:
        describe(here.at(group=arm), of[arm], len(SUBJECTS), CHANGES, relative=True, baseline="T0")


def row_of(arm: str | None = None, visit: str | None = None, zone: str | None = None) -> np.ndarray:
    """The fixed effects at a point; what is not named is averaged with equal weights."""
    arms = np.array([float(own == arm) for own in ARMS]) if arm else np.full(3, 1 / 3)
    visits = np.array([float(own == visit) for own in LATER]) if visit else np.full(3, 1 / 3)
    zones = np.array([float(own == zone) for own in ZONES]) if zone else np.full(3, 1 / 3)
    return np.concatenate(
        [[1], arms[1:], visits[1:], np.outer(arms[1:], visits[1:]).ravel(), zones[1:]]
    )


def zones(here: Counted, of: Readings) -> None:
    """The mixed model of all changes, and paired differences of two arms' changes."""
    zone = {(who, arm): place for (who, place), arm in ARM.items()}
    records = [
        (who, arm, visit, value)
        for arm, visit in product(ARMS, LATER)
        for who, value in change(of, arm, visit).items()
    ]
    x = np.array([row_of(arm, visit, zone[who, arm]) for who, arm, visit, _ in records])
    fitted = MixedModel(
        [value for *_, value in records],
        x,
        {
            "subject": [who for who, *_ in records],
            "zone": [(who, arm) for who, arm, *_ in records],
            "day": [(who, visit) for who, _, visit, _ in records],
        },
    )
    model = here.at(
        analysis="within_subject_model",
        reference_visit="baseline",
        of=(len(SUBJECTS), len(records)),
    )
    for arm, visit in product(ARMS, LATER):
        stats = within.without(fitted.effect(row_of(arm, visit)), "statistic", "p_value")
        model.at(group=arm, visit=visit).put("ls_mean", **stats)
    described(model, fitted)
    rows_compared = {
        name: row_of("product", visit) - row_of(arm, visit)
        for name, (visit, arm) in COMPARED.items()
    }
    for name, (visit, arm) in COMPARED.items():
        first, second = change(of, "product", visit), change(of, arm, visit)
        n, count = len(first.keys() | second.keys()), len(first) + len(second)
        there = model.at(
            comparison=name, group="product", reference_group=arm, visit=visit, of=(n, count)
        )
        there.put_arms("mean_difference", (len(first), len(second)))
        there.put(
            "mean_difference",
            n=n,
            n_missing=2 * len(SUBJECTS) - count,
            **fitted.effect(rows_compared[name]),
        )
        there.put("subjects_with_both", n=len(first.keys() & second.keys()))
        other = next(one for one in COMPARED if one != name)
        there.at(level=other).put(
            "mean_difference",
            correlation=fitted.correlation(rows_compared[name], rows_compared[other]),
        )
        values = [of[own][when] for when in (visit, "T0") for own in ("product", arm)]
        whole = sorted(set.intersection(*map(set, values)))
        now, control, early, control_early = ([of_one[who] for who in whole] for of_one in values)
        both = within.sides(
            now, control, np.subtract(early, control_early), len(SUBJECTS) - len(whole)
        )["difference_of_changes"]
        there.at(analysis="difference_of_changes", of=(len(whole), 2 * len(whole))).put_all(both)


def described(model: Counted, fitted: MixedModel) -> None:
    """Type III tests, variances, and how alike two zones of a panelist are in one hour."""
    by_arm = [row_of(arm) - row_of("product") for arm in ARMS[1:]]
    by_visit = [row_of(visit=visit) - row_of(visit="T1H") for visit in LATER[1:]]
    apart = [
        row_of(arm, visit)
        - row_of(arm, "T1H")
        - row_of("product", visit)
        + row_of("product", "T1H")
        for arm, visit in product(ARMS[1:], LATER[1:])
    ]
    by_zone = [row_of(zone=zone) - row_of(zone=ZONES[0]) for zone in ZONES[1:]]
    for term, contrasts in (
        ("arm", by_arm),
        ("visit", by_visit),
        ("arm_visit", apart),
        ("location", by_zone),
    ):
        model.put(f"type3_{term}", **fitted.test(contrasts))
    for term, name in (
        ("subject", "subject"),
        ("unit_in_subject", "zone"),
        ("visit_in_subject", "day"),
        ("residual", "residual"),
    ):
        model.put(f"variance_{term}", rel=1e-7, variance=fitted.variance(name))
    shared = fitted.variance("subject") + fitted.variance("day")
    model.put("within_subject", rel=1e-7, correlation=shared / fitted.theta.sum())
    model.put(None, within_subject_model_says=None)


def moister(here: Counted, of: Readings) -> None:
    """Zones that were moister by six units: among three arms, and in pairs of them."""
    answers = {
        (arm, visit): {who: round(value, 10) >= 6 for who, value in change(of, arm, visit).items()}
        for arm, visit in product(ARMS, LATER)
    }
    for arm in ARMS:
        describe_responders(here.at(group=arm), {visit: answers[arm, visit] for visit in LATER})
    for visit in LATER:
        by_arm = [answers[arm, visit] for arm in ARMS]
        anybody = set().union(*by_arm)
        whole = [
            [own[who] for own in by_arm]
            for who in sorted(anybody)
            if all(who in own for own in by_arm)
        ]
        n = len(whole)
        there = here.at(analysis="cochran_q", visit=visit, of=(n, 3 * n))
        there.put("cochran_q", n=n, n_missing=len(SUBJECTS) - n, **repeated.cochran(whole))
        for arm, column in zip(ARMS, zip(*whole, strict=True), strict=True):
            there.at(level=arm).put("responder_proportion", **plain.counted(sum(column), n))
    for name, (visit, arm) in COMPARED.items():
        first, second = answers["product", visit], answers[arm, visit]
        there = here.at(
            comparison=name,
            group="product",
            reference_group=arm,
            visit=visit,
            reference_visit="baseline",
        )
        table = within.mcnemar(zip(*pairs(first, second), strict=True))
        n = len(first.keys() & second.keys())
        for term, stats in table.items():
            for stat, value in stats.items():
                unbounded = ("boundary",) if value is None else ()
                there.at(analysis="mcnemar", of=(n, 2 * n), warned=unbounded).put(
                    term, **{stat: value}
                )
        anybody = sorted(first.keys() | second.keys())
        clusters = [
            [(int(own.get(who, False)), int(who in own)) for who in anybody]
            for own in (first, second)
        ]
        shares = there.at(
            analysis="clustered_proportion_difference", of=(len(anybody), len(first) + len(second))
        )
        shares.put_all(within.clustered_difference(*clusters))
        shares.put_arms("risk_difference", (len(first), len(second)))


def test_every_statistic_is_that_of_the_cells(run: dermoutcomes.Run, stated: Counted) -> None:
    assert differences(run.table("results"), stated) == []


def test_every_statistic_says_what_it_rests_on(run: dermoutcomes.Run, stated: Counted) -> None:
    assert beside(run.table("results"), stated) == []


def test_the_messy_cells_are_there() -> None:
    of = hydration()
    left = {who for arm in ARMS for who in of[arm]["T24H"]}
    assert "P10" not in left
    assert "P07" not in of["untreated"]["T24H"], "one replicate, two are needed"
    assert "P04" not in of["placebo"]["T8H"], "the zone was not read"
    cells = [
        row["Feuchte"] for visit in HOURS for row in rows(f"{FOLDER}/corneometer_{visit}.csv", ";")
    ]
    assert {"Er", ""} <= set(cells)


def test_all_hours_must_win(run: dermoutcomes.Run) -> None:
    said = run.table("hypotheses").filter(family="hours")
    largest = max(said["p_value"])

    assert said["p_adjusted"].to_list() == [pytest.approx(largest)] * 3
    assert said["rejected"].to_list() == [largest <= 0.05] * 3
