"""One group: two sides in replicates of unequal number, a grade with ties, a subject who left and one without baseline."""

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

from . import plain_statistics as plain
from .recomputed import Statistics, differences, near

FOLDER = Path(__file__).parent / "one_group"
VISITS, DAYS = ("W0", "W4", "W8"), {"W0": 0, "W4": 28, "W8": 56}
COMPARISONS = {"w4": ("W4", "baseline"), "w8": ("W8", "baseline"), "late": ("W8", "W4")}
SUBJECTS = [row["subject"] for row in plain.cells(FOLDER / "subjects.csv")]
N = len(SUBJECTS)


def sides() -> dict[tuple[str, str, str], float]:
    """Hydration by subject, visit and side: the mean of at least two readings."""
    readings = defaultdict(list)
    for row in plain.cells(FOLDER / "hydration.csv", ";"):
        if row["Wert"] not in ("", "NA"):
            visit = row["Termin"].replace("Woche ", "W")
            readings[row["Proband"], visit, row["Seite"]].append(float(row["Wert"].replace(",", ".")))
    return {place: np.mean(values) for place, values in readings.items() if len(values) >= 2}


def grades() -> dict[tuple[str, str], float]:
    """Dryness by subject and visit."""
    rows = plain.cells(FOLDER / "dryness.csv")
    return {(row["subject"], row["visit"]): float(row["grade"]) for row in rows if row["grade"]}


class Outcome:
    """What is known of each subject: values at visits, and pairs of a visit with an earlier one."""

    def __init__(self, values: dict[str, dict[str, float]],
                 pairs: dict[tuple[str, str], dict[str, tuple[float, float]]]) -> None:
        self.values, self.pairs = values, pairs

    def changes(self, visit: str, reference: str) -> list[float]:
        """Value less reference value, in the order of subjects."""
        both = self.pairs[visit, _plain(reference)]
        return [first - second for _, (first, second) in sorted(both.items())]


def _plain(reference: str) -> str:
    return "W0" if reference == "baseline" else reference


def hydration() -> Outcome:
    """A pair uses the sides that were read at both visits; so does the value of a subject who has a baseline."""
    by_side = sides()

    def means(subject: str, visits: tuple[str, ...]) -> list[float] | None:
        common = [side for side in ("links", "rechts")
                  if all((subject, visit, side) in by_side for visit in visits)]
        return [np.mean([by_side[subject, visit, side] for side in common]) for visit in visits] if common else None

    pairs = {(visit, reference): {subject: tuple(both) for subject in SUBJECTS
                                  if (both := means(subject, (visit, reference)))}
             for visit, reference in (("W0", "W0"), ("W4", "W0"), ("W8", "W0"), ("W8", "W4"))}
    values = {visit: {subject: (means(subject, (visit, "W0")) or means(subject, (visit,)))[0]
                      for subject in SUBJECTS if means(subject, (visit,))} for visit in VISITS}
    return Outcome(values, pairs)


def dryness() -> Outcome:
    """Grades have no sides."""
    known = grades()
    values = {visit: {subject: known[subject, visit] for subject in SUBJECTS if (subject, visit) in known}
              for visit in VISITS}
    pairs = {(visit, reference): {subject: (values[visit][subject], values[reference][subject])
                                  for subject in SUBJECTS
                                  if subject in values[visit] and subject in values[reference]}
             for visit, reference in (("W4", "W0"), ("W8", "W0"), ("W8", "W4"))}
    return Outcome(values, pairs)


def described(here: Statistics, outcome: Outcome, later: tuple[tuple[str, str], ...]) -> None:
    """Values at each visit, and changes from the baseline (or from the visit that a comparison names)."""
    here = here.at(analysis="describe")
    for visit, of_subjects in outcome.values.items():
        values, at = list(of_subjects.values()), here.at(visit=visit, reference_visit="baseline")
        sd, mean = np.std(values, ddof=1), np.mean(values)
        at.put("value", n=len(values), n_missing=N - len(values), cv_percent=100 * sd / mean, **plain.summary(values))
        at.put("mean_value", **plain.mean_with_interval(values))
    for visit, reference in later:
        first, base = np.array([both for _, both in sorted(outcome.pairs[visit, _plain(reference)].items())]).T
        at, changes = here.at(visit=visit, reference_visit=reference), first - base
        at.put("change", n=len(changes), n_missing=N - len(changes), **plain.summary(changes))
        at.put("mean_change", **plain.mean_with_interval(changes))
        at.put("mean_percent_change", n=len(changes), **plain.mean_with_interval(100 * changes / base))
        at.put("percent_change_of_means", estimate=100 * (first.mean() / base.mean() - 1))
        of_logs = plain.mean_with_interval(np.log(first / base))
        at.put("geometric_mean_ratio", conf_level=0.95,
               **{stat: math.exp(of_logs[stat]) for stat in ("estimate", "conf_low", "conf_high")})


