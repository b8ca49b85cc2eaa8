"""What every format needs beside the document, table or figure that it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from dermoutcomes.report.blocks import Link
    from dermoutcomes.report.evidence.evidence import Evidence
    from dermoutcomes.report.figures.drawing import Drawings

__all__ = ["Page"]

# Digits of a SHA-256.
DIGEST = 64


@frozen(eq=False)
class Page:
    """What is alike on every page of a run.

    `drawings` are its figures as pictures. `study` is its id, `record_sha256` the digest of the
    manifest without its outputs, as every foot shows it (of shells the words that there is none),
    `program` name and version of what wrote it, `origin` the words for data that are not of people
    (label, sentence), or None, and `data_cut` the day up to which data count, where the study has
    one.
    `evidence` gives what results rest on, down to cells; None where a study wants none of it.
    `linked_from` has the places of the document at hand to which other documents of the run link,
    `headings` the section in which a result has its address in another document, by the names of
    both: a format without marks at results leads to the heading.
    """

    drawings: Drawings
    study: str
    record_sha256: str
    program: str
    origin: tuple[str, str] | None = None
    data_cut: str = ""
    evidence: Evidence | None = None
    linked_from: frozenset[Link] = frozenset()
    headings: Mapping[tuple[str, str], str] = field(factory=dict)

    @property
    def running_foot(self) -> str:
        """What stands at the bottom of each page: program, record (sixteen digits) and data cut."""
        cut = f", data up to {self.data_cut}" if self.data_cut else ""
        return f"{self.program}, record {self._short_record}{cut}"

    @property
    def source(self) -> str:
        """What stands under a table or figure in a file of its own: where its numbers are from."""
        return self._source(self.record_sha256)

    @property
    def source_in_document(self) -> str:
        """The same under each of many in a document: with sixteen digits of the record."""
        return self._source(self._short_record)

    def _source(self, record: str) -> str:
        cut = f", data up to {self.data_cut}" if self.data_cut else ""
        return f"Source: study {self.study}{cut}; {self.program}; record {record}."

    @property
    def _short_record(self) -> str:
        whole = len(self.record_sha256) == DIGEST
        return self.record_sha256[:16] if whole else self.record_sha256
