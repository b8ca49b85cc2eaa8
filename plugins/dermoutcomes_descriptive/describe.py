"""The analysis `describe`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Estimate, Reference, Stat, Task, Term, option
from dermoutcomes.stats import clustered_warning, with_warning
from dermoutcomes_descriptive.record_groups import Cell, cells
from dermoutcomes_descriptive.summary import (
    Mean,
    Summary,
    geometric_mean_ratio,
    log_ratios,
    mean_of_summary,
    mean_with_interval,
    percent_change_of_means,
    summary,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["DESCRIBE", "DescribeOptions"]

SPREAD = ("sd", "std_error", "cv_percent")
SUMMARY = ("n", "n_missing", "mean", *SPREAD, "median", "q1", "q3", "min", "max")
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
RATIO = ("estimate", "conf_low", "conf_high", "conf_level")
LEVEL = ("n", "percent", "denominator")
FEW = "One value has no spread."
OF_CERTAINTY = ("std_error", "conf_low", "conf_high")


def _type(value: object) -> int:
    if value not in (2, 6, 7) or isinstance(value, bool):
        raise ValueError("2, 6 or 7")
    return int(value)


@frozen
class DescribeOptions:
    """How quartiles are taken."""

    quantile: int = option(
        2,
        "Quantile type: 2 averages where a quartile falls between two values, as SAS does, and as "
        "the median always does; 6 as SPSS and Minitab, 7 as R and Excel.",
        parse=_type,
        schema={"enum": [2, 6, 7]},
    )


def run(task: Task, options: DescribeOptions) -> Iterator[Stat]:
    """Each visit's values and changes.

    Of ratio scales also the percent changes, and of ratings the distribution.
    """
    for cell in cells(task):
        if _rests_on_others(task):
            if cell.plain:
                yield from _joint_responders(cell)
            continue
        if cell.plain:
            yield from _values(task, cell, options)
            yield from _distribution(task, cell)
            yield from _bands(task, cell)
            yield from _responders(cell)
        if cell.changes and cell.known("change").size:
            yield from _changes(task, cell, options)


def _values(task: Task, cell: Cell, options: DescribeOptions) -> Iterator[Stat]:
    values, template = cell.known("value"), cell.counted("value")
    numbers = summary(values, options.quantile) if values.size else None
    yield from _summary(task, template, "value", numbers, len(values), cell.expected)
    if numbers is not None and not _labelled(task):
        yield from _mean(task, template, "mean_value", numbers, len(values))


def _changes(task: Task, cell: Cell, options: DescribeOptions) -> Iterator[Stat]:
    template, changes = cell.counted("change"), cell.known("change")
    numbers = summary(changes, options.quantile)
    yield from _summary(task, template, "change", numbers, len(changes), cell.expected)
    if _labelled(task):
        return
    yield from _mean(task, template, "mean_change", numbers, len(changes))
    if cell.known("pct_change").size:
        yield from _relative(task, cell, template)


def _relative(task: Task, cell: Cell, template: Stat) -> Iterator[Stat]:
    """Three different numbers of a ratio scale.

    The mean of percents, the percent of means, the ratio of geometric means.
    """
    percents = cell.known("pct_change")
    yield from template.rows("mean_percent_change", n=len(percents))
    of_percents = evolve(template, unit="%")
    yield from _mean(task, of_percents, "mean_percent_change", summary(percents), len(percents))
    pairs = cell.records.select("value", "base").drop_nulls()
    first, base = pairs["value"].to_numpy(), pairs["base"].to_numpy()
    yield from of_percents.rows(
        "percent_change_of_means", estimate=percent_change_of_means(first, base)
    )
    if min(first.min(), base.min()) <= 0:
        none = evolve(template, warning="not_positive: A value at or below zero has no logarithm.")
        yield from none.rows("geometric_mean_ratio", **dict.fromkeys(RATIO))
    else:
        logs = log_ratios(first, base)
        of_logs = mean_with_interval(logs, task.confidence)
        yield from _mean_rows(
            task,
            evolve(template, unit=""),
            "geometric_mean_ratio",
            geometric_mean_ratio(of_logs),
            RATIO,
            _pools(of_logs, len(logs)),
        )


def _summary(
    task: Task,
    template: Stat,
    term: str,
    summed: Summary | None,
    n: int,
    expected: int,
) -> Iterator[Stat]:
    yield from template.rows(term, n=n, n_missing=max(0, expected - n))
    if summed is None:
        yield from _failed_rows(
            template.rows(term, median=None), "no_data", "There is no value at this visit."
        )
        return
    numbers = summed._asdict()
    # A coefficient of variation of changes says nothing: their mean is near zero where little
    # happens.
    hidden = ("mean", *SPREAD) if _labelled(task) else ("cv_percent",) if term == "change" else ()
    shown = {stat: number for stat, number in numbers.items() if stat not in hidden}
    for row in template.rows(term, **shown):
        if row.value is not None:
            yield _with_warning(row) if row.stat == "std_error" else row
        elif n == 1:
            yield row.failed("too_few", FEW)
        else:
            yield evolve(row, warning="zero_mean: Nothing is a percentage of a mean of zero.")


def _mean(task: Task, template: Stat, term: str, summed: Summary, n: int) -> Iterator[Stat]:
    mean = mean_of_summary(summed, n, task.confidence)
    yield from _mean_rows(task, template, term, mean, INTERVAL, _pools(mean, n))


def _pools(mean: Mean, n: int) -> Estimate | None:
    """The mean of n values as it is pooled.

    With the degrees of freedom of its interval, which is no row of its own.
    """
    return None if mean.std_error is None else Estimate(mean.estimate, mean.std_error, n - 1.0)


def _mean_rows(
    task: Task, template: Stat, term: str, mean: Mean, stats: Iterable[str], pools: Estimate | None
) -> Iterator[Stat]:
    numbers = {**mean._asdict(), "conf_level": task.confidence}
    for row in evolve(template, pools=pools).rows(term, **{stat: numbers[stat] for stat in stats}):
        yield _with_warning(row) if row.value is not None else row.failed("too_few", FEW)


def _with_warning(row: Stat) -> Stat:
    """The row, with a warning where several records are of one subject.

    They make the mean look surer than it is.
    """
    if row.stat not in OF_CERTAINTY:
        return row
    return with_warning(row, clustered_warning(row.n_records or 0, row.n_subjects or 0))


def _distribution(task: Task, cell: Cell) -> Iterator[Stat]:
    """How many gave each rating.

    Every labelled level, given or not, and every other that occurs.
    """
    if not (task.labels or task.kind == "ordinal"):
        return
    values = cell.known("value")
    if not values.size:
        return
    template = evolve(cell.counted("value"), unit="")
    counts = _counts(values)
    for level in sorted({*task.labels, *counts}):
        n = counts.get(level, 0)
        with_label = evolve(template, level=f"{level:g}", label=task.labels.get(level))
        yield from with_label.rows(
            "distribution", n=n, denominator=len(values), percent=100 * n / len(values)
        )


def _bands(task: Task, cell: Cell) -> Iterator[Stat]:
    """How many are in each band of a score, also in those without anybody."""
    if not task.bands:
        return
    values = cell.known("value")
    template, counts = evolve(cell.counted("value"), unit=""), _counts(values)
    for number, band in enumerate(task.bands if counts else (), 1):
        n = sum(count for value, count in counts.items() if band.holds(value))
        yield from evolve(template, level=str(number), label=band.label or "no band").rows(
            "bands", n=n, denominator=len(values), percent=100 * n / len(values)
        )


def _responders(cell: Cell) -> Iterator[Stat]:
    responses = cell.known("responder")
    if responses.size:
        n = int(responses.sum())
        yield from evolve(cell.counted("responder"), unit="").rows(
            "responders",
            n_with_event=n,
            denominator=len(responses),
            percent=100 * n / len(responses),
        )


def _joint_responders(cell: Cell) -> Iterator[Stat]:
    """Those of an endpoint that is made of others, and has no value to describe.

    At a baseline from which its parts count their change there are none.
    """
    if cell.known("responder").size:
        yield from _responders(cell)
    elif cell.changes:
        yield from _failed_rows(
            evolve(cell.counted("responder"), unit="").rows("responders", percent=None),
            "no_data",
            "Of nobody is known at this visit whether all that the endpoint rests on respond.",
        )


def _counts(values: NDArray[np.float64]) -> dict[float, int]:
    """How many have each value, the smallest first."""
    import numpy as np

    levels, counts = np.unique(values, return_counts=True)
    return dict(zip(levels.tolist(), counts.tolist(), strict=True))


def _rests_on_others(task: Task) -> bool:
    """Whether the endpoint is made of the responders of others."""
    endpoint = task.endpoints.get(task.endpoint or "")
    rule = endpoint.responder if endpoint is not None and endpoint.measure is None else None
    return rule is not None and bool(rule.all_of or rule.any_of)


def _labelled(task: Task) -> bool:
    """Ratings with a word for each level: a mean of words is not given."""
    return task.kind == "ordinal" and bool(task.labels)


def _failed_rows(rows: Iterable[Stat], code: str, sentence: str) -> Iterator[Stat]:
    return (row.failed(code, sentence) for row in rows)


DESCRIBE = Analysis(
    "describe",
    "Description",
    run,
    terms=(
        Term("value", "Value", SUMMARY, scale="value", unit="data", place="summary"),
        Term(
            "change",
            "Change from baseline",
            SUMMARY,
            scale="difference",
            unit="data",
            place="summary",
        ),
        Term(
            "mean_value",
            "Mean value",
            INTERVAL,
            scale="mean",
            unit="data",
            place="interval of mean",
            of="value",
        ),
        Term(
            "mean_change",
            "Mean change",
            INTERVAL,
            scale="difference",
            unit="data",
            place="interval of mean",
            of="change",
        ),
        Term("mean_percent_change", "Mean of percent changes", ("n", *INTERVAL), scale="mean"),
        Term(
            "percent_change_of_means",
            "Percent change of the mean",
            ("estimate",),
            scale="difference",
        ),
        Term("geometric_mean_ratio", "Ratio of geometric means", RATIO, scale="ratio"),
        Term(
            "distribution",
            "Distribution",
            LEVEL,
            scale="proportion",
            place="distribution of levels",
        ),
        Term(
            "bands",
            "Bands",
            LEVEL,
            scale="proportion",
            place="distribution of levels",
        ),
        Term(
            "responders",
            "Responders",
            ("n_with_event", "denominator", "percent"),
            scale="proportion",
            place="main text",
        ),
    ),
    kinds=("continuous", "ordinal", "binary"),
    always=True,
    options=DescribeOptions,
    method="Values and changes are described by number, mean, standard deviation, median, "
    "quartiles (type {quantile}) and range, with t intervals of means; ratings by their "
    "full distribution.",
    references=(
        Reference(
            "Hyndman RJ, Fan Y. Sample quantiles in statistical packages. Am Stat 1996;50:361-365.",
            "10.1080/00031305.1996.10473566",
        ),
    ),
)
