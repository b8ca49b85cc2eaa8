"""The reasons of the ledger in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.study import Arm

__all__ = ["REASONS", "lost_words"]

# Reason: what stands in a table or in brackets behind a number.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "header": "row of the header",
        "above_data": "above the first row of data",
        "removed": "taken back in the file itself",
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
        "label_against_code": "a label that says another number than its code",
        "decimal_sign": "another decimal sign than the source's",
        "thousands_sign": "groups with a sign that the source does not name",
        "unfinished_number": "no digit behind the decimal sign",
        "limit_sign": "at a limit of which nothing is stated",
        "limit_as_missing": "at a limit, which counts as missing",
        "zero_as_missing": "0, which this device writes where nothing was measured",
        "marked_number": "a number with a mark of which nothing is stated",
        "left_out_by_mark": "a number with a mark that leaves it out",
        "unit_behind_number": "a number with another unit behind it",
        "not_a_number": "a text where a number belongs",
        "not_finite": "infinite or not a number",
        "absurd_value": "a fill value or an overflow",
        "unreadable": "cannot be read",
        "unknown_measure": "no measure of the instrument or scale",
        "unused_column": "column that nothing asks for",
        "withdrawn": "left the study",
        "missed": "missed",
        "not_due": "not yet due at the data cut",
        "no_value": "seen, and this not read",
        "left_out": "left out",
        "too_few_replicates": "too few replicates",
        "too_few_days": "too few days",
        "several_days": "read on several days, of which none counts",
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
        "below_limit": "at or below the lower limit",
        "above_limit": "at or above the upper limit",
        "blank_stratum": "no stratum",
        "blank_covariate": "no covariate",
        "no_pair": "one of a pair alone",
        "by_analysis": "left out by the analysis",
        "no_reading": "no reading in any file",
        "not_allocated": "allocated to no arm",
        "not_treated": "not treated",
        "no_last_visit": "not seen at the last visit",
        "invalid": "marked by the operator as no reading",
        "impossible": "value that cannot be",
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
        "extra_day": "on a further day of the visit",
        "baseline_after_treatment": "a baseline after the first treatment",
        "incomplete_place": "side or place with too little to count",
        "constant": "stated for the whole source",
        "computed": "computed from a curve",
        "derived": "computed from other values",
        "other_visits": "in the model by their other visits",
    }
)


def lost_words(
    claim: Mapping[str, Any], ledger: pl.DataFrame, arms: Mapping[str, Arm] | None = None
) -> str:
    """How many of each arm are behind a verdict, and why others are not.

    As "new 7 of 8, old 7 of 8; 2 left out"; empty where there are no arms and none is lost. Of the
    hypothesis that the n of the claim is of, as the ledger accounts for it.
    """
    import polars as pl

    name = pl.format("{}.{}", "endpoint", "comparison")
    accounts = ledger.filter(pl.col("stage") == "analysis")
    for hypothesis in claim["hypotheses"] or ():
        own = accounts.filter(name == hypothesis)
        closing = own.filter(pl.col("entry") == "closing")
        inside = closing["n"].to_list() == [claim["n"]] * closing.height
        if closing.height and (inside or closing["n"].sum() == claim["n"]):
            return "; ".join(filter(None, (_sizes_of_arms(own, arms or {}), _losses(own))))
    return ""


def _sizes_of_arms(accounts: pl.DataFrame, arms: Mapping[str, Arm]) -> str:
    """The n of each arm, in the order of the study."""
    import polars as pl

    entry, n = pl.col("entry"), pl.col("n")
    sizes = {
        arm: (closing, opening)
        for arm, closing, opening in accounts.filter(pl.col("arm").is_not_null())
        .group_by("arm")
        .agg(n.filter(entry == "closing").sum(), opening=n.filter(entry == "opening").sum())
        .iter_rows()
    }
    return ", ".join(
        f"{arm.label or name} {sizes[name][0]} of {sizes[name][1]}"
        for name, arm in arms.items()
        if name in sizes
    )


def _losses(accounts: pl.DataFrame) -> str:
    import polars as pl

    lost = (
        accounts.filter(pl.col("entry") == "loss")
        .group_by("reason")
        .agg(pl.col("n").sum())
        .sort("n", "reason", descending=[True, False])
    )
    return ", ".join(f"{n} {REASONS[reason]}" for reason, n in lost.iter_rows() if n)
