"""The columns that say what a row is, on its way from a reading to a record."""

from __future__ import annotations

__all__ = ["OCCASION", "SPOT", "UNIT"]

# Where on whom: what a baseline and a later value must share.
SPOT = ("subject", "location", "side", "period")
# The same with the treatment that was allocated there.
UNIT = ("subject", "arm", "location", "side", "period")
# When.
OCCASION = ("visit", "timepoint")
