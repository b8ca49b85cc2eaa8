"""Folders as they should not be: empty, of photographs, with links, pipes, odd names, many files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dermoutcomes.draft.files.lab_folder import MOST_BYTES, folder_files
from dermoutcomes.errors import StudyError

from .small_folders import EIGHT, PARALLEL, csv, drafted, readings, text_and_study, write


def refusal(folder: Path) -> str:
    with pytest.raises(StudyError) as stopped:
        folder_files(folder)
    return str(stopped.value)


def test_empty_folder(tmp_path: Path) -> None:
    assert "an empty folder" in refusal(tmp_path)


def test_photographs_only(tmp_path: Path) -> None:
    write(tmp_path, {f"S{number}.JPG": b"x" for number in range(300)})
    words = refusal(tmp_path)
    assert "photographs and no tables" in words
    assert "300 photographs" in words


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path, PARALLEL)
    words = refusal(tmp_path / "corneometer.csv")
    assert "is a file" in words
    assert str(tmp_path) in words


def test_photographs_beside_data_are_one_line(tmp_path: Path) -> None:
    photographs = {f"photos/S{number}.jpg": b"x" for number in range(300)}
    text, _ = text_and_study(drafted(tmp_path, PARALLEL | photographs))
    lines = [line for line in text.splitlines() if line.startswith("# Not read")]
    assert len(lines) == 1
    assert "and 297 more: a photograph" in lines[0]


def test_links_are_told_and_never_followed(tmp_path: Path) -> None:
    inside = write(tmp_path / "study", PARALLEL)
    outside = write(tmp_path / "other", {"secret.csv": "a,b\n1,2\n"})
    (inside / "out").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "again.csv").symlink_to(inside / "corneometer.csv")
    files = folder_files(inside)
    assert {file.path for file in files.unread} == {"out", "loop", "again.csv"}
    assert all("a link" in file.because for file in files.unread)
    assert sum(len(group.paths) for group in files.groups) == len(PARALLEL)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, PARALLEL) / "device.csv")
    (unread,) = folder_files(tmp_path).unread
    assert unread.path == "device.csv"
    assert "a pipe" in unread.because


def test_a_name_that_is_not_in_utf8_is_told(tmp_path: Path) -> None:
    write(tmp_path, PARALLEL)
    try:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/gr\xfcn.csv"))).write_text("a,b\n1,2\n")
    except OSError:
        pytest.skip("the file system takes names in UTF-8 alone")
    draft = drafted(tmp_path, {})
    (unread,) = draft.unread
    assert unread.because == "its name is not in UTF-8: rename it"
    text, _ = text_and_study(draft)
    text.encode()


def test_lock_files_runs_and_hidden_files(tmp_path: Path) -> None:
    further = {
        "~$readings.xlsx": b"x",
        ".DS_Store": b"x",
        "results/A/manifest.json": "{}",
        "results/A/tables/results.csv": "a,b\n1,2\n",
        "results/lab.csv": "a,b\n1,2\n",
    }
    files = folder_files(write(tmp_path, PARALLEL | further))
    assert {file.path: file.because for file in files.unread}.keys() == {
        "~$readings.xlsx",
        "results/A",
    }
    assert tmp_path / "results/lab.csv" in {path for group in files.groups for path in group.paths}


def test_a_very_large_file_is_left(tmp_path: Path) -> None:
    with (write(tmp_path, PARALLEL) / "huge.csv").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    (unread,) = folder_files(tmp_path).unread
    assert "too large for a draft" in unread.because


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.xlsx", b"PK\x03\x04 cut"),
        ("cut.sav", b"$FL2@(#) SPSS"),
        ("locked.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"EncryptedPackage"),
        ("empty.csv", b""),
        ("odd.bin", b"\x00\x01\x02"),
    ],
)
def test_files_that_cannot_be_read_are_told(name: str, content: bytes, tmp_path: Path) -> None:
    draft = drafted(tmp_path, PARALLEL | {name: content})
    assert [file.path for file in draft.unread] == [name]
    text, study = text_and_study(draft)
    assert f"# Not read: {name}: " in text
    assert "hydration" in study["endpoints"]


def small_export(number: int) -> str:
    whole = number == 0
    return csv("side;TEWL", [[f"{side};{9 if whole else '9,5'}"] for side in ("L", "R")])


def test_many_small_exports_are_one_source_beside_the_list(tmp_path: Path) -> None:
    exports = {
        f"S{number:03}_{visit}.csv": small_export(number)
        for number in range(40)
        for visit in ("BL", "W4")
    }
    subjects = csv("Subject,Age", ((f"S{number:03}", 30 + number) for number in range(40)))
    calls: list[tuple[int, int]] = []
    draft = drafted(
        tmp_path, exports | {"subjects.csv": subjects}, lambda *call: calls.append(call)
    )
    _, study = text_and_study(draft)
    (source,) = study["sources"]["tewameter"]
    assert source["files"] == "*_*.csv"
    assert source["file_name"] == "{subject}_{visit}.csv"
    # The first export has whole numbers alone.
    assert source["decimal"] == ","
    assert study["sources"]["subjects"][0]["file"] == "subjects.csv"
    # Some of the eighty, and the list.
    done, of = calls[-1]
    assert done == of < 40


def test_many_tables_of_several_kinds_are_each_read(tmp_path: Path) -> None:
    kinds = {
        f"{name}.csv": csv(f"Subject,{name}", (("S1", 1), ("S2", 2)))
        for name in [
            "ae",
            "cm",
            "dm",
            "ds",
            "eg",
            "ex",
            "ie",
            "lb",
            "mh",
            "pe",
            "qs",
            "sc",
            "sv",
            "vs",
        ]
    }
    draft = drafted(tmp_path, kinds | {"zz corneometer.csv": readings(EIGHT)})
    _, study = text_and_study(draft)
    (source,) = study["sources"]["corneometer"]
    assert source["file"] == "zz corneometer.csv"
    assert len(draft.unused) >= len(kinds) - 2


def test_a_file_of_a_known_kind_that_holds_no_table_says_what_to_take_instead(
    tmp_path: Path,
) -> None:
    signal = {"A_L.crf": b"\x01\x02" * 90, "A.cmf": readings(EIGHT).replace(",", "\t")}
    draft = drafted(tmp_path, signal)
    (left,) = draft.unread
    assert left.path == "A_L.crf"
    assert "(.cmf), which can be read" in left.because
