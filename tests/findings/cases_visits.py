"""Visits: their words, days, windows, order, seasons and hours; what is missing; what a treatment
comes before.
"""

from __future__ import annotations

from .case import Case, Edit, Told, appended, both, cells, in_study, replaced, without
from .studies import QUIET

CASES: dict[str, Case] = {}

FIRST = {"subject": "S1", "visit": "W0", "side": "left", "replicate": "1"}
PLACE = {
    "file": "readings.csv",
    "row": 2,
    "subject": "S1",
    "location": "cheek",
    "side": "left",
    "replicate": 1,
}
HYDRATION = {"column": 9, "measure": "corneometer.hydration", "value": 40.0}
W4_PLACE = {**PLACE, "row": 6, "visit": "W4"}
SCHEDULE = 'corneometer = ["W0", "W4", "W12"]'


def at_visit(visit: str, subject: str | None = None, **new: str) -> Edit:
    """The cells of everyone's readings at a visit, or of one subject's."""
    return cells(
        "readings.csv", {"visit": visit, **({"subject": subject} if subject else {})}, **new
    )


def windows(by: str) -> Edit:
    """Visits found by date or by day, each within a window."""
    return both(
        in_study(
            'file = "readings.csv"',
            f'file = "readings.csv"\nvisits_by = "{by}"\ncolumns.{by} = "{by}"',
        ),
        in_study(
            'W0 = { at = "0 w", label = "Baseline" }',
            'W0 = { at = "0 w", window = ["-7 d", "+1 d"] }',
        ),
        in_study('W12 = { at = "12 w" }', 'W12 = { at = "12 w", window = ["-7 d", "+7 d"] }'),
    )


def by_date(date: str, visit: str = "W4") -> Edit:
    """One reading of that date in a file whose visits are found by date."""
    return both(windows("date"), cells("readings.csv", {**FIRST, "visit": visit}, date=date))


def by_day(days: dict[str, str]) -> Edit:
    """The export with a study day instead of date and time: the usual one of each visit, and for
    the first subject these.
    """

    def edit(files):
        header, *lines = str(files["readings.csv"]).splitlines()
        usual = {"W0": "1", "W4": "29", "W12": "85"}
        rows = [line.split(",") for line in lines]
        dayed = [
            [*row[:2], (usual | days if row[0] == "S1" else usual)[row[1]], *row[4:]]
            for row in rows
        ]
        return {
            **files,
            "readings.csv": "".join(
                f"{line}\n" for line in (header.replace("date,time", "day"), *map(",".join, dayed))
            ),
        }

    return edit


