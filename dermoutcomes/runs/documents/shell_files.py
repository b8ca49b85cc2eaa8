"""The shells of a study on disk: each table that its plan tells of, empty, in a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes.declare import DocumentPlan
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.report import Drawings, Outline, Page, ReportOptions
from dermoutcomes.report.documents.shell_document import shells_document
from dermoutcomes.report.documents.single_tables import single_documents
from dermoutcomes.runs.documents.documents import DocumentWriter
from dermoutcomes.study.sections.outputs import DOCUMENT_OPTIONS

if TYPE_CHECKING:
    from dermoutcomes.runs.opening import OpenStudy

__all__ = ["FORMATS", "write_shells"]

FORMATS = ("rtf", "pdf")
NO_RECORD = "none (a shell)"


def write_shells(opened: OpenStudy, folder: Path, program: str) -> list[Path]:
    """Write the shells of a study below `folder`: in RTF and PDF, an index before them.

    Their paths. No data are read. Files that stand there under the same names are replaced.
    """
    options = resolve_options(
        opened.study.outputs.options_of(DOCUMENT_OPTIONS),
        ReportOptions,
        f"outputs.options.{DOCUMENT_OPTIONS}",
    )
    outline = Outline(opened.study, opened.registry, options)
    page = Page(
        Drawings(),
        opened.study.id,
        NO_RECORD,
        program,
        data_cut=str(opened.study.study.data_cut or ""),
    )
    plan = DocumentPlan(folder.name, "Shells", lambda outline, _: outline, FORMATS, many=True)
    writer = DocumentWriter(opened, folder.parent, page, folder)
    documents = single_documents(outline, [shells_document(outline)])
    declared = opened.registry.formats
    writer.write_made(
        plan, documents, tuple(declared[name] for name in FORMATS if name in declared)
    )
    return writer.files
