"""Reading a TOML file: places, encodings, and what is said of a file that is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.options.key_path import child, element, parts
from dermoutcomes.options.positions import find_positions
from dermoutcomes.options.toml_document import read_document
from dermoutcomes.testing import random_examples

TEXT = """\
# a comment
title = "x"
[study]
id = "é" # comment
"quoted key" = 1
a.b."c d" = 2
inline = { x = 1, y.z = 2, l = [ { q = 1 }, { q = 2 } ] }
[[rows]]
n = 1
[[rows]]
n = 2
  [rows.below]
  k = 'é'
['x y'.z]
list = [1, # one
  { a = 2 },
]
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("title", (2, 1)),
        ("study", (3, 2)),
        ("study.id", (4, 1)),
        ('study."quoted key"', (5, 1)),
        ("study.a.b", (6, 3)),
        ('study.a.b."c d"', (6, 5)),
        ("study.inline.x", (7, 12)),
        ("study.inline.y.z", (7, 21)),
        ("study.inline.l[2]", (7, 45)),
        ("study.inline.l[2].q", (7, 47)),
        ("rows", (8, 3)),
        ("rows[1].n", (9, 1)),
        ("rows[2].n", (11, 1)),
        ("rows[2].below.k", (13, 3)),
        ('"x y".z.list', (15, 1)),
        ('"x y".z.list[1]', (15, 9)),
        ('"x y".z.list[2].a', (16, 5)),
    ],
)
def test_every_key_has_a_place(path, place):
    assert find_positions(TEXT).positions[path] == place


def test_a_column_counts_characters_not_bytes():
    assert find_positions('"é" = { ü_is_quoted = 1, "ö" = 2 }').positions['"é"."ö"'] == (1, 26)


def test_what_is_not_written_stands_at_the_table_around_it(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(TEXT, encoding="utf-8")

    document = read_document(path)

    assert document.position("study.missing.deep") == (3, 2)
    assert document.position("rows[2].absent") == (10, 3)
    assert document.position("nowhere") is None


def test_problems_are_placed_once_and_in_the_order_of_the_file(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(TEXT, encoding="utf-8")
    late, early = Problem("late", path="rows[1].n"), Problem("early", path="study.id")

    placed = read_document(path).with_lines([late, early, late])

    assert [
        (problem.message, problem.line, problem.column, problem.file) for problem in placed
    ] == [("early", 4, 1, str(path)), ("late", 9, 1, str(path))]


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=4))
@settings(deadline=None)
def test_a_dotted_path_can_be_cut_up_again(keys):
    path = ""
    for key in keys:
        path = child(path, key)

    assert parts(path) == tuple(keys)
    assert parts(element(path, 3)) == (*keys, "[3]")


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=5)
tables = st.recursive(
    st.integers() | names,
    lambda inner: st.dictionaries(names, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=12,
)


def written(value):
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                f"{json.dumps(key, ensure_ascii=False)} = {written(item)}"
                for key, item in value.items()
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def all_paths(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield child(path, key)
            yield from all_paths(item, child(path, key))
    if isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield element(path, number)
            yield from all_paths(item, element(path, number))


@given(st.dictionaries(names, tables, max_size=4))
@settings(deadline=None, max_examples=random_examples(60))
def test_the_tree_finds_every_key_that_the_values_have(values):
    text = "\n".join(
        f"{json.dumps(key, ensure_ascii=False)} = {written(value)}" for key, value in values.items()
    )

    assert set(find_positions(text).positions) == set(all_paths(values))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a = 1\nb = 0,5\n",
            (
                ":2:6: this is not valid TOML: expected newline or end of document after a statement\n"
                "    found:    b = 0,5\n    hint:     numbers have a decimal point: 0.5"
            ),
        ),
        (
            "a = 1\n[x]\nb = 2\nb = 3\n",
            ":4:1: [x.b] this is not valid TOML: a key is written twice\n    hint:     keep one of the two",
        ),
        (
            "[a]\nx = 1\n[a]\n",
            ":3:2: [a] this is not valid TOML: a key is written twice\n    hint:     keep one of the two",
        ),
        (
            "x = True",
            ":1:5: this is not valid TOML: invalid value\n    found:    x = True\n    hint:     true and false are written small",
        ),
        (
            "x = hello",
            ':1:5: this is not valid TOML: invalid value\n    found:    x = hello\n    hint:     text stands in quotes: "hello"',
        ),
        (
            "größe = 1",
            (
                ":1:3: this is not valid TOML: expected '=' after a key in a key/value pair\n    found:    größe = 1\n"
                '    hint:     a key with other letters than A to Z stands in quotes: "größe"'
            ),
        ),
        (
            r'file = "C:\data"',
            (
                ":1:13: this is not valid TOML: unescaped '\\' in a string\n    found:    file = \"C:\\data\"\n"
                "    hint:     a backslash begins an escape; write / in paths"
            ),
        ),
        (
            'a = "\x00"',
            ":1:6: this is not valid TOML: illegal character '\\x00'\n    found:    'a = \"\\x00\"'",
        ),
    ],
)
def test_what_is_no_toml_says_where_and_what_was_probably_meant(tmp_path, text, said):
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(StudyError) as raised:
        read_document(path)

    assert str(raised.value) == f"{path}{said}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            'a = "é"'.encode("utf-16"),
            ": the file is not UTF-8\n    found:    a file in UTF-16\n    expected: UTF-8\n    hint:     save it again as UTF-8; in Notepad: Save as, with UTF-8 as the encoding",
        ),
        (
            'a = 1\nb = "éü"'.encode("cp1252"),
            ":2:6: the file is not UTF-8\n    found:    the byte 0xe9\n    expected: UTF-8\n    hint:     save it again as UTF-8; in Notepad: Save as, with UTF-8 as the encoding",
        ),
    ],
)
def test_another_encoding_is_named(tmp_path, data, said):
    path = tmp_path / "a.toml"
    path.write_bytes(data)

    with pytest.raises(StudyError) as raised:
        read_document(path)

    assert str(raised.value) == f"{path}{said}"


