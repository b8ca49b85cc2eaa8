"""What reading, deriving and making records tell of, beside the checks of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["READING_FAULTS"]

# Name of a finding: what it means, and the key that settles it.
READING_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "absurd_value": "a number beyond any reading, as a fill value; it is no reading",
        "baseline_after_treatment": "a baseline that was read after the first treatment; keys: the "
        "dates, measure in [sessions]",
        "blank_flag": "events of which it is blank how severe they are, whether serious or related, in "
        "a column that is filled otherwise; key: values",
        "cells_not_seen": "a kind of workbook that does not show hidden rows, formats and errors; "
        "the same saved as .xlsx does",
        "competing_event": "subjects of a time to an event who died, or had another event after which "
        "it cannot come; key: event.where",
        "date_for_number": "a date, or the number of a day, where a number belongs: a spreadsheet "
        "took the reading for a date; it is no reading",
        "declared_missing": "values that the file itself declares missing; key: values",
        "decimal_sign": "a number with the other decimal sign than the source's; key: decimal",
        "duplicate_subject": "a subject twice in the table of subjects; the first row counts",
        "either_sign": "numbers that could be read with the decimal and the thousands sign "
        "exchanged; keys: decimal, thousands, either_sign",
        "error_cell": "an error of a spreadsheet, as #DIV/0!, in the place of a value; "
        "it is no value",
        "end_before_start": "rows of medications or events that ended before they began",
        "event_after_end": "first events after the end of observation, which do not count; key: "
        "event.censor",
        "event_before_start": "events before the start of observation, which do not count; key: "
        "event.start",
        "failed_reading": "the device says that the reading failed; key: errors",
        "file_not_read": "a file that no source reads, named like files that one takes; key: files",
        "formula_without_result": "a formula of a workbook that nobody calculated; it counts as "
        "blank until the workbook is opened, calculated and saved",
        "header_shifted": "a header with one name fewer than the rows have cells",
        "hidden_columns": "a column that is read and hidden in the workbook",
        "hidden_rows": "rows that are hidden in the workbook and read; key: hidden_rows",
        "hidden_sheet": "a sheet that is read and hidden in the workbook; key: sheet",
        "incomplete_curve": "a curve with missing samples; it is left out",
        "interval_censored": "events that are seen at a visit and came before it",
        "invalid_reading": "readings that the operator marked as none, which count for no endpoint; "
        "key: invalid",
        "label_against_code": "a value whose label says another number than its code; none of both is "
        "read; keys: options.labels, values",
        "labelled_number": "numbers with a label of which others in the column have none: the end of a "
        "scale, or a code for no value; key: missing",
        "left_out_by_mark": "numbers whose mark the source leaves out; key: marks",
        "limit_as_missing": "cells at a limit that count as missing; key: limits",
        "limit_sign": "a reading below or above a limit, as <10; key: limits",
        "limit_value": "cells at a limit that count as the source states; key: limits",
        "lost_records": "records of an endpoint that are not analysed, for a reason that nothing "
        "else tells of",
        "mark_kept": "numbers with a mark that count as the source states; key: marks",
        "marked_number": "a number with a mark beside it, as 45.3*; key: marks",
        "merged_cells": "merged cells, of which each has the text of the whole",
        "missed_visit": "a planned visit without a reading",
        "impossible_dose": "a treatment with a dose below zero",
        "missing_word": "a word that counts as missing in a column of words; keys: values, missing",
        "nameless_row": "a row of events, milestones, medications or deviations that does not say what "
        "it is of",
        "no_subject": "a row that holds something and does not say whose it is; key: fill_down "
        "where a blank repeats the cell above",
        "no_subject_list": "the study names no list of subjects: its people are those with a "
        "reading; key: [[sources.subjects]]",
        "not_a_date": "a text that cannot be read as a date; key: date_format",
        "not_a_number": "a text where a number belongs",
        "not_a_time": "a time of day that cannot be read; the day counts without it",
        "not_a_whole_number": "a fraction where a whole number belongs; it counts as unknown",
        "not_computable": "a value that cannot be computed from what was measured",
        "not_finite": "a value that is infinite or not a number",
        "not_yes_or_no": "a word that is neither yes nor no; key: values",
        "other_format": "a file of another format than its name says, as a text called .xlsx; key: "
        "reader",
        "other_version": "rows of a form or device of another version than the source states, or than the "
        "scale is of; keys: version, values.version",
        "out_of_window": "a visit outside of its window",
        "partial_date": "a date without its day or month; it is left open",
        "percent_cells": "cells that the sheet shows in percent; key: units",
        "plus_sign": "numbers with a plus sign among others without one: another coding?",
        "ragged_row": "a row that is shorter or longer than the header",
        "region_twice": "a region of a scale twice in one form of a file with a row a region; the "
        "first counts",
        "reading_after_leaving": "readings of a day after the subject had left the study",
        "removed_record": "rows or values that the file itself says were removed, as a log of changes "
        "does; they do not count",
        "repeated_row": "rows of events, treatments, medications or deviations that are equal in every "
        "column; each is counted",
        "repeated_visit": "a visit that was read on several days; key: same_visit of the endpoint",
        "repeats_by_arm": "how many subjects of each arm were read again at a visit",
        "same_label": "a column in which one label stands for several codes; the codes are read; key: "
        "values",
        "sheet_not_read": "a sheet of a workbook whose name does not fit or that has no rows; keys: "
        "sheet_name, aliases of the visit",
        "several_versions": "rows or files of several versions of a form or device, of which the source "
        "does not say which is meant; key: version",
        "struck_cell": "a cell that is struck through; a reading is left out; key: struck_cells",
        "subject_by_number": "ids that the table of subjects writes with other zeros; key: "
        "values.subject",
        "subjects_by_row": "a file whose rows are subjects by their order; key: subjects_by",
        "subject_without_data": "a subject without any reading",
        "summary_row": "a row of means, sums or signatures below or between the subjects, which is "
        "left out; keys: not_subjects, values.subject",
        "thousands_sign": "a number that is grouped by a sign that the source does not state; "
        "key: thousands",
        "undated_exposure": "rows of treatments without a date, which count as no treatment; key: "
        "where",
        "undated_medication": "rows of medications of which nothing says when they were taken; keys: "
        "columns.kind, columns.start_date, columns.end_date",
        "unfinished_number": "a number that ends in its decimal sign; it is no reading",
        "unfit_header": "a wide header that nearly names a value, or that names a visit which the "
        "study does not have; key: columns",
        "unit_behind_number": "a number with something behind it that is no unit of the measure; "
        "keys: units, marks",
        "unit_in_cell": "numbers with their unit behind them, which are read in it; key: units",
        "unit_unknown": "a unit that is not known; key: units",
        "unknown_arm": "a word that is no arm of the study; keys: aliases of the arm, values.arm",
        "unknown_kind": "a word that is no kind of medication, which counts as unknown; key: "
        "values.kind",
        "unknown_grade": "a grade of an event that is none from 1 to 5; it counts as unknown; key: "
        "values",
        "unknown_measure": "a word of a long table that is no measure; key: values.measure",
        "unknown_side": "a word that is no side; key: values.side",
        "unknown_subject": "a subject that the table of subjects does not have; key: values.subject",
        "unread_column": "a column with nearly the name of one that would be read; key: columns",
        "unscheduled_visit": "a word or a day that is no visit of the study; keys: aliases of the "
        "visit, values.visit",
        "values_at_limits": "how many values of an endpoint stand for a limit, by visit and arm; keys: "
        "limits, analyses of the endpoint",
        "version_not_stated": "a version that rows state and the source does not, or rows that do "
        "not state theirs; key: version",
        "where_other_case": "a word of `where` that the file writes in another case; key: where",
        "where_takes_nothing": "a condition of a source that no row meets; key: where",
        "zero_as_missing": "readings of 0 that count as not measured; key: zero",
        "zeros": "a column of a device in which more than 5% are exactly 0; key: zero",
        "zoned_time": "times with a zone: the day and the hour count that are written",
    }
)
