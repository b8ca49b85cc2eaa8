"""A copy of a study with other ids gives the same numbers, and holds no id of before."""

from __future__ import annotations

import csv
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from dermoutcomes_readers.tests.test_readers_extents import xls

import dermoutcomes
from dermoutcomes.cli import main

NO_REPORTS = ('reports = ["report", "annex", "csv"]', "reports = []")
PSEUDONYM = re.compile(r"P[2-9A-Z]{7}")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def study(small_study: Path) -> Path:
    edit(small_study, NO_REPORTS)
    return small_study


@pytest.fixture
def copied(study: Path, tmp_path: Path) -> Callable[..., tuple[Result, Path]]:
    def copy(*options: str) -> tuple[Result, Path]:
        result = call(
            "pseudonymise", study, tmp_path / "copy", "--key", tmp_path / "key.csv", *options
        )
        return result, tmp_path / "copy" / "study.toml"

    return copy


def results(study: Path) -> pl.DataFrame:
    run = dermoutcomes.run(study)
    return run.table("results")


def table_of_ids(tmp_path: Path) -> dict[str, str]:
    with (tmp_path / "key.csv").open(encoding="utf-8", newline="") as file:
        return {row["subject"]: row["pseudonym"] for row in csv.DictReader(file)}


def texts_below(folder: Path) -> str:
    return "\n".join(
        path.relative_to(folder).as_posix() + "\n" + path.read_bytes().decode("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def assert_no_id(folder: Path, ids: list[str]) -> None:
    text = texts_below(folder)
    for one in ids:
        assert not re.search(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])", text), one


def as_numeric_ids(study: Path) -> None:
    """Ids that are numbers, as ages and readings are."""
    for name in ("subjects.csv", "corneometer.csv"):
        file = study.with_name(name)
        file.write_text(re.sub(r"(?m)^S(\d)", r"4\1", file.read_text(encoding="utf-8")), "utf-8")


def test_a_copy_has_equal_numbers_and_no_id(study, copied, tmp_path) -> None:
    result, copy = copied()
    assert result.exit_code == 0, result.output
    assert_no_id(copy.parent, [f"S{number}" for number in range(1, 7)])
    before, after = results(study), results(copy)

    assert before["id"].to_list() == after["id"].to_list()
    assert before["value"].to_list() == pytest.approx(after["value"].to_list(), rel=1e-9)
    assert all(PSEUDONYM.fullmatch(one) for one in table_of_ids(tmp_path).values())


def test_with_the_order_of_ids_every_number_is_the_same(study, copied, tmp_path) -> None:
    edit(study, ('analyses = ["paired_t"]', 'analyses = ["paired_t", "wilcoxon_signed_rank"]'))
    _, copy = copied("--keep-order")
    table = table_of_ids(tmp_path)

    assert results(study).equals(results(copy))
    assert sorted(table.values()) == [table[one] for one in sorted(table)]


def test_ids_that_are_numbers_are_replaced_in_their_column_alone(study, copied) -> None:
    as_numeric_ids(study)
    readings = study.with_name("corneometer.csv").read_text(encoding="utf-8")
    assert ",43.7," in readings
    result, copy = copied()
    assert result.exit_code == 0, result.output
    rows = copy.with_name("subjects.csv").read_text(encoding="utf-8").splitlines()[1:]

    assert [row.partition(",")[2] for row in rows] == [
        f"f,{40 + 3 * number}" for number in range(1, 7)
    ]
    assert results(study)["value"].to_list() == pytest.approx(
        results(copy)["value"].to_list(), rel=1e-9
    )


def test_one_table_gives_a_subject_the_same_pseudonym_again(study, copied, tmp_path) -> None:
    copied()
    first = table_of_ids(tmp_path)
    (tmp_path / "copy").rename(tmp_path / "earlier")
    with study.with_name("subjects.csv").open("a", encoding="utf-8") as file:
        file.write("S7,m,61\n")
    copied()
    second = table_of_ids(tmp_path)

    assert {one: second[one] for one in first} == first
    assert second.keys() - first.keys() == {"S7"}


def test_the_table_is_for_its_owner_alone(copied, tmp_path) -> None:
    copied()
    assert stat.S_IMODE((tmp_path / "key.csv").stat().st_mode) == 0o600


def test_names_of_files_have_pseudonyms(study, copied) -> None:
    lines = study.with_name("corneometer.csv").read_text(encoding="utf-8").splitlines()
    folder = study.with_name("data")
    folder.mkdir()
    header = lines[0].partition(",")[2]
    for number in range(1, 7):
        own = [line.partition(",")[2] for line in lines[1:] if line.startswith(f"S{number},")]
        (folder / f"corneo_S{number}.csv").write_text("\n".join([header, *own, ""]), "utf-8")
    edit(
        study,
        ('file = "corneometer.csv"', 'files = "data/*.csv"\nfile_name = "corneo_{subject}.csv"'),
    )
    result, copy = copied("--keep-order")
    assert result.exit_code == 0, result.output

    assert_no_id(copy.parent, [f"S{number}" for number in range(1, 7)])
    assert len(list((copy.parent / "data").glob("corneo_P???????.csv"))) == 6
    assert results(study)["value"].to_list() == pytest.approx(results(copy)["value"].to_list())


def test_keys_of_the_study_file_that_name_ids_are_replaced(study, copied) -> None:
    keys = (
        'file = "corneometer.csv"\nvalues.subject = { "C5" = "S5" }\n'
        'where = { subject = ["S1", "S2", "S3", "S4", "C5"] }  # S6 asked to be left out'
    )
    edit(
        study,
        ('file = "corneometer.csv"', keys),
        ('compare = ["w4"]', 'compare = ["w4"]\nhandling = ["observed"]'),
    )
    readings = study.with_name("corneometer.csv")
    readings.write_text(readings.read_text(encoding="utf-8").replace("S5,", "C5,"), "utf-8")
    result, copy = copied("--keep-order")
    assert result.exit_code == 0, result.output

    assert_no_id(copy.parent, ["C5", *(f"S{number}" for number in range(1, 7))])
    assert results(study)["value"].to_list() == pytest.approx(results(copy)["value"].to_list())


def test_ids_in_the_study_file_that_any_number_could_be_are_refused(study, copied) -> None:
    as_numeric_ids(study)
    edit(
        study,
        (
            'file = "corneometer.csv"',
            'file = "corneometer.csv"\nwhere = { subject = ["41", "42"] }',
        ),
    )
    result, copy = copied()

    assert result.exit_code == 1
    assert "sources.corneometer[1].where" in result.output
    assert not copy.parent.exists()


def test_an_id_in_several_columns_keeps_its_site(study, copied) -> None:
    for name in ("subjects.csv", "corneometer.csv"):
        file = study.with_name(name)
        text = re.sub(r"(?m)^S([1-3])", r"12,00\1", file.read_text(encoding="utf-8"))
        text = re.sub(r"(?m)^S([4-6])", lambda match: f"17,00{int(match[1]) - 3}", text)
        file.write_text(text.replace("subject,", "Site,Nr,", 1), encoding="utf-8")
        edit(study, (f'file = "{name}"', f'file = "{name}"\ncolumns.subject = ["Site", "Nr"]'))
    result, copy = copied("--keep-order")
    assert result.exit_code == 0, result.output
    rows = copy.with_name("subjects.csv").read_text(encoding="utf-8").splitlines()[1:]

    assert [row[:4] for row in rows] == ["12,P"] * 3 + ["17,P"] * 3
    assert len({*rows}) == 6
    assert results(study)["value"].to_list() == pytest.approx(results(copy)["value"].to_list())


def test_an_id_inside_a_longer_text_is_told(study, copied) -> None:
    file = study.with_name("subjects.csv")
    text = file.read_text(encoding="utf-8").replace("age\n", "age,remark\n", 1)
    text = text.replace("S2,f,46", 'S2,f,46,"sister of S5, see there"').replace(
        "S3,f,49", "S3,f,49,S4"
    )
    file.write_text(text, encoding="utf-8")
    result, copy = copied()

    assert result.exit_code == 3
    assert (
        "subjects.csv: ids inside longer texts are left as they are (row 3, column 4)"
        in result.output
    )
    lines = copy.with_name("subjects.csv").read_text(encoding="utf-8").splitlines()
    assert lines[2].endswith('"sister of S5, see there"')
    assert PSEUDONYM.fullmatch(lines[3].rpartition(",")[2])


def test_quotes_line_ends_and_encoding_stay(study, copied) -> None:
    file = study.with_name("subjects.csv")
    text = file.read_text(encoding="utf-8").replace("age\n", "age,Straße\n", 1)
    text = (
        text.replace("S2,f,46", '"S2";"f";46;"a ""b""\nc"').replace(",", ";").replace("\n", "\r\n")
    )
    file.write_bytes(text.encode("cp1252"))
    result, copy = copied()
    assert result.exit_code == 0, result.output
    content = copy.with_name("subjects.csv").read_bytes()

    assert re.sub(rb"P[2-9A-Z]{7}", b"S?", content) == re.sub(rb"S\d", b"S?", text.encode("cp1252"))


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "arrow"])
def test_other_formats_are_written_with_other_ids(study, copied, suffix) -> None:
    import openpyxl

    as_numeric_ids(study)
    frame = pl.read_csv(study.with_name("corneometer.csv"))
    target = study.with_name(f"corneometer.{suffix}")
    if suffix == "xlsx":
        frame.with_columns(remark=pl.lit("said by 41")).write_excel(target)
    elif suffix == "parquet":
        frame.write_parquet(target)
    else:
        frame.write_ipc(target)
    study.with_name("corneometer.csv").unlink()
    edit(study, ('file = "corneometer.csv"', f'file = "corneometer.{suffix}"'))
    result, copy = copied("--keep-order")
    assert result.exit_code == 0, result.output

    assert results(study)["value"].to_list() == pytest.approx(results(copy)["value"].to_list())
    new = copy.with_name(f"corneometer.{suffix}")
    if suffix == "xlsx":
        header, *rows = openpyxl.load_workbook(new).active.values
        written = pl.DataFrame(rows, schema=list(header), orient="row")
        assert written["hydration"].to_list() == frame["hydration"].to_list()
    else:
        written = (pl.read_parquet if suffix == "parquet" else pl.read_ipc)(new.read_bytes())
        assert written.drop("subject").equals(frame.drop("subject"))
    assert all(PSEUDONYM.fullmatch(one) for one in written["subject"])


