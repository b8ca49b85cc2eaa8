"""What goes wrong with defaults that this project refuses or warns of: each simulated without any effect, beside what is offered instead.

    python benchmarks/simulations/wrong_defaults.py [--runs 20000] [--seed 1]

Prints one table in Markdown. The same arguments give the same table. Needs numpy and scipy.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import special, stats

Array = np.ndarray[Any, Any]
ALPHA = 0.05


class Row(NamedTuple):
    """One line: what was simulated, under which setting, what is wrong and what it should be or what the alternative gives."""

    what: str
    setting: str
    measured: str
    wrong: float
    right: float


def t_rejects(mean: Array, std_error: Array, df: float) -> Array:
    """Whether a two-sided t-test at 0.05 rejects."""
    return np.abs(mean / std_error) > special.stdtrit(df, 1 - ALPHA / 2)


def mean_rejects(values: Array) -> Array:
    """The one-sample t-test of each row."""
    n = values.shape[1]
    return t_rejects(values.mean(axis=1), values.std(axis=1, ddof=1) / n**0.5, n - 1)


def line_at(x: Array, y: Array, at: Array) -> tuple[Array, Array]:
    """The height of each row's least squares line at a point, and its standard error with the point taken as known."""
    n = x.shape[1]
    centre, middle = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True)
    xx = ((x - centre) ** 2).sum(axis=1)
    slope = ((x - centre) * (y - middle)).sum(axis=1) / xx
    left = y - middle - slope[:, None] * (x - centre)
    variance = (left**2).sum(axis=1) / (n - 2)
    away = at - centre[:, 0]
    return middle[:, 0] + slope * away, np.sqrt(variance * (1 / n + away**2 / xx))


def correlated(rng: np.random.Generator, runs: int, n: int, r: float) -> tuple[Array, Array]:
    """Two standard normal readings of each subject, with that correlation."""
    first, own = rng.standard_normal((2, runs, n))
    return first, r * first + (1 - r * r) ** 0.5 * own


def baseline_covariate(rng: np.random.Generator, runs: int) -> Iterator[Row]:
    """One group: mean change adjusted for baseline at the sample's baseline mean, as if that were known."""
    for n in (21, 95):
        for r in (0.3, 0.5, 0.7):
            before, after = correlated(rng, runs, n, r)
            adjusted = t_rejects(*line_at(before, after - before, before.mean(axis=1)), n - 2)
            yield Row(
                "Baseline as a covariate of one group's mean change",
                f"n = {n}, r = {r}",
                "type I error",
                adjusted.mean(),
                mean_rejects(after - before).mean(),
            )


def sides_as_subjects(rng: np.random.Generator, runs: int) -> Iterator[Row]:
    """Both cheeks of 21 subjects counted as 42."""
    for r in (0.5, 0.7, 0.9):
        sides = np.concatenate(correlated(rng, runs, 21, r), axis=1)
        yield Row(
            "Two cheeks of a subject as two subjects",
            f"n = 21, r = {r}",
            "type I error",
            mean_rejects(sides).mean(),
            mean_rejects((sides[:, :21] + sides[:, 21:]) / 2).mean(),
        )


