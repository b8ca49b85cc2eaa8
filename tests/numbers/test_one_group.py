"""One group: two sides in replicates of unequal number, a grade with ties, a subject who left and
one without baseline.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from dermoutcomes import Run

from . import descriptions, paired
from . import plain_statistics as plain
from .recomputed import Statistics, differences
from .repeated import analysis_of_variance, friedman

FOLDER = Path(__file__).parent / "one_group"
VISITS, DAYS = ("W0", "W4", "W8"), {"W0": 0, "W4": 28, "W8": 56}
COMPARISONS = {"w4": ("W4", "baseline"), "w8": ("W8", "baseline"), "late": ("W8", "W4")}
SUBJECTS = [row["subject"] for row in plain.cells(FOLDER / "subjects.csv")]
N = len(SUBJECTS)


def sittings() -> dict[tuple[str, str, str], list[float]]:
    """Hydration by subject, visit and side: at least two readings."""
    readings = defaultdict(list)
    for row in plain.cells(FOLDER / "hydration.csv", ";"):
        if row["Wert"] not in ("", "NA"):
            visit = row["Termin"].replace("Woche ", "W")
            value = float(row["Wert"].replace(",", "."))
            readings[row["Proband"], visit, row["Seite"]].append(value)
    return {place: values for place, values in readings.items() if len(values) >= 2}


def sides() -> dict[tuple[str, str, str], float]:
    """The mean of each sitting."""
    return {place: np.mean(values) for place, values in sittings().items()}


def grades() -> dict[tuple[str, str], float]:
    """Dryness by subject and visit."""
    rows = plain.cells(FOLDER / "dryness.csv")
    return {(row["subject"], row["visit"]): float(row["grade"]) for row in rows if row["grade"]}


class Outcome:
    """What is known of each subject: values at visits, and pairs of a visit with an earlier one."""

    def __init__(
        self,
        values: dict[str, dict[str, float]],
        pairs: dict[tuple[str, str], dict[str, tuple[float, float]]],
    ) -> None:
        self.values, self.pairs = values, pairs

    def both(self, visit: str, reference: str) -> tuple[np.ndarray, np.ndarray]:
        """Values and reference values of those who have both, in the order of subjects."""
        first, second = zip(
            *(pair for _, pair in sorted(self.pairs[visit, _plain(reference)].items())), strict=True
        )
        return np.array(first), np.array(second)

    def changes(self, visit: str, reference: str) -> np.ndarray:
        """Value less reference value."""
        return np.subtract(*self.both(visit, reference))


def _plain(reference: str) -> str:
    return "W0" if reference == "baseline" else reference


def hydration() -> Outcome:
    """A pair uses the sides that were read at both visits; so does the value of a subject who has a
    baseline.
    """
    by_side = sides()

    def means(subject: str, visits: tuple[str, ...]) -> list[float] | None:
        common = [
            side
            for side in ("links", "rechts")
            if all((subject, visit, side) in by_side for visit in visits)
        ]
        return (
            [np.mean([by_side[subject, visit, side] for side in common]) for visit in visits]
            if common
            else None
        )

    pairs = {
        (visit, reference): {
            subject: tuple(both)
            for subject in SUBJECTS
            if (both := means(subject, (visit, reference)))
        }
        for visit, reference in (("W0", "W0"), ("W4", "W0"), ("W8", "W0"), ("W8", "W4"))
    }
    values = {
        visit: {
            subject: (means(subject, (visit, "W0")) or means(subject, (visit,)))[0]
            for subject in SUBJECTS
            if means(subject, (visit,))
        }
        for visit in VISITS
    }
    return Outcome(values, pairs)


def dryness() -> Outcome:
    """Grades have no sides."""
    known = grades()
    values = {
        visit: {subject: known[subject, visit] for subject in SUBJECTS if (subject, visit) in known}
        for visit in VISITS
    }
    pairs = {
        (visit, reference): {
            subject: (values[visit][subject], values[reference][subject])
            for subject in SUBJECTS
            if subject in values[visit] and subject in values[reference]
        }
        for visit, reference in (("W4", "W0"), ("W8", "W0"), ("W8", "W4"))
    }
    return Outcome(values, pairs)


def described(here: Statistics, outcome: Outcome, later: tuple[tuple[str, str], ...]) -> None:
    """Values at each visit, and changes from the baseline (or from the visit that a comparison
    names).
    """
    here = here.at(analysis="describe")
    for visit, of_subjects in outcome.values.items():
        descriptions.values(
            here.at(visit=visit, reference_visit="baseline"), list(of_subjects.values()), N
        )
    for visit, reference in later:
        descriptions.changes(
            here.at(visit=visit, reference_visit=reference), *outcome.both(visit, reference), N
        )


def described_grades(here: Statistics, outcome: Outcome) -> None:
    for visit, of_subjects in outcome.values.items():
        values, at = (
            list(of_subjects.values()),
            here.at(analysis="describe", visit=visit, reference_visit="baseline"),
        )
        descriptions.grades(at, "value", values, N)
        descriptions.distribution(at, values, range(5))
        if visit != "W0":
            descriptions.grades(at, "change", outcome.changes(visit, "baseline"), N)


def visits(here: Statistics, values: np.ndarray) -> None:
    """Visits of complete subjects against each other, by ranks."""
    n = len(values)
    here.at(analysis="friedman").put("subjects", n_missing=N - n)
    friedman(here.at(analysis="friedman"), values, VISITS)


def visit_means(here: Statistics, values: np.ndarray) -> None:
    here = here.at(analysis="rm_anova")
    here.put("subjects", n=len(values), n_missing=N - len(values))
    for visit, mean in zip(VISITS, values.mean(axis=0), strict=True):
        here.at(visit=visit).put("cell", n=len(values), mean=mean)
    analysis_of_variance(here, [values])


def areas(here: Statistics, outcome: Outcome) -> None:
    """Areas of the change, and means over time of the values with gaps bridged, by trapezoids over
    the planned days.
    """
    for name, (visit, reference) in COMPARISONS.items():
        span = [at for at in VISITS if DAYS[_plain(reference)] <= DAYS[at] <= DAYS[visit]]
        whole, bridged = [], []
        for subject in SUBJECTS:
            changes = [
                0.0 if at == _plain(reference) else np.subtract(*pair)
                for at in span
                if (pair := outcome.pairs.get((at, _plain(reference)), {}).get(subject))
                or at == _plain(reference)
            ]
            if len(changes) == len(span) and subject in outcome.values[_plain(reference)]:
                whole.append(_area([DAYS[at] for at in span], changes))
            points = [
                (DAYS[at], outcome.values[at][subject])
                for at in span
                if subject in outcome.values[at]
            ]
            if points and points[0][0] == DAYS[span[0]] and points[-1][0] == DAYS[span[-1]]:
                bridged.append(_area(*zip(*points, strict=True)) / (DAYS[span[-1]] - DAYS[span[0]]))
        at = here.at(comparison=name, visit=visit)
        present = [
            subject
            for subject in SUBJECTS
            if any(subject in outcome.values[point] for point in span)
        ]
        at.at(analysis="area_under_curve", reference_visit=reference).put(
            "area", n=len(whole), n_missing=len(present) - len(whole), **plain.t_test(whole)
        )
        at.at(analysis="mean_level").put(
            "area",
            n=len(bridged),
            n_missing=len(present) - len(bridged),
            **plain.mean_with_interval(bridged),
            statistic="no_null",
            df="no_null",
            p_value="no_null",
        )


def _area(times: list[float], values: list[float]) -> float:
    return sum(
        (end - start) * (first + last) / 2
        for (start, end), (first, last) in zip(pairwise(times), pairwise(values), strict=True)
    )


def complete(outcome: Outcome) -> np.ndarray:
    """Subjects by visits, of those who have all."""
    return np.array(
        [
            [outcome.values[visit][subject] for visit in VISITS]
            for subject in SUBJECTS
            if all(subject in outcome.values[visit] for visit in VISITS)
        ]
    )


def repeatability(here: Statistics) -> None:
    """The spread of readings within a sitting, over all visits and at each.

    The intraclass correlation is that of the sittings with three readings.
    """
    for visit in (None, *VISITS):
        units = [values for (_, at, _), values in sittings().items() if visit in (None, at)]
        every, at = np.concatenate(units), here.at(visit=visit)
        df = len(every) - len(units)
        squares = sum((len(unit) - 1) * np.var(unit, ddof=1) for unit in units)
        sd = math.sqrt(squares / df)
        low, high = (math.sqrt(squares / stats.chi2.ppf(p, df)) for p in (0.975, 0.025))
        spread = {"mean": every.mean(), "cv_percent": 100 * sd / every.mean()}
        at.put("within_sitting_sd", n=len(units), n_missing=0, estimate=sd, df=df, **spread)
        at.put("within_sitting_sd", conf_low=low, conf_high=high, conf_level=0.95)
        at.put("repeatability_limit", estimate=plain.Z * math.sqrt(2) * sd)

        threes = np.array([unit for unit in units if len(unit) == 3])
        n, k = threes.shape
        f = k * np.var(threes.mean(axis=1), ddof=1) / np.var(threes, axis=1, ddof=1).mean()
        edges = f / stats.f.ppf([0.975, 0.025], n - 1, n * (k - 1))
        estimate, low, high = ((ratio - 1) / (ratio + k - 1) for ratio in (f, *edges))
        interval = {"conf_low": low, "conf_high": high, "conf_level": 0.95}
        at.put("icc_within_sitting", estimate=estimate, **interval)


def shifted(here: Statistics, outcome: Outcome, name: str, visit: str) -> None:
    """The table of grades before and after, and the tests that its margins are equal and that it is
    symmetric.
    """
    pairs = outcome.pairs[visit, "W0"]
    table = Counter((before, after) for after, before in pairs.values())
    grades_seen = sorted({grade for pair in pairs.values() for grade in pair})
    shift = here.at(analysis="shift_table", visit=visit, reference_visit="baseline")
    shift.put("shift", denominator=len(pairs))
    for before, after in product(grades_seen, repeat=2):
        n = table[before, after]
        shift.at(level=f"{before:g}", at=after).put("shift", n=n, percent=100 * n / len(pairs))
    lost = Counter(grade for subject, grade in outcome.values["W0"].items() if subject not in pairs)
    for before, n in lost.items():
        shift.at(level=f"{before:g}").put("shift_missing", n=n)

    tests = here.at(
        analysis="marginal_homogeneity", comparison=name, visit=visit, reference_visit="baseline"
    )
    counts = np.array(
        [[table[before, after] for after in grades_seen] for before in grades_seen], dtype=float
    )
    tests.put(
        "pairs",
        n=len(pairs),
        n_missing=N - len(pairs),
        marginal_homogeneity_changed=counts.sum() - np.trace(counts),
    )
    margins, off = (
        counts.sum(axis=1) - counts.sum(axis=0),
        counts + counts.T - 2 * np.diag(np.diag(counts)),
    )
    covariance = np.diag(off.sum(axis=1)) - off
    tests.put(
        "stuart_maxwell",
        **plain.chi_square(
            margins @ np.linalg.pinv(covariance) @ margins, np.linalg.matrix_rank(covariance)
        ),
    )
    across = [
        (counts[i, j], counts[j, i])
        for i in range(len(counts))
        for j in range(i)
        if counts[i, j] + counts[j, i]
    ]
    tests.put(
        "bowker", **plain.chi_square(sum((a - b) ** 2 / (a + b) for a, b in across), len(across))
    )


def responders(here: Statistics, outcome: Outcome) -> None:
    """Gains of 4.5 units: from week 4 to week 8 for the proportions, from baseline at either visit
    for McNemar's test.
    """
    gains = {
        (visit, reference): {
            subject: first - second >= 4.5 for subject, (first, second) in pairs.items()
        }
        for (visit, reference), pairs in outcome.pairs.items()
    }
    for visit in VISITS[1:]:
        known = gains[visit, "W0"]
        here.at(analysis="describe", visit=visit, reference_visit="baseline").put(
            "responders", **plain.counted(sum(known.values()), len(known))
        )
    at = here.at(comparison="w8_w4", visit="W8", reference_visit="W4")
    events, n = sum(gains["W8", "W4"].values()), len(gains["W8", "W4"])
    error = math.sqrt(events / n * (1 - events / n) / n)
    counts = {"n_with_event": events, "denominator": n, "n_missing": N - n, "std_error": error}
    at.at(analysis="one_proportion").put(
        "responder_proportion", **counts, **plain.clopper_pearson(events, n)
    )
    low, high = plain.wilson(events, n)
    z = (events / n - 0.5) / math.sqrt(0.25 / n)
    at.at(analysis="against_a_half").put(
        "responder_proportion",
        **counts,
        estimate=events / n,
        conf_low=low,
        conf_high=high,
        conf_level=0.95,
        statistic=z,
        p_value=2 * stats.norm.sf(abs(z)),
    )
    both = [
        (gains["W8", "W0"][subject], gains["W4", "W0"][subject])
        for subject in SUBJECTS
        if subject in gains["W8", "W0"] and subject in gains["W4", "W0"]
    ]
    paired.mcnemar(at.at(analysis="mcnemar"), both)


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], Run]) -> Run:
    return run_folder("one_group")


@pytest.fixture(scope="module")
def recomputed() -> Statistics:
    everything = Statistics({"population": "full", "handling": "observed"})
    rows, events = (
        list(plain.cells(FOLDER / "subjects.csv")),
        list(plain.cells(FOLDER / "events.csv")),
    )
    descriptions.people(everything.at(analysis="people"), rows, rows, ["age"], ["sex", "phototype"])
    descriptions.adverse_events(
        everything.at(analysis="events"), events, set(SUBJECTS), milestones=True
    )
    read, graded = hydration(), dryness()
    here = everything.at(endpoint="hydration")
    described(here, read, (("W4", "baseline"), ("W8", "baseline"), ("W8", "W4")))
    for name, (visit, reference) in COMPARISONS.items():
        at = here.at(comparison=name, visit=visit, reference_visit=reference)
        first, base = read.both(visit, reference)
        change, lost = first - base, N - len(first)
        paired.means(at, first, base, lost)
        paired.ratios(at, first, base, lost)
        paired.ranks(at, change, lost, improves=1)
        paired.normal_signed_rank(at.at(analysis="signed_rank_normal"), change, lost)
        paired.bootstrap(at.at(analysis="bootstrap"), change, lost)
        paired.normality(at.at(analysis="normality"), change)
        paired.moments(at.at(analysis="normality"), change)
    areas(here, read)
    visits(here, complete(read))
    visit_means(here, complete(read))
    repeatability(here.at(analysis="repeatability"))

    here = everything.at(endpoint="dryness")
    described_grades(here, graded)
    for name, visit in (("w4", "W4"), ("w8", "W8")):
        at, change = (
            here.at(comparison=name, visit=visit, reference_visit="baseline"),
            graded.changes(visit, "baseline"),
        )
        lost = N - len(change)
        paired.ranks(at, change, lost, improves=-1)
        at.at(analysis="paired_effect_size").put("pairs", n=len(change), n_missing=lost)
        at.at(analysis="paired_effect_size").put("rank_biserial", **plain.rank_biserial(change))
        shifted(here, graded, name, visit)
    visits(here, complete(graded))

    here = everything.at(endpoint="gain")
    described(here, read, (("W4", "baseline"), ("W8", "baseline"), ("W8", "W4")))
    responders(here, read)
    return everything


def test_every_statistic_is_the_recomputed_one(run, recomputed):
    sentences = differences(run.table("results"), recomputed)

    assert not sentences, "\n".join(sentences)


def test_hypotheses_are_adjusted_by_holm(run):
    changes = [hydration().changes(visit, reference) for visit, reference in COMPARISONS.values()]
    adjusted = plain.holm([plain.t_test(d)["p_value"] for d in changes])

    hypotheses = dict(run.table("hypotheses").select("hypothesis", "p_adjusted").rows())
    expected = dict(zip((f"hydration.{name}" for name in COMPARISONS), adjusted, strict=True))
    assert {name: hypotheses[name] for name in expected} == pytest.approx(expected)
