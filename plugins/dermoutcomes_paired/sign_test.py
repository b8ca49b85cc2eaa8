"""The analysis `sign_test`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import Tail, failed_rows
from dermoutcomes_paired.pairs import View, views
from dermoutcomes_paired.power import SIGN_TEST_POWER
from dermoutcomes_paired.signs import Signs, median_difference, signs

__all__ = ["SIGN_TEST"]

MEDIAN, COUNTS = "median_difference", ("improved", "unchanged", "worse")
TERM, OF_ALL = "improved_of_changed", "improved_of_all"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
COUNTED = ("n_with_event", "denominator", "percent")


UNRATED = LEAVE_OUT, NO_CHANGE = "leave_out", "no_change"


@frozen
class SignTestOptions:
    """What is done about pairs of which a value is missing."""

    unrated: str = option(
        LEAVE_OUT,
        'Pairs of which a value is missing: left out, or with "no_change" counted with those '
        "unchanged, in n and in the share of all, never in the test.",
        choices=UNRATED,
    )


def run(task: Task, options: SignTestOptions) -> Iterator[Stat]:
    """Each comparison's improved against worse.

    Its exact sign test, and the median difference with its interval.
    """
    for view in views(task):
        added = view.missing if options.unrated == NO_CHANGE and view.n else 0
        yield from view.template.rows(MEDIAN, n=view.n + added, n_missing=view.missing - added)
        if not view.n:
            yield from failed_rows(
                view.template, TERM, (*INTERVAL, "p_value"), "no_data", "There is no pair."
            )
            continue
        yield from _median(task, view)
        counts = signs(view.differences)
        template = evolve(view.template, unit="", text=_unrated_words(added))
        yield from _sign_rows(task, template, counts._replace(zero=counts.zero + added))


def _unrated_words(added: int) -> str | None:
    return f"{added} unrated counted as unchanged" if added else None


def _median(task: Task, view: View) -> Iterator[Stat]:
    median = median_difference(view.differences, task.confidence)
    yield from view.template.rows(MEDIAN, estimate=median.estimate, conf_level=task.confidence)
    if median.conf_low is None:
        sentence = (
            f"{view.n} pairs are too few for a {100 * task.confidence:g}% interval of a median."
        )
        yield from failed_rows(
            view.template, MEDIAN, ("conf_low", "conf_high"), "too_few", sentence
        )
    else:
        yield from view.template.rows(MEDIAN, conf_low=median.conf_low, conf_high=median.conf_high)


def _sign_rows(task: Task, template: Stat, counts: Signs) -> Iterator[Stat]:
    from dermoutcomes.stats import sign_test_p

    if task.improves is None:
        yield from failed_rows(
            template,
            TERM,
            (*INTERVAL, "p_value"),
            "no_direction",
            "It is not known which way is better.",
        )
        return
    improved, worse = (
        (counts.positive, counts.negative)
        if task.improves == "up"
        else (counts.negative, counts.positive)
    )
    for term, number in zip(COUNTS, (improved, counts.zero, worse), strict=True):
        yield from template.rows(
            term, n_with_event=number, denominator=sum(counts), percent=100 * number / sum(counts)
        )
    yield from _share_rows(task, template, OF_ALL, improved, sum(counts))
    if not improved + worse:
        yield from failed_rows(
            template,
            TERM,
            (*INTERVAL, "p_value"),
            "all_zero",
            "Nobody changed, so there is no sign to test.",
        )
        return
    yield from _share_rows(task, template, TERM, improved, improved + worse)
    tail: Tail = "greater" if task.sided == 1 else "two-sided"
    words = "; ".join(filter(None, (f"{tail}, exact", template.text)))
    yield from evolve(template, text=words).rows(TERM, p_value=sign_test_p(improved, worse, tail))


def _share_rows(task: Task, template: Stat, term: str, improved: int, n: int) -> Iterator[Stat]:
    from dermoutcomes.stats import clopper_pearson

    low, high = clopper_pearson(improved, n, task.confidence)
    yield from template.rows(
        term,
        n_with_event=improved,
        denominator=n,
        estimate=improved / n,
        conf_low=low,
        conf_high=high,
        conf_level=task.confidence,
    )


SIGN_TEST = Analysis(
    "sign_test",
    "Sign test",
    run,
    terms=(
        Term(
            MEDIAN,
            "Median difference",
            ("n", "n_missing", *INTERVAL),
            scale="difference",
            unit="data",
        ),
        Term("improved", "Improved", COUNTED, scale="proportion"),
        Term("unchanged", "Unchanged", COUNTED, scale="proportion"),
        Term("worse", "Worse", COUNTED, scale="proportion"),
        Term(
            TERM,
            "Improved, of those changed",
            ("n_with_event", "denominator", *INTERVAL, "p_value"),
            scale="proportion",
            unit="share",
            null=0.5,
            tail="better",
        ),
        Term(
            OF_ALL,
            "Improved, of all",
            ("n_with_event", "denominator", *INTERVAL),
            scale="proportion",
            unit="share",
        ),
    ),
    kinds=("continuous", "ordinal"),
    needs="comparison",
    decides=TERM,
    shows=OF_ALL,
    dependence="paired",
    oriented=True,
    power=SIGN_TEST_POWER,
    method="Those who improved were set against those who got worse with the exact sign test, "
    "leaving out those unchanged; the median difference has a conservative interval of "
    "order statistics, proportions improved an exact (Clopper-Pearson) one. "
    "Pairs of which a value is missing: {unrated}.",
    options=SignTestOptions,
    summary=("proportion improved",),
    references=(
        Reference(
            "Dixon WJ, Mood AM. The statistical sign test. J Am Stat Assoc 1946;41:557-566.",
            "10.1080/01621459.1946.10501898",
        ),
        Reference(
            "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the "
            "case of the binomial. Biometrika 1934;26:404-413.",
            "10.1093/biomet/26.4.404",
        ),
    ),
)
