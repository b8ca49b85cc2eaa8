"""Whether cells of labelled columns are words or codes, as a source says it."""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import option

__all__ = ["LABELS", "LabelOptions"]

LABELS = ("labels", "codes")


@frozen
class LabelOptions:
    """How codes that have labels are read, and the encoding of texts."""

    labels: str = option(
        "labels",
        "What a value that has a label is: its label as a word (a number is then the code all the "
        "same), or the code alone.",
        choices=LABELS,
    )
    encoding: str | None = option(None, "Text encoding; that which the file names unless stated.")
