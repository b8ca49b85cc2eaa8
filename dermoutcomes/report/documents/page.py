"""What every format needs beside the document, table or figure that it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
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
    """

    drawings: Drawings
    study: str
    record_sha256: str
    program: str
    origin: tuple[str, str] | None = None
    data_cut: str = ""
    evidence: Evidence | None = None

    @property
    def running_foot(self) -> str:
        """What stands at the bottom of each page: program, record (sixteen digits) and data cut."""
        whole = len(self.record_sha256) == DIGEST
        record = self.record_sha256[:16] if whole else self.record_sha256
        cut = f", data up to {self.data_cut}" if self.data_cut else ""
        return f"{self.program}, record {record}{cut}"

    @property
    def source(self) -> str:
        """What stands under a table or figure in a file of its own: where its numbers are from."""
        cut = f", data up to {self.data_cut}" if self.data_cut else ""
        return f"Source: study {self.study}{cut}; {self.program}; record {self.record_sha256}."
