"""All findings of a study.

Those of the core's checks, of the declarations' and of the stages before, as one table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.quality.check_catalogue import CORE_CHECKS
from dermoutcomes.quality.check_data import is_among, study_data
from dermoutcomes.quality.checks.declared_checks import declared_checks
from dermoutcomes.quality.checks.one_cause import with_one_a_slip
from dermoutcomes.quality.checks.one_visit import with_one_a_visit
from dermoutcomes.quality.checks.unknown_words import with_words_of_no_source
from dermoutcomes.quality.site_queries.finding_keys import with_keys
from dermoutcomes.sources.cells.shared_signs import one_a_source
from dermoutcomes.sources.misfits.versions import with_versions_of_files
from dermoutcomes.tables import conform, empty, fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.registry.core_check import CoreCheck
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["findings", "stopping", "with_further", "with_severities"]

ORDER = (
    "source",
    "row",
    "column",
    "check",
    "subject",
    "visit",
    "location",
    "side",
    "replicate",
    "measure",
    "message",
)
MOST_PROBLEMS = 20
# Findings about a cell of one measure: graver where what decides rests on it, and mere notes where
# no endpoint does. A visit that a file does not have is told by the file.
ERROR_WHERE_DECIDING = ("error_cell", "struck_cell")
LOST_VISIT = "unscheduled_visit"
NOTE_WHERE_UNUSED = (
    *ERROR_WHERE_DECIDING,
    "absurd_value",
    "allowed_values",
    "date_for_number",
    "decimal_sign",
    "either_sign",
    "failed_reading",
    "label_against_code",
    "labelled_number",
    "limit_sign",
    "marked_number",
    "not_a_number",
    "not_computable",
    "range",
    "thousands_sign",
    "unfinished_number",
    "unit_behind_number",
    "zeros",
)


def findings(
    study: Study,
    registry: Registry,
    tables: Mapping[str, pl.DataFrame],
    of_what_counts: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """The table `findings`.

    `tables["findings"]` (of earlier stages) and those of every check that is not off. Sorted by
    source, row, column and check, and numbered from 1; `file` comes from the table `sources`.
    `of_what_counts` is given these and returns further ones, about readings that none of them
    leaves out. StudyError lists wrong settings of checks.
    """
    settings = _settings(study)
    data = study_data(study, registry, tables)
    earlier = fitted(tables.get("findings", empty("findings")), "findings")
    earlier = one_a_source(earlier, data.table("sources"))
    earlier = with_versions_of_files(earlier, data.table("sources"))
    earlier = with_one_a_visit(earlier, data.table("sources"))
    earlier = with_words_of_no_source(earlier, data.table("sources"), data.observations)
    core = [
        _findings_of_check(check, data, settings[name])
        for name, check in CORE_CHECKS.items()
        if name not in study.quality.off
    ]
    rows = pl.concat([earlier, declared_checks(data), *core])
    rows = _graded_by_what_decides(rows, data)
    rows = _with_cells(with_severities(rows, study), data.observations)
    rows = with_one_a_slip(rows, data, _labels(registry))
    if of_what_counts is not None:
        rows = pl.concat([rows, with_severities(of_what_counts(rows), study)])
    rows = rows.join(_files(tables), on="source", how="left", maintain_order="left")
    rows = rows.with_columns(file=pl.coalesce("file", "path")).drop("path")
    # Numbers come last, so that they follow the files.
    rows = rows.sort(ORDER, nulls_last=True, maintain_order=True)
    rows = rows.with_columns(id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    rows = with_keys(rows)
    return conform(rows, "findings", study.id)


def _labels(registry: Registry) -> Mapping[str, str]:
    """Check = what it is called, of the core's and of all declarations that a study names."""
    declared = {
        f"{name}.{check.name}": check.label
        for name, owner in registry.named_owners().items()
        for check in owner.checks
    }
    return {**declared, **{name: check.label for name, check in CORE_CHECKS.items()}}


def _settings(study: Study) -> dict[str, Any]:
    """The options of every core check, parsed."""
    problems: list[Problem] = []
    options = study.quality.options
    settings = {
        name: parse_options(
            options.get(name, {}), check.options, path=f"quality.options.{name}", problems=problems
        )
        for name, check in CORE_CHECKS.items()
    }
    if problems:
        raise StudyError(problems)
    return settings


def _findings_of_check(check: CoreCheck, data: StudyData, options: Any) -> pl.DataFrame:
    rows = check.find(data, options)
    return rows.with_columns(
        check=pl.lit(check.name), severity=pl.col("severity").fill_null(check.severity)
    )