@pytest.mark.parametrize("suffix", ["sav", "zsav", "dta", "xpt"])
@pytest.mark.parametrize("numeric", [False, True])
def test_files_of_statistics_keep_values_labels_and_missing_values(
    study, copied, suffix, numeric
) -> None:
    import pyreadstat

    if numeric:
        as_numeric_ids(study)
    frame = pl.read_csv(study.with_name("subjects.csv")).with_columns(
        sex=pl.Series([1.0, 2.0] * 3), weight=pl.Series([61.5, 99.0, 70.25, 99.0, 58.0, 64.0])
    )
    target = study.with_name(f"subjects.{suffix}")
    labels = {"variable_value_labels": {"sex": {1.0: "f", 2.0: "m"}}}
    of_columns = {"column_labels": {"age": "Age in years"}}
    if suffix.endswith("sav"):
        missing = {"missing_ranges": {"weight": [99.0]}, "compress": suffix == "zsav"}
        pyreadstat.write_sav(frame, target, **labels, **missing, **of_columns)
    elif suffix == "dta":
        pyreadstat.write_dta(frame, target, **labels, **of_columns)
    else:
        pyreadstat.write_xport(frame, target, table_name="DM", **of_columns)
    study.with_name("subjects.csv").unlink()
    edit(study, ('file = "subjects.csv"', f'file = "subjects.{suffix}"'))
    result, copy = copied("--keep-order")
    assert result.exit_code == 0, result.output

    read = getattr(pyreadstat, f"read_{suffix.replace('zsav', 'sav').replace('xpt', 'xport')}")
    before, after = (
        read(str(path), output_format="dict", **({} if suffix == "xpt" else {"user_missing": True}))
        for path in (target, copy.with_name(target.name))
    )
    assert all(PSEUDONYM.fullmatch(one) for one in after[0]["subject"])
    assert {**after[0], "subject": None} == {**before[0], "subject": None}
    for name in ("variable_value_labels", "missing_ranges", "column_names_to_labels", "table_name"):
        assert getattr(after[1], name) == getattr(before[1], name)


