"""The reasons of the ledger in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["REASONS"]

# Reason: what stands in a table or in brackets behind a number.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "header": "row of the header",
        "above_data": "above the first row of data",
        "where": "not among the rows that the source takes",
        "hidden": "hidden in the workbook, and left out as the source says",
        "blank": "nothing filled in",
        "no_subject": "no subject",
        "repeated": "stands there a second time",
        "incomplete_curve": "curve with gaps",
        "declared_missing": "a word that means not measured",
        "failed_reading": "the device says that the reading failed",
        "error_cell": "an error of the spreadsheet",
        "struck_cell": "struck through",
        "date_for_number": "a date where a number belongs",
        "decimal_sign": "another decimal sign than the source's",
        "thousands_sign": "groups with a sign that the source does not name",
        "unfinished_number": "no digit behind the decimal sign",
        "not_a_number": "a text where a number belongs",
        "not_finite": "infinite or not a number",
        "absurd_value": "a fill value or an overflow",
        "unreadable": "cannot be read",
        "unknown_measure": "no measure of the instrument or scale",
        "unused_column": "column that nothing asks for",
        "withdrawn": "left the study",
        "missed": "missed",
        "no_value": "seen, and this not read",
        "left_out": "left out",
        "too_few_replicates": "too few replicates",
        "too_few_days": "too few days",
        "one_side": "a side is missing",
        "one_location": "a place is missing",
        "no_majority": "no majority of raters",
        "not_computable": "not computable from what was read",
        "intercurrent": "after an intercurrent event",
        "among": "not among those asked for",
        "no_visit": "at no visit",
        "visit_not_analysed": "at a visit that is not analysed",
        "no_start": "no start of observation",
        "no_end": "no end of observation",
        "ended_before_start": "observation ended before its start",
        "constant": "stated for the whole source",
        "computed": "computed from a curve",
        "derived": "computed from other values",
    }
)
