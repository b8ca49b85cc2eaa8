"""`[[sources.NAME]]`: files, in the export's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.conditions import Conditions
from dermoutcomes.declare import SizeLimits, option
from dermoutcomes.study.sections.shared_fields import (
    COLUMNS_SCHEMA,
    Names,
    conditions,
    parse_columns,
)

__all__ = ["LIMITS", "MARKS", "MISSING_SIGNS", "MISSING_WORDS", "Source"]

# What a limit may stand for, and what a mark may say.
LIMITS = ("limit", "half", "limit/sqrt2", "missing")
MARKS = ("keep", "leave_out", "below_limit")

# What exports write where nothing was measured.
MISSING_SIGNS = ("", ".", ".ND", ".UNK", ".HIDDEN")
# The same, where it could be a word: a site may be called ND, and Namibia is NA.
MISSING_WORDS = ("NA", "N/A", "n/a", "na", "ND", "NaN")


@frozen
class Source:
    """`[[sources.NAME]]`: files of a table, an instrument or a scale, in the export's words."""

    file: str | None = option(None, "One file, relative to the study file.")
    files: str | None = option(None, "A glob of files, relative to the study file.")
    holds: str = option(
        "values",
        "Whether a row is a reading or a sample of a raw curve.",
        choices=("values", "curves"),
    )
    optional: bool = option(False, "Whether the study may run without the file.")
    reader: str | None = option(
        None, "The file format; recognised by the file itself unless stated."
    )
    sheet: str | None = option(None, "Which sheet or table, where a file holds several.")
    sheet_name: str | None = option(
        None,
        'Pattern of the names of sheets that are read each as a file, as "{visit}" or "S-{subject}".',
    )
    blocks: str | None = option(
        None,
        "Pattern of the titles of blocks that stand beside each other in a sheet, each with a header "
        'of its own, as "{visit}": each is read as a file.',
    )
    decimal: str = option(".", "Decimal sign.", choices=(".", ","))
    thousands: str | None = option(
        None, "Thousands sign.", choices=(".", ",", " ", "'", "\u00a0", "\u202f")
    )
    either_sign: str | None = option(
        None,
        "Whether numbers of a column that could all be read with decimal and thousands sign exchanged "
        'are written as this source states ("stated"); unless said, each such column is asked about.',
        choices=("stated",),
    )
    delimiter: str | None = option(None, "Field separator; found by counting unless stated.")
    encoding: str | None = option(
        None,
        "Text encoding; found by byte order mark and validity unless stated (utf-8, cp1252, "
        "utf-16).",
    )
    dictionary: str | None = option(
        None,
        "A file that says what the codes of this one mean, relative to the study file: a data "
        "dictionary (CSV).",
    )
    conversion: str | None = option(
        None,
        "A table of the scale's licence that says which score each sum stands for, relative to the "
        "study file: CSV with the columns of both, as raw_sum and score. It is an input whose digest "
        "is recorded, and is not copied into the run folder.",
    )
    version: str | None = option(
        None,
        "The version of the scale that the forms are of, as they print it; forms of another version "
        "than the scale's are refused. Of a device, that of its program or probe. Rows of which a "
        "column `version` says another one are told.",
    )
    missing: Names = option(
        (),
        "Further cells that mean: not measured, besides those that are blank and "
        + ", ".join((*MISSING_SIGNS[1:], *MISSING_WORDS))
        + ". A word that the study declares for an arm, a visit or a level, or that `values` "
        "recodes, is that word.",
    )
    errors: Names = option(
        ("Er", "ERR", "Error"),
        "Cells that mean: the reading failed; each is a finding, as is an error of a spreadsheet.",
    )
    zero: str | None = option(
        None,
        "What a reading of exactly 0 is, of a device: measured, or what it writes where nothing was. "
        "Asked about where more than 5% of a column are 0.",
        choices=("measured", "not_measured"),
    )
    limits: Mapping[str, Any] = option(
        {},
        'What a cell at a limit stands for: { "<" = "half", ">" = "limit", "<LOQ" = 2.5 }. Of a sign '
        'before a number, "limit" (the number), "half" of it, "limit/sqrt2", "missing" or a number; '
        'of a whole cell, "missing" or a number. A sign that is not stated is an error.',
        parse=lambda value: value,
        schema={
            "type": "object",
            "additionalProperties": {"anyOf": [{"type": "number"}, {"enum": [*LIMITS]}]},
        },
    )
    marks: Mapping[str, str] = option(
        {},
        'What a mark beside a number says: { "*" = "keep" }, "leave_out", or "below_limit" (the '
        "number is the limit). A mark that is not stated is an error, and its number does not count.",
        schema={"type": "object", "additionalProperties": {"enum": [*MARKS]}},
    )
    header: tuple[int, ...] | int | None = option(
        None,
        "Row or rows (counted from 1) of the column names; found unless stated.",
        parse=lambda value: value,
        schema={"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
    )
    data_from: int | None = option(
        None, "First row of data; the row after the header unless stated.", at_least=1
    )
    date_format: str | None = option(
        None,
        "Format of dates (strftime), as %d/%m/%Y; ISO 8601 and dd.mm.yyyy unless stated. Of a time "
        "with a zone the day and the hour count that are written.",
    )
    columns: Mapping[str, str | tuple[str, ...]] = option(
        {},
        "Our name = the export's column: subject, visit, date, location, side, replicate, rater, "
        "a parameter, a setting, or measure and value of a long table. An id that stands in several "
        'columns is subject = ["Site", "Nr"], and reads "12-003". Beside headers with {visit}, a '
        'column of dates a visit is date = "{visit}_DAT".',
        parse=parse_columns,
        schema=COLUMNS_SCHEMA,
    )
    headers: str | None = option(
        None,
        'Pattern of wide columns, as "{visit}_{measure}" or "{visit} {arm}"; a name in braces takes '
        "what stands there. In allocations, exposures and milestones each filled cell is a row: "
        'an arm in "{side} cheek", a date in "Injection {session}".',
    )
    file_name: str | None = option(None, 'Pattern of file names, as "{subject}_{visit}.csv".')
    constants: Mapping[str, Any] = option(
        {},
        "Our name = a value that holds for every row.",
        parse=lambda value: value,
        schema={"type": "object"},
    )
    values: Mapping[str, Any] = option(
        {},
        'Recoding: our name = { "their word" = "our word" }.',
        parse=lambda value: value,
        schema={"type": "object", "additionalProperties": {"type": "object"}},
    )
    units: Mapping[str, str] = option(
        {},
        "Our name = the unit of the export, where it differs from ours; of a number of a framework "
        'table the unit that all have, as weight = "kg".',
    )
    not_subjects: Names = option(
        (),
        'Words in the column of the subject whose rows are nobody\'s and left out, as ["Mittelwert"].',
    )
    where: Conditions = conditions(
        'Rows to take, by the export\'s own columns: a value, a list, "< 5" or "not blank".'
    )
    invalid: Conditions = conditions(
        "Readings that the operator marked as none, by the export's own columns: a row that meets "
        'one of these counts for no endpoint, as { Status = ["invalid", "failed"] }.'
    )
    subjects_by: str = option(
        "id",
        'How rows find their subject: by its id, or "row": the first row of data is subject 1, the next '
        "subject 2, in every file that says so.",
        choices=("id", "row"),
    )
    visits_by: str = option("id", "How rows find their visit.", choices=("id", "date", "day"))
    fill_down: Names = option(
        (), 'Our names of columns in which a blank repeats the cell above, as ["subject", "visit"].'
    )
    hidden_rows: str | None = option(
        None,
        "Whether hidden rows of a workbook count, and hidden sheets that `sheet_name` names; unless "
        "stated they do, and a finding says so.",
        choices=("read", "leave_out"),
    )
    struck_cells: str | None = option(
        None,
        "Whether cells that are struck through count; unless stated they do not, and a finding "
        "says so.",
        choices=("read", "leave_out"),
    )
    size_limits: SizeLimits = option(
        SizeLimits(),
        "How large tables, cells and packed parts of the files may be; what is larger is refused.",
    )
    options: Mapping[str, Any] = option(
        {},
        "Options of the instrument, scale or reader.",
        parse=lambda value: value,
        schema={"type": "object"},
    )
    name: str = field(default="", metadata={"key": True})
    position: int = field(default=0, metadata={"key": True})

    @property
    def companion_files(self) -> Mapping[str, str]:
        """The files beside the export that it is read with, by their keys."""
        files = {"dictionary": self.dictionary, "conversion": self.conversion}
        return {key: name for key, name in files.items() if name is not None}
