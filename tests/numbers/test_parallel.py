"""Three parallel arms of unequal size with a stratum: one subject was never read, two left, one has
no baseline, one no age.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from dermoutcomes import Run

from . import descriptions, two_arms
from . import plain_statistics as plain
from .recomputed import Statistics, differences
from .repeated import analysis_of_variance, friedman

FOLDER = Path(__file__).parent / "parallel"
ARMS, DOSES = ("low", "high", "vehicle"), {"low": 1.0, "high": 3.0, "vehicle": 0.0}
DAYS = {"W0": 0, "W4": 28, "W8": 56}
COMPARISONS = {"low": ("low", "vehicle"), "high": ("high", "vehicle")}
SUBJECTS = {row["subject"]: row for row in plain.cells(FOLDER / "subjects.csv")}
ARM = {
    row["subject"]: {"A": "low", "B": "high", "C": "vehicle"}[row["arm"]]
    for row in plain.cells(FOLDER / "allocations.csv")
}
STRATA = ("dry", "normal")
Values = Mapping[tuple[str, str], float]


def members(arm: str | None, stratum: str | None = None) -> list[str]:
    """Subjects of an arm (of all, if None) and of a stratum."""
    return [
        subject
        for subject in sorted(SUBJECTS)
        if arm in (None, ARM[subject]) and stratum in (None, SUBJECTS[subject]["skin"])
    ]


def roughness() -> Values:
    """The mean of the readings of a subject at a visit."""
    readings = defaultdict(list)
    for row in plain.cells(FOLDER / "roughness.csv"):
        if row["depth"] not in ("", "NA"):
            readings[row["subject"], row["visit"]].append(float(row["depth"]))
    return {place: np.mean(values) for place, values in readings.items()}


def grades() -> Values:
    rows = plain.cells(FOLDER / "grades.csv")
    return {(row["subject"], row["visit"]): float(row["grade"]) for row in rows if row["grade"]}


def paired(
    values: Values, subjects: list[str], visit: str
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Subjects with a value at the visit and at baseline, and both values."""
    both = [
        subject for subject in subjects if (subject, visit) in values and (subject, "W0") in values
    ]
    return both, *(np.array([values[subject, at] for subject in both]) for at in (visit, "W0"))


def change(values: Values, subjects: list[str]) -> np.ndarray:
    """Changes from baseline to week 8."""
    _, first, base = paired(values, subjects, "W8")
    return first - base


def compared(here: Statistics) -> Iterator[tuple[Statistics, str, str]]:
    """The place of each comparison, with its arms."""
    for name, (first, second) in COMPARISONS.items():
        yield (
            here.at(
                comparison=name,
                group=first,
                reference_group=second,
                visit="W8",
                reference_visit="baseline",
            ),
            first,
            second,
        )


def arms_counted(here: Statistics, first: str, second: str, sizes: tuple[int, int]) -> None:
    for arm, n in ((first, sizes[0]), (second, sizes[1])):
        here.at(group=arm, reference_group=None).put("arm", n=n)


def lost(first: str, second: str, known: int) -> int:
    return len(members(first)) + len(members(second)) - known


def people_and_events(everything: Statistics) -> None:
    events = [{**row, "term": row["preferred_term"]} for row in plain.cells(FOLDER / "events.csv")]
    for arm in (None, *ARMS):
        rows = [SUBJECTS[subject] for subject in members(arm)]
        descriptions.people(
            everything.at(analysis="people", group=arm),
            rows,
            list(SUBJECTS.values()),
            ["age"],
            ["sex"],
        )
        descriptions.adverse_events(
            everything.at(analysis="safety", group=arm), events, set(members(arm))
        )


# Descriptions, of everybody and of each arm.


def described(here: Statistics, values: Values) -> None:
    for arm, visit in product((None, *ARMS), DAYS):
        subjects, at = (
            members(arm),
            here.at(analysis="describe", group=arm, visit=visit, reference_visit="baseline"),
        )
        descriptions.values(
            at,
            [values[subject, visit] for subject in subjects if (subject, visit) in values],
            len(subjects),
        )
        if visit != "W0":
            descriptions.changes(at, *paired(values, subjects, visit)[1:], len(subjects))


def described_grades(here: Statistics, values: Values, *, words: bool) -> None:
    """Grades as words, or (of a responder) as the numbers that it is made of."""
    for arm, visit in product((None, *ARMS), ("W0", "W8")):
        subjects, at = (
            members(arm),
            here.at(analysis="describe", group=arm, visit=visit, reference_visit="baseline"),
        )
        known = [values[subject, visit] for subject in subjects if (subject, visit) in values]
        descriptions.distribution(at, known, range(5))
        _, first, base = paired(values, subjects, visit)
        if words:
            descriptions.grades(at, "value", known, len(subjects))
        else:
            descriptions.values(at, known, len(subjects))
        if visit == "W8" and words:
            descriptions.grades(at, "change", first - base, len(subjects))
        elif visit == "W8":
            descriptions.changes(at, first, base, len(subjects), ratio=False)


# Two arms by means.


