"""Words, doses and milestones that rows of events, treatments and milestones hold."""

from __future__ import annotations

from .case import Case, Edit, Told, appended, both, cells, in_study, off
from .cases_far_dates import listed
from .cases_framework import dose
from .studies import ARMS, OWN, QUIET, Files

ONE_WORD = "one word for one thing: in sources."
ONE_MILESTONE = "one row a subject and milestone, or a class that tells two of them apart"


def events(column: str, first: str, *others: str) -> Edit:
    """Events of S1, one more of them a word of a column."""
    lines = [f"S1,itch {number},{word}" for number, word in enumerate((first, *others), 1)]
    return listed("events", f"subject,term,{column}", *lines)


def milestones(*lines: str) -> Edit:
    return listed("milestones", "subject,milestone,class,date", *lines)


def rescued(*subjects: int) -> Edit:
    """A rescue of everybody, of some on a second day too."""
    lines = [f"S{number},rescue,,2024-03-20" for number in range(1, 7)]
    return milestones(*lines, *(f"S{number},rescue,,2024-04-20" for number in subjects))


def of_its_own(
    column: str, word: str, other: str, beside: str, table: str = "events", **said: object
) -> Told:
    key = f"values.{column} = {{ {chr(34)}{word}{chr(34)} ="
    place = {"severity": "warning", "row": 2, "subject": "S1", **said}
    return Told(
        "similar_words",
        str(place.pop("severity")),
        (f"{word!r} is a word of its own in the column {column} of {table}", beside),
        file=f"{table}.csv",
        found=word,
        expected=f'{ONE_WORD}{table} {key} "{other}" }} if they are one, '
        f'{key} "{word}" }} if they are two',
        **place,
    )


def again(row: int, found: str, words: str, subject: str | None = "S1") -> Told:
    return Told(
        "repeated_milestone",
        "warning",
        words,
        file="milestones.csv",
        row=row,
        subject=subject,
        found=found,
        expected=ONE_MILESTONE,
    )


def another_dose(found: str) -> Told:
    return Told(
        "dose_slip",
        "warning",
        "1 dose of another power of ten than the others of the same treatment and session",
        file="exposures.csv",
        row=2,
        subject="S1",
        found=found,
        expected="a dose of the size of the others, or a column of the unit (columns.unit)",
    )


def ages(first: str) -> Edit:
    """The ages of the six subjects, of which the first is asked about."""

    def edit(files: Files) -> Files:
        header, *lines = str(files["subjects.csv"]).splitlines()
        rows = zip(lines, (first, "30", "40", "50", "60", "70"), strict=True)
        text = "".join(f"{line},{age}\n" for line, age in rows)
        return {**files, "subjects.csv": f"{header},age\n{text}"}

    return edit


def marked(*words: str) -> Edit:
    """A mark of the six subjects on which a population rests."""

    def edit(files: Files) -> Files:
        header, *lines = str(files["subjects.csv"]).splitlines()
        text = "".join(f"{line},{word}\n" for line, word in zip(lines, words, strict=True))
        study = str(files["study.toml"]).replace("full = {}", 'full = {}\npp = { pp = "yes" }')
        return {**files, "study.toml": study, "subjects.csv": f"{header},pp\n{text}"}

    return edit


def unclear(found: str) -> Told:
    return Told(
        "unclear_membership",
        "warning",
        "1 cell of pp that does not say whether the population pp takes the subject",
        file="subjects.csv",
        row=2,
        subject="S1",
        found=found,
        expected="an answer for each subject, or values.pp in sources.subjects for each further "
        "word",
    )


def another_age(found: str) -> Told:
    return Told(
        "subject_number",
        "warning",
        "1 of 6 numbers in the column age of subjects cannot be or are of another size",
        file="subjects.csv",
        row=2,
        subject="S1",
        found=found,
        expected="a number of the size of the others, or missing in the source, as "
        'missing = ["999"], where it stands for what is not known',
    )


def given(*lines: str) -> Edit:
    """Treatments of a study of two arms, each of which was allocated to a subject."""
    return listed("exposures", "subject,treatment,date", *lines)


def epochs(*words: str) -> Edit:
    """The epochs of the three allocations; one visit has one of its own."""

    def edit(files: Files) -> Files:
        header, *lines = str(files["allocations.csv"]).splitlines()
        text = "".join(f"{line},{word}\n" for line, word in zip(lines, words, strict=True))
        study = str(files["study.toml"]).replace(
            'W4 = { at = "4 w",', 'W4 = { at = "4 w", epoch = "again",'
        )
        return {**files, "study.toml": study, "allocations.csv": f"{header},epoch\n{text}"}

    return edit


