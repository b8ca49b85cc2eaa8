"""The published tables: what stands in each column, and that `conform` holds a frame to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args, get_type_hints

import polars as pl
import pyarrow as pa
import pytest

from dermoutcomes import Parameter
from dermoutcomes.declare.instruments import Severity
from dermoutcomes.tables import KEYS, SCHEMAS, TABLES, TableError, conform, empty, fitted
from dermoutcomes.vocabulary import KINDS, SEVERITIES, VERDICTS

COLUMNS = [
    pytest.param(table, name, column, id=f"{table}.{name}")
    for table, columns in TABLES.items()
    for name, column in columns.items()
]
RULED = [param for param in COLUMNS if param.values[2].rule]


def a_cell(column):
    """Something that may stand in the column."""
    if column.values:
        return column.values[0]
    if column.at_least is not None:
        return int(column.at_least)
    return {
        pa.string(): "x",
        pa.int32(): 1,
        pa.int64(): 1,
        pa.float64(): 0.5,
        pa.bool_(): True,
        pa.date32(): date(2021, 3, 1),
        pa.timestamp("us"): datetime(2021, 3, 1),  # noqa: DTZ001 - tables hold local times
    }.get(column.type, [])


def a_row(table, /, **cells):
    """A row that is right, but for these cells."""
    row = {name: a_cell(column) for name, column in TABLES[table].items()} | cells
    return pl.DataFrame([row], schema=empty(table).schema)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_key_among_its_columns(table):
    assert set(KEYS[table]) <= TABLES[table].keys()
    assert SCHEMAS[table].names == list(TABLES[table])


@pytest.mark.parametrize(("table", "name", "column"), COLUMNS)
def test_every_column_has_a_sentence(table, name, column):
    assert column.sentence[0].isupper() or column.sentence[0] == "`"
    assert column.sentence.endswith(".")


@pytest.mark.parametrize("table", TABLES)
def test_what_keeps_the_rules_passes(table):
    assert conform(a_row(table), table, "x", whole=True).height == 1


def wrong_cells(column):
    """A cell for each rule of the column that it breaks, with words of the message."""
    if not column.null:
        yield None, "never empty"
    if column.values:
        yield "grievous", f"one of {column.values[0]}"
    if column.at_least is not None:
        yield int(column.at_least) - 1, f"at least {column.at_least:g}"
    if column.at_most is not None:
        yield int(column.at_most) + 1, f"at most {column.at_most:g}"


@pytest.mark.parametrize(("table", "name", "column"), RULED)
def test_what_breaks_a_rule_is_refused_with_its_place(table, name, column):
    for cell, words in wrong_cells(column):
        frame = pl.concat([a_row(table), a_row(table, **{name: cell})])

        with pytest.raises(TableError) as refused:
            conform(frame, table, "x", whole=True)
        said = str(refused.value)
        assert f"table {table!r}, column {name!r}: 1 value " in said
        assert words in said
        assert said.endswith(f"the first is {frame[name][1]!r}")


def test_a_cell_may_be_empty_on_the_way_to_a_published_table():
    frame = a_row("findings", id=None)

    assert conform(frame, "findings", "x")["id"].to_list() == [None]
    with pytest.raises(TableError, match="never empty"):
        conform(frame, "findings", "x", whole=True)


def test_a_column_that_may_not_be_empty_may_not_be_absent_from_a_published_table():
    frame = a_row("claims").drop("verdict")

    assert conform(frame, "claims", "x")["verdict"].to_list() == [None]
    with pytest.raises(TableError, match="column 'verdict'"):
        conform(frame, "claims", "x", whole=True)


def test_rounding_breaks_no_bound():
    frame = a_row("hypotheses", p_value=1 + 1e-12)

    assert conform(frame, "hypotheses", "x").height == 1


def test_a_table_without_rows_breaks_no_rule():
    assert conform(empty("claims"), "claims", "x", whole=True).height == 0


def test_a_frame_is_fitted_to_the_columns_of_its_table():
    frame = fitted(pl.DataFrame({"row": [3], "other": ["x"], "check": ["unit"]}), "findings")

    assert frame.schema == {
        name: kind for name, kind in empty("findings").schema.items() if name != "study"
    }
    assert frame.drop_nulls("row").row(0, named=True) == {
        **dict.fromkeys(frame.columns),
        "row": 3,
        "check": "unit",
    }
    with pytest.raises(TableError, match="table 'findings'"):
        fitted(pl.DataFrame({"row": ["three"]}), "findings")


def test_words_of_columns_are_those_of_the_declarations():
    assert get_args(Severity) == SEVERITIES
    assert get_args(get_type_hints(Parameter, localns={"pl": pl})["kind"]) == KINDS[:-1]
    assert len(set(VERDICTS)) == 7