CASES |= {
    "a word that is nearly a visit": Case(
        QUIET,
        cells("readings.csv", FIRST, visit="Basline"),
        (
            Told(
                "unscheduled_visit",
                "warning",
                "Basline is no visit of the study: 1 row of 1 subject",
                file="readings.csv",
                row=2,
                subject="S1",
                found="Basline",
                expected='W0, W4, W12; or visits.W0.aliases = ["Basline"], where it is that visit',
            ),
        ),
        cells("readings.csv", FIRST, visit="baseline"),
    ),
    "a word that is no visit": Case(
        QUIET,
        cells("readings.csv", FIRST, visit="Follow-up"),
        (
            Told(
                "unscheduled_visit",
                "note",
                "Follow-up is no visit of the study: 1 row of 1 subject, S1",
                file="readings.csv",
                row=2,
                subject="S1",
                found="Follow-up",
                expected='W0, W4, W12; or visits.<visit>.aliases = ["Follow-up"], where it is that '
                "visit",
            ),
        ),
        cells("readings.csv", FIRST, visit="w0"),
    ),
    "another word for a visit in all rows of it": Case(
        QUIET,
        lambda files: {
            **files,
            "readings.csv": str(files["readings.csv"]).replace(",W4,", ",Woche 4,"),
        },
        (
            Told(
                "unscheduled_visit",
                "error",
                "Woche 4 is no visit of the study, and readings.csv has no row of a visit that it "
                "could be: 24 rows of 6 subjects, S1, S2, S3 …",
                file="readings.csv",
                row=6,
                found="Woche 4",
                expected='W0, W4, W12; or visits.W4.aliases = ["Woche 4"], where it is that visit',
            ),
            *(
                Told(
                    "missed_visit",
                    "note",
                    "no reading of Corneometer at W4",
                    subject=f"S{number}",
                    visit="W4",
                    measure="corneometer",
                    expected="a reading",
                )
                for number in range(1, 7)
            ),
        ),
        both(
            lambda files: {
                **files,
                "readings.csv": str(files["readings.csv"]).replace(",W4,", ",Woche 4,"),
            },
            in_study('W4 = { at = "4 w",', 'W4 = { at = "4 w", aliases = ["Woche 4"],'),
        ),
    ),
    "another word for a visit in the rows of all but one": Case(
        QUIET,
        lambda files: {
            **files,
            "readings.csv": str(files["readings.csv"])
            .replace(",W4,", ",Woche 4,")
            .replace("S6,Woche 4,", "S6,W4,"),
        },
        (
            Told(
                "unscheduled_visit",
                "warning",
                "Woche 4 is no visit of the study: 20 rows of 5 subjects, S1, S2, S3 …",
                file="readings.csv",
                row=6,
                found="Woche 4",
                expected='W0, W4, W12; or visits.W4.aliases = ["Woche 4"], where it is that visit',
            ),
            *(
                Told(
                    "missed_visit",
                    "note",
                    "no reading of Corneometer at W4",
                    subject=f"S{number}",
                    visit="W4",
                    measure="corneometer",
                    expected="a reading",
                )
                for number in range(1, 6)
            ),
        ),
        cells("readings.csv", FIRST, visit="w0"),
    ),
    "a date after every window": Case(
        QUIET,
        by_date("2024-04-05"),
        (
            Told(
                "unscheduled_visit",
                "warning",
                "day 33 lies in the window of no visit",
                **{**PLACE, "row": 6},
                found="33",
                expected="W0, W4, W12",
            ),
        ),
        by_date("2024-04-04"),
    ),
    "a date before every window": Case(
        QUIET,
        by_date("2024-03-28"),
        (
            Told(
                "unscheduled_visit",
                "warning",
                "day 25 lies in the window of no visit",
                **{**PLACE, "row": 6},
                found="25",
                expected="W0, W4, W12",
            ),
        ),
        by_date("2024-03-29"),
    ),
    "no date where visits are found by it": Case(
        QUIET,
        by_date(""),
        (
            Told(
                "unscheduled_visit",
                "warning",
                "no day is known, so no visit can be found",
                **{**PLACE, "row": 6},
                expected="W0, W4, W12",
            ),
        ),
        by_date("01.04.2024"),
    ),
    "a visit after its window": Case(
        QUIET,
        at_visit("W4", "S1", date="2024-04-05"),
        (
            Told(
                "out_of_window",
                "warning",
                "W4 was +4 d from its planned time, outside its window of -3 d to +3 d",
                **W4_PLACE,
                found="+4 d",
                expected="-3 d to +3 d",
            ),
        ),
        at_visit("W4", "S1", date="2024-04-04"),
    ),
    "a visit before its window": Case(
        QUIET,
        at_visit("W4", "S1", date="2024-03-28"),
        (
            Told(
                "out_of_window",
                "warning",
                "W4 was -4 d from its planned time",
                **W4_PLACE,
                found="-4 d",
                expected="-3 d to +3 d",
            ),
        ),
        at_visit("W4", "S1", date="2024-03-29"),
    ),
    "a visit after its window, by day": Case(
        QUIET,
        by_day({"W4": "33"}),
        (
            Told(
                "out_of_window",
                "warning",
                "W4 was +4 d from its planned time",
                **W4_PLACE,
                found="+4 d",
                expected="-3 d to +3 d",
            ),
        ),
        by_day({"W4": "32"}),
    ),
}


