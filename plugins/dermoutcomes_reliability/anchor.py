"""The analysis `anchor_mic`: the change in a measure that an anchor calls minimally important."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes_reliability.agreement_records import Matched, matched
from dermoutcomes_reliability.important_change import (
    LEAST_CORRELATION,
    mean_change,
    predicted_change,
    roc_cutoff,
)
from dermoutcomes_reliability.repeated_correlation import spearman

__all__ = ["ANCHOR_MIC", "AnchorOptions"]

TERMS = {
    "mic_mean_change": ("n", "estimate"),
    "mic_roc": ("n", "estimate"),
    "mic_predictive": ("n", "estimate"),
}
ROC = ("anchor_mic_sensitivity", "anchor_mic_specificity", "anchor_mic_area")
NO_PAIRS = "No unit has both a change of the measure and a grade of the anchor at one visit."


@frozen
class AnchorOptions:
    """What the anchor's grades mean."""

    improved: tuple[float, ...] = option((), "Grades of the anchor that mean improved.")
    minimal: tuple[float, ...] = option((), "Those of them that mean minimally improved.")


class _Groups(NamedTuple):
    """Changes in the improving direction, by what the anchor says."""

    minimal: list[float]
    improved: list[float]
    not_improved: list[float]


def run(task: Task, options: AnchorOptions) -> Iterator[Stat]:
    """The change of the first endpoint, with the second as anchor, at each visit."""
    joined = _pairs(task)
    problem = (
        ("two_endpoints", "An anchor needs two endpoints: the measure, then the anchor.")
        if len(task.endpoints) != 2
        else (
            "no_grades",
            "Say which grades of the anchor mean improved, and which of them minimally improved.",
        )
        if not options.improved
        else None
    )
    if problem is not None or not joined:
        yield from (
            row.failed(
                *(
                    problem
                    or (
                        "no_data",
                        NO_PAIRS,
                    )
                )
            )
            for row in _empty_rows(Stat("n", unit=task.unit))
        )
        return
    for pairs in joined:
        yield from _visit_rows(task, pairs, options)


def _pairs(task: Task) -> list[Matched]:
    """Change of the measure against the rating of the anchor.

    The anchor is a rating of change or a change itself.
    """
    if len(task.endpoints) != 2:
        return []
    changes, values = matched(task, "change"), matched(task)
    rated = {
        (pairs.visit, subject): grade
        for pairs in values
        for subject, grade in zip(pairs.subjects, pairs.second, strict=True)
    }
    if changes and any(pairs.first for pairs in changes):
        return [pairs for pairs in changes if pairs.first]
    return [
        _with_grades(task, pairs.visit, rated)
        for pairs in values
        if pairs.first and any(True for _ in _with_grades(task, pairs.visit, rated).first)
    ]


def _with_grades(
    task: Task, visit: str | None, rated: dict[tuple[str | None, str], float]
) -> Matched:
    """A rating of change has no change of its own.

    Its grade stands against the change of the measure.
    """
    import polars as pl

    first = next(iter(task.endpoints))
    against = pl.col("reference_visit").is_null() | (pl.col("reference_visit") == "baseline")
    rows = (
        task.records.filter(
            (pl.col("endpoint") == first) & against & pl.col("visit").eq_missing(visit)
        )
        .drop_nulls("change")
        .sort("subject")
    )
    graded = [
        (row["subject"], row["change"])
        for row in rows.iter_rows(named=True)
        if (visit, row["subject"]) in rated
    ]
    return Matched(
        visit,
        tuple(s for s, _ in graded),
        tuple(c for _, c in graded),
        tuple(rated[visit, s] for s, _ in graded),
        rows.height - len(graded),
    )


def _visit_rows(task: Task, pairs: Matched, options: AnchorOptions) -> Iterator[Stat]:
    template = Stat(
        "n",
        visit=pairs.visit,
        unit=task.unit,
        n_subjects=len(set(pairs.subjects)),
        n_records=len(pairs.first),
    )
    try:
        rho = spearman(pairs.first, pairs.second)
    except ValueError as error:
        yield from (
            row.failed("no_variance", f"{str(error).capitalize()}.")
            for row in _empty_rows(template)
        )
        return
    yield from template.rows("anchor", n=len(pairs.first), correlation=rho)
    if abs(rho) < LEAST_CORRELATION:
        sentence = (
            f"The anchor's rank correlation with the change is {rho:.2f}; below "
            f"{LEAST_CORRELATION} in size it says too little of the change for a minimal important "
            "change."
        )
        yield from (
            row.failed("weak_anchor", sentence)
            for row in _empty_rows(template)
            if row.term != "anchor"
        )
        return
    yield from _estimate_rows(
        template, _groups_of(task, pairs, options), -1.0 if _improves(task) == "down" else 1.0
    )


