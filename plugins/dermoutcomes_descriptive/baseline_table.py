"""The analysis `baseline_table`: who was studied, by arm.

No test: differences of randomised arms are chance by construction.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes_descriptive.summary import summary

__all__ = ["BASELINE_TABLE", "BaselineTableOptions"]

TERM = "characteristic"
NUMBERS = ("mean", "sd", "median", "q1", "q3", "min", "max")
COUNTS = ("n", "n_missing", "percent", "denominator")


@frozen
class BaselineTableOptions:
    """Which columns of the subject table are shown."""

    columns: tuple[str, ...] = option(
        ("age", "sex"), "Columns of the subject table, in the order of the table."
    )
    as_words: tuple[str, ...] = option(
        (),
        "Columns with numbers that stand for words, as phototypes: they are counted, not averaged.",
    )


def baseline_table(task: Task, options: BaselineTableOptions) -> Iterator[Stat]:
    """Each column for everybody and for each arm.

    Numbers summarised, words counted level by level.
    """
    for column in options.columns:
        if column not in task.subjects.columns:
            yield Stat("n", term=TERM, level=column, label=column).failed(
                "no_column", f"The subject table has no column {column!r}."
            )
            continue
        words = column in options.as_words or not task.subjects[column].dtype.is_numeric()
        levels = _levels(task.subjects[column]) if words else []
        for arm, subjects in _groups(task):
            template = Stat(
                "n",
                term=TERM,
                level=column,
                label=column,
                group=arm,
                unit="",
                n_subjects=subjects.height,
            )
            yield from (
                _words(template, subjects[column], levels)
                if words
                else _numbers(template, subjects[column])
            )


def _groups(task: Task) -> Iterator[tuple[str | None, pl.DataFrame]]:
    """Everybody, and each arm of a parallel design as first allocated.

    Inside subjects everybody has all treatments.
    """
    yield None, task.subjects
    allocations = task.tables.get("allocations")
    if task.design != "parallel" or allocations is None:
        return
    first = (
        allocations.drop_nulls("arm")
        .sort("source", "row", maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
    )
    for arm in task.arms:
        yield (
            arm,
            task.subjects.filter(
                pl.col("subject").is_in(first.filter(pl.col("arm") == arm)["subject"].implode())
            ),
        )


def _levels(values: pl.Series) -> list[str]:
    return sorted(_word(value) for value in values.drop_nulls().unique())


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbers(template: Stat, values: pl.Series) -> Iterator[Stat]:
    known = values.drop_nulls().cast(pl.Float64).to_numpy()
    yield from template.rows(n=len(known), n_missing=values.null_count())
    if not known.size:
        yield evolve(template, stat="mean").failed("no_data", "There is no value.")
        return
    numbers = summary(known)._asdict()
    for row in template.rows(**{stat: numbers[stat] for stat in NUMBERS}):
        yield row if row.value is not None else row.failed("too_few", "One value has no spread.")


def _words(template: Stat, values: pl.Series, levels: list[str]) -> Iterator[Stat]:
    words = [_word(value) for value in values.drop_nulls()]
    yield from template.rows(n=len(words), n_missing=values.null_count())
    for level in levels:
        row = evolve(
            template, level=f"{template.level}={level}", label=f"{template.label}: {level}"
        )
        yield from row.rows(n=words.count(level), denominator=len(words))
        if words:
            yield from row.rows(percent=100 * words.count(level) / len(words))


BASELINE_TABLE = Analysis(
    "baseline_table",
    "Who was studied",
    baseline_table,
    endpoints="none",
    kinds=(),
    reads_if_any=("allocations",),
    options=BaselineTableOptions,
    terms=(Term(TERM, "Characteristic", (*COUNTS, *NUMBERS), place="characteristics"),),
    method="Characteristics of the subjects before treatment are described by arm and not tested: "
    "differences between randomised arms arise by chance.",
    references=(
        Reference(
            "Senn S. Testing for baseline balance in clinical trials. Stat Med 1994;13:1715-1726.",
            "10.1002/sim.4780131703",
        ),
    ),
)
