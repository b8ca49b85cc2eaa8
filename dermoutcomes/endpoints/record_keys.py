"""The columns that say what a row is, on its way from a reading to a record."""

from __future__ import annotations

from dermoutcomes.stats.analysis_records import RECORD_KEY

__all__ = ["OCCASION", "SPOT", "UNIT"]

# Blanks are values of these columns (no side: of the face as a whole), and Polars joins no blank to
# a blank unless it is told: frames are joined on them with `nulls_equal`.

# Where on whom: what a baseline and a later value must share.
SPOT = RECORD_KEY
# The same with the treatment that was allocated there.
UNIT = ("subject", "arm", "location", "side", "period")
# When.
OCCASION = ("visit", "timepoint")
