"""The format put through its battery, and each file read back to what the table shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from dermoutcomes.report import Column, Drawings, Foot, Page, Part, Row, Table, rich
from dermoutcomes.testing import FormatContract
from dermoutcomes_rtf import register_formats
from dermoutcomes_rtf.rich_text import LINE_WIDTH, escape, table_rtf

PAGE = Page(Drawings(), "S", "a" * 64, "dermoutcomes 1", ("SIMULATED DATA", "."), "2026-03-31")
TEXTS = (
    '<b>&amp;</b> "q"',
    r"\par}{\object C:\x",
    "{\\rtf1",
    "\u05e9\u05dc\u05d5\u05dd",
    "\U0001f600 caf\u00e9",
    "\u221212.5 (\u22121 to \u22130)",
    "=1+1",
    "",
)
SOURCE = f"Source: study S, data up to 2026-03-31; dermoutcomes 1; record {'a' * 64}."
TOKEN = re.compile(r"\\u(-?\d+)\?|\\([a-z]+)(-?\d+)? ?|\\([^a-z])|([{}])|([^\\{}\n]+)")


def read_back(text: str) -> tuple[list[list[str]], list[str]]:
    """The rows of an RTF document as cells, and its paragraphs after them, as a reader sees them."""
    rows: list[list[str]] = []
    cells: list[str] = []
    paragraphs: list[str] = []
    units: list[int] = []
    for depth, kind, value in tokens(text):
        if depth != 1:
            continue
        if kind == "text":
            units += value
        elif value == "line":
            units.append(10)
        elif value == "tab":
            units.append(9)
        elif value == "cell":
            cells.append(characters(units))
            units = []
        elif value == "row":
            rows.append(cells)
            cells = []
        elif value == "par":
            paragraphs.append(characters(units))
            units = []
    return rows, paragraphs


def tokens(text: str) -> Iterator[tuple[int, str, object]]:
    depth = 0
    for unit, word, _, sign, brace, plain in TOKEN.findall(text):
        if brace:
            depth += 1 if brace == "{" else -1
        elif unit:
            yield depth, "text", [int(unit) % 65536]
        elif sign or plain:
            yield depth, "text", [ord(character) for character in sign or plain]
        else:
            yield depth, "command", word
    assert depth == 0, "groups do not close"


def characters(units: list[int]) -> str:
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le")


def indents(text: str) -> list[int]:
    """The free room at the right of the last cell of each row."""
    return [
        int((re.findall(r"\\ri(\d+)", line.split(r"\pard")[-1]) or ["0"])[0])
        for line in text.splitlines()
        if line.endswith(r"\row") and r"\trhdr" not in line
    ]


class TestRtf(FormatContract):
    (format,) = register_formats()

    def test_every_cell_of_the_small_run_is_read_back_as_it_is_shown(self) -> None:
        for table in self.items():
            rows, _ = read_back(table_rtf(table, self.page()))
            body = [
                ["".join(part.text for part in cell) for cell in row.cells] for row in table.rows
            ]
            heads = [column.heading for column in table.columns]
            assert rows[len(rows) - len(body) :] == body
            assert rows[len(rows) - len(body) - 1] == heads
            assert rows[0] == [f"Table {table.number}. {table.caption}"]


def test_every_text_is_read_back_as_it_stands() -> None:
    table = Table(
        "T", (Column("A"), Column("B", "r")), tuple(Row((rich(t), rich(t))) for t in TEXTS)
    )
    rows, _ = read_back(table_rtf(table, PAGE))

    assert rows[2:] == [[text, text] for text in TEXTS]


def test_title_heads_notes_and_feet_stand_around_the_cells() -> None:
    table = Table(
        "Firmness",
        (Column("Visit"), Column("A", "r", "Arm", Part("12")), Column("B", "r", "Arm", Part("13"))),
        (Row((rich("Left"),), "group"), Row((rich("D14"), rich("1.5"), rich("1.75")))),
        (("a", "As observed."),),
        Foot(("A remark.",), "Level.", "Population: all."),
        number="14.2.1",
    )
    text = table_rtf(table, PAGE)
    rows, paragraphs = read_back(text)

    assert rows == [
        ["Table 14.2.1. Firmness"],
        ["Population: all."],
        ["", "Arm"],
        ["Visit", "A, n = 12", "B, n = 13"],
        ["Left"],
        ["D14", "1.5", "1.75"],
    ]
    assert paragraphs == ["a As observed.", "A remark.", "Level.", SOURCE]
    repeated = [line for line in text.splitlines() if r"\trhdr" in line]
    assert len(repeated) == 4, "title, population and both heads stand on every page"


def test_heads_that_repeat_are_as_the_specification_has_them() -> None:
    """RTF 1.9.1, table definitions: `trhdr` in `trowd` of each head row, and these stand first."""
    rows = tuple(Row((rich(f"V{n}"), rich(f"{n}.5"))) for n in range(200))
    text = table_rtf(Table("Long", (Column("Visit"), Column("A", "r")), rows), PAGE)
    definitions = [definition.partition(r"\cellx")[0] for definition in text.split(r"\trowd")[1:]]
    is_head = [r"\trhdr" in definition for definition in definitions]

    assert sum(is_head) == 2, "title and heads"
    assert is_head == sorted(is_head, reverse=True), "no row of data before a head"
    assert len(is_head) > 200
    # One table: a paragraph between its rows would end what repeats.
    between = text.partition(r"\trowd")[2].rpartition(r"\row")[0].split(r"\row")
    assert not any(r"\par " in row.replace(r"\pard", "") for row in between)


def test_decimals_stand_under_one_another() -> None:
    """A digit of Arial at 9 points is 100 twentieths of a point wide, a decimal point half of it."""
    texts = ("12", "3.5", "\u22120.25", "<.001", "n.a.")
    table = Table(
        "T", (Column("A"), Column("B", "r")), tuple(Row((rich("x"), rich(t))) for t in texts)
    )

    assert indents(table_rtf(table, PAGE)) == [350, 200, 100, 0, 0]


def test_a_cell_without_room_is_not_indented() -> None:
    long = "1.5 (" + "9" * 100 + ")"
    table = Table("T", tuple(Column(str(i), "r") for i in range(4)))
    rows = (Row(tuple(rich(long) for _ in range(4))), Row(tuple(rich("1" * 40) for _ in range(4))))
    text = table_rtf(Table("T", table.columns, rows), PAGE)

    assert indents(text) == [0, 0]


@pytest.mark.parametrize("columns", [1, 2, 12, 40])
def test_no_table_is_wider_than_its_page(columns: int) -> None:
    rows = (Row(tuple(rich("word " * 20) for _ in range(columns))),)
    text = table_rtf(Table("T", tuple(Column(str(i)) for i in range(columns)), rows), PAGE)
    ends = [int(end) for end in re.findall(r"\\cellx(\d+)", text)]

    assert max(ends) <= LINE_WIDTH
    assert all(end > 0 for end in ends)


def test_control_characters_and_marks_of_direction_are_left_out() -> None:
    assert escape("a\x00b\x1b\u202ec\r\n") == r"abc\line "
    assert escape("\u00e9\U0001f600") == r"\u233?\u-10179?\u-8704?"


def test_an_empty_table_is_a_table() -> None:
    rows, paragraphs = read_back(table_rtf(Table("T", (Column("A"), Column("B"))), PAGE))

    assert rows == [["T"], ["A", "B"]]
    assert paragraphs == [SOURCE]


def test_a_row_that_belongs_to_the_one_above_stands_in() -> None:
    rows = (
        Row((rich("Analgesics"), rich("3")), "system"),
        Row((rich("Aspirin"), rich("2")), "inset"),
    )
    text = table_rtf(Table("T", (Column("Class"), Column("All", "r")), rows), PAGE)
    [cell] = [line for line in text.split("\\pard") if "Aspirin" in line]

    assert r"\li200" in cell
    assert text.count(r"\li200") == 1


def test_no_word_of_a_head_is_wider_than_its_column() -> None:
    """Bold letters are wider than others, and a head breaks between words alone."""
    heads = ("Family", "Hypothesis", "Adjusted P")
    # Too wide to be stretched, and not so wide that all columns shrink.
    long = Row((rich("x" * 60), rich("x" * 60), rich("<.001")))
    text = table_rtf(Table("T", tuple(Column(head, "r") for head in heads), (long,)), PAGE)
    ends = [int(end) for end in re.findall(r"\\cellx(\d+)", text)]

    # "Adjusted" is 770 twentieths of a point wide in bold, and 70 are kept free on either side.
    assert ends[-1] - ends[-2] >= 770 + 2 * 70