def _graded_by_what_decides(rows: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    """What reading tells of cells and visits, by the endpoints that rest on what they touch.

    Reading does not know the endpoints. In a study without any all is asked as it was.
    """
    if not data.study.endpoints:
        return rows
    check = pl.col("check")
    is_error = pl.col("severity") == "error"
    of_cell = check.is_in(NOTE_WHERE_UNUSED) & pl.col("measure").is_not_null()
    of_visit = (check == LOST_VISIT) & pl.col("source").is_not_null()
    of_deciding, of_used = (
        pl.col("source").is_in(data.sources_of(measures))
        for measures in (data.deciding_measures, data.used_measures)
    )
    return rows.with_columns(
        severity=pl.when(check.is_in(ERROR_WHERE_DECIDING) & is_among(data.deciding_measures))
        .then(pl.lit("error"))
        .when(of_cell & ~is_among(data.used_measures) | of_visit & ~of_used)
        .then(pl.lit("note"))
        .when(of_visit & is_error & ~of_deciding)
        .then(pl.lit("warning"))
        .otherwise(pl.col("severity"))
    )


def with_severities(rows: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Without what is off, and with the study's severities.

    A declared check answers to `owner.check` and to `check`.
    """
    names = (pl.col("check"), pl.col("check").str.replace(r"^[^.]*\.", ""))
    off, severities = list(study.quality.off), dict(study.quality.severity)
    stated = [
        name.replace_strict(severities, default=None, return_dtype=pl.String) for name in names
    ]
    return rows.filter(*(~name.is_in(off) for name in names)).with_columns(
        severity=pl.coalesce(*stated, "severity")
    )


def with_further(study: Study, findings: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The findings, and behind them further ones; those that were there keep their numbers."""
    rows = with_keys(with_severities(rows, study))
    first = findings.select(pl.col("id").max().fill_null(0)).item() + 1
    numbered = rows.with_columns(id=pl.int_range(first, first + rows.height, dtype=pl.Int64))
    return pl.concat([findings, conform(numbered, "findings", study.id)])


def _with_cells(rows: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Row and column of the observation, where a finding says only which it is.

    One that was made of a single other and has no cell of its own, as a number before it was
    recoded, points to the other's.
    """
    single = pl.col("parents").list.len() == 1
    asked = rows.select(id="observation")
    cells = _first_of_each(observations, asked).select(
        observation="id",
        cell_source="source",
        cell_row="row",
        cell_column="column",
        made_of=pl.when(single).then(pl.col("parents").list.first()),
    )
    origins = _first_of_each(observations, cells.select(id="made_of"))
    origins = origins.select(made_of="id", origin_column="column")
    cells = cells.join(origins, on="made_of", how="left", maintain_order="left")
    cells = cells.with_columns(cell_column=pl.coalesce("cell_column", "origin_column"))
    cells = cells.drop("made_of", "origin_column")
    joined = rows.join(cells, on="observation", how="left", maintain_order="left")
    cell = {name: pl.coalesce(name, f"cell_{name}") for name in ("source", "row", "column")}
    return joined.with_columns(**cell).select(rows.columns)


def _first_of_each(observations: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The observations with the ids that are asked for, each once."""
    found = observations.join(asked, on="id", how="semi", maintain_order="left")
    return found.unique("id", keep="first", maintain_order=True)


def _files(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    sources = tables.get("sources", empty("sources"))
    # Of a workbook of which several sheets are read, the sheet is part of the place.
    several = pl.col("sheet").n_unique().over("path", "table") > 1
    path = pl.when(several).then(pl.format("{} [{}]", "path", "sheet")).otherwise("path")
    return sources.select(pl.col("source").cast(pl.Int32), path.alias("path")).unique(
        "source", keep="first", maintain_order=True
    )


def stopping(study: Study, findings: pl.DataFrame) -> tuple[Problem, ...]:
    """The findings of severities that stop a run, as problems.

    Of many, the first ones and how many more there are.
    """
    rows = findings.filter(pl.col("severity").is_in(list(study.quality.stop_on)))
    problems = [_problem(row) for row in rows.head(MOST_PROBLEMS).iter_rows(named=True)]
    if rows.height > MOST_PROBLEMS:
        problems.append(
            Problem(
                f"and {rows.height - MOST_PROBLEMS} more findings stop the run",
                path="quality.stop_on",
                code="finding",
            )
        )
    return tuple(problems)


def _problem(row: Mapping[str, Any]) -> Problem:
    where = ", ".join(
        str(row[name])
        for name in ("subject", "visit", "location", "side", "measure")
        if row[name] is not None
    )
    return Problem(
        f"{row['check']} ({row['severity']}){': ' + where if where else ''}: {row['message']}",
        file=row["file"],
        line=row["row"],
        column=row["column"],
        found=row["found"],
        expected=row["expected"],
        code=row["check"],
    )
