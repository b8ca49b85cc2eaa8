"""Versions that rows state of their form or device: told, and held against the one that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare import Scale
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.recoding import recoded
from dermoutcomes.sources.columns import cell_text
from dermoutcomes.study.scale_names.versions import is_of_version, is_same_version
from dermoutcomes.study.source_names import VERSION
from dermoutcomes.tables.findings import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.declare import Instrument
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext
    from dermoutcomes.study import Source

__all__ = ["tell_versions", "with_versions_of_files"]

SEVERAL, NOT_STATED = "several_versions", "version_not_stated"
SETTLED_BY = 'version = "{}" in the source says which is meant, and another is then told'


def tell_versions(context: MeasurementContext, column: Column | None, index: pl.DataFrame) -> None:
    """What a column of versions says, of the rows with a measurement: one finding a file.

    Rows of another version than the source states, or its scale has, are an error where a score
    rests on them. Several versions without a statement are a warning, a single one is a note.
    """
    if column is None:
        return
    text = recoded(cell_text(column, context.missing_in(VERSION)), context.recoding(VERSION))
    measured = index.select("row").unique()
    rows = context.rows.texts.select("row", version=text.str.strip_chars())
    rows = rows.join(measured, on="row", how="semi", maintain_order="left")
    for one, of_file in context.each_file(rows):
        _tell_versions_of_file(one, context.owner, column, of_file)


def _tell_versions_of_file(
    context: ReadingContext, owner: Instrument | Scale, column: Column, rows: pl.DataFrame
) -> None:
    stated = rows.drop_nulls("version").filter(pl.col("version") != "")
    places: Mapping[str, list[int]] = {
        str(version): of_version["row"].to_list()
        for (version,), of_version in stated.group_by("version", maintain_order=True)
    }
    if not places:
        return
    meant = _meant(owner, context.spec)
    others = [word for word in places if meant and not _is_meant(owner, context.spec, word)]
    blank = rows.height - stated.height
    silent = f"; {count_words(blank, 'row')} without a version" if blank else ""
    about: dict[str, str | int | None] = {
        "column": column.position,
        "found": listed([*map(str, places)]),
    }
    if others:
        wrong = [f"{word} ({_rows(places[word])})" for word in others]
        context.add_header_note(
            "other_version",
            "error" if isinstance(owner, Scale) and context.spec.version else "warning",
            message=f"the column {column.name!r} has other versions than {meant}: "
            f"{listed(wrong)}{silent}",
            expected=f"rows of version {meant}, or values.version where it is that under another "
            "name",
            **about,
        )
    elif len(places) > 1 and not meant:
        words = [f"{word} ({_rows(numbers)})" for word, numbers in places.items()]
        context.add_header_note(
            "several_versions",
            "warning",
            message=f"the column {column.name!r} has several versions: {listed(words)}{silent}",
            expected=SETTLED_BY.format(max(places, key=lambda word: len(places[word]))),
            **about,
        )
    elif not meant or blank:
        context.add_header_note(
            "version_not_stated",
            "note",
            message=f"the column {column.name!r} has the version {listed([*places])} in "
            f"{count_words(stated.height, 'row')}{silent}",
            expected=SETTLED_BY.format(next(iter(places)))
            if not meant
            else "a version in each row",
            **about,
        )


def _meant(owner: Instrument | Scale, spec: Source) -> str | None:
    """The version that the source states, or else that of the scale."""
    return spec.version or (owner.version if isinstance(owner, Scale) else None) or None


def _is_meant(owner: Instrument | Scale, spec: Source, version: str) -> bool:
    if spec.version is not None and is_same_version(version, spec.version):
        return True
    return isinstance(owner, Scale) and is_of_version(owner, version)


def _rows(numbers: list[int]) -> str:
    """Rows in words: the first three of many."""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    shown = ", ".join(map(str, numbers[:3]))
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"rows {shown}{more}"


def with_versions_of_files(findings: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """The findings, with one for the versions that files of a device or scale have.

    Files that are of one version each, and not of the same, are of several: a warning.
    """
    notes = findings.filter(pl.col("check") == NOT_STATED)
    if notes.height < 2:
        return findings
    owners = sources.select(pl.col("source").cast(pl.Int32), owner="table").unique("source")
    told = findings.with_row_index("place").join(
        owners, on="source", how="left", maintain_order="left"
    )
    of_check = told.filter(pl.col("check") == NOT_STATED).drop_nulls("owner")
    for (owner,), rows in of_check.group_by("owner", maintain_order=True):
        if rows.height > 1:
            told = told.join(rows, on="place", how="anti", maintain_order="left")
            told = pl.concat([told, _of_files(str(owner), rows)])
    return told.sort("place").select(findings.columns)


def _of_files(owner: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The first of the notes, as one of all files of the owner."""
    by_version = rows.group_by("found", maintain_order=True).agg("file")
    files = dict(by_version.iter_rows())
    words = [f"{word} ({listed(of_word)})" for word, of_word in files.items()]
    first = next(iter(files))
    several = len(files) > 1
    return rows.head(1).with_columns(
        check=pl.lit(SEVERAL if several else NOT_STATED),
        severity=pl.lit("warning" if several else "note"),
        found=pl.lit(listed([*files])),
        message=pl.lit(
            f"files of {owner} are of several versions: {listed(words)}"
            if several
            else f"{rows.height} files of {owner} are of the version {first}"
        ),
        expected=pl.lit(SETTLED_BY.format(first)),
    )