def test_what_pyreadstat_would_write_otherwise_is_refused(study, copied) -> None:
    import pyreadstat

    frame = pl.read_csv(study.with_name("subjects.csv"))
    rest = pl.DataFrame({"why": ["a", None, None, None, None, None]})
    target = study.with_name("subjects.dta")
    # A number that is missing for a reason, which the library cannot write among numbers.
    reasons = {"missing_user_values": {"why": ["a"]}}
    pyreadstat.write_dta(pl.concat([frame, rest], how="horizontal"), target, **reasons)
    study.with_name("subjects.csv").unlink()
    edit(study, ('file = "subjects.csv"', 'file = "subjects.dta"'))
    result, copy = copied()

    assert result.exit_code == 1
    assert "the Stata file can be read and not written as it was" in result.output
    assert "the column why came out otherwise" in result.output
    assert not copy.parent.exists()


def test_json_has_other_ids_and_every_other_sign_as_it_was(study, copied, tmp_path) -> None:
    frame = pl.read_csv(study.with_name("corneometer.csv"))
    records = [
        {"subject": subject, "note": "sister of S2", "takes": rows.drop("subject").to_dicts()}
        for (subject,), rows in frame.group_by(["subject"], maintain_order=True)
    ]
    text = json.dumps(records, indent=3).replace('"S1"', '"\\u0053\\u0031"')
    study.with_name("corneometer.json").write_text(text, encoding="utf-8")
    study.with_name("corneometer.csv").unlink()
    names = ", ".join(f'{name} = "takes.{name}"' for name in frame.columns[1:])
    edit(
        study,
        ('file = "corneometer.csv"', f'file = "corneometer.json"\ncolumns = {{ {names} }}'),
    )
    result, copy = copied("--keep-order")

    assert result.exit_code == 3
    assert "corneometer.json: ids inside longer texts are left as they are" in result.output
    new, pseudonyms = copy.with_name("corneometer.json").read_text("utf-8"), table_of_ids(tmp_path)
    expected = text.replace('"\\u0053\\u0031"', f'"{pseudonyms["S1"]}"')
    for one, pseudonym in pseudonyms.items():
        expected = expected.replace(f'"subject": "{one}"', f'"subject": "{pseudonym}"')
    assert new == expected
    assert results(study)["value"].to_list() == pytest.approx(results(copy)["value"].to_list())