def left_on(date: str) -> Edit:
    """S1 has no reading at W12, and the table of subjects says when it left."""
    return both(
        without("readings.csv", {"subject": "S1", "visit": "W12"}),
        lambda files: {
            **files,
            "subjects.csv": str(files["subjects.csv"])
            .replace("sex\n", "sex,ended\n")
            .replace("S1,f\n", f"S1,f,{date}\n")
            .replace(",f\n", ",f,\n"),
        },
    )


def milestone(word: str, date: str) -> Edit:
    """S1 has no reading at W12, and a milestone before it."""
    return both(
        without("readings.csv", {"subject": "S1", "visit": "W12"}),
        in_study(
            "[[sources.corneometer]]",
            '[[sources.milestones]]\nfile = "milestones.csv"\n\n[[sources.corneometer]]',
        ),
        lambda files: {**files, "milestones.csv": f"subject,milestone,date\nS1,{word},{date}\n"},
    )


# Sides of a study that has one place and does not name it.
NOWHERE = both(cells("readings.csv", {}, location=""), in_study('location = "cheek"\n', ""))
ABSENT = {"subject": "S1", "visit": "W12", "measure": "corneometer"}
MISSED = Told(
    "missed_visit", "note", "no reading of Corneometer at W12", **ABSENT, expected="a reading"
)
CASES |= {
    "a planned visit without a reading": Case(
        QUIET,
        without("readings.csv", {"subject": "S1", "visit": "W12"}),
        (MISSED,),
        without("readings.csv", {"subject": "S1", "visit": "W12", "replicate": "1"}),
    ),
    "a planned visit whose readings are empty": Case(
        QUIET,
        at_visit("W12", "S1", hydration=""),
        (MISSED,),
        cells("readings.csv", {"subject": "S1", "visit": "W12", "replicate": "1"}, hydration=""),
    ),
    "a planned visit without a reading of the measure": Case(
        QUIET,
        both(
            in_study(SCHEDULE, '"corneometer.hydration" = ["W0", "W4", "W12"]'),
            without("readings.csv", {"subject": "S1", "visit": "W12"}),
        ),
        (
            Told(
                "missed_visit",
                "note",
                "no reading of Hydration (Corneometer) at W12",
                subject="S1",
                visit="W12",
                measure="corneometer.hydration",
                expected="a reading",
            ),
        ),
        both(
            in_study(SCHEDULE, '"corneometer.hydration" = ["W0", "W4"]'),
            without("readings.csv", {"subject": "S1", "visit": "W12"}),
        ),
    ),
    "a visit on the day on which a subject's study ends": Case(
        QUIET,
        left_on("2024-05-27"),
        (MISSED,),
        # A later visit is expected of nobody.
        left_on("2024-05-26"),
    ),
    "a visit that no milestone explains": Case(
        QUIET,
        milestone("Informed consent", "2024-05-26"),
        (MISSED,),
        milestone("Withdrawal by subject", "2024-05-26"),
    ),
    "readings after a withdrawal": Case(
        QUIET,
        milestone("Withdrawal by subject", "2024-03-31"),
        (
            Told(
                "reading_after_leaving",
                "warning",
                "4 readings are of days after the subject had left the study on day 28 "
                "(Withdrawal by subject)",
                file="readings.csv",
                row=6,
                subject="S1",
                visit="W4",
                found="a reading on day 29",
                expected="no reading after that day, or a milestone of a later day",
            ),
        ),
        milestone("Withdrawal by subject", "2024-04-01"),
    ),
    "readings after a death": Case(
        QUIET,
        milestone("Death", "2024-03-31"),
        (
            Told(
                "reading_after_leaving",
                "warning",
                "on day 28 (Death)",
                file="readings.csv",
                row=6,
                subject="S1",
                visit="W4",
                found="a reading on day 29",
                expected="no reading after that day, or a milestone of a later day",
            ),
        ),
        milestone("Withdrawal of treatment", "2024-03-31"),
    ),
    "a subject of whom nothing was read": Case(
        QUIET,
        appended("subjects.csv", "S7,f\n"),
        (
            Told(
                "subject_without_data",
                "note",
                "no reading of this subject in any source",
                subject="S7",
                expected="readings",
            ),
        ),
        both(
            in_study(SCHEDULE, ""),
            appended("subjects.csv", "S7,f\n"),
            appended(
                "readings.csv", "S7,W0,2024-03-04,09:00,cheek,left,1,Ann,40.0,A1,21,50,20,8\n"
            ),
        ),
    ),
    "a side that is missing at a visit": Case(
        QUIET,
        without("readings.csv", {"subject": "S1", "visit": "W4", "side": "right"}),
        (
            Told(
                "missing_side",
                "warning",
                ("Corneometer has no reading of right cheek at W4", "lost or not done"),
                file="readings.csv",
                row=6,
                subject="S1",
                visit="W4",
                location="cheek",
                side="right",
                found="nothing",
                expected="a reading, as at other visits",
            ),
        ),
        without("readings.csv", {"visit": "W4", "side": "right"}),
        # What all lack is told once.
        (
            Told(
                "absent_everywhere",
                "warning",
                "no reading of the side right of Hydration (Corneometer) at W4, of any of 6 subjects",
                visit="W4",
                side="right",
                measure="corneometer.hydration",
                found="nothing",
                expected="readings, or a schedule and sides without it",
            ),
        ),
    ),
    "a side that is missing at a visit, of a study without places": Case(
        QUIET,
        both(NOWHERE, without("readings.csv", {"subject": "S1", "visit": "W4", "side": "right"})),
        (
            Told(
                "missing_side",
                "warning",
                "Corneometer has no reading of right at W4",
                file="readings.csv",
                row=6,
                subject="S1",
                visit="W4",
                side="right",
                found="nothing",
                expected="a reading, as at other visits",
            ),
        ),
        both(NOWHERE, without("readings.csv", {"subject": "S1", "side": "right"})),
    ),
    "a place that is missing at a visit": Case(
        QUIET,
        both(
            cells("readings.csv", {"side": "right"}, location="chin"),
            without("readings.csv", {"subject": "S1", "visit": "W4", "location": "chin"}),
        ),
        (
            Told(
                "missing_side",
                "warning",
                "Corneometer has no reading of right chin at W4",
                file="readings.csv",
                row=6,
                subject="S1",
                visit="W4",
                location="chin",
                side="right",
                found="nothing",
                expected="a reading, as at other visits",
            ),
        ),
        both(
            cells("readings.csv", {"side": "right"}, location="chin"),
            without("readings.csv", {"subject": "S1", "location": "chin"}),
        ),
    ),
}

