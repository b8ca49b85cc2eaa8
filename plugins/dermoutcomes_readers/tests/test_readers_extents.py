"""Cells far away from a table: refused in words before they take the memory of the machine."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from openpyxl.styles import Font

from dermoutcomes import NoOptions, StudyError
from dermoutcomes_readers import excel
from dermoutcomes_readers.delimited import DelimitedOptions
from dermoutcomes_readers.delimited import read as read_text
from dermoutcomes_readers.extents import Extent, column_letters
from dermoutcomes_readers.sheet_extents import sheet_extents

ROWS = (("subject", "visit", "gloss"), ("A1", "W0", 0.41), ("A1", "W4", 0.52))
FAR = {
    "with its place": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "with a prefix and other quotes": "<row r='1048576'><c s='0' r='XFD1048576'>\n<v>1</v></c></row>",
    "of text in itself": '<row r="1048576"><c t="inlineStr" r="XFD1048576"><is><t>a</t></is></c></row>',
    "of a formula": '<row r="1048576"><c r="XFD1048576"><f>1+1</f><v>2</v></c></row>',
    "after one with its place": '<row r="1048576"><c r="XFC1048576"/><c><v>1</v></c></row>',
}


def workbook(path: Path, further: str = "") -> Path:
    """A small workbook, and what stands in its sheet below."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    with ZipFile(path) as parts:
        contents = {name: parts.read(name).decode() for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    contents[sheet] = contents[sheet].replace("</sheetData>", f"{further}</sheetData>")
    with ZipFile(path, "w") as parts:
        for name, content in contents.items():
            parts.writestr(name, content)
    return path


@pytest.mark.parametrize("cell", FAR.values(), ids=FAR)
def test_a_stray_cell_in_the_last_corner_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(StudyError) as refused:
        excel.read(workbook(tmp_path / "a.xlsx", cell), NoOptions())
    [problem] = refused.value.problems
    assert problem.message == (
        "the sheet 'Sheet' reaches to row 1048576 and to column XFD, "
        "and only 10 of its cells are filled"
    )
    assert problem.code == "far_cell"


def test_a_cell_below_is_read_where_the_table_stays_small(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", '<row r="20000"><c r="C20000"><v>1</v></c></row>')
    [table] = excel.read(path, NoOptions()).values()
    assert list(table.lines) == [1, 2, 3, 20000]


def test_cells_that_only_look_otherwise_do_not_count(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["XFD1048576"].font = Font(bold=True)
    book.save(tmp_path / "a.xlsx")
    [table] = excel.read(tmp_path / "a.xlsx", NoOptions()).values()
    assert table.cells.shape == (3, 3)


def test_one_wide_row_of_a_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject;visit\nA1;W0\nA1;W4\n" + ";" * 20_000 + "\n")
    with pytest.raises(StudyError) as refused:
        read_text(path, DelimitedOptions())
    [problem] = refused.value.problems
    assert problem.message == "a row has 20001 cells, most others have 2"
    assert problem.line == 4


def test_a_row_in_quotes_may_be_no_wider(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('subject;visit\n"A1";W0\nA1;W4\n' + ";" * 20_000 + "\n")
    with pytest.raises(StudyError, match="20001 cells"):
        read_text(path, DelimitedOptions())


def test_a_row_that_makes_a_long_table_nearly_empty_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject;visit\n" + "A1;W0\n" * 10_000 + ";" * 1_999 + "\n")
    with pytest.raises(StudyError, match="a row has 2000 cells, most others have 2"):
        read_text(path, DelimitedOptions())


def test_a_text_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text((";".join(["a"] * 16_385) + "\n") * 2)
    with pytest.raises(StudyError, match="the file has 16385 columns"):
        read_text(path, DelimitedOptions())


def test_a_wide_row_among_few_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject;visit\nA1;W0\n" + ";" * 500 + "\n")
    [table] = read_text(path, DelimitedOptions()).values()
    assert table.cells.shape == (3, 501)


@pytest.mark.parametrize(
    ("rows", "columns", "filled", "far"),
    [
        (10_000, 1_000, 1, False),
        (10_001, 1_000, 1, True),
        (100_000, 200, 1_000_000, False),
        (9, 16_384, 40, False),
        (9, 16_385, 40, True),
    ],
)
def test_a_large_table_has_to_be_filled(rows: int, columns: int, filled: int, far: bool) -> None:
    assert Extent(rows, columns, filled).is_far is far


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (16_384, "XFD")])
def test_columns_have_the_letters_of_spreadsheets(number: int, letters: str) -> None:
    assert column_letters(number) == letters


# The smallest workbooks of the other kinds, written here since no library writes them.
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Cells = tuple[tuple[int, int, float | str], ...]
TABLE: Cells = ((0, 0, 1.0), (0, 1, 2.0), (1, 0, 3.0), (1, 1, 4.0))
LAST_OF_XLSX, LAST_OF_XLS = (1_048_575, 16_383, 5.0), (65_535, 255, 5.0)


def xlsb_record(kind: int, body: bytes = b"") -> bytes:
    numbers = b""
    for number in (kind, len(body)):
        sevens = [number >> bits & 0x7F for bits in (0, 7, 14, 21) if not bits or number >> bits]
        numbers += bytes([*(seven | 0x80 for seven in sevens[:-1]), sevens[-1]])
    return numbers + body


def xlsb(path: Path, cells: Cells) -> Path:
    def text(words: str) -> bytes:
        return struct.pack("<I", len(words)) + words.encode("utf-16-le")

    book = xlsb_record(0x83) + xlsb_record(0x8F)
    book += xlsb_record(0x9C, struct.pack("<II", 0, 1) + text("rId1") + text("Readings"))
    book += xlsb_record(0x90) + xlsb_record(0x84)
    sheet = xlsb_record(0x81) + xlsb_record(0x94, bytes(16)) + xlsb_record(0x91)
    for row in sorted({row for row, _, _ in cells}):
        sheet += xlsb_record(0, struct.pack("<I", row) + bytes(13))
        for at, column, value in cells:
            if at == row and isinstance(value, str):
                sheet += xlsb_record(6, struct.pack("<II", column, 0) + text(value))
            elif at == row:
                sheet += xlsb_record(5, struct.pack("<IId", column, 0, value))
        # A cell that only looks otherwise.
        sheet += xlsb_record(1, struct.pack("<II", 16_383, 0))
    sheet += xlsb_record(0x92) + xlsb_record(0x82)
    link = '<Relationships xmlns="{}"><Relationship Id="rId1" Type="{}/{}" Target="{}"/></Relationships>'
    with ZipFile(path, "w") as parts:
        parts.writestr(
            "_rels/.rels", link.format(RELATIONS, OFFICE, "officeDocument", "xl/workbook.bin")
        )
        parts.writestr("xl/workbook.bin", book)
        parts.writestr(
            "xl/_rels/workbook.bin.rels",
            link.format(RELATIONS, OFFICE, "worksheet", "worksheets/sheet1.bin"),
        )
        parts.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def ods(path: Path, cells: Cells) -> Path:
    """The cells, each row and cell between them repeated, as LibreOffice writes it."""
    rows, below = "", 0
    for row in sorted({row for row, _, _ in cells}):
        blank = f'<table:table-row table:number-rows-repeated="{row - below}"><table:table-cell/></table:table-row>'
        rows += blank if row > below else ""
        line, behind = "", 0
        for at, column, value in cells:
            if at == row:
                gap = f'<table:table-cell table:number-columns-repeated="{column - behind}"/>'
                line += gap if column > behind else ""
                line += (
                    '<table:table-cell office:value-type="string">'
                    f"<text:p>{escape(value)}</text:p></table:table-cell>"
                    if isinstance(value, str)
                    else f'<table:table-cell office:value-type="float" office:value="{value}"/>'
                )
                behind = column + 1
        line += '<table:table-cell table:number-columns-repeated="16000"/>'
        rows += f"<table:table-row>{line}</table:table-row>"
        below = row + 1
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
        parts.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Readings">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def xls(path: Path, cells: Cells, *, least: int = 4096) -> Path:
    """A compound file of one stream; below `least` bytes it stands in small pieces."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    begin = struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)
    name = b"Readings"
    before = len(record(0x809, begin)) + 4 + 8 + len(name) + 4
    book = record(0x809, begin)
    book += record(0x85, struct.pack("<IBBBB", before, 0, 0, len(name), 0) + name) + record(0x0A)
    book += record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for row, column, value in cells:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            letters = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            book += record(0x204, place + letters)
        else:
            book += record(0x203, place + struct.pack("<d", value))
    book += record(0x201, struct.pack("<HHH", 65_535, 255, 0)) + record(0x0A)

    free, end = 0xFFFFFFFF, 0xFFFFFFFE

    def sectors(content: bytes) -> bytes:
        return content + bytes(-len(content) % 512)

    def entry(name: str, kind: int, child: int, first: int, length: int) -> bytes:
        letters = (name + "\0").encode("utf-16-le")
        head = letters.ljust(64, b"\0") + struct.pack("<HBB", len(letters), kind, 1)
        return (
            head
            + struct.pack("<III", free, free, child)
            + bytes(36)
            + struct.pack("<IQ", first, length)
        )

    # The table of sectors, the directory, the table of small pieces, and the stream.
    n_sectors, n_pieces = -(-len(book) // 512), -(-len(book) // 64)
    table = [0xFFFFFFFD, end, end, *range(4, 3 + n_sectors), end]
    is_small = len(book) < least
    pieces = [*range(1, n_pieces), end] if is_small else []
    content = sectors(struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff"))
    root = entry("Root Entry", 5, 1, 3 if is_small else end, len(book) if is_small else 0)
    content += sectors(root + entry("Workbook", 2, free, 0 if is_small else 3, len(book)))
    content += sectors(struct.pack(f"<{len(pieces)}I", *pieces).ljust(512, b"\xff")) + sectors(book)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIII", 1, 1, 0, least, 2, 1, end, 0)
    path.write_bytes(head + struct.pack("<109I", 0, *[free] * 108) + content)
    return path


KINDS = {
    "a.xlsb": (xlsb, LAST_OF_XLSX, "row 1048576 and to column XFD"),
    "a.ods": (ods, LAST_OF_XLSX, "row 1048576 and to column XFD"),
    "a.xls": (xls, LAST_OF_XLS, "row 65536 and to column IV"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_near_table_of_another_kind_is_read(tmp_path: Path, name: str) -> None:
    write, _, _ = KINDS[name]
    path = write(tmp_path / name, TABLE)

    assert sheet_extents(path) == {"Readings": Extent(2, 2, 4)}
    [table] = excel.read(path, NoOptions()).values()
    assert table.cells.rows() == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("name", KINDS)
def test_a_far_cell_of_another_kind_is_refused_before_memory_is_taken(
    tmp_path: Path, name: str
) -> None:
    write, last, words = KINDS[name]
    path = write(tmp_path / name, (*TABLE, last))
    # A rectangle up to the last cell would take more than this. The peak of resource.getrusage would
    # be that of the process of tests, where it was higher: it outlives fork and exec.
    program = f"""
import re
from pathlib import Path
from dermoutcomes import NoOptions, StudyError
from dermoutcomes_readers import excel
try:
    excel.read(Path({str(path)!r}), NoOptions())
except StudyError as error:
    print(error.problems[0].code, error.problems[0].message)
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
print(peak is None or int(peak[1]) < 300_000)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    refused, is_small = done.stdout.splitlines()
    assert refused == (
        f"far_cell the sheet 'Readings' reaches to {words}, and only 5 of its cells are filled"
    )
    assert is_small == "True"


def test_a_compound_file_with_whole_sectors_has_the_same_extent(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", tuple((row, 0, 1.0) for row in range(600)))

    assert sheet_extents(path) == {"Readings": Extent(600, 1, 600)}


@pytest.mark.parametrize("name", KINDS)
def test_a_workbook_of_another_kind_that_is_broken_is_told(tmp_path: Path, name: str) -> None:
    write, _, _ = KINDS[name]
    whole = write(tmp_path / name, TABLE).read_bytes()
    # The last sector of a compound file is mostly filling.
    for length in range(16, len(whole) - 512, 97):
        (tmp_path / name).write_bytes(whole[:length])
        with pytest.raises(StudyError) as refused:
            excel.read(tmp_path / name, NoOptions())
        assert refused.value.problems[0].code in ("unreadable_file", "empty_file")


@pytest.mark.parametrize(
    ("name", "called", "kind"),
    [("a.xls", "b.xlsx", ".xls"), ("a.ods", "b.xlsx", ".ods"), ("a.xlsb", "b.xls", ".xlsb")],
)
def test_a_workbook_under_the_name_of_another_kind_is_told(
    tmp_path: Path, name: str, called: str, kind: str
) -> None:
    write, _, _ = KINDS[name]
    path = write(tmp_path / called, TABLE)

    with pytest.raises(StudyError) as refused:
        excel.read(path, NoOptions())

    [problem] = refused.value.problems
    assert problem.message == (
        f"the file is a workbook of the kind {kind}, and its name ends in {path.suffix}"
    )
    assert problem.hint == f"rename it to b{kind}, and write that name into the study file"


def test_an_xls_that_holds_a_zip_file_is_an_xls(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", TABLE)
    inside = xlsb(tmp_path / "theme.zip", TABLE).read_bytes()
    path.write_bytes(path.read_bytes() + inside)

    assert sheet_extents(path) == {"Readings": Extent(2, 2, 4)}


def test_repeated_cells_of_an_open_document_are_counted(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", TABLE)
    with ZipFile(path) as parts:
        content = parts.read("content.xml").decode()
    repeated = content.replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="3">', 1
    ).replace(
        "<table:table-cell office", '<table:table-cell table:number-columns-repeated="2" office', 1
    )
    with ZipFile(path, "w") as parts:
        parts.writestr("content.xml", repeated)

    assert sheet_extents(path) == {"Readings": Extent(4, 3, 11)}


def test_a_part_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with ZipFile(path, "a", ZIP_DEFLATED) as parts, parts.open("xl/media/a.bin", "w") as part:
        for _ in range(300):
            part.write(bytes(1_000_000))

    with pytest.raises(StudyError, match=r"xl/media/a.bin of 0.3 MB would unpack to 300 MB"):
        excel.read(path, NoOptions())