def by_means(here: Statistics, values: Values) -> None:
    for at, first, second in compared(here):
        x, y = (change(values, members(arm)) for arm in (first, second))
        m, n = len(x), len(y)
        counts = {"n": m + n, "n_missing": lost(first, second, m + n)}
        for analysis, test in (("welch_t", two_arms.welch), ("pooled_t", two_arms.student)):
            arms_counted(at.at(analysis=analysis), first, second, (m, n))
            at.at(analysis=analysis).put("mean_difference", **counts, **test(x, y))
            at.at(analysis=analysis).put_arms("mean_difference", (m, n))
            at.at(analysis=analysis).put("variance_ratio", **two_arms.variance_ratio(x, y))
        arms_counted(at.at(analysis="permutation_two_sample"), first, second, (m, n))
        at.at(analysis="permutation_two_sample").put(
            "mean_difference", **counts, **two_arms.relabelled(x, y)
        )
        at.at(analysis="permutation_two_sample").put_arms("mean_difference", (m, n))
        effect_sizes(at.at(analysis="two_group_effect_size"), x, y, counts)
        arms_counted(at.at(analysis="two_group_effect_size"), first, second, (m, n))
        geometric_means(at.at(analysis="geometric_mean_ratio"), values, first, second, counts)
        residuals = np.sort([*(x - x.mean()), *(y - y.mean())])
        normal = at.at(analysis="shapiro_wilk")
        normal.put("shapiro_wilk", n=m + n)
        normal.put(
            "shapiro_wilk",
            rel=1e-7,
            statistic=stats.shapiro(residuals).statistic,
            p_value=stats.shapiro(residuals).pvalue,
        )
        for rank, value in enumerate(residuals, 1):
            normal.at(at=stats.norm.ppf((rank - 0.375) / (m + n + 0.25))).put("qq", estimate=value)


def effect_sizes(here: Statistics, x: np.ndarray, y: np.ndarray, counts: dict[str, int]) -> None:
    m, n = len(x), len(y)
    here.put("arms", **counts)
    sd = two_arms.pooled_sd(x, y)
    here.put("cohen_d", **two_arms.standardised(x, y, sd, m + n - 2))
    hedges = two_arms.standardised(x, y, sd, m + n - 2, plain.hedges_factor(m + n - 2))
    here.put(
        "hedges_g",
        std_error=math.sqrt(1 / m + 1 / n + hedges["estimate"] ** 2 / (2 * (m + n))),
        **hedges,
    )
    here.put("glass_delta", **two_arms.standardised(x, y, np.std(y, ddof=1), n - 1))
    delta = 2 * two_arms.rank_sum(x, y)[0] / (m * n) - 1
    reach = plain.Z * math.sqrt((m + n + 1) / (3 * m * n))
    here.put(
        "rank_biserial",
        estimate=delta,
        conf_low=math.tanh(math.atanh(delta) - reach),
        conf_high=math.tanh(math.atanh(delta) + reach),
        conf_level=0.95,
    )


def geometric_means(
    here: Statistics, values: Values, first: str, second: str, counts: dict[str, int]
) -> None:
    logs = []
    for arm in (first, second):
        _, later, base = paired(values, members(arm), "W8")
        logs.append(np.log(later / base))
        here.at(group=arm, reference_group=None).put(
            "geometric_mean", mean=math.exp(logs[-1].mean())
        )
    result = two_arms.welch(*logs)
    ratios = {stat: math.exp(result[stat]) for stat in ("estimate", "conf_low", "conf_high")}
    here.put_arms("geometric_mean_ratio", map(len, logs))
    here.put("geometric_mean_ratio", **counts, **{**result, **ratios})
    here.put(
        "percent_change",
        conf_level=0.95,
        **{stat: 100 * (ratio - 1) for stat, ratio in ratios.items()},
    )


def areas(here: Statistics, values: Values) -> None:
    """Areas of the change over the planned days, of subjects without a gap."""
    for at, first, second in compared(here.at(analysis="area_under_curve")):
        of_arms = []
        for arm in (first, second):
            whole = [
                subject
                for subject in members(arm)
                if all((subject, visit) in values for visit in DAYS)
            ]
            of_arms.append(
                [
                    _area([values[subject, visit] - values[subject, "W0"] for visit in DAYS])
                    for subject in whole
                ]
            )
            at.at(group=arm, reference_group=None).put(
                "arm_area", n=len(whole), mean=np.mean(of_arms[-1])
            )
        n = sum(map(len, of_arms))
        at.put_arms("area", map(len, of_arms))
        at.put("area", n=n, n_missing=lost(first, second, n), **two_arms.welch(*of_arms))


def _area(changes: list[float]) -> float:
    spans = zip(pairwise(DAYS.values()), pairwise(changes), strict=True)
    return sum((end - start) * (first + last) / 2 for (start, end), (first, last) in spans)


# Two arms, and all, by ranks.


