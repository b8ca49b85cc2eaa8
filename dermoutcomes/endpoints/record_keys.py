"""The columns that say what a row is, on its way from a reading to a record."""

from __future__ import annotations

from dermoutcomes.stats.records import RECORD_KEY

__all__ = ["OCCASION", "SPOT", "UNIT"]

# Where on whom: what a baseline and a later value must share.
SPOT = RECORD_KEY
# The same with the treatment that was allocated there.
UNIT = ("subject", "arm", "location", "side", "period")
# When.
OCCASION = ("visit", "timepoint")