CASES |= {
    "visits in the wrong order": Case(
        QUIET,
        at_visit("W12", "S1", date="2024-03-31"),
        (
            Told(
                "visits_out_of_order",
                "error",
                ("W12 took place before W4 (2024-04-01)", "look at the dates"),
                **{**PLACE, "row": 10},
                visit="W12",
                column=9,
                found="2024-03-31",
                expected="after 2024-04-01",
            ),
        ),
        at_visit("W12", "S1", date="2024-04-01"),
    ),
    "visits in the wrong order, by day": Case(
        QUIET,
        by_day({"W12": "28"}),
        (
            Told(
                "visits_out_of_order",
                "error",
                "W12 took place before W4 (day 29)",
                **{**PLACE, "row": 10},
                visit="W12",
                column=8,
                found="day 28",
                expected="after day 29",
            ),
        ),
        by_day({"W12": "29"}),
    ),
    "a visit in the opposite season": Case(
        QUIET,
        at_visit("W12", date="2024-08-01"),
        (
            Told(
                "opposite_season",
                "note",
                ("6 of 6 subjects", "the season opposite to their baseline", "no control"),
                visit="W12",
                found="6 of 6 subjects",
                expected="the same season, or a concurrent control",
            ),
        ),
        at_visit("W12", date="2024-07-31"),
    ),
    "a visit in the opposite season, over the turn of the year": Case(
        QUIET,
        at_visit("W12", date="2024-10-31"),
        (
            Told(
                "opposite_season",
                "note",
                "6 of 6 subjects",
                visit="W12",
                found="6 of 6 subjects",
                expected="the same season, or a concurrent control",
            ),
        ),
        at_visit("W12", date="2024-11-01"),
    ),
    "most subjects in the opposite season": Case(
        QUIET,
        both(*(at_visit("W12", f"S{number}", date="2024-09-01") for number in (1, 2, 3, 4))),
        (
            Told(
                "opposite_season",
                "note",
                "4 of 6 subjects",
                visit="W12",
                found="4 of 6 subjects",
                expected="the same season, or a concurrent control",
            ),
        ),
        both(*(at_visit("W12", f"S{number}", date="2024-09-01") for number in (1, 2, 3))),
    ),
    "a later time of the day": Case(
        QUIET,
        at_visit("W12", time="11:06"),
        (
            Told(
                "time_of_day_drift",
                "note",
                (
                    "Corneometer was measured 2.1 h later in the day than at baseline",
                    "median of 6 subjects",
                ),
                visit="W12",
                found="2.1 h later",
                expected="within 2 h",
            ),
        ),
        at_visit("W12", time="11:00"),
    ),
    "an earlier time of the day": Case(
        QUIET,
        at_visit("W12", time="06:54"),
        (
            Told(
                "time_of_day_drift",
                "note",
                "Corneometer was measured 2.1 h earlier in the day",
                visit="W12",
                found="2.1 h earlier",
                expected="within 2 h",
            ),
        ),
        at_visit("W12", time="07:00"),
    ),
    "another time of the day for four fifths": Case(
        QUIET,
        both(at_visit("W12", time="12:00"), at_visit("W12", "S1", time="08:00")),
        (
            Told(
                "time_of_day_drift",
                "note",
                "Corneometer was measured 3 h later",
                visit="W12",
                found="3 h later",
                expected="within 2 h",
            ),
        ),
        both(
            at_visit("W12", time="12:00"),
            at_visit("W12", "S1", time="08:00"),
            at_visit("W12", "S2", time="08:00"),
        ),
    ),
}