def by_ranks(here: Statistics, values: Values, *, normal_too: bool) -> None:
    for at, first, second in compared(here):
        x, y = (change(values, members(arm)) for arm in (first, second))
        m, n = len(x), len(y)
        counts = {"n": m + n, "n_missing": lost(first, second, m + n)}
        z = two_arms.normal_rank_sum(x, y)
        tests = [
            ("mann_whitney", two_arms.exact_rank_sum_p(x, y)),
            ("rank_sum_normal", 2 * stats.norm.sf(abs(z))),
        ]
        for analysis, p in tests if normal_too else tests[:1]:
            ranked = at.at(analysis=analysis)
            arms_counted(ranked, first, second, (m, n))
            ranked.put(
                "hodges_lehmann",
                **counts,
                statistic=two_arms.rank_sum(x, y)[0],
                p_value=p,
                **two_arms.shift(x, y, two_arms.exact_place(m, n)),
            )
            ranked.put_arms("hodges_lehmann", (m, n))
            ranked.put("hodges_lehmann_moses", **two_arms.shift(x, y, two_arms.normal_place(m, n)))
            ranked.put("hodges_lehmann_asymptotic", **two_arms.shift_by_crossing(x, y))
        of_strata = [
            tuple(change(values, members(arm, stratum)) for arm in (first, second))
            for stratum in STRATA
        ]
        at.at(analysis="win_odds").put_arms("win_odds", (m, n))
        at.at(analysis="van_elteren").put_arms("probability_higher", (m, n))
        win_odds(at.at(analysis="win_odds"), of_strata, counts)
        van_elteren(at.at(analysis="van_elteren"), of_strata, counts)
    kruskal_wallis(
        here.at(analysis="kruskal_wallis", visit="W8", reference_visit="baseline"), values
    )
    every = [[change(values, members(arm, stratum)) for arm in ARMS] for stratum in STRATA]
    away, covariance = two_arms.van_elteren(every)
    here.at(analysis="van_elteren", visit="W8", reference_visit="baseline").put(
        "all_arms", **two_arms.quadratic(away, covariance)
    )


def win_odds(
    here: Statistics, strata: list[tuple[np.ndarray, ...]], counts: dict[str, int]
) -> None:
    """Less is better: the first arm wins with the smaller change."""
    better = [tuple(-arm for arm in stratum) for stratum in strata]
    p, error = two_arms.superiority(
        better, [len(x) * len(y) / (len(x) + len(y)) for x, y in strata]
    )
    log_odds, log_error = math.log(p / (1 - p)), error / (p * (1 - p))
    here.put(
        "win_odds",
        **counts,
        estimate=p / (1 - p),
        statistic=log_odds / log_error,
        p_value=2 * stats.norm.sf(abs(log_odds / log_error)),
    )
    here.put("win_probability", estimate=p, std_error=error)
    here.put("net_benefit", estimate=2 * p - 1, std_error=2 * error)
    for term, of_log_odds in (
        ("win_odds", math.exp),
        ("win_probability", special.expit),
        ("net_benefit", lambda at: 2 * special.expit(at) - 1),
    ):
        here.put(
            term,
            conf_low=of_log_odds(log_odds - plain.Z * log_error),
            conf_high=of_log_odds(log_odds + plain.Z * log_error),
            conf_level=0.95,
        )
    equal = sum((np.subtract.outer(np.round(x, 10), np.round(y, 10)) == 0).sum() for x, y in strata)
    here.put("ties", proportion=equal / sum(len(x) * len(y) for x, y in strata))


def van_elteren(
    here: Statistics, strata: list[tuple[np.ndarray, ...]], counts: dict[str, int]
) -> None:
    p, error = two_arms.superiority(
        strata, [len(x) * len(y) / (len(x) + len(y) + 1) for x, y in strata]
    )
    reach, centre = plain.Z * error / (p * (1 - p)), special.logit(p)
    away, covariance = two_arms.van_elteren(strata)
    z = away[0] / math.sqrt(covariance[0, 0])
    here.put(
        "probability_higher",
        **counts,
        van_elteren_strata=len(strata),
        estimate=p,
        std_error=error,
        conf_low=special.expit(centre - reach),
        conf_high=special.expit(centre + reach),
        conf_level=0.95,
        statistic=z,
        p_value=2 * stats.norm.sf(abs(z)),
    )
    here.put("rank_test", **plain.chi_square(z**2, 1))


def kruskal_wallis(here: Statistics, values: Values) -> None:
    """The test of all arms, and Dunn's comparisons of mean ranks adjusted by Holm."""
    of_arms = {arm: np.round(change(values, members(arm)), 10) for arm in ARMS}
    ranks, n = (
        stats.rankdata(np.concatenate(list(of_arms.values()))),
        sum(map(len, of_arms.values())),
    )
    h = stats.kruskal(*of_arms.values()).statistic
    here.put("kruskal_wallis", **plain.chi_square(h, 2))
    here.put("epsilon_squared", estimate=h * (n + 1) / (n**2 - 1))
    means, start = {}, 0
    for arm, own in of_arms.items():
        means[arm] = ranks[start : start + len(own)].mean()
        start += len(own)
        here.at(group=arm).put("arm", n=len(own))
        here.at(group=arm).put("rank", mean=means[arm])
    rows = {}
    for name, (first, second) in COMPARISONS.items():
        known = len(of_arms[first]) + len(of_arms[second])
        apart = means[first] - means[second]
        error = math.sqrt(
            np.var(ranks, ddof=1) * (1 / len(of_arms[first]) + 1 / len(of_arms[second]))
        )
        rows[name] = {
            "n": known,
            "n_missing": lost(first, second, known),
            "estimate": apart,
            "std_error": error,
            "statistic": apart / error,
            "p_value": 2 * stats.norm.sf(abs(apart / error)),
        }
    for (name, row), adjusted in zip(
        rows.items(), plain.holm([row["p_value"] for row in rows.values()]), strict=True
    ):
        first, second = COMPARISONS[name]
        at = here.at(comparison=name, group=first, reference_group=second)
        at.put("dunn", p_adjusted=adjusted, **row)
        at.put_arms("dunn", (len(of_arms[first]), len(of_arms[second])))