def described_grades(here: Statistics, outcome: Outcome) -> None:
    """Order statistics and distributions only: a mean of words is not given."""
    ordered = ("median", "q1", "q3", "min", "max")
    for visit, of_subjects in outcome.values.items():
        values = list(of_subjects.values())
        at = here.at(analysis="describe", visit=visit, reference_visit="baseline")
        numbers = plain.summary(values)
        at.put("value", n=len(values), n_missing=N - len(values), **{stat: numbers[stat] for stat in ordered})
        for level in range(5):
            n = values.count(level)
            at.at(level=str(level)).put("distribution", n=n, denominator=len(values), percent=100 * n / len(values))
        if visit != "W0":
            changes = outcome.changes(visit, "baseline")
            numbers = plain.summary(changes)
            at.put("change", n=len(changes), n_missing=N - len(changes), **{stat: numbers[stat] for stat in ordered})


def compared_by_means(here: Statistics, first: np.ndarray, base: np.ndarray) -> None:
    """Student's t, geometric means, effect sizes, sign flips, bootstrap and normality of one comparison."""
    d, lost = first - base, N - len(first)
    n, sd = len(d), np.std(d, ddof=1)
    t = here.at(analysis="paired_t")
    t.put("mean_difference", n=n, n_missing=lost, sd=sd, **plain.t_test(d))
    t.put("sd_difference", estimate=sd, conf_level=0.95, conf_low=sd * math.sqrt((n - 1) / stats.chi2.ppf(0.975, n - 1)),
          conf_high=sd * math.sqrt((n - 1) / stats.chi2.ppf(0.025, n - 1)))

    ratio, logs = here.at(analysis="geometric_mean_ratio"), plain.t_test(np.log(first / base))
    of_logs = ("std_error", "statistic", "df", "p_value")
    limits = {stat: math.exp(logs[stat]) for stat in ("estimate", "conf_low", "conf_high")}
    ratio.put("geometric_mean_ratio", n=n, n_missing=lost, conf_level=0.95, **limits, **{stat: logs[stat] for stat in of_logs})
    ratio.put("percent_change", conf_level=0.95, **{stat: 100 * (value - 1) for stat, value in limits.items()})

    effect, r = here.at(analysis="paired_effect_size"), np.corrcoef(first, base)[0, 1]
    sd_first, sd_base = np.std(first, ddof=1), np.std(base, ddof=1)
    effect.put("pairs", n=n, n_missing=lost, correlation=r)
    effect.put("d_z", **plain.standardised_mean(d))
    effect.put("hedges_g", **plain.standardised_mean(d, plain.hedges_factor(n - 1)))
    effect.put("d_av", estimate=d.mean() / ((sd_first + sd_base) / 2))
    effect.put("d_rm", estimate=d.mean() / sd * math.sqrt(2 * (1 - r)))
    effect.put("d_baseline", estimate=d.mean() / sd_base)
    g = plain.hedges_factor(n - 1) * d.mean() / sd_base
    error = math.sqrt(2 * (1 - r) / n + g**2 / (2 * n))
    effect.put("g_baseline", estimate=g, std_error=error, conf_low=g - plain.Z * error, conf_high=g + plain.Z * error, conf_level=0.95)
    effect.put("rank_biserial", **plain.rank_biserial(d))

    here.at(analysis="permutation_paired").put("mean_difference", n=n, n_missing=lost, **plain.sign_flips(d))
    bootstrapped(here.at(analysis="bootstrap"), d, lost)
    normal(here.at(analysis="normality"), d)


