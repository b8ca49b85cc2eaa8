"""Tables and cells that are larger than their source allows: refused with the key that allows them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from dermoutcomes import Problem, SizeLimits, StudyError, run, size_limits
from dermoutcomes.declare.size_limits import within_size_limits

SOURCE = '[[sources.corneometer]]\nfile = "corneometer.csv"\n'
READER = """\
import polars as pl
from dermoutcomes import Match, RawTable, Reader


def recognise(path, head):
    return Match(2.0, "its name") if path.name == "corneometer.csv" else None


def read(path, options):
    rows = [line.split(",") for line in path.read_text().splitlines()]
    names = [f"column_{{number}}" for number in range(1, len(rows[0]) + 1)]
    return {{"one": RawTable("one", pl.DataFrame(rows, schema=names, orient="row"), range(1, len(rows) + 1))}}


def register_readers():
    return [Reader("own", "A format of our own", (".csv",), recognise, read)]
"""


def problems(study: Path, source: str = SOURCE) -> tuple[Problem, ...]:
    text = study.read_text(encoding="utf-8").replace(SOURCE, source)
    text = text.replace('reports = ["report", "annex", "csv"]', "reports = []")
    study.write_text(text, encoding="utf-8")
    try:
        run(study)
    except StudyError as error:
        return error.problems
    return ()


def with_limit(words: str) -> str:
    return f"{SOURCE}size_limits = {{ {words} }}\n"


@pytest.mark.parametrize(
    ("limit", "code", "key"),
    [
        ("columns = 7", "large_table", "size_limits.columns = 8 in the source"),
        ("cells = 391", "large_table", "size_limits.cells = 392 in the source"),
        ("characters = 15", "long_cell", "size_limits.characters = 16 in the source"),
    ],
)
@pytest.mark.parametrize("own_reader", [False, True], ids=["bundled", "of a plugin"])
def test_what_is_larger_than_allowed_names_its_key(
    small_study: Path, limit: str, code: str, key: str, own_reader: bool
) -> None:
    if own_reader:
        (small_study.parent / "own.py").write_text(READER.format(), encoding="utf-8")
        text = small_study.read_text(encoding="utf-8")
        named = text.replace('origin = "simulated"', 'origin = "simulated"\nplugins = ["own.py"]')
        small_study.write_text(named, encoding="utf-8")
    [problem] = problems(small_study, with_limit(limit))

    # The reader knows the width of a text before it makes a table of it.
    assert problem.code in (code, "far_cell")
    assert problem.file == "corneometer.csv"
    assert problem.path == "sources.corneometer[1]"
    assert key in str(problem.hint)


def test_what_is_as_large_as_allowed_is_read(small_study: Path) -> None:
    assert problems(small_study, with_limit("columns = 8, cells = 392, characters = 16")) == ()


def test_a_long_cell_is_shown_with_its_place(small_study: Path) -> None:
    export = small_study.parent / "corneometer.csv"
    lines = export.read_text(encoding="utf-8").splitlines()
    lines[4] += "x" * 2_000_000
    export.write_text("\n".join(lines), encoding="utf-8")
    [problem] = problems(small_study)

    assert (problem.line, problem.column) == (5, 8)
    assert problem.found is not None
    assert problem.found.startswith("2000002 characters, beginning with '21xxx")
    assert len(problem.found) < 100
    assert problem.expected == "at most 1000000 characters in a cell"


def test_characters_are_counted_and_not_bytes(small_study: Path) -> None:
    export = small_study.parent / "corneometer.csv"
    text = export.read_text(encoding="utf-8").replace("room_temperature", "Größe_in_größter_")
    export.write_text(text, encoding="utf-8")

    assert problems(small_study, with_limit("characters = 17")) == ()


@pytest.mark.parametrize("key", ["column", "rows"])
def test_a_limit_that_is_none_is_told(small_study: Path, key: str) -> None:
    [problem] = problems(small_study, with_limit(f"{key} = 5"))

    assert problem.path == f"sources.corneometer[1].size_limits.{key}"


def book_with_a_far_cell(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["subject", "visit", "hydration"])
    sheet.append(["S1", "W0", 40])
    sheet.cell(20_000, 600, "stray")
    book.save(path)
    return path


def test_a_sparse_sheet_is_read_where_the_source_says_so(tmp_path: Path) -> None:
    from dermoutcomes_readers import excel

    path = book_with_a_far_cell(tmp_path / "far.xlsx")
    with pytest.raises(StudyError, match=r"size_limits\.sparse_cells = 12000000 in the source"):
        excel.read(path, None)
    with within_size_limits(SizeLimits(sparse_cells=12_000_000)):
        [table] = excel.read(path, None).values()

    assert table.cells.width == 600


def packed(path: Path, times: int) -> Path:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/media/a.bin", bytes(times))
    path.write_bytes(content.getvalue())
    return path


def test_a_part_that_is_packed_tightly_names_its_key(tmp_path: Path) -> None:
    from dermoutcomes_readers.archives import opened_archive

    path = packed(tmp_path / "bomb.xlsx", 300_000_000)
    with (
        pytest.raises(Exception, match=r"size_limits\.times_packed = (\d+) in the source") as error,
        opened_archive(path),
    ):
        pass
    times = int(str(error.value).partition("times_packed = ")[2].split()[0])
    with within_size_limits(SizeLimits(times_packed=times)), opened_archive(path) as book:
        assert book.namelist() == ["xl/workbook.xml", "xl/media/a.bin"]


def test_the_usual_limits_hold_outside_of_a_source() -> None:
    with within_size_limits(SizeLimits(columns=5)):
        assert size_limits().columns == 5
    assert size_limits() == SizeLimits()
    with pytest.raises(ValueError, match="there is no limit 'rows'"):
        size_limits().hint("rows", 5)


def test_a_reader_is_told_the_limits_of_its_source(small_study: Path, monkeypatch) -> None:
    from dermoutcomes_readers import delimited

    seen = list[int]()
    widest = delimited._refuse_wide_row
    monkeypatch.setattr(
        delimited,
        "_refuse_wide_row",
        lambda *known: (seen.append(size_limits().columns), widest(*known)),
    )
    problems(small_study, with_limit("columns = 77"))

    assert 77 in seen
    assert SizeLimits().columns in seen
