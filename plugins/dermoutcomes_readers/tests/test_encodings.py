"""Texts of encodings that pass for another: read for sure, or asked with what each would read."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes import StudyError
from dermoutcomes_readers.encodings import decode

RUSSIAN = "Пациент;Визит;Сторона;Значение\nP01;W0;правая;41,2\nP02;W0;левая;42,0\n"
IN_CAPITALS = "ПАЦИЕНТ;ВИЗИТ\n1;W0\n"
RUSSIAN_WORD = "subject;value\nДа;41,2\n"
JAPANESE = "被験者,来院,部位,水分量\nP01,W0,右頬,41.2\nP02,W0,左頬,42\n"
SIDES = "subject,side,value\nP01,右,41.2\nP02,左,42\n"
KATAKANA = "subject,テスト,value\nP01,1,41.2\n"
CHINESE = "受试者,访视,部位,水分\nP01,W0,右,41.2\n"
POLISH = "pacjent;płeć;wartość\nP01;mężczyzna;41,2\n"
GREEK = "Ασθενής;Επίσκεψη;Τιμή\nP01;W0;41,2\n"
GERMAN = "Müller;März;Größe\n1;2;3\n"


def question(content: bytes, encoding: str | None = None) -> str:
    with pytest.raises(StudyError) as caught:
        decode(content, Path("a.csv"), encoding)
    (problem,) = caught.value.problems
    assert problem.file == "a.csv"
    assert problem.line is not None
    return str(problem)


@pytest.mark.parametrize(
    ("text", "encoding", "word"),
    [
        *((RUSSIAN, name, "Пациент") for name in ("cp1251", "koi8-r", "cp866", "iso8859-5")),
        *((IN_CAPITALS, name, "ПАЦИЕНТ") for name in ("cp1251", "koi8-r", "iso8859-5")),
        *((RUSSIAN_WORD, name, "Да") for name in ("cp1251", "koi8-r", "iso8859-5")),
        (JAPANESE, "cp932", "水分量"),
        (JAPANESE, "euc-jp", "被験者"),
        *((KATAKANA, name, "テスト") for name in ("cp932", "euc-jp")),
        (SIDES, "cp932", "左"),
        (SIDES, "euc-jp", "右"),
        (CHINESE, "gb18030", "受试者"),
        (POLISH, "cp1250", "płeć"),
        (GREEK, "cp1253", "Ασθενής"),
        (GERMAN, "mac-roman", "Müller"),
        (GERMAN, "cp850", "Müller"),
    ],
)
def test_a_text_that_passes_for_another_is_asked_with_the_key_that_reads_it(
    text: str, encoding: str, word: str
) -> None:
    content = text.encode(encoding)

    said = question(content)

    # The likeliest stands first.
    assert f'expected: encoding = "{encoding}" for {word!r}' in said
    assert decode(content, Path("a.csv"), encoding) == text, "and the key reads it"


def test_what_windows_1252_has_may_be_said_to_be_so() -> None:
    content = RUSSIAN.encode("cp1251")

    assert 'encoding = "cp1252" where the word is as it should be' in question(content)
    assert decode(content, Path("a.csv"), "cp1252").startswith("Ïàöèåíò")


@pytest.mark.parametrize(
    "text",
    [
        "Größe;µm;Straße;Äußerung",
        "préparation, naïve, créée; l’été «é» – … “Hello” Hôpital Œdème",
        "g/m²·h ± 5 °C; m³h; ½; n°; 1º 2ª; Name®™",
        "Señor ¿Qué? ¡Sí!; São João coração ações",
        "Ålesund ö à ‚Österreich‘; på øre",
        "¤¤¤¤ °°°; Müller†‡",
    ],
)
def test_words_of_western_europe_are_no_question(text: str) -> None:
    assert decode(text.encode("cp1252"), Path("a.csv")) == text


@pytest.mark.parametrize("text", [GERMAN, RUSSIAN])
def test_letters_of_utf_7_in_plain_ascii_are_asked(text: str) -> None:
    content = text.encode("utf-7")

    assert 'encoding = "utf-7" for ' in question(content)
    assert decode(content, Path("a.csv"), "utf-7") == text
    assert decode(content, Path("a.csv"), "utf-8") == content.decode("ascii")


@pytest.mark.parametrize("text", ["1+100-2", "A+BRCA1-", "HLA+ADJ-", "x+ANCOVA;", "+ACY-", "+-"])
def test_a_plus_before_letters_is_no_utf_7(text: str) -> None:
    assert decode(text.encode(), Path("a.csv")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "utf-16-be"),
        (JAPANESE, "utf-16-le"),
        (JAPANESE, "iso2022_jp"),
    ],
)
def test_signs_that_no_text_has_name_the_encoding_in_which_it_is_one(
    text: str, encoding: str
) -> None:
    content = text.encode(encoding)

    assert f'encoding = "{encoding}"' in question(content)
    assert decode(content, Path("a.csv"), encoding) == text


def test_of_a_long_file_the_lines_about_the_word_say_which_encoding_it_is() -> None:
    lines = "P01;W0;41,2\n" * 20_000
    content = lines.encode() + RUSSIAN.encode("koi8-r") + lines.encode()

    said = question(content)

    assert "encoding = \"koi8-r\" for 'Пациент'" in said
    assert said.startswith("a.csv:20001:")


def test_lone_letter_in_a_cell_is_asked_where_no_western_language_has_it() -> None:
    text = "Subject;Side;Value\nP01;П;41,2\nP01;Л;42,0\n"

    said = question(text.encode("cp1251"))

    assert "encoding = \"cp1251\" for 'П'" in said
    assert decode(text.encode("cp1251"), Path("a.csv"), "cp1251") == text


@pytest.mark.parametrize("letter", ["à", "å", "é", "ö", "Ö", "Å", "Ä", "ø", "É"])
def test_lone_letter_that_is_a_word_or_a_code_is_read(letter: str) -> None:
    text = f"Subject;Note;Value\nP01;{letter};41,2\n"

    assert decode(text.encode("cp1252"), Path("a.csv")) == text