# Analysis of covariance.


def ancova(here: Statistics, values: Values, *, robust: bool) -> None:
    """Change on arm, baseline, age and skin, of subjects who have all of them."""
    here = here.at(visit="W8", reference_visit="baseline")
    known, first, base = paired(values, members(None), "W8")
    keep = np.array([SUBJECTS[subject]["age"] != "" for subject in known])
    subjects = [subject for subject, kept in zip(known, keep, strict=True) if kept]
    y, base = (first - base)[keep], base[keep]
    age = np.array([float(SUBJECTS[subject]["age"]) for subject in subjects])
    arm, dry = (
        np.array([ARM[subject] for subject in subjects]),
        np.array([SUBJECTS[subject]["skin"] == "dry" for subject in subjects]),
    )
    columns = {
        "(Intercept)": np.ones(len(y)),
        "arm low": arm == "low",
        "arm high": arm == "high",
        "base": base,
        "age": age,
        "skin normal": ~dry,
    }
    x = np.column_stack(list(columns.values())).astype(float)
    beta, covariance, residuals = two_arms.least_squares(x, y, robust)
    df, squares = len(y) - x.shape[1], residuals @ residuals
    here.put(
        "model",
        n=len(y),
        n_missing=len(SUBJECTS) - len(y),
        ancova_model=None,
        ancova_r_squared=1 - squares / ((y - y.mean()) ** 2).sum(),
    )
    here.put("adjusted_for", n_missing=len(known) - len(y))
    here.put("residual", sd=math.sqrt(squares / df), variance=squares / df, df=df)
    for name in ARMS:
        here.at(group=name).put("arm", n=(arm == name).sum())

    def estimate(weights: np.ndarray) -> plain.Numbers:
        error = math.sqrt(weights @ covariance @ weights)
        return {
            "std_error": error,
            **plain.interval_of(weights @ beta, error, df),
            **plain.test_of(weights @ beta, error, df),
        }

    for name, row in zip(columns, np.eye(x.shape[1]), strict=True):
        numbers = estimate(row)
        here.at(level=name).put(
            "coefficient",
            **{
                stat: numbers[stat]
                for stat in ("estimate", "std_error", "statistic", "df", "p_value")
            },
        )
    of_terms(here, x, y, beta, covariance, robust=robust)

    average = np.array([1, 0, 0, base.mean(), age.mean(), (~dry).mean() if robust else 0.5])
    mean_of = {"vehicle": average, "low": average + np.eye(6)[1], "high": average + np.eye(6)[2]}
    for name, weights in mean_of.items():
        numbers = estimate(weights)
        here.at(group=name).put(
            "ls_mean",
            df=df,
            **{
                stat: numbers[stat]
                for stat in ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
            },
        )
    apart = {
        name: mean_of[first] - mean_of[second] for name, (first, second) in COMPARISONS.items()
    }
    correlation = (
        apart["low"]
        @ covariance
        @ apart["high"]
        / math.sqrt(math.prod(row @ covariance @ row for row in apart.values()))
    )
    for name, (first, second) in COMPARISONS.items():
        at = here.at(comparison=name, group=first, reference_group=second)
        sizes = [(arm == one).sum() for one in (first, second)]
        at.put("adjusted_difference", n=sum(sizes), **estimate(apart[name]))
        at.put_arms("adjusted_difference", sizes)
        at.at(level="high" if name == "low" else "low").put(
            "adjusted_difference", correlation=correlation
        )

    mean_dose = np.mean(list(DOSES.values()))
    squared = sum((dose - mean_dose) ** 2 for dose in DOSES.values())
    here.put(
        "linear_trend",
        **estimate(
            sum((dose - mean_dose) / squared * mean_of[name] for name, dose in DOSES.items())
        ),
    )
    with_dose = np.column_stack(
        [np.ones(len(y)), [DOSES[name] for name in arm], base, age, ~dry]
    ).astype(float)
    slopes, spread, _ = two_arms.least_squares(with_dose, y, robust=False)
    error = math.sqrt(spread[1, 1])
    here.put(
        "dose_slope",
        std_error=error,
        **plain.interval_of(slopes[1], error, df + 1),
        **plain.test_of(slopes[1], error, df + 1),
    )
    if robust:
        pairs = [("low", "vehicle"), ("high", "vehicle"), ("high", "low")]
        result = [estimate(mean_of[first] - mean_of[second]) for first, second in pairs]
        for (first, second), numbers, adjusted in zip(
            pairs, result, plain.holm([one["p_value"] for one in result]), strict=True
        ):
            here.at(group=first, reference_group=second).put(
                "pairwise", p_adjusted=adjusted, **numbers
            )


