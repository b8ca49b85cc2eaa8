"""Words that every format sets around what a document holds, so that all formats say the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from dermoutcomes.report.table import Table

if TYPE_CHECKING:
    from dermoutcomes.report.documents.document import NamedBlock

__all__ = ["LAYOUT_WORDS", "block_label"]

# The section of listings in a clinical study report.
LISTINGS = "16.2."
# What it is of = the words: heads of the list of claims, and leads of the front.
LAYOUT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "contents": "Contents",
        "one_group": "What one group can show.",
        "verdict": "Verdict",
        "claim": "Claim, and why",
        "ours": "This run",
        "reported": "Reported elsewhere",
        "against": "Against it",
        "no_result": "no result",
    }
)


def block_label(block: NamedBlock) -> str:
    """What a table or figure is called, as "Table 14.2.1"; empty for one without a number.

    A table of section 16.2 of a clinical study report is a listing.
    """
    if not block.number:
        return ""
    if isinstance(block, Table):
        return f"{'Listing' if block.number.startswith(LISTINGS) else 'Table'} {block.number}"
    return f"Figure {block.number}"
