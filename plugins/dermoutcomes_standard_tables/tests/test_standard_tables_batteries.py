"""Every standard table put through its battery."""

from __future__ import annotations

from dermoutcomes.testing import TableContract
from dermoutcomes_standard_tables import register_tables

globals().update(
    {
        f"Test_{plan.name}": type(f"Test_{plan.name}", (TableContract,), {"table": plan})
        for plan in register_tables()
    }
)