def test_json_with_an_object_a_line_and_ids_that_are_numbers(study, copied) -> None:
    as_numeric_ids(study)
    frame = pl.read_csv(study.with_name("corneometer.csv"))
    study.with_name("corneometer.jsonl").write_text(frame.write_ndjson(), encoding="utf-8")
    study.with_name("corneometer.csv").unlink()
    edit(study, ('file = "corneometer.csv"', 'file = "corneometer.jsonl"'))
    result, copy = copied("--keep-order")

    assert result.exit_code == 0, result.output
    written = pl.read_ndjson(copy.with_name("corneometer.jsonl"))
    assert written.drop("subject").equals(frame.drop("subject"))
    assert all(PSEUDONYM.fullmatch(one) for one in written["subject"])


def test_a_workbook_keeps_no_id_among_its_shared_texts_and_names_no_author(
    study, copied, tmp_path
) -> None:
    from zipfile import ZipFile

    import openpyxl

    book = openpyxl.Workbook()
    book.properties.creator = "Dr. A. Meier"
    sheet = book.active
    with study.with_name("subjects.csv").open(encoding="utf-8") as file:
        for row in csv.reader(file):
            sheet.append(row)
    book.create_sheet("Notes").append(["S2"])
    book.save(study.with_name("subjects.xlsx"))
    study.with_name("subjects.csv").unlink()
    edit(study, ('file = "subjects.csv"', 'file = "subjects.xlsx"\nsheet = "Sheet"'))
    result, copy = copied()
    assert result.exit_code == 0, result.output

    with ZipFile(copy.with_name("subjects.xlsx")) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())
    assert not re.search(rb">S\d<", parts)
    assert b"Meier" not in parts
    assert openpyxl.load_workbook(copy.with_name("subjects.xlsx"))["Sheet"]["B2"].value == "f"


