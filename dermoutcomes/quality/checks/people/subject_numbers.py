"""Numbers of subjects, as ages, that cannot be or are of another size than all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.quality.checks.people.power_slips import power_slips
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["subject_numbers"]

OLDEST = 120
# As for readings.
TOLERANCE = 0.2
# What stands for "not known" in many databases: nines alone, twice as large as all else.
NINES, TIMES = (99.0, 999.0, 9999.0, 99999.0), 2


def subject_numbers(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Numbers of subjects that may be slips; one finding a column.

    Of their ages, and of the columns that the study labels, divides by, adjusts for or shows: an
    age below 0 or above 120, a number below 0 where all others are above, one of another power of
    ten than all others, and one of nines alone that is twice as large as all others.
    """
    subjects = data.table("subjects")
    findings = []
    for name in _columns(data):
        rows = subjects.with_columns(value=pl.col(name).cast(pl.Float64)).drop_nulls("value")
        doubtful = _doubtful(rows, is_age=name == "age").sort("source", "row")
        if doubtful.height:
            findings.append(_finding(doubtful, name, rows.height))
    return pl.concat([no_findings(), *findings])


def _columns(data: StudyData) -> Iterator[str]:
    """The columns of numbers that the study uses."""
    study, schema = data.study, data.table("subjects").schema
    names = ["age", *study.columns]
    names += [factor.source for factor in study.factors.values()]
    names += [subgroup.by for subgroup in study.subgroups.values()]
    for population in study.populations.values():
        names += population.where.columns
    for endpoint in study.endpoints.values():
        names += [*endpoint.covariates, *endpoint.strata]
    for analysis in study.analyses.values():
        columns = analysis.options.get("columns", ())
        names += [name for name in columns if isinstance(name, str)]
    yield from (
        name for name in dict.fromkeys(names) if name in schema and schema[name].is_numeric()
    )


def _doubtful(rows: pl.DataFrame, *, is_age: bool) -> pl.DataFrame:
    value = pl.col("value")
    impossible = (value < 0) | (value > OLDEST) if is_age else pl.lit(value=False)
    alone = (value < 0) & ((value < 0).sum() == 1) & (pl.len() > 1)
    others = pl.when(~value.is_in(NINES)).then(value).max()
    code = value.is_in(NINES) & (value > TIMES * others)
    wrong = rows.filter(impossible | alone | code)
    right = rows.join(wrong, on="subject", how="anti", maintain_order="left")
    slips = power_slips(right.filter(value > 0), "value", (), TOLERANCE)
    return pl.concat(
        [
            wrong.select("subject", "source", "row", "value"),
            slips.select("subject", "source", "row", "value"),
        ]
    )


def _finding(doubtful: pl.DataFrame, name: str, n: int) -> pl.DataFrame:
    cells = doubtful.select("subject", "value", "row").iter_rows()
    one = doubtful.height == 1
    return remarks(
        doubtful.head(1).select(
            "source", "row", subject=pl.col("subject") if one else pl.lit(None)
        ),
        message=f"{doubtful.height} of {n} numbers in the column {name} of subjects cannot be or "
        "are of another size than all others, and count as they are: look at the decimal sign, the "
        "unit and codes of what is not known",
        found=listed([f"{subject}, {value:g} (row {row})" for subject, value, row in cells]),
        expected="a number of the size of the others, or missing in the source, as "
        'missing = ["999"], where it stands for what is not known',
    )
