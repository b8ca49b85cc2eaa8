"""The analysis `cochran_q`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import against, failed_rows

if TYPE_CHECKING:
    import polars as pl

__all__ = ["COCHRAN_Q", "CochranQ", "CochranQOptions", "cochran"]

TERM, SHARE = "cochran_q", "responder_proportion"


class CochranQ(NamedTuple):
    """Cochran's statistic, chi-square on one degree of freedom less than there are conditions."""

    n: int
    totals: tuple[int, ...]
    statistic: float
    df: int
    p_value: float


@frozen
class CochranQOptions:
    """What the conditions are."""

    conditions: str = option(
        "auto",
        "Arms at each visit, or visits of each arm; auto takes arms where a subject has three or "
        "more.",
        choices=("auto", "arms", "visits"),
    )


def cochran(rows: Sequence[Sequence[bool]]) -> CochranQ:
    """Q of complete rows, a subject each, one answer a condition.

    ValueError where nobody answers differently.
    """
    from scipy.special import chdtrc

    k = len(rows[0])
    totals = tuple(sum(bool(row[column]) for row in rows) for column in range(k))
    of_rows = [sum(map(bool, row)) for row in rows]
    spread = k * sum(of_rows) - sum(total**2 for total in of_rows)
    if not spread:
        raise ValueError("every subject answers alike under all conditions")
    statistic = (k - 1) * (k * sum(total**2 for total in totals) - sum(totals) ** 2) / spread
    return CochranQ(len(rows), totals, statistic, k - 1, float(chdtrc(k - 1, statistic)))


def run(task: Task, options: CochranQOptions) -> Iterator[Stat]:
    """Cochran's Q across arms at each visit, or across visits in each arm."""
    import polars as pl

    known = task.records.filter(pl.col("responder").is_not_null(), against())
    across, along = _columns(known, options)
    for part, rows in _parts(task, known, along):
        template = Stat(
            "n",
            visit=part if along == "visit" else None,
            group=part if along == "arm" else None,
            unit="",
        )
        yield from _test_rows(task, template, rows, across)


def _columns(with_response: pl.DataFrame, options: CochranQOptions) -> tuple[str, str]:
    """What the conditions are, and what they are looked at within."""
    several_each = any(
        number > 2 for number in with_response.group_by("subject").agg(_distinct("arm"))["arm"]
    )
    chosen = (
        options.conditions if options.conditions != "auto" else "arms" if several_each else "visits"
    )
    return ("arm", "visit") if chosen == "arms" else ("visit", "arm")


def _distinct(column: str) -> pl.Expr:
    import polars as pl

    return pl.col(column).drop_nulls().n_unique()


def _parts(
    task: Task, with_response: pl.DataFrame, along: str
) -> Iterator[tuple[str | None, pl.DataFrame]]:
    import polars as pl

    order = task.visits if along == "visit" else task.arms
    present = set(with_response[along].drop_nulls())
    parts = [part for part in order if part in present] or sorted(present)
    yield from ((part, with_response.filter(pl.col(along) == part)) for part in parts)
    if not parts:
        yield None, with_response


def _test_rows(task: Task, template: Stat, rows: pl.DataFrame, across: str) -> Iterator[Stat]:
    conditions = [
        name
        for name in (task.arms if across == "arm" else task.visits)
        if name in set(rows[across])
    ]
    complete = _complete(rows, across, conditions)
    lost = len(_asked(task, template)) - len(complete)
    template = evolve(template, n_subjects=len(complete), n_records=len(complete) * len(conditions))
    yield from template.rows(TERM, n=len(complete), n_missing=lost)
    problem = _problem(rows, complete, conditions, across)
    if problem:
        code, _, sentence = problem.partition(": ")
        yield from failed_rows(template, TERM, ("statistic", "df", "p_value"), code, sentence)
        return
    test = cochran(complete)
    yield from template.rows(TERM, statistic=test.statistic, df=test.df, p_value=test.p_value)
    for name, total in zip(conditions, test.totals, strict=True):
        of = evolve(template, level=name)
        yield from of.rows(
            SHARE, n_with_event=total, denominator=test.n, percent=100 * total / test.n
        )


def _problem(
    rows: pl.DataFrame, complete: list[tuple[bool, ...]], conditions: list[str], across: str
) -> str | None:
    if len(conditions) < 3:
        return (
            f"too_few: Cochran's Q compares three or more conditions; there are {len(conditions)} "
            f"({across}s)."
        )
    if rows.select("subject", across).is_duplicated().any():
        return "several_units: Some subjects have several records under one condition."
    if not complete:
        return "no_data: No subject has an answer under every condition."
    unvarying = all(len(set(row)) == 1 for row in complete)
    return "no_variance: Every subject answers alike under all conditions." if unvarying else None


def _complete(rows: pl.DataFrame, across: str, conditions: list[str]) -> list[tuple[bool, ...]]:
    """The answers of subjects who have all, sorted by subject."""
    answers: dict[str, dict[str, bool]] = {}
    for subject, condition, responds in rows.select("subject", across, "responder").iter_rows():
        answers.setdefault(subject, {})[condition] = responds
    return [
        tuple(answers_of_subject[name] for name in conditions)
        for _, answers_of_subject in sorted(answers.items())
        if all(name in answers_of_subject for name in conditions)
    ]


def _asked(task: Task, template: Stat) -> set[str]:
    """The subjects of the arm or visit, whether they answered or not."""
    import polars as pl

    of = against()
    for column, value in (("visit", template.visit), ("arm", template.group)):
        of = of & (pl.col(column) == value) if value is not None else of
    return {
        subject
        for records in (task.records, task.lost)
        for subject in records.filter(of)["subject"].to_list()
    }


COCHRAN_Q = Analysis(
    "cochran_q",
    "Cochran's Q",
    run,
    terms=(
        Term(
            TERM,
            "Cochran Q",
            ("n", "n_missing", "statistic", "df", "p_value"),
            scale="test",
            letter="Q",
        ),
        Term(SHARE, "Responders", ("n_with_event", "denominator", "percent"), scale="proportion"),
    ),
    kinds=("binary",),
    designs=("single-arm", "within-subject", "crossover", "parallel"),
    dependence="paired",
    options=CochranQOptions,
    method="Responders of the same subjects under three or more conditions (conditions: "
    "{conditions}) were compared with Cochran's Q, among subjects with an answer under "
    "every condition.",
    references=(
        Reference(
            "Cochran WG. The comparison of percentages in matched samples. Biometrika "
            "1950;37:256-266.",
            "10.1093/biomet/37.3-4.256",
        ),
    ),
)
