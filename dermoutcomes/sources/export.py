"""One file of an instrument or a scale → observations or curves, what was found on the way, and its row of `sources`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.sources.cell_values import Gathered, gather
from dermoutcomes.sources.constants import constant_values
from dermoutcomes.sources.data_rows import Sheet, open_sheet
from dermoutcomes.sources.findings import gathered, note
from dermoutcomes.sources.framework.known_subjects import unknown_subjects
from dermoutcomes.sources.header import header_score
from dermoutcomes.sources.layout_misfits import near_misses, ragged_rows
from dermoutcomes.sources.measurement_index import acts_of, raw_acts
from dermoutcomes.sources.observations import identified, shaped, wrong_cells
from dermoutcomes.sources.plus_signs import plus_signs
from dermoutcomes.sources.raw_table import raw_table
from dermoutcomes.sources.typed_values import evaluated, present
from dermoutcomes.sources.value_layout import Layout, known_names, measure_words, resolve
from dermoutcomes.sources.visits.calendar import Calendar, calendar
from dermoutcomes.study.source_names import ROLES
from dermoutcomes.words import SETTING_KINDS

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.raw_table import Read
    from dermoutcomes.study import Study

__all__ = ["read_measurements", "source_row"]


def read_measurements(
    study: Study, registry: Registry, file: SourceFile, framework: Mapping[str, pl.DataFrame]
) -> Mapping[str, pl.DataFrame]:
    """The tables that one file gives: observations or curves, findings, sources.

    Raises StudyError for a file that cannot be understood: unreadable, of no mapping, in units that do not fit.
    """
    owner = _owner(registry, file)
    dates = calendar(study, framework)
    if file.spec.holds == "curves":
        from dermoutcomes.sources.curves.curves import read_curves

        tables, read, rows = read_curves(study, registry, file, owner, dates)
    else:
        tables, read, rows = _read_values(study, registry, file, owner, dates)
    about = tables["curves"] if "curves" in tables else tables["observations"]
    findings = gathered([tables["findings"], unknown_subjects(file, about, framework)])
    return {**tables, "findings": findings, "sources": source_row(file, read, rows)}


def _owner(registry: Registry, file: SourceFile) -> Instrument | Scale:
    owner = registry.owner(file.name)
    if owner is None:
        known = (*registry.instruments, *registry.scales)
        near = nearest(file.name, known)
        raise StudyError(
            Problem(
                f"no plugin declares {file.name!r}",
                path=f"sources.{file.name}",
                expected=one_of(known, 30),
                hint=f"did you mean {near!r}?" if near else None,
            )
        )
    return owner


def source_row(file: SourceFile, read: Read, rows: int) -> pl.DataFrame:
    """The file's row of the table `sources`."""
    import polars as pl

    from dermoutcomes.tables import empty

    row = {
        "source": file.number,
        "table": file.name,
        "path": file.relative,
        "sha256": file_digest(file.path),
        "sheet": read.sheet,
        "reader": read.reader,
        "rows": rows,
    }
    return pl.DataFrame(
        [row],
        schema={name: kind for name, kind in empty("sources").schema.items() if name != "study"},
    )


def _read_values(
    study: Study, registry: Registry, file: SourceFile, owner: Instrument | Scale, dates: Calendar
) -> tuple[dict[str, pl.DataFrame], Read, int]:
    known = known_names(file, owner, (*ROLES, "measure", "value"))
    read = raw_table(file, registry, lambda table: header_score(table, known))
    sheet = open_sheet(file, read.table, known)
    layout = resolve(study, file, owner, sheet.header)
    _refuse_empty(file, sheet)
    got = gather(file, sheet, layout, owner, measure_words(file, owner))
    observations, findings = _observations(study, registry, file, owner, sheet, layout, got, dates)
    shifted = (
        [
            note(
                "header_shifted",
                "note",
                file,
                row=sheet.header.rows[0],
                message="the header has one name fewer than the rows have cells; "
                "the first column is taken for row names without one",
            )
        ]
        if sheet.header.shifted
        else []
    )
    misfits = [ragged_rows(file, read.table, sheet), *near_misses(file, owner, sheet, layout)]
    return (
        {
            "observations": observations,
            "findings": gathered([*shifted, *misfits, *got.findings, *findings]),
        },
        read,
        sheet.texts.height,
    )


def _refuse_empty(file: SourceFile, sheet: Sheet) -> None:
    if not sheet.texts.height:
        raise StudyError(
            Problem(
                "the file has a header and no rows"
                if not file.spec.where
                else "`where` takes no row of the file",
                file=file.relative,
                line=sheet.header.rows[-1] if sheet.header.rows else None,
                path=file.setting,
                expected="rows of data",
                code="empty_file",
            )
        )


def _observations(
    study: Study,
    registry: Registry,
    file: SourceFile,
    owner: Instrument | Scale,
    sheet: Sheet,
    layout: Layout,
    got: Gathered,
    dates: Calendar,
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    import polars as pl

    filled = present(file, got.cells, owner)
    readings = [
        parameter.code for parameter in owner.parameters if parameter.kind not in SETTING_KINDS
    ]
    raw = raw_acts(file, sheet, layout, got.variants).join(
        filled.frame.select("row", "variant").unique(),
        on=["row", "variant"],
        how="semi",
        maintain_order="left",
    )
    if layout.long:
        measured = filled.frame.filter(pl.col("code").is_in(readings)).unique(
            "row", keep="first", maintain_order=True
        )
        raw = raw.join(
            measured.select("row", pl.col("code").alias("measure")),
            on="row",
            how="left",
            maintain_order="left",
        )
    acts = acts_of(study, file, raw, dates, numbered=file.name in registry.instruments)
    index = acts.frame.drop("measure", strict=False)
    values = evaluated(file, filled, owner).join(
        index, on=["row", "variant"], how="inner", maintain_order="left"
    )
    values = identified(file, owner, values, long=bool(layout.long))
    rows = values.filter(pl.col("wrong").is_null())
    rows = (
        pl.concat([rows, constant_values(file, owner, rows)], how="diagonal_relaxed")
        if rows.height
        else rows
    )
    return shaped(rows.sort("id")), [
        *acts.findings,
        *wrong_cells(file, values),
        plus_signs(file, rows.filter(pl.col("column") > 0)),
    ]
