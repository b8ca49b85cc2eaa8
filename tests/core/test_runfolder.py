"""The run folder: what was there before survives whatever happens while a new one is written."""

from __future__ import annotations

import errno
import os

import polars as pl
import pytest

from dermoutcomes import RunFolderError
from dermoutcomes.runs.run_folder import MANIFEST, RunFolder
from dermoutcomes.tables import TableError, empty


def begun(place):
    return RunFolder.start(place, "S")


def finished(place, text="first"):
    writing = begun(place)
    writing.write_json(MANIFEST, {"text": text})
    return writing.publish()


def test_a_finished_run_is_in_its_place_and_nothing_else_is_left(tmp_path):
    place = finished(tmp_path / "run")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]
    assert (place / MANIFEST).is_file()


def test_the_run_before_is_kept_as_previous(tmp_path):
    for text in ("first", "second", "third"):
        finished(tmp_path / "run", text)

    assert "third" in (tmp_path / "run" / MANIFEST).read_text()
    assert "second" in (tmp_path / "run.previous" / MANIFEST).read_text()


def test_a_run_that_stops_leaves_the_last_good_one(tmp_path):
    finished(tmp_path / "run")
    begun(tmp_path / "run").abandon()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_a_crash_between_the_two_moves_is_mended(tmp_path):
    finished(tmp_path / "run")
    (tmp_path / "run").rename(tmp_path / "run.previous")

    begun(tmp_path / "run").abandon()

    assert (tmp_path / "run" / MANIFEST).is_file()


def test_what_a_killed_run_left_is_swept(tmp_path):
    (tmp_path / ".run.new-999999999" / "tables").mkdir(parents=True)
    (tmp_path / ".run.lock").write_text("999999999")

    finished(tmp_path / "run")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_two_runs_at_once_are_refused(tmp_path):
    first = begun(tmp_path / "run")

    with pytest.raises(RunFolderError, match=f"process {os.getpid()}"):
        begun(tmp_path / "run")
    first.publish()


def test_a_folder_of_somebody_elses_files_is_never_replaced(tmp_path):
    (tmp_path / "desktop").mkdir()
    (tmp_path / "desktop" / "thesis.docx").write_text("years of work")

    with pytest.raises(RunFolderError, match="left alone"):
        begun(tmp_path / "desktop")

    assert (tmp_path / "desktop" / "thesis.docx").read_text() == "years of work"


@pytest.mark.parametrize("folder", ["run", "run.previous"])
def test_a_run_folder_with_an_added_file_is_not_replaced(tmp_path, folder):
    for _ in range(2):
        writing = begun(tmp_path / "run")
        writing.write_text("report.html", "<html>")
        writing.write_json(MANIFEST, {"outputs": writing.outputs()})
        writing.publish()
    own = tmp_path / folder / "figures" / "remarks.txt"
    own.parent.mkdir()
    own.write_text("for the meeting")

    with pytest.raises(RunFolderError, match=rf"{folder} holds .*: figures/remarks.txt; expected"):
        begun(tmp_path / "run")

    assert own.read_text() == "for the meeting"


def test_what_a_system_puts_beside_files_stops_no_run(tmp_path):
    for _ in range(2):
        writing = begun(tmp_path / "run")
        writing.write_json(MANIFEST, {"outputs": {}})
        place = writing.publish()
        for name in (".DS_Store", "Thumbs.db", "~$report.docx"):
            (place / name).write_text("")

    assert (tmp_path / "run.previous" / "Thumbs.db").is_file()


def test_a_file_in_the_place_is_refused(tmp_path):
    (tmp_path / "run").write_text("a file")

    with pytest.raises(RunFolderError, match="is a file"):
        begun(tmp_path / "run")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_the_systems_refusal_is_one_sentence(tmp_path, monkeypatch, number):
    finished(tmp_path / "run")
    writing = begun(tmp_path / "run")

    def refuse(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("dermoutcomes.runs.run_folder._write_parquet", refuse)
    with pytest.raises(RunFolderError, match=os.strerror(number)):
        writing.write_table("tasks", empty("tasks"))
    writing.abandon()

    assert (tmp_path / "run" / MANIFEST).is_file()


def test_no_table_holds_nan_or_infinity(tmp_path):
    writing = begun(tmp_path / "run")

    with pytest.raises(TableError, match=r"'dose'.*NaN or infinite"):
        writing.write_table("exposures", pl.DataFrame({"subject": ["1"], "dose": [float("nan")]}))
    writing.abandon()


def test_a_column_that_a_table_does_not_have_is_refused(tmp_path):
    writing = begun(tmp_path / "run")

    with pytest.raises(TableError, match="no column 'dosage'"):
        writing.write_table("exposures", pl.DataFrame({"subject": ["1"], "dosage": [1.0]}))
    writing.abandon()
