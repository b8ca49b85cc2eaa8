"""Columns of the table `ledger`, and the words that they hold."""

from __future__ import annotations

from dermoutcomes.tables.column import FLAG, NAMES, SHORT, TEXT, WHOLE, Column, Columns

__all__ = ["ENTRIES", "GAINS", "LEDGER", "LOSSES", "PLACE", "STAGES", "TOLD_BY"]

# The stages of an account, in the order of the data.
STAGES = (
    "rows",
    "cells",
    "values",
    "readings",
    "records",
    "limits",
    "analysis",
    "subjects",
    "sides",
)
ENTRIES = ("opening", "gain", "loss", "closing")
# Why something was gained. Their sentences, as those of losses, stand in `report`.
GAINS = ("constant", "computed", "derived", "other_visits")
# Why something was lost. A loss that has none of these is a fault of the program, and the account
# that it belongs to does not balance.
LOSSES = (
    # Rows.
    "header",
    "above_data",
    "removed",
    "where",
    "hidden",
    "blank",
    "no_subject",
    "repeated",
    "incomplete_curve",
    # Cells.
    "declared_missing",
    "failed_reading",
    "error_cell",
    "struck_cell",
    "date_for_number",
    "label_against_code",
    "decimal_sign",
    "thousands_sign",
    "unfinished_number",
    "limit_sign",
    "limit_as_missing",
    "zero_as_missing",
    "marked_number",
    "left_out_by_mark",
    "unit_behind_number",
    "not_a_number",
    "not_finite",
    "absurd_value",
    "unreadable",
    "unknown_measure",
    "unused_column",
    # Readings.
    "invalid",
    "impossible",
    "no_number",
    "other_origin",
    "other_location",
    "other_side",
    "other_rater",
    "no_population",
    "other_arm",
    "in_unused_record",
    "outside_days",
    "extra_replicate",
    "extra_day",
    "baseline_after_treatment",
    "incomplete_place",
    # Records.
    "withdrawn",
    "missed",
    "not_due",
    "no_value",
    "left_out",
    "too_few_replicates",
    "too_few_days",
    "several_days",
    "one_side",
    "one_location",
    "no_majority",
    "not_computable",
    "intercurrent",
    "among",
    "no_visit",
    "visit_not_analysed",
    "no_start",
    "no_end",
    "ended_before_start",
    "not_scheduled",
    "no_arm",
    "no_reference",
    # Analysed records that were not measured within limits.
    "below_limit",
    "above_limit",
    # Subjects of an analysis.
    "blank_stratum",
    "blank_covariate",
    "no_pair",
    "by_analysis",
    # Subjects and sides.
    "no_reading",
    "not_allocated",
    "not_treated",
    "no_last_visit",
)
# Checks that tell of a loss under another name than its reason.
TOLD_BY = {
    "unused_column": ("unread_column",),
    "missed": ("missed_visit", "subject_without_data"),
    "no_value": ("failed_reading", "required_values", "missed_visit"),
    "no_reading": ("subject_without_data",),
    "too_few_replicates": ("required_replicates", "failed_reading"),
    "extra_day": ("repeated_visit",),
    "invalid": ("invalid_reading",),
    "impossible": ("range", "allowed_values"),
    "one_side": ("missing_side",),
    "below_limit": ("values_at_limits",),
    "above_limit": ("values_at_limits",),
    "one_location": ("missing_side",),
}
# What an account is of; the rest is empty.
PLACE = ("source", "measure", "endpoint", "comparison", "population", "visit", "arm")

LEDGER: Columns = {
    "line": Column(WHOLE, "Number of the entry.", null=False, at_least=1),
    "account": Column(TEXT, "What is counted: the stage and its place.", null=False),
    "stage": Column(
        TEXT,
        "What one unit of the account is, by the stage that counts it.",
        null=False,
        values=STAGES,
    ),
    "source": Column(SHORT, "Number of the file in `sources`.", at_least=1),
    "measure": Column(TEXT, "Measure, as `owner.code`."),
    "endpoint": Column(TEXT, "Endpoint."),
    "comparison": Column(TEXT, "Comparison."),
    "population": Column(TEXT, "Population."),
    "visit": Column(TEXT, "Visit."),
    "arm": Column(TEXT, "Arm."),
    "entry": Column(
        TEXT,
        "What is counted of it; in each account opening and gains are losses and closing.",
        null=False,
        values=ENTRIES,
    ),
    "reason": Column(TEXT, "Why it was gained or lost.", values=(*GAINS, *LOSSES)),
    "detail": Column(
        TEXT, "What stood behind the reason: a check, a milestone, a strategy, a header."
    ),
    "n": Column(WHOLE, "How many.", null=False, at_least=0),
    "n_subjects": Column(
        WHOLE,
        "How many subjects they are of; empty where they are of none, or where files were added up "
        "that may share subjects.",
        at_least=0,
    ),
    "subjects": Column(NAMES, "The first five of these subjects."),
    "told": Column(FLAG, "Of a loss: whether `findings` has rows for it."),
}
