"""Conditions that nothing meets, and conditions that everything does."""

from __future__ import annotations

from .case import Case, Told, appended, both, in_study, replaced
from .studies import QUIET

CASES: dict[str, Case] = {}

READINGS = {"file": "readings.csv", "row": 1}
MEET = "a condition that rows meet, or one that is taken out of `where`"


def where(condition: str, file: str = "readings.csv"):
    """A source that takes only some rows of its file."""
    return in_study(f'file = "{file}"', f'file = "{file}"\nwhere = {{ {condition} }}')


def several_where(condition: str):
    """A source of two files that takes only some of their rows."""
    return in_study(
        'files = "readings?.csv"', f'files = "readings?.csv"\nwhere = {{ {condition} }}'
    )


def _in_two(readings: str) -> dict[str, str]:
    header, *rows = readings.splitlines(keepends=True)
    half = len(rows) // 2
    return {
        "readings1.csv": header + "".join(rows[:half]),
        "readings2.csv": header + "".join(rows[half:]),
    }


TWO_FILES = {
    **{name: text for name, text in QUIET.items() if name != "readings.csv"},
    **_in_two(str(QUIET["readings.csv"])),
    "study.toml": str(QUIET["study.toml"]).replace(
        'file = "readings.csv"', 'files = "readings?.csv"'
    ),
}

CASES |= {
    "a word of `where` that no row has": Case(
        QUIET,
        where('location = ["cheek", "brow"]'),
        (
            Told(
                "where_takes_nothing",
                "warning",
                "`where` takes 72 of 72 rows: none has location = 'brow'",
                **READINGS,
                found="location: 'cheek' (72)",
                expected=MEET,
            ),
        ),
        where('location = ["cheek"]'),
    ),
    "a number of `where` that no row of exposures has": Case(
        QUIET,
        where('session = "first", time = "> 24"', "exposures.csv"),
        (
            Told(
                "where_takes_nothing",
                "warning",
                "`where` takes 0 of 6 rows: none has time > 24",
                file="exposures.csv",
                row=1,
                found="time: '10:00' (6)",
                expected=MEET,
            ),
        ),
        where('session = "first", time = "not blank"', "exposures.csv"),
    ),
    "a word of `where` that no file of several has": Case(
        TWO_FILES,
        several_where('location = ["cheek", "brow"]'),
        (
            Told(
                "where_takes_nothing",
                "warning",
                "of the 2 files of the source, none has location = 'brow'",
                file="readings1.csv",
                row=1,
                found="location: 'cheek' (36)",
                expected=MEET,
            ),
        ),
        # One of the files has the word.
        both(
            several_where('location = ["cheek", "cheek "]'),
            in_study('"cheek "', '"cheek"'),
        ),
    ),
    "a word of `where` in another case": Case(
        QUIET,
        where('location = "CHEEK"'),
        (
            Told(
                "where_other_case",
                "warning",
                "no row has location = 'CHEEK'; `where` takes those with 'cheek' for it",
                **READINGS,
                found="cheek",
                expected="location = 'cheek' in `where`, as the file has it",
            ),
        ),
        where('location = "cheek"'),
    ),
    "a word that stands in the file in two cases": Case(
        QUIET,
        both(
            lambda files: {
                **files,
                "readings.csv": str(files["readings.csv"]).replace(",Ann,", ",ann,", 1),
            },
            where('rater = "Ann"'),
        ),
        (
            Told(
                "where_other_case",
                "warning",
                "`where` takes the rows with rater = 'Ann' and leaves out those with 'ann'",
                **READINGS,
                found="ann",
                expected="rater = ['Ann', 'ann'] in `where`, if they are the same",
            ),
        ),
        both(
            lambda files: {
                **files,
                "readings.csv": str(files["readings.csv"]).replace(",Ann,", ",Bob,", 1),
            },
            where('rater = "Ann"'),
        ),
    ),
}


def population(conditions: str):
    """The population of the endpoint, with conditions."""
    return in_study("full = {}", f"full = {{ {conditions} }}")