def enrolment_by_outcome(rng: np.random.Generator, runs: int) -> Iterator[Row]:
    """Subjects enrolled by a reading of 0.31 mm or more; baseline is that reading, or one of another day."""
    sd, r, limit = 0.06, 0.75, 0.31
    for mean in (0.31, 0.34):
        for n in (21, 95):
            readings = selected(rng, max(200, runs // 5), n, mean, sd, r, limit)
            (changes, firmer), (apart, firmer_apart) = (
                _fall(readings[:, :, 2] - readings[:, :, base]) for base in (0, 1)
            )
            setting = f"population mean {mean} mm, n = {n}"
            yield Row(
                "Baseline is the reading that enrolled", setting, "mean change, mm", changes, apart
            )
            yield Row(
                "Baseline is the reading that enrolled",
                setting,
                'P("firmer", p < 0.05)',
                firmer,
                firmer_apart,
            )


def selected(
    rng: np.random.Generator, runs: int, n: int, mean: float, sd: float, r: float, limit: float
) -> Array:
    """Three readings of each enrolled subject, equally correlated; the first is at or above the limit."""
    low = special.ndtr((limit - mean) / sd)
    first = special.ndtri(low + (1 - low) * rng.random((runs, n)))
    left = rng.standard_normal(
        (3, runs, n)
    )  # given the first, the others share what is left of the subject
    shared, own = (r - r * r) ** 0.5 * left[0], (1 - r) ** 0.5 * left[1:]
    return mean + sd * np.stack([first, *(r * first + shared + each for each in own)], axis=2)


def _fall(change: Array) -> tuple[float, float]:
    """Mean change, and how often a fall is found significant."""
    return float(change.mean()), float((mean_rejects(change) & (change.mean(axis=1) < 0)).mean())


def centred_side_difference(rng: np.random.Generator, runs: int) -> Iterator[Row]:
    """Side difference adjusted for the one before treatment: at the sample's mean difference, and at zero."""
    for r in (0.3, 0.5, 0.7):
        before, after = correlated(rng, runs, 30, r)
        wrong = t_rejects(*line_at(before, after, before.mean(axis=1)), 28)
        right = t_rejects(*line_at(before, after, np.zeros(runs)), 28)
        yield Row(
            "Side difference adjusted at the sample's mean",
            f"n = 30, r = {r}",
            "type I error",
            wrong.mean(),
            right.mean(),
        )


def sides_averaged_first(rng: np.random.Generator, runs: int) -> Iterator[Row]:
    """Left 6 % above right, left not read at the last visit in 10 of 21: averaged and then subtracted, or the other way round."""
    n, level, gone = 21, 0.34, 10
    subject = level * np.exp(0.14 * rng.standard_normal((runs, n, 1, 1)))
    side = np.array([1.03, 0.97]) * np.exp(0.04 * rng.standard_normal((runs, n, 1, 2)))
    values = subject * side * np.exp(0.06 * rng.standard_normal((runs, n, 2, 2)))
    values[:, :gone, 1, 0] = np.nan
    wrong = np.nanmean(values[:, :, 1], axis=2) - np.nanmean(values[:, :, 0], axis=2)
    right = np.nanmean(values[:, :, 1] - values[:, :, 0], axis=2)
    yield Row(
        "Sides averaged before the change is formed",
        "left 6 % above right, missing in 10 of 21",
        "mean change, mm",
        float(wrong.mean()),
        float(right.mean()),
    )


def change_from_replicates(rng: np.random.Generator, runs: int) -> Iterator[Row]:
    """The smallest detectable change from replicates of one sitting, and from two days; and who exceeds it without any change."""
    day, side, replicate, n = 0.025, 0.012, 0.020, 21
    days = (
        rng.normal(0, day, (runs, n, 2, 1, 1))
        + rng.normal(0, side, (runs, n, 2, 2, 1))
        + rng.normal(0, replicate, (runs, n, 2, 2, 3))
    )
    means = days.mean(axis=(3, 4))
    change = means[:, :, 1] - means[:, :, 0]
    factor = special.ndtri(0.975) * 2**0.5
    of_sitting = factor * (days[:, :, 0].var(axis=3, ddof=1).mean(axis=(1, 2)) / 6) ** 0.5
    of_days = factor * ((change**2).mean(axis=1) / 2) ** 0.5
    what = "Smallest detectable change from replicates of one sitting"
    yield Row(
        what, "2 sides, 3 replicates", "limit, mm", float(of_sitting.mean()), float(of_days.mean())
    )
    yield Row(
        what,
        "2 sides, 3 replicates",
        "unchanged subjects beyond it",
        *(float((np.abs(change) > limit[:, None]).mean()) for limit in (of_sitting, of_days)),
    )


def test_by_shapiro(rng: np.random.Generator, runs: int) -> Iterator[Row]:
    """Changes of mean zero; t unless a test of normality rejects, then Wilcoxon; and the smaller of both p-values."""
    few = max(200, runs // 5)
    for name, values in (
        ("normal", rng.standard_normal((few, 21))),
        ("skewed", rng.standard_exponential((few, 21)) - 1),
    ):
        by_t, by_rank = mean_rejects(values), signed_rank_rejects(values)
        normal = np.array([stats.shapiro(row).pvalue > ALPHA for row in values])
        yield Row(
            "t or Wilcoxon, chosen by Shapiro-Wilk",
            f"{name} changes, n = 21",
            "type I error for the mean",
            float(np.where(normal, by_t, by_rank).mean()),
            float(by_t.mean()),
        )
        yield Row(
            "The better of t and Wilcoxon",
            f"{name} changes, n = 21",
            "type I error for the mean",
            float((by_t | by_rank).mean()),
            float(by_t.mean()),
        )


def signed_rank_rejects(values: Array) -> Array:
    """Wilcoxon's signed-rank test of each row by its normal approximation."""
    n = values.shape[1]
    ranks = np.abs(values).argsort(axis=1).argsort(axis=1) + 1
    centred = (ranks * (values > 0)).sum(axis=1) - n * (n + 1) / 4
    return np.asarray(
        np.abs(centred) > special.ndtri(1 - ALPHA / 2) * (n * (n + 1) * (2 * n + 1) / 24) ** 0.5
    )


SIMULATIONS: tuple[Callable[[np.random.Generator, int], Iterator[Row]], ...] = (
    baseline_covariate,
    sides_as_subjects,
    enrolment_by_outcome,
    centred_side_difference,
    sides_averaged_first,
    change_from_replicates,
    test_by_shapiro,
)


def rows(runs: int, seed: int) -> Iterator[Row]:
    """Every line; each simulation has a generator of its own, so that none depends on another."""
    for number, simulate in enumerate(SIMULATIONS):
        yield from simulate(np.random.default_rng([seed, number]), runs)


def table(found: list[Row]) -> str:
    """The lines as Markdown."""
    head = ("What is done", "Setting", "Measured", "Gives", "Instead")
    body = [
        (row.what, row.setting, row.measured, f"{row.wrong:.3f}", f"{row.right:.3f}")
        for row in found
    ]
    return "\n".join(
        f"| {' | '.join(cells)} |" for cells in (head, ("---", "---", "---", "--:", "--:"), *body)
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=20000,
        help="studies a setting; those that need a loop or several readings take a fifth",
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(table(list(rows(given.runs, given.seed))))


if __name__ == "__main__":
    main()
