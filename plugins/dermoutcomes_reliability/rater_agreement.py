"""The analysis `rater_agreement`: whether raters give the same grade."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import clustered_warning
from dermoutcomes_reliability.kappa import crossed, kappa, observed_agreement, pabak
from dermoutcomes_reliability.several_raters import fleiss, krippendorff
from dermoutcomes_reliability.views import Ratings, ratings

__all__ = ["RATER_AGREEMENT"]

KAPPAS = {"kappa": "unweighted", "kappa_linear": "linear", "kappa_quadratic": "quadratic"}
KAPPA = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "p_value")
FLEISS = ("estimate", "std_error", "statistic", "p_value")
ALPHAS = {"alpha_nominal": "nominal", "alpha_ordinal": "ordinal", "alpha_interval": "interval"}


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """At each visit: every pair of raters, then all raters together."""
    visits = ratings(task)
    if not visits:
        yield from (
            row.failed("no_data", "There are no ratings.")
            for row in Stat("n", n_subjects=0).rows("alpha_ordinal", n=0, estimate=None)
            if row.stat == "estimate"
        )
    for visit in visits:
        for first, second in combinations(range(len(visit.raters)), 2):
            yield from _pair_rows(task, visit, first, second)
        yield from _all_raters_rows(visit)


def _pair_rows(task: Task, rated: Ratings, first: int, second: int) -> Iterator[Stat]:
    pairs = [
        (row[first], row[second])
        for row in rated.table
        if row[first] is not None and row[second] is not None
    ]
    names = rated.raters[first], rated.raters[second]
    template = Stat(
        "n",
        visit=rated.visit,
        group=names[0],
        reference_group=names[1],
        unit="",
        n_records=len(pairs),
        warning=clustered_warning(len(rated.subjects), len(set(rated.subjects)), "units"),
    )
    yield from template.rows(
        "agreement", n=len(pairs), n_missing=len(rated.table) - len(pairs) + rated.absent
    )
    if not pairs:
        yield from (
            row.failed("no_data", "No unit has both ratings.") for row in _empty_pair_rows(template)
        )
        return
    # A grade that nobody gave is a step between those beside it, and a category of PABAK.
    seen = {value for pair in pairs for value in pair if value is not None}
    levels = sorted({*task.allowed_values, *task.labels, *seen})
    counts = crossed(
        [a for a, _ in pairs if a is not None], [b for _, b in pairs if b is not None], levels
    )
    yield from template.rows("agreement", proportion=observed_agreement(counts))
    for term, weights in KAPPAS.items():
        yield from _kappa_rows(task, template, counts, term, weights)
    for row in template.rows("pabak", estimate=pabak(counts) if len(levels) > 1 else None):
        yield (
            row
            if row.value is not None
            else row.failed("one_level", "All ratings are at one level.")
        )


def _kappa_rows(
    task: Task, template: Stat, counts: list[list[int]], term: str, weights: str
) -> Iterator[Stat]:
    try:
        agreement = kappa(counts, weights, task.confidence)
    except ValueError as error:
        sentence = f"{str(error).capitalize()}, so that chance alone agrees."
        yield from (
            row.failed("one_level", sentence) for row in template.rows(term, **dict.fromkeys(KAPPA))
        )
        return
    yield from template.rows(
        term,
        estimate=agreement.estimate,
        std_error=agreement.std_error,
        conf_low=agreement.conf_low,
        conf_high=agreement.conf_high,
        conf_level=task.confidence,
        statistic=agreement.statistic,
        p_value=agreement.p_value,
    )


def _empty_pair_rows(template: Stat) -> Iterator[Stat]:
    yield from template.rows("agreement", proportion=None)
    for term in KAPPAS:
        yield from template.rows(term, **dict.fromkeys(KAPPA))
    yield from template.rows("pabak", estimate=None)


def _all_raters_rows(rated: Ratings) -> Iterator[Stat]:
    template = Stat(
        "n",
        visit=rated.visit,
        unit="",
        n_records=len(rated.table),
        warning=clustered_warning(len(rated.subjects), len(set(rated.subjects)), "units"),
    )
    without_gaps = [row for row in rated.table if None not in row]
    levels = sorted({value for row in without_gaps for value in row if value is not None})
    try:
        agreement = fleiss([[row.count(level) for level in levels] for row in without_gaps])
        yield from evolve(template, n_records=len(without_gaps)).rows(
            "fleiss_kappa",
            estimate=agreement.estimate,
            std_error=agreement.null_error,
            statistic=agreement.statistic,
            p_value=agreement.p_value,
        )
    except ValueError as error:
        yield from (
            row.failed("not_rated", f"{str(error).capitalize()}.")
            for row in template.rows("fleiss_kappa", **dict.fromkeys(FLEISS))
        )
    for term, metric in ALPHAS.items():
        try:
            alpha, pairable = krippendorff(rated.table, metric)
            yield from evolve(template, n_records=pairable).rows(term, estimate=alpha)
        except ValueError as error:
            yield from (
                row.failed("not_rated", f"{str(error).capitalize()}.")
                for row in template.rows(term, estimate=None)
            )


RATER_AGREEMENT = Analysis(
    "rater_agreement",
    "Agreement of raters",
    run,
    endpoints="several",
    reads_if_any=("observations",),
    kinds=("ordinal", "continuous"),
    dependence="clustered",
    terms=(
        Term("agreement", "Agreement", ("n", "n_missing", "proportion"), scale="proportion"),
        Term("kappa", "Kappa", KAPPA, scale="index", letter="z"),
        Term("kappa_linear", "Kappa, linear weights", KAPPA, scale="index", letter="z"),
        Term("kappa_quadratic", "Kappa, quadratic weights", KAPPA, scale="index", letter="z"),
        Term("pabak", "PABAK", ("estimate",), scale="index"),
        Term("fleiss_kappa", "Fleiss kappa", FLEISS, scale="index", null=0.0, letter="z"),
        Term("alpha_nominal", "Krippendorff alpha (nominal)", ("n", "estimate"), scale="index"),
        Term("alpha_ordinal", "Krippendorff alpha (ordinal)", ("n", "estimate"), scale="index"),
        Term("alpha_interval", "Krippendorff alpha (interval)", ("n", "estimate"), scale="index"),
    ),
    method="Agreement of raters was described by Cohen's kappa (unweighted, and with linear and "
    "quadratic weights) with the large-sample standard error for each pair, by Fleiss' "
    "kappa for units that all rated, and by Krippendorff's alpha, which leaves missing "
    "ratings out. Weights count steps between the grades of the scale.",
    references=(
        Reference(
            "Fleiss JL, Cohen J, Everitt BS. Large sample standard errors of kappa and weighted "
            "kappa. Psychol Bull 1969;72:323-327.",
            "10.1037/h0028106",
        ),
        Reference(
            "Fleiss JL, Nee JCM, Landis JR. Large sample variance of kappa in the case of "
            "different sets of raters. Psychol Bull 1979;86:974-977.",
            "10.1037/0033-2909.86.5.974",
        ),
        Reference(
            "Krippendorff K. Computing Krippendorff's alpha-reliability. University of "
            "Pennsylvania; 2011."
        ),
    ),
)