def bootstrapped(here: Statistics, d: np.ndarray, lost: int) -> None:
    """Against ten times as many resamples of our own: what is left is chance, so limits may differ by an eighth of a standard error.

    (The standard error of the 2.5 % quantile of 10,000 normal replicates is 0.027 of their standard deviation.)
    """
    n, error = len(d), np.std(d) / math.sqrt(len(d))
    own = np.sort(d[np.random.default_rng(2024).integers(0, n, size=(100_000, n))].mean(axis=1))
    cubes, squares = ((d - d.mean()) ** 3).sum(), ((d - d.mean()) ** 2).sum()
    z0, acceleration = stats.norm.ppf((own < d.mean() - 1e-12).mean()), cubes / (6 * squares**1.5)

    def corrected(p: float) -> float:
        z = z0 + stats.norm.ppf(p)
        return stats.norm.cdf(z0 + z / (1 - acceleration * z))

    low, high = np.quantile(own, [0.025, 0.975])
    bca = np.quantile(own, [corrected(0.025), corrected(0.975)])
    here.put("change", n=n, n_missing=lost, estimate=d.mean(), std_error=near(error, 0.03 * error), bootstrap_resamples=10_000,
             bootstrap_bias=near(0.0, 0.05 * error))
    for level, limits in (("percentile", (low, high)), ("basic", (2 * d.mean() - high, 2 * d.mean() - low)),
                          ("normal", (d.mean() - plain.Z * error, d.mean() + plain.Z * error)), ("bca", bca), (None, bca)):
        here.at(level=level).put("change", conf_low=near(limits[0], error / 8), conf_high=near(limits[1], error / 8), conf_level=0.95)
    away = stats.norm.ppf((own < 0).mean() + 1e-5) - z0
    p = 2 * stats.norm.cdf(away / (1 + acceleration * away) - z0)
    here.put("change", p_value=near(p, max(0.002, p / 2)))


def normal(here: Statistics, d: np.ndarray) -> None:
    """Shapiro and Wilk's W, skewness and kurtosis, and the points of the Q-Q plot; kurtosis is not tested below 20."""
    n, ordered = len(d), np.sort(d)
    here.put("shapiro_wilk", n=n)
    here.put("shapiro_wilk", rel=1e-7, statistic=stats.shapiro(ordered).statistic, p_value=stats.shapiro(ordered).pvalue)
    here.put("skewness", estimate=stats.skew(d, bias=False), statistic=stats.skewtest(d).statistic, p_value=stats.skewtest(d).pvalue)
    here.put("kurtosis", estimate=stats.kurtosis(d, bias=False), statistic="too_few", p_value="too_few")
    here.put("k_squared", statistic="too_few", p_value="too_few")
    for rank, value in enumerate(ordered, 1):
        here.at(at=stats.norm.ppf((rank - 0.375) / (n + 0.25))).put("qq", estimate=value)


def compared_by_ranks(here: Statistics, d: np.ndarray, improves: int) -> None:
    """Wilcoxon's test and the sign test of one comparison; `improves` is 1 where more is better, -1 where less is."""
    n, lost, ranked = len(d), N - len(d), here.at(analysis="wilcoxon_signed_rank")
    ranked.put("hodges_lehmann", n=n, n_missing=lost, statistic=plain.signed_ranks(d)[1], p_value=plain.exact_signed_rank_p(d),
               **plain.hodges_lehmann(d))
    ranked.put("hodges_lehmann_asymptotic", **plain.hodges_lehmann_asymptotic(d))
    ranked.put("zero_differences", n=(plain.untied(d) == 0).sum())

    signs, better, worse = here.at(analysis="sign_test"), (improves * plain.untied(d) > 0).sum(), (improves * plain.untied(d) < 0).sum()
    ordered, k = np.sort(d), int(stats.binom.ppf(0.025, n, 0.5))
    signs.put("median_difference", n=n, n_missing=lost, estimate=np.median(d), conf_low=ordered[k - 1], conf_high=ordered[-k], conf_level=0.95)
    for term, number in (("improved", better), ("unchanged", n - better - worse), ("worse", worse)):
        signs.put(term, **plain.counted(number, n))
    for term, of in (("improved_of_all", n), ("improved_of_changed", better + worse)):
        signs.put(term, n_with_event=better, denominator=of, **plain.clopper_pearson(better, of))
    signs.put("improved_of_changed", p_value=stats.binomtest(int(better), int(better + worse)).pvalue)


