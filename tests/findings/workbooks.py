"""Exports as workbooks, and what is done to their sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import openpyxl

from .case import Edit, Files

__all__ = ["as_open_document", "as_workbook", "by_visit", "in_sheet"]

NAME = "readings.xlsx"


def as_workbook(files: Files) -> Files:
    """The study with its readings in a workbook, numbers as numbers and dates as dates."""
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(str(files["readings.csv"]))):
        book.active.append([_cell(text) for text in row])
    others = {name: content for name, content in files.items() if name != "readings.csv"}
    toml = str(files["study.toml"]).replace("readings.csv", NAME)
    return {**others, "study.toml": toml, NAME: _content(book)}


def by_visit(files: Files) -> Files:
    """The study with a sheet a visit in its workbook."""
    content = files[NAME]
    assert isinstance(content, bytes)
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    at = header.index("visit")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for visit in dict.fromkeys(row[at] for row in rows):
        sheet = book.create_sheet(str(visit))
        for row in (header, *(row for row in rows if row[at] == visit)):
            sheet.append([cell for place, cell in enumerate(row) if place != at])
    toml = str(files["study.toml"])
    toml = toml.replace(f'"{NAME}"', f'"{NAME}"\nsheet_name = "{{visit}}"')
    return {**files, "study.toml": toml, NAME: _content(book)}


def as_open_document(files: Files) -> Files:
    """The study with its workbook in the format of OpenOffice."""
    content = files[NAME]
    assert isinstance(content, bytes)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = "".join(
        f"<table:table-row>{''.join(map(_open_cell, row))}</table:table-row>"
        for row in sheet.iter_rows(values_only=True)
    )
    prefix = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{word}="{prefix}:{word}:1.0"' for word in ("office", "table", "text"))
    document = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    packed = io.BytesIO()
    with ZipFile(packed, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{prefix}:manifest:1.0"/>')
        parts.writestr("content.xml", document)
    others = {name: each for name, each in files.items() if name != NAME}
    toml = str(files["study.toml"]).replace(NAME, "readings.ods")
    return {**others, "study.toml": toml, "readings.ods": packed.getvalue()}


def _open_cell(value: object) -> str:
    if isinstance(value, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    return (
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    )


def in_sheet(change: Callable[[Any], None]) -> Edit:
    """Change something in the sheet of readings."""

    def edit(files: Files) -> Files:
        content = files[NAME]
        assert isinstance(content, bytes)
        book = openpyxl.load_workbook(io.BytesIO(content))
        change(book.active)
        return {**files, NAME: _content(book)}

    return edit


def _cell(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _content(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
