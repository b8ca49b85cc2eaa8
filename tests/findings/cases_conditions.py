"""Conditions that nothing meets, and conditions that everything does."""

from __future__ import annotations

from .case import Case, Told, both, in_study
from .studies import QUIET

CASES: dict[str, Case] = {}

READINGS = {"file": "readings.csv", "row": 1}
MEET = "a condition that rows meet, or one that is taken out of `where`"


def where(condition: str, file: str = "readings.csv"):
    """A source that takes only some rows of its file."""
    return in_study(f'file = "{file}"', f'file = "{file}"\nwhere = {{ {condition} }}')


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
                "`where` takes 0 of 6 rows: none has time > 24.0",
                file="exposures.csv",
                row=1,
                found="time: '10:00' (6)",
                expected=MEET,
            ),
        ),
        where('session = "first", time = "not blank"', "exposures.csv"),
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