def of_terms(
    here: Statistics,
    x: np.ndarray,
    y: np.ndarray,
    beta: np.ndarray,
    covariance: np.ndarray,
    *,
    robust: bool,
) -> None:
    """Each term after all others (as a Wald test), and in the order of the model (by sums of
    squares).
    """
    terms, df = {"arm": [1, 2], "base": [3], "age": [4], "skin": [5]}, len(y) - x.shape[1]
    for term, places in terms.items():
        wald = (
            beta[places]
            @ np.linalg.solve(covariance[np.ix_(places, places)], beta[places])
            / len(places)
        )
        here.at(level=term).put("type_3", **plain.f_test(wald, len(places), df))
    if robust:
        return

    def residual(columns: list[int]) -> float:
        return np.linalg.lstsq(x[:, columns], y, rcond=None)[1][0]

    so_far, variance = [0], residual(list(range(x.shape[1]))) / df
    for term, places in terms.items():
        gained = residual(so_far) - residual(so_far + places)
        here.at(level=term).put(
            "type_1", **plain.f_test(gained / len(places) / variance, len(places), df)
        )
        so_far = so_far + places


# Margins.


def margins(everything: Statistics, values: Values) -> None:
    """Less roughness is better, so the low strength is inferior where it is four units or more
    above the high one.
    """
    here = everything.at(
        endpoint="strengths",
        comparison="strengths",
        group="low",
        reference_group="high",
        visit="W8",
        reference_visit="baseline",
    )
    x, y = (change(values, members(arm)) for arm in ("low", "high"))
    result = two_arms.welch(x, y)
    estimate, error, df = result["estimate"], result["std_error"], result["df"]
    above, below = (estimate + 4) / error, (estimate - 4) / error
    measured = {"estimate": estimate, "std_error": error, "df": df}
    one_sided = {
        "above_lower_margin": {**measured, "statistic": above, "p_value": stats.t.sf(above, df)},
        "below_upper_margin": {**measured, "statistic": below, "p_value": stats.t.cdf(below, df)},
    }

    for analysis in ("equivalence", "noninferiority"):
        here.at(analysis=analysis).put_arms("mean_difference", (len(x), len(y)))

    at, reach = here.at(analysis="equivalence"), stats.t.ppf(0.95, df) * error
    larger = max(test["p_value"] for test in one_sided.values())
    at.put(
        "mean_difference",
        n=len(x) + len(y),
        **measured,
        conf_low=estimate - reach,
        conf_high=estimate + reach,
        conf_level=0.9,
        p_value=larger,
        equivalence_shown=float(larger < 0.05),
    )
    for (term, test), level, bound in zip(
        one_sided.items(), ("lower", "upper"), (-4, 4), strict=True
    ):
        at.put(term, **test)
        at.at(level=level).put("margin", estimate=bound)

    at, p = (
        here.at(analysis="noninferiority"),
        min(1.0, 2 * one_sided["below_upper_margin"]["p_value"]),
    )
    at.put(
        "mean_difference",
        n=len(x) + len(y),
        std_error=error,
        df=df,
        **plain.interval_of(estimate, error, df),
        p_value=p,
        noninferiority_shown=float(p < 0.05),
    )
    at.put("below_upper_margin", **one_sided["below_upper_margin"])
    at.at(level="upper").put("margin", estimate=4)


# Grades.


def categories(here: Statistics, values: Values) -> None:
    """Chi-square and Cochran-Mantel-Haenszel tests of the grades at week 8."""
    here = here.at(visit="W8", reference_visit="baseline")
    known = {subject: values[subject, "W8"] for subject in paired(values, members(None), "W8")[0]}
    levels = sorted(set(known.values()))

    def table(arms: tuple[str, ...], stratum: str | None = None) -> np.ndarray:
        return np.array(
            [
                [
                    sum(known.get(subject) == level for subject in members(arm, stratum))
                    for level in levels
                ]
                for arm in arms
            ],
            dtype=float,
        )

    for name, arms in ((None, ARMS), *COMPARISONS.items()):
        at = here.at(
            comparison=name,
            group=arms[0] if name else None,
            reference_group=arms[1] if name else None,
        )
        expected = sum(len(members(arm)) for arm in arms)
        chi_square(
            at.at(analysis="chi_square"),
            table(arms),
            arms,
            [f"{level:g}" for level in levels],
            expected,
        )
        strata, cmh = [table(arms, stratum) for stratum in STRATA], at.at(analysis="cmh")
        n = int(sum(stratum.sum() for stratum in strata))
        rows, scores = np.eye(len(arms))[:-1], np.array([levels])
        cmh.put("general_association", **two_arms.landis(strata, rows, np.eye(len(levels))[:-1]))
        means = two_arms.landis(strata, rows, scores)
        cmh.put("row_mean_scores", **means)
        cmh.put(
            "correlation", **two_arms.landis(strata, np.arange(1.0, len(arms) + 1)[None, :], scores)
        )
        cmh.put("mean_score_difference" if name else "row_mean_scores", n=n, n_missing=expected - n)
        if name:
            cmh.put("mean_score_difference", **means, **mean_scores(strata, np.array(levels)))
            cmh.put_arms("mean_score_difference", sum(strata).sum(axis=1))