def sexes(levels: str):
    """The endpoint in subgroups by sex."""
    return both(
        in_study('handling = ["observed"]', 'handling = ["observed"]\nsubgroups = ["sexes"]'),
        in_study("[quality]", f'[subgroups.sexes]\nby = "sex"\nlevels = {levels}\n\n[quality]'),
    )


def rescued(milestone: str, name: str = "rescue", policy: str = "hypothetical"):
    """A milestone of the first subject, and what the study waits for."""
    return both(
        in_study(
            "[quality]",
            '[[sources.milestones]]\nfile = "milestones.csv"\n\n[intercurrent.rescue]\n'
            f'milestone = "{name}"\nstrategy = {{ hydration = "{policy}" }}\n\n[quality]',
        ),
        lambda files: {
            **files,
            "milestones.csv": f"subject,milestone,date\nS1,{milestone},2024-05-30\n",
        },
    )


RESCUED_TOO = "S2,Rescue medication,2024-05-30\n"


def among(condition: str):
    """The records that count for the endpoint."""
    return in_study(
        'handling = ["observed"]', f'handling = ["observed"]\namong = {{ {condition} }}'
    )


def first_event(term: str):
    """An endpoint of time to an event of that term, of which one was recorded."""
    return both(
        in_study(
            "[quality]",
            '[[sources.events]]\nfile = "events.csv"\n\n[endpoints.time]\nkind = "time_to_event"\n'
            f'event = {{ where = {{ term = "{term}" }} }}\nanalyses = ["kaplan_meier"]\n\n[quality]',
        ),
        lambda files: {
            **files,
            "events.csv": "subject,term,start_date\nS1,rash,2024-03-20\n",
        },
    )


def several_files(*names: str):
    """The readings by a glob, with further files beside."""
    return both(
        in_study('file = "readings.csv"', 'files = "readings*.csv"'),
        lambda files: {**files, **dict.fromkeys(names, "subject\nS1\n")},
    )