def test_a_byte_order_mark_and_windows_line_ends_are_welcome(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = 2\r\n")

    document = read_document(path)

    assert document.values == {"a": 1, "b": {"c": 2}}
    assert document.position("b.c") == (3, 1)


def test_a_missing_file_names_the_nearest_one(tmp_path):
    (tmp_path / "study.toml").write_text("", encoding="utf-8")

    with pytest.raises(
        StudyError, match=r"the file does not exist(.|\n)*did you mean .*study\.toml"
    ):
        read_document(tmp_path / "studdy.toml")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "trial.toml").write_text("", encoding="utf-8")

    with pytest.raises(StudyError, match=r"this is a folder(.|\n)*name the file: .*trial\.toml"):
        read_document(tmp_path)


@pytest.mark.parametrize(
    ("place", "asked", "named"),
    [
        (".", "study.tml.toml", "did you mean .*study.toml"),
        (".", "absent.xml", r"name the file: .*study\.toml"),
        ("below", ".", r"name the file: .*below.study\.toml"),
        ("below", "absent.toml", r"name the file: .*below.study\.toml"),
        (".", "data", r"name the file: .*study\.toml"),
    ],
)
def test_study_files_nearby_are_named(tmp_path, place, asked, named):
    (tmp_path / "data").mkdir()
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "study.toml").write_text("[study]\n", encoding="utf-8")
    (tmp_path / place / "scales.toml").write_text("[plugin]\n", encoding="utf-8")

    with pytest.raises(StudyError, match=named):
        read_document(tmp_path / asked)


def test_several_study_files_nearby_are_named(tmp_path):
    for number in range(6):
        (tmp_path / f"study_{number}.toml").write_text("[study]\n", encoding="utf-8")

    with pytest.raises(StudyError, match=r"name one of the files: .*study_3\.toml and 2 more"):
        read_document(tmp_path)


def test_a_file_nested_too_deeply_is_refused(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("a = " + "[" * 5000, encoding="utf-8")

    with pytest.raises(StudyError, match="not valid TOML"):
        read_document(path)


@pytest.mark.parametrize("digits", [19, 20, 100, 4301])
def test_a_whole_number_that_no_table_holds_is_refused_where_it_stands(tmp_path, digits):
    path = tmp_path / "study.toml"
    path.write_text(f"a = 1\n[b]\nc = [1, {'9' * digits}]\n", encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_document(path)
    (problem,) = refused.value.problems

    assert (problem.line, problem.column) == (3, 9)
    assert f"({digits} digits)" in problem.found


def test_the_largest_whole_number_of_a_table_is_read(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(f"a = {2**63 - 1}\n", encoding="utf-8")

    assert read_document(path).values == {"a": 2**63 - 1}


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("id = `X`", 'quotation marks are straight: id = "X"'),
        ("id = \u00b4X\u00b4", 'quotation marks are straight: id = "X"'),
        ("asked = yes", "yes and no are written true and false"),
        ("asked = No # as agreed", "yes and no are written true and false"),
    ],
)
def test_a_hint_for_what_other_programs_accept(tmp_path, line, hint):
    path = tmp_path / "study.toml"
    path.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_document(path)

    assert hint in refused.value.problems[0].hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Study.TOML", "did you mean"),
        ("study.txt", "if it is the study file, rename it to study.toml"),
        ("study.docx", None),
    ],
)
def test_a_study_file_under_another_suffix_is_named(tmp_path, name, hint):
    (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_document(tmp_path / "study.toml")
    (problem,) = refused.value.problems

    assert (hint is None and problem.hint is None) or (
        hint in problem.hint and name in problem.hint
    )


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04\x14\x00\xd4\xff", "a document of Word or a workbook of Excel"),
        (b"{\\rtf1\\ansi [study]}", "rich text (RTF)"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
    ],
)
def test_a_file_of_an_office_program_is_called_what_it_is(tmp_path, data, kind):
    path = tmp_path / "study.toml"
    path.write_bytes(data)

    with pytest.raises(StudyError) as raised:
        read_document(path)

    assert f"found:    {kind}" in str(raised.value)
    assert "in .toml" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("data.csv", "Proband;Wert\n", "name the study file, which ends in .toml"),
        ("study.toml", 'a = ["W0" "W4"]\n', "entries of a list are separated by a comma"),
    ],
)
def test_what_was_meant_is_said(tmp_path, name, text, hint):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    with pytest.raises(StudyError) as raised:
        read_document(path)

    assert hint in str(raised.value)
