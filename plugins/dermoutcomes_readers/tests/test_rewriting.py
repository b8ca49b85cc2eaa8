"""Files written with other cells: nothing else moves, and cells are counted as `read` counts them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermoutcomes import StudyError
from dermoutcomes_readers import delimited, excel, redcap, rewriting

FIELDS = st.text(st.sampled_from('ab"; ,\n\r\t0ä'), max_size=6)
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


def nothing(*_: object) -> None:
    return None


@given(st.lists(FIELDS, min_size=1, max_size=8))
def test_text_without_a_new_cell_is_as_it_was(tmp_path_factory, parts) -> None:
    path = tmp_path_factory.mktemp("text") / "export.csv"
    content = ("a;b\n" + ";".join(parts)).encode()
    path.write_bytes(content)

    assert rewriting.rewrite_delimited(path, delimited.DelimitedOptions(), nothing) == content


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cells_are_asked_for_where_they_are_read(tmp_path: Path, encoding: str, end: str) -> None:
    text = f'id;Größe;note{end}{end}S1;5;"a;""b""{end}c"{end}S2;;x{end}"S3";7;{end}'
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    options = delimited.DelimitedOptions(encoding=encoding if encoding == "utf-16-be" else None)
    (table,) = delimited.read(path, options).values()
    asked = {}

    def replace(name: str, line: int, column: int, cell: str) -> str | None:
        asked[line, column] = cell
        return f"P{cell[1:]}" if cell.startswith("S") else None

    path.write_bytes(rewriting.rewrite_delimited(path, options, replace))
    (after,) = delimited.read(path, options).values()

    read = {
        (line, column): cell
        for line, row in zip(table.lines, table.cells.rows(), strict=True)
        for column, cell in enumerate(row, 1)
        if cell and cell.strip()
    }
    assert asked == read
    assert after.lines == table.lines
    assert path.read_bytes() == text.replace("S", "P").encode(encoding)
    assert [row[0] for row in after.cells.rows()] == ["id", "P1", "P2", "P3"]


def test_rows_of_a_repeating_form_are_asked_for_in_its_table(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,grade\n"
        "1,,,f,\n1,visit,1,,3\n2,,,m,\n",
        encoding="utf-8",
    )
    asked = set()
    rewriting.rewrite_redcap(
        path, redcap.RedcapOptions(), lambda name, line, *_: asked.add((name, line))
    )
    read = {
        (name, line)
        for name, table in redcap.read(path, redcap.RedcapOptions()).items()
        for line in table.lines
    }

    assert read <= asked


def test_a_workbook_without_a_new_cell_reads_the_same(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("One & two", "Other"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["id", "value", "<&>"])
            sheet.write_row(2, 0, [7, 1.25, "7"])
            sheet.write_formula(3, 1, "=B3*2", None, 2.5)
    before = excel.read(path, None)
    asked = {}

    def replace(name: str, line: int, column: int, cell: str) -> str | None:
        asked[name, line, column] = cell
        if not line:
            return "First" if cell == "One & two" else None
        return "<P&1>" if (line, column) == (3, 1) else None

    path.write_bytes(rewriting.rewrite_excel(path, None, replace))
    after = excel.read(path, None)

    assert asked["One & two", 3, 1] == "7"
    assert asked["One & two", 4, 2] == "2.5"
    assert list(after) == ["First", "Other"]
    for old, new in zip(before.values(), after.values(), strict=True):
        assert new.cells["column_1"].to_list() == ["id", "<P&1>", ""]
        assert new.cells.drop("column_1").equals(old.cells.drop("column_1"))
        assert new.numbers.drop("column_1").equals(old.numbers.drop("column_1"))


@pytest.mark.parametrize("stream", [False, True])
def test_typed_columns_without_a_new_cell_keep_their_types(tmp_path: Path, stream) -> None:
    frame = pl.DataFrame(
        {"id": [1, 2, None], "value": [0.1, None, 3.0], "curve": [[1.0], [2.0, 3.0], None]}
    )
    path = tmp_path / "table.arrow"
    (frame.write_ipc_stream if stream else frame.write_ipc)(path)

    def replace(_: str, line: int, column: int, cell: str) -> str | None:
        return f"P{cell}" if column == 1 else None

    content = rewriting.rewrite_arrow(path, None, replace)
    after = (pl.read_ipc_stream if stream else pl.read_ipc)(content)

    assert after["id"].to_list() == ["P1", "P2", None]
    assert after.drop("id").equals(frame.drop("id"))
    assert after.drop("id").schema == frame.drop("id").schema


def test_a_workbook_that_repeats_cells_elsewhere_is_refused(tmp_path: Path) -> None:
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.active.append(["id", "value"])
    book.active["A1"].comment = Comment("S1 is the sister of S2", "Dr. A. Meier")
    path = tmp_path / "book.xlsx"
    book.save(path)

    with pytest.raises(StudyError, match="repeats cells where they are not replaced") as refused:
        rewriting.rewrite_excel(path, None, nothing)
    assert "comments on cells" in str(refused.value)
