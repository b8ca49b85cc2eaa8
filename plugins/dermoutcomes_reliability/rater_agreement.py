"""The analysis `rater_agreement`: whether raters give the same grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Scale, Stat, Task, Term
from dermoutcomes.stats import clustered_warning
from dermoutcomes_reliability.agreement_records import Ratings, ratings
from dermoutcomes_reliability.kappa import crossed, kappa, observed_agreement, pabak
from dermoutcomes_reliability.several_raters import fleiss, krippendorff

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


def score_table(items: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Kappas of two raters, from `table` or from the ratings `first` and `second`.

    `table` counts pairs, a row a grade of the first rater, a column one of the second, in the order
    of the grades. Of two lists, pairs with a missing rating are left out; `grades` names all grades
    in their order where not each was given. A kappa is None where it is not defined, and `not_had`
    says why. Raises ValueError, with what to write, for anything else.
    """
    if params:
        raise ValueError(f"no option {min(params)!r}. Leave out params")
    n_missing = 0
    if set(items) == {"table"}:
        counts = _square(items["table"])
    elif {"first", "second"} <= set(items) <= {"first", "second", "grades"}:
        counts, n_missing = _pairs(items)
    else:
        raise ValueError("a form has table, or first and second (and grades)")
    n = sum(map(sum, counts))
    told: dict[str, Any] = {
        "n": n,
        "n_missing": n_missing,
        "agreement": observed_agreement(counts) if n else None,
    }
    # As the analysis has it: what one rater calls all the same agrees as chance has it.
    columns = [*zip(*counts, strict=True)]
    is_defined = min(sum(any(row) for row in part) for part in (counts, columns)) > 1
    for weights in KAPPAS.values():
        told[f"kappa_{weights}"] = float(_exact_kappa(counts, weights)) if is_defined else None
    return told if is_defined else {**told, "not_had": "all ratings of a rater are at one level"}


def _exact_kappa(counts: Sequence[Sequence[int]], weights: str) -> Fraction:
    """Kappa from the disagreements, with the only division last: no binary tail."""
    # Any number of steps to the power of 0 is 1: each disagreement counts alike.
    power = {"unweighted": 0, "linear": 1, "quadratic": 2}[weights]
    rows = [sum(row) for row in counts]
    columns = [sum(column) for column in zip(*counts, strict=True)]
    steps = [
        (i, j, abs(i - j) ** power) for i in range(len(rows)) for j in range(len(rows)) if i != j
    ]
    observed = sum(rows) * sum(step * counts[i][j] for i, j, step in steps)
    expected = sum(step * rows[i] * columns[j] for i, j, step in steps)
    return Fraction(expected - observed, expected)


def _square(table: Any) -> list[list[int]]:
    rows = table if isinstance(table, list) else []
    cells = [cell for row in rows if isinstance(row, list) for cell in row]
    are_counts = all(type(cell) is int and cell >= 0 for cell in cells)
    if len(rows) < 2 or len(cells) != len(rows) ** 2 or not are_counts:
        raise ValueError("table is no square of counts. Write [[5, 1], [0, 4]], a row a grade")
    if any(len(row) != len(rows) for row in rows):
        raise ValueError(
            "the rows of table differ in length. Write [[5, 1], [0, 4]], a row a grade"
        )
    return [[*row] for row in rows]


def _pairs(items: Mapping[str, Any]) -> tuple[list[list[int]], int]:
    """The table of two lists of ratings, and how many pairs lack one of theirs."""
    first, second = items["first"], items["second"]
    if not isinstance(first, list) or not isinstance(second, list) or len(first) != len(second):
        raise ValueError("first and second are lists of the same length, null where not rated")
    pairs = [*zip(first, second, strict=True)]
    known = [pair for pair in pairs if None not in pair and "" not in pair]
    given = {rating for pair in known for rating in pair}
    if any(isinstance(rating, bool) or not isinstance(rating, (int, float)) for rating in given):
        raise ValueError("a rating is a number, or null where not rated")
    grades: Sequence[float] = items.get("grades") or sorted(given)
    if absent := sorted(given - set(grades)):
        raise ValueError(f"the rating {absent[0]:g} is none of grades. Write all in their order")
    ones, others = ([*column] for column in zip(*known, strict=True)) if known else ([], [])
    return crossed(ones, others, grades), len(pairs) - len(known)


WEIGHTED_KAPPA = Scale(
    "weighted_kappa",
    "Kappa of two raters, unweighted and weighted",
    (),
    missing_items="a pair of which one rating is missing is left out",
    licence="free: arithmetic",
    version="Cohen 1968, weights by steps between grades",
    references=(
        Reference(
            "Cohen J. Weighted kappa: nominal scale agreement with provision for scaled "
            "disagreement or partial credit. Psychol Bull 1968;70:213-220.",
            "10.1037/h0026256",
        ),
    ),
    score=score_table,
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
    scores=(WEIGHTED_KAPPA,),
)
