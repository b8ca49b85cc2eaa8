"""From what was read to what follows from it: recodings, values of raw curves, and derived parameters."""

from __future__ import annotations

from dermoutcomes.derive.curves import curve_values
from dermoutcomes.derive.expressions import evaluate
from dermoutcomes.derive.stage import derive
from dermoutcomes.derive.wide import COMPUTED, READ, wide

__all__ = ["COMPUTED", "READ", "curve_values", "derive", "evaluate", "wide"]