def normal_signed_rank(here: Statistics, d: np.ndarray) -> None:
    """The normal approximation, zeros ranked first and dropped afterwards (Pratt)."""
    here = here.at(analysis="signed_rank_normal")
    here.put("hodges_lehmann", n=len(d), n_missing=N - len(d), statistic=plain.signed_ranks(d, "pratt")[1],
             p_value=plain.normal_signed_rank_p(d, "pratt"), **plain.hodges_lehmann(d))
    here.put("hodges_lehmann_asymptotic", **plain.hodges_lehmann_asymptotic(d))
    here.put("zero_differences", n=(plain.untied(d) == 0).sum())


def areas(here: Statistics, outcome: Outcome) -> None:
    """Areas of the change, and means over time of the values with gaps bridged, by trapezoids over the planned days."""
    for name, (visit, reference) in COMPARISONS.items():
        span = [at for at in VISITS if DAYS[_plain(reference)] <= DAYS[at] <= DAYS[visit]]
        whole, bridged = [], []
        for subject in SUBJECTS:
            changes = [0.0 if at == _plain(reference) else np.subtract(*pair)
                       for at in span if (pair := outcome.pairs.get((at, _plain(reference)), {}).get(subject)) or at == _plain(reference)]
            if len(changes) == len(span) and subject in outcome.values[_plain(reference)]:
                whole.append(_area([DAYS[at] for at in span], changes))
            points = [(DAYS[at], outcome.values[at][subject]) for at in span if subject in outcome.values[at]]
            if points and points[0][0] == DAYS[span[0]] and points[-1][0] == DAYS[span[-1]]:
                bridged.append(_area(*zip(*points, strict=True)) / (DAYS[span[-1]] - DAYS[span[0]]))
        at = here.at(comparison=name, visit=visit)
        present = [subject for subject in SUBJECTS if any(subject in outcome.values[point] for point in span)]
        at.at(analysis="area_under_curve", reference_visit=reference).put(
            "area", n=len(whole), n_missing=len(present) - len(whole), **plain.t_test(whole))
        at.at(analysis="mean_level").put("area", n=len(bridged), n_missing=len(present) - len(bridged), **plain.mean_with_interval(bridged),
                                         statistic="no_null", df="no_null", p_value="no_null")


def _area(times: list[float], values: list[float]) -> float:
    return sum((end - start) * (first + last) / 2
               for (start, end), (first, last) in zip(pairwise(times), pairwise(values), strict=True))


def complete(outcome: Outcome) -> np.ndarray:
    """Subjects by visits, of those who have all."""
    return np.array([[outcome.values[visit][subject] for visit in VISITS] for subject in SUBJECTS
                     if all(subject in outcome.values[visit] for visit in VISITS)])


