"""How far cells stand in on a page: a row below another, and numbers with their decimal points."""

from __future__ import annotations

from dermoutcomes.report import Column, Row, Table, rich, table_layout


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
