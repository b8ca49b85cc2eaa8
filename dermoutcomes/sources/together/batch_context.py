"""The context of several files that are read as one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl
from attrs import define, field

from dermoutcomes.sources.reading_context import MeasurementContext
from dermoutcomes.sources.together.rows_of_files import (
    MOST_ROWS,
    NotTogether,
    file_of,
    line_of,
)

if TYPE_CHECKING:
    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.sources.files import SourceFile

__all__ = ["BatchContext"]


@define(eq=False, slots=False)
class BatchContext(MeasurementContext):
    """Files of one entry with one header; `file` is the first of them.

    Findings and entries of the ledger are about the file of their row. `words` has what names of
    files say: field of the pattern = number of a file = word.
    """

    files: tuple[SourceFile, ...] = field(kw_only=True)
    words: Mapping[str, Mapping[int, str]] = field(factory=dict, kw_only=True)
    _alone: dict[int, MeasurementContext] = field(factory=dict, init=False)

    @cached_property
    def by_number(self) -> Mapping[int, SourceFile]:
        """Number = file."""
        return {file.number: file for file in self.files}

    @property
    def source(self) -> pl.Expr:
        """The number of the file that each row of a table stands in."""
        return file_of().cast(pl.Int32)

    def with_file(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows as in their files, with the file and the number of the source."""
        shown = {number: file.shown for number, file in self.by_number.items()}
        return rows.with_columns(
            row=line_of(),
            source=self.source,
            file=file_of().replace_strict(shown, return_dtype=pl.String),
        )

    def each_file(self, rows: pl.DataFrame) -> Iterator[tuple[MeasurementContext, pl.DataFrame]]:
        """Each file that has some of the rows, as a context of its own, with its rows."""
        for (number,), of_file in rows.group_by(file_of(), maintain_order=True):
            yield self._of_file(int(str(number))), of_file.with_columns(line_of())

    def _of_file(self, number: int) -> MeasurementContext:
        """The context of one file; what is told there is told here."""
        if number not in self._alone:
            one = self.for_file(self.by_number[number])
            one.findings, one.problems, one.ledger = self.findings, self.problems, self.ledger
            one.header = self.header
            self._alone[number] = one
        return self._alone[number]

    def add_note(self, *note: object, **about: object) -> None:  # noqa: ARG002 - as it is elsewhere
        """Raises NotTogether: a note is about one file."""
        raise NotTogether

    def add_header_note(
        self, check: str, severity: Severity, *, message: str, **about: str | int | None
    ) -> None:
        """Add a finding about the header to each of the files."""
        for number in self.by_number:
            self._of_file(number).add_header_note(check, severity, message=message, **about)

    def with_rows_of_files(self, readings: pl.DataFrame) -> pl.DataFrame:
        """Readings as tables have them, with rows that have the number of their file."""
        return readings.with_columns(
            row=pl.col("source").cast(pl.Int64) * MOST_ROWS + pl.col("row")
        )

    def word_of_file(self, name: str, word: str) -> pl.Expr:
        """What the name of its file says of each row."""
        words = self.words[name]
        if len({*words.values()}) == 1:
            return pl.lit(word)
        return file_of().replace_strict(words, return_dtype=pl.String)
