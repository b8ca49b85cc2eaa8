"""Results that were refused: what an analysis returned and cannot be true.

Absent where there are none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dermoutcomes.declare.tasks.refusals import REFUSALS, is_refusal
from dermoutcomes.report.blocks import Paragraph, Section, rich
from dermoutcomes.report.result_text import sentence
from dermoutcomes.report.table import Row, TableSpec, columns

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["refusals_section"]

REFUSED = TableSpec(
    "Refused results",
    columns(("Endpoint", "Analysis", "Rule", "What was returned", "Rows"), "llllr"),
)
LEAD = (
    "What an analysis returned here cannot be true, or is not what it says that it returns. The "
    "values were dropped and decide nothing; of a hypothesis that rests on one, nothing is said. "
    "The analysis has a fault: report it to its author."
)


def refusals_section(material: Material) -> Section | None:
    """Each refusal: endpoint, analysis, the rule that was broken, and how many rows have it."""
    counts = Counter(
        (row["endpoint"], row["analysis"], row["error"])
        for row in material.results
        if is_refusal(row["error"])
    )
    if not counts:
        return None
    rows = tuple(
        Row(
            (
                rich(material.endpoint_name(endpoint) if endpoint else "none"),
                rich(material.analysis_name(analysis)),
                rich(REFUSALS[error.partition(":")[0]]),
                rich(sentence(error)),
                rich(str(number)),
            )
        )
        for (endpoint, analysis, error), number in counts.items()
    )
    return Section(
        "refused",
        "Results that were refused",
        (Paragraph(rich(LEAD), look="caution"), REFUSED.filled(rows)),
    )