def friedman(here: Statistics, values: np.ndarray) -> None:
    """Friedman's test corrected for ties, Kendall's W, and later visits against the first by Wilcoxon's test."""
    here, (n, k) = here.at(analysis="friedman"), values.shape
    values = np.round(values, 10)
    ranks, found = stats.rankdata(values, axis=1), stats.friedmanchisquare(*values.T)
    here.put("subjects", n=n, n_missing=N - n)
    here.put("friedman", **plain.chi_square(found.statistic, k - 1))
    here.put("kendall_w", estimate=found.statistic / (n * (k - 1)))
    here.put("kendall_w_uncorrected", estimate=12 * ((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum() / (n**2 * (k**3 - k)))
    f = (n - 1) * found.statistic / (n * (k - 1) - found.statistic)
    here.put("iman_davenport", **plain.f_test(f, k - 1, (n - 1) * (k - 1)))
    for visit, rank in zip(VISITS, ranks.mean(axis=0), strict=True):
        here.at(visit=visit).put("mean_rank", mean=rank)
    later = [values[:, place] - values[:, 0] for place in (1, 2)]
    p_values = [plain.normal_signed_rank_p(d) for d in later]
    for visit, d, p, adjusted in zip(("W4", "W8"), later, p_values, plain.holm(p_values), strict=True):
        here.at(visit=visit, reference_visit="W0").put("signed_rank", n=(plain.untied(d) != 0).sum(), statistic=plain.signed_ranks(d)[1],
                                                       p_value=p, p_adjusted=adjusted)


def analysis_of_variance(here: Statistics, values: np.ndarray) -> None:
    """Visits within subjects, with the corrections for lack of sphericity, Mauchly's and Pillai's tests."""
    here, (n, k) = here.at(analysis="rm_anova"), values.shape
    here.put("subjects", n=n, n_missing=N - n)
    for visit, mean in zip(VISITS, values.mean(axis=0), strict=True):
        here.at(visit=visit).put("cell", n=n, mean=mean)
    of_visits = n * ((values.mean(axis=0) - values.mean()) ** 2).sum()
    of_subjects = k * ((values.mean(axis=1) - values.mean()) ** 2).sum()
    error = ((values - values.mean()) ** 2).sum() - of_visits - of_subjects
    here.put("visit", rm_anova_sum_of_squares=of_visits, rm_anova_error_sum_of_squares=error,
             rm_anova_partial_eta_squared=of_visits / (of_visits + error),
             rm_anova_generalised_eta_squared=of_visits / (of_visits + error + of_subjects))

    centring = np.eye(k) - 1 / k
    eigenvalues = np.sort(np.linalg.eigvalsh(centring @ np.cov(values.T) @ centring))[1:]
    greenhouse = eigenvalues.sum() ** 2 / ((k - 1) * (eigenvalues**2).sum())
    huynh = (n * (k - 1) * greenhouse - 2) / ((k - 1) * (n - 1 - (k - 1) * greenhouse))
    f = (of_visits / (k - 1)) / (error / ((n - 1) * (k - 1)))
    for level, epsilon in ((None, greenhouse), ("Greenhouse-Geisser", greenhouse), ("sphericity assumed", 1.0), ("Huynh-Feldt", huynh),
                           ("Huynh-Feldt-Lecoutre", huynh)):
        cut = min(1.0, epsilon)
        here.at(level=level).put("visit", **plain.f_test(f, cut * (k - 1), cut * (n - 1) * (k - 1)))
        if level not in (None, "sphericity assumed"):
            here.at(level=level).put("visit", rm_anova_epsilon=epsilon)

    w = eigenvalues.prod() / eigenvalues.mean() ** (k - 1)
    scale = n - 1 - (2 * (k - 1) ** 2 + (k - 1) + 2) / (6 * (k - 1))  # of three visits the second-order term is zero
    mauchly = plain.chi_square(-scale * math.log(w), k * (k - 1) // 2 - 1)
    here.at(level="Mauchly").put("visit", **{**mauchly, "statistic": w})

    apart = values[:, 1:] - values[:, :1]
    hotelling = n * apart.mean(axis=0) @ np.linalg.solve(np.cov(apart.T), apart.mean(axis=0))
    multivariate = plain.f_test((n - k + 1) / ((k - 1) * (n - 1)) * hotelling, k - 1, n - k + 1)
    here.at(level="Pillai").put("visit", rm_anova_pillai_trace=hotelling / (n - 1 + hotelling), **multivariate)


def shifted(here: Statistics, outcome: Outcome, name: str, visit: str) -> None:
    """The table of grades before and after, and the tests that its margins are equal and that it is symmetric."""
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

    tests = here.at(analysis="marginal_homogeneity", comparison=name, visit=visit, reference_visit="baseline")
    counts = np.array([[table[before, after] for after in grades_seen] for before in grades_seen], dtype=float)
    tests.put("pairs", n=len(pairs), n_missing=N - len(pairs), marginal_homogeneity_changed=counts.sum() - np.trace(counts))
    margins, off = counts.sum(axis=1) - counts.sum(axis=0), counts + counts.T - 2 * np.diag(np.diag(counts))
    covariance = np.diag(off.sum(axis=1)) - off
    tests.put("stuart_maxwell", **plain.chi_square(margins @ np.linalg.pinv(covariance) @ margins, np.linalg.matrix_rank(covariance)))
    across = [(counts[i, j], counts[j, i]) for i in range(len(counts)) for j in range(i) if counts[i, j] + counts[j, i]]
    tests.put("bowker", **plain.chi_square(sum((a - b) ** 2 / (a + b) for a, b in across), len(across)))


def responders(here: Statistics, outcome: Outcome) -> None:
    """Gains of 4.5 units: from week 4 to week 8 for the proportions, from baseline at either visit for McNemar's test."""
    gains = {(visit, reference): {subject: first - second >= 4.5 for subject, (first, second) in pairs.items()}
             for (visit, reference), pairs in outcome.pairs.items()}
    for visit in VISITS[1:]:
        known = gains[visit, "W0"]
        here.at(analysis="describe", visit=visit, reference_visit="baseline").put("responders", **plain.counted(sum(known.values()), len(known)))
    at = here.at(comparison="w8_w4", visit="W8", reference_visit="W4")
    events, n = sum(gains["W8", "W4"].values()), len(gains["W8", "W4"])
    error = math.sqrt(events / n * (1 - events / n) / n)
    counts = {"n_with_event": events, "denominator": n, "n_missing": N - n, "std_error": error}
    at.at(analysis="one_proportion").put("responder_proportion", **counts, **plain.clopper_pearson(events, n))
    low, high = plain.wilson(events, n)
    z = (events / n - 0.5) / math.sqrt(0.25 / n)
    at.at(analysis="against_a_half").put("responder_proportion", **counts, estimate=events / n, conf_low=low, conf_high=high, conf_level=0.95,
                                         statistic=z, p_value=2 * stats.norm.sf(abs(z)))
    both = [(gains["W8", "W0"][subject], gains["W4", "W0"][subject]) for subject in SUBJECTS
            if subject in gains["W8", "W0"] and subject in gains["W4", "W0"]]
    mcnemar(at.at(analysis="mcnemar"), both)


def mcnemar(here: Statistics, pairs: list[tuple[bool, bool]]) -> None:
    """The paired table, its difference with Newcombe's interval, its tests and the odds ratio of discordant pairs."""
    n = len(pairs)
    a, b, c, d = (pairs.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False)))
    for term, number in (("both_respond", a), ("first_only_responds", b), ("second_only_responds", c), ("neither_responds", d)):
        here.put(term, **plain.counted(number, n))
    difference, (low_1, high_1), (low_2, high_2) = (b - c) / n, plain.wilson(a + b, n), plain.wilson(a + c, n)
    p_1, p_2 = (a + b) / n, (a + c) / n
    product_ = a * d - b * c
    phi = (max(product_ - n / 2, 0) if product_ > 0 else product_) / math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    low = math.sqrt((p_1 - low_1) ** 2 - 2 * phi * (p_1 - low_1) * (high_2 - p_2) + (high_2 - p_2) ** 2)
    high = math.sqrt((high_1 - p_1) ** 2 - 2 * phi * (high_1 - p_1) * (p_2 - low_2) + (p_2 - low_2) ** 2)
    exact = stats.binomtest(b, b + c).pvalue
    here.put("risk_difference", n=n, estimate=difference, std_error=math.sqrt(b + c - (b - c) ** 2 / n) / n, conf_low=difference - low,
             conf_high=difference + high, conf_level=0.95, p_value=exact)
    here.put("exact_test", p_value=exact)
    one_tail = stats.binom.cdf(min(b, c), b + c, 0.5) - stats.binom.pmf(b, b + c, 0.5) / 2
    here.put("mid_p_test", p_value=min(1.0, 2 * one_tail))
    here.put("asymptotic_test", **plain.chi_square((b - c) ** 2 / (b + c), 1))
    here.put("continuity_corrected_test", **plain.chi_square(max(0, abs(b - c) - 1) ** 2 / (b + c), 1))
    share = plain.clopper_pearson(b, b + c)
    odds = {stat: share[stat] / (1 - share[stat]) if share[stat] < 1 else None for stat in ("estimate", "conf_low", "conf_high")}
    here.put("conditional_odds_ratio", conf_level=0.95, **odds)


def people(here: Statistics) -> None:
    """Ages summarised, words counted."""
    here, rows = here.at(analysis="people"), list(plain.cells(FOLDER / "subjects.csv"))
    ages = [float(row["age"]) for row in rows if row["age"]]
    numbers = plain.summary(ages)
    del numbers["std_error"]
    here.at(level="age").put("characteristic", n=len(ages), n_missing=N - len(ages), **numbers)
    for column in ("sex", "phototype"):
        words = [row[column] for row in rows if row[column]]
        here.at(level=column).put("characteristic", n=len(words), n_missing=N - len(words))
        for word in set(words):
            n = words.count(word)
            here.at(level=f"{column}={word}").put("characteristic", n=n, denominator=len(words), percent=100 * n / len(words))


def adverse_events(here: Statistics) -> None:
    """Subjects with an event and events: of all, by system and by term; by the worst severity of a subject."""
    here, rows = here.at(analysis="events"), list(plain.cells(FOLDER / "events.csv"))
    chosen = {"any": rows}
    for row in rows:
        term = row["preferred_term"] or row["term"]
        for level in (row["body_system"], f"{row['body_system']}|{term}"):
            chosen.setdefault(level, []).append(row)
    for level, part in chosen.items():
        counted_events(here.at(level=level), "events", part)
        for flag in ("serious", "related_product", "related_procedure"):
            flagged = [row for row in part if row.get(flag) == "true"]
            at, term = (here.at(level=f"{flag}=true"), "events") if level == "any" else (here.at(level=level), flag)
            counted_events(at, term, flagged)
        severities = ("mild", "moderate", "severe", "life-threatening", "fatal")
        worst: dict[str, int] = {}
        for row in part:
            if row["severity"]:
                worst[row["subject"]] = max(worst.get(row["subject"], 0), severities.index(row["severity"]) + 1)
        for place, n in Counter(worst.values()).items():
            here.at(level=level, at=float(place)).put("worst_severity", n_with_event=n)
        if worst:
            here.at(level=level).put("worst_severity", max=max(worst.values()))


def counted_events(here: Statistics, term: str, rows: list) -> None:
    subjects = len({row["subject"] for row in rows})
    here.put(term, n_events=len(rows), **plain.counted(subjects, N), **plain.clopper_pearson(subjects, N))


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], Run]) -> Run:
    return run_folder("one_group")