def mean_scores(strata: list[np.ndarray], scores: np.ndarray) -> plain.Numbers:
    """The difference of mean scores, strata weighted by n1 n2 / n."""
    weights, apart, variances = [], [], []
    for table in strata:
        n = table.sum(axis=1)
        means = table @ scores / n
        spread = (table * (scores - means[:, None]) ** 2).sum(axis=1) / n
        weights.append(n.prod() / n.sum())
        apart.append(means[0] - means[1])
        variances.append((spread / n).sum())
    share = np.array(weights) / sum(weights)
    estimate, error = share @ apart, math.sqrt(share**2 @ variances)
    return {
        "estimate": estimate,
        "std_error": error,
        "conf_low": estimate - plain.Z * error,
        "conf_high": estimate + plain.Z * error,
        "conf_level": 0.95,
    }


def chi_square(
    here: Statistics, table: np.ndarray, arms: tuple[str, ...], levels: list[str], expected: int
) -> None:
    here.put(
        "cramers_v",
        n=table.sum(),
        n_missing=expected - table.sum(),
        estimate=two_arms.cramers_v(table),
        **two_arms.pearson(table),
    )
    here.put("likelihood_ratio", **two_arms.likelihood_ratio(table))
    for arm, counts in zip(arms, table, strict=True):
        for level, n in zip(levels, counts, strict=True):
            here.at(group=arm, reference_group=None, level=level).put("category", n=n)


def shifts(here: Statistics, values: Values) -> None:
    here = here.at(analysis="shift_table", visit="W8", reference_visit="baseline")
    _, later, base = paired(values, members(None), "W8")
    levels = sorted({*later, *base})
    for arm in ARMS:
        subjects, later, base = paired(values, members(arm), "W8")
        moves = Counter(zip(base, later, strict=True))
        here.at(group=arm).put("shift", denominator=len(subjects))
        for before, after in product(levels, repeat=2):
            n = moves[before, after]
            here.at(group=arm, level=f"{before:g}", at=after).put(
                "shift", n=n, percent=100 * n / len(subjects)
            )
        gone = Counter(
            values[subject, "W0"]
            for subject in members(arm)
            if subject not in subjects and (subject, "W0") in values
        )
        for before, n in gone.items():
            here.at(group=arm, level=f"{before:g}").put("shift_missing", n=n)


# Responders.


def responders(here: Statistics, values: Values, *, missing_fails: bool) -> None:
    """A grade better than at baseline; who has no change is no responder, or (main analysis only)
    is left out.
    """
    known, later, base = paired(values, members(None), "W8")
    responds = dict(zip(known, later <= base - 1, strict=True))
    if missing_fails:
        responds = {subject: responds.get(subject, False) for subject in SUBJECTS}

    def counts(arm: str | None, stratum: str | None = None) -> tuple[int, int]:
        answers = [responds[subject] for subject in members(arm, stratum) if subject in responds]
        return sum(answers), len(answers)

    here = here.at(visit="W8", reference_visit="baseline")
    for arm in (None, *ARMS):
        here.at(analysis="describe", group=arm).put("responders", **plain.counted(*counts(arm)))
    if not missing_fails:
        for name, (first, second) in COMPARISONS.items():
            x, n = zip(counts(first), counts(second), strict=True)
            at = here.at(
                analysis="risk_difference", comparison=name, group=first, reference_group=second
            )
            risk_difference(at, x, n, lost(first, second, sum(n)), (first, second))
        return
    tables = {
        stratum: np.array(
            [
                [counts(arm, stratum)[1] - counts(arm, stratum)[0], counts(arm, stratum)[0]]
                for arm in ARMS
            ],
            dtype=float,
        )
        for stratum in STRATA
    }
    every, words = sum(tables.values()), ["no responder", "responder"]
    chi_square(here.at(analysis="chi_square"), every, ARMS, words, len(SUBJECTS))
    association = two_arms.landis(list(tables.values()), np.eye(3)[:-1], np.array([[0.0, 1.0]]))
    here.at(analysis="cmh_responders").put(
        "general_association", n=every.sum(), n_missing=len(SUBJECTS) - every.sum(), **association
    )
    for name, (first, second) in COMPARISONS.items():
        at = here.at(comparison=name, group=first, reference_group=second)
        x, n = zip(counts(first), counts(second), strict=True)
        chi_square(
            at.at(analysis="chi_square"),
            np.array([[n[0] - x[0], x[0]], [n[1] - x[1], x[1]]], dtype=float),
            (first, second),
            words,
            len(members(first)) + len(members(second)),
        )
        strata = np.array(
            [[*counts(first, stratum), *counts(second, stratum)] for stratum in STRATA], dtype=float
        )
        risk_difference(
            at.at(analysis="risk_difference"), x, n, lost(first, second, sum(n)), (first, second)
        )
        two_proportions(at, x, n, lost(first, second, sum(n)), (first, second))
        over_strata(at, strata, x, n, lost(first, second, sum(n)), (first, second))
    logistic(here.at(analysis="logistic"), responds)


def _shares(
    here: Statistics, arms: tuple[str, str], x: tuple[int, ...], n: tuple[int, ...]
) -> None:
    for arm, events, of in zip(arms, x, n, strict=True):
        here.at(group=arm, reference_group=None).put(
            "responder", n_with_event=events, denominator=of, proportion=events / of
        )


def equal_shares(x: tuple[int, ...], n: tuple[int, ...]) -> plain.Numbers:
    """The signed root of Pearson's chi-square."""
    pooled = sum(x) / sum(n)
    z = (x[0] / n[0] - x[1] / n[1]) / math.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
    return {"statistic": z, "p_value": 2 * stats.norm.sf(abs(z)), "conf_level": 0.95}