def _improves(task: Task) -> str | None:
    return next(iter(task.endpoints.values())).improves or task.improves


def _groups_of(task: Task, pairs: Matched, options: AnchorOptions) -> _Groups:
    sign = -1.0 if _improves(task) == "down" else 1.0
    changes_and_grades = [
        (sign * change, grade) for change, grade in zip(pairs.first, pairs.second, strict=True)
    ]
    return _Groups(
        [c for c, g in changes_and_grades if g in options.minimal],
        [c for c, g in changes_and_grades if g in options.improved],
        [c for c, g in changes_and_grades if g not in options.improved],
    )


def _estimate_rows(template: Stat, groups: _Groups, sign: float) -> Iterator[Stat]:
    yield from _estimate_row(
        template, "mic_mean_change", len(groups.minimal), lambda: mean_change(groups.minimal), sign
    )
    n = len(groups.improved) + len(groups.not_improved)
    yield from _estimate_row(
        template,
        "mic_predictive",
        n,
        lambda: predicted_change(groups.improved, groups.not_improved),
        sign,
    )
    try:
        cut = roc_cutoff(groups.improved, groups.not_improved)
    except ValueError as error:
        yield from (
            row.failed("one_group", f"{str(error).capitalize()}.")
            for row in template.rows("mic_roc", estimate=None, **dict.fromkeys(ROC))
        )
        return
    yield from template.rows("mic_roc", n=n, estimate=sign * cut.change)
    yield from template.rows(
        "mic_roc", **dict(zip(ROC, (cut.sensitivity, cut.specificity, cut.area), strict=True))
    )


def _estimate_row(
    template: Stat, term: str, n: int, compute: object, sign: float
) -> Iterator[Stat]:
    yield from template.rows(term, n=n)
    for row in template.rows(term, estimate=None):
        try:
            yield from template.rows(term, estimate=sign * compute())  # type: ignore[operator]
        except ValueError as error:
            yield row.failed("one_group", f"{str(error).capitalize()}.")


def _empty_rows(template: Stat) -> Iterator[Stat]:
    yield from template.rows("anchor", correlation=None)
    for term in TERMS:
        yield from template.rows(term, estimate=None)
    yield from template.rows("mic_roc", **dict.fromkeys(ROC))


ANCHOR_MIC = Analysis(
    "anchor_mic",
    "Minimal important change by an anchor",
    run,
    endpoints="several",
    options=AnchorOptions,
    kinds=("continuous", "ordinal"),
    terms=(
        Term("anchor", "Anchor", ("n", "correlation")),
        Term(
            "mic_mean_change",
            "Minimal important change, mean change",
            ("n", "estimate"),
            unit="data",
        ),
        Term("mic_roc", "Minimal important change, ROC", ("n", "estimate", *ROC), unit="data"),
        Term(
            "mic_predictive", "Minimal important change, predictive", ("n", "estimate"), unit="data"
        ),
    ),
    method="The minimal important change was estimated with an anchor whose rank correlation with "
    "the change is at least 0.3: the mean change of the minimally improved, the cut-off of "
    "the ROC curve with the largest sum of sensitivity and specificity, and predictive "
    "modelling. Improved: {improved}; minimally improved: {minimal}.",
    references=(
        Reference(
            "Terluin B, Eekhout I, Terwee CB, de Vet HCW. Minimal important change (MIC) based on "
            "a predictive modeling approach was more precise than MIC based on ROC analysis. J "
            "Clin Epidemiol 2015;68:1388-1396.",
            "10.1016/j.jclinepi.2015.03.015",
        ),
        Reference(
            "Revicki D, Hays RD, Cella D, Sloan J. Recommended methods for determining "
            "responsiveness and minimally important differences. J Clin Epidemiol 2008;61:102-109.",
            "10.1016/j.jclinepi.2007.03.012",
        ),
    ),
)
