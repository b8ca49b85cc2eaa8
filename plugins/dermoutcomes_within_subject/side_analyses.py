"""The analyses `difference_of_changes` and `adjusted_side_difference`.

Which is meant must be said beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import NO_DIRECTION, failed_rows, tail_of
from dermoutcomes_within_subject.least_squares import correlation, line, mean
from dermoutcomes_within_subject.side_differences import SideDifferences, side_differences
from dermoutcomes_within_subject.small_samples import Effect

__all__ = ["ADJUSTED_SIDE_DIFFERENCE", "DIFFERENCE_OF_CHANGES"]

CHANGES, ADJUSTED, BEFORE, SLOPE = (
    "difference_of_changes",
    "adjusted_side_difference",
    "difference_before_treatment",
    "slope_on_difference_before",
)
SAME_DAY, OF_DIFFERENCES = "treatments_within_subject", "difference_before_and_after"
MEASURED = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)
CONSORT = Reference(
    "Pandis N, Chung B, Scherer RW, Elbourne D, Altman DG. CONSORT 2010 statement: extension "
    "checklist for reporting within person randomised trials. BMJ 2017;357:j2835.",
    "10.1136/bmj.j2835",
)


def changes(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's mean difference of changes.

    ((first - second) now) - ((first - second) before treatment).
    """
    for sides in side_differences(task):
        yield from _count_rows(sides, CHANGES)
        yield from _effect_rows(
            task,
            sides.template,
            CHANGES,
            lambda bound=sides: mean(bound.changes),  # type: ignore[misc]
        )
        yield from _before(sides)
        yield from _correlation_rows(sides)


def adjusted(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's difference now at a difference before treatment of zero.

    The intercept of a line through the subjects.
    """
    for sides in side_differences(task):
        yield from _count_rows(sides, ADJUSTED)
        if not task.sides_randomised:
            sentence = (
                "The difference of sides is adjusted only where the study says that sides were "
                "drawn at random; difference_of_changes needs no such thing."
            )
            yield from failed_rows(
                sides.template, ADJUSTED, MEASURED, "sides_not_randomised", sentence
            )
            continue
        yield from _effect_rows(
            task,
            sides.template,
            ADJUSTED,
            lambda bound=sides: line(bound.before, bound.after)[0],  # type: ignore[misc]
        )
        yield from _slope_rows(sides)
        yield from _before(sides)
        yield from _correlation_rows(sides)


def _count_rows(sides: SideDifferences, term: str) -> Iterator[Stat]:
    yield from sides.template.rows(term, n=sides.n, n_missing=sides.missing)


def _effect_rows(
    task: Task, template: Stat, term: str, compute: Callable[[], Effect]
) -> Iterator[Stat]:
    try:
        effect = compute()
    except ValueError as error:
        n = template.n_subjects or 0
        code = "no_data" if not n else "too_few" if "at least" in str(error) else "no_variance"
        yield from failed_rows(
            template,
            term,
            MEASURED,
            code,
            f"{str(error).capitalize()}; there {'is' if n == 1 else 'are'} {n}."
            if n < 3
            else f"{str(error).capitalize()}, so nothing tells how sure the estimate is.",
        )
        return
    low, high = effect.limits(task.confidence)
    yield from template.rows(
        term,
        estimate=effect.estimate,
        std_error=effect.std_error,
        conf_low=low,
        conf_high=high,
        conf_level=task.confidence,
        statistic=effect.statistic,
        df=effect.df,
    )
    tail = tail_of(task)
    if tail is None:
        yield from failed_rows(template, term, ("p_value",), *NO_DIRECTION)
    else:
        yield from evolve(template, text=tail).rows(term, p_value=effect.p_value(tail))


def _slope_rows(sides: SideDifferences) -> Iterator[Stat]:
    """How much of a difference before treatment is left; nothing where there is no line."""
    try:
        slope = line(sides.before, sides.after)[1]
    except ValueError:
        return
    yield from evolve(sides.template, unit="").rows(
        SLOPE, estimate=slope.estimate, std_error=slope.std_error
    )


def _before(sides: SideDifferences) -> Iterator[Stat]:
    if sides.n:
        yield from sides.template.rows(BEFORE, mean=sum(sides.before) / sides.n)


def _correlation_rows(sides: SideDifferences) -> Iterator[Stat]:
    """How alike the treatments are inside a person, and the difference with what it was before."""
    for term, values in (
        (SAME_DAY, (sides.first, sides.second)),
        (OF_DIFFERENCES, (sides.before, sides.after)),
    ):
        r = correlation(*values)
        if r is not None:
            yield from sides.template.rows(term, correlation=r)


def _terms(name: str, label: str) -> tuple[Term, ...]:
    """The difference that decides, and what both analyses say of the sides."""
    return (
        Term(
            name,
            label,
            ("n", "n_missing", *MEASURED),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="t",
        ),
        Term(BEFORE, "Difference before treatment", ("mean",), scale="difference", unit="data"),
        Term(SAME_DAY, "Treatments within subject", ("correlation",)),
        Term(OF_DIFFERENCES, "Difference before and after", ("correlation",)),
    )


DIFFERENCE_OF_CHANGES = Analysis(
    CHANGES,
    "Difference of changes within subjects",
    changes,
    terms=_terms(CHANGES, "Difference of changes"),
    designs=("within-subject",),
    needs="comparison",
    decides=CHANGES,
    dependence="paired",
    summary=("difference in means",),
    method="Treatments within subjects were compared by the paired difference of changes from "
    "baseline, with Student's t.",
    references=(CONSORT,),
)

ADJUSTED_SIDE_DIFFERENCE = Analysis(
    ADJUSTED,
    "Difference of sides adjusted for the one before treatment",
    adjusted,
    terms=(
        *_terms(ADJUSTED, "Adjusted side difference"),
        Term(SLOPE, "Slope on difference before", ("estimate", "std_error"), scale="coefficient"),
    ),
    designs=("within-subject",),
    needs="comparison",
    decides=ADJUSTED,
    dependence="paired",
    summary=("difference in means",),
    method="The difference of sides was adjusted for the difference before treatment by a "
    "straight line; the estimate is its value at a difference before treatment of zero, "
    "which random allocation of sides makes the expected one, and not at the sample's mean.",
    references=(
        CONSORT,
        Reference(
            "Vickers AJ, Altman DG. Analysing controlled trials with baseline and follow up "
            "measurements. BMJ 2001;323:1123-1124.",
            "10.1136/bmj.323.7321.1123",
        ),
    ),
)
