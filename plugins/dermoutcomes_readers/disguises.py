"""Files that are no text of values, whatever their name says, and the way out of it."""

from __future__ import annotations

from pathlib import Path

from dermoutcomes import Problem, StudyError

__all__ = ["refuse_disguised"]

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
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


def _disguised(path: Path, message: str, found: str, hint: str) -> StudyError:
    return StudyError(
        Problem(
            message,
            file=path.name,
            found=found,
            expected="a text of values (CSV), or a workbook under the name of one",
            hint=hint,
            code="other_format",
        )
    )
