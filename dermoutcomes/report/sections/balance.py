"""Accounts of the ledger that do not balance. Absent where all do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.decisions.cautions import balance_caution
from dermoutcomes.report.blocks import Paragraph, Section, rich
from dermoutcomes.report.table import Row, TableSpec, columns
from dermoutcomes.tables.ledger import imbalances

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["balance_section"]

COUNTS = ("opening", "gain", "loss", "closing", "unexplained")
UNBALANCED = TableSpec(
    "Accounts that do not balance",
    columns(("Account", "Opening", "Gained", "Lost", "Closing", "Unexplained"), "lrrrrr"),
)


def balance_section(material: Material) -> Section | None:
    """The accounts whose opening and gains are not their losses and closing."""
    caution = balance_caution(material.ledger)
    if caution is None:
        return None
    rows = tuple(
        Row((rich(row["account"]), *(rich(str(row[name])) for name in COUNTS)))
        for row in imbalances(material.ledger).iter_rows(named=True)
    )
    return Section(
        "balance",
        "The ledger does not balance",
        (Paragraph(rich(caution), look="caution"), UNBALANCED.filled(rows)),
    )