CASES |= {
    "nobody in a population": Case(
        QUIET,
        population('sex = "female"'),
        (
            Told(
                "takes_nothing",
                "error",
                "nobody is in the population 'full': no subject has sex = female",
                found="sex: f (6)",
                expected="conditions under populations.full that subjects meet",
            ),
        ),
        both(replaced("subjects.csv", "S1,f", "S1,m"), population('sex = "f"')),
    ),
    "everybody in a population with conditions": Case(
        QUIET,
        population('sex = ["f", "m"]'),
        (
            Told(
                "takes_everybody",
                "note",
                "leave nobody out: all 6 subjects have sex = f or m",
                found="sex: f (6)",
                expected="conditions that some do not meet, or a population without any",
            ),
        ),
        both(replaced("subjects.csv", "S1,f", "S1,"), population('sex = ["f", "m"]')),
    ),
    "a level of a subgroup that nobody has": Case(
        QUIET,
        sexes('{ women = "f", men = "m" }'),
        (
            Told(
                "takes_nothing",
                "warning",
                "nobody is in the level 'men' of the subgroups 'sexes': no subject has sex = 'm'",
                found="f (6)",
                expected="values that sex has, under subgroups.sexes.levels.men",
            ),
        ),
        both(replaced("subjects.csv", "S1,f", "S1,m"), sexes('{ women = "f", men = "m" }')),
    ),
    "subjects in no level of a subgroup": Case(
        QUIET,
        both(replaced("subjects.csv", "S1,f\nS2,f", "S1,F\nS2,"), sexes('{ women = "f" }')),
        (
            Told(
                "no_subgroup",
                "warning",
                "2 of 6 subjects are in no level of the subgroups 'sexes' by sex: S1 (F), S2 (blank)",
                found="F (1), blank (1)",
                expected="sex as under subgroups.sexes.levels, whose values may be lists as "
                '["m", "M"]',
            ),
        ),
        both(replaced("subjects.csv", "S1,f", "S1,F"), sexes('{ women = ["f", "F"] }')),
    ),
    "a milestone under another name": Case(
        QUIET,
        rescued("rescue medication"),
        (
            Told(
                "takes_nothing",
                "warning",
                "nobody has the milestone 'rescue', which intercurrent.rescue waits for",
                found="rescue medication (1)",
                expected="intercurrent.rescue.milestone as the data name it",
            ),
        ),
        rescued("Rescue"),
    ),
    "a milestone like the one that is used": Case(
        QUIET,
        both(rescued("rescue"), appended("milestones.csv", RESCUED_TOO)),
        (
            Told(
                "takes_nothing",
                "warning",
                "intercurrent.rescue waits for the milestone 'rescue', which 1 of 2 rows have; the "
                "data have 'Rescue medication' beside it, which changes nothing",
                found="Rescue medication (1)",
                expected='values.milestone = { "Rescue medication" = "rescue" } in '
                'sources.milestones if they are one, { "Rescue medication" = "Rescue medication" } '
                "if they are others",
            ),
        ),
        both(
            both(rescued("rescue"), appended("milestones.csv", RESCUED_TOO)),
            in_study(
                'file = "milestones.csv"',
                'file = "milestones.csv"\n'
                'values.milestone = { "Rescue medication" = "Rescue medication" }',
            ),
        ),
    ),
    "records that are asked for and that none is": Case(
        QUIET,
        among('site = "nowhere"'),
        (
            Told(
                "takes_nothing",
                "error",
                "`among` of the endpoint 'hydration' takes no record: none has site = nowhere",
                found="blank (6)",
                expected="a condition under endpoints.hydration.among.site that records meet",
            ),
        ),
        among('sex = "f"'),
    ),
    "a place that is asked for beside others": Case(
        QUIET,
        among('location = ["cheek", "chek"]'),
        (
            Told(
                "takes_nothing",
                "warning",
                "`among` of the endpoint 'hydration' asks for what no record is: "
                "none has location = 'chek'",
                found="cheek (72)",
                expected="a condition under endpoints.hydration.among.location that records meet",
            ),
        ),
        among('location = ["cheek"]'),
    ),
    "a place that is asked for as a word, a number and a truth": Case(
        QUIET,
        among('location = ["cheek", 8, true]'),
        (
            Told(
                "takes_nothing",
                "warning",
                "`among` of the endpoint 'hydration' asks for what no record is: "
                "none has location = 8 or True",
                found="cheek (72)",
                expected="a condition under endpoints.hydration.among.location that records meet",
            ),
        ),
        among('location = ["cheek"]'),
    ),
    "a milestone that did not happen": Case(
        QUIET,
        rescued("completed"),
        (
            Told(
                "takes_nothing",
                "note",
                "nobody has the milestone 'rescue'",
                found="completed (1)",
                expected="intercurrent.rescue.milestone as the data name it",
            ),
        ),
        rescued("completed", policy="treatment policy"),
    ),
    "an event that nobody has": Case(
        QUIET,
        first_event("Rash"),
        (
            Told(
                "takes_nothing",
                "warning",
                "no row of events is an event of the endpoint 'time': none of 1 has term = Rash",
                found="term: rash (1)",
                expected="conditions under endpoints.time.event.where that rows meet",
            ),
        ),
        first_event("rash"),
    ),
    "a file beside those of a glob": Case(
        QUIET,
        several_files("readings.txt"),
        (
            Told(
                "file_not_read",
                "warning",
                "no source reads readings.txt, named like files that files = 'readings*.csv' takes",
                file="readings.txt",
                found="readings.txt",
                expected="a pattern that takes it too, or another name or folder for it",
            ),
        ),
        # A picture that a device saves with its table is no table.
        several_files("remarks.txt", "readings.png"),
    ),
    "a treatment without a date": Case(
        QUIET,
        appended("exposures.csv", "S1,second,W4,,\n"),
        (
            Told(
                "undated_exposure",
                "warning",
                "1 of 7 rows have no date and count as no treatment: S1 (row 8)",
                file="exposures.csv",
                row=8,
                expected="the date of a treatment that was given, or "
                'where = { "date" = "not blank" } in the source, if none was',
            ),
        ),
        both(
            appended("exposures.csv", "S1,second,W4,,\n"),
            where('date = "not blank"', "exposures.csv"),
        ),
    ),
}
