"""The small study of the tests, with its readings in one file of a format; answered; and signed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from tests.conftest import STUDY, SUBJECTS
from tests.readers.formats import FORMATS, HEADER, Row, rows_of
from tests.record.signing_kit import call, make_key

__all__ = [
    "ANSWERED",
    "SIGNED",
    "answered_study",
    "format_of",
    "readings",
    "readings_file",
    "signed_study",
    "small_study",
]

SIGNED = ("history.jsonl", "allowed_signers", "signed.html", "statement.json", "statement.json.sig")
ANSWERED = ("queries-answered.csv", "queries-answered.xlsx")
PLANNED = """\
location = "cheek"
sides = { use = ["left", "right"], combine = "mean" }
replicates = { combine = "mean", planned = 2, min = 1 }
"""
# What the source says of its columns, where a format names them in its own words.
COLUMNS = {
    "xml": 'subject = "SubjectKey", visit = "StudyEventOID", ',
    "redcap.csv": 'subject = "record_id", visit = "redcap_event_name", ',
}
KEYS = {"take.xlsx": 'sheet = "Measurements"\n'}
N_SUBJECTS = 4


def readings_file(name: str) -> str:
    """The name of the file of a format."""
    return f"readings.{name}"


def _text(name: str) -> str:
    source = (
        f'file = "{readings_file(name)}"\n{KEYS.get(name, "")}'
        f'columns = {{ {COLUMNS.get(name, "")}hydration = "wet" }}\n'
        'constants = { location = "cheek", side = "left" }\n'
    )
    changes = {
        'file = "corneometer.csv"\n': source,
        # What is missing by then must not stop the run.
        PLANNED: 'replicates = { planned = 1 }\nhandling = ["observed"]\n',
        'reports = ["report", "annex", "csv"]': "reports = []",
    }
    text = STUDY
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def format_of(file: str) -> str:
    """The format of a file of readings."""
    return file.partition(".")[2]


def readings() -> list[Row]:
    """Four people at two visits, with a rise that is not the same in all."""
    return rows_of(lambda number, value: value + 3.5 * (number % 4 == 1))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for file, content in files.items():
        (folder / file).write_bytes(content)


def _done(*command: object) -> None:
    result = call(*command)
    assert result.exit_code == 0, result.output


@cache
def small_study(name: str) -> Mapping[str, bytes]:
    """Name = bytes of each file, with the readings in a format; locked before they were there."""
    files = {
        "study.toml": _text(name).encode(),
        "subjects.csv": "".join(SUBJECTS.splitlines(keepends=True)[: N_SUBJECTS + 1]).encode(),
    }
    with TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder, files)
        _done("lock", folder / "study.toml")
        lock = (folder / "study.lock").read_bytes()
    return {**files, "study.lock": lock, readings_file(name): FORMATS[name](readings())}


@cache
def answered_study(file: str) -> Mapping[str, bytes]:
    """The study in text with two doubtful cells, and the site's answers to what is asked of them."""
    rows = readings()
    rows[2][HEADER.index("wet")] = "see photo"
    rows[5][HEADER.index("wet")] = "44,1*"
    files = {**small_study("csv"), readings_file("csv"): FORMATS["csv"](rows)}
    with TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder, files)
        _done("run", folder / "study.toml", "--quiet", "--no-cache")
        asked = pl.read_csv(folder / "results" / "SMALL" / "queries.csv", infer_schema=False)
        assert asked.height >= 2
        answered = asked.with_columns(answer=pl.lit("as in the source record"))
        path = folder / file
        if path.suffix == ".csv":
            answered.write_csv(path)
        else:
            answered.write_excel(path)
        return {**files, file: path.read_bytes()}


@cache
def signed_study() -> Mapping[str, bytes]:
    """The study in text, locked, run and signed, with the list of allowed signers."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "study"
        folder.mkdir()
        _write(folder, small_study("csv"))
        key = make_key(Path(place), "anna@clinic.example")
        signers = folder / "allowed_signers"
        signers.write_text(key.line(), encoding="utf-8")
        run = folder / "results" / "SMALL"
        _done("lock", folder / "study.toml")
        _done("run", folder / "study.toml", "--quiet", "--no-cache")
        _done("sign", run, "--meaning", "reviewed", "--key", key.path, "--signers", signers)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