@pytest.fixture(scope="module")
def recomputed() -> Statistics:
    everything = Statistics({"population": "full", "handling": "observed"})
    people(everything)
    adverse_events(everything)
    read, graded = hydration(), dryness()
    here = everything.at(endpoint="hydration")
    described(here, read, (("W4", "baseline"), ("W8", "baseline"), ("W8", "W4")))
    for name, (visit, reference) in COMPARISONS.items():
        at = here.at(comparison=name, visit=visit, reference_visit=reference)
        first, base = np.array([both for _, both in sorted(read.pairs[visit, _plain(reference)].items())]).T
        compared_by_means(at, first, base)
        compared_by_ranks(at, first - base, improves=1)
        normal_signed_rank(at, first - base)
    areas(here, read)
    friedman(here, complete(read))
    analysis_of_variance(here, complete(read))

    here = everything.at(endpoint="dryness")
    described_grades(here, graded)
    for name, visit in (("w4", "W4"), ("w8", "W8")):
        at, d = here.at(comparison=name, visit=visit, reference_visit="baseline"), np.array(graded.changes(visit, "baseline"))
        compared_by_ranks(at, d, improves=-1)
        at.at(analysis="paired_effect_size").put("pairs", n=len(d), n_missing=N - len(d))
        at.at(analysis="paired_effect_size").put("rank_biserial", **plain.rank_biserial(d))
        shifted(here, graded, name, visit)
    friedman(here, complete(graded))

    here = everything.at(endpoint="gain")
    described(here, read, (("W4", "baseline"), ("W8", "baseline"), ("W8", "W4")))
    responders(here, read)
    return everything


def test_every_statistic_is_the_recomputed_one(run, recomputed):
    said = differences(run.table("results"), recomputed)

    assert not said, "\n".join(said)


def test_hypotheses_are_adjusted_by_holm(run):
    changes = [hydration().changes(visit, reference) for visit, reference in COMPARISONS.values()]
    adjusted = plain.holm([plain.t_test(d)["p_value"] for d in changes])

    hypotheses = dict(run.table("hypotheses").select("hypothesis", "p_adjusted").rows())
    expected = dict(zip((f"hydration.{name}" for name in COMPARISONS), adjusted, strict=True))
    assert {name: hypotheses[name] for name in expected} == pytest.approx(expected)
