"""Which tables of a run reporters write, and what is said of their columns."""

from __future__ import annotations

from dermoutcomes.report import dictionary
from dermoutcomes.report.spreadsheet import IN_ORDER
from dermoutcomes.tables import SCHEMAS


def test_every_table_of_the_contract_can_be_chosen() -> None:
    assert set(IN_ORDER) == set(SCHEMAS)


def test_the_dictionary_has_a_sentence_for_each_column() -> None:
    rows = dictionary(IN_ORDER)

    assert rows.height == sum(len(schema) for schema in SCHEMAS.values())
    assert rows.filter(rows["meaning"].str.len_chars() < 3).height == 0
    assert rows.row(rows.height - 1)[:2] == ("curves", SCHEMAS["curves"].names[-1])
