"""Every check of the core by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from dermoutcomes.quality.checks.blank_items import blank_items
from dermoutcomes.quality.checks.calendar import (
    DriftOptions,
    SeasonOptions,
    TreatmentOptions,
    after_data_cut,
    after_treatment,
    opposite_season,
    time_of_day_drift,
    visits_out_of_order,
)
from dermoutcomes.quality.checks.catalogue_use import (
    missing_core_outcome,
    replaced_entry,
    untold_core_outcome,
)
from dermoutcomes.quality.checks.decimal_slips import (
    SlipOptions,
    UnusualOptions,
    decimal_slip,
    unusual_visit,
)
from dermoutcomes.quality.checks.missing_codes import code_for_missing
from dermoutcomes.quality.checks.people.arms import two_kinds_of_arms, unknown_epochs
from dermoutcomes.quality.checks.people.deaths import (
    deaths_disagree,
    fatal_not_serious,
    unclear_death,
)
from dermoutcomes.quality.checks.people.far_dates import FarDateOptions, far_dates
from dermoutcomes.quality.checks.people.membership_words import unclear_membership
from dermoutcomes.quality.checks.people.personal_columns import personal_columns
from dermoutcomes.quality.checks.people.repeated_milestones import repeated_milestones
from dermoutcomes.quality.checks.people.row_words import similar_row_words
from dermoutcomes.quality.checks.people.strata import (
    blank_stratum,
    numbered_covariate,
    small_strata,
    strata_differ,
    worded_covariate,
)
from dermoutcomes.quality.checks.people.subject_numbers import subject_numbers
from dermoutcomes.quality.checks.people.subjects import no_arm, similar_levels, similar_subjects
from dermoutcomes.quality.checks.people.treatments import (
    DoseOptions,
    dose_slips,
    other_treatments,
    unknown_sessions,
)
from dermoutcomes.quality.checks.plan import (
    alpha_used_twice,
    ignored_percent,
    responder_worse,
    unchecked_estimand,
    unused_adjustment,
)
from dermoutcomes.quality.checks.ranges import allowed_values, out_of_range, required_values
from dermoutcomes.quality.checks.repeats.copied_down import CopyOptions, copied_down, sides_alike
from dermoutcomes.quality.checks.repeats.repeated_measurements import repeated_measurements
from dermoutcomes.quality.checks.repeats.replicates import (
    ScatterOptions,
    absent_everywhere,
    missing_side,
    replicate_scatter,
    required_replicates,
)
from dermoutcomes.quality.checks.repeats.swapped_sides import SwapOptions, swapped_sides
from dermoutcomes.quality.checks.settings import rater_changed, settings_changed
from dermoutcomes.quality.checks.unmet_conditions import no_subgroup, takes_everybody, takes_nothing
from dermoutcomes.registry.core_check import CoreCheck

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CORE_CHECKS"]

CORE_CHECKS: Mapping[str, CoreCheck] = MappingProxyType(
    {
        check.name: check
        for check in (
            CoreCheck(
                "range", "Value outside what is possible or plausible", "warning", out_of_range
            ),
            CoreCheck(
                "allowed_values", "Value that the measure does not have", "error", allowed_values
            ),
            CoreCheck(
                "required_values",
                "Measurement without a value that it must have",
                "warning",
                required_values,
            ),
            CoreCheck(
                "blank_item",
                "Blank item of a form whose score an endpoint rests on",
                "warning",
                blank_items,
            ),
            CoreCheck(
                "uniqueness",
                "Measurement that stands in the exports twice",
                "error",
                repeated_measurements,
            ),
            CoreCheck(
                "takes_nothing", "Condition or name that no row has", "warning", takes_nothing
            ),
            CoreCheck(
                "takes_everybody",
                "Population whose conditions leave nobody out",
                "note",
                takes_everybody,
            ),
            CoreCheck("no_subgroup", "Subjects in no level of a subgroup", "warning", no_subgroup),
            CoreCheck("no_arm", "Readings without an arm where arms are compared", "error", no_arm),
            CoreCheck(
                "blank_stratum",
                "Subjects without a stratum or covariate of an endpoint",
                "error",
                blank_stratum,
            ),
            CoreCheck(
                "strata_differ",
                "Stratum recorded otherwise than randomised",
                "warning",
                strata_differ,
                asks="Stratum as it was recorded",
            ),
            CoreCheck("small_strata", "Levels with few subjects", "warning", small_strata),
            CoreCheck(
                "two_kinds_of_arms",
                "Safety by treatment received and as randomised",
                "warning",
                two_kinds_of_arms,
            ),
            CoreCheck(
                "numbered_covariate",
                "Numbers that are names, used as a quantity",
                "error",
                numbered_covariate,
            ),
            CoreCheck(
                "worded_covariate",
                "Numbers that count as words, used to adjust",
                "error",
                worded_covariate,
            ),
            CoreCheck("similar_subjects", "Ids that look the same", "error", similar_subjects),
            CoreCheck(
                "similar_levels",
                "Levels of a stratum or covariate that look the same",
                "warning",
                similar_levels,
            ),
            CoreCheck(
                "personal_columns",
                "Columns that look like names, birth dates or addresses of people",
                "warning",
                personal_columns,
            ),
            CoreCheck(
                "similar_words",
                "Words of events, treatments and milestones that look the same",
                "warning",
                similar_row_words,
                asks="Word of its own in a column of events, treatments or milestones",
            ),
            CoreCheck(
                "repeated_milestone",
                "Milestone that stands in several rows of a subject",
                "warning",
                repeated_milestones,
            ),
            CoreCheck(
                "dose_slip",
                "Dose of another size than the others",
                "warning",
                dose_slips,
                DoseOptions,
            ),
            CoreCheck(
                "unknown_session",
                "Session that the study does not have",
                "warning",
                unknown_sessions,
            ),
            CoreCheck(
                "other_treatment",
                "Treatment given and arm allocated",
                "warning",
                other_treatments,
            ),
            CoreCheck("unknown_epoch", "Epoch that no visit names", "error", unknown_epochs),
            CoreCheck(
                "unclear_membership",
                "Subjects of whom a population does not know whether to take them",
                "warning",
                unclear_membership,
            ),
            CoreCheck(
                "subject_number",
                "Number of a subject of another size than all others",
                "warning",
                subject_numbers,
            ),
            CoreCheck(
                "required_replicates",
                "Fewer or more replicates than planned",
                "warning",
                required_replicates,
                whole=True,
            ),
            CoreCheck(
                "absent_everywhere",
                "Side or measure that all lack at a visit",
                "warning",
                absent_everywhere,
            ),
            CoreCheck("missing_side", "Side or place without a reading", "warning", missing_side),
            CoreCheck(
                "replicate_scatter",
                "Replicates that differ too much",
                "warning",
                replicate_scatter,
                ScatterOptions,
                whole=True,
            ),
            CoreCheck(
                "copied_down",
                "Readings equal to those of another visit or subject",
                "error",
                copied_down,
                CopyOptions,
                whole=True,
            ),
            CoreCheck(
                "sides_alike",
                "Readings equal to those of another side",
                "warning",
                sides_alike,
                CopyOptions,
                whole=True,
            ),
            CoreCheck(
                "swapped_sides",
                "Sides the wrong way round",
                "warning",
                swapped_sides,
                SwapOptions,
                whole=True,
                asks="Readings of the two sides beside those of other visits",
            ),
            CoreCheck(
                "decimal_slip",
                "Value ten, a hundred or a thousand times the usual",
                "error",
                decimal_slip,
                SlipOptions,
                asks="Value of another size than the others of the subject",
            ),
            CoreCheck(
                "code_for_missing",
                "Reading that may be a code for what was not taken",
                "warning",
                code_for_missing,
            ),
            CoreCheck(
                "unusual_visit",
                "Visit with readings of another size",
                "warning",
                unusual_visit,
                UnusualOptions,
                whole=True,
            ),
            CoreCheck(
                "after_treatment",
                "Reading on the wrong side of the treatment",
                "error",
                after_treatment,
                TreatmentOptions,
            ),
            CoreCheck(
                "settings_changed",
                "Setting or device that changed",
                "error",
                settings_changed,
                whole=True,
            ),
            CoreCheck(
                "rater_changed", "Rater or role of the rater that changed", "warning", rater_changed
            ),
            CoreCheck(
                "visits_out_of_order", "Visits not in their order", "error", visits_out_of_order
            ),
            CoreCheck(
                "after_data_cut", "Date after the study's data cut", "warning", after_data_cut
            ),
            CoreCheck(
                "far_date",
                "Date far from all others of the subject",
                "warning",
                far_dates,
                FarDateOptions,
            ),
            CoreCheck(
                "opposite_season",
                "Baseline and visit in opposite seasons",
                "note",
                opposite_season,
                SeasonOptions,
            ),
            CoreCheck(
                "time_of_day_drift",
                "Time of day other than at baseline",
                "note",
                time_of_day_drift,
                DriftOptions,
            ),
            CoreCheck(
                "fatal_not_serious",
                "Fatal event that is not marked as serious",
                "error",
                fatal_not_serious,
            ),
            CoreCheck(
                "deaths_disagree",
                "Death that events or milestones alone tell of",
                "warning",
                deaths_disagree,
            ),
            CoreCheck(
                "unclear_death", "Words that may or may not say a death", "warning", unclear_death
            ),
            CoreCheck(
                "unused_adjustment",
                "Covariates and strata that no analysis uses",
                "warning",
                unused_adjustment,
            ),
            CoreCheck(
                "alpha_used_twice",
                "Families that together take more than alpha",
                "warning",
                alpha_used_twice,
            ),
            CoreCheck(
                "ignored_percent",
                "Percent changes asked for where visits are compared",
                "warning",
                ignored_percent,
            ),
            CoreCheck(
                "responder_worse",
                "Responders who are asked for worse values",
                "warning",
                responder_worse,
            ),
            CoreCheck(
                "unchecked_estimand",
                "Estimand that could not be held against its analysis",
                "note",
                unchecked_estimand,
            ),
            CoreCheck(
                "replaced_entry",
                "Instruments and scales that several plugins declare",
                "note",
                replaced_entry,
            ),
            CoreCheck(
                "missing_core_outcome",
                "Domains of the core outcome set that no endpoint measures",
                "warning",
                missing_core_outcome,
            ),
            CoreCheck(
                "untold_core_outcome",
                "Domains of the core outcome set of which nothing can be told",
                "note",
                untold_core_outcome,
            ),
        )
    }
)