def test_a_lock_that_names_no_id_holds_for_the_copy(study, copied) -> None:
    call("lock", study)
    _, copy = copied()
    verdicts = [
        dermoutcomes.run(file).table("claims")["reason"].to_list() for file in (study, copy)
    ]

    assert copy.with_suffix(".lock").read_bytes() == study.with_suffix(".lock").read_bytes()
    assert verdicts[0] == verdicts[1]


def test_a_lock_that_names_ids_is_told_and_stays(study, copied) -> None:
    edit(
        study,
        ('file = "corneometer.csv"', 'file = "corneometer.csv"\nvalues.subject = { S5 = "S4" }'),
    )
    call("lock", study)
    result, copy = copied()

    assert result.exit_code == 3
    assert "study.lock names ids and is not copied" in result.output
    assert not copy.with_suffix(".lock").exists()


def test_places_that_would_send_the_table_or_hide_the_copy_are_refused(study, tmp_path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine").write_text("", encoding="utf-8")
    out = tmp_path / "out"
    for folder, key, words in (
        (taken, tmp_path / "key.csv", "the copy needs a folder of its own"),
        (study.parent / "copy", tmp_path / "key.csv", "the copy would stand inside the study"),
        (out, out / "key.csv", "the table of ids would be sent with the copy"),
    ):
        result = call("pseudonymise", study, folder, "--key", key)
        assert result.exit_code == 1
        assert words in result.output
    assert not out.exists()
    assert not (tmp_path / "key.csv").exists()


@pytest.mark.parametrize(
    "content",
    ["id,name\nS1,P1\n", "subject,pseudonym\nS1\n", "subject,pseudonym\nS1,A\nS2,A\n", ""],
)
def test_another_table_is_not_taken_for_the_one_of_ids(study, copied, tmp_path, content) -> None:
    (tmp_path / "key.csv").write_text(content, encoding="utf-8")
    result, copy = copied()

    assert result.exit_code == 1
    assert "this is no table of pseudonyms" in result.output
    assert (tmp_path / "key.csv").read_text(encoding="utf-8") == content
    assert not copy.parent.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "subjects.ndjson",
            ("read as CDISC Dataset-JSON cannot be written", "SAS transport"),
        ),
        ("subjects.xls", ("of this kind can be read and not written", "saved as .xlsx")),
    ],
)
def test_a_format_that_cannot_be_written_is_refused_by_name(study, copied, name, words) -> None:
    frame = pl.read_csv(study.with_name("subjects.csv"), infer_schema=False)
    if name.endswith("xls"):
        rows = [frame.columns, *frame.rows()]
        cells = [(row, at, cell) for row, line in enumerate(rows) for at, cell in enumerate(line)]
        xls(study.with_name(name), tuple(cells))
    else:
        columns = [{"name": column, "label": ""} for column in frame.columns]
        about = {"datasetJSONVersion": "1.1.0", "name": "S", "records": frame.height}
        content = {**about, "columns": columns, "rows": frame.rows()}
        study.with_name(name).write_text(json.dumps(content), encoding="utf-8")
    study.with_name("subjects.csv").unlink()
    edit(study, ('file = "subjects.csv"', f'file = "{name}"'))
    result, copy = copied()

    assert result.exit_code == 1
    assert all(word in " ".join(result.output.split()) for word in words), result.output
    assert not copy.parent.exists()


