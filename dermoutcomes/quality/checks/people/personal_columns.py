"""Columns that look like names, birth dates, initials or addresses of people, in what is written.

All columns of the list of subjects go into the run folder, which is sent on. What looks like a
person's is told by its header and its kind; the finding itself names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["personal_columns"]

NAME, INITIALS, BIRTH, ADDRESS = "names", "initials", "birth dates", "addresses"
# Headers without case, blanks and signs. `name` alone may be that of a site: its cells decide.
HEADERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        NAME: frozenset(
            [
                "surname",
                "lastname",
                "familyname",
                "firstname",
                "givenname",
                "forename",
                "fullname",
                "patientname",
                "subjectname",
                "nachname",
                "vorname",
                "familienname",
                "patientenname",
                "nom",
                "prenom",
                "nomdefamille",
                "apellido",
                "apellidos",
                "cognome",
            ]
        ),
        INITIALS: frozenset(
            ["initials", "subjectinitials", "patientinitials", "initialen", "initiales"]
        ),
        BIRTH: frozenset(
            [
                "birthdate",
                "dateofbirth",
                "dob",
                "birthday",
                "brthdtc",
                "brthdt",
                "geburtsdatum",
                "gebdatum",
                "gebdat",
                "geboren",
                "datedenaissance",
                "fechadenacimiento",
                "datadinascita",
            ]
        ),
        ADDRESS: frozenset(
            [
                "email",
                "emailaddress",
                "mail",
                "phone",
                "phonenumber",
                "telephone",
                "mobile",
                "telefon",
                "telefonnummer",
                "handy",
                "address",
                "street",
                "postcode",
                "zipcode",
                "anschrift",
                "adresse",
                "strasse",
                "plz",
            ]
        ),
    }
)
# Two or three words with a capital, the last without an end: Anna Meier; Meier, Anna; de la Cruz.
FULL_NAME = re.compile(
    r"[^\W\d_a-z][^\W\d_]+(?:-[^\W\d_]+)?,? (?:[^\W\d_]{2,3} ){0,2}[^\W\d_a-z][^\W\d_]*\.?"
    r"(?: [^\W\d_a-z][^\W\d_]+)?"
)
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DATE = re.compile(r"(?:((?:19|20)\d\d)-\d\d-\d\d.*|\d{1,2}[./-]\d{1,2}[./-]((?:19|20)\d\d))")
# A list of so few says nothing of what its words are.
FEWEST = 4
# What most cells, and nearly nobody twice, is.
MOST, NEARLY_ALL = 0.8, 0.9
# All of so many years ago: days on which a disease began lie nearer, of some subjects at least.
YOUNGEST = 16
OWN = ("study", "source", "row", "sex", "age", "treated")
FOLDED = re.compile(r"[\W_]+")


def personal_columns(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Columns of the list of subjects that look like a person's; one finding a column.

    By their header, or by their cells: full names that nearly nobody shares, addresses of mail,
    and dates of which each lies years before the first reading.
    """
    subjects = data.table("subjects")
    findings = []
    for name in subjects.columns:
        kind = None if name in OWN else _kind(data, subjects, name)
        if kind is not None:
            findings.append(_finding(subjects, name, kind))
    return pl.concat([no_findings(), *findings])


def _kind(data: StudyData, subjects: pl.DataFrame, name: str) -> str | None:
    cells = subjects[name].drop_nulls()
    if not len(cells):
        return None
    header = FOLDED.sub("", name.casefold())
    for kind, headers in HEADERS.items():
        if header in headers:
            return kind
    texts = cells.cast(pl.String).to_list()
    return next(_kinds_of_cells(data, texts), None) if len(texts) >= FEWEST else None


def _kinds_of_cells(data: StudyData, texts: list[str]) -> Iterator[str]:
    own = len({*texts}) >= NEARLY_ALL * len(texts)
    if own and _share(texts, MAIL.fullmatch) >= MOST:
        yield ADDRESS
    if own and _share(texts, FULL_NAME.fullmatch) >= MOST:
        yield NAME
    years = [int(match[1] or match[2]) for text in texts if (match := DATE.fullmatch(text))]
    first = _first_year(data)
    if first is not None and len(years) >= MOST * len(texts) and max(years) <= first - YOUNGEST:
        yield BIRTH


def _share(texts: list[str], fits: Callable[[str], object]) -> float:
    return sum(fits(text.strip()) is not None for text in texts) / len(texts)


def _first_year(data: StudyData) -> int | None:
    """The year of the first reading that has a date."""
    first = data.observations["taken_at"].drop_nulls().min()
    return getattr(first, "year", None)


def _finding(subjects: pl.DataFrame, name: str, kind: str) -> pl.DataFrame:
    where = "the ids" if name == "subject" else f"the cells of the column {name!r}"
    return remarks(
        subjects.sort("source", "row", nulls_last=True).head(1).select("source"),
        severity="warning",
        message=f"{where} look like {kind} of people, and are written into the run folder",
        found=name,
        expected="a list of subjects without what names a person: leave the column out of the export, "
        "or send a copy of the study that `dermoutcomes pseudonymise` writes",
    )
