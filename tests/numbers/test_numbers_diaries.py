"""A diary: weeks before visits that lie beside their plan, blank days and items, one who left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import numpy as np
import pytest

import dermoutcomes

from . import repeated_formulas as repeated
from . import within_formulas as within
from .cells import number, pairs, rows
from .counted import Counted, beside
from .describing import describe, describe_changes, describe_responders
from .recomputed import differences
from .rootcheck import crossings

FOLDER = "diaries"
TREATED = {
    row["subject"]: date.fromisoformat(row["first_treatment"])
    for row in rows(f"{FOLDER}/subjects.csv")
}
SUBJECTS = list(TREATED)
PLANNED = {"D0": 0, "W2": 14, "W4": 28}
COMPARED = ("w4", "w2")
# visit = subject = value
Values = Mapping[str, Mapping[str, float]]


def visits() -> dict[tuple[str, str], int]:
    """(subject, visit) = the day on which the investigator saw the subject, else the planned one.

    The first treatment is day 0.
    """
    planned = {(who, visit): day for who in SUBJECTS for visit, day in PLANNED.items()}
    seen = {
        (row["subject"], row["visit"]): (
            date.fromisoformat(row["date"]) - TREATED[row["subject"]]
        ).days
        for row in rows(f"{FOLDER}/iga.csv")
        if row["grade"]
    }
    return {**planned, **seen}


def days(column: Callable[[dict[str, str]], float | None]) -> dict[str, dict[int, float]]:
    """Subject = day = what the diary has."""
    read: dict[str, dict[int, float]] = {who: {} for who in SUBJECTS}
    for row in rows(f"{FOLDER}/diary.csv", ";"):
        written = datetime.strptime(row["Datum"], "%d.%m.%Y")  # noqa: DTZ007
        day = written.date() - TREATED[row["Nr"]]
        value = column(row)
        if value is not None:
            read[row["Nr"]][day.days] = value
    return read


def score(row: dict[str, str]) -> float | None:
    """Both items together; none where one is blank."""
    items = number(row["Quaddeln"]), number(row["Juckreiz"])
    return None if None in items else sum(items)  # type: ignore[arg-type]


def weeks(
    of: dict[str, dict[int, float]], take: Callable[[Sequence[float]], float]
) -> dict[str, dict[str, float]]:
    """The seven days before each visit, and before the treatment, made of at least four days."""
    ends = {(who, "D0"): 0 for who in SUBJECTS} | {
        key: day for key, day in visits().items() if key[1] != "D0"
    }
    found: dict[str, dict[str, float]] = {visit: {} for visit in PLANNED}
    for (who, visit), end in ends.items():
        entries = [value for day, value in of[who].items() if end - 7 <= day <= end - 1]
        if len(entries) >= 4:
            found[visit][who] = take(entries)
    return found


def grades() -> dict[str, dict[str, float]]:
    """The grades of the investigator."""
    return {
        visit: {
            row["subject"]: number(row["grade"]) or 0.0
            for row in rows(f"{FOLDER}/iga.csv")
            if row["visit"] == visit and row["grade"]
        }
        for visit in PLANNED
    }


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], dermoutcomes.Run]) -> dermoutcomes.Run:
    return run_folder(FOLDER)


@pytest.fixture(scope="module")
def stated() -> Counted:
    everything = Counted().at(population="full")
    week = weeks(days(score), lambda entries: float(np.mean(entries)) * 7)
    carried = {**week, "W4": {**week["W2"], **week["W4"]}}
    for handling, of in (("observed", week), ("locf", carried)):
        week_scores(
            everything.at(endpoint="uas7", handling=handling), of, ranked=handling == "observed"
        )
    controlled(everything.at(endpoint="controlled", handling="non_responder"), week)
    worst = weeks(days(lambda row: number(row["Juckreiz"])), max)
    observed = everything.at(handling="observed")
    described(observed.at(endpoint="worst_itch"), worst, relative=True)
    for name, change, missing in changes(worst, ("w4",)):
        there = compared(observed.at(endpoint="worst_itch"), name, len(change))
        there.at(analysis="sign_test").put_all(within.signs(change, missing, better=-1))
    ratings(observed.at(endpoint="grade"), grades())
    return everything


def described(here: Counted, of: Values, *, relative: bool = False, baseline: bool = False) -> None:
    """Visits with their changes; a baseline made of days is no visit, and is not described."""
    described_visits = {visit: own for visit, own in of.items() if baseline or visit != "D0"}
    describe(here, described_visits, len(SUBJECTS), [], relative=relative, baseline="D0")
    describe_changes(
        here, of, len(SUBJECTS), [("W2", "D0"), ("W4", "D0")], relative=relative, baseline="D0"
    )


def changes(of: Values, names: Sequence[str] = COMPARED) -> list[tuple[str, list[float], int]]:
    """Comparison, changes from baseline, and how many subjects have none."""
    both = [(name, *pairs(of[name.upper()], of["D0"])) for name in names]
    return [
        (name, list(np.subtract(now, before)), len(SUBJECTS) - len(now))
        for name, now, before in both
    ]


def compared(here: Counted, name: str, n: int) -> Counted:
    """Where the statistics of a comparison with the baseline stand."""
    return here.at(comparison=name, visit=name.upper(), reference_visit="baseline", of=(n, n))


def week_scores(here: Counted, of: Values, *, ranked: bool) -> None:
    """Student's test, and for what was observed Wilcoxon's."""
    described(here, of)
    for name, change, missing in changes(of):
        there = compared(here, name, len(change))
        there.at(analysis="paired_t").put_all(within.paired_t(change, missing))
        if ranked:
            signed = there.at(analysis="wilcoxon_signed_rank")
            signed.put_all(within.signed_rank(change, missing))
            signed.put("hodges_lehmann_asymptotic", **crossings(change))


def controlled(here: Counted, week: Values) -> None:
    """Among those with 26 or more before treatment: a fall by 10.5.

    Who has no value did not respond.
    """
    among = {who for who, value in week["D0"].items() if value >= 26}
    of = {
        visit: {who: value for who, value in own.items() if who in among}
        for visit, own in week.items()
    }
    for visit in ("W2", "W4"):
        values = of[visit]
        there = here.at(
            analysis="describe",
            visit=visit,
            reference_visit="baseline",
            of=(len(values), len(values)),
        )
        missing = len(among) - len(values)
        there.put_all(within.described(list(values.values()), missing))
        now, before = pairs(values, of["D0"])
        there.put_all(within.described_changes(now, before, missing, relative=False))
        responds = {
            who: round(values.get(who, of["D0"][who]) - of["D0"][who], 10) <= -10.5 for who in among
        }
        describe_responders(here, {visit: responds})
        events = sum(responds.values())
        there = here.at(analysis="half", visit=visit, of=(len(among), len(among)))
        there.put("responder_proportion", **within.share(events, len(among), 0, 0.3))


def ratings(here: Counted, of: Values) -> None:
    """Grades: distribution, signs, ranks, moves, and all three visits of those who have them."""
    described(here, of, baseline=True)
    for visit, own in of.items():
        values = list(own.values())
        for grade in sorted(set(values)):
            there = here.at(
                analysis="describe",
                visit=visit,
                reference_visit="baseline",
                level=f"{grade:g}",
                of=(len(own), len(own)),
            )
            n = values.count(grade)
            there.put("distribution", n=n, denominator=len(own), percent=100 * n / len(own))
    for name, change, missing in changes(of):
        there = compared(here, name, len(change))
        there.at(analysis="sign_test").put_all(within.signs(change, missing, better=-1))
        signed = there.at(analysis="wilcoxon_signed_rank")
        signed.put_all(within.signed_rank(change, missing))
        signed.put("hodges_lehmann_asymptotic", **crossings(change))
        now, before = pairs(of[name.upper()], of["D0"])
        square = there.at(analysis="marginal_homogeneity")
        square.put_all(within.square_table(before, now))
        square.put(
            "pairs",
            n=len(now),
            n_missing=missing,
            marginal_homogeneity_changed=sum(a != b for a, b in zip(now, before, strict=True)),
        )
    whole = np.array(
        [
            [own[who] for own in of.values()]
            for who in SUBJECTS
            if all(who in own for own in of.values())
        ]
    )
    ranked = here.at(analysis="friedman", of=(len(whole), whole.size), warned=("listwise",))
    ranked.put_all(repeated.friedman(whole))
    ranked.put("subjects", n=len(whole), n_missing=len(SUBJECTS) - len(whole))
    for visit, rank in zip(of, repeated.mean_ranks(whole), strict=True):
        ranked.at(visit=visit).put("mean_rank", mean=rank)
    for visit, pair in zip(("W2", "W4"), repeated.against_first(whole), strict=True):
        ranked.at(visit=visit, reference_visit="D0").put("signed_rank", **pair)


def test_every_statistic_is_that_of_the_cells(run: dermoutcomes.Run, stated: Counted) -> None:
    assert differences(run.table("results"), stated) == []


def test_every_statistic_says_what_it_rests_on(run: dermoutcomes.Run, stated: Counted) -> None:
    assert beside(run.table("results"), stated) == []


def test_the_messy_cells_are_there() -> None:
    week = weeks(days(score), lambda entries: float(np.mean(entries)) * 7)
    assert "009" not in week["W4"], "left after 18 days"
    assert "011" not in week["D0"], "too few days before the treatment"
    assert "006" not in week["W2"], "too few days before the visit"
    assert {who for who, visit in visits() if visits()[who, visit] != PLANNED[visit]}, (
        "visits beside their plan"
    )
    assert 3 < sum(value >= 26 for value in week["D0"].values()) < len(week["D0"]), (
        "some are not among those with 26 or more"
    )
    assert any(row["Quaddeln"] == "" for row in rows(f"{FOLDER}/diary.csv", ";"))


def test_the_second_hypothesis_waits_for_the_first(run: dermoutcomes.Run) -> None:
    said = {
        row["hypothesis"]: row
        for row in run.table("hypotheses").filter(family="primary").iter_rows(named=True)
    }
    first, second = said["uas7.w4"]["p_value"], said["uas7.w2"]["p_value"]

    assert said["uas7.w4"]["p_adjusted"] == pytest.approx(first)
    assert said["uas7.w2"]["p_adjusted"] == pytest.approx(max(first, second))
