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
        "not_scheduled": "not planned for them",
        "no_arm": "no arm",
        "no_reference": "nothing to compare with",
        "no_number": "words and no number",
        "other_origin": "of curves beside the device's own, or of the device beside those of curves",
        "other_location": "at another place",
        "other_side": "on another side",
        "other_rater": "by raters of another role",
        "other_arm": "of an arm that the difference is not of",
        "no_population": "of nobody in the population",
        "in_unused_record": "behind a record that does not count",
        "outside_days": "on a day of no visit",
        "extra_replicate": "first replicate, which is dropped",
        "incomplete_place": "side or place with too little to count",
        "constant": "stated for the whole source",
        "computed": "computed from a curve",
        "derived": "computed from other values",
    }
)
