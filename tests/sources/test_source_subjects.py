"""Ids of subjects: as written, as numbers, in several columns; and rows that are nobody's."""

from __future__ import annotations

import pytest

from dermoutcomes.sources.subjects.listed_subjects import ListedSubjects, same_numbers
from dermoutcomes.sources.subjects.summary_rows import summary_words

from .conftest import Read
from .test_source_values import checks

LIST = '[[sources.subjects]]\nfile = "s.csv"\n'
SITES = LIST + 'columns = { subject = ["Site", "Nr"], site = "Site" }\n'


def test_an_id_as_written_comes_before_its_number() -> None:
    listed = ListedSubjects(("1", "01", "002"))

    assert listed.as_listed(["1", "01", "2", "0002", "3", "001"]) == {"2": "002", "0002": "002"}


def test_numbers_inside_an_id_are_compared_too() -> None:
    listed = ListedSubjects(("P-007", "12-003"))

    assert listed.as_listed(["P-7", "012-3", "Q-7"]) == {"P-7": "P-007", "012-3": "12-003"}


def test_a_number_alone_is_nobody_where_there_are_several_sites() -> None:
    listed = ListedSubjects(("01", "12-003"), several_sites=True)

    assert listed.as_listed(["1", "12-3"]) == {"12-3": "12-003"}


@pytest.mark.parametrize(
    ("written", "likely"),
    [
        ("PO6", "P06"),
        ("p06", "P06"),
        ("P 06", "P06"),
        ("Pl2", "P12"),
        ("P6O", None),
        ("P16", None),
        ("1", None),
        ("O2", None),
    ],
)
def test_an_id_is_likely_another_that_looks_the_same_and_no_other_number(
    written: str, likely: str | None
) -> None:
    # Two ids that look like O2: neither is proposed.
    listed = ListedSubjects(("P06", "P12", "12", "02", "2"))

    assert listed.likely(written) == likely


def test_ids_that_differ_in_zeros_case_or_blanks_are_grouped() -> None:
    assert [*same_numbers(["P1", "p01", "P 1", "P2", "P11"])] == [("P 1", "P1", "p01")]
    # The second begins with a letter of Cyrillic.
    assert [*same_numbers(["P03", "Р03", "P04"])] == [("P03", "Р03")]


@pytest.mark.parametrize(
    "word",
    [
        "Mittelwert",
        "MEAN",
        "Mean (SD)",
        "Mean ± SD",
        "SD",
        "n = 12",
        "Summe",
        "Unterschrift: ____",
        "Average",
        "Median",
        "Std. dev.",
        "Max.",
        "Stabw.",
        "Ø",
        "Datum / Unterschrift",
        "N",
        "Total",
        "s.d.",
        "SD +/-",
    ],
)
def test_a_word_of_a_summary_is_no_subject(word: str) -> None:
    assert summary_words(["P01", "P02", word]) == [word]


@pytest.mark.parametrize("name", ["Sue M.", "Summer", "Nina", "Maxine", "Meaney", "N12", "SD-01"])
def test_a_name_that_begins_alike_is_a_subject(name: str) -> None:
    assert summary_words(["P01", "P02", name]) == []


def test_a_known_subject_is_one_whatever_the_name() -> None:
    assert summary_words(["P01", "SD"], people={"SD"}) == []


def test_initials_are_subjects_where_ids_are_letters() -> None:
    assert summary_words(["AB", "MW", "SD", "KL"]) == []
    assert summary_words(["AB", "MW", "n = 12", "Mittelwert"]) == ["Mittelwert", "n = 12"]


def test_an_id_of_several_columns_is_joined_and_keeps_its_site(reads: Read) -> None:
    tables = reads(
        SITES + '[[sources.skinmeter]]\nfile = "e.csv"\n'
        'columns = { subject = ["Zentrum", "Pat"], visit = "V", r0 = "R0" }\n',
        s_csv="Site,Nr,sex\n12,003,f\n13,003,m\n",
        e_csv="Zentrum,Pat,V,R0\n12,3,W0,0.5\n13,003,W0,0.6\n13,,W0,0.7\n",
    )

    assert tables["subjects"].select("subject", "site", "Nr").rows() == [
        ("12-003", "12", "003"),
        ("13-003", "13", "003"),
    ]
    assert tables["observations"]["subject"].to_list() == ["12-003", "13-003"]
    assert checks(tables, "check", "row") == [("subject_by_number", 2), ("no_subject", 4)]


def test_a_part_of_an_id_that_the_file_does_not_have_is_a_problem(
    reads: Read, refuses: object
) -> None:
    said = refuses(SITES, s_csv="Site,Number\n12,003\n")  # type: ignore[operator]

    assert "the file has no column 'Nr'" in said


def test_a_list_of_subjects_that_is_the_sheet_of_readings_is_asked_about_once(reads: Read) -> None:
    tables = reads(
        '[[sources.subjects]]\nfile = "e.csv"\n[[sources.skinmeter]]\nfile = "e.csv"\n',
        e_csv="subject,visit,r0\n1,W0,0.5\nMean,W0,0.5\nn = 1,W0,\n",
    )

    assert tables["subjects"]["subject"].to_list() == ["1"]
    assert tables["observations"]["subject"].to_list() == ["1"]
    assert checks(tables, "check", "found") == [("summary_row", "Mean, n = 1")]