def after(time: str) -> Edit:
    """Readings that should follow the treatment, which was given at eight."""
    return both(
        in_study('measure = "before"', 'measure = "after"'),
        cells("exposures.csv", {}, time="08:00"),
        cells("readings.csv", FIRST, time=time),
    )


def treated_side(side: str) -> Edit:
    """A left reading of S1 after a treatment of one side."""

    def edit(files):
        header, *lines = str(files["exposures.csv"]).splitlines()
        return {
            **files,
            "exposures.csv": "".join(
                f"{line}\n" for line in (f"{header},side", *(f"{line},{side}" for line in lines))
            ),
        }

    return both(edit, cells("readings.csv", FIRST, time="10:30"))


def marked(word: str, rule: str = "before") -> Edit:
    """One reading with a time point, and no clock time of the treatment."""
    return both(
        in_study('measure = "before"', f'measure = "{rule}"'),
        cells("exposures.csv", {}, time=""),
        replaced("readings.csv", "rater", "timepoint"),
        cells("readings.csv", {}, timepoint=""),
        cells("readings.csv", FIRST, timepoint=word),
    )


CASES |= {
    "a reading at the time of the treatment that it should precede": Case(
        QUIET,
        cells("readings.csv", FIRST, time="10:00"),
        (
            Told(
                "after_treatment",
                "error",
                (
                    "taken at 10:00 and the treatment given at 10:00, but that day's readings "
                    "should precede it"
                ),
                **PLACE,
                visit="W0",
                **HYDRATION,
                found="10:00",
                expected="before 10:00",
            ),
        ),
        cells("readings.csv", FIRST, time="09:59"),
    ),
    "a reading before the treatment that it should follow": Case(
        QUIET,
        after("07:59"),
        (
            Told(
                "after_treatment",
                "error",
                (
                    "taken at 07:59 and the treatment given at 08:00, but that day's readings "
                    "should follow it"
                ),
                **PLACE,
                visit="W0",
                **HYDRATION,
                found="07:59",
                expected="after 08:00",
            ),
        ),
        after("08:00"),
    ),
    "a reading after the treatment of its side": Case(
        QUIET,
        treated_side("left"),
        (
            Told(
                "after_treatment",
                "error",
                "should precede it",
                **PLACE,
                visit="W0",
                **HYDRATION,
                found="10:30",
                expected="before 10:00",
            ),
        ),
        treated_side("right"),
    ),
    "a time point that says after": Case(
        QUIET,
        marked("Post"),
        (
            Told(
                "after_treatment",
                "error",
                "the reading is marked Post, but that day's readings should precede the treatment",
                **PLACE,
                visit="W0",
                **HYDRATION,
                found="Post",
                expected="before the treatment",
            ),
        ),
        marked("pre"),
    ),
    "a time point that says before": Case(
        QUIET,
        marked("vor", "after"),
        (
            Told(
                "after_treatment",
                "error",
                "the reading is marked vor, but that day's readings should follow the treatment",
                **PLACE,
                visit="W0",
                **HYDRATION,
                found="vor",
                expected="after the treatment",
            ),
        ),
        marked("nach", "after"),
    ),
    "another rater": Case(
        QUIET,
        at_visit("W12", "S1", rater="Bob"),
        (
            Told(
                "rater_changed",
                "warning",
                ("corneometer was rated by Bob here and by Ann at W0", "part of the change"),
                file="readings.csv",
                row=10,
                column=9,
                subject="S1",
                visit="W12",
                location="cheek",
                found="Bob",
                expected="Ann",
            ),
        ),
        cells("readings.csv", {"subject": "S1", "visit": "W12", "side": "right"}, rater="Bob"),
    ),
    "a rater in another role": Case(
        QUIET,
        both(
            replaced("readings.csv", "rater", "rater_role"), at_visit("W12", "S1", rater_role="Bob")
        ),
        (
            Told(
                "rater_changed",
                "warning",
                "rated by Bob here and by Ann at W0",
                file="readings.csv",
                row=10,
                column=9,
                subject="S1",
                visit="W12",
                location="cheek",
                found="Bob",
                expected="Ann",
            ),
        ),
        both(
            replaced("readings.csv", "rater", "rater_role"),
            cells("readings.csv", {"subject": "S1"}, rater_role="Bob"),
        ),
    ),
    "fewer raters than at the first visit": Case(
        QUIET,
        cells("readings.csv", {"subject": "S1", "visit": "W0", "side": "right"}, rater="Bob"),
        tuple(
            Told(
                "rater_changed",
                "warning",
                "was rated by Ann here, and at W0 by Ann, Bob: look whether a rating was lost",
                file="readings.csv",
                row=row,
                column=9,
                subject="S1",
                visit=visit,
                location="cheek",
                found="Ann",
                expected="Ann, Bob",
            )
            for visit, row in (("W4", 6), ("W12", 10))
        ),
        cells("readings.csv", {"subject": "S1", "side": "right"}, rater="Bob"),
    ),
    "another device": Case(
        QUIET,
        at_visit("W12", "S1", device_serial="B2"),
        tuple(
            Told(
                "settings_changed",
                "error",
                (
                    "Serial number of the device is B2 here; the subject's other visits have A1",
                    "cannot be compared",
                ),
                file="readings.csv",
                row=row,
                column=10,
                subject="S1",
                visit="W12",
                location="cheek",
                side=side,
                measure="corneometer.device_serial",
                found="B2",
                expected="A1",
            )
            for row, side in ((10, "left"), (12, "right"))
        ),
        cells("readings.csv", {"subject": "S1"}, device_serial="B2"),
    ),
}
