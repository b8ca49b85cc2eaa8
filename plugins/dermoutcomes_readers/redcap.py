"""Exports of REDCap: the records, and each repeating form as a table of its own.

All forms stand in one file, with the columns of all. A row of a repeating form has cells in these
of its form alone.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from dermoutcomes import CodedColumn, Match, Problem, RawTable, StudyError, coded_table, option
from dermoutcomes_readers import delimited
from dermoutcomes_readers.redcap_dictionary import (
    CHECKED,
    MARK,
    DictionaryField,
    field_of_column,
    read_dictionary,
    refuse_other_project,
)
from dermoutcomes_readers.value_labels import LABELS

__all__ = ["SUFFIXES", "RedcapOptions", "read", "recognise"]

SUFFIXES = (".csv",)
# What REDCap calls the columns that say which row is what, in exports of codes and of labels.
INSTRUMENT = ("redcap_repeat_instrument", "Repeat Instrument")
MARKS = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "redcap_data_access_group",
    "redcap_survey_identifier",
    "Repeat Instrument",
)
COMPLETE = "_complete"
# The table of the rows that are of no repeating form.
RECORDS = "records"


@frozen
class RedcapOptions(delimited.DelimitedOptions):
    """How the text is cut into cells, and what its codes mean."""

    labels: str = option(
        "labels",
        "What a value that has a label in the dictionary is: its label as a word (a number is then "
        "the code all the same), or the code alone.",
        choices=LABELS,
    )
    dictionary: str | None = option(
        None, "The data dictionary: `dictionary` of the source says which file it is."
    )


def recognise(path: Path, head: bytes) -> Match | None:  # noqa: ARG001 - the bytes say it all
    """An export is known by the columns that REDCap adds, or by boxes and states of forms."""
    encoding = "utf-16" if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    line = re.split(r"[\r\n]", head.decode(encoding, "replace"), maxsplit=1)[0]
    names = [name.strip().strip('"') for name in re.split(r"[,;\t]", line)]
    if names[:1] == [MARK]:
        return Match(0.95, "the header of a data dictionary of REDCap")
    if {*names} & {*MARKS}:
        return Match(0.9, "columns that REDCap adds")
    has_states = any(name.endswith(COMPLETE) for name in names)
    if has_states and any(CHECKED in name for name in names):
        return Match(0.8, "boxes and states of forms as REDCap names them")
    return None


def read(path: Path, options: RedcapOptions) -> Mapping[str, RawTable]:
    """The rows of no repeating form as the table "records", and one table a repeating form.

    Rows and columns keep their numbers in the file. In each table only the columns that it has
    cells in have a name, and those that the dictionary places there. An export without repeating
    forms is one table, named after the file.

    Raises StudyError as for any delimited text, for a dictionary that is none or of another
    project, and where the file is itself a dictionary.
    """
    [table] = delimited.read(path, options).values()
    header = [(name or "").strip() for name in table.cells.row(0)]
    if header[:1] == [MARK]:
        raise StudyError(_is_dictionary(path))
    dictionary: dict[str, DictionaryField] = {}
    if options.dictionary is not None:
        dictionary = read_dictionary(Path(options.dictionary))
        refuse_other_project(header, dictionary, Path(options.dictionary), path)
    rows = table.cells.rows()[1:]
    at = next((header.index(name) for name in INSTRUMENT if name in header), None)
    forms = [(row[at] or "").strip() if at is not None else "" for row in rows]
    tables = {}
    for form in sorted({*forms}):
        name = form or (path.stem if {*forms} == {""} else RECORDS)
        of_form = [index for index, other in enumerate(forms) if other == form]
        tables[name] = coded_table(
            name,
            _columns(header, rows, of_form, form, dictionary),
            [table.lines[index + 1] for index in of_form],
            options.labels,
        )
    return tables


def _columns(
    header: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    of_form: Sequence[int],
    form: str,
    dictionary: Mapping[str, DictionaryField],
) -> Iterable[CodedColumn]:
    """The columns of one table: those of other forms, which are blank in it, without a name."""
    for position, column in enumerate(header):
        cells = [rows[index][position] for index in of_form]
        entry, label = field_of_column(column, dictionary)
        has_cells = any(cell and cell.strip() for cell in cells)
        is_of_form = entry is not None and entry.form.lower() == form.lower()
        is_nowhere = not any(row[position] for row in rows)
        is_named = has_cells or column in MARKS or is_of_form or (not form and is_nowhere)
        coded = entry if entry is not None and entry.is_coded else None
        yield CodedColumn(
            column if is_named else "",
            _coded(cells, coded) if coded else cells,
            label,
            {_code(code): word for code, word in coded.choices.items()} if coded else {},
        )


def _coded(cells: Sequence[str | None], entry: DictionaryField) -> list[float | str | None]:
    """The cells as codes; of an export with labels, the codes of these."""
    codes = {word: code for code, word in entry.choices.items()}
    stripped = [cell.strip() if cell and cell.strip() else None for cell in cells]
    return [
        None if cell is None else _code(cell if cell in entry.choices else codes.get(cell, cell))
        for cell in stripped
    ]


def _code(text: str) -> float | str:
    """A code as a number where it is written as a person writes one: 007 is none."""
    return float(text) if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", text) else text


def _is_dictionary(path: Path) -> Problem:
    return Problem(
        "the file is a data dictionary of REDCap, and holds no data",
        file=path.name,
        expected="the export of the data",
        hint=f'file = "…" with the export in the source, and dictionary = "{path.name}" beside it',
        code="other_format",
    )
