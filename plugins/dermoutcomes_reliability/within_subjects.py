"""The analysis `repeated_measures_correlation`.

Whether an instrument and a scale go together within subjects.
"""

from __future__ import annotations

from collections.abc import Iterator

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import clustered_warning
from dermoutcomes_reliability.agreement_records import matched
from dermoutcomes_reliability.repeated_correlation import within_correlation

__all__ = ["REPEATED_MEASURES_CORRELATION"]

TERM = "repeated_measures_correlation"
MEASURED = ("estimate", "conf_low", "conf_high", "conf_level", "df", "p_value")


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Over all visits.

    The correlation of the two endpoints' deviations from each subject's own means.
    """
    pairs_of_subject: dict[str, list[tuple[float, float]]] = {}
    for pairs in matched(task):
        for subject, first, second in zip(pairs.subjects, pairs.first, pairs.second, strict=True):
            pairs_of_subject.setdefault(subject, []).append((first, second))
    n = sum(map(len, pairs_of_subject.values()))
    visits = [(len(pairs.subjects), len(set(pairs.subjects))) for pairs in matched(task)]
    # Several visits of a subject are what the method is for; several pairs at one visit are not.
    at_one_visit = max(visits, key=lambda counts: counts[0] - counts[1], default=(0, 0))
    template = Stat(
        "n",
        unit="",
        n_subjects=len(pairs_of_subject),
        n_records=n,
        warning=clustered_warning(*at_one_visit, "pairs at one visit"),
    )
    yield from template.rows(TERM, n=n)
    try:
        result = within_correlation(pairs_of_subject, task.confidence)
    except ValueError as error:
        code = "two_endpoints" if len(task.endpoints) != 2 else "too_few" if n else "no_data"
        sentence = str(error) if n else "no unit has both endpoints at one visit"
        yield from (
            row.failed(code, f"{sentence.capitalize()}.")
            for row in template.rows(TERM, **dict.fromkeys(MEASURED))
        )
        return
    yield from template.rows(
        TERM,
        estimate=result.estimate,
        conf_level=task.confidence,
        df=result.df,
        p_value=result.p_value,
    )
    for row in template.rows(TERM, conf_low=result.conf_low, conf_high=result.conf_high):
        yield (
            row
            if row.value is not None
            else row.failed(
                "boundary",
                "There is no interval at a correlation of 1 or with one degree of freedom.",
            )
        )


REPEATED_MEASURES_CORRELATION = Analysis(
    TERM,
    "Repeated-measures correlation",
    run,
    endpoints="several",
    kinds=("continuous", "ordinal"),
    terms=(Term(TERM, "Repeated measures correlation", ("n", *MEASURED), scale="index"),),
    method="The correlation within subjects over visits was that of analysis of covariance with "
    "the subject as factor and a common slope; its interval is Fisher's.",
    references=(
        Reference(
            "Bland JM, Altman DG. Calculating correlation coefficients with repeated "
            "observations: part 1. BMJ 1995;310:446.",
            "10.1136/bmj.310.6977.446",
        ),
        Reference(
            "Bakdash JZ, Marusich LR. Repeated measures correlation. Front Psychol 2017;8:456.",
            "10.3389/fpsyg.2017.00456",
        ),
    ),
)
