"""Two fillers, one a side: a touch-up moves a side's visits, a side is missing, one left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import numpy as np
import pytest

import dermoutcomes

from . import plain_statistics as plain
from . import within_formulas as within
from .cells import means, number, pairs, rows
from .counted import Counted, beside
from .describing import describe
from .mixed_model import MixedModel
from .recomputed import differences
from .rootcheck import crossings

SUBJECTS = [row["subject"] for row in rows("split_face/subjects.csv")]
ARM = {(row["subject"], row["side"]): row["arm"] for row in rows("split_face/allocations.csv")}
# Days after the last treatment of the side.
WINDOWS = {"M1": (23, 37), "M6": (168, 196)}
VISITS, CHANGES = ("V0", *WINDOWS), [(visit, "V0") for visit in WINDOWS]
Depths = dict[tuple[str, str, str], float]


def visit_of(subject: str, side: str, day: date) -> str | None:
    """The visit of a day: before the first treatment, or days after the last one of the side."""
    treated = sorted(
        date.fromisoformat(row["date"])
        for row in rows("split_face/exposures.csv")
        if (row["subject"], row["side"]) == (subject, side)
    )
    if -3 <= (day - treated[0]).days <= 0:
        return "V0"
    passed = (day - max(one for one in treated if one < day)).days
    return next(
        (visit for visit, (first, last) in WINDOWS.items() if first <= passed <= last), None
    )


def depths() -> Depths:
    """(subject, arm, visit) = the mean of the replicates."""
    read = []
    for row in rows("split_face/depth.csv", ";"):
        visit = visit_of(row["subject"], row["side"], date.fromisoformat(row["date"]))
        if visit:
            read.append(
                ((row["subject"], ARM[row["subject"], row["side"]], visit), number(row["depth"]))
            )
    return means(read)


def subtract(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """The first less the second, of those who have both."""
    return {who: value - second[who] for who, value in first.items() if who in second}


def at(of: Depths, arm: str, visit: str) -> dict[str, float]:
    """Subject = depth."""
    return {
        subject: value for (subject, own, when), value in of.items() if (own, when) == (arm, visit)
    }


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], dermoutcomes.Run]) -> dermoutcomes.Run:
    return run_folder("split_face")


@pytest.fixture(scope="module")
def stated() -> Counted:
    all_of_it = Counted().at(population="full", handling="observed")
    of = depths()
    differences_of_sides(all_of_it.at(endpoint="depth"), of)
    sides(all_of_it.at(endpoint="side"), of)
    responses(all_of_it.at(endpoint="response"), of)
    preference(all_of_it.at(endpoint="preference"))
    return all_of_it


def differences_of_sides(here: Counted, of: Depths) -> None:
    """Test minus control at each visit, and what became of it since V0."""
    apart = {visit: subtract(at(of, "test", visit), at(of, "control", visit)) for visit in VISITS}
    describe(here, apart, len(SUBJECTS), CHANGES, relative=False, baseline="V0")
    for visit in WINDOWS:
        now, base = pairs(apart[visit], apart["V0"])
        n, missing = len(now), len(SUBJECTS) - len(now)
        change = np.subtract(now, base)
        there = here.at(
            visit=visit, reference_visit="baseline", of=(n, n), comparison=visit.lower()
        )
        there.at(analysis="paired_t").put_all(within.paired_t(change, missing))
        ranked = there.at(analysis="wilcoxon_signed_rank")
        ranked.put_all(within.signed_rank(change, missing))
        ranked.put("hodges_lehmann_asymptotic", **crossings(change))
        there.at(analysis="sign_test").put_all(within.signs(change, missing, better=-1))
        there.at(analysis="permutation_paired").put_all(within.flips(change, missing))
        there.at(analysis="paired_effect_size").put_all(within.effect_sizes(now, base, missing))


def describe_arms(here: Counted, of: Depths) -> None:
    """Values and changes of the sides of each arm."""
    for arm in ("test", "control"):
        describe(
            here.at(group=arm),
            {visit: at(of, arm, visit) for visit in VISITS},
            len(SUBJECTS),
            CHANGES,
            relative=True,
            baseline="V0",
        )


def changes_of(of: Depths) -> dict[tuple[str, str], dict[str, float]]:
    """(arm, visit) = subject = change since V0."""
    return {
        (arm, visit): subtract(at(of, arm, visit), at(of, arm, "V0"))
        for arm in ("test", "control")
        for visit in WINDOWS
    }


def sides(here: Counted, of: Depths) -> None:
    """Both sides of a subject: their differences, and the mixed model of all of them."""
    describe_arms(here, of)
    for visit in WINDOWS:
        comparison = here.at(
            comparison=f"{visit.lower()}_arms",
            group="test",
            reference_group="control",
            visit=visit,
            reference_visit="baseline",
        )
        four = [at(of, arm, when) for when in (visit, "V0") for arm in ("test", "control")]
        whole = sorted(set.intersection(*(set(values) for values in four)))
        first, second, first_before, second_before = (
            np.array([values[who] for who in whole]) for values in four
        )
        comparison = comparison.at(of=(len(whole), 2 * len(whole)))
        both = within.sides(first, second, first_before - second_before, len(SUBJECTS) - len(whole))
        for analysis, terms in both.items():
            comparison.at(analysis=analysis).put_all(terms)
    model(here.at(analysis="within_subject_model", reference_visit="baseline"), changes_of(of))


def model(here: Counted, changes: Mapping[tuple[str, str], Mapping[str, float]]) -> None:
    """Changes on treatment, visit, both together and side.

    A subject, a side and a day of a subject differ at random.
    """
    side = {(who, arm): own for (who, own), arm in ARM.items()}
    records = [
        (who, arm, visit, side[who, arm], change)
        for (arm, visit), values in changes.items()
        for who, change in values.items()
    ]
    x = np.array([row_of(arm, visit, own == "right") for _, arm, visit, own, _ in records])
    fitted = MixedModel(
        [change for *_, change in records],
        x,
        {
            "subject": [who for who, *_ in records],
            "side": [(who, own) for who, _, _, own, _ in records],
            "day": [(who, visit) for who, _, visit, _, _ in records],
        },
    )
    here = here.at(of=(len({who for who, *_ in records}), len(records)))
    for arm, visit in changes:
        stats = fitted.effect(row_of(arm, visit, 0.5))
        here.at(group=arm, visit=visit).put(
            "ls_mean",
            **{
                name: stats[name]
                for name in ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "df")
            },
        )
    contrast = {visit: row_of("test", visit, 0) - row_of("control", visit, 0) for visit in WINDOWS}
    later = {arm: row_of(arm, "M6", 0) - row_of(arm, "M1", 0) for arm in ("test", "control")}
    here.put("type3_arm", **fitted.test([(contrast["M1"] + contrast["M6"]) / 2]))
    here.put("type3_visit", **fitted.test([(later["test"] + later["control"]) / 2]))
    here.put("type3_arm_visit", **fitted.test([contrast["M6"] - contrast["M1"]]))
    here.put("type3_side", **fitted.test([row_of("test", "M1", 1) - row_of("test", "M1", 0)]))
    variances = {
        "variance_subject": "subject",
        "variance_unit_in_subject": "side",
        "variance_visit_in_subject": "day",
        "variance_residual": "residual",
    }
    for term, name in variances.items():
        here.put(term, rel=1e-7, variance=fitted.variance(name))
    shared = fitted.variance("subject") + fitted.variance("day")
    here.put("within_subject", correlation=shared / fitted.theta.sum(), rel=1e-7)
    compared(here, fitted, contrast, changes)
    here.put(None, within_subject_model_says=None)


def compared(
    here: Counted,
    fitted: MixedModel,
    contrast: Mapping[str, np.ndarray],
    changes: Mapping[tuple[str, str], Mapping[str, float]],
) -> None:
    """The difference of the arms at each visit."""
    for visit, row in contrast.items():
        test, control = (changes[arm, visit] for arm in ("test", "control"))
        n, both = len(test.keys() | control.keys()), len(test.keys() & control.keys())
        there = here.at(
            comparison=f"{visit.lower()}_arms",
            group="test",
            reference_group="control",
            visit=visit,
            of=(n, len(test) + len(control)),
        )
        there.put_arms("mean_difference", (len(test), len(control)))
        there.put(
            "mean_difference",
            n=n,
            n_missing=2 * len(SUBJECTS) - len(test) - len(control),
            **fitted.effect(row),
        )
        there.put("subjects_with_both", n=both)
        other = next(name for name in contrast if name != visit)
        there.at(level=f"{other.lower()}_arms").put(
            "mean_difference", correlation=fitted.correlation(row, contrast[other])
        )


def row_of(arm: str, visit: str, right: float) -> np.ndarray:
    """One, treatment, visit, both together, side."""
    test, late = float(arm == "test"), float(visit == "M6")
    return np.array([1, test, late, test * late, right])


def responses(here: Counted, of: Depths) -> None:
    """Sides whose fold became shallower by 0.3 mm: in pairs, and as shares of sides."""
    describe_arms(here, of)
    responds = {
        place: {who: round(change, 10) <= -0.3 for who, change in values.items()}
        for place, values in changes_of(of).items()
    }
    for (arm, visit), values in responds.items():
        n = len(values)
        there = here.at(group=arm, visit=visit, reference_visit="baseline", of=(n, n))
        there.at(analysis="describe").put("responders", **plain.counted(sum(values.values()), n))
        shared = within.clustered_share(
            [(int(yes), 1) for yes in values.values()], len(SUBJECTS) - n
        )
        there.at(analysis="clustered_proportion", comparison=f"{visit.lower()}_arms").put_all(
            shared
        )
    for visit in WINDOWS:
        test, control = responds["test", visit], responds["control", visit]
        there = here.at(
            comparison=f"{visit.lower()}_arms",
            group="test",
            reference_group="control",
            visit=visit,
            reference_visit="baseline",
        )
        first, second = pairs(test, control)
        table = within.mcnemar(zip(first, second, strict=True))
        in_pairs = there.at(analysis="mcnemar", of=(len(first), 2 * len(first)))
        for term, stats in table.items():
            for stat, value in stats.items():
                unbounded = ("boundary",) if value is None else ()
                in_pairs.at(warned=unbounded).put(term, **{stat: value})
        everybody = sorted(test.keys() | control.keys())
        clusters = [
            [(int(values.get(who, 0)), int(who in values)) for who in everybody]
            for values in (test, control)
        ]
        shares = there.at(
            analysis="clustered_proportion_difference",
            of=(len(everybody), len(test) + len(control)),
        )
        shares.put_all(within.clustered_difference(*clusters))
        shares.put_arms("risk_difference", (len(test), len(control)))


def preference(here: Counted) -> None:
    """Which side was preferred: a scale that is itself a difference, against no preference."""
    chosen: dict[str, list[float]] = defaultdict(list)
    for row in rows("split_face/preference.csv"):
        value = number(row["choice"])
        if value is not None:
            chosen[row["visit"]].append(value)
    for visit, values in chosen.items():
        n, missing = len(values), len(SUBJECTS) - len(values)
        there = here.at(visit=visit, reference_visit="baseline", of=(n, n))
        there.at(analysis="describe").put_all(within.described(values, missing))
        for level in (-1, 0, 1):
            share = values.count(level)
            there.at(analysis="describe", level=f"{level:g}").put(
                "distribution", n=share, denominator=n, percent=100 * share / n
            )
        there = there.at(comparison=visit.lower())
        there.at(analysis="sign_test").put_all(within.signs(values, missing, better=1))
        ranked = there.at(analysis="wilcoxon_signed_rank")
        ranked.put_all(within.signed_rank(values, missing))
        ranked.at(warned=("level_not_reached",)).put(
            "hodges_lehmann_asymptotic", **crossings(values)
        )
        sizes = there.at(analysis="paired_effect_size")
        sizes.put("pairs", n=n, n_missing=missing)
        sizes.put("rank_biserial", **plain.rank_biserial(values))


def test_every_statistic_is_that_of_the_cells(run: dermoutcomes.Run, stated: Counted) -> None:
    assert differences(run.table("results"), stated) == []


def test_every_statistic_says_what_it_rests_on(run: dermoutcomes.Run, stated: Counted) -> None:
    assert beside(run.table("results"), stated) == []


def test_the_messy_cells_are_there() -> None:
    of = depths()
    assert ("S05", ARM["S05", "right"], "M1") not in of
    assert not [key for key in of if key[0] == "S07" and key[2] == "M6"]
    assert ("S11", ARM["S11", "left"], "M6") not in of, "read outside the window"
    touched = [row for row in rows("split_face/exposures.csv") if row["session"] == "touch_up"]
    assert {(row["subject"], row["side"]) for row in touched} == {
        ("S03", "left"),
        ("S08", "right"),
        ("S10", "right"),
    }


def hypotheses(run: dermoutcomes.Run) -> Iterator[tuple[str, float, float]]:
    yield from (
        run.table("hypotheses")
        .filter(family="primary")
        .select("hypothesis", "p_value", "p_adjusted")
        .iter_rows()
    )


def test_both_primary_p_values_are_adjusted_as_holm_did(run: dermoutcomes.Run) -> None:
    found = list(hypotheses(run))
    smallest, largest = sorted(p for _, p, _ in found)
    wanted = {smallest: min(1.0, 2 * smallest), largest: max(min(1.0, 2 * smallest), largest)}

    assert [adjusted for *_, adjusted in found] == [pytest.approx(wanted[p]) for _, p, _ in found]
