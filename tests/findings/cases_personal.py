"""Columns of the list of subjects that look like a person's, and columns that only resemble them."""

from __future__ import annotations

from .case import Case, Told
from .studies import QUIET

CASES: dict[str, Case] = {}
EXPECTED = (
    "a list of subjects without what names a person: leave the column out of the export, or send a "
    "copy of the study that `dermoutcomes pseudonymise` writes"
)
NAMES = ("Anna Meier", "Bert Roth", "Meier, Carla", "Dora Lang-Hof", "Eva M. Kurz", "Finn Otto")
SITES = ("North Clinic", "South Clinic") * 3
BIRTHS = ("1960-01-02", "1971-05-06", "1982-09-10", "1955-11-12", "1990-03-04", "2004-12-31")
# The first readings are of 2024: one subject fell ill nine years before.
ONSETS = (*BIRTHS[:5], "2015-12-31")
MAILS = tuple(f"person{number}@home.example" for number in range(1, 7))


def with_column(header: str, cells):
    """The table of subjects with a further column."""

    def edit(files):
        lines = str(files["subjects.csv"]).splitlines()
        added = [f'"{cell}"' for cell in (header, *cells)]
        rows = (f"{line},{cell}\n" for line, cell in zip(lines, added, strict=True))
        return {**files, "subjects.csv": "".join(rows)}

    return edit


def told(header: str, kind: str) -> tuple[Told, ...]:
    words = f"the cells of the column {header!r} look like {kind} of people"
    return (
        Told(
            "personal_columns",
            "warning",
            words,
            file="subjects.csv",
            found=header,
            expected=EXPECTED,
        ),
    )


CASES |= {
    "a column of surnames": Case(
        QUIET,
        with_column("Nach-Name", NAMES),
        told("Nach-Name", "names"),
        with_column("Name of site", SITES),
    ),
    "full names under another header": Case(
        QUIET,
        with_column("who", NAMES),
        told("who", "names"),
        with_column("who", SITES),
    ),
    "initials": Case(
        QUIET,
        with_column("Initials", ("AM", "BR", "CM", "DL", "EK", "FO")),
        told("Initials", "initials"),
        with_column("region", ("DE", "FR", "DE", "IT", "FR", "DE")),
    ),
    "birth dates by their header": Case(
        QUIET,
        with_column("Geb.-Datum", ("2023-01-02", "", "", "", "", "")),
        told("Geb.-Datum", "birth dates"),
        with_column("Geb.-Datum", ("", "", "", "", "", "")),
    ),
    "birth dates by their days": Case(
        QUIET,
        with_column("since", BIRTHS),
        told("since", "birth dates"),
        with_column("since", ONSETS),
    ),
    "addresses of mail": Case(
        QUIET,
        with_column("contact", MAILS),
        told("contact", "addresses"),
        with_column("contact", (MAILS[0],) * 6),
    ),
}