def risk_difference(
    here: Statistics, x: tuple[int, ...], n: tuple[int, ...], missing: int, arms: tuple[str, str]
) -> None:
    _shares(here, arms, x, n)
    (p_1, p_2), (low, high) = np.divide(x, n), two_arms.newcombe(x, n)
    error = math.sqrt(p_1 * (1 - p_1) / n[0] + p_2 * (1 - p_2) / n[1])
    here.put_arms("risk_difference", n)
    here.put(
        "risk_difference",
        n=sum(n),
        n_missing=missing,
        estimate=p_1 - p_2,
        std_error=error,
        conf_low=low,
        conf_high=high,
        **equal_shares(x, n),
    )


def two_proportions(
    here: Statistics, x: tuple[int, ...], n: tuple[int, ...], missing: int, arms: tuple[str, str]
) -> None:
    for analysis in ("risk_ratio", "odds_ratio", "number_needed_to_treat"):
        _shares(here.at(analysis=analysis), arms, x, n)
    (p_1, p_2), counts, test = (
        np.divide(x, n),
        {"n": sum(n), "n_missing": missing},
        equal_shares(x, n),
    )
    low, high = two_arms.newcombe(x, n)
    bounds = (
        {"conf_low": 1 / high, "conf_high": 1 / low}
        if low > 0
        else dict.fromkeys(("conf_low", "conf_high"))
    )
    here.at(analysis="number_needed_to_treat").put(
        "number_needed_to_treat", estimate=1 / (p_1 - p_2), conf_level=0.95, **bounds
    )
    here.at(analysis="risk_ratio").put_arms("risk_ratio", n)
    here.at(analysis="odds_ratio").put_arms("odds_ratio", n)
    low, high = two_arms.risk_ratio_interval(x, n)
    here.at(analysis="risk_ratio").put(
        "risk_ratio",
        **counts,
        **test,
        estimate=p_1 / p_2,
        conf_low=low,
        conf_high=high,
        std_error=math.sqrt(1 / x[0] - 1 / n[0] + 1 / x[1] - 1 / n[1]),
    )
    low, high = two_arms.odds_ratio_interval(x, n)
    odds = here.at(analysis="odds_ratio")
    odds.put(
        "odds_ratio",
        **counts,
        **test,
        estimate=p_1 / (1 - p_1) / (p_2 / (1 - p_2)),
        conf_low=low,
        conf_high=high,
        std_error=math.sqrt(sum(1 / a + 1 / (b - a) for a, b in zip(x, n, strict=True))),
    )
    odds.put("conditional_odds_ratio", **two_arms.conditional_odds_ratio(x, n))


def over_strata(
    here: Statistics,
    strata: np.ndarray,
    x: tuple[int, ...],
    n: tuple[int, ...],
    missing: int,
    arms: tuple[str, str],
) -> None:
    z, counts = two_arms.mantel_haenszel_z(strata), {"n": sum(n), "n_missing": missing}
    for analysis, term in (
        ("cmh_responders", "odds_ratio"),
        ("stratified_odds_ratio", "odds_ratio"),
        ("stratified_risk_difference", "risk_difference"),
        ("stratified_risk_ratio", "risk_ratio"),
    ):
        here.at(analysis=analysis).put_arms(term, n)
    test = {"statistic": z, "p_value": 2 * stats.norm.sf(abs(z))}
    for analysis in (
        "stratified_risk_difference",
        "stratified_risk_ratio",
        "stratified_odds_ratio",
    ):
        _shares(here.at(analysis=analysis), arms, x, n)
    at, (estimate, error) = (
        here.at(analysis="stratified_risk_difference"),
        two_arms.pooled_difference(strata),
    )
    at.put(
        "risk_difference",
        **counts,
        **test,
        estimate=estimate,
        std_error=error,
        conf_low=estimate - plain.Z * error,
        conf_high=estimate + plain.Z * error,
        conf_level=0.95,
    )
    at.put("homogeneity", **two_arms.same_difference(strata))
    here.at(analysis="stratified_risk_ratio").put(
        "risk_ratio", **counts, **test, **two_arms.pooled_ratio(strata)
    )
    at, odds = here.at(analysis="stratified_odds_ratio"), two_arms.pooled_odds_ratio(strata)
    at.put("odds_ratio", **counts, **test, **odds)
    without, tarone = two_arms.breslow_day(strata)
    at.put("breslow_day", **without)
    at.put("breslow_day_tarone", **tarone)
    here.at(analysis="cmh_responders").put(
        "odds_ratio", **counts, **odds, **plain.chi_square(z**2, 1)
    )


