"""How far cells stand in on a page: a row below another, and numbers with their decimal points."""

from __future__ import annotations

from dermoutcomes.report import Column, Row, Table, rich, table_layout
from dermoutcomes.report.documents.paper_layout import PADDING, UPRIGHT, text_width


def test_a_row_that_belongs_to_the_one_above_stands_in():
    rows = (
        Row((rich("Analgesics"), rich("3")), "system"),
        Row((rich("Aspirin"), rich("2")), "inset"),
        Row((rich("A sentence across"),), "remark"),
    )
    layout = table_layout(Table("T", (Column("Class"), Column("All", "r")), rows))

    assert layout.insets == ((0.0, 0.0), (layout.size, 0.0), ())


def test_decimal_points_meet_in_a_first_column_of_numbers():
    rows = (Row((rich("1.5"), rich("a"))), Row((rich("1"), rich("b")), "inset"))
    layout = table_layout(Table("T", (Column("n", "r"), Column("What")), rows))

    assert layout.insets[0] == (0.0, 0.0)
    assert 0 < layout.insets[1][0] < layout.size


def test_a_table_by_visit_of_four_decimals_stands_upright():
    heads = ("Visit", "n", "Missing", "Mean (SD)", "95% CI", "SE", "CV", "Median", "Range")
    cells = (
        "Week 24 v Week 12",
        "17",
        "4",
        "\u22120.0799 (0.0343)",
        "\u22120.0976 to \u22120.0623",
        "0.0083",
        "18.4%",
        "\u22120.0720 (\u22120.0980 to \u22120.0560)",
        "\u22120.1510 to \u22120.0290",
    )
    columns = tuple(Column(head, "l" if head == "Visit" else "r") for head in heads)
    layout = table_layout(Table("T", columns, (Row(tuple(map(rich, cells))),)))

    assert not layout.flipped
    assert layout.size >= 7


def test_names_of_rows_stand_in_two_lines_where_there_is_room():
    cells = ("81", "24.58 (12.59)", "21.87 to 27.29", "a sentence of a remark, " * 6)
    name = "Week 24, Xanomeline, high dose"
    heads = (("Visit", "l"), ("n", "r"), ("Mean (SD)", "r"), ("95% CI", "r"), ("Also", "l"))
    columns = tuple(Column(head, align) for head, align in heads)
    layout = table_layout(Table("T", columns, (Row(tuple(map(rich, (name, *cells)))),)))

    two_lines = max(map(text_width, ("Week 24, Xanomeline,", "high dose")))
    assert layout.widths[0] - 2 * PADDING >= two_lines * layout.size
    assert sum(layout.widths) <= UPRIGHT + 1e-6


def test_a_table_is_set_a_step_smaller_where_that_keeps_names_in_two_lines():
    heads = ("Visit", "n", "Missing", "Mean (SD)", "95% CI of mean", "SE", "CV", "Median", "Range")
    cells = (
        "Week 24, Xanomeline, high dose",
        "234",
        "84",
        "24.64 (13.514)",
        "22.50 to 26.78",
        "1.085",
        "54.8%",
        "22.00 (15.00 to 31.00)",
        "\u221217.00 to 23.00",
    )
    columns = tuple(Column(head, "l" if head == "Visit" else "r") for head in heads)

    def laid(name: str):
        row = Row(tuple(map(rich, (name, *cells[1:]))))
        return table_layout(Table("T", columns, (row,)))

    long, short = laid(cells[0]), laid("Week 24")
    two_lines = max(map(text_width, ("Week 24, Xanomeline,", "high dose")))
    assert not long.flipped
    assert long.widths[0] - 2 * PADDING >= two_lines * long.size
    # With names in three lines it would stand at 8.0.
    assert (short.size, long.size) == (8.5, 7.5)