CASES = {
    "a severity that is nearly one of the program's": Case(
        QUIET,
        events("severity", "mld", "moderate"),
        (
            of_its_own(
                "severity",
                "mld",
                "mild",
                "(S1 (row 2)), written like 'mild' (a word that the study waits for)",
            ),
        ),
        events("severity", "leicht", "Moderate"),
    ),
    "a severity that the study does not say is its own": Case(
        both(
            events("severity", "moderat", "moderat"),
            in_study(
                'file = "events.csv"', 'file = "events.csv"\nvalues.severity = { x = "moderat" }'
            ),
        )(QUIET),
        in_study('values.severity = { x = "moderat" }', ""),
        (
            of_its_own(
                "severity",
                "moderat",
                "moderate",
                "(S1 (row 2); S1 (row 3)), written like 'moderate'",
                subject=None,
            ),
        ),
        cells("events.csv", {"term": "itch 1"}, severity="mild"),
    ),
    "an action that is nearly one of the program's": Case(
        QUIET,
        events("action", "withdrwan"),
        (of_its_own("action", "withdrwan", "withdrawn", "written like 'withdrawn'"),),
        events("action", "Drug withdrawn"),
    ),
    "an outcome that is rare and written like a usual one": Case(
        QUIET,
        events("outcome", "recoverd", *["recovered"] * 5),
        (of_its_own("outcome", "recoverd", "recovered", "written like 'recovered' (5 rows)"),),
        events("outcome", "not recovered", "recovered with sequelae", *["recovered"] * 10),
    ),
    "an organ class in two ways of writing": Case(
        QUIET,
        events("body_system", "Skin disorder", *["Skin disorders"] * 5),
        (of_its_own("body_system", "Skin disorder", "Skin disorders", "(5 rows)"),),
        events("body_system", "Eye disorders", *["Ear disorders"] * 5),
    ),
    "a coded term in two cases": Case(
        QUIET,
        events("preferred_term", "headache", "Headache", "Headache"),
        (of_its_own("preferred_term", "headache", "Headache", "(2 rows)"),),
        events("preferred_term", "Hypotension", *["Hypertension"] * 9),
    ),
    "a milestone that is written like a usual one": Case(
        QUIET,
        milestones("S1,completd,,", *(f"S{number},completed,," for number in range(2, 7))),
        (of_its_own("milestone", "completd", "completed", "(5 rows)", table="milestones"),),
        milestones("S1,withdrawn,,", *(f"S{number},completed,," for number in range(2, 7))),
    ),
    "a category of deviations that is written like a usual one": Case(
        QUIET,
        listed(
            "deviations",
            "subject,deviation,category",
            "S1,late,visitt",
            *(f"S{number},late,visit" for number in range(2, 7)),
        ),
        (
            of_its_own(
                "category", "visitt", "visit", "(5 rows)", table="deviations", severity="note"
            ),
        ),
        listed(
            "deviations",
            "subject,deviation,category",
            *(f"S{number},late,visit" for number in range(2, 5)),
            *(f"S{number},late,visitt" for number in range(2, 5)),
        ),
    ),
    "a milestone on two days": Case(
        QUIET,
        milestones("S1,completed,,2024-05-27", "S1,Completed,,2024-05-28"),
        (
            again(
                3,
                "S1: 2024-05-27 (row 2), 2024-05-28 (row 3)",
                "'completed' stands in several rows of 1 subject, the earliest counts where",
            ),
            of_its_own("milestone", "Completed", "completed", "", table="milestones", row=3),
        ),
        milestones("S1,completed,,2024-05-27", "S2,completed,,2024-05-28"),
    ),
    "a milestone twice on one day": Case(
        QUIET,
        milestones("S1,completed,,2024-05-27", "S1,completed,,2024-05-27"),
        (
            again(
                3,
                "S1: 2024-05-27 (row 2), 2024-05-27 (row 3)",
                "'completed' stands in several rows of 1 subject, all of one day",
            ),
        ),
        milestones("S1,completed,first part,2024-05-27", "S1,completed,second part,2024-05-27"),
    ),
    "a milestone that one of six subjects has again": Case(
        QUIET,
        rescued(1),
        (
            again(
                8,
                "S1: 2024-03-20 (row 2), 2024-04-20 (row 8)",
                "'rescue' stands in several rows of 1 subject",
            ),
        ),
        rescued(1, 2),
    ),
    "ten times the usual dose": Case(
        QUIET, dose("10"), (another_dose("S1, 10 where 1 is usual (row 2)"),), dose("5")
    ),
    "a hundredth of the usual dose": Case(
        QUIET, dose("0.01"), (another_dose("S1, 0.01 where 1 is usual (row 2)"),), dose("0.03")
    ),
    "a session that the study does not have": Case(
        QUIET,
        cells("exposures.csv", {"subject": "S1"}, session="frst"),
        (
            Told(
                "unknown_session",
                "warning",
                "'frst' is no session of the study (S1 (row 2)); is 'first' meant?",
                file="exposures.csv",
                row=2,
                subject="S1",
                found="frst",
                expected='first, or values.session = { "frst" = "first" } in sources.exposures',
            ),
        ),
        cells("exposures.csv", {"subject": "S1"}, session="First"),
    ),
    "a treatment that was not allocated": Case(
        ARMS,
        given("S1,active,2024-03-04", "S2,active,2024-03-04", "S3,vehicle,2024-03-04"),
        (
            Told(
                "other_treatment",
                "warning",
                "1 treatment with another arm than was allocated to",
                file="exposures.csv",
                row=2,
                subject="S1",
                found="S1: active, allocated vehicle (row 2)",
                expected="the treatment that was allocated, or arm_actual in the source of "
                "allocations where another one was given",
            ),
        ),
        given("S1,Placebo,2024-03-04", "S2,cream 7,2024-03-04", "S3,vehicle,2024-03-04"),
    ),
    "an epoch that no visit names": Case(
        ARMS,
        epochs("first", "frist", "first"),
        (
            Told(
                "unknown_epoch",
                "error",
                "1 allocation of 'frist', which no visit names, beside 'first' (2)",
                file="allocations.csv",
                row=3,
                subject="S2",
                found="frist",
                expected="the epoch of a visit, one word for all other visits, or values.epoch in "
                "the source of allocations",
            ),
        ),
        epochs("first", "again", "first"),
    ),
    "ten times the age": Case(QUIET, ages("450"), (another_age("S1, 450 (row 2)"),), ages("80")),
    "a tenth of the age": Case(QUIET, ages("5"), (another_age("S1, 5 (row 2)"),), ages("18")),
    "an age beyond any": Case(QUIET, ages("121"), (another_age("S1, 121 (row 2)"),), ages("120")),
    "a code for an age that is not known": Case(
        QUIET, ages("-9"), (another_age("S1, -9 (row 2)"),), ages("99")
    ),
    "an event of which it is blank whether it is serious": Case(
        OWN,
        events("serious", "", "no", "yes"),
        (
            Told(
                "blank_flag",
                "warning",
                "1 of 3 events without serious, which the others have: counted as unknown",
                file="events.csv",
                row=2,
                found="S1 (row 2)",
                expected="serious of each event; values.serious in the source for a word that "
                "says it",
            ),
        ),
        # Where a blank says no, more are blank than filled.
        events("serious", "", "", "yes"),
    ),
    "a class that an intercurrent event waits for": Case(
        in_study(
            "[endpoints.hydration]",
            '[intercurrent.rescue]\nmilestone = "rescue"\nclass = "systemic"\n'
            'default = "hypothetical"\n\n[endpoints.hydration]',
        )(milestones("S1,rescue,systemic,2024-06-20", "S2,rescue,systemic,2024-06-20")(QUIET)),
        cells("milestones.csv", {"subject": "S1"}, **{"class": "systemc"}),
        (
            of_its_own(
                "class", "systemc", "systemic", "written like 'systemic' (1 row)", "milestones"
            ),
        ),
        cells("milestones.csv", {"subject": "S1"}, **{"class": "topical"}),
    ),
    "a mark of a population that is neither yes nor no": Case(
        QUIET,
        marked("ye", "no", "yes", "yes", "yes", "yes"),
        (unclear("S1, ye (row 2)"),),
        marked("Y", "no", "yes", "yes", "yes", "yes"),
    ),
    "a mark of a population that is blank": Case(
        QUIET,
        marked("", "no", "yes", "yes", "yes", "yes"),
        (unclear("S1, blank (row 2)"),),
        # A mark or nothing: a blank says no.
        marked("", "", "yes", "yes", "yes", "yes"),
    ),
    "a mark of a population that is blank, of one who was treated": Case(
        both(marked("yes", "no", "yes", "yes", "yes", "yes"), off("subject_without_data"))(QUIET),
        cells("subjects.csv", {"subject": "S1"}, pp=""),
        (unclear("S1, blank (row 2)"),),
        # One who failed the screening.
        appended("subjects.csv", "S7,f,\n"),
    ),
}