def test_names_of_sheets_have_pseudonyms(study, copied) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    header, *lines = study.with_name("corneometer.csv").read_text(encoding="utf-8").splitlines()
    for number in range(1, 7):
        sheet = book.create_sheet(f"Subject {number}")
        sheet.append(header.split(",")[1:])
        for line in lines:
            subject, visit, day, location, side, *numbers = line.split(",")
            if subject == f"S{number}":
                sheet.append([visit, day, location, side, *map(float, numbers)])
    book.save(study.with_name("corneometer.xlsx"))
    study.with_name("corneometer.csv").unlink()
    subjects = study.with_name("subjects.csv")
    subjects.write_text(subjects.read_text(encoding="utf-8").replace("\nS", "\n"), "utf-8")
    edit(
        study,
        (
            'file = "corneometer.csv"',
            'file = "corneometer.xlsx"\nsheet_name = "Subject {subject}"',
        ),
    )
    result, copy = copied("--keep-order")
    assert result.exit_code == 0, result.output

    names = openpyxl.load_workbook(copy.with_name("corneometer.xlsx")).sheetnames
    assert all(PSEUDONYM.fullmatch(name.removeprefix("Subject ")) for name in names)
    assert results(study)["value"].to_list() == pytest.approx(results(copy)["value"].to_list())


def as_wide(study: Path, file: str) -> pl.DataFrame:
    """The readings with a column for each subject, whose ids stand in the headers alone."""
    frame = pl.read_csv(study.with_name("corneometer.csv"))
    rows = [name for name in frame.columns if name not in ("subject", "hydration")]
    wide = frame.pivot("subject", index=rows, values="hydration").rename(
        {f"S{number}": f"S{number} hydration [AU]" for number in range(1, 7)}
    )
    study.with_name("corneometer.csv").unlink()
    edit(
        study, ('file = "corneometer.csv"', f'file = "{file}"\nheaders = "{{subject}} {{measure}}"')
    )
    return wide


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_ids_in_headers_are_replaced(study, copied, tmp_path, suffix) -> None:
    import openpyxl

    wide = as_wide(study, f"wide.{suffix}")
    target = study.with_name(f"wide.{suffix}")
    _ = wide.write_csv(target) if suffix == "csv" else wide.write_excel(target)
    result, copy = copied("--keep-order")
    assert result.exit_code == 0, result.output

    written, pseudonyms = copy.with_name(target.name), table_of_ids(tmp_path)
    header = (
        written.read_text("utf-8").splitlines()[0].split(",")
        if suffix == "csv"
        else [cell.value for cell in openpyxl.load_workbook(written).active[1]]
    )
    assert header[-6:] == [f"{pseudonyms[f'S{n}']} hydration [AU]" for n in range(1, 7)]
    assert_no_id(copy.parent, [*pseudonyms])
    assert results(study)["value"].to_list() == results(copy)["value"].to_list()


def test_ids_in_names_that_a_format_stores_are_refused(study, copied) -> None:
    as_wide(study, "wide.parquet").write_parquet(study.with_name("wide.parquet"))
    result, copy = copied()

    assert result.exit_code == 1
    assert "ids in headers that stand in no single cell are not replaced" in result.output
    assert "S1 hydration [AU], S2 hydration [AU], S3 hydration [AU]" in result.output
    assert not copy.parent.exists()


def test_files_whose_pattern_holds_ids_are_refused_in_words(study, copied) -> None:
    file = study.with_name("corneometer.csv")
    edit(
        study,
        (
            'file = "corneometer.csv"',
            'files = "S*_readings.csv"\nfile_name = "{subject}_readings.csv"',
        ),
    )
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    file.unlink()
    for number in range(1, 7):
        own = [line.partition(",")[2] for line in lines if line.startswith(f"S{number},")]
        text = "\n".join([header.partition(",")[2], *own, ""])
        study.with_name(f"S{number}_readings.csv").write_text(text, encoding="utf-8")
    result, copy = copied()

    assert result.exit_code == 1
    assert "S*_readings.csv" in result.output
    assert not copy.parent.exists()
    assert not (copy.parent.parent / "key.csv").exists()
