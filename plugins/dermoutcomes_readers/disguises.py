"""Files that are no text of values, whatever their name says, and the way out of it."""

from __future__ import annotations

from pathlib import Path
from zipfile import is_zipfile

from dermoutcomes import Problem, StudyError
from dermoutcomes_readers.archives import opened_archive

__all__ = ["refuse_disguised", "refuse_other_kind"]

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
COMPOUND = WORKBOOKS[1]
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# The part of a zip file that says of which kind it is.
KINDS = {
    "xl/workbook.xml": (".xlsx", ".xlsm"),
    "xl/workbook.bin": (".xlsb",),
    "content.xml": (".ods",),
}
WEB_PAGES = (b"<!doctype html", b"<html", b"<table", b"mime-version:")
SAMPLE = 1024


def refuse_disguised(content: bytes, path: Path) -> None:
    """Raise StudyError for a workbook, a web page or XML under another name."""
    start = content[:SAMPLE].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(WORKBOOKS):
        raise _disguised(
            path,
            f"the file is an Excel workbook, and its name ends in {path.suffix or 'nothing'}",
            "the first bytes of a workbook",
            "rename it to .xlsx or .xls, or open it in a spreadsheet program and save it as CSV",
        )
    if start.startswith(WEB_PAGES) or (start.startswith(b"<") and b"<html" in start):
        raise _disguised(
            path,
            f"the file is a web page (HTML), and its name ends in {path.suffix or 'nothing'}",
            "the first bytes of a web page",
            "some devices write web pages under the name of a workbook: open it in a spreadsheet "
            "program, look whether numbers became dates, and save it as .xlsx",
        )
    if start.startswith(b"<?xml"):
        raise _disguised(
            path,
            "the file is XML, not a table of values",
            "the first bytes of an XML file",
            "open it in a spreadsheet program and save it as .xlsx",
        )


def refuse_other_kind(path: Path) -> None:
    """Raise StudyError for a workbook of one kind under the name of another, as an old .xlsx."""
    kind = _kind(path)
    suffix = path.suffix.lower()
    if kind is None or suffix in kind:
        return
    raise _disguised(
        path,
        f"the file is a workbook of the kind {kind[0]}, and its name ends in {suffix}",
        f"what a workbook of the kind {kind[0]} begins with",
        f"rename it to {path.stem}{kind[0]}, and write that name into the study file",
        "a workbook under the name of its own kind",
    )


def _kind(path: Path) -> tuple[str, ...] | None:
    """The suffixes of a workbook's kind; None where it cannot be told, as of one that is broken."""
    with path.open("rb") as stream:
        start = stream.read(SAMPLE)
    if start.startswith(COMPOUND):
        # A workbook with a password is a compound file, whatever its kind.
        return None if ENCRYPTED in path.read_bytes() else (".xls",)
    if not is_zipfile(path):
        return None
    with opened_archive(path) as book:
        names = book.namelist()
    return next((kind for part, kind in KINDS.items() if part in names), None)


def _disguised(
    path: Path,
    message: str,
    found: str,
    hint: str,
    expected: str = "a text of values (CSV), or a workbook under the name of one",
) -> StudyError:
    return StudyError(
        Problem(
            message,
            file=path.name,
            found=found,
            expected=expected,
            hint=hint,
            code="other_format",
        )
    )
