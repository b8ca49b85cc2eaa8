"""Exports as ODM-XML: a log of changes, which says what was inserted and what was taken back."""

from __future__ import annotations

import io
from xml.sax.saxutils import quoteattr

import polars as pl

from .case import Files

__all__ = ["as_log", "with_removal"]

NAME = "readings.xml"
END = "</ClinicalData></ODM>"


def as_log(files: Files) -> Files:
    """The study with its readings in a log of changes, in which each row is inserted once."""
    rows = pl.read_csv(io.StringIO(str(files["readings.csv"])), infer_schema=False)
    items = "".join(
        f'<ItemDef OID="I.{name}" Name="{name}" DataType="text"/>' for name in rows.columns
    )
    inserted = "".join(
        _change(number, row, "Insert") for number, row in enumerate(rows.iter_rows(named=True), 1)
    )
    content = (
        '<?xml version="1.0"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
        f'FileType="Transactional"><Study OID="S"><MetaDataVersion OID="M">{items}'
        f'</MetaDataVersion></Study><ClinicalData StudyOID="S">{inserted}{END}'
    )
    others = {name: content for name, content in files.items() if name != "readings.csv"}
    toml = str(files["study.toml"]).replace("readings.csv", NAME)
    return {**others, "study.toml": toml, NAME: content}


def with_removal(files: Files) -> Files:
    """A further record, which is inserted and removed again."""
    row: dict[str, str | None] = {"subject": "S1", "visit": "W0", "hydration": "99"}
    changes = _change(0, row, "Insert") + _change(0, {}, "Remove")
    return {**files, NAME: str(files[NAME]).replace(END, changes + END)}


def _change(number: int, row: dict[str, str | None], does: str) -> str:
    items = "".join(
        f'<ItemData ItemOID="I.{name}" Value={quoteattr(value)}/>'
        for name, value in row.items()
        if value is not None
    )
    return (
        f'<SubjectData SubjectKey="R{number}"><StudyEventData StudyEventOID="E"><FormData '
        f'FormOID="F"><ItemGroupData ItemGroupOID="G" TransactionType="{does}">{items}'
        "</ItemGroupData></FormData></StudyEventData></SubjectData>"
    )