def logistic(here: Statistics, responds: dict[str, bool]) -> None:
    """Responders on arm and skin."""
    subjects = sorted(responds)
    y = np.array([responds[subject] for subject in subjects], dtype=float)
    columns = {
        "intercept": [1] * len(y),
        "arm low": [ARM[subject] == "low" for subject in subjects],
        "arm high": [ARM[subject] == "high" for subject in subjects],
        "skin normal": [SUBJECTS[subject]["skin"] == "normal" for subject in subjects],
    }
    x = np.column_stack(list(columns.values())).astype(float)
    beta, covariance, likelihood = two_arms.logistic(x, y)
    here.put(
        "model", n=len(y), n_missing=len(SUBJECTS) - len(y), aic=2 * x.shape[1] - 2 * likelihood
    )
    for term, without in (("model", [0]), ("arm", [0, 3])):
        here.put(
            term,
            **plain.chi_square(
                2 * (likelihood - two_arms.logistic(x[:, without], y)[2]), 4 - len(without)
            ),
        )
    for place, name in enumerate(columns):
        error = math.sqrt(covariance[place, place])
        here.at(level=name).put(
            "coefficient",
            estimate=beta[place],
            std_error=error,
            statistic=beta[place] / error,
            p_value=2 * stats.norm.sf(abs(beta[place] / error)),
        )
    correlation = covariance[1, 2] / math.sqrt(covariance[1, 1] * covariance[2, 2])
    for name, place in (("low", 1), ("high", 2)):
        at, error = (
            here.at(comparison=name, group=name, reference_group="vehicle"),
            math.sqrt(covariance[place, place]),
        )
        z = beta[place] / error
        sizes = x[:, place].sum(), (x[:, 1:3].sum(axis=1) == 0).sum()
        at.put_arms("odds_ratio", sizes)
        at.put(
            "odds_ratio",
            n=sum(sizes),
            **two_arms.log_interval(math.exp(beta[place]), error),
            statistic=z,
            p_value=2 * stats.norm.sf(abs(z)),
        )
        at.at(level="high" if name == "low" else "low").put("odds_ratio", correlation=correlation)
        at.put("log_odds_ratio", estimate=beta[place], std_error=error)
        treated, untreated = x.copy(), x.copy()
        treated[:, 1:3], untreated[:, 1:3] = np.eye(2)[place - 1], 0
        p, q = special.expit(treated @ beta), special.expit(untreated @ beta)
        gradient = (treated * (p * (1 - p))[:, None] - untreated * (q * (1 - q))[:, None]).mean(
            axis=0
        )
        estimate, error = (p - q).mean(), math.sqrt(gradient @ covariance @ gradient)
        at.put(
            "marginal_risk_difference",
            estimate=estimate,
            std_error=error,
            conf_low=estimate - plain.Z * error,
            conf_high=estimate + plain.Z * error,
            conf_level=0.95,
            p_value=2 * stats.norm.sf(abs(estimate / error)),
        )


def repeated(here: Statistics, values: Values) -> None:
    whole = {
        arm: [
            subject for subject in members(arm) if all((subject, visit) in values for visit in DAYS)
        ]
        for arm in ARMS
    }
    blocks = {
        arm: np.array([[values[subject, visit] for visit in DAYS] for subject in subjects])
        for arm, subjects in whole.items()
    }
    n = sum(map(len, blocks.values()))
    here.at(analysis="friedman").put("subjects", n_missing=len(SUBJECTS) - n)
    variance = here.at(analysis="rm_anova")
    variance.put("subjects", n=n, n_missing=len(SUBJECTS) - n)
    analysis_of_variance(variance, list(blocks.values()))
    for arm, block in blocks.items():
        friedman(here.at(analysis="friedman", group=arm), block, list(DAYS))
        for visit, mean in zip(DAYS, block.mean(axis=0), strict=True):
            variance.at(group=arm, visit=visit).put("cell", n=len(block), mean=mean)


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], Run]) -> Run:
    return run_folder("parallel")


@pytest.fixture(scope="module")
def recomputed() -> Statistics:
    everything = Statistics({"population": "full", "handling": "observed"})
    people_and_events(everything)
    depth, graded = roughness(), grades()
    here = everything.at(endpoint="roughness")
    described(here, depth)
    by_means(here, depth)
    by_ranks(here, depth, normal_too=True)
    areas(here, depth)
    ancova(here.at(analysis="ancova"), depth, robust=False)
    ancova(here.at(analysis="ancova_robust"), depth, robust=True)
    repeated(here, depth)
    described(everything.at(endpoint="strengths"), depth)
    margins(everything, depth)

    here = everything.at(endpoint="scaling")
    described_grades(here, graded, words=True)
    by_ranks(here, graded, normal_too=False)
    categories(here, graded)
    shifts(here, graded)

    for handling, missing_fails in (("observed", False), ("non_responder", True)):
        here = everything.at(endpoint="smooth", handling=handling)
        described_grades(here, graded, words=False)
        responders(here, graded, missing_fails=missing_fails)
    return everything


def test_every_statistic_is_the_recomputed_one(run, recomputed):
    sentences = differences(run.table("results"), recomputed)

    assert not sentences, "\n".join(sentences)


def test_hypotheses_are_adjusted_by_hochberg(run, recomputed):
    p = {
        at["comparison"]: value
        for at, value in recomputed.where(
            endpoint="roughness", analysis="ancova", term="adjusted_difference", stat="p_value"
        )
    }
    larger, smaller = sorted(p, key=p.get, reverse=True)
    expected = {
        f"roughness.{larger}": p[larger],
        f"roughness.{smaller}": min(p[larger], 2 * p[smaller]),
    }

    hypotheses = dict(run.table("hypotheses").select("hypothesis", "p_adjusted").rows())
    assert {name: hypotheses[name] for name in expected} == pytest.approx(expected)
